//! What callers of our routes are told.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;
use thiserror::Error;

use crate::{
    adapter::{
        settings::SettingError,
        webhook::{Ack, ParseError, VerifyError},
    },
    installations::LoadError,
    outside::{
        queue::{self, QueueError},
        vault::VaultError,
    },
    store::StoreError,
};

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
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address; check the URL")
    }

    /// The caller did not prove who it is.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// The installation is gone.
    pub fn gone() -> Self {
        Self::new(
            StatusCode::GONE,
            "uninstalled",
            "this installation was uninstalled; remove this URL from the platform's settings",
        )
    }

    /// The body is longer than this many bytes.
    pub fn too_large(limit: usize) -> Self {
        let message = format!("the body is longer than {} KiB; send fewer events in one call", limit / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// Something of ours is not reachable; nothing was stored.
    pub fn unavailable() -> Self {
        let message = "the bridge cannot store this right now; send it again";
        Self { retry_after: Some(2), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
    }

    /// A request that cannot be carried out as it stands.
    pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
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

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "somebody else changed this installation at the same moment; read it again and repeat",
            ),
            StoreError::Unavailable { .. } | StoreError::Damaged(_) => failed(&error),
        }
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        failed(&error)
    }
}

impl From<LoadError> for ApiError {
    fn from(error: LoadError) -> Self {
        failed(&error)
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::TooLong => Self::too_large(queue::BODY_LIMIT),
            QueueError::Unavailable { .. } => failed(&error),
        }
    }
}

/// Logs a failure of ours, once, where it becomes an answer.
fn failed(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = %error, "a call could not be stored");
    ApiError::unavailable()
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        Self::unauthorized(match error {
            VerifyError::Missing => "the platform's signature is missing",
            VerifyError::Wrong => {
                "the platform's signature does not fit this body; check the credentials of the installation"
            }
            VerifyError::Stale => "the platform's signature is too old; check the clocks and send it again",
        })
    }
}

impl From<ParseError> for ApiError {
    fn from(error: ParseError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code, error.message)
    }
}

impl From<SettingError> for ApiError {
    fn from(error: SettingError) -> Self {
        Self::unprocessable("bad_setting", error.to_string())
    }
}

impl From<crate::tools::crypto::RandomError> for ApiError {
    fn from(error: crate::tools::crypto::RandomError) -> Self {
        failed(&error)
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

/// What an adapter wants the platform to hear.
pub fn ack_answer(ack: Ack) -> Answer {
    let mut answer = Response::new(ack.body);
    *answer.status_mut() = StatusCode::from_u16(ack.status).unwrap_or(StatusCode::OK);
    if let Some(content_type) = ack.content_type {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    answer
}
