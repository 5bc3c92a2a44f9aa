//! The start of a function: clients from the environment, and connections that are open before the first call.

use std::{sync::Arc, time::Duration};

use thiserror::Error;

use crate::{
    installations::Installations,
    outside::{
        aws::{Aws, Timeouts},
        config::{ConfigError, Environment},
        media::{MediaError, MediaStore},
        queue::Queue,
        vault::{Vault, VaultError},
    },
    store::Store,
};

/// The error of a function that cannot start with this environment. The message names the variable.
#[derive(Debug, Error)]
pub enum StartError {
    /// A variable is missing or malformed.
    #[error(transparent)]
    Variable(#[from] ConfigError),
    /// The vault that `VAULT` names cannot be opened.
    #[error("environment variable VAULT cannot be used: {0}")]
    Vault(#[from] VaultError),
    /// The object store that `MEDIA_URL` names cannot be opened.
    #[error("environment variable MEDIA_URL cannot be used: {0}")]
    Media(#[from] MediaError),
}

/// The clients that every function needs.
#[derive(Debug)]
pub(crate) struct Clients {
    pub sqs: aws_sdk_sqs::Client,
    pub store: Store,
    pub queue: Queue,
    pub vault: Arc<Vault>,
    pub installations: Installations,
    /// The base of the generated URLs, without a trailing slash.
    pub public_url: String,
}

impl Clients {
    /// Makes the clients from the environment. No call is made.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub(crate) async fn from_environment(environment: &Environment, timeouts: Timeouts) -> Result<Self, StartError> {
        let aws = Aws::from_environment(environment, timeouts).await;
        let store = Store::new(aws.dynamodb(), environment.table_name()?);
        let sqs = aws.sqs();
        let queue = Queue::new(sqs.clone(), environment.queue_url()?);
        let vault = Arc::new(Vault::new(&environment.vault()?, &aws)?);
        let public_url = environment.public_url()?;
        let installations = Installations::new(store.clone(), vault.clone(), &public_url);
        Ok(Self { sqs, store, queue, vault, installations, public_url })
    }
}

/// Opens the object store for files.
///
/// # Errors
/// Returns an error that names the variable if a variable is missing or malformed.
pub fn media_store(environment: &Environment) -> Result<MediaStore, StartError> {
    Ok(MediaStore::new(&environment.media_url()?, &environment.public_url()?, environment)?)
}

/// Makes calls whose only purpose is to set up TLS while Lambda's start boost lasts, for at most 300 ms. A failure has
/// no effect; it will show with the first message.
pub(crate) async fn warm_up(calls: impl Future) {
    let _ = tokio::time::timeout(Duration::from_millis(300), calls).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ingest::Ingest, install::Admin, relay::Relay};

    /// Returns the error of each function in an environment that is good except for `change`.
    async fn refusals(change: (&str, Option<&str>)) -> [Option<String>; 3] {
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("key");
        std::fs::write(&key_file, [0; 32]).unwrap();
        let (vault, media) = (format!("local:{}", key_file.display()), format!("file://{}", folder.path().display()));
        let hash = "0".repeat(64);
        let good = [
            ("TABLE_NAME", "byoc"),
            ("QUEUE_URL", "http://127.0.0.1:9/q.fifo"),
            ("DLQ_URL", "http://127.0.0.1:9/dead.fifo"),
            ("PUBLIC_URL", "https://bridge.example"),
            ("ADMIN_KEY_SHA256", &hash),
            ("VAULT", &vault),
            ("MEDIA_URL", &media),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
        ];
        let changed = (change.0, change.1.unwrap_or_default());
        let environment = Environment::of(good.into_iter().chain([changed]));
        let said = |error: Option<StartError>| error.map(|error| error.to_string());
        [
            said(Ingest::from_environment(&environment).await.err()),
            said(Admin::from_environment(&environment).await.err()),
            said(Relay::from_environment(&environment).await.err()),
        ]
    }

    #[tokio::test]
    async fn every_function_names_the_variable_that_is_missing_or_bad() {
        assert_eq!(refusals(("RUST_LOG", None)).await, [None, None, None]);
        for (variable, bad, webhooks, admin, relay) in [
            ("TABLE_NAME", None, true, true, true),
            ("QUEUE_URL", Some("queue"), true, true, true),
            ("DLQ_URL", None, false, true, true),
            ("PUBLIC_URL", None, true, true, true),
            ("ADMIN_KEY_SHA256", Some("00"), false, true, false),
            ("VAULT", None, true, true, true),
            ("VAULT", Some("local:/nowhere"), true, true, true),
            ("MEDIA_URL", None, false, false, true),
            ("MEDIA_URL", Some("file:///dev/null/media"), false, false, true),
            ("ALLOW_PRIVATE_ADDRESSES", Some("yes"), false, true, true),
        ] {
            let named = refusals((variable, bad)).await.map(|said| {
                said.map(|said| assert!(said.starts_with(&format!("environment variable {variable} ")), "{said}"))
                    .is_some()
            });
            assert_eq!(named, [webhooks, admin, relay], "{variable} {bad:?}");
        }
    }
}
