//! Wiring of the relay; see the library for what it does.

use std::{process::ExitCode, sync::Arc, time::Duration};

use byoc::{
    aws::{Aws, Patience},
    config::Environment,
    http::HttpClient,
    installation::Installations,
    lambda::{exit_code, start_logging},
    media::MediaStore,
    queue::Queue,
    relay::Relay,
    store::Store,
    vault::Vault,
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use relay::Invocation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    start_logging(&environment);
    exit_code(start(&environment).await)
}

async fn start(environment: &Environment) -> Result<(), Error> {
    let aws = Aws::from_environment(environment, Patience::Background).await;
    let store = Store::new(aws.dynamodb(), environment.table_name()?);
    let sqs = aws.sqs();
    let queues = (Queue::new(sqs.clone(), environment.queue_url()?), Queue::new(sqs, environment.dlq_url()?));
    let vault = Arc::new(Vault::new(&environment.vault()?, &aws)?);
    let http = HttpClient::new(environment.allow_private_addresses()?);
    let public_url = environment.public_url()?;
    let media = MediaStore::new(&environment.media_url()?, &public_url, environment)?;
    let relay = Relay::new(Installations::new(store.clone(), vault, public_url), store, queues, http, media);
    let _ = tokio::time::timeout(Duration::from_millis(300), relay.warm_up()).await;
    let relay = &relay;
    run(service_fn(|event: LambdaEvent<Invocation>| async move {
        relay::invoked(relay, event.payload).await.map_err(Error::from)
    }))
    .await
}
