//! The company's own app, account area, bot or forum: a small JSON API of our own, signed both ways by the Standard
//! Webhooks specification. `infra/openapi.yaml` documents it.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};

use super::{Channel, sent};
use crate::{
    adapter::{
        Account, Adapter, Body, Call, Delivery, Failure, Known, Learned, RenderError, Repeat, Step, Task, Urls,
        Verified, from_status,
        settings::{Form, Made, Setting, SettingError},
        standard_webhooks,
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, TextLimit, TextUnit, Unreadable},
        message::MediaKind,
        steps::NextStep,
    },
};

mod parse;
#[cfg(test)]
mod tests;
mod wire;

/// The company's own app.
#[derive(Clone, Copy, Debug)]
pub struct Custom;

const CALLBACK_URL: &str = "callback_url";
const SECRET: &str = "secret";
const SECRET_HELP: &str = "`whsec_` and the base64 of 24 to 64 random bytes; without it the bridge makes one";

/// Files of all kinds, as links that are good for a week.
const FILE: MediaLimit = MediaLimit {
    kind: MediaKind::File,
    max_bytes: 1 << 40,
    accepted: &[],
    refused: &[],
    caption: 100_000,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    text: TextLimit { max: 100_000, unit: TextUnit::Chars },
    media: &[
        MediaLimit { kind: MediaKind::Image, ..FILE },
        MediaLimit { kind: MediaKind::Video, ..FILE },
        MediaLimit { kind: MediaKind::Audio, ..FILE },
        FILE,
    ],
    unreadable: Unreadable::Refused,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(CALLBACK_URL, Form::Url, "the https URL of your app that takes agents' messages"),
    Setting::optional(SECRET, Form::Token, SECRET_HELP).secret().made(Made::StandardWebhooks).shown_once(),
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
            }),
            NextStep::new(
                "check_signature",
                "Let your app check the signature of what the bridge POSTs to its `callback_url`, and drop repeats of a \
                 `webhook-id`.",
            ),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        let secret = account.secret(SECRET).ok_or(VerifyError::Wrong)?;
        standard_webhooks::verify(secret.reveal(), &request.headers, &request.body, request.received_at)?;
        Ok(Proof::Signed)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) if known.sent() == 0 => call(account, delivery).map(Step::Call),
            // A delivery is one call, and the app has none that only checks.
            Task::Deliver(_) | Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        let id = if let Task::Deliver(delivery) = task { Some(delivery.retry_key(0)) } else { None };
        match answer.status().as_u16() {
            // 404 may as well be a callback URL that is not right, and that is no news of the contact.
            410 => Err(Failure::Gone { reason: "the app does not know the contact any more".to_owned() }),
            413 => Err(Failure::rejected("the message is too large for the app")),
            _ => match from_status("the app", answer, None) {
                Ok(_) => sent(Ok(id)),
                // A repeat is harmless, since it carries the same id.
                Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
                other => other,
            },
        }
    }
}

impl Channel for Custom {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}

/// The whole message in one call, which the app knows again by its id.
fn call(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Call, RenderError> {
    let id = delivery.retry_key(0);
    let author = delivery.author.and_then(|author| author.name.as_deref()).filter(|_| account.options.agent_name);
    let message = wire::Outgoing {
        kind: "message",
        id: &id,
        at: delivery.at,
        contact: wire::OutgoingContact { id: &delivery.contact.id },
        author: author.map(|name| wire::OutgoingAuthor { name }),
        parts: delivery.parts.iter().map(wire::Piece::from).collect(),
    };
    let body = serde_json::to_vec(&message).map_err(|_| RenderError::new("the message could not be written"))?;
    let missing = |what: &str| RenderError::new(format!("the {what} of the app is missing"));
    let secret = account.secret(SECRET).ok_or_else(|| missing("secret"))?;
    let url = account.setting(CALLBACK_URL).ok_or_else(|| missing("URL"))?;
    let mut request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in standard_webhooks::sign(secret.reveal(), &id, account.now, &body) {
        let mut value = HeaderValue::from_str(&value).map_err(|_| RenderError::new("the signature is odd"))?;
        value.set_sensitive(name == "webhook-signature");
        request = request.header(name, value);
    }
    Ok(Call { name: "callback", request: request.body(Body::Bytes(body.into()))?, repeat: Repeat::Harmless })
}
