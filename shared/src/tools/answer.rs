//! The HTTP answers of our own routes.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;
use thiserror::Error;

use super::{crypto::RandomError, sentences::Sentence};

/// The answer to an HTTP call.
pub type Answer = Response<Bytes>;

/// The code of the answer to whoever changes what somebody else changes at the same moment.
pub const CONFLICT: &str = "conflict";

/// A refusal, or a failure of ours, which is sent as `{"error": {"code", "message"}}`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// One sentence for people that says what to do.
    pub message: String,
    /// The time after which the caller should try again, in seconds.
    pub retry_after: Option<u32>,
}

impl ApiError {
    /// Makes a refusal.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// Makes the answer for every unknown installation, token and route, which is always the same.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", Sentence::NothingHere)
    }

    /// Makes the answer for a caller that did not prove who it is.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// Makes the answer for an uninstalled installation.
    pub fn gone() -> Self {
        Self::new(StatusCode::GONE, "uninstalled", Sentence::Uninstalled)
    }

    /// Makes the answer for a body that is longer than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        let message = Sentence::BodyTooLong { limit_kib: limit / 1024 };
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// Makes the answer for a call that could not be stored because one of our own services is unreachable.
    pub fn unavailable() -> Self {
        Self {
            retry_after: Some(2),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", Sentence::Unavailable)
        }
    }

    /// Makes the answer for a request that is well-formed but cannot be carried out.
    pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// Logs a failure of ours, once, where it becomes an answer.
    pub fn our_failure(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %error, "a call could not be stored");
        Self::unavailable()
    }

    /// Converts the error to an HTTP answer.
    pub fn answer(&self) -> Answer {
        let mut answer = json_answer(self.status, &self.body());
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// Returns the JSON body of the answer.
    pub fn body(&self) -> serde_json::Value {
        json!({"error": {"code": self.code, "message": self.message}})
    }
}

impl From<RandomError> for ApiError {
    fn from(error: RandomError) -> Self {
        Self::our_failure(&error)
    }
}

/// Makes an answer with a JSON body.
pub fn json_answer(status: StatusCode, body: &impl serde::Serialize) -> Answer {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Bytes::from(bytes));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Makes a 200 with a JSON body.
pub fn ok_answer(body: impl serde::Serialize) -> Answer {
    json_answer(StatusCode::OK, &body)
}
