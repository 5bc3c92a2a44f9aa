//! The key of the memo that this adapter keeps between the calls of a task.

/// IS-Messenger refused a location. The documentation does not say whether it accepts locations.
pub(super) const LOCATION_AS_TEXT: &str = "location_as_text";
