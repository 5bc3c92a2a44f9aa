//! The meaning of RBM's answers.

use bytes::Bytes;
use http::Response;

use crate::{
    adapter::{Delivery, Failure, Known, Learned, from_status},
    channel::sent,
};

/// Reads the answer to a message. The message's id is the bridge's own.
pub(super) fn delivered(delivery: &Delivery<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
    let reason = |reason: &str| reason.to_owned();
    match answer.status().as_u16() {
        200..=299 => sent(Ok(Some(delivery.retry_key(known.sent())))),
        401 => Err(Failure::Blocked { reason: reason("RBM does not accept the service account") }),
        403 => Err(Failure::Gone { reason: reason("the agent is not launched with the contact's carrier") }),
        404 => Err(Failure::Gone { reason: reason("the contact cannot be reached by RCS") }),
        _ => match from_status("RBM", answer, None) {
            // RBM drops a repeat.
            Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
            Err(Failure::Rejected { .. }) => Err(Failure::rejected("RBM does not accept this message")),
            other => other,
        },
    }
}
