//! The sessions of the admin's home: whoever enters the admin key gets a cookie that opens the pages for an hour.
//!
//! The cookie is sealed by the vault, bound to the admin key, and kept nowhere: whoever reads the table or the
//! configuration cannot make one, and another admin key ends all sessions.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::Admin;
use crate::{
    outside::clock::now,
    tools::{
        answer::ApiError,
        crypto::{random_id, same, sha256, sha256_hex},
        millis::Millis,
    },
};

/// How long a session lasts.
pub const SESSION: Duration = Duration::from_secs(3_600);
/// The maximum length of a cookie's value.
const MAX_COOKIE: usize = 4_096;

/// A session of an admin who has entered the admin key.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Session {
    /// The end of the session.
    until: Millis,
    /// The word that every form of the session carries, so that no other site can send one.
    pub word: String,
}

impl Session {
    /// Returns whether a form carries the session's word.
    pub fn sent(&self, word: Option<&str>) -> bool {
        word.is_some_and(|word| same(word.as_bytes(), self.word.as_bytes()))
    }
}

impl Admin {
    /// Returns whether this is the admin key.
    pub fn is_admin_key(&self, key: &str) -> bool {
        same(&sha256(key.as_bytes()), &self.admin_key_sha256)
    }

    /// Returns a new session and its cookie's value, or `None` for a wrong key.
    ///
    /// # Errors
    /// 503 if the key service fails.
    pub async fn sign_in(&self, key: &str) -> Result<Option<(Session, String)>, ApiError> {
        if !self.is_admin_key(key) {
            return Ok(None);
        }
        let session = Session { until: now().plus(SESSION), word: random_id()? };
        let plain = serde_json::to_vec(&session).map_err(|_| ApiError::unavailable())?;
        let sealed = self.vault.seal_bytes(&self.sealed_for(), plain).await?;
        Ok(Some((session, URL_SAFE_NO_PAD.encode(sealed))))
    }

    /// Returns the session of a cookie's value; `None` if it is over, was never one, or the key service fails.
    pub async fn session(&self, cookie: &str) -> Option<Session> {
        let sealed = if cookie.len() <= MAX_COOKIE { URL_SAFE_NO_PAD.decode(cookie).ok()? } else { return None };
        // KMS answers a cookie that it never sealed as it answers any other mistake.
        let plain = self.vault.open_bytes(&self.sealed_for(), &sealed).await.ok()?;
        let session: Option<Session> = serde_json::from_slice(&plain).ok();
        session.filter(|session| now() < session.until)
    }

    /// Returns what the vault binds a session to.
    fn sealed_for(&self) -> String {
        format!("session {}", sha256_hex(&self.admin_key_sha256))
    }
}
