//! The only module that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::tools::millis::Millis;

/// Returns the current time.
#[expect(clippy::disallowed_methods, reason = "this is the place that the others are pointed to")]
pub fn now() -> Millis {
    #[cfg(feature = "simulation")]
    if let Some(world) = crate::tools::simulation::world() {
        return world.now();
    }
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(Millis::default(), |since| Millis::default().plus(since))
}
