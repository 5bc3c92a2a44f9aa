//! Verifies MessageBird's signature, a JWT over the URL and the body
//! (<https://developers.messagebird.com/docs/verify-http-requests>).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    tools::crypto::{jwt_hmac_is, same, sha256_hex},
};

const HEADER: &str = "messagebird-signature-jwt";
const ISSUER: &str = "MessageBird";
/// The accepted difference between the clocks, in seconds.
const LEEWAY: i64 = 1;

#[derive(Deserialize)]
struct Head {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    nbf: i64,
    exp: i64,
    url_hash: String,
    payload_hash: Option<String>,
}

/// Checks that the token was signed with the account's signing key, for this URL and this body, and is valid now.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let token = request.header(HEADER).filter(|token| !token.is_empty()).ok_or(VerifyError::Missing)?;
    let key = account.signing_key(super::SIGNING_KEY)?;
    let (signed, tag) = token.rsplit_once('.').ok_or(VerifyError::Wrong)?;
    let (head, claims) = signed.split_once('.').ok_or(VerifyError::Wrong)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| VerifyError::Wrong)?;
    // A token with an unknown algorithm, such as `none`, is never valid.
    let Head { alg } = decode(head)?;
    if !jwt_hmac_is(&alg, key.as_bytes(), signed.as_bytes(), &tag) {
        return Err(VerifyError::Wrong);
    }
    let claims: Claims = decode(claims)?;
    let body = (!request.body.is_empty()).then(|| sha256_hex(&request.body));
    let is_body = match (&claims.payload_hash, &body) {
        (None, None) => true,
        (Some(given), Some(right)) => same(given.as_bytes(), right.as_bytes()),
        _ => false,
    };
    let is_url = same(claims.url_hash.as_bytes(), sha256_hex(request.url.as_bytes()).as_bytes());
    if claims.iss != ISSUER || !is_url || !is_body {
        return Err(VerifyError::Wrong);
    }
    let now = request.received_at.seconds();
    let is_now = now >= claims.nbf.saturating_sub(LEEWAY) && now <= claims.exp.saturating_add(LEEWAY);
    if is_now { Ok(Proof::Signed) } else { Err(VerifyError::Stale) }
}

fn decode<T: DeserializeOwned>(piece: &str) -> Result<T, VerifyError> {
    let json = URL_SAFE_NO_PAD.decode(piece).map_err(|_| VerifyError::Wrong)?;
    serde_json::from_slice(&json).map_err(|_| VerifyError::Wrong)
}
