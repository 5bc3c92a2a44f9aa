//! Verifies RBM's signature
//! (<https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events>).

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;

use super::{CLIENT_TOKEN, wire::Envelope};
use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest, decode},
    },
    tools::crypto::{hmac_sha512_is, same},
};

/// Checks that the event was signed with the client token, or that the handshake carries the token itself.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let token = account.signing_key(CLIENT_TOKEN)?;
    // Google signs the event inside the body, so the envelope is opened before the check.
    let envelope: Envelope = decode(&request.body).map_err(|_| VerifyError::Missing)?;
    if request.method != Method::POST {
        return Err(VerifyError::Missing);
    }
    let is_right = match (request.header("x-goog-signature"), &envelope.client_token) {
        (Some(given), None) => {
            let (tag, event) = (STANDARD.decode(given).map_err(|_| VerifyError::Wrong)?, envelope.event());
            hmac_sha512_is(token.as_bytes(), &event.ok_or(VerifyError::Wrong)?, &tag)
        }
        (_, Some(given)) => same(given.as_bytes(), token.as_bytes()),
        (None, None) => return Err(VerifyError::Missing),
    };
    if is_right { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}
