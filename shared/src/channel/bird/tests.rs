//! Every sample of the wire contract has a row here; a sample without one fails.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::testing::{
    ARRIVED, Side, agent, answer, assert_shown, body, contact, delivery, drive, fixture, fixtures, outcome, request,
    shown, take, webhook,
};

const FOLDER: &str = "channel/bird";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn side(kind: &'static str, settings: &[(&str, &str)]) -> Side {
    Side::new(kind, settings, &[("api_key", "bk_eu1_EXAMPLE"), ("webhook_secret", SECRET)])
}

fn parsed(bytes: &[u8]) -> Value {
    let signed = standard_webhooks::sign(SECRET, "msg_1", ARRIVED, bytes);
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shown(take(&BIRD, &side("bird", &[]), &webhook(&headers, bytes.to_vec())).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("inbound/"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(&bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn an_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side("bird", &[("from", "+1")]), contact("+447700900161"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    let mut read = |name: &str, status: u16, body: &str| {
        let answer = answer(status, body);
        let read = BIRD.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer);
        table.insert(name.to_owned(), outcome(&read));
    };
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status = name.split(['_', '.']).find_map(|word| word.parse().ok()).unwrap_or(200);
        read(&name, status, std::str::from_utf8(&bytes).unwrap());
    }
    for code in
        ["invalid_destination", "recipient_opted_out", "insufficient_balance", "service_window_expired", "apple:404"]
    {
        read(code, 422, &json!({"error": {"type": "x", "code": code}}).to_string());
    }
    for status in [200, 401, 404, 409, 500, 501, 503] {
        read(&status.to_string(), status, "<html>");
    }
    assert_shown!("answers", table);
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    for vector in fixture(FOLDER, "signatures.json")["vectors"].as_array().unwrap() {
        let side = Side::new("bird", &[], &[("webhook_secret", vector["secret"].as_str().unwrap())]);
        let headers = vector["headers"].as_object().unwrap();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let mut request = webhook(&headers, vector["body"].as_str().unwrap().to_owned());
        let now = &vector["now"];
        request.received_at = now.as_i64().or_else(|| now.as_str()?.parse().ok()).unwrap() * 1_000;
        assert_eq!(BIRD.verify(&side.account(), &request).is_ok(), vector["valid"].as_bool().unwrap(), "{vector}");
    }
    // Before the registration nothing can be right.
    assert!(take(&BIRD, &Side::new("bird", &[], &[]), &webhook(&[], "{}")).is_err());
}

fn sent(bird: Bird, side: &Side, to: &str, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(to), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(202, r#"{"id":"sms_1"}"#);
    drive(&bird, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let sms = side("bird", &[("product", "sms"), ("from", "+447700900170")]);
    let whatsapp = side("bird", &[("product", "whatsapp"), ("from", "+447700900170")]);
    let apple = side("apple", &[("from", "b52d6267-0000-4000-8000-0533d0f1dc07")]);
    let image = Part::Media(Media {
        caption: Some("photo".into()),
        ..Media::new(MediaKind::Image, MediaSource::Link { url: "https://files.example.com/a.jpg".into() })
    });
    for (name, bird, side, to, part) in [
        ("sms", BIRD, &sms, "+447700900161", Part::text("Your order is ready.")),
        ("whatsapp_text", BIRD, &whatsapp, "+447700900161", Part::text("Hi, an agent here")),
        ("whatsapp_image", BIRD, &whatsapp, "+447700900161", image),
        ("whatsapp_template", BIRD, &whatsapp, "+447700900161", Part::text("/template bird_delivery_update A1B2")),
        ("apple_text", APPLE, &apple, "opaque-customer-1", Part::text("Hi, an agent here")),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        let calls = sent(bird, side, to, &[part]);
        let mut ours = body(&calls[0]);
        // Every message carries our id and its sender; the values of a template have no names.
        for message in [&mut sample, &mut ours] {
            let fields = message.as_object_mut().unwrap();
            fields.remove("metadata");
            fields.remove("from");
            if let Some(value) =
                message.pointer_mut("/template/components/0/parameters/0").and_then(Value::as_object_mut)
            {
                value.remove("name");
            }
        }
        assert_eq!((calls.len(), ours), (1, sample), "{name}");
        assert!(calls[0].request.uri().to_string().starts_with("https://eu1.platform.bird.com/v1/"));
        assert_eq!(
            calls[0].request.headers()["idempotency-key"],
            body(&calls[0])["metadata"]["bridge_id"].as_str().unwrap()
        );
    }
}

#[test]
fn a_registration_makes_a_webhook_and_drops_the_one_before() {
    let url = "https://bridge.example.com/hooks/messagebird/acct1";
    let made = |call: &Call| match call.name {
        MAKE_WEBHOOK => answer(201, r#"{"id":"wh_2","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#),
        // It was gone already.
        _ => answer(404, r#"{"error":{"code":"not_found"}}"#),
    };
    let drive = |side: &Side, task: &Task<'_>| {
        let calls = drive(&BIRD, &side.account(), task, &mut Known::default(), made).unwrap();
        calls.iter().map(|call| call.name).collect::<Vec<_>>()
    };
    let fresh = Side::new("bird", &[], &[("api_key", "bk_eu1_EXAMPLE")]);
    let old = Side::new("bird", &[], &[("api_key", "bk_eu1_EXAMPLE"), ("webhook_id", "wh_1")]);
    assert_eq!(drive(&fresh, &Task::Register { url }), [MAKE_WEBHOOK]);
    assert_eq!(drive(&old, &Task::Register { url }), [DROP_WEBHOOK, MAKE_WEBHOOK]);
    assert_eq!(drive(&old, &Task::Unregister), [DROP_WEBHOOK]);
    assert!(drive(&fresh, &Task::Unregister).is_empty());
    let Step::Call(call) = BIRD.next(&fresh.account(), &Task::Register { url }, &Known::default()).unwrap() else {
        panic!()
    };
    let mut sample = fixture(FOLDER, "send/webhook_create.json");
    // Ours hears of some more events.
    let events = sample["events"].take();
    let ours = body(&call);
    assert_eq!(ours["url"], sample["url"]);
    let heard = ours["events"].as_array().unwrap();
    assert!(events.as_array().unwrap().iter().all(|event| heard.contains(event)), "{ours}");
}

#[test]
fn every_sample_has_a_row() {
    let source = include_str!("tests.rs");
    for name in fixtures(FOLDER).into_keys() {
        let is_table = ["inbound/", "responses/"].iter().any(|folder| name.starts_with(folder));
        let stem = name.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let is_row = source.contains(&format!("\"{stem}\"")) || source.contains(&format!("\"{name}\""));
        assert!(is_table || is_row, "{name} has no row in any table");
    }
}

#[test]
fn long_things_and_what_cannot_be_shown() {
    let parts = [
        Part::text("a word ".repeat(300)),
        Part::Location { latitude: 1.5, longitude: 2.5, label: Some("Shop".into()) },
        Part::Sticker { id: "1".into(), url: None },
    ];
    for (name, bird, product) in
        [("odd_sms", BIRD, "sms"), ("odd_whatsapp", BIRD, "whatsapp"), ("odd_apple", APPLE, "")]
    {
        let mut side = side("bird", &[("product", product), ("from", "+447700900170")]);
        side.options.agent_name = true;
        assert_shown!(name, sent(bird, &side, "+447700900161", &parts).iter().map(request).collect::<Vec<_>>());
    }
}

#[test]
fn a_key_names_its_region() {
    let check = |key: &str| BIRD.check_settings(&Side::new("bird", &[], &[("api_key", key)]).account()).is_ok();
    assert!(check("bk_eu1_x"));
    for key in ["", "x", "bk_", "bk__x", "bk_e.u_x", "live_1_x"] {
        assert!(!check(key), "{key}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed(&bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic(index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte: u8) {
        let samples: Vec<_> = fixtures(FOLDER).into_values().collect();
        let mut bytes = index.get(&samples).clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        parsed(&bytes);
    }
}
