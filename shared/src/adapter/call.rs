//! Calls to a vendor, as data.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde::Serialize;
use thiserror::Error;

use super::task::Task;

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Make this call and hand its answer to [`Adapter::read`](super::Adapter::read).
    Call(Call),
    /// Only for [`Task::Fetch`]: the file is behind this request; its answer is the file.
    Download(Request<()>),
    /// Nothing is left to do.
    Done,
}

/// A call to the vendor.
#[derive(Debug)]
pub struct Call {
    /// What it is called in journals and logs, for example `send_message`.
    pub name: &'static str,
    /// The request. Mark header values that hold credentials as sensitive.
    pub request: Request<Body>,
    /// What happens when it is made twice.
    pub repeat: Repeat,
}

impl Call {
    /// A call that only reads.
    pub fn get(name: &'static str, url: impl AsRef<str>) -> CallBuilder {
        Self::to(name, Method::GET, url).harmless()
    }

    /// A call that makes something, twice when it is made twice, until [`CallBuilder::harmless`] says otherwise.
    pub fn post(name: &'static str, url: impl AsRef<str>) -> CallBuilder {
        Self::to(name, Method::POST, url)
    }

    /// A call with any method; it makes something twice when it is made twice, until [`CallBuilder::harmless`] says
    /// otherwise.
    pub fn to(name: &'static str, method: Method, url: impl AsRef<str>) -> CallBuilder {
        let request = Request::builder().method(method).uri(url.as_ref());
        CallBuilder { name, parts: Ok((request, Body::Empty)), repeat: Repeat::Doubles }
    }
}

/// Builds a [`Call`]. The first thing that cannot be built is the error of [`build`](Self::build).
#[derive(Debug)]
pub struct CallBuilder {
    name: &'static str,
    parts: Result<(http::request::Builder, Body), RenderError>,
    repeat: Repeat,
}

impl CallBuilder {
    /// A header.
    pub fn header(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.with_header(name, value.as_ref(), false)
    }

    /// A header that holds a credential, which no log shows.
    pub fn secret_header(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.with_header(name, value.as_ref(), true)
    }

    /// `Authorization: Bearer …`.
    pub fn bearer(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"), true)
    }

    /// `Authorization: Basic …`.
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.with_header("authorization", &format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))), true)
    }

    /// A JSON body.
    pub fn json(self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.bytes("application/json", bytes),
            Err(error) => self.failed(RenderError::new(format!("the request could not be written: {error}"))),
        }
    }

    /// A form as browsers send it, in this order.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.bytes("application/x-www-form-urlencoded", body)
    }

    /// A body of any other form.
    pub fn bytes(self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = Body::Bytes(body.into());
        self.map(|request| (request.header(header::CONTENT_TYPE, content_type), body))
    }

    /// A `multipart/form-data` body: ordinary fields, and files by the name of the field and the position of the part.
    pub fn upload(self, fields: Vec<(String, String)>, files: Vec<(String, usize)>) -> Self {
        self.map(|request| (request, Body::Upload { fields, files }))
    }

    /// The call may be made twice: it finds before it creates, or carries the vendor's retry key.
    pub fn harmless(self) -> Self {
        Self { repeat: Repeat::Harmless, ..self }
    }

    /// The call.
    ///
    /// # Errors
    /// The URL, a header or the body cannot be sent.
    pub fn build(self) -> Result<Call, RenderError> {
        let (request, body) = self.parts?;
        Ok(Call { name: self.name, request: request.body(body)?, repeat: self.repeat })
    }

    /// The call as the next step.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn step(self) -> Result<Step, RenderError> {
        self.build().map(Step::Call)
    }

    /// The request as the one behind which a file is; its body is left out.
    ///
    /// # Errors
    /// As [`build`](Self::build).
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
            Err(_) if is_secret => {
                self.failed(RenderError::new("the credential has characters that cannot stand in a header"))
            }
            Err(_) => self.failed(RenderError::new(format!("the header `{name}` cannot hold its value"))),
        }
    }

    fn map(self, change: impl FnOnce(http::request::Builder) -> (http::request::Builder, Body)) -> Self {
        Self { parts: self.parts.map(|(request, _)| change(request)), ..self }
    }

    fn failed(self, error: RenderError) -> Self {
        Self { parts: self.parts.and(Err(error)), ..self }
    }
}

/// What happens when a call is made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing: it only reads, or finds before it creates, or carries the vendor's retry key.
    Harmless,
    /// There may be two of what it makes: a message that somebody sees twice, a second user, a second conversation.
    Doubles,
}

/// The body of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// No body.
    Empty,
    /// These bytes; the request has its `Content-Type`.
    Bytes(Bytes),
    /// A `multipart/form-data` body; the relay puts the files in and sets the `Content-Type`.
    Upload {
        /// Ordinary fields.
        fields: Vec<(String, String)>,
        /// Files: the name of the form field, and which part of the delivery (from 0) is the file.
        files: Vec<(String, usize)>,
    },
}

/// A task that cannot be turned into a call at all.
#[derive(Debug, Error)]
#[error("{reason}")]
pub struct RenderError {
    /// Why, in plain words, for the agent.
    pub reason: String,
    /// The bridge is wrong and not the message, which is kept and tried again until the bridge is mended.
    pub is_ours: bool,
}

impl RenderError {
    /// A message that the vendor has no form for.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_ours: false }
    }

    /// A task that the adapter does not know.
    pub fn unknown(task: &Task<'_>) -> Self {
        Self { reason: format!("the bridge has no way to do this here (task {})", task.name()), is_ours: true }
    }
}

impl From<http::Error> for RenderError {
    fn from(error: http::Error) -> Self {
        Self::new(format!("the request could not be built: {error}"))
    }
}

/// The request behind a link that is open to everybody.
///
/// # Errors
/// The link is no URL.
pub fn open_link(url: &str) -> Result<Request<()>, RenderError> {
    // Vendors leave spaces and other letters in links as they are.
    let url = url::Url::parse(url).map_err(|_| RenderError::new("its address is no URL"))?;
    Ok(Request::get(url.as_str()).body(())?)
}

/// A JSON request, the commonest kind. `secret_header` is a header that holds a credential.
pub fn json_call(
    name: &'static str,
    method: http::Method,
    url: &str,
    secret_header: (&'static str, &str),
    body: Option<&impl Serialize>,
    repeat: Repeat,
) -> Result<Call, RenderError> {
    let mut credential = http::HeaderValue::from_str(secret_header.1)
        .map_err(|_| RenderError::new("the credential has characters that cannot stand in a header"))?;
    credential.set_sensitive(true);
    let mut request = Request::builder().method(method).uri(url).header(secret_header.0, credential);
    let body = match body {
        None => Body::Empty,
        Some(body) => {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
            let bytes = serde_json::to_vec(body)
                .map_err(|error| RenderError::new(format!("the request could not be written: {error}")))?;
            Body::Bytes(bytes.into())
        }
    };
    Ok(Call { name, request: request.body(body)?, repeat })
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
