//! Telegram bots: <https://core.telegram.org/bots/api>.
//!
//! The bot's token is part of every URL, so no URL of Telegram's may reach a log or the helpdesk. Updates carry a secret
//! token of our own instead of a signature, and one that is refused holds back everything later of its chat. Telegram
//! has no key that makes a repeated call harmless, and no receipts.

use bytes::Bytes;
use http::{Method, Request, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Body, Call, Delivery, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task,
        Verified, from_status,
        settings::{Form, Made, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        message::{Media, MediaKind, MediaSource, PartKind},
    },
};

mod classify;
mod content;
mod keyboard;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The Telegram channel.
#[derive(Clone, Copy, Debug)]
pub struct Telegram;

/// The base of the API, without the token.
const API_URL: &str = "https://api.telegram.org";
const BOT_TOKEN: &str = "bot_token";
/// What Telegram sends along with every update.
const SECRET_TOKEN: &str = "secret_token";

/// What cannot stand in the path of a file.
const PATH: &percent_encoding::AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// What the bot hears of. Telegram keeps the last list when none is given, so it is always given.
const ALLOWED_UPDATES: &[&str] = &["message", "edited_message", "callback_query", "my_chat_member"];

/// The note with the path under which a file can be downloaded.
const FILE_PATH: &str = "telegram.file_path";

/// <https://core.telegram.org/bots/api#sendphoto>
const PHOTO: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 10_000_000,
    accepted: &["jpeg", "jpg", "png", "webp"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Upload,
};

/// <https://core.telegram.org/bots/api#senddocument>
const DOCUMENT: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 50_000_000, accepted: &[], ..PHOTO };

static FEATURES: Features = Features {
    text: TextLimit { max: 4_096, unit: TextUnit::Utf16 },
    media: &[
        PHOTO,
        MediaLimit { kind: MediaKind::Video, accepted: &["mp4"], ..DOCUMENT },
        MediaLimit { kind: MediaKind::Audio, accepted: &["m4a", "mp3", "oga", "ogg", "opus"], ..DOCUMENT },
        DOCUMENT,
    ],
    parts: &[
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Carousel, Support::Degraded("photos with buttons")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    registers: true,
    // Every update carries the name.
    profile: None,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(BOT_TOKEN, Form::Token, "the bot's token from @BotFather, such as 123456:ABC-DEF…").secret(),
    Setting::internal(SECRET_TOKEN, Made::Hex { prefix: "" }, "the word that Telegram sends along with every update"),
    Setting::optional("api_url", Form::Url, "the base of Telegram's API, as a rule https://api.telegram.org"),
];

impl Adapter for Telegram {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// The token stands in every URL, so nothing may be in it that means something there.
    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let token = account.secret(BOT_TOKEN).map(|token| token.reveal()).unwrap_or_default();
        let is_good = token.split_once(':').is_some_and(|(id, key)| {
            !id.is_empty()
                && id.bytes().all(|byte| byte.is_ascii_digit())
                && key.len() >= 20
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        });
        let setting = SETTINGS.iter().find(|setting| setting.name == BOT_TOKEN).filter(|_| !is_good);
        setting.map_or(Ok(()), |setting| Err(setting.error()))
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => {
                let requests = render::requests(account, delivery, known)?;
                let calls = requests.into_iter().map(|request| request.call(account));
                Ok(next_of(calls.collect::<Result<_, _>>()?, known))
            }
            Task::Check if known.answered == 0 => ask(account, "getMe", &json!({})),
            Task::Register { url } if known.answered == 0 => {
                let secret_token = account.secret(SECRET_TOKEN).map(|token| token.reveal());
                let secret_token =
                    secret_token.ok_or_else(|| RenderError::new("the secret token for Telegram is missing"))?;
                let (max_connections, drop_pending_updates) = (40, false);
                let allowed_updates = ALLOWED_UPDATES;
                let webhook =
                    wire::SetWebhook { url, secret_token, max_connections, allowed_updates, drop_pending_updates };
                ask(account, "setWebhook", &webhook)
            }
            Task::Unregister if known.answered == 0 => {
                ask(account, "deleteWebhook", &json!({"drop_pending_updates": false}))
            }
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => match known.memo(FILE_PATH) {
                Some(path) => {
                    let path = percent_encoding::utf8_percent_encode(path, PATH);
                    let url = format!("{}/file/bot{}/{path}", account.api_url(API_URL), token(account)?);
                    Ok(Step::Download(Request::get(url).body(())?))
                }
                None => ask(account, "getFile", &json!({"file_id": id})),
            },
            // Asked already.
            Task::Check | Task::Register { .. } | Task::Unregister => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => delivered(account, delivery, known, answer),
            Task::Check => Ok(identity(&classify::read("getMe", answer)?)),
            Task::Register { .. } => Ok(classify::read("setWebhook", answer).map(|_| Vec::new())?),
            Task::Unregister => Ok(classify::read("deleteWebhook", answer).map(|_| Vec::new())?),
            Task::Fetch(..) => match classify::read("getFile", answer)?.get("file_path").and_then(Value::as_str) {
                Some(path) => Ok(vec![Fact::Memo(FILE_PATH.to_owned(), path.to_owned())]),
                None => Err(Failure::rejected("Telegram does not hand out this file")),
            },
            _ => from_status("Telegram", answer, None),
        }
    }
}

impl Channel for Telegram {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}

/// What the answer to a sent request means. One that Telegram does not take as it is goes once more in a simpler form,
/// where it has one; one to a chat that has moved goes there.
fn delivered(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
    let index = known.sent();
    let requests = render::requests(account, delivery, known).unwrap_or_default();
    let request = requests.get(index);
    let is_simple = request.is_none_or(|request| request.is_simple);
    let note = |key: String, value: String| Ok(vec![Fact::Memo(key, value)]);
    match classify::read(request.map_or("send", |request| request.method), answer) {
        Ok(result) => Ok(vec![Fact::Sent(message_id(delivery, &result))]),
        Err(classify::Refusal::Moved(chat)) if known.memo(render::MOVED_TO).is_none() => {
            note(render::MOVED_TO.to_owned(), chat.to_string())
        }
        Err(classify::Refusal::Form(_)) if !is_simple => note(render::simpler(index), "yes".to_owned()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// A message's id counts within its chat.
fn message_id(delivery: &Delivery<'_>, result: &Value) -> Option<String> {
    let id = result.get("message_id").and_then(Value::as_i64)?;
    let chat = result.pointer("/chat/id").and_then(Value::as_i64);
    Some(chat.map_or_else(|| format!("{}:{id}", delivery.contact.id), |chat| format!("{chat}:{id}")))
}

fn identity(me: &Value) -> Vec<Fact> {
    let id = me.get("id").and_then(Value::as_i64).map(|id| id.to_string());
    id.into_iter().flat_map(|id| [Fact::Identity(id.clone()), Fact::AccountId(id)]).collect()
}

fn ask(account: &Account<'_>, method: &'static str, body: &impl Serialize) -> Result<Step, RenderError> {
    json(account, method, body, Repeat::Harmless).map(Step::Call)
}

/// A call with a JSON body; the credential stands in the URL.
fn json(
    account: &Account<'_>,
    method: &'static str,
    body: &impl Serialize,
    repeat: Repeat,
) -> Result<Call, RenderError> {
    let bytes = serde_json::to_vec(body)
        .map_err(|error| RenderError::new(format!("the request could not be written: {error}")))?;
    let request = Request::builder().method(Method::POST).uri(method_url(account, method)?);
    let request = request.header(http::header::CONTENT_TYPE, "application/json");
    Ok(Call { name: method, request: request.body(Body::Bytes(bytes.into()))?, repeat })
}

fn method_url(account: &Account<'_>, method: &str) -> Result<String, RenderError> {
    Ok(format!("{}/bot{}/{method}", account.api_url(API_URL), token(account)?))
}

fn token<'a>(account: &Account<'a>) -> Result<&'a str, RenderError> {
    let token = account.secret(BOT_TOKEN).map(|token| token.reveal());
    token.ok_or_else(|| RenderError::new("the bot token of Telegram is missing"))
}
