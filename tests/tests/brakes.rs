//! Tests of the brakes: a vendor in trouble is left alone, and its messages arrive once it is well.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use byoc::{
    model::installation::Side,
    outside::clock::now,
    store::{Braked, Store},
};
use byoc_local::bridge::{QUEUE, TABLE};
use byoc_tests::{Rig, eventually, eventually_within};
use byoc_vendors::{
    fault::{Fault, How},
    people::Saying,
};
use serde_json::json;

/// The number of contacts who write at the same time.
const CONTACTS: usize = 30;

/// The number of files that a host does not deliver.
const FILES: usize = 15;

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

#[tokio::test(flavor = "multi_thread")]
async fn agents_read_once_that_an_answer_waits_for_a_closed_brake_and_that_it_arrived() {
    // Ten minutes at the head of the lane take 0.6 s.
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = 0.001).await;
    let store = Store::new(rig.aws().await.dynamodb(), TABLE);
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    let installation = rig.bridge.installation_id();
    let version = store.installation(installation).await.unwrap().unwrap().version;
    let close = async |side, reason| {
        store.close_brake(installation, side, version, Duration::from_secs(20), reason, now()).await.unwrap();
    };
    close(Side::Channel, "the account has no balance").await;
    close(Side::Helpdesk, "no answer").await;
    let calls = rig.bridge.channel.faults().total();
    rig.agent_says("an answer").await;
    // An old message comes every 0.4 s, and no turn may tell the agents while their own side is in trouble.
    let fast = rig.fast_time();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(rig.bridge.queues.queues().peek(QUEUE).len(), 1, "nothing but the answer waits, and no note");
    store.release_brake(installation, Side::Helpdesk).await.unwrap();
    let notes = eventually("a note", async || Some(rig.notes()).filter(|notes| !notes.is_empty())).await;
    let told = "Not delivered on viber yet: the account has no balance. The bridge keeps trying until ";
    assert!(notes[0].text.contains(told), "{notes:?}");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(rig.notes().len(), 1, "{:?}", rig.notes());
    assert_eq!(rig.bridge.channel.faults().total(), calls, "the closed brake let a call pass");
    let waiting = rig.journal_shows("the answer", |entry| entry["direction"] == "outbound").await;
    assert_eq!((&waiting["state"], &waiting["attempts"]), (&json!("claimed"), &json!(0)), "{waiting}");
    store.release_brake(installation, Side::Channel).await.unwrap();
    assert_eq!(rig.exactly_at_channel(1).await[0].text, "an answer");
    eventually("the second note", async || (rig.notes().len() == 2).then_some(())).await;
    rig.settled().await;
    drop(fast);
    assert!(rig.notes()[1].text.contains("was delivered on viber after all"), "{:?}", rig.notes());
    assert_eq!(rig.notes().len(), 2, "{:?}", rig.notes());
}

/// Serves files on which every request hangs until the server is told to answer. Returns the number of requests.
async fn hanging_host() -> (byoc_local::server::Server, Arc<AtomicUsize>, Arc<AtomicBool>) {
    let (requests, answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, mended) = (requests.clone(), answers.clone());
    let handler = move || {
        let is_mended = mended.load(Ordering::Relaxed);
        counted.fetch_add(1, Ordering::Relaxed);
        async move {
            if !is_mended {
                std::future::pending::<()>().await;
            }
            ([("content-type", "image/png")], b"\x89PNG\r\n\x1a\n0000".as_slice())
        }
    };
    let router = axum::Router::new().route("/{name}", axum::routing::get(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    (byoc_local::server::Server::start(listener, router).unwrap(), requests, answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_of_files_that_hangs_holds_up_no_texts_and_few_slots() {
    let rig = Rig::start_with("viber", "freshchat", |settings| {
        (settings.retry_time_scale, settings.workers) = (0.1, 5);
    })
    .await;
    let store = Store::new(rig.aws().await.dynamodb(), TABLE);
    let brake = async |braked| store.brake(rig.bridge.installation_id(), braked).await.unwrap();
    let (host, requests, answers) = hanging_host().await;
    let photo = |number| {
        let (kind, name) = (byoc::model::message::MediaKind::Image, format!("{number}.png"));
        Saying::Media { kind, url: format!("{}/{name}", host.url()), name, size: 12 }
    };
    let began = Instant::now();
    for number in 0..FILES {
        rig.bridge.channel.say(&format!("contact{number:02}"), photo(number)).await.unwrap();
    }
    eventually("a closed brake", async || {
        brake(Braked::Downloads(Side::Channel)).await.closed_until.is_some().then_some(())
    })
    .await;
    rig.say("someone", "a text").await;
    let fast = rig.fast_time();
    rig.many_at_helpdesk(Duration::from_secs(15), 1).await;
    let is_text = |seen: &byoc_vendors::people::Seen| seen.text == "a text";
    eventually_within(Duration::from_secs(15), "the text", async || {
        rig.at_helpdesk().iter().any(is_text).then_some(())
    })
    .await;
    // Without the brake, four downloads of 8 s for each contact would take 96 s on five slots.
    rig.many_at_helpdesk(Duration::from_secs(60), FILES + 1).await;
    let requests = requests.load(Ordering::Relaxed);
    assert!(began.elapsed() < Duration::from_secs(60) && requests < FILES * 2, "{requests} {:?}", began.elapsed());
    let notices = rig.at_helpdesk().into_iter().filter(|seen| seen.text.contains("could not be fetched")).count();
    assert_eq!(notices, FILES, "every file has used up its attempts");
    assert!(!is_closed(&rig, &store).await, "the brake of the messages is open");
    assert!(brake(Braked::Downloads(Side::Channel)).await.closed_until.is_some());

    // A host that answers takes the brake off.
    answers.store(true, Ordering::Relaxed);
    let mut number = 0;
    eventually_within(Duration::from_secs(90), "an open brake", async || {
        number += 1;
        rig.bridge.channel.say(&format!("later{number}"), photo(number)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        (brake(Braked::Downloads(Side::Channel)).await == byoc::store::Brake::default()).then_some(())
    })
    .await;
    drop(fast);
}

/// The promise of the brakes, on the real clock: five slots, 500 contacts whose vendor hangs, and what is for another
/// vendor waits at most 15 s.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figure is to be copied")]
async fn a_hundred_contacts_of_a_vendor_that_hangs_hold_up_others_for_seconds() {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.workers = 5).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Hang(Duration::from_secs(600))).times(100_000));
    for number in 0..100 {
        rig.say(&format!("contact{number:03}"), "hello").await;
    }
    let began = Instant::now();
    rig.agent_says("an answer").await;
    eventually_within(Duration::from_secs(60), "the answer", async || (rig.at_channel().len() == 1).then_some(()))
        .await;
    let (waited, calls) = (began.elapsed(), rig.bridge.helpdesk.faults().total());
    println!("an answer waited {:.1} s behind 100 contacts whose helpdesk hangs", waited.as_secs_f64());
    // The simulation has the promised 15 s on virtual time, with five times as many contacts.
    assert!(waited < Duration::from_secs(25) && calls < 20, "{waited:?}, {calls} calls");
}

/// A twentieth of the real time, since the brake takes minutes to close for its longest time. The relay is not faster
/// than in real time, so more contacts would measure the build and not the waits.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes more than a minute; its figures are for ARCHITECTURE.md"]
#[expect(clippy::print_stdout, reason = "the figures are to be copied")]
async fn a_mended_account_works_within_minutes() {
    let scale = 0.05;
    let rig = Rig::start_with("viber", "freshchat", |settings| {
        (settings.retry_time_scale, settings.workers) = (scale, 5);
    })
    .await;
    let store = Store::new(rig.aws().await.dynamodb(), TABLE);
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)).times(100_000));
    for number in 0..100 {
        rig.say(&format!("contact{number:02}"), "hello").await;
    }
    eventually_within(Duration::from_secs(120), "the longest time of the brake", async || {
        let brake = store.brake(rig.bridge.installation_id(), Side::Helpdesk).await.unwrap();
        (brake.closed_for >= Duration::from_secs(300).mul_f64(scale)).then_some(())
    })
    .await;
    rig.bridge.helpdesk.faults().clear();
    let began = Instant::now();
    rig.many_at_helpdesk(Duration::from_secs(60), 1).await;
    let first = began.elapsed().div_f64(scale);
    rig.many_at_helpdesk(Duration::from_secs(60), 100).await;
    let all = began.elapsed().div_f64(scale);
    println!("mended: the first message after {} s, all of 100 contacts after {} s", first.as_secs(), all.as_secs());
    assert!(first <= Duration::from_secs(360) && all <= Duration::from_secs(720), "{first:?} {all:?}");
}
