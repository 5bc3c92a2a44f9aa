//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Call, Fact, webhook::id_of},
    model::message::Part,
    testing::{
        self, ARRIVED, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, file,
        fixture, fixtures, outcome, request, shown, take, webhook,
    },
    tools::{
        crypto::{hmac_sha256, sha256_hex},
        millis::Millis,
    },
};

const FOLDER: &str = "channel/messagebird";
const KEY: &str = "test-messagebird-signing-key-0001";
const URL: &str = "https://bridge.example.com/channels/i/t";
const CHANNEL: &str = "1c6f8a02e7d94b53a08e5d7c3b92f416";

fn side(settings: &[(&str, &str)]) -> Side {
    Side::new("messagebird", settings, &[("access_key", "live_EXAMPLE"), ("signing_key", KEY)])
}

/// Returns a call that is signed by the documented rule, written down independently of the product code.
fn signed(method: Method, query: &str, kind: &str, body: &[u8]) -> WebhookRequest {
    let url = if query.is_empty() { URL.to_owned() } else { format!("{URL}?{query}") };
    let now = ARRIVED.seconds();
    let mut claims =
        json!({"iss": "MessageBird", "nbf": now, "exp": now + 60, "jti": "x", "url_hash": sha256_hex(url.as_bytes())});
    if !body.is_empty() {
        claims["payload_hash"] = json!(sha256_hex(body));
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims));
    let token = format!("{head}.{}", URL_SAFE_NO_PAD.encode(hmac_sha256(KEY.as_bytes(), head.as_bytes())));
    let mut request = webhook(&[("MessageBird-Signature-JWT", &token), ("content-type", kind)], body.to_vec());
    (request.method, request.url, request.query) = (method, url, query.to_owned());
    request
}

fn parsed(name: &str, bytes: &[u8]) -> Value {
    let request = match name.rsplit('.').next() {
        Some("query") => signed(Method::GET, std::str::from_utf8(bytes).unwrap_or_default(), "text/plain", b""),
        Some("form") => signed(Method::POST, "", "application/x-www-form-urlencoded", bytes),
        _ => signed(Method::POST, "", "application/json", bytes),
    };
    let mut shown = shown(take(&MessageBird, &side(&[]), &request).unwrap());
    let answer = shown.as_object_mut().unwrap().remove("answer");
    assert!(answer.is_none_or(|answer| answer[2] == "OK"));
    shown
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("inbound/"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name.clone(), parsed(&name, &bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn a_call_that_lacks_something_delivers_the_rest() {
    let notice = |what: &str, text: Value| json!({"part": "unsupported", "what": what, "text": text});
    let event = |message: Value| json!({"type": "message.created", "message": message}).to_string();
    let form = "originator=447700900161&body=Hi";
    for (name, call, id, part) in [
        ("x.form", form.to_owned(), id_of(form), json!({"part": "text", "text": "Hi"})),
        (
            "x.form",
            "id=1&originator=447700900161&body=".to_owned(),
            "1".to_owned(),
            notice("empty message", Value::Null),
        ),
        (
            "x.json",
            json!({"id": "1", "originator": 447_700_900_161_u64, "body": {}}).to_string(),
            "1".to_owned(),
            notice("empty message", Value::Null),
        ),
        (
            "x.json",
            event(json!({"id": "1", "from": "+447700900161", "type": "text", "content": {"text": 5}})),
            "1".to_owned(),
            notice("empty message", Value::Null),
        ),
        (
            "x.json",
            event(
                json!({"id": "1", "from": "+447700900161", "type": "file", "content": {"file": {"caption": "look", "filename": "a.pdf"}}}),
            ),
            "1".to_owned(),
            notice("file", json!("look\na.pdf")),
        ),
        (
            "x.json",
            event(json!({"id": "1", "from": "+447700900161"})),
            "1".to_owned(),
            notice("unknown message", Value::Null),
        ),
    ] {
        let found = parsed(name, call.as_bytes());
        assert_eq!(found["events"][0]["kind"]["parts"], json!([part]), "{call} {found}");
        assert!(found["events"][0]["id"].as_str().unwrap().ends_with(&id), "{call} {found}");
        assert_eq!(found["events"][0]["contact"]["id"], "+447700900161", "{call}");
    }
    let without_id = event(json!({"from": "+447700900161", "type": "text", "content": {"text": "Hi"}}));
    assert_eq!(parsed("x.json", without_id.as_bytes())["events"][0]["id"], id_of(&without_id));
    for news in ["id=sent&status=delivered&statusDatetime=x", "id=sent&status=delivered"] {
        let event = &parsed("x.form", news.as_bytes())["events"][0];
        assert_eq!((&event["contact"]["id"], &event["kind"]["message"]), (&json!(""), &json!("sent")), "{news}");
    }
    let updated = json!({"type": "message.updated", "message": {"id": "sent", "direction": "sent", "status": "read"}});
    assert_eq!(parsed("x.json", updated.to_string().as_bytes())["events"][0]["kind"]["message"], "sent");
    for (name, call, reason) in [
        ("x.form", "id=1&body=Hi".to_owned(), "nobody"),
        ("x.form", "status=delivered&statusDatetime=x".to_owned(), "no_id"),
        ("x.json", event(json!({"id": "1"})), "nobody"),
        ("x.json", event(json!(5)), "unreadable"),
    ] {
        let call = if reason == "unreadable" { call.replace("}", ",\"conversation\":{}}") } else { call };
        assert_eq!(parsed(name, call.as_bytes())["ignored"][0]["reason"], reason, "{call}");
    }
    assert_eq!(parsed("x.form", b"a=b")["refused"], "missing_field");
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) =
        (side(&[("originator", "447700900170")]), contact("+447700900161"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status = name.split(['_', '.']).find_map(|word| word.parse().ok()).unwrap_or(200);
        let answer = answer(status, std::str::from_utf8(&bytes).unwrap());
        let read = MessageBird.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer);
        table.insert(name, outcome(&read));
    }
    assert_shown!("answers", table);
}

#[test]
fn a_number_that_messagebird_spells_otherwise_is_learned() {
    let (side, parts) = (side(&[("originator", "447700900170")]), [Part::text("hi")]);
    let learned = |to: &str, body: Value| {
        let contact = contact(to);
        let delivery = delivery(&contact, &parts, None);
        let answer = answer(201, &body.to_string());
        MessageBird.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer).unwrap()
    };
    let sms = |to: Value| json!({"id": "1", "recipients": {"items": [{"recipient": to}]}});
    let chat = |to: Value| json!({"id": "1", "to": to});
    let both = [Fact::Sent(Some("1".into())), Fact::ContactId("+5491155550123".into())];
    let sent = &both[..1];
    for body in [sms(json!(5_491_155_550_123_u64)), chat(json!("+5491155550123"))] {
        assert_eq!(learned("+541155550123", body.clone()), both, "{body}");
        assert_eq!(learned("+5491155550123", body.clone()), sent, "{body}");
        assert_eq!(learned("ABCD-1234", body.clone()), sent, "{body}");
    }
    for body in [sms(json!(null)), sms(json!(-5)), sms(json!("x")), chat(json!(7)), chat(json!("channel-user"))] {
        assert_eq!(learned("+541155550123", body.clone()), sent, "{body}");
    }
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    let samples = fixture(FOLDER, "signatures.json");
    for vector in samples["jwt"]["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let side = Side::new("messagebird", &[], &[("signing_key", text("signing_key"))]);
        let headers: Vec<(&str, &str)> =
            vector["value"].as_str().map(|value| (text("header"), value)).into_iter().collect();
        let mut request = webhook(&headers, text("body").to_owned());
        request.method = text("method").parse().unwrap();
        text("url").clone_into(&mut request.url);
        request.received_at = Millis::from_seconds(vector["now"].as_i64().unwrap());
        let verified = verify::verify(&side.account(), &request);
        assert_eq!(verified.is_ok(), vector["valid"].as_bool().unwrap(), "{}", text("name"));
    }
    // The previous scheme is deprecated and refused.
    for vector in samples["legacy_hmac"]["vectors"].as_array().unwrap() {
        let request = webhook(&[], vector["body"].as_str().unwrap_or_default().to_owned());
        assert_eq!(verify::verify(&side(&[]).account(), &request), Err(VerifyError::Missing));
    }
}

fn sent(side: &Side, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact("+447700900161"), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(201, r#"{"id":"1"}"#);
    drive(&MessageBird, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let sms = side(&[("originator", "447700900170")]);
    let conversations = side(&[("channel_id", CHANNEL)]);
    let place = Part::Location { latitude: 53.2194, longitude: 6.5665, label: None };
    let url = |name: &str| format!("https://files.example.com/{name}");
    for (name, side, part) in [
        ("sms_text", &sms, Part::text("Your order is ready.")),
        ("sms_unicode", &sms, Part::text("Hotovo ✅ děkujeme")),
        ("conversations_send_text", &conversations, Part::text("Hi, an agent here")),
        ("conversations_send_image", &conversations, file(MediaKind::Image, &url("a.jpg"), Some("photo"))),
        ("conversations_send_video", &conversations, file(MediaKind::Video, &url("v.mp4"), None)),
        ("conversations_send_audio", &conversations, file(MediaKind::Audio, &url("v.ogg"), None)),
        ("conversations_send_file", &conversations, file(MediaKind::File, &url("invoice.pdf"), None)),
        ("conversations_send_location", &conversations, place),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        let calls = sent(side, &[part]);
        let mut ours = body(&calls[0]);
        // Every message carries the bridge's own ids and URL, and MessageBird always detects the coding.
        for message in [&mut sample, &mut ours] {
            let fields = message.as_object_mut().unwrap();
            for name in ["reference", "trackId", "reportUrl", "datacoding"] {
                fields.remove(name);
            }
            for kind in ["video", "audio", "file"] {
                if let Some(media) = fields.get_mut("content").and_then(|content| content.get_mut(kind)) {
                    *media = json!({"url": media["url"]});
                }
            }
        }
        assert_eq!((calls.len(), ours), (1, sample), "{name}");
        assert_eq!(body(&calls[0])["reportUrl"], URL);
        assert!(calls[0].request.headers()["authorization"].is_sensitive());
    }
}

#[test]
fn every_sample_has_a_row() {
    // Features of MessageBird that the bridge does not use, each with the reason.
    let unused = [
        "send/conversations_reply_text.json",    // `send` finds the conversation by itself
        "send/conversations_send_template.json", // see `odd`
        "send/conversations_start_text.json",
        "send/conversations_webhook_create.json", // the admin makes it
        "send/mms.json",                          // in two countries only; files are links
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["inbound/", "responses/"], &unused);
}

#[test]
fn long_things_and_what_a_text_message_cannot_show() {
    let parts = [
        Part::text("a word ".repeat(300)),
        Part::text("слово ".repeat(120)),
        file(MediaKind::Image, "https://files.example.com/b.jpg", Some(&"long ".repeat(201))),
        file(MediaKind::Image, "https://files.example.com/a.jpg", Some("photo")),
        Part::Location { latitude: 1.5, longitude: 2.5, label: Some("Shop".into()) },
        Part::text("/template order_ready:en Ana | 42"),
        Part::Sticker { id: "1".into(), url: None },
    ];
    for (name, settings) in [("odd_sms", ("originator", "Acme")), ("odd", ("channel_id", CHANNEL))] {
        let mut side = side(&[settings]);
        side.options.agent_name = true;
        assert_shown!(name, sent(&side, &parts).iter().map(request).collect::<Vec<_>>());
    }
}

#[test]
fn a_file_is_fetched_from_messagebird_only() {
    let side = side(&[]);
    let fetch = |url: &str| {
        let media = Media::new(MediaKind::Image, MediaSource::Reference { id: url.to_owned() });
        let context = crate::adapter::FetchContext::default();
        MessageBird.next(&side.account(), &Task::Fetch(&media, &context), &Known::default())
    };
    assert!(matches!(fetch("https://media.messagebird.com/v1/media/1"), Ok(Step::Download(_))));
    for url in [
        "https://evil.example/x",
        "http://media.messagebird.com/x",
        "https://media.messagebird.com.evil.example/x",
        "x",
    ] {
        assert!(fetch(url).is_err(), "{url}");
    }
}

#[test]
fn one_of_two_senders_is_needed() {
    let check = |settings: &[(&str, &str)]| MessageBird.check_settings(&side(settings).account()).is_ok();
    assert!(check(&[("originator", "Acme")]) && check(&[("channel_id", CHANNEL)]));
    assert!(!check(&[]) && !check(&[("originator", "Acme"), ("channel_id", CHANNEL)]));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..3_usize) {
        parsed(["a.form", "a.json", "a.query"][kind], &bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((name, bytes) in changed_samples(FOLDER)) {
        parsed(name.trim_start_matches("inbound/"), &bytes);
    }
}

#[test]
fn the_end_of_the_platform_is_told() {
    let steps: Vec<NextStep> = MessageBird.features().notices.iter().map(NextStep::from).collect();
    assert!(steps[0].text.contains("31 December 2026") && steps[0].text.contains("`bird`"), "{steps:?}");
}
