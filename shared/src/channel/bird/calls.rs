//! Calls to Bird: where to, with which key, and what stands in the answers.

use http::{HeaderValue, Method, Request, header};
use serde_json::Value;

use crate::{
    adapter::{Account, Call, RenderError, Repeat, Step, json_call},
    model::message::{Media, MediaSource},
};

/// The setting that holds the key.
pub(super) const API_KEY: &str = "api_key";

/// A file of a contact. Its path is asked for at our own region, so the key goes nowhere else; Bird then redirects to a
/// link that needs none.
pub(super) fn fetch(account: &Account<'_>, media: &Media) -> Result<Step, RenderError> {
    let foreign = || RenderError::new("the file's address is not one of Bird's");
    let MediaSource::Reference { id } = &media.source else { return Err(foreign()) };
    let url = url::Url::parse(id).map_err(|_| foreign())?;
    let is_birds = |host: &str| host == "platform.bird.com" || host.ends_with(".platform.bird.com");
    let base = base(account)?;
    let is_ours = url::Url::parse(&base).is_ok_and(|base| base.origin() == url.origin());
    if !is_ours && !url.host_str().is_some_and(is_birds) {
        return Err(foreign());
    }
    let mut key = HeaderValue::from_str(&bearer(account)?).map_err(|_| foreign())?;
    key.set_sensitive(true);
    let url = if is_ours { url.to_string() } else { format!("{base}{}", url.path()) };
    Ok(Step::Download(Request::get(url).header(header::AUTHORIZATION, key).body(())?))
}

pub(super) fn call(
    account: &Account<'_>,
    name: &'static str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Call, RenderError> {
    let url = format!("{}{path}", base(account)?);
    json_call(name, method, &url, ("authorization", &bearer(account)?), body, Repeat::Harmless)
}

pub(super) fn word(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn bearer(account: &Account<'_>) -> Result<String, RenderError> {
    let key = account.secret(API_KEY).map(|key| key.reveal());
    key.map(|key| format!("Bearer {key}")).ok_or_else(|| RenderError::new("the API key of Bird is missing"))
}

/// The region that the key names: `bk_eu1_…`.
pub(super) fn region<'a>(account: &Account<'a>) -> Option<&'a str> {
    let (region, _) = account.secret(API_KEY)?.reveal().strip_prefix("bk_")?.split_once('_')?;
    (!region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(region)
}

fn base(account: &Account<'_>) -> Result<String, RenderError> {
    match (account.setting("api_url"), region(account)) {
        (Some(url), _) => Ok(url.trim_end_matches('/').to_owned()),
        (None, Some(region)) => Ok(format!("https://{region}.platform.bird.com")),
        (None, None) => Err(RenderError::new("the API key of Bird names no region")),
    }
}
