//! The settings of an install request as data: their names, which of them are secret, and what each should be.

use std::collections::BTreeMap;

use thiserror::Error;

use super::standard_webhooks;
use crate::tools::answer::ApiError;

/// A setting of a channel or a helpdesk.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The name of the setting in the install request.
    pub name: &'static str,
    /// Whether an install must provide the setting.
    pub required: bool,
    /// Whether the setting is a credential. Credentials are sealed and never shown.
    pub secret: bool,
    /// How the bridge generates the value when an install leaves it out, if the bridge does.
    pub made: Option<Made>,
    /// Whether the answer to the install that generated the value shows it, once, because somebody else needs it too.
    pub shown_once: bool,
    /// Whether the platform signs its calls with the setting, or sends it along with them.
    pub signs: bool,
    /// Whether the setting is only between the bridge and the platform. Install requests must not contain it.
    pub internal: bool,
    /// Whether and how the setting names the [`Topic`].
    pub topic: Option<Topic>,
    /// The form of the value.
    pub form: Form,
    /// What the value is and where to find it, for people; completes the sentence "… should be".
    pub help: &'static str,
}

/// How the bridge encodes a credential that it generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A prefix and hexadecimal digits.
    Hex {
        /// The prefix that tells generated values from given ones, where that matters.
        prefix: &'static str,
    },
    /// A secret of Standard Webhooks: `whsec_` and Base64.
    StandardWebhooks,
}

impl Made {
    /// Encodes random bytes as a credential.
    pub fn spell(self, random: &[u8]) -> String {
        match self {
            Self::Hex { prefix } => format!("{prefix}{}", hex::encode(random)),
            Self::StandardWebhooks => standard_webhooks::secret(random),
        }
    }
}

/// How a setting names the topic, which is the part of a helpdesk's account (a topic, a channel, an inbox) that the
/// contacts' conversations go to. The same channel account joined to two topics is two installations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The setting is the vendor's id.
    Id,
    /// The setting is the vendor's id or a title; the check of the account replaces a title with the id.
    IdOrTitle,
}

/// The form of a setting's value.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A text of at most this many characters, without control characters except line breaks.
    Text(usize),
    /// An https URL, or an http URL where private addresses are allowed.
    Url,
    /// A credential of printable ASCII characters without spaces, at most 4,096 bytes long.
    Token,
    /// A credential or key that may span several lines, at most 16,384 bytes long.
    Key,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// The base of the vendor's API, which every kind accepts: the only setting that the bridge itself knows by name.
pub const API_URL: Setting = Setting::optional("api_url", Form::Url, "the https address of the vendor's API");

impl Setting {
    /// Makes a setting that an install must provide.
    pub const fn required(name: &'static str, form: Form, help: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, form, help) }
    }

    /// Makes a setting that an install may leave out.
    pub const fn optional(name: &'static str, form: Form, help: &'static str) -> Self {
        Self {
            name,
            required: false,
            secret: false,
            made: None,
            shown_once: false,
            signs: false,
            internal: false,
            topic: None,
            form,
            help,
        }
    }

    /// Makes a credential that the bridge generates and only the platform is told.
    pub const fn internal(name: &'static str, made: Made, help: &'static str) -> Self {
        Self { internal: true, ..Self::optional(name, Form::Token, help).secret().made(made) }
    }

    /// Returns the setting as a credential.
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// Returns the setting with a value that the bridge generates when an install leaves it out.
    pub const fn made(self, made: Made) -> Self {
        Self { made: Some(made), ..self }
    }

    /// Returns the setting with a value that the answer to the install that generated it shows.
    pub const fn shown_once(self) -> Self {
        Self { shown_once: true, ..self }
    }

    /// Returns the setting as one by which the platform's calls are verified.
    pub const fn signs(self) -> Self {
        Self { signs: true, ..self }
    }

    /// Returns the setting as the id of the helpdesk's topic.
    pub const fn topic(self) -> Self {
        Self { topic: Some(Topic::Id), ..self }
    }

    /// Returns the setting as the id or the title of the helpdesk's topic.
    pub const fn topic_or_title(self) -> Self {
        Self { topic: Some(Topic::IdOrTitle), ..self }
    }

    /// Checks a value against the form. Returns the value as it is stored, without surrounding white space.
    pub fn check(&self, value: &str, allow_http: bool) -> Result<String, SettingError> {
        let value = value.trim();
        let fits = match self.form {
            Form::Text(max) => value.chars().count() <= max && !value.chars().any(|c| c.is_control() && c != '\n'),
            Form::Url => is_url(value, allow_http),
            Form::Token => value.len() <= 4096 && value.bytes().all(|byte| byte.is_ascii_graphic()),
            Form::Key => value.len() <= 16_384,
            Form::Choice(words) => words.contains(&value),
        };
        if value.is_empty() || !fits { Err(self.error()) } else { Ok(value.to_owned()) }
    }

    /// Returns whether the bridge generated this value, which only a prefix of generated values can show.
    pub fn is_made(&self, value: &str) -> bool {
        matches!(self.made, Some(Made::Hex { prefix }) if !prefix.is_empty() && value.starts_with(prefix))
    }

    /// Returns the error for a missing or malformed value.
    pub fn error(&self) -> SettingError {
        SettingError { setting: self.name.to_owned(), should_be: self.help.to_owned() }
    }
}

/// Returns the topic that an installation's settings name, if one of the kind's settings names a topic.
pub fn topic_of<'a>(settings: &[Setting], values: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let setting = settings.iter().find(|setting| setting.topic.is_some())?;
    values.get(setting.name).map(String::as_str)
}

fn is_url(value: &str, allow_http: bool) -> bool {
    value.len() <= 2048
        && url::Url::parse(value).is_ok_and(|url| {
            url.host_str().is_some_and(|host| !host.is_empty())
                && url.username().is_empty()
                && url.password().is_none()
                && (url.scheme() == "https" || allow_http && url.scheme() == "http")
                && (allow_http || crate::tools::address::leads_outside(&url))
        })
}

/// The error for a setting that is missing or malformed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{setting}` should be {should_be}")]
pub struct SettingError {
    /// The name of the setting, preceded by its side if it has one: `channel.auth_token`.
    pub setting: String,
    /// What the value should be.
    pub should_be: String,
}

impl From<SettingError> for ApiError {
    fn from(error: SettingError) -> Self {
        Self::unprocessable("bad_setting", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_the_bridge_made_is_known_by_its_prefix() {
        let word = Setting::optional("word", Form::Token, "a word").secret();
        let made = Made::Hex { prefix: "bridge-" };
        assert_eq!(made.spell(&[7, 255]), "bridge-07ff");
        assert!(word.made(made).is_made(&made.spell(&[7])) && !word.made(made).is_made("my-own"));
        // Without a prefix, a generated value cannot be told from a given one.
        for setting in [word, word.made(Made::Hex { prefix: "" }), word.made(Made::StandardWebhooks)] {
            assert!(!setting.is_made("07ff") && !setting.is_made("whsec_Bwc="));
        }
    }

    #[test]
    fn a_url_that_leads_inside_is_no_url_of_a_vendor() {
        let setting = Setting::required("api_url", Form::Url, "an https URL");
        for url in [
            "http://vendor.example/",
            "https://127.0.0.1/v2",
            "https://2130706433/v2",
            "https://localhost/v2",
            "https://[::1]/v2",
            "https://user:password@vendor.example/",
            "ftp://vendor.example/",
            "https://",
        ] {
            assert!(setting.check(url, false).is_err(), "{url}");
        }
        assert!(setting.check("https://vendor.example/v2", false).is_ok());
        assert!(setting.check("http://127.0.0.1:8304/v2", true).is_ok());
    }
}
