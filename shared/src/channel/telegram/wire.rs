//! The JSON of Telegram's methods and answers (<https://core.telegram.org/bots/api#making-requests>).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The base of the API, without the token.
pub(super) const API_URL: &str = "https://api.telegram.org";

pub(super) const GET_ME: &str = "getMe";
pub(super) const SET_WEBHOOK: &str = "setWebhook";
pub(super) const DELETE_WEBHOOK: &str = "deleteWebhook";
pub(super) const SEND_CHAT_ACTION: &str = "sendChatAction";
pub(super) const GET_FILE: &str = "getFile";

/// The updates that the bot receives. Telegram keeps the last list if none is given, so the bridge always gives one.
pub(super) const ALLOWED_UPDATES: &[&str] = &[
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
];

/// The answer of every method.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) ok: bool,
    #[serde(default)]
    pub(super) result: Value,
    #[serde(default)]
    pub(super) error_code: u16,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) parameters: Parameters,
}

/// The machine-readable part of an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    pub(super) retry_after: Option<u64>,
    pub(super) migrate_to_chat_id: Option<i64>,
}

/// The body of `setWebhook`.
#[derive(Debug, Serialize)]
pub(super) struct SetWebhook<'a> {
    pub(super) url: &'a str,
    pub(super) secret_token: &'a str,
    pub(super) max_connections: u32,
    pub(super) allowed_updates: &'a [&'a str],
    pub(super) drop_pending_updates: bool,
}
