//! The handling of a failure: when the message is retried, when the relay gives up, and who is told.

use std::time::Duration;

use super::{
    Failure, Message, Record, Relay,
    ending::{self, Ending, Later},
};
use crate::{
    installations::OpenInstallation,
    model::{
        fit,
        installation::{Problem, Side},
        message::{Event, Receipt},
    },
    outside::{clock::now, metrics},
    store::{Claimed, Direction, JournalKey, Owed, Settlement, StoreError},
    tools::{
        rules::{self, Rule},
        sentences::Sentence,
    },
};

/// The number of times that a part may have taken effect without our knowing, after which it is not sent again: the
/// first time and two copies.
const MAX_DOUBTS: u32 = 3;

/// Returns whether a part with this many doubts is not sent again.
pub(super) fn may_have_arrived_too_often(doubts: u32) -> bool {
    doubts >= MAX_DOUBTS && rules::holds(Rule::DoubtsEnd)
}

/// Returns the code of the problem of an account that blocks messages of this direction. Deliveries to the other side
/// do not clear the problem.
pub(super) fn blocked_code(direction: Direction) -> &'static str {
    match direction.target() {
        Side::Channel => "channel_blocked",
        Side::Helpdesk => "helpdesk_blocked",
    }
}

impl Relay {
    /// Sets a message of an agent aside that cannot be processed, and tells its author.
    pub(super) async fn set_aside_told(
        &self,
        open: &OpenInstallation,
        record: &Record,
        event: &Event,
        reason: Sentence<'_>,
    ) -> Result<(), Later> {
        if let Event::Helpdesk(message) = event
            && ending::is_message(event)
        {
            self.note_unreachable(open, message, reason).await?;
        }
        self.set_aside(record, &reason.to_string()).await
    }

    /// Records a failed attempt and decides between retry, rejection and dead letter.
    pub(super) async fn settle_failure(
        &self,
        message: &Message<'_>,
        mut claimed: Claimed,
        beside: &Owed,
        failure: Failure,
    ) -> Result<Ending, StoreError> {
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
        let written: Vec<String> =
            message.parts.iter().map(|part| fit::as_text(part, message.open.language())).collect();
        let explanation = failure.explained(written.iter().map(String::as_str));
        let (wait, doubtful) = match failure {
            Failure::Rejected { .. } | Failure::Gone { .. } if message.is_news() => {
                return self.drop_news(&claimed, beside, reason).await;
            }
            // A message that is refused is told in a note. A note that is refused is told in the list of the dead.
            Failure::Rejected { .. } | Failure::Gone { .. } if message.direction == Direction::Note => {
                return self.bury(message, &claimed, beside, reason).await;
            }
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
        if may_have_arrived_too_often(claimed.doubts) {
            return self.bury(message, &claimed, beside, Sentence::MayHaveArrived.into()).await;
        }
        if message.life(self.waits).is_over() {
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
        if !claimed.told_waiting && self.is_long_at_the_head(message) {
            if let Err(later) = self.note_waiting(message, claimed.life, &reason).await {
                return Ok(Ending::Later(later));
            }
            claimed.told_waiting = true;
        }
        let settled = self.store.settle(&claimed, &Settlement::Retry { reason }, beside, now()).await;
        if doubtful && matches!(settled, Err(StoreError::Conflict)) {
            self.mark_overtaken(&claimed.key).await;
        }
        settled.map(|()| Ending::after(wait))
    }

    /// Marks a message whose call was, or may have been, accepted after another process had taken the message over: the
    /// other process has sent, or will send, the same part.
    pub(super) async fn mark_overtaken(&self, key: &JournalKey) {
        if let Err(error) = self.store.mark_doubled(key).await {
            tracing::error!(error = %error, "a message that may have arrived twice could not be marked");
        }
    }

    /// Lets a message wait for the brake of its side. Agents whose answer has waited for long are told. The note is for
    /// the helpdesk, so it waits for a turn at which the helpdesk's own brake is open.
    pub(super) async fn wait_for_brake(
        &self,
        message: &Message<'_>,
        wait: Duration,
        reason: &str,
    ) -> Result<Ending, StoreError> {
        if !self.is_long_at_the_head(message) {
            return Ok(Ending::after(wait));
        }
        let key = message.key();
        let Some(life) = self.store.untold_life(&key).await? else { return Ok(Ending::after(wait)) };
        let brake = self.store.brake(&key.installation, Direction::Note.target()).await?;
        if brake.is_closed_for(message.open.installation.version) {
            return Ok(Ending::after(wait));
        }
        if let Err(later) = self.note_waiting(message, life, reason).await {
            return Ok(Ending::Later(later));
        }
        // A process that dies before this record sends the same note again, which the note's own journal item stops.
        self.store.note_told_waiting(&key, message.received_at, now()).await?;
        Ok(Ending::after(wait))
    }

    /// Returns whether a message is an agent's answer that has been at the head of its lane for long.
    fn is_long_at_the_head(&self, message: &Message<'_>) -> bool {
        message.direction == Direction::Outbound
            && !message.is_news()
            && self.waits.is_long(message.record.first_received_at, now())
    }

    /// Tells the agents, once in this life of the message, that their answer waits.
    async fn note_waiting(&self, message: &Message<'_>, life: u32, reason: &str) -> Result<(), Later> {
        let left = message.record.life(message.open, self.waits).left();
        let until = now().plus(left).rfc3339();
        let channel = &message.open.installation.channel.kind;
        let language = message.open.language();
        let reason = &message.open.translate(reason);
        let text = language.say(Sentence::NotDeliveredYet { channel, reason, until: &until }).into();
        let about = in_life(format!("waiting:{}", message.event), life);
        self.send_note(message.open, &message.contact.id, &about, None, text).await
    }

    /// Tells the agents that an answer arrived of which they read that it waits.
    pub(super) async fn note_arrived(&self, message: &Message<'_>, life: u32) -> Result<(), Later> {
        let arrived = Sentence::ArrivedAfterAll { channel: &message.open.installation.channel.kind };
        let text = message.open.language().say(arrived).into();
        let about = in_life(format!("arrived:{}", message.event), life);
        self.send_note(message.open, &message.contact.id, &about, None, text).await
    }

    async fn reject(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        beside: &Owed,
        reason: String,
        explanation: &str,
    ) -> Result<Ending, StoreError> {
        if let Err(later) = self.note_failure(message, claimed, &reason, explanation).await {
            return Ok(Ending::Later(later));
        }
        self.store.settle(claimed, &Settlement::Rejected { reason }, beside, now()).await?;
        Ok(Ending::Told)
    }

    /// Gives a message up: tells the agents, stores the envelope, and lets the journal end as dead, in this order. A
    /// process that dies in between leaves the message in the queue, and everything is repeated with the same keys.
    pub(super) async fn bury(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        beside: &Owed,
        reason: String,
    ) -> Result<Ending, StoreError> {
        if message.is_news() {
            return self.drop_news(claimed, beside, reason).await;
        }
        if rules::holds(Rule::DeathIsTold)
            && let Err(later) = self.note_failure(message, claimed, &reason, &reason).await
        {
            return Ok(Ending::Later(later));
        }
        let envelope = self.store.keep_envelope(claimed, &message.record.message, now()).await?;
        self.store.settle(claimed, &Settlement::Dead { reason, envelope }, beside, now()).await?;
        metrics::message_died(message.direction.target());
        Ok(Ending::Told)
    }

    /// Tells the agents about a failure. They read the `explanation`; the journal and repeats of the message get the
    /// `reason`. A note that fails causes no further note.
    async fn note_failure(
        &self,
        message: &Message<'_>,
        claimed: &Claimed,
        reason: &str,
        explanation: &str,
    ) -> Result<(), Later> {
        let (open, contact) = (message.open, message.contact.id.as_str());
        let language = open.language();
        let shown = &open.translate(explanation);
        let (text, failed) = match message.direction {
            Direction::Note => return Ok(()),
            Direction::Outbound => (not_delivered(open, explanation), Some(message.event.to_owned())),
            Direction::Inbound if message.echo => (language.say(Sentence::EchoNotShown { reason: shown }).into(), None),
            Direction::Inbound => (language.say(Sentence::NotShown { reason: shown }).into(), None),
        };
        if open.helpdesk.features().receipts {
            for repeat in &claimed.repeats {
                let receipt = Receipt::failed(not_delivered(open, reason));
                self.queue_receipt(open, contact, message.event, Some(repeat), receipt).await?;
            }
        }
        let about = in_life(message.event.to_owned(), claimed.life);
        self.send_note(open, contact, &about, failed, text).await
    }

    pub(super) async fn report_blocked(&self, open: &OpenInstallation, direction: Direction, reason: &str) {
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

/// Returns the id of a note. What happens in another life of a message is news, although it is about the same event.
pub(super) fn in_life(about: String, life: u32) -> String {
    if life > 1 { format!("{about}#{life}") } else { about }
}

/// Returns the text that tells agents that a message will not arrive.
pub(super) fn not_delivered(open: &OpenInstallation, reason: &str) -> String {
    let (language, channel) = (open.language(), &open.installation.channel.kind);
    language.say(Sentence::NotDelivered { channel, reason: &open.translate(reason) }).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_life_of_a_message_has_notes_of_its_own() {
        let ids = [1, 2, 3].map(|life| in_life("waiting:e".into(), life));
        assert_eq!(ids, ["waiting:e", "waiting:e#2", "waiting:e#3"]);
    }
}
