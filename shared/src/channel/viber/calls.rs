//! Calls to Viber that carry no message, and the base URL and token of every call.

use super::{
    AUTH_TOKEN,
    wire::{API_URL, EVENT_TYPES, GET_ACCOUNT_INFO, GET_USER_DETAILS, NoFields, SET_WEBHOOK, SetWebhook, UserDetails},
};
use crate::adapter::{Account, Call, CallBuilder, RenderError, Step};

/// Requests the account.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, GET_ACCOUNT_INFO)?.json(&NoFields {}).harmless().step()
}

/// Sets the webhook URL.
pub(super) fn register(account: &Account<'_>, url: &str) -> Result<Step, RenderError> {
    let (send_name, send_photo) = (Some(true), Some(true));
    let webhook = SetWebhook { url, event_types: EVENT_TYPES, send_name, send_photo };
    to(account, SET_WEBHOOK)?.json(&webhook).harmless().step()
}

/// Removes the webhook URL.
pub(super) fn unregister(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, SET_WEBHOOK)?.json(&SetWebhook::default()).harmless().step()
}

/// Requests a contact's profile.
pub(super) fn profile(account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    to(account, GET_USER_DETAILS)?.json(&UserDetails { id: contact }).harmless().step()
}

/// Starts a call with the bot's token. The call's name is also its path.
pub(super) fn to(account: &Account<'_>, name: &'static str) -> Result<CallBuilder, RenderError> {
    let call = Call::post(name, format!("{}/{name}", account.api_url(API_URL)));
    Ok(call.secret_header("x-viber-auth-token", account.require_secret(AUTH_TOKEN)?))
}
