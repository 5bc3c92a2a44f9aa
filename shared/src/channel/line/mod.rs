//! LINE Messaging API: <https://developers.line.biz/en/docs/messaging-api/>.
//!
//! One call of the webhook brings events of several people. Messages are pushed, up to five in a call, with a retry key
//! that makes a repeat harmless. Files of contacts are fetched from another host with the same token. LINE has no
//! receipts, and its "Use webhook" switch can only be turned by hand.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};

use super::{Channel, next_of, sent};
use crate::{
    adapter::{
        Account, Adapter, Call, Delivery, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task, Urls,
        Verified, from_status, json_call,
        settings::{Form, Setting},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Rate, Support, TextLimit, TextUnit},
        message::{Contact, Media, MediaKind, MediaSource, PartKind},
        steps::NextStep,
    },
};

mod classify;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The LINE channel.
#[derive(Clone, Copy, Debug)]
pub struct Line;

/// The base of the API.
const API_URL: &str = "https://api.line.me";
/// The base for the content of messages.
const DATA_API_URL: &str = "https://api-data.line.me";
const CHANNEL_SECRET: &str = "channel_secret";
const ACCESS_TOKEN: &str = "channel_access_token";
/// The setting in which the check keeps the bot's own user id, which every call of the webhook names.
const BOT_USER_ID: &str = "bot_user_id";

const PUSH: &str = "push";
const BOT_INFO: &str = "bot_info";
const SET_WEBHOOK: &str = "set_webhook_endpoint";
const GET_WEBHOOK: &str = "get_webhook_endpoint";
const PROFILE: &str = "profile";
const TRANSCODING: &str = "transcoding";

/// What a webhook is told that is set and switched off, as every new one is.
const SWITCHED_OFF: &str = "the URL is set at LINE, but “Use webhook” is off: switch it on in the LINE Developers console \
                            (Messaging API tab), then register again";

/// <https://developers.line.biz/en/reference/messaging-api/#image-message>
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 10_000_000,
    accepted: &["jpeg", "jpg", "png"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    text: TextLimit { max: 5_000, unit: TextUnit::Utf16 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, max_bytes: 200_000_000, accepted: &["mp4"], ..IMAGE },
        MediaLimit { kind: MediaKind::Audio, max_bytes: 200_000_000, accepted: &["m4a", "mp3"], ..IMAGE },
    ],
    parts: &[
        // LINE wants a preview of a video and the length of a recording.
        (PartKind::Video, Support::Degraded("link, or video with a preview")),
        (PartKind::Audio, Support::Degraded("link, or recording with a length")),
        (PartKind::File, Support::Degraded("link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    registers: true,
    profile: Some(Rate { calls: 4, period: Duration::from_secs(24 * 3_600) }),
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(CHANNEL_SECRET, Form::Token, "the channel secret, from the Basic settings tab").secret(),
    Setting::required(ACCESS_TOKEN, Form::Token, "the channel access token, from the Messaging API tab").secret(),
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

    fn next_steps(&self, _account: &Account<'_>, _urls: &Urls<'_>) -> Vec<NextStep> {
        let text = "In the LINE Developers console, open your channel, then the Messaging API tab, and switch on “Use \
                    webhook” and “Webhook redelivery”: without redelivery LINE gives up a message that we could not take \
                    at once.";
        let docs = "https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery";
        vec![NextStep::new("switch_on_webhook", text).docs(docs)]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match (task, known.answered) {
            (Task::Deliver(delivery), _) => {
                let calls = render::calls(account, delivery)?;
                let calls = calls.iter().enumerate().map(|(index, messages)| push(account, delivery, index, messages));
                Ok(next_of(calls.collect::<Result<_, _>>()?, known))
            }
            (Task::Check, 0) => get(account, BOT_INFO, "/v2/bot/info"),
            (Task::Register { url }, 0) => {
                let body = serde_json::json!({"endpoint": url});
                let url = format!("{}/v2/bot/channel/webhook/endpoint", account.api_url(API_URL));
                let bearer = bearer(account)?;
                let header = ("authorization", bearer.as_str());
                json_call(SET_WEBHOOK, Method::PUT, &url, header, Some(&body), Repeat::Harmless).map(Step::Call)
            }
            (Task::Register { .. }, 1) => get(account, GET_WEBHOOK, "/v2/bot/channel/webhook/endpoint"),
            (Task::Profile { contact }, 0) => get(account, PROFILE, &format!("/v2/bot/profile/{}", path(contact))),
            (Task::Fetch(media, _), answered) => fetch(account, media, answered > 0),
            (Task::Check | Task::Register { .. } | Task::Profile { .. }, _) => Ok(Step::Done),
            // No call removes a webhook: it is switched off in the console.
            (Task::Unregister, _) => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match (task, known.answered) {
            (Task::Deliver(_), _) => {
                let id = |answer: wire::Answer| answer.sent_messages.into_iter().next().map(|message| message.id);
                sent(classify::read(PUSH, answer).map(id))
            }
            (Task::Check, _) => match classify::read(BOT_INFO, answer)?.user_id {
                Some(id) => {
                    Ok(vec![Fact::Identity(id.clone()), Fact::AccountId(id.clone()), Fact::Setting(BOT_USER_ID, id)])
                }
                None => Err(Failure::rejected("the answer of `api_url` names no bot, so it is not LINE's API")),
            },
            (Task::Register { .. }, 0) => classify::read(SET_WEBHOOK, answer).map(|_| Vec::new()),
            (Task::Register { .. }, _) => match classify::read(GET_WEBHOOK, answer)?.active {
                Some(false) => Err(Failure::rejected(SWITCHED_OFF)),
                _ => Ok(Vec::new()),
            },
            (Task::Profile { contact }, _) => {
                classify::read(PROFILE, answer).map(|answer| vec![Fact::Profile(profile(contact, answer))])
            }
            (Task::Fetch(..), _) => match classify::read(TRANSCODING, answer)?.status.as_deref() {
                Some("processing") => Err(Failure::Retry {
                    wait: Some(Duration::from_secs(3)),
                    reason: "LINE is still preparing the file".to_owned(),
                    doubtful: false,
                }),
                Some("failed") => Err(Failure::rejected("LINE could not prepare the file")),
                _ => Ok(Vec::new()),
            },
            _ => from_status("LINE", answer, None),
        }
    }
}

impl Channel for Line {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(account, request.request())
    }
}

/// One push, whose retry key is the same on every attempt.
fn push(
    account: &Account<'_>,
    delivery: &Delivery<'_>,
    index: usize,
    messages: &[wire::Outbound],
) -> Result<Call, RenderError> {
    let body = wire::Push { to: &delivery.contact.id, messages };
    let url = format!("{}/v2/bot/message/push", account.api_url(API_URL));
    let bearer = bearer(account)?;
    let mut call =
        json_call(PUSH, Method::POST, &url, ("authorization", bearer.as_str()), Some(&body), Repeat::Harmless)?;
    let key = HeaderValue::from_str(&delivery.retry_key(index)).map_err(|_| RenderError::new("no retry key"))?;
    call.request.headers_mut().insert("x-line-retry-key", key);
    Ok(call)
}

/// A file of a contact. A video or a recording may still be in the making when its event comes.
fn fetch(account: &Account<'_>, media: &Media, asked: bool) -> Result<Step, RenderError> {
    let MediaSource::Reference { id } = &media.source else {
        return Err(RenderError::new("the file is none of LINE's"));
    };
    let id = path(id);
    let base = account.setting("data_api_url").unwrap_or(DATA_API_URL).trim_end_matches('/');
    let content = format!("{base}/v2/bot/message/{id}/content");
    let bearer = bearer(account)?;
    if matches!(media.kind, MediaKind::Video | MediaKind::Audio) && !asked {
        let url = format!("{content}/transcoding");
        let header = ("authorization", bearer.as_str());
        return json_call(TRANSCODING, Method::GET, &url, header, None::<&()>, Repeat::Harmless).map(Step::Call);
    }
    let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| RenderError::new("the token has odd characters"))?;
    bearer.set_sensitive(true);
    Ok(Step::Download(Request::get(content).header(http::header::AUTHORIZATION, bearer).body(())?))
}

fn profile(contact: &str, answer: wire::Answer) -> Contact {
    let language = answer.language.and_then(|tag| tag.split('-').next().map(str::to_ascii_lowercase));
    Contact {
        id: contact.to_owned(),
        name: answer.display_name,
        avatar: answer.picture_url,
        language,
        ..Contact::default()
    }
}

fn get(account: &Account<'_>, name: &'static str, path: &str) -> Result<Step, RenderError> {
    let url = format!("{}{path}", account.api_url(API_URL));
    let bearer = bearer(account)?;
    json_call(name, Method::GET, &url, ("authorization", bearer.as_str()), None::<&()>, Repeat::Harmless)
        .map(Step::Call)
}

fn bearer(account: &Account<'_>) -> Result<String, RenderError> {
    let token = account.secret(ACCESS_TOKEN).map(|token| token.reveal());
    token.map(|token| format!("Bearer {token}")).ok_or_else(|| RenderError::new("LINE's access token is missing"))
}

/// An id as a piece of a path.
fn path(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
