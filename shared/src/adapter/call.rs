//! Calls to a vendor, as data.

use crate::tools::sentences::Sentence;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde::Serialize;
use thiserror::Error;

use super::task::Task;

/// The next step of a task.
#[derive(Debug)]
pub enum Step {
    /// Make this call and hand the answer to [`Adapter::read`](super::Adapter::read).
    Call(Call),
    /// Download the file with this request; the body of the answer is the file. Only for [`Task::Fetch`].
    Download(Request<()>),
    /// Download the file with the first of these requests whose address has it. Only for [`Task::Fetch`].
    DownloadAny(Vec<Request<()>>),
    /// Stop: the task is complete.
    Done,
}

/// A call to the vendor.
#[derive(Debug)]
pub struct Call {
    /// The name of the call in journals and logs, for example `send_message`.
    pub name: &'static str,
    /// The request. Header values that hold credentials are marked as sensitive.
    pub request: Request<Body>,
    /// The effect of making the call twice.
    pub repeat: Repeat,
}

impl Call {
    /// Starts a call that only reads.
    pub fn get(name: &'static str, url: impl AsRef<str>) -> CallBuilder {
        Self::to(name, Method::GET, url)
    }

    /// Starts a call that creates something, and creates it twice if it is made twice, unless [`CallBuilder::harmless`]
    /// says otherwise.
    pub fn post(name: &'static str, url: impl AsRef<str>) -> CallBuilder {
        Self::to(name, Method::POST, url)
    }

    /// Makes a call with any method. A call that only reads may be made twice; every other call makes something twice
    /// when it is made twice, until [`CallBuilder::harmless`] says otherwise.
    pub fn to(name: &'static str, method: Method, url: impl AsRef<str>) -> CallBuilder {
        let repeat = if method.is_safe() { Repeat::Harmless } else { Repeat::Doubles };
        let request = Request::builder().method(method).uri(url.as_ref());
        CallBuilder { name, parts: Ok((request, Body::Empty)), repeat }
    }
}

/// Builds a [`Call`]. [`build`](Self::build) returns the first error of the chain.
#[derive(Debug)]
pub struct CallBuilder {
    name: &'static str,
    parts: Result<(http::request::Builder, Body), RenderError>,
    repeat: Repeat,
}

impl CallBuilder {
    /// Adds a header.
    pub fn header(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.with_header(name, value.as_ref(), false)
    }

    /// Adds a header that holds a credential and that no log shows.
    pub fn secret_header(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.with_header(name, value.as_ref(), true)
    }

    /// Adds the header `Authorization: Bearer …`.
    pub fn bearer(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"), true)
    }

    /// Adds the header `Authorization: Basic …`.
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.with_header("authorization", &format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))), true)
    }

    /// Sets a JSON body.
    pub fn json(self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.bytes("application/json", bytes),
            Err(error) => self.failed(RenderError::new(Sentence::NotWritten { error: &error.to_string() })),
        }
    }

    /// Sets a URL-encoded form as the body, with the fields in the given order.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.bytes("application/x-www-form-urlencoded", body)
    }

    /// Sets a body with any other content type.
    pub fn bytes(self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = Body::Bytes(body.into());
        self.map(|request| (request.header(header::CONTENT_TYPE, content_type), body))
    }

    /// Sets a `multipart/form-data` body: ordinary fields, and files as pairs of the form field's name and the position
    /// of the part.
    pub fn upload(self, fields: Vec<(String, String)>, files: Vec<(String, usize)>) -> Self {
        self.map(|request| (request, Body::Upload { fields, files }))
    }

    /// Marks the call as safe to repeat for ever: it finds before it creates.
    pub fn harmless(self) -> Self {
        Self { repeat: Repeat::Harmless, ..self }
    }

    /// Marks the call as one that carries the vendor's idempotency key.
    pub fn keyed(self) -> Self {
        Self { repeat: Repeat::Keyed, ..self }
    }

    /// Builds the call.
    ///
    /// # Errors
    /// Returns an error if the URL, a header or the body cannot be sent.
    pub fn build(self) -> Result<Call, RenderError> {
        let (request, body) = self.parts?;
        Ok(Call { name: self.name, request: request.body(body)?, repeat: self.repeat })
    }

    /// Builds the call as the next step.
    pub fn step(self) -> Result<Step, RenderError> {
        self.build().map(Step::Call)
    }

    /// Builds the request that downloads a file; the body is left out.
    pub fn download(self) -> Result<Step, RenderError> {
        self.request().map(Step::Download)
    }

    /// The request alone, without its body, as [`Adapter::follow`](super::Adapter::follow) wants it.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn request(self) -> Result<Request<()>, RenderError> {
        let (request, _) = self.parts?;
        Ok(request.body(())?)
    }

    fn with_header(self, name: &'static str, value: &str, is_secret: bool) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(is_secret);
                let parts = self.parts.map(|(request, body)| (request.header(name, value), body));
                Self { parts, ..self }
            }
            Err(_) if is_secret => self.failed(RenderError::new(Sentence::CredentialNotAscii)),
            Err(_) => self.failed(RenderError::new(Sentence::HeaderNotAscii { name })),
        }
    }

    fn map(self, change: impl FnOnce(http::request::Builder) -> (http::request::Builder, Body)) -> Self {
        Self { parts: self.parts.map(|(request, _)| change(request)), ..self }
    }

    fn failed(self, error: RenderError) -> Self {
        Self { parts: self.parts.and(Err(error)), ..self }
    }
}

/// The effect of making a call twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// None: the call only reads, or finds before it creates.
    Harmless,
    /// None while the vendor remembers the call's idempotency key
    /// ([`Features::retry_keys_last`](crate::model::features::Features::retry_keys_last)), and then as for
    /// [`Doubles`](Self::Doubles).
    Keyed,
    /// A possible duplicate of what the call creates: a message that somebody sees twice, a second user, a second
    /// conversation.
    Doubles,
}

/// The body of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// No body.
    Empty,
    /// These bytes. The request has the `Content-Type` header.
    Bytes(Bytes),
    /// A `multipart/form-data` body. The HTTP client inserts the files and sets the `Content-Type`.
    Upload {
        /// The ordinary fields.
        fields: Vec<(String, String)>,
        /// The files: the name of the form field, and the position (from 0) of the part of the delivery that is the
        /// file.
        files: Vec<(String, usize)>,
    },
}

/// The error of a task that cannot be turned into a call.
#[derive(Debug, Error)]
#[error("{reason}")]
pub struct RenderError {
    /// The reason, in plain words, for the agent.
    pub reason: String,
    /// Whether the bridge is wrong and not the message. The relay keeps such a message and retries it until the bridge
    /// is fixed.
    pub is_ours: bool,
}

impl RenderError {
    /// Makes the error of a message that the vendor has no form for.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_ours: false }
    }

    /// Makes the error of a note about a contact with whom the helpdesk has no conversation.
    pub fn no_place() -> Self {
        Self::new(Sentence::NoteHasNoPlace)
    }

    /// Makes the error of a task that the adapter does not know.
    pub fn unknown(task: &Task<'_>) -> Self {
        Self { reason: Sentence::UnknownTask { task: task.name() }.into(), is_ours: true }
    }
}

impl From<http::Error> for RenderError {
    fn from(error: http::Error) -> Self {
        Self::new(Sentence::NotBuilt { error: &error.to_string() })
    }
}

/// Returns the request that downloads a link that is open to everybody.
///
/// # Errors
/// Returns an error if the link is not a URL.
pub fn open_link(url: &str) -> Result<Request<()>, RenderError> {
    // Vendors leave spaces and non-ASCII letters unescaped in links; parsing escapes them.
    let url = url::Url::parse(url).map_err(|_| RenderError::new(Sentence::NoUrl))?;
    Ok(Request::get(url.as_str()).body(())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_built_in_one_sentence() {
        let call = Call::post("send", "https://vendor.example/v1/messages").bearer("t0k3n").header("x-key", "1");
        let call = call.json(&serde_json::json!({"a": 1})).harmless().build().unwrap();
        assert_eq!((call.name, call.repeat), ("send", Repeat::Harmless));
        assert_eq!(call.request.headers()["authorization"], "Bearer t0k3n");
        assert!(
            call.request.headers()["authorization"].is_sensitive() && !call.request.headers()["x-key"].is_sensitive()
        );
        assert_eq!(call.request.headers()["content-type"], "application/json");
        assert_eq!(call.request.body(), &Body::Bytes(r#"{"a":1}"#.into()));
        assert!(!format!("{call:?}").contains("t0k3n"), "{call:?}");
    }

    #[test]
    fn a_call_that_makes_something_is_not_harmless_unless_it_says_so() {
        assert_eq!(Call::post("x", "https://vendor.example").build().unwrap().repeat, Repeat::Doubles);
        assert_eq!(Call::get("x", "https://vendor.example").build().unwrap().repeat, Repeat::Harmless);
    }

    #[test]
    fn what_cannot_be_sent_is_told_and_not_shown() {
        let call = Call::post("x", "https://vendor.example").bearer("t0k3n\n").form([("a", "b&c")]);
        let error = call.build().unwrap_err().to_string();
        assert_eq!(error, "the credential has characters that cannot stand in a header");
        let error = Call::get("x", "no url at all").build().unwrap_err().to_string();
        assert!(error.starts_with("the request could not be built"), "{error}");
        let call = Call::post("x", "https://vendor.example").form([("a", "b&c")]).build().unwrap();
        assert_eq!(call.request.body(), &Body::Bytes("a=b%26c".into()));
    }
}
