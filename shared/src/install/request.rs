//! What an install request says, checked field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    adapter::Adapter,
    answer::ApiError,
    channel::{CHANNELS, Channel, channel},
    helpdesk::{HELPDESKS, Helpdesk, helpdesk},
    installation::SideSettings,
    secret::{Secret, Secrets},
    settings::{Form, Options, Setting},
};

/// An install request in which every field has the form that it should have.
#[derive(Debug)]
pub struct InstallRequest {
    /// The channel's side.
    pub channel: Side<dyn Channel>,
    /// The helpdesk's side.
    pub helpdesk: Side<dyn Helpdesk>,
    /// How the bridge shall behave.
    pub options: Options,
}

/// One side of an install request.
pub struct Side<A: ?Sized + 'static> {
    /// Its adapter.
    pub adapter: &'static A,
    /// Its kind and settings.
    pub settings: SideSettings,
    /// Its credentials.
    pub secrets: Secrets,
}

impl<A: ?Sized> std::fmt::Debug for Side<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Side").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The base of the vendor's API, which every kind takes.
const API_URL: Setting = Setting::optional("api_url", Form::Url, "the https address of the vendor's API");

impl InstallRequest {
    /// Reads a request. `allow_http` permits http URLs, for local runs.
    ///
    /// # Errors
    /// 422 with the setting's name and what it should be.
    pub fn parse(body: &Value, allow_http: bool) -> Result<Self, ApiError> {
        let body = body.as_object().ok_or_else(|| bad("the request", "a JSON object with `helpdesk` and `channel`"))?;
        let nested = if body.get("channel").is_some_and(Value::is_object) { None } else { nest(body) };
        let body = nested.as_ref().unwrap_or(body);
        only(body, &["helpdesk", "channel", "settings"], "the request")?;
        let helpdesk_side = section(body, "helpdesk")?;
        let channel_side = section(body, "channel")?;
        let adapter = named(helpdesk_side, "helpdesk", helpdesk, || HELPDESKS.iter().map(|(kind, _)| *kind).collect())?;
        let helpdesk = side("helpdesk", adapter, adapter, helpdesk_side, None, allow_http)?;
        let adapter = named(channel_side, "channel", channel, || CHANNELS.iter().map(|(kind, _)| *kind).collect())?;
        let channel = side("channel", adapter, adapter, channel_side, None, allow_http)?;
        Ok(Self { channel, helpdesk, options: options(body.get("settings"), &Options::default())? })
    }
}

/// The changed side of a PATCH: what it names replaces what is there, `null` removes it, everything else stays.
///
/// # Errors
/// 422 with the setting's name and what it should be.
pub(super) fn patched<A: ?Sized>(
    name: &'static str,
    (adapter, plain): (&'static A, &dyn Adapter),
    patch: Option<&Value>,
    before: (&SideSettings, &Secrets),
    allow_http: bool,
) -> Result<Side<A>, ApiError> {
    let empty = Map::new();
    let patch = match patch {
        None | Some(Value::Null) => &empty,
        Some(patch) => patch.as_object().ok_or_else(|| bad(name, "an object"))?,
    };
    if patch.get("kind").is_some_and(|kind| kind.as_str() != Some(&before.0.kind)) {
        return Err(bad(
            &format!("{name}.kind"),
            "what it was at the install; make a new installation for another kind",
        ));
    }
    side(name, adapter, plain, patch, Some(before), allow_http)
}

/// The options of a request, on top of those that hold already.
pub(super) fn options(patch: Option<&Value>, before: &Options) -> Result<Options, ApiError> {
    let patch = match patch {
        None | Some(Value::Null) => return Ok(before.clone()),
        Some(patch) => patch.as_object().ok_or_else(|| bad("settings", "an object"))?,
    };
    let mut merged = serde_json::to_value(before).unwrap_or_default();
    for (name, value) in patch {
        let should_be = match name.as_str() {
            "on_resolved" => "`reopen` or `new`",
            "relay_bot_messages" | "agent_name" | "marketplace" => "true or false",
            "repeat_window_seconds" => "a number of seconds from 0 to 60",
            _ => {
                return Err(ApiError::unprocessable(
                    "unknown_setting",
                    format!("`settings.{name}` is not known; remove it"),
                ));
            }
        };
        let mut alone = serde_json::to_value(Options::default()).unwrap_or_default();
        if let (Some(alone), Some(merged)) = (alone.as_object_mut(), merged.as_object_mut()) {
            alone.insert(name.clone(), value.clone());
            merged.insert(name.clone(), value.clone());
        }
        match serde_json::from_value::<Options>(alone) {
            Ok(options) if options.repeat_window_seconds <= 60 => {}
            _ => return Err(bad(&format!("settings.{name}"), should_be)),
        }
    }
    serde_json::from_value(merged).map_err(|_| bad("settings", "an object of the documented settings"))
}

fn named<A: ?Sized>(
    side: &Map<String, Value>,
    name: &str,
    find: impl Fn(&str) -> Option<&'static A>,
    kinds: impl Fn() -> Vec<&'static str>,
) -> Result<&'static A, ApiError> {
    side.get("kind").and_then(Value::as_str).and_then(find).ok_or_else(|| {
        let message = format!("`{name}.kind` should be one of: {}", kinds().join(", "));
        ApiError::unprocessable("unknown_kind", message)
    })
}

fn side<A: ?Sized>(
    name: &str,
    adapter: &'static A,
    plain: &dyn Adapter,
    given: &Map<String, Value>,
    before: Option<(&SideSettings, &Secrets)>,
    allow_http: bool,
) -> Result<Side<A>, ApiError> {
    let known = plain.settings();
    let all = || known.iter().chain((!known.iter().any(|setting| setting.name == API_URL.name)).then_some(&API_URL));
    let kind = given.get("kind").and_then(Value::as_str).or(before.map(|(side, _)| side.kind.as_str()));
    let mut settings = before.map(|(side, _)| side.settings.clone()).unwrap_or_default();
    let mut secrets = before.map(|(_, secrets)| secrets.clone()).unwrap_or_default();
    if let Some(unknown) = given.keys().find(|key| *key != "kind" && all().all(|setting| setting.name != **key)) {
        let message = format!("`{name}.{unknown}` is not known; remove it");
        return Err(ApiError::unprocessable("unknown_setting", message));
    }
    for setting in all() {
        let refused = || bad(&format!("{name}.{}", setting.name), setting.help);
        match given.get(setting.name) {
            None => {}
            Some(Value::Null) => {
                settings.remove(setting.name);
                secrets.remove(setting.name);
            }
            Some(value) => {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return Err(refused()),
                };
                // Forms send what was left empty.
                if text.trim().is_empty() && !setting.required {
                    continue;
                }
                let text = setting.check(&text, allow_http).map_err(|_| refused())?;
                if setting.secret {
                    secrets.insert(setting.name.to_owned(), Secret::new(text));
                } else {
                    settings.insert(setting.name.to_owned(), text);
                }
            }
        }
        if setting.required && !settings.contains_key(setting.name) && !secrets.contains_key(setting.name) {
            return Err(refused());
        }
    }
    Ok(Side { adapter, settings: SideSettings { kind: kind.unwrap_or_default().to_owned(), settings }, secrets })
}

/// Marketplace forms are flat: `helpdesk_kind`, `helpdesk_token`, `channel_auth_token`, `on_resolved`, …; what belongs
/// to neither side and is no option is the form's own business.
fn nest(flat: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut sides: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let options = serde_json::to_value(Options::default()).unwrap_or_default();
    for (name, value) in flat {
        if let Some((side, name)) = name.split_once('_').filter(|(side, _)| matches!(*side, "helpdesk" | "channel")) {
            sides.entry(side).or_default().insert(name.to_owned(), value.clone());
        } else if options.get(name).is_some() {
            let value = match value.as_str() {
                Some("true") => Value::Bool(true),
                Some("false") => Value::Bool(false),
                Some(text) => text.parse::<u32>().map_or_else(|_| value.clone(), Value::from),
                None => value.clone(),
            };
            sides.entry("settings").or_default().insert(name.clone(), value);
        }
    }
    let is_flat = sides.contains_key("helpdesk") || sides.contains_key("channel");
    is_flat.then(|| sides.into_iter().map(|(name, side)| (name.to_owned(), Value::Object(side))).collect())
}

fn section<'a>(body: &'a Map<String, Value>, name: &'static str) -> Result<&'a Map<String, Value>, ApiError> {
    body.get(name)
        .and_then(Value::as_object)
        .ok_or_else(|| bad(name, "an object with `kind` and the settings of that kind"))
}

fn only(body: &Map<String, Value>, known: &[&str], what: &str) -> Result<(), ApiError> {
    match body.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let message = format!("`{key}` in {what} is not known; known are {}", known.join(", "));
            Err(ApiError::unprocessable("unknown_setting", message))
        }
    }
}

fn bad(setting: &str, should_be: &str) -> ApiError {
    ApiError::unprocessable("bad_setting", format!("`{setting}` should be {should_be}"))
}
