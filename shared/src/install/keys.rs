//! Enrolment keys: keys with which somebody installs channels for one helpdesk account, without the admin key.

use serde::Serialize;
use serde_json::Value;

use super::{
    Admin,
    request::{bad_setting, refuse_other_fields},
};
use crate::{
    helpdesk::HELPDESKS,
    model::enrolment::EnrolmentKey,
    outside::clock::now,
    tools::{address::host_of, answer::ApiError, crypto::is_id, sentences::Sentence},
};

/// The length of the longest label, in characters.
const LABEL_LIMIT: usize = 100;

/// An enrolment key without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// The key's id, for `DELETE /keys/{key}`.
    pub id: String,
    /// The kind of the helpdesk.
    pub kind: String,
    /// The `host:port` of the helpdesk account's API.
    pub host: String,
    /// What the admin calls the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// When the key was made, as RFC 3339.
    pub created_at: String,
}

impl From<EnrolmentKey> for KeyView {
    fn from(key: EnrolmentKey) -> Self {
        let EnrolmentKey { id, kind, host, label, created_at, .. } = key;
        Self { id, kind, host, label, created_at: created_at.rfc3339() }
    }
}

/// An enrolment key that was just made.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NewKey {
    /// The facts about the key.
    #[serde(flatten)]
    pub view: KeyView,
    /// The key itself, which is shown only now.
    pub key: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("view", &self.view).finish_non_exhaustive()
    }
}

/// All enrolment keys, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<KeyView>,
}

impl Admin {
    /// Makes an enrolment key for a helpdesk account.
    ///
    /// # Errors
    /// 422 for a bad request, 503 if one of our own services fails.
    pub async fn make_key(&self, body: &Value) -> Result<NewKey, ApiError> {
        let (kind, host, label) = account_in(body)?;
        let (key, text) = EnrolmentKey::make(kind, host, label, now())?;
        self.store.put_enrolment_key(&key).await?;
        Ok(NewKey { view: key.into(), key: text })
    }

    /// Lists the enrolment keys.
    ///
    /// # Errors
    /// 503 if one of our own services fails.
    pub async fn keys(&self) -> Result<Keys, ApiError> {
        let keys = self.store.enrolment_keys().await?;
        Ok(Keys { keys: keys.into_iter().map(KeyView::from).collect() })
    }

    /// Deletes an enrolment key. What it installed stays.
    ///
    /// # Errors
    /// 404 for an unknown key, 503 if one of our own services fails.
    pub async fn delete_key(&self, id: &str) -> Result<KeyView, ApiError> {
        if !is_id(id) {
            return Err(ApiError::not_found());
        }
        self.store.delete_enrolment_key(id).await?.map(KeyView::from).ok_or_else(ApiError::not_found)
    }

    /// Returns the enrolment key that a bearer is.
    pub(super) async fn enrolment_key(&self, bearer: &str) -> Result<Option<EnrolmentKey>, ApiError> {
        let Some(id) = EnrolmentKey::id_in(bearer) else { return Ok(None) };
        Ok(self.store.enrolment_key(id).await?.filter(|key| key.is(bearer)))
    }

    /// Returns whether a key opens an installation, or the routes that belong to none.
    pub(super) async fn is_opened_by(&self, key: &EnrolmentKey, installation: Option<&str>) -> Result<bool, ApiError> {
        let Some(id) = installation else { return Ok(true) };
        if !is_id(id) {
            return Ok(false);
        }
        let open = self.look_up(id).await?;
        Ok(open.is_some_and(|open| open.installation.enrolled_by.as_ref() == Some(&key.id)))
    }
}

/// Reads the helpdesk account that a key is for: its kind, its `host:port`, and the label of the key.
fn account_in(body: &Value) -> Result<(&'static str, String, Option<String>), ApiError> {
    let object = body.as_object();
    let body = object.ok_or_else(|| ApiError::unprocessable("bad_setting", Sentence::RequestNotObject))?;
    refuse_other_fields(body, &["kind", "host", "label"])?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::trim);
    let Some((kind, _)) = HELPDESKS.iter().find(|(kind, _)| text("kind") == Some(*kind)) else {
        let kinds: Vec<&str> = HELPDESKS.iter().map(|(kind, _)| *kind).collect();
        return Err(bad_setting("kind", Sentence::HelpdeskKinds { kinds: &kinds.join(", ") }));
    };
    let host = text("host").and_then(|host| {
        let url = if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
        host_of(&url)
    });
    let host = host.ok_or_else(|| bad_setting("host", Sentence::HostOfAccount))?;
    let label = match body.get("label") {
        None | Some(Value::Null) => None,
        Some(label) => {
            let fits = |label: &&str| label.chars().count() <= LABEL_LIMIT && !label.chars().any(char::is_control);
            let most = LABEL_LIMIT;
            let label = label.as_str().map(str::trim).filter(fits);
            Some(label.ok_or_else(|| bad_setting("label", Sentence::LabelOfKey { most }))?.to_owned())
        }
    };
    Ok((kind, host, label.filter(|label| !label.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_account_of_a_key_is_a_kind_and_a_host() {
        let (kind, host) = ("freshchat", "acme.freshchat.com");
        for (body, expected) in [
            (json!({"kind": kind, "host": host}), Ok(("acme.freshchat.com:443", None))),
            (json!({"kind": kind, "host": " https://ACME.freshchat.com/v2 "}), Ok(("acme.freshchat.com:443", None))),
            (json!({"kind": kind, "host": "acme.freshchat.com:8443"}), Ok(("acme.freshchat.com:8443", None))),
            (json!({"kind": kind, "host": "http://127.0.0.1:8304/v2"}), Ok(("127.0.0.1:8304", None))),
            (json!({"kind": kind, "host": host, "label": " Acme "}), Ok(("acme.freshchat.com:443", Some("Acme")))),
            (json!({"kind": kind, "host": host, "label": ""}), Ok(("acme.freshchat.com:443", None))),
            (json!({"kind": kind, "host": host, "label": "x".repeat(101)}), Err("label")),
            (json!({"kind": kind, "host": host, "label": 7}), Err("label")),
            (json!({"kind": kind, "host": host, "token": "x"}), Err("token")),
            (json!({"kind": kind, "host": ""}), Err("host")),
            (json!({"kind": kind, "host": "a b"}), Err("host")),
            (json!({"kind": kind}), Err("host")),
            (json!({"kind": "viber", "host": host}), Err("kind")),
            (json!({"host": host}), Err("kind")),
            (json!([]), Err("object")),
        ] {
            match (account_in(&body), expected) {
                (Ok((found, host, label)), Ok((expected, name))) => {
                    assert_eq!((found, host.as_str(), label.as_deref()), (kind, expected, name), "{body}");
                }
                (Err(error), Err(word)) => {
                    assert_eq!(error.status, 422, "{body}");
                    assert!(error.message.contains(word), "{body}: {}", error.message);
                }
                (found, _) => panic!("{body}: {found:?}"),
            }
        }
    }
}
