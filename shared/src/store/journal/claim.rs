//! Claims: which process works on a message, and the way back from the dead-letter queue.

use super::{
    super::{
        Changes, Item, KEEP_DAYS, Store, StoreError, Updated, expires_at, flag_of, number, number_of,
        repeats::repeats_of, text, text_of,
    },
    Claim, Claimed, JournalKey, JournalState, parsed,
};
use crate::tools::{crypto::sha256_hex, millis::Millis};

impl Store {
    /// Claims a message. The first claim creates the journal item, later claims continue from its progress.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn claim(&self, message: &JournalKey, received_at: Millis, now: Millis) -> Result<Claim, StoreError> {
        let mut changes = Changes::default();
        changes
            .set("state", text(JournalState::Claimed.word()))
            .set("updated_at", number(now))
            .set_if_absent("at", number(received_at))
            .set_if_absent("direction", text(message.direction.word()))
            .set_if_absent("by_pk", text(message.shard()))
            .set_if_absent("by_sk", text(sort_key(received_at, &message.event)))
            .set_if_absent("expires_at", number(expires_at(received_at, KEEP_DAYS)))
            .add("attempt", number(1));
        let unfinished = "attribute_not_exists(#state) OR #state = :state";
        let Updated { is_written, before } = self.update(message.item_key(), changes, unfinished).await?;
        if is_written {
            return Ok(Claim::Work(claimed(message, &before)));
        }
        let state = text_of(&before, "state").and_then(JournalState::from_word);
        state.map(Claim::Finished).ok_or(StoreError::Damaged("state"))
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
            .value("from", text(from.word()));
        Ok(self.update(message.item_key(), changes, "#state = :from").await?.is_written)
    }
}

/// Returns a message as it is right after a claim; `before` is the item before the claim.
fn claimed(message: &JournalKey, before: &Item) -> Claimed {
    let attempt = number_of::<u64>(before, "attempt").unwrap_or_default().saturating_add(1);
    let settled: u64 = number_of(before, "settled").unwrap_or_default();
    Claimed {
        key: message.clone(),
        attempt,
        doubtful: attempt > settled.saturating_add(1),
        tries: number_of(before, "tries").unwrap_or_default(),
        progress: parsed(before, "progress"),
        doubled: flag_of(before, "doubled"),
        trace: parsed(before, "trace"),
        repeats: repeats_of(before),
    }
}

/// Returns a key that sorts by time and keeps apart messages that arrived in the same millisecond.
fn sort_key(at: Millis, event: &str) -> String {
    let apart: String = sha256_hex(event.as_bytes()).chars().take(12).collect();
    format!("{:015}#{apart}", at.get().max(0))
}
