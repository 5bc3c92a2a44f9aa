//! Calls to MessageBird that carry no message, and the base URL and key of every call.

use super::{
    ACCESS_KEY,
    wire::{API_URL, BALANCE, CONVERSATIONS_URL, GET_FILE, MEDIA_HOST},
};
use crate::{
    adapter::{Account, Call, CallBuilder, RenderError, Step},
    channel::vendor_file,
};

/// Requests the balance.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    authorized(account, Call::get(BALANCE, format!("{}/balance", account.api_url(API_URL))))?.step()
}

/// Fetches a contact's file. The access key goes to MessageBird's hosts only.
pub(super) fn fetch(account: &Account<'_>, address: &str) -> Result<Step, RenderError> {
    let url = vendor_file("MessageBird", address, account.api_url(API_URL), |host| host == MEDIA_HOST)?;
    authorized(account, Call::get(GET_FILE, url))?.download()
}

/// Returns the base of the Conversations API.
pub(super) fn conversations_url<'a>(account: &Account<'a>) -> &'a str {
    account.setting("conversations_api_url").unwrap_or(CONVERSATIONS_URL).trim_end_matches('/')
}

/// Adds the access key to a call.
pub(super) fn authorized(account: &Account<'_>, call: CallBuilder) -> Result<CallBuilder, RenderError> {
    Ok(call.secret_header("authorization", format!("AccessKey {}", account.require_secret(ACCESS_KEY)?)))
}
