//! Calls to WhatsApp that carry no message, and the base URL and token of every call.

use http::Method;
use serde_json::json;

use super::{
    ACCESS_TOKEN, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID,
    wire::{FILE_HOSTS, GET_FILE, GET_MEDIA, GET_NUMBER, GET_TEMPLATE, MARK_READ},
};
use crate::{
    adapter::{Account, Call, CallBuilder, RenderError, Step},
    channel::{encoded, meta, vendor_file},
};

/// Requests the business number.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, GET_NUMBER, Method::GET, account.require(PHONE_NUMBER_ID)?)?.step()
}

/// Requests the description of a template in all its languages.
pub(super) fn find_template(account: &Account<'_>, name: &str) -> Result<Step, RenderError> {
    let path = format!("{}/message_templates?name={}", encoded(account.require(BUSINESS_ACCOUNT_ID)?), encoded(name));
    to(account, GET_TEMPLATE, Method::GET, &path)?.step()
}

/// Requests the link to a contact's file.
pub(super) fn find_file(account: &Account<'_>, id: &str) -> Result<Step, RenderError> {
    let path = format!("{}?phone_number_id={}", encoded(id), account.require(PHONE_NUMBER_ID)?);
    to(account, GET_MEDIA, Method::GET, &path)?.step()
}

/// Marks a contact's message, and with it all earlier ones, as read, and shows that an agent is typing.
pub(super) fn mark_read(account: &Account<'_>, message: &str) -> Result<Step, RenderError> {
    let path = format!("{}/messages", account.require(PHONE_NUMBER_ID)?);
    let body = json!({
        "messaging_product": "whatsapp", "status": "read", "message_id": message, "typing_indicator": {"type": "text"},
    });
    to(account, MARK_READ, Method::POST, &path)?.json(&body).harmless().step()
}

/// Fetches the file behind that link. The token goes to Meta's hosts only.
pub(super) fn fetch(account: &Account<'_>, link: &str) -> Result<Step, RenderError> {
    let is_metas = |host: &str| {
        let ends_in =
            |domain: &&str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        FILE_HOSTS.iter().any(ends_in)
    };
    let url = vendor_file("Meta", link, account.api_url(meta::API_URL), is_metas)?;
    Call::get(GET_FILE, url).bearer(account.require_secret(ACCESS_TOKEN)?).download()
}

/// Starts a call with the access token.
pub(super) fn to(
    account: &Account<'_>,
    name: &'static str,
    method: Method,
    path: &str,
) -> Result<CallBuilder, RenderError> {
    meta::to(account, ACCESS_TOKEN, name, method, path)
}
