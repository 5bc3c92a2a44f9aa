//! Facebook Messenger (<https://developers.facebook.com/docs/messenger-platform>).
//!
//! A contact's id is valid for this Page only. Messenger accepts answers within 24 hours of a contact's last message.
//! Messages that the Page's staff write in its inbox arrive as echoes, and so do the bridge's own messages, with the
//! bridge's id.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Channel, meta, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{Addresses, ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{self, Features, MediaBy, MediaLimit, Quotes, Rate, Support, TextLimit, TextUnit},
        message::{MediaKind, PartKind},
        steps::NextStep,
    },
};

mod calls;
mod classify;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The Messenger channel.
#[derive(Clone, Copy, Debug)]
pub struct Messenger;

const PAGE_TOKEN: &str = "page_access_token";
const PAGE_ID: &str = "page_id";

/// The limits of an image: <https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments>.
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 8_000_000,
    accepted: &["gif", "jpg", "png", "webp"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 25_000_000, accepted: &[], ..IMAGE };

static FEATURES: Features = Features {
    text: TextLimit { max: 2_000, unit: TextUnit::Utf16 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, accepted: &["mov", "mp4"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "m4a", "mp3", "wav"], ..FILE },
        FILE,
    ],
    parts: &[
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    profile: Some(Rate { calls: 4, period: Duration::from_secs(24 * 3_600) }),
    body: 3 * features::BODY,
    address: Some("Page"),
    quotes: Quotes::ById,
    quotes_by_id: true,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(PAGE_TOKEN, Form::Token, "the Page's access token, from Messenger, Settings of the app").secret(),
    Setting::required(meta::APP_SECRET, Form::Token, "the app secret, from App settings, Basic").secret().signs(),
    meta::VERIFY_TOKEN_SETTING,
    Setting::required(PAGE_ID, Form::Text(64), "the Page's ID, which has digits only"),
    Setting::optional("api_url", Form::Url, "the base of the Graph API, as a rule https://graph.facebook.com/v25.0"),
];

impl Adapter for Messenger {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        if account.setting(PAGE_ID).is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_digit())) {
            return Ok(());
        }
        let should_be = "the Page's ID, which has digits only".to_owned();
        Err(SettingError { setting: PAGE_ID.to_owned(), should_be })
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let docs = "https://developers.facebook.com/docs/messenger-platform/webhooks";
        let place = "In the Meta app dashboard, open Messenger, Settings, Webhooks, Edit callback URL";
        let subscribe = "Below it, add your Page and subscribe it to messages, messaging_postbacks, message_deliveries, \
                         message_echoes, message_edits and message_reactions.";
        let mut steps = meta::callback_steps(account, urls, place, docs);
        steps.push(NextStep::new("subscribe", subscribe).docs(docs));
        steps
    }

    fn address(&self, account: &Account<'_>) -> Option<String> {
        account.address(meta::API_URL, account.setting(PAGE_ID)?)
    }

    fn addresses(&self, account: &Account<'_>, request: &WebhookRequest) -> Addresses {
        parse::addresses(account, request)
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery)?, known)),
            Task::Check if known.answered == 0 => calls::check(account),
            Task::MarkRead { contact, .. } if known.answered == 0 => calls::mark_seen(account, contact),
            Task::Profile { contact } if known.answered == 0 => calls::profile(account, contact),
            // The call was answered.
            Task::Check | Task::Profile { .. } | Task::MarkRead { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(_) => classify::delivered(answer),
            Task::Check => classify::checked(account, answer),
            Task::Profile { contact } => classify::profile(contact, answer),
            _ => from_status("Messenger", answer, None),
        }
    }
}

impl Channel for Messenger {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        meta::handshake(request.request()).map_or_else(|| parse::parse(account, request), Ok)
    }

    fn event_of(&self, message: &str) -> Option<String> {
        Some(message.to_owned())
    }
}
