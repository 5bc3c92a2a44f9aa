//! The JSON that the bridge posts, exactly as IS-Messenger reads it. The JSON that IS-Messenger posts is read field by
//! field in [`parse`](super::parse), because other bridges have met missing and differently nested fields. Absent
//! fields are left out, never null.

use crate::tools::millis::Millis;
use serde::Serialize;

/// The body of every call to the incoming webhook URL.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Incoming<'a> {
    pub(super) channel_id: &'a str,
    pub(super) contact_id: String,
    /// The only event of the call. Calls with several events have never been seen.
    pub(super) events: [Event; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<Contact>,
}

/// An event of a message.
#[derive(Debug, Serialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: EventKind,
    #[serde(rename = "mId")]
    pub(super) m_id: String,
    /// The time.
    pub(super) timestamp: Millis,
    #[serde(flatten)]
    pub(super) what: What,
}

/// The kinds of [`Event`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventKind {
    /// The customer wrote a message.
    Message,
    /// The business wrote a message elsewhere.
    MessageEcho,
    /// The status of an agent's message.
    MessageStatus,
}

/// The content of an [`Event`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Message(Message),
    Status(Status),
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Message {
    Text {
        text: String,
    },
    Attachment {
        attachment: Attachment,
    },
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
}

/// A file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    /// `image`, `video`, `audio` or `file`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file_name: Option<String>,
}

/// The status of a message.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    /// `sent`, `delivered`, `read` or `failed`.
    pub(super) value: &'static str,
    /// The reason of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

/// The profile of the customer, as far as it is known.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile_pic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) country_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
}
