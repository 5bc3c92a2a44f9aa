//! Signatures and callbacks.

use super::*;
use crate::message::{Media, MediaSource};

fn signed(body: &str, header: Option<&str>, query: &str) -> WebhookRequest {
    let mut request = callback(body.to_owned());
    request.headers.clear();
    if let Some(signature) = header {
        request.headers.insert("x-viber-content-signature", signature.parse().unwrap());
    }
    query.clone_into(&mut request.query);
    request
}

#[test]
fn signatures_are_judged_as_the_vectors_say() {
    let vectors = fixture("signatures.json");
    for vector in vectors["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let mut side = Side::new(&[]);
        side.secrets.insert("auth_token".to_owned(), Secret::new(text("auth_token")));
        // Upper case is the project's own choice: the bytes are right, so it passes.
        let is_valid = vector["valid"].as_bool().unwrap_or(true);
        let (body, signature) = (text("body"), text("signature"));
        let expected = if is_valid { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) };
        let in_query = form_urlencoded::Serializer::new("a=b".to_owned()).append_pair("sig", signature).finish();
        for request in
            [signed(body, Some(signature), ""), signed(body, None, &in_query), signed(body, Some(signature), &in_query)]
        {
            assert_eq!(Viber.verify(&side.account(), &request), expected, "{}", text("name"));
        }
    }
}

#[test]
fn a_call_without_a_right_signature_is_refused() {
    let side = Side::new(&[]);
    let account = side.account();
    let good = hex::encode(crate::crypto::hmac_sha256(TOKEN.as_bytes(), b"{}"));
    let bad = "0".repeat(64);
    let rows = [
        (signed("{}", None, ""), VerifyError::Missing),
        (signed("{}", None, "signature=x"), VerifyError::Missing),
        (signed("{}", Some(&bad), ""), VerifyError::Wrong),
        (signed("{}", Some(&good), &format!("sig={bad}")), VerifyError::Wrong),
        (signed("{}", Some(&bad), &format!("sig={good}")), VerifyError::Wrong),
        (signed("{}", Some(&good), "sig="), VerifyError::Wrong),
        (signed("{}", None, &format!("sig={good}&sig={bad}")), VerifyError::Wrong),
        (signed("{} ", Some(&good), ""), VerifyError::Wrong),
    ];
    for (request, expected) in rows {
        assert_eq!(Viber.verify(&account, &request), Err(expected), "{request:?}");
    }
    let mut get = signed("{}", Some(&good), "");
    get.method = Method::GET;
    assert_eq!(Viber.verify(&account, &get), Err(VerifyError::Missing));
    let mut unreadable = signed("{}", None, &format!("sig={good}"));
    unreadable.headers.insert("x-viber-content-signature", http::HeaderValue::from_bytes(&[0xff]).unwrap());
    assert_eq!(Viber.verify(&account, &unreadable), Err(VerifyError::Wrong));
}

#[test]
fn nothing_passes_once_the_secrets_are_wiped() {
    let mut side = Side::new(&[]);
    side.secrets.clear();
    let request = callback("{}");
    assert_eq!(Viber.verify(&side.account(), &request), Err(VerifyError::Wrong));
    side.secrets.insert("auth_token".to_owned(), Secret::new(""));
    let signature = hex::encode(crate::crypto::hmac_sha256(b"", b"{}"));
    assert_eq!(Viber.verify(&side.account(), &signed("{}", Some(&signature), "")), Err(VerifyError::Wrong));
}

/// The expected events stand in `snapshots/`, one file per sample; a new sample without one fails.
#[test]
fn callbacks_become_the_expected_events() {
    let side = Side::new(&[
        ("sender_name", "Support"),
        ("sender_avatar", "https://cdn.example.com/agent.jpg"),
        ("welcome_message", "Hello! Ask us anything."),
    ]);
    for (name, body) in fixtures().into_iter().filter(|(name, _)| name.starts_with("in_")) {
        let parsed = parse(&side, body).unwrap();
        assert_eq!(parsed.ack.status, 200);
        let ack = std::str::from_utf8(&parsed.ack.body).unwrap();
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(
                name.trim_end_matches(".json"),
                json!({
                    "events": parsed.events,
                    "ignored": parsed.ignored,
                    "ack": serde_json::from_str::<Value>(ack).unwrap_or_else(|_| json!(ack)),
                })
            );
        });
    }
}

#[test]
fn the_welcome_message_is_the_documented_one_without_tracking_data() {
    let side = Side::new(&[
        ("sender_avatar", "https://cdn.example.com/agent.jpg"),
        ("welcome_message", "Hello! Ask us anything."),
    ]);
    let mut expected = fixture("welcome_reply_body.json");
    expected.as_object_mut().unwrap().remove("tracking_data");
    let body = serde_json::to_vec(&fixture("in_conversation_started.json")).unwrap();
    let parsed = parse(&side, body.clone()).unwrap();
    assert_eq!(parsed.ack, Ack::json(&expected));
    assert!(parsed.events.is_empty());
    assert_eq!(parse(&Side::new(&[]), body).unwrap().ack, Ack::empty());
}

#[test]
fn a_redelivery_has_the_same_id_and_every_other_event_another() {
    let side = Side::new(&[]);
    let id = |body: &Value| parse(&side, body.to_string()).unwrap().events[0].id.clone();
    let delivered = fixture("in_delivered.json");
    let seen = fixture("in_seen.json");
    let mut other_user = delivered.clone();
    other_user["user_id"] = json!("Zk3p/0aW+yUq5tBnR8eJ7g==");
    assert_eq!(id(&delivered), id(&delivered));
    assert_ne!(id(&delivered), id(&seen));
    assert_ne!(id(&delivered), id(&other_user));
}

#[test]
fn a_wrong_shape_is_refused_with_the_name_of_the_field() {
    let text = || fixture("in_message_text.json");
    let with = |path: &str, value: Value| {
        let mut body = text();
        *body.pointer_mut(path).unwrap() = value;
        body.to_string()
    };
    let without = |parent: &str, field: &str| {
        let mut body = text();
        body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field);
        body.to_string()
    };
    let message = |message: Value| with("/message", message);
    let rows = [
        (String::new(), "not_json", ""),
        ("{".to_owned(), "not_json", ""),
        ("{} x".to_owned(), "not_json", ""),
        (format!("{} x", text()), "not_json", ""),
        ("[".repeat(100_000), "not_json", ""),
        ("7".to_owned(), "bad_field", ""),
        ("{}".to_owned(), "missing_field", "`event`"),
        (with("/event", json!(1)), "bad_field", "`event`"),
        (without("", "message_token"), "missing_field", "`message_token`"),
        (with("/message_token", json!(1.5)), "bad_field", "`message_token`"),
        (with("/message_token", json!("")), "bad_field", "`message_token`"),
        (with("/message_token", json!({"a": 1})), "bad_field", "`message_token`"),
        (without("", "sender"), "missing_field", "`sender`"),
        (without("/sender", "id"), "missing_field", "`sender.id`"),
        (with("/sender/id", json!(5)), "bad_field", "`sender.id`"),
        (with("/sender/id", json!("")), "bad_field", "`sender.id`"),
        (with("/sender/id", json!("x".repeat(300))), "bad_field", "`sender.id`"),
        (without("", "message"), "missing_field", "`message`"),
        (message(json!("hi")), "bad_field", "`message`"),
        (message(json!({"text": "hi"})), "missing_field", "`message.type`"),
        (message(json!({"type": "text"})), "missing_field", "`message.text`"),
        (message(json!({"type": "text", "text": 5})), "bad_field", "`message.text`"),
        (message(json!({"type": "picture"})), "missing_field", "`message.media`"),
        (message(json!({"type": "picture", "media": "file:///etc/passwd"})), "bad_field", "`message.media`"),
        (message(json!({"type": "sticker"})), "missing_field", "`message.sticker_id`"),
        (message(json!({"type": "contact"})), "missing_field", "`message.contact`"),
        (message(json!({"type": "location", "location": {"lat": 1}})), "missing_field", "`message.location.lon`"),
        (
            message(json!({"type": "location", "location": {"lat": 91, "lon": 1}})),
            "bad_field",
            "`message.location.lat`",
        ),
    ];
    let started = |user: Value| {
        let mut body = fixture("in_conversation_started.json");
        body["user"] = user;
        (body.to_string(), "bad_field", "`user")
    };
    for (body, code, field) in rows.into_iter().chain([started(Value::Null), started(json!({"id": ""}))]) {
        let error = parse(&Side::new(&[]), body.clone()).unwrap_err();
        let shown: String = body.chars().take(300).collect();
        assert_eq!(error.code, code, "{error:?} {shown}");
        assert!(error.message.contains(field), "{error:?} {shown}");
    }
}

#[test]
fn what_is_odd_but_harmless_is_taken() {
    let side = Side::new(&[]);
    let parsed = |message: Value| {
        let mut body = fixture("in_message_text.json");
        body["message"] = message;
        parse(&side, body.to_string()).unwrap().events.remove(0).kind
    };
    let rows = [
        (json!({"type": "text", "text": ""}), Part::Unsupported { what: "empty message".into(), text: None }),
        (json!({"type": "poll\u{0}<b>", "text": 5}), Part::Unsupported { what: "poll b".into(), text: None }),
        (json!({"type": ""}), Part::Unsupported { what: "unknown message".into(), text: None }),
        (
            json!({"type": "location", "location": {"lat": "50.5", "lon": "-30"}}),
            Part::Location { latitude: 50.5, longitude: -30.0, label: None },
        ),
        (json!({"type": "contact", "contact": {"name": ""}}), Part::ContactCard { name: None, phone: None }),
        (
            json!({"type": "video", "media": "https://dl-media.viber.com/v.mp4", "size": -5, "duration": "3", "text": "c"}),
            Part::Media(Media {
                seconds: Some(3),
                caption: Some("c".into()),
                ..Media::new(
                    MediaKind::Video,
                    MediaSource::ShortLink { url: "https://dl-media.viber.com/v.mp4".into() },
                )
            }),
        ),
    ];
    for (message, part) in rows {
        assert_eq!(parsed(message), ChannelEventKind::Message { parts: vec![part] });
    }
}

#[test]
fn times_of_any_unit_become_milliseconds() {
    let rows = [
        (json!(1_785_312_001_000_i64), 1_785_312_001_000),
        (json!("1785312001000"), 1_785_312_001_000),
        (json!(1_785_312_001_i64), 1_785_312_001_000),
        (json!(1_785_312_001_000_123_i64), 1_785_312_001_000),
        (json!(1_785_312_001_000_123_456_i64), 1_785_312_001_000),
        (json!(u64::MAX), 1_785_312_099_000),
        (json!(i64::MIN), 1_785_312_099_000),
        (json!(0), 1_785_312_099_000),
        (Value::Null, 1_785_312_099_000),
    ];
    for (timestamp, expected) in rows {
        let mut body = fixture("in_message_text.json");
        body["timestamp"] = timestamp.clone();
        assert_eq!(parse(&Side::new(&[]), body.to_string()).unwrap().events[0].at, expected, "{timestamp}");
    }
}

#[test]
fn somebody_who_is_really_called_subscriber_keeps_the_name() {
    let mut body = fixture("in_subscribed_no_personal_data.json");
    body["user"]["avatar"] = json!("https://media-direct.cdn.viber.com/download_photo?dlid=EXAMPLE0001");
    let events = parse(&Side::new(&[]), body.to_string()).unwrap().events;
    assert_eq!(events[0].contact.name.as_deref(), Some("Subscriber"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in any::<Vec<u8>>(), header in any::<Vec<u8>>(), query in ".*") {
        let side = Side::new(&[("welcome_message", "hi")]);
        let mut request = callback(body);
        request.query = query;
        if let Ok(value) = http::HeaderValue::from_bytes(&header) {
            request.headers.insert("x-viber-content-signature", value);
        }
        let _ = Viber.verify(&side.account(), &request);
        let _ = Viber.parse(&side.account(), Verified::invoked(&request));
    }

    #[test]
    fn no_broken_sample_makes_it_panic(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), with in any::<Vec<u8>>(), cut in 0..20_usize) {
        let samples: Vec<_> = fixtures().into_iter().filter(|(name, _)| name.starts_with("in_")).collect();
        let mut body = samples[pick.index(samples.len())].1.clone();
        let at = at.index(body.len());
        let end = (at + cut).min(body.len());
        body.splice(at..end, with);
        let request = callback(body);
        let side = Side::new(&[]);
        let _ = Viber.parse(&side.account(), Verified::invoked(&request));
    }

    #[test]
    fn one_changed_byte_breaks_the_signature(body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let side = Side::new(&[]);
        let mut request = callback(body.clone());
        prop_assert_eq!(Viber.verify(&side.account(), &request), Ok(Proof::Signed));
        let mut changed = body;
        let at = at.index(changed.len());
        changed[at] ^= flip;
        request.body = changed.into();
        prop_assert_eq!(Viber.verify(&side.account(), &request), Err(VerifyError::Wrong));
    }
}
