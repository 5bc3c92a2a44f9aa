//! Calls to Messenger that carry no message, and the base URL and token of every call.

use http::Method;
use serde_json::json;

use super::{
    PAGE_ID, PAGE_TOKEN,
    wire::{GET_PAGE, GET_PROFILE, MARK_SEEN, PAGE_FIELDS, PROFILE_FIELDS},
};
use crate::{
    adapter::{Account, CallBuilder, RenderError, Step},
    channel::{encoded, meta},
};

/// Requests the Page.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    let path = format!("{}?fields={PAGE_FIELDS}", account.require(PAGE_ID)?);
    to(account, GET_PAGE, Method::GET, &path)?.step()
}

/// Requests a contact's profile.
pub(super) fn profile(account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    let path = format!("{}?fields={PROFILE_FIELDS}", encoded(contact));
    to(account, GET_PROFILE, Method::GET, &path)?.step()
}

/// Marks everything that a contact wrote as read.
pub(super) fn mark_seen(account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    let path = format!("{}/messages", account.require(PAGE_ID)?);
    let body = json!({"recipient": {"id": contact}, "sender_action": "mark_seen"});
    to(account, MARK_SEEN, Method::POST, &path)?.json(&body).harmless().step()
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
