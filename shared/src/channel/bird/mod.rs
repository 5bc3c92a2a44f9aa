//! Bird's platform of 2026, which succeeds MessageBird: text messages and WhatsApp as the kind `bird`, and Apple Messages
//! for Business as the kind `apple`, which nobody has tried with Apple itself yet: <https://bird.com/docs/api>.
//!
//! Its webhook is made by a call whose answer alone carries the secret of the Standard Webhooks signature. Sends carry an
//! idempotency key, so a repeat is harmless. Webhooks hear of the whole workspace: what belongs to another sender or
//! another product is left out.

use bytes::Bytes;
use http::{HeaderValue, Method, Response};
use serde_json::{Value, json};

use self::calls::{API_KEY, call, fetch, region, word};
use super::{Channel, next_of, sent};
use crate::{
    adapter::{
        Account, Adapter, Call, Delivery, Fact, Known, Learned, RenderError, Step, Task, Verified, from_status,
        settings::{Form, Setting, SettingError},
        standard_webhooks,
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        limits::{self, Limits, MediaBy, MediaLimit, Support, TextLimit, TextUnit, Unreadable},
        message::{MediaKind, PartKind},
    },
};

mod apple;
mod calls;
mod classify;
mod parse;
mod register;
mod render;
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

/// What an installation speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Product {
    Sms,
    WhatsApp,
    Apple,
}

impl Product {
    /// Where messages are sent.
    fn path(self) -> &'static str {
        match self {
            Self::Sms => "/v1/sms/messages",
            Self::WhatsApp => "/v1/whatsapp/messages",
            Self::Apple => "/v1/amb/messages",
        }
    }
}

const FROM: &str = "from";
const PRODUCT: &str = "product";
/// What the registration makes.
const WEBHOOK_SECRET: &str = "webhook_secret";
const WEBHOOK_ID: &str = "webhook_id";

const SEND: &str = "send_message";
const LIST_WEBHOOKS: &str = "list_webhooks";

/// The longest text message, in segments; Bird cuts none.
const SMS_SEGMENTS: usize = 12;
const WHATSAPP_TEXT: TextLimit = TextLimit { max: 4_096, unit: TextUnit::Chars };

const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpeg", "jpg", "png"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 100_000_000, accepted: &[], ..IMAGE };
const VIDEO: MediaLimit =
    MediaLimit { kind: MediaKind::Video, max_bytes: 16_000_000, accepted: &["mp4", "3gp"], ..IMAGE };
/// Any file on Apple's side.
const ATTACHMENT: MediaLimit = MediaLimit { max_bytes: 99_999_999, accepted: &[], caption: 0, ..IMAGE };

static LIMITS: Limits = Limits {
    // Twelve segments of a long text message; in other alphabets than GSM 03.38 they hold 804 characters.
    text: TextLimit { max: 1_836, unit: TextUnit::Gsm7 },
    media: &[
        IMAGE,
        VIDEO,
        MediaLimit {
            kind: MediaKind::Audio,
            accepted: &["aac", "amr", "m4a", "mp3", "ogg", "oga"],
            caption: 0,
            ..VIDEO
        },
        FILE,
    ],
    parts: &[
        (PartKind::Image, Support::Degraded("link in SMS, image on WhatsApp")),
        (PartKind::Video, Support::Degraded("link in SMS, video on WhatsApp")),
        (PartKind::Audio, Support::Degraded("link in SMS, recording on WhatsApp")),
        (PartKind::File, Support::Degraded("link in SMS, file on WhatsApp")),
        (PartKind::Location, Support::Degraded("map link in SMS, place on WhatsApp")),
        (PartKind::ContactCard, Support::Degraded("text in SMS, card on WhatsApp")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list in SMS, buttons or a list on WhatsApp where they fit")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    receipts: false,
    registers: true,
    profile: None,
    rate: None,
    body: limits::BODY,
    unreadable: Unreadable::Acknowledged,
    notices: &[],
};

static APPLE_LIMITS: Limits = Limits {
    text: TextLimit { max: 10_000, unit: TextUnit::Chars },
    // Bird fetches the file and hands it on.
    media: &[
        ATTACHMENT,
        MediaLimit { kind: MediaKind::Video, ..ATTACHMENT },
        MediaLimit { kind: MediaKind::Audio, ..ATTACHMENT },
        MediaLimit { kind: MediaKind::File, ..ATTACHMENT },
    ],
    parts: &[
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("2 to 5 quick replies, else a numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    receipts: false,
    registers: true,
    profile: None,
    rate: None,
    body: limits::BODY,
    unreadable: Unreadable::Acknowledged,
    notices: &[],
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
        let bad = |setting: &str, should_be: &str| {
            Err(SettingError { setting: setting.to_owned(), should_be: should_be.to_owned() })
        };
        if account.setting("api_url").is_none() && region(account).is_none() {
            return bad(API_KEY, "an API key of Bird's platform, such as bk_eu1_…");
        }
        let from = account.setting(FROM).unwrap_or_default();
        let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_number = from.strip_prefix('+').is_some_and(|rest| digits(rest, 7..=15));
        match self.product(account) {
            // Events are known to be ours by it, so it has to be spelled as Bird spells it.
            Product::WhatsApp if !is_number => bad(FROM, "the business number, such as +447700900170"),
            Product::Sms if !is_number && !digits(from, 3..=8) && !is_name(from) => {
                bad(FROM, "a number such as +447700900170, a short code, or a name of at most 11 letters")
            }
            _ => Ok(()),
        }
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        let secret = account.secret(WEBHOOK_SECRET).ok_or(VerifyError::Wrong)?;
        standard_webhooks::verify(secret.reveal(), &request.headers, &request.body, request.received_at)?;
        Ok(Proof::Signed)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(self.calls(account, delivery)?, known)),
            Task::Check if known.answered == 0 => {
                call(account, LIST_WEBHOOKS, Method::GET, "/v1/webhooks?limit=1", None).map(Step::Call)
            }
            Task::Register { url } => register::next(account, url, self.events(account), known),
            Task::Unregister => register::unregister(account, known),
            Task::Fetch(media, _) => fetch(account, media),
            // Asked already.
            Task::Check => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(_) => sent(classify::read(SEND, answer).map(|answer| word(&answer, "id"))),
            Task::Check => {
                classify::read(LIST_WEBHOOKS, answer)?;
                let from = account.setting(FROM).unwrap_or_default();
                // A number may speak several products, and each is an installation of its own.
                let identity = format!("{:?} {from}", self.product(account));
                Ok(vec![Fact::Identity(identity), Fact::AccountId(from.to_owned())])
            }
            Task::Register { url } => register::read(account, url, known, answer),
            Task::Unregister => register::unregistered(answer),
            _ => from_status("Bird", answer, None),
        }
    }
}

impl Channel for Bird {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        let from = account.setting(FROM).unwrap_or_default();
        parse::parse(self.product(account), from, request.request())
    }
}

impl Bird {
    fn product(self, account: &Account<'_>) -> Product {
        match (self.is_apple, account.setting(PRODUCT)) {
            (true, _) => Product::Apple,
            (false, Some("whatsapp")) => Product::WhatsApp,
            (false, _) => Product::Sms,
        }
    }

    /// What the webhook hears of.
    fn events(self, account: &Account<'_>) -> &'static [&'static str] {
        match self.product(account) {
            Product::Sms => &[
                "sms.received",
                "sms.sent",
                "sms.delivered",
                "sms.undelivered",
                "sms.failed",
                "sms.rejected",
                "sms.expired",
                "sms_suppression.created",
            ],
            Product::WhatsApp => &[
                "whatsapp.received",
                "whatsapp.sent",
                "whatsapp.delivered",
                "whatsapp.read",
                "whatsapp.failed",
                "whatsapp.rejected",
                "whatsapp.reacted",
                "whatsapp_suppression.created",
            ],
            Product::Apple => &["amb.received", "amb.sent", "amb.send_failed", "amb.rejected"],
        }
    }

    /// The calls of a delivery, in order.
    fn calls(self, account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
        let product = self.product(account);
        let complete = |(index, mut message): (usize, Value)| {
            let key = delivery.retry_key(index);
            if let Some(fields) = message.as_object_mut() {
                fields.insert("to".to_owned(), delivery.contact.id.as_str().into());
                fields.insert("from".to_owned(), account.setting(FROM).unwrap_or_default().into());
                fields.insert("metadata".to_owned(), json!({"bridge_id": key}));
            }
            let mut call = call(account, SEND, Method::POST, product.path(), Some(&message))?;
            let key = HeaderValue::from_str(&key).map_err(|_| RenderError::new("no idempotency key"))?;
            call.request.headers_mut().insert("idempotency-key", key);
            Ok(call)
        };
        render::messages(product, account, delivery)?.into_iter().enumerate().map(complete).collect()
    }
}

/// Whether a text message may come from this name.
fn is_name(from: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '&' | '+');
    (1..=11).contains(&from.len()) && from.chars().all(is_good) && from.contains(|c: char| c.is_ascii_alphabetic())
}
