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
use relay::{Function, Invocation};
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
        let left = Duration::from_millis(event.context.deadline).saturating_sub(now().since(Millis::default()));
        let reply = function.handle(event.payload, Instant::now() + left).await;
        // A line that cannot be written must not bring a message back that is delivered.
        let _ = metrics.as_ref().map(|metrics| metrics.flush(io::stdout()));
        reply.map_err(Error::from)
    }))
    .await
}
