//! Meta's messaging platform: Facebook Messenger (<https://developers.facebook.com/docs/messenger-platform>) as the kind
//! `messenger`, and Instagram's direct messages (<https://developers.facebook.com/docs/instagram-platform>) as the kind
//! `instagram`. Both have the same calls and events; what differs is data, in [`Messenger`].
//!
//! A contact's id is valid for this Page or account only. The platform accepts answers within 24 hours of a contact's
//! last message, and answers of people within seven days if Meta allows the app so. What the staff write in Meta's own
//! inbox arrives as echoes, and so do the bridge's own messages: on Messenger with the bridge's id, on Instagram with
//! nothing but the id of the message.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Channel, meta, next_of};
use crate::{
    adapter::{
        Account, Adapter, Delivery, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{Addresses, ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{self, Features, MediaBy, MediaLimit, Quotes, Rate, Support, TextLimit, TextUnit},
        installation::Side,
        message::{AuthorKind, MediaKind, PartKind},
        steps::{NextStep, ShownBy},
    },
    tools::phrases::Catalogue,
};

mod calls;
mod classify;
mod instagram;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

pub use self::instagram::INSTAGRAM;

/// A channel of Meta's messaging platform, and what sets it apart from the other.
#[derive(Debug)]
pub struct Messenger {
    /// The name that people know the platform by.
    name: &'static str,
    /// The object of the webhooks.
    object: &'static str,
    /// The setting with the id by which webhooks name the Page or account, and what the id should be.
    account_id: Setting,
    /// The node that sends, if it is not the one with that id.
    sender: Option<&'static str>,
    /// The fields that the check requests of the sender, and the JSON pointer of the account's id among them.
    check: (&'static str, &'static str),
    /// The fields of a contact's profile, and those that make the name: the first of these lists that holds one.
    profile: (&'static str, &'static [&'static [&'static str]]),
    /// Whether messages take metadata, which comes back with their echoes.
    has_metadata: bool,
    /// Whether a file's link says that the file may be used again.
    reuses_files: bool,
    features: &'static Features,
    phrases: &'static Catalogue,
    settings: &'static [Setting],
    errors: meta::Errors,
    /// The explanation of answers that come too late.
    too_late: &'static str,
    /// Where the admin enters the URL, what is left to do afterwards, and the page about it.
    place: &'static str,
    steps: &'static [(&'static str, &'static str)],
    docs: &'static str,
}

/// Facebook Messenger.
pub static MESSENGER: Messenger = Messenger {
    name: "Messenger",
    object: "page",
    account_id: PAGE_ID,
    sender: None,
    check: ("id,name", "/id"),
    profile: ("first_name,last_name,profile_pic", &[&["first_name", "last_name"]]),
    has_metadata: true,
    reuses_files: true,
    features: &FEATURES,
    phrases: &phrases::MESSENGER,
    settings: SETTINGS,
    errors: classify::ERRORS,
    too_late: classify::TOO_LATE,
    place: "In the Meta app dashboard, open Use cases, Engage with customers on Messenger from Meta, Customize, \
            Messenger API Settings (in older apps Messenger, Settings), Configure webhooks",
    steps: &[(
        "subscribe",
        "On the same page, under Generate access tokens, connect your Page and subscribe it to messages, \
         messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits and message_reactions.",
    )],
    docs: "https://developers.facebook.com/docs/messenger-platform/webhooks",
};

const PAGE_TOKEN: &str = "page_access_token";
const PAGE_ID: Setting = Setting::required("page_id", Form::Text(64), "the Page's ID, which has digits only");
/// The setting that lets agents answer after the 24 hours. The memo of a delivery that does so has the same name.
const HUMAN_AGENT: &str = "human_agent";
const HUMAN_AGENT_SETTING: Setting = Setting::optional(
    HUMAN_AGENT,
    Form::Choice(&["yes", "no"]),
    "`yes` to send what agents write later than 24 hours after the contact's last message as Human Agent, a feature that \
     Meta has to grant to the app; or `no`",
);
const API_URL: Setting =
    Setting::optional("api_url", Form::Url, "the base of the Graph API, as a rule https://graph.facebook.com/v25.0");

/// The limits of an image: <https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments>.
const IMAGE: MediaLimit = MediaLimit {
    kind: MediaKind::Image,
    max_bytes: 8_000_000,
    accepted: &["gif", "jpg", "png", "webp"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};
const FILE: MediaLimit = MediaLimit { kind: MediaKind::File, max_bytes: 25_000_000, accepted: &[], ..IMAGE };

static FEATURES: Features = Features {
    title: "Messenger",
    text: TextLimit { max: 2_000, unit: TextUnit::Utf16 },
    media: &[
        IMAGE,
        MediaLimit { kind: MediaKind::Video, accepted: &["mov", "mp4"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "m4a", "mp3", "wav"], ..FILE },
        FILE,
    ],
    address: Some("Page"),
    ..PLATFORM
};

/// What both channels have in common.
const PLATFORM: Features = Features {
    parts: &[
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    profile: Some(Rate { calls: 4, period: Duration::from_secs(24 * 3_600) }),
    body: 3 * features::BODY,
    quotes: Quotes::ById,
    quotes_by_id: true,
    typing: true,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(PAGE_TOKEN, Form::Token, "the Page's access token, from Messenger API Settings of the app")
        .secret(),
    Setting::required(meta::APP_SECRET, Form::Token, "the app secret, from App settings, Basic").secret().signs(),
    meta::VERIFY_TOKEN_SETTING,
    PAGE_ID,
    HUMAN_AGENT_SETTING,
    API_URL,
];

impl Messenger {
    /// Returns whether a delivery may be sent as that of a person after the 24 hours. Meta allows that for what a person
    /// wrote, never for bots.
    fn may_be_late(account: &Account<'_>, delivery: &Delivery<'_>) -> bool {
        is_agents(delivery) && account.setting(HUMAN_AGENT) == Some("yes")
    }
}

/// Returns whether a person wrote a message.
fn is_agents(delivery: &Delivery<'_>) -> bool {
    delivery.author.is_some_and(|author| author.kind == AuthorKind::Agent)
}

impl Adapter for Messenger {
    fn features(&self) -> &'static Features {
        self.features
    }

    fn settings(&self) -> &'static [Setting] {
        self.settings
    }

    fn phrases(&self) -> &'static Catalogue {
        self.phrases
    }

    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        match account.setting(self.account_id.name) {
            Some(id) if id.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
            _ => Err(self.account_id.error()),
        }
    }

    fn next_steps(&self, account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let mut steps = meta::callback_steps(account, urls, self.place, self.docs);
        steps.extend(
            self.steps
                .iter()
                .map(|(id, text)| NextStep::new(id, *text).docs(self.docs).shown_by(ShownBy::Call(Side::Channel))),
        );
        steps
    }

    fn address(&self, account: &Account<'_>) -> Option<String> {
        account.address(meta::API_URL, account.setting(self.account_id.name)?)
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
                let is_late = known.memo(HUMAN_AGENT).is_some();
                Ok(next_of(render::calls(self, account, delivery, is_late)?, known))
            }
            Task::Check if known.answered == 0 => calls::check(self, account),
            Task::MarkRead { contact, .. } if known.answered == 0 => calls::mark_seen(self, account, contact),
            Task::Typing { contact, .. } if known.answered == 0 => calls::typing(self, account, &contact.id),
            Task::Profile { contact } if known.answered == 0 => calls::profile(self, account, contact),
            // The call was answered.
            Task::Check | Task::Profile { .. } | Task::MarkRead { .. } | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(self, account, delivery, known, answer),
            Task::Check => classify::checked(self, account, answer),
            Task::Profile { contact } => classify::profile(self, contact, answer),
            _ => from_status(self.name, answer, None),
        }
    }
}

impl Channel for Messenger {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        meta::handshake(request.request()).map_or_else(|| parse::parse(self, account, request), Ok)
    }

    fn event_of(&self, message: &str) -> Option<String> {
        Some(message.to_owned())
    }
}
