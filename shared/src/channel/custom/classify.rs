//! The meaning of the app's answers.

use bytes::Bytes;
use http::Response;

use crate::{
    adapter::{Delivery, Failure, Learned, from_status},
    channel::sent,
};

/// Reads the answer to a message. The message's id is the bridge's own.
pub(super) fn delivered(delivery: &Delivery<'_>, answer: &Response<Bytes>) -> Learned {
    match answer.status().as_u16() {
        // A 404 is not `Gone`: it may also mean that the callback URL is wrong, which says nothing about the contact.
        410 => Err(Failure::Gone { reason: "the app does not know the contact any more".to_owned() }),
        413 => Err(Failure::rejected("the message is too large for the app")),
        _ => match from_status("the app", answer, None) {
            Ok(_) => sent(Ok(Some(delivery.retry_key(0)))),
            // A repeat is harmless, because it carries the same id.
            Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
            other => other,
        },
    }
}
