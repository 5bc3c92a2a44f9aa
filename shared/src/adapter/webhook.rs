//! Webhook calls as they arrive, and what adapters parse out of them.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{
    model::{
        heard::{Refusal, Taken},
        message::{ChannelEvent, ChannelEventKind, HelpdeskEvent},
    },
    tools::{
        answer::{Answer, ApiError},
        crypto,
        json::{self, Json},
        millis::Millis,
        sentences::Sentence,
    },
};

/// A call to one of our generated URLs, as it arrived over the wire.
#[derive(Clone, Debug)]
pub struct WebhookRequest {
    /// The method.
    pub method: Method,
    /// The full public URL with the raw query, exactly as the caller wrote it, since some platforms sign it.
    pub url: String,
    /// The raw query without the question mark; empty if there is none.
    pub query: String,
    /// The rest of the path after the token, without the slash; empty if there is none.
    pub rest: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The raw body.
    pub body: Bytes,
    /// When the call arrived.
    pub received_at: Millis,
    /// A random id of this call (32 hex digits), for platforms whose events have no id.
    pub id: String,
}

impl WebhookRequest {
    /// Returns the value of a header, if the header is present and its value is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the first value of a query parameter, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// The proof that [`Adapter::verify`](super::Adapter::verify) found in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The platform's own signature is correct.
    Signed,
    /// The token in the URL alone: this call carries no signature, and the installation's settings do not require one.
    UrlToken,
    /// The permission to invoke the function: our own infrastructure forwarded the event (a direct invocation,
    /// authorized by IAM).
    Invoked,
}

/// The platform's signature is missing or wrong. The error says no more than that on purpose.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum VerifyError {
    /// A required signature is missing.
    #[error("the signature is missing")]
    Missing,
    /// The signature does not match the body.
    #[error("the signature is wrong")]
    Wrong,
    /// The signature is correct, but too old or from the future.
    #[error("the signature is outside its time window")]
    Stale,
    /// The word with which the platform confirms the URL is wrong.
    #[error("the word of the handshake is wrong")]
    Handshake,
}

/// The content of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<E> {
    /// The events for the queue, in order.
    pub events: Vec<E>,
    /// The events that were left out, with the reasons.
    pub ignored: Vec<Ignored>,
    /// The acknowledgement for the platform.
    pub ack: Ack,
    /// What the caller asks about earlier messages. The answer takes the place of the acknowledgement.
    pub asks: Option<Earlier>,
}

/// A question for a page of a contact's earlier messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The channel's own id of the contact.
    pub contact: String,
    /// Where the page begins: the end of the page before.
    pub before: Option<String>,
    /// The maximum number of messages.
    pub most: usize,
}

/// The reason for which a call is ignored that only asks whether the URL is ours.
pub const HANDSHAKE: &str = "handshake";

/// The content of a channel's call.
pub type ParsedChannel = Parsed<ChannelEvent>;
/// The content of a helpdesk's call.
pub type ParsedHelpdesk = Parsed<HelpdeskEvent>;

impl<E> Parsed<E> {
    /// Makes a result with these events and an empty 200 as the acknowledgement.
    pub fn events(events: Vec<E>) -> Self {
        Self { events, ignored: Vec::new(), ack: Ack::empty(), asks: None }
    }

    /// Makes a result without events for the queue and with an empty 200 as the acknowledgement.
    pub fn ignored(id: impl Into<String>, reason: &'static str) -> Self {
        Self { events: Vec::new(), ignored: vec![Ignored { id: id.into(), reason }], ack: Ack::empty(), asks: None }
    }

    /// Returns the error of a call of which something that a person may have written could not be read.
    pub fn unreadable(&self) -> Option<ParseError> {
        let message = || ParseError { code: UNREADABLE, message: Sentence::EventUnreadable.into(), contact: None };
        self.ignored.iter().any(Ignored::is_unreadable).then(message)
    }

    /// Returns whether the call brought events or only asked whether the URL is ours.
    pub fn taken(&self) -> Taken {
        let is_handshake = self.ignored.first().is_some_and(|ignored| ignored.reason == HANDSHAKE);
        if is_handshake && self.events.is_empty() { Taken::Handshake } else { Taken::Event }
    }

    /// Makes a result that only asks about earlier messages.
    pub fn asking(asked: Earlier) -> Self {
        Self { asks: Some(asked), ..Self::events(Vec::new()) }
    }

    /// Replaces the acknowledgement.
    pub fn answered(self, ack: Ack) -> Self {
        Self { ack, ..self }
    }
}

/// The limits for the events of one call and for the parts of all their messages. No platform comes close to them; each
/// event takes a hundred times the memory of the shortest text that makes one.
const MAX_EVENTS: usize = 10_000;
const MAX_PARTS: usize = 20_000;
/// The number of ignored events that are listed.
const MAX_IGNORED: usize = 1_000;

/// The maximum number of addresses of a call, and the maximum length of one in bytes. Meta's platforms put at most a
/// thousand events into a call.
const MAX_ADDRESSES: usize = 1_000;
const MAX_ADDRESS: usize = 512;

/// The addresses that the events of a call name, each of them once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(BTreeSet<String>);

impl Addresses {
    /// Adds an address.
    pub fn push(&mut self, address: String) {
        if address.len() <= MAX_ADDRESS && self.0.len() < MAX_ADDRESSES {
            self.0.insert(address);
        }
    }
}

impl Extend<String> for Addresses {
    fn extend<I: IntoIterator<Item = String>>(&mut self, addresses: I) {
        addresses.into_iter().for_each(|address| self.push(address));
    }
}

impl IntoIterator for Addresses {
    type Item = String;
    type IntoIter = std::collections::btree_set::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Collects the content of a call that holds events of several people.
#[derive(Debug)]
pub struct Batch {
    parsed: ParsedChannel,
    parts: usize,
}

impl Batch {
    /// Makes an empty batch.
    pub fn new() -> Self {
        Self { parsed: ParsedChannel::events(Vec::new()), parts: 0 }
    }

    /// Adds an event, or ignores it as `too_many` beyond the limits.
    pub fn push(&mut self, event: ChannelEvent) {
        if let ChannelEventKind::Message { parts } | ChannelEventKind::BusinessEcho { parts, .. } = &event.kind {
            self.parts = self.parts.saturating_add(parts.len());
        }
        if self.parsed.events.len() < MAX_EVENTS && self.parts <= MAX_PARTS {
            self.parsed.events.push(event);
        } else {
            self.ignore(event.id, "too_many");
        }
    }

    /// Adds an event to the ignored ones.
    pub fn ignore(&mut self, id: impl Into<String>, reason: &'static str) {
        let ignored = Ignored { id: id.into(), reason };
        if self.parsed.ignored.len() < MAX_IGNORED {
            self.parsed.ignored.push(ignored);
        } else if let Some(last) = self.parsed.ignored.last_mut().filter(|_| ignored.is_unreadable()) {
            // The call has to be kept.
            *last = ignored;
        }
    }

    /// Passes the objects of a list to `take` one after the other. What is in the place of the list or of an object
    /// cannot be read.
    pub fn each<'a>(&mut self, list: Json<'a>, mut take: impl FnMut(&mut Self, Json<'a>)) {
        if !list.is_array() && !list.is_null() {
            self.ignore("", UNREADABLE);
        }
        list.each(|item| match item.is_object() {
            true => take(self, item),
            false => self.ignore("", UNREADABLE),
        });
    }

    /// Returns whether the batch holds neither events nor ignored events.
    pub fn is_empty(&self) -> bool {
        self.parsed.events.is_empty() && self.parsed.ignored.is_empty()
    }

    /// Returns the collected content.
    pub fn done(self) -> ParsedChannel {
        self.parsed
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns an id for an event that has none of its own: the same for every redelivery of the same text.
pub fn id_of(event: &str) -> String {
    format!("sha256:{}", crypto::sha256_hex(event.as_bytes()))
}

/// An event that is not relayed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Ignored {
    /// The platform's id of the event.
    pub id: String,
    /// The reason, as one stable word.
    pub reason: &'static str,
}

/// The reason of an ignored event that is not of the form that the platform describes.
pub const UNREADABLE: &str = "unreadable";
/// The reasons of ignored events that may be what a person wrote: the contact or the author cannot be read, or nothing
/// can.
const MAY_BE_WRITTEN: [&str; 3] = ["nobody", "no_author", UNREADABLE];

impl Ignored {
    /// Returns whether the event may be what a person wrote, in a form that the adapter cannot read.
    pub fn is_unreadable(&self) -> bool {
        may_be_written(self.reason)
    }
}

/// Returns whether what is left out for this reason may be what a person wrote, in a form that the adapter cannot read.
pub fn may_be_written(reason: &str) -> bool {
    MAY_BE_WRITTEN.contains(&reason)
}

/// The acknowledgement that a platform expects once its events are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The HTTP status.
    pub status: u16,
    /// The content type, if there is a body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: Bytes,
}

impl Ack {
    /// Makes a 200 without a body.
    pub fn empty() -> Self {
        Self { status: 200, content_type: None, body: Bytes::new() }
    }

    /// Makes a 200 with a JSON body.
    pub fn json(value: &serde_json::Value) -> Self {
        Self { status: 200, content_type: Some("application/json"), body: value.to_string().into() }
    }

    /// Converts the acknowledgement to an HTTP answer.
    pub fn into_answer(self) -> Answer {
        let mut answer = Response::new(self.body);
        *answer.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        if let Some(content_type) = self.content_type {
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        answer
    }

    /// Makes a 200 with plain text.
    pub fn text(text: impl Into<Bytes>) -> Self {
        Self { status: 200, content_type: Some("text/plain; charset=utf-8"), body: text.into() }
    }
}

/// Decodes a JSON body.
///
/// # Errors
/// Returns an error that names the field if the body is not JSON, or not of this form.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ParseError> {
    let text = json::text_of(body);
    decode_at("", Json::read(&text).map_err(|error| ParseError::json(&error))?)
}

/// Decodes a piece of a JSON body that stands in the field `parent`.
///
/// # Errors
/// Returns an error that names the field if the piece is not of this form.
pub fn decode_at<'a, T: Deserialize<'a>>(parent: &str, json: Json<'a>) -> Result<T, ParseError> {
    let mut reader = serde_json::Deserializer::from_str(json.raw());
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let words = error.inner().to_string();
        let path = error.path().to_string();
        // The name comes from our own structs, never from the body.
        let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let steps = [Some(parent), Some(path.as_str()), missing].into_iter().flatten();
        let field = steps.filter(|step| !matches!(*step, "" | ".")).collect::<Vec<_>>().join(".");
        match (error.inner().classify(), missing) {
            (serde_json::error::Category::Data, Some(_)) => ParseError::missing(&field),
            (serde_json::error::Category::Data, None) if !field.is_empty() => {
                ParseError::bad(&field, "of the documented type")
            }
            _ => ParseError::json(error.inner()),
        }
    })
}

/// The error of a body that is not in the form that the platform sends.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct ParseError {
    /// A stable word: `not_json`, `missing_field`, `bad_field`, `unsupported`.
    pub code: &'static str,
    /// One sentence that names the field and says what it should be, and never contains the value.
    pub message: String,
    /// The channel's own id of the contact whom the call is about, if that much can be read.
    pub contact: Option<String>,
}

impl ParseError {
    /// Makes the error of a body that is not JSON, or not in the platform's form. Serde's messages name the field and
    /// the place, but can also quote values, so only the place of a syntax error and the path of a field are kept.
    pub fn json(error: &serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => Self {
                code: "bad_field",
                message: Sentence::BadFieldBefore { line: error.line(), column: error.column() }.into(),
                contact: None,
            },
            _ => Self {
                code: "not_json",
                message: Sentence::NotJson { line: error.line(), column: error.column() }.into(),
                contact: None,
            },
        }
    }

    /// Makes the error of a missing field that the platform always sends.
    pub fn missing(field: &str) -> Self {
        Self { code: "missing_field", message: Sentence::FieldMissing { field }.into(), contact: None }
    }

    /// Makes the error of a field with a value that it cannot have.
    pub fn bad(field: &str, should_be: &str) -> Self {
        let message = format!("the field {}", Sentence::ShouldBe { name: field, should_be });
        Self { code: "bad_field", message, contact: None }
    }

    /// Adds the contact whom the call is about.
    #[must_use]
    pub fn about(self, contact: Option<String>) -> Self {
        Self { contact, ..self }
    }
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        Self::unauthorized(match error {
            VerifyError::Missing => Sentence::SignatureMissing,
            VerifyError::Wrong | VerifyError::Handshake => Sentence::SignatureWrong,
            VerifyError::Stale => Sentence::SignatureStale,
        })
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Missing => Self::SignatureMissing,
            VerifyError::Wrong => Self::SignatureWrong,
            VerifyError::Stale => Self::SignatureStale,
            VerifyError::Handshake => Self::HandshakeWrong,
        }
    }
}

impl From<ParseError> for ApiError {
    fn from(error: ParseError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code, error.message)
    }
}
