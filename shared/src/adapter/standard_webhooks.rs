//! Signatures of webhooks by the Standard Webhooks specification:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;

use crate::{
    adapter::webhook::VerifyError,
    tools::{
        crypto::{hmac_sha256, same},
        millis::Millis,
    },
};

/// The largest permitted difference between a call's timestamp and our clock.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);
/// The names of the headers.
const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// Returns the key in a secret: the base64 text after the optional prefix `whsec_`. Returns `None` if the secret has
/// another form.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    STANDARD.decode(encoded).ok().filter(|key| !key.is_empty())
}

/// Encodes a key as a secret.
pub fn secret(key: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(key))
}

/// Checks a call that arrived at `now`. A sender that is rotating its key sends several
/// signatures; one correct signature is enough.
///
/// # Errors
/// Returns [`VerifyError::Missing`] if a header is missing, [`VerifyError::Wrong`] if no signature is correct or the
/// secret is malformed, and [`VerifyError::Stale`] if the timestamp is more than five minutes from `now`.
pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8], now: Millis) -> Result<(), VerifyError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(VerifyError::Missing);
    let (id, timestamp, signatures) = (header(ID)?, header(TIMESTAMP)?, header(SIGNATURE)?);
    let key = key(secret).ok_or(VerifyError::Wrong)?;
    let right = STANDARD.encode(hmac_sha256(&key, &signed(id, timestamp, body)));
    let mut is_right = false;
    for signature in signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,")) {
        is_right |= same(signature.as_bytes(), right.as_bytes());
    }
    if !is_right {
        return Err(VerifyError::Wrong);
    }
    match timestamp.parse().map(Millis::from_seconds) {
        Ok(at) if at.since(now) <= TOLERANCE && now.since(at) <= TOLERANCE => Ok(()),
        _ => Err(VerifyError::Stale),
    }
}

/// Returns the headers that sign a call made at `now`. Returns an empty list if the secret
/// is malformed.
pub fn sign(secret: &str, id: &str, now: Millis, body: &[u8]) -> Vec<(&'static str, String)> {
    let Some(key) = key(secret) else { return Vec::new() };
    let timestamp = now.seconds().to_string();
    let signature = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &signed(id, &timestamp, body))));
    vec![(ID, id.to_owned()), (TIMESTAMP, timestamp), (SIGNATURE, signature)]
}

fn signed(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const MESSAGE: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: Millis = Millis::new(1_614_265_330_000);
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const RIGHT: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn headers(signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [(ID, MESSAGE), (TIMESTAMP, "1614265330"), (SIGNATURE, signature)] {
            headers.insert(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_published_vector_is_right_and_whatever_differs_is_wrong() {
        assert_eq!(sign(SECRET, MESSAGE, AT, BODY)[2].1, RIGHT);
        let verify = |signature: &str, body: &[u8], now| verify(SECRET, &headers(signature), body, now);
        assert_eq!(verify(RIGHT, BODY, AT), Ok(()));
        assert_eq!(verify(&format!("v1,AAAA v1a,xyz {RIGHT}"), BODY, AT), Ok(()));
        for wrong in
            ["", "v1,", "v1,AAAA", &RIGHT.replace("v1,", "v2,"), RIGHT.trim_start_matches("v1,"), &RIGHT.to_lowercase()]
        {
            assert_eq!(verify(wrong, BODY, AT), Err(VerifyError::Wrong), "{wrong}");
        }
        assert_eq!(verify(RIGHT, b"{}", AT), Err(VerifyError::Wrong));
        for (apart, expected) in [(TOLERANCE, Ok(())), (TOLERANCE + Duration::from_millis(1), Err(VerifyError::Stale))]
        {
            assert_eq!(verify(RIGHT, BODY, AT.plus(apart)), expected, "{apart:?}");
            assert_eq!(verify(RIGHT, BODY, AT.minus(apart)), expected, "{apart:?}");
        }
    }

    #[test]
    fn a_header_that_is_missing_is_told_from_one_that_is_wrong() {
        for name in [ID, TIMESTAMP, SIGNATURE] {
            let mut headers = headers(RIGHT);
            headers.remove(name);
            assert_eq!(verify(SECRET, &headers, BODY, AT), Err(VerifyError::Missing), "{name}");
        }
        assert_eq!(verify("whsec_", &headers(RIGHT), BODY, AT), Err(VerifyError::Wrong));
        assert_eq!(verify("whsec_!", &headers(RIGHT), BODY, AT), Err(VerifyError::Wrong));
    }
}
