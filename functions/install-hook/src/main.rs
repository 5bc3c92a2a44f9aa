//! Wiring of the install hook; see the library for what it does.

use std::{process::ExitCode, sync::Arc, time::Duration};

use byoc::{
    aws::{Aws, Patience},
    config::Environment,
    http::HttpClient,
    install::Admin,
    installation::Installations,
    lambda::{exit_code, serve, start_logging},
    queue::Queue,
    store::Store,
    vault::Vault,
};
use install_hook::InstallHook;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    start_logging(&environment);
    exit_code(start(&environment).await)
}

async fn start(environment: &Environment) -> Result<(), lambda_http::Error> {
    let aws = Aws::from_environment(environment, Patience::Background).await;
    let store = Store::new(aws.dynamodb(), environment.table_name()?);
    let sqs = aws.sqs();
    let queues = (Queue::new(sqs.clone(), environment.queue_url()?), Queue::new(sqs, environment.dlq_url()?));
    let vault = Arc::new(Vault::new(&environment.vault()?, &aws)?);
    let allow_private = environment.allow_private_addresses()?;
    let admin = Admin::new(
        Installations::new(store.clone(), vault.clone(), environment.public_url()?),
        store,
        vault,
        queues,
        HttpClient::new(allow_private),
        environment.public_url()?,
        environment.admin_key_sha256()?,
        allow_private,
    );
    let _ = tokio::time::timeout(Duration::from_millis(300), admin.warm_up()).await;
    let function = InstallHook::new(admin, allow_private);
    serve(|invocation| function.handle(invocation)).await
}
