//! Tests of what only a helpdesk system of a company's own does: typing, receipts, quotes by id, states and secrets of
//! both sides.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use byoc_tests::{Rig, eventually, every_channel, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::custom::System,
    people::Saying,
};
use serde_json::{Value, json};

/// A whole bridge between a channel and a system.
struct Talk {
    rig: Rig,
    system: System,
}

async fn talk(channel: &str) -> Talk {
    talk_with(channel, json!({})).await
}

async fn talk_with(channel: &str, options: Value) -> Talk {
    let system = System::demo().unwrap();
    let helpdesk = Arc::new(system.clone());
    let rig = Rig::start_with(channel, "custom", |settings| {
        settings.helpdesk = helpdesk;
        settings.options = options;
    })
    .await;
    Talk { rig, system }
}

impl Talk {
    /// Returns the name by which the system knows the customer, who has to write first.
    async fn contact(&self) -> String {
        self.rig.customer_says("Hi").await;
        self.rig.exactly_at_helpdesk(1).await.remove(0).contact
    }

    async fn tells(&self, contact: &str, kind: &str, more: Value) {
        let said = self.system.tell(contact, kind, more).await.unwrap();
        assert_eq!(said.status, 200, "{}", said.body);
    }

    /// Returns the statuses of a message, once they end in `last`.
    async fn statuses(&self, message: &str, last: &str) -> Vec<String> {
        let statuses = || -> Vec<String> {
            let of = self.system.receipts().into_iter().filter(|receipt| receipt.message == message);
            of.map(|receipt| receipt.status).collect()
        };
        eventually("a receipt", async || statuses().iter().any(|status| status == last).then_some(())).await;
        self.rig.settled().await;
        statuses()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_reaches_the_channels_that_show_it_and_makes_no_message() {
    every_channel(|channel, _| async move {
        let talk = talk(channel).await;
        let contact = talk.contact().await;
        talk.tells(&contact, "typing", json!({})).await;
        talk.rig.settled().await;
        let features = byoc::channel::channel(channel).unwrap().features();
        // Bird and Twilio show it on WhatsApp only, and the usual customer writes an SMS.
        let is_shown = features.typing && !matches!(channel, "bird" | "twilio");
        let typed = talk.rig.bridge.channel.typed();
        assert_eq!(typed, usize::from(is_shown), "{channel}");
        assert!(talk.rig.at_channel().is_empty() && talk.rig.notes().is_empty(), "{channel}");
        assert_eq!(talk.rig.journal().await.len(), 1, "{channel}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_that_fails_or_hangs_holds_up_nothing_and_is_not_repeated() {
    for how in [How::Status(503), How::Hang(Duration::from_secs(20))] {
        let talk = talk("telegram").await;
        let contact = talk.contact().await;
        let faults = talk.rig.bridge.channel.faults();
        faults.reset();
        faults.add(Fault::next(how).at("sendChatAction").times(10));
        talk.tells(&contact, "typing", json!({})).await;
        let began = Instant::now();
        talk.rig.agent_says("Hello").await;
        assert_eq!(texts(&talk.rig.exactly_at_channel(1).await), ["Hello"]);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        talk.rig.settled().await;
        let tries: usize =
            faults.counts().iter().filter(|(name, _)| name.ends_with("sendChatAction")).map(|(_, count)| count).sum();
        assert_eq!(tries, 1);
        assert_eq!(talk.rig.bridge.channel.typed(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_typing_reaches_the_system_and_no_other_helpdesk() {
    let talk = talk("custom").await;
    talk.contact().await;
    let customer = talk.rig.bridge.channel.customer();
    let typing = Saying::Raw(json!({"type": "typing"}));
    talk.rig.bridge.channel.say(customer, typing).await.unwrap();
    eventually("typing", async || (talk.system.typed() == 1).then_some(())).await;
    talk.rig.exactly_at_helpdesk(1).await;
    let rig = Rig::start("custom", "freshchat").await;
    rig.bridge.queues.queues().calls().reset();
    let said = rig.bridge.channel.say(rig.bridge.channel.customer(), Saying::Raw(json!({"type": "typing"}))).await;
    assert_eq!(said.unwrap().status, 200);
    assert_eq!(rig.bridge.queues.queues().calls().count("SendMessage"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_delivered_and_read_come_back_in_order_and_a_failure_with_its_reason() {
    let talk = talk("viber").await;
    let contact = talk.contact().await;
    let said = talk.rig.agent_says("Hello").await;
    assert_eq!(talk.statuses(&said.id, "read").await, ["sent", "delivered", "read"]);
    let customer = talk.rig.bridge.channel.customer();
    let said = talk.rig.agent_says("Are you there?").await;
    talk.statuses(&said.id, "read").await;
    let sent = talk.rig.exactly_at_channel(2).await.pop().unwrap();
    talk.rig.bridge.channel.receipt(customer, &sent.id, "failed").await.unwrap();
    talk.statuses(&said.id, "failed").await;
    let failed = talk.system.receipts().into_iter().find(|receipt| receipt.status == "failed").unwrap();
    assert_eq!(failed.contact, contact);
    assert!(failed.reason.is_some_and(|reason| !reason.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_name_the_ids_that_the_other_side_knows() {
    let talk = talk("telegram").await;
    let contact = talk.contact().await;
    let said = talk.rig.agent_says("Which lamp?").await;
    let shown = talk.rig.exactly_at_channel(1).await.remove(0);
    let customer = talk.rig.bridge.channel.customer();
    let answer = talk.rig.bridge.channel.quoting("This one", &shown.id).unwrap();
    talk.rig.bridge.channel.say(customer, answer).await.unwrap();
    let seen = talk.rig.exactly_at_helpdesk(2).await;
    assert_eq!(seen[1].raw["quote"]["message"], said.id);
    assert_eq!(seen[1].raw["quote"]["text"], "Which lamp?");
    assert_eq!(seen[1].raw["parts"], json!([{"type": "text", "text": "This one"}]));
    // The agent quotes by the id that the system got.
    let quote = json!({"quote": {"message": seen[1].id}, "parts": [{"type": "text", "text": "Good choice"}]});
    talk.tells(&contact, "message", quote).await;
    let shown = talk.rig.exactly_at_channel(2).await.pop().unwrap();
    assert_eq!(shown.text, "Good choice");
    assert!(shown.raw.pointer("/reply_parameters/message_id").is_some(), "{}", shown.raw);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_conversation_reopens_or_begins_anew_as_the_installation_says() {
    for (policy, expected) in [("reopen", "reopened"), ("new", "new")] {
        let talk = talk_with("viber", json!({"on_resolved": policy})).await;
        let contact = talk.contact().await;
        talk.tells(&contact, "conversation", json!({"state": "resolved"})).await;
        talk.rig.settled().await;
        for text in ["Again", "And again"] {
            talk.rig.customer_says(text).await;
        }
        let seen = talk.rig.exactly_at_helpdesk(3).await;
        let states: Vec<&str> = seen.iter().filter_map(|seen| seen.raw["conversation"].as_str()).collect();
        assert_eq!(states, ["new", expected, "open"], "{policy}");
        talk.tells(&contact, "conversation", json!({"state": "resolved"})).await;
        talk.rig.settled().await;
        talk.tells(&contact, "hand_over", json!({})).await;
        talk.rig.settled().await;
        talk.rig.customer_says("Who is it?").await;
        let seen = talk.rig.exactly_at_helpdesk(4).await;
        assert_eq!(seen[3].raw["conversation"], "open", "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_of_the_system_stays_there_and_an_unknown_contact_is_told_at_once() {
    let talk = talk("viber").await;
    let contact = talk.contact().await;
    talk.tells(&contact, "note", json!({"text": "a difficult one"})).await;
    talk.rig.settled().await;
    assert!(talk.rig.at_channel().is_empty());
    let parts = json!({"parts": [{"type": "text", "text": "hi"}]});
    let refused = talk.system.tell("telegram:1", "message", parts).await.unwrap();
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("begins with `viber:`"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_of_the_same_kind_on_both_sides_tells_both_secrets() {
    let rig = Rig::start("viber", "freshchat").await;
    let side = |path: &str| json!({"kind": "custom", "callback_url": format!("https://own.example/{path}")});
    let install = json!({"channel": side("app"), "helpdesk": side("tool")});
    let (status, made) = rig.bridge.admin("POST", "/installations", Some(&install)).await.unwrap();
    assert_eq!(status, 201, "{made}");
    let secrets = made["generated_secrets"].as_object().unwrap();
    let names: Vec<&str> = secrets.keys().map(String::as_str).collect();
    assert_eq!(names, ["helpdesk_secret", "secret"]);
    assert_ne!(secrets["secret"], secrets["helpdesk_secret"]);
    assert!(secrets.values().all(|secret| secret.as_str().is_some_and(|secret| secret.starts_with("whsec_"))));
    // The same addresses are the same installation, and another system is another.
    let (status, again) = rig.bridge.admin("POST", "/installations", Some(&install)).await.unwrap();
    assert_eq!((status, &again["id"]), (200, &made["id"]));
    let other = json!({"channel": side("app"), "helpdesk": side("other")});
    let (status, other) = rig.bridge.admin("POST", "/installations", Some(&other)).await.unwrap();
    assert_eq!(status, 201, "{other}");
    assert_ne!(other["id"], made["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_reaches_whatsapp_behind_twilio() {
    let talk = talk("twilio").await;
    talk.rig.say("whatsapp:+447700900123", "Hi").await;
    let contact = talk.rig.exactly_at_helpdesk(1).await.remove(0).contact;
    assert_eq!(contact, "twilio:whatsapp:+447700900123");
    talk.tells(&contact, "typing", json!({})).await;
    eventually("typing", async || (talk.rig.bridge.channel.typed() == 1).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_begins_by_telephone_number() {
    let talk = talk("twilio").await;
    let customer = talk.rig.bridge.channel.customer();
    let said = talk.rig.bridge.helpdesk.begin(Some(customer), Saying::Text("Hello".into())).await.unwrap();
    assert_eq!(said.status, 200, "{}", said.body);
    assert_eq!(texts(&talk.rig.exactly_at_channel(1).await), ["Hello"]);
    talk.statuses(&said.id, "sent").await;
    assert_eq!(talk.system.receipts()[0].contact, format!("twilio:{customer}"));
    let talk = self::talk("viber").await;
    let refused = talk.rig.bridge.helpdesk.begin(Some("+447700900123"), Saying::Text("Hello".into())).await.unwrap();
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("only customers can begin"), "{}", refused.body);
}
