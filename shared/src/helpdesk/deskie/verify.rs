//! Whether a call may come in.

use http::Method;

use crate::adapter::webhook::{Proof, VerifyError, WebhookRequest};

/// Deskie signs nothing and sends no secret, so the token in the URL is the only proof there is; it was compared before
/// this is asked.
pub(super) fn verify(request: &WebhookRequest) -> Result<Proof, VerifyError> {
    if request.method == Method::POST { Ok(Proof::UrlToken) } else { Err(VerifyError::Missing) }
}
