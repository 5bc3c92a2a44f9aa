//! The meaning of the app's answers.

use bytes::Bytes;
use http::Response;

use crate::{
    adapter::{Delivery, Learned, own_api},
    channel::sent,
};

/// Reads the answer to a message. The message's id is the bridge's own.
pub(super) fn delivered(delivery: &Delivery<'_>, answer: &Response<Bytes>) -> Learned {
    sent(own_api::check("the app", answer).map(|()| Some(delivery.retry_key(0))))
}
