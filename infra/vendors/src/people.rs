//! The people in front of the simulators: what they write and see.
//!
//! A simulator is an axum router that plays the vendor's API, together with the people in front of it: customers on a
//! channel, or agents at a helpdesk. The local bridge and the end-to-end tests use the same simulators.

use axum::Router;
use byoc::model::message::MediaKind;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use crate::fault::Faults;

/// A simulated channel with the [`People`] on it.
pub trait ChannelSim: People {
    /// Returns the kind of the channel.
    fn kind(&self) -> &'static str;
    /// Returns the customer who writes unless another is named.
    fn customer(&self) -> &'static str {
        "customer-1"
    }
    /// Returns the last receipt of a message that arrives and is read, in the journal's words, or `None` if the
    /// platform sends no receipts.
    fn last_receipt(&self) -> Option<&'static str> {
        Some("read")
    }
    /// Returns whether the platform's calls prove the origin of the body and not only of the call.
    fn signs_body(&self) -> bool {
        true
    }
    /// Returns whether the platform's signature covers the URL, so that a call is worthless at another URL.
    fn signs_url(&self) -> bool {
        false
    }
    /// Returns whether the platform can detect wrong credentials at an install.
    fn checks_credentials(&self) -> bool {
        true
    }
    /// Returns the vendor's API. Serve it wrapped in [`with_faults`](crate::fault::with_faults).
    fn router(&self) -> Router;
    /// Returns the `channel` object of an install request for this simulator, which is served at `base`.
    fn install(&self, base: &str) -> Value;
}

/// The people on a channel, and what the platform does on their behalf.
pub trait People: Send + Sync {
    /// Returns the faults of the vendor's API.
    fn faults(&self) -> &Faults;
    /// Pastes the generated URL by hand, for platforms that have no API for setting it.
    fn paste_webhook(&self, url: &str);
    /// Writes as a customer and returns the answer of the bridge's webhook. The platform repeats the call, as the real
    /// one would, while the bridge does not acknowledge it.
    fn say<'a>(&'a self, customer: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// Makes and signs the webhook call that [`say`](Self::say) would send, or returns `None` if the simulator cannot.
    fn sign(&self, _customer: &str, _saying: Saying) -> Option<WebhookCall> {
        None
    }
    /// Reports from the customer's device that a message was delivered or read.
    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>>;
    /// Returns the messages that arrived at a customer, or at every customer with `None`, oldest first.
    fn received(&self, customer: Option<&str>) -> Vec<Seen>;
    /// Returns what a customer writes as an answer to the message with this id, or `None` if the platform has no quotes.
    fn quoting(&self, _text: &str, _message: &str) -> Option<Saying> {
        None
    }
    /// Returns whether customers can quote.
    fn can_quote(&self) -> bool {
        self.quoting("", "").is_some()
    }
    /// Returns the id of the newest message that a customer wrote, by which quotes and read marks name it.
    fn newest(&self, _customer: &str) -> Option<String> {
        None
    }
    /// Returns whether the platform shows customers that their messages were read.
    fn shows_reading(&self) -> bool {
        false
    }
    /// Returns the ids of the customers' messages that were marked as read, in the order of the calls.
    fn marked(&self) -> Vec<String> {
        Vec::new()
    }
    /// Returns how often customers saw that an agent was typing.
    fn typed(&self) -> usize {
        0
    }
    /// Returns the state that must survive a restart.
    fn snapshot(&self) -> Value;
    /// Loads a state that [`snapshot`](Self::snapshot) returned.
    fn restore(&self, snapshot: Value);
}

/// A simulated helpdesk with its agents.
pub trait HelpdeskSim: Send + Sync {
    /// Returns the kind of the helpdesk.
    fn kind(&self) -> &'static str;
    /// Returns whether the helpdesk can detect wrong credentials at an install.
    fn checks_credentials(&self) -> bool {
        true
    }
    /// Returns the vendor's API. Serve it wrapped in [`with_faults`](crate::fault::with_faults).
    fn router(&self) -> Router;
    /// Returns the faults of the vendor's API.
    fn faults(&self) -> &Faults;
    /// Returns the `helpdesk` object of an install request for this simulator, which is served at `base`.
    fn install(&self, base: &str) -> Value;
    /// Pastes the generated helpdesk URL into the helpdesk's settings by hand. An empty URL clears the field, so that
    /// nothing is called.
    fn paste_webhook(&self, url: &str);
    /// Answers as an agent in the latest conversation of this contact, whom the bridge names for example `viber:<id>`.
    /// Fails if there is no conversation.
    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// Returns what an agent writes to ask a question with answers to choose from, or `None` if the helpdesk has no such
    /// messages.
    fn asking(&self, _question: &str, _answers: &[&str]) -> Option<Saying> {
        None
    }
    /// Begins a conversation as an agent, with somebody who is entered with this telephone number or without any.
    fn begin<'a>(&'a self, phone: Option<&'a str>, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// Resolves the contact's latest conversation as an agent.
    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>>;
    /// Takes over the contact's latest conversation as an agent.
    fn assign<'a>(&'a self, _contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async { Err("this helpdesk tells nobody who is assigned".to_owned()) })
    }
    /// Reopens the contact's latest conversation as an agent.
    fn reopen<'a>(&'a self, _contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async { Err("this helpdesk tells nobody what is reopened".to_owned()) })
    }
    /// Returns the contacts' ratings with the conversations that they are for, oldest first.
    fn ratings(&self) -> Vec<(String, u64)> {
        Vec::new()
    }
    /// Returns what agents see, oldest first: messages of the contact and private notes of the bridge.
    fn received(&self, contact: Option<&str>) -> Vec<Seen>;
    /// Returns the number of users and conversations so far, which shows one that should not exist.
    fn made(&self) -> Made;
    /// Returns what agents are told about messages that will not arrive: private notes or failed statuses.
    fn failures(&self) -> Vec<String> {
        self.received(None).into_iter().filter(|seen| seen.private).map(|seen| seen.text).collect()
    }
    /// Returns the state that must survive a restart.
    fn snapshot(&self) -> Value;
    /// Loads a state that [`snapshot`](Self::snapshot) returned.
    fn restore(&self, snapshot: Value);
}

/// The number of records that a helpdesk has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// The users who stand for contacts, even if several stand for the same contact.
    pub users: usize,
    /// The conversations of all users.
    pub conversations: usize,
}

/// What a person writes.
#[derive(Clone, Debug)]
pub enum Saying {
    /// A text.
    Text(String),
    /// A file behind a URL that the simulator serves itself or that the caller serves.
    Media {
        /// The kind of the content.
        kind: MediaKind,
        /// The address.
        url: String,
        /// The name.
        name: String,
        /// The size in bytes.
        size: u64,
    },
    /// The vendor's own JSON for the part of its webhook that varies (a Viber `message`, Freshchat `message_parts`).
    Raw(Value),
}

/// A webhook call as it goes over the wire.
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

/// The result of a webhook call to the bridge.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// The vendor's id of the message or event.
    pub id: String,
    /// The HTTP status of the bridge's last answer.
    pub status: u16,
    /// The body of that answer.
    pub body: String,
    /// The number of times that the vendor had to send the call.
    pub attempts: u32,
}

/// A message as the person in front of a simulator sees it.
#[derive(Clone, Debug, Serialize, serde::Deserialize, PartialEq)]
pub struct Seen {
    /// The vendor's id of the message.
    pub id: String,
    /// The customer, or the contact as the helpdesk names it.
    pub contact: String,
    /// The conversation; helpdesks only.
    pub conversation: Option<String>,
    /// The author as shown.
    pub from: String,
    /// The text, or a description such as `[image] https://…`.
    pub text: String,
    /// Whether only agents see the message.
    pub private: bool,
    /// The JSON of the request.
    pub raw: Value,
}
