//! The operations of the queues, without HTTP. Each operation checks, commits to the store and only then changes
//! memory, so that a failed commit changes nothing.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::sync::watch;

use super::{
    error::Refusal,
    lanes::{Lanes, Place},
    message::{self, Attribute, Message, Receipt},
    settings::QueueSettings,
    store::{Recent, Store},
};
use crate::clock::Time;

/// The time for which a deduplication id is remembered.
const DEDUPLICATION: Duration = Duration::from_secs(5 * 60);

/// The number of remembered deduplication ids up to which no sweep is needed.
const SWEEP_RECENT_AT: usize = 1_000;

/// The longest time that a message may be invisible, counted from its receive.
pub(super) const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);

/// All queues.
#[derive(Debug)]
pub(super) struct Broker {
    queues: BTreeMap<String, Queue>,
    /// `None` once the queues are closed.
    store: Option<Store>,
    next_sequence: u64,
    next_nonce: u64,
}

#[derive(Debug)]
struct Queue {
    settings: QueueSettings,
    lanes: Lanes,
    recent: HashMap<(Option<String>, String), Recent>,
    /// The number of remembered deduplication ids at which the old ones are removed.
    sweep_recent_at: usize,
    /// The time of the next search for messages that are too old, in milliseconds since the epoch.
    expire_at: u64,
    changes: watch::Sender<()>,
}

/// A message that a caller wants to send.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) group: Option<String>,
    pub(super) deduplication: Option<String>,
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, Attribute>,
    pub(super) delay: Option<Duration>,
}

/// The result of a send.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: String,
    /// The sequence number, in FIFO queues.
    pub(super) sequence: Option<u64>,
}

/// The result of a receive.
#[derive(Debug)]
pub(super) enum Received {
    /// Messages, each with its receipt handle.
    Messages(Vec<(Message, String)>),
    /// No messages now, and the time at which one becomes visible by itself, if there is one.
    Nothing(Option<u64>),
}

impl Broker {
    pub(super) fn open(settings: Vec<QueueSettings>, store: Store, time: Time) -> rusqlite::Result<Self> {
        // Sequence numbers grow over restarts, even if no message is left to tell the last one, because a receipt
        // handle from before the restart must not fit a new message.
        let next_sequence = (store.last_sequence()? + 1).max(time.now * 1_000);
        let mut queues = BTreeMap::new();
        for settings in settings {
            let mut lanes = Lanes::default();
            for message in store.messages(&settings.name, time)? {
                lanes.push(message);
            }
            let recent = store.recent(&settings.name, time)?.into_iter();
            let recent = recent.map(|it| ((it.scope.clone(), it.deduplication.clone()), it)).collect();
            let changes = watch::Sender::new(());
            let queue = Queue { lanes, recent, sweep_recent_at: SWEEP_RECENT_AT, expire_at: 0, changes, settings };
            queues.insert(queue.settings.name.clone(), queue);
        }
        Ok(Self { queues, store: Some(store), next_sequence, next_nonce: next_sequence })
    }

    /// Closes the queues: from now on every operation fails, as if the process were gone, and the files can be opened
    /// again.
    pub(super) fn close(&mut self) {
        self.store = None;
        for queue in self.queues.values() {
            queue.changes.send_replace(());
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.queues.keys().map(String::as_str)
    }

    pub(super) fn settings(&self, queue: &str) -> Result<&QueueSettings, Refusal> {
        self.queues.get(queue).map(|queue| &queue.settings).ok_or_else(Refusal::queue_does_not_exist)
    }

    /// Subscribes to the changes after which a waiting receive may find a message.
    pub(super) fn changes(&self, queue: &str) -> Result<watch::Receiver<()>, Refusal> {
        let queue = self.queues.get(queue).ok_or_else(Refusal::queue_does_not_exist)?;
        Ok(queue.changes.subscribe())
    }

    pub(super) fn counts(&self, queue: &str, time: Time) -> Result<(usize, usize), Refusal> {
        let queue = self.queues.get(queue).ok_or_else(Refusal::queue_does_not_exist)?;
        Ok(queue.lanes.counts(time.now))
    }

    pub(super) fn all(&self, queue: &str) -> Vec<Message> {
        self.queues.get(queue).map(|queue| queue.lanes.all()).unwrap_or_default()
    }

    pub(super) fn send(&mut self, name: &str, draft: Draft, time: Time) -> Result<Sent, Refusal> {
        let sequence = self.next_sequence;
        let (queue, store) = self.parts(name)?;
        message::check(&draft.body, &draft.attributes)?;
        let key = queue.settings.deduplication_key(&draft)?;
        let known = key.as_ref().and_then(|key| queue.recent.get(key));
        if let Some(recent) = known.filter(|recent| recent.until > time.now) {
            return Ok(Sent { id: recent.id.clone(), sequence: Some(recent.sequence) });
        }
        let fifo = queue.settings.is_fifo();
        if fifo && draft.delay.is_some_and(|delay| !delay.is_zero()) {
            let reason = "The request include parameter that is not valid for this queue type";
            return Err(Refusal::invalid_value("DelaySeconds", "", reason));
        }
        let message = Message {
            sequence,
            id: byoc::tools::crypto::uuid_from(&format!("{name} {sequence}")),
            group: draft.group.filter(|_| fifo),
            deduplication: key.as_ref().map(|(_, deduplication)| deduplication.clone()),
            body: draft.body,
            attributes: draft.attributes,
            sent: time.now,
            receives: 0,
            first_received: None,
            given_up_in: None,
            visible_at: draft.delay.map_or(0, |delay| time.now + millis(delay)),
            receipt: None,
        };
        let recent = key.map(|(scope, deduplication)| Recent {
            scope,
            deduplication,
            id: message.id.clone(),
            sequence,
            until: time.now + millis(DEDUPLICATION),
        });
        store.sent(name, &message, recent.as_ref(), time)?;
        if let Some(recent) = recent {
            queue.remember(recent, time);
        }
        let sent = Sent { id: message.id.clone(), sequence: fifo.then_some(sequence) };
        queue.lanes.push(message);
        queue.changes.send_replace(());
        self.next_sequence += 1;
        Ok(sent)
    }

    pub(super) fn receive(
        &mut self,
        name: &str,
        max: usize,
        visibility: Option<Duration>,
        time: Time,
    ) -> Result<Received, Refusal> {
        self.expire(name, time)?;
        loop {
            let (queue, _) = self.parts(name)?;
            let next = queue.lanes.next(time.now, max);
            if next.is_empty() {
                return Ok(Received::Nothing(queue.lanes.next_visible(time.now)));
            }
            let exhausted = queue.received_too_often(&next);
            if exhausted.is_empty() {
                return self.hand_out(name, &next, visibility, time);
            }
            for (place, dead_letter_queue) in exhausted {
                self.move_to_dead_letters(name, &place, &dead_letter_queue, time)?;
            }
        }
    }

    pub(super) fn delete(&mut self, name: &str, handle: &str, time: Time) -> Result<(), Refusal> {
        let (queue, store) = self.parts(name)?;
        let (place, nonce) = read_handle(handle).ok_or_else(Refusal::receipt_handle_is_invalid)?;
        // Deleting a deleted message succeeds.
        let Some(message) = queue.lanes.find(&place) else { return Ok(()) };
        if !message.is_held(nonce, time) && queue.settings.is_fifo() {
            return Err(expired(handle));
        }
        store.deleted(name, place.sequence)?;
        queue.lanes.remove(&place);
        queue.changes.send_replace(());
        Ok(())
    }

    pub(super) fn change_visibility(
        &mut self,
        name: &str,
        handle: &str,
        visibility: Duration,
        time: Time,
    ) -> Result<(), Refusal> {
        let (queue, store) = self.parts(name)?;
        let (place, nonce) = read_handle(handle).ok_or_else(Refusal::receipt_handle_is_invalid)?;
        let Some(message) = queue.lanes.find_mut(&place) else {
            let reason = "Message does not exist or is not available for visibility timeout change.";
            return Err(Refusal::invalid_value("ReceiptHandle", handle, reason));
        };
        let receipt = message.receipt.filter(|receipt| receipt.nonce == nonce).ok_or_else(|| expired(handle))?;
        if message.visible_at <= time.now {
            return Err(if queue.settings.is_fifo() { expired(handle) } else { Refusal::not_in_flight() });
        }
        let until = time.now + millis(visibility);
        if until > receipt.received + millis(MAX_VISIBILITY) {
            let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].";
            return Err(Refusal::invalid_value("VisibilityTimeout", &visibility.as_secs().to_string(), reason));
        }
        store.deferred(name, place.sequence, until, time)?;
        message.visible_at = until;
        queue.changes.send_replace(());
        Ok(())
    }

    pub(super) fn purge(&mut self, name: &str) -> Result<(), Refusal> {
        let (queue, store) = self.parts(name)?;
        store.purged(name)?;
        queue.lanes.clear();
        Ok(())
    }

    fn hand_out(
        &mut self,
        name: &str,
        places: &[Place],
        visibility: Option<Duration>,
        time: Time,
    ) -> Result<Received, Refusal> {
        let first_nonce = self.next_nonce;
        let (queue, store) = self.parts(name)?;
        let sequences: Vec<u64> = places.iter().map(|place| place.sequence).collect();
        store.received(name, &sequences, time)?;
        let visible_at = time.now + millis(visibility.unwrap_or(queue.settings.visibility_timeout));
        let mut messages = Vec::new();
        for (place, nonce) in places.iter().zip(first_nonce..) {
            let Some(message) = queue.lanes.find_mut(place) else { continue };
            message.receives += 1;
            message.first_received.get_or_insert(time.now);
            message.visible_at = visible_at;
            message.receipt = Some(Receipt { nonce, received: time.now });
            messages.push((message.clone(), write_handle(place, nonce)));
        }
        self.next_nonce += u64::try_from(messages.len()).unwrap_or_default();
        Ok(Received::Messages(messages))
    }

    /// Moves a message that was received too often to its dead-letter queue.
    fn move_to_dead_letters(&mut self, name: &str, place: &Place, to: &str, time: Time) -> Result<(), Refusal> {
        let sequence = self.next_sequence;
        let (queue, store) = self.parts(name)?;
        let Some(message) = queue.lanes.find(place) else { return Ok(()) };
        let message = Message {
            sequence,
            sent: time.now,
            visible_at: 0,
            receipt: None,
            given_up_in: Some(queue.settings.arn()),
            ..message.clone()
        };
        store.moved((name, place.sequence), to, &message, time)?;
        queue.lanes.remove(place);
        queue.changes.send_replace(());
        self.next_sequence += 1;
        if let Some(to) = self.queues.get_mut(to) {
            to.lanes.push(message);
            to.changes.send_replace(());
        }
        Ok(())
    }

    /// Deletes the messages that are older than the retention period.
    fn expire(&mut self, name: &str, time: Time) -> Result<(), Refusal> {
        let (queue, store) = self.parts(name)?;
        if time.now < queue.expire_at {
            return Ok(());
        }
        queue.expire_at = time.now + 1_000;
        let oldest = time.now.saturating_sub(millis(queue.settings.retention));
        for place in queue.lanes.sent_before(oldest) {
            store.deleted(name, place.sequence)?;
            queue.lanes.remove(&place);
        }
        Ok(())
    }

    fn parts(&mut self, name: &str) -> Result<(&mut Queue, &mut Store), Refusal> {
        let queue = self.queues.get_mut(name).ok_or_else(Refusal::queue_does_not_exist)?;
        let store = self.store.as_mut().ok_or_else(|| Refusal::internal("The queues are closed."))?;
        Ok((queue, store))
    }
}

impl Queue {
    fn remember(&mut self, recent: Recent, time: Time) {
        if self.recent.len() >= self.sweep_recent_at {
            self.recent.retain(|_, recent| recent.until > time.now);
            self.sweep_recent_at = SWEEP_RECENT_AT.max(2 * self.recent.len());
        }
        self.recent.insert((recent.scope.clone(), recent.deduplication.clone()), recent);
    }

    /// Returns the messages that were received too often, each with the dead-letter queue that it moves to.
    fn received_too_often(&self, places: &[Place]) -> Vec<(Place, String)> {
        let Some(redrive) = &self.settings.redrive else { return Vec::new() };
        let too_often = |place: &&Place| {
            self.lanes.find(place).is_some_and(|message| message.receives >= redrive.max_receive_count)
        };
        places.iter().filter(too_often).map(|place| (place.clone(), redrive.dead_letter_queue.clone())).collect()
    }
}

impl QueueSettings {
    /// Returns the scope and the id under which a message is remembered for five minutes.
    fn deduplication_key(&self, draft: &Draft) -> Result<Option<(Option<String>, String)>, Refusal> {
        if !self.is_fifo() {
            return Ok(None);
        }
        let group = draft.group.as_deref().ok_or_else(|| Refusal::missing("MessageGroupId"))?;
        message::check_id("MessageGroupId", group)?;
        let deduplication = match &draft.deduplication {
            Some(id) => id.clone(),
            None if self.content_based_deduplication => byoc::tools::crypto::sha256_hex(draft.body.as_bytes()),
            None => {
                return Err(Refusal::invalid(
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
                     provided explicitly",
                ));
            }
        };
        message::check_id("MessageDeduplicationId", &deduplication)?;
        Ok(Some((self.deduplicates_per_group.then(|| group.to_owned()), deduplication)))
    }
}

impl Message {
    /// Returns whether the receive with this nonce still has the right to delete the message.
    fn is_held(&self, nonce: u64, time: Time) -> bool {
        self.visible_at > time.now && self.receipt.is_some_and(|receipt| receipt.nonce == nonce)
    }
}

fn expired(handle: &str) -> Refusal {
    Refusal::invalid_value("ReceiptHandle", handle, "The receipt handle has expired.")
}

fn write_handle(place: &Place, nonce: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{nonce}:{}", place.sequence, place.lane))
}

fn read_handle(handle: &str) -> Option<(Place, u64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
    let mut fields = text.splitn(3, ':');
    let sequence = fields.next()?.parse().ok()?;
    let nonce = fields.next()?.parse().ok()?;
    Some((Place { lane: fields.next()?.to_owned(), sequence }, nonce))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
