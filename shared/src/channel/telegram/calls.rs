//! Calls to Telegram that carry no message, and the URL of every call. The URL contains the credential.

use serde_json::json;

use super::{
    BOT_TOKEN, SECRET_TOKEN,
    wire::{ALLOWED_UPDATES, API_URL, DELETE_WEBHOOK, GET_FILE, GET_ME, SET_WEBHOOK, SetWebhook},
};
use crate::adapter::{Account, Call, CallBuilder, RenderError, Step};

/// The characters that the path of a file must not contain.
const PATH: &percent_encoding::AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// Requests the bot's identity.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, GET_ME)?.json(&json!({})).harmless().step()
}

/// Sets the webhook URL.
pub(super) fn register(account: &Account<'_>, url: &str) -> Result<Step, RenderError> {
    let webhook = SetWebhook {
        url,
        secret_token: account.require_secret(SECRET_TOKEN)?,
        max_connections: 40,
        allowed_updates: ALLOWED_UPDATES,
        drop_pending_updates: false,
    };
    to(account, SET_WEBHOOK)?.json(&webhook).harmless().step()
}

/// Removes the webhook URL.
pub(super) fn unregister(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, DELETE_WEBHOOK)?.json(&json!({"drop_pending_updates": false})).harmless().step()
}

/// Requests the path of a contact's file.
pub(super) fn find_file(account: &Account<'_>, id: &str) -> Result<Step, RenderError> {
    to(account, GET_FILE)?.json(&json!({"file_id": id})).harmless().step()
}

/// Fetches the file at that path.
pub(super) fn fetch(account: &Account<'_>, path: &str) -> Result<Step, RenderError> {
    let (base, token) = (account.api_url(API_URL), account.require_secret(BOT_TOKEN)?);
    let path = percent_encoding::utf8_percent_encode(path, PATH);
    Call::get(GET_FILE, format!("{base}/file/bot{token}/{path}")).download()
}

/// Starts a call of a method. The method's name is also the call's name.
pub(super) fn to(account: &Account<'_>, method: &'static str) -> Result<CallBuilder, RenderError> {
    let (base, token) = (account.api_url(API_URL), account.require_secret(BOT_TOKEN)?);
    Ok(Call::post(method, format!("{base}/bot{token}/{method}")))
}
