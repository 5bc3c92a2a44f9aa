//! The only module that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the current time in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the place that the others are pointed to")]
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Returns the TTL attribute (in seconds since 1970) of an item that may be deleted `days` after `now_ms`.
pub fn expires_at(now_ms: i64, days: i64) -> i64 {
    now_ms.saturating_div(1000).saturating_add(days.saturating_mul(86_400))
}

/// Formats a time in milliseconds as RFC 3339 text, for people. The text is empty if the time has no such form.
pub fn rfc3339(ms: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms).saturating_mul(1_000_000))
        .ok()
        .and_then(|time| time.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_default()
}
