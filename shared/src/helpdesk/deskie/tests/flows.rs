//! Whole tasks, run by hand against scripted answers: each row is the call that must come next, and its answer.

use std::time::Duration;

use http::Method;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    adapter::{Call, Fact, Failure, Repeat},
    model::message::{AuthorKind, HelpdeskEventKind, Media, MediaKind, MediaSource},
    tools::millis::Millis,
};

const CREATE: &str = "POST cases.json";
const POST: &str = "POST cases/730214/messages.json";
const LIST: &str = "GET cases.json?user_id=6120847735&show_active_chats=true&sort=created_at_desc";
const LOOK: &str = "GET cases/730214/messages.json?order=desc&limit=100";
const FIND: &str =
    "GET users.json?user_custom_id=%5Eviber%3A9f2c41aa-7d0e-4b61-9a55-0c1e5d3b8f10%5E&user_custom_channel=cch207";
const FIND_BARE: &str =
    "GET users.json?user_custom_id=%5Eviber%3A9f2c41aa-7d0e-4b61-9a55-0c1e5d3b8f10%5E&user_custom_channel=207";
const LINK: &str = "PUT users/6120847735/link.json";
const RENAME: &str = "PUT users/6120847735.json";
const ADDED: &str = r#"{"message": {"message_id": 53811500, "user_id": 6120847735, "staff_id": 0}}"#;
const MADE: &str = r#"{"case": {"case_id": 730300, "user_id": 6120847735, "status": "open", "channel": "cch207"}}"#;
const OK: &str = r#"{"user": {"user_id": 6120847735}}"#;
const NOT_FOUND: &str = r#"{"error": "case_not_found"}"#;
const NO_USERS: &str = r#"{"total_count": 0}"#;
const EMPTY: &str = "[]";

/// Makes the calls of a task, and checks that only the calls that post may double.
fn run(side: &Side, task: &Task<'_>, known: &mut Known, script: &[Exchange<'_>]) -> Vec<Call> {
    let calls = side.run(&Deskie, task, known, script);
    for call in &calls {
        assert_eq!(call.repeat == Repeat::Doubles, call.request.method() == Method::POST, "{}", call.name);
    }
    calls
}

fn deliver(known: &mut Known, parts: &[Part], script: &[Exchange<'_>]) -> Vec<Call> {
    deliver_of(&nobody(), known, parts, script)
}

fn deliver_of(contact: &Contact, known: &mut Known, parts: &[Part], script: &[Exchange<'_>]) -> Vec<Call> {
    run(&side(), &Task::Deliver(&delivery(contact, parts, None)), known, script)
}

fn hi() -> Vec<Part> {
    vec![Part::text("Any news?")]
}

/// Returns a listed message of the customer's.
fn theirs(id: u64, content: &str) -> Value {
    json!({"message": {"message_id": id, "user_id": 6_120_847_735_u64, "staff_id": 0, "content": content,
                       "content_html": "", "attachments": [], "note": false,
                       "created_at": "Mon, 03 Jun 2024 09:20:01 +0300"}})
}

fn list(records: &[Value]) -> String {
    let mut list: serde_json::Map<String, Value> =
        records.iter().enumerate().map(|(index, record)| (index.to_string(), record.clone())).collect();
    list.insert("total_count".to_owned(), records.len().into());
    Value::Object(list).to_string()
}

fn case(id: u64, status: &str) -> Value {
    json!({"case": {"case_id": id, "status": status, "channel": "cch207",
                    "created_at": format!("Mon, 03 Jun 2024 09:{:02}:17 +0300", id % 60)}})
}

#[test]
fn in_the_steady_state_a_text_is_one_call() {
    let mut known = linked();
    deliver(&mut known, &hi(), &[(POST, 201, ADDED)]);
    assert_eq!(known.link.last_message.as_deref(), Some("53811500"));
    assert_eq!(known.progress.sent, ["53811500"]);
    assert!(known.progress.memo.is_empty(), "nothing else is worth a write: {known:?}");
}

#[test]
fn the_first_message_makes_the_case_and_the_user() {
    let mut known = Known::default();
    let calls = deliver_of(&reachable_maria(), &mut known, &hi(), &[(CREATE, 201, MADE)]);
    assert_eq!(
        body(&calls[0]),
        json!({"case": {
            "user_custom_id": "viber:9f2c41aa-7d0e-4b61-9a55-0c1e5d3b8f10", "channel": "cch207",
            "subject": "Chat with Maria Lopez", "content": "Any news?", "user_full_name": "Maria Lopez",
            "user_email": "maria@example.com", "user_phone": "+447700900238",
        }})
    );
    assert_eq!((known.link.user.as_deref(), known.link.conversation.as_deref()), (Some(USER), Some("730300")));
    assert_eq!(known.link.state, Some(ConversationState::Open));
    assert_eq!(known.progress.sent, [""]);
    // The fields that went with the case are not sent again.
    known.progress = Default::default();
    let post = "POST cases/730300/messages.json";
    deliver_of(&reachable_maria(), &mut known, &hi(), &[(post, 201, ADDED)]);
}

#[test]
fn credentials_stand_in_the_header_and_are_hidden() {
    let made = call(side().next(&Deskie, &Task::Check, &Known::default()));
    let header = &made.request.headers()["authorization"];
    assert_eq!(header, "Basic YWdlbnRAYWNtZS5leGFtcGxlOnRoZS1rZXk=");
    assert!(header.is_sensitive());
}

#[test]
fn when_what_we_heard_is_too_old_the_newest_case_is_asked_for() {
    let create = [(CREATE, 201, MADE)];
    let post = [(POST, 201, ADDED)];
    let older = [("POST cases/729655/messages.json", 201, ADDED)];
    let rows: [(&str, &[Exchange<'_>]); 7] = [
        ("list_cases_open.response.json", &post),
        ("list_cases_waiting.response.json", &post),
        ("list_cases_pending.response.json", &post),
        ("list_cases_merged.response.json", &older),
        ("list_cases_closed.response.json", &create),
        ("list_cases_empty.response.json", &create),
        ("list_cases_empty_array.response.json", &create),
    ];
    for (name, then) in rows {
        let listed = text(HERE, name);
        let mut known = stale();
        let mut without = stale();
        without.link.conversation = None;
        for known in [&mut known, &mut without] {
            deliver(known, &hi(), &[&[(LIST, 200, listed.as_str())], then].concat());
            assert_eq!(known.link.state, Some(ConversationState::Open), "{name}");
            assert_eq!(known.progress.sent.len(), 1, "{name}");
        }
        assert_eq!(known.link.conversation, without.link.conversation, "{name}");
    }
}

#[test]
fn the_newest_case_is_found_in_any_order_and_only_among_ours() {
    let mut mail = case(730_259, "open");
    mail["case"]["channel"] = json!("email");
    let mut deleted = case(730_258, "open");
    deleted["case"]["deleted"] = json!(true);
    let cases =
        [case(730_201, "closed"), mail, case(730_257, "open"), deleted, json!({"user": {}}), case(730_220, "closed")];
    deliver(&mut stale(), &hi(), &[(LIST, 200, &list(&cases)), ("POST cases/730257/messages.json", 201, ADDED)]);
}

#[test]
fn a_case_known_to_be_closed_is_followed_by_a_new_one_whatever_on_resolved_says() {
    let mut known = linked();
    known.link.state = Some(ConversationState::Resolved);
    deliver(&mut known, &hi(), &[(CREATE, 201, MADE)]);
    assert_eq!(known.link.conversation.as_deref(), Some("730300"));
}

#[test]
fn a_case_that_is_gone_is_replaced() {
    for status in [400, 404, 200] {
        let mut known = linked();
        deliver(&mut known, &hi(), &[(POST, status, NOT_FOUND), (LIST, 200, EMPTY), (CREATE, 201, MADE)]);
        assert_eq!(known.link.conversation.as_deref(), Some("730300"));
    }
    // The case was merged into another one; the list may lag behind.
    let both = list(&[case(730_214, "open"), case(730_200, "open")]);
    deliver(
        &mut linked(),
        &hi(),
        &[
            (POST, 404, NOT_FOUND),
            (LIST, 200, &both),
            ("POST cases/730200/messages.json", 404, NOT_FOUND),
            (LIST, 200, &both),
            (CREATE, 201, MADE),
        ],
    );
}

#[test]
fn an_address_that_deskie_dislikes_costs_no_message() {
    for code in ["incorrect_user_email", "wrong_email", "email_already_exist", "phone_already_exist"] {
        let refusal = json!({"error": code}).to_string();
        let mut known = Known::default();
        let calls = deliver_of(&reachable_maria(), &mut known, &hi(), &[(CREATE, 400, &refusal), (CREATE, 201, MADE)]);
        let plain = body(&calls[1]);
        assert_eq!(plain["case"]["user_full_name"], "Maria Lopez");
        assert_eq!(plain["case"].get("user_email").or(plain["case"].get("user_phone")), None);
    }
}

#[test]
fn a_profile_is_completed_after_the_message_and_once() {
    let mut known = linked();
    deliver_of(&maria(), &mut known, &hi(), &[(POST, 201, ADDED), (RENAME, 200, OK)]);
    // The contact's address becomes known. It already belongs to another user, which is as good as linked.
    known.progress = Default::default();
    let exists = r#"{"error": "phone_already_exist"}"#;
    let script = [(POST, 201, ADDED), (LINK, 200, OK), (LINK, 400, exists)];
    let calls = deliver_of(&reachable_maria(), &mut known, &hi(), &script);
    assert_eq!(body(&calls[1]), json!({"user_email": "maria@example.com"}));
    assert_eq!(body(&calls[2]), json!({"user_phone": "+447700900238"}));
    // Neither the same profile nor an event without any of its fields costs a call.
    for contact in [reachable_maria(), maria(), nobody()] {
        known.progress = Default::default();
        deliver_of(&contact, &mut known, &hi(), &[(POST, 201, ADDED)]);
    }
    known.progress = Default::default();
    let renamed = Contact { name: Some("Maria Lopez Gil".to_owned()), ..maria() };
    deliver_of(&renamed, &mut known, &hi(), &[(POST, 201, ADDED), (RENAME, 200, OK)]);
    let remembered = known.link.profile.clone().expect("a profile");
    assert!(!remembered.contains("Maria") && !remembered.contains("example"), "{remembered}");
    known.progress = Default::default();
    known.link.profile_pinned = true;
    deliver_of(&maria(), &mut known, &hi(), &[(POST, 201, ADDED)]);
}

#[test]
fn a_profile_that_cannot_be_completed_now_holds_nothing_up() {
    for (status, is_kept) in [(500, true), (429, true), (404, false), (403, false)] {
        let mut known = linked();
        deliver_of(&maria(), &mut known, &hi(), &[(POST, 201, ADDED), (RENAME, status, "")]);
        assert_eq!(known.link.profile.is_none(), is_kept, "{status}");
    }
}

#[test]
fn with_hardly_a_call_left_the_profile_waits() {
    for (left, is_done) in [("0", true), ("2", true), ("3", false), ("many", false)] {
        let (side, contact, parts) = (side(), maria(), hi());
        let delivery = delivery(&contact, &parts, None);
        let task = Task::Deliver(&delivery);
        let mut known = linked();
        let mut answer = answer(201, ADDED);
        answer.headers_mut().insert("api_calls_left", left.parse().unwrap());
        let Ok(facts) = side.read(&Deskie, &task, &known, &answer) else { panic!() };
        known.learn(&facts);
        assert_eq!(matches!(side.next(&Deskie, &task, &known), Step::Done), is_done, "{left}");
    }
}

fn refused(status: u16, headers: &[(&'static str, &str)], text: &str) -> Learned {
    let (side, contact, parts) = (side(), nobody(), hi());
    let mut answer = answer(status, text);
    for (name, value) in headers {
        answer.headers_mut().insert(*name, value.parse().unwrap());
    }
    side.read(&Deskie, &Task::Deliver(&delivery(&contact, &parts, None)), &linked(), &answer)
}

#[test]
fn being_too_fast_waits_as_long_as_deskie_says() {
    let limits = fixture(HERE, "rate_limit_headers.json");
    let retry_after = limits["retry_after"].as_str().unwrap();
    let rate = r#"{"error": "rate limit exceeded"}"#;
    type Row<'a> = (u16, &'a [(&'static str, &'a str)], &'a str, u64);
    let rows: [Row<'_>; 6] = [
        (429, &[("retry_after", retry_after), ("api_calls_left", "0")], "", 17),
        (429, &[("retry-after", "3")], "<html>", 3),
        (429, &[], "", 20),
        (403, &[], rate, 20),
        (403, &[("retry_after", "5")], "", 5),
        (200, &[("retry_after", "9")], rate, 9),
    ];
    for (status, headers, text, seconds) in rows {
        let expected = Duration::from_secs(seconds);
        match refused(status, headers, text) {
            Err(Failure::Retry { wait: Some(wait), doubtful: false, .. }) => {
                assert_eq!(wait, expected, "{status} {text}")
            }
            other => panic!("{status} {headers:?} {text}: {other:?}"),
        }
    }
}

#[test]
fn every_refusal_is_told_apart() {
    let access = r#"{"error": "staff_has_not_access"}"#;
    let rows = [
        (500, "", "retry, doubtful"),
        (502, "<html>", "retry, doubtful"),
        (503, "", "retry"),
        (408, "", "retry, doubtful"),
        (200, "<html>a page</html>", "retry, doubtful"),
        (201, r#"{"case": {}}"#, "retry, doubtful"),
        (401, r#"{"error": "access_denied"}"#, "blocked"),
        (403, "", "blocked"),
        (400, access, "blocked"),
        (301, "", "blocked"),
        (400, r#"{"error": "content_is_empty"}"#, "rejected: Deskie refused the message (HTTP 400, content_is_empty)"),
        (200, r#"{"error": {"message": "No\nway"}}"#, "rejected: Deskie refused the message (HTTP 200): no way"),
        (422, "", "rejected: Deskie refused the message (HTTP 422)"),
    ];
    for (status, text, expected) in rows {
        let found = match refused(status, &[], text) {
            Err(Failure::Retry { doubtful: true, .. }) => "retry, doubtful".to_owned(),
            Err(Failure::Retry { .. }) => "retry".to_owned(),
            Err(Failure::Blocked { .. }) => "blocked".to_owned(),
            Err(Failure::Rejected { reason, details }) => {
                format!("rejected: {reason}{}", details.map_or_else(String::new, |words| format!(": {words}")))
            }
            other => format!("{other:?}"),
        };
        assert_eq!(found, expected, "{status} {text}");
    }
}

#[test]
fn a_wrong_address_is_a_matter_for_a_person() {
    // The API is not at this address, whichever call is made.
    let mut known = linked();
    let (side, contact, parts) = (side(), nobody(), hi());
    let delivery = delivery(&contact, &parts, None);
    let task = Task::Deliver(&delivery);
    for _ in 0..5 {
        match side.read(&Deskie, &task, &known, &answer(404, r#"{"message": "no route"}"#)) {
            Ok(facts) => known.learn(&facts),
            Err(Failure::Blocked { .. }) => return,
            other => panic!("{other:?}"),
        }
    }
    panic!("it goes round in circles");
}

#[test]
fn what_stands_before_deskie_is_not_believed() {
    let (side, contact, parts) = (side(), nobody(), hi());
    let delivery = delivery(&contact, &parts, None);
    for status in [302, 400, 401, 403, 404] {
        let read = side.read(&Deskie, &Task::Deliver(&delivery), &linked(), &answer(status, "error code: 1020"));
        assert!(matches!(read, Err(Failure::Retry { doubtful: false, .. })), "{status}: {read:?}");
    }
}

#[test]
fn in_doubt_the_open_case_is_looked_at_before_posting_again() {
    let there = list(&[theirs(53_811_499, "Any\r\nnews? "), theirs(53_811_300, "Any news?")]);
    let mut known = in_doubt(linked());
    deliver(&mut known, &hi(), &[(LOOK, 200, &there)]);
    assert_eq!((known.progress.sent, known.link.last_message), (vec!["53811499".into()], Some("53811499".into())));
    // An earlier message of the customer's proves nothing, and neither does another person's message.
    let mut agents = theirs(53_811_498, "Any news?");
    agents["message"]["staff_id"] = json!(4118);
    let mut note = theirs(53_811_497, "Any news?");
    note["message"]["note"] = json!(true);
    let mut file = theirs(53_811_496, "Any news?");
    file["message"]["attachments"] = json!([{"file_id": 1}]);
    let others = list(&[theirs(53_811_400, "Any news?"), agents, note, file, theirs(53_811_401, "Other news?")]);
    let mut known = in_doubt(linked());
    deliver(&mut known, &hi(), &[(LOOK, 200, &others), (POST, 201, ADDED)]);
    assert!(!known.doubtful);
}

#[test]
fn in_doubt_about_the_first_message_user_and_case_are_looked_for() {
    let users = json!({"0": {"user": {"user_id": 6_120_847_735_u64, "user_custom_id": format!("viber:{CONTACT}"),
                                      "user_custom_channel": "cch207", "user_full_name": "Maria"}}, "total_count": 1});
    let users = users.to_string();
    let cases = text(HERE, "list_cases_open.response.json");
    let nobody = [(FIND, 200, NO_USERS), (FIND_BARE, 200, NO_USERS), (CREATE, 201, MADE)];
    deliver(&mut in_doubt(Known::default()), &hi(), &nobody);
    let there = list(&[theirs(53_811_401, "Any news?")]);
    let mut known = in_doubt(Known::default());
    deliver(&mut known, &hi(), &[(FIND, 200, &users), (LIST, 200, &cases), (LOOK, 200, &there)]);
    assert_eq!((known.link.user.as_deref(), known.link.conversation.as_deref()), (Some(USER), Some(CASE)));
    // Deskie spells the channel in two ways.
    let bare = users.replace("cch207", "207");
    let script = [(FIND, 200, NO_USERS), (FIND_BARE, 200, &*bare), (LIST, 200, &*cases), (LOOK, 200, &*there)];
    deliver(&mut in_doubt(Known::default()), &hi(), &script);
    // The user existed before; the post is not there.
    let other = list(&[theirs(53_811_401, "Other news?")]);
    let script = [(FIND, 200, users.as_str()), (LIST, 200, &cases), (LOOK, 200, &other), (POST, 201, ADDED)];
    deliver(&mut in_doubt(Known::default()), &hi(), &script);
    deliver(&mut in_doubt(Known::default()), &hi(), &[(FIND, 200, &users), (LIST, 200, EMPTY), (CREATE, 201, MADE)]);
    // A second doubt searches again.
    let mut known = in_doubt(Known::default());
    known.progress.memo.insert("user".into(), "absent".into());
    known.progress.memo.insert("cases".into(), "none".into());
    known.progress.memo.insert("doubt".into(), String::new());
    deliver(&mut known, &hi(), &[(FIND, 200, &users), (LIST, 200, &cases), (LOOK, 200, &there)]);
}

#[test]
fn a_case_and_a_user_who_were_made_anew_while_the_answer_was_lost_are_found() {
    let gone = r#"{"error": "user_not_found"}"#;
    let (side, contact, parts, mut known) = (side(), nobody(), hi(), linked());
    let delivery = delivery(&contact, &parts, None);
    let task = Task::Deliver(&delivery);
    side.follow(&Deskie, &task, &mut known, &[(POST, 404, gone), (FIND, 200, NO_USERS), (FIND_BARE, 200, NO_USERS)]);
    assert_eq!(side.line(&call(side.next(&Deskie, &task, &known))), CREATE);
    for status in [500, 502, 504] {
        let outcome = side.read(&Deskie, &task, &known, &answer(status, "<html>"));
        assert!(matches!(outcome, Err(Failure::Retry { doubtful: true, .. })), "{status}: {outcome:?}");
    }
    let user = r#"{"0": {"user": {"user_id": 6120847999}}, "total_count": 1}"#;
    let look = "GET cases/730300/messages.json?order=desc&limit=100";
    let (cases, there) = (list(&[case(730_300, "open")]), list(&[theirs(53_811_600, "Any news?")]));
    let script = [(FIND, 200, user), (&*LIST.replace(USER, "6120847999"), 200, &*cases), (look, 200, &*there)];
    let mut known = in_doubt(known);
    deliver(&mut known, &hi(), &script);
    assert_eq!(known.link.conversation.as_deref(), Some("730300"));
}

#[test]
fn in_doubt_about_a_new_case_the_newest_is_looked_at() {
    let mut known = in_doubt(linked());
    known.link.state = Some(ConversationState::Resolved);
    let cases = list(&[case(730_214, "closed"), case(730_255, "open")]);
    let there = list(&[theirs(53_811_500, "Any news?")]);
    let look = "GET cases/730255/messages.json?order=desc&limit=100";
    deliver(&mut known, &hi(), &[(LIST, 200, &cases), (look, 200, &there)]);
    assert_eq!(known.link.conversation.as_deref(), Some("730255"));
    // The post is neither in the newest case nor in the stored one.
    let mut known = in_doubt(stale());
    let other = list(&[]);
    let post = "POST cases/730255/messages.json";
    let script = [(LIST, 200, cases.as_str()), (look, 200, &other), (LOOK, 200, &other), (post, 201, ADDED)];
    deliver(&mut known, &hi(), &script);
    // The case is still closed, so no message was posted.
    let closed = text(HERE, "list_cases_closed.response.json");
    let script = [(LIST, 200, closed.as_str()), (LOOK, 404, NOT_FOUND), (CREATE, 201, MADE)];
    deliver(&mut in_doubt(stale()), &hi(), &script);
}

#[test]
fn a_customer_who_repeats_the_message_that_made_the_case_is_heard() {
    let mut known = in_doubt(linked());
    known.link.last_message = Some(format!("case:{CASE}"));
    let once = list(&[theirs(53_811_400, "Any news?")]);
    deliver(&mut known.clone(), &hi(), &[(LOOK, 200, &once), (POST, 201, ADDED)]);
    let twice = list(&[theirs(53_811_401, "Any news?"), theirs(53_811_400, "Any news?")]);
    deliver(&mut known.clone(), &hi(), &[(LOOK, 200, &twice)]);
    // If only the latest messages are listed, the one that created the case is not among them.
    let cut = once.replace("\"total_count\":1", "\"total_count\":101");
    assert_ne!(cut, once);
    deliver(&mut known, &hi(), &[(LOOK, 200, &cut)]);
}

#[test]
fn what_a_stranger_to_us_wrote_long_ago_is_no_proof() {
    let (side, contact, parts) = (side(), nobody(), hi());
    let delivery = delivery(&contact, &parts, None);
    let mut known = in_doubt(linked());
    known.link.last_message = None;
    for (date, is_ours) in [("Mon, 03 Jun 2024 06:20:30 GMT", true), ("Wed, 05 Jun 2024 06:20:30 GMT", false)] {
        let mut answer = answer(200, &list(&[theirs(53_811_401, "Any news?")]));
        answer.headers_mut().insert("date", date.parse().unwrap());
        let Ok(facts) = side.read(&Deskie, &Task::Deliver(&delivery), &known, &answer) else { panic!() };
        assert_eq!(facts.contains(&Fact::DoubtSettled), !is_ours, "{facts:?}");
    }
}

fn file(name: &str, size: u64, caption: Option<&str>) -> Part {
    Part::Media(Media {
        name: Some(name.to_owned()),
        size: Some(size),
        caption: caption.map(str::to_owned),
        ..Media::new(MediaKind::File, MediaSource::Fetched)
    })
}

#[test]
fn files_go_together_up_to_what_one_message_takes() {
    let parts = [
        Part::text("Three"),
        file("a.pdf", 20_000_000, Some("the first")),
        file("b.pdf", 24_000_000, None),
        file("c.pdf", 24_000_000, None),
    ];
    let mut known = linked();
    let calls = deliver(&mut known, &parts, &[(POST, 201, ADDED), (POST, 201, ADDED)]);
    let Body::Upload { fields, files } = calls[0].request.body() else { panic!() };
    assert_eq!(*files, [("message[attachments][0]".into(), 1), ("message[attachments][1]".into(), 2)]);
    assert!(fields.contains(&("message[content]".into(), "Three\nthe first".into())));
    assert!(fields.contains(&("message[user_id]".into(), USER.into())));
    let Body::Upload { fields, files } = calls[1].request.body() else { panic!() };
    assert_eq!(*files, [("message[attachments][0]".into(), 3)]);
    assert!(fields.contains(&("message[content]".into(), "c.pdf".into())));
}

#[test]
fn files_that_deskie_does_not_take_are_named() {
    let parts =
        [file("a.exe", 24_000_000, Some("run it")), file("b.exe", 20_000_000, None), file("c.txt", 24_000_000, None)];
    let bad = r#"{"error": "file_type_not_allowed"}"#;
    let mut known = linked();
    let calls = deliver(&mut known, &parts, &[(POST, 400, bad), (POST, 201, ADDED), (POST, 201, ADDED)]);
    assert_eq!(
        body(&calls[1])["message"]["content"],
        "run it\n[a.exe: Deskie did not take this file]\n[b.exe: Deskie did not take this file]"
    );
    assert!(matches!(calls[2].request.body(), Body::Upload { files, .. } if files[0].1 == 2));
}

#[test]
fn what_deskie_cannot_show_becomes_words_and_lines_stay_lines() {
    let parts = [
        Part::text("Here < there"),
        Part::Location { latitude: 50.45, longitude: 30.52, label: Some("Office".into()) },
        Part::Unsupported { what: "poll".into(), text: None },
    ];
    let calls = deliver(&mut linked(), &parts, &[(POST, 201, ADDED)]);
    let message = &body(&calls[0])["message"];
    assert_eq!(
        message["content"],
        "Here < there\nOffice\nhttps://www.google.com/maps?q=50.45,30.52\n[poll: this kind of message cannot be shown here]"
    );
    assert!(message["content_html"].as_str().unwrap().starts_with("<p>Here &lt; there<br>Office<br>"), "{message}");
    deliver(&mut linked(), &[], &[]);
    let calls = deliver(&mut linked(), &[Part::text(" ")], &[(POST, 201, ADDED)]);
    assert_eq!(body(&calls[0])["message"]["content"], "[empty message]");
}

#[test]
fn a_long_text_is_several_posts_into_one_case() {
    let long = "A sentence of some length. ".repeat(5_000);
    let post = "POST cases/730300/messages.json";
    let mut known = Known::default();
    deliver(&mut known, &[Part::text(long)], &[(CREATE, 201, MADE), (post, 201, ADDED), (post, 201, ADDED)]);
    assert_eq!(known.progress.sent, ["", "53811500", "53811500"]);
}

fn note_about(contact: &Contact) -> Task<'_> {
    Task::Note { contact, text: "Not delivered on viber: blocked.", at: crate::tools::millis::Millis::MIN }
}

fn note(side: &Side, known: &mut Known, script: &[Exchange<'_>]) -> Vec<Call> {
    run(side, &note_about(&nobody()), known, script)
}

#[test]
fn a_note_goes_into_the_contacts_case() {
    let (side, named) = (side(), side().with("note_staff_id", "4118"));
    let plain = json!({"message": {"note": 1, "content": "Not delivered on viber: blocked."}});
    let mut signed = plain.clone();
    signed["message"]["staff_id"] = json!(4118);
    assert_eq!(body(&note(&side, &mut linked(), &[(POST, 201, ADDED)])[0]), plain);
    assert_eq!(body(&note(&named, &mut linked(), &[(POST, 201, ADDED)])[0]), signed);
    let disabled = r#"{"error": "staff_not_active"}"#;
    let calls = note(&named, &mut linked(), &[(POST, 400, disabled), (POST, 201, ADDED)]);
    assert_eq!([body(&calls[0]), body(&calls[1])], [signed, plain]);
    let merged = text(HERE, "list_cases_merged.response.json");
    let into = "POST cases/729655/messages.json";
    note(&side, &mut linked(), &[(POST, 404, NOT_FOUND), (LIST, 200, &merged), (into, 201, ADDED)]);
    // A closed case is as good as an open one; without any case, nobody would read the note.
    let mut known = linked();
    known.link.conversation = None;
    note(&side, &mut known, &[(LIST, 200, &text(HERE, "list_cases_closed.response.json")), (POST, 201, ADDED)]);
    let (contact, nowhere) = (nobody(), [(FIND, 200, NO_USERS), (FIND_BARE, 200, NO_USERS)]);
    side.finds_no_place(&Deskie, &note_about(&contact), &mut Known::default(), &nowhere);
    let mut known = stale();
    known.link.conversation = None;
    side.finds_no_place(&Deskie, &note_about(&contact), &mut known, &[(LIST, 200, EMPTY)]);
}

fn checked(channel: &str, answer: &Value) -> Learned {
    let side = side().with("channel", channel);
    side.read(&Deskie, &Task::Check, &Known::default(), &super::answer(200, &answer.to_string()))
}

#[test]
fn the_channel_must_be_there_and_switched_on() {
    let all = fixture(HERE, "custom_channels.response.json");
    for (channel, key) in [("cch207", "cch207"), ("CCH208", "cch208"), ("Mobile app", "cch207"), (" forum ", "cch208")]
    {
        let Ok(facts) = checked(channel, &all) else { panic!("{channel}") };
        assert_eq!(facts[0], Fact::Setting("channel", key.to_owned()), "{channel}");
    }
    let mut off = all.clone();
    off["0"]["custom_channel"]["active"] = json!("0");
    let mut same = all.clone();
    same["1"]["custom_channel"]["title"] = json!("Mobile App");
    let rows = [
        ("cch9", &all, "there is no such custom channel; there are cch207 (Mobile app), cch208 (Forum)"),
        ("cch207", &off, "the custom channel cch207 is inactive; switch it on in Deskie's settings"),
        (
            "mobile app",
            &same,
            "several custom channels are called so; take one of cch207 (Mobile app), cch208 (Mobile App)",
        ),
        ("cch207", &json!([]), "the account has no custom channel; add one in Deskie's settings"),
    ];
    for (channel, answer, expected) in rows {
        assert_eq!(checked(channel, answer), Err(Failure::rejected(expected)), "{channel}");
    }
    run(&side(), &Task::Check, &mut Known::default(), &[("GET custom_channels.json", 200, &all.to_string())]);
}

#[test]
fn a_note_in_doubt_is_looked_for_before_it_is_posted_again() {
    let listed = |text: &str, note: bool| {
        list(&[json!({"message": {"message_id": 53811600, "user_id": 0, "staff_id": 4118, "content": text,
                                  "note": note, "created_at": "Mon, 03 Jun 2024 09:20:01 +0300"}})])
    };
    let text = "Not delivered on viber: blocked.";
    let mut known = Known { doubtful: true, ..linked() };
    note(&side(), &mut known, &[(LOOK, 200, &listed(text, true))]);
    assert_eq!(known.progress.sent, ["53811600"]);
    for other in [listed(text, false), listed("Another note", true), EMPTY.to_owned()] {
        let mut known = Known { doubtful: true, ..linked() };
        note(&side(), &mut known, &[(LOOK, 200, &other), (POST, 201, ADDED)]);
        assert_eq!(known.progress.sent, ["53811500"], "{other}");
    }
    // An old note belongs to another message.
    let mut dated = answer(200, &listed(text, true));
    dated.headers_mut().insert("date", "Mon, 03 Jun 2024 07:20:01 GMT".parse().unwrap());
    let known = Known { doubtful: true, ..linked() };
    let task = Task::Note { contact: &nobody(), text, at: crate::tools::millis::Millis::MIN };
    assert_eq!(side().read(&Deskie, &task, &known, &dated), Ok(vec![Fact::DoubtSettled]));
}

#[test]
fn the_company_is_told_with_the_case_or_once_it_is_known() {
    let contact = Contact { company: Some("Lopez & Co".to_owned()), ..nobody() };
    let calls = deliver_of(&contact, &mut Known::default(), &hi(), &[(CREATE, 201, MADE)]);
    assert_eq!(body(&calls[0])["case"]["company_name"], "Lopez & Co");
    let calls = deliver_of(&contact, &mut linked(), &hi(), &[(POST, 201, ADDED), (RENAME, 200, OK)]);
    assert_eq!(body(&calls[1]), json!({"user": {"company_name": "Lopez & Co"}}));
}

#[test]
fn a_history_is_read_page_by_page_as_the_webhook_would_have_reported_it() {
    let page = |number: usize| format!("GET cases/730214/messages.json?order=desc&limit=100&page={number}");
    let since = Millis::from_rfc3339("2024-06-03T09:00:00+03:00").unwrap();
    let task = Task::History { contact: CONTACT, since };
    let sample = text(HERE, "list_messages.response.json");
    // The list tells how many messages there are.
    run(&side(), &task, &mut linked(), &[(&page(1), 200, &sample)]);
    let long = sample.replace("\"total_count\": 2", "\"total_count\": 150");
    run(&side(), &task, &mut linked(), &[(&page(1), 200, &long), (&page(2), 200, &long)]);
    let uncounted = sample.replace("\"total_count\": 2", "\"x\": 2");
    run(&side(), &task, &mut linked(), &[(&page(1), 200, &uncounted), (&page(2), 200, "[]")]);
    let old = long.replace("09:20:01", "08:59:59");
    run(&side(), &task, &mut linked(), &[(&page(1), 200, &old)]);
    // A case that is gone was merged into the newest one, or deleted.
    let cases = text(HERE, "list_cases_open.response.json");
    let calls = side().run(&Deskie, &task, &mut linked(), &[(&page(1), 404, NOT_FOUND), (LIST, 200, "[]")]);
    assert_eq!(calls.len(), 2);
    let mut known = linked();
    known.link.conversation = Some("1".to_owned());
    let first = "GET cases/1/messages.json?order=desc&limit=100&page=1";
    run(&side(), &task, &mut known, &[(first, 404, NOT_FOUND), (LIST, 200, &cases), (&page(1), 200, &sample)]);
    run(&side(), &task, &mut Known::default(), &[]);
    // Only what agents wrote is written, with the id and in the lane of the webhook.
    let written = |answer_text: &str| {
        let facts = side().read(&Deskie, &task, &linked(), &answer(200, answer_text)).unwrap();
        facts.into_iter().filter(|fact| matches!(fact, Fact::Written(_))).collect::<Vec<_>>()
    };
    let written_by_agent = written(&sample);
    let [Fact::Written(event)] = written_by_agent.as_slice() else { panic!("{written_by_agent:?}") };
    // A user whom an agent entered has the same lane in both, although the webhook names no contact.
    assert_eq!((event.id.as_str(), event.group.as_str()), ("53811487", USER));
    assert_eq!((event.contact.as_deref(), event.conversation.as_deref()), (Some(CONTACT), Some(CASE)));
    assert_eq!(written(&sample.replace("\"note\": false", "\"note\": true")), []);
    // Nobody could tell whether a message without an id was delivered before, nor what an odd entry is.
    let unread = |answer_text: &str| {
        let facts = side().read(&Deskie, &task, &linked(), &answer(200, answer_text)).unwrap();
        facts.into_iter().filter(|fact| matches!(fact, Fact::Unread(_))).count()
    };
    let nameless = sample.replace("\"message_id\": 53811487", "\"message_id\": null");
    assert_eq!((written(&nameless), unread(&nameless), unread(&sample)), (vec![], 1, 0));
    assert_eq!(unread(r#"{"0": {"message": 5}, "1": "x", "total_count": 2}"#), 2);
    let by_rule = written(&sample.replace("\"staff_id\": 4118", "\"staff_id\": 0"));
    let [Fact::Written(event)] = by_rule.as_slice() else { panic!("{by_rule:?}") };
    assert!(matches!(&event.kind, HelpdeskEventKind::Message { author, .. } if author.kind == AuthorKind::Bot));
}

#[test]
fn a_user_leads_to_the_contact() {
    let read = |custom: &str| {
        let text = json!({"user": {"user_id": 6_120_847_735_u64, "user_custom_id": custom}}).to_string();
        let side = side();
        assert_eq!(
            side.line(&call(side.next(&Deskie, &Task::FindContact { user: USER }, &Known::default()))),
            "GET users/6120847735.json"
        );
        side.read(&Deskie, &Task::FindContact { user: USER }, &Known::default(), &answer(200, &text))
    };
    let Ok(facts) = read(&format!("viber:{CONTACT}")) else { panic!() };
    assert_eq!(facts[0], Fact::Contact(CONTACT.to_owned()));
    assert_eq!(read("telegram:1"), Ok(vec![Fact::Stranger]));
}

proptest! {
    /// Whatever the answers are, nothing panics and no task goes on for ever.
    #[test]
    fn any_answers_come_to_an_end(
        answers in proptest::collection::vec((prop_oneof![Just(200_u16), Just(201), 200_u16..600], prop_oneof![
            Just(EMPTY.to_owned()), Just(ADDED.to_owned()), Just(MADE.to_owned()), Just(NOT_FOUND.to_owned()),
            Just(text(HERE, "list_cases_open.response.json")), Just(text(HERE, "list_cases_closed.response.json")),
            Just(text(HERE, "list_messages.response.json")), Just(r#"{"error":"wrong_email"}"#.to_owned()),
            Just(r#"{"error":"staff_not_active"}"#.to_owned()), ".{0,20}",
        ]), 60),
        start in 0..4_usize,
        doubtful: bool,
        is_note: bool,
    ) {
        let side = side().with("note_staff_id", "1");
        let contact = reachable_maria();
        let parts = [Part::text("Any news?"), file("a.pdf", 25_000_000, None), file("b.pdf", 26_000_000, None)];
        let delivery = delivery(&contact, &parts, None);
        let task = if is_note { Task::Note { contact: &contact, text: "x", at: crate::tools::millis::Millis::MIN } } else { Task::Deliver(&delivery) };
        let mut known = [Known::default(), linked(), stale(), linked()].into_iter().nth(start).unwrap();
        known.doubtful = doubtful;
        for (status, text) in answers {
            match Deskie.next(&side.account(), &task, &known) {
                // A note may have no place.
                Err(_) if is_note => return Ok(()),
                Ok(Step::Done) => return Ok(()),
                Ok(Step::Call(_)) => {}
                other => panic!("{other:?}"),
            }
            match side.read(&Deskie, &task, &known, &answer(status, &text)) {
                Ok(facts) => known.learn(&facts),
                _ => return Ok(()),
            }
        }
        prop_assert!(false, "{known:?}");
    }
}

#[test]
fn a_new_case_gets_what_the_settings_say_unless_deskie_refuses_it() {
    let side = side()
        .with("group_id", "44")
        .with("priority", "high")
        .with("language_id", "en=2, de=3")
        .with("labels", "101, 102")
        .with("custom_fields", "cf_20=gold");
    let contact = Contact { language: Some("de".to_owned()), ..nobody() };
    let parts = [Part::text("Hello")];
    let delivery = delivery(&contact, &parts, None);
    let refused = r#"{"error": "wrong_label"}"#;
    let created = text(HERE, "create_case.response.json");
    let script = [("POST cases.json", 400, refused), ("POST cases.json", 201, created.as_str())];
    let calls = side.run(&Deskie, &Task::Deliver(&delivery), &mut Known::default(), &script);
    let case = body(&calls[0])["case"].clone();
    assert_eq!(case["group_id"], 44);
    assert_eq!((&case["priority"], &case["language_id"]), (&json!("high"), &json!(3)));
    assert_eq!((&case["labels"], &case["custom_fields"]), (&json!([101, 102]), &json!({"cf_20": "gold"})));
    let case = body(&calls[1])["case"].clone();
    for name in ["group_id", "priority", "language_id", "labels", "custom_fields"] {
        assert_eq!(case[name], Value::Null, "{name}");
    }
}

#[test]
fn in_a_channel_like_mail_a_case_is_about_its_first_line_and_stays_as_long_as_it_is_open() {
    let side = side().with("channel_type", "async");
    let contact = maria();
    let parts = [Part::text("> “It leaves today.”\n  Where is my parcel?\nIt was due on Monday.")];
    let delivery = delivery(&contact, &parts, None);
    let created = text(HERE, "create_case.response.json");
    let script = [("POST cases.json", 201, created.as_str())];
    let calls = side.run(&Deskie, &Task::Deliver(&delivery), &mut Known::default(), &script);
    let case = body(&calls[0])["case"].clone();
    assert_eq!(case["subject"], "Where is my parcel?");
    let html = "<blockquote><p>“It leaves today.”</p></blockquote><p>Where is my parcel?<br>It was due on Monday.</p>";
    assert_eq!(case["content_html"], html);
    // Of two open cases the stored one, and of a closed and an open one the newest.
    let cases = |stored: &str| {
        let case = |id: u64, status: &str, at: &str| {
            json!({"case": {"case_id": id, "user_id": 1, "status": status,
            "channel": "cch207", "created_at": at}})
        };
        json!({"0": case(730_215, "open", "Tue, 04 Jun 2024 09:00:00 +0300"),
            "1": case(730_214, stored, "Mon, 03 Jun 2024 09:00:00 +0300"), "total_count": 2})
        .to_string()
    };
    let known = Known { link: crate::adapter::Link { state: None, ..linked().link }, ..Known::default() };
    let task = Task::Deliver(&delivery);
    let of = |side: &Side, stored: &str| match side.read(&Deskie, &task, &known, &answer(200, &cases(stored))) {
        Ok(facts) => format!("{facts:?}").contains(CASE),
        Err(failure) => panic!("{failure:?}"),
    };
    assert!(of(&side, "open") && !of(&side, "closed"));
    assert!(!of(&super::side(), "open"), "in a chat, the newest counts");
}

#[test]
fn an_address_that_somebody_merely_claims_joins_nobody() {
    let claimed = Contact { verified: false, ..reachable_maria() };
    let parts = [Part::text("Hello")];
    let delivery = delivery(&claimed, &parts, None);
    let created = text(HERE, "create_case.response.json");
    let calls =
        side().run(&Deskie, &Task::Deliver(&delivery), &mut Known::default(), &[("POST cases.json", 201, &created)]);
    assert_eq!(
        (&body(&calls[0])["case"]["user_email"], &body(&calls[0])["case"]["user_phone"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn an_agents_name_is_one_call() {
    let task = Task::FindAuthor { author: "4118" };
    let found = r#"{"staff": {"staff_id": 4118, "staff_full_name": "Ines Halvorsund"}}"#;
    let mut known = Known::default();
    side().run(&Deskie, &task, &mut known, &[("GET staff/4118.json", 200, found)]);
    let facts = side().read(&Deskie, &task, &Known::default(), &answer(200, found)).unwrap();
    assert_eq!(facts, [Fact::Author("Ines Halvorsund".to_owned())]);
}
