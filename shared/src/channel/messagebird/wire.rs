//! The JSON of MessageBird's API (<https://developers.messagebird.com/api/>).

use serde::Deserialize;

/// The base of the API for SMS and the account.
pub(super) const API_URL: &str = "https://rest.messagebird.com";
/// The base of the Conversations API.
pub(super) const CONVERSATIONS_URL: &str = "https://conversations.messagebird.com/v1";
/// The host of contacts' files.
pub(super) const MEDIA_HOST: &str = "media.messagebird.com";

pub(super) const SEND_SMS: &str = "send_sms";
pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const BALANCE: &str = "balance";
pub(super) const GET_FILE: &str = "get_file";

/// The fields of answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) id: Option<String>,
    pub(super) errors: Vec<VendorError>,
}

#[derive(Debug, Deserialize)]
pub(super) struct VendorError {
    pub(super) code: Option<u32>,
    pub(super) description: Option<String>,
}
