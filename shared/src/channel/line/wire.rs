//! The JSON of LINE's API (<https://developers.line.biz/en/reference/messaging-api/>): only what the bridge sends, and
//! what it reads in answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The base of the API.
pub(super) const API_URL: &str = "https://api.line.me";
/// The base of the API for the content of messages.
pub(super) const DATA_API_URL: &str = "https://api-data.line.me";

pub(super) const BOT_INFO_PATH: &str = "/v2/bot/info";
pub(super) const WEBHOOK_PATH: &str = "/v2/bot/channel/webhook/endpoint";
pub(super) const PROFILE_PATH: &str = "/v2/bot/profile";
pub(super) const MESSAGE_PATH: &str = "/v2/bot/message";
pub(super) const REPLY_PATH: &str = "/v2/bot/message/reply";
pub(super) const QUOTA_PATH: &str = "/v2/bot/message/quota";
pub(super) const QUOTA_USED_PATH: &str = "/v2/bot/message/quota/consumption";
pub(super) const PUSH_PATH: &str = "/v2/bot/message/push";

pub(super) const TYPING_PATH: &str = "/v2/bot/chat/loading/start";
pub(super) const MARK_READ_PATH: &str = "/v2/bot/chat/markAsRead";

pub(super) const MARK_READ: &str = "mark_read";
pub(super) const TYPING: &str = "typing";
pub(super) const PUSH: &str = "push";
pub(super) const REPLY: &str = "reply";
pub(super) const QUOTA: &str = "quota";
pub(super) const QUOTA_USED: &str = "quota_consumption";
pub(super) const BOT_INFO: &str = "bot_info";
pub(super) const SET_WEBHOOK: &str = "set_webhook_endpoint";
pub(super) const GET_WEBHOOK: &str = "get_webhook_endpoint";
pub(super) const PROFILE: &str = "profile";
pub(super) const TRANSCODING: &str = "transcoding";
pub(super) const CONTENT: &str = "content";

/// The fields of answers, all optional.
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
    /// The number of messages that the plan includes, if there is a limit.
    pub(super) value: Option<u64>,
    pub(super) total_usage: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Detail {
    pub(super) property: Option<String>,
    pub(super) message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SentMessage {
    pub(super) id: String,
}

/// The URL that LINE calls.
#[derive(Debug, Serialize)]
pub(super) struct SetWebhook<'a> {
    pub(super) endpoint: &'a str,
}

/// The body of a push.
#[derive(Debug, Serialize)]
pub(super) struct Push<'a> {
    pub(super) to: &'a str,
    pub(super) messages: &'a [Outbound],
}

/// The body of a reply.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply<'a> {
    pub(super) reply_token: &'a str,
    pub(super) messages: &'a [Outbound],
}

/// A message to a contact.
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
    Text {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        quote_token: Option<String>,
    },
    Image {
        original_content_url: String,
        preview_image_url: String,
    },
    Video {
        original_content_url: String,
        preview_image_url: String,
    },
    Audio {
        original_content_url: String,
        duration: u64,
    },
    Location {
        title: String,
        address: String,
        latitude: f64,
        longitude: f64,
    },
    Template {
        alt_text: String,
        template: Value,
    },
}

/// The name that LINE shows as the sender.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sender {
    pub(super) name: String,
}
