//! Telegram bots (<https://core.telegram.org/bots/api>).
//!
//! The bot's token is part of every URL, so no Telegram URL may reach a log or the helpdesk. Updates carry a secret
//! token of the bridge instead of a signature, and a refused update holds back all later ones of its chat. Telegram has
//! no key that makes a repeated call harmless, and no receipts.
//!
//! A bot may also answer for the accounts of a business (<https://core.telegram.org/bots/features#business-mode>). A
//! contact's chat with such an account is not the chat with the bot, so the contact's id is `<chat>@<connection>`.

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Verified, from_status,
        settings::{Form, Made, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{Features, MediaBy, MediaLimit, Quotes, Support, TextLimit, TextUnit},
        message::{Media, MediaKind, MediaSource, PartKind},
    },
    tools::phrases::Catalogue,
};

mod calls;
mod classify;
mod content;
mod keyboard;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The Telegram channel.
#[derive(Clone, Copy, Debug)]
pub struct Telegram;

const BOT_TOKEN: &str = "bot_token";
/// The secret token that Telegram sends with every update.
const SECRET_TOKEN: &str = "secret_token";

/// What stands in a contact's id between the chat and the connection to the business account.
const CONNECTION: char = '@';

/// The memo with the path from which a file can be downloaded.
const FILE_PATH: &str = "telegram.file_path";

/// The limits of a photo: <https://core.telegram.org/bots/api#sendphoto>.
const PHOTO: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 10_000_000,
    accepted: &["jpg", "png", "webp"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Upload,
};

/// The limits of a document: <https://core.telegram.org/bots/api#senddocument>.
const DOCUMENT: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 50_000_000, accepted: &[], ..PHOTO };

static FEATURES: Features = Features {
    title: "Telegram",
    text: TextLimit { max: 4_096, unit: TextUnit::Utf16 },
    media: &[
        PHOTO,
        MediaLimit { kind: MediaKind::Video, accepted: &["mp4"], ..DOCUMENT },
        MediaLimit { kind: MediaKind::Audio, accepted: &["m4a", "mp3", "ogg"], ..DOCUMENT },
        DOCUMENT,
    ],
    parts: &[
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Carousel, Support::Degraded("photos with buttons")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    registers: true,
    quotes: Quotes::ById,
    typing: true,
    // Every update carries the name.
    profile: None,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(BOT_TOKEN, Form::Token, "the bot's token from @BotFather, such as 123456:ABC-DEF…").secret(),
    Setting::internal(SECRET_TOKEN, Made::Hex { prefix: "" }, "the word that Telegram sends along with every update")
        .signs(),
    Setting::optional("api_url", Form::Url, "the base of Telegram's API, as a rule https://api.telegram.org"),
];

impl Adapter for Telegram {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    /// Checks the token's form. The token is part of every URL, so it must contain no character that has a meaning
    /// there.
    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let token = account.secret(BOT_TOKEN).and_then(|token| token.reveal().split_once(':'));
        let is_good = token.is_some_and(|(id, key)| {
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
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery, known)?, known)),
            Task::Check if known.answered == 0 => calls::check(account),
            Task::Typing { contact, .. } if known.answered == 0 => render::typing(account, contact),
            Task::Register { url } if known.answered == 0 => calls::register(account, url),
            Task::Unregister if known.answered == 0 => calls::unregister(account),
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => match known.memo(FILE_PATH) {
                None => calls::find_file(account, id),
                Some(path) => calls::fetch(account, path),
            },
            // The call was answered.
            Task::Check | Task::Register { .. } | Task::Unregister | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(account, delivery, known, answer),
            Task::Check => classify::checked(answer),
            Task::Register { .. } => classify::registered(answer),
            Task::Unregister => classify::unregistered(answer),
            Task::Fetch(..) => classify::fetched(answer),
            _ => from_status("Telegram", answer, None),
        }
    }
}

impl Channel for Telegram {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(account, request.request())
    }
}
