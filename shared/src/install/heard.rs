//! When each side was last heard, and which of its calls were refused, as admins see it.

use std::time::Duration;

use serde::Serialize;

use crate::{
    model::{
        heard::{Heard, HeardSides, Refusal, RefusedCalls},
        installation::{Installation, Problem, Side},
    },
    outside::clock::now,
    tools::{millis::Millis, sentences::Sentence},
};

/// How long after the latest refused call admins are warned.
const WARNED: Duration = Duration::from_secs(24 * 3_600);

/// The calls of both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeardView {
    /// The calls of the channel.
    pub channel: HeardSide,
    /// The calls of the helpdesk.
    pub helpdesk: HeardSide,
}

/// The calls of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeardSide {
    /// When the platform last confirmed the URL with a handshake; absent if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake_at: Option<String>,
    /// When the latest event that was taken arrived, within a minute; `None` if none ever did.
    pub latest_at: Option<String>,
    /// The calls that were refused since an admin last changed the installation.
    pub refused: Vec<RefusedView>,
}

/// The calls of one side that were refused for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedView {
    /// The reason, as a stable word.
    pub reason: Refusal,
    /// The number of calls.
    pub count: u64,
    /// When the first of them arrived.
    pub since: String,
    /// When the latest of them arrived.
    pub latest_at: String,
}

impl From<&HeardSides> for HeardView {
    fn from(heard: &HeardSides) -> Self {
        Self { channel: HeardSide::from(&heard.channel), helpdesk: HeardSide::from(&heard.helpdesk) }
    }
}

impl From<&Heard> for HeardSide {
    fn from(heard: &Heard) -> Self {
        let refused = heard.refused.iter().map(|calls| RefusedView {
            reason: calls.reason,
            count: calls.count,
            since: calls.since.rfc3339(),
            latest_at: calls.latest_at.rfc3339(),
        });
        let text = |at: Option<Millis>| at.map(Millis::rfc3339);
        Self { handshake_at: text(heard.handshake_at), latest_at: text(heard.latest_at), refused: refused.collect() }
    }
}

/// Returns the problem that needs a person: the one that the installation has, or else that calls were dropped.
pub(super) fn problem(installation: &Installation, heard: &HeardSides) -> Option<Problem> {
    let dropped = || {
        let (_, calls) = refused_lately(heard).find(|(_, calls)| calls.reason.is_dropped())?;
        let message = Sentence::UnreadDropped { count: calls.count, since: &calls.since.rfc3339() }.into();
        Some(Problem { code: "unread_dropped".to_owned(), message })
    };
    installation.problem.clone().or_else(dropped)
}

/// Returns the calls that were refused within the last day.
pub(super) fn refused_lately(heard: &HeardSides) -> impl Iterator<Item = (Side, &RefusedCalls)> {
    let sides = [Side::Channel, Side::Helpdesk].into_iter();
    let of_side = |side: Side| heard.side(side).refused.iter().map(move |calls| (side, calls));
    sides.flat_map(of_side).filter(|(_, calls)| now().since(calls.latest_at) < WARNED)
}
