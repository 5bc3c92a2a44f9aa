//! Freshchat (Freshdesk Messaging), through its API v2, its webhooks and its Marketplace events.
//!
//! - API: <https://developers.freshchat.com/api/>
//! - Webhooks: <https://crmsupport.freshworks.com/support/solutions/articles/50000004461>
//! - Product events: <https://developers.freshworks.com/docs/>
//!
//! A contact is a Freshchat user with the reference `<channel kind>:<channel's user id>`, and writes as that user into
//! one conversation of one topic. In the steady state an inbound message costs one call.

mod answers;
mod calls;
mod classify;
mod memo;
mod origin;
mod parse;
mod parts;
mod phrases;
mod plan;
mod profile;
mod render;
mod search;
mod uploads;
mod verify;
mod wire;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{Request, Response};

use super::{Helpdesk, Origin};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified,
        settings::{Form, Setting, SettingError},
        webhook::{Addresses, ParseError, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        installation::{MAX_TEXT, Side},
        message::{MediaKind, PartKind},
        steps::{NextStep, ShownBy},
    },
    tools::{json::Json, phrases::Catalogue},
};

/// The Freshchat helpdesk.
#[derive(Clone, Copy, Debug)]
pub struct Freshchat;

const API_URL: &str = "api_url";
const TOKEN: &str = "token";
const CHANNEL_ID: &str = "channel_id";
const WEBHOOK_PUBLIC_KEY: &str = "webhook_public_key";
const ASSIGNED_GROUP_ID: &str = "assigned_group_id";
const PRIORITY: &str = "priority";
const WELCOME: &str = "welcome";
const TEXT_WHEN_CLOSED: &str = "text_when_closed";

const API_URL_HELP: &str =
    "the base of the account's API, which ends in /v2, for example https://acme.freshchat.com/v2";
const PUBLIC_KEY_HELP: &str = "the RSA public key that Freshchat shows beside its webhook settings, copied whole";

const SETTINGS: &[Setting] = &[
    Setting::required(API_URL, Form::Url, API_URL_HELP),
    Setting::required(
        TOKEN,
        Form::Token,
        "an API token, from Admin Settings > Marketplace and Integrations > API > API Settings, which shows it once",
    )
    .secret(),
    Setting::required(CHANNEL_ID, Form::Text(100), "the id of the topic that the contacts' conversations go to")
        .topic(),
    Setting::optional(WEBHOOK_PUBLIC_KEY, Form::Key, PUBLIC_KEY_HELP).signs(),
    Setting::optional(
        ASSIGNED_GROUP_ID,
        Form::Text(100),
        "the id of the group that new conversations are assigned to, from GET /v2/groups",
    ),
    Setting::optional(
        PRIORITY,
        Form::Choice(&["Low", "Medium", "High", "Urgent"]),
        "the priority of new conversations: `Low`, `Medium`, `High` or `Urgent`",
    ),
    Setting::optional(
        WELCOME,
        Form::Choice(&["yes", "no"]),
        "`yes` to send the topic's welcome message to whoever opens a conversation; or `no`",
    ),
    Setting::optional(
        TEXT_WHEN_CLOSED,
        Form::Text(MAX_TEXT),
        "what whoever opens a conversation outside the business hours reads, at most 1,000 characters",
    ),
];

/// Freshchat's page about its webhooks and their signatures.
const WEBHOOK_DOCS: &str = "https://crmsupport.freshworks.com/en/support/solutions/articles/50000004461-freshchat-webhooks-payload-structure-and-authentication";

/// The maximum size of a file that `POST /files/upload` takes: <https://developers.freshchat.com/api/>.
const MAX_FILE: u64 = 25_000_000;

static FEATURES: Features = Features {
    title: "Freshchat",
    // Freshchat publishes no limit.
    text: TextLimit { max: 5000, unit: TextUnit::Chars },
    media: &[upload(MediaKind::Image), upload(MediaKind::Video), upload(MediaKind::Audio), upload(MediaKind::File)],
    parts: &[
        (PartKind::Video, Support::Degraded("file")),
        (PartKind::Audio, Support::Degraded("file")),
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("image")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    rates: true,
    address: Some("topic"),
    marketplace: true,
    history: true,
    ..Features::BASE
};

const fn upload(kind: MediaKind) -> MediaLimit {
    MediaLimit { kind, max_bytes: MAX_FILE, accepted: &[], refused: &[], caption: 0, by: MediaBy::Upload }
}

impl Adapter for Freshchat {
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
        let error = |setting: &str, should_be: &str| SettingError {
            setting: setting.to_owned(),
            should_be: should_be.to_owned(),
        };
        if account.setting(API_URL).is_none_or(|url| !url.trim_end_matches('/').ends_with("/v2")) {
            return Err(error(API_URL, API_URL_HELP));
        }
        match account.setting(WEBHOOK_PUBLIC_KEY) {
            Some(key) if verify::public_key(key).is_none() => Err(error(WEBHOOK_PUBLIC_KEY, PUBLIC_KEY_HELP)),
            _ => Ok(()),
        }
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        // The app forwards the events.
        if account.options.marketplace {
            return Vec::new();
        }
        let paste = NextStep::paste("helpdesk_webhook", "this URL", urls.helpdesk, |url| {
            format!(
                "In Freshchat, as account admin, open Admin Settings > Marketplace and Integrations > API > \
                 Conversation Webhooks (in older accounts Admin > Webhooks), switch the webhook on, paste {url} into \
                 Webhook and press Save. Freshchat has one such field for the whole account: if a URL of the bridge is \
                 already pasted for another channel, there is nothing to do."
            )
        });
        let key = "On the same page, under Authentication, copy the RSA public key into the setting \
                   `webhook_public_key`, so that only Freshchat's own calls are let in.";
        let has_key = account.setting(WEBHOOK_PUBLIC_KEY).is_some();
        std::iter::once(paste.shown_by(ShownBy::Call(Side::Helpdesk)))
            .chain((!has_key).then(|| NextStep::new("public_key", key)))
            .map(|step| step.docs(WEBHOOK_DOCS))
            .collect()
    }

    fn address(&self, account: &Account<'_>) -> Option<String> {
        account.address("", account.setting(CHANNEL_ID)?)
    }

    fn addresses(&self, account: &Account<'_>, request: &WebhookRequest) -> Addresses {
        parse::addresses(account, &request.body)
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        calls::step(account, known, plan::plan(account, task, known)?)
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        answers::read(account, known, plan::plan(account, task, known)?, answer)
    }

    fn follow(&self, account: &Account<'_>, url: &str) -> Result<Request<()>, RenderError> {
        calls::follow(account, url)
    }
}

/// Returns whether contacts get the topic's welcome message.
fn sends_welcome(account: &Account<'_>) -> bool {
    account.setting(WELCOME) == Some("yes")
}

impl Helpdesk for Freshchat {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
        parse::parse(account, request)
    }

    fn origin(&self, body: Json<'_>) -> Option<Origin> {
        origin::origin(body)
    }

    fn greets(&self, account: &Account<'_>) -> bool {
        sends_welcome(account) || account.setting(TEXT_WHEN_CLOSED).is_some()
    }
}
