//! Tests of the brakes: a vendor in trouble is left alone, and its messages arrive once it is well.

use std::time::Duration;

use byoc::{model::installation::Side, store::Store};
use byoc_local::bridge::TABLE;
use byoc_tests::{Rig, eventually};
use byoc_vendors::fault::{Fault, How};
use serde_json::json;

/// The number of contacts who write at the same time.
const CONTACTS: usize = 30;

/// Starts a bridge whose waits take a hundredth of their time.
async fn rig() -> (Rig, Store) {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = 0.01).await;
    let store = Store::new(rig.aws().await.dynamodb(), TABLE);
    (rig, store)
}

async fn is_closed(rig: &Rig, store: &Store) -> bool {
    store.brake(rig.bridge.installation_id(), Side::Helpdesk).await.unwrap().closed_until.is_some()
}

async fn all_write(rig: &Rig, text: &str) {
    for number in 0..CONTACTS {
        rig.say(&format!("contact{number:02}"), &format!("{text} {number:02}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lanes_without_an_answer_close_the_brake_and_a_success_takes_it_off() {
    let (rig, store) = rig().await;
    let faults = rig.bridge.helpdesk.faults();
    faults.add(Fault::next(How::Status(503)).times(100_000));
    let before = faults.total();
    all_write(&rig, "hello").await;
    eventually("a closed brake", async || is_closed(&rig, &store).await.then_some(())).await;
    // While the brake is closed, no message makes a call, except one at a time that tries.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let calls = faults.total() - before;
    assert!(calls < 3 * CONTACTS, "{calls} calls");
    assert_eq!(rig.at_helpdesk(), []);
    faults.clear();
    let fast = rig.fast_time();
    let seen = rig.exactly_at_helpdesk(CONTACTS).await;
    drop(fast);
    assert!((0..CONTACTS).all(|number| seen.iter().any(|seen| seen.text == format!("hello {number:02}"))), "{seen:?}");
    assert!(!is_closed(&rig, &store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_poisoned_lane_never_closes_it() {
    let (rig, store) = rig().await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)).times(20));
    rig.customer_says("poison").await;
    let fast = rig.fast_time();
    rig.exactly_at_helpdesk(2).await;
    drop(fast);
    let brake = store.brake(rig.bridge.installation_id(), Side::Helpdesk).await.unwrap();
    assert_eq!(brake, byoc::store::Brake::default(), "the success took off what was noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_account_is_left_alone_until_somebody_mends_it() {
    let (rig, store) = rig().await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    let faults = rig.bridge.helpdesk.faults();
    faults.add(Fault::next(How::Status(401)).times(100_000));
    rig.customer_says("during").await;
    eventually("a closed brake", async || is_closed(&rig, &store).await.then_some(())).await;
    faults.clear();
    let retry = format!("/installations/{}/retry", rig.bridge.installation_id());
    let (status, answer) = rig.bridge.admin("POST", &retry, None).await.unwrap();
    assert_eq!((status, &answer["released"]), (200, &json!(["helpdesk"])), "{answer}");
    assert!(!is_closed(&rig, &store).await);
    let (_, answer) = rig.bridge.admin("POST", &retry, None).await.unwrap();
    assert_eq!(answer["released"], json!([]), "{answer}");
    let fast = rig.fast_time();
    rig.exactly_at_helpdesk(2).await;
    drop(fast);
}
