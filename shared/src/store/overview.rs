//! The views for admins: the latest messages of an installation, the trace of one message, the dead letters.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;
use serde::Serialize;

use super::{
    BY_INSTALLATION, INDEX_SHARDS, Item, JournalKey, JournalState, Store, StoreError, Trace, flag_of, journal::parsed,
    number_of, owned, text, text_of, unavailable,
};
use crate::tools::millis::Millis;

/// The length of a page of the journal in which contacts are looked for, and the number of pages of one call.
const CONTACT_PAGE: u16 = 100;
const CONTACT_PAGES: usize = 50;

/// A journal item, in a form for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MessageSummary {
    /// The id by which admins refer to the message.
    pub id: String,
    /// `inbound`, `outbound` or `note`.
    pub direction: &'static str,
    /// The word that stands for the message in the log.
    pub log_id: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// `claimed`, `done`, `rejected`, `dead` or `discarded`.
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

/// A page of the journal, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Page {
    /// The messages.
    pub messages: Vec<MessageSummary>,
    /// Where the next page begins, for the query parameter `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A place in the journal of an installation, which is ordered by the time of receipt.
#[derive(Clone, Copy, Debug)]
pub struct PageFrom<'a> {
    /// Where the page before ended; `None` for the first page.
    pub after: Option<&'a str>,
    /// Whether the oldest messages come first.
    pub oldest_first: bool,
    /// The length of the page.
    pub limit: u16,
}

impl Store {
    /// Returns the latest messages of an installation, newest first; those after a place where another page ended, if
    /// it is given.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn latest(&self, installation: &str, after: Option<&str>, limit: u16) -> Result<Page, StoreError> {
        let from = PageFrom { after: place(after), oldest_first: false, limit };
        let (keys, next) = self.page_of(installation, None, &from).await?;
        let items = self.items(keys.iter().map(JournalKey::item_key).collect(), None).await?;
        let mut messages: Vec<MessageSummary> = items.iter().filter_map(summary).collect();
        messages.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        Ok(Page { messages, next })
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

    /// Returns contacts whose messages are in the journal, those with the newest messages first, and where to continue
    /// if there are more than `most` or many messages of few contacts. `after` is the place where the last call ended.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn journaled_contacts(
        &self,
        installation: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<(Vec<String>, Option<String>), StoreError> {
        let mut contacts: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        let mut place = after.map(str::to_owned);
        for _ in 0..CONTACT_PAGES {
            let from = PageFrom { after: place.as_deref(), oldest_first: false, limit: CONTACT_PAGE };
            let (keys, next) = self.page_of(installation, None, &from).await?;
            let new = keys.into_iter().map(|key| key.contact).filter(|contact| !contact.is_empty());
            contacts.extend(new.filter(|contact| seen.insert(contact.clone())));
            if next.is_none() || contacts.len() >= most {
                return Ok((contacts, next));
            }
            place = next;
        }
        Ok((contacts, place))
    }

    /// Returns the keys of a page of the journal, and where the next page begins. Messages of the same place are never
    /// torn apart, so a page may be a bit longer than its limit.
    pub(super) async fn page_of(
        &self,
        installation: &str,
        state: Option<JournalState>,
        from: &PageFrom<'_>,
    ) -> Result<(Vec<JournalKey>, Option<String>), StoreError> {
        let shards = (0..INDEX_SHARDS).map(|shard| self.page_of_shard(installation, shard, state, from));
        let mut found: Vec<(String, JournalKey)> = try_join_all(shards).await?.into_iter().flatten().collect();
        if from.oldest_first {
            found.sort_by(|(a, _), (b, _)| a.cmp(b));
        } else {
            found.sort_by(|(a, _), (b, _)| b.cmp(a));
        }
        let last = found.get(usize::from(from.limit).saturating_sub(1)).map(|(place, _)| place.clone());
        let on_page = last.as_ref().map_or(found.len(), |last| {
            let within = usize::from(from.limit);
            within + found.iter().skip(within).take_while(|(place, _)| place == last).count()
        });
        let next = last.filter(|_| found.len() > on_page);
        found.truncate(on_page);
        Ok((found.into_iter().map(|(_, key)| key).collect(), next))
    }

    async fn page_of_shard(
        &self,
        installation: &str,
        shard: u8,
        state: Option<JournalState>,
        page: &PageFrom<'_>,
    ) -> Result<Vec<(String, JournalKey)>, StoreError> {
        let mut found = Vec::new();
        let mut from = None;
        // One more than the page holds, to know whether there is another page.
        let enough = usize::from(page.limit).saturating_add(1);
        let condition = match (page.after, page.oldest_first) {
            (None, _) => "by_pk = :pk",
            (Some(_), true) => "by_pk = :pk AND by_sk > :after",
            (Some(_), false) => "by_pk = :pk AND by_sk < :after",
        };
        loop {
            let mut query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(BY_INSTALLATION)
                .key_condition_expression(condition)
                .expression_attribute_values(":pk", text(format!("I#{installation}#{shard}")))
                .scan_index_forward(page.oldest_first)
                .set_exclusive_start_key(from.take());
            if let Some(after) = page.after {
                query = query.expression_attribute_values(":after", text(after));
            }
            match state {
                Some(state) => {
                    query = query
                        .filter_expression("#state = :state")
                        .expression_attribute_names("#state", "state")
                        .expression_attribute_values(":state", text(state.word()));
                }
                None => query = query.limit(i32::from(page.limit).saturating_add(1)),
            }
            let answer = query.send().await.map_err(|error| unavailable("Query", error))?;
            for item in answer.items.unwrap_or_default() {
                if let (Some(key), Some(place)) = (JournalKey::from_item(&item), text_of(&item, "by_sk")) {
                    found.push((place.to_owned(), key));
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() || found.len() >= enough {
                return Ok(found);
            }
        }
    }

    /// Reads items by their keys, strongly consistent; only these attributes if `attributes` names some.
    pub(super) async fn items(&self, keys: Vec<Item>, attributes: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        for keys in keys.chunks(100) {
            let mut pending = keys.to_vec();
            // A call may leave out some of the keys, for example because the answer would be too large.
            for _ in 0..20 {
                let wanted = KeysAndAttributes::builder()
                    .set_keys(Some(std::mem::take(&mut pending)))
                    .set_projection_expression(attributes.map(str::to_owned))
                    .consistent_read(true);
                let wanted = wanted.build().map_err(|_| StoreError::Damaged("pk"))?;
                let request = self.client.batch_get_item().request_items(&self.table, wanted);
                let answer = request.send().await.map_err(|error| unavailable("BatchGetItem", error))?;
                found.extend(answer.responses.unwrap_or_default().into_values().flatten());
                let left = answer.unprocessed_keys.and_then(|mut left| left.remove(&self.table));
                pending = left.map(|left| left.keys).unwrap_or_default();
                if pending.is_empty() {
                    break;
                }
            }
            if !pending.is_empty() {
                return Err(StoreError::Busy);
            }
        }
        Ok(found)
    }
}

/// The length that the table permits for a place in a list, in bytes.
const MAX_PLACE: usize = 1_000;

/// Returns the place that a caller names, without what no page can have named.
pub(super) fn place(after: Option<&str>) -> Option<&str> {
    after.filter(|after| (1..=MAX_PLACE).contains(&after.len()))
}

pub(super) fn summary(item: &Item) -> Option<MessageSummary> {
    let key = JournalKey::from_item(item)?;
    let at: Millis = number_of(item, "at")?;
    let updated_at: Millis = number_of(item, "updated_at").unwrap_or(at);
    let progress: crate::adapter::Progress = parsed(item, "progress");
    Some(MessageSummary {
        id: key.public_id(),
        direction: key.direction.word(),
        log_id: key.log_id(),
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
