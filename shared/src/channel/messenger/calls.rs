//! Calls that carry no message, and the base URL and token of every call.

use http::Method;
use serde_json::json;

use super::{
    Messenger, PAGE_TOKEN,
    wire::{GET_ACCOUNT, GET_PROFILE, MARK_SEEN, TYPING},
};
use crate::{
    adapter::{Account, CallBuilder, RenderError, Step},
    channel::{encoded, meta},
};

/// Returns the node that sends.
pub(super) fn sender<'a>(platform: &Messenger, account: &Account<'a>) -> Result<&'a str, RenderError> {
    platform.sender.map_or_else(|| account.require(platform.account_id.name), Ok)
}

/// Requests the node that sends.
pub(super) fn check(platform: &Messenger, account: &Account<'_>) -> Result<Step, RenderError> {
    let path = format!("{}?fields={}", sender(platform, account)?, platform.check.0);
    to(account, GET_ACCOUNT, Method::GET, &path)?.step()
}

/// Requests a contact's profile.
pub(super) fn profile(platform: &Messenger, account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    let path = format!("{}?fields={}", encoded(contact), platform.profile.0);
    to(account, GET_PROFILE, Method::GET, &path)?.step()
}

/// Marks everything that a contact wrote as read.
pub(super) fn mark_seen(platform: &Messenger, account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    act(platform, account, MARK_SEEN, contact, "mark_seen")
}

/// Shows the contact that an agent is typing, for 20 seconds or until the next message.
pub(super) fn typing(platform: &Messenger, account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    act(platform, account, TYPING, contact, "typing_on")
}

fn act(
    platform: &Messenger,
    account: &Account<'_>,
    name: &'static str,
    contact: &str,
    action: &str,
) -> Result<Step, RenderError> {
    let path = format!("{}/messages", sender(platform, account)?);
    let body = json!({"recipient": {"id": contact}, "sender_action": action});
    to(account, name, Method::POST, &path)?.json(&body).harmless().step()
}

/// Starts a call with the Page's access token.
pub(super) fn to(
    account: &Account<'_>,
    name: &'static str,
    method: Method,
    path: &str,
) -> Result<CallBuilder, RenderError> {
    meta::to(account, PAGE_TOKEN, name, method, path)
}
