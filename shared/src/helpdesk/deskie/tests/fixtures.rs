//! Every sample of the contract has a row here.

use std::time::Duration;

use serde_json::json;

use super::{parsing::described, *};
use crate::{
    adapter::{self, Fact, Failure},
    model::message::{Media, MediaKind, MediaSource},
};

enum Row {
    /// A call of Deskie in either encoding, and the resulting event in a few words.
    Event(&'static str),
    /// The body of a call of the bridge, which is exactly the sample.
    Request(fn() -> Value),
    /// The same, but the sample also names these fields, for which the neutral model has no word.
    Without(&'static [&'static str], fn() -> Value),
    /// The fields of a form of the bridge, which are exactly the sample.
    Form(fn() -> Value),
    /// An answer, and the facts that it teaches.
    Answer(u16, fn(&Response<Bytes>) -> adapter::Learned, Expected),
    /// A body that this adapter neither sends nor reads, and the reason.
    Elsewhere(&'static str),
}

/// An expected outcome.
enum Expected {
    Learned(fn() -> Vec<Fact>),
    Blocked,
    Wait(u64),
}

use Expected::{Blocked, Learned, Wait};
use Row::{Answer, Elsewhere, Event, Form, Request, Without};

const TEXT: &str = "53811487 agent 6120847735 6120847735 730214: It leaves the depot today.";

const ROWS: &[(&str, Row)] = &[
    ("add_message.response.json", Answer(201, posted, Learned(|| added("53811401")))),
    ("add_message_attachments.response.json", Answer(201, posted, Learned(|| added("53811402")))),
    ("add_message_multipart.fields.json", Form(|| form(&linked(), &nobody(), Some("Voice note"), "voice.mp3"))),
    ("add_message_staff.request.json", Elsewhere("the bridge speaks for customers, and as itself in notes only")),
    ("add_message_user.request.json", Request(|| sent(&linked(), &nobody(), "Any news?"))),
    ("add_message_user_attachment_urls.request.json", Elsewhere("the bridge uploads the bytes: links may need us")),
    (
        "add_message_user_html.request.json",
        Elsewhere("HTML goes along with text of several lines only; see the flow test"),
    ),
    ("create_case.request.json", Without(&["user_full_name"], || sent(&Known::default(), &maria(), HELLO))),
    ("create_case.response.json", Answer(201, created, Learned(|| made("730214")))),
    ("create_case_attachment_urls.request.json", Elsewhere("as for messages")),
    ("create_case_attachments.response.json", Answer(201, created, Learned(|| made("730215")))),
    ("create_case_html.request.json", Elsewhere("as for messages")),
    (
        "create_case_multipart.fields.json",
        Form(|| form(&Known::default(), &maria(), Some("Photo attached"), "photo.jpg")),
    ),
    ("create_case_omnidesk_brand.response.json", Answer(201, created, Learned(|| made("730216")))),
    (
        "create_case_with_contact.request.json",
        Request(|| {
            let contact = Contact { company: Some("Lopez Bakery".to_owned()), ..reachable_maria() };
            let side = side().with("language_id", "2").with("custom_fields", "cf_20=gold").with("labels", "101");
            sent_by(&side, &Known::default(), &contact, HELLO)
        }),
    ),
    (
        "custom_channels.response.json",
        Answer(
            200,
            |answer| read(&side().with("channel", "forum"), &Task::Check, &Known::default(), answer),
            Learned(|| {
                vec![
                    Fact::Setting("channel", "cch208".to_owned()),
                    Fact::Setting("channel_type", "async".to_owned()),
                    Fact::AccountName("Forum".to_owned()),
                ]
            }),
        ),
    ),
    (
        "error_case_not_found.response.json",
        Answer(404, posted, Learned(|| vec![Fact::NoConversation, Fact::memo("lost", CASE)])),
    ),
    ("error_email_already_exist.response.json", Answer(400, linked_email, Learned(|| vec![email_shown()]))),
    ("error_incorrect_user_email.response.json", Answer(400, created, Learned(|| vec![Fact::memo("plain", "1")]))),
    ("error_phone_already_exist.response.json", Answer(400, linked_email, Learned(|| vec![email_shown()]))),
    ("error_rate_limit.response.json", Answer(403, posted, Wait(20))),
    ("error_staff_has_not_access.response.json", Answer(403, posted, Blocked)),
    (
        "error_staff_not_active.response.json",
        Answer(
            400,
            |answer| {
                let side = side().with("note_staff_id", "4118");
                read(
                    &side,
                    &Task::Note { contact: &nobody(), text: "x", at: crate::tools::millis::Millis::MIN },
                    &linked(),
                    answer,
                )
            },
            Learned(|| vec![Fact::memo("staff", "refused")]),
        ),
    ),
    ("error_unauthorized.response.json", Answer(401, posted, Blocked)),
    ("error_wrong_email.response.json", Answer(400, created, Learned(|| vec![Fact::memo("plain", "1")]))),
    ("get_case_closed.response.json", Elsewhere("lists tell the state of cases")),
    ("get_case_open.response.json", Elsewhere("lists tell the state of cases")),
    ("link_user.response.json", Answer(200, linked_email, Learned(|| vec![email_shown()]))),
    ("link_user_email.request.json", Request(|| updated(reachable_maria()))),
    ("link_user_id.request.json", Elsewhere("the bridge knows addresses and numbers, not other users")),
    (
        "link_user_phone.request.json",
        Request(|| updated(Contact { phone: Some("+447700900238".to_owned()), verified: true, ..nobody() })),
    ),
    ("list_cases_closed.response.json", Answer(200, listed, Learned(|| vec![newest(CASE, true)]))),
    ("list_cases_empty.response.json", Answer(200, listed, Learned(nothing))),
    ("list_cases_empty_array.response.json", Answer(200, listed, Learned(nothing))),
    ("list_cases_merged.response.json", Answer(200, listed, Learned(|| vec![newest(OLDER, false)]))),
    ("list_cases_open.response.json", Answer(200, listed, Learned(|| vec![newest(CASE, false)]))),
    ("list_cases_pending.response.json", Answer(200, listed, Learned(|| vec![newest(CASE, false)]))),
    ("list_cases_waiting.response.json", Answer(200, listed, Learned(|| vec![newest(CASE, false)]))),
    (
        "list_messages.response.json",
        Answer(
            200,
            |answer| deliver(&in_doubt(linked()), &nobody(), "Any news?", answer),
            Learned(|| [added("53811401"), vec![Fact::memo("doubt", "")]].concat()),
        ),
    ),
    (
        "list_users_by_custom_id.response.json",
        Answer(
            200,
            |answer| {
                let side = side();
                // The sample's contact has no channel before its id.
                let text = String::from_utf8_lossy(answer.body()).replace(CONTACT, &format!("viber:{CONTACT}"));
                let contact = nobody();
                let parts = [Part::text("Any news?")];
                let delivery = delivery(&contact, &parts, None);
                let known = in_doubt(Known::default());
                read(&side, &Task::Deliver(&delivery), &known, &super::answer(200, &text))
            },
            Learned(|| vec![Fact::User(USER.to_owned()), Fact::memo("user", "found")]),
        ),
    ),
    ("rate_limit_headers.json", Elsewhere("headers; see the test of waits")),
    (
        "update_user.request.json",
        Without(&["company_name"], || updated(Contact { name: Some("Maria Lopez Gil".to_owned()), ..nobody() })),
    ),
    ("update_user.response.json", Answer(200, linked_email, Learned(|| vec![email_shown()]))),
    (
        "webhook_agent_attachment_only.form",
        Event(
            "53811491 agent 6120847735 6120847735 730214: [File label.pdf application/pdf 18211 https://acme.deskie.io/files/812]",
        ),
    ),
    (
        "webhook_agent_attachment_url_only.form",
        Event("53811492 agent 6120847735 6120847735 730214: [File   https://acme.deskie.io/files/814]"),
    ),
    (
        "webhook_agent_attachments.form",
        Event(
            "53811490 agent 6120847735 6120847735 730214: Label and map attached | [File label.pdf application/pdf 18211 https://acme.deskie.io/files/812] | [Image map.png image/png 90412 https://acme.deskie.io/files/813]",
        ),
    ),
    (
        "webhook_agent_html.form",
        Event(
            "53811489 agent 6120847735 6120847735 730214: It leaves the depot today.\nSee tracking: https://acme.example/t/7",
        ),
    ),
    ("webhook_agent_text.form", Event(TEXT)),
    (
        "webhook_agent_text_unicode.form",
        Event(
            "53811488 agent 6120847735 6120847735 730214: Привет! Ваш заказ №7 — готов 🙂\nСпасибо & до связи + пока",
        ),
    ),
    (
        "webhook_alias_user_custom_id.form",
        Event("53811497 agent 6120847735 6120847735 730214: It leaves the depot today."),
    ),
    ("webhook_from_api.form", Event("53811494 bot 6120847735 6120847735 730214: Answer posted by another system")),
    ("webhook_json_variant.json", Event("53811499 agent 6120847735 6120847735 730214: It leaves the depot today.")),
    ("webhook_merged_case.form", Event("53811496 agent 6120847735 6120847735 729655: It leaves the depot today.")),
    ("webhook_note.form", Event("ignored 53811495: private")),
    ("webhook_rule.form", Event("53811493 bot 6120847735 6120847735 730214: Thanks, we got your message.")),
    ("webhook_rule_case_state.form", Event("6120847735 6120847735 730214: Some(Resolved) Some(\"resolved\")")),
    ("webhook_unknown_type.form", Event("ignored 53811498: unsupported")),
];

const HELLO: &str = "Hello, my parcel has not arrived.";

/// Returns the row of a sample. The decoded view of a form has the form's row.
fn row(name: &str) -> Option<&'static Row> {
    let form = name.replace(".json", ".form");
    let exact = ROWS.iter().find(|(row, _)| *row == name);
    exact.or_else(|| ROWS.iter().find(|(row, _)| name.starts_with("webhook_") && *row == form)).map(|(_, row)| row)
}

#[test]
fn every_sample_has_a_row_and_every_row_holds() {
    let names: Vec<String> = fixtures(HERE).into_keys().collect();
    for (name, _) in ROWS {
        assert!(names.iter().any(|file| file == name), "{name} has a row and is not there");
    }
    assert!(names.len() >= 60, "{}", names.len());
    for name in names {
        match row(&name).unwrap_or_else(|| panic!("{name} has no row")) {
            Event(expected) => assert_eq!(described(&name), *expected, "{name}"),
            Request(ours) => assert_eq!(ours(), ours_named(fixture(HERE, &name)), "{name}"),
            Without(fields, ours) => {
                assert_eq!(without(ours(), fields), without(ours_named(fixture(HERE, &name)), fields), "{name}")
            }
            Form(ours) => assert_eq!(ours(), ours_named(without(fixture(HERE, &name), &["_comment"])), "{name}"),
            Answer(status, outcome, expected) => {
                let found = outcome(&answer(*status, &text(HERE, &name)));
                match (expected, found) {
                    (Learned(facts), Ok(found)) => assert_eq!(found, facts(), "{name}"),
                    (Blocked, Err(Failure::Blocked { .. })) => {}
                    (Wait(seconds), Err(Failure::Retry { wait, doubtful, .. })) => {
                        assert_eq!((wait, doubtful), (Some(Duration::from_secs(*seconds)), false), "{name}");
                    }
                    (_, found) => panic!("{name}: {found:?}"),
                }
            }
            Elsewhere(reason) => assert!(!reason.is_empty(), "{name}"),
        }
    }
}

/// Returns a sample with the bridge's name of the contact.
fn ours_named(sample: Value) -> Value {
    let mut sample = sample;
    for pointer in ["/case/user_custom_id", "/case[user_custom_id]"] {
        if let Some(id) = sample.pointer_mut(pointer) {
            *id = json!(format!("viber:{}", id.as_str().expect("text")));
        }
    }
    sample
}

fn without(mut value: Value, fields: &[&str]) -> Value {
    for object in [value.clone().as_object().map(|_| String::new()), Some("/case".into()), Some("/user".into())] {
        let object = object.and_then(|pointer| value.pointer_mut(&pointer)?.as_object_mut());
        if let Some(object) = object {
            fields.iter().for_each(|field| drop(object.remove(*field)));
        }
    }
    value
}

fn read(side: &Side, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> adapter::Learned {
    side.read(&Deskie, task, known, answer)
}

fn deliver(known: &Known, contact: &Contact, text: &str, answer: &Response<Bytes>) -> adapter::Learned {
    let parts = [Part::text(text)];
    read(&side(), &Task::Deliver(&delivery(contact, &parts, None)), known, answer)
}

fn posted(answer: &Response<Bytes>) -> adapter::Learned {
    deliver(&linked(), &nobody(), "Any news?", answer)
}

fn created(answer: &Response<Bytes>) -> adapter::Learned {
    deliver(&Known::default(), &nobody(), HELLO, answer)
}

fn listed(answer: &Response<Bytes>) -> adapter::Learned {
    deliver(&stale(), &nobody(), "Any news?", answer)
}

fn linked_email(answer: &Response<Bytes>) -> adapter::Learned {
    let mut known = linked();
    known.progress.sent.push("1".to_owned());
    deliver(&known, &Contact { name: None, ..reachable_maria() }, "Any news?", answer)
}

fn added(id: &str) -> Vec<Fact> {
    vec![Fact::LastMessage(id.to_owned()), Fact::Sent(Some(id.to_owned()))]
}

fn made(case: &str) -> Vec<Fact> {
    let id = case.to_owned();
    vec![
        Fact::User(USER.to_owned()),
        Fact::Conversation { id, state: Some(ConversationState::Open) },
        Fact::LastMessage(format!("case:{case}")),
        Fact::Sent(None),
    ]
}

fn newest(case: &str, is_closed: bool) -> Fact {
    let state = if is_closed { ConversationState::Resolved } else { ConversationState::Open };
    Fact::Conversation { id: case.to_owned(), state: Some(state) }
}

fn nothing() -> Vec<Fact> {
    vec![Fact::memo("cases", "none"), Fact::NoConversation]
}

fn email_shown() -> Fact {
    let hash: String = crate::tools::crypto::sha256_hex(b"maria@example.com").chars().take(12).collect();
    Fact::ProfileShown(format!("email={hash}"))
}

fn sent(known: &Known, contact: &Contact, text: &str) -> Value {
    sent_by(&side(), known, contact, text)
}

fn sent_by(side: &Side, known: &Known, contact: &Contact, text: &str) -> Value {
    let parts = [Part::text(text)];
    body(&call(side.next(&Deskie, &Task::Deliver(&delivery(contact, &parts, None)), known)))
}

fn updated(contact: Contact) -> Value {
    let mut known = linked();
    known.progress.sent.push("1".to_owned());
    sent(&known, &contact, "Any news?")
}

/// Returns a form as the sample writes it: files as `@name;type=…`.
fn form(known: &Known, contact: &Contact, caption: Option<&str>, name: &str) -> Value {
    let content_type = crate::tools::file_type::content_type_of(name.rsplit('.').next().expect("an extension"));
    let media = Media {
        name: Some(name.to_owned()),
        content_type: Some(content_type.to_owned()),
        caption: caption.map(str::to_owned),
        size: Some(1000),
        ..Media::new(MediaKind::of(content_type), MediaSource::Fetched)
    };
    let parts = [Part::Media(media)];
    let made = call(side().next(&Deskie, &Task::Deliver(&delivery(contact, &parts, None)), known));
    let Body::Upload { fields, files } = made.request.body() else { panic!("a form expected") };
    let fields = fields.iter().filter(|(name, _)| !name.contains("user_full_name"));
    let mut form: serde_json::Map<String, Value> = fields.map(|(name, value)| (name.clone(), json!(value))).collect();
    for (field, part) in files {
        assert_eq!(*part, 0);
        form.insert(field.clone(), json!(format!("@{name};type={content_type}")));
    }
    Value::Object(form)
}
