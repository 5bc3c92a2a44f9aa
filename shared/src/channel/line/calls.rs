//! Calls to LINE that carry no message, and the base URL and token of every call.

use http::Method;
use serde_json::json;

use super::{
    ACCESS_TOKEN,
    wire::{
        API_URL, BOT_INFO, BOT_INFO_PATH, CONTENT, DATA_API_URL, GET_WEBHOOK, MARK_READ, MARK_READ_PATH, MESSAGE_PATH,
        PROFILE, PROFILE_PATH, QUOTA, QUOTA_PATH, QUOTA_USED, QUOTA_USED_PATH, SET_WEBHOOK, SetWebhook, TRANSCODING,
        TYPING, TYPING_PATH, WEBHOOK_PATH,
    },
};
use crate::{
    adapter::{Account, Call, CallBuilder, RenderError, Step},
    channel::encoded,
    model::message::MediaKind,
};

/// Requests the bot's profile.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, BOT_INFO, Method::GET, BOT_INFO_PATH)?.step()
}

/// Marks a contact's message, and with it all earlier ones, as read. LINE permits it while the account's chat is on.
pub(super) fn mark_read(account: &Account<'_>, token: &str) -> Result<Step, RenderError> {
    let body = json!({"markAsReadToken": token});
    to(account, MARK_READ, Method::POST, MARK_READ_PATH)?.json(&body).harmless().step()
}

/// Shows the contact that an agent is typing, for at most 20 seconds. Only chats with one person show it.
pub(super) fn typing(account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    let body = json!({"chatId": contact, "loadingSeconds": 20});
    to(account, TYPING, Method::POST, TYPING_PATH)?.json(&body).harmless().step()
}

/// Requests the number of messages that the plan includes in this month.
pub(super) fn quota(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, QUOTA, Method::GET, QUOTA_PATH)?.step()
}

/// Requests the number of messages that were sent in this month.
pub(super) fn quota_used(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, QUOTA_USED, Method::GET, QUOTA_USED_PATH)?.step()
}

/// Sets the webhook URL.
pub(super) fn register(account: &Account<'_>, url: &str) -> Result<Step, RenderError> {
    to(account, SET_WEBHOOK, Method::PUT, WEBHOOK_PATH)?.json(&SetWebhook { endpoint: url }).harmless().step()
}

/// Requests the webhook's settings, which say whether the webhook is switched on.
pub(super) fn registration(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, GET_WEBHOOK, Method::GET, WEBHOOK_PATH)?.step()
}

/// Requests a contact's profile.
pub(super) fn profile(account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    to(account, PROFILE, Method::GET, &format!("{PROFILE_PATH}/{}", encoded(contact)))?.step()
}

/// Fetches a contact's file. LINE may still be preparing a video or a recording when the event arrives, so the first
/// call asks whether the file is ready, unless `was_asked`.
pub(super) fn fetch(account: &Account<'_>, kind: MediaKind, id: &str, was_asked: bool) -> Result<Step, RenderError> {
    let base = account.setting("data_api_url").unwrap_or(DATA_API_URL).trim_end_matches('/');
    let content = format!("{base}{MESSAGE_PATH}/{}/content", encoded(id));
    let token = account.require_secret(ACCESS_TOKEN)?;
    if matches!(kind, MediaKind::Video | MediaKind::Audio) && !was_asked {
        return Call::get(TRANSCODING, format!("{content}/transcoding")).bearer(token).step();
    }
    Call::get(CONTENT, content).bearer(token).download()
}

/// Starts a call with the channel's access token.
pub(super) fn to(
    account: &Account<'_>,
    name: &'static str,
    method: Method,
    path: &str,
) -> Result<CallBuilder, RenderError> {
    let call = Call::to(name, method, format!("{}{path}", account.api_url(API_URL)));
    Ok(call.bearer(account.require_secret(ACCESS_TOKEN)?))
}
