//! The people in front of the simulators, and what they say and see.
//!
//! A simulator is an axum router that plays the vendor's API, plus the person who sits in front of it: a customer on a
//! channel, an agent at a helpdesk. The local bridge and the end-to-end tests use the same ones.

use axum::Router;
use byoc::model::message::MediaKind;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use crate::fault::Faults;

/// A simulated channel, with the [`People`] on it.
pub trait ChannelSim: People {
    /// The kind of the channel.
    fn kind(&self) -> &'static str;
    /// The customer who writes when nobody else is named.
    fn customer(&self) -> &'static str {
        "customer-1"
    }
    /// The last news of a message that arrives and is looked at, in the journal's words; `None` where the platform
    /// sends none.
    fn last_receipt(&self) -> Option<&'static str> {
        Some("read")
    }
    /// Whether a call of the platform proves that its body is the platform's own, or only who called.
    fn signs_body(&self) -> bool {
        true
    }
    /// Whether the platform's signature covers the URL, so that a call means nothing at another one.
    fn signs_url(&self) -> bool {
        false
    }
    /// Whether the platform can tell wrong credentials at install.
    fn checks_credentials(&self) -> bool {
        true
    }
    /// The vendor's API. Serve it wrapped in [`with_faults`](crate::fault::with_faults).
    fn router(&self) -> Router;
    /// The `channel` object of an install request that uses this simulator, which is served at `base`.
    fn install(&self, base: &str) -> Value;
}

/// The people on a channel, and what happens between the platform and the bridge on their behalf.
pub trait People: Send + Sync {
    /// What the vendor does wrong next.
    fn faults(&self) -> &Faults;
    /// For platforms that cannot be told by API where to call: the generated URL, pasted by hand.
    fn paste_webhook(&self, url: &str);
    /// A customer writes; the answer of the bridge's webhook. The platform sends again, as the real one would, when
    /// the bridge does not acknowledge.
    fn say<'a>(&'a self, customer: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// The webhook call that [`say`](Self::say) would make, signed but not made; `None` where the simulator cannot.
    fn sign(&self, _customer: &str, _saying: Saying) -> Option<WebhookCall> {
        None
    }
    /// The customer's device reports delivery or reading of a message that it received.
    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>>;
    /// What arrived at a customer, oldest first; every customer's with `None`.
    fn received(&self, customer: Option<&str>) -> Vec<Seen>;
    /// Everything that it must remember over a restart.
    fn snapshot(&self) -> Value;
    /// The opposite of [`snapshot`](Self::snapshot).
    fn restore(&self, snapshot: Value);
}

/// A simulated helpdesk and the agents at it.
pub trait HelpdeskSim: Send + Sync {
    /// The kind of the helpdesk.
    fn kind(&self) -> &'static str;
    /// Whether the helpdesk can tell wrong credentials at install.
    fn checks_credentials(&self) -> bool {
        true
    }
    /// The vendor's API. Serve it wrapped in [`with_faults`](crate::fault::with_faults).
    fn router(&self) -> Router;
    /// What the vendor does wrong next.
    fn faults(&self) -> &Faults;
    /// The `helpdesk` object of an install request that uses this simulator, which is served at `base`.
    fn install(&self, base: &str) -> Value;
    /// The generated helpdesk URL, pasted into the helpdesk's settings by hand.
    fn paste_webhook(&self, url: &str);
    /// An agent answers in the latest conversation of this contact (named as the bridge names it there, for example
    /// `viber:<id>`); fails where there is none.
    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// An agent resolves the contact's latest conversation.
    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>>;
    /// What agents see, oldest first: messages of the contact and private notes of the bridge.
    fn received(&self, contact: Option<&str>) -> Vec<Seen>;
    /// How much the helpdesk has made so far, so that one too many shows.
    fn made(&self) -> Made;
    /// What agents are told about messages that will not arrive: private notes, or failed statuses.
    fn failures(&self) -> Vec<String> {
        self.received(None).into_iter().filter(|seen| seen.private).map(|seen| seen.text).collect()
    }
    /// Everything that it must remember over a restart.
    fn snapshot(&self) -> Value;
    /// The opposite of [`snapshot`](Self::snapshot).
    fn restore(&self, snapshot: Value);
}

/// What a helpdesk has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Users who stand for contacts, several for the same contact included.
    pub users: usize,
    /// Conversations, whosoever they are.
    pub conversations: usize,
}

/// What a person writes.
#[derive(Clone, Debug)]
pub enum Saying {
    /// Text.
    Text(String),
    /// A file behind a URL that the simulator serves itself or that the caller serves.
    Media {
        /// What it shows.
        kind: MediaKind,
        /// Where it is.
        url: String,
        /// Its name.
        name: String,
        /// Its size in bytes.
        size: u64,
    },
    /// The vendor's own JSON for the changing part of its webhook (a Viber `message`, Freshchat `message_parts`).
    Raw(Value),
}

/// A webhook call, as it goes over the wire.
#[derive(Clone, Debug)]
pub struct WebhookCall {
    /// The method.
    pub method: axum::http::Method,
    /// The path and the query.
    pub target: String,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body.
    pub body: bytes::Bytes,
}

/// How the bridge took a webhook call.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// The vendor's id of the message or event.
    pub id: String,
    /// The HTTP status of the bridge's last answer.
    pub status: u16,
    /// The body of it.
    pub body: String,
    /// How often the vendor had to send it.
    pub attempts: u32,
}

/// A message as the person in front of a simulator sees it.
#[derive(Clone, Debug, Serialize, serde::Deserialize, PartialEq)]
pub struct Seen {
    /// The vendor's id of it.
    pub id: String,
    /// The customer, or the contact as the helpdesk names it.
    pub contact: String,
    /// The conversation, at helpdesks.
    pub conversation: Option<String>,
    /// Who wrote it, as shown.
    pub from: String,
    /// Its text, or a description such as `[image] https://…`.
    pub text: String,
    /// Whether only agents see it.
    pub private: bool,
    /// The request's JSON as it came.
    pub raw: Value,
}
