//! The key of what this adapter remembers between the calls of one task.

/// Locations are refused: that they are taken at all is not documented.
pub(super) const LOCATION_AS_TEXT: &str = "location_as_text";
