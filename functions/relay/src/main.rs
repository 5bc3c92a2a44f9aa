//! Starts the relay; the library describes what the function does.

use std::process::ExitCode;

use byoc::outside::{
    config::Environment,
    lambda::{exit_code, start_logging},
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use relay::{Function, Invocation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    start_logging(&environment);
    exit_code(start(&environment).await)
}

async fn start(environment: &Environment) -> Result<(), Error> {
    let function = &Function::from_environment(environment).await?;
    run(service_fn(|event: LambdaEvent<Invocation>| async move {
        function.handle(event.payload).await.map_err(Error::from)
    }))
    .await
}
