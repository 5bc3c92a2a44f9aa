//! Permits: the rate limit that all calls of one side of an installation share, over all processes.
//!
//! A process takes permits from the table in small blocks, as many as its attempts wait for, and a permit is valid for
//! one short window only. An attempt that finds no permit waits up to two seconds. After that, the message goes back to
//! the queue, which costs it no retry.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::{
    model::{features::Rate, installation::Side},
    outside::clock::now,
    store::{Bucket, Store, StoreError},
    tools::{crypto::sha256, millis::Millis},
};

/// The maximum number of permits that are taken from the table at once.
const MAX_BLOCK: u32 = 5;
/// How long one attempt may wait for permits in total, because an invocation costs money while it waits.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// The longest delay of a message that goes back to the queue, in seconds.
const MAX_REQUEUE_DELAY: u64 = 30;
/// The maximum number of sides in memory. A full map is emptied, which wastes a few permits.
const MAX_SIDES: usize = 10_000;

/// The permits that this process holds.
#[derive(Debug, Default)]
pub struct Pace {
    sides: Mutex<HashMap<String, Arc<SidePermits>>>,
}

/// The permits of one side, and the number of attempts that wait for one.
#[derive(Debug, Default)]
struct SidePermits {
    block: tokio::sync::Mutex<Block>,
    waiting: AtomicU32,
}

/// Permits that were taken from the table and not used yet.
#[derive(Debug, Default)]
struct Block {
    left: u32,
    /// The end of the window in which the permits were taken and are valid.
    until: Millis,
    /// Whether the table has no more permits in this window.
    is_exhausted: bool,
}

/// The windows that keep a rate in every interval, wherever the vendor's own interval starts. A window is a third of
/// the period and gives out a quarter of the rate, so an interval as long as the period touches no more than four
/// windows. Windows are a little longer than a third, because calls take different times to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Windows {
    length: Duration,
    permits: u32,
    block: u32,
}

impl Windows {
    fn of(Rate { calls, period }: Rate) -> Self {
        let (permits, length) = match calls {
            0..4 => ((calls / 2).max(1), period),
            _ => (calls / 4, period / 3),
        };
        Self { length: length.saturating_add(length / 20), permits, block: permits.min(MAX_BLOCK) }
    }

    /// Returns the end of the window that contains `now`, as [`Store::take_quota`] counts windows.
    fn end(&self, now: Millis) -> Millis {
        now.window_start(self.length).plus(self.length)
    }
}

impl Pace {
    /// Makes an empty pace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the permits for one attempt at one message. Without a rate limit every permit is free.
    pub fn permits<'a>(&self, store: &'a Store, paced: Paced<'a>) -> Permits<'a> {
        let rate_limit = paced.rate.map(|rate| {
            let key = format!("{}\n{}", paced.installation, paced.side.word());
            let mut sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
            if sides.len() >= MAX_SIDES && !sides.contains_key(&key) {
                sides.clear();
            }
            (Windows::of(rate), sides.entry(key).or_default().clone())
        });
        Permits { store, paced, rate_limit, remaining_wait: MAX_WAIT }
    }
}

/// The side whose calls are limited, and the message that they are made for.
#[derive(Clone, Copy, Debug)]
pub struct Paced<'a> {
    /// The id of the installation.
    pub installation: &'a str,
    /// The side that is called.
    pub side: Side,
    /// The rate limit that all calls of this side share, if there is one.
    pub rate: Option<Rate>,
    /// The deduplication id of the message.
    pub message: &'a str,
    /// How often the queue has handed the message out.
    pub receive_count: u32,
}

/// The permits of one attempt.
#[derive(Debug)]
pub struct Permits<'a> {
    store: &'a Store,
    paced: Paced<'a>,
    rate_limit: Option<(Windows, Arc<SidePermits>)>,
    remaining_wait: Duration,
}

impl Permits<'_> {
    /// Waits for a permit. Returns the delay for the queue if no permit comes soon enough.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn take(&mut self) -> Result<Option<Duration>, StoreError> {
        let Some((windows, side)) = &self.rate_limit else { return Ok(None) };
        let _waiting = WaitingGuard::new(&side.waiting);
        let mut max_want = windows.block;
        loop {
            let mut block = side.block.lock().await;
            let now = now();
            let has_begun = now < block.until;
            if !has_begun {
                *block = Block::default();
            }
            if block.left > 0 {
                block.left -= 1;
                return Ok(None);
            }
            if !block.is_exhausted {
                let rate = Rate { calls: windows.permits, period: windows.length };
                let bucket = Bucket {
                    installation: self.paced.installation,
                    contact: None,
                    name: rate_name(self.paced.side),
                    rate,
                };
                let want = side.waiting.load(Ordering::Relaxed).clamp(1, max_want);
                let taken = self.store.take_quota_of(&bucket, want, now, has_begun).await?;
                let until = windows.end(now);
                if taken.is_none() {
                    *block = Block { left: want - 1, until, is_exhausted: false };
                    return Ok(None);
                }
                // The window may hold fewer permits than this process wants.
                *block = Block { left: 0, until, is_exhausted: want == 1 };
                max_want = 1;
                continue;
            }
            let wait = block.until.since(now).max(Duration::from_millis(1));
            drop(block);
            let Some(remaining_wait) = self.remaining_wait.checked_sub(wait) else {
                return Ok(Some(self.requeue_delay()));
            };
            self.remaining_wait = remaining_wait;
            tokio::time::sleep(wait).await;
        }
    }

    /// Returns how long the message stays in the queue: whole seconds, as the queue counts, with a jitter so that
    /// messages do not all come back at once, and longer the more often the message was handed out.
    fn requeue_delay(&self) -> Duration {
        let most = u64::from(self.paced.receive_count).saturating_mul(2).clamp(2, MAX_REQUEUE_DELAY);
        let seed = sha256(format!("{}{}", self.paced.message, self.paced.receive_count).as_bytes());
        Duration::from_secs(1 + seed.first().map_or(0, |byte| u64::from(*byte) % most))
    }
}

/// Counts a waiting attempt until the guard is dropped.
struct WaitingGuard<'a>(&'a AtomicU32);

impl<'a> WaitingGuard<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for WaitingGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn rate_name(side: Side) -> &'static str {
    match side {
        Side::Channel => "rate.channel",
        Side::Helpdesk => "rate.helpdesk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stretch_of_the_period_holds_more_calls_than_the_rate() {
        for (calls, period_ms) in [(20, 1_000_u64), (4, 1_000), (5, 1_000), (60, 60_000), (2, 1_000), (3, 500)] {
            let windows = Windows::of(Rate { calls, period: Duration::from_millis(period_ms) });
            let length = u64::try_from(windows.length.as_millis()).unwrap();
            // The worst case: every window gives out all it has, and the stretch starts at any moment.
            for start in 0..length {
                let touched = (start + period_ms - 1) / length + 1;
                assert!(touched * u64::from(windows.permits) <= u64::from(calls), "{calls} {start}");
            }
            assert!((1..=5).contains(&windows.block) && windows.block <= windows.permits);
        }
    }

    #[test]
    fn a_window_ends_where_the_table_counts_the_next() {
        let windows = Windows::of(Rate { calls: 20, period: Duration::from_secs(1) });
        assert_eq!((windows.length.as_millis(), windows.permits, windows.block), (349, 5, 5));
        let ends = [0, 348, 349].map(|now| windows.end(Millis::new(now)).get());
        assert_eq!(ends, [349, 349, 698]);
    }
}
