//! Every sample has a row in a snapshot.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Body, Delivery, Failure, Link, standard_webhooks},
    model::{
        installation::OnResolved,
        message::{Contact, ConversationState, HelpdeskEventKind, Part, Quote, Receipt},
    },
    testing::{
        ARRIVED, Side, answer, assert_shown, body, call, changed_samples, contact, delivery, drive, fixtures, only,
        outcome, parts, take_from_helpdesk, webhook,
    },
    tools::millis::Millis,
};

const FOLDER: &str = "helpdesk/custom";
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const CUSTOMER: &str = "7312345678";
const REFERENCE: &str = "telegram:7312345678";

fn side() -> Side {
    Side::new("telegram", &[("callback_url", "https://tool.example.com/bridge")], &[("secret", KEY)])
}

fn signed(at: Millis, bytes: &[u8]) -> WebhookRequest {
    let signed = standard_webhooks::sign(KEY, "msg_1", at, bytes);
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    webhook(&headers, bytes.to_vec())
}

fn parse(side: &Side, bytes: &[u8]) -> Result<ParsedHelpdesk, ParseError> {
    take_from_helpdesk(&Custom, side, &signed(ARRIVED, bytes)).unwrap()
}

fn shown(parsed: Result<ParsedHelpdesk, ParseError>) -> Value {
    match parsed {
        Err(error) => json!({"refused": error.code, "message": error.message}),
        Ok(parsed) => json!({
            "events": parsed.events,
            "ignored": parsed.ignored,
            "answer": String::from_utf8_lossy(&parsed.ack.body),
        }),
    }
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let table: BTreeMap<String, Value> =
        fixtures(FOLDER).into_iter().map(|(name, bytes)| (name, shown(parse(&side(), &bytes)))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn only_channels_that_know_telephone_numbers_take_one() {
    let message = |phone: &str| {
        let call = json!({"type": "message", "id": "a", "contact": {"phone": phone}, "parts": [{"type": "text", "text": "hi"}]});
        call.to_string().into_bytes()
    };
    let sms = Side { kind: "twilio", ..side() };
    let event = only(parse(&sms, &message("+44 7700 900123")).unwrap());
    assert_eq!((event.contact, event.user.as_deref()), (None, Some("+447700900123")));
    assert_eq!(Custom.contact_by_id(&sms.account(), "+447700900123"), Some(Named::Phone("+447700900123".into())));
    assert_eq!(Custom.contact_by_id(&sms.account(), "twilio:+44"), Some(Named::Contact("+44".into())));
    assert!(parse(&sms, &message("the usual one")).is_err());
    assert!(parse(&side(), &message("+447700900123")).is_err_and(|error| error.message.contains("only customers")));
}

fn run(task: &Task<'_>, known: &mut Known) -> Vec<Value> {
    let calls = drive(&Custom, &side().account(), task, known, |_| answer(200, "")).unwrap();
    let signed = |call: &crate::adapter::Call| {
        let Body::Bytes(bytes) = call.request.body() else { panic!() };
        let headers = call.request.headers();
        assert_eq!(standard_webhooks::verify(KEY, headers, bytes, ARRIVED), Ok(()));
        assert!(headers["webhook-signature"].is_sensitive());
        // The system drops repeats by this id.
        assert_eq!(body(call)["id"], headers["webhook-id"].to_str().unwrap());
        body(call)
    };
    calls.iter().map(signed).collect()
}

#[test]
fn a_customers_message_arrives_whole() {
    let sent = &fixtures(FOLDER)["in_message_every_part.json"];
    let mut pieces = serde_json::from_slice::<Value>(sent).unwrap()["parts"].clone();
    pieces[7]["buttons"][0]["text"] = json!("Yes");
    let event = only(parse(&side(), sent).unwrap());
    let customer = Contact {
        name: Some("Iryna Bondar".into()),
        email: Some("iryna@example.com".into()),
        language: Some("uk".into()),
        ..contact(CUSTOMER)
    };
    let quote = Quote { id: Some("a-1".into()), text: Some("Where?".into()), author: Some("Ines".into()), at: None };
    let delivery = Delivery { quote: Some(&quote), ..delivery(&customer, parts(&event), None) };
    let mut known = Known::default();
    let should_be = json!({
        "type": "message", "id": delivery.retry_key(0), "at": 1, "conversation": "new",
        "contact": {
            "id": REFERENCE, "channel": "telegram", "name": "Iryna Bondar", "email": "iryna@example.com",
            "language": "uk",
        },
        "quote": {"message": "a-1", "text": "Where?", "author": "Ines"},
        "parts": pieces,
    });
    assert_eq!(run(&Task::Deliver(&delivery), &mut known), [should_be]);
    assert_eq!(known.progress.sent, [delivery.retry_key(0)]);
    let link = &known.link;
    assert_eq!((link.user.as_deref(), link.conversation.as_deref()), (Some(REFERENCE), Some(REFERENCE)));
    assert_eq!(link.state, Some(ConversationState::Open));
}

#[test]
fn a_message_says_what_it_does_to_the_conversation() {
    let (customer, hi) = (contact(CUSTOMER), [Part::text("hi")]);
    let delivery = delivery(&customer, &hi, None);
    for (state, on_resolved, expected) in [
        (Some(ConversationState::Open), OnResolved::Reopen, "open"),
        (None, OnResolved::New, "open"),
        (Some(ConversationState::Resolved), OnResolved::Reopen, "reopened"),
        (Some(ConversationState::Resolved), OnResolved::New, "new"),
    ] {
        let link = Link { conversation: Some(REFERENCE.into()), state, ..Link::default() };
        let mut side = side();
        side.options.on_resolved = on_resolved;
        let known = Known { link, ..Known::default() };
        let made = call(side.next(&Custom, &Task::Deliver(&delivery), &known));
        assert_eq!(body(&made)["conversation"], expected);
    }
}

#[test]
fn whatever_else_the_bridge_knows_is_one_call() {
    let customer = contact(CUSTOMER);
    let (failed, at) = (Receipt::failed("the customer blocked the bot"), Millis::new(5));
    let hi = [Part::text("hi")];
    let echo = Delivery { echo: true, ..delivery(&customer, &hi, None) };
    let receipt = |receipt| Task::Receipt { contact: &customer, message: "a-1", receipt, at };
    let who = json!({"id": REFERENCE, "channel": "telegram"});
    for (task, kind, expected) in [
        (Task::Deliver(&echo), "echo", json!({"parts": [{"type": "text", "text": "hi"}]})),
        (Task::Note { contact: &customer, text: "not delivered", at }, "note", json!({"text": "not delivered"})),
        (receipt(&Receipt::Sent), "receipt", json!({"message": "a-1", "status": "sent"})),
        (receipt(&Receipt::Delivered), "receipt", json!({"message": "a-1", "status": "delivered"})),
        (receipt(&Receipt::Read), "receipt", json!({"message": "a-1", "status": "read"})),
        (
            receipt(&failed),
            "receipt",
            json!({"message": "a-1", "status": "failed", "reason": "the customer blocked the bot"}),
        ),
        (Task::Typing { contact: &customer, message: None }, "typing", json!({})),
    ] {
        let bodies = run(&task, &mut Known::default());
        let [made] = <[Value; 1]>::try_from(bodies).unwrap();
        assert_eq!((&made["type"], &made["contact"]), (&json!(kind), &who));
        let fields = made
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "type" | "id" | "at" | "contact"));
        assert_eq!(Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect()), expected);
    }
}

#[test]
fn an_answer_means_what_its_status_says() {
    let (customer, hi) = (contact(CUSTOMER), [Part::text("hi")]);
    let task = delivery(&customer, &hi, None);
    let read = |status| {
        let read = Custom.read(&side().account(), &Task::Deliver(&task), &Known::default(), &answer(status, ""));
        outcome(&read).as_object().unwrap().keys().next_back().unwrap().clone()
    };
    for (statuses, meaning) in [
        (&[200, 202, 204][..], "learned"),
        (&[400, 404, 409, 410, 413, 422], "rejected"),
        (&[401, 403], "blocked"),
        (&[408, 429, 500, 502, 503], "wait"),
    ] {
        for status in statuses {
            assert_eq!(read(*status), meaning, "{status}");
        }
    }
}

#[test]
fn a_refusal_tells_the_systems_own_words() {
    let (customer, hi) = (contact(CUSTOMER), [Part::text("hi")]);
    let task = delivery(&customer, &hi, None);
    for (body, words) in [
        (r#"{"error": {"message": "the queue is closed"}}"#, Some("the queue is closed")),
        (r#"{"error": "the queue is closed"}"#, Some("the queue is closed")),
        (r#"{"error": 5}"#, None),
        ("closed", None),
    ] {
        let read = Custom.read(&side().account(), &Task::Deliver(&task), &Known::default(), &answer(422, body));
        let reason = "the helpdesk system refused the message (HTTP 422)".to_owned();
        assert_eq!(read, Err(Failure::Rejected { reason, details: words.map(str::to_owned) }), "{body}");
    }
}

#[test]
fn an_unsigned_an_altered_and_an_old_call_are_refused() {
    let bytes = fixtures(FOLDER)["in_message_text.json"].clone();
    let take = |request: &WebhookRequest| take_from_helpdesk(&Custom, &side(), request).map(drop);
    assert_eq!(take(&signed(ARRIVED, &bytes)), Ok(()));
    assert_eq!(take(&signed(ARRIVED.minus(Duration::from_secs(301)), &bytes)), Err(VerifyError::Stale));
    assert_eq!(take(&webhook(&[], bytes.clone())), Err(VerifyError::Missing));
    let altered = WebhookRequest { body: b"{}".as_slice().into(), ..signed(ARRIVED, &bytes) };
    assert_eq!(take(&altered), Err(VerifyError::Wrong));
}

#[test]
fn a_message_and_a_state_with_the_same_id_are_two_events() {
    let ids: Vec<String> = ["in_message_text", "in_resolved", "in_hand_over", "in_typing_with_id"]
        .into_iter()
        .map(|name| {
            let mut call: Value = serde_json::from_slice(&fixtures(FOLDER)[&format!("{name}.json")]).unwrap();
            call["id"] = json!("1");
            only(parse(&side(), call.to_string().as_bytes()).unwrap()).id
        })
        .collect();
    assert_eq!(ids, ["1", "conversation\n1", "hand_over\n1", "typing\n1"]);
    let typing = fixtures(FOLDER)["in_typing.json"].clone();
    assert_eq!(only(parse(&side(), &typing).unwrap()).kind, HelpdeskEventKind::Typing);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&side(), &bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((_, bytes) in changed_samples(FOLDER)) {
        let _ = parse(&side(), &bytes);
    }
}
