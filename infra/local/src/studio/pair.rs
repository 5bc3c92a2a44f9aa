//! A running pair of a channel and a helpdesk, with everything that people wrote and saw on both sides.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::{Request, header};
use byoc::{
    model::installation::Side,
    outside::{clock::now, config::Environment},
    tools::millis::Millis,
};
use byoc_vendors::{
    fault::{Fault, Faults, How},
    people::{ChannelSim, HelpdeskSim, Said, Saying, Seen},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::watch, task::JoinSet};

use super::{events::Installed, mask::Mask};
use crate::{
    bridge::{Bridge, Functions, QUEUE},
    event_source::InFlight,
    queue::Queues,
    recorder::Recorder,
};

/// The time between two looks at what arrived.
const LOOK: Duration = Duration::from_millis(100);
/// The number of looks after which the journal is read again while somebody watches.
const LOOKS_PER_JOURNAL: u32 = 3;
/// The number of lines that a pair remembers.
const LINES: usize = 400;

/// A pair with its bridge.
pub(super) struct Pair {
    /// The name in addresses, for example `viber-freshchat`.
    pub(super) name: String,
    pub(super) channel: Arc<dyn ChannelSim>,
    pub(super) helpdesk: Arc<dyn HelpdeskSim>,
    pub(super) recorder: Recorder,
    pub(super) mask: Mask,
    pub(super) environment: Environment,
    pub(super) functions: Functions,
    /// The page of the installation.
    pub(super) settings_url: String,
    id: String,
    request: Value,
    admin_key: String,
    queues: Queues,
    in_flight: InFlight,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
    watchers: AtomicUsize,
    /// The bridge, if it was started for this pair alone.
    _bridge: Option<Bridge>,
}

/// What is known at a moment.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Everything that was written and seen, oldest first.
    pub(super) lines: Vec<Line>,
    /// The journal, newest first.
    pub(super) journal: Vec<Entry>,
    /// What the last action did, if people should read it.
    pub(super) notice: Option<String>,
    /// When each waiting message is tried again, by the time at which it was received.
    pub(super) next: BTreeMap<Millis, Next>,
    /// The number of lines seen on each side.
    seen: (usize, usize),
    number: u64,
}

/// What happens next with a message that waits in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// An attempt runs now.
    Running,
    /// The next attempt begins at this moment, unless an earlier message of the contact goes first.
    At(Millis),
}

/// A message as it stands on one of the two screens.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: u64,
    /// The screen.
    pub(super) side: Side,
    pub(super) who: Who,
    pub(super) from: String,
    pub(super) text: String,
    pub(super) at: Millis,
    /// The vendor's id of the message, once it is known.
    pub(super) id: Option<String>,
    /// The time within which the bridge took the message, if it was written on this screen.
    took: Option<(Millis, Millis)>,
    /// Why the message did not get to the bridge.
    pub(super) problem: Option<String>,
}

/// The author of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The person in front of this screen.
    Here,
    /// The person in front of the other screen.
    There,
    /// The bridge, in a private note.
    Bridge,
}

/// An entry of the journal.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) direction: String,
    pub(super) state: String,
    pub(super) received_at: String,
    pub(super) attempts: u64,
    pub(super) took_ms: u64,
    pub(super) error: Option<String>,
    pub(super) receipt: Option<String>,
    pub(super) sent_as: Vec<String>,
    pub(super) calls: Vec<Call>,
}

/// A call to a vendor in the trace of an entry.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub(super) struct Call {
    pub(super) at: Millis,
    pub(super) attempt: u64,
    pub(super) call: String,
    pub(super) result: String,
    pub(super) ms: u64,
}

#[derive(Deserialize)]
struct Journal {
    messages: Vec<Entry>,
}

impl Entry {
    pub(super) fn received(&self) -> Option<Millis> {
        Millis::from_rfc3339(&self.received_at)
    }

    /// Returns whether this is the message of a line.
    fn is_of(&self, line: &Line) -> bool {
        let by_id = line.id.as_ref().is_some_and(|id| self.sent_as.contains(id));
        let written_on = if line.side == Side::Channel { "inbound" } else { "outbound" };
        let by_time = line.took.is_some_and(|(began, ended)| {
            self.direction == written_on && self.received().is_some_and(|at| (began..=ended).contains(&at))
        });
        if line.who == Who::Here { by_time } else { by_id }
    }
}

impl State {
    /// Returns the journal's entry of a line.
    pub(super) fn entry_of(&self, line: &Line) -> Option<&Entry> {
        self.journal.iter().rev().find(|entry| entry.is_of(line))
    }

    fn add(&mut self, line: Line) -> u64 {
        self.number += 1;
        let line = Line { number: self.number, ..line };
        if self.lines.len() >= LINES {
            self.lines.remove(0);
        }
        self.lines.push(line);
        self.number
    }
}

impl Line {
    fn seen(side: Side, seen: &Seen) -> Self {
        Self {
            number: 0,
            side,
            who: if seen.private { Who::Bridge } else { Who::There },
            from: seen.from.clone(),
            text: seen.text.clone(),
            at: now(),
            id: Some(seen.id.clone()),
            took: None,
            problem: None,
        }
    }

    fn written(side: Side, text: &str) -> Self {
        let (from, text) = (String::new(), text.to_owned());
        let now = now();
        Self { number: 0, side, who: Who::Here, from, text, at: now, id: None, took: None, problem: None }
    }
}

impl Pair {
    /// Makes the pair of a running bridge. `own` is the bridge if it shall end with the pair.
    pub(super) fn new(bridge: &Bridge, recorder: Recorder) -> Self {
        let text = |name: &str| bridge.installation.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            name: format!("{}-{}", bridge.channel.kind(), bridge.helpdesk.kind()),
            channel: bridge.channel.clone(),
            helpdesk: bridge.helpdesk.clone(),
            recorder,
            mask: Mask::of(bridge),
            environment: bridge.variables(),
            functions: bridge.functions(),
            settings_url: text("settings_url"),
            id: bridge.installation_id().to_owned(),
            request: bridge.request.clone(),
            admin_key: bridge.admin_key.clone(),
            queues: bridge.queues.queues().clone(),
            in_flight: bridge.in_flight.clone(),
            state: Mutex::default(),
            changes: watch::Sender::new(0),
            watchers: AtomicUsize::new(0),
            _bridge: None,
        }
    }

    /// Makes a pair that ends its bridge when it ends.
    pub(super) fn owning(bridge: Bridge, recorder: Recorder) -> Self {
        let pair = Self::new(&bridge, recorder);
        Self { _bridge: Some(bridge), ..pair }
    }

    /// Returns the installation that sample events are made for.
    pub(super) fn installed(&self) -> Installed<'_> {
        Installed { channel: self.channel.as_ref(), id: &self.id, request: &self.request }
    }

    /// Returns what is known now.
    pub(super) fn state(&self) -> State {
        self.lock().clone()
    }

    pub(super) fn faults(&self, side: Side) -> &Faults {
        match side {
            Side::Channel => self.channel.faults(),
            Side::Helpdesk => self.helpdesk.faults(),
        }
    }

    /// Subscribes to changes. The pair reads its journal while somebody is subscribed.
    pub(super) fn watch(self: &Arc<Self>) -> Watching {
        self.watchers.fetch_add(1, Ordering::Relaxed);
        Watching { pair: self.clone(), changes: self.changes.subscribe() }
    }

    /// Tells people what happened.
    pub(super) fn tell(&self, notice: impl Into<String>) {
        self.lock().notice = Some(notice.into());
        self.changed();
    }

    /// Writes on one of the screens, in the background.
    pub(super) fn write(self: &Arc<Self>, side: Side, shown: &str, saying: Saying) {
        let contact = match side {
            Side::Channel => Some(self.channel.customer().to_owned()),
            // The helpdesk knows the customer by the name that the bridge gave.
            Side::Helpdesk => self.contact(),
        };
        let Some(contact) = contact else {
            return self.tell("No customer has written yet. Write on the phone first.");
        };
        let number = {
            let mut state = self.lock();
            state.notice = None;
            state.add(Line::written(side, shown))
        };
        self.changed();
        let pair = self.clone();
        tokio::spawn(async move {
            let began = now();
            let said = match side {
                Side::Channel => pair.channel.say(&contact, saying).await,
                Side::Helpdesk => pair.helpdesk.answer(&contact, saying).await,
            };
            pair.wrote(number, began, said);
        });
    }

    fn wrote(&self, number: u64, began: Millis, said: Result<Said, String>) {
        if let Some(line) = self.lock().lines.iter_mut().find(|line| line.number == number) {
            line.took = Some((began, now()));
            match said {
                Ok(said) if said.status < 300 => line.id = Some(said.id),
                Ok(said) => line.problem = Some(format!("the bridge answered HTTP {}", said.status)),
                Err(error) => line.problem = Some(error),
            }
        }
        self.changed();
    }

    /// Resolves the conversation as the agent, in the background.
    pub(super) fn resolve(self: &Arc<Self>) {
        let Some(contact) = self.contact() else {
            return self.tell("There is no conversation yet. Write on the phone first.");
        };
        let pair = self.clone();
        tokio::spawn(async move {
            match pair.helpdesk.resolve(&contact).await {
                Ok(said) => {
                    pair.tell(format!("The conversation is resolved; the bridge answered HTTP {}.", said.status))
                }
                Err(error) => pair.tell(error),
            }
        });
    }

    /// Makes the next calls of a side fail.
    pub(super) fn trouble(&self, side: Side, how: How, times: usize) {
        self.faults(side).add(Fault::next(how).times(times));
        self.lock().notice = None;
        self.changed();
    }

    /// Ends the trouble of a side.
    pub(super) fn repair(&self, side: Side) {
        self.faults(side).clear();
        self.tell(format!("The {} works again. A waiting message arrives with its next attempt.", side.word()));
    }

    fn contact(&self) -> Option<String> {
        self.helpdesk.received(None).into_iter().rev().find(|seen| !seen.private).map(|seen| seen.contact)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|change| *change += 1);
    }

    /// Looks at both screens and the queue again and again.
    pub(super) async fn follow(self: Arc<Self>) {
        let mut troubles = (0, 0);
        for look in 0_u32.. {
            self.look();
            if self.watchers.load(Ordering::Relaxed) > 0 && look % LOOKS_PER_JOURNAL == 0 {
                self.read_journal().await;
                let left = (self.channel.faults().left(), self.helpdesk.faults().left());
                if left != troubles {
                    troubles = left;
                    self.changed();
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn look(&self) {
        let (phone, inbox) = (self.channel.received(None), self.helpdesk.received(None));
        let mut state = self.lock();
        let seen = std::mem::replace(&mut state.seen, (phone.len(), inbox.len()));
        let new = inbox.iter().skip(seen.1).map(|seen| Line::seen(Side::Helpdesk, seen));
        let new = new.chain(phone.iter().skip(seen.0).map(|seen| Line::seen(Side::Channel, seen)));
        let before = state.number;
        for line in new {
            state.add(line);
        }
        let is_new = state.number > before;
        drop(state);
        if is_new {
            self.changed();
        }
    }

    /// Reads the journal and what waits in the queue.
    pub(super) async fn read_journal(&self) {
        let journal: Option<Journal> = self.get(&format!("/installations/{}/messages", self.id)).await;
        let journal = journal.map(|journal| journal.messages).unwrap_or_default();
        let next = self.next();
        let mut state = self.lock();
        // The times differ a little from look to look.
        let same = |old: &Next, new: &Next| match (old, new) {
            (Next::At(old), Next::At(new)) => old.millis_since(*new).max(new.millis_since(*old)) < 1_000,
            (old, new) => old == new,
        };
        let is_same = state.next.len() == next.len()
            && next.iter().all(|(key, new)| state.next.get(key).is_some_and(|old| same(old, new)));
        if is_same && state.journal == journal {
            return;
        }
        if !is_same {
            state.next = next;
        }
        state.journal = journal;
        drop(state);
        self.changed();
    }

    /// Reads an entry with its trace.
    pub(super) async fn entry(&self, message: &str) -> Option<Entry> {
        self.get(&format!("/installations/{}/messages/{message}", self.id)).await
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, path: &str) -> Option<T> {
        let key = format!("Bearer {}", self.admin_key);
        let request = Request::get(path).header(header::AUTHORIZATION, key).body(Bytes::new()).ok()?;
        serde_json::from_slice(self.functions.http(request).await.body()).ok()
    }

    fn next(&self) -> BTreeMap<Millis, Next> {
        let waiting = self.queues.peek(QUEUE).into_iter().filter_map(|message| {
            let next = if self.in_flight.contains(&message.id) {
                Next::Running
            } else {
                Next::At(now().plus(message.hidden_for))
            };
            Some((received_at(&message.body)?, next))
        });
        waiting.collect()
    }
}

/// Returns when the event in the queue was received, by which the journal names it too.
pub(super) fn received_at(body: &str) -> Option<Millis> {
    let event: Value = serde_json::from_str(body).ok()?;
    Some(Millis::new(event.get("received_at")?.as_i64()?))
}

/// Somebody who watches a pair.
pub(super) struct Watching {
    pub(super) pair: Arc<Pair>,
    changes: watch::Receiver<u64>,
}

impl Watching {
    /// Waits for the next change.
    pub(super) async fn changed(&mut self) {
        // The sender lives in the pair, which is in `self`.
        let _always = self.changes.changed().await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.pair.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The running pairs with the tasks that follow them.
#[derive(Default)]
pub(super) struct Pairs {
    pub(super) all: Vec<Arc<Pair>>,
    following: JoinSet<()>,
}

impl Pairs {
    /// Adds a pair. Returns its name, which no other pair has.
    pub(super) fn add(&mut self, mut pair: Pair) -> String {
        let (plain, mut number) = (pair.name.clone(), 1);
        while self.all.iter().any(|other| other.name == pair.name) {
            number += 1;
            pair.name = format!("{plain}-{number}");
        }
        let pair = Arc::new(pair);
        self.following.spawn(pair.clone().follow());
        self.all.push(pair.clone());
        pair.name.clone()
    }
}
