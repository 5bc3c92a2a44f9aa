//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{classify::SWITCHED_OFF, wire::GET_WEBHOOK, *};
use crate::{
    adapter::{Call, Fact, Failure, Repeat},
    model::message::{Card, ChannelEventKind, Part},
    testing::{
        self, Side, agent, answer, answer_of, assert_shown, body, changed_samples, contact, delivery, drive, fixture,
        fixtures, link, open, outcome, quoting, read_mark, reply, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/line";
const TOKEN: &str = "channel-access-token-EXAMPLE";
const SECRET: &str = "3e81d5c07a9246bf10c5e92b7d64a8f3";
const BOT: &str = "Ub4c1e79a02d58f36c7a91e05d3f82b64";
const USER: &str = "Ufedcba9876543210fedcba9876543210";

fn side() -> Side {
    Side::new("line", &[("bot_user_id", BOT)], &[("channel_secret", SECRET), ("channel_access_token", TOKEN)])
}

fn signature(body: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(crate::tools::crypto::hmac_sha256(SECRET.as_bytes(), body))
}

fn parsed(bytes: Vec<u8>) -> Value {
    let signature = signature(&bytes);
    shown(take(&Line, &side(), &webhook(&[("X-Line-Signature", &signature)], bytes)).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("in_"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(bytes))).collect();
    assert_shown!("inbound", table);
}

/// Returns what a signed call with these events is parsed into.
fn taken(events: &[Value]) -> ParsedChannel {
    let bytes = serde_json::to_vec(&json!({"destination": BOT, "events": events})).unwrap();
    let signature = signature(&bytes);
    take(&Line, &side(), &webhook(&[("X-Line-Signature", &signature)], bytes)).unwrap().unwrap()
}

fn event(id: &str, more: Value) -> Value {
    let mut event = json!({"type": "message", "mode": "active", "timestamp": 1, "webhookEventId": id,
        "source": {"type": "user", "userId": "U1"}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[test]
fn an_event_without_its_content_is_a_notice_alone_and_in_a_batch() {
    let notice =
        |what: &str, text: Option<&str>| Part::Unsupported { what: what.into(), text: text.map(str::to_owned) };
    let text = event("text", json!({"message": {"id": "2", "type": "text", "text": "Hi"}}));
    for (odd, part) in [
        (json!({}), notice("unknown message", None)),
        (json!({"message": null}), notice("unknown message", None)),
        (json!({"message": 5}), notice("unknown message", None)),
        (json!({"message": {"id": "1", "text": "Hi"}}), notice("unknown message", Some("Hi"))),
        (json!({"message": {"id": "1", "type": "text"}}), notice("empty message", None)),
        (json!({"message": {"id": 1, "type": "text", "text": 5}}), notice("empty message", None)),
        (json!({"message": {"type": "text", "text": "no id"}}), Part::text("no id")),
        (json!({"message": {"type": "image"}}), notice("image", None)),
        (json!({"message": {"type": "file", "fileName": "a.pdf", "fileSize": "x"}}), notice("file", Some("a.pdf"))),
        (
            json!({"message": {"id": "1", "type": "location", "title": "Shop", "latitude": 900.0, "longitude": 0.0}}),
            notice("location", Some("Shop")),
        ),
        (json!({"message": {"id": "1", "type": "sticker", "text": "lol"}}), notice("sticker", Some("lol"))),
        (json!({"type": "unsend"}), Part::text("(took back an earlier message)")),
        (json!({"type": "postback"}), notice("pressed button", None)),
        (json!({"type": "postback", "postback": {"data": 5}}), notice("pressed button", None)),
    ] {
        let odd = event("odd", odd);
        let message = ChannelEventKind::Message { parts: vec![part] };
        assert_eq!(taken(std::slice::from_ref(&odd)).events[0].kind, message, "{odd}");
        let both = taken(&[odd.clone(), text.clone()]).events;
        let ids: Vec<_> = both.iter().map(|event| (event.id.as_str(), event.contact.id.as_str())).collect();
        assert_eq!(ids, [("odd", "U1"), ("text", "U1")], "{odd}");
    }
}

#[test]
fn an_event_of_nobody_or_of_no_kind_is_left_out_and_the_rest_arrives() {
    let text = event("text", json!({"message": {"id": "2", "type": "text", "text": "Hi"}}));
    for (odd, reason) in [
        (event("odd", json!({"type": "messageEdited", "message": {"id": "1", "type": "text"}})), "nothing_to_show"),
        (json!(7), "unreadable"),
        (event("1", json!({"source": null})), "nobody"),
        (event("1", json!({"source": {"type": "user", "userId": 5}})), "nobody"),
        (event("1", json!({"source": {"type": "group", "groupId": "C1", "userId": "U1"}})), "group"),
        (event("1", json!({"source": {"groupId": "C1", "userId": "U1"}})), "group"),
        (event("1", json!({"type": null})), "unreadable"),
        (event("1", json!({"type": "new", "source": null})), "unknown_event"),
    ] {
        let both = taken(&[odd.clone(), text.clone()]);
        assert_eq!(both.events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["text"], "{odd}");
        assert_eq!(both.ignored[0].reason, reason, "{odd}");
    }
}

#[test]
fn an_event_without_an_id_has_one_that_is_the_same_for_every_redelivery() {
    let without = |more: Value| {
        let mut event = event("", more);
        event.as_object_mut().unwrap().remove("webhookEventId");
        taken(&[json!({"type": "beacon"}), event.clone()]).events.remove(0).id
    };
    assert_eq!(without(json!({"message": {"id": "5", "type": "text", "text": "Hi"}})), "message:5");
    let first = without(json!({"message": {"type": "text", "text": "Hi"}}));
    assert_eq!(without(json!({"message": {"type": "text", "text": "Hi"}})), first);
    assert_ne!(without(json!({"message": {"type": "text", "text": "Ho"}})), first);
    assert!(first.starts_with("message:sha256:"), "{first}");
}

#[test]
fn a_body_without_a_list_of_events_is_refused() {
    for body in ["", "7", "{}", r#"{"events": {}}"#, r#"{"events": [}"#] {
        let signature = signature(body.as_bytes());
        assert!(take(&Line, &side(), &webhook(&[("X-Line-Signature", &signature)], body)).unwrap().is_err(), "{body}");
    }
}

#[test]
fn only_the_retry_keys_conflict_means_that_a_message_was_taken() {
    let answer = |message: &str| {
        let body = json!({"message": message, "sentMessages": [{"id": "1"}]}).to_string();
        http::Response::builder().status(409).body(bytes::Bytes::from(body)).unwrap()
    };
    assert!(super::classify::read("push", &answer("The retry key is already accepted")).is_ok());
    assert!(super::classify::read("push", &answer("Conflict")).is_err());
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side(), contact(USER), [Part::text("hi")]);
    let video = Media::new(MediaKind::Video, MediaSource::Reference { id: "560000000000000008".into() });
    let (delivery, context) = (delivery(&contact, &parts, None), crate::adapter::FetchContext::default());
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("resp_")) {
        let mut known = Known::default();
        let task = match name.as_str() {
            name if name.contains("bot_info") => Task::Check,
            name if name.contains("quota") => {
                known.learn(&[Fact::memo("quota", "1000")]);
                known.answered = if name.contains("consumption") { 2 } else { 1 };
                Task::Check
            }
            name if name.contains("reply_token") => {
                known.reply_token = Some("token".into());
                Task::Deliver(&delivery)
            }
            name if name.contains("get_webhook") => {
                known.answered = 1;
                Task::Register { url: "https://bridge.example.com/channels/i/t" }
            }
            name if name.contains("webhook") => Task::Register { url: "https://bridge.example.com/channels/i/t" },
            name if name.contains("transcoding") || name.contains("content") => Task::Fetch(&video, &context),
            name if name.contains("profile") || name.contains("404") => Task::Profile { contact: USER },
            _ => Task::Deliver(&delivery),
        };
        let answer = answer_of(&serde_json::from_slice(&bytes).unwrap());
        table.insert(name, outcome(&Line.read(&side.account(), &task, &known, &answer)));
    }
    assert_shown!("answers", table);
}

#[test]
fn a_failure_has_the_documented_class() {
    let (side, contact, parts) = (side(), contact(USER), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    for rule in fixture(FOLDER, "error_classes.json")["rules"].as_array().unwrap() {
        let Some(code) = rule["http_status"].as_u64().and_then(|code| u16::try_from(code).ok()) else { continue };
        let error = json!({"message": rule["message"].as_str().unwrap_or("something")}).to_string();
        let known = Known { reply_token: Some("token".into()), ..Known::default() };
        let read = Line.read(&side.account(), &Task::Deliver(&delivery), &known, &answer(code, &error));
        let fits = match rule["class"].as_str().unwrap() {
            _ if error.contains("Invalid reply token") => read == Ok(vec![Fact::ReplyTokenUsed]),
            "success_duplicate" => read.is_ok(),
            // LINE never answers a push with 404, only a profile request.
            "permanent_receiver" => matches!(read, Err(Failure::Gone { .. }) | Err(Failure::Rejected { .. })),
            "account_config" | "account_quota" => matches!(read, Err(Failure::Blocked { .. })),
            "retry_later" => matches!(read, Err(Failure::Retry { doubtful: false, .. })),
            _ => matches!(read, Err(Failure::Rejected { .. })),
        };
        assert!(fits, "{rule}: {read:?}");
    }
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    for vector in fixture(FOLDER, "signatures.json")["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let side = Side::new("line", &[], &[("channel_secret", &text("channel_secret"))]);
        let taken = take(&Line, &side, &webhook(&[("x-line-signature", &text("signature"))], text("body")));
        // LINE does not write the URL-safe alphabet.
        assert_eq!(taken.is_ok(), vector["valid"].as_bool().unwrap_or(false), "{vector}");
    }
    assert_eq!(take(&Line, &side(), &webhook(&[], "{}")).unwrap_err(), VerifyError::Missing);
}

fn sent(side: &Side, parts: &[Part]) -> Vec<Call> {
    let (contact, anna) = (contact(USER), agent("Anna"));
    let delivery = delivery(&contact, parts, Some(&anna));
    let taken = |_: &Call| answer(200, r#"{"sentMessages":[{"id":"570000000000000001"}]}"#);
    drive(&Line, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let preview = |media: Media, preview: &str| Part::Media(Media { thumbnail: Some(preview.into()), ..media });
    let place = Part::Location {
        latitude: 39.41127,
        longitude: 141.20483,
        label: Some("Shop\n2-9 Minatomachi, Reiji-shi".into()),
    };
    for (name, parts) in [
        ("req_push_text.json", vec![Part::text("商品は発送済みです。")]),
        ("req_push_five_messages.json", (1..=5).map(|number| Part::text(format!("part {number}"))).collect()),
        (
            "req_push_image.json",
            vec![preview(
                link(MediaKind::Image, "https://cdn.example.com/p/photo.jpg"),
                "https://cdn.example.com/p/photo_t.jpg",
            )],
        ),
        (
            "req_push_video.json",
            vec![preview(
                link(MediaKind::Video, "https://cdn.example.com/v/clip.mp4"),
                "https://cdn.example.com/v/clip.jpg",
            )],
        ),
        (
            "req_push_audio.json",
            vec![Part::Media(Media {
                seconds: Some(6),
                ..link(MediaKind::Audio, "https://cdn.example.com/a/voice.m4a")
            })],
        ),
        ("req_push_location.json", vec![place]),
        (
            "req_push_file_as_link.json",
            vec![Part::Media(Media {
                name: Some("invoice.pdf".into()),
                ..link(MediaKind::File, "https://cdn.example.com/f/invoice.pdf")
            })],
        ),
    ] {
        let mut sample = fixture(FOLDER, name)["body"].clone();
        // The bridge does not ask whether a video was watched to its end.
        sample["messages"][0].as_object_mut().unwrap().remove("trackingId");
        let calls = sent(&side(), &parts);
        assert_eq!(calls.iter().map(body).collect::<Vec<_>>(), [sample], "{name}");
        assert_eq!(calls[0].request.uri(), "https://api.line.me/v2/bot/message/push");
    }
    let mut named = side();
    named.options.agent_name = true;
    let mut sample = fixture(FOLDER, "req_push_text_sender.json")["body"].clone();
    sample["messages"][0]["sender"].as_object_mut().unwrap().remove("iconUrl");
    assert_eq!(body(&sent(&named, &[Part::text("Hi, this is Anna.")])[0]), sample);
}

/// Returns the calls of a delivery of seven texts, each answered by `reply`.
fn answered(known: &mut Known, reply: impl Fn(&Call) -> http::Response<bytes::Bytes>) -> Vec<Call> {
    let (contact, parts) = (contact(USER), (0..7).map(|number| Part::text(number.to_string())).collect::<Vec<_>>());
    let delivery = delivery(&contact, &parts, None);
    drive(&Line, &side().account(), &Task::Deliver(&delivery), known, reply).unwrap()
}

#[test]
fn a_young_token_is_used_for_one_reply() {
    let taken = |_: &Call| answer(200, r#"{"sentMessages":[{"id":"570000000000000001"}]}"#);
    let (contact, parts) = (contact(USER), [Part::text("商品は発送済みです。")]);
    let delivery = delivery(&contact, &parts, None);
    let sample = fixture(FOLDER, "req_reply_text.json");
    let token = sample["body"]["replyToken"].as_str().map(str::to_owned);
    let link = crate::adapter::Link { reply_token: token.clone(), ..crate::adapter::Link::default() };
    let young = Known { reply_token: token, link, ..Known::default() };
    let Step::Call(call) = Line.next(&side().account(), &Task::Deliver(&delivery), &young).unwrap() else { panic!() };
    assert_eq!(call.request.uri(), sample["url"].as_str().unwrap());
    assert_eq!((call.repeat, body(&call)), (Repeat::Doubles, sample["body"].clone()));
    assert!(!call.request.headers().contains_key("x-line-retry-key"));

    let mut known = young.clone();
    let calls = answered(&mut known, taken);
    let made: Vec<_> = calls.iter().map(|call| (call.name, call.repeat)).collect();
    assert_eq!(made, [("reply", Repeat::Doubles), ("push", Repeat::Keyed)]);
    assert_eq!((known.link.reply_token.as_deref(), known.sent()), (None, 2));
}

#[test]
fn a_message_whose_token_is_refused_is_pushed() {
    let reply = |call: &Call| match call.name {
        "reply" => answer(400, r#"{"message":"Invalid reply token"}"#),
        _ => answer(200, r#"{"sentMessages":[{"id":"570000000000000001"}]}"#),
    };
    let mut known = Known { reply_token: Some("old".into()), ..Known::default() };
    let calls = answered(&mut known, reply);
    let made: Vec<_> = calls.iter().map(|call| (call.name, call.repeat)).collect();
    assert_eq!(made, [("reply", Repeat::Doubles), ("push", Repeat::Keyed), ("push", Repeat::Keyed)]);
    assert_eq!(body(&calls[0])["messages"], body(&calls[1])["messages"]);
}

#[test]
fn a_push_after_a_reply_without_an_answer_may_double() {
    let mut known = Known { may_have_replied: true, doubtful: true, ..Known::default() };
    let calls = answered(&mut known, |_| answer(200, r#"{"sentMessages":[{"id":"1"}]}"#));
    assert_eq!(calls.iter().map(|call| call.repeat).collect::<Vec<_>>(), [Repeat::Doubles, Repeat::Keyed]);
    assert!(calls.iter().all(|call| call.name == "push" && call.request.headers().contains_key("x-line-retry-key")));
}

#[test]
fn a_picture_that_is_no_preview_of_its_own_is_a_link() {
    let picture = |size| Media { size: Some(size), ..link(MediaKind::Image, "https://cdn.example.com/p.png") };
    let kinds = [
        Part::Media(picture(1_000_000)),
        Part::Media(picture(1_000_001)),
        Part::Media(Media { thumbnail: Some("https://cdn.example.com/t.jpg".into()), ..picture(1_000_001) }),
    ]
    .map(|part| body(&sent(&side(), &[part])[0])["messages"][0]["type"].clone());
    assert_eq!(kinds, ["image", "text", "image"]);
}

#[test]
fn quotes_and_read_marks_are_the_documented_ones() {
    let (side, token) = (side(), "q-EXAMPLE-quote-token-0001");
    let taken = |_: &Call| answer(200, r#"{"sentMessages":[{"id":"1"}]}"#);
    let text = Part::text("About this one");
    let calls = quoting(&Line, &side.account(), USER, std::slice::from_ref(&text), token, taken);
    assert_eq!(
        calls.iter().map(body).collect::<Vec<_>>(),
        [fixture(FOLDER, "req_push_text_quote.json")["body"].clone()]
    );
    // Only a text takes a token.
    let image = Part::Media(link(MediaKind::Image, "https://cdn.example.com/p/photo.jpg"));
    let calls = quoting(&Line, &side.account(), USER, &[image.clone(), text.clone(), text], token, taken);
    let tokens: Vec<Value> = (0..3).map(|at| body(&calls[0])["messages"][at]["quoteToken"].clone()).collect();
    assert_eq!(tokens, [Value::Null, json!(token), Value::Null]);
    let calls = quoting(&Line, &side.account(), USER, &[image], token, taken);
    assert!(!body(&calls[0]).to_string().contains(token));
    let call = read_mark(&Line, &side.account(), USER, "mr-EXAMPLE-0001");
    let sample = fixture(FOLDER, "req_mark_as_read.json");
    assert_eq!((body(&call), json!(call.request.uri().to_string())), (sample["body"].clone(), sample["url"].clone()));
}

#[test]
fn each_message_of_a_push_can_be_quoted() {
    let sent = classify::delivered(&answer(200, r#"{"sentMessages":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#));
    let expected = vec![
        crate::adapter::Fact::Sent(Some("1".into())),
        crate::adapter::Fact::OtherId("2".into()),
        crate::adapter::Fact::OtherId("3".into()),
    ];
    assert_eq!(sent, Ok(expected));
}

#[test]
fn every_attempt_at_a_push_has_the_same_retry_key_and_body() {
    let parts: Vec<Part> = (0..7).map(|number| Part::text(number.to_string())).collect();
    let (first, second) = (sent(&side(), &parts), sent(&side(), &parts));
    let keys = |calls: &[Call]| {
        calls.iter().map(|call| call.request.headers()["x-line-retry-key"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((first.len(), keys(&first)), (2, keys(&second)));
    assert_ne!(keys(&first)[0], keys(&first)[1]);
    assert!(first.iter().zip(&second).all(|(a, b)| body(a) == body(b) && a.repeat == Repeat::Keyed));
}

#[test]
fn setup_calls_are_the_documented_ones() {
    let side = side();
    let url = "https://bridge.example.com/v1/in/line/acct-01";
    let photo = Media::new(MediaKind::Image, MediaSource::Reference { id: "560000000000000004".into() });
    let video = Media::new(MediaKind::Video, MediaSource::Reference { id: "560000000000000008".into() });
    let context = crate::adapter::FetchContext::default();
    let asked = &mut Known::default();
    asked.answered = 1;
    let mut asked_twice = asked.clone();
    asked_twice.answered = 2;
    for (name, task, known) in [
        ("req_bot_info.json", Task::Check, &Known::default()),
        ("req_quota.json", Task::Check, asked),
        ("req_quota_consumption.json", Task::Check, &asked_twice),
        ("req_set_webhook_endpoint.json", Task::Register { url }, &Known::default()),
        ("req_get_webhook_endpoint.json", Task::Register { url }, asked),
        ("req_profile.json", Task::Profile { contact: USER }, &Known::default()),
        ("req_content_transcoding.json", Task::Fetch(&video, &context), &Known::default()),
        ("req_content.json", Task::Fetch(&photo, &context), &Known::default()),
    ] {
        let sample = fixture(FOLDER, name);
        let (method, uri, headers, sent) = match Line.next(&side.account(), &task, known).unwrap() {
            Step::Call(call) => {
                let sent = body(&call);
                let (parts, _) = call.request.into_parts();
                (parts.method, parts.uri, parts.headers, sent)
            }
            Step::Download(request) => {
                (request.method().clone(), request.uri().clone(), request.headers().clone(), Value::Null)
            }
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(
            (method.as_str(), uri.to_string().as_str()),
            (sample["method"].as_str().unwrap(), sample["url"].as_str().unwrap())
        );
        assert_eq!((headers["authorization"].to_str().unwrap(), &sent), (&*format!("Bearer {TOKEN}"), &sample["body"]));
        assert!(headers["authorization"].is_sensitive(), "{name}");
    }
}

#[test]
fn a_webhook_that_is_switched_off_is_told() {
    let side = side();
    let reply = |call: &Call| match call.name {
        GET_WEBHOOK => answer(200, r#"{"endpoint":"https://x.example","active":false}"#),
        _ => answer(200, "{}"),
    };
    let task = Task::Register { url: "https://x.example" };
    let failure = drive(&Line, &side.account(), &task, &mut Known::default(), reply).unwrap_err();
    assert_eq!(failure, Failure::rejected(SWITCHED_OFF));
}

#[test]
fn every_sample_has_a_row() {
    // Features of LINE that the bridge does not use, each with the reason.
    let unused = [
        "req_content_preview.json",       // the whole file is sent
        "req_group_member_profile.json",  // groups are not relayed
        "req_loading_start.json",         // no helpdesk reports that an agent types
        "req_push_buttons_template.json", // buttons are quick replies
        "req_push_confirm_template.json",
        "req_push_flex.json",
        "req_push_silent.json",
        "req_push_sticker.json",          // LINE takes its own public ones only
        "req_push_text_quick_reply.json", // see `odd`: an item that asks for a place has no counterpart
        "req_test_webhook_endpoint.json", // 60 an hour; the admin's first message tests more
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["in_", "resp_"], &unused);
}

#[test]
fn long_things_and_what_line_cannot_show() {
    let mut side = side();
    side.options.agent_name = true;
    let card = |title: &str, buttons: usize| Card {
        title: Some(title.into()),
        text: Some("5 EUR".into()),
        image: Some("https://cdn.example.com/mug.png".into()),
        buttons: (0..buttons).map(|number| reply(&format!("Buy {number}"), "buy")).collect(),
    };
    let parts = [
        Part::text("🙂 ".repeat(2_600)),
        Part::Buttons {
            buttons: vec![
                reply("Yes", "Yes"),
                reply("A label that is longer than twenty", "x"),
                open("Shop", "https://shop.example.com"),
                open("odd", "ftp://x"),
            ],
        },
        Part::Carousel { cards: vec![card("Mug", 1), card("Cup", 1)] },
        Part::Carousel { cards: vec![card("Mug", 1), card("Cup", 2)] },
        Part::Sticker { id: "1".into(), url: None },
        Part::Media(Media { caption: Some("front".into()), ..link(MediaKind::Image, "https://cdn.example.com/p.png") }),
        Part::Media(link(MediaKind::Video, "https://cdn.example.com/v.mp4")),
        Part::Buttons { buttons: (0..15).map(|number| reply(&number.to_string(), "")).collect() },
        Part::Location { latitude: 1.0, longitude: 2.0, label: None },
        Part::Location { latitude: 1e9, longitude: 2.0, label: None },
        Part::ContactCard { name: Some("Nobody".into()), phone: None, more: Vec::new() },
    ];
    assert_shown!("odd", sent(&side, &parts).iter().map(request).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed(bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((_, bytes) in changed_samples(FOLDER)) {
        parsed(bytes);
    }
}
