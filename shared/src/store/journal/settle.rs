//! The progress of an attempt, the result of an attempt, and the receipts that follow.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::{
    super::{
        Changes, KEEP_DAYS, Store, StoreError, Updated, dead::write_death, expires_at, key, number, number_of,
        repeats::repeats_of, text, text_of,
    },
    Claimed, JournalKey, JournalState, Owed, Quotable, ReceiptNoted, Remembered, Sent, Settlement, parsed,
};
use crate::{
    adapter::Progress,
    model::message::Receipt,
    tools::{
        crypto::random_id,
        millis::Millis,
        rules::{self, Rule},
    },
};

/// The number of calls of one message that are kept.
const TRACE_LIMIT: usize = 40;
/// The number of look-ups of one record. A transaction takes a hundred items.
const MAX_LOOKUPS: usize = 90;

/// The form of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Everything.
    Full,
    /// What a later attempt cannot do without: no trace, no look-ups, no copies of parts. For a message whose full
    /// record is larger than an item may be.
    Smallest,
}

impl Store {
    /// Records what the last call taught, before the next call is made. `beside` is written together with the journal.
    /// Returns what could not be written beside it; the next record of the same attempt has to carry it in
    /// [`Claimed::owed`].
    ///
    /// # Errors
    /// Returns [`StoreError::Conflict`] if another process has claimed the message, and another error if the call to
    /// the table fails.
    pub async fn record(&self, claimed: &Claimed, beside: &Owed, now: Millis) -> Result<Owed, StoreError> {
        self.write(claimed, None, beside, now).await
    }

    /// Records the result of the attempt.
    ///
    /// # Errors
    /// Returns an error in the same cases as [`record`](Self::record).
    pub async fn settle(
        &self,
        claimed: &Claimed,
        settlement: &Settlement,
        beside: &Owed,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(claimed, Some(settlement), beside, now).await.map(drop)
    }

    /// Marks a message as one of which people may see a part twice, whoever has claimed or finished it by now.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn mark_doubled(&self, message: &JournalKey) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.set("doubled", AttributeValue::Bool(true));
        self.update(message.item_key(), changes, "attribute_exists(pk)").await.map(drop)
    }

    /// Makes the writes that the record of a finished message still owes.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn pay(&self, message: &JournalKey, owed: &Owed, now: Millis) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.remove("owed");
        let mut writes = vec![self.update_in(message.item_key(), changes, Some("attribute_exists(pk)"))?];
        writes.extend(self.beside(message, owed, now)?);
        self.transact(writes).await
    }

    /// Returns the message that an id of the channel or the helpdesk belongs to.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn message_of(&self, installation: &str, sent: &Sent) -> Result<Option<JournalKey>, StoreError> {
        let item = self.item(&lookup_pk(installation, sent), "R").await?;
        Ok(item.and_then(|item| JournalKey::from_keys(text_of(&item, "journal_pk")?, text_of(&item, "journal_sk")?)))
    }

    /// Returns what is remembered of a message; `None` if nothing is.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn remembered(&self, message: &JournalKey) -> Result<Option<Remembered>, StoreError> {
        let Some(item) = self.item(&message.pk(), &message.sk()).await? else { return Ok(None) };
        let Progress { sent, .. } = parsed(&item, "progress");
        let sent = sent.into_iter().next().filter(|id| !id.is_empty());
        Ok(Some(Remembered { quotable: parsed(&item, "quotable"), sent, at: number_of(&item, "at") }))
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
        let rank = rank(receipt);
        let nonce = random_id().map_err(|_| StoreError::NoRandomness)?;
        let mut changes = Changes::default();
        changes
            .set("receipt", text(receipt.word()))
            .set("receipt_rank", number(rank))
            .set("receipt_at", number(now))
            .set("receipt_nonce", text(&nonce))
            .keep_if_present("receipt_before", "receipt");
        if let Receipt::Failed { reason, .. } = receipt {
            changes.set("error", text(reason));
        }
        let is_later =
            "attribute_exists(pk) AND (attribute_not_exists(#receipt_rank) OR #receipt_rank < :receipt_rank)";
        let Updated { is_written, before } = self.update(message.item_key(), changes, is_later).await?;
        // A repeat of this very write, by the SDK after a lost answer, finds its own nonce.
        let is_ours = !is_written && text_of(&before, "receipt_nonce") == Some(&nonce);
        let earlier = if is_ours { text_of(&before, "receipt_before") } else { text_of(&before, "receipt") };
        Ok(ReceiptNoted {
            is_news: is_written || is_ours,
            is_first: (is_written || is_ours) && earlier.is_none_or(str::is_empty),
            repeats: repeats_of(&before),
        })
    }

    async fn write(
        &self,
        claimed: &Claimed,
        settlement: Option<&Settlement>,
        beside: &Owed,
        now: Millis,
    ) -> Result<Owed, StoreError> {
        let beside = Owed {
            link: claimed.owed.link.then(&beside.link),
            sent: claimed.owed.sent.iter().chain(&beside.sent).cloned().collect(),
        };
        match self.write_in(Form::Full, claimed, settlement, &beside, now).await {
            Err(StoreError::Refused { message, .. }) => {
                tracing::warn!(reason = message, "a record was too large and is written in its smallest form");
                let beside = Owed { sent: Vec::new(), ..beside };
                self.write_in(Form::Smallest, claimed, settlement, &beside, now).await
            }
            written => written,
        }
    }

    /// Writes the journal and what stands beside it in one transaction. If the other items stay in use, or transactions
    /// fail, the journal is written alone and owes the rest: what the vendor accepted must be known, or it would be
    /// sent again. Returns what is owed.
    async fn write_in(
        &self,
        form: Form,
        claimed: &Claimed,
        settlement: Option<&Settlement>,
        beside: &Owed,
        now: Millis,
    ) -> Result<Owed, StoreError> {
        let message = &claimed.key;
        let others = self.beside(message, beside, now)?;
        if !others.is_empty() {
            let changes = changes(form, claimed, settlement, None, now)?;
            let mut writes = vec![self.update_in(message.item_key(), changes, Some(is_current()))?];
            writes.extend(others);
            match self.transact(writes).await {
                Err(StoreError::Busy | StoreError::Unavailable { .. }) if rules::holds(Rule::JournalAlone) => {}
                written => return written.map(|()| Owed::default()),
            }
        }
        let changes = changes(form, claimed, settlement, Some(beside), now)?;
        let Updated { is_written, before } = self.update(message.item_key(), changes, is_current()).await?;
        // A transaction whose answer was lost, or a repeat of this very write, has recorded the end already.
        let is_ours = number_of::<u64>(&before, "attempt") == Some(claimed.attempt)
            && number_of::<u64>(&before, "ended") == Some(claimed.attempt);
        if is_written || is_ours { Ok(beside.clone()) } else { Err(StoreError::Conflict) }
    }

    /// Returns the writes for a link and for look-ups. An id that occurs twice is written once.
    fn beside(&self, message: &JournalKey, owed: &Owed, now: Millis) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = self.link_writes(&message.installation, &message.contact, &owed.link)?;
        let ids: BTreeSet<String> = owed.sent.iter().map(|sent| lookup_pk(&message.installation, sent)).collect();
        for pk in ids.into_iter().take(MAX_LOOKUPS) {
            let mut item = key(&pk, "R");
            item.insert("journal_pk".into(), text(message.pk()));
            item.insert("journal_sk".into(), text(message.sk()));
            item.insert("expires_at".into(), number(expires_at(now, KEEP_DAYS)));
            writes.push(self.put_in(item)?);
        }
        Ok(writes)
    }
}

/// Returns the stage of a receipt. A later stage replaces an earlier one.
pub(super) fn rank(receipt: &Receipt) -> u8 {
    match receipt {
        Receipt::Sent => 1,
        Receipt::Delivered => 2,
        Receipt::Read => 3,
        Receipt::Failed { .. } => 4,
    }
}

/// The only condition of a record: no other process has claimed the message since.
fn is_current() -> &'static str {
    if rules::holds(Rule::RecordIsCurrent) {
        "#attempt = :mine AND #state = :claimed"
    } else {
        // A request may not leave a value unused.
        "attribute_exists(pk) OR #attempt = :mine OR #state = :claimed"
    }
}

/// Returns what a record changes in the journal item. `owed` is what is not written together with it.
fn changes(
    form: Form,
    claimed: &Claimed,
    settlement: Option<&Settlement>,
    owed: Option<&Owed>,
    now: Millis,
) -> Result<Changes, StoreError> {
    let mut changes = Changes::default();
    changes
        .set("updated_at", number(now))
        .name("state")
        .name("attempt")
        .value("mine", number(claimed.attempt))
        .value("claimed", text(JournalState::Claimed.word()));
    write_progress(&mut changes, claimed, form)?;
    // Until the attempt has ended, it counts as one without a record.
    let ended = claimed.attempt.saturating_sub(u64::from(settlement.is_none()));
    changes.set("doubts", number(claimed.doubts)).set("ended", number(ended)).remove("redriven");
    if claimed.doubts == 0 {
        // The version before reads this attribute.
        changes.set("settled", number(ended));
    }
    match settlement {
        None | Some(Settlement::Postponed) => {}
        Some(Settlement::Done) => drop(changes.set("state", text(JournalState::Done.word()))),
        Some(Settlement::Retry { reason }) => {
            changes.set("error", text(reason)).set("tries", number(claimed.tries));
        }
        Some(Settlement::Rejected { reason }) => {
            changes.set("error", text(reason)).set("state", text(JournalState::Rejected.word()));
        }
        Some(Settlement::Dead { reason, envelope }) => {
            write_death(&mut changes, claimed, envelope, now);
            let state = text(JournalState::Dead.word());
            changes.set("error", text(reason)).set("state", state).set("tries", number(claimed.tries));
        }
    }
    match owed.filter(|owed| !owed.is_empty()) {
        Some(owed) => {
            let owed = serde_json::to_string(owed).map_err(|_| StoreError::Damaged("owed"))?;
            changes.set("owed", text(owed));
        }
        None if !claimed.owed.is_empty() => drop(changes.remove("owed")),
        None => {}
    }
    Ok(changes)
}

fn write_progress(changes: &mut Changes, claimed: &Claimed, form: Form) -> Result<(), StoreError> {
    let (mut progress, mut trace) = (claimed.progress.clone(), claimed.trace.as_slice());
    match form {
        Form::Full => trace = trace.get(trace.len().saturating_sub(TRACE_LIMIT)..).unwrap_or_default(),
        Form::Smallest => {
            trace = &[];
            progress.files.values_mut().for_each(|file| file.placed = None);
        }
    }
    changes.set("progress", text(serde_json::to_string(&progress).map_err(|_| StoreError::Damaged("progress"))?));
    changes.set("trace", text(serde_json::to_string(trace).map_err(|_| StoreError::Damaged("trace"))?));
    if claimed.quotable != Quotable::default() && form == Form::Full {
        let quotable = serde_json::to_string(&claimed.quotable).map_err(|_| StoreError::Damaged("quotable"))?;
        changes.set("quotable", text(quotable));
    }
    if claimed.doubled {
        changes.set("doubled", AttributeValue::Bool(true));
    }
    if claimed.told_waiting {
        changes.set("told_waiting", AttributeValue::Bool(true));
    }
    Ok(())
}

fn lookup_pk(installation: &str, sent: &Sent) -> String {
    format!("I#{installation}#R#{}#{}", sent.side.word(), sent.id)
}
