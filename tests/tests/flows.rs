//! Tests of a message's whole way in both directions, for every channel and every helpdesk.

use byoc_tests::{FILES, Rig, eventually, every_channel, every_helpdesk, every_pair, texts};
use byoc_vendors::people::Saying;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_and_an_agent_talk() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("Where is my order? 🙂").await;
        let seen = rig.exactly_at_helpdesk(1).await;
        assert!(seen[0].text.contains("Where is my order? 🙂"), "{channel} {helpdesk}: {seen:?}");
        rig.customer_says("It is number 1042.").await;
        let seen = rig.exactly_at_helpdesk(2).await;
        assert_eq!(seen[0].conversation, seen[1].conversation, "{channel} {helpdesk}");
        rig.agent_says("It leaves today, доброго дня!").await;
        let seen = rig.exactly_at_channel(1).await;
        assert!(seen[0].text.contains("It leaves today, доброго дня!"), "{channel} {helpdesk}: {seen:?}");
        // If the channel sends no receipts, the last state is that it accepted the message.
        let receipt = rig.bridge.channel.last_receipt().unwrap_or("sent");
        let is_answer = |entry: &Value| entry["direction"] == "outbound";
        let has_receipt = |entry: &Value| is_answer(entry) && entry["receipt"].as_str().unwrap_or("sent") == receipt;
        rig.journal_is("delivered messages and the last receipt", |journal| {
            journal.iter().all(|entry| entry["state"] == "done") && journal.iter().any(has_receipt)
        })
        .await;
        assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_webhook_three_times_at_once_gives_one_delivery() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        for (prefix, direction) in [("/channels/", "in"), ("/helpdesks/", "out")] {
            match direction {
                "in" => drop(rig.customer_says("once").await),
                _ => drop(rig.agent_says("once").await),
            }
            // The customer's message is the last of the channel's calls; the helpdesk may have reported other things
            // since.
            let calls = rig.bridge.traffic.calls(prefix).into_iter();
            let call = match direction {
                "in" => calls.last(),
                _ => calls.filter(|call| call.body.windows(4).any(|window| window == b"once")).last(),
            };
            let call = call.expect("the webhook call");
            let (a, b, c) = tokio::join!(rig.bridge.repeat(&call), rig.bridge.repeat(&call), rig.bridge.repeat(&call));
            assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], [200, 200, 200], "{channel} {helpdesk} {direction}");
            match direction {
                "in" => drop(rig.exactly_at_helpdesk(1).await),
                _ => drop(rig.exactly_at_channel(1).await),
            }
            // After the queue's own memory of five minutes, the journal still knows the message.
            if helpdesk != "is_messenger" || direction == "in" {
                rig.clock.advance(std::time::Duration::from_secs(400));
                assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
                match direction {
                    "in" => drop(rig.exactly_at_helpdesk(1).await),
                    _ => drop(rig.exactly_at_channel(1).await),
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_travel_whole_in_both_directions() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let host = byoc_tests::files(FILES).await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
        for (name, content_type, bytes) in FILES {
            let file = Saying::Media {
                kind: byoc::model::message::MediaKind::of(content_type),
                url: format!("{}/{name}", host.url()),
                name: (*name).to_owned(),
                size: bytes.len() as u64,
            };
            let before = rig.at_helpdesk().len();
            let said = rig.bridge.channel.say(rig.bridge.channel.customer(), file.clone()).await.unwrap();
            assert_eq!(said.status, 200, "{channel} {helpdesk} {name}: {}", said.body);
            let seen = rig.exactly_at_helpdesk(before + 1).await;
            let opened = byoc_tests::file_behind(&seen[before]).await;
            assert_eq!(opened.as_deref(), Some(*bytes), "{channel} {helpdesk} {name}: {:?}", seen[before]);

            let before = rig.at_channel().len();
            let said = rig.bridge.helpdesk.answer(&contact, file).await.unwrap();
            assert_eq!(said.status, 200, "{channel} {helpdesk} {name}: {}", said.body);
            let seen = rig.exactly_at_channel(before + 1).await;
            let opened = byoc_tests::file_behind(&seen[before]).await;
            assert_eq!(opened.as_deref(), Some(*bytes), "{channel} {helpdesk} {name}: {:?}", seen[before]);
        }
        assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
        assert_eq!(rig.bridge.helpdesk.failures(), [""; 0], "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_arrives_whole_and_in_order() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        let sentences: Vec<String> = (0..800).map(|number| format!("This is sentence number {number}.")).collect();
        rig.agent_says(&sentences.join(" ")).await;
        let seen = eventually("the last piece", async || {
            let seen = rig.at_channel();
            seen.last().is_some_and(|last| last.text.contains("number 799.")).then_some(seen)
        })
        .await;
        let most = byoc::channel::channel(channel).map_or(0, |channel| channel.features().text.max);
        assert_eq!(seen.len() > 1, sentences.join(" ").len() > most, "{channel} {helpdesk}");
        assert_eq!(texts(&seen).join(" "), sentences.join(" "), "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_after_resolving_arrives_and_its_answer_too() {
    every_helpdesk(|channel, helpdesk| async move {
        for policy in ["reopen", "new"] {
            let options = json!({"on_resolved": policy});
            let rig = Rig::start_with(channel, helpdesk, |settings| settings.options = options).await;
            rig.customer_says("one").await;
            let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
            rig.bridge.helpdesk.resolve(&contact).await.unwrap();
            rig.settled().await;
            rig.customer_says("two").await;
            let seen = rig.exactly_at_helpdesk(2).await;
            if policy == "new" && helpdesk == "freshchat" {
                assert_ne!(seen[0].conversation, seen[1].conversation, "{channel} {helpdesk}");
            }
            rig.agent_says("three").await;
            assert!(rig.exactly_at_channel(1).await[0].text.contains("three"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_a_restart() {
    every_channel(|channel, helpdesk| async move {
        let folder = tempfile::tempdir().unwrap();
        let port = byoc_tests::free_ports().await;
        let settings = |workers| {
            let data = folder.path().to_owned();
            move |settings: &mut byoc_local::bridge::Settings| {
                settings.data = Some(data);
                settings.port = port;
                settings.workers = workers;
            }
        };
        let rig = Rig::start_with(channel, helpdesk, settings(8)).await;
        let url = rig.bridge.installation["channel_webhook_url"].clone();
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let mut rig = rig;
        rig.bridge.kill_relay().await;
        // The message is accepted but not delivered when the process dies.
        rig.customer_says("queued").await;
        for (side, kind, memory) in [
            ("channel", channel, rig.bridge.channel.snapshot()),
            ("helpdesk", helpdesk, rig.bridge.helpdesk.snapshot()),
        ] {
            let (path, memory) = (folder.path().join(format!("{side}-{kind}.json")), memory.to_string());
            let is_saved = async || std::fs::read_to_string(&path).is_ok_and(|saved| saved == memory).then_some(());
            eventually("what the simulator remembers, on the disk", is_saved).await;
        }
        rig.bridge.kill().await;
        let rig = Rig::start_with(channel, helpdesk, settings(8)).await;
        assert_eq!(rig.bridge.installation["channel_webhook_url"], url, "{channel} {helpdesk}");
        // A poll of the dead relay may have received the message and held it.
        let fast = rig.fast_time();
        let seen = rig.exactly_at_helpdesk(2).await;
        drop(fast);
        assert!(seen[1].text.contains("queued"), "{channel} {helpdesk}: {seen:?}");
        assert_eq!(seen[0].conversation, seen[1].conversation, "{channel} {helpdesk}");
        rig.agent_says("after").await;
        assert!(rig.exactly_at_channel(1).await[0].text.contains("after"));
        let journal: Vec<Value> = rig.journal().await;
        assert_eq!(journal.len(), 3, "{channel} {helpdesk}: {journal:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_channel_on_the_same_folder_keeps_the_memory_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let port = byoc_tests::free_ports().await;
    let settings = || {
        let data = folder.path().to_owned();
        move |settings: &mut byoc_local::bridge::Settings| {
            settings.data = Some(data);
            settings.port = port;
        }
    };
    for (channel, seen_before) in [("viber", 0), ("line", 0), ("viber", 1)] {
        let rig = Rig::start_with(channel, "deskie", settings()).await;
        assert_eq!(rig.at_channel().len(), seen_before, "{channel}");
        let written = rig.at_helpdesk().len();
        rig.customer_says(channel).await;
        rig.exactly_at_helpdesk(written + 1).await;
        if seen_before == 0 {
            rig.agent_says("answer").await;
            rig.exactly_at_channel(1).await;
            // What simulators remember is saved every 100 ms.
            let path = folder.path().join(format!("channel-{channel}.json"));
            let memory = rig.bridge.channel.snapshot().to_string();
            let is_saved = async || std::fs::read_to_string(&path).is_ok_and(|saved| saved == memory).then_some(());
            eventually("what the simulator remembers, on the disk", is_saved).await;
        }
        rig.settled().await;
        rig.bridge.kill().await;
    }
}
