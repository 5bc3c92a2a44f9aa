//! The environment variables of the functions: each variable, its meaning, and the error for a malformed value.

use std::{collections::BTreeMap, path::PathBuf};

use thiserror::Error;

/// The error of a missing or malformed variable, with which the process ends at start.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("environment variable {variable} {problem}")]
pub struct ConfigError {
    /// The name of the variable.
    pub variable: &'static str,
    /// What is wrong with the value, and what it should be.
    pub problem: String,
}

/// The key that seals the secrets (`VAULT`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultConfig {
    /// `kms:<key id>`: a KMS key, which makes the data keys.
    Kms(String),
    /// `local:<file>`: 32 raw bytes in a file, for local runs.
    Local(PathBuf),
}

/// The environment variables of a process.
#[derive(Debug)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads the variables of this process. Variables that are not valid Unicode are left out.
    #[expect(clippy::disallowed_methods, reason = "this is the place that the others are pointed to")]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect())
    }

    /// Makes an environment from the given variables.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(variables.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// Returns `TABLE_NAME`, the DynamoDB table.
    ///
    /// # Errors
    /// Returns an error if the variable is missing.
    pub fn table_name(&self) -> Result<String, ConfigError> {
        self.text("TABLE_NAME").map(str::to_owned)
    }

    /// Returns `QUEUE_URL`, the FIFO queue between the webhook functions and the relay.
    ///
    /// # Errors
    /// Returns an error if the variable is missing or is not a URL.
    pub fn queue_url(&self) -> Result<String, ConfigError> {
        self.url("QUEUE_URL")
    }

    /// Returns `DLQ_URL`, the FIFO dead-letter queue.
    ///
    /// # Errors
    /// Returns an error if the variable is missing or is not a URL.
    pub fn dlq_url(&self) -> Result<String, ConfigError> {
        self.url("DLQ_URL")
    }

    /// Returns `PUBLIC_URL`, the base of the generated URLs, without a trailing slash.
    ///
    /// # Errors
    /// Returns an error if the variable is missing or is not a URL.
    pub fn public_url(&self) -> Result<String, ConfigError> {
        self.url("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned())
    }

    /// Returns `ADMIN_KEY_SHA256`, the SHA-256 of the admin key in hex.
    ///
    /// # Errors
    /// Returns an error if the variable is missing or is not 64 hex digits.
    pub fn admin_key_sha256(&self) -> Result<[u8; 32], ConfigError> {
        let mut hash = [0; 32];
        hex::decode_to_slice(self.text("ADMIN_KEY_SHA256")?, &mut hash).map_err(|_| ConfigError {
            variable: "ADMIN_KEY_SHA256",
            problem: "should be the SHA-256 of the admin key as 64 hex digits".into(),
        })?;
        Ok(hash)
    }

    /// Returns `VAULT`: `kms:<key id>` or `local:<key file>`.
    ///
    /// # Errors
    /// Returns an error if the variable is missing or has another form.
    pub fn vault(&self) -> Result<VaultConfig, ConfigError> {
        match self.text("VAULT")?.split_once(':') {
            Some(("kms", key)) if !key.is_empty() => Ok(VaultConfig::Kms(key.to_owned())),
            Some(("local", file)) if !file.is_empty() => Ok(VaultConfig::Local(file.into())),
            _ => {
                let problem = "should be kms:<key id> or local:<file with 32 raw bytes>".into();
                Err(ConfigError { variable: "VAULT", problem })
            }
        }
    }

    /// Returns `MEDIA_URL`, the object store for files: `s3://bucket` or `file:///dir`.
    ///
    /// # Errors
    /// Returns an error if the variable is missing or has another form.
    pub fn media_url(&self) -> Result<url::Url, ConfigError> {
        let parsed = url::Url::parse(self.text("MEDIA_URL")?).ok();
        parsed.filter(|url| matches!(url.scheme(), "s3" | "file")).ok_or_else(|| ConfigError {
            variable: "MEDIA_URL",
            problem: "should be s3://<bucket> or file:///<dir>".into(),
        })
    }

    /// Returns `ALLOW_PRIVATE_ADDRESSES`: `true` permits http and loopback vendor URLs, for local runs and tests only.
    ///
    /// # Errors
    /// Returns an error if the variable is neither `true` nor `false`.
    pub fn allow_private_addresses(&self) -> Result<bool, ConfigError> {
        match self.0.get("ALLOW_PRIVATE_ADDRESSES").map(String::as_str) {
            None | Some("" | "false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                Err(ConfigError { variable: "ALLOW_PRIVATE_ADDRESSES", problem: "should be true or false".into() })
            }
        }
    }

    /// Returns `RETRY_TIME_SCALE`, by which all waits and ages of deliveries are multiplied; 1 if it is not set.
    ///
    /// # Errors
    /// Returns an error if the variable is no positive number.
    pub fn retry_time_scale(&self) -> Result<f64, ConfigError> {
        let text = self.0.get("RETRY_TIME_SCALE").map(String::as_str).filter(|text| !text.is_empty());
        let scale = text.map_or(Ok(1.0), str::parse::<f64>).ok().filter(|scale| scale.is_finite() && *scale > 0.0);
        let problem = || ConfigError { variable: "RETRY_TIME_SCALE", problem: "should be a positive number".into() };
        scale.ok_or_else(problem)
    }

    /// Returns the name of the function, as Lambda sets it.
    pub fn function_name(&self) -> Option<&str> {
        self.0.get("AWS_LAMBDA_FUNCTION_NAME").map(String::as_str)
    }

    /// Returns `RUST_LOG`, the log filter, if it is set.
    pub fn log_filter(&self) -> Option<&str> {
        self.0.get("RUST_LOG").map(String::as_str)
    }

    /// Returns key id, secret and session token, as Lambda sets them for the lifetime of the process.
    pub fn aws_credentials(&self) -> Option<(&str, &str, Option<&str>)> {
        let get = |name| self.0.get(name).map(String::as_str);
        Some((get("AWS_ACCESS_KEY_ID")?, get("AWS_SECRET_ACCESS_KEY")?, get("AWS_SESSION_TOKEN")))
    }

    /// Returns the AWS region, if the environment names it.
    pub fn region(&self) -> Option<&str> {
        self.0.get("AWS_REGION").or_else(|| self.0.get("AWS_DEFAULT_REGION")).map(String::as_str)
    }

    /// Returns the endpoint of one AWS service (`AWS_ENDPOINT_URL_SQS`, …) or of all services (`AWS_ENDPOINT_URL`), if
    /// it is set.
    pub fn aws_endpoint(&self, service: &str) -> Option<&str> {
        self.0
            .get(&format!("AWS_ENDPOINT_URL_{service}"))
            .or_else(|| self.0.get("AWS_ENDPOINT_URL"))
            .map(String::as_str)
    }

    /// Returns the variables that the object store on S3 needs, by name.
    pub fn s3_settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"]
            .into_iter()
            .filter_map(|name| Some((name, self.0.get(name)?.as_str())))
    }

    fn text(&self, variable: &'static str) -> Result<&str, ConfigError> {
        match self.0.get(variable).map(|value| value.trim()) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(ConfigError { variable, problem: "is missing".into() }),
        }
    }

    fn url(&self, variable: &'static str) -> Result<String, ConfigError> {
        let text = self.text(variable)?;
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(text.to_owned()),
            _ => Err(ConfigError { variable, problem: "should be an https URL".into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = Environment::of([("TABLE_NAME", " ")]).table_name().unwrap_err();
        assert_eq!(error.to_string(), "environment variable TABLE_NAME is missing");
    }

    #[test]
    fn forms_are_checked() {
        let environment = Environment::of([
            ("QUEUE_URL", "not a url"),
            ("PUBLIC_URL", "https://x.example/"),
            ("ADMIN_KEY_SHA256", "00"),
            ("VAULT", "kms:"),
            ("MEDIA_URL", "http://x"),
            ("ALLOW_PRIVATE_ADDRESSES", "yes"),
        ]);
        assert_eq!(environment.queue_url().unwrap_err().variable, "QUEUE_URL");
        assert_eq!(environment.public_url().unwrap(), "https://x.example");
        assert_eq!(environment.admin_key_sha256().unwrap_err().variable, "ADMIN_KEY_SHA256");
        assert_eq!(environment.vault().unwrap_err().variable, "VAULT");
        assert_eq!(environment.media_url().unwrap_err().variable, "MEDIA_URL");
        assert_eq!(environment.allow_private_addresses().unwrap_err().variable, "ALLOW_PRIVATE_ADDRESSES");
        assert_eq!(Environment::of([("VAULT", "kms:alias/x")]).vault().unwrap(), VaultConfig::Kms("alias/x".into()));
    }
}
