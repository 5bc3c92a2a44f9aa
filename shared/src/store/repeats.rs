//! Repeats of calls that carry no id: which message is the first of them, and who else hears its news.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::{
    Changes, Item, JournalKey, JournalState, Store, StoreError, Updated, key, links::contact_pk, number, number_of,
    owned, text, text_of,
};
use crate::{model::message::Receipt, outside::clock::expires_at};

/// What makes two messages the same.
#[derive(Clone, Copy, Debug)]
pub struct IncomingCall<'a> {
    /// The installation.
    pub installation: &'a str,
    /// The channel's own id of the contact.
    pub contact: &'a str,
    /// A hash of what makes two messages the same.
    pub repeat_key: &'a str,
    /// The id of the message's event.
    pub event: &'a str,
    /// When it arrived, in milliseconds since 1970.
    pub at: i64,
}

/// What became of a message so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatStatus {
    /// Where it stands.
    pub state: JournalState,
    /// The last thing that went wrong.
    pub error: Option<String>,
    /// The last receipt.
    pub receipt: Option<Receipt>,
}

impl IncomingCall<'_> {
    /// The item that counts messages of this kind.
    fn key(&self) -> Item {
        key(&contact_pk(self.installation, self.contact), &format!("REPEAT#{}", self.repeat_key))
    }
}

impl Store {
    /// The event that a message repeats; nothing when it is the first within `window_ms` of the last of its like.
    ///
    /// Times are those of arrival, so that the answer stays the same however often and however late the queue hands
    /// the message out: the first is remembered by its event and never takes itself for a repeat.
    ///
    /// # Errors
    /// The table failed.
    pub async fn original_of(&self, message: &IncomingCall<'_>, window_ms: i64) -> Result<Option<String>, StoreError> {
        let mut first = Changes::default();
        first
            .set("first", text(message.event))
            .set("last", number(message.at))
            .set("expires_at", number(expires_at(message.at, 1)))
            .value("stale", number(message.at.saturating_sub(window_ms)));
        let is_first = "attribute_not_exists(pk) OR #last < :stale";
        let Updated { is_written: false, before: known } = self.update(message.key(), first, is_first).await? else {
            return Ok(None);
        };
        let last: i64 = number_of(&known, "last").ok_or(StoreError::Damaged("last"))?;
        let original = owned(&known, "first").ok_or(StoreError::Damaged("first"))?;
        // An old message that comes back when others like it are being counted is none of theirs.
        if original == message.event || message.at < last.saturating_sub(window_ms) {
            return Ok(None);
        }
        let mut later = Changes::default();
        later.set("last", number(message.at)).name("first").value("original", text(&original));
        // Whoever moved it further meanwhile has done what this would.
        self.update(message.key(), later, "#first = :original AND #last < :last").await?;
        Ok(Some(original))
    }

    /// Lets a repeat hear all further news of its original, and gives what became of the original so far; nothing
    /// when there is no such original.
    ///
    /// # Errors
    /// The table failed.
    pub async fn join(&self, original: &JournalKey, repeat: &str) -> Result<Option<RepeatStatus>, StoreError> {
        let mut changes = Changes::default();
        changes.add("repeats", AttributeValue::Ss(vec![repeat.to_owned()]));
        let updated = self.update(original.item_key(), changes, "attribute_exists(pk)").await?;
        updated.is_written.then(|| standing(&updated.before)).transpose()
    }
}

/// The repeats that hear a message's news.
pub(super) fn repeats(item: &Item) -> Vec<String> {
    item.get("repeats").and_then(|value| value.as_ss().ok()).cloned().unwrap_or_default()
}

fn standing(item: &Item) -> Result<RepeatStatus, StoreError> {
    let state = text_of(item, "state").and_then(JournalState::from_word).ok_or(StoreError::Damaged("state"))?;
    let error = owned(item, "error");
    let receipt = text_of(item, "receipt").and_then(|status| {
        serde_json::from_value(json!({"status": status, "reason": error.as_deref().unwrap_or_default()})).ok()
    });
    Ok(RepeatStatus { state, error, receipt })
}
