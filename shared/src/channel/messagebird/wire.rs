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
    /// The receiver of a message of the Conversations API.
    to: serde_json::Value,
    /// The receivers of an SMS or MMS.
    recipients: serde_json::Value,
}

impl Answer {
    /// Returns the telephone number of the message's receiver, as MessageBird spells it. SMS and MMS state it as an
    /// integer.
    pub(super) fn receiver(&self) -> Option<String> {
        let recipient = || self.recipients.pointer("/items/0/recipient")?.as_u64().map(|number| format!("+{number}"));
        self.to.as_str().map(str::to_owned).or_else(recipient)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct VendorError {
    pub(super) code: Option<u32>,
    pub(super) description: Option<String>,
}
