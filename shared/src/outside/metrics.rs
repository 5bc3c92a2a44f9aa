//! Metrics for alarms, in CloudWatch's embedded metric format: a line of JSON on the standard output, from which
//! CloudWatch makes the metrics.
//!
//! Only a process that has called [`Metrics::start`] writes such lines. Everywhere else, as in the local bridge, the
//! metrics cost nothing and print nothing.

use std::{io, time::Duration};

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::model::installation::Side;

/// The namespace of the metrics, as template.yaml names it.
const NAMESPACE: &str = "byoc";
/// The dimension that tells stacks apart: the name of the function.
const FUNCTION: &str = "FunctionName";
/// The dimension that names the side for which a message is.
const SIDE: &str = "Side";
/// The number of messages that were given up.
const DEAD: &str = "DeadMessages";
/// The age of a message that the queue handed out and that has to wait on.
const AGE: &str = "WaitingMessageAge";

/// The number of agents' messages that ended without a delivery and without a word to anybody.
const SILENT: &str = "SilentMessages";

/// The metrics of this process.
pub struct Metrics(&'static Collector);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Metrics").finish()
    }
}

impl Metrics {
    /// Starts to collect the metrics of this process. Returns `None` if they are collected already.
    pub fn start(function: &str) -> Option<Self> {
        let collector = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(FUNCTION, function.to_owned());
        let collector = collector.init().ok()?;
        describe_counter!(DEAD, Unit::Count, "messages that were given up");
        describe_counter!(SILENT, Unit::Count, "messages of agents about whose end nobody is told");
        describe_histogram!(AGE, Unit::Seconds, "the age of messages that wait on");
        Some(Self(collector))
    }

    /// Writes what was counted since the last call: a line per side, and nothing if nothing was counted.
    ///
    /// # Errors
    /// Returns an error if `output` fails.
    pub fn flush(&self, output: impl io::Write) -> io::Result<()> {
        self.0.flush(output)
    }
}

/// Counts a message for this side that was given up.
pub(crate) fn message_died(side: Side) {
    counter!(DEAD, SIDE => side.word()).increment(1);
}

/// Counts a message of an agent that ended without a delivery and without a word to anybody.
pub(crate) fn message_silent() {
    counter!(SILENT, SIDE => Side::Channel.word()).increment(1);
}

/// Notes the age of a message for this side, which was at the head of its lane and has to wait on.
pub(crate) fn message_waits(side: Side, age: Duration) {
    histogram!(AGE, SIDE => side.word()).record(age.as_secs_f64());
}
