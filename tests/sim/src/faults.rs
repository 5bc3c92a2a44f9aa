//! What goes wrong: the kinds of faults, and the dice for each call.

use std::{collections::BTreeMap, time::Duration};

use crate::world::{State, with};

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It works.
    Works,
    /// It takes effect, and the answer comes after this time.
    Slow(Duration),
    /// It is refused with an error of the server, and has no effect.
    Refused,
    /// It is refused as coming too often, and has no effect.
    Throttled,
    /// The connection cannot be made.
    NoConnection,
    /// It takes effect, and the connection breaks before the answer.
    AnswerLost,
    /// It takes effect, and the answer is an error of the server.
    ActsThenFails,
    /// It has no effect, and no answer comes.
    Hangs,
    /// It takes effect, and no answer comes.
    ActsThenHangs,
    /// It takes effect, and the answer cannot be read.
    Malformed,
    /// It takes effect, and the answer has the id of an earlier message.
    EqualId,
    /// The account is blocked.
    Blocked,
}

/// The faults of a seed.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// No fault strikes from this virtual time on (in milliseconds).
    pub until: u64,
    /// For each fault of AWS, one call in so many meets it.
    pub aws: Vec<(Fate, u32)>,
    /// For each fault of a vendor, one call in so many meets it.
    pub vendor: Vec<(Fate, u32)>,
    /// Periods in which an operation of AWS is refused: name, start and end.
    pub windows: Vec<(String, u64, u64)>,
    /// One invocation in so many dies; 0 means none.
    pub deaths: u32,
    /// One invocation in so many freezes; 0 means none.
    pub freezes: u32,
    /// One message in so many is kept by a throttled poller; 0 means none.
    pub late_starts: u32,
    /// One entry of a batch in so many is refused; 0 means none.
    pub entries: u32,
    /// One batch of keys in so many is read only in part; 0 means none.
    pub unprocessed: u32,
    /// For how long an index does not show a new item, in milliseconds.
    pub index_lag: u64,
    /// What happens to every call of a tenant's vendors that carries messages: tenant, fate, start and end.
    pub cursed: BTreeMap<usize, (Fate, u64, u64)>,
}

impl Faults {
    /// Draws a random subset of all faults (swarm testing): a seed with few kinds of faults goes deeper than a seed
    /// with all kinds. The faults begin after `from`.
    pub fn swarm(rng: &mut fastrand::Rng, from: u64, until: u64, tenants: usize) -> Self {
        let mut faults = Self { until, ..Self::default() };
        let rates = [2, 3, 5, 10, 30];
        for fate in [
            Fate::Slow(Duration::from_millis(500)),
            Fate::Refused,
            Fate::Throttled,
            Fate::NoConnection,
            Fate::AnswerLost,
            Fate::Hangs,
            Fate::ActsThenHangs,
        ] {
            if rng.u32(..6) == 0 {
                faults.aws.push((fate, rates[rng.usize(1..rates.len())] * 2));
            }
        }
        for fate in [
            Fate::Slow(Duration::from_secs(9)),
            Fate::Slow(Duration::from_secs(5)),
            Fate::Refused,
            Fate::Throttled,
            Fate::NoConnection,
            Fate::AnswerLost,
            Fate::ActsThenFails,
            Fate::Hangs,
            Fate::ActsThenHangs,
            Fate::Malformed,
            Fate::EqualId,
        ] {
            if rng.u32(..6) == 0 {
                faults.vendor.push((fate, rates[rng.usize(..rates.len())]));
            }
        }
        for operation in ["TransactWriteItems", "UpdateItem", "GetItem", "SendMessage", "ChangeMessageVisibility"] {
            if rng.u32(..8) == 0 {
                let start = from + rng.u64(..60_000);
                faults.windows.push((operation.to_owned(), start, start + rng.u64(30_000..600_000)));
            }
        }
        let one_in = |rng: &mut fastrand::Rng| if rng.u32(..4) == 0 { rates[rng.usize(1..rates.len())] } else { 0 };
        faults.deaths = one_in(rng);
        faults.freezes = one_in(rng);
        faults.late_starts = one_in(rng);
        faults.entries = one_in(rng);
        faults.unprocessed = one_in(rng);
        faults.index_lag = if rng.bool() { rng.u64(..60_000) } else { 0 };
        if rng.u32(..3) == 0 {
            let fate = [Fate::Hangs, Fate::Blocked, Fate::Refused, Fate::EqualId][rng.usize(..4)];
            let start = from + rng.u64(..60_000);
            faults.cursed.insert(rng.usize(..tenants), (fate, start, start + rng.u64(60_000..14_400_000)));
        }
        faults
    }
}

/// Returns whether an event that strikes one time in `rate` strikes now.
pub fn strikes(state: &mut State, rate: u32) -> bool {
    rate > 0 && state.elapsed() < state.faults.until && state.rng.u32(..rate) == 0
}

/// Draws what happens to a call of AWS.
pub fn of_aws(operation: &str) -> Fate {
    with(|state| {
        let at = state.elapsed();
        if at >= state.faults.until {
            return Fate::Works;
        }
        if state.faults.windows.iter().any(|(name, start, end)| name == operation && (*start..*end).contains(&at)) {
            state.strike(&format!("{operation} throttled"));
            return Fate::Throttled;
        }
        draw(state, |faults| &faults.aws, operation)
    })
}

/// Draws what happens to a call of a tenant's vendor.
pub fn of_vendor(tenant: usize, call: &str) -> Fate {
    with(|state| {
        let at = state.elapsed();
        if at >= state.faults.until {
            return Fate::Works;
        }
        match state.faults.cursed.get(&tenant) {
            Some((fate, start, end)) if (*start..*end).contains(&at) => {
                let fate = *fate;
                state.strike(&format!("{fate:?} at {call}"));
                return fate;
            }
            _ => {}
        }
        draw(state, |faults| &faults.vendor, call)
    })
}

fn draw(state: &mut State, from: impl Fn(&Faults) -> &Vec<(Fate, u32)>, call: &str) -> Fate {
    let all = from(&state.faults).clone();
    for (fate, rate) in all {
        if state.rng.u32(..rate) == 0 {
            state.strike(&format!("{fate:?} at {call}"));
            return fate;
        }
    }
    Fate::Works
}
