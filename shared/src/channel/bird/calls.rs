//! Calls to Bird that carry no message, and the base URL and key of every call.

use http::Method;
use serde_json::json;

use super::{
    API_KEY, WEBHOOK_ID,
    wire::{
        APPLE, DELETE_WEBHOOK, GET_FILE, GET_TEMPLATE, HOST, LIST_WEBHOOKS, MARK_READ, Product, TEMPLATES, WEBHOOKS,
    },
};
use crate::{
    adapter::{Account, Call, CallBuilder, RenderError, Step},
    channel::encoded,
    tools::sentences::Sentence,
};

/// Lists the webhooks, which every key may do.
pub(super) fn check(account: &Account<'_>) -> Result<Step, RenderError> {
    to(account, LIST_WEBHOOKS, Method::GET, &format!("{WEBHOOKS}?limit=1"))?.step()
}

/// Marks a contact's message on WhatsApp, and with it all earlier ones, as read, and shows that an agent is typing.
pub(super) fn mark_read(account: &Account<'_>, message: &str) -> Result<Step, RenderError> {
    let path = format!("{}/{}/read", Product::WhatsApp.path(), encoded(message));
    to(account, MARK_READ, Method::POST, &path)?.json(&json!({"typing_indicator": true})).step()
}

/// Requests where a template stands, and then the content of one version in one language. `version` is
/// `<version>/languages/<language>`, once it is known.
pub(super) fn find_template(account: &Account<'_>, slug: &str, version: Option<&str>) -> Result<Step, RenderError> {
    let version = version.map_or_else(String::new, |version| format!("/versions/{version}"));
    to(account, GET_TEMPLATE, Method::GET, &format!("{TEMPLATES}/{}{version}", encoded(slug)))?.step()
}

/// Deletes the bridge's webhook at Bird, if there is one.
pub(super) fn unregister(account: &Account<'_>) -> Result<Step, RenderError> {
    match account.secret(WEBHOOK_ID) {
        Some(id) => to(account, DELETE_WEBHOOK, Method::DELETE, &format!("{WEBHOOKS}/{}", id.reveal()))?.step(),
        None => Ok(Step::Done),
    }
}

/// Fetches a file of Apple Messages from the first of `paths` that has it.
fn fetch_from(account: &Account<'_>, paths: &str) -> Result<Step, RenderError> {
    let (base, key) = (base(account)?, account.require_secret(API_KEY)?);
    let request = |path: &str| Call::get(GET_FILE, format!("{base}{path}")).bearer(key).request();
    paths.split(' ').map(request).collect::<Result<_, _>>().map(Step::DownloadAny)
}

/// Fetches a contact's file. The file's path is requested from the installation's own region, so the key goes nowhere
/// else. Bird then redirects to a link that needs no key.
pub(super) fn fetch(account: &Account<'_>, address: &str) -> Result<Step, RenderError> {
    if address.starts_with(APPLE) {
        return fetch_from(account, address);
    }
    let foreign = || RenderError::new(Sentence::ForeignFile { vendor: "Bird" });
    let url = url::Url::parse(address).map_err(|_| foreign())?;
    let is_birds = |host: &str| host == HOST || host.strip_suffix(HOST).is_some_and(|region| region.ends_with('.'));
    let base = base(account)?;
    let is_ours = url::Url::parse(&base).is_ok_and(|base| base.origin() == url.origin());
    if !is_ours && !url.host_str().is_some_and(is_birds) {
        return Err(foreign());
    }
    let url = if is_ours { url.to_string() } else { format!("{base}{}", url.path()) };
    Call::get(GET_FILE, url).bearer(account.require_secret(API_KEY)?).download()
}

/// Starts a call with the API key. Every call may be repeated: sends carry an idempotency key, and the others find or
/// change what exists.
pub(super) fn to(
    account: &Account<'_>,
    name: &'static str,
    method: Method,
    path: &str,
) -> Result<CallBuilder, RenderError> {
    let call = Call::to(name, method, format!("{}{path}", base(account)?));
    Ok(call.bearer(account.require_secret(API_KEY)?).harmless())
}

/// Returns the region that the key names: `bk_eu1_…`.
pub(super) fn region<'a>(account: &Account<'a>) -> Option<&'a str> {
    let (region, _) = account.secret(API_KEY)?.reveal().strip_prefix("bk_")?.split_once('_')?;
    (!region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(region)
}

fn base(account: &Account<'_>) -> Result<String, RenderError> {
    match (account.setting("api_url"), region(account)) {
        (Some(url), _) => Ok(url.trim_end_matches('/').to_owned()),
        (None, Some(region)) => Ok(format!("https://{region}.{HOST}")),
        (None, None) => Err(RenderError::new("the API key of Bird names no region")),
    }
}
