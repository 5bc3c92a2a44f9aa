//! Verifies the app's signature (<https://www.standardwebhooks.com>).

use super::SECRET;
use crate::adapter::{
    Account, own_api,
    webhook::{Proof, VerifyError, WebhookRequest},
};

/// Checks that the body was signed with the secret that the app and the bridge share.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    own_api::verify(account, SECRET, request)
}
