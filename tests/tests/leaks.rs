//! What stays out of the logs. A file of its own, since a process has one log.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use byoc_tests::{Rig, every_pair};
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_no_token_and_no_text_reaches_the_log() {
    let log = Log::default();
    let filter: tracing_subscriber::filter::Targets =
        "trace,hyper=info,hyper_util=info,reqwest=info,h2=info,rustls=info,aws_smithy_runtime=info,aws_runtime=info,aws_sigv4=info,dynoxide=info,aws_smithy_runtime_api=info".parse().unwrap();
    tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone()))
        .init();
    let log: &'static Log = Box::leak(Box::new(log));
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("a text of the customer").await;
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("a text of the agent").await;
        rig.exactly_at_channel(1).await;
        // Failures, which are logged, too.
        rig.bridge.helpdesk.faults().add(byoc_local::sim::Fault::next(byoc_local::sim::How::Status(500)));
        rig.customer_says("a text of the customer, again").await;
        rig.exactly_at_helpdesk(2).await;
        let mut call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
        call.body = b"a text of the customer, forged".to_vec().into();
        rig.bridge.repeat(&call).await.unwrap();
        let mut secrets = vec!["a text of".to_owned(), rig.bridge.admin_key.clone()];
        for url in ["channel_webhook_url", "helpdesk_webhook_url", "settings_url"] {
            let url = rig.bridge.installation[url].as_str().unwrap();
            secrets.push(url.rsplit(['/', '=']).next().unwrap().to_owned());
        }
        for side in [rig.bridge.channel.install("http://x"), rig.bridge.helpdesk.install("http://x")] {
            secrets.extend(byoc_tests::secrets_of(&side).into_iter().map(|(_, secret)| secret));
        }
        let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(written.contains("a message was delivered") && written.contains("a message was not delivered"));
        for secret in secrets {
            let line = written.lines().find(|line| line.contains(&secret));
            assert_eq!(line, None, "{channel} {helpdesk}");
        }
    })
    .await;
}
