//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{wire::AUDIENCE, *};
use crate::{
    adapter::Call,
    model::message::{Button, Card, Media, MediaSource, Part},
    testing::{
        self, ARRIVED, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, fixture,
        fixtures, outcome, read_mark, reply, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/rcs";
const TOKEN: &str = "test-rbm-client-token-0001";

/// Returns a service account's key file, and the key that checks its signatures.
fn key_file() -> (String, Vec<u8>) {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der<'_> = key.as_der().unwrap();
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(private.as_ref()));
    let file = json!({"client_email": "bridge@x.iam.gserviceaccount.com", "private_key": pem, "private_key_id": "k1"});
    (file.to_string(), public.as_ref().to_vec())
}

fn side(key: &str) -> Side {
    Side::new(
        "rcs",
        &[("agent_id", "rbm-example-agent@rbm.goog")],
        &[("client_token", TOKEN), ("service_account_key", key)],
    )
}

fn enveloped(event: &[u8]) -> Vec<u8> {
    json!({"message": {"data": STANDARD.encode(event), "messageId": "1"}, "subscription": "x"}).to_string().into_bytes()
}

fn signature(event: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA512, TOKEN.as_bytes());
    STANDARD.encode(aws_lc_rs::hmac::sign(&key, event))
}

fn parsed(event: &[u8]) -> Value {
    let request = webhook(&[("X-Goog-Signature", &signature(event))], enveloped(event));
    shown(take(&Rcs, &side("{}"), &request).unwrap())
}

#[test]
fn every_event_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("inbound/decoded_"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(&bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn an_event_that_lacks_something_delivers_the_rest() {
    let notice = |what: &str, text: Value| json!({"part": "unsupported", "what": what, "text": text});
    let from = "+447700900123";
    for (more, part) in [
        (json!({}), notice("unknown message", Value::Null)),
        (json!({"text": 5}), notice("unknown message", Value::Null)),
        (json!({"suggestionResponse": {}}), notice("pressed button", Value::Null)),
        (json!({"userFile": {"payload": {"fileName": "a.pdf", "fileUri": 5}}}), notice("file", json!("a.pdf"))),
        (json!({"location": {"latitude": 91}}), notice("location", Value::Null)),
    ] {
        let mut event = json!({"messageId": "1", "senderPhoneNumber": from, "sendTime": 5});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = parsed(event.to_string().as_bytes());
        assert_eq!(found["events"][0]["kind"]["parts"], json!([part]), "{event}");
        assert_eq!((&found["events"][0]["id"], &found["events"][0]["contact"]["id"]), (&json!("1"), &json!(from)));
    }
    let without_id = json!({"senderPhoneNumber": from, "text": "Hi"}).to_string();
    assert_eq!(parsed(without_id.as_bytes())["events"][0]["id"], crate::adapter::webhook::id_of(&without_id));
    let news = parsed(br#"{"eventType": "READ", "messageId": "sent"}"#);
    assert_eq!(
        (&news["events"][0]["contact"]["id"], &news["events"][0]["kind"]["message"]),
        (&json!(""), &json!("sent"))
    );
    for (event, reason) in [
        (r#"{"messageId": "1", "text": "Hi"}"#, "nobody"),
        (r#"{"eventType": "SUBSCRIBE"}"#, "nobody"),
        (r#"{"eventType": "READ", "phoneNumber": "+1"}"#, "no_id"),
    ] {
        assert_eq!(parsed(event.as_bytes())["ignored"][0]["reason"], reason, "{event}");
    }
    for event in ["", "5", "[", "[]"] {
        assert!(parsed(event.as_bytes())["refused"].is_string(), "{event}");
    }
}

#[test]
fn the_shell_of_an_event_and_the_handshake_are_read() {
    let shell = fixtures(FOLDER)["inbound/pubsub_envelope_text.json"].clone();
    let event = serde_json::from_slice::<wire::Envelope>(&shell).unwrap().event().unwrap();
    let request = webhook(&[("X-Goog-Signature", &signature(&event))], shell);
    assert_eq!(shown(take(&Rcs, &side("{}"), &request).unwrap())["events"][0]["kind"]["parts"][0]["text"], "Hello 👋");
    let handshake = fixtures(FOLDER)["inbound/handshake_request.json"].clone();
    let answered = shown(take(&Rcs, &side("{}"), &webhook(&[], handshake)).unwrap());
    assert_eq!(answered["answer"][2], "0123456789");
    let wrong = json!({"clientToken": "wrong", "secret": "1"}).to_string();
    assert_eq!(take(&Rcs, &side("{}"), &webhook(&[], wrong)).unwrap_err(), VerifyError::Wrong);
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side("{}"), contact("+447700900123"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status = name.split(['_', '.']).find_map(|word| word.parse().ok()).unwrap_or(200);
        let answer = answer(status, std::str::from_utf8(&bytes).unwrap());
        table.insert(name, outcome(&Rcs.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer)));
    }
    assert_shown!("answers", table);
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    for vector in fixture(FOLDER, "signatures.json")["vectors"].as_array().unwrap() {
        let side = Side::new("rcs", &[], &[("client_token", vector["client_token"].as_str().unwrap())]);
        let headers: Vec<(&str, &str)> =
            vector["value"].as_str().map(|value| ("X-Goog-Signature", value)).into_iter().collect();
        let request = webhook(&headers, vector["body"].as_str().unwrap().to_owned());
        assert_eq!(
            Rcs.verify(&side.account(), &request).is_ok(),
            vector["valid"].as_bool().unwrap(),
            "{}",
            vector["name"]
        );
    }
}

fn sent(side: &Side, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact("+447700900123"), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    drive(&Rcs, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), |_| answer(200, "{}")).unwrap()
}

fn buttons() -> Part {
    Part::Buttons {
        buttons: vec![
            Button::Reply { label: "Yes".into(), text: "yes-42".into(), payload: None },
            Button::Link { label: "Open".into(), url: "https://shop.example.com/lamps".into() },
        ],
    }
}

#[test]
fn requests_are_the_documented_ones_and_signed_by_the_service_account() {
    let (key, public) = key_file();
    let side = side(&key);
    let file =
        Part::Media(Media::new(MediaKind::Image, MediaSource::Link { url: "https://files.example.com/a.jpg".into() }));
    let lamp = |title: &str, text: &str, file: &str, data: Option<&str>| Card {
        title: Some(title.into()),
        text: Some(text.into()),
        image: Some(format!("https://files.example.com/{file}.jpg")),
        buttons: data.map(|data| reply("This one", data)).into_iter().collect(),
    };
    let lamps =
        vec![lamp("Oak, 80 cm", "EUR 40", "c1", Some("pick-1")), lamp("Pine, 90 cm", "EUR 35", "c2", Some("pick-2"))];
    for (name, parts) in [
        ("rich_card", vec![Part::Carousel { cards: vec![lamp("Order 42", "Ready", "a", None)] }]),
        ("rich_card_carousel", vec![Part::Carousel { cards: lamps }]),
        ("text", vec![Part::text("Your order is ready.")]),
        ("file_url", vec![file]),
        ("text_suggestions", vec![Part::text("Deliver today?"), buttons()]),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        sample["messageTrafficType"] = json!("TRANSACTION");
        if let Some(card) = sample.pointer_mut("/contentMessage/richCard/standaloneCard") {
            // A vertical card has its picture above the text.
            card.as_object_mut().unwrap().remove("thumbnailImageAlignment");
            card["cardContent"]["media"]["height"] = json!("MEDIUM");
        }
        // The bridge has no use for the data that opening a link sends back.
        if let Some(action) = sample.pointer_mut("/contentMessage/suggestions/1/action") {
            action["postbackData"] = json!("Open");
        }
        let calls = sent(&side, &parts);
        assert_eq!(calls.iter().map(body).collect::<Vec<_>>(), [sample], "{name}");
        let bearer = calls[0].request.headers()["authorization"].to_str().unwrap().to_owned();
        let (signed, tag) = bearer.strip_prefix("Bearer ").unwrap().rsplit_once('.').unwrap();
        let tag = URL_SAFE_NO_PAD.decode(tag).unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public).verify(signed.as_bytes(), &tag).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!((&claims["aud"], claims["iat"].as_i64()), (&json!(AUDIENCE), Some(ARRIVED.seconds())));
        let url = calls[0].request.uri().to_string();
        assert!(url.contains("/v1/phones/%2B447700900123/agentMessages?messageId="), "{url}");
    }
}

#[test]
fn a_read_mark_is_the_documented_call() {
    let (key, _) = key_file();
    let call = read_mark(&Rcs, &side(&key).account(), "+447700900123", "MxEXAMPLE1");
    assert_eq!(body(&call), fixture(FOLDER, "send/event_read.json"));
    let url = call.request.uri().to_string();
    assert!(url.contains("/v1/phones/%2B447700900123/agentEvents?eventId="), "{url}");
    assert!(url.ends_with("&agentId=rbm%2Dexample%2Dagent%40rbm%2Egoog"), "{url}");
}

#[test]
fn every_sample_has_a_row() {
    // Features of RBM that the bridge does not use, each with the reason.
    let unused = [
        "send/event_is_typing.json", // no helpdesk reports that an agent types
        "send/text_ttl.json",        // an agent's answer does not expire
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["inbound/decoded_", "responses/"], &unused);
}

#[test]
fn long_things_and_what_cannot_be_shown() {
    let (key, _) = key_file();
    let mut side = side(&key);
    side.options.agent_name = true;
    let parts =
        [Part::text("a word ".repeat(500)), Part::Location { latitude: 1.5, longitude: 2.5, label: None }, buttons()];
    let calls: Vec<Value> = sent(&side, &parts).iter().map(request).collect();
    assert_shown!("odd", calls);
}

#[test]
fn cards_that_rbm_does_not_take_are_texts() {
    let (key, _) = key_file();
    let card = |title: &str| Card { title: Some(title.into()), ..Card::default() };
    let with = |buttons: Vec<Button>| Card { buttons, ..card("Oak") };
    let is_rich = |cards: Vec<Card>| {
        let calls = sent(&side(&key), &[Part::Carousel { cards }]);
        calls.iter().all(|call| body(call).pointer("/contentMessage/richCard").is_some())
    };
    assert!(is_rich(vec![card("Oak")]) && is_rich(vec![card("Oak"); 10]));
    let huge = Card { text: Some("ж".repeat(2_000)), ..with(vec![reply("Yes", &"ж".repeat(2_048)); 4]) };
    assert!(is_rich(vec![huge.clone(); 2]));
    for odd in [
        vec![card("Oak"); 11],
        vec![card(&"x".repeat(201))],
        vec![Card { text: Some("x".repeat(2_001)), ..card("Oak") }],
        vec![Card { image: Some("ftp://x".into()), ..card("Oak") }],
        vec![with(vec![reply("Yes", "1"); 5])],
        vec![with(vec![reply("A label that is longer than that", "1")])],
        vec![with(vec![reply("Yes", &"x".repeat(2_049))])],
        // More than 250 KB.
        vec![Card { buttons: vec![reply("Yes", &"\u{1f600}".repeat(2_048)); 4], ..huge }; 10],
    ] {
        assert!(!is_rich(odd));
    }
}

#[test]
fn a_key_that_does_not_sign_fails_at_install() {
    let (key, _) = key_file();
    assert!(Rcs.check_settings(&side(&key).account()).is_ok());
    for bad in ["", "{}", "x", &key.replace("BEGIN PRIVATE", "BEGIN PUBLIC"), &key.replace("MII", "AAA")] {
        assert!(Rcs.check_settings(&side(bad).account()).is_err());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed(&bytes);
        let _ = take(&Rcs, &side("{}"), &webhook(&[("X-Goog-Signature", "x")], bytes));
    }

    #[test]
    fn no_changed_sample_makes_it_panic((_, bytes) in changed_samples(FOLDER)) {
        parsed(&bytes);
    }
}
