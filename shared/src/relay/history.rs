//! Reading what agents wrote in a conversation while no webhook arrived.
//!
//! What is found goes the ordinary way: into the queue, as the webhook would have put it there, with the same ids. The
//! journal tells which messages were delivered before. An invocation reads as many pages as the rate limit and its time
//! permit; then it puts what it knows into the queue as an event of its own, which continues.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    Failure, OUR_FAILURE_BACKOFF, Record, Relay, Verdict,
    brakes::{Lane, Permission},
    done_or, recorder,
};
use crate::{
    adapter::{Fact, Known, Link, Progress, Task},
    engine::{Listener, Stop, drive},
    installations::OpenInstallation,
    model::{
        features::Rate,
        installation::Side,
        message::{ENVELOPE_VERSION, Envelope, Event, HelpdeskEvent, HistoryEvent},
    },
    outside::{
        clock::now,
        http::CALL_TIMEOUT,
        queue::{Outgoing, QueueError},
    },
    relay::pace::Permits,
    store::{Bucket, Direction, JournalKey, StoreError},
    tools::{crypto::sha256_hex, sentences::Sentence},
};

/// The rate limit of one installation: any minute touches four of these periods at most, so 20 calls.
const RATE: Rate = Rate { calls: 5, period: Duration::from_secs(20) };
/// The limits of one history: calls to the helpdesk, and messages of agents. A history that goes on is cut there.
const MAX_CALLS: u32 = 20;
const MAX_FOUND: usize = 500;
/// The time of the invocation that must be left for a call: its own time limit, and the time to store what was found.
const CALL_RESERVE: Duration = CALL_TIMEOUT.saturating_add(Duration::from_secs(8));
/// The number of earlier ids of a contact under which messages are looked for in the journal.
const MAX_EARLIER_IDS: usize = 20;

impl Relay {
    /// Reads a conversation, and puts the messages that were not delivered yet into the queue.
    pub(super) async fn history(
        &self,
        open: &Arc<OpenInstallation>,
        record: &Record,
        event: &HistoryEvent,
    ) -> Result<Verdict, StoreError> {
        let installation = &open.installation.id;
        let (contact, link) = self.current(installation, &event.contact).await?;
        let conversation = event.conversation.clone().or_else(|| link.conversation.clone());
        if conversation.is_none() || !open.helpdesk.features().history {
            return Ok(Verdict::Done);
        }
        let brake = self.store.brake(installation, Side::Helpdesk).await?;
        let lane = Lane { open, braked: Side::Helpdesk.into(), name: &record.message.group, brake };
        if let Permission::Wait(wait) = self.permission(&lane, record).await? {
            return Ok(Verdict::Again(wait));
        }
        let earlier_ids = self.earlier_ids(installation, &event.contact, &contact, &link).await?;
        let progress = Progress { memo: event.memo.clone(), ..Progress::default() };
        let mut known = Known { link: Link { conversation, ..link }, progress, ..Known::default() };
        let task = Task::History { contact: &contact, since: event.since };
        let mut reading = Reading {
            rate: Rate { period: self.waits.scaled(RATE.period), ..RATE },
            relay: self,
            lane: &lane,
            permits: self.permits(open, Direction::Note, record),
            deadline: record.deadline,
            calls: event.calls,
            found: event.found.clone(),
            unread: event.unread.clone(),
            is_cut: false,
            is_trouble: false,
        };
        let driven = Box::pin(drive(&self.http, open.side(Side::Helpdesk), &task, &mut known, &mut reading)).await;
        let Reading { calls, found, unread, is_cut, is_trouble, .. } = reading;
        let (is_cut, failure) = match driven {
            Ok(()) => (false, None),
            Err(Stop::Postponed(_) | Stop::OutOfTime) if is_cut => (true, None),
            Err(Stop::Postponed(wait)) if calls == event.calls => return Ok(Verdict::Again(wait)),
            Err(Stop::OutOfTime) if calls == event.calls => return Ok(Verdict::Again(Duration::from_secs(1))),
            Err(Stop::Postponed(_) | Stop::OutOfTime) => {
                let next = HistoryEvent {
                    id: format!("{}:{calls}", event.id.split_once(':').map_or(&*event.id, |(run, _)| run)),
                    contact,
                    since: event.since,
                    conversation: known.link.conversation,
                    memo: known.progress.memo,
                    calls,
                    found,
                    unread,
                };
                return match self.continue_with(open, next).await {
                    Ok(None) => Ok(Verdict::Done),
                    Ok(Some(next)) => {
                        let found = Found { messages: next.found, unread: next.unread, is_cut: true };
                        self.take_found(open, &next.id, &next.contact, &earlier_ids, found).await
                    }
                    Err(verdict) => Ok(verdict),
                };
            }
            Err(Stop::Store(error)) => return Err(error),
            Err(Stop::Failure(failure)) => (true, Some(failure)),
        };
        match failure {
            // The helpdesk refuses this conversation; the others are read all the same.
            Some(Failure::Rejected { reason, .. } | Failure::Gone { reason }) => {
                tracing::warn!(installation.id = %installation, reason, "a conversation could not be read");
                if found.is_empty() && unread.is_none() {
                    return Ok(Verdict::Done);
                }
            }
            Some(failure) => {
                match &failure {
                    Failure::Blocked { reason } => self.was_blocked(&lane, record, reason).await,
                    failure if is_trouble => self.had_trouble(&lane, failure.reason()).await,
                    _ => {}
                }
                return Ok(self.history_failed(open, record, &failure).await);
            }
            None => self.went_well(&lane, false).await,
        }
        self.take_found(open, &event.id, &contact, &earlier_ids, Found { messages: found, unread, is_cut }).await
    }

    /// Returns the ids under which a contact's messages may be journaled: the current one, and those before.
    async fn earlier_ids(
        &self,
        installation: &str,
        named: &str,
        contact: &str,
        link: &Link,
    ) -> Result<Vec<String>, StoreError> {
        let mut ids = vec![contact.to_owned()];
        let mut next = link.moved_from.clone();
        while let Some(id) = next.filter(|id| !ids.contains(id) && ids.len() < MAX_EARLIER_IDS) {
            next = self.store.link(installation, &id).await?.moved_from;
            ids.push(id);
        }
        if !ids.iter().any(|id| id == named) {
            ids.push(named.to_owned());
        }
        Ok(ids)
    }

    /// Decides when a conversation is read again after a failure that may pass.
    async fn history_failed(&self, open: &OpenInstallation, record: &Record, failure: &Failure) -> Verdict {
        tracing::warn!(
            installation.id = %open.installation.id,
            reason = failure.reason(),
            "a conversation could not be read yet"
        );
        if record.life(open, self.waits).is_over() {
            return done_or(self.set_aside(record, &Sentence::HistoryNotRead.to_string()).await);
        }
        let planned = self.waits.after(record.receive_count.saturating_sub(1), &record.message.deduplication);
        Verdict::Again(match failure {
            Failure::Retry { wait: Some(wait), .. } => self.waits.requested(*wait),
            _ => planned,
        })
    }

    /// Puts the rest of a history into the queue. Returns it if it is too long for the queue.
    async fn continue_with(
        &self,
        open: &OpenInstallation,
        next: HistoryEvent,
    ) -> Result<Option<HistoryEvent>, Verdict> {
        let (installation, received_at) = (open.installation.id.clone(), now());
        let envelope = Envelope { v: ENVELOPE_VERSION, installation, received_at, event: Event::History(next.clone()) };
        let message = match Outgoing::pack(&envelope) {
            Ok(message) => message,
            Err(QueueError::TooLong) => return Ok(Some(next)),
            Err(error) => return Err(later(&error)),
        };
        self.queue.send_one(&message, None).await.map(|()| None).map_err(|error| later(&error))
    }

    /// Puts the messages that were found and not delivered before into the queue, the oldest first. The agents are told
    /// if the history was cut or has a message that cannot be read.
    async fn take_found(
        &self,
        open: &OpenInstallation,
        id: &str,
        contact: &str,
        ids: &[String],
        found: Found,
    ) -> Result<Verdict, StoreError> {
        let Found { messages: found, unread, is_cut } = found;
        let installation = &open.installation.id;
        let key = |contact: &String, event: &HelpdeskEvent| JournalKey {
            installation: installation.clone(),
            contact: contact.clone(),
            direction: Direction::Outbound,
            event: event.id.clone(),
        };
        let keys = found.iter().flat_map(|event| ids.iter().map(move |id| key(id, event))).collect();
        let journaled = self.store.journaled(keys).await?;
        let count = found.len();
        // Helpdesks list the newest first. Messages of the same moment stay in the order of the list.
        let mut new: Vec<HelpdeskEvent> =
            found.into_iter().rev().filter(|event| !journaled.iter().any(|key| key.event == event.id)).collect();
        new.sort_by_key(|event| event.at);
        let mut messages = Vec::with_capacity(new.len());
        for event in new {
            let event = Event::Helpdesk(HelpdeskEvent { contact: Some(contact.to_owned()), ..event });
            let envelope =
                Envelope { v: ENVELOPE_VERSION, installation: installation.clone(), received_at: now(), event };
            match Outgoing::pack(&envelope) {
                Ok(message) => messages.push(message),
                Err(error) => tracing::warn!(error = %error, "a message that was caught up with was left out"),
            }
        }
        if !messages.is_empty()
            && let Err(error) = self.queue.send(&messages).await
        {
            return Ok(later(&error));
        }
        tracing::info!(
            installation.id = %installation,
            messages.found = count,
            messages.queued = messages.len(),
            history.cut = is_cut,
            "a conversation was read"
        );
        if let Some(unread) = unread {
            tracing::warn!(installation.id = %installation, "a message of a history cannot be read");
            // The same message is told once, however often the history is read.
            let about = format!("unread:{}", sha256_hex(unread.as_bytes()));
            let text = open.language().say(Sentence::HistoryUnread).into();
            if let Err(later) = self.send_note(open, contact, &about, None, text).await {
                return Ok(later.into());
            }
        }
        if is_cut {
            tracing::warn!(installation.id = %installation, "a history goes on beyond the limit and was cut");
            let text = open.language().say(Sentence::HistoryCut { count }).into();
            return Ok(done_or(self.send_note(open, contact, id, None, text).await));
        }
        Ok(Verdict::Done)
    }
}

/// Logs that the queue failed, and returns what to do with the message.
fn later(error: &QueueError) -> Verdict {
    tracing::error!(error = %error, "what was read of a conversation could not be stored");
    Verdict::Again(OUR_FAILURE_BACKOFF)
}

/// What a history showed.
struct Found {
    messages: Vec<HelpdeskEvent>,
    /// The newest message that cannot be read.
    unread: Option<String>,
    /// Whether the history goes on beyond the limits.
    is_cut: bool,
}

/// Collects what a history shows, within its limits.
struct Reading<'a> {
    rate: Rate,
    relay: &'a Relay,
    lane: &'a Lane<'a>,
    permits: Permits<'a>,
    deadline: Instant,
    calls: u32,
    found: Vec<HelpdeskEvent>,
    unread: Option<String>,
    /// Whether the history goes on beyond the limits.
    is_cut: bool,
    /// Whether the last call got no answer or a 5xx.
    is_trouble: bool,
}

impl Listener for Reading<'_> {
    async fn wait_for_permit(&mut self) -> Result<(), Stop> {
        if self.calls >= MAX_CALLS || self.found.len() >= MAX_FOUND {
            self.is_cut = true;
            return Err(Stop::OutOfTime);
        }
        if self.deadline.saturating_duration_since(Instant::now()) < CALL_RESERVE {
            return Err(Stop::OutOfTime);
        }
        let installation = &self.lane.open.installation.id;
        let bucket = Bucket { installation, contact: None, name: "history", rate: self.rate };
        match self.relay.store.take_quota(&bucket, 1, now()).await {
            Ok(None) => recorder::wait_for_permit(&mut self.permits).await,
            Ok(Some(wait)) => Err(Stop::Postponed(wait)),
            Err(error) => Err(Stop::Store(error)),
        }
    }

    fn had_trouble(&mut self) {
        self.is_trouble = true;
    }

    async fn learned(&mut self, _known: &Known, facts: &[Fact], _is_last: bool) -> Result<(), StoreError> {
        self.calls = self.calls.saturating_add(1);
        for fact in facts {
            match fact {
                Fact::Written(event) if self.found.iter().all(|known| known.id != event.id) => {
                    self.found.push(HelpdeskEvent::clone(event));
                }
                Fact::Unread(id) if self.unread.is_none() => self.unread = Some(id.clone()),
                _ => {}
            }
        }
        Ok(())
    }
}
