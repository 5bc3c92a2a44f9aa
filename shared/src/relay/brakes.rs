//! Brakes keep a vendor's trouble to itself: while the brake of a side is closed, messages for that side wait without a
//! claim and without a call, so that they take no time from other installations.
//!
//! Five lanes without an answer close it: one alone may be a poisoned message. A blocked account closes it once the
//! harmless check of the credentials agrees. After the time, one message tries whether the trouble is over. A success
//! takes the brake off; a changed installation has none.
//!
//! Downloads of files have brakes of their own, so that a host of files that hangs holds up neither messages without
//! files nor other installations.

use std::time::Duration;

use super::{Record, Relay, waits::Waits};
use crate::{
    adapter::{Failure, Known, Task},
    engine::{Listener, Stop, drive},
    installations::OpenInstallation,
    outside::{clock::now, http::CALL_TIMEOUT},
    store::{Brake, Braked, StoreError},
    tools::{
        crypto::sha256,
        millis::Millis,
        rules::{self, Rule},
    },
};

/// The number of lanes in trouble that closes a brake.
const LANES: usize = 5;
/// The number of blocked lanes that closes the brake of a kind whose credentials cannot be checked.
const BLOCKED_LANES: usize = 2;
/// The first time for which a brake closes, and the longest. Each time is twice the one before.
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(300);
/// The spread of the messages that come back when a brake opens, so that they do not come all at once.
const SPREAD: Duration = Duration::from_secs(60);
/// The time after which the message that tries whether the trouble is over counts as dead.
const PROBE: Duration = Duration::from_secs(35);

/// What a brake says about the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    /// The call may be made.
    Go,
    /// The message waits this long.
    Wait(Duration),
}

/// The lane of a message, and the brake that it may have to wait for.
#[derive(Clone, Debug)]
pub(super) struct Lane<'a> {
    pub(super) open: &'a OpenInstallation,
    pub(super) braked: Braked,
    /// The name of the lane.
    pub(super) name: &'a str,
    pub(super) brake: Brake,
}

impl Lane<'_> {
    /// Returns whether there is something to take off.
    fn holds(&self) -> bool {
        self.brake.since != Millis::default() || self.brake.closed_until.is_some()
    }

    fn is_current(&self) -> bool {
        self.brake.version == self.open.installation.version
    }
}

impl Relay {
    /// Asks the brake whether a message may call its side.
    pub(super) async fn permission(&self, lane: &Lane<'_>, record: &Record) -> Result<Permission, StoreError> {
        let is_asked = lane.is_current() && rules::holds(Rule::BrakeIsAsked);
        let Some(closed_until) = lane.brake.closed_until.filter(|_| is_asked) else {
            return Ok(Permission::Go);
        };
        let now = now();
        let spread = spread(self.waits, &record.message.deduplication, record.receive_count);
        if now < closed_until {
            return Ok(Permission::Wait(closed_until.since(now) + spread));
        }
        let installation = &lane.open.installation.id;
        let has_probe = self.store.take_probe(installation, lane.braked, now.plus(PROBE), now).await?;
        if has_probe || !rules::holds(Rule::OneProbe) {
            return Ok(Permission::Go);
        }
        // Somebody else tries, and the brake is off or closed again when that ends.
        let trying = lane.brake.probe_until.map_or(CALL_TIMEOUT, |until| until.since(now).min(CALL_TIMEOUT));
        Ok(Permission::Wait(self.waits.scaled(trying).max(Duration::from_secs(1)) + spread / 4))
    }

    /// Takes the brake off after a success.
    pub(super) async fn went_well(&self, lane: &Lane<'_>, was_noted: bool) {
        if !was_noted && !lane.holds() || !rules::holds(Rule::BrakeComesOff) {
            return;
        }
        if let Err(error) = self.store.release_brake(&lane.open.installation.id, lane.braked).await {
            tracing::warn!(error = %error, "a brake could not be taken off");
        }
    }

    /// Notes that a call of this lane got no answer or a 5xx, and closes the brake if that makes too many.
    pub(super) async fn had_trouble(&self, lane: &Lane<'_>, reason: &str) {
        if let Err(error) = self.count_lane(lane, false, reason).await {
            tracing::warn!(error = %error, "a vendor's trouble could not be noted");
        }
    }

    /// Notes that the account is blocked, and closes the brake if the check of the credentials says so too.
    pub(super) async fn was_blocked(&self, lane: &Lane<'_>, record: &Record, reason: &str) {
        let left = record.deadline.saturating_duration_since(tokio::time::Instant::now());
        let checked = if left > CALL_TIMEOUT + Duration::from_secs(5) { self.check(lane).await } else { None };
        let noted = match checked {
            Some(true) => self.close(lane, self.waits.scaled(LONGEST), reason).await,
            // The refusal concerns this message and not the account.
            Some(false) => Ok(()),
            None => self.count_lane(lane, true, reason).await,
        };
        if let Err(error) = noted {
            tracing::warn!(error = %error, "a blocked account could not be noted");
        }
    }

    /// Returns whether the vendor refuses the credentials; `None` if that cannot be asked.
    async fn check(&self, lane: &Lane<'_>) -> Option<bool> {
        let mut calls = CountedCalls(0);
        let side = lane.open.side(lane.braked.side());
        let checked = drive(&self.http, side, &Task::Check, &mut Known::default(), &mut calls).await;
        match checked {
            _ if calls.0 == 0 => None,
            Ok(()) => Some(false),
            Err(Stop::Failure(Failure::Blocked { .. } | Failure::Rejected { .. })) => Some(true),
            Err(_) => None,
        }
    }

    async fn count_lane(&self, lane: &Lane<'_>, is_blocked: bool, reason: &str) -> Result<(), StoreError> {
        let installation = &lane.open.installation;
        let brake = self
            .store
            .note_trouble(&installation.id, lane.braked, installation.version, lane.name, is_blocked, now())
            .await?;
        let was_closed = brake.closed_until.is_some();
        let (lanes, most) = if is_blocked { (brake.blocked.len(), BLOCKED_LANES) } else { (brake.lanes.len(), LANES) };
        // The message that tried whether the trouble is over closes the brake alone.
        let is_open_again = brake.closed_until.is_some_and(|until| until <= now());
        if (!was_closed && lanes < most) || (was_closed && !is_open_again) || !rules::holds(Rule::BrakeCloses) {
            return Ok(());
        }
        let time = match (is_blocked, brake.closed_for) {
            (true, _) => self.waits.scaled(LONGEST),
            (false, Duration::ZERO) => self.waits.scaled(FIRST),
            (false, before) => (before * 2).min(self.waits.scaled(LONGEST)),
        };
        self.close(lane, time, reason).await
    }

    async fn close(&self, lane: &Lane<'_>, time: Duration, reason: &str) -> Result<(), StoreError> {
        let installation = &lane.open.installation;
        tracing::warn!(
            installation.id = %installation.id,
            brake.side = lane.braked.word(),
            brake.seconds = time.as_secs(),
            reason,
            "a brake was closed"
        );
        self.store.close_brake(&installation.id, lane.braked, installation.version, time, reason, now()).await
    }
}

/// Counts the calls of a task.
struct CountedCalls(u32);

impl Listener for CountedCalls {
    fn after_call(&mut self, _call: &'static str, _result: String, _took: Duration) {
        self.0 = self.0.saturating_add(1);
    }
}

/// Returns a share of the spread that differs from message to message and from turn to turn.
fn spread(waits: Waits, message: &str, receives: u32) -> Duration {
    let seed = sha256(format!("{message}{receives}").as_bytes()).first().copied().unwrap_or_default();
    waits.scaled(SPREAD) * u32::from(seed) / 255
}
