//! The handling of a failure: when the message is retried, when the relay gives up, and who is told.

use super::{Failure, Message, Relay, Verdict, waits::Life};
use crate::{
    installations::OpenInstallation,
    model::{
        fit,
        installation::{Problem, Side},
        message::Receipt,
    },
    outside::{clock::now, metrics},
    store::{Claimed, Direction, Owed, Settlement, StoreError},
    tools::sentences::Sentence,
};

/// The number of times that a part may have taken effect without our knowing, after which it is not sent again: the
/// first time and two copies.
pub(super) const MAX_DOUBTS: u32 = 3;

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
        beside: &Owed,
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
                return self.reject(message, &claimed, beside, reason, &explanation).await;
            }
            Failure::Blocked { .. } => {
                self.report_blocked(message.open, message.direction, &reason).await;
                (None, false)
            }
            Failure::Retry { wait, doubtful, .. } => (wait, doubtful),
        };
        if doubtful {
            claimed.doubts = claimed.doubts.saturating_add(1);
        }
        if claimed.doubts >= MAX_DOUBTS {
            return self.bury(message, &claimed, beside, Sentence::MayHaveArrived.into()).await;
        }
        let life = message.record.life(message.open, self.waits);
        if life.is_over() {
            return self.bury(message, &claimed, beside, reason).await;
        }
        let planned = match wait {
            // A rate limit is no failure and costs no try.
            Some(requested) => self.waits.requested(requested),
            None => {
                let tries = claimed.tries;
                claimed.tries = tries.saturating_add(1);
                self.waits.after(tries, &message.record.message.deduplication)
            }
        };
        let wait = planned.max(self.waits.before_copy(claimed.doubts));
        if message.direction == Direction::Outbound
            && !claimed.told_waiting
            && self.waits.is_long(claimed.began_at, now())
        {
            if let Err(verdict) = self.note_waiting(message, &reason, life).await {
                return Ok(verdict);
            }
            claimed.told_waiting = true;
        }
        self.store.settle(&claimed, &Settlement::Retry { reason }, beside, now()).await?;
        Ok(Verdict::Again(wait))
    }

    /// Tells the agents, once, that their answer waits.
    async fn note_waiting(&self, message: &Message<'_>, reason: &str, life: Life) -> Result<(), Verdict> {
        let until = now().plus(life.end.saturating_sub(life.age)).rfc3339();
        let channel = &message.open.installation.channel.kind;
        let text = Sentence::NotDeliveredYet { channel, reason, until: &until }.into();
        let about = format!("waiting:{}", message.event);
        self.send_note(message.open, &message.contact.id, &about, None, text).await
    }

    /// Tells the agents that an answer arrived of which they read that it waits.
    pub(super) async fn note_arrived(&self, message: &Message<'_>) -> Result<(), Verdict> {
        let text = Sentence::ArrivedAfterAll { channel: &message.open.installation.channel.kind }.into();
        let about = format!("arrived:{}", message.event);
        self.send_note(message.open, &message.contact.id, &about, None, text).await
    }

    async fn reject(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        beside: &Owed,
        reason: String,
        explanation: &str,
    ) -> Result<Verdict, StoreError> {
        if let Err(verdict) = self.note_failure(message, claimed, &reason, explanation).await {
            return Ok(verdict);
        }
        self.store.settle(claimed, &Settlement::Rejected { reason }, beside, now()).await?;
        Ok(Verdict::Done)
    }

    /// Gives a message up: tells the agents, stores the envelope, and lets the journal end as dead, in this order. A
    /// process that dies in between leaves the message in the queue, and everything is repeated with the same keys.
    pub(super) async fn bury(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        beside: &Owed,
        reason: String,
    ) -> Result<Verdict, StoreError> {
        if let Err(verdict) = self.note_failure(message, claimed, &reason, &reason).await {
            return Ok(verdict);
        }
        let envelope = self.store.keep_envelope(claimed, &message.record.message, now()).await?;
        self.store.settle(claimed, &Settlement::Dead { reason, envelope }, beside, now()).await?;
        metrics::message_died(message.direction.target());
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
        let about = match claimed.life {
            1 => message.event.to_owned(),
            // Another death is news, although it is about the same event.
            life => format!("{}#{life}", message.event),
        };
        self.send_note(open, contact, &about, failed, text).await
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
