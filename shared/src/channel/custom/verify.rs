//! Verifies the app's signature (<https://www.standardwebhooks.com>).

use super::SECRET;
use crate::adapter::{
    Account, standard_webhooks,
    webhook::{Proof, VerifyError, WebhookRequest},
};

/// Checks that the body was signed with the secret that the app and the bridge share.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let secret = account.signing_key(SECRET)?;
    standard_webhooks::verify(secret, &request.headers, &request.body, request.received_at)?;
    Ok(Proof::Signed)
}
