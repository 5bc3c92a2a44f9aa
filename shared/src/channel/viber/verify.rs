//! Verifies Viber's signature.

use http::Method;

use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    tools::crypto::hmac_sha256_is,
};

/// The header with the signature.
const HEADER: &str = "x-viber-content-signature";
/// The query parameter that carries the same signature.
const PARAMETER: &str = "sig";

/// Checks that the body was signed with the account's token
/// (<https://developers.viber.com/docs/api/rest-bot-api/#callbacks>).
///
/// The signature stands in a header, in the query or in both, and every signature in the request must be right. Its hex
/// digits may be of either case: Viber writes lower case, and upper case means the same bytes.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    if request.method != Method::POST {
        return Err(VerifyError::Missing);
    }
    let headers = request.headers.get_all(HEADER).iter().map(|value| value.as_bytes().to_vec());
    let parameters = form_urlencoded::parse(request.query.as_bytes())
        .filter(|(name, _)| name == PARAMETER)
        .map(|(_, value)| value.into_owned().into_bytes());
    let signatures: Vec<Vec<u8>> = headers.chain(parameters).collect();
    if signatures.is_empty() {
        return Err(VerifyError::Missing);
    }
    let token = account.signing_key(super::AUTH_TOKEN)?;
    let is_right = |signature: &Vec<u8>| {
        hex::decode(signature).is_ok_and(|tag| hmac_sha256_is(token.as_bytes(), &request.body, &tag))
    };
    if signatures.iter().all(is_right) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}
