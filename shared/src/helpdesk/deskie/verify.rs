//! Verifies a call.

use http::Method;

use crate::adapter::webhook::{Proof, VerifyError, WebhookRequest};

/// Accepts any POST. Deskie neither signs its calls nor sends a secret, so the token in the URL is the only proof, and
/// the bridge has compared it before.
pub(super) fn verify(request: &WebhookRequest) -> Result<Proof, VerifyError> {
    if request.method == Method::POST { Ok(Proof::UrlToken) } else { Err(VerifyError::Missing) }
}
