//! What became of each message: claimed → which call succeeded, with what id → done | rejected | dead.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use serde::{Deserialize, Serialize};

use super::{
    Changes, INDEX_SHARDS, Item, KEEP_DAYS, LinkChange, Store, StoreError, key, links::contact_pk, number, number_of,
    owned, repeats::repeats, text, text_of, unavailable,
};
use crate::{adapter::Progress, clock::expires_at, crypto::sha256, message::Receipt, words::words};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the contact to the agents.
    Inbound,
    /// From an agent to the contact.
    Outbound,
    /// From the bridge to the agents.
    Note,
}

words!(Direction { Inbound = "inbound", Outbound = "outbound", Note = "note" });

/// What names a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalKey {
    /// Its installation.
    pub installation: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The id of the event that it came in as.
    pub event: String,
}

impl JournalKey {
    /// The id by which admins name it: short, opaque, and safe in a path.
    pub fn public_id(&self) -> String {
        format!("{}{}", hex::encode(self.contact.as_bytes()), self.suffix())
    }

    fn suffix(&self) -> String {
        format!(".{}.{}", self.direction.word(), hex::encode(self.event.as_bytes()))
    }

    /// The opposite of [`public_id`](Self::public_id).
    pub fn from_public_id(installation: &str, id: &str) -> Option<Self> {
        let mut pieces = id.split('.');
        let contact = String::from_utf8(hex::decode(pieces.next()?).ok()?).ok()?;
        let direction = Direction::from_word(pieces.next()?)?;
        let event = String::from_utf8(hex::decode(pieces.next()?).ok()?).ok()?;
        pieces.next().is_none().then(|| Self { installation: installation.to_owned(), contact, direction, event })
    }

    pub(super) fn pk(&self) -> String {
        contact_pk(&self.installation, &self.contact)
    }

    pub(super) fn sk(&self) -> String {
        format!("M#{}#{}", self.direction.word(), self.event)
    }

    /// The key whose parts these are, as the index gives them.
    pub(super) fn from_keys(pk: &str, sk: &str) -> Option<Self> {
        let (installation, contact) = pk.strip_prefix("I#")?.split_once("#C#")?;
        let (direction, event) = sk.strip_prefix("M#")?.split_once('#')?;
        Some(Self {
            installation: installation.to_owned(),
            contact: contact.to_owned(),
            direction: Direction::from_word(direction)?,
            event: event.to_owned(),
        })
    }

    fn shard(&self) -> String {
        let shard = sha256(self.contact.as_bytes()).first().map_or(0, |byte| byte % INDEX_SHARDS);
        format!("I#{}#{shard}", self.installation)
    }
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// On its way.
    Claimed,
    /// Delivered.
    Done,
    /// Refused for good by the other side.
    Rejected,
    /// Given up after the last retry; waits in the dead-letter queue.
    Dead,
}

words!(JournalState { Claimed = "claimed", Done = "done", Rejected = "rejected", Dead = "dead" });

/// The answer to "may I work on this message?".
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Yes, from here on.
    Work(Claimed),
    /// No, it is finished.
    Finished(JournalState),
}

/// A message that this process works on, as long as nobody claims it anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Which message.
    pub key: JournalKey,
    /// Counts the claims; fences off whoever claimed before.
    pub attempt: u64,
    /// The attempt before this one ended without a record.
    pub doubtful: bool,
    /// How many attempts have failed since it came in or was redriven.
    pub tries: u32,
    /// What earlier attempts achieved.
    pub progress: Progress,
    /// Whether it may have been delivered twice.
    pub doubled: bool,
    /// The calls so far.
    pub trace: Vec<Trace>,
    /// The helpdesk's ids of messages that repeat this one and hear its news.
    pub repeats: Vec<String>,
}

/// One call that was made for a message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Trace {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// In which attempt.
    pub attempt: u64,
    /// The call's name.
    pub call: String,
    /// What came of it, in plain words.
    pub result: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// So many calls of one message are kept.
const TRACE_LIMIT: usize = 40;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// Everything arrived.
    Done {
        /// The ids under which it arrived.
        sent: Vec<Sent>,
    },
    /// It shall be tried again.
    Retry {
        /// Why it did not work.
        reason: String,
        /// The last call may have worked all the same.
        doubtful: bool,
    },
    /// It waits for its turn; nothing was tried.
    Postponed {
        /// A call of an earlier attempt may have worked.
        doubtful: bool,
    },
    /// Refused for good.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Given up.
    Dead {
        /// Why.
        reason: String,
        /// The last call may have worked all the same; whoever sends it again looks first.
        doubtful: bool,
    },
}

/// What noting a receipt showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Nothing as late was noted before.
    pub is_news: bool,
    /// Nothing at all was noted before.
    pub is_first: bool,
    /// The helpdesk's ids of messages that repeat this one and hear its news.
    pub repeats: Vec<String>,
}

/// An id under which a message arrived, for receipts and echoes that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// `channel` or `helpdesk`: whose id it is.
    pub side: &'static str,
    /// The id.
    pub id: String,
}

impl Store {
    /// Claims a message: the first claim makes its journal item, later ones go on where it stands.
    ///
    /// # Errors
    /// The table failed.
    pub async fn claim(&self, message: &JournalKey, received_at: i64, now: i64) -> Result<Claim, StoreError> {
        let mut changes = Changes::default();
        changes
            .set("state", text(JournalState::Claimed.word()))
            .set("updated_at", number(now))
            .first("at", number(received_at))
            .first("direction", text(message.direction.word()))
            .first("by_pk", text(message.shard()))
            .first("by_sk", text(sort_key(received_at, &message.event)))
            .first("expires_at", number(expires_at(received_at, KEEP_DAYS)))
            .value("zero", number(0))
            .value("one", number(1));
        changes.set.push("#attempt = if_not_exists(#attempt, :zero) + :one".into());
        changes.name("attempt");
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&message.pk(), &message.sk())))
            .update_expression(changes.expression())
            .condition_expression("attribute_not_exists(#state) OR #state = :state")
            .set_expression_attribute_names(Some(changes.names))
            .set_expression_attribute_values(Some(changes.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match result {
            Ok(answer) => claimed(message, &answer.attributes.unwrap_or_default()).map(Claim::Work),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let state = failed.item().and_then(|item| text_of(item, "state"));
                    state.and_then(JournalState::from_word).map(Claim::Finished).ok_or(StoreError::Damaged("state"))
                }
                _ => Err(unavailable("UpdateItem", error)),
            },
        }
    }

    /// Records what the last call taught, before the next one is made.
    ///
    /// # Errors
    /// The table failed; [`StoreError::Conflict`] when somebody claimed the message anew.
    pub async fn record(&self, claimed: &Claimed, link: &LinkChange, now: i64) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.set("updated_at", number(now));
        write_progress(&mut changes, claimed)?;
        self.write_claimed(claimed, changes, link, &[], now).await
    }

    /// Records how the attempt ended.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub async fn settle(
        &self,
        claimed: &Claimed,
        settlement: &Settlement,
        link: &LinkChange,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.set("updated_at", number(now));
        write_progress(&mut changes, claimed)?;
        let mut lookups: &[Sent] = &[];
        match settlement {
            Settlement::Done { sent } => {
                lookups = sent;
                changes.set("state", text(JournalState::Done.word()));
            }
            Settlement::Retry { reason, doubtful } => {
                changes.set("error", text(reason)).set("tries", number(claimed.tries));
                if !doubtful {
                    changes.set("settled", number(claimed.attempt));
                }
            }
            Settlement::Postponed { doubtful: true } => {}
            Settlement::Postponed { doubtful: false } => {
                changes.set("settled", number(claimed.attempt));
            }
            Settlement::Rejected { reason } => {
                changes.set("error", text(reason)).set("state", text(JournalState::Rejected.word()));
            }
            Settlement::Dead { reason, doubtful } => {
                changes
                    .set("error", text(reason))
                    .set("state", text(JournalState::Dead.word()))
                    .set("tries", number(claimed.tries));
                if !doubtful {
                    changes.set("settled", number(claimed.attempt));
                }
            }
        }
        self.write_claimed(claimed, changes, link, lookups, now).await
    }

    /// Which message an id of the channel or the helpdesk belongs to.
    ///
    /// # Errors
    /// The table failed.
    pub async fn message_of(&self, installation: &str, sent: &Sent) -> Result<Option<JournalKey>, StoreError> {
        let item = self.item(&lookup_pk(installation, sent), "R").await?;
        Ok(item.and_then(|item| JournalKey::from_keys(text_of(&item, "journal_pk")?, text_of(&item, "journal_sk")?)))
    }

    /// Notes a receipt on its message, unless a later one is noted already.
    ///
    /// # Errors
    /// The table failed.
    pub async fn note_receipt(&self, message: &JournalKey, receipt: &Receipt, now: i64) -> Result<Noted, StoreError> {
        let rank = match receipt {
            Receipt::Sent => 1,
            Receipt::Delivered => 2,
            Receipt::Read => 3,
            Receipt::Failed { .. } => 4,
        };
        let mut changes = Changes::default();
        changes.set("receipt", text(receipt.word())).set("receipt_rank", number(rank)).set("receipt_at", number(now));
        if let Receipt::Failed { reason, .. } = receipt {
            changes.set("error", text(reason));
        }
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&message.pk(), &message.sk())))
            .update_expression(changes.expression())
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(#receipt_rank) OR #receipt_rank < :receipt_rank)",
            )
            .set_expression_attribute_names(Some(changes.names))
            .set_expression_attribute_values(Some(changes.values))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let noted = |item: Option<&Item>, is_news| Noted {
            is_news,
            is_first: is_news && item.is_none_or(|item| !item.contains_key("receipt")),
            repeats: item.map(repeats).unwrap_or_default(),
        };
        match result {
            Ok(answer) => Ok(noted(answer.attributes(), true)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(noted(failed.item(), false)),
                _ => Err(unavailable("UpdateItem", error)),
            },
        }
    }

    /// Makes a dead message claimable again, with all its retries; one that the queue gave up on is claimed still.
    /// `false` when it is finished, or was never claimed.
    ///
    /// # Errors
    /// The table failed.
    pub async fn revive(&self, message: &JournalKey, now: i64) -> Result<bool, StoreError> {
        for state in [JournalState::Dead, JournalState::Claimed] {
            if self.set_state(message, state, JournalState::Claimed, "redriven", now).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Marks a message dead that the queue itself gave up on. `false` when it is finished.
    ///
    /// # Errors
    /// The table failed.
    pub async fn bury(&self, message: &JournalKey, reason: &str, now: i64) -> Result<bool, StoreError> {
        self.set_state(message, JournalState::Claimed, JournalState::Dead, reason, now).await
    }

    async fn set_state(
        &self,
        message: &JournalKey,
        from: JournalState,
        to: JournalState,
        reason: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes
            .set("state", text(to.word()))
            .set("tries", number(0))
            .set("error", text(reason))
            .set("updated_at", number(now))
            .value("from", text(from.word()));
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&message.pk(), &message.sk())))
            .update_expression(changes.expression())
            .condition_expression("#state = :from")
            .set_expression_attribute_names(Some(changes.names))
            .set_expression_attribute_values(Some(changes.values))
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(unavailable("UpdateItem", error)),
            },
        }
    }

    async fn write_claimed(
        &self,
        claimed: &Claimed,
        mut changes: Changes,
        link: &LinkChange,
        lookups: &[Sent],
        now: i64,
    ) -> Result<(), StoreError> {
        let message = &claimed.key;
        changes
            .name("state")
            .name("attempt")
            .value("mine", number(claimed.attempt))
            .value("claimed", text(JournalState::Claimed.word()));
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(&message.pk(), &message.sk())))
            .update_expression(changes.expression())
            .condition_expression("#attempt = :mine AND #state = :claimed")
            .set_expression_attribute_names(Some(changes.names))
            .set_expression_attribute_values(Some(changes.values));
        let mut writes = vec![TransactWriteItem::builder().update(update.build().map_err(|_| damaged())?).build()];
        writes.extend(self.link_writes(&message.installation, &message.contact, link)?);
        for sent in lookups {
            let mut item = key(&lookup_pk(&message.installation, sent), "R");
            item.insert("journal_pk".into(), text(message.pk()));
            item.insert("journal_sk".into(), text(message.sk()));
            item.insert("expires_at".into(), number(expires_at(now, KEEP_DAYS)));
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            writes.push(TransactWriteItem::builder().put(put.build().map_err(|_| damaged())?).build());
        }
        self.transact(writes).await
    }

    /// Writes several items or none. Waits a moment and tries again when another transaction touches the same item.
    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        for pause_ms in [20, 80, 200, 0] {
            let request = self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let Err(error) = request.send().await else { return Ok(()) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(unavailable("TransactWriteItems", error));
            };
            let codes: Vec<&str> = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
            if codes.contains(&"ConditionalCheckFailed") {
                return Err(StoreError::Conflict);
            }
            if pause_ms == 0 || !codes.iter().any(|code| matches!(*code, "TransactionConflict" | "ThrottlingError")) {
                return Err(unavailable("TransactWriteItems", error));
            }
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
        Err(StoreError::Conflict)
    }
}

fn write_progress(changes: &mut Changes, claimed: &Claimed) -> Result<(), StoreError> {
    let progress = serde_json::to_string(&claimed.progress).map_err(|_| StoreError::Damaged("progress"))?;
    changes.set("progress", text(progress));
    let from = claimed.trace.len().saturating_sub(TRACE_LIMIT);
    let trace = claimed.trace.get(from..).unwrap_or_default();
    changes.set("trace", text(serde_json::to_string(trace).map_err(|_| StoreError::Damaged("trace"))?));
    if claimed.doubled {
        changes.set("doubled", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
    }
    Ok(())
}

fn claimed(message: &JournalKey, item: &Item) -> Result<Claimed, StoreError> {
    let attempt: u64 = number_of(item, "attempt").ok_or(StoreError::Damaged("attempt"))?;
    let settled: u64 = number_of(item, "settled").unwrap_or_default();
    Ok(Claimed {
        key: message.clone(),
        attempt,
        doubtful: attempt > settled.saturating_add(1),
        tries: number_of(item, "tries").unwrap_or_default(),
        progress: parsed(item, "progress"),
        doubled: super::flag_of(item, "doubled"),
        trace: parsed(item, "trace"),
        repeats: repeats(item),
    })
}

pub(super) fn parsed<T: serde::de::DeserializeOwned + Default>(item: &Item, name: &str) -> T {
    owned(item, name).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

fn lookup_pk(installation: &str, sent: &Sent) -> String {
    format!("I#{installation}#R#{}#{}", sent.side, sent.id)
}

/// Sorts by time, and keeps apart what arrived in the same millisecond.
fn sort_key(at: i64, event: &str) -> String {
    let apart: String = crate::crypto::sha256_hex(event.as_bytes()).chars().take(12).collect();
    format!("{:015}#{apart}", at.max(0))
}

fn damaged() -> StoreError {
    StoreError::Damaged("pk")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_leads_back_to_its_key() {
        let key = JournalKey {
            installation: "i".into(),
            contact: "q7Vd2/Hk0m+9sLxTz4Wc1A==".into(),
            direction: Direction::Outbound,
            event: "a#b".into(),
        };
        assert_eq!(JournalKey::from_public_id("i", &key.public_id()), Some(key.clone()));
        assert_eq!(JournalKey::from_keys(&key.pk(), &key.sk()), Some(key));
        for id in ["", "..", "zz.inbound.00", "00.sideways.00", "00.inbound.00.00", "ff.inbound.00"] {
            assert_eq!(JournalKey::from_public_id("i", id), None, "{id}");
        }
    }
}
