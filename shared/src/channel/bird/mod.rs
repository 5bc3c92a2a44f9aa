//! Bird's platform of 2026, which succeeds MessageBird: text messages and WhatsApp as the kind `bird`, and Apple Messages
//! for Business as the kind `apple`, which nobody has tried with Apple itself yet.
//!
//! Its webhook is made by a call whose answer alone carries the secret of the Standard Webhooks signature. Sends carry an
//! idempotency key, so a repeat is harmless.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use serde_json::{Value, json};

use super::{Channel, next_of, sent, template};
use crate::{
    adapter::{
        Account, Adapter, Call, Delivery, Fact, Known, Outcome, RenderError, Repeat, Step, Task, Urls, json_call,
    },
    fit,
    limits::{Limits, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
    message::{Media, MediaKind, MediaSource, Part, PartKind},
    secret::Secret,
    settings::{Form, Setting, SettingError},
    standard_webhooks, text,
    webhook::{ParseError, ParsedChannel, Proof, Verified, VerifyError, WebhookRequest},
};

mod classify;
mod parse;
#[cfg(test)]
mod tests;

/// A channel of Bird's.
#[derive(Clone, Copy, Debug)]
pub struct Bird {
    is_apple: bool,
}

/// Text messages and WhatsApp.
pub static BIRD: Bird = Bird { is_apple: false };
/// Apple Messages for Business.
pub static APPLE: Bird = Bird { is_apple: true };

const API_KEY: &str = "api_key";
const FROM: &str = "from";
const PRODUCT: &str = "product";
/// What the registration makes.
const WEBHOOK_SECRET: &str = "webhook_secret";
const WEBHOOK_ID: &str = "webhook_id";

const SEND: &str = "send_message";
const LIST_WEBHOOKS: &str = "list_webhooks";
const MAKE_WEBHOOK: &str = "create_webhook";
const DROP_WEBHOOK: &str = "delete_webhook";

/// The note that a task's call was made.
const ASKED: &str = "bird.asked";
/// The note that the webhook of an earlier registration is gone.
const DROPPED: &str = "bird.dropped";

const MESSAGING_EVENTS: &[&str] = &[
    "sms.received",
    "sms.sent",
    "sms.delivered",
    "sms.undelivered",
    "sms.failed",
    "sms.rejected",
    "sms.expired",
    "whatsapp.received",
    "whatsapp.sent",
    "whatsapp.delivered",
    "whatsapp.read",
    "whatsapp.failed",
    "whatsapp.rejected",
    "whatsapp.reacted",
];
const APPLE_EVENTS: &[&str] = &["amb.received", "amb.sent", "amb.send_failed", "amb.rejected"];

const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpeg", "jpg", "png"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 16_000_000, accepted: &[], ..IMAGE };

static LIMITS: Limits = Limits {
    // Twelve segments of a long text message.
    text: TextLimit { max: 1_836, unit: TextUnit::Gsm7 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, accepted: &["mp4", "3gp"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "m4a", "mp3", "ogg"], caption: 0, ..FILE },
        FILE,
    ],
    parts: &[
        (PartKind::Image, Support::Degraded("link in SMS, image on WhatsApp")),
        (PartKind::Video, Support::Degraded("link in SMS, video on WhatsApp")),
        (PartKind::Audio, Support::Degraded("link in SMS, recording on WhatsApp")),
        (PartKind::File, Support::Degraded("link in SMS, file on WhatsApp")),
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    receipts: false,
    registers: true,
    profile: None,
    rate: None,
};

static APPLE_LIMITS: Limits = Limits {
    text: TextLimit { max: 10_000, unit: TextUnit::Chars },
    // Files become links: how they are uploaded is not documented.
    media: &[],
    parts: &[
        (PartKind::Image, Support::Degraded("link")),
        (PartKind::Video, Support::Degraded("link")),
        (PartKind::Audio, Support::Degraded("link")),
        (PartKind::File, Support::Degraded("link")),
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    receipts: false,
    registers: true,
    profile: None,
    rate: None,
};

static SETTINGS: &[Setting] = &[
    Setting::required(API_KEY, Form::Token, "an API key of Bird's platform, such as bk_eu1_…").secret(),
    Setting::required(PRODUCT, Form::Choice(&["sms", "whatsapp"]), "`sms` or `whatsapp`"),
    Setting::required(FROM, Form::Text(64), "the number that messages come from, such as +447700900170"),
    Setting::optional("api_url", Form::Url, "the base of Bird's platform, as a rule https://eu1.platform.bird.com"),
];

static APPLE_SETTINGS: &[Setting] = &[
    Setting::required(API_KEY, Form::Token, "an API key of Bird's platform, such as bk_eu1_…").secret(),
    Setting::required(FROM, Form::Text(64), "the business id that Apple gave"),
    Setting::optional("api_url", Form::Url, "the base of Bird's platform, as a rule https://eu1.platform.bird.com"),
];

impl Adapter for Bird {
    fn limits(&self) -> &'static Limits {
        if self.is_apple { &APPLE_LIMITS } else { &LIMITS }
    }

    fn settings(&self) -> &'static [Setting] {
        if self.is_apple { APPLE_SETTINGS } else { SETTINGS }
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        if account.setting("api_url").is_some() || region(account).is_some() {
            return Ok(());
        }
        let should_be = "an API key of Bird's platform, such as bk_eu1_…".to_owned();
        Err(SettingError { setting: API_KEY.to_owned(), should_be })
    }

    fn next_steps(&self, _account: &Account<'_>, _urls: &Urls<'_>) -> Vec<String> {
        Vec::new()
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        let secret = account.secret(WEBHOOK_SECRET).ok_or(VerifyError::Wrong)?;
        standard_webhooks::verify(secret.reveal(), &request.headers, &request.body, request.received_at)?;
        Ok(Proof::Signed)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        let asked = known.note(ASKED).is_some();
        let old = account.secret(WEBHOOK_ID).map(|id| id.reveal()).filter(|_| known.note(DROPPED).is_none());
        match task {
            Task::Deliver(delivery) => Ok(next_of(self.calls(account, delivery)?, known)),
            Task::Check if !asked => call(account, LIST_WEBHOOKS, Method::GET, "/v1/webhooks", None).map(Step::Call),
            Task::Register { .. } | Task::Unregister if old.is_some() => {
                let id = old.unwrap_or_default();
                call(account, DROP_WEBHOOK, Method::DELETE, &format!("/v1/webhooks/{id}"), None).map(Step::Call)
            }
            Task::Register { url } if !asked => {
                let events = if self.is_apple { APPLE_EVENTS } else { MESSAGING_EVENTS };
                let body = json!({"url": url, "events": events});
                call(account, MAKE_WEBHOOK, Method::POST, "/v1/webhooks", Some(&body)).map(Step::Call)
            }
            Task::Fetch(media, _) => fetch(account, media),
            _ => Ok(Step::Done),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Outcome {
        let note = |key: &str| Fact::Note(key.to_owned(), "yes".to_owned());
        let word = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let drops = account.secret(WEBHOOK_ID).is_some() && known.note(DROPPED).is_none();
        match task {
            Task::Deliver(_) => sent(classify::read(SEND, answer).map(|answer| word(&answer, "id"))),
            Task::Check => match classify::read(LIST_WEBHOOKS, answer) {
                Ok(_) => {
                    let from = account.setting(FROM).unwrap_or_default().to_owned();
                    Outcome::Learned(vec![Fact::Identity(from.clone()), Fact::AccountId(from), note(ASKED)])
                }
                Err(outcome) => outcome,
            },
            // One that is gone already is as good as dropped.
            Task::Register { .. } | Task::Unregister if drops => match classify::read(DROP_WEBHOOK, answer) {
                Ok(_) | Err(Outcome::Rejected { .. }) => Outcome::Learned(vec![note(DROPPED)]),
                Err(outcome) => outcome,
            },
            Task::Register { .. } => match classify::read(MAKE_WEBHOOK, answer) {
                Ok(answer) => match (word(&answer, "id"), word(&answer, "secret")) {
                    (Some(id), Some(secret)) => Outcome::Learned(vec![
                        Fact::Secret(WEBHOOK_ID, Secret::new(id)),
                        Fact::Secret(WEBHOOK_SECRET, Secret::new(secret)),
                        note(ASKED),
                    ]),
                    _ => Outcome::rejected("Bird's answer to the new webhook has no secret in it"),
                },
                Err(outcome) => outcome,
            },
            _ => Outcome::from_status("Bird", answer, None),
        }
    }
}

impl Channel for Bird {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}

impl Bird {
    /// The calls of a delivery, in order.
    fn calls(self, account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
        let mut name = delivery.author.and_then(|author| author.name.as_deref()).filter(|_| account.options.agent_name);
        let is_whatsapp = account.setting(PRODUCT) == Some("whatsapp") && !self.is_apple;
        let path = match (self.is_apple, is_whatsapp) {
            (true, _) => "/v1/amb/messages",
            (_, true) => "/v1/whatsapp/messages",
            _ => "/v1/sms/messages",
        };
        let mut list: Vec<Value> = Vec::new();
        for part in delivery.parts {
            if let Some(rich) = is_whatsapp.then(|| content(part)).flatten() {
                list.push(rich);
                continue;
            }
            let plain = fit::plain(part);
            let words = name.take().map_or_else(|| plain.clone(), |name| fit::signed(name, &plain));
            list.extend(text::split(&words, self.limits().text).into_iter().map(|piece| {
                match (self.is_apple, is_whatsapp) {
                    (true, _) => json!({"source": "operator", "content": {"type": "text", "body": piece}}),
                    (_, true) => json!({"text": {"body": piece}}),
                    _ => json!({"text": piece, "category": "service"}),
                }
            }));
        }
        if list.is_empty() {
            return Err(RenderError::new("the message is empty"));
        }
        let complete = |(index, mut message): (usize, Value)| {
            let key = delivery.retry_key(index);
            if let Some(fields) = message.as_object_mut() {
                fields.insert("to".to_owned(), delivery.contact.id.as_str().into());
                fields.insert("from".to_owned(), account.setting(FROM).unwrap_or_default().into());
                fields.insert("metadata".to_owned(), json!({"bridge_id": key}));
            }
            let mut call = call(account, SEND, Method::POST, path, Some(&message))?;
            let key = HeaderValue::from_str(&key).map_err(|_| RenderError::new("no idempotency key"))?;
            call.request.headers_mut().insert("idempotency-key", key);
            Ok(call)
        };
        list.into_iter().enumerate().map(complete).collect()
    }
}

/// What only WhatsApp can show.
fn content(part: &Part) -> Option<Value> {
    match part {
        Part::Text { text } => {
            let template = template::asked_for(text)?;
            let values: Vec<Value> =
                template.values.iter().map(|value| json!({"type": "text", "text": value})).collect();
            let mut body = json!({"slug": template.name});
            if let (false, Some(fields)) = (values.is_empty(), body.as_object_mut()) {
                fields.insert("components".to_owned(), json!([{"type": "body", "parameters": values}]));
            }
            Some(json!({"template": body}))
        }
        Part::Media(Media { kind, source: MediaSource::Link { url }, caption, name, .. }) => {
            let key = match kind {
                MediaKind::Image => "image",
                MediaKind::Video => "video",
                MediaKind::Audio => "audio",
                MediaKind::File => "document",
            };
            let mut media = json!({"url": url});
            let fields = media.as_object_mut()?;
            if let Some(caption) = caption.as_ref().filter(|_| key != "audio") {
                fields.insert("caption".to_owned(), caption.as_str().into());
            }
            if let Some(name) = name.as_ref().filter(|_| key == "document") {
                fields.insert("filename".to_owned(), name.as_str().into());
            }
            Some(json!({key: media}))
        }
        _ => None,
    }
}

/// A file of a contact; the key goes to Bird's hosts only.
fn fetch(account: &Account<'_>, media: &Media) -> Result<Step, RenderError> {
    let MediaSource::Reference { id } = &media.source else { return Ok(Step::Done) };
    let foreign = || RenderError::new("the file's address is not one of Bird's");
    let url = url::Url::parse(id).map_err(|_| foreign())?;
    let base = url::Url::parse(&base(account)?).map_err(|_| foreign())?;
    let is_ours = url.scheme() == base.scheme() && url.host() == base.host() && url.port() == base.port();
    let is_birds = |host: &str| host == "platform.bird.com" || host.ends_with(".platform.bird.com");
    let is_theirs = url.scheme() == "https" && url.host_str().is_some_and(is_birds);
    if !is_ours && !is_theirs {
        return Err(foreign());
    }
    let mut key = HeaderValue::from_str(&bearer(account)?).map_err(|_| foreign())?;
    key.set_sensitive(true);
    Ok(Step::Download(Request::get(url.as_str()).header(header::AUTHORIZATION, key).body(())?))
}

fn call(
    account: &Account<'_>,
    name: &'static str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Call, RenderError> {
    let url = format!("{}{path}", base(account)?);
    json_call(name, method, &url, ("authorization", &bearer(account)?), body, Repeat::Harmless)
}

fn bearer(account: &Account<'_>) -> Result<String, RenderError> {
    let key = account.secret(API_KEY).map(|key| key.reveal());
    key.map(|key| format!("Bearer {key}")).ok_or_else(|| RenderError::new("the API key of Bird is missing"))
}

/// The region that the key names: `bk_eu1_…`.
fn region<'a>(account: &Account<'a>) -> Option<&'a str> {
    let (region, _) = account.secret(API_KEY)?.reveal().strip_prefix("bk_")?.split_once('_')?;
    (!region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(region)
}

fn base(account: &Account<'_>) -> Result<String, RenderError> {
    match (account.setting("api_url"), region(account)) {
        (Some(url), _) => Ok(url.trim_end_matches('/').to_owned()),
        (None, Some(region)) => Ok(format!("https://{region}.platform.bird.com")),
        (None, None) => Err(RenderError::new("the API key of Bird names no region")),
    }
}
