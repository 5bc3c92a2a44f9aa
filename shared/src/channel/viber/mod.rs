//! Viber bots: <https://developers.viber.com/docs/api/rest-bot-api/>.
//!
//! Viber delivers callbacks to the webhook that [`Task::Register`] sets, and calls it while that call is still running.
//! It answers application errors with HTTP 200 and a `status` in the body, has no key that makes a repeated call
//! harmless, and fetches files itself from links that end in the file's extension.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde::Serialize;

use super::{Channel, next_of, sent};
use crate::{
    adapter::{
        Account, Adapter, Call, Delivery, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task, Verified,
        from_status, json_call,
        settings::{Form, Setting},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Rate, Support, TextLimit, TextUnit},
        message::{Contact, MediaKind, PartKind},
    },
};

mod cards;
mod classify;
mod files;
mod keyboard;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The Viber channel.
#[derive(Clone, Copy, Debug)]
pub struct Viber;

/// The base of the API.
const API_URL: &str = "https://chatapi.viber.com/pa";
/// The name under which messages come where the settings give none.
const SENDER_NAME: &str = "Support";

const SEND_MESSAGE: &str = "send_message";
const SET_WEBHOOK: &str = "set_webhook";
const GET_ACCOUNT_INFO: &str = "get_account_info";
const GET_USER_DETAILS: &str = "get_user_details";

/// What the webhook is told about; `message` is never left out.
const EVENT_TYPES: &[&str] = &["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];

/// A picture; iOS takes 1 MB, Android three.
const PICTURE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 1_000_000,
    accepted: &["jpeg", "jpg", "png", "gif"],
    refused: &[],
    caption: 512,
    by: MediaBy::Link,
};

/// A video.
const VIDEO: MediaLimit = MediaLimit {
    kind: MediaKind::Video,
    max_bytes: 26_000_000,
    accepted: &["mp4"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};

/// A file: <https://developers.viber.com/docs/api/rest-bot-api/#forbiddenFileFormats>.
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
    text: TextLimit { max: 7_000, unit: TextUnit::Chars },
    media: &[PICTURE, VIDEO, MediaLimit { kind: MediaKind::Audio, ..FILE }, FILE],
    parts: &[
        (PartKind::Audio, Support::Degraded("file")),
        (PartKind::Sticker, Support::Degraded("picture")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    // The contact is not shown when an agent has read something.
    receipts: false,
    registers: true,
    profile: Some(Rate { calls: 2, period: Duration::from_secs(12 * 3_600) }),
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required("auth_token", Form::Token, "the bot's token, from its page in the Viber admin panel").secret(),
    Setting::optional(
        "sender_name",
        Form::Text(28),
        "the name above your messages, at most 28 characters; without it they come from “Support”",
    ),
    Setting::optional("sender_avatar", Form::Url, "the https address of the picture beside your messages"),
    Setting::optional(
        "welcome_message",
        Form::Text(7_000),
        "what people read when they open the chat, at most 7,000 characters",
    ),
    Setting::optional("api_url", Form::Url, "the base of Viber's API, as a rule https://chatapi.viber.com/pa"),
];

impl Adapter for Viber {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match (task, known.answered) {
            (Task::Deliver(delivery), _) => {
                let messages = render::messages(account, delivery, known)?;
                let calls = messages.iter().map(|message| call(account, SEND_MESSAGE, message, Repeat::Doubles));
                Ok(next_of(calls.collect::<Result<_, _>>()?, known))
            }
            (Task::Check, 0) => ask(account, GET_ACCOUNT_INFO, &wire::NoFields {}),
            (Task::Register { url }, 0) => {
                let (send_name, send_photo) = (Some(true), Some(true));
                ask(account, SET_WEBHOOK, &wire::SetWebhook { url, event_types: EVENT_TYPES, send_name, send_photo })
            }
            (Task::Unregister, 0) => ask(account, SET_WEBHOOK, &wire::SetWebhook::default()),
            (Task::Profile { contact }, 0) => ask(account, GET_USER_DETAILS, &wire::UserDetails { id: contact }),
            (Task::Check | Task::Register { .. } | Task::Unregister | Task::Profile { .. }, _) => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        let read = |call| classify::read(call, known.tries, answer);
        match task {
            Task::Deliver(delivery) => delivered(account, delivery, known, answer),
            Task::Check => identity(&read(GET_ACCOUNT_INFO)?),
            Task::Register { .. } | Task::Unregister => read(SET_WEBHOOK).map(|_| Vec::new()),
            Task::Profile { contact } => Ok(profile(contact, &read(GET_USER_DETAILS)?)),
            _ => from_status("Viber", answer, None),
        }
    }
}

impl Channel for Viber {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(account, request.request())
    }
}

/// What the answer to `send_message` means. A contact whose Viber is too old for buttons or cards gets them once more
/// as text.
fn delivered(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
    let learned = sent(classify::read(SEND_MESSAGE, known.tries, answer).map(|answer| answer.message_token()));
    let is_too_old =
        matches!(learned, Err(Failure::Rejected { .. })) && classify::status(answer) == Some(classify::TOO_OLD);
    if !is_too_old || known.memo(render::OLD_FROM).is_some() {
        return learned;
    }
    let messages = render::messages(account, delivery, known).unwrap_or_default();
    let is_simple = messages.get(known.sent()).is_none_or(wire::Send::is_simple);
    if is_simple {
        return learned;
    }
    Ok(vec![Fact::Memo(render::OLD_FROM.to_owned(), known.sent().to_string())])
}

fn identity(answer: &wire::Answer) -> Learned {
    match answer.id() {
        Some(id) => Ok(vec![Fact::Identity(id.clone()), Fact::AccountId(id)]),
        None => Err(Failure::rejected("the answer of `api_url` names no account, so it is not Viber's API")),
    }
}

fn profile(contact: &str, answer: &wire::Answer) -> Vec<Fact> {
    let user = answer.user().map(Contact::from);
    user.map(|user| Fact::Profile(Contact { id: contact.to_owned(), ..user })).into_iter().collect()
}

/// A file that a contact sent: anybody may open its link, for an hour.
fn ask(account: &Account<'_>, name: &'static str, body: &impl Serialize) -> Result<Step, RenderError> {
    call(account, name, body, Repeat::Harmless).map(Step::Call)
}

fn call(account: &Account<'_>, name: &'static str, body: &impl Serialize, repeat: Repeat) -> Result<Call, RenderError> {
    let token = account.secret("auth_token").ok_or_else(|| RenderError::new("the auth token of Viber is missing"))?;
    let url = format!("{}/{name}", account.api_url(API_URL));
    json_call(name, Method::POST, &url, ("x-viber-auth-token", token.reveal()), Some(body), repeat)
}
