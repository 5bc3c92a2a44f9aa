//! Claims: which process works on a message.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    super::{
        Changes, Item, KEEP_DAYS, Store, StoreError, Updated, dead::life, expires_at, flag_of, number, number_of,
        repeats::repeats_of, text, text_of,
    },
    Claim, Claimed, Finished, JournalKey, JournalState, Trace, parsed,
};
use crate::tools::{
    crypto::{random_id, sha256_hex},
    millis::Millis,
    rules::{self, Rule},
};

/// The time for which journal items are kept.
const KEEP: Duration = Duration::from_secs(KEEP_DAYS.unsigned_abs() * 86_400);

impl Store {
    /// Claims a message. The first claim creates the journal item, later claims continue from its progress.
    ///
    /// A claim carries a nonce, so that a repeat of its own call (by the SDK, after a lost answer) claims nothing twice.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn claim(&self, message: &JournalKey, received_at: Millis, now: Millis) -> Result<Claim, StoreError> {
        let nonce = random_id().map_err(|_| StoreError::NoRandomness)?;
        let mut changes = on_its_way(message, received_at, now);
        changes.set("nonce", text(&nonce)).add("attempt", number(1));
        let is_free = format!("({UNFINISHED}) AND (attribute_not_exists(#nonce) OR #nonce <> :nonce)");
        let Updated { is_written, before } = self.update(message.item_key(), changes, &is_free).await?;
        let attempt = number_of::<u64>(&before, "attempt").unwrap_or_default();
        if is_written {
            let mut claimed = claimed(message, &before, attempt.saturating_add(1));
            // The journal item of such an old message may have expired, and with it what is known about its parts.
            if attempt == 0 && now.since(received_at) >= KEEP {
                claimed.doubts = 1;
            }
            return Ok(Claim::Work(claimed));
        }
        if text_of(&before, "nonce") == Some(&nonce) {
            return Ok(Claim::Work(claimed(message, &before, attempt)));
        }
        let state = text_of(&before, "state").and_then(JournalState::from_word);
        let state = state.ok_or(StoreError::Damaged("state"))?;
        let (owed, told_waiting) = (parsed(&before, "owed"), flag_of(&before, "told_waiting"));
        Ok(Claim::Finished(Finished { state, owed, told_waiting, life: life(&before) }))
    }

    /// Returns those of the keys under which the journal has an item.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn journaled(&self, keys: Vec<JournalKey>) -> Result<Vec<JournalKey>, StoreError> {
        let keys: Vec<Item> = keys.iter().map(JournalKey::item_key).collect();
        let items = self.items(keys, Some("pk, sk")).await?;
        Ok(items.iter().filter_map(JournalKey::from_item).collect())
    }

    /// Returns the number of a message's life, from 1, if the message is not finished and the agents were not told in
    /// this life that it waits.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn untold_life(&self, message: &JournalKey) -> Result<Option<u32>, StoreError> {
        let item = self.item(&message.pk(), &message.sk()).await?.unwrap_or_default();
        let is_unfinished = text_of(&item, "state").is_none_or(|state| state == JournalState::Claimed.word());
        Ok((is_unfinished && !flag_of(&item, "told_waiting")).then(|| life(&item)))
    }

    /// Records that the agents were told that a message waits, without a claim. A message that is finished by now stays
    /// as it is.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn note_told_waiting(
        &self,
        message: &JournalKey,
        received_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut changes = on_its_way(message, received_at, now);
        changes.set("told_waiting", AttributeValue::Bool(true));
        self.update(message.item_key(), changes, UNFINISHED).await?;
        Ok(())
    }
}

/// The condition that a message is not finished.
const UNFINISHED: &str = "attribute_not_exists(#state) OR #state = :state";

/// Returns the changes that make the journal item of a message that is not finished, if it does not exist yet.
fn on_its_way(message: &JournalKey, received_at: Millis, now: Millis) -> Changes {
    let mut changes = Changes::default();
    changes
        .set("state", text(JournalState::Claimed.word()))
        .set("updated_at", number(now))
        .set_if_absent("at", number(received_at))
        .set_if_absent("direction", text(message.direction.word()))
        .set_if_absent("by_pk", text(message.shard()))
        .set_if_absent("by_sk", text(sort_key(received_at, &message.event)))
        .set_if_absent("expires_at", number(expires_at(received_at, KEEP_DAYS)));
    changes
}

/// Returns a message as it is right after the claim with this number. `item` holds everything else.
fn claimed(message: &JournalKey, item: &Item, attempt: u64) -> Claimed {
    let number = |name: &str| number_of::<u64>(item, name).unwrap_or_default();
    let trace: Vec<Trace> = parsed(item, "trace");
    let unrecorded = if rules::holds(Rule::UnrecordedIsDoubt) { unrecorded(item, &trace, attempt) } else { 0 };
    // A redriven message may be sent as often as a new one. That it may have arrived already is one doubt.
    let is_anew = flag_of(item, "redriven") && rules::holds(Rule::RedriveHasItsTries);
    let earlier = if is_anew { number("doubts").min(1) } else { number("doubts") };
    let doubts = earlier.saturating_add(unrecorded);
    Claimed {
        key: message.clone(),
        attempt,
        doubts: u32::try_from(doubts).unwrap_or(u32::MAX),
        tries: number_of(item, "tries").unwrap_or_default(),
        life: life(item),
        progress: parsed(item, "progress"),
        quotable: parsed(item, "quotable"),
        doubled: flag_of(item, "doubled"),
        trace,
        repeats: repeats_of(item),
        told_waiting: flag_of(item, "told_waiting"),
        owed: parsed(item, "owed"),
    }
}

/// Returns the number of attempts before this one that may have taken effect and whose end is not recorded.
///
/// `ended` is the last attempt whose end is recorded. Every later one ended without a record.
///
/// The version before wrote `settled` in its place, and no longer once an attempt had left a doubt. The calls in its
/// trace show which later attempts were recorded nevertheless: all of these together are one doubt. Otherwise, every
/// message that had one doubt and then waited for a vendor would be given up after an upgrade.
fn unrecorded(item: &Item, trace: &[Trace], attempt: u64) -> u64 {
    let number = |name: &str| number_of::<u64>(item, name);
    let (ended, settled) = (number("ended"), number("settled").unwrap_or_default());
    let traced = trace.iter().map(|call| call.attempt).max().filter(|_| ended.is_none()).unwrap_or_default();
    let recorded = ended.unwrap_or_default().max(settled);
    let since = attempt.saturating_sub(1).saturating_sub(recorded.max(traced));
    since.saturating_add(u64::from(traced > recorded))
}

/// Returns a key that sorts by time and keeps apart messages that arrived in the same millisecond.
fn sort_key(at: Millis, event: &str) -> String {
    let apart: String = sha256_hex(event.as_bytes()).chars().take(12).collect();
    format!("{:015}#{apart}", at.get().max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::millis::Millis;

    fn doubts(ended: Option<u64>, settled: Option<u64>, traced: &[u64], attempt: u64) -> u64 {
        let mut item = Item::new();
        for (name, value) in [("ended", ended), ("settled", settled)] {
            item.extend(value.map(|value| (name.to_owned(), number(value))));
        }
        let call = |attempt: &u64| Trace {
            at: Millis::new(0),
            attempt: *attempt,
            call: "find_user".into(),
            result: "ok".into(),
            ms: 1,
        };
        unrecorded(&item, &traced.iter().map(call).collect::<Vec<_>>(), attempt)
    }

    #[test]
    fn each_attempt_without_a_record_is_a_doubt() {
        assert_eq!(doubts(None, None, &[], 1), 0);
        assert_eq!(doubts(None, None, &[], 4), 3);
        assert_eq!(doubts(Some(3), Some(1), &[1, 3], 4), 0);
        assert_eq!(doubts(Some(3), Some(1), &[1, 3], 6), 2);
    }

    #[test]
    fn recorded_attempts_of_the_version_before_are_one_doubt() {
        assert_eq!(doubts(None, Some(4), &[2, 4], 5), 0);
        assert_eq!(doubts(None, None, &[4, 14], 15), 1);
        assert_eq!(doubts(None, Some(3), &[3, 8], 11), 3);
        assert_eq!(doubts(None, Some(3), &[2], 6), 2);
    }
}
