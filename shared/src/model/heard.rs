//! When a side of an installation was last heard, and which of its calls were not taken.

use super::installation::Side;
use crate::tools::{millis::Millis, words::words};

/// Why a call with a valid URL token was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The platform's signature is missing.
    SignatureMissing,
    /// The platform's signature does not fit.
    SignatureWrong,
    /// The platform's signature is too old.
    SignatureStale,
    /// The word of the handshake does not fit.
    HandshakeWrong,
    /// The body is too long.
    TooLarge,
    /// The body cannot be read, and the caller was told so.
    Unreadable,
    /// The call is signed and cannot be read, and as many as a day permits were kept already.
    UnreadTooMany,
    /// The call is signed and cannot be read, and its body is too long to be kept.
    UnreadTooLong,
}

words!(Refusal {
    SignatureMissing = "signature_missing",
    SignatureWrong = "signature_wrong",
    SignatureStale = "signature_stale",
    HandshakeWrong = "handshake_wrong",
    TooLarge = "too_large",
    Unreadable = "unreadable",
    UnreadTooMany = "unread_too_many",
    UnreadTooLong = "unread_too_long",
});

impl Refusal {
    /// All reasons, in the order in which admins read them.
    pub const ALL: [Self; 8] = [
        Self::SignatureWrong,
        Self::SignatureMissing,
        Self::SignatureStale,
        Self::HandshakeWrong,
        Self::TooLarge,
        Self::Unreadable,
        Self::UnreadTooMany,
        Self::UnreadTooLong,
    ];

    /// Returns whether the call was acknowledged and dropped, so that the platform does not send it again.
    pub fn is_dropped(self) -> bool {
        matches!(self, Self::UnreadTooMany | Self::UnreadTooLong)
    }
}

/// What a call that was taken brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Events.
    Event,
    /// The platform's question whether the URL belongs to the bridge.
    Handshake,
}

/// What is known about the calls of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// When the platform last confirmed the URL with a handshake.
    pub handshake_at: Option<Millis>,
    /// When the latest event that was taken arrived.
    pub latest_at: Option<Millis>,
    /// The calls that were not taken, one entry for each reason.
    pub refused: Vec<RefusedCalls>,
}

/// The calls of one side that were not taken for the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedCalls {
    /// The reason.
    pub reason: Refusal,
    /// The number of calls.
    pub count: u64,
    /// When the first of them arrived.
    pub since: Millis,
    /// When the latest of them arrived.
    pub latest_at: Millis,
}

/// What is known about the calls of both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeardSides {
    /// The channel.
    pub channel: Heard,
    /// The helpdesk.
    pub helpdesk: Heard,
}

impl HeardSides {
    /// Returns what is known about the calls of one side.
    pub fn side(&self, side: Side) -> &Heard {
        match side {
            Side::Channel => &self.channel,
            Side::Helpdesk => &self.helpdesk,
        }
    }
}

impl Heard {
    /// Adds a call that arrived at `at`: one that was taken, or one that was not.
    pub fn add(&mut self, call: Result<Taken, Refusal>, at: Millis) {
        match call {
            Ok(Taken::Event) => self.latest_at = self.latest_at.max(Some(at)),
            Ok(Taken::Handshake) => self.handshake_at = self.handshake_at.max(Some(at)),
            Err(reason) => self.add_refused(RefusedCalls { reason, count: 1, since: at, latest_at: at }),
        }
    }

    /// Adds other calls.
    pub fn merge(&mut self, other: Self) {
        self.latest_at = self.latest_at.max(other.latest_at);
        self.handshake_at = self.handshake_at.max(other.handshake_at);
        other.refused.into_iter().for_each(|calls| self.add_refused(calls));
    }

    fn add_refused(&mut self, calls: RefusedCalls) {
        match self.refused.iter_mut().find(|known| known.reason == calls.reason) {
            Some(known) => {
                known.count = known.count.saturating_add(calls.count);
                known.since = known.since.min(calls.since);
                known.latest_at = known.latest_at.max(calls.latest_at);
            }
            None => self.refused.push(calls),
        }
    }
}
