//! The clock of the local queue: the wall clock plus the time that a test has fast-forwarded.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

/// A clock that can be moved forward. Clones share their time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<watch::Sender<Duration>>);

impl Clock {
    /// Makes a clock that shows the wall clock's time until it is advanced.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the time in milliseconds since the epoch.
    pub fn now(&self) -> u64 {
        self.time().now
    }

    /// Returns the time and the part of it that was fast-forwarded.
    pub(crate) fn time(&self) -> Time {
        #[expect(
            clippy::disallowed_methods,
            reason = "the local queue is a service of its own, with a clock of its own"
        )]
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ahead = millis(*self.0.borrow());
        Time { now: millis(wall) + ahead, ahead }
    }

    /// Moves the clock forward at once and wakes all tasks that wait for something that is now due.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|ahead| *ahead = ahead.saturating_add(by));
    }

    /// Subscribes to every advance.
    pub(crate) fn advances(&self) -> watch::Receiver<Duration> {
        self.0.subscribe()
    }
}

/// A point in time, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    /// The time that the clock shows.
    pub(crate) now: u64,
    /// The time by which the clock is ahead of the wall clock.
    ahead: u64,
}

impl Time {
    /// Converts a time of this clock to the wall clock's time, since stored times must not depend on a fast-forward.
    pub(crate) fn to_wall(self, time: u64) -> u64 {
        time.saturating_sub(self.ahead)
    }

    /// Converts a time of the wall clock back; the opposite of [`to_wall`](Self::to_wall).
    pub(crate) fn of_wall(self, time: u64) -> u64 {
        time.saturating_add(self.ahead)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
