//! Tests of bots: choices come back with what the bot waits for, a hand-over brings the talk and the wished group, an app
//! reads earlier messages, and several people write into one thread.

use std::sync::Arc;

use byoc_tests::{Rig, eventually, every_channel, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::{
        custom::System,
        freshchat::{FreshchatSim, GROUP},
    },
    people::Saying,
};
use serde_json::{Value, json};

/// What a bot of Freshchat offers.
fn offer() -> Saying {
    let reply = |label: &str, payload: &str| json!({"quick_reply_button": {"label": label, "payload": payload}});
    Saying::Raw(json!([
        {"text": {"content": "Is that right?"}},
        {"collection": {"sub_parts": [reply("Yes", "confirm-42"), reply("No", "refuse-42")]}},
    ]))
}

/// Returns the parts of the newest message at the helpdesk, once there are this many.
async fn newest(rig: &Rig, count: usize) -> Value {
    rig.exactly_at_helpdesk(count).await.pop().unwrap().raw["message_parts"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_comes_back_to_freshchats_bot_with_its_payload_on_every_channel() {
    every_channel(|channel, _| async move {
        let rig = Rig::start(channel, "freshchat").await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
        rig.bridge.helpdesk.answer(&contact, offer()).await.unwrap();
        eventually("the offer", async || (!rig.at_channel().is_empty()).then_some(())).await;
        rig.settled().await;
        rig.customer_says("No").await;
        let expected = json!([{"text": {"content": "No"}}, {"callback": {"label": "No", "payload": "refuse-42"}}]);
        assert_eq!(newest(&rig, 2).await, expected, "{channel}");
        rig.customer_says("Or maybe").await;
        assert_eq!(newest(&rig, 3).await, json!([{"text": {"content": "Or maybe"}}]), "{channel}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_a_choice_only_while_its_list_is_the_newest_message() {
    let rig = Rig::start("messagebird", "freshchat").await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
    rig.bridge.helpdesk.answer(&contact, offer()).await.unwrap();
    eventually("the offer", async || rig.at_channel().iter().any(|seen| seen.text.contains("2. No")).then_some(()))
        .await;
    rig.settled().await;
    rig.customer_says("2").await;
    let expected = json!([{"text": {"content": "2. No"}}, {"callback": {"label": "No", "payload": "refuse-42"}}]);
    assert_eq!(newest(&rig, 2).await, expected);
    rig.agent_says("How many lamps?").await;
    eventually("the question", async || {
        rig.at_channel().iter().any(|seen| seen.text.contains("How many")).then_some(())
    })
    .await;
    rig.settled().await;
    rig.customer_says("2").await;
    assert_eq!(newest(&rig, 3).await, json!([{"text": {"content": "2"}}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_with_its_payload_arrives_without_it() {
    let rig = Rig::start("viber", "freshchat").await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
    rig.bridge.helpdesk.answer(&contact, offer()).await.unwrap();
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(400)).at("/messages"));
    rig.customer_says("Yes").await;
    assert_eq!(newest(&rig, 2).await, json!([{"text": {"content": "Yes"}}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_of_ones_own_reads_the_choice_beside_the_text() {
    let system = System::demo().unwrap();
    let helpdesk = Arc::new(system.clone());
    let rig = Rig::start_with("telegram", "custom", |settings| settings.helpdesk = helpdesk).await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
    let buttons = json!({"type": "buttons", "buttons": [{"label": "Yes", "payload": "confirm-42"}, {"label": "No"}]});
    rig.bridge.helpdesk.answer(&contact, Saying::Raw(buttons)).await.unwrap();
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    for text in ["Yes", "No", "What?"] {
        rig.customer_says(text).await;
    }
    let seen = rig.exactly_at_helpdesk(4).await;
    let choices: Vec<&Value> = seen.iter().map(|seen| &seen.raw["choice"]).collect();
    assert_eq!(choices[1], &json!({"label": "Yes", "payload": "confirm-42"}));
    assert_eq!(choices[2], &json!({"label": "No"}));
    assert_eq!(choices[3], &Value::Null);
}

fn handed_over(group: &str) -> Saying {
    let said = |author: &str, text: &str| json!({"author": {"name": author}, "text": text});
    Saying::Raw(json!({
        "parts": [{"type": "text", "text": "I want a person"}],
        "transcript": [said("Iryna Bondar", "Where is my order?"), said("Bot", "Which one?")],
        "group": group,
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_brings_the_talk_as_the_first_note_and_gives_the_conversation_to_the_group() {
    for (group, expected) in [(GROUP, json!(GROUP)), ("nobody", Value::Null)] {
        let sim = FreshchatSim::demo().unwrap();
        let helpdesk = Arc::new(sim.clone());
        let rig = Rig::start_with("custom", "freshchat", |settings| settings.helpdesk = helpdesk).await;
        rig.bridge.channel.say(rig.bridge.channel.customer(), handed_over(group)).await.unwrap();
        assert_eq!(texts(&rig.exactly_at_helpdesk(1).await), ["I want a person"]);
        eventually("a note", async || (!rig.notes().is_empty()).then_some(())).await;
        rig.settled().await;
        let notes = texts(&rig.notes());
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains("Iryna Bondar: Where is my order?\nBot: Which one?"), "{notes:?}");
        assert_eq!(sim.conversations()[0]["assigned_group_id"], expected);
        // The next message goes on as usual.
        rig.customer_says("Hello?").await;
        rig.exactly_at_helpdesk(2).await;
        assert_eq!(rig.notes().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_reaches_a_helpdesk_without_groups_with_the_group_in_the_note() {
    for helpdesk in ["deskie", "is_messenger", "custom"] {
        let rig = Rig::start("custom", helpdesk).await;
        rig.bridge.channel.say(rig.bridge.channel.customer(), handed_over("sales")).await.unwrap();
        let told = |text: &str| text.contains("Bot: Which one?") && text.contains("sales");
        eventually("the talk", async || {
            rig.bridge.helpdesk.received(None).iter().any(|seen| told(&seen.text)).then_some(())
        })
        .await;
    }
}

/// Asks the bridge for earlier messages as the app does.
async fn history(rig: &Rig, more: Value) -> Value {
    let mut ask = json!({"type": "history"});
    ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let said = rig.bridge.channel.say(rig.bridge.channel.customer(), Saying::Raw(ask)).await.unwrap();
    assert_eq!(said.status, 200, "{}", said.body);
    serde_json::from_str(&said.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_reads_earlier_messages_page_by_page() {
    let rig = Rig::start("custom", "freshchat").await;
    assert_eq!(history(&rig, json!({})).await, json!({"ok": true, "messages": []}));
    let first = rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Hello").await;
    let answer = rig.exactly_at_channel(1).await.remove(0);
    rig.customer_says("Where is it?").await;
    rig.exactly_at_helpdesk(2).await;
    rig.journal_shows("a receipt", |entry| entry["receipt"] == "read").await;
    let page = history(&rig, json!({"limit": 2})).await;
    let shown = |page: &Value| -> Vec<(String, String)> {
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        page["messages"].as_array().unwrap().iter().map(|entry| (text(entry, "from"), text(entry, "text"))).collect()
    };
    let pair = |from: &str, text: &str| (from.to_owned(), text.to_owned());
    assert_eq!(shown(&page), [pair("contact", "Where is it?"), pair("agent", "Hello")]);
    assert_eq!((&page["messages"][1]["id"], &page["messages"][1]["status"]), (&json!(answer.id), &json!("read")));
    let rest = history(&rig, json!({"limit": 2, "before": page["next"]})).await;
    assert_eq!(shown(&rest), [pair("contact", "Hi")]);
    assert_eq!((&rest["messages"][0]["id"], &rest["next"]), (&json!(first.id), &Value::Null));
    // Nothing reaches the helpdesk, and other contacts' messages are not shown.
    rig.exactly_at_helpdesk(2).await;
    let ask = Saying::Raw(json!({"type": "history"}));
    let other = rig.bridge.channel.say("somebody-else", ask).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&other.body).unwrap()["messages"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_people_write_into_one_thread_each_named() {
    for helpdesk in ["freshchat", "deskie"] {
        let rig = Rig::start("custom", helpdesk).await;
        let writes = |person: &str, name: &str, text: &str| {
            Saying::Raw(json!({
                "contact": {"id": person, "name": name}, "thread": {"id": "topic-3", "title": "Which lamp fits?"},
                "parts": [{"type": "text", "text": text}],
            }))
        };
        for (person, name, text) in
            [("user-7", "Pavlo", "Which one?"), ("user-8", "Olena", "The small one."), ("user-7", "Pavlo", "Thanks!")]
        {
            let said = rig.bridge.channel.say(person, writes(person, name, text)).await.unwrap();
            assert_eq!(said.status, 200, "{}", said.body);
        }
        let seen = rig.exactly_at_helpdesk(3).await;
        assert_eq!(texts(&seen), ["Pavlo: Which one?", "Olena: The small one.", "Pavlo: Thanks!"], "{helpdesk}");
        let made = rig.bridge.helpdesk.made();
        assert_eq!((made.users, made.conversations), (1, 1), "{helpdesk}");
        rig.agent_says("Take the small one.").await;
        let answer = rig.exactly_at_channel(1).await.remove(0);
        assert_eq!((answer.text.as_str(), &answer.raw["thread"]["id"]), ("Take the small one.", &json!("topic-3")));
        assert_eq!(answer.contact, "topic-3", "{helpdesk}");
    }
}
