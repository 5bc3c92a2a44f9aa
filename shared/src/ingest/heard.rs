//! What a webhook function notes about the calls that it gets: when a side was last heard, and which calls it refused.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    model::{
        heard::{Heard, Refusal, Taken},
        installation::Side,
    },
    outside::clock::now,
    store::Store,
    tools::millis::Millis,
};

/// The shortest time between two writes about the same side of an installation.
const INTERVAL: Duration = Duration::from_secs(60);
/// The longest time that a write may take. Nothing depends on it, and the platform waits for its answer.
const TIMEOUT: Duration = Duration::from_millis(100);
/// The maximum number of remembered sides. A full memory is emptied.
const LIMIT: usize = 10_000;

/// The calls that are not written yet, by installation and side.
#[derive(Debug, Default)]
pub(super) struct Calls {
    sides: Mutex<HashMap<(String, Side), Unwritten>>,
}

#[derive(Debug, Default)]
struct Unwritten {
    written_at: Option<Millis>,
    /// Whether an event was among what was written.
    wrote_event: bool,
    calls: Heard,
}

impl Calls {
    /// Notes a call with a valid URL token: one that was taken, or the reason why it was not. Writes what was noted at
    /// most once a minute for each side of an installation. A write that fails has no effect on the call, and its
    /// content is part of the next write.
    pub(super) async fn note(&self, store: &Store, installation: &str, side: Side, call: Result<Taken, Refusal>) {
        let key = (installation.to_owned(), side);
        let Some(calls) = self.due(&key, call, now()) else { return };
        let written = tokio::time::timeout(TIMEOUT, store.add_heard(installation, side, &calls)).await;
        if !matches!(written, Ok(Ok(()))) {
            self.put_back(key, calls);
        }
    }

    /// Adds calls that could not be written to those of the next write.
    fn put_back(&self, key: (String, Side), calls: Heard) {
        self.sides().entry(key).or_default().calls.merge(calls);
    }

    /// Adds a call, and returns everything that is to be written now.
    fn due(&self, key: &(String, Side), call: Result<Taken, Refusal>, at: Millis) -> Option<Heard> {
        let mut sides = self.sides();
        if sides.len() >= LIMIT && !sides.contains_key(key) {
            sides.clear();
        }
        let unwritten = sides.entry(key.clone()).or_default();
        unwritten.calls.add(call, at);
        // The first event after a handshake finishes the set-up, so it does not wait.
        let is_news = call == Ok(Taken::Event) && !unwritten.wrote_event;
        if !is_news && unwritten.written_at.is_some_and(|written_at| at.since(written_at) < INTERVAL) {
            return None;
        }
        unwritten.written_at = Some(at);
        unwritten.wrote_event |= unwritten.calls.latest_at.is_some();
        Some(std::mem::take(&mut unwritten.calls))
    }

    fn sides(&self) -> MutexGuard<'_, HashMap<(String, Side), Unwritten>> {
        self.sides.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::heard::RefusedCalls;

    #[test]
    fn what_a_minute_collects_is_part_of_the_next_write() {
        let (calls, key) = (Calls::default(), ("i".to_owned(), Side::Channel));
        let at = |seconds: i64| Millis::from_seconds(1_000 + seconds);
        let wrong = |count, since, latest_at| {
            let reason = Refusal::SignatureWrong;
            Some(Heard {
                refused: vec![RefusedCalls { reason, count, since: at(since), latest_at: at(latest_at) }],
                ..Heard::default()
            })
        };
        assert_eq!(calls.due(&key, Err(Refusal::SignatureWrong), at(0)), wrong(1, 0, 0));
        for seconds in 1..60 {
            assert_eq!(calls.due(&key, Err(Refusal::SignatureWrong), at(seconds)), None);
        }
        let other = ("i".to_owned(), Side::Helpdesk);
        assert!(calls.due(&other, Ok(Taken::Event), at(1)).is_some(), "each side has its own minute");
        assert_eq!(calls.due(&key, Err(Refusal::SignatureWrong), at(60)), wrong(60, 1, 60));
        // A write that failed is made up for by the next one.
        let lost = calls.due(&key, Err(Refusal::SignatureWrong), at(120)).unwrap();
        calls.put_back(key.clone(), lost);
        assert_eq!(calls.due(&key, Err(Refusal::SignatureWrong), at(130)), None);
        assert_eq!(calls.due(&key, Err(Refusal::SignatureWrong), at(180)), wrong(3, 120, 180));
        assert_eq!(
            calls.due(&key, Ok(Taken::Event), at(240)),
            Some(Heard { latest_at: Some(at(240)), ..Heard::default() })
        );
    }
}
