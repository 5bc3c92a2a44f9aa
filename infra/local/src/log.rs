//! Logging of the local program: warnings, one readable line each; `RUST_LOG` says otherwise.

use byoc::config::Environment;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts it; what is logged where `RUST_LOG` is not set is `default`.
pub fn start(default: &str) {
    let environment = Environment::of_process();
    let filter = environment.log_filter().unwrap_or(default).parse::<Targets>();
    let filter = filter.unwrap_or_else(|_| Targets::new().with_default(tracing::Level::WARN));
    let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
