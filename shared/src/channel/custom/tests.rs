//! Every sample has a row in a snapshot.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Body, Delivery, own_api::wire::Piece, standard_webhooks},
    model::message::{Part, Quote},
    testing::{
        ARRIVED, Side, agent, answer, assert_shown, body, call, changed_samples, contact, delivery, drive, fixtures,
        outcome, shown, take, webhook,
    },
    tools::millis::Millis,
};

const FOLDER: &str = "channel/custom";
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn side() -> Side {
    Side::new("custom", &[("callback_url", "https://app.example.com/bridge")], &[("secret", KEY)])
}

fn parsed(bytes: &[u8]) -> Value {
    let signed = standard_webhooks::sign(KEY, "msg_1", ARRIVED, bytes);
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shown(take(&Custom, &side(), &webhook(&headers, bytes.to_vec())).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let table: BTreeMap<String, Value> =
        fixtures(FOLDER).into_iter().map(|(name, bytes)| (name, parsed(&bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn a_part_comes_back_as_it_went() {
    let bytes = &fixtures(FOLDER)["in_message_every_part.json"];
    let mut pieces = serde_json::from_slice::<Value>(bytes).unwrap()["parts"].clone();
    let text = pieces.to_string();
    let list = crate::tools::json::Json::read(&text).unwrap().items();
    let parts: Vec<Part> = list.into_iter().map(|piece| Piece::read("parts", piece).unwrap().into()).collect();
    let contact = contact("customer-42");
    let ines = agent("Ines");
    let mut side = side();
    side.options.agent_name = true;
    let task = delivery(&contact, &parts, Some(&ines));
    let known = &mut Known::default();
    let calls = drive(&Custom, &side.account(), &Task::Deliver(&task), known, |_| answer(200, "")).unwrap();
    // A button without a text of its own sends its label.
    pieces[7]["buttons"][0]["text"] = json!("Yes");
    let id = task.retry_key(0);
    let should_be = json!({
        "type": "message", "id": id, "at": 1, "contact": {"id": "customer-42"}, "author": {"name": "Ines"},
        "parts": pieces,
    });
    assert_eq!(calls.iter().map(body).collect::<Vec<_>>(), [should_be]);
    assert_eq!(known.progress.sent, [id]);
    // The app checks the bridge's signature as the bridge checks the app's.
    let (parts, sent) = calls.into_iter().next().unwrap().request.into_parts();
    let Body::Bytes(sent) = sent else { panic!() };
    assert_eq!(standard_webhooks::verify(KEY, &parts.headers, &sent, ARRIVED), Ok(()));
    assert!(parts.headers["webhook-signature"].is_sensitive());
}

#[test]
fn the_app_gets_everything_that_is_known_about_a_quoted_message() {
    let (contact, parts) = (contact("customer-42"), [Part::text("Yes")]);
    let quote = |text: Option<&str>| Quote {
        id: Some("m-1".into()),
        text: text.map(str::to_owned),
        author: text.map(|_| "Iryna Bondar".to_owned()),
        at: Some(Millis::new(1_785_312_000_000)),
    };
    for (quote, expected) in [
        (
            quote(Some("Where is my order?")),
            json!({"message": "m-1", "text": "Where is my order?", "author": "Iryna Bondar", "at": 1_785_312_000_000_i64}),
        ),
        (Quote { at: None, ..quote(None) }, json!({"message": "m-1"})),
    ] {
        let delivery = Delivery { quote: Some(&quote), ..delivery(&contact, &parts, None) };
        let call = call(side().next(&Custom, &Task::Deliver(&delivery), &Known::default()));
        assert_eq!(body(&call)["quote"], expected);
    }
}

#[test]
fn what_is_wrong_is_told_with_the_name_of_the_field() {
    let told = |parts: Value| {
        let call = json!({"type": "message", "id": "1", "contact": {"id": "c"}, "parts": parts});
        parsed(call.to_string().as_bytes())["message"].as_str().unwrap_or_default().to_owned()
    };
    let buttons = vec![json!({"label": "a"}); 101];
    let hi = json!({"type": "text", "text": "hi"});
    for (parts, field) in [
        (json!({}), "`parts`"),
        (json!(vec![&hi; 51]), "`parts`"),
        (json!([hi, {"type": "text"}]), "`parts[1].text`"),
        (json!([hi, {"type": "image", "url": 5}]), "`parts[1].url`"),
        (json!([hi, {"type": "x"}]), "`parts[1].type`"),
        (json!([{"type": "buttons", "buttons": buttons}]), "`parts[0].buttons`"),
        (json!([{"type": "cards", "cards": [{"buttons": buttons}]}]), "`parts[0].buttons`"),
    ] {
        assert!(told(parts).contains(field), "{field}");
    }
}

#[test]
fn an_answer_means_what_its_status_says() {
    let (contact, parts) = (contact("c"), [Part::text("hi")]);
    let task = delivery(&contact, &parts, None);
    let read = |status| {
        let read = Custom.read(&side().account(), &Task::Deliver(&task), &Known::default(), &answer(status, ""));
        outcome(&read).as_object().unwrap().keys().next_back().unwrap().clone()
    };
    for (statuses, meaning) in [
        (&[200, 202, 204][..], "learned"),
        (&[410], "gone"),
        (&[400, 404, 409, 413, 422], "rejected"),
        (&[401, 403], "blocked"),
        (&[408, 429, 500, 502, 503], "wait"),
    ] {
        for status in statuses {
            assert_eq!(read(*status), meaning, "{status}");
        }
    }
}

#[test]
fn an_unsigned_an_altered_and_an_old_call_are_refused() {
    let bytes = fixtures(FOLDER)["in_message_text.json"].clone();
    let call = |now: Millis, bytes: &[u8]| {
        let signed = standard_webhooks::sign(KEY, "msg_1", now, bytes);
        let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        webhook(&headers, bytes.to_vec())
    };
    assert!(take(&Custom, &side(), &call(ARRIVED, &bytes)).is_ok());
    assert_eq!(
        take(&Custom, &side(), &call(ARRIVED.minus(Duration::from_secs(301)), &bytes)).unwrap_err(),
        VerifyError::Stale
    );
    assert_eq!(take(&Custom, &side(), &webhook(&[], bytes.clone())).unwrap_err(), VerifyError::Missing);
    let mut altered = call(ARRIVED, &bytes);
    altered.body = b"{}".as_slice().into();
    assert_eq!(take(&Custom, &side(), &altered).unwrap_err(), VerifyError::Wrong);
}

#[test]
fn a_secret_is_made_or_checked() {
    let setting = Custom.settings().iter().find(|setting| setting.name == SECRET).unwrap();
    let made = setting.made.unwrap().spell(&[7; 24]);
    for (secret, is_good) in [(made.as_str(), true), ("abc", false), ("whsec_YWJj", false), ("whsec_%%%", false)] {
        let side = Side::new("custom", &[], &[("secret", secret)]);
        assert_eq!(Custom.check_settings(&side.account()).is_ok(), is_good, "{secret}");
    }
    assert!(Custom.check_settings(&Side::new("custom", &[], &[]).account()).is_ok());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed(&bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((_, bytes) in changed_samples(FOLDER)) {
        parsed(&bytes);
    }
}
