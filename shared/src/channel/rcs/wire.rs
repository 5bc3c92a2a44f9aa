//! The JSON of RBM's API
//! (<https://developers.google.com/business-communications/rcs-business-messaging/reference/rest>).

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// The base of the API.
pub(super) const API_URL: &str = "https://rcsbusinessmessaging.googleapis.com";
/// The audience of the bridge's tokens.
pub(super) const AUDIENCE: &str = "https://rcsbusinessmessaging.googleapis.com/";
/// The lifetime of the bridge's tokens, in seconds.
pub(super) const TOKEN_TIME: i64 = 3_600;

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const MARK_READ: &str = "mark_read";
pub(super) const TYPING: &str = "typing";

/// The envelope of an event, and the handshake with which the console confirms that the URL belongs to the bridge.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    pub(super) message: Option<Data>,
    #[serde(rename = "clientToken")]
    pub(super) client_token: Option<String>,
    pub(super) secret: Option<String>,
}

/// The event, in base64.
#[derive(Debug, Deserialize)]
pub(super) struct Data {
    pub(super) data: Option<String>,
}

impl Envelope {
    /// Returns the signed bytes: the event, decoded from base64.
    pub(super) fn event(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.message.as_ref()?.data.as_ref()?).ok()
    }
}

/// The fields of a service account's key file that the bridge needs.
#[derive(Deserialize)]
pub(super) struct ServiceAccount {
    pub(super) client_email: String,
    pub(super) private_key: String,
    pub(super) private_key_id: Option<String>,
}
