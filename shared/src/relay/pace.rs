//! Permits: a rate that all calls of one side of an installation share, over all processes.
//!
//! Permits are taken from the table in small blocks, as many as wait for one in this process, and are good for one short
//! window only. Who finds none waits a moment; who waits too long gives the message back to the queue, which costs it
//! no try.

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
    outside::clock::now_ms,
    store::{Bucket, Store, StoreError},
    tools::crypto::sha256,
};

/// So many turns at most are taken from the table at once.
const BLOCK: u32 = 5;
/// How long one attempt may wait for its turns in all; an invocation costs money while it waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// Whoever was given back so often waits the longest.
const LONGEST_WAIT: u64 = 30;
/// So many sides at most are remembered; then the memory starts anew, which wastes a few turns.
const REMEMBERED: usize = 10_000;

/// The turns that this process has in memory.
#[derive(Debug, Default)]
pub struct Pace {
    sides: Mutex<HashMap<String, Arc<SidePermits>>>,
}

/// The turns of one side, and how many attempts wait for one.
#[derive(Debug, Default)]
struct SidePermits {
    block: tokio::sync::Mutex<Block>,
    waiting: AtomicU32,
}

/// Permits that were taken and not used yet.
#[derive(Debug, Default)]
struct Block {
    left: u32,
    /// Until when they are good: when the window ends in which they were taken, in milliseconds since 1970.
    until: i64,
    /// The table has no more in this window.
    is_empty: bool,
}

/// How a rate is kept whatever stretch of time the vendor looks at: a third of the period is one window, and a window
/// gives out a quarter of the rate, so that no stretch as long as the period touches more than four of them. The
/// windows are a little longer than a third, since calls do not all take equally long to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Windows {
    length: Duration,
    turns: u32,
    block: u32,
}

impl Windows {
    fn of(Rate { calls, period }: Rate) -> Self {
        let (turns, length) = match calls {
            0..4 => ((calls / 2).max(1), period),
            _ => (calls / 4, period / 3),
        };
        Self { length: length.saturating_add(length / 20), turns, block: turns.min(BLOCK) }
    }

    /// When the window that `now` lies in ends, as [`Store::take_quota`] counts.
    fn end(&self, now: i64) -> i64 {
        let length = i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX).max(1);
        now.saturating_sub(now.rem_euclid(length)).saturating_add(length)
    }
}

impl Pace {
    /// Nothing in memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// The turns of one attempt at one message. Without a rate every turn is free.
    pub fn permits<'a>(&self, store: &'a Store, paced: Paced<'a>) -> Permits<'a> {
        let turns = paced.rate.map(|rate| {
            let key = format!("{}\n{}", paced.installation, paced.side.word());
            let mut sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
            if sides.len() >= REMEMBERED && !sides.contains_key(&key) {
                sides.clear();
            }
            (Windows::of(rate), sides.entry(key).or_default().clone())
        });
        Permits { store, paced, turns, patience: PATIENCE }
    }
}

/// Whose calls are paced, and for which message.
#[derive(Clone, Copy, Debug)]
pub struct Paced<'a> {
    /// The installation.
    pub installation: &'a str,
    /// The side that is called.
    pub side: Side,
    /// The rate that all calls of this side share, where there is one.
    pub rate: Option<Rate>,
    /// The deduplication id of the message.
    pub message: &'a str,
    /// How often the queue has handed the message out.
    pub receive_count: u32,
}

/// The turns of one attempt.
#[derive(Debug)]
pub struct Permits<'a> {
    store: &'a Store,
    paced: Paced<'a>,
    turns: Option<(Windows, Arc<SidePermits>)>,
    patience: Duration,
}

impl Permits<'_> {
    /// Waits for a turn. Gives how long to stay away when none comes soon enough.
    ///
    /// # Errors
    /// The table failed.
    pub async fn take(&mut self) -> Result<Option<Duration>, StoreError> {
        let Some((windows, side)) = &self.turns else { return Ok(None) };
        let _waiting = Waiting::new(&side.waiting);
        let mut most = windows.block;
        loop {
            let mut block = side.block.lock().await;
            let now = now_ms();
            let has_begun = now < block.until;
            if !has_begun {
                *block = Block::default();
            }
            if block.left > 0 {
                block.left -= 1;
                return Ok(None);
            }
            if !block.is_empty {
                let rate = Rate { calls: windows.turns, period: windows.length };
                let bucket = Bucket {
                    installation: self.paced.installation,
                    contact: None,
                    name: rate_name(self.paced.side),
                    rate,
                };
                let want = side.waiting.load(Ordering::Relaxed).clamp(1, most);
                let taken = self.store.take_quota_of(&bucket, want, now, has_begun).await?;
                let until = windows.end(now);
                if taken.is_none() {
                    *block = Block { left: want - 1, until, is_empty: false };
                    return Ok(None);
                }
                // There may be fewer than everyone here wants.
                *block = Block { left: 0, until, is_empty: want == 1 };
                most = 1;
                continue;
            }
            let wait = Duration::from_millis(block.until.saturating_sub(now).max(1).unsigned_abs());
            drop(block);
            let Some(patience) = self.patience.checked_sub(wait) else { return Ok(Some(self.wait_away())) };
            self.patience = patience;
            tokio::time::sleep(wait).await;
        }
    }

    /// How long a message stays away: whole seconds, as the queue counts, spread so that not all come back at once,
    /// and the longer the more often it was given back.
    fn wait_away(&self) -> Duration {
        let most = u64::from(self.paced.receive_count).saturating_mul(2).clamp(2, LONGEST_WAIT);
        let seed = sha256(format!("{}{}", self.paced.message, self.paced.receive_count).as_bytes());
        Duration::from_secs(1 + seed.first().map_or(0, |byte| u64::from(*byte) % most))
    }
}

/// Counts whoever waits, until dropped.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
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
                assert!(touched * u64::from(windows.turns) <= u64::from(calls), "{calls} {start}");
            }
            assert!((1..=5).contains(&windows.block) && windows.block <= windows.turns);
        }
    }

    #[test]
    fn a_window_ends_where_the_table_counts_the_next() {
        let windows = Windows::of(Rate { calls: 20, period: Duration::from_secs(1) });
        assert_eq!((windows.length.as_millis(), windows.turns, windows.block), (349, 5, 5));
        assert_eq!((windows.end(0), windows.end(348), windows.end(349)), (349, 349, 698));
    }
}
