//! Starts the relay; the library describes what the function does.

use std::{process::ExitCode, time::Duration};

use byoc::{
    outside::{
        clock::now,
        config::Environment,
        lambda::{exit_code, start_logging},
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
    run(service_fn(|event: LambdaEvent<Invocation>| async move {
        let left = Duration::from_millis(event.context.deadline).saturating_sub(now().since(Millis::default()));
        function.handle(event.payload, Instant::now() + left).await.map_err(Error::from)
    }))
    .await
}
