//! Claims: which process works on a message, and the way back from the dead-letter queue.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    super::{
        Changes, Item, KEEP_DAYS, Store, StoreError, Updated, expires_at, flag_of, number, number_of,
        repeats::repeats_of, text, text_of,
    },
    Claim, Claimed, Finished, JournalKey, JournalState, parsed,
};
use crate::tools::{
    crypto::{random_id, sha256_hex},
    millis::Millis,
};

impl Store {
    /// Claims a message. The first claim creates the journal item, later claims continue from its progress.
    ///
    /// A claim carries a nonce, so that a repeat of its own call (by the SDK, after a lost answer) claims nothing twice.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn claim(&self, message: &JournalKey, received_at: Millis, now: Millis) -> Result<Claim, StoreError> {
        let nonce = random_id().map_err(|_| StoreError::NoRandomness)?;
        let mut changes = Changes::default();
        changes
            .set("state", text(JournalState::Claimed.word()))
            .set("updated_at", number(now))
            .set_if_absent("at", number(received_at))
            .set_if_absent("direction", text(message.direction.word()))
            .set_if_absent("by_pk", text(message.shard()))
            .set_if_absent("by_sk", text(sort_key(received_at, &message.event)))
            .set_if_absent("expires_at", number(expires_at(received_at, KEEP_DAYS)))
            .set_if_absent("began_at", number(now))
            .set("nonce", text(&nonce))
            .add("attempt", number(1));
        let unfinished = "(attribute_not_exists(#state) OR #state = :state) AND \
                          (attribute_not_exists(#nonce) OR #nonce <> :nonce)";
        let Updated { is_written, before } = self.update(message.item_key(), changes, unfinished).await?;
        let attempt = number_of::<u64>(&before, "attempt").unwrap_or_default();
        if is_written {
            return Ok(Claim::Work(claimed(message, &before, attempt.saturating_add(1), now)));
        }
        if text_of(&before, "nonce") == Some(&nonce) {
            return Ok(Claim::Work(claimed(message, &before, attempt, now)));
        }
        let state = text_of(&before, "state").and_then(JournalState::from_word);
        let state = state.ok_or(StoreError::Damaged("state"))?;
        let (owed, told_waiting) = (parsed(&before, "owed"), flag_of(&before, "told_waiting"));
        Ok(Claim::Finished(Finished { state, owed, told_waiting }))
    }

    /// Makes a dead message claimable again, with all its retries. A message that the queue itself gave up on is still
    /// in the state claimed and is revived as well. Returns `false` if the message is finished or was never claimed.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn reopen(&self, message: &JournalKey, now: Millis) -> Result<bool, StoreError> {
        for state in [JournalState::Dead, JournalState::Claimed] {
            if self.set_state(message, state, JournalState::Claimed, "redriven", now).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Marks a message as dead that the queue itself gave up on. Returns `false` if the message is finished.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn mark_dead(&self, message: &JournalKey, reason: &str, now: Millis) -> Result<bool, StoreError> {
        self.set_state(message, JournalState::Claimed, JournalState::Dead, reason, now).await
    }

    async fn set_state(
        &self,
        message: &JournalKey,
        from: JournalState,
        to: JournalState,
        reason: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes
            .set("state", text(to.word()))
            .set("tries", number(0))
            .set("error", text(reason))
            .set("updated_at", number(now))
            .remove("began_at")
            .remove("told_waiting")
            .set("redriven", AttributeValue::Bool(to == JournalState::Claimed))
            .value("from", text(from.word()));
        Ok(self.update(message.item_key(), changes, "#state = :from").await?.is_written)
    }
}

/// Returns a message as it is right after the claim with this number. `item` holds everything else.
///
/// `ended` is the last attempt whose end is recorded. Every later one ended without a record and is a doubt. The
/// version before wrote `settled` in its place, and only for attempts that left no doubt.
fn claimed(message: &JournalKey, item: &Item, attempt: u64, now: Millis) -> Claimed {
    let number = |name: &str| number_of::<u64>(item, name).unwrap_or_default();
    let ended = number("ended").max(number("settled"));
    let unrecorded = attempt.saturating_sub(1).saturating_sub(ended);
    // A redriven message may be sent as often as a new one. That it may have arrived already is one doubt.
    let earlier = if flag_of(item, "redriven") { number("doubts").min(1) } else { number("doubts") };
    let doubts = earlier.saturating_add(unrecorded);
    Claimed {
        key: message.clone(),
        attempt,
        doubts: u32::try_from(doubts).unwrap_or(u32::MAX),
        tries: number_of(item, "tries").unwrap_or_default(),
        progress: parsed(item, "progress"),
        doubled: flag_of(item, "doubled"),
        trace: parsed(item, "trace"),
        repeats: repeats_of(item),
        began_at: number_of(item, "began_at").unwrap_or(now),
        told_waiting: flag_of(item, "told_waiting"),
        owed: parsed(item, "owed"),
    }
}

/// Returns a key that sorts by time and keeps apart messages that arrived in the same millisecond.
fn sort_key(at: Millis, event: &str) -> String {
    let apart: String = sha256_hex(event.as_bytes()).chars().take(12).collect();
    format!("{:015}#{apart}", at.get().max(0))
}
