//! The views for admins: the latest messages of an installation, the trace of one message, the dead letters.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;
use serde::Serialize;

use super::{
    BY_INSTALLATION, INDEX_SHARDS, Item, JournalKey, JournalState, Store, StoreError, Trace, flag_of, journal::parsed,
    number_of, owned, text, text_of, unavailable,
};
use crate::tools::millis::Millis;

/// A journal item, in a form for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageSummary {
    /// The id by which admins refer to the message.
    pub id: String,
    /// `inbound`, `outbound` or `note`.
    pub direction: &'static str,
    /// The channel's own id of the contact.
    pub contact: String,
    /// `claimed`, `done`, `rejected` or `dead`.
    pub state: &'static str,
    /// When the message was received.
    pub received_at: String,
    /// When the item last changed.
    pub updated_at: String,
    /// The time from receipt to the last change, in milliseconds.
    pub took_ms: u64,
    /// The number of attempts.
    pub attempts: u64,
    /// The last error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The last receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// Whether the message may have arrived twice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub possibly_doubled: bool,
    /// The ids under which the message arrived.
    pub sent_as: Vec<String>,
    /// Every call that was made for the message; left out of lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Trace>,
    /// The time of receipt, by which lists are sorted.
    #[serde(skip)]
    at: Millis,
}

/// A list of messages, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Page {
    /// The messages.
    pub messages: Vec<MessageSummary>,
}

impl Store {
    /// Returns the latest messages of an installation, newest first; only those in `state` if one is given.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn latest(
        &self,
        installation: &str,
        state: Option<JournalState>,
        limit: u16,
    ) -> Result<Page, StoreError> {
        let shards = (0..INDEX_SHARDS).map(|shard| self.latest_of_shard(installation, shard, state, limit));
        let mut keys: Vec<(String, JournalKey)> = try_join_all(shards).await?.into_iter().flatten().collect();
        keys.sort_by(|(a, _), (b, _)| b.cmp(a));
        keys.truncate(usize::from(limit));
        let mut messages = Vec::new();
        for keys in keys.chunks(100) {
            messages.extend(self.summaries(keys.iter().map(|(_, key)| key)).await?);
        }
        messages.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        Ok(Page { messages })
    }

    /// Returns one message with every call that was made for it.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn message(&self, message: &JournalKey) -> Result<Option<MessageSummary>, StoreError> {
        let item = self.item(&message.pk(), &message.sk()).await?;
        Ok(item.and_then(|item| {
            let calls = parsed(&item, "trace");
            summary(&item).map(|summary| MessageSummary { calls, ..summary })
        }))
    }

    async fn latest_of_shard(
        &self,
        installation: &str,
        shard: u8,
        state: Option<JournalState>,
        limit: u16,
    ) -> Result<Vec<(String, JournalKey)>, StoreError> {
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let mut query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(BY_INSTALLATION)
                .key_condition_expression("by_pk = :pk")
                .expression_attribute_values(":pk", text(format!("I#{installation}#{shard}")))
                .scan_index_forward(false)
                .set_exclusive_start_key(from.take());
            match state {
                Some(state) => {
                    query = query
                        .filter_expression("#state = :state")
                        .expression_attribute_names("#state", "state")
                        .expression_attribute_values(":state", text(state.word()));
                }
                None => query = query.limit(i32::from(limit)),
            }
            let answer = query.send().await.map_err(|error| unavailable("Query", error))?;
            for item in answer.items.unwrap_or_default() {
                if let (Some(pk), Some(sk), Some(order)) =
                    (text_of(&item, "pk"), text_of(&item, "sk"), text_of(&item, "by_sk"))
                {
                    found.extend(JournalKey::from_keys(pk, sk).map(|key| (order.to_owned(), key)));
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() || found.len() >= usize::from(limit) {
                return Ok(found);
            }
        }
    }

    async fn summaries(&self, keys: impl Iterator<Item = &JournalKey>) -> Result<Vec<MessageSummary>, StoreError> {
        let keys: Vec<Item> = keys.map(JournalKey::item_key).collect();
        let mut pending = (!keys.is_empty()).then_some(keys);
        let mut found = Vec::new();
        for _ in 0..5 {
            let Some(keys) = pending.take() else { break };
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build();
            let wanted = wanted.map_err(|_| StoreError::Damaged("pk"))?;
            let request = self.client.batch_get_item().request_items(&self.table, wanted);
            let answer = request.send().await.map_err(|error| unavailable("BatchGetItem", error))?;
            let items = answer.responses.unwrap_or_default().into_values().flatten();
            found.extend(items.filter_map(|item| summary(&item)));
            pending = answer.unprocessed_keys.and_then(|mut left| left.remove(&self.table)).map(|left| left.keys);
        }
        Ok(found)
    }
}

fn summary(item: &Item) -> Option<MessageSummary> {
    let key = JournalKey::from_keys(text_of(item, "pk")?, text_of(item, "sk")?)?;
    let at: Millis = number_of(item, "at")?;
    let updated_at: Millis = number_of(item, "updated_at").unwrap_or(at);
    let progress: crate::adapter::Progress = parsed(item, "progress");
    Some(MessageSummary {
        id: key.public_id(),
        direction: key.direction.word(),
        contact: key.contact,
        state: text_of(item, "state").and_then(JournalState::from_word)?.word(),
        received_at: at.rfc3339(),
        updated_at: updated_at.rfc3339(),
        took_ms: updated_at.millis_since(at),
        attempts: number_of(item, "attempt").unwrap_or_default(),
        error: owned(item, "error"),
        receipt: owned(item, "receipt"),
        possibly_doubled: flag_of(item, "doubled"),
        sent_as: progress.sent,
        calls: Vec::new(),
        at,
    })
}
