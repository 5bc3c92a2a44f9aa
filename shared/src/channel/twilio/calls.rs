//! Calls to Twilio that carry no message; where every call goes, and with which credential.

use super::{
    ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN,
    wire::{API_URL, FETCH_ACCOUNT, FETCH_MEDIA, HOSTS},
};
use crate::{
    adapter::{Account, Call, CallBuilder, RenderError, Step},
    channel::vendor_file,
};

/// Asks for the account. It is the auth token that is tried, also where an API key sends: the token signs the webhooks.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    let call = Call::get(FETCH_ACCOUNT, format!("{}.json", account_url(account)?));
    call.basic(account.require(ACCOUNT_SID)?, account.require_secret(AUTH_TOKEN)?).step()
}

/// Fetches a file of a contact. Its address comes from a signed call, and the credential still goes to Twilio's hosts
/// only.
pub(super) fn fetch(account: &Account<'_>, address: &str) -> Result<Step, RenderError> {
    let url = vendor_file("Twilio", address, account.api_url(API_URL), |host| host.ends_with(HOSTS))?;
    authorized(account, Call::get(FETCH_MEDIA, url))?.download()
}

/// The base of what belongs to the account.
pub(super) fn account_url(account: &Account<'_>) -> Result<String, RenderError> {
    Ok(format!("{}/2010-04-01/Accounts/{}", account.api_url(API_URL), account.require(ACCOUNT_SID)?))
}

/// The call with the API key where there is one, else with the auth token.
pub(super) fn authorized(account: &Account<'_>, call: CallBuilder) -> Result<CallBuilder, RenderError> {
    Ok(match account.setting(API_KEY_SID).zip(account.secret(API_KEY_SECRET)) {
        Some((key, secret)) => call.basic(key, secret.reveal()),
        None => call.basic(account.require(ACCOUNT_SID)?, account.require_secret(AUTH_TOKEN)?),
    })
}
