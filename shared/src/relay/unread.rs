//! Signed calls that cannot be read. They are kept as dead with their raw bytes sealed, and are read again whenever
//! they come out of the queue: a later version may know their form.

use super::{
    Record, Relay, Verdict, backoff_for_our_failure,
    failure::{in_life, may_have_arrived_too_often},
};
use crate::{
    adapter::{
        Verified, unread,
        webhook::{ParseError, Parsed},
    },
    installations::OpenInstallation,
    model::{
        installation::Side,
        message::{ENVELOPE_VERSION, Envelope, Event, UnreadEvent},
    },
    outside::{
        clock::now,
        metrics,
        queue::{Outgoing, QueueError},
    },
    store::{Claim, Claimed, JournalKey, Owed, Settlement, StoreError},
    tools::{millis::Millis, sentences::Sentence},
};

impl Relay {
    /// Reads a call again. Puts its events into the queue, or keeps the call as dead.
    pub(super) async fn unread(
        &self,
        open: &OpenInstallation,
        record: &Record,
        received_at: Millis,
        call: &UnreadEvent,
    ) -> Result<Verdict, StoreError> {
        let key = JournalKey::of_unread(&open.installation.id, call);
        let claimed = match self.claim_in_journal(&key, received_at, record).await? {
            Claim::Work(claimed) => claimed,
            Claim::Finished(_) => return Ok(Verdict::Done),
        };
        // A call that killed the process three times is not read again in this life.
        let is_poison = may_have_arrived_too_often(claimed.doubts);
        match (!is_poison).then(|| events(open, received_at, call)) {
            Some(Ok((events, unreadable))) => {
                if let Err(verdict) = self.enqueue_all(open, record, &claimed, events).await? {
                    return Ok(verdict);
                }
                if let Some(error) = unreadable {
                    return self.keep_unread(open, record, &claimed, call, &error.message, error.contact).await;
                }
                self.store.settle(&claimed, &Settlement::Done, &Owed::default(), now()).await?;
                Ok(Verdict::Done)
            }
            Some(Err(error)) => self.keep_unread(open, record, &claimed, call, &error.message, error.contact).await,
            None => self.keep_unread(open, record, &claimed, call, &Sentence::Malformed.to_string(), None).await,
        }
    }

    /// Puts the events of a call that can be read now into the queue. Repeats of events that are known already are
    /// recognized as the platform's own repeats are. Returns the verdict if the queue does not take them.
    async fn enqueue_all(
        &self,
        open: &OpenInstallation,
        record: &Record,
        claimed: &Claimed,
        events: Vec<Event>,
    ) -> Result<Result<(), Verdict>, StoreError> {
        if events.is_empty() {
            return Ok(Ok(()));
        }
        let installation = &open.installation.id;
        let mut messages = Vec::with_capacity(events.len());
        for event in events {
            let (installation, received_at) = (installation.clone(), now());
            match Outgoing::pack(&Envelope { v: ENVELOPE_VERSION, installation, received_at, event }) {
                Ok(message) => messages.push(message),
                Err(QueueError::TooLong) => tracing::warn!("an event is too long for the queue"),
                Err(error) => return self.postponed(record, claimed, &error).await.map(Err),
            }
        }
        if let Err(error) = self.queue.send(&messages).await {
            return self.postponed(record, claimed, &error).await.map(Err);
        }
        tracing::info!(installation.id = %installation, events.queued = messages.len(), "a kept call was read");
        Ok(Ok(()))
    }

    /// Keeps a call as dead: tells the agents, stores the sealed envelope, and lets the journal end, in this order. A
    /// process that dies in between leaves the call in the queue, and everything is repeated with the same keys.
    async fn keep_unread(
        &self,
        open: &OpenInstallation,
        record: &Record,
        claimed: &Claimed,
        call: &UnreadEvent,
        error: &str,
        contact: Option<String>,
    ) -> Result<Verdict, StoreError> {
        let installation = &open.installation.id;
        tracing::warn!(installation.id = %installation, error, "a signed call cannot be read and is kept as dead");
        let reason = Sentence::UnreadCall { error }.to_string();
        if let Some(contact) = contact {
            let language = open.language();
            let (side, reason) = (&open.translate(call.from.word()), &open.translate(&reason));
            let text = language.say(Sentence::UnreadKept { side, reason }).into();
            let about = in_life(call.id.clone(), claimed.life);
            if let Err(later) = self.send_note(open, &contact, &about, None, text).await {
                return Ok(later.into());
            }
        }
        let sealed = match self.vault.seal_bytes(installation, record.message.body.clone().into_bytes()).await {
            Ok(sealed) => sealed,
            Err(error) => return self.postponed(record, claimed, &error).await,
        };
        let envelope = self.store.keep_sealed(claimed, &record.message, &sealed, now()).await?;
        self.store.settle(claimed, &Settlement::Dead { reason, envelope }, &Owed::default(), now()).await?;
        metrics::message_died(claimed.key.direction.target());
        Ok(Verdict::Done)
    }

    /// Ends an attempt that one of our own services stopped.
    async fn postponed(
        &self,
        record: &Record,
        claimed: &Claimed,
        error: &(dyn std::error::Error + Send + Sync),
    ) -> Result<Verdict, StoreError> {
        tracing::error!(error = %error, "a call that cannot be read could not be kept");
        self.store.settle(claimed, &Settlement::Postponed, &Owed::default(), now()).await?;
        Ok(Verdict::Again(backoff_for_our_failure(record.receive_count)))
    }
}

/// The events of a call, and the error if something beside them cannot be read.
type Read = (Vec<Event>, Option<ParseError>);

/// Reads the events of a call.
fn events(open: &OpenInstallation, received_at: Millis, call: &UnreadEvent) -> Result<Read, ParseError> {
    let request = unread::request(call, received_at).ok_or_else(|| ParseError::missing("body"))?;
    let (verified, account) = (Verified::kept(&request, call.is_forwarded), open.account(call.from));
    Ok(match call.from {
        Side::Channel => all(open.channel.parse(&account, verified)?, Event::Channel),
        Side::Helpdesk => all(open.helpdesk.parse(&account, verified)?, Event::Helpdesk),
    })
}

fn all<E>(parsed: Parsed<E>, event: fn(E) -> Event) -> Read {
    let unreadable = parsed.unreadable();
    (parsed.events.into_iter().map(event).collect(), unreadable)
}
