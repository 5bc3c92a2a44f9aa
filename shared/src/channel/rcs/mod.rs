//! RCS for Business (RBM), the successor of Google Business Messages:
//! <https://developers.google.com/business-communications/rcs-business-messaging>.
//!
//! Experimental: nobody has tried it with an agent of a carrier yet. Message ids are ours, and a repeat of one is
//! dropped. Calls carry a token that we sign with the service account's own key, which Google's services take in place
//! of one that had to be fetched: <https://google.aip.dev/auth/4111>.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http::{Method, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Channel, next_of, sent};
use crate::{
    adapter::{
        Account, Adapter, Call, Delivery, Failure, Known, Learned, RenderError, Repeat, Step, Task, Urls, Verified,
        from_status, json_call,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest, decode},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Button, Media, MediaKind, MediaSource, Part, PartKind},
        steps::NextStep,
        text,
    },
    tools::crypto::{hmac_sha512_is, rsa_sha256, same},
};

mod parse;
#[cfg(test)]
mod tests;

/// The RCS channel.
#[derive(Clone, Copy, Debug)]
pub struct Rcs;

const API_URL: &str = "https://rcsbusinessmessaging.googleapis.com";
const AUDIENCE: &str = "https://rcsbusinessmessaging.googleapis.com/";
const AGENT_ID: &str = "agent_id";
const KEY: &str = "service_account_key";
const CLIENT_TOKEN: &str = "client_token";
const KEY_HELP: &str = "the JSON key file of the service account, whole";

const SEND: &str = "send_message";
/// How long a token of ours is good, in seconds.
const TOKEN_TIME: i64 = 3_600;
/// Suggestions below a message, and the longest of their words.
const SUGGESTIONS: usize = 11;
const SUGGESTION: TextLimit = TextLimit { max: 25, unit: TextUnit::Chars };

/// <https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send>
const FILE: MediaLimit = MediaLimit {
    kind: MediaKind::File,
    max_bytes: 100_000_000,
    accepted: &["pdf"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    text: TextLimit { max: 3_072, unit: TextUnit::Chars },
    media: &[
        MediaLimit { kind: MediaKind::Image, accepted: &["gif", "jpeg", "jpg", "png"], ..FILE },
        MediaLimit { kind: MediaKind::Video, accepted: &["m4v", "mp4", "mpeg", "mpg", "webm"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "mp3", "ogg"], ..FILE },
        FILE,
    ],
    parts: &[
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    contact_ids: ContactIds::Phone { plus: true },
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(AGENT_ID, Form::Text(256), "the agent's id, such as shop@rbm.goog"),
    Setting::required(KEY, Form::Key, KEY_HELP).secret(),
    Setting::required(CLIENT_TOKEN, Form::Token, "the client token that you enter with the webhook in the console")
        .secret(),
    Setting::optional("api_url", Form::Url, "the base of RBM, as a rule https://rcsbusinessmessaging.googleapis.com"),
];

impl Adapter for Rcs {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// There is no harmless call; that the key signs is what can be known at install.
    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        token(account).map(|_| ()).map_err(|_| SettingError { setting: KEY.to_owned(), should_be: KEY_HELP.to_owned() })
    }

    fn next_steps(&self, _account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let step = NextStep::paste("channel_webhook", "this URL", urls.channel, |url| {
            format!(
                "In the RCS business communications console, open your agent, Integrations, Webhook, Configure, and enter \
                 {url} and the client token of your install request."
            )
        });
        vec![
            step.docs(
                "https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events",
            ),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        let token = account.secret(CLIENT_TOKEN).map(|token| token.reveal()).filter(|token| !token.is_empty());
        let token = token.ok_or(VerifyError::Wrong)?;
        // Google signs what lies inside the body, so its shell has to be opened first.
        let envelope: parse::Envelope = decode(&request.body).map_err(|_| VerifyError::Missing)?;
        if request.method != Method::POST {
            return Err(VerifyError::Missing);
        }
        let is_right = match (request.header("x-goog-signature"), &envelope.client_token) {
            (Some(given), None) => {
                let (tag, event) = (STANDARD.decode(given).map_err(|_| VerifyError::Wrong)?, envelope.event());
                hmac_sha512_is(token.as_bytes(), &event.ok_or(VerifyError::Wrong)?, &tag)
            }
            (_, Some(given)) => same(given.as_bytes(), token.as_bytes()),
            (None, None) => return Err(VerifyError::Missing),
        };
        if is_right { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(calls(account, delivery)?, known)),
            // No call only checks.
            Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        let Task::Deliver(delivery) = task else { return from_status("RBM", answer, None) };
        let what = |reason: &str| reason.to_owned();
        match answer.status().as_u16() {
            // The id is ours.
            200..=299 => sent(Ok(Some(delivery.retry_key(known.sent())))),
            401 => Err(Failure::Blocked { reason: what("RBM does not accept the service account") }),
            403 => Err(Failure::Gone { reason: what("the agent is not launched with the contact's carrier") }),
            404 => Err(Failure::Gone { reason: what("the contact cannot be reached by RCS") }),
            _ => match from_status("RBM", answer, None) {
                // A repeat is dropped there.
                Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
                Err(Failure::Rejected { .. }) => Err(Failure::rejected("RBM does not accept this message")),
                other => other,
            },
        }
    }
}

impl Channel for Rcs {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}

/// The calls of a delivery, in order.
fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let mut byline = Byline::of(account.options, delivery.author);
    let mut list: Vec<Value> = Vec::new();
    for part in delivery.parts {
        let words = match part {
            Part::Media(Media { source: MediaSource::Link { url }, caption, .. }) => {
                list.push(json!({"contentInfo": {"fileUrl": url, "forceRefresh": false}}));
                caption.clone().unwrap_or_default()
            }
            Part::Buttons { buttons } => {
                let suggestions: Vec<Value> = buttons.iter().filter_map(suggestion).take(SUGGESTIONS).collect();
                let are_all = suggestions.len() == buttons.len() && !suggestions.is_empty();
                let last = list.last_mut().and_then(Value::as_object_mut).filter(|last| last.contains_key("text"));
                match (are_all, last) {
                    (true, Some(last)) => {
                        last.insert("suggestions".to_owned(), suggestions.into());
                        continue;
                    }
                    (true, None) => {
                        list.push(json!({"text": fit::plain_buttons(buttons), "suggestions": suggestions}));
                        continue;
                    }
                    (false, _) => fit::plain_buttons(buttons),
                }
            }
            other => fit::plain(other),
        };
        let words = byline.sign(&words);
        list.extend(text::split(&words, FEATURES.text).into_iter().map(|piece| json!({"text": piece})));
    }
    if list.is_empty() {
        return Err(RenderError::new("the message is empty"));
    }
    let bearer = format!("Bearer {}", token(account)?);
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let (phone, agent) = (encode(&delivery.contact.id), encode(account.setting(AGENT_ID).unwrap_or_default()));
    let call = |(index, content): (usize, Value)| {
        let (base, id) = (account.api_url(API_URL), delivery.retry_key(index));
        let url = format!("{base}/v1/phones/{phone}/agentMessages?messageId={id}&agentId={agent}");
        let body = json!({"contentMessage": content, "messageTrafficType": "TRANSACTION"});
        json_call(SEND, Method::POST, &url, ("authorization", &bearer), Some(&body), Repeat::Harmless)
    };
    list.into_iter().enumerate().map(call).collect()
}

fn suggestion(button: &Button) -> Option<Value> {
    if !text::fits(button.label(), SUGGESTION) || button.label().trim().is_empty() {
        return None;
    }
    Some(match button {
        Button::Reply { label, text } => json!({"reply": {"text": label, "postbackData": text}}),
        Button::Link { label, url } => {
            json!({"action": {"text": label, "postbackData": label, "openUrlAction": {"url": url}}})
        }
    })
}

/// What is needed of a service account's key file.
#[derive(Deserialize)]
struct ServiceAccount {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
}

/// A token that says who we are, signed by ourselves.
fn token(account: &Account<'_>) -> Result<String, RenderError> {
    let bad = || RenderError::new("the key of the service account is not a JSON key file");
    let key = account.secret(KEY).ok_or_else(bad)?;
    let key: ServiceAccount = serde_json::from_str(key.reveal()).map_err(|_| bad())?;
    let now = account.now.div_euclid(1_000);
    let head = json!({"alg": "RS256", "typ": "JWT", "kid": key.private_key_id});
    let claims = json!({
        "iss": key.client_email, "sub": key.client_email, "aud": AUDIENCE, "iat": now,
        "exp": now.saturating_add(TOKEN_TIME),
    });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&head), encode(&claims));
    let tag = rsa_sha256(&key.private_key, signed.as_bytes()).ok_or_else(bad)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
}
