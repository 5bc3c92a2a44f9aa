//! Tests of what only IS-Messenger does: repeats without an id, statuses, echoes, and twenty calls a second.

use std::{sync::Arc, time::Duration};

use byoc::{
    model::message::{
        Author, AuthorKind, ChannelEvent, ChannelEventKind, Contact, ENVELOPE_VERSION, Envelope, Event, HelpdeskEvent,
        HelpdeskEventKind, NoteEvent, Part,
    },
    outside::queue::Outgoing,
    tools::millis::Millis,
};
use byoc_local::bridge::QUEUE;
use byoc_tests::{Rig, eventually, eventually_within, texts};
use byoc_vendors::{
    channel::viber::Viber,
    fault::{Fault, How},
    helpdesk::is_messenger::IsMessengerSim,
    people::HelpdeskSim,
};
use serde_json::json;

/// A whole bridge between Viber and IS-Messenger.
struct Talk {
    rig: Rig,
    desk: IsMessengerSim,
    viber: Viber,
}

async fn talk_with(viber: Viber, options: serde_json::Value) -> Talk {
    talk_of(viber, options, 8).await
}

async fn talk_of(viber: Viber, options: serde_json::Value, workers: usize) -> Talk {
    let desk = IsMessengerSim::demo().unwrap();
    let (helpdesk, channel) = (Arc::new(desk.clone()), Arc::new(viber.clone()));
    let rig = Rig::start_with("viber", "is_messenger", |settings| {
        settings.helpdesk = helpdesk;
        settings.channel = channel;
        settings.options = options;
        settings.workers = workers;
    })
    .await;
    Talk { rig, desk, viber }
}

async fn talk() -> Talk {
    talk_with(Viber::demo().unwrap(), json!({})).await
}

impl Talk {
    /// Returns the statuses of a message once they end in `last` and no more can come.
    async fn statuses(&self, message: &str, last: &str) -> Vec<String> {
        let values =
            || -> Vec<String> { self.desk.statuses(Some(message)).into_iter().map(|status| status.value).collect() };
        eventually("a status", async || values().iter().any(|value| value == last).then_some(())).await;
        self.rig.settled().await;
        values()
    }

    /// Puts an event into the queue as a webhook function would.
    async fn enqueue(&self, event: Event) {
        let installation = self.rig.bridge.installation_id().to_owned();
        let envelope = Envelope { v: ENVELOPE_VERSION, installation, received_at: byoc::outside::clock::now(), event };
        let queue = self.rig.queue(QUEUE).await;
        queue.send_one(&Outgoing::pack(&envelope).unwrap(), None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_delivered_and_read_come_back_for_the_id_that_was_answered() {
    let talk = talk().await;
    talk.rig.customer_says("Hi").await;
    talk.rig.exactly_at_helpdesk(1).await;
    let said = talk.rig.agent_says("Hello").await;
    assert_eq!(talk.statuses(&said.id, "read").await, ["sent", "delivered", "read"]);
    assert_eq!((talk.desk.statuses_of_unknown_messages(), talk.desk.refusals()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_sent_once_and_both_ids_get_every_status() {
    let talk = talk().await;
    talk.rig.customer_says("Hi").await;
    talk.rig.exactly_at_helpdesk(1).await;
    let first = talk.rig.agent_says("Hello").await;
    talk.statuses(&first.id, "delivered").await;
    let (second, third) = (talk.rig.agent_says("Hello").await, talk.rig.agent_says("Hello").await);
    let other = talk.rig.agent_says("Hello!").await;
    assert_eq!(texts(&talk.rig.exactly_at_channel(2).await), ["Hello", "Hello!"]);
    for said in [&first, &other] {
        assert_eq!(talk.statuses(&said.id, "read").await, ["sent", "delivered", "read"]);
    }
    for said in [&second, &third] {
        // The statuses that a repeat gets at once and those that it shares with its original may overtake each other.
        let mut statuses = talk.statuses(&said.id, "read").await;
        statuses.sort();
        assert_eq!(statuses, ["delivered", "read", "sent"]);
    }
    assert_eq!(talk.desk.statuses_of_unknown_messages(), []);
    let mut journal = talk.rig.journal().await;
    journal.retain(|entry| entry["direction"] == "outbound");
    assert_eq!(journal.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_later_are_another_message_and_the_window_can_be_closed() {
    for (seconds, pause) in [(1, Duration::from_millis(1_200)), (0, Duration::ZERO)] {
        let talk = talk_with(Viber::demo().unwrap(), json!({"repeat_window_seconds": seconds})).await;
        talk.rig.customer_says("Hi").await;
        talk.rig.exactly_at_helpdesk(1).await;
        talk.rig.agent_says("Yes").await;
        // The window is measured by the wall clock.
        tokio::time::sleep(pause).await;
        talk.rig.agent_says("Yes").await;
        talk.rig.exactly_at_channel(2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_channel_is_a_failed_status_with_its_reason_for_repeats_too() {
    let talk = talk().await;
    talk.rig.customer_says("Hi").await;
    talk.rig.exactly_at_helpdesk(1).await;
    talk.viber.unsubscribe(talk.rig.bridge.channel.customer()).await.unwrap();
    let (first, second) = (talk.rig.agent_says("Hello").await, talk.rig.agent_says("Hello").await);
    for said in [first, second] {
        assert_eq!(talk.statuses(&said.id, "failed").await, ["failed"]);
        let reason = talk.desk.statuses(Some(&said.id))[0].reason.clone().unwrap_or_default();
        assert!(reason.starts_with("Not delivered on viber: "), "{reason}");
    }
    assert_eq!((talk.rig.at_channel(), talk.desk.refusals()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_survives_a_crash_between_the_delivery_and_itself() {
    let talk = talk_with(Viber::demo().unwrap().without_receipts(), json!({})).await;
    talk.rig.customer_says("Hi").await;
    talk.rig.exactly_at_helpdesk(1).await;
    // The agent's message is stored. Then the queue fails for longer than the SDK retries.
    talk.rig.bridge.queues.queues().calls().add(Fault::next(How::Status(500)).at("SendMessage").after(1).times(3));
    let said = talk.rig.agent_says("Hello").await;
    talk.rig.exactly_at_channel(1).await;
    assert_eq!(talk.desk.statuses(None), []);
    let _fast = talk.rig.fast_time();
    assert_eq!(talk.statuses(&said.id, "sent").await, ["sent"]);
    talk.rig.exactly_at_channel(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn echoes_and_notes_are_seen_by_agents_as_echoes() {
    let talk = talk().await;
    let contact = Contact { id: "whatsapp:+447700900238".into(), ..Contact::default() };
    let kind = ChannelEventKind::BusinessEcho { parts: vec![Part::text("From my phone")], message: None };
    talk.enqueue(Event::Channel(ChannelEvent::new("echo-1", Millis::new(1_717_395_317_000), contact.clone(), kind)))
        .await;
    let seen = talk.rig.exactly_at_helpdesk(1).await;
    let told = "=d2hhdHNhcHA6KzQ0NzcwMDkwMDIzOA==";
    assert_eq!(
        (seen[0].from.as_str(), seen[0].text.as_str(), seen[0].contact.as_str()),
        ("business", "From my phone", told)
    );
    assert_eq!((seen[0].id.as_str(), &seen[0].raw["timestamp"]), ("echo-1", &json!(1_717_395_317_000_i64)));
    let note = NoteEvent {
        id: "about:x".into(),
        contact: contact.id,
        message: None,
        user: None,
        conversation: None,
        text: "Lost.".into(),
    };
    talk.enqueue(Event::Note(note)).await;
    let seen = talk.rig.exactly_at_helpdesk(2).await;
    assert_eq!((seen[1].from.as_str(), seen[1].contact.as_str()), ("business", told));
    assert!(seen[1].text.ends_with("Lost.") && seen[1].text.contains("customer does not see"), "{}", seen[1].text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_was_hashed_leads_back_and_an_unknown_one_fails_visibly() {
    let talk = talk().await;
    let long = "x".repeat(60);
    let contact = Contact { id: long.clone(), name: Some("Maria".into()), ..Contact::default() };
    talk.viber.introduce(&long, Some("Maria"), 10);
    let kind = ChannelEventKind::Message { parts: vec![Part::text("Hi")] };
    talk.enqueue(Event::Channel(ChannelEvent::new("m-1", Millis::new(1_717_395_317_000), contact, kind))).await;
    let seen = talk.rig.exactly_at_helpdesk(1).await;
    assert!(seen[0].contact.len() == 41 && seen[0].contact.starts_with('='), "{seen:?}");
    let said = talk.rig.agent_says("Hello").await;
    // Viber does not know this customer and says so, which shows that the way back was found.
    talk.statuses(&said.id, "failed").await;
    assert_eq!(talk.desk.statuses(Some(&said.id))[0].contact, seen[0].contact);

    let nobody = format!("={}", "0123456789".repeat(4));
    let author = Author { kind: AuthorKind::Agent, name: None, id: None };
    let kind = HelpdeskEventKind::Message { author, parts: vec![Part::text("Hello?")] };
    let (group, user) = (nobody.clone(), Some(nobody.clone()));
    let (contact, conversation, repeat_key, quote) = (None, None, None, None);
    let (id, at) = ("n-1".into(), Millis::new(1));
    let event = HelpdeskEvent { id, at, group, contact, user, conversation, repeat_key, kind, quote };
    talk.enqueue(Event::Helpdesk(event)).await;
    let _fast = talk.rig.fast_time();
    assert_eq!(talk.statuses("n-1", "failed").await, ["failed"]);
    assert_eq!(talk.desk.statuses(Some("n-1"))[0].contact, nobody);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_five_hundred_is_neither_refused_nor_lost_nor_mixed_up() {
    // So many messages at once that some do not get a permit in time and go back to the queue.
    let talk = talk_of(Viber::demo().unwrap(), json!({}), 50).await;
    for contact in 0..50 {
        talk.viber.introduce(&format!("customer{contact}"), Some(&format!("Customer {contact}")), 10);
    }
    for number in 0..10 {
        for contact in 0..50 {
            talk.rig.say(&format!("customer{contact}"), &number.to_string()).await;
        }
    }
    // A message that waits too long for a permit comes back after seconds of the queue's time, which is the wall
    // clock's here.
    let all = async || (talk.desk.received(None).len() >= 500 && talk.rig.is_idle()).then_some(());
    eventually_within(Duration::from_secs(120), "500 messages", all).await;
    let wanted: Vec<String> = (0..10).map(|number: u32| number.to_string()).collect();
    for contact in 0..50 {
        assert_eq!(texts(&talk.desk.received(Some(&format!("customer{contact}")))), wanted, "customer {contact}");
    }
    assert_eq!((talk.desk.refusals(), talk.desk.repeats()), (vec![], 0));
    let journal = talk.rig.journal().await;
    assert!(journal.iter().all(|entry| entry["state"] == "done" && entry.get("possibly_doubled").is_none()));
    assert!(journal.iter().any(|entry| entry["attempts"].as_u64() > Some(1)), "nobody went back to the queue");
}
