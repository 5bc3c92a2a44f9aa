//! The time as the local queue sees it: the wall clock, plus whatever a test has fast-forwarded.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

/// A clock that can be moved forward. Clones share the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<watch::Sender<Duration>>);

impl Clock {
    /// A clock that shows the wall clock's time until it is advanced.
    pub fn new() -> Self {
        Self::default()
    }

    /// Milliseconds since the epoch.
    pub fn now(&self) -> u64 {
        self.time().now
    }

    /// The time, and how much of it was fast-forwarded.
    pub(crate) fn time(&self) -> Time {
        #[expect(
            clippy::disallowed_methods,
            reason = "the local queue is a service of its own, with a clock of its own"
        )]
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ahead = millis(*self.0.borrow());
        Time { now: millis(wall) + ahead, ahead }
    }

    /// Lets time pass at once: whoever waits for something that is now due wakes up.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|ahead| *ahead = ahead.saturating_add(by));
    }

    /// Tells of every advance.
    pub(crate) fn advances(&self) -> watch::Receiver<Duration> {
        self.0.subscribe()
    }
}

/// A moment, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    /// What the clock shows.
    pub(crate) now: u64,
    /// How far it is ahead of the wall clock.
    ahead: u64,
}

impl Time {
    /// A time by this clock as the wall clock will show it; what is stored must not depend on a fast-forward.
    pub(crate) fn to_wall(self, time: u64) -> u64 {
        time.saturating_sub(self.ahead)
    }

    /// The opposite of [`to_wall`](Self::to_wall).
    pub(crate) fn of_wall(self, time: u64) -> u64 {
        time.saturating_add(self.ahead)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
