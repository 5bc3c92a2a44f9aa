//! Tests of what must not be logged. They have a file of their own, since a process has only one log.

use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::types::AttributeValue;
use byoc_local::bridge::TABLE;
use byoc_tests::{Rig, eventually, every_channel};
use byoc_vendors::fault::{Fault, How};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

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

/// Returns every item of the table as text, without the words that are kept for quotes on purpose. `quotes.rs` tests
/// that the setting `remember_quotes` keeps them out.
async fn table(rig: &Rig) -> Vec<String> {
    let items = rig.aws().await.dynamodb().scan().table_name(TABLE).send().await.unwrap();
    let shown = |mut item: HashMap<String, AttributeValue>| {
        item.remove("quotable");
        format!("{item:?}")
    };
    items.items.unwrap_or_default().into_iter().map(shown).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_no_token_and_no_text_reaches_the_log() {
    let log = Log::default();
    // Even the most verbose filter, limited as the functions limit it.
    let filter = byoc::outside::lambda::log_filter(Some("trace"), LevelFilter::TRACE);
    tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone()))
        .init();
    let log: &'static Log = Box::leak(Box::new(log));
    every_channel(move |channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("a text of the customer").await;
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("a text of the agent").await;
        rig.exactly_at_channel(1).await;
        // Failures are logged too.
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(500)));
        rig.customer_says("a text of the customer, again").await;
        rig.exactly_at_helpdesk(2).await;
        // A helpdesk that quotes the message in its refusal.
        rig.bridge.helpdesk.faults().add(Fault::next(How::Quote(400)));
        rig.customer_says("a text of the customer, card 4111 1111").await;
        let told = eventually("a note or a failed status", async || {
            let shown = rig.bridge.helpdesk.received(None).into_iter().map(|seen| seen.text);
            shown.chain(rig.bridge.helpdesk.failures()).find(|text| text.contains("could not be shown here"))
        })
        .await;
        assert!(told.contains("400") && told.contains("this is not allowed"), "{channel} {helpdesk}: {told}");
        let quotes = |text: &str| text.contains("4111 1111") || text.contains("a text of");
        assert!(!quotes(&told), "{channel} {helpdesk}: {told}");
        // The table stores the refusal after the agents were told.
        let stored = eventually("the refusal in the table", async || {
            Some(table(&rig).await).filter(|stored| stored.iter().any(|item| item.contains("HTTP 400")))
        })
        .await;
        let item = stored.iter().find(|item| quotes(item));
        assert_eq!(item, None, "{channel} {helpdesk}");
        let mut call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
        call.body = b"a text of the customer, forged".to_vec().into();
        rig.bridge.repeat(&call).await.unwrap();
        // A channel that signs no body lets us send a call that is verified and cannot be read.
        if channel == "telegram" {
            call.body = br#"{"a text of the customer": "unread"}"#.to_vec().into();
            assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
            let stored = eventually("the unread call in the table", async || {
                Some(table(&rig).await).filter(|stored| stored.iter().any(|item| item.contains("cannot read it")))
            })
            .await;
            assert_eq!(stored.iter().find(|item| quotes(item)), None);
        }
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
        // One message can be followed from the webhook call to the delivery.
        for message in rig.journal().await {
            let id = message["log_id"].as_str().unwrap();
            if message["direction"] != "note" && message["state"] == "done" {
                let about = |what: &str| written.lines().any(|line| line.contains(what) && line.contains(id));
                assert!(about("a webhook call was taken"), "{channel} {helpdesk}: {message}");
                assert!(about("a message was delivered"), "{channel} {helpdesk}: {message}");
            }
        }
        // A contact's id may be a telephone number.
        secrets.push(rig.bridge.channel.customer().to_owned());
        for secret in secrets {
            let line = written.lines().find(|line| line.contains(&secret));
            assert_eq!(line, None, "{channel} {helpdesk}");
        }
    })
    .await;
}
