//! WhatsApp Business Cloud API: <https://developers.facebook.com/docs/whatsapp/cloud-api>.
//!
//! Contacts are known by a business-scoped id where Meta gives one, else by their number. Outside 24 hours after a
//! contact's last message only approved templates are taken. A taken message may still fail later, which a status tells.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use serde_json::Value;

use super::{Channel, meta, next_of, sent};
use crate::{
    adapter::{
        Account, Adapter, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task, Urls, Verified, from_status,
        json_call,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{self, ContactIds, Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        message::{Media, MediaKind, MediaSource, PartKind},
        steps::NextStep,
    },
};

mod classify;
mod parse;
mod render;
#[cfg(test)]
mod tests;

/// The WhatsApp channel.
#[derive(Clone, Copy, Debug)]
pub struct WhatsApp;

const ACCESS_TOKEN: &str = "access_token";
const PHONE_NUMBER_ID: &str = "phone_number_id";

const SEND: &str = "send_message";
const GET_NUMBER: &str = "get_phone_number";
const GET_MEDIA: &str = "get_media";

/// The note with the link to a file.
const LINK: &str = "whatsapp.link";

/// <https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types>
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpeg", "jpg", "png"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Link,
};
const VIDEO: MediaLimit =
    MediaLimit { kind: MediaKind::Video, max_bytes: 16_000_000, accepted: &["3gp", "mp4"], ..IMAGE };

static FEATURES: Features = Features {
    text: TextLimit { max: 4_096, unit: TextUnit::Chars },
    media: &[
        IMAGE,
        VIDEO,
        MediaLimit {
            kind: MediaKind::Audio,
            accepted: &["aac", "amr", "m4a", "mp3", "ogg", "oga"],
            caption: 0,
            ..VIDEO
        },
        MediaLimit { kind: MediaKind::File, max_bytes: 100_000_000, accepted: &[], ..IMAGE },
    ],
    parts: &[
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("buttons or a list where they fit, else a numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    // Every message carries the name.
    profile: None,
    body: 3 * features::BODY,
    contact_ids: ContactIds::Phone { plus: false },
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(ACCESS_TOKEN, Form::Token, "a permanent access token of a system user").secret(),
    Setting::required(meta::APP_SECRET, Form::Token, "the app secret, from App settings, Basic").secret(),
    meta::VERIFY_TOKEN_SETTING,
    Setting::required(
        PHONE_NUMBER_ID,
        Form::Text(64),
        "the phone number ID (not the number), from WhatsApp, API setup",
    ),
    Setting::optional("business_account_id", Form::Text(64), "the WhatsApp business account ID"),
    Setting::optional("api_url", Form::Url, "the base of the Graph API, as a rule https://graph.facebook.com/v25.0"),
];

impl Adapter for WhatsApp {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let id = account.setting(PHONE_NUMBER_ID).unwrap_or_default();
        if id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(());
        }
        let should_be = "the phone number ID, which has digits only".to_owned();
        Err(SettingError { setting: PHONE_NUMBER_ID.to_owned(), should_be })
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let docs = "https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks";
        let place = "In the Meta app dashboard, open WhatsApp, Configuration, Webhook, Edit";
        let subscribe = "On the same page, under Webhook fields, subscribe “messages” (and “smb_message_echoes”, if the \
                         business also writes from the phone app).";
        let mut steps = meta::callback_steps(account, urls, place, docs);
        steps.push(NextStep::new("subscribe", subscribe).docs(docs));
        steps
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        meta::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        let number = account.setting(PHONE_NUMBER_ID).unwrap_or_default();
        let call = |name, method, path: &str, body: Option<&Value>, repeat| {
            let url = format!("{}/{path}", account.api_url(meta::API_URL));
            json_call(name, method, &url, ("authorization", &bearer(account)?), body, repeat)
        };
        match task {
            Task::Deliver(delivery) => {
                let messages = render::messages(account, delivery)?;
                let path = format!("{number}/messages");
                let calls =
                    messages.iter().map(|message| call(SEND, Method::POST, &path, Some(message), Repeat::Doubles));
                Ok(next_of(calls.collect::<Result<_, _>>()?, known))
            }
            Task::Check if known.answered == 0 => {
                call(GET_NUMBER, Method::GET, number, None, Repeat::Harmless).map(Step::Call)
            }
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => match known.memo(LINK) {
                Some(link) => download(account, link),
                None => {
                    let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
                    let path = format!("{id}?phone_number_id={number}");
                    call(GET_MEDIA, Method::GET, &path, None, Repeat::Harmless).map(Step::Call)
                }
            },
            // Asked already.
            Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        let read = |call| meta::read("WhatsApp", classify::CODES, call, answer);
        let text = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match task {
            Task::Deliver(_) => sent(read(SEND).map(|answer| text(&answer, "/messages/0/id"))),
            Task::Check => {
                read(GET_NUMBER)?;
                let number = account.setting(PHONE_NUMBER_ID).unwrap_or_default().to_owned();
                Ok(vec![Fact::Identity(number.clone()), Fact::AccountId(number)])
            }
            Task::Fetch(..) => match text(&read(GET_MEDIA)?, "/url") {
                Some(link) => Ok(vec![Fact::Memo(LINK.to_owned(), link)]),
                None => Err(Failure::rejected("WhatsApp does not hand out this file")),
            },
            _ => from_status("WhatsApp", answer, None),
        }
    }
}

impl Channel for WhatsApp {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        let request = request.request();
        meta::handshake(request).map_or_else(|| parse::parse(account, request), Ok)
    }
}

/// The file behind a link that Meta gave; the token goes to Meta's hosts only.
fn download(account: &Account<'_>, link: &str) -> Result<Step, RenderError> {
    let foreign = || RenderError::new("the file's address is not one of Meta's");
    let url = url::Url::parse(link).map_err(|_| foreign())?;
    let base = url::Url::parse(account.api_url(meta::API_URL)).map_err(|_| foreign())?;
    let is_ours = url.scheme() == base.scheme() && url.host() == base.host() && url.port() == base.port();
    let is_metas = url.scheme() == "https"
        && url.host_str().is_some_and(|host| host == "lookaside.fbsbx.com" || host == "graph.facebook.com");
    if !is_ours && !is_metas {
        return Err(foreign());
    }
    let mut bearer = HeaderValue::from_str(&bearer(account)?).map_err(|_| foreign())?;
    bearer.set_sensitive(true);
    Ok(Step::Download(Request::get(url.as_str()).header(header::AUTHORIZATION, bearer).body(())?))
}

fn bearer(account: &Account<'_>) -> Result<String, RenderError> {
    let token = account.secret(ACCESS_TOKEN).map(|token| token.reveal());
    token
        .map(|token| format!("Bearer {token}"))
        .ok_or_else(|| RenderError::new("the access token of WhatsApp is missing"))
}
