//! MessageBird's REST API for SMS, and its Conversations API for WhatsApp and other channels
//! (<https://developers.messagebird.com/api/>).
//!
//! An installation uses one of the two: SMS from an `originator`, or a channel of the Conversations API. An accepted
//! message may still fail later; a report to the URL that came with the message says so. The API has no key that makes
//! a repeated call harmless.

use bytes::Bytes;
use http::Response;
use serde_json::json;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{Ack, ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        installation::Side,
        message::{Media, MediaKind, MediaSource, PartKind},
        steps::{NextStep, Notice, ShownBy},
    },
    tools::phrases::Catalogue,
};

mod calls;
mod classify;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The MessageBird channel.
#[derive(Clone, Copy, Debug)]
pub struct MessageBird;

const ACCESS_KEY: &str = "access_key";
const SIGNING_KEY: &str = "signing_key";
const ORIGINATOR: &str = "originator";
const CHANNEL_ID: &str = "channel_id";
const NAMESPACE: &str = "template_namespace";

/// The maximum length of an SMS, in parts.
const SMS_PARTS: usize = 9;

const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpg", "png"],
    refused: &[],
    caption: 1_000,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 16_000_000, accepted: &[], ..IMAGE };

/// The end of the platform: <https://bird.com/en-us/migrate/from-messagebird-classic>.
const ENDS: Notice = Notice {
    code: "platform_ends",
    cause: "MessageBird's classic platform, whose keys this channel uses, ends on 31 December 2026",
    fix: "make an API key at Bird and install the channel `bird` instead",
    docs_url: "https://bird.com/en-us/migrate/from-messagebird-classic",
};

/// The longest text of a message through the Conversations API.
const CONVERSATION_TEXT: TextLimit = TextLimit { max: 4_096, unit: TextUnit::Chars };

static FEATURES: Features = Features {
    title: "MessageBird",
    // The text fills the nine parts of a long SMS. In alphabets other than GSM 03.38 the parts hold 603 characters.
    text: TextLimit { max: 1_377, unit: TextUnit::Gsm7 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, accepted: &["mp4", "3gp"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "m4a", "mp3", "ogg"], caption: 0, ..FILE },
        FILE,
    ],
    parts: &[
        (PartKind::Image, Support::Degraded("link in SMS, image in conversations")),
        (PartKind::Video, Support::Degraded("link in SMS, video in conversations")),
        (PartKind::Audio, Support::Degraded("link in SMS, recording in conversations")),
        (PartKind::File, Support::Degraded("link in SMS, file in conversations")),
        (PartKind::Location, Support::Degraded("map link in SMS, place in conversations")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    notices: &[ENDS],
    contact_ids: ContactIds::Phone { plus: true },
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(ACCESS_KEY, Form::Token, "a live access key, from Developers, API access").secret(),
    Setting::required(SIGNING_KEY, Form::Token, "the signing key, from Developers, API settings").secret().signs(),
    Setting::optional(
        ORIGINATOR,
        Form::Text(17),
        "the number or the name (at most 11 letters) that text messages come from",
    ),
    Setting::optional(
        CHANNEL_ID,
        Form::Text(64),
        "the id of a channel of the Conversations API, instead of `originator`",
    ),
    Setting::optional(NAMESPACE, Form::Text(64), "the namespace of WhatsApp templates, where the channel has one"),
    Setting::optional("api_url", Form::Url, "the base for text messages, as a rule https://rest.messagebird.com"),
    Setting::optional(
        "conversations_api_url",
        Form::Url,
        "the base for conversations, as a rule https://conversations.messagebird.com/v1",
    ),
];

impl Adapter for MessageBird {
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
        if account.setting(ORIGINATOR).is_some() != account.setting(CHANNEL_ID).is_some() {
            return Ok(());
        }
        let should_be = "the number or name that text messages come from, or absent if `channel_id` is given";
        Err(SettingError { setting: ORIGINATOR.to_owned(), should_be: should_be.to_owned() })
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let url = urls.channel;
        let step = match account.setting(CHANNEL_ID) {
            Some(channel) => {
                let body = json!({"channelId": channel, "url": url, "events": ["message.created", "message.updated"]});
                let call = format!(
                    "curl https://conversations.messagebird.com/v1/webhooks -H 'Authorization: AccessKey YOUR_ACCESS_KEY' \
                     -H 'Content-Type: application/json' -d '{body}'"
                );
                NextStep::paste("channel_webhook", "this command, with your access key in it", call, |call| {
                    format!("Make a webhook for the events message.created and message.updated: run {call}")
                })
                .docs("https://developers.messagebird.com/api/conversations/#webhooks")
            }
            None => NextStep::paste("channel_webhook", "this URL", url, |url| {
                format!(
                    "In the MessageBird dashboard, open Numbers, your number, and forward its SMS to {url} (or add a \
                     “Forward to URL” step with it to the number's flow in Flow Builder)."
                )
            }),
        };
        vec![step.shown_by(ShownBy::Call(Side::Channel))]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn acknowledgement(&self) -> Ack {
        parse::acknowledgement()
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery)?, known)),
            Task::Check if known.answered == 0 => calls::check(account),
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => calls::fetch(account, id),
            // The call was answered.
            Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(account, &delivery.contact.id, answer),
            Task::Check => classify::checked(account, answer),
            _ => from_status("MessageBird", answer, None),
        }
    }
}

impl Channel for MessageBird {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}
