//! Calls to Twilio that carry no message, and the base URL and credential of every call.

use serde_json::json;

use super::{
    ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN,
    wire::{
        API_URL, CONTENT_URL, FETCH_ACCOUNT, FETCH_CONTENT, FETCH_MEDIA, HOSTS, MARK_READ, MESSAGING_URL, TYPING_PATH,
    },
};
use crate::{
    adapter::{Account, Call, CallBuilder, RenderError, Step},
    channel::{encoded, vendor_file},
};

/// Requests the account. The call uses the auth token even if an API key sends the messages, because the token signs
/// the webhooks.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    let call = Call::get(FETCH_ACCOUNT, format!("{}.json", account_url(account)?));
    call.basic(account.require(ACCOUNT_SID)?, account.require_secret(AUTH_TOKEN)?).step()
}

/// Marks a contact's message on WhatsApp, and with it all earlier ones, as read. Twilio also shows that an agent is
/// typing (<https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource>).
pub(super) fn mark_read(account: &Account<'_>, message: &str) -> Result<Step, RenderError> {
    let base = other_host(account, MESSAGING_URL);
    let body = json!({"channel": "WHATSAPP", "messageId": message});
    authorized(account, Call::post(MARK_READ, format!("{base}{TYPING_PATH}")))?.json(&body).harmless().step()
}

/// Requests the description of a template.
pub(super) fn find_content(account: &Account<'_>, sid: &str) -> Result<Step, RenderError> {
    let base = other_host(account, CONTENT_URL);
    authorized(account, Call::get(FETCH_CONTENT, format!("{base}/v1/Content/{}", encoded(sid))))?.step()
}

/// Returns the base of an API that Twilio serves from a host of its own. Any base that the account sets, other than that
/// of the main API, stands for all of Twilio's hosts.
fn other_host<'a>(account: &Account<'a>, own: &'a str) -> &'a str {
    let base = account.api_url(own);
    if base == API_URL { own } else { base }
}

/// Fetches a contact's file. The address comes from a signed call, and still the credential goes to Twilio's hosts
/// only.
pub(super) fn fetch(account: &Account<'_>, address: &str) -> Result<Step, RenderError> {
    let url = vendor_file("Twilio", address, account.api_url(API_URL), |host| host.ends_with(HOSTS))?;
    authorized(account, Call::get(FETCH_MEDIA, url))?.download()
}

/// Returns the base URL of the account's resources.
pub(super) fn account_url(account: &Account<'_>) -> Result<String, RenderError> {
    Ok(format!("{}/2010-04-01/Accounts/{}", account.api_url(API_URL), account.require(ACCOUNT_SID)?))
}

/// Adds the API key to a call if there is one, and otherwise the auth token.
pub(super) fn authorized(account: &Account<'_>, call: CallBuilder) -> Result<CallBuilder, RenderError> {
    Ok(match account.setting(API_KEY_SID).zip(account.secret(API_KEY_SECRET)) {
        Some((key, secret)) => call.basic(key, secret.reveal()),
        None => call.basic(account.require(ACCOUNT_SID)?, account.require_secret(AUTH_TOKEN)?),
    })
}
