//! Calls to a vendor, as data.

use bytes::Bytes;
use http::Request;
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
