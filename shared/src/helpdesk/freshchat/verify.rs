//! Verifies the signature of classic webhooks: base64 of RSA PKCS#1 v1.5 with SHA-256 over the raw body.

use aws_lc_rs::{
    encoding::AsDer,
    rsa::PublicEncryptingKey,
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256},
};
use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::{Deserialize, de::IgnoredAny};

use super::WEBHOOK_PUBLIC_KEY;
use crate::adapter::{
    Account,
    webhook::{Proof, VerifyError, WebhookRequest},
};

const SIGNATURE: &str = "x-freshchat-signature";

/// Base64 as people paste it, with or without padding.
const PASTED: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Verifies a call.
///
/// With a public key every call must be signed, except those of the Marketplace app if the installation allows them.
/// These are recognized by their shape, so that a classic call cannot pass by leaving out its signature. Without a key
/// there is no signature to check, and the URL's token alone decides.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    if request.method != Method::POST {
        return Err(VerifyError::Missing);
    }
    let Some(key) = account.setting(WEBHOOK_PUBLIC_KEY) else { return Ok(Proof::UrlToken) };
    let mut signatures = request.headers.get_all(SIGNATURE).iter();
    match (signatures.next(), signatures.next()) {
        (None, _) if account.options.marketplace && is_product_event(&request.body) => Ok(Proof::UrlToken),
        (None, _) => Err(VerifyError::Missing),
        (Some(signature), None) if fits(key, &request.body, signature) => Ok(Proof::Signed),
        (Some(_), _) => Err(VerifyError::Wrong),
    }
}

/// Returns whether a body has the Marketplace's shape: an `event` and no `action`.
pub(super) fn is_product_event(body: &Bytes) -> bool {
    #[derive(Deserialize)]
    struct Shape {
        event: Option<String>,
        action: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Shape>(body).is_ok_and(|shape| shape.event.is_some() && shape.action.is_none())
}

/// Reads a public key in the forms in which Freshchat's admin page and people's editors leave it.
///
/// The page labels a SubjectPublicKeyInfo as `BEGIN RSA PUBLIC KEY` and prints it on one line. Real PKCS#1, a literal
/// `\n`, and bare base64 also occur. RSA keys of 2048 to 8192 bits are accepted.
pub(super) fn public_key(text: &str) -> Option<ParsedPublicKey> {
    let text = text.replace("\\r", " ").replace("\\n", " ");
    let inside = match text.split_once("-----BEGIN ") {
        None => text.as_str(),
        Some((_, behind)) => behind.split_once("-----")?.1.split("-----").next()?,
    };
    let packed: String = inside.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    let der = PASTED.decode(packed).ok()?;
    let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).ok()?;
    // Only this type checks the key's size.
    PublicEncryptingKey::from_der(key.as_der().ok()?.as_ref()).ok()?;
    Some(key)
}

fn fits(key: &str, body: &Bytes, signature: &HeaderValue) -> bool {
    let Some(key) = public_key(key) else { return false };
    let Ok(signature) = STANDARD.decode(signature.as_bytes().trim_ascii()) else { return false };
    key.verify_sig(body, &signature).is_ok()
}
