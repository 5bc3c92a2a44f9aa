//! When a message comes back: the waits after a try that failed, the age at which the relay gives up, and how both are
//! scaled for tests and demonstrations.

use std::time::Duration;

use crate::tools::{
    crypto::sha256,
    millis::Millis,
    rules::{self, Rule},
};

/// The wait after each try that failed, in seconds, with a jitter of ±20 %. The last wait repeats. A hiccup costs
/// seconds, and a mended account works again within minutes.
pub const RETRY_WAITS: [u64; 6] = [1, 5, 30, 120, 300, 600];
/// The longest wait that a vendor may ask for.
const MAX_VENDOR_WAIT: Duration = Duration::from_secs(3_600);
/// The wait before the last copy of a part that may have arrived already. Two copies within a minute would tell nothing
/// new about a vendor that is in trouble.
const LAST_COPY_WAIT: Duration = Duration::from_secs(600);
/// The number of receives from which waits are stretched, and the number that must be left for the end. The queue hands
/// a message out a thousand times.
const STRETCHED_FROM: u32 = 300;
const LAST_RECEIVE: u32 = 950;
/// The time that a message may wait at the head of its lane before the agents are told.
const TOLD_AFTER: Duration = Duration::from_secs(600);

/// The waits and ages, multiplied by `RETRY_TIME_SCALE`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waits {
    scale: f64,
}

/// How long a message may live, and how old it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// The age since the message arrived or was redriven.
    pub(crate) age: Duration,
    /// The age after which a failed try is the last.
    pub(crate) end: Duration,
}

impl Life {
    /// Returns how long the message may live on.
    pub(crate) fn left(self) -> Duration {
        self.end.saturating_sub(self.age)
    }

    /// Returns whether the next failed try is the last.
    pub(crate) fn is_over(self) -> bool {
        self.age >= self.end && rules::holds(Rule::AgeEnds)
    }
}

impl Waits {
    /// Makes waits with this scale.
    pub(crate) fn new(scale: f64) -> Self {
        Self { scale }
    }

    /// Returns a time multiplied by the scale.
    pub(crate) fn scaled(self, time: Duration) -> Duration {
        Duration::try_from_secs_f64(time.as_secs_f64() * self.scale).unwrap_or(time)
    }

    /// Returns the wait after this many earlier tries. `seed` differs from message to message, and so does the jitter.
    pub(crate) fn after(self, tries: u32, seed: &str) -> Duration {
        let index = usize::try_from(tries).unwrap_or(usize::MAX);
        let wait = RETRY_WAITS.get(index).or(RETRY_WAITS.last()).copied().unwrap_or_default();
        let percent =
            80 + sha256(format!("{seed}{tries}").as_bytes()).first().map_or(20, |byte| u64::from(*byte) * 40 / 255);
        self.at_least_a_second(Duration::from_millis(wait * percent * 10))
    }

    /// Returns the wait that a vendor asks for, as far as it is kept.
    pub(crate) fn requested(self, wait: Duration) -> Duration {
        self.at_least_a_second(wait.min(MAX_VENDOR_WAIT))
    }

    /// Returns the shortest wait before a part is sent that may have arrived `doubts` times already.
    pub(crate) fn before_copy(self, doubts: u32) -> Duration {
        if doubts >= 2 { self.scaled(LAST_COPY_WAIT) } else { Duration::ZERO }
    }

    /// Returns the wait, stretched so that the receives of a message last for its life.
    pub(crate) fn stretched(self, wait: Duration, receives: u32, life: Life) -> Duration {
        if receives < STRETCHED_FROM {
            return wait;
        }
        let left = LAST_RECEIVE.saturating_sub(receives).max(1);
        wait.max(life.left() / left)
    }

    /// Returns whether the agents should know that a message waits, which has been at the head of its lane since `since`.
    pub(crate) fn is_long(self, since: Millis, now: Millis) -> bool {
        now.since(since) >= self.scaled(TOLD_AFTER)
    }

    fn at_least_a_second(self, wait: Duration) -> Duration {
        self.scaled(wait).max(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_spread_by_a_fifth_and_then_stay_at_ten_minutes() {
        let waits = Waits::new(1.0);
        for tries in 0..200 {
            let planned = RETRY_WAITS.get(tries).copied().unwrap_or(600) * 1_000;
            let wait = u64::try_from(waits.after(u32::try_from(tries).unwrap(), "m").as_millis()).unwrap();
            assert!(wait >= (planned * 4 / 5).max(1_000) && wait <= planned * 6 / 5, "{tries} {wait}");
        }
        assert_eq!(Waits::new(0.001).after(5, "m"), Duration::from_secs(1));
    }

    #[test]
    fn a_vendors_wait_is_kept_up_to_an_hour() {
        let waits = Waits::new(1.0);
        assert_eq!(waits.requested(Duration::ZERO), Duration::from_secs(1));
        assert_eq!(waits.requested(Duration::from_secs(7)), Duration::from_secs(7));
        assert_eq!(waits.requested(Duration::from_secs(90_000)), Duration::from_secs(3_600));
    }

    #[test]
    fn the_receives_last_for_the_longest_life() {
        let (waits, end) = (Waits::new(1.0), Duration::from_secs(144 * 3_600));
        let mut age = Duration::ZERO;
        for receives in 1..LAST_RECEIVE {
            age += waits.stretched(Duration::from_secs(1), receives, Life { age, end });
        }
        assert!(age >= end, "{age:?}");
    }
}
