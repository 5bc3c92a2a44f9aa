//! The fields of Twilio's API (<https://www.twilio.com/docs/messaging/api>). Requests are forms.

use serde::Deserialize;

/// The base of the API.
pub(super) const API_URL: &str = "https://api.twilio.com";
/// The base of the API for typing indicators.
pub(super) const MESSAGING_URL: &str = "https://messaging.twilio.com";
pub(super) const TYPING_PATH: &str = "/v3/Indicators/Typing.json";
/// The domain of Twilio's hosts, on which contacts' files are stored.
pub(super) const HOSTS: &str = ".twilio.com";

pub(super) const CREATE_MESSAGE: &str = "create_message";
pub(super) const MARK_READ: &str = "mark_read";
pub(super) const FETCH_ACCOUNT: &str = "fetch_account";
/// The base of the API of templates.
pub(super) const CONTENT_URL: &str = "https://content.twilio.com";
pub(super) const FETCH_CONTENT: &str = "fetch_content";
pub(super) const FETCH_MEDIA: &str = "fetch_media";

/// An empty answer: any text in it would be sent to the contact.
pub(super) const TWIML: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

/// The fields of a message, in the order of Twilio's documentation.
pub(super) type Fields = Vec<(&'static str, String)>;

/// The fields of answers.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    pub(super) sid: Option<String>,
    pub(super) code: Option<u32>,
    pub(super) message: Option<String>,
    /// The variables of a template, each with an example.
    #[serde(default)]
    pub(super) variables: serde_json::Value,
    /// The receiver of a message, as Twilio spells it.
    pub(super) to: Option<String>,
}

/// Returns the telephone number in an address, if there is one. WhatsApp's own user ids contain none.
pub(super) fn phone(address: &str) -> Option<String> {
    let number = address.split_once(':').map_or(address, |(_, number)| number);
    let digits = number.strip_prefix('+')?;
    ((7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}
