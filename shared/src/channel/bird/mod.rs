//! Bird's platform of 2026, the successor of MessageBird: SMS and WhatsApp as the kind `bird`, and Apple Messages for
//! Business as the kind `apple`, which has not been tried with Apple itself (<https://bird.com/docs/api>).
//!
//! One call creates the webhook, and only its answer carries the secret of the Standard Webhooks signature. Sends carry
//! an idempotency key, so a repeat is harmless. A webhook receives the events of the whole workspace, so the parser
//! leaves out events of other senders and other products.

use bytes::Bytes;
use std::time::Duration;

use http::Response;

use self::wire::Product;
use super::{Channel, next_of, template};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Quotes, Support, TextLimit, TextUnit},
        message::{Media, MediaKind, MediaSource, PartKind},
    },
    tools::phrases::Catalogue,
};

mod apple;
mod calls;
mod classify;
mod parse;
mod phrases;
mod register;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// A channel of Bird's platform.
#[derive(Clone, Copy, Debug)]
pub struct Bird {
    is_apple: bool,
}

/// SMS and WhatsApp.
pub static BIRD: Bird = Bird { is_apple: false };
/// Apple Messages for Business.
pub static APPLE: Bird = Bird { is_apple: true };

const API_KEY: &str = "api_key";
const FROM: &str = "from";
const PRODUCT: &str = "product";
/// The secrets that the registration creates.
const WEBHOOK_SECRET: &str = "webhook_secret";
const WEBHOOK_ID: &str = "webhook_id";

/// The memo with the reason why a template was refused, after which its description is requested, and the memo with
/// the version and the language whose content describes it.
const REFUSED_TEMPLATE: &str = "bird.refused_template";
const TEMPLATE_VERSION: &str = "bird.template_version";

/// The maximum length of an SMS, in segments. Bird does not cut longer texts.
const SMS_SEGMENTS: usize = 12;
const WHATSAPP_TEXT: TextLimit = TextLimit { max: 4_096, unit: TextUnit::Chars };

const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpg", "png"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 100_000_000, accepted: &[], ..IMAGE };
const VIDEO: MediaLimit =
    MediaLimit { kind: MediaKind::Video, max_bytes: 16_000_000, accepted: &["mp4", "3gp"], ..IMAGE };
/// A file on Apple Messages.
const ATTACHMENT: MediaLimit = MediaLimit { max_bytes: 99_999_999, accepted: &[], caption: 0, ..IMAGE };

static FEATURES: Features = Features {
    title: "Bird",
    retry_keys_last: Some(Duration::from_secs(24 * 3_600)),
    // The text fills the twelve segments of a long SMS. In alphabets other than GSM 03.38 the segments hold 804
    // characters.
    text: TextLimit { max: 1_836, unit: TextUnit::Gsm7 },
    media: &[
        IMAGE,
        VIDEO,
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "m4a", "mp3", "ogg"], caption: 0, ..VIDEO },
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
        (PartKind::Carousel, Support::Degraded("text in SMS, cards on WhatsApp where they fit")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    registers: true,
    // On WhatsApp; a text message never quotes another.
    quotes: Quotes::ById,
    quotes_by_id: true,
    typing: true,
    contact_ids: ContactIds::Phone { plus: true },
    ..Features::BASE
};

static APPLE_FEATURES: Features = Features {
    title: "Apple Messages",
    retry_keys_last: Some(Duration::from_secs(24 * 3_600)),
    text: TextLimit { max: 10_000, unit: TextUnit::Chars },
    // Bird fetches the file and passes it on.
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
    registers: true,
    ..Features::BASE
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
    fn features(&self) -> &'static Features {
        if self.is_apple { &APPLE_FEATURES } else { &FEATURES }
    }

    fn settings(&self) -> &'static [Setting] {
        if self.is_apple { APPLE_SETTINGS } else { SETTINGS }
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let bad = |setting: &str, should_be: &str| {
            Err(SettingError { setting: setting.to_owned(), should_be: should_be.to_owned() })
        };
        if account.setting("api_url").is_none() && calls::region(account).is_none() {
            return bad(API_KEY, "an API key of Bird's platform, such as bk_eu1_…");
        }
        let Some(from) = account.setting(FROM) else { return bad(FROM, "what messages come from") };
        let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_number = from.strip_prefix('+').is_some_and(|rest| digits(rest, 7..=15));
        match self.product(account) {
            // The parser compares `from` with the sender in each event, so `from` has to be spelled as Bird spells it.
            Product::WhatsApp if !is_number => bad(FROM, "the business number, such as +447700900170"),
            Product::Sms if !is_number && !digits(from, 3..=8) && !is_name(from) => {
                bad(FROM, "a number such as +447700900170, a short code, or a name of at most 11 letters")
            }
            _ => Ok(()),
        }
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        let product = self.product(account);
        match task {
            Task::Deliver(delivery) => {
                match known.memo(REFUSED_TEMPLATE).and_then(|_| template::in_parts(delivery.parts)) {
                    Some(template) => calls::find_template(account, template.name, known.memo(TEMPLATE_VERSION)),
                    None => Ok(next_of(render::calls(product, account, delivery)?, known)),
                }
            }
            Task::Check if known.answered == 0 => calls::check(account),
            Task::MarkRead { message, .. } if known.answered == 0 => calls::mark_read(account, message),
            // The read mark shows typing as well.
            Task::Typing { message: Some(message), .. } if known.answered == 0 => calls::mark_read(account, message),
            Task::Register { url } => register::next(account, url, product.events(), known),
            Task::Unregister if known.answered == 0 => calls::unregister(account),
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => calls::fetch(account, id),
            // The call was answered.
            Task::Check | Task::Unregister | Task::MarkRead { .. } | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => {
                let template = template::in_parts(delivery.parts);
                match (known.memo(REFUSED_TEMPLATE), template) {
                    (Some(reason), Some(template)) => classify::described(reason, &template, known, answer),
                    (_, template) => {
                        let is_template = template.is_some() && self.product(account) == Product::WhatsApp;
                        classify::delivered(&delivery.contact.id, is_template, answer)
                    }
                }
            }
            Task::Check => classify::checked(self.product(account), account, answer),
            Task::Register { url } => register::read(account, url, known, answer),
            Task::Unregister => classify::unregistered(answer),
            _ => from_status("Bird", answer, None),
        }
    }
}

impl Channel for Bird {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(self.product(account), account, request.request())
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
}

/// Returns whether an SMS may have this name as its sender.
fn is_name(from: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '&' | '+');
    (1..=11).contains(&from.len()) && from.chars().all(is_good) && from.contains(|c: char| c.is_ascii_alphabetic())
}
