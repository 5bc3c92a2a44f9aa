//! Tests of what the store promises, on the embedded DynamoDB engine.

use std::time::Duration;

use byoc::{
    adapter::{FileProgress, Link, Progress},
    model::{
        features::Rate,
        installation::Side,
        message::{ConversationState, Part, Receipt},
    },
    outside::queue::Outgoing,
    store::{
        Bucket, Claim, Direction, Finished, HelpdeskId, IncomingCall, JournalKey, JournalState, LinkChange, Owed,
        PageFrom, RepeatStatus, Sent, Settlement, StoreError, StoredEnvelope, Trace,
    },
    tools::millis::Millis,
};
use byoc_tests::store;
use byoc_vendors::fault::{Fault, How};

fn ms(milliseconds: i64) -> Millis {
    Millis::new(milliseconds)
}

fn key(event: &str) -> JournalKey {
    JournalKey { installation: "i".into(), contact: "c".into(), direction: Direction::Inbound, event: event.into() }
}

/// Returns the journal key of a message that an agent wrote.
fn answer(event: &str) -> JournalKey {
    JournalKey { direction: Direction::Outbound, ..key(event) }
}

fn nothing() -> Owed {
    Owed::default()
}

/// What is written beside the record of a message that arrived under the id `m1`.
fn arrived() -> Owed {
    Owed { sent: vec![Sent { side: Side::Helpdesk, id: "m1".into() }], ..nothing() }
}

fn finished(state: JournalState) -> Claim {
    Claim::Finished(Finished { state, owed: nothing(), told_waiting: false, life: 1, opened: false })
}

#[tokio::test]
async fn a_finished_message_cannot_be_claimed_again() {
    let kept = store().await;
    let claimed = kept.claim(&key("e")).await;
    assert_eq!((claimed.attempt, claimed.doubts, claimed.tries), (1, 0, 0));
    kept.store.settle(&claimed, &Settlement::Done, &arrived(), ms(3_000)).await.unwrap();
    assert_eq!(kept.store.claim(&key("e"), ms(1_000), ms(4_000)).await.unwrap(), finished(JournalState::Done));
    let sent = Sent { side: Side::Helpdesk, id: "m1".into() };
    assert_eq!(kept.store.message_of("i", &sent).await.unwrap(), Some(key("e")));
    assert_eq!(kept.store.message_of("i", &Sent { side: Side::Channel, id: "m1".into() }).await.unwrap(), None);
    assert_eq!(kept.store.message_of("j", &sent).await.unwrap(), None);
}

#[tokio::test]
async fn who_claimed_before_can_write_nothing_any_more() {
    let kept = store().await;
    let zombie = kept.claim(&key("e")).await;
    let owner = kept.claim(&key("e")).await;
    assert_eq!((owner.attempt, owner.doubts), (2, 1));
    let late = kept.store.settle(&zombie, &Settlement::Done, &arrived(), ms(3_000)).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    let late = kept.store.record(&zombie, &nothing(), ms(3_000)).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    // Nothing of the transaction took effect.
    let link = LinkChange::between(&Link::default(), &Link { user: Some("u".into()), ..Link::default() });
    let beside = Owed { link, ..nothing() };
    assert!(kept.store.record(&zombie, &beside, ms(3_000)).await.is_err());
    assert_eq!(kept.store.link("i", "c").await.unwrap(), Link::default());
    assert_eq!(kept.store.contact_of("i", HelpdeskId::User("u")).await.unwrap(), None);
    kept.store.settle(&owner, &Settlement::Done, &arrived(), ms(3_000)).await.unwrap();
}

#[tokio::test]
async fn a_retry_remembers_what_was_achieved_and_whether_the_last_call_is_in_doubt() {
    let kept = store().await;
    let mut claimed = kept.claim(&key("e")).await;
    claimed.progress =
        Progress { sent: vec!["p1".into()], memo: [("k".to_owned(), "v".to_owned())].into(), ..Progress::default() };
    claimed.tries = 1;
    let settlement = Settlement::Retry { reason: "503".into() };
    kept.store.settle(&claimed, &settlement, &nothing(), ms(3_000)).await.unwrap();
    let mut again = kept.claim(&key("e")).await;
    assert_eq!((again.attempt, again.doubts, again.tries), (2, 0, 1));
    assert_eq!(again.progress, claimed.progress);
    (again.tries, again.doubts) = (2, 1);
    let settlement = Settlement::Retry { reason: "time-out".into() };
    kept.store.settle(&again, &settlement, &nothing(), ms(3_000)).await.unwrap();
    let third = kept.claim(&key("e")).await;
    assert_eq!((third.attempt, third.doubts, third.tries), (3, 1, 2));
}

#[tokio::test]
async fn a_link_leads_there_and_back_and_changes_attribute_by_attribute() {
    let kept = store().await;
    let first = Link { user: Some("u".into()), conversation: Some("v1".into()), ..Link::default() };
    kept.store.change_link("i", "c", &LinkChange::between(&Link::default(), &first)).await.unwrap();
    // Two writers that change different attributes do not overwrite each other.
    let state = Link { state: Some(ConversationState::Resolved), ..first.clone() };
    let moved = Link { conversation: Some("v2".into()), last_message: Some("m".into()), ..first.clone() };
    kept.store.change_link("i", "c", &LinkChange::between(&first, &state)).await.unwrap();
    kept.store.change_link("i", "c", &LinkChange::between(&first, &moved)).await.unwrap();
    let found = kept.store.link("i", "c").await.unwrap();
    assert!(found.state_at.is_some());
    assert_eq!(found, Link { state_at: found.state_at, state: Some(ConversationState::Resolved), ..moved.clone() });
    for id in [HelpdeskId::User("u"), HelpdeskId::Conversation("v1"), HelpdeskId::Conversation("v2")] {
        assert_eq!(kept.store.contact_of("i", id).await.unwrap().as_deref(), Some("c"), "{id:?}");
    }
    // A user and a conversation with the same id are not the same.
    for id in [HelpdeskId::Conversation("u"), HelpdeskId::User("v1")] {
        assert_eq!(kept.store.contact_of("i", id).await.unwrap(), None, "{id:?}");
    }
    let gone = Link { conversation: None, ..found.clone() };
    kept.store.change_link("i", "c", &LinkChange::between(&found, &gone)).await.unwrap();
    let left = kept.store.link("i", "c").await.unwrap();
    assert_eq!(left, Link { state_at: left.state_at, ..gone });
    assert_eq!(kept.store.link("i", "d").await.unwrap(), Link::default());
}

#[tokio::test]
async fn receipts_only_go_forward() {
    let kept = store().await;
    assert!(!kept.store.note_receipt(&key("e"), &Receipt::Read, ms(1)).await.unwrap().is_news, "no such message");
    let claimed = kept.claim(&key("e")).await;
    kept.store.settle(&claimed, &Settlement::Done, &arrived(), ms(3_000)).await.unwrap();
    assert!(kept.store.note_receipt(&key("e"), &Receipt::Delivered, ms(1)).await.unwrap().is_news);
    assert!(!kept.store.note_receipt(&key("e"), &Receipt::Delivered, ms(2)).await.unwrap().is_news);
    assert!(kept.store.note_receipt(&key("e"), &Receipt::Read, ms(3)).await.unwrap().is_news);
    assert!(!kept.store.note_receipt(&key("e"), &Receipt::Delivered, ms(4)).await.unwrap().is_news);
    let message = kept.store.message(&key("e")).await.unwrap().unwrap();
    assert_eq!(message.receipt.as_deref(), Some("read"));
}

#[tokio::test]
async fn the_dead_can_be_revived_and_nobody_else() {
    let kept = store().await;
    let mut claimed = kept.claim(&key("e")).await;
    (claimed.tries, claimed.doubts) = (15, 3);
    let message = Outgoing { group: "g".into(), deduplication: "d".into(), body: "x".repeat(800_000) };
    let envelope = kept.store.keep_envelope(&claimed, &message, ms(2)).await.unwrap();
    assert_eq!((envelope.pieces, envelope.bytes), (3, 800_000));
    let dead = Settlement::Dead { reason: "given up".into(), envelope };
    kept.store.settle(&claimed, &dead, &nothing(), ms(2)).await.unwrap();
    assert_eq!(kept.store.claim(&key("e"), ms(1), ms(2)).await.unwrap(), finished(JournalState::Dead));
    let from = PageFrom { after: None, oldest_first: true, limit: 10 };
    let mut dead = kept.store.dead_messages("i", &from).await.unwrap().messages;
    assert_eq!((dead.len(), dead[0].summary.error.as_deref(), dead[0].damaged), (1, Some("given up"), false));
    let dead = dead.remove(0);
    let envelope = kept.store.envelope_of(&dead).await.unwrap().unwrap();
    let again = envelope.clone().again(envelope.body).unwrap();
    assert_eq!(again, message.clone().again("#r2"));
    // The dead message itself does not revive, and neither does it while somebody else has it in hand.
    assert!(!kept.store.revive(&key("e"), "d", ms(2)).await.unwrap());
    assert!(kept.store.begin_redrive(&dead, ms(2)).await.unwrap());
    assert!(!kept.store.begin_redrive(&dead, ms(3)).await.unwrap());
    assert!(!kept.store.discard(&dead, "no use", ms(3)).await.unwrap());
    assert!(kept.store.begin_redrive(&dead, ms(40_000)).await.unwrap(), "the first one may have crashed");
    // The relay may be faster than the end of the redrive.
    assert!(kept.store.revive(&key("e"), &again.deduplication, ms(3)).await.unwrap());
    kept.store.end_redrive(&dead, ms(3)).await.unwrap();
    assert_eq!(kept.store.envelope_of(&dead).await.unwrap(), None);
    let revived = kept.claim(&key("e")).await;
    assert_eq!((revived.tries, revived.doubts, revived.life), (0, 1, 2), "its last call may have worked");
    // A message that the queue itself gave up on is still claimed and may be sent again; a finished one may not.
    assert!(kept.store.reopen(&key("e"), ms(4)).await.unwrap());
    kept.store.settle(&revived, &Settlement::Done, &arrived(), ms(5)).await.unwrap();
    assert!(!kept.store.reopen(&key("e"), ms(6)).await.unwrap());
    assert!(kept.store.reopen(&key("never seen"), ms(6)).await.unwrap());
}

#[tokio::test]
async fn a_message_whose_journal_item_may_have_expired_is_in_doubt() {
    let kept = store().await;
    let day = 86_400_000;
    for (age, doubts) in [(13, 0), (15, 1)] {
        let key = key(&format!("e{age}"));
        let Claim::Work(claimed) = kept.store.claim(&key, ms(0), ms(age * day)).await.unwrap() else { panic!() };
        assert_eq!(claimed.doubts, doubts, "{age}");
        // A dead message and its journal item live equally long, whenever the message arrived.
        let message = Outgoing { group: "g".into(), deduplication: "d".into(), body: "x".into() };
        let envelope = kept.store.keep_envelope(&claimed, &message, ms(age * day)).await.unwrap();
        let dead = Settlement::Dead { reason: "given up".into(), envelope };
        kept.store.settle(&claimed, &dead, &nothing(), ms(age * day)).await.unwrap();
    }
}

#[tokio::test]
async fn the_dead_are_listed_in_pages_whatever_their_number() {
    let kept = store().await;
    for number in 0..23_i64 {
        let key = JournalKey { contact: format!("c{}", number % 3), ..key(&format!("e{number}")) };
        let Claim::Work(claimed) = kept.store.claim(&key, ms(1_000 + number), ms(2_000)).await.unwrap() else {
            panic!("{number}")
        };
        let message = Outgoing { group: "g".into(), deduplication: "d".into(), body: number.to_string() };
        let envelope = kept.store.keep_envelope(&claimed, &message, ms(2_000)).await.unwrap();
        let dead = Settlement::Dead { reason: "given up".into(), envelope };
        kept.store.settle(&claimed, &dead, &nothing(), ms(3_000)).await.unwrap();
    }
    for oldest_first in [true, false] {
        let (mut after, mut lengths, mut seen) = (None, Vec::new(), Vec::new());
        loop {
            let from = PageFrom { after: after.as_deref(), oldest_first, limit: 10 };
            let page = kept.store.dead_messages("i", &from).await.unwrap();
            lengths.push(page.messages.len());
            seen.extend(page.messages.into_iter().map(|message| message.key.event));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut expected: Vec<String> = (0..23).map(|number| format!("e{number}")).collect();
        if !oldest_first {
            expected.reverse();
        }
        assert_eq!((lengths, seen), (vec![10, 10, 3], expected));
    }
}

#[tokio::test]
async fn the_latest_messages_come_first_whatever_the_contact() {
    let kept = store().await;
    for number in 0..30_i64 {
        let key = JournalKey { contact: format!("c{number}"), ..key(&format!("e{number}")) };
        kept.store.claim(&key, ms(1_000 + number), ms(2_000)).await.unwrap();
    }
    let latest = kept.store.latest("i", None, 10).await.unwrap().messages;
    let contacts: Vec<&str> = latest.iter().map(|message| message.contact.as_str()).collect();
    assert_eq!(contacts, ["c29", "c28", "c27", "c26", "c25", "c24", "c23", "c22", "c21", "c20"]);
    assert_eq!(kept.store.latest("j", None, 10).await.unwrap().messages, []);
}

#[tokio::test]
async fn a_bucket_gives_what_it_holds_and_is_full_again_in_the_next_window() {
    let kept = store().await;
    let rate = Rate { calls: 5, period: Duration::from_secs(10) };
    let bucket = Bucket { installation: "i", contact: Some("c"), name: "profile", rate };
    let take = |want, now| kept.store.take_quota(&bucket, want, now);
    assert_eq!(take(2, ms(10_000)).await.unwrap(), None);
    assert_eq!(take(3, ms(12_000)).await.unwrap(), None);
    assert_eq!(take(1, ms(13_000)).await.unwrap(), Some(Duration::from_secs(7)));
    assert_eq!(take(5, ms(20_000)).await.unwrap(), None);
    assert_eq!(take(1, ms(20_001)).await.unwrap(), Some(Duration::from_millis(9_999)));
    // Another contact, another name, and the installation itself each have a bucket of their own.
    let (contact, name) = (Some("d"), "messages");
    for other in [Bucket { contact: None, ..bucket }, Bucket { contact, ..bucket }, Bucket { name, ..bucket }] {
        assert_eq!(kept.store.take_quota(&other, 5, ms(20_001)).await.unwrap(), None, "{other:?}");
    }
}

#[tokio::test]
async fn many_at_once_take_no_more_than_there_is() {
    let kept = store().await;
    let mut takes = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let store = kept.store.clone();
        takes.spawn(async move {
            let rate = Rate { calls: 10, period: Duration::from_secs(60) };
            store.take_quota(&Bucket { installation: "i", contact: None, name: "n", rate }, 1, ms(60_000)).await
        });
    }
    let given = takes.join_all().await.into_iter().filter(|take| matches!(take, Ok(None))).count();
    assert_eq!(given, 10);
}

#[tokio::test]
async fn the_same_within_the_window_of_the_last_is_a_repeat_of_the_first() {
    let kept = store().await;
    let of = |contact: &'static str, event: &'static str, at: i64| {
        let store = kept.store.clone();
        async move {
            let arrival = IncomingCall { installation: "i", contact, repeat_key: "k", event, at: ms(at) };
            store.original_of(&arrival, Duration::from_secs(5)).await.unwrap()
        }
    };
    let a = Some("a".to_owned());
    assert_eq!(of("c", "a", 10_000).await, None);
    assert_eq!(of("c", "a", 10_000).await, None, "the first, handed out again");
    assert_eq!(of("d", "x", 10_001).await, None, "another contact");
    assert_eq!(of("c", "b", 14_000).await, a);
    assert_eq!(of("c", "b", 14_000).await, a, "the repeat, handed out again");
    assert_eq!(of("c", "a", 10_000).await, None, "the first, handed out after its repeat");
    assert_eq!(of("c", "e", 19_000).await, a, "within five seconds of the last, not of the first");
    assert_eq!(of("c", "f", 18_500).await, a, "two clocks that differ a little");
    assert_eq!(of("c", "g", 24_001).await, None, "too late");
    assert_eq!(of("c", "a", 10_000).await, None, "the old first, redriven when another is the first");
    assert_eq!(of("c", "h", 24_500).await, Some("g".to_owned()), "which changed nothing");
}

#[tokio::test]
async fn a_repeat_learns_what_became_of_its_original_and_hears_the_rest() {
    let kept = store().await;
    let store = &kept.store;
    assert_eq!(store.join(&answer("a"), "b").await.unwrap(), None, "nobody has worked on it");
    let claimed = kept.claim(&answer("a")).await;
    let standing = |state, receipt| Some(RepeatStatus { state, error: None, receipt });
    assert_eq!(store.join(&answer("a"), "b").await.unwrap(), standing(JournalState::Claimed, None));
    store.settle(&claimed, &Settlement::Done, &nothing(), ms(3_000)).await.unwrap();
    let noted = store.note_receipt(&answer("a"), &Receipt::Sent, ms(3_000)).await.unwrap();
    assert_eq!((noted.is_news, noted.is_first, noted.repeats), (true, true, vec!["b".to_owned()]));
    assert_eq!(store.join(&answer("a"), "e").await.unwrap(), standing(JournalState::Done, Some(Receipt::Sent)));
    assert_eq!(store.join(&answer("a"), "e").await.unwrap(), standing(JournalState::Done, Some(Receipt::Sent)));
    let mut noted = store.note_receipt(&answer("a"), &Receipt::Read, ms(3_000)).await.unwrap();
    noted.repeats.sort();
    assert_eq!(
        (noted.is_news, noted.is_first, noted.repeats.as_slice()),
        (true, false, ["b".into(), "e".into()].as_slice())
    );
    assert!(!store.note_receipt(&answer("a"), &Receipt::Sent, ms(3_000)).await.unwrap().is_news);
}

#[tokio::test]
async fn waiting_for_a_turn_costs_no_try_and_settles_no_doubt() {
    let kept = store().await;
    for _ in 0..20 {
        let claimed = kept.claim(&answer("a")).await;
        assert_eq!((claimed.tries, claimed.doubts), (0, 0));
        kept.store.settle(&claimed, &Settlement::Postponed, &nothing(), ms(1)).await.unwrap();
    }
    // An attempt that ended without a record.
    kept.claim(&answer("a")).await;
    for _ in 0..3 {
        let claimed = kept.claim(&answer("a")).await;
        assert_eq!(claimed.doubts, 1);
        kept.store.settle(&claimed, &Settlement::Postponed, &nothing(), ms(1)).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_vendor_accepted_is_recorded_although_transactions_fail() {
    let kept = store().await;
    let claimed = kept.claim(&key("e")).await;
    let link = LinkChange::between(&Link::default(), &Link { user: Some("u".into()), ..Link::default() });
    let beside = Owed { link, ..arrived() };
    kept.table.calls().add(Fault::next(How::TooMany(1)).at("TransactWriteItems").times(1_000));
    kept.store.settle(&claimed, &Settlement::Done, &beside, ms(3_000)).await.unwrap();
    let Claim::Finished(finished) = kept.store.claim(&key("e"), ms(1_000), ms(4_000)).await.unwrap() else {
        panic!("not finished")
    };
    assert_eq!((finished.state, &finished.owed), (JournalState::Done, &beside));
    assert_eq!(kept.store.link("i", "c").await.unwrap(), Link::default());
    // The next turn pays what is owed, once.
    kept.table.calls().clear();
    kept.store.pay(&key("e"), &finished.owed, ms(5_000)).await.unwrap();
    assert_eq!(kept.store.link("i", "c").await.unwrap().user.as_deref(), Some("u"));
    let sent = Sent { side: Side::Helpdesk, id: "m1".into() };
    assert_eq!(kept.store.message_of("i", &sent).await.unwrap(), Some(key("e")));
    assert_eq!(kept.store.claim(&key("e"), ms(1_000), ms(4_000)).await.unwrap(), self::finished(JournalState::Done));
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_counts_once() {
    let kept = store().await;
    let lost = |operation: &str| kept.table.calls().add(Fault::next(How::Reset).at(operation).with_effect());
    lost("UpdateItem");
    let claimed = kept.claim(&key("e")).await;
    assert_eq!((claimed.attempt, claimed.doubts), (1, 0));
    lost("UpdateItem");
    kept.store.settle(&claimed, &Settlement::Done, &nothing(), ms(3_000)).await.unwrap();
    lost("UpdateItem");
    let noted = kept.store.note_receipt(&key("e"), &Receipt::Sent, ms(3_000)).await.unwrap();
    assert_eq!((noted.is_news, noted.is_first), (true, true));
    lost("UpdateItem");
    let noted = kept.store.note_receipt(&key("e"), &Receipt::Read, ms(3_000)).await.unwrap();
    assert_eq!((noted.is_news, noted.is_first), (true, false));
}

#[tokio::test]
async fn what_two_records_of_one_attempt_owe_is_kept() {
    let kept = store().await;
    let mut claimed = kept.claim(&key("e")).await;
    kept.table.calls().add(Fault::next(How::TooMany(1)).at("TransactWriteItems").times(1_000));
    let (first, second) =
        (Sent { side: Side::Helpdesk, id: "m1".into() }, Sent { side: Side::Helpdesk, id: "m2".into() });
    let beside = |sent: &Sent| Owed { sent: vec![sent.clone()], ..nothing() };
    claimed.owed = kept.store.record(&claimed, &beside(&first), ms(3_000)).await.unwrap();
    claimed.owed = kept.store.record(&claimed, &beside(&second), ms(3_500)).await.unwrap();
    let Claim::Work(again) = kept.store.claim(&key("e"), ms(900_000), ms(1_000_000)).await.unwrap() else {
        panic!("the claim has expired")
    };
    assert_eq!(again.owed.sent, [first, second]);
}

#[tokio::test]
async fn two_parts_with_one_id_and_a_record_too_large_are_written_all_the_same() {
    let kept = store().await;
    let mut claimed = kept.claim(&key("e")).await;
    let sent = Sent { side: Side::Helpdesk, id: "m1".into() };
    let twice = Owed { sent: vec![sent.clone(), sent.clone()], ..nothing() };
    kept.store.record(&claimed, &twice, ms(3_000)).await.unwrap();
    assert_eq!(kept.store.message_of("i", &sent).await.unwrap(), Some(key("e")));
    let placed = Some(Part::text("x".repeat(450_000)));
    claimed.progress.files.insert(0, FileProgress { placed, ..FileProgress::default() });
    claimed.progress.sent.push("m1".into());
    kept.store.settle(&claimed, &Settlement::Done, &nothing(), ms(4_000)).await.unwrap();
    assert_eq!(kept.store.claim(&key("e"), ms(1_000), ms(4_000)).await.unwrap(), finished(JournalState::Done));
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_told_once_in_each_life_that_a_message_waits_and_that_claims_nothing() {
    let kept = store().await;
    let (store, key) = (&kept.store, answer("waits"));
    assert_eq!(store.untold_life(&key).await.unwrap(), Some(1));
    store.note_told_waiting(&key, ms(1), ms(2)).await.unwrap();
    assert_eq!(store.untold_life(&key).await.unwrap(), None);
    let Claim::Work(claimed) = store.claim(&key, ms(1), ms(3)).await.unwrap() else { panic!("finished") };
    assert!(claimed.told_waiting && claimed.attempt == 1 && claimed.doubts == 0, "{claimed:?}");
    let envelope = StoredEnvelope { pieces: 1, bytes: 1, deduplication: "first".into(), is_sealed: false };
    store.settle(&claimed, &Settlement::Dead { reason: "x".into(), envelope }, &nothing(), ms(4)).await.unwrap();
    assert_eq!(store.untold_life(&key).await.unwrap(), None, "a dead message does not wait");
    store.note_told_waiting(&key, ms(1), ms(5)).await.unwrap();
    assert!(store.revive(&key, "second", ms(6)).await.unwrap());
    assert_eq!(store.untold_life(&key).await.unwrap(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn lanes_that_are_noted_at_the_same_moment_are_all_counted() {
    let kept = store().await;
    let lanes = ["a", "b", "c", "d", "e"];
    let note = |lane| kept.store.note_trouble("i", Side::Channel, 1, lane, false, ms(1_000));
    let [a, b, c, d, e] = lanes.map(note);
    let noted = tokio::join!(a, b, c, d, e);
    assert!(noted.0.is_ok() && noted.1.is_ok() && noted.2.is_ok() && noted.3.is_ok() && noted.4.is_ok(), "{noted:?}");
    let mut counted = kept.store.brake("i", Side::Channel).await.unwrap().lanes;
    counted.sort();
    assert_eq!(counted, lanes);
}

#[tokio::test]
async fn what_was_sent_to_a_contact_is_found_with_its_time() {
    let kept = store().await;
    let trace = |at: i64, millis| Trace {
        at: ms(at),
        attempt: 1,
        call: "send_message".into(),
        result: "ok".into(),
        ms: millis,
    };
    for (event, settlement) in [
        ("done", Some(Settlement::Done)),
        ("read", Some(Settlement::Done)),
        ("refused", Some(Settlement::Rejected { reason: "no".into() })),
        ("on its way", None),
    ] {
        let mut claimed = kept.claim(&answer(event)).await;
        claimed.trace = vec![trace(2_000, 100), trace(3_000, 250)];
        if let Some(settlement) = settlement {
            kept.store.settle(&claimed, &settlement, &nothing(), ms(3_100)).await.unwrap();
        }
    }
    kept.claim(&key("of the contact")).await;
    kept.claim(&JournalKey { contact: "d".into(), ..answer("to another") }).await;
    kept.store.note_receipt(&answer("read"), &Receipt::Read, ms(4_000)).await.unwrap();
    let sent = kept.store.sent_to("i", "c").await.unwrap();
    let found: Vec<_> = sent
        .iter()
        .map(|sent| {
            (sent.key.event.as_str(), sent.sent_at, sent.lacks(&Receipt::Delivered), sent.lacks(&Receipt::Read))
        })
        .collect();
    let begun = Some(ms(3_000));
    assert_eq!(found, [("done", begun, true, true), ("on its way", None, true, true), ("read", begun, false, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_of_the_journal_are_listed_page_by_page_each_once() {
    let kept = store().await;
    for (at, contact, event) in
        [(1, "ana", "1"), (2, "ben", "2"), (3, "ana", "3"), (4, "eva", "4"), (5, "ana", "5"), (6, "", "unread")]
    {
        let key = JournalKey {
            installation: "i".into(),
            contact: contact.into(),
            direction: Direction::Inbound,
            event: event.into(),
        };
        kept.store.claim(&key, Millis::new(at), Millis::new(at)).await.unwrap();
    }
    let (all, next) = kept.store.journaled_contacts("i", None, 200).await.unwrap();
    assert_eq!((all.as_slice(), next), (["ana", "eva", "ben"].map(str::to_owned).as_slice(), None));
    assert_eq!(kept.store.journaled_contacts("j", None, 200).await.unwrap(), (Vec::new(), None));
    // More than a page of messages.
    for at in 10..350 {
        let contact = format!("contact{}", at % 7);
        let (direction, event) = (Direction::Inbound, at.to_string());
        let key = JournalKey { installation: "many".into(), contact, direction, event };
        kept.store.claim(&key, Millis::new(at), Millis::new(at)).await.unwrap();
    }
    let (mut found, mut after, mut calls) = (std::collections::BTreeSet::new(), None, 0);
    loop {
        let (contacts, next) = kept.store.journaled_contacts("many", after.as_deref(), 1).await.unwrap();
        found.extend(contacts);
        calls += 1;
        let Some(next) = next else { break };
        after = Some(next);
    }
    assert_eq!((found.len(), calls), (7, 4));
}
