//! Refusals in the form of SQS.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// A call, or an entry of a batch call, that was refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    /// The error shape in the body's `__type`, without its namespace.
    kind: &'static str,
    /// The code of the query protocol, which the SDKs read.
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Whether the caller caused the error.
    pub(super) by_sender: bool,
}

impl Refusal {
    pub(super) fn queue_does_not_exist() -> Self {
        let message = "The specified queue does not exist.";
        Self::sender("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", message)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!("The request must contain the parameter {parameter}.");
        Self::sender("MissingParameter", "MissingParameter", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::sender("InvalidParameterValue", "InvalidParameterValue", message)
    }

    pub(super) fn invalid_value(parameter: &str, value: &str, reason: &str) -> Self {
        Self::invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
    }

    pub(super) fn invalid_attribute_name(name: &str) -> Self {
        Self::sender("InvalidAttributeName", "InvalidAttributeName", format!("Unknown Attribute {name}."))
    }

    pub(super) fn invalid_contents() -> Self {
        let message = "The message contains characters outside the allowed set.";
        Self::sender("InvalidMessageContents", "InvalidMessageContents", message)
    }

    pub(super) fn receipt_handle_is_invalid() -> Self {
        let message = "The input receipt handle is invalid.";
        Self::sender("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
    }

    pub(super) fn not_in_flight() -> Self {
        let message = "The message referred to is not in flight.";
        Self::sender("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", message)
    }

    pub(super) fn empty_batch() -> Self {
        let message = "There should be at least one entry in the request.";
        Self::sender("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", message)
    }

    pub(super) fn too_many_entries(count: usize) -> Self {
        let message = format!("Maximum number of entries per request are 10. You have sent {count}.");
        let code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
        Self::sender("TooManyEntriesInBatchRequest", code, message)
    }

    pub(super) fn ids_not_distinct(id: &str) -> Self {
        let code = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
        Self::sender("BatchEntryIdsNotDistinct", code, format!("Id {id} repeated."))
    }

    pub(super) fn invalid_entry_id() -> Self {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                       It can be at most 80 letters long.";
        Self::sender("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", message)
    }

    pub(super) fn batch_too_long(limit: usize, size: usize) -> Self {
        let message = format!("Batch requests cannot be longer than {limit} bytes. You have sent {size} bytes.");
        Self::sender("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", message)
    }

    pub(super) fn unsupported(action: &str) -> Self {
        let message = format!("The local queue does not know the action {action}.");
        Self::sender("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", message)
    }

    pub(super) fn malformed(error: &serde_json::Error) -> Self {
        Self::sender("SerializationException", "SerializationException", error.to_string())
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self { by_sender: false, ..Self::sender("InternalFailure", "InternalFailure", message) }
    }

    fn sender(kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), by_sender: true }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the local queue could not be written");
        Self::internal("The queue could not be written.")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "__type": format!("com.amazonaws.sqs#{}", self.kind), "message": self.message });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() =
            if self.by_sender { StatusCode::BAD_REQUEST } else { StatusCode::INTERNAL_SERVER_ERROR };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        let blame = if self.by_sender { "Sender" } else { "Receiver" };
        if let Ok(value) = HeaderValue::try_from(format!("{};{blame}", self.code)) {
            headers.insert(HeaderName::from_static("x-amzn-query-error"), value);
        }
        response
    }
}
