//! A system of the company's own as the helpdesk: an in-house tool, a bot, or an agent that is a language model. It is
//! the mirror of the own-app channel: the same JSON API that the bridge defines, signed in both directions by the
//! Standard Webhooks specification. `infra/openapi.yaml` documents it.
//!
//! The system knows a contact as `<channel kind>:<channel's user id>`. A contact has one conversation, which goes by the
//! contact's name.

mod answers;
mod calls;
mod classify;
mod parse;
mod phrases;
mod plan;
mod render;
mod verify;
mod wire;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::Response;

use super::{Helpdesk, Named};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, own_api,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::Features,
        installation::Side,
        steps::{NextStep, ShownBy},
    },
    tools::{phone::is_e164, phrases::Catalogue},
};

/// The system of the company's own.
#[derive(Clone, Copy, Debug)]
pub struct Custom;

const CALLBACK_URL: &str = "callback_url";
const SECRET: &str = "secret";

static FEATURES: Features = Features {
    title: "Your own system",
    receipts: true,
    echoes: true,
    typing: true,
    details: true,
    ..own_api::FEATURES
};

static SETTINGS: &[Setting] = &[
    Setting::required(CALLBACK_URL, Form::Url, "the https URL of your system that takes customers' messages").topic(),
    own_api::secret_setting(SECRET),
];

impl Adapter for Custom {
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
        own_api::check_secret(account, SECRET)
    }

    fn next_steps(&self, _account: &Account<'_>, urls: &Urls<'_>) -> Vec<NextStep> {
        vec![
            NextStep::paste("helpdesk_webhook", "this URL", urls.helpdesk, |url| {
                format!("Let your system POST what agents do to {url}, signed with the helpdesk's secret.")
            })
            .shown_by(ShownBy::Call(Side::Helpdesk)),
            NextStep::new(
                "check_helpdesk_signature",
                "Let your system check the signature of what the bridge POSTs to its `callback_url`, and drop repeats of \
                 a `webhook-id`.",
            ),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        calls::step(account, known, plan::plan(task, known)?)
    }

    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        answers::read(account, known, plan::plan(task, known)?, answer)
    }
}

impl Helpdesk for Custom {
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
        parse::parse(account, request.request())
    }

    fn contact_by_id(&self, account: &Account<'_>, user: &str) -> Option<Named> {
        let contact = account.contact_of(user).map(|id| Named::Contact(id.to_owned()));
        contact.or_else(|| is_e164(user).then(|| Named::Phone(user.to_owned())))
    }
}
