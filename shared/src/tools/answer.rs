//! What callers of our routes are told.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;
use thiserror::Error;

use super::{crypto::RandomError, sentences::Sentence};

/// The answer to an HTTP call.
pub type Answer = Response<Bytes>;

/// A refusal, or a failure of ours: `{"error": {"code", "message"}}`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// One sentence for people that says what to do.
    pub message: String,
    /// When to come back, in seconds.
    pub retry_after: Option<u32>,
}

impl ApiError {
    /// A refusal.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// What every unknown installation, token and route is told: always the same.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", Sentence::NothingHere)
    }

    /// The caller did not prove who it is.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// The installation is gone.
    pub fn gone() -> Self {
        Self::new(StatusCode::GONE, "uninstalled", Sentence::Uninstalled)
    }

    /// The body is longer than this many bytes.
    pub fn too_large(limit: usize) -> Self {
        let message = Sentence::BodyTooLong { limit_kib: limit / 1024 };
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// Something of ours is not reachable; nothing was stored.
    pub fn unavailable() -> Self {
        Self {
            retry_after: Some(2),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", Sentence::Unavailable)
        }
    }

    /// A request that cannot be carried out as it stands.
    pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// Logs a failure of ours, once, where it becomes an answer.
    pub fn our_failure(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %error, "a call could not be stored");
        Self::unavailable()
    }

    /// The answer.
    pub fn answer(&self) -> Answer {
        let mut answer = json_answer(self.status, &self.body());
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// The answer's JSON.
    pub fn body(&self) -> serde_json::Value {
        json!({"error": {"code": self.code, "message": self.message}})
    }
}

impl From<RandomError> for ApiError {
    fn from(error: RandomError) -> Self {
        Self::our_failure(&error)
    }
}

/// A JSON answer.
pub fn json_answer(status: StatusCode, body: &impl serde::Serialize) -> Answer {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Bytes::from(bytes));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// A JSON answer to what went well.
pub fn ok_answer(body: impl serde::Serialize) -> Answer {
    json_answer(StatusCode::OK, &body)
}
