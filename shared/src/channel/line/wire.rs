//! LINE's own shapes: <https://developers.line.biz/en/reference/messaging-api/>. Only what the bridge reads and sends;
//! older events lack many of the common fields.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Callback {
    pub(super) destination: Option<String>,
    pub(super) events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) mode: Option<String>,
    pub(super) timestamp: Option<i64>,
    pub(super) source: Option<Source>,
    pub(super) webhook_event_id: Option<String>,
    pub(super) message: Option<Message>,
    pub(super) postback: Option<Postback>,
    pub(super) unsend: Option<Unsend>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Source {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) user_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: Option<String>,
    pub(super) content_provider: Option<ContentProvider>,
    /// In milliseconds.
    pub(super) duration: Option<u64>,
    pub(super) file_name: Option<String>,
    pub(super) file_size: Option<u64>,
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
    pub(super) title: Option<String>,
    pub(super) address: Option<String>,
    pub(super) sticker_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContentProvider {
    pub(super) original_content_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Postback {
    pub(super) data: String,
    pub(super) params: Option<PostbackParams>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostbackParams {
    pub(super) date: Option<String>,
    pub(super) time: Option<String>,
    pub(super) datetime: Option<String>,
    pub(super) new_rich_menu_alias_id: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unsend {
    #[serde(rename = "messageId")]
    pub(super) _message_id: String,
}

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
