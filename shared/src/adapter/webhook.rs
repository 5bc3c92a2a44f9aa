//! What arrives at a webhook, and what adapters make of it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{
    model::message::{ChannelEvent, ChannelEventKind, HelpdeskEvent},
    tools::sentences::Sentence,
    tools::{
        answer::{Answer, ApiError},
        crypto,
        json::{self, Json},
    },
};

/// A call to one of our generated URLs, as it came over the wire.
#[derive(Clone, Debug)]
pub struct WebhookRequest {
    /// The method.
    pub method: Method,
    /// The full public URL with the raw query, as the caller wrote it: some platforms sign it.
    pub url: String,
    /// The raw query without the question mark; empty where there is none.
    pub query: String,
    /// What stands in the path behind the token, without the slash; empty where there is nothing.
    pub rest: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The raw body.
    pub body: Bytes,
    /// When it arrived, in milliseconds since 1970.
    pub received_at: i64,
    /// A random id of this call (32 hex digits), for platforms that give their events none.
    pub id: String,
}

impl WebhookRequest {
    /// A header's text, where it has one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first value of a query parameter, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// What [`Adapter::verify`](super::Adapter::verify) found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The platform's own signature is right.
    Signed,
    /// This call carries none and needs none by the installation's settings; the URL's token alone admits it.
    UrlToken,
    /// Our own infrastructure handed it on (a direct invocation, admitted by IAM).
    Invoked,
}

/// The platform's signature is missing or wrong. Says no more than that, on purpose.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum VerifyError {
    /// There is no signature where one is needed.
    #[error("the signature is missing")]
    Missing,
    /// The signature does not fit the body.
    #[error("the signature is wrong")]
    Wrong,
    /// The signature is right but too old, or from the future.
    #[error("the signature is outside its time window")]
    Stale,
}

/// What a call contained.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<E> {
    /// What goes to the queue, in order.
    pub events: Vec<E>,
    /// What was left out, and why.
    pub ignored: Vec<Ignored>,
    /// What the platform wants to hear.
    pub ack: Ack,
}

/// What the channel's adapter makes of a call.
pub type ParsedChannel = Parsed<ChannelEvent>;
/// What the helpdesk's adapter makes of a call.
pub type ParsedHelpdesk = Parsed<HelpdeskEvent>;

impl<E> Parsed<E> {
    /// These events, answered with an empty 200.
    pub fn events(events: Vec<E>) -> Self {
        Self { events, ignored: Vec::new(), ack: Ack::empty() }
    }

    /// Nothing for the queue, answered with an empty 200.
    pub fn ignored(id: impl Into<String>, reason: &'static str) -> Self {
        Self { events: Vec::new(), ignored: vec![Ignored { id: id.into(), reason }], ack: Ack::empty() }
    }

    /// The same with another answer.
    pub fn answered(self, ack: Ack) -> Self {
        Self { ack, ..self }
    }
}

/// The most events, and the most parts of all their messages, that are taken from one call. No platform sends nearly so
/// many; each takes a hundred times the memory of the shortest text that makes one.
const EVENTS: usize = 10_000;
const PARTS: usize = 20_000;
/// So many of the events that were left out are listed.
const IGNORED: usize = 1_000;

/// What is found in a call that holds events of several people.
#[derive(Debug)]
pub struct Batch {
    parsed: ParsedChannel,
    parts: usize,
}

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { parsed: ParsedChannel::events(Vec::new()), parts: 0 }
    }

    /// Takes an event.
    pub fn push(&mut self, event: ChannelEvent) {
        if let ChannelEventKind::Message { parts } | ChannelEventKind::BusinessEcho { parts } = &event.kind {
            self.parts = self.parts.saturating_add(parts.len());
        }
        if self.parsed.events.len() < EVENTS && self.parts <= PARTS {
            self.parsed.events.push(event);
        } else {
            self.ignore(event.id, "too_many");
        }
    }

    /// Leaves an event out.
    pub fn ignore(&mut self, id: impl Into<String>, reason: &'static str) {
        if self.parsed.ignored.len() < IGNORED {
            self.parsed.ignored.push(Ignored { id: id.into(), reason });
        }
    }

    /// Whether nothing was found, not even something to leave out.
    pub fn is_empty(&self) -> bool {
        self.parsed.events.is_empty() && self.parsed.ignored.is_empty()
    }

    /// What was found.
    pub fn done(self) -> ParsedChannel {
        self.parsed
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

/// An id for an event that has none of its own: the same for every redelivery of the same text.
pub fn id_of(event: &str) -> String {
    format!("sha256:{}", crypto::sha256_hex(event.as_bytes()))
}

/// An event that is not relayed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Ignored {
    /// The platform's id of it.
    pub id: String,
    /// Why, as one stable word.
    pub reason: &'static str,
}

/// What a platform wants to hear once its events are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The HTTP status.
    pub status: u16,
    /// The content type, where there is a body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: Bytes,
}

impl Ack {
    /// 200 without a body.
    pub fn empty() -> Self {
        Self { status: 200, content_type: None, body: Bytes::new() }
    }

    /// 200 with a JSON body.
    pub fn json(value: &serde_json::Value) -> Self {
        Self { status: 200, content_type: Some("application/json"), body: value.to_string().into() }
    }

    /// The answer over HTTP.
    pub fn into_answer(self) -> Answer {
        let mut answer = Response::new(self.body);
        *answer.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        if let Some(content_type) = self.content_type {
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        answer
    }

    /// 200 with plain text.
    pub fn text(text: impl Into<Bytes>) -> Self {
        Self { status: 200, content_type: Some("text/plain; charset=utf-8"), body: text.into() }
    }
}

/// Reads a JSON body; where that fails, the error names the field.
///
/// # Errors
/// It is no JSON, or not of this form.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ParseError> {
    let text = json::text_of(body);
    decode_at("", Json::read(&text).map_err(|error| ParseError::json(&error))?)
}

/// Reads a piece of a JSON body, which stands in the field `parent`.
///
/// # Errors
/// The piece is not of this form.
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

/// A body that is not what the platform sends.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct ParseError {
    /// A stable word: `not_json`, `missing_field`, `bad_field`, `unsupported`.
    pub code: &'static str,
    /// One sentence that names the field and says what it should be; never the value.
    pub message: String,
}

impl ParseError {
    /// The body is no JSON, or not of the platform's shape. Serde's words name the field and the place; they can quote
    /// values, so only the place of a syntax error and the path of a field are kept.
    pub fn json(error: &serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => Self {
                code: "bad_field",
                message: Sentence::BadFieldBefore { line: error.line(), column: error.column() }.into(),
            },
            _ => Self {
                code: "not_json",
                message: Sentence::NotJson { line: error.line(), column: error.column() }.into(),
            },
        }
    }

    /// A field that the platform always sends is not there.
    pub fn missing(field: &str) -> Self {
        Self { code: "missing_field", message: Sentence::FieldMissing { field }.into() }
    }

    /// A field has a value that it cannot have.
    pub fn bad(field: &str, should_be: &str) -> Self {
        Self { code: "bad_field", message: format!("the field {}", Sentence::ShouldBe { name: field, should_be }) }
    }
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        Self::unauthorized(match error {
            VerifyError::Missing => Sentence::SignatureMissing,
            VerifyError::Wrong => Sentence::SignatureWrong,
            VerifyError::Stale => Sentence::SignatureStale,
        })
    }
}

impl From<ParseError> for ApiError {
    fn from(error: ParseError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code, error.message)
    }
}
