//! Deskie, and Omnidesk, which is the same product for another market: cases behind a custom channel.
//!
//! - Custom channels: <https://support.deskie.io/knowledge_base/item/202>
//! - API: <https://deskie.io/api/introduction>, <https://omnidesk.ru/api/cases>
//!
//! A contact is a Deskie user with the custom id `<channel kind>:<channel's user id>`. The first message creates a case
//! and with it the user. Later messages go into the newest case, or into a new one if that case is closed, whatever
//! `on_resolved` says: this is how Deskie intends its channels to work. Only rules of the admin's tell when Deskie
//! closes a case, nothing tells when it merges one, and the smallest plan allows 20 calls a minute, so the bridge
//! relies on the last known state of a case for a while and then requests it again. In the steady state an inbound
//! message costs one call.

mod answers;
mod calls;
mod classify;
mod extras;
mod form;
mod html;
mod memo;
mod parse;
mod phrases;
mod plan;
mod profile;
mod render;
mod search;
mod verify;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::Helpdesk;
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, StateLasts, Support, TextLimit, TextUnit},
        installation::Side,
        message::{MediaKind, PartKind},
        steps::{NextStep, ShownBy},
    },
    tools::phrases::Catalogue,
};

/// The helpdesk Deskie (Omnidesk).
#[derive(Clone, Copy, Debug)]
pub struct Deskie;

const API_URL: &str = "api_url";
const EMAIL: &str = "email";
const API_KEY: &str = "api_key";
const CHANNEL: &str = "channel";
const NOTE_STAFF_ID: &str = "note_staff_id";
const RECHECK_SECONDS: &str = "recheck_seconds";
const CHANNEL_TYPE: &str = "channel_type";
const GROUP_ID: &str = "group_id";
const PRIORITY: &str = "priority";
const LABELS: &str = "labels";
const LANGUAGE_ID: &str = "language_id";
const CUSTOM_FIELDS: &str = "custom_fields";

const API_URL_HELP: &str = "the base of the account's API, which ends in /api/, for example https://acme.deskie.io/api/ or https://acme.omnidesk.ru/api/";
const EMAIL_HELP: &str = "the e-mail address of the agent to whom the API key belongs";
const CHANNEL_HELP: &str = "the custom channel: `cch` and its number, for example cch207, or its title";
const NOTE_STAFF_ID_HELP: &str = "the number of the agent in whose name the bridge writes its notes";
const RECHECK_SECONDS_HELP: &str = "for how many seconds (0 to 86400) an open case is used before the bridge asks Deskie again whether it is still open; each question is one more API call, 0 asks before every message";
const GROUP_ID_HELP: &str = "the number of the group that new cases are assigned to";
const LABELS_HELP: &str = "the numbers of the labels of new cases, with commas between them, for example 101, 102";
const LANGUAGE_ID_HELP: &str =
    "the number of the language of new cases, or the numbers by the contacts' languages, for example en=2, de=3";
const CUSTOM_FIELDS_HELP: &str =
    "fields of new cases with their values, with semicolons between them, for example cf_20=gold; cf_21=web";

const SETTINGS: &[Setting] = &[
    Setting::required(API_URL, Form::Url, API_URL_HELP),
    Setting::required(EMAIL, Form::Text(254), EMAIL_HELP),
    Setting::required(API_KEY, Form::Token, "the API key, from the settings page \"API\"").secret(),
    Setting::required(CHANNEL, Form::Text(100), CHANNEL_HELP).topic_or_title(),
    Setting::optional(NOTE_STAFF_ID, Form::Text(20), NOTE_STAFF_ID_HELP),
    Setting::optional(RECHECK_SECONDS, Form::Text(5), RECHECK_SECONDS_HELP),
    Setting::optional(
        CHANNEL_TYPE,
        Form::Choice(&["sync", "async"]),
        "the type of the custom channel, `sync` or `async`; each install and change takes it from Deskie",
    ),
    Setting::optional(GROUP_ID, Form::Text(20), GROUP_ID_HELP),
    Setting::optional(
        PRIORITY,
        Form::Choice(&["low", "normal", "high", "critical"]),
        "the priority of new cases: `low`, `normal`, `high` or `critical`",
    ),
    Setting::optional(LABELS, Form::Text(200), LABELS_HELP),
    Setting::optional(LANGUAGE_ID, Form::Text(200), LANGUAGE_ID_HELP),
    Setting::optional(CUSTOM_FIELDS, Form::Text(1_000), CUSTOM_FIELDS_HELP),
];

/// Returns whether the channel is one in which people write as by mail.
fn is_async(account: &Account<'_>) -> bool {
    account.setting(CHANNEL_TYPE) == Some("async")
}

/// The maximum size of a file and of all files of a message: 25 MB and 50 MB, read as decimal, the smaller meaning.
const MAX_FILE: u64 = 25_000_000;
const MAX_FILES: u64 = 50_000_000;
/// How long an open case counts as open, if the installation sets no other time.
const RECHECK: Duration = Duration::from_secs(300);

static FEATURES: Features = Features {
    title: "Deskie",
    // Deskie publishes no limit; 64 KiB is what a text column commonly holds.
    text: TextLimit { max: 60_000, unit: TextUnit::Bytes },
    media: &[upload(MediaKind::Image), upload(MediaKind::Video), upload(MediaKind::Audio), upload(MediaKind::File)],
    parts: &[
        (PartKind::Video, Support::Degraded("file")),
        (PartKind::Audio, Support::Degraded("file")),
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    // The allowance depends on the account's plan, from 20 to 1500 calls a minute, so a fixed rate would be wrong for
    // nearly every account. The answers say when the allowance is used up and how long to wait.
    rate: None,
    agents_move_contacts: true,
    history: true,
    state_lasts: Some(StateLasts { setting: RECHECK_SECONDS, default: RECHECK }),
    ..Features::BASE
};

const fn upload(kind: MediaKind) -> MediaLimit {
    MediaLimit { kind, max_bytes: MAX_FILE, accepted: &[], refused: &[], caption: 0, by: MediaBy::Upload }
}

impl Adapter for Deskie {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        type Check = (&'static str, &'static str, fn(&str) -> bool);
        let checks: [Check; 8] = [
            (GROUP_ID, GROUP_ID_HELP, |id| id.parse::<u64>().is_ok_and(|id| id > 0)),
            (LABELS, LABELS_HELP, |labels| extras::labels(labels).is_some()),
            (LANGUAGE_ID, LANGUAGE_ID_HELP, extras::is_language),
            (CUSTOM_FIELDS, CUSTOM_FIELDS_HELP, |fields| extras::custom_fields(fields).is_some()),
            (API_URL, API_URL_HELP, |url| url.trim_end_matches('/').ends_with("/api")),
            // A colon would end the user name in Basic credentials.
            (EMAIL, EMAIL_HELP, |email| email.contains('@') && !email.contains([':', ' ', '\n'])),
            (NOTE_STAFF_ID, NOTE_STAFF_ID_HELP, |id| id.parse::<u64>().is_ok_and(|id| id > 0)),
            (RECHECK_SECONDS, RECHECK_SECONDS_HELP, |text| text.parse::<u64>().is_ok_and(|seconds| seconds <= 86_400)),
        ];
        for (setting, should_be, is_right) in checks {
            if account.setting(setting).is_some_and(|value| !is_right(value)) {
                return Err(SettingError { setting: setting.to_owned(), should_be: should_be.to_owned() });
            }
        }
        Ok(())
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let channel = account.setting(CHANNEL).unwrap_or_default();
        [
            NextStep::paste("helpdesk_webhook", "this URL", urls.helpdesk, |url| {
                format!(
                    "In Deskie's administrator account, open Channels, then the custom channel {channel}, set its \
                     Webhook URL to {url}, and see that the channel is switched on."
                )
            })
            .docs("https://support.deskie.io/knowledge_base/item/202"),
            NextStep::new(
                "agents_access",
                "In the same account, open Team > Agents and give the agents access to this channel: without it they \
                 see none of its cases.",
            )
            .docs("https://support.deskie.io/l_eng/knowledge_base/item/187"),
        ]
        .map(|step| step.shown_by(ShownBy::Call(Side::Helpdesk)))
        .to_vec()
    }

    fn verify(&self, _account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        calls::step(account, known, plan::plan(task, known)?)
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        answers::read(account, known, plan::plan(task, known)?, answer)
    }
}

impl Helpdesk for Deskie {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
        parse::parse(account, request)
    }
}
