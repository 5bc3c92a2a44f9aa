//! The modes: what happens in a run, and what must hold.

use std::{cell::Cell, collections::BTreeMap, fmt, rc::Rc, time::Duration};

use byoc::tools::rules::{self, Rule};
use tokio::{
    runtime::Builder,
    task::{JoinSet, LocalSet},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    admin,
    bridge::Bridge,
    checks::{self, Lane, Violation, Way},
    faults::{Fate, Faults},
    queue,
    snapshot::Snapshot,
    world::{Entered, with},
};

/// The longest time for which the version before hid a message after a failure. Nobody can show it earlier.
const LONGEST_WAIT_BEFORE: Duration = Duration::from_secs(3 * 3_600);

const TWENTY_MINUTES: Duration = Duration::from_secs(1_200);

/// What a run tries to break.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Faults strike until the end, and nothing may be lost, doubled or mixed up.
    Safety,
    /// Faults stop, and twenty minutes later nothing may wait.
    Liveness,
    /// The vendors of one tenant fail, and the messages of another may not wait.
    Isolation,
    /// As in safety, with a queue and a table that the version before filled.
    Upgrade,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 4] = [Self::Safety, Self::Liveness, Self::Isolation, Self::Upgrade];
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safety => "safety",
            Self::Liveness => "liveness",
            Self::Isolation => "isolation",
            Self::Upgrade => "upgrade",
        })
    }
}

/// What a run showed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The log of events.
    pub log: Vec<String>,
    /// The broken promises.
    pub violations: Vec<Violation>,
    /// How often each fault struck.
    pub struck: BTreeMap<String, u64>,
    /// The faults of the seed, for people.
    pub faults: String,
    /// The number of messages that were said, and of those that arrived whole.
    pub messages: (usize, usize),
}

/// Runs one seed of a mode.
pub fn run(mode: Mode, seed: u64) -> Outcome {
    run_with(seed, move |world| Box::pin(play(mode, world)))
}

/// Runs one seed of a mode without one of the rules of delivery.
pub fn run_without(rule: Option<Rule>, mode: Mode, seed: u64) -> Outcome {
    rules::remove(rule);
    let outcome = run(mode, seed);
    rules::remove(None);
    outcome
}

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// The seed.
    pub seed: u64,
}

type Play = std::pin::Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// Runs a play in a world of its own.
pub fn run_with(seed: u64, play: impl FnOnce(World) -> Play) -> Outcome {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let Ok(runtime) = runtime else { return Outcome::default() };
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let _world = Entered::new(seed);
        let _lines = tracing::subscriber::set_default(
            tracing_subscriber::fmt().json().without_time().with_writer(|| Lines).finish(),
        );
        if let Err(error) = play(World { seed }).await {
            with(|state| state.checks.violated("start", error));
        }
        with(|state| Outcome {
            log: std::mem::take(&mut state.log),
            violations: state.checks.violations.iter().cloned().collect(),
            struck: std::mem::take(&mut state.struck),
            faults: format!("{:?}", state.faults),
            messages: (
                state.checks.sayings.len(),
                state.checks.sayings.values().filter(|saying| saying.arrived.len() >= saying.words).count(),
            ),
        })
    })
}

/// Where the product's log goes: no line may have words of a person.
struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        with(|state| state.checks.no_words(&text, "the log"));
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn play(mode: Mode, world: World) -> Result<(), String> {
    match mode {
        Mode::Safety | Mode::Liveness | Mode::Upgrade => storm(mode, world).await,
        Mode::Isolation => isolation().await,
    }
}

/// The number of tenants in a storm.
const TENANTS: usize = 2;

/// The relay's slots and the people in a storm.
struct Storm {
    slots: usize,
    slot_tasks: JoinSet<()>,
    people: JoinSet<()>,
}

/// Begins the faults of the seed, which end at `until`.
fn begin(bridge: &Rc<Bridge>, tenants: usize, until: u64) -> Storm {
    let slots = with(|state| state.rng.usize(2..6));
    with(|state| {
        let mut rng = state.rng.fork();
        state.faults = Faults::swarm(&mut rng, state.before, until, tenants);
        state.note(format!("{slots} slots, {:?}", state.faults));
    });
    let slot_tasks = slots_of(bridge, slots);
    let mut people = JoinSet::new();
    for tenant in 0..tenants {
        for contact in 0..2 {
            people.spawn_local(conversation(bridge.clone(), tenant, contact));
        }
    }
    if with(|state| state.rng.bool()) {
        people.spawn_local(admin::live(bridge.clone(), tenants));
    }
    Storm { slots, slot_tasks, people }
}

/// Runs a bridge under the faults of a seed and stops it in the middle of whatever it does. Returns what it left behind
/// as text.
pub fn snapshot(seed: u64) -> String {
    let result = Rc::new(Cell::new(String::new()));
    let text = result.clone();
    run_with(seed, move |_| {
        Box::pin(async move {
            let bridge = Bridge::start(TENANTS).await?;
            let Storm { mut slot_tasks, mut people, .. } = begin(&bridge, TENANTS, u64::MAX);
            people.spawn_local(receipts(bridge.clone(), TENANTS));
            let seconds = with(|state| {
                let most = [300, 1_200, 10_800, 345_600][state.rng.usize(..4)];
                state.rng.u64(30..most)
            });
            sleep(Duration::from_secs(seconds)).await;
            people.shutdown().await;
            slot_tasks.shutdown().await;
            text.set(Snapshot::take().to_text());
            Ok(())
        })
    });
    result.take()
}

/// Two tenants under the faults of the seed.
async fn storm(mode: Mode, world: World) -> Result<(), String> {
    let tenants = TENANTS;
    let bridge = if mode == Mode::Upgrade {
        Snapshot::previous(world.seed)?.restore()?;
        Bridge::start_functions().await?
    } else {
        Bridge::start(tenants).await?
    };
    let until = with(|state| match mode {
        Mode::Liveness => state.rng.u64(120_000..14_400_000),
        _ => u64::MAX,
    });
    let Storm { slots, mut slot_tasks, mut people } = begin(&bridge, tenants, until);
    if mode == Mode::Upgrade {
        people.spawn_local(receipts(bridge.clone(), tenants));
    }
    if mode == Mode::Liveness {
        sleep_until(Instant::now() + Duration::from_millis(until) + TWENTY_MINUTES).await;
        with(|state| {
            let waiting: Vec<String> = state.queues.main.messages.iter().map(|it| it.body.clone()).collect();
            state.checks.nothing_waits(&waiting);
        });
        people.shutdown().await;
        admin::check_states(&bridge, tenants).await;
        slot_tasks.shutdown().await;
        return Ok(());
    }
    let (hours, moves_back) = with(|state| {
        let hours = match state.rng.u32(..24) {
            0 => 100,
            1 => 30,
            _ => 1,
        };
        (hours, state.rng.bool())
    });
    if hours > 72 {
        // One tenant's vendors refuse everything for longer than a message may live.
        with(|state| {
            let (tenant, now) = (state.rng.usize(..tenants), state.elapsed());
            state.faults.cursed.insert(tenant, (Fate::Refused, now, u64::MAX));
        });
    }
    sleep(Duration::from_secs(hours * 3_600)).await;
    if moves_back {
        with(|state| {
            for letter in state.queues.dead.messages.clone() {
                for (lane, number, _) in checks::words(&letter.body) {
                    if let Some(saying) = state.checks.sayings.get_mut(&(lane, number)) {
                        saying.redriven += 1;
                    }
                }
            }
            let moved = queue::move_back(state);
            state.note(format!("{moved} dead letters were moved back"));
        });
        sleep(Duration::from_secs(600)).await;
    }
    // The relay stops in the middle of whatever it does.
    people.shutdown().await;
    slot_tasks.shutdown().await;
    with(|state| {
        state.checks.all_in_doubt();
        state.faults = Faults::default();
        let now = state.time() / 1_000;
        state.table.sweep(now);
    });
    // The index has caught up, and no call is under way.
    sleep(Duration::from_secs(300)).await;
    let kept = admin::kept(&bridge, tenants).await;
    with(|state| {
        state.checks.nothing_lost(&kept);
        let now = state.time();
        for message in &state.queues.main.messages {
            let hours = now.saturating_sub(message.sent) / 3_600_000;
            // The last try waits for a brake and for the process that has the message.
            if hours > 74 {
                state.checks.violated("age", format!("message {} of the queue is {hours} hours old", message.id));
            }
        }
    });
    // After an upgrade, say, everything dead is sent again.
    admin::redrive_all(&bridge, tenants, &kept.dead).await;
    with(queue::move_back);
    let mut slot_tasks = slots_of(&bridge, slots);
    if mode == Mode::Upgrade {
        sleep(LONGEST_WAIT_BEFORE).await;
    }
    sleep(2 * TWENTY_MINUTES).await;
    with(|state| {
        state.checks.all_arrived();
        // Receipts have no words.
        for message in state.queues.main.messages.iter().chain(&state.queues.dead.messages) {
            state.checks.violated("liveness", format!("message {} still waits: {}", message.id, message.body));
        }
    });
    admin::check_states(&bridge, tenants).await;
    slot_tasks.shutdown().await;
    Ok(())
}

fn slots_of(bridge: &Rc<Bridge>, slots: usize) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..slots {
        tasks.spawn_local(bridge.clone().slot());
    }
    tasks
}

/// A channel that tells what contacts got and read.
async fn receipts(bridge: Rc<Bridge>, tenants: usize) {
    for _ in 0..30 {
        let (pause, tenant, contact) =
            with(|state| (state.rng.u64(1_000..30_000), state.rng.usize(..tenants), state.rng.usize(..2)));
        sleep(Duration::from_millis(pause)).await;
        bridge.receipt(tenant, contact).await;
    }
}

/// Draws the number of words of an agent's answer. A few answers take several messages of the channel.
fn length(rng: &mut fastrand::Rng) -> usize {
    match rng.u32(..12) {
        0 => 2_400,
        1 | 2 => 700,
        _ => 3,
    }
}

/// A contact who writes, and an agent who answers.
async fn conversation(bridge: Rc<Bridge>, tenant: usize, contact: usize) {
    let count = with(|state| state.rng.u64(1..5));
    // After an upgrade, people go on.
    let said = with(|state| {
        let ways = [Way::In, Way::Out].map(|way| state.checks.newest_said(Lane { tenant, contact, way }));
        ways.into_iter().max().unwrap_or_default()
    });
    for number in said + 1..=said + count {
        let pause = with(|state| state.rng.u64(..30_000));
        sleep(Duration::from_millis(pause)).await;
        bridge.say(Lane { tenant, contact, way: Way::In }, number, 3).await;
        let (pause, length) = with(|state| (state.rng.u64(2_000..30_000), length(&mut state.rng)));
        sleep(Duration::from_millis(pause)).await;
        bridge.say(Lane { tenant, contact, way: Way::Out }, number, length).await;
    }
}

/// A helpdesk that fails, and two tenants whose contacts write.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// What happens to every call of the first tenant's vendors.
    pub fate: Fate,
    /// How long the trouble lasts, in milliseconds.
    pub lasts: u64,
    /// The number of contacts of the first tenant who write.
    pub contacts: usize,
    /// The number of slots of the relay.
    pub slots: usize,
}

/// What a trouble cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The longest that a message of the healthy tenant waited, in milliseconds.
    pub healthy: u64,
    /// The time from the end of the trouble to the first arrival, in milliseconds.
    pub first: u64,
    /// The time from the end of the trouble until a message of every contact had arrived, in milliseconds.
    pub all: u64,
    /// The number of calls that the vendors in trouble got.
    pub calls: u64,
}

/// Runs a trouble: the contacts of one tenant write when it begins, and a contact of the other every five seconds.
///
/// # Errors
/// Returns the reason if the bridge does not start, or if a message did not arrive after the trouble.
pub async fn trouble(of: Trouble) -> Result<Cost, String> {
    let bridge = Bridge::start(2).await?;
    let begins = with(|state| {
        let begins = state.elapsed();
        state.faults = Faults { until: u64::MAX, ..Faults::default() };
        state.faults.cursed.insert(0, (of.fate, begins, begins.saturating_add(of.lasts)));
        state.note(format!("{of:?}"));
        begins
    });
    let calls_before = with(|state| state.tenants.first().map_or(0, |us| us.calls));
    let mut slots = slots_of(&bridge, of.slots);
    let mut people = JoinSet::new();
    for contact in 0..of.contacts {
        let bridge = bridge.clone();
        people.spawn_local(async move {
            let pause = with(|state| state.rng.u64(..of.lasts.min(2_000)));
            sleep(Duration::from_millis(pause)).await;
            bridge.say(Lane { tenant: 0, contact, way: Way::In }, 1, 3).await;
        });
    }
    for number in 1..=20 {
        sleep(Duration::from_secs(5)).await;
        bridge.say(Lane { tenant: 1, contact: 0, way: Way::In }, number, 3).await;
    }
    let ends = begins.saturating_add(of.lasts);
    let calls = with(|state| state.tenants.first().map_or(0, |us| us.calls)).saturating_sub(calls_before);
    if of.lasts == u64::MAX {
        sleep(Duration::from_secs(60)).await;
    } else {
        sleep_until(
            Instant::now() + Duration::from_millis(ends.saturating_sub(with(|state| state.elapsed()))) + TWENTY_MINUTES,
        )
        .await;
    }
    let cost = with(|state| {
        let now = state.elapsed();
        let mut cost = Cost { calls, first: u64::MAX, ..Cost::default() };
        for ((lane, _), saying) in &state.checks.sayings {
            let arrived = saying.first_arrival.unwrap_or(now);
            if lane.tenant == 1 {
                cost.healthy = cost.healthy.max(arrived.saturating_sub(saying.acknowledged.unwrap_or_default()));
            } else {
                cost.first = cost.first.min(arrived.saturating_sub(ends));
                cost.all = cost.all.max(arrived.saturating_sub(ends));
            }
        }
        cost
    });
    slots.shutdown().await;
    Ok(cost)
}

/// One tenant's vendors fail, and many of its contacts write; another tenant's messages may not wait.
async fn isolation() -> Result<(), String> {
    let (fate, contacts) = with(|state| {
        let fate =
            [Fate::Hangs, Fate::Slow(Duration::from_secs(9)), Fate::Refused, Fate::Blocked][state.rng.usize(..4)];
        (fate, state.rng.usize(10..30))
    });
    let cost = trouble(Trouble { fate, lasts: u64::MAX, contacts, slots: 5 }).await?;
    with(|state| {
        state.note(format!("{cost:?}"));
        // Five lanes close the brake, and one message at a time tries again.
        let most = match fate {
            Fate::Hangs => 7,
            Fate::Slow(_) => u64::MAX,
            _ => 14,
        };
        if cost.calls > most {
            state.checks.violated("calls", format!("a vendor in trouble got {} calls in 100 s", cost.calls));
        }
        if cost.healthy > 15_000 {
            state.checks.violated("isolation", format!("a message waited {} s", cost.healthy / 1_000));
        }
    });
    Ok(())
}
