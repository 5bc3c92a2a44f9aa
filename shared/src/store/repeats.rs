//! Repeats of calls that carry no id: which message is the original, and which repeats get its receipts.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::{
    Changes, Item, JournalKey, JournalState, Store, StoreError, Updated, expires_at, key, links::contact_pk, number,
    number_of, owned, text, text_of,
};
use crate::{model::message::Receipt, tools::millis::Millis};

/// A message, with the key that tells whether it repeats another.
#[derive(Clone, Copy, Debug)]
pub struct IncomingCall<'a> {
    /// The id of the installation.
    pub installation: &'a str,
    /// The channel's own id of the contact.
    pub contact: &'a str,
    /// A hash of the content that makes two messages the same.
    pub repeat_key: &'a str,
    /// The id of the message's event.
    pub event: &'a str,
    /// When the message arrived.
    pub at: Millis,
}

/// The status of the original of a repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatStatus {
    /// The state of the original's journal item.
    pub state: JournalState,
    /// The last error.
    pub error: Option<String>,
    /// The last receipt.
    pub receipt: Option<Receipt>,
}

impl IncomingCall<'_> {
    /// Returns the key of the item that counts messages with this content.
    fn key(&self) -> Item {
        key(&contact_pk(self.installation, self.contact), &format!("REPEAT#{}", self.repeat_key))
    }
}

impl Store {
    /// Returns the event that a message repeats; `None` if the message is the first within `window` of the last
    /// message with the same content.
    ///
    /// The window counts times of arrival, so the answer stays the same however often and however late the queue hands
    /// the message out. The original is stored by its event, so it never counts as a repeat of itself.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn original_of(
        &self,
        message: &IncomingCall<'_>,
        window: Duration,
    ) -> Result<Option<String>, StoreError> {
        let mut initial = Changes::default();
        initial
            .set("first", text(message.event))
            .set("last", number(message.at))
            .set("expires_at", number(expires_at(message.at, 1)))
            .value("stale", number(message.at.minus(window)));
        let is_original = "attribute_not_exists(pk) OR #last < :stale";
        let Updated { is_written: false, before: item } = self.update(message.key(), initial, is_original).await?
        else {
            return Ok(None);
        };
        let last: Millis = number_of(&item, "last").ok_or(StoreError::Damaged("last"))?;
        let original = owned(&item, "first").ok_or(StoreError::Damaged("first"))?;
        // An old message that the queue hands out again does not belong to a newer series of messages with the same
        // content.
        if original == message.event || message.at < last.minus(window) {
            return Ok(None);
        }
        let mut extended = Changes::default();
        extended.set("last", number(message.at)).name("first").value("original", text(&original));
        // The condition fails if another call has already set a later time; nothing is left to do then.
        self.update(message.key(), extended, "#first = :original AND #last < :last").await?;
        Ok(Some(original))
    }

    /// Adds a repeat to its original, whose future receipts it gets, and returns the status of the original so far;
    /// `None` if the original has no journal item.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn join(&self, original: &JournalKey, repeat: &str) -> Result<Option<RepeatStatus>, StoreError> {
        let mut changes = Changes::default();
        changes.add("repeats", AttributeValue::Ss(vec![repeat.to_owned()]));
        let updated = self.update(original.item_key(), changes, "attribute_exists(pk)").await?;
        updated.is_written.then(|| repeat_status(&updated.before)).transpose()
    }
}

/// Returns the repeats that get a message's receipts.
pub(super) fn repeats_of(item: &Item) -> Vec<String> {
    item.get("repeats").and_then(|value| value.as_ss().ok()).cloned().unwrap_or_default()
}

fn repeat_status(item: &Item) -> Result<RepeatStatus, StoreError> {
    let state = text_of(item, "state").and_then(JournalState::from_word).ok_or(StoreError::Damaged("state"))?;
    let error = owned(item, "error");
    let receipt = text_of(item, "receipt").and_then(|status| {
        serde_json::from_value(json!({"status": status, "reason": error.as_deref().unwrap_or_default()})).ok()
    });
    Ok(RepeatStatus { state, error, receipt })
}
