//! The checks, which share nothing with the product: they see what people say, what vendors get and what the queue
//! holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{faults::Fate, snapshot::pairs};

/// The direction of a message.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Way {
    /// From the contact to the agents.
    In,
    /// From an agent to the contact.
    Out,
}

/// The messages of one contact in one direction, which arrive in order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Lane {
    /// The tenant.
    pub tenant: usize,
    /// The contact.
    pub contact: usize,
    /// The direction.
    pub way: Way,
}

/// A message that somebody said.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Saying {
    /// When the bridge acknowledged it; `None` if it did not.
    pub acknowledged: Option<u64>,
    /// The number of words.
    pub words: usize,
    /// The words that arrived.
    pub arrived: BTreeSet<usize>,
    /// When the first word arrived.
    pub first_arrival: Option<u64>,
    /// Whether somebody had a reason to doubt that a part arrived once.
    pub doubted: bool,
    /// The number of calls that carried a part.
    pub calls: u64,
    /// The vendor's id of the event, as the admin API shows it.
    pub event: String,
    /// How often the message was dead and sent again, or may have been. Then it may arrive late, and each life has
    /// copies of its own.
    pub redriven: u64,
    /// Whether a process sent a part after it was frozen, and died before it could tell: nobody can know.
    pub unknowable: bool,
    /// Whether an admin discarded the message or uninstalled the installation.
    pub ended: bool,
}

impl Saying {
    /// Returns whether every word arrived.
    pub fn is_complete(&self) -> bool {
        self.arrived.len() >= self.words
    }
}

/// What an admin sees of the messages of an installation, and what the queues hold: events by the vendor's ids.
#[derive(Debug, Default)]
pub struct Kept {
    /// The texts of everything in the two queues.
    pub waiting: Vec<String>,
    /// The public ids of the dead, without the damaged.
    pub dead: BTreeSet<String>,
    /// The public ids of the damaged.
    pub damaged: BTreeSet<String>,
}

impl Kept {
    fn holds_dead(&self, event: &str) -> bool {
        !event.is_empty() && self.dead.iter().any(|id| is_of(id, event))
    }
}

/// Returns whether a public id of a message names this event.
pub fn is_of(id: &str, event: &str) -> bool {
    id.rsplit('.').next().is_some_and(|last| last == hex::encode(event))
}

/// A broken promise.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Violation {
    /// The name of the check.
    pub check: &'static str,
    /// What was seen.
    pub what: String,
}

/// The largest number of copies of a part per life of a message.
const COPIES: u64 = 3;

/// What the checks remember.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Checks {
    /// Everything that somebody said, by lane and number.
    #[serde(with = "pairs")]
    pub sayings: BTreeMap<(Lane, u64), Saying>,
    /// Every broken promise, once.
    #[serde(skip)]
    pub violations: BTreeSet<Violation>,
    #[serde(with = "pairs")]
    copies: BTreeMap<(Lane, String), u64>,
    /// The copies that the version before made. It did not count them, so the next version starts anew.
    #[serde(skip)]
    earlier: BTreeMap<(Lane, String), u64>,
    #[serde(with = "pairs")]
    newest: BTreeMap<Lane, u64>,
    #[serde(skip)]
    working: BTreeMap<Lane, BTreeSet<u64>>,
    #[serde(skip)]
    touched: BTreeMap<u64, Vec<(Lane, u64)>>,
    /// The ids of the notes that the version before ended because the contact had no conversation.
    #[serde(default)]
    without_place: BTreeSet<String>,
    /// The notes to agents, by lane of the agents' messages.
    #[serde(with = "pairs")]
    pub notes: BTreeMap<Lane, Vec<String>>,
}

/// Makes the text of a message: words that name lane, number and position, so that every part of the text is unique.
pub fn text(lane: &Lane, number: u64, words: usize) -> String {
    let way = if lane.way == Way::In { "i" } else { "o" };
    let word = |at: usize| format!("{way}t{}c{}n{number}w{at}", lane.tenant, lane.contact);
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

/// Reads the words of a text: lane, number and position.
pub fn words(text: &str) -> Vec<(Lane, u64, usize)> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(word).collect()
}

fn word(word: &str) -> Option<(Lane, u64, usize)> {
    let (way, rest) = match word.split_at_checked(2)? {
        ("it", rest) => (Way::In, rest),
        ("ot", rest) => (Way::Out, rest),
        _ => return None,
    };
    let (tenant, rest) = rest.split_once('c')?;
    let (contact, rest) = rest.split_once('n')?;
    let (number, at) = rest.split_once('w')?;
    let lane = Lane { tenant: tenant.parse().ok()?, contact: contact.parse().ok()?, way };
    Some((lane, number.parse().ok()?, at.parse().ok()?))
}

impl Checks {
    /// Records a broken promise.
    pub fn violated(&mut self, check: &'static str, what: String) {
        self.violations.insert(Violation { check, what });
    }

    /// Returns the number of the newest message that somebody said in a lane; 0 before the first.
    pub fn newest_said(&self, lane: Lane) -> u64 {
        let said = self.sayings.range((lane, 0)..=(lane, u64::MAX));
        said.map(|((_, number), _)| *number).next_back().unwrap_or_default()
    }

    /// Notes that a part arrived at the people of a vendor.
    pub fn arrived(&mut self, lane: Lane, text: &str, at: u64) {
        for (of, number, position) in words(text) {
            if of != lane {
                self.violated("canaries", format!("a text of {of:?} arrived at {lane:?}"));
                continue;
            }
            let Some(saying) = self.sayings.get_mut(&(of, number)) else { continue };
            saying.arrived.insert(position);
            saying.first_arrival.get_or_insert(at);
            if position > 0 {
                continue;
            }
            let (revived, newest) = (saying.redriven > 0, self.newest.get(&lane).copied().unwrap_or_default());
            if revived {
                continue;
            }
            if number < newest && !self.copies.contains_key(&(lane, text.to_owned())) {
                self.violated("order", format!("{lane:?}: {number} arrived after {newest}"));
            }
            self.newest.insert(lane, newest.max(number));
        }
        let Some((_, number, _)) = words(text).first().copied() else { return };
        let copies = self.copies.entry((lane, text.to_owned())).or_default();
        *copies += 1;
        let copies = *copies;
        let Some(saying) = self.sayings.get(&(lane, number)) else { return };
        let (lives, doubted) = (saying.redriven + 1, saying.doubted);
        let earlier = self.earlier.get(&(lane, text.to_owned())).copied().unwrap_or_default();
        if copies > COPIES * lives + earlier {
            self.violated("copies", format!("{lane:?}: a part of {number} arrived {copies} times in {lives} lives"));
        }
        if copies > lives && !doubted {
            self.violated("copies without a doubt", format!("{lane:?}: a part of {number} arrived {copies} times"));
        }
    }

    /// Notes that a process takes a message of the queue. If the process ends without a word, nobody knows what it sent.
    pub fn takes(&mut self, process: u64, body: &str) {
        let mut said = words(body);
        said.dedup_by_key(|(lane, number, _)| (*lane, *number));
        self.touched.entry(process).or_default().extend(said.into_iter().map(|(lane, number, _)| (lane, number)));
    }

    /// Notes that a call with a part begins.
    ///
    /// A process that was frozen may meet another that took its place.
    pub fn call_begins(&mut self, lane: &Lane, text: &str, process: u64, frozen: &BTreeSet<u64>, at: u64, fate: Fate) {
        let is_frozen = frozen.contains(&process);
        let others = self.working.entry(*lane).or_default();
        let meets_another = others.iter().any(|other| *other != process && !frozen.contains(other));
        others.insert(process);
        if meets_another && !is_frozen {
            self.violated("one worker per lane", format!("{lane:?}: two invocations send at {at}"));
        }
        let Some((_, number, _)) = words(text).first().copied() else { return };
        self.touched.entry(process).or_default().push((*lane, number));
        let Some(saying) = self.sayings.get_mut(&(*lane, number)) else { return };
        saying.calls += 1;
        saying.doubted |= is_frozen
            || !matches!(
                fate,
                Fate::Works | Fate::Slow(_) | Fate::NoConnection | Fate::Throttled | Fate::Blocked | Fate::EqualId
            );
    }

    /// Notes that a call with a part ended.
    pub fn call_ends(&mut self, lane: &Lane, process: u64) {
        if let Some(working) = self.working.get_mut(lane) {
            working.remove(&process);
        }
    }

    /// Notes that a process died, was frozen, or met a fault of AWS: what it sent before is in doubt.
    pub fn in_doubt(&mut self, process: u64) {
        for key in self.touched.get(&process).cloned().unwrap_or_default() {
            if let Some(saying) = self.sayings.get_mut(&key) {
                saying.doubted = true;
            }
        }
    }

    /// Notes that the deadline of a process passes. A call that people see must not be under way, since nobody will know
    /// what came of it.
    pub fn deadline_passes(&mut self, process: u64) {
        let under_way: Vec<Lane> =
            self.working.iter().filter(|(_, working)| working.contains(&process)).map(|(lane, _)| *lane).collect();
        for lane in under_way {
            self.violated("deadline", format!("{lane:?}: the deadline passed during a call"));
        }
    }

    /// Notes that a process that had been frozen died.
    pub fn died_after_frost(&mut self, process: u64) {
        for key in self.touched.get(&process).cloned().unwrap_or_default() {
            if let Some(saying) = self.sayings.get_mut(&key) {
                saying.unknowable = true;
            }
        }
    }

    /// Notes that another version takes over.
    pub fn upgraded(&mut self) {
        self.earlier = self.copies.clone();
    }

    /// Notes that every process stopped in the middle of its work.
    pub fn all_in_doubt(&mut self) {
        for process in self.touched.keys().copied().collect::<Vec<_>>() {
            self.in_doubt(process);
        }
        self.working.clear();
    }

    /// Notes that an invocation ended.
    pub fn invocation_ends(&mut self, process: u64) {
        self.touched.remove(&process);
    }

    /// Notes a message that only agents see.
    pub fn note(&mut self, lane: Lane, text: &str) {
        self.notes.entry(lane).or_default().push(text.to_owned());
        self.no_words(text, "a note");
    }

    /// Checks that a text of the bridge's own has no words of a person.
    pub fn no_words(&mut self, text: &str, whose: &str) {
        if let Some((lane, number, _)) = words(text).first() {
            self.violated("canaries", format!("{whose} has words of {lane:?}: {number}"));
        }
    }

    /// Notes that the queue gave a message up.
    pub fn receives_exceeded(&mut self, id: u64) {
        self.violated("receives", format!("message {id} of the queue was received 1000 times"));
    }

    /// Checks that nothing acknowledged is lost: each event has arrived, waits in a queue, or is dead with its envelope
    /// and with a note that was posted, waits or is dead itself.
    pub fn nothing_lost(&mut self, kept: &Kept) {
        let mut waiting: BTreeSet<(Lane, u64)> = BTreeSet::new();
        for text in &kept.waiting {
            waiting.extend(words(text).into_iter().map(|(lane, number, _)| (lane, number)));
        }
        let mut found = Vec::new();
        let mut noted: BTreeMap<Lane, usize> = BTreeMap::new();
        for (key @ (lane, number), saying) in &self.sayings {
            if saying.acknowledged.is_none() || saying.ended || saying.is_complete() || waiting.contains(key) {
                continue;
            }
            if !kept.holds_dead(&saying.event) {
                found.push(("nothing lost", format!("{lane:?}: {number} is neither delivered nor kept")));
                continue;
            }
            let about = format!("about:{}", saying.event);
            let is_kept = self.without_place.iter().any(|note| note.starts_with(&about))
                || kept.holds_dead(&about)
                || kept.waiting.iter().any(|text| text.contains(&about));
            if is_kept {
                continue;
            }
            let posted = self.notes.get(&Lane { way: Way::Out, ..*lane }).map_or(0, |notes| {
                notes
                    .iter()
                    .filter(|note| {
                        note.contains("could not be shown")
                            || (note.starts_with("Not delivered") && !note.contains(" yet: "))
                    })
                    .count()
            });
            let needed = noted.entry(Lane { way: Way::Out, ..*lane }).or_default();
            *needed += 1;
            if *needed > posted {
                found.push(("notes", format!("{lane:?}: {number} is dead, and no note says so")));
            }
        }
        for (check, what) in found {
            self.violated(check, what);
        }
        for id in &kept.damaged {
            self.violations.insert(Violation { check: "nothing lost", what: format!("{id} is damaged") });
        }
    }

    /// Checks that everything acknowledged has arrived, after all dead messages were sent again and no fault was left.
    pub fn all_arrived(&mut self) {
        let missing: Vec<String> = self
            .sayings
            .iter()
            .filter(|(_, saying)| saying.acknowledged.is_some() && !saying.ended && !saying.is_complete())
            .map(|((lane, number), _)| format!("{lane:?}: {number} did not arrive"))
            .collect();
        for what in missing {
            self.violated("redrive", what);
        }
    }

    /// Checks that nothing waits.
    pub fn nothing_waits(&mut self, waiting: &[String]) {
        let mut keys: BTreeSet<(Lane, u64)> = BTreeSet::new();
        for text in waiting {
            keys.extend(words(text).into_iter().map(|(lane, number, _)| (lane, number)));
        }
        for (lane, number) in keys {
            self.violated("liveness", format!("{lane:?}: {number} still waits"));
        }
    }

    /// Checks the mark of a message that the admin API shows.
    pub fn mark(&mut self, event: &str, is_marked: bool) {
        let found = self.sayings.iter().find(|(_, saying)| !saying.event.is_empty() && is_of(event, &saying.event));
        let Some((&(lane, number), saying)) = found else { return };
        let of = |key: &(Lane, String)| key.0 == lane && words(&key.1).first().is_some_and(|word| word.1 == number);
        let copies = self.copies.iter().filter(|(key, _)| of(key)).map(|(_, copies)| *copies).max().unwrap_or_default();
        if saying.redriven > 0 || saying.unknowable {
            return;
        }
        if is_marked && !saying.doubted && copies <= 1 {
            self.violated("marks", format!("{lane:?}: {number} is marked, and no doubt existed"));
        } else if !is_marked && copies > 1 {
            self.violated("marks", format!("{lane:?}: {number} arrived {copies} times and is not marked"));
        }
    }
}
