//! Wiring of the channel webhook; see the library for what it does.

use std::{process::ExitCode, sync::Arc, time::Duration};

use byoc::{
    aws::{Aws, Patience},
    config::Environment,
    ingest::Ingest,
    installation::Installations,
    lambda::{exit_code, serve, start_logging},
    media::MediaStore,
    queue::Queue,
    store::Store,
    vault::Vault,
};
use channel_webhook::ChannelWebhook;

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
    let media = MediaStore::new(&environment.media_url()?, &public_url, environment)?;
    let ingest = Ingest::new(Installations::new(store.clone(), vault, &public_url), store, queue, public_url);
    // TLS comes up while Lambda's start boost lasts; a failure shows with the first message.
    let _ = tokio::time::timeout(Duration::from_millis(300), ingest.warm_up()).await;
    let function = ChannelWebhook::new(ingest, media);
    serve(|invocation| function.handle(invocation)).await
}
