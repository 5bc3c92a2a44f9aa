//! Tests of what the store promises, on the embedded DynamoDB engine.

use std::time::Duration;

use byoc::{
    adapter::{Link, Progress},
    model::{
        features::Rate,
        installation::Side,
        message::{ConversationState, Receipt},
    },
    store::{
        Bucket, Claim, Direction, HelpdeskId, IncomingCall, JournalKey, JournalState, LinkChange, RepeatStatus, Sent,
        Settlement, StoreError,
    },
    tools::millis::Millis,
};
use byoc_tests::store;

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

fn no_change() -> LinkChange {
    LinkChange::default()
}

fn done() -> Settlement {
    Settlement::Done { sent: vec![Sent { side: Side::Helpdesk, id: "m1".into() }] }
}

#[tokio::test]
async fn a_finished_message_cannot_be_claimed_again() {
    let kept = store().await;
    let claimed = kept.claim(&key("e")).await;
    assert_eq!((claimed.attempt, claimed.doubtful, claimed.tries), (1, false, 0));
    kept.store.settle(&claimed, &done(), &no_change(), ms(3_000)).await.unwrap();
    assert_eq!(kept.store.claim(&key("e"), ms(1_000), ms(4_000)).await.unwrap(), Claim::Finished(JournalState::Done));
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
    assert_eq!((owner.attempt, owner.doubtful), (2, true));
    let late = kept.store.settle(&zombie, &done(), &no_change(), ms(3_000)).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    let late = kept.store.record(&zombie, &no_change(), ms(3_000)).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    // Nothing of the transaction took effect.
    let link = LinkChange::between(&Link::default(), &Link { user: Some("u".into()), ..Link::default() });
    assert!(kept.store.record(&zombie, &link, ms(3_000)).await.is_err());
    assert_eq!(kept.store.link("i", "c").await.unwrap(), Link::default());
    assert_eq!(kept.store.contact_of("i", HelpdeskId::User("u")).await.unwrap(), None);
    kept.store.settle(&owner, &done(), &no_change(), ms(3_000)).await.unwrap();
}

#[tokio::test]
async fn a_retry_remembers_what_was_achieved_and_whether_the_last_call_is_in_doubt() {
    let kept = store().await;
    let mut claimed = kept.claim(&key("e")).await;
    claimed.progress =
        Progress { sent: vec!["p1".into()], memo: [("k".to_owned(), "v".to_owned())].into(), ..Progress::default() };
    claimed.tries = 1;
    let settlement = Settlement::Retry { reason: "503".into(), doubtful: false };
    kept.store.settle(&claimed, &settlement, &no_change(), ms(3_000)).await.unwrap();
    let mut again = kept.claim(&key("e")).await;
    assert_eq!((again.attempt, again.doubtful, again.tries), (2, false, 1));
    assert_eq!(again.progress, claimed.progress);
    again.tries = 2;
    let settlement = Settlement::Retry { reason: "time-out".into(), doubtful: true };
    kept.store.settle(&again, &settlement, &no_change(), ms(3_000)).await.unwrap();
    let third = kept.claim(&key("e")).await;
    assert_eq!((third.attempt, third.doubtful, third.tries), (3, true, 2));
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
    kept.store.settle(&claimed, &done(), &no_change(), ms(3_000)).await.unwrap();
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
    claimed.tries = 15;
    let dead = Settlement::Dead { reason: "given up".into(), doubtful: true };
    kept.store.settle(&claimed, &dead, &no_change(), ms(2)).await.unwrap();
    assert_eq!(kept.store.claim(&key("e"), ms(1), ms(2)).await.unwrap(), Claim::Finished(JournalState::Dead));
    let dead = kept.store.latest("i", Some(JournalState::Dead), 10).await.unwrap().messages;
    assert_eq!((dead.len(), dead[0].error.as_deref()), (1, Some("given up")));
    assert!(kept.store.reopen(&key("e"), ms(3)).await.unwrap());
    let revived = kept.claim(&key("e")).await;
    assert_eq!((revived.tries, revived.doubtful), (0, true), "its last call may have worked");
    // A message that the queue itself gave up on is still claimed and may be sent again; a finished one may not.
    assert!(kept.store.reopen(&key("e"), ms(4)).await.unwrap());
    kept.store.settle(&revived, &done(), &no_change(), ms(5)).await.unwrap();
    assert!(!kept.store.reopen(&key("e"), ms(6)).await.unwrap());
    assert!(!kept.store.reopen(&key("never seen"), ms(6)).await.unwrap());
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
    let done = Settlement::Done { sent: Vec::new() };
    store.settle(&claimed, &done, &LinkChange::default(), ms(3_000)).await.unwrap();
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
    let nothing = LinkChange::default();
    for _ in 0..20 {
        let claimed = kept.claim(&answer("a")).await;
        assert_eq!((claimed.tries, claimed.doubtful), (0, false));
        kept.store.settle(&claimed, &Settlement::Postponed { doubtful: false }, &nothing, ms(1)).await.unwrap();
    }
    // An attempt that ended without a record.
    kept.claim(&answer("a")).await;
    for _ in 0..3 {
        let claimed = kept.claim(&answer("a")).await;
        assert!(claimed.doubtful);
        kept.store.settle(&claimed, &Settlement::Postponed { doubtful: true }, &nothing, ms(1)).await.unwrap();
    }
}
