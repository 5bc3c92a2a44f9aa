//! The meaning of the system's answers.

use bytes::Bytes;
use http::Response;

use crate::adapter::{Failure, own_api};

/// Fails unless the system took the call. A contact cannot be gone at a helpdesk, so that a 410 is a refusal.
pub(super) fn check(answer: &Response<Bytes>) -> Result<(), Failure> {
    match own_api::check("the helpdesk system", answer) {
        Err(Failure::Gone { reason }) => Err(Failure::rejected(reason)),
        other => other,
    }
}
