//! The progress of an attempt, the result of an attempt, and the receipts that follow.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    super::{
        Changes, KEEP_DAYS, LinkChange, Store, StoreError, Updated, expires_at, key, number, repeats::repeats_of, text,
        text_of,
    },
    Claimed, JournalKey, JournalState, ReceiptNoted, Sent, Settlement,
};
use crate::{model::message::Receipt, tools::millis::Millis};

/// The number of calls of one message that are kept.
const TRACE_LIMIT: usize = 40;

impl Store {
    /// Records what the last call taught, before the next call is made.
    ///
    /// # Errors
    /// Returns [`StoreError::Conflict`] if another process has claimed the message, and another error if the call to
    /// the table fails.
    pub async fn record(&self, claimed: &Claimed, link: &LinkChange, now: Millis) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.set("updated_at", number(now));
        write_progress(&mut changes, claimed)?;
        self.write_claimed(claimed, changes, link, &[], now).await
    }

    /// Records the result of the attempt.
    ///
    /// # Errors
    /// Returns an error in the same cases as [`record`](Self::record).
    pub async fn settle(
        &self,
        claimed: &Claimed,
        settlement: &Settlement,
        link: &LinkChange,
        now: Millis,
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

    /// Returns the message that an id of the channel or the helpdesk belongs to.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn message_of(&self, installation: &str, sent: &Sent) -> Result<Option<JournalKey>, StoreError> {
        let item = self.item(&lookup_pk(installation, sent), "R").await?;
        Ok(item.and_then(|item| JournalKey::from_keys(text_of(&item, "journal_pk")?, text_of(&item, "journal_sk")?)))
    }

    /// Notes a receipt on its message, unless the same or a later stage is already noted.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn note_receipt(
        &self,
        message: &JournalKey,
        receipt: &Receipt,
        now: Millis,
    ) -> Result<ReceiptNoted, StoreError> {
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
        let is_later =
            "attribute_exists(pk) AND (attribute_not_exists(#receipt_rank) OR #receipt_rank < :receipt_rank)";
        let Updated { is_written, before } = self.update(message.item_key(), changes, is_later).await?;
        Ok(ReceiptNoted {
            is_news: is_written,
            is_first: is_written && !before.contains_key("receipt"),
            repeats: repeats_of(&before),
        })
    }

    async fn write_claimed(
        &self,
        claimed: &Claimed,
        mut changes: Changes,
        link: &LinkChange,
        lookups: &[Sent],
        now: Millis,
    ) -> Result<(), StoreError> {
        let message = &claimed.key;
        changes
            .name("state")
            .name("attempt")
            .value("mine", number(claimed.attempt))
            .value("claimed", text(JournalState::Claimed.word()));
        let is_current_attempt = "#attempt = :mine AND #state = :claimed";
        let mut writes = vec![self.update_in(message.item_key(), changes, Some(is_current_attempt))?];
        writes.extend(self.link_writes(&message.installation, &message.contact, link)?);
        for sent in lookups {
            let mut item = key(&lookup_pk(&message.installation, sent), "R");
            item.insert("journal_pk".into(), text(message.pk()));
            item.insert("journal_sk".into(), text(message.sk()));
            item.insert("expires_at".into(), number(expires_at(now, KEEP_DAYS)));
            writes.push(self.put_in(item)?);
        }
        self.transact(writes).await
    }
}

fn write_progress(changes: &mut Changes, claimed: &Claimed) -> Result<(), StoreError> {
    let progress = serde_json::to_string(&claimed.progress).map_err(|_| StoreError::Damaged("progress"))?;
    changes.set("progress", text(progress));
    let from = claimed.trace.len().saturating_sub(TRACE_LIMIT);
    let trace = claimed.trace.get(from..).unwrap_or_default();
    changes.set("trace", text(serde_json::to_string(trace).map_err(|_| StoreError::Damaged("trace"))?));
    if claimed.doubled {
        changes.set("doubled", AttributeValue::Bool(true));
    }
    Ok(())
}

fn lookup_pk(installation: &str, sent: &Sent) -> String {
    format!("I#{installation}#R#{}#{}", sent.side.word(), sent.id)
}
