//! Starts the relay; the library describes what the function does.

use std::{io, process::ExitCode, time::Duration};

use byoc::{
    outside::{
        clock::now,
        config::Environment,
        lambda::{exit_code, start_logging},
        metrics::Metrics,
    },
    tools::millis::Millis,
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use relay::{Function, Invocation, TIMEOUT};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    start_logging(&environment);
    exit_code(start(&environment).await)
}

async fn start(environment: &Environment) -> Result<(), Error> {
    let function = &Function::from_environment(environment).await?;
    let metrics = &Metrics::start(environment.function_name().unwrap_or("relay"));
    run(service_fn(|event: LambdaEvent<Invocation>| async move {
        let left = time_left(Duration::from_millis(event.context.deadline), now().since(Millis::default()));
        let reply = function.handle(event.payload, Instant::now() + left).await;
        // A line that cannot be written must not bring a message back that is delivered.
        let _ = metrics.as_ref().map(|metrics| metrics.flush(io::stdout()));
        reply.map_err(Error::from)
    }))
    .await
}

/// Returns the time that an invocation has left. A function that runs is not beyond its deadline: `cargo lambda watch`
/// names one in 1970, which stands for the time-out of template.yaml.
fn time_left(deadline: Duration, now: Duration) -> Duration {
    if deadline > now { deadline.saturating_sub(now) } else { TIMEOUT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_has_passed_is_none() {
        let seconds = Duration::from_secs;
        assert_eq!(time_left(seconds(1_800_000_020), seconds(1_800_000_000)), seconds(20));
        assert_eq!(time_left(seconds(600), seconds(1_800_000_000)), TIMEOUT);
    }
}
