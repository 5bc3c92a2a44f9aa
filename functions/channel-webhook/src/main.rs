//! Starts the channel webhook; the library describes what the function does.

use std::process::ExitCode;

use byoc::outside::{
    config::Environment,
    lambda::{exit_code, serve, start_logging},
};
use channel_webhook::ChannelWebhook;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    start_logging(&environment);
    exit_code(start(&environment).await)
}

async fn start(environment: &Environment) -> Result<(), lambda_http::Error> {
    let function = ChannelWebhook::from_environment(environment).await?;
    serve(|invocation| function.handle(invocation)).await
}
