//! What an install or a change asks for, checked field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    adapter::{Account, Adapter, settings::API_URL},
    channel::CHANNELS,
    helpdesk::HELPDESKS,
    installations::OpenInstallation,
    model::installation::{Options, Side, SideSettings},
    outside::clock::now,
    tools::{
        answer::ApiError,
        secret::{Secret, Secrets},
    },
};

/// What an installation shall be. Every field has the form that it should have; no vendor was asked yet.
#[derive(Debug)]
pub struct Wanted {
    pub(super) channel: WantedSide,
    pub(super) helpdesk: WantedSide,
    /// How the bridge shall behave.
    pub(super) options: Options,
    /// What names the helpdesk's account beside what its check teaches.
    pub(super) account_keys: Vec<String>,
}

/// What one side of an installation shall be.
pub(super) struct WantedSide {
    pub(super) adapter: &'static dyn Adapter,
    /// Its kind and settings.
    pub(super) side: SideSettings,
    /// Its credentials.
    pub(super) secrets: Secrets,
}

impl std::fmt::Debug for WantedSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WantedSide").field("side", &self.side).finish_non_exhaustive()
    }
}

impl Wanted {
    /// Reads an install request. `allow_http` permits http URLs, for local runs.
    ///
    /// # Errors
    /// 422 with the setting's name and what it should be.
    pub fn from_post(body: &Value, allow_http: bool) -> Result<Self, ApiError> {
        let body = body.as_object().ok_or_else(|| bad("the request", "a JSON object with `helpdesk` and `channel`"))?;
        let nested = if body.get("channel").is_some_and(Value::is_object) { None } else { nest(body) };
        let body = nested.as_ref().unwrap_or(body);
        only(body, &["helpdesk", "channel", "settings"], "the request")?;
        let (helpdesk, channel) = (section(body, Side::Helpdesk)?, section(body, Side::Channel)?);
        Ok(Self {
            helpdesk: given(Side::Helpdesk, helpdesk, allow_http)?,
            channel: given(Side::Channel, channel, allow_http)?,
            options: options(body.get("settings"), &Options::default())?,
            account_keys: Vec::new(),
        })
    }

    /// Reads the change of an installation: what it names replaces what is there, `null` removes it, everything else
    /// stays.
    ///
    /// # Errors
    /// As [`from_post`](Self::from_post).
    pub(super) fn from_patch(patch: &Value, open: &OpenInstallation, allow_http: bool) -> Result<Self, ApiError> {
        let refused = |code, message: String| ApiError::unprocessable(code, message);
        let object = patch.as_object();
        let patch = object.ok_or_else(|| refused("bad_setting", "the request should be a JSON object".into()))?;
        if let Some(unknown) = patch.keys().find(|key| !matches!(key.as_str(), "channel" | "helpdesk" | "settings")) {
            return Err(refused("unknown_setting", format!("`{unknown}` is not known; remove it")));
        }
        let (installation, sealed) = (&open.installation, &open.sealed);
        let channel = Before { adapter: open.channel, side: &installation.channel, secrets: &sealed.channel };
        let helpdesk = Before { adapter: open.helpdesk, side: &installation.helpdesk, secrets: &sealed.helpdesk };
        Ok(Self {
            channel: changed(Side::Channel, patch, &channel, allow_http)?,
            helpdesk: changed(Side::Helpdesk, patch, &helpdesk, allow_http)?,
            options: options(patch.get("settings"), &installation.options)?,
            account_keys: installation.account_keys.clone(),
        })
    }

    pub(super) fn side(&self, side: Side) -> &WantedSide {
        match side {
            Side::Channel => &self.channel,
            Side::Helpdesk => &self.helpdesk,
        }
    }

    /// A side as its adapter sees it, before there is a URL.
    pub(super) fn account(&self, side: Side) -> Account<'_> {
        let WantedSide { side, secrets, .. } = self.side(side);
        Account {
            channel_kind: &self.channel.side.kind,
            settings: &side.settings,
            secrets,
            options: &self.options,
            webhook_url: None,
            now: now(),
        }
    }
}

/// A side as it is before a change.
struct Before<'a> {
    adapter: &'static dyn Adapter,
    side: &'a SideSettings,
    secrets: &'a Secrets,
}

/// A side of an install request.
fn given(side: Side, given: &Map<String, Value>, allow_http: bool) -> Result<WantedSide, ApiError> {
    let kinds: Vec<(&str, &'static dyn Adapter)> = match side {
        Side::Channel => CHANNELS.iter().map(|(kind, channel)| (*kind, *channel as &dyn Adapter)).collect(),
        Side::Helpdesk => HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, *helpdesk as &dyn Adapter)).collect(),
    };
    let kind = given.get("kind").and_then(Value::as_str);
    let Some((kind, adapter)) = kinds.iter().find(|(known, _)| kind == Some(*known)) else {
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        let message = format!("`{}.kind` should be one of: {}", side.word(), names.join(", "));
        return Err(ApiError::unprocessable("unknown_kind", message));
    };
    let nothing = SideSettings { kind: (*kind).to_owned(), settings: BTreeMap::new() };
    laid_on(side, given, &Before { adapter: *adapter, side: &nothing, secrets: &Secrets::new() }, allow_http)
}

/// A side after a change.
fn changed(
    side: Side,
    patch: &Map<String, Value>,
    before: &Before<'_>,
    allow_http: bool,
) -> Result<WantedSide, ApiError> {
    let name = side.word();
    let empty = Map::new();
    let patch = match patch.get(name) {
        None | Some(Value::Null) => &empty,
        Some(patch) => patch.as_object().ok_or_else(|| bad(name, "an object"))?,
    };
    if patch.get("kind").is_some_and(|kind| kind.as_str() != Some(&before.side.kind)) {
        return Err(bad(
            &format!("{name}.kind"),
            "what it was at the install; make a new installation for another kind",
        ));
    }
    laid_on(side, patch, before, allow_http)
}

/// What was there with what is given in its place, each setting in its form.
fn laid_on(
    side: Side,
    given: &Map<String, Value>,
    before: &Before<'_>,
    allow_http: bool,
) -> Result<WantedSide, ApiError> {
    let name = side.word();
    let known = before.adapter.settings();
    let open = || known.iter().filter(|setting| !setting.internal);
    let all = || open().chain((!known.iter().any(|setting| setting.name == API_URL.name)).then_some(&API_URL));
    let SideSettings { kind, mut settings } = before.side.clone();
    let mut secrets = before.secrets.clone();
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
    Ok(WantedSide { adapter: before.adapter, side: SideSettings { kind, settings }, secrets })
}

/// The options of a request, on top of those that hold already.
fn options(patch: Option<&Value>, before: &Options) -> Result<Options, ApiError> {
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

/// Marketplace forms are flat: `helpdesk_kind`, `helpdesk_token`, `channel_auth_token`, `on_resolved`, …; what belongs
/// to neither side and is no option is the form's own business. A form shows the settings of every kind and sends those
/// that were left empty as well.
fn nest(flat: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut sides: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let options = serde_json::to_value(Options::default()).unwrap_or_default();
    let is_empty = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    for (name, value) in flat.iter().filter(|(_, value)| !is_empty(value)) {
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

fn section(body: &Map<String, Value>, side: Side) -> Result<&Map<String, Value>, ApiError> {
    let section = body.get(side.word()).and_then(Value::as_object);
    section.ok_or_else(|| bad(side.word(), "an object with `kind` and the settings of that kind"))
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
