//! Enrolment keys: what somebody who installs channels for one helpdesk account holds instead of the admin key.

use crate::tools::{
    crypto::{RandomError, is_id, random_id, same, sha256_hex},
    millis::Millis,
};

/// What every enrolment key starts with.
const PREFIX: &str = "ek_";

/// An enrolment key as it is stored: without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentKey {
    /// The key's id: 32 hex digits. The key itself starts with it.
    pub id: String,
    /// The SHA-256 of the whole key, in hex.
    pub sha256: String,
    /// The kind of the helpdesk for which the key installs channels.
    pub kind: String,
    /// The `host:port` of that helpdesk account's API.
    pub host: String,
    /// What the admin calls the key.
    pub label: Option<String>,
    /// When the key was made.
    pub created_at: Millis,
}

impl EnrolmentKey {
    /// Makes a key for a helpdesk account, and returns it with its text, which is stored nowhere.
    ///
    /// # Errors
    /// Returns an error in the same case as [`random_id`].
    pub fn make(
        kind: &str,
        host: String,
        label: Option<String>,
        created_at: Millis,
    ) -> Result<(Self, String), RandomError> {
        let id = random_id()?;
        let text = format!("{PREFIX}{id}_{}", random_id()?);
        let sha256 = sha256_hex(text.as_bytes());
        Ok((Self { id, sha256, kind: kind.to_owned(), host, label, created_at }, text))
    }

    /// Returns the id of the key that a text claims to be, or `None` if it is no enrolment key.
    pub fn id_in(text: &str) -> Option<&str> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        (is_id(id) && is_id(secret)).then_some(id)
    }

    /// Returns whether a text is this key, compared in constant time.
    pub fn is(&self, text: &str) -> bool {
        same(sha256_hex(text.as_bytes()).as_bytes(), self.sha256.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_all_of_its_text() {
        let made = || EnrolmentKey::make("deskie", "acme.deskie.io:443".to_owned(), None, Millis::new(0)).unwrap();
        let (key, text) = made();
        let (other, _) = made();
        assert_eq!(EnrolmentKey::id_in(&text), Some(key.id.as_str()));
        assert!(key.is(&text) && !other.is(&text));
        let mut short = text.clone();
        short.pop();
        for wrong in [short, format!("{text}0"), text.to_uppercase(), format!("ek_{}_", key.id), String::new()] {
            assert!(!key.is(&wrong), "{wrong}");
            assert_eq!(EnrolmentKey::id_in(&wrong), None, "{wrong}");
        }
        assert!(!format!("{key:?}").contains(&text));
    }
}
