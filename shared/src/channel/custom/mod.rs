//! The company's own app, account area, bot or forum: a small JSON API that the bridge defines, signed in both
//! directions by the Standard Webhooks specification. `infra/openapi.yaml` documents it.

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Made, Setting, SettingError},
        standard_webhooks,
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Quotes, TextLimit, TextUnit, Unreadable},
        installation::Side,
        message::MediaKind,
        steps::{NextStep, ShownBy},
    },
};

mod classify;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The channel of the company's own app.
#[derive(Clone, Copy, Debug)]
pub struct Custom;

const CALLBACK_URL: &str = "callback_url";
const SECRET: &str = "secret";
const SECRET_HELP: &str = "`whsec_` and the base64 of 24 to 64 random bytes; without it the bridge makes one";

/// Files of every kind, sent as links that stay valid for a week.
const FILE: MediaLimit = MediaLimit {
    kind: MediaKind::File,
    max_bytes: 1 << 40,
    accepted: &[],
    refused: &[],
    caption: 100_000,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    title: "Your own app",
    text: TextLimit { max: 100_000, unit: TextUnit::Chars },
    media: &[
        MediaLimit { kind: MediaKind::Image, ..FILE },
        MediaLimit { kind: MediaKind::Video, ..FILE },
        MediaLimit { kind: MediaKind::Audio, ..FILE },
        FILE,
    ],
    unreadable: Unreadable::Refused,
    quotes: Quotes::Whole,
    quotes_by_id: true,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(CALLBACK_URL, Form::Url, "the https URL of your app that takes agents' messages"),
    Setting::optional(SECRET, Form::Token, SECRET_HELP).secret().signs().made(Made::StandardWebhooks).shown_once(),
];

impl Adapter for Custom {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let is_good = |secret: &str| {
            let key = secret.strip_prefix("whsec_").and_then(standard_webhooks::key);
            key.is_some_and(|key| (24..=64).contains(&key.len()))
        };
        match account.secret(SECRET) {
            Some(secret) if !is_good(secret.reveal()) => {
                Err(SettingError { setting: SECRET.to_owned(), should_be: SECRET_HELP.to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn next_steps(&self, _account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        vec![
            NextStep::paste("channel_webhook", "this URL", urls.channel, |url| {
                format!("Let your app POST what customers write to {url}, signed with the secret.")
            })
            .shown_by(ShownBy::Call(Side::Channel)),
            NextStep::new(
                "check_signature",
                "Let your app check the signature of what the bridge POSTs to its `callback_url`, and drop repeats of a \
                 `webhook-id`.",
            ),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery)?, known)),
            // The app's API has no call that only checks the account.
            Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(delivery, answer),
            _ => from_status("the app", answer, None),
        }
    }
}

impl Channel for Custom {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }

    fn event_of(&self, message: &str) -> Option<String> {
        Some(parse::event_of(message))
    }
}
