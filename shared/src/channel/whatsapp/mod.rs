//! WhatsApp Business Cloud API (<https://developers.facebook.com/docs/whatsapp/cloud-api>).
//!
//! A contact's id is the business-scoped id if Meta gives one, and otherwise the telephone number. More than 24 hours
//! after a contact's last message, WhatsApp accepts only approved templates. An accepted message may still fail later;
//! a status says so.

use bytes::Bytes;
use http::Response;

use super::{Channel, meta, next_of, template};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{Addresses, ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{self, ContactIds, Features, MediaBy, MediaLimit, Quotes, Support, TextLimit, TextUnit},
        installation::Side,
        message::{Media, MediaKind, MediaSource, PartKind},
        steps::{NextStep, ShownBy},
    },
    tools::phrases::Catalogue,
};

mod calls;
mod cards;
mod classify;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The WhatsApp channel.
#[derive(Clone, Copy, Debug)]
pub struct WhatsApp;

const ACCESS_TOKEN: &str = "access_token";
const PHONE_NUMBER_ID: &str = "phone_number_id";
const STANDBY: &str = "standby";

const BUSINESS_ACCOUNT_ID: &str = "business_account_id";

/// The memo with the reason why a template was refused, after which its description is requested.
const REFUSED_TEMPLATE: &str = "whatsapp.refused_template";

/// The memo with the link to a file.
const LINK: &str = "whatsapp.link";

/// The limits of an image:
/// <https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types>.
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["jpg", "png"],
    refused: &[],
    caption: 1_024,
    by: MediaBy::Link,
};
const VIDEO: MediaLimit =
    MediaLimit { kind: MediaKind::Video, max_bytes: 16_000_000, accepted: &["3gp", "mp4"], ..IMAGE };

static FEATURES: Features = Features {
    title: "WhatsApp",
    text: TextLimit { max: 4_096, unit: TextUnit::Chars },
    media: &[
        IMAGE,
        VIDEO,
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "m4a", "mp3", "ogg"], caption: 0, ..VIDEO },
        MediaLimit { kind: MediaKind::File, max_bytes: 100_000_000, accepted: &[], ..IMAGE },
    ],
    parts: &[
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("buttons or a list where they fit, else a numbered list")),
        (PartKind::Carousel, Support::Degraded("cards where they fit, else text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    // Every message carries the name.
    profile: None,
    body: 3 * features::BODY,
    contact_ids: ContactIds::Phone { plus: false },
    address: Some("number"),
    quotes: Quotes::ById,
    quotes_by_id: true,
    typing: true,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(ACCESS_TOKEN, Form::Token, "a permanent access token of a system user").secret(),
    Setting::required(meta::APP_SECRET, Form::Token, "the app secret, from App settings, Basic").secret().signs(),
    meta::VERIFY_TOKEN_SETTING,
    Setting::required(
        PHONE_NUMBER_ID,
        Form::Text(64),
        "the phone number ID (not the number), from WhatsApp, API setup",
    ),
    Setting::optional(
        BUSINESS_ACCOUNT_ID,
        Form::Text(64),
        "the WhatsApp business account ID, with which agents are told what values a template takes",
    ),
    Setting::optional(
        STANDBY,
        Form::Choice(&["yes", "no"]),
        "`yes` to show agents what contacts and Meta's AI agent write to each other while it speaks for the number, or `no`",
    ),
    Setting::optional("api_url", Form::Url, "the base of the Graph API, as a rule https://graph.facebook.com/v25.0"),
];

impl Adapter for WhatsApp {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        if account.setting(PHONE_NUMBER_ID).is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_digit())) {
            return Ok(());
        }
        let should_be = "the phone number ID, which has digits only".to_owned();
        Err(SettingError { setting: PHONE_NUMBER_ID.to_owned(), should_be })
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let docs = "https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks";
        let place = "In the Meta app dashboard, open Use cases, Connect with customers through WhatsApp, Customize, \
                     Configuration (in older apps WhatsApp, Configuration)";
        let subscribe = "On the same page, under Webhook fields, subscribe “messages” (and “smb_message_echoes”, if the \
                         business also writes from the phone app; and “standby”, if the setting standby is yes).";
        let mut steps = meta::callback_steps(account, urls, place, docs);
        steps.push(NextStep::new("subscribe", subscribe).docs(docs).shown_by(ShownBy::Call(Side::Channel)));
        steps
    }

    fn address(&self, account: &Account<'_>) -> Option<String> {
        account.address(meta::API_URL, account.setting(PHONE_NUMBER_ID)?)
    }

    fn addresses(&self, account: &Account<'_>, request: &WebhookRequest) -> Addresses {
        parse::addresses(account, request)
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => {
                match known.memo(REFUSED_TEMPLATE).and_then(|_| template::in_parts(delivery.parts)) {
                    Some(template) => calls::find_template(account, template.name),
                    None => Ok(next_of(render::calls(account, delivery)?, known)),
                }
            }
            Task::Check if known.answered == 0 => calls::check(account),
            Task::MarkRead { message, .. } if known.answered == 0 => calls::mark_read(account, message),
            // The read mark shows typing as well.
            Task::Typing { message: Some(message), .. } if known.answered == 0 => calls::mark_read(account, message),
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => match known.memo(LINK) {
                None => calls::find_file(account, id),
                Some(link) => calls::fetch(account, link),
            },
            // The call was answered.
            Task::Check | Task::MarkRead { .. } | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => match (known.memo(REFUSED_TEMPLATE), template::in_parts(delivery.parts)) {
                (Some(reason), Some(template)) => Err(classify::described(reason, &template, answer)),
                (_, template) => classify::delivered(account, &delivery.contact.id, template.is_some(), answer),
            },
            Task::Check => classify::checked(account, answer),
            Task::Fetch(..) => classify::fetched(answer),
            _ => from_status("WhatsApp", answer, None),
        }
    }
}

impl Channel for WhatsApp {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        meta::handshake(request.request()).map_or_else(|| parse::parse(account, request), Ok)
    }

    fn event_of(&self, message: &str) -> Option<String> {
        Some(message.to_owned())
    }
}
