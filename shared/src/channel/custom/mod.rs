//! The company's own app, account area, bot or forum: a small JSON API that the bridge defines, signed in both
//! directions by the Standard Webhooks specification. `infra/openapi.yaml` documents it.

use bytes::Bytes;
use http::Response;

use super::{Channel, next_of};
use crate::{
    adapter::{
        Account, Adapter, Known, Learned, RenderError, Step, Task, Urls, Verified, from_status, own_api,
        settings::{Form, Setting, SettingError},
        webhook::{ParseError, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        features::Features,
        installation::Side,
        steps::{NextStep, ShownBy},
    },
    tools::phrases::Catalogue,
};

mod classify;
mod parse;
mod phrases;
mod render;
#[cfg(test)]
mod tests;
mod verify;
mod wire;

/// The channel of the company's own app.
#[derive(Clone, Copy, Debug)]
pub struct Custom;

const CALLBACK_URL: &str = "callback_url";
const SECRET: &str = "secret";

static FEATURES: Features = Features { title: "Your own app", quotes_by_id: true, typing: true, ..own_api::FEATURES };

static SETTINGS: &[Setting] = &[
    Setting::required(CALLBACK_URL, Form::Url, "the https URL of your app that takes agents' messages"),
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
            NextStep::paste("channel_webhook", "this URL", urls.channel, |url| {
                format!("Let your app POST what customers write to {url}, signed with the secret.")
            })
            .shown_by(ShownBy::Call(Side::Channel)),
            NextStep::new(
                "check_signature",
                "Let your app check the signature of what the bridge POSTs to its `callback_url`, and drop repeats of a \
                 `webhook-id`.",
            ),
        ]
    }

    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
        verify::verify(account, request)
    }

    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError> {
        match task {
            Task::Deliver(delivery) => Ok(next_of(render::calls(account, delivery)?, known)),
            Task::Typing { contact, .. } if known.answered == 0 => render::typing(account, contact),
            // The app's API has no call that only checks the account; the call was answered.
            Task::Check | Task::Typing { .. } => Ok(Step::Done),
            _ => Err(RenderError::unknown(task)),
        }
    }

    fn read(&self, _account: &Account<'_>, task: &Task<'_>, _known: &Known, answer: &Response<Bytes>) -> Learned {
        match task {
            Task::Deliver(delivery) => classify::delivered(delivery, answer),
            _ => from_status("the app", answer, None),
        }
    }
}

impl Channel for Custom {
    fn parse(&self, _account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError> {
        parse::parse(request.request())
    }

    fn event_of(&self, message: &str) -> Option<String> {
        Some(parse::event_of(message))
    }
}
