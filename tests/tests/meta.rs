//! Tests of what only Meta's channels do: echoes, receipts up to a time, and the window for answers.

use std::time::Duration;

use byoc::outside::clock::now;
use byoc_tests::{Rig, eventually, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::is_messenger::IsMessengerSim,
    people::{Saying, Seen},
};
use serde_json::{Value, json};

/// The channels of Meta's messaging platform.
const KINDS: [&str; 2] = ["messenger", "instagram"];

/// Changes the settings of the channel before the bridge has read them.
async fn set(rig: &Rig, settings: Value) {
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let (status, answer) = rig.bridge.admin("PATCH", &path, Some(&json!({"channel": settings}))).await.unwrap();
    assert_eq!(status, 200, "{answer}");
}

/// Lets the customer's last message be this old for the platform.
fn silent_for(rig: &Rig, hours: u64) {
    let sim = &rig.bridge.channel;
    let mut memory = sim.snapshot();
    memory["heard"][sim.customer()] = json!(now().minus(Duration::from_secs(hours * 3_600)));
    sim.restore(memory);
}

fn tag(seen: &Seen) -> &str {
    seen.raw["tag"].as_str().unwrap_or("none")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_others_sent_comes_back_as_a_note() {
    for kind in KINDS {
        let rig = Rig::start(kind, "freshchat").await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("from the helpdesk").await;
        rig.exactly_at_channel(1).await;
        let typed = json!({"is_echo": true, "text": "typed in the app"});
        // Another tool may send a UUID too.
        let of_tool =
            json!({"is_echo": true, "text": "from a tool", "metadata": "7d444840-9dc0-4ea8-8b1d-3f6f3b1f2c11"});
        for echo in [typed, of_tool] {
            let said = rig.bridge.channel.say(rig.bridge.channel.customer(), Saying::Raw(echo)).await.unwrap();
            assert_eq!(said.status, 200);
        }
        let notes = eventually("two notes", async || Some(rig.notes()).filter(|notes| notes.len() > 1)).await;
        rig.settled().await;
        let notes = (notes.len(), texts(&notes).concat());
        assert!(notes.1.contains("typed in the app") && notes.1.contains("from a tool"), "{kind}: {notes:?}");
        assert_eq!((notes.0, rig.at_helpdesk().len()), (2, 1), "{kind}: {notes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_before_the_answer_to_the_send_call_is_known_as_ours() {
    let rig = Rig::start("instagram", "freshchat").await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    // The answer takes longer than the echo.
    rig.bridge.channel.faults().add(Fault::next(How::Slow(Duration::from_millis(700))).at("/messages"));
    rig.agent_says("from the helpdesk").await;
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    assert_eq!(rig.notes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_up_to_a_time_is_one_of_every_message_before() {
    for kind in KINDS {
        let desk = IsMessengerSim::demo().unwrap();
        let helpdesk = std::sync::Arc::new(desk.clone());
        let rig = Rig::start_with(kind, "is_messenger", |settings| settings.helpdesk = helpdesk).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        let said = [rig.agent_says("one").await, rig.agent_says("two").await];
        for said in &said {
            let statuses = async || {
                let statuses = desk.statuses(Some(&said.id));
                statuses.iter().any(|status| status.value == "read").then_some(())
            };
            eventually("the status read", statuses).await;
        }
        // The same news again changes nothing.
        let last = rig.exactly_at_channel(2).await.pop().unwrap();
        rig.settled().await;
        let before = desk.statuses(None);
        let customer = rig.bridge.channel.customer();
        assert_eq!(rig.bridge.channel.receipt(customer, &last.id, "read").await.unwrap().status, 200);
        rig.wait_for_surplus().await;
        assert_eq!(desk.statuses(None), before, "{kind}");
        let read = before.iter().filter(|status| status.value == "read").count();
        assert_eq!((read, desk.refusals(), desk.statuses_of_unknown_messages()), (2, vec![], vec![]), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_answer_for_seven_days_if_the_setting_says_so() {
    for kind in KINDS {
        let rig = Rig::start(kind, "freshchat").await;
        set(&rig, json!({"human_agent": "yes"})).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("at once").await;
        rig.exactly_at_channel(1).await;
        silent_for(&rig, 25);
        rig.agent_says("Sorry for the wait.").await;
        let seen = rig.exactly_at_channel(2).await;
        assert_eq!([tag(&seen[0]), tag(&seen[1])], ["none", "HUMAN_AGENT"], "{kind}");
        assert_eq!(rig.notes(), [], "{kind}");
        silent_for(&rig, 8 * 24);
        rig.agent_says("much too late").await;
        let notes = eventually("a note", async || Some(rig.notes()).filter(|notes| !notes.is_empty())).await;
        assert!(notes[0].text.contains("more than seven days have passed"), "{kind}: {notes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_agents_read_why_a_late_answer_did_not_arrive() {
    for kind in KINDS {
        let rig = Rig::start(kind, "freshchat").await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        silent_for(&rig, 25);
        rig.agent_says("too late").await;
        let notes = eventually("a note", async || Some(rig.notes()).filter(|notes| !notes.is_empty())).await;
        assert!(notes[0].text.contains("with the setting human_agent"), "{kind}: {notes:?}");
        assert_eq!(rig.at_channel(), [], "{kind}");
    }
}
