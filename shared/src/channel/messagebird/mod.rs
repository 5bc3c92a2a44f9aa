//! MessageBird's REST API: text messages, and its Conversations API for WhatsApp and others:
//! <https://developers.messagebird.com/api/>.
//!
//! An installation speaks one of the two: text messages from an `originator`, or a channel of the Conversations API. What
//! is taken may still fail later, which a report to the URL that came with the message tells. It has no key that makes a
//! repeated call harmless.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Channel, next_of, sent, template};
use crate::{
    adapter::{
        Account, Adapter, Call, Delivery, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task, Urls,
        Verified, from_status, json_call, retry_after,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Media, MediaKind, MediaSource, Part, PartKind},
        steps::{NextStep, Notice},
        text,
    },
};

mod parse;
#[cfg(test)]
mod tests;
mod verify;

/// The MessageBird channel.
#[derive(Clone, Copy, Debug)]
pub struct MessageBird;

const API_URL: &str = "https://rest.messagebird.com";
const CONVERSATIONS_URL: &str = "https://conversations.messagebird.com/v1";
const ACCESS_KEY: &str = "access_key";
const SIGNING_KEY: &str = "signing_key";
const ORIGINATOR: &str = "originator";
const CHANNEL_ID: &str = "channel_id";
const NAMESPACE: &str = "template_namespace";

const SEND_SMS: &str = "send_sms";
const SEND: &str = "send_message";
const BALANCE: &str = "balance";

/// The longest text message, in parts.
const SMS_PARTS: usize = 9;

const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpeg", "jpg", "png"],
    refused: &[],
    caption: 1_000,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 16_000_000, accepted: &[], ..IMAGE };

/// <https://bird.com/en-us/migrate/from-messagebird-classic>
const ENDS: Notice = Notice {
    code: "platform_ends",
    cause: "MessageBird's classic platform, whose keys this channel uses, ends on 31 December 2026",
    fix: "make an API key at Bird and install the channel `bird` instead",
    docs_url: "https://bird.com/en-us/migrate/from-messagebird-classic",
};

static FEATURES: Features = Features {
    // Nine parts of a long text message; in other alphabets than GSM 03.38 they hold 603 characters.
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
    contact_ids: ContactIds::Phone { plus: false },
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(ACCESS_KEY, Form::Token, "a live access key, from Developers, API access").secret(),
    Setting::required(SIGNING_KEY, Form::Token, "the signing key, from Developers, API settings").secret(),
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

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        if account.setting(ORIGINATOR).is_some() != account.setting(CHANNEL_ID).is_some() {
            return Ok(());
        }
        let should_be = "the number or name that text messages come from, or absent where `channel_id` is given";
        Err(SettingError { setting: ORIGINATOR.to_owned(), should_be: should_be.to_owned() })
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let url = urls.channel;
        vec![match account.setting(CHANNEL_ID) {
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
        }]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(calls(account, delivery)?, known)),
            Task::Check if known.answered == 0 => {
                let url = format!("{}/balance", account.api_url(API_URL));
                let key = credential(account)?;
                json_call(BALANCE, Method::GET, &url, ("authorization", &key), None::<&()>, Repeat::Harmless)
                    .map(Step::Call)
            }
            Task::Fetch(media, _) => fetch(account, media),
            // Asked already.
            Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(_) => {
                let call = if account.setting(CHANNEL_ID).is_some() { SEND } else { SEND_SMS };
                sent(read(call, answer).map(|answer| answer.id))
            }
            Task::Check => {
                read(BALANCE, answer)?;
                let sender = account.setting(CHANNEL_ID).or_else(|| account.setting(ORIGINATOR));
                let sender = sender.unwrap_or_default().to_owned();
                Ok(vec![Fact::Identity(sender.clone()), Fact::AccountId(sender)])
            }
            _ => from_status("MessageBird", answer, None),
        }
    }
}

impl Channel for MessageBird {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}

/// The calls of a delivery, in order.
fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let channel = account.setting(CHANNEL_ID);
    let mut byline = Byline::of(account.options, delivery.author);
    let mut list: Vec<(&str, Value)> = Vec::new();
    for part in delivery.parts {
        let rich = channel.and_then(|_| content(account, part, &mut byline));
        // What conversations cannot show beside it follows in words.
        let words = match (&rich, part) {
            (Some(_), Part::Media(media)) if caption_inside(media).is_none() => media.caption.clone(),
            (Some(_), Part::Location { label, .. }) => label.clone(),
            (Some(_), _) => None,
            (None, other) => Some(fit::plain(other)),
        };
        let words = byline.sign(&words.unwrap_or_default());
        let limit = if channel.is_some() { FEATURES.text } else { text::sms_limit(&words, SMS_PARTS) };
        list.extend(rich);
        list.extend(text::split(&words, limit).into_iter().map(|piece| ("text", json!({"text": piece}))));
    }
    if list.is_empty() {
        return Err(RenderError::new("the message is empty"));
    }
    let key = credential(account)?;
    let to = &delivery.contact.id;
    let call = |(index, (kind, content)): (usize, (&str, Value))| {
        let reference = delivery.retry_key(index);
        let (call, url, mut body) = match channel {
            Some(channel) => {
                let base = account.setting("conversations_api_url").unwrap_or(CONVERSATIONS_URL).trim_end_matches('/');
                let body = json!({"to": to, "from": channel, "type": kind, "content": content, "trackId": reference});
                (SEND, format!("{base}/send"), body)
            }
            None => {
                let from = account.setting(ORIGINATOR).unwrap_or_default();
                let text = content.get("text").cloned().unwrap_or_default();
                let to = to.trim_start_matches('+');
                let body = json!({
                    "originator": from, "recipients": [to], "body": text, "datacoding": "auto", "reference": reference,
                });
                (SEND_SMS, format!("{}/messages", account.api_url(API_URL)), body)
            }
        };
        if let (Some(url), Some(fields)) = (account.webhook_url, body.as_object_mut()) {
            fields.insert("reportUrl".to_owned(), url.into());
        }
        json_call(call, Method::POST, &url, ("authorization", &key), Some(&body), Repeat::Doubles)
    };
    list.into_iter().enumerate().map(call).collect()
}

/// What only conversations can show.
fn content(account: &Account<'_>, part: &Part, byline: &mut Byline<'_>) -> Option<(&'static str, Value)> {
    match part {
        Part::Text { text } => {
            let template = template::asked_for(text)?;
            let language = template.language.unwrap_or("en_US");
            let values: Vec<Value> = template.values.iter().map(|value| json!({"default": value})).collect();
            let mut body = json!({
                "templateName": template.name, "language": {"policy": "deterministic", "code": language}, "params": values,
            });
            if let (Some(namespace), Some(fields)) = (account.setting(NAMESPACE), body.as_object_mut()) {
                fields.insert("namespace".to_owned(), namespace.into());
            }
            Some(("hsm", json!({"hsm": body})))
        }
        Part::Media(media @ Media { source: MediaSource::Link { url }, .. }) => {
            let name = match media.kind {
                MediaKind::Image => "image",
                MediaKind::Video => "video",
                MediaKind::Audio => "audio",
                MediaKind::File => "file",
            };
            let mut file = json!({"url": url});
            if let (Some(caption), Some(fields)) = (caption_inside(media), file.as_object_mut()) {
                fields.insert("caption".to_owned(), byline.sign(caption).into());
            }
            Some((name, json!({name: file})))
        }
        Part::Location { latitude, longitude, .. } => {
            Some(("location", json!({"location": {"latitude": latitude, "longitude": longitude}})))
        }
        _ => None,
    }
}

/// The caption that travels with a file; any other is a text of its own.
fn caption_inside(media: &Media) -> Option<&str> {
    let most = TextLimit { max: IMAGE.caption, unit: TextUnit::Chars };
    let has_captions = matches!(media.kind, MediaKind::Image | MediaKind::Video);
    media.caption.as_deref().filter(|caption| has_captions && text::fits(caption, most))
}

/// A file of a contact; the access key goes to MessageBird's host only.
fn fetch(account: &Account<'_>, media: &Media) -> Result<Step, RenderError> {
    let foreign = || RenderError::new("the file's address is not one of MessageBird's");
    let MediaSource::Reference { id: address } = &media.source else { return Err(foreign()) };
    let url = url::Url::parse(address).map_err(|_| foreign())?;
    let base = url::Url::parse(account.api_url(API_URL)).map_err(|_| foreign())?;
    let is_ours = url.scheme() == base.scheme() && url.host() == base.host() && url.port() == base.port();
    let is_theirs = url.scheme() == "https" && url.host_str() == Some("media.messagebird.com");
    if !is_ours && !is_theirs {
        return Err(foreign());
    }
    let mut key = HeaderValue::from_str(&credential(account)?).map_err(|_| foreign())?;
    key.set_sensitive(true);
    Ok(Step::Download(Request::get(url.as_str()).header(header::AUTHORIZATION, key).body(())?))
}

fn credential(account: &Account<'_>) -> Result<String, RenderError> {
    let key = account.secret(ACCESS_KEY).map(|key| key.reveal());
    key.map(|key| format!("AccessKey {key}"))
        .ok_or_else(|| RenderError::new("the access key of MessageBird is missing"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    id: Option<String>,
    errors: Vec<VendorError>,
}

#[derive(Debug, Deserialize)]
struct VendorError {
    code: Option<u32>,
}

/// The answer to a call that worked, or what its failure means: <https://developers.messagebird.com/api/#api-errors>.
fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let status = answer.status();
    let what = format!("MessageBird's {call}");
    let body: Answer = match serde_json::from_slice(answer.body()) {
        Ok(body) => body,
        Err(_) if status.is_success() => {
            return Err(Failure::Retry { wait: None, reason: format!("{what} answered without JSON"), doubtful: true });
        }
        Err(_) => Answer::default(),
    };
    let reason = |reason: &str| reason.to_owned();
    match (status.as_u16(), body.errors.first().and_then(|error| error.code)) {
        (200..=299, _) => Ok(body),
        (401 | 403, _) => Err(Failure::Blocked { reason: reason("MessageBird does not accept the access key") }),
        (_, Some(25)) => Err(Failure::Blocked { reason: reason("the balance at MessageBird is used up") }),
        (_, Some(9)) => {
            Err(Failure::Gone { reason: reason("this is not a telephone number that MessageBird can reach") })
        }
        (_, Some(10)) => Err(Failure::rejected("MessageBird does not accept a value in this message")),
        (_, Some(20)) => Err(Failure::Blocked { reason: reason("MessageBird does not find the channel") }),
        (_, Some(301)) => Err(Failure::rejected("more than 24 hours have passed since the contact's last message")),
        (429, _) => Err(Failure::Retry {
            wait: retry_after(answer),
            reason: reason("MessageBird asks to wait"),
            doubtful: false,
        }),
        _ => Err(Failure::of_status(&what, answer, None)),
    }
}
