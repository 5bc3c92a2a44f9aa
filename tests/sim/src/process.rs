//! A process of Lambda: it has a clock of its own, dies, freezes, and ends at its deadline.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

use crate::{
    faults::strikes,
    world::{State, with},
};

/// The deadline of an invocation, as template.yaml sets it.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// How an invocation ended.
#[derive(Debug)]
pub enum End<T> {
    /// With its answer.
    Answer(T),
    /// The process died.
    Died,
    /// The deadline passed, and the process was killed.
    Deadline,
}

/// Runs a future as one invocation of a process. The process may die or freeze at any point where it waits.
pub async fn invoke<T>(work: impl Future<Output = T>) -> End<T> {
    let process = with(|state| {
        let id = state.checks_next_process();
        let dies_at = strikes(state, state.faults.deaths).then(|| state.rng.u32(1..60));
        let freezes_at = strikes(state, state.faults.freezes).then(|| state.rng.u32(1..60));
        let frozen_for = Duration::from_secs(state.rng.u64(20..400));
        let offset = state.rng.i64(-2_000..=2_000);
        (id, offset, dies_at, freezes_at, frozen_for)
    });
    let (id, offset, dies_at, freezes_at, frozen_for) = process;
    let process = Process {
        work: Some(Box::pin(work)),
        id,
        offset,
        polls: 0,
        dies_at,
        freezes_at,
        frozen_for,
        frozen: None,
        deadline: Box::pin(sleep(DEADLINE)),
    };
    let end = process.await;
    with(|state| {
        if !matches!(end, End::Answer(_)) {
            state.checks.in_doubt(id);
            if state.frozen.contains(&id) {
                state.checks.died_after_frost(id);
            }
        }
        state.checks.invocation_ends(id);
    });
    end
}

struct Process<F> {
    work: Option<Pin<Box<F>>>,
    id: u64,
    offset: i64,
    polls: u32,
    dies_at: Option<u32>,
    freezes_at: Option<u32>,
    frozen_for: Duration,
    frozen: Option<Pin<Box<Sleep>>>,
    deadline: Pin<Box<Sleep>>,
}

impl<F> Process<F> {
    fn end<T>(&mut self, how: &str, end: End<T>) -> Poll<End<T>> {
        self.enter();
        with(|state| {
            state.note(how.to_owned());
            state.strike(how);
        });
        self.work = None;
        with(State::leave);
        Poll::Ready(end)
    }

    fn enter(&self) {
        with(|state| (state.process, state.offset) = (self.id, self.offset));
    }
}

impl<F: Future> Future for Process<F> {
    type Output = End<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(frozen) = &mut self.frozen {
            if frozen.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.frozen = None;
            self.freezes_at = None;
            // Time stood still for the process, so its deadline is as far away as before.
            self.deadline = Box::pin(sleep(DEADLINE / 2));
        }
        self.polls += 1;
        if self.dies_at == Some(self.polls) {
            return self.end("the process died", End::Died);
        }
        if self.freezes_at == Some(self.polls) {
            let id = self.id;
            with(|state| {
                state.frozen.insert(id);
                state.checks.in_doubt(id);
                state.note(format!("p{id} froze"));
                state.strike("a process froze");
            });
            let mut frozen = Box::pin(sleep(self.frozen_for));
            let _ = frozen.as_mut().poll(context);
            self.frozen = Some(frozen);
            return Poll::Pending;
        }
        if self.deadline.as_mut().poll(context).is_ready() {
            let id = self.id;
            with(|state| {
                if !state.frozen.contains(&id) {
                    state.checks.deadline_passes(id);
                }
            });
            return self.end("the deadline passed", End::Deadline);
        }
        self.enter();
        let polled = match &mut self.work {
            Some(work) => work.as_mut().poll(context),
            None => Poll::Pending,
        };
        with(State::leave);
        polled.map(End::Answer)
    }
}

impl State {
    /// Leaves the process that runs.
    pub fn leave(&mut self) {
        (self.process, self.offset) = (0, 0);
    }

    fn checks_next_process(&mut self) -> u64 {
        self.processes += 1;
        self.processes
    }
}
