//! RCS for Business (RBM), the successor of Google Business Messages
//! (<https://developers.google.com/business-communications/rcs-business-messaging>).
//!
//! Experimental: the channel has not been tried with a carrier's agent yet. Message ids are the bridge's own, and RBM
//! drops a repeat of an id. Calls carry a token that the bridge signs with the service account's key; Google's services
//! accept it in place of a token that had to be fetched (<https://google.aip.dev/auth/4111>).

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::{ContactIds, Features, MediaBy, MediaLimit, Support, TextLimit, TextUnit},
        message::{MediaKind, PartKind},
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

/// The RCS channel.
#[derive(Clone, Copy, Debug)]
pub struct Rcs;

const AGENT_ID: &str = "agent_id";
const KEY: &str = "service_account_key";
const CLIENT_TOKEN: &str = "client_token";
const KEY_HELP: &str = "the JSON key file of the service account, whole";

/// The limits of a file:
/// <https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send>.
const FILE: MediaLimit = MediaLimit {
    kind: MediaKind::File,
    max_bytes: 100_000_000,
    accepted: &["pdf"],
    refused: &[],
    caption: 0,
    by: MediaBy::Link,
};

static FEATURES: Features = Features {
    title: "RCS",
    text: TextLimit { max: 3_072, unit: TextUnit::Chars },
    media: &[
        MediaLimit { kind: MediaKind::Image, accepted: &["gif", "jpg", "png"], ..FILE },
        MediaLimit { kind: MediaKind::Video, accepted: &["m4v", "mp4", "mpg", "webm"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "amr", "mp3", "ogg"], ..FILE },
        FILE,
    ],
    parts: &[
        (PartKind::Location, Support::Degraded("map link")),
        (PartKind::ContactCard, Support::Degraded("text")),
        (PartKind::Sticker, Support::Degraded("link")),
        (PartKind::Unsupported, Support::Degraded("notice")),
    ],
    contact_ids: ContactIds::Phone { plus: true },
    typing: true,
    ..Features::BASE
};

static SETTINGS: &[Setting] = &[
    Setting::required(AGENT_ID, Form::Text(256), "the agent's id, such as shop@rbm.goog"),
    Setting::required(KEY, Form::Key, KEY_HELP).secret(),
    Setting::required(
        CLIENT_TOKEN,
        Form::Token,
        "the client token that the console shows where the webhook is configured",
    )
    .secret()
    .signs(),
    Setting::optional("api_url", Form::Url, "the base of RBM, as a rule https://rcsbusinessmessaging.googleapis.com"),
];

impl Adapter for Rcs {
    fn features(&self) -> &'static Features {
        &FEATURES
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn phrases(&self) -> &'static Catalogue {
        &phrases::PHRASES
    }

    /// Checks that the key can sign. RBM has no harmless call, so nothing more can be checked at install.
    fn check_settings(&self, account: &Account<'_>) -> Result<(), SettingError> {
        let error = |_| SettingError { setting: KEY.to_owned(), should_be: KEY_HELP.to_owned() };
        calls::token(account).map(|_| ()).map_err(error)
    }

    fn next_steps(&self, _account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        let step = NextStep::paste("channel_webhook", "this URL", urls.channel, |url| {
            format!(
                "In the RCS for Business Developer Console, open your agent, Integrations, Webhook, Configure, enter \
                 {url} as the webhook endpoint URL, and press Verify. The client token there must be the one of your \
                 install request."
            )
        });
        vec![
            step.docs(
                "https://developers.google.com/business-communications/rcs-business-messaging/guides/integrate/webhooks",
            )
            .shown_by(ShownBy::Handshake),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery)?, known)),
            Task::MarkRead { contact, message } if known.answered == 0 => calls::mark_read(account, contact, message),
            Task::Typing { contact, .. } if known.answered == 0 => calls::typing(account, &contact.id),
            // RBM has no call that only checks the account.
            Task::Check | Task::MarkRead { .. } | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(delivery, known, answer),
            _ => from_status("RBM", answer, None),
        }
    }
}

impl Channel for Rcs {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }
}
