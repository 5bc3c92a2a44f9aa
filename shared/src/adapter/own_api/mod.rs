//! The API that the bridge itself defines, for systems that a company writes: an app of its own as the channel, or a
//! system of its own as the helpdesk. It is JSON, signed in both directions by the Standard Webhooks specification
//! (<https://www.standardwebhooks.com>). `infra/openapi.yaml` documents it.
//!
//! Both kinds share the files of this folder: [`wire`] has the parts of messages, [`parse`] and [`render`] convert them
//! from and to the neutral model. This file has what makes a call and what its answer means.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};

use super::{
    Account, Call, Failure, RenderError, from_status,
    settings::{Form, Made, Setting, SettingError},
    standard_webhooks,
    webhook::{Proof, VerifyError, WebhookRequest},
};
use crate::model::{
    features::{Features, MediaBy, MediaLimit, Quotes, TextLimit, TextUnit, Unreadable},
    message::MediaKind,
};

pub(crate) mod parse;
pub(crate) mod phrases;
pub(crate) mod render;
pub(crate) mod wire;

/// What completes the sentence "the secret should be …".
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

/// What both kinds can do.
pub(crate) const FEATURES: Features = Features {
    text: TextLimit { max: 100_000, unit: TextUnit::Chars },
    media: &[
        MediaLimit { kind: MediaKind::Image, ..FILE },
        MediaLimit { kind: MediaKind::Video, ..FILE },
        MediaLimit { kind: MediaKind::Audio, ..FILE },
        FILE,
    ],
    unreadable: Unreadable::Refused,
    quotes: Quotes::Whole,
    ..Features::BASE
};

/// Returns the setting of the secret that signs the calls of both sides.
pub(crate) const fn secret_setting(name: &'static str) -> Setting {
    Setting::optional(name, Form::Token, SECRET_HELP).secret().signs().made(Made::StandardWebhooks).shown_once()
}

/// Checks the secret, if the install gave one.
///
/// # Errors
/// Returns an error if the secret is not one of Standard Webhooks.
pub(crate) fn check_secret(account: &Account<'_>, name: &str) -> Result<(), SettingError> {
    let is_good = |secret: &str| {
        let key = secret.strip_prefix("whsec_").and_then(standard_webhooks::key);
        key.is_some_and(|key| (24..=64).contains(&key.len()))
    };
    match account.secret(name) {
        Some(secret) if !is_good(secret.reveal()) => {
            Err(SettingError { setting: name.to_owned(), should_be: SECRET_HELP.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Checks that the body was signed with the secret that the system and the bridge share.
///
/// # Errors
/// Returns an error if the signature is missing, wrong or outside its time window.
pub(crate) fn verify(account: &Account<'_>, name: &str, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let secret = account.signing_key(name)?;
    standard_webhooks::verify(secret, &request.headers, &request.body, request.received_at)?;
    Ok(Proof::Signed)
}

/// Where the system takes calls, and the secret that signs them.
#[derive(Clone, Copy)]
pub(crate) struct Endpoint<'a> {
    account: &'a Account<'a>,
    url: &'a str,
    secret: &'a str,
}

impl<'a> Endpoint<'a> {
    /// Reads the settings with these names.
    ///
    /// # Errors
    /// Returns an error that names the setting that the install did not give.
    pub(crate) fn of(account: &'a Account<'a>, url: &str, secret: &str) -> Result<Self, RenderError> {
        Ok(Self { account, url: account.require(url)?, secret: account.require_secret(secret)? })
    }

    /// Makes a signed call. The system recognizes a repeat by the id, so that repeats are harmless.
    ///
    /// # Errors
    /// Returns an error if the body or the call cannot be written.
    pub(crate) fn post(self, name: &'static str, id: &str, body: &impl Serialize) -> Result<Call, RenderError> {
        let body = serde_json::to_vec(body).map_err(|_| RenderError::new("the message could not be written"))?;
        let signature = standard_webhooks::sign(self.secret, id, self.account.now, &body);
        let mut call = Call::post(name, self.url).bytes("application/json", body).harmless();
        for (name, value) in signature {
            call = match name {
                "webhook-signature" => call.secret_header(name, value),
                _ => call.header(name, value),
            };
        }
        call.build()
    }
}

/// The body of a refusal, if the system explains it: `{"error": {"message": "…"}}` or `{"error": "…"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Explanation,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Explanation {
    Object {
        #[serde(default)]
        message: String,
    },
    Text(String),
}

impl Default for Explanation {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Explanation {
    fn words(self) -> String {
        match self {
            Self::Object { message } | Self::Text(message) => message,
        }
    }
}

/// Returns what a failed call means. `who` is the system, as in "the app".
pub(crate) fn check(who: &str, answer: &Response<Bytes>) -> Result<(), Failure> {
    match answer.status().as_u16() {
        // A 404 is not `Gone`: it may also mean that the callback URL is wrong, which says nothing about the contact.
        410 => Err(Failure::Gone { reason: format!("{who} does not know the contact any more") }),
        413 => Err(Failure::rejected(format!("the message is too large for {who}"))),
        _ => match from_status(who, answer, None) {
            Ok(_) => Ok(()),
            // A repeat is harmless, because it carries the same id.
            Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
            Err(Failure::Rejected { .. }) => {
                let code = answer.status().as_u16();
                let Refusal { error } = serde_json::from_slice(answer.body()).unwrap_or_default();
                Err(Failure::rejected_as(format!("{who} refused the message (HTTP {code})"), error.words()))
            }
            Err(other) => Err(other),
        },
    }
}
