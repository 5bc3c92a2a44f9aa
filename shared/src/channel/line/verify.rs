//! Verifies LINE's signature.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;

use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    tools::crypto::{hmac_sha256, same},
};

/// Checks that the body was signed with the channel secret
/// (<https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>).
///
/// The encoded texts are compared, because a lenient decoder would also accept alphabets that LINE does not write.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let given = request.headers.get("x-line-signature").filter(|_| request.method == Method::POST);
    let given = given.ok_or(VerifyError::Missing)?;
    let secret = account.signing_key(super::CHANNEL_SECRET)?;
    let right = STANDARD.encode(hmac_sha256(secret.as_bytes(), &request.body));
    if same(given.as_bytes(), right.as_bytes()) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}
