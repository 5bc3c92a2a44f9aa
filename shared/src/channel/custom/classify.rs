//! What the app's answers mean.

use bytes::Bytes;
use http::Response;

use crate::{
    adapter::{Delivery, Failure, Learned, from_status},
    channel::sent,
};

/// What the answer to a message means; the message's id is ours.
pub(super) fn delivered(delivery: &Delivery<'_>, answer: &Response<Bytes>) -> Learned {
    match answer.status().as_u16() {
        // 404 may as well be a callback URL that is not right, and that is no news of the contact.
        410 => Err(Failure::Gone { reason: "the app does not know the contact any more".to_owned() }),
        413 => Err(Failure::rejected("the message is too large for the app")),
        _ => match from_status("the app", answer, None) {
            Ok(_) => sent(Ok(Some(delivery.retry_key(0)))),
            // A repeat is harmless, since it carries the same id.
            Err(Failure::Retry { wait, reason, .. }) => Err(Failure::Retry { wait, reason, doubtful: false }),
            other => other,
        },
    }
}
