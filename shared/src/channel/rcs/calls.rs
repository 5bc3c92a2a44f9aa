//! The authorization of calls to RBM. RBM has no calls other than messages.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    KEY,
    wire::{AUDIENCE, ServiceAccount, TOKEN_TIME},
};
use crate::{
    adapter::{Account, RenderError},
    tools::crypto::rsa_sha256,
};

/// Returns a token that names the service account and is signed with its key.
pub(super) fn token(account: &Account<'_>) -> Result<String, RenderError> {
    let bad = || RenderError::new("the key of the service account is not a JSON key file");
    let key: ServiceAccount = serde_json::from_str(account.require_secret(KEY)?).map_err(|_| bad())?;
    let now = account.now.seconds();
    let head = json!({"alg": "RS256", "typ": "JWT", "kid": key.private_key_id});
    let claims = json!({
        "iss": key.client_email, "sub": key.client_email, "aud": AUDIENCE, "iat": now,
        "exp": now.saturating_add(TOKEN_TIME),
    });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&head), encode(&claims));
    let tag = rsa_sha256(&key.private_key, signed.as_bytes()).ok_or_else(bad)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
}
