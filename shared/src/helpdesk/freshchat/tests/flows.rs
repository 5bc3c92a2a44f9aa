//! Whole tasks, run by hand against scripted answers: each row is the call that must come next, and its answer.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    adapter::{Call, Fact, Failure, FetchContext, Repeat, Verified},
    helpdesk::Helpdesk,
    model::{
        installation::OnResolved,
        message::{ConversationState, Media, MediaKind, MediaSource},
    },
    tools::millis::Millis,
};

const ACCOUNT: Exchange<'_> = ("GET /accounts/configuration", 200, r#"{"organisation_id": 1}"#);
const TOPICS: &str = "GET /channels?page=1&items_per_page=50";
const SENT: &str = r#"{"id": "m-new", "conversation_id": "0c941846-699f-4791-911c-db997befb058"}"#;
const CREATED: &str = r#"{"conversation_id": "c-new", "messages": [{"id": "m-new"}]}"#;
const NOT_LATEST: &str = r#"{"code": 400, "message": "Conversation is not the latest conversation of the user"}"#;
const FIND: &str = "GET /users?reference_id=viber%3AhR4s0P%2Fm2Vq%2B8LxTc61WdA%3D%3D";
const LIST: &str = "GET /users/e33b0fac-1dd6-4a76-ae68-cd0a92f12a65/conversations";
const POST: &str = "POST /conversations/0c941846-699f-4791-911c-db997befb058/messages";
const LOOK: &str = "GET /conversations/0c941846-699f-4791-911c-db997befb058/messages?page=1&items_per_page=50";
const PUT: &str = "PUT /users/e33b0fac-1dd6-4a76-ae68-cd0a92f12a65";

fn run(side: &Side, task: &Task<'_>, known: &mut Known, script: &[Exchange<'_>]) -> Vec<Call> {
    side.run(&Freshchat, task, known, script)
}

fn deliver(side: &Side, known: &mut Known, parts: &[Part], script: &[Exchange<'_>]) -> Vec<Call> {
    let contact = lorna();
    let delivery = delivery(&contact, parts, None);
    run(side, &Task::Deliver(&delivery), known, script)
}

fn hi() -> Vec<Part> {
    vec![Part::text("One more question")]
}

/// Returns what is known in the steady state.
fn linked() -> Known {
    let mut known = Known::default();
    known.link.user = Some(USER.to_owned());
    known.link.conversation = Some(CONVERSATION.to_owned());
    known.link.state = Some(ConversationState::Open);
    known.link.last_message = Some("m-last".to_owned());
    known.link.profile = Some(lorna().digest());
    known
}

fn resolved() -> Known {
    let mut known = linked();
    known.link.state = Some(ConversationState::Resolved);
    known
}

/// Returns what is known if only the user is.
fn unplaced() -> Known {
    let mut known = Known::default();
    known.link.user = Some(USER.to_owned());
    known.link.profile = Some(lorna().digest());
    known
}

fn remembering(key: &str, value: &str, mut known: Known) -> Known {
    known.progress.memo.insert(key.to_owned(), value.to_owned());
    known
}

fn in_doubt(known: Known) -> Known {
    Known { doubtful: true, ..known }
}

/// Returns a listed message of the bridge's with the same text as [`hi`].
fn ours(id: &str) -> Value {
    json!({"id": id, "actor_type": "user", "actor_id": USER, "created_time": "2023-06-23T18:33:16.511Z",
           "message_parts": [{"image": null, "text": {"content": "One more question"}}]})
}

fn others(id: &str) -> Value {
    json!({"id": id, "actor_type": "agent", "actor_id": "a", "created_time": "2023-06-23T18:33:00.000Z",
           "message_parts": [{"text": {"content": "One more question"}}]})
}

fn messages(list: &[Value]) -> String {
    json!({ "messages": list }).to_string()
}

#[test]
fn in_the_steady_state_a_text_is_one_call() {
    let mut known = linked();
    deliver(&side(), &mut known, &hi(), &[(POST, 200, SENT)]);
    assert_eq!(known.link.last_message.as_deref(), Some("m-new"));
    assert_eq!(known.progress.sent, ["m-new"]);
    assert!(known.progress.memo.is_empty(), "nothing else is worth a write: {known:?}");
}

#[test]
fn at_first_contact_user_and_conversation_are_made() {
    let mut known = Known::default();
    let created = text(HERE, "create_user.response.json");
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[(FIND, 200, r#"{"users": []}"#), ("POST /users", 200, &created), ("POST /conversations", 200, CREATED)],
    );
    assert_eq!(known.link.user.as_deref(), Some(USER));
    assert_eq!(known.link.conversation.as_deref(), Some("c-new"));
    assert_eq!(known.link.state, Some(ConversationState::Open));
    assert_eq!(known.link.profile, Some(lorna().digest()));
    assert_eq!(known.progress.sent, ["m-new"]);
}

#[test]
fn a_user_that_exists_all_the_same_is_looked_up_again() {
    let mut known = Known::default();
    let found = text(HERE, "users_lookup_duplicates.response.json");
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[
            (FIND, 200, r#"{"users": []}"#),
            ("POST /users", 409, r#"{"code": 409, "message": "exists"}"#),
            (FIND, 200, &found),
            (LIST, 404, ""),
            ("POST /conversations", 200, CREATED),
        ],
    );
    assert_eq!(known.link.user.as_deref(), Some(USER), "the oldest");
}

#[test]
fn a_user_whose_details_freshchat_dislikes_is_made_without_them() {
    let mut known = Known::default();
    let calls = deliver(
        &side(),
        &mut known,
        &hi(),
        &[
            (FIND, 200, r#"{"users": []}"#),
            ("POST /users", 400, r#"{"message": "phone is not valid"}"#),
            ("POST /users", 200, r#"{"id": "u-new"}"#),
            ("POST /conversations", 200, CREATED),
        ],
    );
    assert_eq!(body(&calls[2]), json!({"reference_id": format!("viber:{CONTACT}"), "first_name": "Lorna"}));
}

#[test]
fn the_conversation_of_a_user_whom_we_forgot_is_found() {
    let found = text(HERE, "users_lookup_found.response.json");
    let listed = r#"{"conversations": [{"id": "c-other-topic"}, {"id": "c-old"}, {"id": "c-open"}, {"id": "c-gone"}]}"#;
    let conversation = |id: &str, status: &str, topic: &str, time: &str| {
        json!({"conversation_id": id, "status": status, "channel_id": topic, "created_time": time}).to_string()
    };
    let foreign = conversation("c-other-topic", "new", "another", "2024-06-01T00:00:00Z");
    let old = conversation("c-old", "resolved", TOPIC, "2024-05-01T00:00:00Z");
    let open = conversation("c-open", "waiting on customer", TOPIC, "2024-04-01T00:00:00Z");
    let mut known = Known::default();
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[
            (FIND, 200, &found),
            (LIST, 200, listed),
            ("GET /conversations/c-other-topic", 200, &foreign),
            ("GET /conversations/c-old", 200, &old),
            ("GET /conversations/c-open", 200, &open),
            ("GET /conversations/c-gone", 404, ""),
            ("POST /conversations/c-open/messages", 200, r#"{"id": "m-new"}"#),
        ],
    );
    assert_eq!(known.link.conversation.as_deref(), Some("c-open"));
}

#[test]
fn only_a_resolved_conversation_is_reopened_or_followed_by_a_new_one() {
    let listed = r#"{"conversations": [{"id": "c-old"}]}"#;
    let old = json!({"conversation_id": "c-old", "status": "resolved", "channel_id": TOPIC}).to_string();
    let known =
        || Known { link: crate::adapter::Link { conversation: None, state: None, ..linked().link }, ..linked() };
    let mut side = side();
    let mut reopened = known();
    deliver(
        &side,
        &mut reopened,
        &hi(),
        &[
            (LIST, 200, listed),
            ("GET /conversations/c-old", 200, &old),
            ("POST /conversations/c-old/messages", 200, r#"{"id": "m-new", "conversation_id": "c-old"}"#),
        ],
    );
    assert_eq!(reopened.link.state, Some(ConversationState::Open));
    side.options.on_resolved = OnResolved::New;
    let mut anew = known();
    deliver(
        &side,
        &mut anew,
        &hi(),
        &[(LIST, 200, listed), ("GET /conversations/c-old", 200, &old), ("POST /conversations", 200, CREATED)],
    );
    assert_eq!(anew.link.conversation.as_deref(), Some("c-new"));
}

#[test]
fn all_three_reactions_to_a_resolved_conversation_are_followed() {
    let mut reopened = resolved();
    deliver(&side(), &mut reopened, &hi(), &[(POST, 200, SENT)]);
    assert_eq!(
        (reopened.link.conversation.as_deref(), reopened.link.state),
        (Some(CONVERSATION), Some(ConversationState::Open))
    );

    for (status, refusal) in [(400, NOT_LATEST), (404, r#"{"message": "conversation not found"}"#)] {
        let mut replaced = resolved();
        deliver(&side(), &mut replaced, &hi(), &[(POST, status, refusal), ("POST /conversations", 200, CREATED)]);
        assert_eq!(replaced.link.conversation.as_deref(), Some("c-new"));
    }

    let mut ticket = resolved();
    deliver(&side(), &mut ticket, &hi(), &[(POST, 200, r#"{"id": "m-new", "conversation_id": "c-2"}"#)]);
    assert_eq!((ticket.link.conversation.as_deref(), ticket.link.state), (Some("c-2"), Some(ConversationState::Open)));
}

#[test]
fn a_conversation_has_two_names() {
    let mut known = linked();
    known.link.conversation = Some("739205518846027".to_owned());
    let sent = text(HERE, "send_message_user.response.json");
    deliver(&side(), &mut known, &hi(), &[("POST /conversations/739205518846027/messages", 200, &sent)]);
    assert_eq!(known.link.conversation.as_deref(), Some("739205518846027"));
}

#[test]
fn a_new_conversation_after_resolve_is_a_setting() {
    let mut side = side();
    side.options.on_resolved = OnResolved::New;
    let mut known = resolved();
    deliver(&side, &mut known, &hi(), &[("POST /conversations", 200, CREATED)]);
    assert_eq!(known.link.conversation.as_deref(), Some("c-new"));
}

#[test]
fn a_user_whom_freshchat_deleted_is_made_again() {
    let unknown = r#"{"code": 404, "status": "USER_NOT_FOUND", "message": "user not found"}"#;
    let mut known = linked();
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[
            (POST, 404, unknown),
            ("POST /conversations", 404, unknown),
            (FIND, 200, r#"{"users": []}"#),
            ("POST /users", 200, r#"{"id": "u-new"}"#),
            ("POST /conversations", 200, CREATED),
        ],
    );
    assert_eq!(known.link.user.as_deref(), Some("u-new"));
}

#[test]
fn in_doubt_the_message_is_looked_for_before_it_is_sent_again() {
    let there = messages(&[others("m-3"), ours("m-2"), ours("m-last"), ours("m-0")]);
    let mut known = in_doubt(linked());
    deliver(&side(), &mut known, &hi(), &[(LOOK, 200, &there)]);
    assert_eq!((known.progress.sent, known.link.last_message.as_deref()), (vec!["m-2".to_owned()], Some("m-2")));

    let only_before = messages(&[others("m-3"), ours("m-last"), ours("m-0")]);
    let mut known = in_doubt(linked());
    deliver(&side(), &mut known, &hi(), &[(LOOK, 200, &only_before), (POST, 200, SENT)]);
    assert_eq!(known.progress.sent, ["m-new"]);
}

#[test]
fn in_doubt_the_same_words_said_before_do_not_count() {
    let mut later = ours("m-2");
    later["message_parts"] = json!([{"text": {"content": "Something else"}}]);
    let mut reopened = later.clone();
    reopened["message_type"] = json!("system");
    let before = messages(&[reopened.clone(), later, ours("m-1")]);
    let mut known = in_doubt(linked());
    known.link.last_message = None;
    deliver(&side(), &mut known.clone(), &hi(), &[(LOOK, 200, &before), (POST, 200, SENT)]);
    // A system message in the user's name is not one that the user wrote.
    deliver(&side(), &mut known, &hi(), &[(LOOK, 200, &messages(&[reopened, ours("m-1")]))]);
    assert_eq!(known.progress.sent, ["m-1"]);
}

#[test]
fn every_doubt_is_looked_into_anew() {
    let nothing = messages(&[]);
    let mut known = in_doubt(resolved());
    let contact = lorna();
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let task = Task::Deliver(&delivery);
    let side = side();
    for _ in 0..3 {
        known.doubtful = true;
        for (expected, text) in [
            (LOOK, &*nothing),
            (LIST, r#"{"conversations": [{"id": "c-1"}]}"#),
            ("GET /conversations/c-1/messages?page=1&items_per_page=50", &nothing),
        ] {
            assert_eq!(side.line(&call(side.next(&Freshchat, &task, &known))), expected);
            let Ok(facts) = side.read(&Freshchat, &task, &known, &answer(200, text)) else { panic!() };
            known.learn(&facts);
        }
        // The answer to this post gets lost.
        assert_eq!(side.line(&call(side.next(&Freshchat, &task, &known))), POST);
    }
}

#[test]
fn in_doubt_about_a_resolved_conversation_the_new_one_is_found() {
    let nothing = messages(&[others("m-1"), ours("m-last")]);
    let there = messages(&[ours("m-9")]);
    let mut known = in_doubt(resolved());
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[
            (LOOK, 200, &nothing),
            (LIST, 200, &json!({"conversations": [{"id": CONVERSATION}, {"id": "c-2"}]}).to_string()),
            (LOOK, 200, &nothing),
            ("GET /conversations/c-2/messages?page=1&items_per_page=50", 200, &there),
        ],
    );
    assert_eq!((known.link.conversation.as_deref(), known.progress.sent), (Some("c-2"), vec!["m-9".to_owned()]));
}

#[test]
fn in_doubt_about_a_new_conversation_the_same_words_in_an_old_one_do_not_count() {
    let old = messages(&[ours("m-0")]);
    let newest =
        json!({"messages": [{"id": "m-8", "created_time": "2024-01-01T00:00:00Z", "actor_type": "agent"}]}).to_string();
    let mut known = in_doubt(linked());
    known.link.conversation = None;
    known.link.last_message = None;
    known.progress.memo.insert("conversation".to_owned(), "none".to_owned());
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[
            (LIST, 200, r#"{"conversations": [{"id": "c-1"}, {"id": "c-2"}]}"#),
            ("GET /conversations/c-1/messages?page=1&items_per_page=50", 200, &old),
            ("GET /conversations/c-2/messages?page=1&items_per_page=50", 200, &newest),
            ("POST /conversations", 200, CREATED),
        ],
    );
    assert_eq!(known.progress.sent, ["m-new"]);
}

#[test]
fn a_message_for_a_topic_that_is_gone_waits_for_the_admin() {
    let (contact, parts) = (lorna(), hi());
    let task = delivery(&contact, &parts, None);
    let mut known = linked();
    known.link.conversation = None;
    known.progress.memo.insert("conversation".to_owned(), "none".to_owned());
    let side = side();
    let read = |status, word: &str| {
        let refusal = json!({"code": status, "status": word, "message": "not found"}).to_string();
        side.read(&Freshchat, &Task::Deliver(&task), &known, &answer(status, &refusal))
    };
    for status in [400, 404] {
        let failure = read(status, "CHANNEL_NOT_FOUND").unwrap_err();
        assert!(matches!(&failure, Failure::Blocked { reason } if reason.contains("channel_id")), "{failure:?}");
    }
    assert!(matches!(read(404, "USER_NOT_FOUND"), Ok(facts) if facts == [Fact::memo("user", "lost")]));
    assert!(matches!(read(400, "INVALID_VALUE"), Err(Failure::Rejected { .. })));
}

#[test]
fn in_doubt_a_user_is_looked_for_before_it_is_made() {
    let mut known = in_doubt(Known::default());
    known.progress.memo.insert("user".to_owned(), "absent".to_owned());
    let found = text(HERE, "users_lookup_found.response.json");
    let mut again = known.clone();
    deliver(
        &side(),
        &mut known,
        &hi(),
        &[(FIND, 200, &found), (LIST, 200, r#"{"conversations": []}"#), ("POST /conversations", 200, CREATED)],
    );
    deliver(
        &side(),
        &mut again,
        &hi(),
        &[
            (FIND, 200, r#"{"users": []}"#),
            ("POST /users", 200, r#"{"id": "u-new"}"#),
            ("POST /conversations", 200, CREATED),
        ],
    );
}

#[test]
fn whatever_was_made_while_the_answer_was_lost_is_found_and_not_made_again() {
    let found = text(HERE, "users_lookup_found.response.json");
    let there = messages(&[ours("m-2")]);
    let listed = r#"{"conversations": [{"id": "c-new"}]}"#;
    let look = "GET /conversations/c-new/messages?page=1&items_per_page=50";
    let user: &[Exchange<'_>] = &[(FIND, 200, &found), (LIST, 404, ""), ("POST /conversations", 200, CREATED)];
    let conversation: &[Exchange<'_>] = &[(LIST, 200, listed), (look, 200, &there)];
    let message: &[Exchange<'_>] = &[(LOOK, 200, &there)];
    let side = side();
    let (contact, parts) = (lorna(), hi());
    let delivery = delivery(&contact, &parts, None);
    let task = Task::Deliver(&delivery);
    for (known, line, script) in [
        (remembering("user", "absent", Known::default()), "POST /users", user),
        (remembering("user", "plain", Known::default()), "POST /users", user),
        (remembering("user", "created", unplaced()), "POST /conversations", conversation),
        (remembering("conversation", "none", unplaced()), "POST /conversations", conversation),
        (linked(), POST, message),
    ] {
        let made = call(side.next(&Freshchat, &task, &known));
        assert_eq!((side.line(&made).as_str(), made.repeat), (line, crate::adapter::Repeat::Doubles));
        for status in [408, 500, 502, 504] {
            let outcome = side.read(&Freshchat, &task, &known, &answer(status, "<html>"));
            assert!(matches!(outcome, Err(Failure::Retry { doubtful: true, .. })), "{line} {status}: {outcome:?}");
        }
        deliver(&side, &mut in_doubt(known), &hi(), script);
    }
    let known = remembering("user", "absent", Known::default());
    let outcome = side.read(&Freshchat, &task, &known, &answer(200, "<html>"));
    assert!(matches!(outcome, Err(Failure::Retry { doubtful: true, .. })), "{outcome:?}");
}

#[test]
fn a_new_users_conversation_is_used_although_the_message_is_not_found_there() {
    let listed = r#"{"conversations": [{"id": "c-1"}]}"#;
    let open = json!({"conversation_id": "c-1", "status": "new", "channel_id": TOPIC}).to_string();
    let script = [
        (LIST, 200, listed),
        ("GET /conversations/c-1/messages?page=1&items_per_page=50", 200, &*messages(&[])),
        (LIST, 200, listed),
        ("GET /conversations/c-1", 200, &*open),
        ("POST /conversations/c-1/messages", 200, r#"{"id": "m-new"}"#),
    ];
    deliver(&side(), &mut in_doubt(remembering("user", "created", unplaced())), &hi(), &script);
}

#[test]
fn an_attempt_that_ended_while_it_searched_has_posted_nothing() {
    let open = json!({"conversation_id": "c-1", "status": "new", "channel_id": TOPIC}).to_string();
    let script = [
        (LIST, 200, r#"{"conversations": [{"id": "c-1"}]}"#),
        ("GET /conversations/c-1", 200, &*open),
        ("POST /conversations/c-1/messages", 200, r#"{"id": "m-new"}"#),
    ];
    deliver(&side(), &mut in_doubt(unplaced()), &hi(), &script);
}

fn media(kind: MediaKind, name: &str) -> Part {
    Part::Media(Media {
        name: Some(name.to_owned()),
        caption: Some(format!("about {name}")),
        ..Media::new(kind, MediaSource::Fetched)
    })
}

fn last_parts(calls: &[Call]) -> Value {
    body(calls.last().expect("a message last"))["message_parts"].clone()
}

#[test]
fn files_are_uploaded_once_each_and_sent_in_one_message() {
    let parts = [media(MediaKind::Image, "a.png"), Part::text("between"), media(MediaKind::Audio, "b.ogg")];
    let mut known = linked();
    let calls = deliver(
        &side(),
        &mut known,
        &parts,
        &[
            ("POST /images/upload", 200, r#"{"url": "https://pics/a.png"}"#),
            (
                "POST /files/upload",
                200,
                r#"{"file_hash": "h", "file_name": "b.ogg", "file_size": 5, "file_content_type": "audio/ogg", "file_security_status": "SAFE_FILE"}"#,
            ),
            (POST, 200, SENT),
        ],
    );
    assert_eq!(*calls[0].request.body(), Body::Upload { fields: Vec::new(), files: vec![("image".to_owned(), 0)] });
    assert_eq!(*calls[1].request.body(), Body::Upload { fields: Vec::new(), files: vec![("file".to_owned(), 2)] });
    assert_eq!(
        last_parts(&calls),
        json!([
            {"text": {"content": "about a.png"}},
            {"image": {"url": "https://pics/a.png"}},
            {"text": {"content": "between"}},
            {"text": {"content": "about b.ogg"}},
            {"file": {"name": "b.ogg", "fileHash": "h", "fileSource": "FRESHCHAT", "contentType": "audio/ogg", "file_extension": ".ogg", "file_size_in_bytes": 5}},
        ])
    );
}

#[test]
fn a_picture_that_is_refused_travels_as_a_file() {
    let file = r#"{"file_hash": "h", "file_name": "a.png", "file_security_status": "AV_PENDING"}"#;
    for script in [
        vec![
            ("POST /images/upload", 400, r#"{"message": "unsupported"}"#),
            ("POST /files/upload", 200, file),
            (POST, 200, SENT),
        ],
        vec![("POST /images/upload", 200, "{}"), ("POST /files/upload", 200, file), (POST, 200, SENT)],
        vec![
            ("POST /images/upload", 200, r#"{"url": "https://pics/a.png"}"#),
            (POST, 400, r#"{"code": 400, "status": "INVALID_VALUE", "message": "IMAGE_EMPTY_CONTENT"}"#),
            ("POST /files/upload", 200, file),
            (POST, 200, SENT),
        ],
    ] {
        let calls = deliver(&side(), &mut linked(), &[media(MediaKind::Image, "a.png")], &script);
        assert_eq!(last_parts(&calls)[1]["file"]["fileHash"], "h");
    }
}

#[test]
fn a_file_that_is_refused_becomes_a_notice() {
    for (status, text) in [(200, r#"{"file_hash": "h", "file_security_status": "INFECTED"}"#), (413, ""), (200, "{}")] {
        let script = [("POST /files/upload", status, text), (POST, 200, SENT)];
        let calls = deliver(&side(), &mut linked(), &[media(MediaKind::File, "a.exe")], &script);
        let notice = last_parts(&calls)[1]["text"]["content"].as_str().unwrap().to_owned();
        assert!(notice.starts_with("[a.exe: Freshchat"), "{notice}");
    }
}

#[test]
fn links_that_freshchat_cannot_follow_become_text() {
    let parts = [
        Part::Media(Media::new(MediaKind::Video, MediaSource::Link { url: "https://bridge/m/a.mp4".to_owned() })),
        Part::Sticker { id: "1".to_owned(), url: Some("https://stickers/1.png".to_owned()) },
    ];
    let calls = deliver(
        &side(),
        &mut linked(),
        &parts,
        &[(POST, 400, r#"{"message": "IMAGE_EMPTY_CONTENT"}"#), (POST, 200, SENT)],
    );
    assert_eq!(
        last_parts(&calls),
        json!([
            {"text": {"content": "[video]\nhttps://bridge/m/a.mp4"}},
            {"text": {"content": "[sticker]\nhttps://stickers/1.png"}},
        ])
    );
}

#[test]
fn what_agents_cannot_be_shown_becomes_text() {
    let parts = [
        Part::Location { latitude: 1.5, longitude: -2.0, label: Some("Pier".to_owned()) },
        Part::ContactCard { name: Some("Ada".to_owned()), phone: Some("+44".to_owned()), more: Vec::new() },
        Part::Sticker { id: "1".to_owned(), url: None },
        Part::Unsupported { what: "poll".to_owned(), text: None },
        Part::Media(Media {
            name: Some("big.zip".to_owned()),
            ..Media::new(MediaKind::File, MediaSource::Link { url: "https://bridge/m/big.zip".to_owned() })
        }),
        Part::text("  "),
    ];
    let calls = deliver(&side(), &mut linked(), &parts, &[(POST, 200, SENT)]);
    assert_eq!(
        last_parts(&calls),
        json!([
            {"text": {"content": "Pier\nhttps://www.google.com/maps?q=1.5,-2"}},
            {"text": {"content": "Ada\n+44"}},
            {"text": {"content": "[sticker]"}},
            {"text": {"content": "[poll: this kind of message cannot be shown here]"}},
            {"text": {"content": "[big.zip]\nhttps://bridge/m/big.zip"}},
        ])
    );
}

#[test]
fn a_changed_profile_is_written_after_the_message_and_never_fails_it() {
    let changed = || {
        let mut known = linked();
        known.link.profile = Some("old".to_owned());
        known
    };
    let mut known = changed();
    let calls = deliver(&side(), &mut known, &hi(), &[(POST, 200, SENT), (PUT, 200, "")]);
    assert_eq!(known.link.profile, Some(lorna().digest()));
    assert_eq!(
        body(&calls[1]),
        json!({
            "first_name": "Lorna", "last_name": "Featherby", "email": "lorna.featherby@example.com", "phone": "+12025550123",
            "avatar": {"url": "https://avatars.example.com/u/lorna.png"},
        })
    );

    let mut refused = changed();
    deliver(&side(), &mut refused, &hi(), &[(POST, 200, SENT), (PUT, 400, "")]);
    assert_eq!(refused.link.profile, Some(lorna().digest()), "not asked again with every message");
    for status in [401, 429, 500] {
        let mut later = changed();
        deliver(&side(), &mut later, &hi(), &[(POST, 200, SENT), (PUT, status, "")]);
        assert_eq!(later.link.profile.as_deref(), Some("old"), "the next message tries again");
    }
    let mut pinned = changed();
    pinned.link.profile_pinned = true;
    deliver(&side(), &mut pinned, &hi(), &[(POST, 200, SENT)]);
    // A call without an answer is not retried.
    let mut lost = in_doubt(changed());
    lost.progress.sent.push("m-1".to_owned());
    deliver(&side(), &mut lost, &hi(), &[]);
}

#[test]
fn a_user_found_without_a_name_gets_one() {
    let found = json!({"users": [{"id": USER, "reference_id": format!("viber:{CONTACT}")}]}).to_string();
    let script = [(FIND, 200, &*found), (LIST, 200, "{}"), ("POST /conversations", 200, CREATED), (PUT, 200, "{}")];
    deliver(&side(), &mut Known::default(), &hi(), &script);
}

#[test]
fn failures_are_told_apart() {
    let contact = lorna();
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let read =
        |status: u16, text: &str| side().read(&Freshchat, &Task::Deliver(&delivery), &linked(), &answer(status, text));
    for (status, doubt) in [(408, true), (429, false), (500, true), (502, true), (503, false), (504, true)] {
        let outcome = read(status, "<html>");
        assert!(
            matches!(&outcome, Err(Failure::Retry { doubtful, .. }) if *doubtful == doubt),
            "{status}: {outcome:?}"
        );
    }
    for status in [401, 403] {
        assert!(matches!(read(status, ""), Err(Failure::Blocked { .. })));
    }
    let long = json!({ "message": format!("line\n{}", "x".repeat(5000)) }).to_string();
    let refusal =
        Err(Failure::rejected_as("Freshchat refused the message (HTTP 400)", format!("line\n{}", "x".repeat(5000))));
    assert_eq!(read(400, &long), refusal);
    let sample = text(HERE, "error_conversation_payload.response.json");
    let reason = "Freshchat refused the message (HTTP 400, INVALID_VALUE)";
    assert_eq!(read(400, &sample), Err(Failure::rejected_as(reason, "Conversation payload not valid")));
    assert_eq!(read(422, ""), Err(Failure::rejected("Freshchat refused the message (HTTP 422)")));
}

#[test]
fn a_search_whose_answer_is_no_json_has_not_found_that_there_is_nothing() {
    let contact = lorna();
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let mut unlisted = Known::default();
    unlisted.link.user = Some(USER.to_owned());
    for (known, line) in [(Known::default(), FIND), (unlisted, LIST), (in_doubt(linked()), LOOK)] {
        let task = Task::Deliver(&delivery);
        assert_eq!(side().line(&call(side().next(&Freshchat, &task, &known))), line);
        for body in ["", "<html>"] {
            let outcome = side().read(&Freshchat, &task, &known, &answer(200, body));
            assert_eq!(outcome, Err(Failure::retry("Freshchat answered without JSON")), "{line}");
        }
    }
}

#[test]
fn only_what_posts_or_makes_something_may_double() {
    let contact = lorna();
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let side = side();
    let repeat = |known: &Known| call(side.next(&Freshchat, &Task::Deliver(&delivery), known)).repeat;
    assert_eq!(repeat(&linked()), crate::adapter::Repeat::Doubles);
    assert_eq!(repeat(&Known::default()), Repeat::Harmless);
    let made = call(side.next(&Freshchat, &Task::Deliver(&delivery), &linked()));
    assert!(made.request.headers()["authorization"].is_sensitive());
    assert_eq!(made.request.headers()["authorization"], "Bearer the-token");
    assert!(!format!("{made:?}").contains("the-token"));
}

#[test]
fn a_note_finds_its_conversation_or_is_refused() {
    let contact = lorna();
    let task = Task::Note { contact: &contact, text: "Delivery failed", at: crate::tools::millis::Millis::MIN };
    let side = side();
    run(&side, &task, &mut linked(), &[(POST, 200, r#"{"id": "n"}"#)]);
    side.finds_no_place(&Freshchat, &task, &mut Known::default(), &[(FIND, 200, r#"{"users": []}"#)]);
    let mut forgotten = linked();
    forgotten.link.conversation = None;
    side.finds_no_place(&Freshchat, &task, &mut forgotten.clone(), &[(LIST, 404, "")]);
    let old = json!({"conversation_id": "c-old", "status": "resolved", "channel_id": TOPIC}).to_string();
    run(
        &side,
        &task,
        &mut forgotten,
        &[
            (LIST, 200, r#"{"conversations": [{"id": "c-old"}]}"#),
            ("GET /conversations/c-old", 200, &old),
            ("POST /conversations/c-old/messages", 200, "{}"),
        ],
    );
    run(
        &side,
        &task,
        &mut linked(),
        &[
            (POST, 404, ""),
            (LIST, 200, &json!({"conversations": [{"id": CONVERSATION}, {"id": "c-old"}]}).to_string()),
            ("GET /conversations/c-old", 200, &old),
            ("POST /conversations/c-old/messages", 200, "{}"),
        ],
    );
}

#[test]
fn credentials_are_checked_against_something_that_is_freshchat() {
    let side = side();
    run(&side, &Task::Check, &mut Known::default(), &[ACCOUNT, (TOPICS, 200, &text(HERE, "channels.response.json"))]);
    let read = |status, text: &str| side.read(&Freshchat, &Task::Check, &Known::default(), &answer(status, text));
    assert!(matches!(read(401, ""), Err(Failure::Blocked { .. })));
    assert!(matches!(read(200, "<html>welcome</html>"), Err(Failure::Rejected { .. })));
}

#[test]
fn an_install_finds_its_topic_on_whatever_page_or_says_which_there_are() {
    let side = side();
    let full = json!({"channels": [{"id": "t-1", "name": "Sales"}], "pagination": {"total_pages": 2}}).to_string();
    let second = "GET /channels?page=2&items_per_page=50";
    let ours = json!({"channels": [{"id": TOPIC}], "pagination": {"total_pages": 2}}).to_string();
    run(&side, &Task::Check, &mut Known::default(), &[ACCOUNT, (TOPICS, 200, &full), (second, 200, &ours)]);
    let read = |page: &str, status, text: &str| {
        let mut known = Known { answered: 1, ..Known::default() };
        known.progress.memo.insert("page".to_owned(), page.to_owned());
        side.read(&Freshchat, &Task::Check, &known, &answer(status, text))
    };
    let none = "the account has no topic with the id in `channel_id`";
    let theirs = json!({"channels": [{"id": "t-1", "name": "Sales"}, {"id": 7}], "pagination": {"total_pages": 1}});
    let off = json!({"channels": [{"id": TOPIC, "enabled": false}]});
    let rows = [
        ("1", 200, theirs.to_string(), format!("{none}; there are t-1 (Sales), 7 (-)")),
        ("1", 200, json!({"channels": []}).to_string(), none.to_owned()),
        ("2", 400, r#"{"message": "The page does not exist"}"#.to_owned(), none.to_owned()),
        ("1", 200, off.to_string(), "the topic of `channel_id` is switched off in Freshchat".to_owned()),
    ];
    for (page, status, text, expected) in rows {
        assert_eq!(read(page, status, &text), Err(Failure::rejected(expected)), "{text}");
    }
    // Neither a key that may not list topics nor a list that is unavailable prevents an install.
    for (status, text) in [(200, "<html>"), (403, ""), (404, "{}"), (503, "")] {
        assert_eq!(read("1", status, text), Ok(vec![Fact::memo("topic", "1")]), "{status}");
    }
    // Whatever the pages say, the search ends.
    assert!(matches!(read("6", 200, &full.replace('2', "9")), Err(Failure::Rejected { .. })));
}

#[test]
fn a_message_in_doubt_is_looked_for_beyond_the_newest_page() {
    let page = |page: usize| LOOK.replace("page=1", &format!("page={page}"));
    let agents = messages(&[others("m-3"), others("m-2")]);
    let there = messages(&[others("m-1"), ours("m-0")]);
    let mut known = in_doubt(linked());
    deliver(&side(), &mut known, &hi(), &[(LOOK, 200, &agents), (&page(2), 200, &there)]);
    assert_eq!(known.progress.sent, ["m-0"]);
    // The list ends with a refusal or an empty page; the bridge's last message ends the search at once.
    let last = messages(&[others("m-3"), ours("m-last")]);
    let behind = r#"{"message": "The page does not exist in the search result"}"#;
    let nothing = messages(&[]);
    let scripts: [&[Exchange<'_>]; 3] = [
        &[(LOOK, 200, &agents), (&page(2), 400, behind), (POST, 200, SENT)],
        &[(LOOK, 200, &agents), (&page(2), 200, &nothing), (POST, 200, SENT)],
        &[(LOOK, 200, &last), (POST, 200, SENT)],
    ];
    for script in scripts {
        let mut known = in_doubt(linked());
        deliver(&side(), &mut known, &hi(), script);
        assert_eq!(known.progress.sent, ["m-new"]);
    }
}

#[test]
fn a_note_in_doubt_is_looked_for_before_it_is_posted_again() {
    let (side, contact, text) = (side(), lorna(), "Not delivered on viber: blocked.");
    let task = Task::Note { contact: &contact, text, at: crate::tools::millis::Millis::MIN };
    let listed = |kind: &str, text: &str| {
        messages(&[json!({"id": "m-5", "message_type": kind, "actor_type": "bot",
                          "created_time": "2023-06-23T18:33:16.511Z", "message_parts": [{"text": {"content": text}}]})])
    };
    let mut known = in_doubt(linked());
    run(&side, &task, &mut known, &[(LOOK, 200, &listed("private", text))]);
    assert_eq!(known.progress.sent, ["m-5"]);
    for other in [listed("normal", text), listed("private", "Another note"), messages(&[])] {
        let mut known = in_doubt(linked());
        run(&side, &task, &mut known, &[(LOOK, 200, &other), (POST, 200, SENT)]);
        assert_eq!(known.progress.sent, ["m-new"], "{other}");
    }
    // An old note belongs to another message.
    let mut dated = answer(200, &listed("private", text));
    dated.headers_mut().insert("date", "Fri, 23 Jun 2023 19:33:16 GMT".parse().unwrap());
    assert_eq!(side.read(&Freshchat, &task, &in_doubt(linked()), &dated), Ok(vec![Fact::DoubtSettled]));
}

#[test]
fn a_history_is_read_page_by_page_as_the_webhooks_would_have_reported_it() {
    const PAGE: &str = "GET /conversations/0c941846-699f-4791-911c-db997befb058/messages?page=";
    const REST: &str = "&items_per_page=50&from_time=2023-06-23T18%3A00%3A00Z";
    let since = Millis::from_rfc3339("2023-06-23T18:00:00Z").unwrap();
    let task = Task::History { contact: CONTACT, since };
    let page = |number: usize| format!("{PAGE}{number}{REST}");
    let sample = text(HERE, "list_messages.response.json");
    let written = |page: &str| {
        let facts = side().read(&Freshchat, &task, &linked(), &answer(200, page)).unwrap();
        let events =
            facts.into_iter().filter_map(|fact| if let Fact::Written(event) = fact { Some(event) } else { None });
        events.map(|event| *event).collect::<Vec<_>>()
    };
    // The list ends with an empty page, with a page that begins like the one before, and where there is nothing.
    for (status, last) in [(200, r#"{"messages": []}"#), (200, sample.as_str()), (404, "{}"), (400, "{}")] {
        let calls = run(&side(), &task, &mut linked(), &[(&page(1), 200, &sample), (&page(2), status, last)]);
        assert!(calls.iter().all(|call| call.repeat == Repeat::Harmless));
    }
    run(&side(), &task, &mut linked(), &[(&page(1), 404, "{}")]);
    run(&side(), &task, &mut Known::default(), &[]);
    // A page that reaches back beyond the time is the last, also of a list that ignores the time.
    let old = sample.replace("2023-06-23T18:09", "2023-06-23T17:09");
    run(&side(), &task, &mut linked(), &[(&page(1), 200, &old)]);
    // Only what agents wrote is written, with the id and in the lane of the webhook.
    let [file] = written(&sample).try_into().unwrap();
    assert_eq!((file.id.as_str(), file.group.as_str()), ("958599b9-3aa6-4063-8b99-44ecf5c0657e", CONVERSATION));
    let event = json!({"action": "message_create", "actor": {"actor_type": "agent", "actor_id": "a"},
        "action_time": "2023-06-23T18:37:33.793Z",
        "data": {"message": serde_json::from_str::<Value>(&sample).unwrap()["messages"][0]}});
    let request = webhook(&[], event.to_string());
    let parsed = Freshchat.parse(&side().account(), Verified::invoked(&request)).unwrap();
    assert_eq!(
        parsed.events.iter().map(|event| (&event.id, &event.group, &event.at, &event.conversation)).next(),
        Some((&file.id, &file.group, &file.at, &file.conversation))
    );
    for (from, to) in [
        (r#""message_type": "normal""#, r#""message_type": "private""#),
        (r#""actor_type": "agent""#, r#""actor_type": "system""#),
        (r#""actor_type": "agent""#, r#""actor_type": "bot""#),
        (r#""id": "958599b9"#, r#""id": "", "x": "958599b9"#),
        (r#""channel_id": "808a2713"#, r#""channel_id": "another"#),
    ] {
        assert_eq!(written(&sample.replace(from, to)), [], "{to}");
    }
    // What a person may have written is not passed over in silence, and ends no history.
    let learned = |page: &str| side().read(&Freshchat, &task, &linked(), &answer(200, page)).unwrap();
    let unread = |page: &str| learned(page).into_iter().filter(|fact| matches!(fact, Fact::Unread(_))).count();
    assert_eq!(unread(&sample), 0);
    let nameless = sample.replace(r#""id": "958599b9"#, r#""id": "", "x": "958599b9"#);
    let authorless = sample.replace(r#""actor_type": "agent""#, r#""actor_type": {}"#);
    assert_eq!([unread(&nameless), unread(&authorless)], [1, 1]);
    assert_eq!(unread(r#"{"messages": ["x", {"id": "m-1", "message_type": "private"}]}"#), 1);
    assert!(learned(r#"{"messages": ["x", {"id": "m-1"}]}"#).contains(&Fact::memo("first", "m-1")));
}

#[test]
fn a_user_leads_back_to_the_contact() {
    let side = side();
    let task = Task::FindContact { user: USER };
    let line = format!("GET /users/{USER}");
    let user = text(HERE, "create_user.response.json");
    run(&side, &task, &mut Known::default(), &[(&line, 200, &user)]);
    let Ok(facts) = side.read(&Freshchat, &task, &Known::default(), &answer(200, &user)) else { panic!() };
    assert_eq!(facts[0], Fact::Contact(CONTACT.to_owned()));
    for foreign in [
        r#"{"id": "u", "restore_id": "r"}"#,
        r#"{"id": "u", "reference_id": "line:U1"}"#,
        r#"{"reference_id": "viber:"}"#,
    ] {
        let read = side.read(&Freshchat, &task, &Known::default(), &answer(200, foreign));
        assert_eq!(read, Ok(vec![Fact::Stranger]), "{foreign}");
    }
    assert_eq!(side.read(&Freshchat, &task, &Known::default(), &answer(200, "{}")), Ok(Vec::new()));
    assert!(matches!(side.read(&Freshchat, &task, &Known::default(), &answer(404, "")), Err(Failure::Rejected { .. })));
    for (by_hand, phone) in [
        (r#"{"id": "u", "phone": "+44 7700 900123", "reference_id": null}"#, Some("+44 7700 900123")),
        (r#"{"id": "u", "email": "a@b.example", "phone": ""}"#, None),
    ] {
        let made = Fact::MadeByHand { phone: phone.map(str::to_owned) };
        assert_eq!(side.read(&Freshchat, &task, &Known::default(), &answer(200, by_hand)), Ok(vec![made]));
    }
}

#[test]
fn a_user_made_by_hand_gets_the_reference_of_a_contact() {
    let (side, task) = (side(), Task::Pair { user: USER, contact: CONTACT });
    let line = format!("PUT /users/{USER}");
    let calls = run(&side, &task, &mut Known::default(), &[(&line, 200, "")]);
    assert_eq!(body(&calls[0]), json!({"reference_id": side.account().reference(CONTACT)}));
}

#[test]
fn the_token_goes_to_the_apis_own_host_only() {
    let side = side();
    let has_token = |url: &str| {
        let request = Freshchat.follow(&side.account(), url).unwrap();
        request.headers().get("authorization").is_some_and(|credential| credential.is_sensitive())
    };
    assert!(has_token("https://bridge-example.freshchat.com/files/a.pdf?sig=x"));
    assert!(has_token("https://BRIDGE-example.freshchat.com:443/files/a.pdf"));
    for elsewhere in [
        "https://chat.s3.amazonaws.com/a.png",
        "http://bridge-example.freshchat.com/a",
        "https://bridge-example.freshchat.com:8443/a",
        "https://bridge-example.freshchat.com.evil.example/a",
        "https://evil.example/bridge-example.freshchat.com",
    ] {
        assert!(!has_token(elsewhere), "{elsewhere}");
    }
}

#[test]
fn a_file_without_a_link_is_waited_for() {
    let side = side();
    let id = json!({"conversation": CONVERSATION, "message": "m-1", "position": 1, "hash": "h2"}).to_string();
    let media = Media::new(MediaKind::File, MediaSource::Reference { id });
    let context = FetchContext::default();
    let task = Task::Fetch(&media, &context);
    let mut known = Known::default();
    assert_eq!(side.line(&call(side.next(&Freshchat, &task, &known))), LOOK);
    let message = |url: Value| {
        json!({"messages": [{"id": "m-1", "message_parts": [
        {"file": {"fileHash": "h2", "url": url}}, {"file": {"fileHash": "h1", "url": "https://x/1"}}]}]})
        .to_string()
    };
    for not_yet in [r#"{"messages": []}"#.to_owned(), message(Value::Null)] {
        let outcome = side.read(&Freshchat, &task, &known, &answer(200, &not_yet));
        assert!(
            matches!(outcome, Err(Failure::Retry { wait: Some(wait), .. }) if wait.as_millis() == 700),
            "{outcome:?}"
        );
    }
    let Ok(facts) = side.read(&Freshchat, &task, &known, &answer(200, &message(json!("https://x/2")))) else {
        panic!()
    };
    known.learn(&facts);
    let Step::Download(request) = side.next(&Freshchat, &task, &known) else { panic!() };
    assert_eq!(request.uri(), "https://x/2");
    let broken = Media::new(MediaKind::File, MediaSource::Reference { id: "?".to_owned() });
    assert!(Freshchat.next(&side.account(), &Task::Fetch(&broken, &context), &Known::default()).is_err());
}

#[test]
fn the_admin_is_told_what_to_click() {
    let urls = crate::adapter::Urls { channel: "https://b/channels/i/t", helpdesk: "https://b/helpdesks/i/t" };
    let steps = Freshchat.next_steps(&side().account(), &urls);
    assert_eq!(steps[0].copy.as_deref(), Some("https://b/helpdesks/i/t"));
    assert!(steps[0].sentence.contains("https://b/helpdesks/i/t") && steps[1].text.contains("webhook_public_key"));
    assert_eq!(Freshchat.next_steps(&side().with("webhook_public_key", "k").account(), &urls).len(), 1);
    // The Marketplace app forwards the events.
    let mut side = side();
    side.options.marketplace = true;
    assert_eq!(Freshchat.next_steps(&side.account(), &urls), []);
}

#[test]
fn nameless_contacts_get_a_stand_in_that_is_not_written_over_a_name() {
    let contact = contact(CONTACT);
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let mut known = Known::default();
    let calls = run(
        &side(),
        &Task::Deliver(&delivery),
        &mut known,
        &[
            (FIND, 200, r#"{"users": []}"#),
            ("POST /users", 200, r#"{"id": "u-new"}"#),
            ("POST /conversations", 200, CREATED),
        ],
    );
    let user = body(&calls[1]);
    assert_eq!((&user["first_name"], &user["last_name"]), (&json!("viber"), &json!("user")));
    run(&side(), &Task::Deliver(&delivery), &mut linked(), &[(POST, 200, SENT)]);
}

proptest! {
    #[test]
    fn any_answer_at_any_stage_is_an_outcome(
        status in 100..600u16,
        text in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            prop::sample::select(vec!["{}", "[]", "null", r#"{"users": [null, {"id": 5}]}"#, r#"{"messages": [7, {"id": {}}]}"#,
                r#"{"conversations": [{}, {"id": ""}]}"#, r#"{"message": "image", "conversation_id": 3}"#])
                .prop_map(|text| text.as_bytes().to_vec()),
        ],
        memo in prop::collection::btree_map(
            prop::sample::select(vec!["user", "conversation", "candidates", "doubt", "looked", "upload.0", "url"]),
            prop::sample::select(vec!["absent", "plain", "exists", "lost", "none", "replaced:c", "[]", r#"[{"id":"c","seen":null}]"#, "?"]),
            0..4,
        ),
        is_linked in any::<bool>(),
        doubtful in any::<bool>(),
    ) {
        let mut known = if is_linked { linked() } else { Known::default() };
        known.doubtful = doubtful;
        known.progress.memo.extend(memo.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
        let (contact, parts) = (lorna(), [media(MediaKind::Image, "a.png")]);
        let delivery = delivery(&contact, &parts, None);
        for task in [Task::Deliver(&delivery), Task::Note { contact: &contact, text: "note", at: crate::tools::millis::Millis::MIN }, Task::Check, Task::FindContact { user: "u" }] {
            let answer = answer(status, "").map(|_| Bytes::from(text.clone()));
            let _ = Freshchat.next(&side().account(), &task, &known);
            let _ = side().read(&Freshchat, &task, &known, &answer);
        }
    }
}

const BY_PHONE: &str = "GET /users?phone_no=%2B12025550123";
const BY_BARE_PHONE: &str = "GET /users?phone_no=12025550123";
const NOBODY: &str = r#"{"users": []}"#;

/// Delivers the first message of a contact whom the channel knows by a telephone number, and whom Freshchat does not
/// know by our reference.
fn first_of_a_number(script: &[Exchange<'_>]) -> Vec<Call> {
    let contact = Contact { id: "+12025550123".to_owned(), ..lorna() };
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let find = ("GET /users?reference_id=viber%3A%2B12025550123", 200, NOBODY);
    let script: Vec<_> = std::iter::once(find).chain(script.iter().copied()).collect();
    run(&side(), &Task::Deliver(&delivery), &mut Known::default(), &script)
}

#[test]
fn who_was_entered_with_the_contacts_own_number_is_taken_as_the_contact() {
    let entered = |phone: &str| {
        let users = json!({"users": [{"id": USER, "first_name": "Lorna F.", "phone": phone, "reference_id": null}]});
        users.to_string()
    };
    let rest = [(PUT, 200, ""), (LIST, 404, ""), ("POST /conversations", 200, CREATED)];
    let found = entered("+12025550123");
    let calls = first_of_a_number(&[&[(BY_PHONE, 200, found.as_str())], &rest[..]].concat());
    assert_eq!(body(&calls[2]), json!({"reference_id": "viber:+12025550123"}));
    let found = entered("12025550123");
    first_of_a_number(&[&[(BY_PHONE, 200, NOBODY), (BY_BARE_PHONE, 200, found.as_str())], &rest[..]].concat());
}

#[test]
fn a_user_whose_number_proves_nothing_is_left_alone() {
    let made = json!({"id": USER}).to_string();
    let rest = [("POST /users", 201, made.as_str()), ("POST /conversations", 200, CREATED)];
    let user = |fields: Value| {
        let mut user = json!({"id": "another", "phone": "+12025550123"});
        user.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        user
    };
    // A contact of another channel, a visitor of the web widget, and one of two.
    for users in [
        vec![user(json!({"reference_id": "line:U1"}))],
        vec![user(json!({"restore_id": "r"}))],
        vec![user(json!({})), user(json!({"id": "third"}))],
        vec![user(json!({"phone": "+120255501234"}))],
    ] {
        let found = json!({"users": users}).to_string();
        let is_ambiguous = users.len() > 1;
        let bare = (!is_ambiguous).then_some((BY_BARE_PHONE, 200, NOBODY));
        let script: Vec<_> =
            std::iter::once((BY_PHONE, 200, found.as_str())).chain(bare).chain(rest.iter().copied()).collect();
        first_of_a_number(&script);
    }
    // Freshchat refuses the reference.
    let found = json!({"users": [user(json!({"id": USER}))]}).to_string();
    let refused = r#"{"code": 400, "status": "INVALID_VALUE", "message": "reference_id"}"#;
    let script = [&[(BY_PHONE, 200, found.as_str()), (PUT, 400, refused)], &rest[..]].concat();
    first_of_a_number(&script);
    // A number that a contact merely tells is not searched for.
    let script = [(FIND, 200, NOBODY), rest[0], rest[1]];
    deliver(&side(), &mut Known::default(), &hi(), &script);
}

#[test]
fn a_rating_is_one_call() {
    let task = Task::Rate { conversation: CONVERSATION, rating: 4 };
    let rate = "POST /csat/0c941846-699f-4791-911c-db997befb058";
    let mut known = linked();
    let calls = run(&side(), &task, &mut known, &[(rate, 200, "{}")]);
    assert_eq!(body(&calls[0]), json!({"rating": 4}));
    assert_eq!((known.sent(), known.link), (1, linked().link));
    let failure = side().read(&Freshchat, &task, &linked(), &answer(400, NOT_LATEST)).unwrap_err();
    assert!(matches!(failure, Failure::Rejected { .. }), "{failure:?}");
}

#[test]
fn whoever_opens_a_conversation_is_greeted_as_the_settings_say() {
    let greeted = |side: &Side, script: &[Exchange<'_>]| {
        let mut known = Known::default();
        let facts = script.iter().flat_map(|(line, status, text)| {
            let Step::Call(call) = side.next(&Freshchat, &Task::Greeting, &known) else { panic!("{known:?}") };
            assert_eq!(side.line(&call), *line);
            let facts = side.read(&Freshchat, &Task::Greeting, &known, &answer(*status, text)).unwrap();
            known.learn(&facts);
            facts
        });
        let facts: Vec<Fact> = facts.collect();
        assert!(matches!(side.next(&Freshchat, &Task::Greeting, &known), Step::Done));
        let parts =
            facts.into_iter().filter_map(|fact| if let Fact::Greeting(parts) = fact { Some(parts) } else { None });
        parts.flatten().collect::<Vec<Part>>()
    };
    let hours = "GET /business-hours/within-bh";
    let topic = |welcome: Value| {
        json!({"channels": [{"id": TOPIC, "name": "Inbox", "welcome_message": welcome}],
        "pagination": {"total_pages": 1}})
        .to_string()
    };
    let welcome = topic(json!({"message_type": "normal", "message_parts": [{"text": {"content": "Good day!"}}]}));
    let side = side().with("welcome", "yes").with("text_when_closed", "We are closed.");
    let (hello, closed) = (Part::text("Good day!"), Part::text("We are closed."));
    let rows = [
        (r#"{"within_business_hours": false}"#, vec![hello.clone(), closed]),
        (r#"{"data": {"id": 1, "open": true}}"#, vec![hello.clone()]),
        ("{}", vec![hello]),
    ];
    for (answer, parts) in rows {
        assert_eq!(greeted(&side, &[(TOPICS, 200, &welcome), (hours, 200, answer)]), parts, "{answer}");
    }
    let bare = topic(json!(null));
    assert_eq!(greeted(&side, &[(TOPICS, 200, &bare), (hours, 200, "{}")]), []);
    let other = without_topic().with("channel_id", "other").with("welcome", "yes");
    assert_eq!(greeted(&other, &[(TOPICS, 200, &welcome)]), []);
    assert!(matches!(other.with("welcome", "no").next(&Freshchat, &Task::Greeting, &Known::default()), Step::Done));
    // Only then is it worth a note that a message opened its conversation.
    let mut known = unplaced();
    deliver(&side, &mut known, &hi(), &[(LIST, 404, ""), ("POST /conversations", 200, CREATED)]);
    assert!(known.progress.opened);
}

#[test]
fn an_address_counts_only_if_the_channel_vouches_for_it() {
    let contact = Contact { phone: None, verified: true, ..lorna() };
    let by_email = "GET /users?email=lorna.featherby%40example.com";
    let deliver = |contact: &Contact, script: &[Exchange<'_>]| {
        let parts = hi();
        let delivery = delivery(contact, &parts, None);
        run(&side(), &Task::Deliver(&delivery), &mut Known::default(), script)
    };
    let found = json!({"users": [{"id": USER, "email": "Lorna.Featherby@example.com"}]}).to_string();
    let rest = [(PUT, 200, ""), (LIST, 404, ""), ("POST /conversations", 200, CREATED)];
    let calls = deliver(&contact, &[&[(FIND, 200, NOBODY), (by_email, 200, &found)], &rest[..]].concat());
    assert_eq!(body(&calls[2]), json!({"reference_id": format!("viber:{CONTACT}")}));
    let made = json!({"id": USER}).to_string();
    let rest = [("POST /users", 201, made.as_str()), ("POST /conversations", 200, CREATED)];
    // Another channel's contact has the address.
    let taken = json!({"users": [{"id": "x", "email": "lorna.featherby@example.com", "reference_id": "line:U"}]});
    deliver(&contact, &[&[(FIND, 200, NOBODY), (by_email, 200, &taken.to_string())], &rest[..]].concat());
    let claimed = Contact { verified: false, ..contact };
    deliver(&claimed, &[&[(FIND, 200, NOBODY)], &rest[..]].concat());
}

#[test]
fn a_new_user_and_a_new_conversation_get_what_is_known_and_set() {
    let side = side().with("assigned_group_id", "g1").with("priority", "High");
    let contact = Contact {
        language: Some("de".to_owned()),
        country: Some("AT".to_owned()),
        company: Some("Lopez Bakery".to_owned()),
        ..lorna()
    };
    let parts = hi();
    let delivery = delivery(&contact, &parts, None);
    let made = json!({"id": USER}).to_string();
    let refused = r#"{"code": 400, "status": "INVALID_VALUE", "message": "Conversation payload not valid"}"#;
    let script = [
        (FIND, 200, NOBODY),
        ("POST /users", 201, made.as_str()),
        ("POST /conversations", 400, refused),
        ("POST /conversations", 200, CREATED),
    ];
    let calls = run(&side, &Task::Deliver(&delivery), &mut Known::default(), &script);
    let properties = json!([
        {"name": "channel", "value": "viber"}, {"name": "channel_address", "value": CONTACT},
        {"name": "language", "value": "de"}, {"name": "country", "value": "AT"},
        {"name": "company", "value": "Lopez Bakery"},
    ]);
    assert_eq!(body(&calls[1])["properties"], properties);
    let placed = |call: &Call| (body(call)["assigned_group_id"].clone(), body(call)["properties"].clone());
    assert_eq!(placed(&calls[2]), (json!("g1"), json!({"priority": "High"})));
    assert_eq!(placed(&calls[3]), (Value::Null, Value::Null));
}
