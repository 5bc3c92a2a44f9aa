//! The meaning of RBM's answers.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::{
    adapter::{Delivery, Failure, Known, Learned, from_status, is_page},
    channel::sent,
};

/// Reads the answer to a message. The message's id is the bridge's own.
pub(super) fn delivered(delivery: &Delivery<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
    let reason = |reason: &str| reason.to_owned();
    match answer.status().as_u16() {
        200..=299 if is_page(answer) => {
            Err(Failure::Retry { wait: None, reason: reason("RBM answered with a page"), doubtful: false })
        }
        200..=299 => sent(Ok(Some(delivery.retry_key(known.sent())))),
        401 => Err(Failure::Blocked { reason: reason("RBM does not accept the service account") }),
        // The service account lacks the role; any other 403 concerns the contact's carrier.
        403 if words(answer).contains("caller") => {
            Err(Failure::Blocked { reason: reason("the service account lacks the role for RBM") })
        }
        403 => Err(Failure::Gone { reason: reason("the agent is not launched with the contact's carrier") }),
        404 => Err(Failure::Gone { reason: reason("the contact cannot be reached by RCS") }),
        _ => match from_status("RBM", answer, None) {
            // RBM drops a repeat.
            Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
            Err(Failure::Rejected { .. }) => {
                Err(Failure::rejected_as("RBM does not accept this message", words(answer)))
            }
            other => other,
        },
    }
}

/// Returns RBM's explanation of an error.
fn words(answer: &Response<Bytes>) -> String {
    let body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default().to_owned()
}
