//! Verifies the bearer token, which is the same in both directions. A call without it is refused: another bridge
//! dropped this check because it had met calls without a token, and had to bring it back.

use http::header::AUTHORIZATION;

use super::API_TOKEN;
use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    tools::crypto::same,
};

/// Compares the token in constant time. Two `Authorization` headers count as none.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let mut headers = request.headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return Err(VerifyError::Missing) };
    let token = account.secret(API_TOKEN).filter(|token| !token.reveal().is_empty()).ok_or(VerifyError::Wrong)?;
    let given = bearer(header.as_bytes()).ok_or(VerifyError::Missing)?;
    if same(given, token.reveal().as_bytes()) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}

/// Returns the credential behind the scheme, whose case does not matter (RFC 9110 section 11.1).
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(b"bearer".len())?;
    let token = rest.strip_prefix(b" ")?.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer") && !token.is_empty()).then_some(token)
}
