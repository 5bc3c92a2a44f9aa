//! The conditions on which the promises of delivery rest, by name.
//!
//! A simulation removes one after the other and shows that it notices. In every other build they always hold, and the
//! compiler leaves nothing of them.

/// A condition on which a promise rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A process hides the message from others before it works on it.
    MessageIsHeld,
    /// An attempt that ended without a record counts as a doubt.
    UnrecordedIsDoubt,
    /// A part that may have arrived three times is not sent again.
    DoubtsEnd,
    /// In doubt, the adapter looks before it sends again.
    DoubtIsLookedUp,
    /// A message is marked when a part is sent again in doubt.
    DoubledIsMarked,
    /// A call that doubles is not begun without the time to record it.
    DeadlineFirst,
    /// A record is written only by the process that claimed the message last.
    RecordIsCurrent,
    /// The journal is written alone if the transaction fails.
    JournalAlone,
    /// The age of a message ends its tries.
    AgeEnds,
    /// Agents read of every message that is given up.
    DeathIsTold,
    /// The brake closes when many lanes are in trouble.
    BrakeCloses,
    /// A message asks the brake before it is claimed.
    BrakeIsAsked,
    /// One message at a time tries whether a trouble is over.
    OneProbe,
    /// A success takes the brake off.
    BrakeComesOff,
    /// A redriven message has all its tries again.
    RedriveHasItsTries,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 15] = [
        Self::MessageIsHeld,
        Self::UnrecordedIsDoubt,
        Self::DoubtsEnd,
        Self::DoubtIsLookedUp,
        Self::DoubledIsMarked,
        Self::DeadlineFirst,
        Self::RecordIsCurrent,
        Self::JournalAlone,
        Self::AgeEnds,
        Self::DeathIsTold,
        Self::BrakeCloses,
        Self::BrakeIsAsked,
        Self::OneProbe,
        Self::BrakeComesOff,
        Self::RedriveHasItsTries,
    ];
}

/// Returns whether a rule holds.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn holds(_rule: Rule) -> bool {
    true
}

#[cfg(feature = "simulation")]
thread_local! {
    static REMOVED: std::cell::Cell<Option<Rule>> = const { std::cell::Cell::new(None) };
}

/// Returns whether a rule holds.
#[cfg(feature = "simulation")]
pub(crate) fn holds(rule: Rule) -> bool {
    REMOVED.get() != Some(rule)
}

/// Removes a rule on this thread, or none.
#[cfg(feature = "simulation")]
pub fn remove(rule: Option<Rule>) {
    REMOVED.set(rule);
}
