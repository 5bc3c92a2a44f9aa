//! Logging of the local program: one readable line for each warning, unless `RUST_LOG` names other levels.

use byoc::outside::{config::Environment, lambda::log_filter};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// The crate of the embedded DynamoDB engine.
const ENGINE: &str = "dynoxide";

/// Starts logging at the level `default`, unless `RUST_LOG` is set.
pub fn start(default: &str) {
    let environment = Environment::of_process();
    let filter = log_filter(environment.log_filter(), default.parse().unwrap_or(LevelFilter::WARN));
    // The embedded DynamoDB engine warns of each condition that is not met, which is how the bridge finds out.
    let filter = filter.with_target(ENGINE, LevelFilter::ERROR);
    let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
