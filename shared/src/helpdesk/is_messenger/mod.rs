//! IS-Messenger (a white label of respond.io), through its custom channel.
//!
//! - Overview and quick start: <https://docs.is-messenger.com/ismessenger/messaging-channels/custom-channel>
//! - The pages that these copy: <https://respond.io/help/custom-channel/custom-channel>
//!
//! Both directions carry the same bearer token. The bridge posts events to the incoming webhook URL, whose text is
//! opaque: a trailing slash belongs to it. IS-Messenger posts agents' messages to the bridge's URL + `/message`,
//! without any id of its own: each call gets the `mId` that the bridge's answer names. The same bytes for the same
//! contact within `repeat_window_seconds` of the last are a repeat, which the relay drops and gives the same statuses
//! as the original.
//!
//! IS-Messenger has no private notes. The `failed` status of a message tells agents that it failed; anything else that
//! the bridge has to say becomes an echo, which agents see and customers do not.

mod answers;
mod calls;
mod classify;
mod ids;
mod memo;
mod parse;
mod phrases;
mod plan;
mod render;
mod verify;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{Response, Uri};

use super::{Helpdesk, Named};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Rate, Support, TextLimit, TextUnit, Unreadable},
        installation::Side,
        message::{MediaKind, PartKind},
        steps::{NextStep, ShownBy},
    },
    tools::phrases::Catalogue,
};

/// The IS-Messenger helpdesk.
#[derive(Clone, Copy, Debug)]
pub struct IsMessenger;

const API_URL: &str = "api_url";
const CHANNEL_ID: &str = "channel_id";
const API_TOKEN: &str = "api_token";
const ID_TYPE: &str = "id_type";

/// The host at which respond.io took calls until August 2026.
const OLD_HOST: &str = "app.respond.io";
const API_URL_HELP: &str = "the webhook URL for incoming messages that IS-Messenger shows, copied whole with its \
                            trailing slash, for example https://app.is-messenger.com/custom/channel/webhook/";
const ID_TYPE_HELP: &str = "the ID type of the custom channel, `phone` or `custom`; `phone` needs a channel whose \
                            users are known by telephone numbers";

const SETTINGS: &[Setting] = &[
    Setting::required(API_URL, Form::Url, API_URL_HELP),
    Setting::required(CHANNEL_ID, Form::Text(200), "the Channel ID that IS-Messenger shows for the custom channel")
        .topic(),
    Setting::required(API_TOKEN, Form::Token, "the API Token that IS-Messenger shows for the custom channel")
        .secret()
        .signs(),
    Setting::optional(ID_TYPE, Form::Choice(&["phone", "custom"]), ID_TYPE_HELP),
];

/// The maximum size of a file that is shown as one. IS-Messenger publishes no limit. Larger files arrive as a link in a
/// text.
const MAX_FILE: u64 = 20 * 1024 * 1024;

static FEATURES: Features = Features {
    title: "IS-Messenger",
    // The limit that two other bridges use. The unit is not documented, and a text never has fewer UTF-16 units than
    // characters.
    text: TextLimit { max: 7000, unit: TextUnit::Utf16 },
    media: &[link(MediaKind::Image), link(MediaKind::Video), link(MediaKind::Audio), link(MediaKind::File)],
    parts: &[
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    receipts: true,
    rate: Some(Rate { calls: 20, period: Duration::from_secs(1) }),
    unreadable: Unreadable::Refused,
    echoes: true,
    notes: false,
    ..Features::BASE
};

/// Links must be served inline and answer HEAD, range and repeated requests, which only the bridge's own store
/// promises.
const fn link(kind: MediaKind) -> MediaLimit {
    MediaLimit { kind, max_bytes: MAX_FILE, accepted: &[], refused: &[], caption: 0, by: MediaBy::Stored }
}

impl Adapter for IsMessenger {
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
        if account.setting(API_URL).is_none_or(|url| url.parse::<Uri>().is_err()) {
            return Err(error(API_URL, API_URL_HELP));
        }
        // respond.io takes nothing at its old host any more; white labels have hosts of their own.
        if account
            .setting(API_URL)
            .and_then(|url| url.parse::<Uri>().ok())
            .is_some_and(|url| url.host() == Some(OLD_HOST))
        {
            return Err(error(
                API_URL,
                "the same URL with the host webhook.respond.io, since respond.io left app.respond.io",
            ));
        }
        if ids::IdType::of(account) == ids::IdType::Phone && ids::channel_ids(account) == ContactIds::Opaque {
            return Err(error(ID_TYPE, "`custom`, because this channel's users are not known by telephone numbers"));
        }
        Ok(())
    }

    fn next_steps(&self, _account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let step = NextStep::paste("helpdesk_webhook", "this URL", urls.helpdesk, |url| {
            format!(
                "In IS-Messenger, open Settings > Channels, your custom channel, Configuration, and put {url} in the \
                 place of the webhook URL for outgoing messages that you entered when you connected the channel (also \
                 called API Base URL), without adding /message: IS-Messenger does that."
            )
        });
        vec![
            step.docs("https://docs.is-messenger.com/ismessenger/messaging-channels/custom-channel")
                .shown_by(ShownBy::Call(Side::Helpdesk)),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        calls::step(account, known, plan::plan(task, known)?)
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        answers::read(account, known, plan::plan(task, known)?, answer)
    }
}

impl Helpdesk for IsMessenger {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
        parse::parse(account, request)
    }

    fn contact_by_id(&self, account: &Account<'_>, user: &str) -> Option<Named> {
        ids::contact_by_id(account, user)
    }
}
