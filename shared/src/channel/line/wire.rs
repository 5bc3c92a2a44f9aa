//! LINE's own shapes: <https://developers.line.biz/en/reference/messaging-api/>. Only what the bridge sends, and
//! reads in answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What calls answer, all of it optional.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Answer {
    pub(super) message: String,
    pub(super) details: Vec<Detail>,
    pub(super) sent_messages: Vec<SentMessage>,
    pub(super) user_id: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) picture_url: Option<String>,
    pub(super) language: Option<String>,
    pub(super) status: Option<String>,
    pub(super) active: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Detail {
    pub(super) property: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SentMessage {
    pub(super) id: String,
}

/// A push.
#[derive(Debug, Serialize)]
pub(super) struct Push<'a> {
    pub(super) to: &'a str,
    pub(super) messages: &'a [Outbound],
}

/// A message that is sent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outbound {
    #[serde(flatten)]
    pub(super) content: Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quick_reply: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sender: Option<Sender>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Content {
    Text { text: String },
    Image { original_content_url: String, preview_image_url: String },
    Video { original_content_url: String, preview_image_url: String },
    Audio { original_content_url: String, duration: u64 },
    Location { title: String, address: String, latitude: f64, longitude: f64 },
    Template { alt_text: String, template: Value },
}

/// Who wrote it, as shown.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sender {
    pub(super) name: String,
}
