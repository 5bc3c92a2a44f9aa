//! The handling of a failure: when the message is retried, when the relay gives up, and who is told.

use std::time::Duration;

use super::{Failure, Message, Relay, Verdict};
use crate::{
    installations::OpenInstallation,
    model::{
        fit,
        installation::{Problem, Side},
        message::Receipt,
    },
    outside::clock::now,
    store::{Claimed, Direction, LinkChange, Settlement, StoreError},
    tools::sentences::Sentence,
};

/// The backoff before each retry, in seconds, with a jitter of ±20 %. A short failure costs seconds; an outage of
/// about 19 hours is outlasted in any case.
pub const RETRY_WAITS: [u64; 14] =
    [1, 5, 30, 120, 600, 1_800, 3_600, 10_800, 10_800, 10_800, 10_800, 10_800, 10_800, 10_800];
/// The longest wait, also for a vendor's `Retry-After`.
const MAX_BACKOFF: Duration = Duration::from_secs(10_800);
/// The age up to which a vendor's waits do not count as retries. After it, every wait counts, so that
/// a message is not retried for ever.
const MAX_UNCOUNTED_WAIT: Duration = Duration::from_secs(3 * 86_400);
/// The highest floor for a vendor's waits, in seconds. The floor of a vendor that always asks for a short wait grows by
/// two seconds each time, because the queue hands a message out only a thousand times, which have to last for
/// [`MAX_UNCOUNTED_WAIT`].
const MAX_VENDOR_WAIT_FLOOR: u64 = 300;

/// Returns the code of the problem of an account that blocks messages of this direction. Deliveries to the other side
/// do not clear the problem.
pub(super) fn blocked_code(direction: Direction) -> &'static str {
    match direction.target() {
        Side::Channel => "channel_blocked",
        Side::Helpdesk => "helpdesk_blocked",
    }
}

impl Relay {
    /// Records a failed attempt and decides between retry, rejection and dead letter.
    pub(super) async fn settle_failure(
        &self,
        message: &Message<'_>,
        mut claimed: Claimed,
        change: &LinkChange,
        failure: Failure,
    ) -> Result<Verdict, StoreError> {
        let installation = &message.open.installation;
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
        let written: Vec<String> = message.parts.iter().map(fit::as_text).collect();
        let explanation = failure.explained(written.iter().map(String::as_str));
        let (wait, doubtful) = match failure {
            Failure::Rejected { .. } | Failure::Gone { .. } => {
                return self.reject(message, &claimed, change, reason, &explanation).await;
            }
            Failure::Blocked { .. } => {
                self.report_blocked(message.open, message.direction, &reason).await;
                (None, false)
            }
            Failure::Retry { wait, doubtful, .. } => (wait, doubtful),
        };
        let doubtful = doubtful || claimed.doubtful;
        let age = now().since(message.received_at);
        let wait = match wait.filter(|_| age < MAX_UNCOUNTED_WAIT) {
            Some(requested) => vendor_wait(requested, message.record.receive_count),
            None => {
                let backoff = RETRY_WAITS.get(usize::try_from(claimed.tries).unwrap_or(usize::MAX));
                claimed.tries = claimed.tries.saturating_add(1);
                let Some(backoff) = backoff else {
                    return self.dead_letter(message, &claimed, change, (reason, doubtful)).await;
                };
                jittered(*backoff, &claimed).max(wait.unwrap_or_default()).min(MAX_BACKOFF)
            }
        };
        self.store.settle(&claimed, &Settlement::Retry { reason, doubtful }, change, now()).await?;
        Ok(Verdict::Again(wait))
    }

    async fn reject(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        change: &LinkChange,
        reason: String,
        explanation: &str,
    ) -> Result<Verdict, StoreError> {
        if let Err(verdict) = self.note_failure(message, claimed, &reason, explanation).await {
            return Ok(verdict);
        }
        self.store.settle(claimed, &Settlement::Rejected { reason }, change, now()).await?;
        Ok(Verdict::Done)
    }

    async fn dead_letter(
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
            return Ok(Verdict::Again(super::OUR_FAILURE_BACKOFF));
        }
        self.store.settle(claimed, &Settlement::Dead { reason, doubtful }, change, now()).await?;
        Ok(Verdict::Done)
    }

    /// Tells the agents about a failure. They read the `explanation`; the journal and repeats of the message get the
    /// `reason`. A note that fails causes no further note.
    async fn note_failure(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        reason: &str,
        explanation: &str,
    ) -> Result<(), Verdict> {
        let (open, contact) = (message.open, message.contact.id.as_str());
        let (text, failed) = match message.direction {
            Direction::Note => return Ok(()),
            Direction::Outbound => (not_delivered(open, explanation), Some(message.event.to_owned())),
            Direction::Inbound if message.echo => (Sentence::EchoNotShown { reason: explanation }.into(), None),
            Direction::Inbound => (Sentence::NotShown { reason: explanation }.into(), None),
        };
        if open.helpdesk.features().receipts {
            for repeat in &claimed.repeats {
                let receipt = Receipt::failed(not_delivered(open, reason));
                self.queue_receipt(open, contact, message.event, Some(repeat), receipt).await?;
            }
        }
        self.send_note(open, contact, message.event, failed, text).await
    }

    async fn report_blocked(&self, open: &OpenInstallation, direction: Direction, reason: &str) {
        let problem = Problem { code: blocked_code(direction).to_owned(), message: reason.to_owned() };
        if open.installation.problem.as_ref() == Some(&problem) {
            return;
        }
        match self.store.set_problem(&open.installation.id, Some(&problem)).await {
            Ok(()) => self.installations.forget(&open.installation.id),
            Err(error) => tracing::error!(error = %error, "a problem could not be noted"),
        }
    }
}

/// Returns the text that tells agents that a message will not arrive.
pub(super) fn not_delivered(open: &OpenInstallation, reason: &str) -> String {
    Sentence::NotDelivered { channel: &open.installation.channel.kind, reason }.into()
}

/// Returns how long to wait after a vendor said when to come back, by how often the queue has handed the message out.
/// Such a wait is a rate limit and not a failure, and costs the message no retry.
fn vendor_wait(requested: Duration, receive_count: u32) -> Duration {
    let floor = u64::from(receive_count.saturating_sub(1)).saturating_mul(2).clamp(1, MAX_VENDOR_WAIT_FLOOR);
    requested.clamp(Duration::from_secs(floor), MAX_BACKOFF)
}

/// Returns the backoff with a jitter of ±20 %, in whole seconds as the queue counts and at most [`MAX_BACKOFF`]. The
/// jitter is derived from a hash that differs from message to message.
fn jittered(backoff: u64, claimed: &Claimed) -> Duration {
    let seed = crate::tools::crypto::sha256(format!("{}{}", claimed.key.event, claimed.attempt).as_bytes());
    let percent = 80 + seed.first().map_or(20, |byte| u64::from(*byte) * 40 / 255);
    Duration::from_secs((backoff * percent).div_ceil(100).max(1).min(MAX_BACKOFF.as_secs()))
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
        assert_eq!(vendor_wait(Duration::from_secs(90_000), u32::MAX), MAX_BACKOFF);
        // The last retries need some of the thousand times that the queue hands a message out.
        let all: u64 = (1..960).map(|count| vendor_wait(Duration::ZERO, count).as_secs()).sum();
        assert!(all > MAX_UNCOUNTED_WAIT.as_secs(), "{all}");
    }

    #[test]
    fn waits_spread_by_a_fifth_and_last_a_day() {
        for attempt in 1..200 {
            for backoff in RETRY_WAITS {
                let wait = jittered(backoff, &claimed(attempt)).as_secs();
                assert!(wait >= (backoff * 4 / 5).max(1) && wait <= (backoff * 6).div_ceil(5), "{backoff} {wait}");
            }
        }
        assert!(RETRY_WAITS.iter().sum::<u64>() * 4 / 5 > 17 * 3_600);
        assert!(RETRY_WAITS.iter().sum::<u64>() > 21 * 3_600);
    }
}
