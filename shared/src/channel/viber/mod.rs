//! Viber bots (<https://developers.viber.com/docs/api/rest-bot-api/>).
//!
//! Viber delivers callbacks to the webhook that [`Task::Register`] sets, and calls the webhook while that call is still
//! running. Viber answers application errors with HTTP 200 and a `status` in the body, has no key that makes a repeated
//! call harmless, and itself fetches files from links that end in the file's extension.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Verified, from_status,
        settings::{Form, Setting},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Rate, Support, TextLimit, TextUnit},
        message::{MediaKind, PartKind},
    },
    tools::phrases::Catalogue,
};

mod calls;
mod cards;
mod classify;
mod files;
mod keyboard;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The Viber channel.
#[derive(Clone, Copy, Debug)]
pub struct Viber;

const AUTH_TOKEN: &str = "auth_token";
const SENDER: &str = "sender_name";
const AVATAR: &str = "sender_avatar";
const WELCOME: &str = "welcome_message";
/// The sender's name if the settings give none.
const DEFAULT_SENDER: &str = "Support";

/// The limits of a picture: iOS accepts 1 MB, Android 3 MB.
const PICTURE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 1_000_000,
    accepted: &["jpg", "png", "gif"],
    refused: &[],
    caption: 512,
    by: MediaBy::Link,
};

/// The limits of a video.
const VIDEO: MediaLimit = MediaLimit {
    kind: MediaKind::Video,
    max_bytes: 26_000_000,
    accepted: &["mp4"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};

/// The limits of a file: <https://developers.viber.com/docs/api/rest-bot-api/#forbiddenFileFormats>.
const FILE: MediaLimit = MediaLimit {
    kind: MediaKind::File,
    max_bytes: 50_000_000,
    accepted: &[],
    #[rustfmt::skip]
    refused: &[
        "action", "apk", "app", "bat", "bin", "cmd", "com", "command", "cpl", "csh", "exe", "gadget", "inf1", "ins",
        "inx", "ipa", "isu", "job", "jse", "ksh", "lnk", "msc", "msi", "msp", "mst", "osx", "out", "paf", "pif", "prg",
        "ps1", "reg", "rgs", "run", "sct", "shb", "shs", "u3p", "vb", "vbe", "vbs", "vbscript", "workflow", "ws", "wsf",
    ],
    caption: 0,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    title: "Viber",
    text: TextLimit { max: 7_000, unit: TextUnit::Chars },
    media: &[PICTURE, VIDEO, MediaLimit { kind: MediaKind::Audio, ..FILE }, FILE],
    parts: &[
        (PartKind::Audio, Support::Degraded("file")),
        (PartKind::Sticker, Support::Degraded("picture")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    // Viber cannot show the contact that an agent has read a message.
    receipts: false,
    registers: true,
    profile: Some(Rate { calls: 2, period: Duration::from_secs(12 * 3_600) }),
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(AUTH_TOKEN, Form::Token, "the bot's token, from its page in the Viber admin panel")
        .secret()
        .signs(),
    Setting::optional(
        SENDER,
        Form::Text(28),
        "the name above your messages, at most 28 characters; without it they come from “Support”",
    ),
    Setting::optional(AVATAR, Form::Url, "the https address of the picture beside your messages"),
    Setting::optional(WELCOME, Form::Text(7_000), "what people read when they open the chat, at most 7,000 characters"),
    Setting::optional("api_url", Form::Url, "the base of Viber's API, as a rule https://chatapi.viber.com/pa"),
];

impl Adapter for Viber {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery, known)?, known)),
            Task::Check if known.answered == 0 => calls::check(account),
            Task::Register { url } if known.answered == 0 => calls::register(account, url),
            Task::Unregister if known.answered == 0 => calls::unregister(account),
            Task::Profile { contact } if known.answered == 0 => calls::profile(account, contact),
            // The call was answered.
            Task::Check | Task::Register { .. } | Task::Unregister | Task::Profile { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(account, delivery, known, answer),
            Task::Check => classify::checked(known, answer),
            Task::Register { .. } => classify::registered(known, answer),
            Task::Unregister => classify::unregistered(known, answer),
            Task::Profile { contact } => classify::profile(contact, known, answer),
            _ => from_status("Viber", answer, None),
        }
    }
}

impl Channel for Viber {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(account, request.request())
    }
}
