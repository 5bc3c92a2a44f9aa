//! The state of a simulated world, its clock, its dice and its log of events.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use byoc::{
    tools::millis::Millis,
    tools::simulation::{self, Reply, World},
};
use bytes::Bytes;
use http::Request;
use tokio::{sync::Notify, time::Instant};

use crate::{checks::Checks, faults::Faults, queue::Queues, table::Table, vendors::Tenant};

/// The time at which every simulation starts, in milliseconds since 1970.
const EPOCH: u64 = 1_800_000_000_000;

/// A simulated world.
pub struct State {
    start: Instant,
    /// The time that had passed when a snapshot was made, in milliseconds; 0 without a snapshot.
    pub before: u64,
    /// How far the clock of the running process is off, in milliseconds.
    pub offset: i64,
    /// The number of the running process.
    pub process: u64,
    /// The number of processes so far.
    pub processes: u64,
    /// The dice that decide about faults and people.
    pub rng: fastrand::Rng,
    /// The randomness of the product.
    pub entropy: fastrand::Rng,
    /// The log of events.
    pub log: Vec<String>,
    /// What goes wrong.
    pub faults: Faults,
    /// The queue and the dead-letter queue.
    pub queues: Queues,
    /// Wakes the pollers after a change of the queue.
    pub changed: Arc<Notify>,
    /// The table.
    pub table: Table,
    /// The tenants with their vendors.
    pub tenants: Vec<Tenant>,
    /// What the checks remember.
    pub checks: Checks,
    /// The processes that were frozen at any time.
    pub frozen: BTreeSet<u64>,
    /// How often each fault struck.
    pub struck: BTreeMap<String, u64>,
}

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// Runs a closure on the state of this thread's world.
///
/// # Panics
/// Panics if there is no world on this thread.
#[expect(clippy::expect_used, reason = "a simulation without a world is a mistake in this crate")]
pub fn with<T>(act: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(|state| act(state.as_mut().expect("a world was entered")))
}

/// Returns the virtual time in milliseconds since the start of the simulation.
pub fn elapsed() -> u64 {
    with(|state| state.elapsed())
}

/// Writes a line into the log of events.
pub fn log(line: impl FnOnce() -> String) {
    with(|state| state.note(line()));
}

/// The world of a thread, until this value is dropped.
pub struct Entered(());

impl Entered {
    /// Makes the world of a seed. Must be called inside the runtime whose time is paused.
    pub fn new(seed: u64) -> Self {
        fastrand::seed(seed ^ 0x5eed);
        let state = State {
            start: Instant::now(),
            before: 0,
            offset: 0,
            process: 0,
            processes: 0,
            rng: fastrand::Rng::with_seed(seed),
            entropy: fastrand::Rng::with_seed(seed ^ 0xe47),
            log: Vec::new(),
            faults: Faults::default(),
            queues: Queues::default(),
            changed: Arc::new(Notify::new()),
            table: Table::new(),
            tenants: Vec::new(),
            checks: Checks::default(),
            frozen: BTreeSet::new(),
            struck: BTreeMap::new(),
        };
        STATE.set(Some(state));
        simulation::enter(Some(Arc::new(Seam)));
        Self(())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        simulation::enter(None);
        STATE.set(None);
    }
}

impl State {
    /// Returns the virtual time in milliseconds since the start.
    pub fn elapsed(&self) -> u64 {
        self.before.saturating_add(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Returns the true time in milliseconds since 1970.
    pub fn time(&self) -> u64 {
        EPOCH + self.elapsed()
    }

    /// Writes a line into the log of events.
    pub fn note(&mut self, line: String) {
        let at = self.elapsed();
        self.log.push(format!("{:>9}.{:03} p{} {line}", at / 1_000, at % 1_000, self.process));
    }

    /// Counts a fault that struck.
    pub fn strike(&mut self, name: &str) {
        *self.struck.entry(name.to_owned()).or_default() += 1;
    }
}

struct Seam;

impl World for Seam {
    fn now(&self) -> Millis {
        let time = with(|state| i64::try_from(state.time()).unwrap_or_default() + state.offset);
        Millis::new(time)
    }

    fn fill(&self, bytes: &mut [u8]) {
        with(|state| state.entropy.fill(bytes));
    }

    fn aws(&self, request: Request<Bytes>) -> Reply {
        Box::pin(crate::aws::answer(request))
    }

    fn vendor(&self, request: Request<Bytes>) -> Reply {
        Box::pin(crate::vendors::answer(request))
    }
}
