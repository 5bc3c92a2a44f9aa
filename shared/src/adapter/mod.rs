//! The seam between the bridge and the vendors: the traits and types that every channel and every helpdesk
//! implements.
//!
//! Adapters are pure. They turn bytes into neutral events, and neutral messages into requests; they open no socket and
//! read no clock, no environment and no table. The [`engine`](crate::engine) runs the loop that calls a vendor: it asks
//! [`Adapter::next`] for the next call, makes the call, hands the answer to [`Adapter::read`], lets the caller store
//! what the answer taught, and asks again. After a crash, the loop resumes at the first fact that is still unknown.

mod account;
mod call;
mod failure;
mod known;
pub(crate) mod own_api;
pub(crate) mod phrases;
pub mod settings;
pub mod standard_webhooks;
mod task;
pub mod unread;
pub mod webhook;

use bytes::Bytes;
use http::{Request, Response};

pub use self::{
    account::{Account, Urls},
    call::{Body, Call, CallBuilder, RenderError, Repeat, Step, open_link},
    failure::{Failure, Learned, from_status, is_json, is_page, retry_after},
    known::{Fact, FileProgress, Known, Link, Offered, PendingRating, Progress},
    task::{Delivery, FetchContext, Task},
};
use self::{
    settings::{Setting, SettingError},
    webhook::{Ack, Addresses, Proof, VerifyError, WebhookRequest},
};
use crate::{
    model::{features::Features, steps::NextStep},
    tools::phrases::Catalogue,
};

/// The methods that channels and helpdesks have in common.
pub trait Adapter: Sync {
    /// Returns what this side can show and how much of it, as data.
    fn features(&self) -> &'static Features;

    /// Returns what this side can show to one contact, if that depends on the contact's address.
    fn features_for(&self, _contact: &str) -> &'static Features {
        self.features()
    }

    /// Returns the settings that an install request carries for this side, as data.
    fn settings(&self) -> &'static [Setting];

    /// Returns what this side says to people, in each language.
    fn phrases(&self) -> &'static Catalogue;

    /// Checks the rules that [`settings`](Self::settings) cannot express: keys that must parse, settings that depend on
    /// one another. The bridge calls this before it stores anything.
    ///
    /// # Errors
    /// Returns an error that names the setting and says what the setting should be.
    fn check_settings(&self, _account: &Account<'_>) -> Result<(), SettingError> {
        Ok(())
    }

    /// Returns what the admin has to do by hand after the install; empty if the platform's API covers everything.
    fn next_steps(&self, _account: &Account<'_>, _urls: &Urls<'_>) -> Vec<NextStep> {
        Vec::new()
    }

    /// Returns the account's address: the part of a vendor's account (a topic, a Page, a number) that an event names, at
    /// vendors that send the events of several such parts to one URL. [`Account::address`] writes it. `None` for
    /// vendors that call the URL of every installation.
    fn address(&self, _account: &Account<'_>) -> Option<String> {
        None
    }

    /// Returns the addresses that the events of a call name, in the form of [`address`](Self::address). The signature
    /// may not be checked yet.
    fn addresses(&self, _account: &Account<'_>, _request: &WebhookRequest) -> Addresses {
        Addresses::default()
    }

    /// Checks the platform's own signature on the raw bytes, in constant time. The bridge calls this only after it has
    /// found the URL's token valid.
    ///
    /// # Errors
    /// Returns an error if the signature is missing, wrong or outside its time window.
    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError>;

    /// Returns the acknowledgement of a call whose content asks for no other.
    fn acknowledgement(&self) -> Ack {
        Ack::empty()
    }

    /// Returns the next call that `task` needs, given what is `known`, or [`Step::Done`].
    ///
    /// The same task and the same knowledge must always give the same call, because a crash repeats it.
    ///
    /// # Errors
    /// Returns an error if the task cannot be turned into a call. A task that the adapter does not know is
    /// [`RenderError::unknown`] and never [`Step::Done`]: otherwise the caller would lose the message without noticing.
    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError>;

    /// Reads the answer to the call that [`next`](Self::next) returned for the same arguments, and returns the facts
    /// that the answer teaches.
    ///
    /// # Errors
    /// Returns the [`Failure`] that explains why the call did not work.
    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned;

    /// Returns the request that downloads a link in one of this side's messages. Links are open to everybody; a side
    /// whose own host wants a credential all the same adds the credential here, for that host only.
    ///
    /// # Errors
    /// Returns an error if the link is not a URL.
    fn follow(&self, _account: &Account<'_>, url: &str) -> Result<Request<()>, RenderError> {
        open_link(url)
    }
}

/// A request that passed [`authenticate`], or an event that was [`invoked`](Self::invoked), whose caller AWS has
/// checked. Parsers take nothing else, so a webhook cannot be parsed before it is checked.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'a> {
    request: &'a WebhookRequest,
    proof: Proof,
    /// Whether the call arrived at the URL of another installation.
    is_forwarded: bool,
}

impl<'a> Verified<'a> {
    /// Returns the request.
    pub fn request(&self) -> &'a WebhookRequest {
        self.request
    }

    /// Returns what proved that the request is authentic.
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// Wraps an event that reached the function by invocation, where AWS has checked the caller's right to invoke.
    pub fn invoked(request: &'a WebhookRequest) -> Self {
        Self { request, proof: Proof::Invoked, is_forwarded: false }
    }

    /// Wraps a call that was kept because it could not be read. Its signature was checked when it arrived.
    pub(crate) fn kept(request: &'a WebhookRequest, is_forwarded: bool) -> Self {
        Self { request, proof: Proof::Signed, is_forwarded }
    }

    /// Returns the same call as one that arrived at the URL of another installation. Only the events that name the
    /// account's own address count then: the owner of the URL takes the events that name none.
    #[must_use]
    pub fn forwarded(self) -> Self {
        Self { is_forwarded: true, ..self }
    }

    /// Returns whether an event that names the address `named` is for the account with the address `own`.
    pub fn is_for(&self, named: Option<&str>, own: Option<&str>) -> bool {
        match (named, own) {
            (Some(named), Some(own)) => named == own,
            _ => !self.is_forwarded,
        }
    }
}

/// Lets the adapter check the platform's signature.
///
/// # Errors
/// Returns an error if the signature is missing, wrong or outside its time window.
pub fn authenticate<'a>(
    adapter: &(impl Adapter + ?Sized),
    account: &Account<'_>,
    request: &'a WebhookRequest,
) -> Result<Verified<'a>, VerifyError> {
    adapter.verify(account, request).map(|proof| Verified { request, proof, is_forwarded: false })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{channel::CHANNELS, helpdesk::HELPDESKS, testing::Side};
    use crate::{model::message::Contact, tools::secret::Secret};

    /// What every adapter's folder has, so that a reader who knows one folder knows all. A calls.rs comes on top where there are
    /// calls that carry no message, and a file for each subject that only this vendor has.
    const ROLES: [&str; 7] = ["mod.rs", "wire.rs", "verify.rs", "parse.rs", "render.rs", "classify.rs", "phrases.rs"];

    #[test]
    fn every_adapter_has_the_same_files() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for side in ["channel", "helpdesk"] {
            let entries = std::fs::read_dir(source.join(side)).unwrap().map(|entry| entry.unwrap().path());
            let folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
            assert!(!folders.is_empty(), "{side}");
            for folder in folders {
                let missing: Vec<_> = ROLES.iter().filter(|role| !folder.join(role).is_file()).collect();
                assert!(missing.is_empty(), "{} lacks {missing:?}", folder.display());
                let has_tests = ["tests.rs", "tests/mod.rs"].iter().any(|tests| folder.join(tests).is_file());
                assert!(has_tests && folder.join("fixtures").is_dir(), "{} lacks tests", folder.display());
            }
        }
    }

    /// An adapter, whether it is a channel, and an account with something in every setting.
    fn sides() -> Vec<(&'static str, bool, &'static dyn Adapter, Side)> {
        let channels = CHANNELS.iter().map(|(kind, channel)| (*kind, true, *channel as &dyn Adapter));
        let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, false, *helpdesk as &dyn Adapter));
        let side = |(kind, is_channel, adapter): (&'static str, bool, &'static dyn Adapter)| {
            let mut side = Side::new(kind, &[], &[]);
            for setting in adapter.settings().iter().filter(|setting| setting.name != "api_url") {
                if setting.secret {
                    side.secrets.insert(setting.name.to_owned(), Secret::new("x"));
                } else {
                    side.settings.insert(setting.name.to_owned(), "x".to_owned());
                }
            }
            side.settings.insert("api_url".to_owned(), "https://vendor.example/v2".to_owned());
            (kind, is_channel, adapter, side)
        };
        channels.chain(helpdesks).map(side).collect()
    }

    #[test]
    fn a_task_that_an_adapter_does_not_know_is_an_error_of_ours_and_never_done() {
        let contact = Contact::default();
        let foreign_to_channels = [
            Task::Note { contact: &contact, text: "x", at: crate::tools::millis::Millis::MIN },
            Task::FindAuthor { author: "1" },
        ];
        let foreign_to_helpdesks = [Task::Profile { contact: "1" }, Task::Register { url: "https://x" }];
        for (kind, is_channel, adapter, side) in sides() {
            for task in if is_channel { &foreign_to_channels } else { &foreign_to_helpdesks } {
                let step = adapter.next(&side.account(), task, &Known::default());
                assert!(step.as_ref().is_err_and(|error| error.is_ours), "{kind} {}: {step:?}", task.name());
            }
        }
    }

    #[test]
    fn typing_is_one_harmless_call_where_it_is_shown_and_unknown_elsewhere() {
        // Twilio shows it on WhatsApp only.
        let contact = Contact { id: "whatsapp:+447700900123".into(), ..Contact::default() };
        let task = Task::Typing { contact: &contact, message: Some("m-1") };
        for (kind, is_channel, adapter, side) in sides() {
            let side = if kind == "twilio" { side.with("account_sid", "AC1") } else { side };
            let next = |known: &Known| adapter.next(&side.account(), &task, known);
            let answered = Known { answered: 1, ..Known::default() };
            match (adapter.features_for(&contact.id).typing, next(&Known::default())) {
                (true, Ok(Step::Call(call))) => {
                    assert_eq!(call.repeat, Repeat::Harmless, "{kind}");
                    assert!(matches!(next(&answered), Ok(Step::Done)), "{kind}");
                }
                // The key of the account cannot sign.
                (true, Err(error)) => assert!(kind == "rcs" && !error.is_ours, "{kind}: {error}"),
                (shows, step) => {
                    let is_unknown = step.as_ref().is_err_and(|error| error.is_ours);
                    // Apple shares an adapter with channels that show it.
                    assert!(!shows && (is_unknown || kind == "apple"), "{kind} {is_channel}: {step:?}");
                }
            }
        }
    }

    #[test]
    fn links_are_open_to_everybody() {
        for (kind, _, adapter, side) in sides() {
            let request = adapter.follow(&side.account(), "https://files.example/a b/ä.png?x=1").unwrap();
            assert_eq!(request.uri(), "https://files.example/a%20b/%C3%A4.png?x=1", "{kind}");
            assert!(request.headers().is_empty(), "{kind}");
            assert!(adapter.follow(&side.account(), "no link").is_err(), "{kind}");
        }
    }
}
