//! Wiring of the product events function; see the library for what it does.

use std::{process::ExitCode, sync::Arc, time::Duration};

use byoc::{
    aws::{Aws, Patience},
    config::Environment,
    ingest::Ingest,
    installation::Installations,
    lambda::{exit_code, serve, start_logging},
    queue::Queue,
    store::Store,
    vault::Vault,
};
use product_events::ProductEvents;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    start_logging(&environment);
    exit_code(start(&environment).await)
}

async fn start(environment: &Environment) -> Result<(), lambda_http::Error> {
    let aws = Aws::from_environment(environment, Patience::Webhook).await;
    let store = Store::new(aws.dynamodb(), environment.table_name()?);
    let queue = Queue::new(aws.sqs(), environment.queue_url()?);
    let vault = Arc::new(Vault::new(&environment.vault()?, &aws)?);
    let public_url = environment.public_url()?;
    let installations = Installations::new(store.clone(), vault, &public_url);
    let ingest = Ingest::new(installations, store, queue, public_url);
    // TLS comes up while Lambda's start boost lasts; a failure shows with the first message.
    let _ = tokio::time::timeout(Duration::from_millis(300), ingest.warm_up()).await;
    let function = ProductEvents::new(ingest);
    serve(|invocation| function.handle(invocation)).await
}
