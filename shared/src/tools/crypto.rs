//! The few cryptographic functions that the bridge needs, all from one library.

use aws_lc_rs::{digest, hmac, rand, rsa, signature};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Returns the SHA-256 of some bytes as lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(sha256(bytes))
}

/// Returns the SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// Returns whether `tag` is the HMAC-SHA256 of `message`, compared in constant time.
pub fn hmac_sha256_is(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, tag).is_ok()
}

/// Returns the HMAC-SHA256 of a message, for requests that we sign.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// Signs a message with RSA (PKCS#1 v1.5 with SHA-256). `key` is a private key in PEM (PKCS#8). Returns `None` if it is
/// not such a key.
pub fn rsa_sha256(key: &str, message: &[u8]) -> Option<Vec<u8>> {
    let lines = key.trim().strip_prefix("-----BEGIN PRIVATE KEY-----")?.strip_suffix("-----END PRIVATE KEY-----")?;
    let der = STANDARD.decode(lines.split_whitespace().collect::<String>()).ok()?;
    let key = rsa::KeyPair::from_pkcs8(&der).ok()?;
    let mut tag = vec![0; key.public_modulus_len()];
    key.sign(&signature::RSA_PKCS1_SHA256, &rand::SystemRandom::new(), message, &mut tag).ok()?;
    Some(tag)
}

/// Returns whether `tag` is the HMAC-SHA512 of `message`, compared in constant time.
pub fn hmac_sha512_is(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    jwt_hmac_is("HS512", key, message, tag)
}

/// Returns whether `tag` is the HMAC of `message` under one of JWT's algorithms (`HS256`, `HS384`, `HS512`), compared
/// in constant time. Returns `false` for any other algorithm.
pub fn jwt_hmac_is(algorithm: &str, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    let algorithm = match algorithm {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return false,
    };
    hmac::verify(&hmac::Key::new(algorithm, key), message, tag).is_ok()
}

/// Returns the HMAC-SHA1 of a message, only for platforms whose signatures use nothing better.
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key), message).as_ref().to_vec()
}

/// Returns whether two byte strings are equal, in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// Returns random bytes from the operating system's generator.
///
/// # Errors
/// Returns an error if the generator fails. The operating systems that we run on do not fail here after start-up.
pub fn random<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    #[cfg(feature = "simulation")]
    if let Some(world) = crate::tools::simulation::world() {
        world.fill(&mut bytes);
        return Ok(bytes);
    }
    rand::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// Returns 128 random bits as 32 hex digits.
///
/// # Errors
/// Returns an error in the same case as [`random`].
pub fn random_id() -> Result<String, RandomError> {
    random::<16>().map(hex::encode)
}

/// The error of an operating system that gave no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomError;

/// The version of UUIDs that are random.
pub const UUID_RANDOM: u8 = 4;

/// Returns the version of a UUID in the form in which [`uuid_from`] writes UUIDs; `None` for any other text.
pub fn uuid_version(text: &str) -> Option<u8> {
    let groups: Vec<&str> = text.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')));
    let digit = char::from(*groups.get(2)?.as_bytes().first()?).to_digit(16)?;
    u8::try_from(digit).ok().filter(|_| is_uuid)
}

/// Returns a UUID (in version 8 form) that is always the same for the same name.
pub fn uuid_from(name: &str) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    for (to, from) in bytes.iter_mut().zip(sha256(name.as_bytes())) {
        *to = from;
    }
    let value = (u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62)) | (0x8 << 76) | (0x2 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        value >> 96,
        (value >> 80) & 0xffff,
        (value >> 64) & 0xffff,
        (value >> 48) & 0xffff,
        value & 0xffff_ffff_ffff
    )
}

/// Returns whether a text has the form of a [`random_id`]. Texts of any other form never reach the table.
pub fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
