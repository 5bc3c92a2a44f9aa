//! Tests of what only Deskie does: merged cases, few calls a minute, two encodings, and its own echo.

use std::{sync::Arc, time::Duration};

use byoc_tests::{Rig, eventually, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::deskie::{DeskieSim, EMAIL, KEY, STAFF},
    people::{HelpdeskSim, Made, Saying},
};
use serde_json::{Value, json};

async fn rig(deskie: &Arc<DeskieSim>) -> Rig {
    let helpdesk = deskie.clone();
    Rig::start_with("viber", "deskie", |settings| settings.helpdesk = helpdesk).await
}

/// Writes into a case through the API, as another integration.
async fn through_the_api(rig: &Rig, case: &str, message: Value) {
    let base = rig.bridge.vendor_urls().1;
    let url = format!("{}/api/cases/{case}/messages.json", base.trim_end_matches('/'));
    let client = byoc_tests::http_client();
    let body = json!({ "message": message }).to_string();
    let call = client.post(url).basic_auth(EMAIL, Some(KEY)).header("content-type", "application/json").body(body);
    assert_eq!(call.send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_case_is_followed_from_either_side() {
    let deskie = Arc::new(DeskieSim::demo().unwrap());
    let rig = rig(&deskie).await;
    rig.customer_says("one").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    // The customer writes first: the post fails because the case is gone, and the list names the case that replaced it.
    deskie.merge(&contact);
    rig.customer_says("two").await;
    let seen = rig.exactly_at_helpdesk(2).await;
    assert_eq!(seen[0].conversation, seen[1].conversation, "{seen:?}");
    // An agent writes first: the event names the new case, and the next message needs no further look-up.
    deskie.merge(&contact);
    rig.agent_says("answer").await;
    rig.exactly_at_channel(1).await;
    rig.customer_says("three").await;
    let seen = rig.exactly_at_helpdesk(3).await;
    assert_eq!(seen[0].conversation, seen[2].conversation, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_user_is_followed_from_either_side() {
    let deskie = Arc::new(DeskieSim::demo().unwrap());
    let rig = rig(&deskie).await;
    rig.customer_says("one").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    deskie.merge_user(&contact);
    rig.customer_says("two").await;
    let seen = rig.exactly_at_helpdesk(2).await;
    assert_eq!(seen[0].conversation, seen[1].conversation, "{seen:?}");
    deskie.merge_user(&contact);
    rig.agent_says("answer").await;
    rig.exactly_at_channel(1).await;
    let calls = deskie.faults().total();
    rig.customer_says("three").await;
    let seen = rig.exactly_at_helpdesk(3).await;
    assert_eq!(seen[0].conversation, seen[2].conversation, "{seen:?}");
    assert_eq!(deskie.faults().total(), calls + 1, "the answer said who they are now");
    assert_eq!(rig.notes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_found_however_deskie_spells_the_channel() {
    for deskie in [DeskieSim::demo().unwrap(), DeskieSim::demo().unwrap().with_bare_channels()] {
        let deskie = Arc::new(deskie);
        let rig = rig(&deskie).await;
        deskie.faults().add(Fault::next(How::Status(502)).at("cases").with_effect());
        rig.customer_says("first").await;
        rig.exactly_at_helpdesk(1).await;
        rig.customer_says("second").await;
        rig.exactly_at_helpdesk(2).await;
        assert_eq!(deskie.made(), Made { users: 1, conversations: 1 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_on_a_small_plan_loses_nothing_and_keeps_its_order() {
    let deskie = Arc::new(DeskieSim::demo().unwrap().with_rate(8, Duration::from_secs(1)));
    let rig = rig(&deskie).await;
    let contacts: Vec<String> = (0..6).map(|number| format!("contact{number}")).collect();
    for message in 0..6 {
        for contact in &contacts {
            rig.say(contact, &format!("{contact} message {message}")).await;
        }
    }
    let fast = rig.fast_time();
    let all = eventually("all messages", async || Some(rig.at_helpdesk()).filter(|seen| seen.len() >= 36)).await;
    drop(fast);
    for contact in &contacts {
        let theirs: Vec<String> = texts(&all).into_iter().filter(|text| text.contains(contact.as_str())).collect();
        let expected: Vec<String> = (0..6).map(|message| format!("{contact} message {message}")).collect();
        assert_eq!(theirs, expected);
    }
    assert_eq!((all.len(), rig.notes()), (36, Vec::new()));
    assert!(rig.journal().await.iter().all(|entry| entry["state"] == "done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_in_json_as_well() {
    let deskie = Arc::new(DeskieSim::demo().unwrap().with_json_webhook());
    let rig = rig(&deskie).await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    rig.agent_says("It leaves today, 100 % & more").await;
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["It leaves today, 100 % & more"]);
    let host = byoc_tests::files(&[("note.txt", "text/plain", b"hello")]).await;
    let url = format!("{}/note.txt", host.url());
    let file = Saying::Media { kind: byoc::model::message::MediaKind::File, url, name: "note.txt".into(), size: 5 };
    assert_eq!(rig.bridge.helpdesk.answer(&contact, file).await.unwrap().status, 200);
    let seen = rig.exactly_at_channel(2).await;
    assert_eq!(byoc_tests::file_behind(&seen[1]).await.as_deref(), Some(b"hello".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_never_gets_their_own_words_back_and_gets_those_of_another_integration() {
    for deskie in [DeskieSim::demo().unwrap(), DeskieSim::demo().unwrap().with_json_webhook()] {
        let deskie = Arc::new(deskie.with_echoes());
        let rig = rig(&deskie).await;
        // The first message makes the case, and that answer contains no message id. The second message has an id.
        rig.customer_says("first").await;
        rig.exactly_at_helpdesk(1).await;
        rig.customer_says("second").await;
        let case = rig.exactly_at_helpdesk(2).await[1].conversation.clone().unwrap();
        through_the_api(&rig, &case, json!({"content": "From the shop", "staff_id": STAFF})).await;
        assert_eq!(texts(&rig.exactly_at_channel(1).await), ["From the shop"]);
        through_the_api(&rig, &case, json!({"content": "Internal", "staff_id": STAFF, "note": 1})).await;
        rig.agent_says("answer").await;
        assert_eq!(texts(&rig.exactly_at_channel(2).await), ["From the shop", "answer"]);
    }
}
