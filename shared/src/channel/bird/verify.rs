//! Verifies Bird's signature (<https://bird.com/docs/api>).

use super::WEBHOOK_SECRET;
use crate::adapter::{
    Account, standard_webhooks,
    webhook::{Proof, VerifyError, WebhookRequest},
};

/// Checks that the body was signed with the secret that the registration stored, by the Standard Webhooks
/// specification.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let secret = account.signing_key(WEBHOOK_SECRET)?;
    standard_webhooks::verify(secret, &request.headers, &request.body, request.received_at)?;
    Ok(Proof::Signed)
}
