//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::Call,
    channel::codes::Class,
    model::message::{Button, Card, Media, MediaSource, Part},
    testing::{
        self, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, fixture, fixtures,
        outcome, quoting, read_mark, reply, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/messenger";
const SECRET: &str = "test-messenger-app-secret-0001";
const PAGE: &str = "100000000000001";

fn side() -> Side {
    Side::new(
        "messenger",
        &[("page_id", PAGE)],
        &[("app_secret", SECRET), ("page_access_token", "EAAB-test"), ("verify_token", "test-verify-token")],
    )
}

fn parsed(bytes: &[u8]) -> Value {
    let signature = format!("sha256={}", hex::encode(crate::tools::crypto::hmac_sha256(SECRET.as_bytes(), bytes)));
    shown(take(&Messenger, &side(), &webhook(&[("X-Hub-Signature-256", &signature)], bytes.to_vec())).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter();
    let samples = samples.filter(|(name, _)| name.starts_with("inbound/"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(&bytes))).collect();
    assert_shown!("inbound", table);
}

/// Returns what a call with these events is parsed into.
fn said(events: &[Value]) -> Vec<(String, Value)> {
    let call = json!({"object": "page", "entry": [{"id": "100000000000001", "messaging": events}]});
    let mut parsed = parsed(call.to_string().as_bytes());
    let mut found = Vec::new();
    for event in parsed["events"].as_array_mut().into_iter().flatten() {
        found.push((event["id"].as_str().unwrap().to_owned(), event["kind"].take()));
    }
    for left in parsed["ignored"].as_array().into_iter().flatten() {
        found.push((left["reason"].as_str().unwrap().to_owned(), Value::Null));
    }
    found
}

#[test]
fn an_event_that_lacks_something_is_a_notice_and_spoils_no_other() {
    let event = |more: Value| {
        let mut event = json!({"sender": {"id": "1"}, "recipient": {"id": "100000000000001"}, "timestamp": 5});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let message = |part: Value| json!({"type": "message", "parts": [part]});
    let notice = |what: &str, text: Value| message(json!({"part": "unsupported", "what": what, "text": text}));
    let text = |text: &str| message(json!({"part": "text", "text": text}));
    let attached = |attachment: Value| event(json!({"message": {"mid": "m", "attachments": [attachment]}}));
    let fine = event(json!({"message": {"mid": "fine", "text": "Hi"}}));
    for (odd, expected) in [
        (event(json!({"message": {"mid": "m"}})), ("m", notice("empty message", Value::Null))),
        (
            event(json!({"message": {"mid": "m", "text": 5, "attachments": {}}})),
            ("m", notice("empty message", Value::Null)),
        ),
        (event(json!({"message": 5})), ("sha256:", notice("empty message", Value::Null))),
        (event(json!({"message": {"mid": 7, "text": "no id"}})), ("sha256:", text("no id"))),
        (attached(json!(null)), ("m", notice("unknown message", Value::Null))),
        (
            attached(json!({"type": "image", "payload": {"url": "file:///a"}})),
            ("m", notice("image", json!("file:///a"))),
        ),
        (
            attached(json!({"type": "location", "payload": {"coordinates": {"lat": 91}}})),
            ("m", notice("location", Value::Null)),
        ),
        // botman/botman PR#411: shared content stands beside its payload.
        (
            attached(
                json!({"type": "fallback", "title": "Blue lamp", "url": "https://shop.example.com/40", "payload": null}),
            ),
            ("m", text("Blue lamp\nhttps://shop.example.com/40")),
        ),
        (event(json!({"message_edit": {"mid": "m", "num_edit": "x"}})), ("nothing_to_show", Value::Null)),
        (event(json!({"postback": {"title": 5}})), ("postback:1:5000", notice("pressed button", Value::Null))),
        (event(json!({"sender": {"id": 5}, "message": {"mid": "m", "text": "x"}})), ("nobody", Value::Null)),
        (json!("event"), ("nobody", Value::Null)),
        (
            json!({"delivery": {"mids": ["", 5, "sent"]}}),
            ("delivered:sent", json!({"type": "receipt", "message": "sent", "receipt": {"status": "delivered"}})),
        ),
    ] {
        let found = said(&[odd.clone(), fine.clone()]);
        assert!(found.contains(&("fine".to_owned(), text("Hi"))), "{odd}: {found:?}");
        assert!(found.iter().any(|(id, kind)| id.starts_with(expected.0) && *kind == expected.1), "{odd}: {found:?}");
        assert_eq!(found, said(&[odd, fine.clone()]), "an id is the same for every redelivery");
    }
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side(), contact("2000000000000002"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status =
            name.split(['_', '.']).find_map(|word| word.parse().ok().filter(|code| *code < 600)).unwrap_or(200);
        let task = if name.contains("profile") {
            Task::Profile { contact: "2000000000000002" }
        } else {
            Task::Deliver(&delivery)
        };
        let answer = answer(status, std::str::from_utf8(&bytes).unwrap());
        table.insert(name, outcome(&Messenger.read(&side.account(), &task, &Known::default(), &answer)));
    }
    assert_shown!("answers", table);
}

#[test]
fn every_documented_code_has_its_class() {
    for (class, codes) in [
        (Class::Later, &[1, 2, 4, 17, 32, 613, 1200, 80_001, 80_006][..]),
        (Class::Receiver, &[551, 1_545_041, 1_893_063, 2_018_001, 2_018_108]),
        (Class::Message, &[100, 2_018_047, 2_018_065, 2_018_278, 2_534_022, 36_000]),
        (Class::Account, &[3, 10, 190, 368]),
    ] {
        for code in codes {
            let mut all = classify::CODES.iter().chain(classify::SUBCODES);
            let (_, found, _) = all.find(|(listed, ..)| listed == code).unwrap();
            assert_eq!(*found, class, "{code}");
        }
    }
}

#[test]
fn a_vague_code_means_what_its_subcode_or_its_words_say() {
    let side = side();
    let (contact, parts) = (contact("2"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    for (status, code, subcode, words, expected) in [
        (403, 10, 0, "(#10) Application does not have permission", "blocked"),
        (403, 10, 999, "(#10) Something new", "rejected"),
        (400, 200, 999, "(#200) Something new", "rejected"),
        (400, 200, 0, "(#200) Requires pages_messaging", "blocked"),
        (400, 10, 0, "(#10) This message is sent outside of the Allowed Window", "rejected"),
        (400, 10, 0, "(#10) This person isn't receiving messages from you right now", "gone"),
        (400, 190, 463, "Error validating access token", "blocked"),
        (500, 190, 0, "Error validating access token", "blocked"),
        (500, 100, 0, "no parameter", "retry"),
    ] {
        let body = json!({"error": {"code": code, "error_subcode": subcode, "message": words}}).to_string();
        let read =
            Messenger.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer(status, &body));
        assert!(outcome(&read).get(expected).is_some(), "{code}/{subcode} {words}: {read:?}");
    }
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    let samples = fixture(FOLDER, "signatures.json");
    for vector in samples["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let side = Side::new("messenger", &[], &[("app_secret", text("app_secret"))]);
        let headers: Vec<(&str, &str)> =
            vector["value"].as_str().map(|value| ("X-Hub-Signature-256", value)).into_iter().collect();
        let request = webhook(&headers, text("body").to_owned());
        assert_eq!(
            verify::verify(&side.account(), &request).is_ok(),
            vector["valid"].as_bool().unwrap(),
            "{}",
            text("name")
        );
    }
    for case in samples["handshake"]["cases"].as_array().unwrap() {
        let mut request = webhook(&[], "");
        request.method = Method::GET;
        request.query = case["query"].as_str().unwrap().to_owned();
        let taken = take(&Messenger, &side(), &request);
        assert_eq!(taken.is_ok(), case["expect_status"] == 200, "{case}");
        if let Ok(taken) = taken {
            let body = shown(taken)["answer"][2].clone();
            assert_eq!(body, case["expect_body"], "{case}");
        }
    }
}

fn link(kind: MediaKind, url: &str) -> Part {
    Part::Media(Media::new(kind, MediaSource::Link { url: url.to_owned() }))
}

fn sent(side: &Side, to: &str, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(to), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(200, r#"{"recipient_id":"2","message_id":"m_1"}"#);
    drive(&Messenger, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let open = Button::Link { label: "Open".into(), url: "https://shop.example.com/chairs".into() };
    for (name, parts) in [
        ("text", vec![Part::text("Your order is ready.")]),
        ("image_url", vec![link(MediaKind::Image, "https://files.example.com/a.jpg")]),
        ("video_url", vec![link(MediaKind::Video, "https://files.example.com/v.mp4")]),
        ("audio_url", vec![link(MediaKind::Audio, "https://files.example.com/v.mp3")]),
        ("file_url", vec![link(MediaKind::File, "https://files.example.com/invoice.pdf")]),
        (
            "text_quick_replies",
            vec![
                Part::text("Shall we deliver today?"),
                Part::Buttons { buttons: vec![reply("Yes", "yes-42"), reply("No", "no-42")] },
            ],
        ),
        ("button_template", vec![Part::text("More?"), Part::Buttons { buttons: vec![open, reply("Agent", "AGENT")] }]),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        let calls = sent(&side(), "2000000000000002", &parts);
        let mut ours = body(&calls[0]);
        // Every message carries an id of the bridge.
        for message in [&mut sample, &mut ours] {
            message["message"].as_object_mut().unwrap().remove("metadata");
        }
        assert_eq!((calls.len(), ours), (1, sample), "{name}");
        assert_eq!(calls[0].request.uri(), format!("https://graph.facebook.com/v25.0/{PAGE}/messages").as_str());
    }
}

#[test]
fn quotes_and_read_marks_are_the_documented_ones() {
    let side = side();
    let taken = |_: &Call| answer(200, r#"{"recipient_id":"2","message_id":"m_1"}"#);
    let parts = [Part::text("Yes, that one."), Part::text("More")];
    let calls = quoting(&Messenger, &side.account(), "2000000000000002", &parts, "m_EXAMPLEIN1", taken);
    let mut first = body(&calls[0]);
    first["message"].as_object_mut().unwrap().remove("metadata");
    assert_eq!(first, fixture(FOLDER, "send/reply_to.json"));
    assert_eq!(body(&calls[1]).get("reply_to"), None);
    let call = read_mark(&Messenger, &side.account(), "2000000000000002", "m_EXAMPLEIN1");
    assert_eq!(body(&call), fixture(FOLDER, "send/mark_seen.json"));
    assert_eq!(call.request.uri(), format!("https://graph.facebook.com/v25.0/{PAGE}/messages").as_str());
}

#[test]
fn every_sample_has_a_row() {
    // Features of Messenger that the bridge does not use, each with the reason.
    let unused = [
        "send/image_attachment_id.json", // files are sent as links
        "send/text_human_agent.json",    // needs a permission that few apps have
        "send/text_update.json",         // agents answer
        "send/typing_off.json",          // no helpdesk reports that an agent types
        "send/typing_on.json",
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["inbound/", "status/", "responses/"], &unused);
}

#[test]
fn long_things_and_what_messenger_cannot_show() {
    let mut side = side();
    side.options.agent_name = true;
    let card = |title: &str| Card {
        title: Some(title.into()),
        text: Some("5 EUR".into()),
        image: Some("https://cdn.example.com/mug.png".into()),
        buttons: vec![reply("Buy", "buy")],
    };
    let parts = [
        Part::text("🙂 ".repeat(700)),
        Part::Buttons { buttons: (0..14).map(|row| reply(&format!("Row {row}"), "x")).collect() },
        Part::Carousel { cards: vec![card("Mug"), card("Cup")] },
        Part::Carousel { cards: vec![card(&"long ".repeat(20))] },
        Part::Location { latitude: 1.5, longitude: 2.5, label: None },
        Part::Sticker { id: "1".into(), url: None },
    ];
    assert_shown!("odd", sent(&side, "2000000000000002", &parts).iter().map(request).collect::<Vec<_>>());
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
