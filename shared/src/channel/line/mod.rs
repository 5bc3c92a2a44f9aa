//! LINE Messaging API (<https://developers.line.biz/en/docs/messaging-api/>).
//!
//! One call of the webhook brings events of several people. A message that answers within seconds uses the reply token
//! of the contact's newest message, which costs nothing. All others are pushed, up to five in a call, with a retry key
//! that makes a repeat harmless. Contacts' files are fetched from another host with the same token. LINE has no
//! receipts, and only a person can turn its "Use webhook" switch.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Quotes, Rate, Support, TextLimit, TextUnit},
        installation::Side,
        message::{Media, MediaKind, MediaSource, PartKind},
        steps::{NextStep, ShownBy},
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

/// The LINE channel.
#[derive(Clone, Copy, Debug)]
pub struct Line;

const CHANNEL_SECRET: &str = "channel_secret";
const ACCESS_TOKEN: &str = "channel_access_token";
/// The setting in which the check stores the bot's own user id. Every call of the webhook names this id.
const BOT_USER_ID: &str = "bot_user_id";

/// The largest preview of an image or a video, in bytes.
const PREVIEW: u64 = 1_000_000;

/// The limits of an image: <https://developers.line.biz/en/reference/messaging-api/#image-message>.
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 10_000_000,
    accepted: &["jpg", "png"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    title: "LINE",
    retry_keys_last: Some(Duration::from_secs(24 * 3_600)),
    // A token is good for a minute: <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>.
    reply_tokens_last: Some(Duration::from_secs(30)),
    preview: Some(PREVIEW),
    length: true,
    text: TextLimit { max: 5_000, unit: TextUnit::Utf16 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, max_bytes: 200_000_000, accepted: &["mp4"], ..IMAGE },
        MediaLimit { kind: MediaKind::Audio, max_bytes: 200_000_000, accepted: &["m4a", "mp3"], ..IMAGE },
    ],
    parts: &[
        (PartKind::File, Support::Degraded("link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    registers: true,
    quotes: Quotes::ByToken,
    quotes_by_id: true,
    typing: true,
    profile: Some(Rate { calls: 4, period: Duration::from_secs(24 * 3_600) }),
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(CHANNEL_SECRET, Form::Token, "the channel secret, from the Basic settings tab").secret().signs(),
    Setting::required(ACCESS_TOKEN, Form::Token, "the long-lived channel access token, from the Messaging API tab")
        .secret(),
    Setting::optional("api_url", Form::Url, "the base of LINE's API, as a rule https://api.line.me"),
    Setting::optional("data_api_url", Form::Url, "the base for files, as a rule https://api-data.line.me"),
];

impl Adapter for Line {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    fn next_steps(&self, _account: &Account<'_>, _urls: &Urls<'_>) -> Vec<NextStep> {
        let text = "In the LINE Developers console, open your channel, then the Messaging API tab, and switch on “Use \
                    webhook” and “Webhook redelivery”: without redelivery LINE drops a message that the bridge could \
                    not take at once.";
        let docs = "https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery";
        vec![NextStep::new("switch_on_webhook", text).docs(docs).shown_by(ShownBy::Call(Side::Channel))]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match (task, known.answered) {
            (Task::Deliver(delivery), _) => Ok(next_of(render::calls(account, delivery, known)?, known)),
            (Task::Check, 0) => calls::check(account),
            (Task::MarkRead { message, .. }, 0) => calls::mark_read(account, message),
            (Task::Typing { contact, .. }, 0) => calls::typing(account, &contact.id),
            (Task::Check, 1) => calls::quota(account),
            (Task::Check, 2) => calls::quota_used(account),
            (Task::Register { url }, 0) => calls::register(account, url),
            (Task::Register { .. }, 1) => calls::registration(account),
            (Task::Profile { contact }, 0) => calls::profile(account, contact),
            (Task::Fetch(Media { source: MediaSource::Reference { id }, kind, .. }, _), answered) => {
                calls::fetch(account, *kind, id, answered > 0)
            }
            // The call was answered.
            (
                Task::Check
                | Task::Register { .. }
                | Task::Profile { .. }
                | Task::MarkRead { .. }
                | Task::Typing { .. },
                _,
            ) => Ok(Step::Done),
            // No call removes a webhook; it is switched off in the console.
            (Task::Unregister, _) => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match (task, known.answered) {
            (Task::Deliver(_), _) if render::replies(known) => classify::replied(answer),
            (Task::Deliver(_), _) => classify::delivered(answer),
            (Task::Check, 0) => classify::checked(answer),
            (Task::Check, 1) => Ok(classify::quota(answer)),
            (Task::Check, _) => Ok(classify::quota_used(known, answer)),
            (Task::Register { .. }, 0) => classify::registered(answer),
            (Task::Register { .. }, _) => classify::registration(answer),
            (Task::Profile { contact }, _) => classify::profile(contact, answer),
            (Task::Fetch(..), _) => classify::fetched(answer),
            _ => from_status("LINE", answer, None),
        }
    }
}

impl Channel for Line {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(account, request.request())
    }
}
