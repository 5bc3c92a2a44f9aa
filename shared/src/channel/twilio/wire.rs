//! Twilio's own shapes: <https://www.twilio.com/docs/messaging/api>. Requests are forms.

use serde::Deserialize;

/// The base of the API.
pub(super) const API_URL: &str = "https://api.twilio.com";
/// The end of the names of Twilio's hosts, at which the files of contacts are.
pub(super) const HOSTS: &str = ".twilio.com";

pub(super) const CREATE_MESSAGE: &str = "create_message";
pub(super) const FETCH_ACCOUNT: &str = "fetch_account";
pub(super) const FETCH_MEDIA: &str = "fetch_media";

/// An empty answer: whatever text stood in it would be sent to the contact.
pub(super) const TWIML: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

/// The fields of one message, in the order in which Twilio documents them.
pub(super) type Fields = Vec<(&'static str, String)>;

/// What calls answer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    pub(super) sid: Option<String>,
    pub(super) code: Option<u32>,
}
