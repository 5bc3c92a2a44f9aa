//! Twilio for SMS, MMS and WhatsApp (<https://www.twilio.com/docs/messaging>).
//!
//! A contact's id is an address: a telephone number, or one with the channel before it (`whatsapp:+…`). Twilio signs
//! the URL together with the fields. It accepts a message before it knows whether it can deliver the message, and
//! reports the outcome to the URL that came with the message. It has no key that makes a repeated call harmless.

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of, template};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{Ack, ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        installation::Side,
        message::{Media, MediaKind, MediaSource, PartKind},
        steps::{NextStep, ShownBy},
    },
    tools::phrases::Catalogue,
};

mod calls;
mod classify;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The Twilio channel.
#[derive(Clone, Copy, Debug)]
pub struct Twilio;

const ACCOUNT_SID: &str = "account_sid";
const AUTH_TOKEN: &str = "auth_token";
const API_KEY_SID: &str = "api_key_sid";
const API_KEY_SECRET: &str = "api_key_secret";
const SHARED_KEY: &str = "webhook_shared_key";
const FROM: &str = "from";
/// The memo with the reason why a template was refused, after which its description is requested.
const REFUSED_TEMPLATE: &str = "twilio.refused_template";
const MESSAGING_SERVICE_SID: &str = "messaging_service_sid";

/// Makes Twilio retry. By default, Twilio calls again only if it found no connection.
const RETRIES: &str = "#rc=3&rp=ct,rt,5xx";

/// The limits of an image: <https://www.twilio.com/docs/messaging/guides/accepted-mime-types>.
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 5_000_000,
    accepted: &["gif", "jpg", "png"],
    refused: &[],
    caption: 1_600,
    by: MediaBy::Link,
};
/// The limits of any other file: carriers accept half a megabyte.
const OTHER: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 500_000, accepted: &["pdf", "vcf"], ..IMAGE };

static FEATURES: Features = Features {
    title: "Twilio",
    text: TextLimit { max: 1_600, unit: TextUnit::Gsm7 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, accepted: &["mp4", "3gp"], ..OTHER },
        MediaLimit { kind: MediaKind::Audio, accepted: &["mp3", "ogg", "amr", "m4a"], ..OTHER },
        OTHER,
    ],
    parts: &[
        (PartKind::Location, Support::Degraded("map link; a place on WhatsApp")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Buttons, Support::Degraded("numbered list")),
        (PartKind::Carousel, Support::Degraded("text")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    contact_ids: ContactIds::Phone { plus: true },
    ..Features::BASE
};

/// The limits of a file on WhatsApp: <https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages>.
const DOCUMENT: MediaLimit = MediaLimit {
    kind: MediaKind::File,
    max_bytes: 16_000_000,
    accepted: &["doc", "docx", "pdf", "ppt", "pptx", "txt", "vcf", "xls", "xlsx"],
    caption: 0,
    ..IMAGE
};

static WHATSAPP: Features = Features {
    title: "Twilio",
    text: FEATURES.text,
    media: &[
        MediaLimit { accepted: &["jpg", "png"], ..IMAGE },
        MediaLimit { kind: MediaKind::Video, accepted: &["mp4", "3gp"], caption: 1_600, ..DOCUMENT },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "m4a", "mp3", "ogg"], ..DOCUMENT },
        DOCUMENT,
    ],
    parts: FEATURES.parts,
    contact_ids: FEATURES.contact_ids,
    quotes_by_id: true,
    typing: true,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(ACCOUNT_SID, Form::Text(64), "the Account SID from the console, which starts with AC"),
    Setting::required(AUTH_TOKEN, Form::Token, "the primary auth token from the console; it also signs the webhooks")
        .secret()
        .signs(),
    Setting::optional(API_KEY_SID, Form::Token, "an API key's SID, which starts with SK, to send with"),
    Setting::optional(API_KEY_SECRET, Form::Token, "that API key's secret").secret(),
    Setting::optional(SHARED_KEY, Form::Token, "the webhook shared key's secret, where you use one").secret().signs(),
    Setting::optional(
        FROM,
        Form::Text(64),
        "the number that messages come from, such as +12025550199 or whatsapp:+12025550199",
    ),
    Setting::optional(MESSAGING_SERVICE_SID, Form::Text(64), "the messaging service's SID, which starts with MG"),
    Setting::optional("api_url", Form::Url, "the base of Twilio's API, as a rule https://api.twilio.com"),
];

impl Adapter for Twilio {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn features_for(&self, contact: &str) -> &'static Features {
        if contact.starts_with("whatsapp:") { &WHATSAPP } else { &FEATURES }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let wrong = |name: &str, should_be: &str| {
            Err(SettingError { setting: name.to_owned(), should_be: should_be.to_owned() })
        };
        let is_sid = |sid: &str| sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !account.setting(ACCOUNT_SID).is_some_and(|sid| sid.starts_with("AC") && is_sid(sid)) {
            return wrong(ACCOUNT_SID, "the Account SID from the console, which starts with AC");
        }
        if account.setting(FROM).is_none() && account.setting(MESSAGING_SERVICE_SID).is_none() {
            return wrong(FROM, "the number that messages come from, unless `messaging_service_sid` is given");
        }
        if account.setting(API_KEY_SID).is_some() != account.secret(API_KEY_SECRET).is_some() {
            return wrong(API_KEY_SECRET, "given together with `api_key_sid`");
        }
        Ok(())
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let url = format!("{}{RETRIES}", urls.channel);
        let docs = "https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides";
        let sms = NextStep::paste("sms_webhook", "this URL", &url, |url| {
            format!(
                "For SMS and MMS: in the Twilio console, open Phone Numbers, Manage, Active numbers, your number, \
                 Messaging Configuration, set “A message comes in” to Webhook, HTTP POST, {url} with everything behind \
                 the # (which makes Twilio try again; without it one failed call loses a message), and save. With a \
                 messaging service, set it in the service under Integration."
            )
        });
        let whatsapp = NextStep::paste("whatsapp_webhook", "this URL", &url, |url| {
            format!(
                "For WhatsApp: open Messaging, Senders, WhatsApp senders, your sender, set “Webhook URL for incoming \
                 messages” to {url} with everything behind the #, HTTP POST, and save."
            )
        });
        // A messaging service may have senders of both.
        let steps = match account.setting(FROM) {
            Some(from) if from.starts_with("whatsapp:") => vec![whatsapp],
            Some(_) => vec![sms],
            None => vec![sms, whatsapp],
        };
        let shown = |step: NextStep| step.docs(docs).shown_by(ShownBy::Call(Side::Channel));
        steps.into_iter().map(shown).collect()
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn acknowledgement(&self) -> Ack {
        parse::acknowledgement()
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => {
                match known.memo(REFUSED_TEMPLATE).and_then(|_| template::in_parts(delivery.parts)) {
                    Some(template) => calls::find_content(account, template.name),
                    None => Ok(next_of(render::calls(account, delivery)?, known)),
                }
            }
            Task::Check if known.answered == 0 => calls::check(account),
            Task::MarkRead { message, .. } if known.answered == 0 => calls::mark_read(account, message),
            // The read mark shows typing as well.
            Task::Typing { message: Some(message), .. } if known.answered == 0 => calls::mark_read(account, message),
            Task::Fetch(Media { source: MediaSource::Reference { id }, .. }, _) => calls::fetch(account, id),
            // The call was answered.
            Task::Check | Task::MarkRead { .. } | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => match (known.memo(REFUSED_TEMPLATE), template::in_parts(delivery.parts)) {
                (Some(reason), Some(template)) => Err(classify::described(reason, &template, answer)),
                (_, template) => classify::delivered(&delivery.contact.id, template.is_some(), answer),
            },
            Task::Check => classify::checked(account, answer),
            _ => from_status("Twilio", answer, None),
        }
    }
}

impl Channel for Twilio {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }

    fn event_of(&self, message: &str) -> Option<String> {
        Some(parse::event_of(message))
    }

    fn contact_of_phone(&self, account: &Account<'_>, phone: &str) -> Option<String> {
        let sender = account.setting(FROM).and_then(|from| from.split_once(':'));
        Some(sender.map_or_else(|| phone.to_owned(), |(channel, _)| format!("{channel}:{phone}")))
    }
}
