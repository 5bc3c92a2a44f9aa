//! Install and change requests, checked field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    adapter::{
        Account, Adapter,
        settings::{API_URL, Setting},
    },
    channel::CHANNELS,
    helpdesk::HELPDESKS,
    installations::OpenInstallation,
    model::installation::{MAX_TEXT, Options, Side, SideSettings},
    outside::clock::now,
    tools::{
        answer::ApiError,
        secret::{Secret, Secrets},
        sentences::Sentence,
    },
};

/// The wanted state of an installation. Every field has a valid form; no vendor has been asked yet.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub(super) channel: WantedSide,
    pub(super) helpdesk: WantedSide,
    /// The options of the bridge's behaviour.
    pub(super) options: Options,
    /// The keys that name the helpdesk's account, besides those that its check returns.
    pub(super) account_keys: Vec<String>,
}

/// The wanted state of one side of an installation.
#[derive(Clone)]
pub(super) struct WantedSide {
    pub(super) adapter: &'static dyn Adapter,
    /// The kind and the settings.
    pub(super) side: SideSettings,
    /// The credentials.
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
    /// 422 with the name of the setting and what it should be.
    pub fn from_post(body: &Value, allow_http: bool) -> Result<Self, ApiError> {
        let body = body.as_object().ok_or_else(|| bad_setting("the request", Sentence::ObjectOfBothSides))?;
        let form = if body.get("channel").is_some_and(Value::is_object) { None } else { nested(body) };
        let body = form.as_ref().unwrap_or(body);
        refuse_other_fields(body, &["helpdesk", "channel", "settings"])?;
        let (helpdesk, channel) = (section(body, Side::Helpdesk)?, section(body, Side::Channel)?);
        Self {
            helpdesk: new_side(Side::Helpdesk, helpdesk, allow_http)?,
            channel: new_side(Side::Channel, channel, allow_http)?,
            options: options(body.get("settings"), &Options::default())?,
            account_keys: Vec::new(),
        }
        .checked()
    }

    /// Returns every setting that is missing or malformed in the flat fields of a form, in the order of the settings.
    pub fn mistakes(form: &Map<String, Value>, allow_http: bool) -> Vec<Mistake> {
        let nested = nested(form).unwrap_or_default();
        let of_side = |side: Side| {
            let given = nested.get(side.word())?.as_object()?;
            let (_, adapter) = kind_of(side, given.get("kind")?.as_str()?)?;
            Some(mistakes(side, adapter, given, allow_http))
        };
        [Side::Helpdesk, Side::Channel].into_iter().filter_map(of_side).flatten().collect()
    }

    /// Reads a change of an installation: a named setting replaces the stored one, `null` removes it, and every other
    /// setting stays.
    ///
    /// # Errors
    /// Those of [`from_post`](Self::from_post).
    pub(super) fn from_patch(patch: &Value, open: &OpenInstallation, allow_http: bool) -> Result<Self, ApiError> {
        let object = patch.as_object();
        let patch = object.ok_or_else(|| ApiError::unprocessable("bad_setting", Sentence::RequestNotObject))?;
        if let Some(unknown) = patch.keys().find(|key| !matches!(key.as_str(), "channel" | "helpdesk" | "settings")) {
            return Err(unknown_setting("", unknown, ["channel", "helpdesk", "settings"]));
        }
        let (installation, sealed) = (&open.installation, &open.sealed);
        let channel = Before { adapter: open.channel, side: &installation.channel, secrets: &sealed.channel };
        let helpdesk = Before { adapter: open.helpdesk, side: &installation.helpdesk, secrets: &sealed.helpdesk };
        Self {
            channel: changed_side(Side::Channel, patch, &channel, allow_http)?,
            helpdesk: changed_side(Side::Helpdesk, patch, &helpdesk, allow_http)?,
            options: options(patch.get("settings"), &installation.options)?,
            account_keys: installation.account_keys.clone(),
        }
        .checked()
    }

    /// Refuses an option that the helpdesk cannot fulfil.
    fn checked(self) -> Result<Self, ApiError> {
        if self.options.reconcile_hours > 0 && !self.helpdesk.adapter.features().history {
            return Err(bad_setting("settings.reconcile_hours", Sentence::ZeroWithoutHistory));
        }
        Ok(self)
    }

    pub(super) fn side(&self, side: Side) -> &WantedSide {
        match side {
            Side::Channel => &self.channel,
            Side::Helpdesk => &self.helpdesk,
        }
    }

    /// Returns a side as its adapter sees it, while there is no URL yet.
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

/// A side before a change.
struct Before<'a> {
    adapter: &'static dyn Adapter,
    side: &'a SideSettings,
    secrets: &'a Secrets,
}

/// Returns the kinds of a side.
pub fn kinds(side: Side) -> Vec<(&'static str, &'static dyn Adapter)> {
    match side {
        Side::Channel => CHANNELS.iter().map(|(kind, channel)| (*kind, *channel as &dyn Adapter)).collect(),
        Side::Helpdesk => HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, *helpdesk as &dyn Adapter)).collect(),
    }
}

/// Returns the name and the adapter of a kind, or `None` if the side has no such kind.
pub fn kind_of(side: Side, wanted: &str) -> Option<(&'static str, &'static dyn Adapter)> {
    kinds(side).into_iter().find(|(kind, _)| *kind == wanted)
}

/// Reads a side of an install request.
fn new_side(side: Side, given: &Map<String, Value>, allow_http: bool) -> Result<WantedSide, ApiError> {
    let found = given.get("kind").and_then(Value::as_str).and_then(|kind| kind_of(side, kind));
    let Some((kind, adapter)) = found else {
        let names: Vec<&str> = kinds(side).into_iter().map(|(name, _)| name).collect();
        let message = Sentence::UnknownKind { side: side.word(), kinds: &names.join(", ") };
        return Err(ApiError::unprocessable("unknown_kind", message));
    };
    let nothing = SideSettings { kind: kind.to_owned(), settings: BTreeMap::new() };
    merged_side(side, given, &Before { adapter, side: &nothing, secrets: &Secrets::new() }, allow_http)
}

/// Applies a change to a side.
fn changed_side(
    side: Side,
    patch: &Map<String, Value>,
    before: &Before<'_>,
    allow_http: bool,
) -> Result<WantedSide, ApiError> {
    let name = side.word();
    let empty = Map::new();
    let patch = match patch.get(name) {
        None | Some(Value::Null) => &empty,
        Some(patch) => patch.as_object().ok_or_else(|| bad_setting(name, Sentence::Object))?,
    };
    if patch.get("kind").is_some_and(|kind| kind.as_str() != Some(&before.side.kind)) {
        return Err(bad_setting(&format!("{name}.kind"), Sentence::SameKind));
    }
    merged_side(side, patch, before, allow_http)
}

/// Puts the given settings in place of the previous ones and checks the form of each.
fn merged_side(
    side: Side,
    given: &Map<String, Value>,
    before: &Before<'_>,
    allow_http: bool,
) -> Result<WantedSide, ApiError> {
    let name = side.word();
    let SideSettings { kind, mut settings } = before.side.clone();
    let mut secrets = before.secrets.clone();
    let is_known = |key: &str| key == "kind" || all_settings(before.adapter).any(|setting| setting.name == key);
    if let Some(unknown) = given.keys().find(|key| !is_known(key)) {
        let known = all_settings(before.adapter).map(|setting| setting.name);
        return Err(unknown_setting(&format!("{name}."), unknown, known));
    }
    for setting in all_settings(before.adapter) {
        let read = read_setting(setting, given, &mut settings, &mut secrets, allow_http);
        read.map_err(|should_be| bad_setting(&format!("{name}.{}", setting.name), should_be))?;
    }
    Ok(WantedSide { adapter: before.adapter, side: SideSettings { kind, settings }, secrets })
}

/// Returns the settings that requests may contain for a kind.
pub fn all_settings(adapter: &dyn Adapter) -> impl Iterator<Item = &'static Setting> {
    let known = adapter.settings();
    let has_url = known.iter().any(|setting| setting.name == API_URL.name);
    known.iter().filter(|setting| !setting.internal).chain((!has_url).then_some(&API_URL))
}

/// Puts the given value of a setting in place of the previous one.
///
/// # Errors
/// Returns what the value should be.
fn read_setting(
    setting: &Setting,
    given: &Map<String, Value>,
    settings: &mut BTreeMap<String, String>,
    secrets: &mut Secrets,
    allow_http: bool,
) -> Result<(), &'static str> {
    let text = match given.get(setting.name) {
        None => None,
        Some(Value::Null) => {
            settings.remove(setting.name);
            secrets.remove(setting.name);
            None
        }
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(_) => return Err(setting.help),
    };
    // Forms also send the fields that were left empty.
    if let Some(text) = text.filter(|text| setting.required || !text.trim().is_empty()) {
        let text = setting.check(&text, allow_http).map_err(|_| setting.help)?;
        if setting.secret {
            secrets.insert(setting.name.to_owned(), Secret::new(text));
        } else {
            settings.insert(setting.name.to_owned(), text);
        }
    }
    let is_there = settings.contains_key(setting.name) || secrets.contains_key(setting.name);
    if setting.required && !is_there { Err(setting.help) } else { Ok(()) }
}

/// A field of an install request that is missing or malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The side of the field.
    pub side: Side,
    /// The name of the setting.
    pub setting: &'static str,
    /// What the value should be.
    pub should_be: &'static str,
}

/// Returns every setting of a side that is missing or malformed in a form.
pub(super) fn mistakes(
    side: Side,
    adapter: &'static dyn Adapter,
    given: &Map<String, Value>,
    allow_http: bool,
) -> Vec<Mistake> {
    let (mut settings, mut secrets) = (BTreeMap::new(), Secrets::new());
    let wrong = |setting: &'static Setting| {
        let should_be = read_setting(setting, given, &mut settings, &mut secrets, allow_http).err()?;
        Some(Mistake { side, setting: setting.name, should_be })
    };
    all_settings(adapter).filter_map(wrong).collect()
}

const TEXT: Sentence<'static> = Sentence::TextUpTo { most: MAX_TEXT };

/// Applies the options of a request to the current ones.
fn options(patch: Option<&Value>, before: &Options) -> Result<Options, ApiError> {
    let patch = match patch {
        None | Some(Value::Null) => return Ok(before.clone()),
        Some(patch) => patch.as_object().ok_or_else(|| bad_setting("settings", Sentence::Object))?,
    };
    let mut merged = serde_json::to_value(before).unwrap_or_default();
    for (name, value) in patch {
        let should_be =
            option(name).ok_or_else(|| unknown_setting("settings.", name, OPTIONS.iter().map(|(known, _)| *known)))?;
        let mut alone = serde_json::to_value(Options::default()).unwrap_or_default();
        if let (Some(alone), Some(merged)) = (alone.as_object_mut(), merged.as_object_mut()) {
            alone.insert(name.clone(), value.clone());
            merged.insert(name.clone(), value.clone());
        }
        match serde_json::from_value::<Options>(alone) {
            Ok(options) if options.are_valid() => {}
            _ => return Err(bad_setting(&format!("settings.{name}"), should_be)),
        }
    }
    serde_json::from_value(merged).map_err(|_| bad_setting("settings", Sentence::ObjectOfSettings))
}

/// The options, and what each of them should be.
const OPTIONS: [(&str, Sentence<'static>); 15] = [
    ("on_resolved", Sentence::ReopenOrNew),
    ("relay_bot_messages", Sentence::TrueOrFalse),
    ("agent_name", Sentence::TrueOrFalse),
    ("marketplace", Sentence::TrueOrFalse),
    ("repeat_window_seconds", Sentence::SecondsUpTo60),
    ("give_up_after_hours", Sentence::HoursUpTo144),
    ("reconcile_hours", Sentence::HoursUpTo168),
    ("remember_quotes", Sentence::TrueOrFalse),
    ("mark_read", Sentence::TrueOrFalse),
    ("language", Sentence::LanguageWords),
    ("text_on_assign", TEXT),
    ("text_on_resolve", TEXT),
    ("text_on_reopen", TEXT),
    ("ask_rating", Sentence::TrueOrFalse),
    ("rating_question", TEXT),
];

/// Returns what the option of this name should be, or `None` if there is none of this name.
fn option(name: &str) -> Option<Sentence<'static>> {
    OPTIONS.iter().find(|(known, _)| *known == name).map(|(_, should_be)| *should_be)
}

/// Nests the fields of a Marketplace form, which are flat: `helpdesk_kind`, `helpdesk_token`, `channel_auth_token`,
/// `on_resolved`, …. A field that belongs to neither side and is not an option is ignored, since it is for the form
/// itself. A form shows the settings of every kind and also sends those that were left empty; only an empty kind is kept, so that the answer names the kinds. Returns `None` if the
/// fields belong to neither side.
fn nested(flat: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut sides: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let is_empty = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    for (name, value) in flat.iter().filter(|(name, value)| name.ends_with("_kind") || !is_empty(value)) {
        if let Some((side, name)) = name.split_once('_').filter(|(side, _)| matches!(*side, "helpdesk" | "channel")) {
            sides.entry(side).or_default().insert(name.to_owned(), value.clone());
        } else if let Some(should_be) = option(name) {
            let value = match value.as_str() {
                Some(_) if should_be == TEXT => value.clone(),
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
    section.ok_or_else(|| bad_setting(side.word(), Sentence::ObjectOfSide))
}

pub(super) fn refuse_other_fields(body: &Map<String, Value>, known: &[&str]) -> Result<(), ApiError> {
    match body.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let message = Sentence::UnknownField { name: key, known: &known.join(", ") };
            Err(ApiError::unprocessable("unknown_setting", message))
        }
    }
}

/// How alike two names are that may have been meant to be the same, from 0 to 1.
const ALIKE: f64 = 0.85;

/// Makes the refusal of a field that is not known, with the known name that it resembles.
fn unknown_setting<'a>(section: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> ApiError {
    let likeness = |known: &'a str| (strsim::jaro_winkler(name, known), known);
    let nearest = known.into_iter().map(likeness).filter(|(alike, _)| *alike >= ALIKE);
    let name = format!("{section}{name}");
    let message: String = match nearest.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((_, meant)) => Sentence::UnknownSettingMeant { name: &name, meant }.into(),
        None => Sentence::UnknownSetting { name: &name }.into(),
    };
    ApiError::unprocessable("unknown_setting", message)
}

pub(super) fn bad_setting(name: &str, should_be: impl Into<String>) -> ApiError {
    ApiError::unprocessable("bad_setting", Sentence::ShouldBe { name, should_be: &should_be.into() })
}
