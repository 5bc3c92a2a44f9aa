//! The meaning of answers that are not successes. Only the status is documented: 200 is success.

use bytes::Bytes;
use http::Response;
use serde::Deserialize;

use crate::adapter::Failure;

/// The body of a refusal, as far as an answer has it: `{"error": {"message": "…"}}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Reason,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reason {
    message: String,
}

/// Returns whether a call worked.
pub(super) fn is_ok(answer: &Response<Bytes>) -> bool {
    answer.status().is_success()
}

/// Returns what a failed call means. `what` completes "IS-Messenger refused …".
///
/// 408, 429 and 5xx are retried with the same `mId`; other 4xx are final. A redirect means that the URL was not copied
/// as IS-Messenger shows it, most likely without its trailing slash; a person has to correct it.
pub(super) fn failure(what: &str, answer: &Response<Bytes>) -> Failure {
    let status = answer.status();
    let code = status.as_u16();
    if status.is_redirection() {
        let reason = format!(
            "IS-Messenger answered {code}, a redirect; copy the webhook URL for incoming messages again, with its slash"
        );
        return Failure::Blocked { reason };
    }
    match Failure::of_status("IS-Messenger", answer, None) {
        Failure::Rejected { .. } => {
            let refusal: Refusal = serde_json::from_slice(answer.body()).unwrap_or_default();
            Failure::rejected_as(format!("IS-Messenger refused {what} (HTTP {code})"), refusal.error.message)
        }
        Failure::Blocked { .. } => Failure::Blocked {
            reason: format!("IS-Messenger refused the API token (HTTP {code}); it may have been renewed"),
        },
        other => other,
    }
}
