//! What becomes of a failure: when it is tried again, when it is given up, and who is told.

use std::time::Duration;

use super::{Failure, Message, Relay, Verdict};
use crate::{
    installations::Live,
    model::{
        fit,
        installation::{Problem, Side},
        message::Receipt,
    },
    outside::clock::now_ms,
    store::{Claimed, Direction, LinkChange, Settlement, StoreError},
    tools::sentences::Sentence,
};

/// The waits before each retry, in seconds, each ±20 %: a hiccup costs seconds, a day's outage loses nothing.
pub const RETRY_WAITS: [u64; 14] =
    [1, 5, 30, 120, 600, 1_800, 3_600, 10_800, 10_800, 10_800, 10_800, 10_800, 10_800, 10_800];
/// The longest wait that a vendor's `Retry-After` gets.
const LONGEST_WAIT: Duration = Duration::from_secs(10_800);
/// So long a message may be kept waiting without using up its tries; from then on every wait counts, so that nothing
/// goes round for ever.
const PATIENCE_MS: i64 = 3 * 86_400_000;
/// A vendor that always asks for a moment gets two seconds more each time, and in the end this: the queue hands a
/// message out a thousand times, which have to last for [`PATIENCE_MS`].
const LONGEST_LEAST_WAIT: u64 = 300;

/// The code of the problem that an account shows which messages of this direction cannot get into. What the other side
/// still takes does not clear it.
pub(super) fn blocked_code(direction: Direction) -> &'static str {
    match direction.target() {
        Side::Channel => "channel_blocked",
        Side::Helpdesk => "helpdesk_blocked",
    }
}

impl Relay {
    /// Records a failed attempt and decides what comes next.
    pub(super) async fn conclude(
        &self,
        message: &Message<'_>,
        mut claimed: Claimed,
        change: &LinkChange,
        failure: Failure,
    ) -> Result<Verdict, StoreError> {
        let installation = &message.live.installation;
        tracing::warn!(
            installation.id = %installation.id,
            channel.kind = %installation.channel.kind,
            helpdesk.kind = %installation.helpdesk.kind,
            message.direction = claimed.key.direction.word(),
            message.attempt = claimed.attempt,
            reason = failure.reason(),
            "a message was not delivered"
        );
        let reason: String = failure.reason().chars().take(500).collect();
        let written: Vec<String> = message.parts.iter().map(fit::plain).collect();
        let told = failure.told(written.iter().map(String::as_str));
        let (wait, doubtful) = match failure {
            Failure::Rejected { .. } | Failure::Gone { .. } => {
                return self.reject(message, &claimed, change, reason, &told).await;
            }
            Failure::Blocked { .. } => {
                self.block(message.live, message.direction, &reason).await;
                (None, false)
            }
            Failure::Retry { wait, doubtful, .. } => (wait, doubtful),
        };
        let doubtful = doubtful || claimed.doubtful;
        let age_ms = now_ms().saturating_sub(message.received_at);
        let wait = match wait.filter(|_| age_ms < PATIENCE_MS) {
            Some(asked) => vendor_wait(asked, message.record.receive_count),
            None => {
                let planned = RETRY_WAITS.get(usize::try_from(claimed.tries).unwrap_or(usize::MAX));
                claimed.tries = claimed.tries.saturating_add(1);
                let Some(planned) = planned else {
                    return self.give_up(message, &claimed, change, (reason, doubtful)).await;
                };
                jittered(*planned, &claimed).max(wait.unwrap_or_default()).min(LONGEST_WAIT)
            }
        };
        self.store.settle(&claimed, &Settlement::Retry { reason, doubtful }, change, now_ms()).await?;
        Ok(Verdict::Again(wait))
    }

    async fn reject(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        change: &LinkChange,
        reason: String,
        told: &str,
    ) -> Result<Verdict, StoreError> {
        if let Err(verdict) = self.note_failure(message, claimed, &reason, told).await {
            return Ok(verdict);
        }
        self.store.settle(claimed, &Settlement::Rejected { reason }, change, now_ms()).await?;
        Ok(Verdict::Done)
    }

    async fn give_up(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        change: &LinkChange,
        (reason, doubtful): (String, bool),
    ) -> Result<Verdict, StoreError> {
        if let Err(verdict) = self.note_failure(message, claimed, &reason, &reason).await {
            return Ok(verdict);
        }
        let dead = message.record.message.clone().again(&format!("#d{}", claimed.attempt));
        if let Err(error) = self.dead_letters.send_one(&dead, Some(&reason)).await {
            tracing::error!(error = %error, "the dead-letter queue failed");
            return Ok(Verdict::Again(super::OUR_FAILURE_WAIT));
        }
        self.store.settle(claimed, &Settlement::Dead { reason, doubtful }, change, now_ms()).await?;
        Ok(Verdict::Done)
    }

    /// Tells the agents, who read what is `told`; what is kept is the `reason`. A note that fails is not followed by
    /// another.
    async fn note_failure(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        reason: &str,
        told: &str,
    ) -> Result<(), Verdict> {
        let (live, contact) = (message.live, message.contact.id.as_str());
        let (text, failed) = match message.direction {
            Direction::Note => return Ok(()),
            Direction::Outbound => (not_delivered(live, told), Some(message.event.to_owned())),
            Direction::Inbound if message.echo => (Sentence::EchoNotShown { reason: told }.into(), None),
            Direction::Inbound => (Sentence::NotShown { reason: told }.into(), None),
        };
        if live.helpdesk.features().receipts {
            for repeat in &claimed.repeats {
                let receipt = Receipt::failed(not_delivered(live, reason));
                self.queue_receipt(live, contact, message.event, Some(repeat), receipt).await?;
            }
        }
        self.send_note(live, contact, message.event, failed, text).await
    }

    async fn block(&self, live: &Live, direction: Direction, reason: &str) {
        let problem = Problem { code: blocked_code(direction).to_owned(), message: reason.to_owned() };
        if live.installation.problem.as_ref() == Some(&problem) {
            return;
        }
        match self.store.set_problem(&live.installation.id, Some(&problem)).await {
            Ok(()) => self.installations.forget(&live.installation.id),
            Err(error) => tracing::error!(error = %error, "a problem could not be noted"),
        }
    }
}

/// What agents are told about a message that will not arrive.
pub(super) fn not_delivered(live: &Live, reason: &str) -> String {
    Sentence::NotDelivered { channel: &live.installation.channel.kind, reason }.into()
}

/// How long to wait where the vendor said when to come back, by how often the queue has handed the message out. That is
/// no failure, only a queue at the vendor's door, and costs the message no try.
fn vendor_wait(asked: Duration, receive_count: u32) -> Duration {
    let least = u64::from(receive_count.saturating_sub(1)).saturating_mul(2).clamp(1, LONGEST_LEAST_WAIT);
    asked.clamp(Duration::from_secs(least), LONGEST_WAIT)
}

/// The planned wait ±20 %, by a number that differs from message to message. The queue counts whole seconds, so the
/// first wait is always one.
fn jittered(planned: u64, claimed: &Claimed) -> Duration {
    let seed = crate::tools::crypto::sha256(format!("{}{}", claimed.key.event, claimed.attempt).as_bytes());
    let percent = 80 + seed.first().map_or(20, |byte| u64::from(*byte) * 40 / 255);
    Duration::from_secs((planned * percent).div_ceil(100).max(1).min(LONGEST_WAIT.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{adapter::Progress, store::JournalKey};

    fn claimed(attempt: u64) -> Claimed {
        Claimed {
            key: JournalKey {
                installation: "i".into(),
                contact: "c".into(),
                direction: Direction::Inbound,
                event: "e".into(),
            },
            attempt,
            doubtful: false,
            tries: 0,
            progress: Progress::default(),
            doubled: false,
            trace: Vec::new(),
            repeats: Vec::new(),
        }
    }

    #[test]
    fn a_vendor_in_a_hurry_does_not_use_up_what_the_queue_allows() {
        assert_eq!(vendor_wait(Duration::ZERO, 1), Duration::from_secs(1));
        assert_eq!(vendor_wait(Duration::from_secs(7), 1), Duration::from_secs(7));
        assert_eq!(vendor_wait(Duration::from_secs(7), 5), Duration::from_secs(8));
        assert_eq!(vendor_wait(Duration::from_secs(90_000), u32::MAX), LONGEST_WAIT);
        // Of the thousand times that the queue hands it out, the last tries need some.
        let all: u64 = (1..960).map(|count| vendor_wait(Duration::ZERO, count).as_secs()).sum();
        assert!(i64::try_from(all).unwrap() > PATIENCE_MS / 1_000, "{all}");
    }

    #[test]
    fn waits_spread_by_a_fifth_and_last_a_day() {
        for attempt in 1..200 {
            for planned in RETRY_WAITS {
                let wait = jittered(planned, &claimed(attempt)).as_secs();
                assert!(wait >= (planned * 4 / 5).max(1) && wait <= (planned * 6).div_ceil(5), "{planned} {wait}");
            }
        }
        assert!(RETRY_WAITS.iter().sum::<u64>() * 4 / 5 > 17 * 3_600);
        assert!(RETRY_WAITS.iter().sum::<u64>() > 21 * 3_600);
    }
}
