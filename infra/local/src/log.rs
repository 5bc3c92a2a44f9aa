//! Logging of the local program: warnings, one readable line each; `RUST_LOG` says otherwise.

use byoc::outside::{config::Environment, lambda::log_filter};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts it; what is logged where `RUST_LOG` is not set is `default`.
pub fn start(default: &str) {
    let environment = Environment::of_process();
    let filter = log_filter(environment.log_filter(), default.parse().unwrap_or(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
