//! Moments and how far apart they are.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A moment, in milliseconds since 1970 (UTC).
///
/// All arithmetic saturates, because moments come from outside too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Millis(i64);

impl Millis {
    /// The earliest moment.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest moment.
    pub const MAX: Self = Self(i64::MAX);

    /// Makes a moment from milliseconds since 1970.
    pub const fn new(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Makes a moment from seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// Reads a moment in RFC 3339 form.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().and_then(Self::from_date_time)
    }

    /// Makes a moment from a date and a time; `None` if it lies hundreds of millions of years away.
    pub fn from_date_time(time: OffsetDateTime) -> Option<Self> {
        i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok().map(Self)
    }

    /// Returns the milliseconds since 1970.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Returns how long ago `earlier` was at this moment; zero if it is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis_since(earlier))
    }

    /// Returns how many milliseconds ago `earlier` was at this moment; zero if it is later.
    pub fn millis_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default()
    }

    /// Returns the moment this much later.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(time)))
    }

    /// Returns the moment this much earlier.
    #[must_use]
    pub fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(time)))
    }

    /// Returns the start of the window that the moment lies in; windows follow each other without a gap since 1970.
    #[must_use]
    pub fn window_start(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(whole_millis(length).max(1))))
    }

    /// Formats the moment as RFC 3339 text, for people. The text is empty if the moment has no such form.
    pub fn rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0).saturating_mul(1_000_000))
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Millis {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

fn whole_millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_arithmetic_fails() {
        let day = Duration::from_secs(86_400);
        assert_eq!(Millis::MAX.plus(day), Millis::MAX);
        assert_eq!(Millis::MIN.minus(Duration::MAX), Millis::MIN);
        assert_eq!(Millis::MAX.since(Millis::MIN), Duration::from_millis(i64::MAX.unsigned_abs()));
        assert_eq!(Millis::new(1).since(Millis::new(2)), Duration::ZERO);
        assert_eq!(Millis::from_seconds(i64::MAX), Millis::MAX);
        assert_eq!(Millis::new(-1).seconds(), -1);
        assert_eq!(Millis::MIN.window_start(Duration::MAX), Millis::MIN);
        assert_eq!(Millis::new(1_234).window_start(Duration::from_secs(1)), Millis::new(1_000));
        assert_eq!(Millis::new(7).window_start(Duration::ZERO), Millis::new(7));
    }

    #[test]
    fn a_moment_is_a_number_for_programs_and_a_date_for_people() {
        let moment = Millis::new(1_785_312_099_123);
        assert_eq!(serde_json::to_string(&moment).unwrap(), "1785312099123");
        assert_eq!(moment.rfc3339(), "2026-07-29T08:01:39.123Z");
        assert_eq!(Millis::from_rfc3339("2026-07-29T10:01:39.123+02:00"), Some(moment));
        assert_eq!(Millis::from_rfc3339("yesterday"), None);
        assert_eq!(Millis::MAX.rfc3339(), "");
    }
}
