//! Tests of dead messages: they are listed, redriven exactly, discarded, and none is lost or doubled on the way.

use byoc::{
    model::message::{ChannelEvent, ChannelEventKind, Contact, ENVELOPE_VERSION, Envelope, Event, Part},
    outside::{clock::now, queue::Outgoing},
    store::{Claim, DeadMessage, Direction, JournalKey, Owed, Settlement, Store},
};
use byoc_local::bridge::{QUEUE, TABLE};
use byoc_tests::{Rig, eventually, texts};
use byoc_vendors::fault::{Fault, How};
use serde_json::{Value, json};

/// The time scale by which the three days after which a message is given up pass in a quarter of a second.
const SHORT_LIFE: f64 = 1e-6;

async fn rig() -> Rig {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = SHORT_LIFE).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig
}

async fn post(rig: &Rig, route: &str, body: Value) -> (u16, Value) {
    let path = format!("/installations/{}/{route}", rig.bridge.installation_id());
    rig.bridge.admin("POST", &path, Some(&body)).await.unwrap()
}

async fn listed(rig: &Rig) -> Vec<Value> {
    let path = format!("/installations/{}/dead-letters", rig.bridge.installation_id());
    let (status, body) = rig.bridge.admin("GET", &path, None).await.unwrap();
    assert_eq!(status, 200, "{body}");
    body["messages"].as_array().unwrap().clone()
}

async fn until_dead(rig: &Rig, count: usize) -> Vec<Value> {
    let fast = rig.fast_time();
    let dead =
        eventually("the dead letters", async || Some(listed(rig).await).filter(|dead| dead.len() == count)).await;
    drop(fast);
    dead
}

async fn store(rig: &Rig) -> Store {
    Store::new(rig.aws().await.dynamodb(), TABLE)
}

fn message(installation: &str, event: &str, text: &str) -> Outgoing {
    Outgoing::pack(&Envelope {
        v: ENVELOPE_VERSION,
        installation: installation.to_owned(),
        received_at: now(),
        event: Event::Channel(ChannelEvent::new(
            event,
            now(),
            Contact { id: "c".into(), name: Some("C".into()), ..Contact::default() },
            ChannelEventKind::Message { parts: vec![Part::text(text)] },
        )),
    })
    .unwrap()
}

/// Makes a message dead, as the relay does.
async fn bury(store: &Store, installation: &str, event: &str, text: &str) -> (Outgoing, DeadMessage) {
    let (installation, contact) = (installation.to_owned(), "c".to_owned());
    let key = JournalKey { installation, contact, direction: Direction::Inbound, event: event.to_owned() };
    let message = message(&key.installation, event, text);
    let Claim::Work(claimed) = store.claim(&key, now(), now()).await.unwrap() else { panic!("finished") };
    let envelope = store.keep_envelope(&claimed, &message, now()).await.unwrap();
    let dead = Settlement::Dead { reason: "given up".into(), envelope };
    store.settle(&claimed, &dead, &Owed::default(), now()).await.unwrap();
    (message, store.dead_message(&key).await.unwrap().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fourteen_dead_of_one_contact_exactly_the_chosen_come_back_and_each_once() {
    let rig = rig().await;
    rig.bridge.channel.faults().add(Fault::next(How::Status(503)).times(1_000));
    for number in 0..14 {
        rig.agent_says(&format!("answer {number}.")).await;
    }
    let dead = until_dead(&rig, 14).await;
    rig.bridge.channel.faults().clear();
    let newest = dead[0]["id"].as_str().unwrap();
    assert_eq!(post(&rig, "redrive", json!({"dry_run": true})).await.1, json!({"redriven": 14, "more": false}));
    let other = json!({"error": "something else"});
    assert_eq!(post(&rig, "redrive", other).await.1, json!({"redriven": 0, "more": false}));
    assert_eq!(listed(&rig).await.len(), 14, "a dry run changes nothing");
    assert_eq!(post(&rig, "redrive", json!({"message": newest})).await.1, json!({"redriven": 1, "more": false}));
    assert!(rig.exactly_at_channel(1).await[0].text.contains("answer 13."));
    rig.journal_shows("the redriven answer", |entry| entry["id"] == newest && entry["state"] == "done").await;
    for (route, body) in
        [("redrive", json!({"message": newest})), ("discard", json!({"message": newest, "reason": "x"}))]
    {
        let (status, body) = post(&rig, route, body).await;
        assert_eq!((status, &body["error"]["code"]), (409, &json!("not_dead")), "{body}");
        assert!(body["error"]["message"].as_str().unwrap().contains("done"), "{body}");
    }
    // Two admins at once, by contact.
    let all = json!({"contact": dead[0]["contact"]});
    let (first, second) = tokio::join!(post(&rig, "redrive", all.clone()), post(&rig, "redrive", all));
    let redriven = first.1["redriven"].as_u64().unwrap() + second.1["redriven"].as_u64().unwrap();
    assert_eq!(redriven, 13, "{first:?} {second:?}");
    let seen = texts(&rig.exactly_at_channel(14).await);
    let mut expected: Vec<String> = seen[1..].to_vec();
    expected.sort();
    expected.dedup();
    assert_eq!(expected.len(), 13, "{seen:?}");
    assert_eq!(listed(&rig).await, [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_does_not_see_the_work_of_another() {
    let rig = rig().await;
    let (store, own) = (store(&rig).await, rig.bridge.installation_id());
    for number in 0..30 {
        bury(&store, &"f".repeat(32), &format!("e{number}"), "theirs").await;
    }
    bury(&store, own, "e1", "ours").await;
    let (dry, redriven) =
        tokio::join!(post(&rig, "redrive", json!({"dry_run": true})), post(&rig, "redrive", json!({"error": "given"})));
    assert!(dry.1["redriven"].as_u64().unwrap() <= 1, "{dry:?}");
    assert_eq!(redriven.1, json!({"redriven": 1, "more": false}));
    assert_eq!(rig.exactly_at_helpdesk(2).await[1].text, "ours");
    let theirs = byoc::store::PageFrom { after: None, oldest_first: true, limit: 100 };
    assert_eq!(store.dead_messages(&"f".repeat(32), &theirs).await.unwrap().messages.len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_message_comes_back_whole_and_a_damaged_one_not_at_all() {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.workers = 0).await;
    let (store, own) = (store(&rig).await, rig.bridge.installation_id());
    let (whole, _) = bury(&store, own, "whole", &"x".repeat(800_000)).await;
    let (_, damaged) = bury(&store, own, "damaged", &"x".repeat(800_000)).await;
    let delete = rig.aws().await.dynamodb().delete_item().table_name(TABLE);
    let text = |value: String| aws_sdk_dynamodb::types::AttributeValue::S(value);
    let delete = delete.key("pk", text(format!("I#{own}#C#c"))).key("sk", text("X#inbound#damaged#1.1".into()));
    delete.send().await.unwrap();
    let id = damaged.key.public_id();
    let marked: Vec<bool> = listed(&rig).await.iter().map(|it| it["damaged"] == true).collect();
    assert_eq!(marked, [true, false]);
    assert_eq!(post(&rig, "redrive", json!({"dry_run": true})).await.1["redriven"], 1);
    assert_eq!(post(&rig, "redrive", json!({})).await.1, json!({"redriven": 1, "more": false}));
    let (status, body) = post(&rig, "redrive", json!({"message": id})).await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("damaged")), "{body}");
    let waiting: Vec<String> = rig.bridge.queues.queues().peek(QUEUE).into_iter().map(|it| it.body).collect();
    assert!(waiting == [whole.body], "{} messages wait", waiting.len());

    let (status, body) = post(&rig, "discard", json!({"message": id})).await;
    assert_eq!((status, &body["error"]["code"]), (422, &json!("bad_setting")), "{body}");
    let discard = json!({"message": id, "reason": "broken"});
    assert_eq!(post(&rig, "discard", discard.clone()).await.1, json!({"discarded": 1, "more": false}));
    let journal = rig.journal().await;
    let entry = journal.iter().find(|entry| entry["id"] == id).unwrap();
    assert_eq!((&entry["state"], &entry["error"]), (&json!("discarded"), &json!("broken")));
    let (status, body) = post(&rig, "discard", discard).await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("not_dead")), "{body}");
    let (status, _) = post(&rig, "redrive", json!({"message": "00.inbound.00"})).await;
    assert_eq!(status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_death_makes_a_second_note() {
    let rig = rig().await;
    rig.bridge.channel.faults().add(Fault::next(How::Status(503)).times(1_000));
    rig.agent_says("answer").await;
    let told = |count: usize| {
        let rig = &rig;
        eventually("the notes", async move || {
            let notes = texts(&rig.notes()).into_iter().filter(|text| text.contains("Not delivered on viber:")).count();
            (notes == count).then_some(())
        })
    };
    until_dead(&rig, 1).await;
    told(1).await;
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    let fast = rig.fast_time();
    told(2).await;
    drop(fast);
    until_dead(&rig, 1).await;
    rig.bridge.channel.faults().clear();
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    rig.exactly_at_channel(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_moved_back_is_delivered_and_what_is_repeated_is_not() {
    let rig = rig().await;
    let (store, queue, own) = (store(&rig).await, rig.queue(QUEUE).await, rig.bridge.installation_id());
    // Repeats by the platform, and by the queue, which still has the message because its deletion failed.
    let (repeated, _) = bury(&store, own, "repeated", "repeated").await;
    queue.send_one(&repeated, None).await.unwrap();
    rig.settled().await;
    // The version before sent the letter with an id of its own, and kept no envelope.
    let (moved, _) = bury(&store, own, "moved", "moved").await;
    let text = |value: String| aws_sdk_dynamodb::types::AttributeValue::S(value);
    let before = rig.aws().await.dynamodb().update_item().table_name(TABLE);
    let before = before.key("pk", text(format!("I#{own}#C#c"))).key("sk", text("M#inbound#moved".into()));
    before.update_expression("REMOVE dead_as, dead_pieces, dead_bytes, life").send().await.unwrap();
    queue.send_one(&moved.again("#d1"), None).await.unwrap();
    rig.exactly_at_helpdesk(2).await;
    // A redrive that dies between its steps.
    let (_, crashed) = bury(&store, own, "crashed", "crashed").await;
    assert!(store.begin_redrive(&crashed, now()).await.unwrap());
    let envelope = store.envelope_of(&crashed).await.unwrap().unwrap();
    let again = envelope.clone().again(envelope.body).unwrap();
    queue.send_one(&again, None).await.unwrap();
    assert_eq!(texts(&rig.exactly_at_helpdesk(3).await)[1..], ["moved", "crashed"]);
    let states =
        rig.journal_is("two delivered", |all| all.iter().filter(|it| it["state"] == "done").count() >= 3).await;
    let repeated = states.iter().find(|it| it["state"] == "dead").unwrap();
    assert_eq!(listed(&rig).await, std::slice::from_ref(repeated));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uninstall_removes_the_dead_and_counts_them() {
    let rig = rig().await;
    let (store, own) = (store(&rig).await, rig.bridge.installation_id());
    for event in ["a", "b", "c"] {
        bury(&store, own, event, event).await;
    }
    let path = format!("/installations/{own}");
    let (status, body) = rig.bridge.admin("DELETE", &path, None).await.unwrap();
    assert_eq!((status, &body["dead_letters_removed"]), (200, &json!(3)), "{body}");
    assert_eq!(listed(&rig).await, [] as [Value; 0]);
    let (_, body) = rig.bridge.admin("DELETE", &path, None).await.unwrap();
    assert_eq!(body["dead_letters_removed"], 0, "{body}");
    let (status, _) = post(&rig, "discard", json!({"reason": "x"})).await;
    assert_eq!(status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_without_a_place_is_dead_until_there_is_one() {
    let rig = Rig::start("viber", "freshchat").await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Quote(400)));
    rig.customer_says("refused").await;
    let dead = eventually("the dead note", async || Some(listed(&rig).await).filter(|dead| !dead.is_empty())).await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!(dead[0]["direction"], "note", "{dead:?}");
    assert!(rig.notes().is_empty());
    rig.customer_says("shown").await;
    rig.exactly_at_helpdesk(1).await;
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    let notes = eventually("the note", async || Some(rig.notes()).filter(|notes| !notes.is_empty())).await;
    assert!(notes[0].text.contains("could not be shown"), "{notes:?}");
    assert_eq!(listed(&rig).await, [] as [Value; 0]);
}
