//! What an install request may say, as data: names, which of them are secret, and what each should be.

use std::collections::BTreeMap;

use thiserror::Error;

use super::standard_webhooks;
use crate::tools::answer::ApiError;

/// One setting of a channel or a helpdesk.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the install request.
    pub name: &'static str,
    /// Whether an install needs it.
    pub required: bool,
    /// Whether it is a credential, which is sealed and never shown.
    pub secret: bool,
    /// How the bridge makes its value when an install leaves it out, where the bridge does.
    pub made: Option<Made>,
    /// Whether the answer to the install that made its value shows the value, once, because somebody else needs it too.
    pub shown_once: bool,
    /// Whether it is a matter between the bridge and the platform: no install request may carry it.
    pub internal: bool,
    /// Whether it names the [`Topic`], and how.
    pub topic: Option<Topic>,
    /// What form it has.
    pub form: Form,
    /// What it is and where to find it, for people: completes "… should be".
    pub help: &'static str,
}

/// How the bridge spells a credential that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A prefix and hexadecimal digits.
    Hex {
        /// Tells a value that the bridge made from one that was given, where that matters.
        prefix: &'static str,
    },
    /// A secret of Standard Webhooks: `whsec_` and Base64.
    StandardWebhooks,
}

impl Made {
    /// The credential that these random bytes become.
    pub fn spell(self, random: &[u8]) -> String {
        match self {
            Self::Hex { prefix } => format!("{prefix}{}", hex::encode(random)),
            Self::StandardWebhooks => standard_webhooks::secret(random),
        }
    }
}

/// How a setting names the topic: the part of a helpdesk's account (a topic, a channel, an inbox) that the contacts'
/// conversations go to. Two installations of one channel account for two topics are two installations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// By the vendor's id.
    Id,
    /// By the vendor's id or by a title; the check of the account puts the id in the title's place.
    IdOrTitle,
}

/// The form of a setting.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Text of at most this many characters, without control characters.
    Text(usize),
    /// An https URL (http only where private addresses are allowed).
    Url,
    /// A credential: printable ASCII without spaces.
    Token,
    /// A credential or key that may span lines.
    Key,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// The base of the vendor's API, which every kind takes: the one setting that the bridge itself knows by name.
pub const API_URL: Setting = Setting::optional("api_url", Form::Url, "the https address of the vendor's API");

impl Setting {
    /// A setting that an install needs.
    pub const fn required(name: &'static str, form: Form, help: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, form, help) }
    }

    /// A setting that an install may leave out.
    pub const fn optional(name: &'static str, form: Form, help: &'static str) -> Self {
        Self {
            name,
            required: false,
            secret: false,
            made: None,
            shown_once: false,
            internal: false,
            topic: None,
            form,
            help,
        }
    }

    /// A credential that the bridge makes and only the platform is told.
    pub const fn internal(name: &'static str, made: Made, help: &'static str) -> Self {
        Self { internal: true, ..Self::optional(name, Form::Token, help).secret().made(made) }
    }

    /// The same setting as a credential.
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The same setting, made by the bridge when an install leaves it out.
    pub const fn made(self, made: Made) -> Self {
        Self { made: Some(made), ..self }
    }

    /// The same setting, shown by the answer to the install that made its value.
    pub const fn shown_once(self) -> Self {
        Self { shown_once: true, ..self }
    }

    /// The same setting as the id of the helpdesk's topic.
    pub const fn topic(self) -> Self {
        Self { topic: Some(Topic::Id), ..self }
    }

    /// The same setting as the id of the helpdesk's topic or its title.
    pub const fn topic_or_title(self) -> Self {
        Self { topic: Some(Topic::IdOrTitle), ..self }
    }

    /// Checks a value against the form and gives it back as it shall be stored, without space around it.
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

    /// Whether the bridge made this value: the prefix of what it makes tells.
    pub fn is_made(&self, value: &str) -> bool {
        matches!(self.made, Some(Made::Hex { prefix }) if !prefix.is_empty() && value.starts_with(prefix))
    }

    /// The answer to a missing or malformed value.
    pub fn error(&self) -> SettingError {
        SettingError { setting: self.name.to_owned(), should_be: self.help.to_owned() }
    }
}

/// The topic that the setting marked as such names, where there is one.
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

/// A setting that is missing or malformed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{setting}` should be {should_be}")]
pub struct SettingError {
    /// Its name, with its side where there is one: `channel.auth_token`.
    pub setting: String,
    /// What it should be.
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
        // Without a prefix nothing tells.
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
