//! The order of one queue: which message may be handed out next.
//!
//! A lane contains messages that must be delivered one after the other: a group of a FIFO queue, or a single message of
//! a standard queue. A lane hands out messages from its front, and none while one of its messages is invisible, in
//! flight or deferred.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::message::Message;

/// The highest number of messages of one receive.
pub(super) const MAX_MESSAGES: usize = 10;

/// The place of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Place {
    pub(super) lane: String,
    pub(super) sequence: u64,
}

/// All messages of a queue.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: HashMap<String, VecDeque<Message>>,
    /// The lanes by the sequence number of their first message, so that the oldest comes first.
    heads: BTreeMap<u64, String>,
}

impl Lanes {
    /// Adds a message after all others. Its sequence number must be the greatest.
    pub(super) fn push(&mut self, message: Message) {
        let name = message.lane();
        let lane = self.lanes.entry(name.clone()).or_default();
        if lane.is_empty() {
            self.heads.insert(message.sequence, name);
        }
        lane.push_back(message);
    }

    /// Removes a message.
    pub(super) fn remove(&mut self, place: &Place) -> Option<Message> {
        let lane = self.lanes.get_mut(&place.lane)?;
        let position = lane.iter().position(|message| message.sequence == place.sequence)?;
        let message = lane.remove(position)?;
        if position == 0 {
            self.heads.remove(&place.sequence);
            match lane.front() {
                Some(next) => {
                    self.heads.insert(next.sequence, place.lane.clone());
                }
                None => {
                    self.lanes.remove(&place.lane);
                }
            }
        }
        Some(message)
    }

    pub(super) fn find(&self, place: &Place) -> Option<&Message> {
        self.lanes.get(&place.lane)?.iter().find(|message| message.sequence == place.sequence)
    }

    pub(super) fn find_mut(&mut self, place: &Place) -> Option<&mut Message> {
        self.lanes.get_mut(&place.lane)?.iter_mut().find(|message| message.sequence == place.sequence)
    }

    /// Returns the next messages to hand out: the oldest lane first, and in order within each lane.
    pub(super) fn next(&self, now: u64, max: usize) -> Vec<Place> {
        let mut next = Vec::new();
        for name in self.heads.values() {
            let Some(lane) = self.lanes.get(name) else { continue };
            // Invisible messages were received together, from the front of the lane, so the search need not go further.
            if lane.iter().take(MAX_MESSAGES).any(|message| message.visible_at > now) {
                continue;
            }
            let places = lane.iter().map(|message| Place { lane: name.clone(), sequence: message.sequence });
            next.extend(places.take(max - next.len()));
            if next.len() == max {
                break;
            }
        }
        next
    }

    /// Returns the messages at the front of their lanes that were sent before `time`.
    pub(super) fn sent_before(&self, time: u64) -> Vec<Place> {
        let mut old = Vec::new();
        for (name, lane) in &self.lanes {
            let messages = lane.iter().take_while(|message| message.sent < time);
            old.extend(messages.map(|message| Place { lane: name.clone(), sequence: message.sequence }));
        }
        old
    }

    /// Returns the time at which the next invisible message becomes visible by itself.
    pub(super) fn next_visible(&self, now: u64) -> Option<u64> {
        let fronts = self.lanes.values().flat_map(|lane| lane.iter().take(MAX_MESSAGES));
        fronts.map(|message| message.visible_at).filter(|at| *at > now).min()
    }

    /// Returns the number of visible messages and the number of invisible ones.
    pub(super) fn counts(&self, now: u64) -> (usize, usize) {
        let all = self.lanes.values().map(VecDeque::len).sum::<usize>();
        let fronts = self.lanes.values().flat_map(|lane| lane.iter().take(MAX_MESSAGES));
        let hidden = fronts.filter(|message| message.visible_at > now).count();
        (all - hidden, hidden)
    }

    /// Returns copies of all messages in the order of their sequence numbers.
    pub(super) fn all(&self) -> Vec<Message> {
        let mut all: Vec<_> = self.lanes.values().flatten().cloned().collect();
        all.sort_by_key(|message| message.sequence);
        all
    }

    pub(super) fn clear(&mut self) {
        self.lanes.clear();
        self.heads.clear();
    }
}
