//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Call, Fact, Failure, Repeat},
    model::message::{Button, Card, Part},
    testing::{
        self, Side, agent, answer, answer_of, assert_shown, body, changed_samples, contact, delivery, drive, file,
        fixture, fixtures, outcome, quoting, reply, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/telegram";
const TOKEN: &str = "6000000001:AAEXAMPLE-EXAMPLE_EXAMPLE0123456789";
const SECRET: &str = "Tg-Secret_0123456789-abcdefXYZ";
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
const USER: &str = "7312345678";

fn side() -> Side {
    Side::new("telegram", &[], &[("bot_token", TOKEN), ("secret_token", SECRET)])
}

fn parsed(bytes: Vec<u8>) -> Value {
    shown(take(&Telegram, &side(), &webhook(&[(HEADER, SECRET)], bytes)).unwrap())
}

#[test]
fn every_update_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("in_"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn an_update_that_lacks_something_delivers_the_rest() {
    let found = |body: &Value| parsed(body.to_string().into_bytes());
    let notice = |what: &str, text: Value| json!({"part": "unsupported", "what": what, "text": text});
    for (content, part) in [
        (json!({}), notice("empty message", Value::Null)),
        (json!({"text": 5}), notice("empty message", Value::Null)),
        (json!({"text": null, "caption": "look"}), notice("empty message", json!("look"))),
        (json!({"photo": 5, "caption": "look"}), notice("photo", json!("look"))),
        (json!({"photo": [{}, {"file_id": 5}]}), notice("photo", Value::Null)),
        (json!({"document": {"file_name": "a.pdf"}, "caption": "look"}), notice("document", json!("look\na.pdf"))),
        (json!({"location": {"latitude": 91, "longitude": 1}}), notice("location", Value::Null)),
        (json!({"poll": {"options": 5}}), notice("poll", Value::Null)),
        (json!({"dice": {"emoji": 5}}), notice("dice", Value::Null)),
        (
            json!({"text": "Hi", "quote": 5, "reply_to_message": [], "from": "x", "date": "x"}),
            json!({"part": "text", "text": "Hi"}),
        ),
    ] {
        let mut message = json!({"message_id": 1, "chat": {"id": 5, "type": "private"}, "date": 7});
        message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        let update = json!({"update_id": 1, "message": message});
        assert_eq!(found(&update)["events"][0]["kind"]["parts"], json!([part]), "{update}");
        assert_eq!(found(&update)["events"][0]["contact"], json!({"id": "5"}), "{update}");
    }
    for (update, reason) in [
        (json!({"update_id": 1, "message": 5}), "nobody"),
        (json!({"update_id": 1, "message": {"chat": {"id": "5"}, "text": "Hi"}}), "nobody"),
        (json!({"update_id": 1, "my_chat_member": {"chat": {"id": 5}}}), "unknown_status"),
        (json!({"update_id": 1, "callback_query": 5}), "nobody"),
        (json!({"update_id": 1, "callback_query": {"inline_message_id": "1"}}), "inline_message"),
    ] {
        assert_eq!(found(&update)["ignored"][0]["reason"], reason, "{update}");
    }
    let without = json!({"update_id": "x", "message": {"chat": {"id": 5}, "text": "Hi"}});
    assert!(found(&without)["events"][0]["id"].as_str().unwrap().starts_with("update:sha256:"));
    assert_eq!(found(&without), found(&without));
    for body in ["", "[]", "{}", "5"] {
        assert!(parsed(body.as_bytes().to_vec())["refused"].is_string(), "{body}");
    }
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side(), contact(USER), [Part::text("hi")]);
    let media = Media::new(MediaKind::File, MediaSource::Reference { id: "BQACAgIAAxEXAMPLEdoc1".into() });
    let (delivery, context) = (delivery(&contact, &parts, None), crate::adapter::FetchContext::default());
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("resp_")) {
        let task = match name.as_str() {
            name if name.contains("getMe") => Task::Check,
            name if name.contains("Webhook") || name.contains("secret_token") || name.contains("bad_webhook") => {
                Task::Register { url: "https://bridge.example.com/channels/i/t" }
            }
            name if name.contains("getFile") || name.contains("file_") => Task::Fetch(&media, &context),
            _ => Task::Deliver(&delivery),
        };
        let answer = answer_of(&serde_json::from_slice(&bytes).unwrap());
        table.insert(name, outcome(&Telegram.read(&side.account(), &task, &Known::default(), &answer)));
    }
    assert_shown!("answers", table);
}

#[test]
fn a_failure_has_the_documented_class() {
    let (side, contact, parts) = (side(), contact(USER), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    for rule in fixture(FOLDER, "error_classes.json")["rules"].as_array().unwrap() {
        let class = rule["class"].as_str().unwrap();
        let Some(code) = rule["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()) else { continue };
        let description = rule["description_contains"].as_str().unwrap_or("something");
        let mut error = json!({"ok": false, "error_code": code, "description": format!("Bad Request: {description}")});
        if rule.get("parameters").is_some() {
            error["parameters"] = json!({"migrate_to_chat_id": -100});
        }
        let read = Telegram.read(
            &side.account(),
            &Task::Deliver(&delivery),
            &Known::default(),
            &answer(code, &error.to_string()),
        );
        let fits = match class {
            "resend_to_new_chat" | "resend_without_topic" => read.is_ok(),
            "permanent_receiver" => matches!(read, Err(Failure::Gone { .. })),
            "account_config" => matches!(read, Err(Failure::Blocked { .. })),
            "retry_after" => matches!(read, Err(Failure::Retry { .. })),
            // A plain text has no simpler form.
            _ => matches!(read, Err(Failure::Rejected { .. })),
        };
        assert!(fits, "{rule}: {read:?}");
    }
}

#[test]
fn a_secret_token_is_right_or_wrong_as_the_vectors_say() {
    for vector in fixture(FOLDER, "signatures.json")["vectors"].as_array().unwrap() {
        let Some(valid) = vector["valid"].as_bool() else { continue };
        let side = Side::new("telegram", &[], &[("secret_token", vector["configured"].as_str().unwrap())]);
        let headers: Vec<(&str, &str)> = vector["header"].as_str().map(|value| (HEADER, value)).into_iter().collect();
        let taken = take(&Telegram, &side, &webhook(&headers, r#"{"update_id":1}"#));
        assert_eq!(taken.is_ok(), valid, "{vector}");
    }
    // An account without a secret token admits nobody.
    let bare = Side::new("telegram", &[], &[]);
    assert!(take(&Telegram, &bare, &webhook(&[(HEADER, "")], "{}")).is_err());
}

fn fetched(kind: MediaKind, name: &str, caption: Option<&str>) -> Part {
    let (name, caption) = (Some(name.to_owned()), caption.map(str::to_owned));
    Part::Media(Media { name, caption, ..Media::new(kind, MediaSource::Fetched) })
}

#[test]
fn an_answer_belongs_into_the_topic_of_the_newest_message() {
    let (side, parts) = (side(), [Part::text("Рахунок надіслано.")]);
    let contact = crate::model::message::Contact { thread: Some("64".into()), ..contact(USER) };
    let delivery = delivery(&contact, &parts, None);
    let answers = |call: &Call| {
        let sample = match body(call).get("message_thread_id") {
            Some(_) => fixture(FOLDER, "resp_err_400_thread_not_found.json"),
            None => json!({"http_status": 200, "body": {"ok": true, "result": {"message_id": 9, "chat": {"id": 1}}}}),
        };
        crate::testing::answer_of(&sample)
    };
    let task = Task::Deliver(&delivery);
    let calls = drive(&Telegram, &side.account(), &task, &mut Known::default(), answers).unwrap();
    let mut first = body(&calls[0]);
    first.as_object_mut().unwrap().remove("link_preview_options");
    assert_eq!(first, fixture(FOLDER, "req_sendMessage_topic.json")["body"]);
    assert_eq!(calls.len(), 2);
}

#[test]
fn a_recording_that_a_contact_forbids_goes_as_a_document() {
    let (side, contact, parts) = (side(), contact(USER), [fetched(MediaKind::Audio, "answer.ogg", None)]);
    let delivery = delivery(&contact, &parts, None);
    let method = |call: &Call| call.request.uri().path().rsplit('/').next().unwrap().to_owned();
    let answers = |call: &Call| match method(call).as_str() {
        "sendVoice" => crate::testing::answer_of(&fixture(FOLDER, "resp_err_400_voice_forbidden.json")),
        _ => answer(200, r#"{"ok":true,"result":{"message_id":9,"chat":{"id":7312345678}}}"#),
    };
    let task = Task::Deliver(&delivery);
    let calls = drive(&Telegram, &side.account(), &task, &mut Known::default(), answers).unwrap();
    assert_eq!(calls.iter().map(method).collect::<Vec<_>>(), ["sendVoice", "sendDocument"]);
}

#[test]
fn the_address_of_a_link_stands_behind_its_words() {
    for (text, entities, shown) in [
        (
            "🙂 our shop!",
            json!([{"type": "text_link", "offset": 3, "length": 8, "url": "https://a.example"}]),
            "🙂 our shop (https://a.example)!",
        ),
        (
            "shop",
            json!([{"type": "text_link", "offset": 0, "length": 4, "url": "https://a.example"}]),
            "shop (https://a.example)",
        ),
        (
            "https://a.example",
            json!([{"type": "text_link", "offset": 0, "length": 17, "url": "https://a.example/"}]),
            "https://a.example",
        ),
        ("bold", json!([{"type": "bold", "offset": 0, "length": 4}, 5, {"type": "text_link", "offset": "x"}]), "bold"),
    ] {
        let message = json!({"message_id": 1, "chat": {"id": 5}, "date": 7, "text": text, "entities": entities});
        let found = parsed(json!({"update_id": 1, "message": message}).to_string().into_bytes());
        assert_eq!(found["events"][0]["kind"]["parts"][0]["text"], shown);
    }
}

#[test]
fn an_answer_for_a_business_account_carries_its_connection() {
    let (side, contact, parts) =
        (side(), contact("7312345678@EXAMPLEbc"), [Part::text("answered for the business account")]);
    let delivery = delivery(&contact, &parts, None);
    let taken = |_: &Call| answer(200, r#"{"ok":true,"result":{"message_id":9,"chat":{"id":7312345678}}}"#);
    let known = &mut Known::default();
    let calls = drive(&Telegram, &side.account(), &Task::Deliver(&delivery), known, taken).unwrap();
    let mut sent = body(&calls[0]);
    sent.as_object_mut().unwrap().remove("link_preview_options");
    assert_eq!(sent, fixture(FOLDER, "req_sendMessage_business.json")["body"]);
    assert_eq!(known.progress.sent, ["7312345678@EXAMPLEbc:9"]);
}

fn questions() -> Part {
    let link = Button::Link { label: "Open shop".into(), url: "https://shop.example.com".into() };
    Part::Buttons { buttons: vec![reply("Yes", "yes"), reply("No", "no"), link] }
}

/// Returns all calls of a delivery, each of which succeeds.
fn sent(side: &Side, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(USER), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(200, r#"{"ok":true,"result":{"message_id":9,"chat":{"id":7312345678}}}"#);
    drive(&Telegram, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let place =
        |label: Option<&str>| Part::Location { latitude: 50.4501, longitude: 30.5234, label: label.map(str::to_owned) };
    let card =
        Part::ContactCard { name: Some("Courier".into()), phone: Some("+447700900412".into()), more: Vec::new() };
    let plain = |mut body: Value| {
        // A preview would open a link that may be valid for one visit only.
        body.as_object_mut().unwrap().remove("link_preview_options");
        body
    };
    for (name, parts) in [
        ("req_sendMessage.json", vec![Part::text("Ваше замовлення вже в дорозі.")]),
        ("req_sendMessage_inline_keyboard.json", vec![Part::text("Did this help?"), questions()]),
        (
            "req_sendPhoto_url.json",
            vec![file(MediaKind::Image, "https://cdn.example.com/p/photo.jpg", Some("Front view"))],
        ),
        ("req_sendVideo_url.json", vec![file(MediaKind::Video, "https://cdn.example.com/v/clip.mp4", Some("clip"))]),
        ("req_sendVoice_url.json", vec![file(MediaKind::Audio, "https://cdn.example.com/a/voice.ogg", None)]),
        ("req_sendAudio_url.json", vec![file(MediaKind::Audio, "https://cdn.example.com/a/song.mp3", None)]),
        (
            "req_sendDocument_url.json",
            vec![file(MediaKind::File, "https://cdn.example.com/f/invoice.pdf", Some("invoice"))],
        ),
        ("req_sendLocation.json", vec![place(None)]),
        ("req_sendVenue.json", vec![place(Some("Shop\nKhreshchatyk 1"))]),
        ("req_sendContact.json", vec![card]),
    ] {
        let sample = fixture(FOLDER, name);
        let calls = sent(&side(), &parts);
        assert_eq!(calls.len(), 1, "{name}");
        assert_eq!(plain(body(&calls[0])), plain(sample["body"].clone()), "{name}");
        let url = sample["url"].as_str().unwrap().replace("{{token}}", TOKEN);
        assert_eq!((calls[0].request.uri().to_string(), calls[0].repeat), (url, Repeat::Doubles), "{name}");
    }
}

#[test]
fn quotes_are_the_documented_ones() {
    let side = side();
    let taken = |_: &Call| answer(200, r#"{"ok":true,"result":{"message_id":9,"chat":{"id":7312345678}}}"#);
    let parts = [Part::text("About this one"), Part::text("More")];
    let calls = quoting(&Telegram, &side.account(), USER, &parts, "7312345678:3", taken);
    let mut first = body(&calls[0]);
    first.as_object_mut().unwrap().remove("link_preview_options");
    assert_eq!(first, fixture(FOLDER, "req_sendMessage_reply.json")["body"]);
    assert_eq!(body(&calls[1]).get("reply_parameters"), None);
    let photo = Part::Media(Media::new(MediaKind::Image, MediaSource::Fetched));
    let calls = quoting(&Telegram, &side.account(), USER, &[photo], "7312345678:3", taken);
    let expected = json!(["reply_parameters", r#"{"allow_sending_without_reply":true,"message_id":3}"#]);
    assert!(body(&calls[0])["fields"].as_array().unwrap().contains(&expected), "{}", body(&calls[0]));
}

#[test]
fn an_upload_is_the_documented_form() {
    let calls = sent(&side(), &[fetched(MediaKind::File, "invoice.docx", Some("invoice"))]);
    assert_eq!(
        body(&calls[0]),
        json!({"fields": [["caption", "invoice"], ["chat_id", USER]], "files": [["document", 0]]})
    );
}

#[test]
fn setup_calls_are_the_documented_ones() {
    let side = side();
    let media = Media::new(MediaKind::File, MediaSource::Reference { id: "BQACAgIAAxEXAMPLEdoc1".into() });
    let context = crate::adapter::FetchContext::default();
    let url = "https://bridge.example.com/v1/in/telegram/acct-01";
    for (name, task) in [
        ("req_getMe.json", Task::Check),
        ("req_setWebhook.json", Task::Register { url }),
        ("req_deleteWebhook.json", Task::Unregister),
        ("req_getFile.json", Task::Fetch(&media, &context)),
    ] {
        let Step::Call(call) = Telegram.next(&side.account(), &task, &Known::default()).unwrap() else { panic!() };
        let mut should_be = fixture(FOLDER, name)["body"].clone();
        if let Some(secret) = should_be.get_mut("secret_token") {
            *secret = json!(SECRET);
        }
        assert_eq!((body(&call), call.repeat), (should_be, Repeat::Harmless), "{name}");
    }
    let known = &mut Known::default();
    known.learn(&[Fact::Memo(FILE_PATH.to_owned(), "documents/file_7.docx".to_owned())]);
    let Step::Download(request) = Telegram.next(&side.account(), &Task::Fetch(&media, &context), known).unwrap() else {
        panic!()
    };
    let url = fixture(FOLDER, "req_download_file.json")["url"].as_str().unwrap().replace("{{token}}", TOKEN);
    let folder = |url: &str| url.rsplit_once("/documents").map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    assert_eq!(
        request.uri(),
        "https://api.telegram.org/file/bot6000000001:AAEXAMPLE-EXAMPLE_EXAMPLE0123456789/documents/file_7.docx"
    );
    let odd = &mut Known::default();
    odd.learn(&[Fact::Memo(FILE_PATH.to_owned(), "documents/file 7 #1 ä.docx".to_owned())]);
    let Step::Download(odd) = Telegram.next(&side.account(), &Task::Fetch(&media, &context), odd).unwrap() else {
        panic!()
    };
    assert!(odd.uri().path().ends_with("/documents/file%207%20%231%20%C3%A4.docx"), "{}", odd.uri());
    assert!(folder(&url).is_empty() || folder(&url) == folder(&request.uri().to_string()), "{url}");
}

#[test]
fn every_sample_has_a_row() {
    // Features of Telegram that the bridge does not use, each with the reason.
    let unused = [
        "req_answerCallbackQuery.json",    // the answer to the update says it
        "req_getUserProfilePhotos.json",   // the picture's URL contains the token
        "req_readBusinessMessage.json",    // needs a right that few accounts grant
        "req_getWebhookInfo.json",         // for people to look at, not for the bridge
        "req_sendChatAction.json",         // no helpdesk reports that an agent types
        "req_sendDocument_multipart.json", // see `an_upload_is_the_documented_form`
        "req_sendMediaGroup.json",         // an album is sent one by one
        "req_sendMessage_html.json",       // text goes as it is
        "req_sendMessage_remove_keyboard.json",
        "req_sendMessage_reply_keyboard.json", // inline keyboards say which message they belong to
        "webhook_reply_method_body.json",      // its result would never be known
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["in_", "resp_"], &unused);
}

#[test]
fn long_things_and_what_telegram_cannot_show() {
    let mut side = side();
    side.options.agent_name = true;
    let card = |title: &str, image: Option<&str>| Card {
        title: Some(title.into()),
        text: Some("5 EUR".into()),
        image: image.map(str::to_owned),
        buttons: vec![reply("Buy", &"buy ".repeat(40)), reply("Buy", &"buy ".repeat(40))],
    };
    let parts = [
        Part::text("🙂 ".repeat(2_000)),
        fetched(MediaKind::Image, "front.jpg", Some(&"long caption ".repeat(100))),
        Part::Carousel { cards: vec![card("Mug", Some("https://cdn.example.com/mug.png")), card("Cup", None)] },
        Part::Sticker { id: "1".into(), url: None },
        Part::Unsupported { what: "poll".into(), text: None },
        Part::Location { latitude: 1e9, longitude: 0.0, label: None },
        Part::ContactCard { name: Some("Nobody".into()), phone: None, more: Vec::new() },
        file(MediaKind::File, "https://cdn.example.com/f/table.xlsx", Some("the table")),
        Part::Buttons { buttons: vec![Button::Link { label: "intern".into(), url: "http://localhost/".into() }] },
    ];
    let calls: Vec<Value> = sent(&side, &parts).iter().map(request).collect();
    assert_shown!("long_and_odd", calls);
}

#[test]
fn what_telegram_does_not_take_goes_in_a_simpler_form_and_nothing_goes_twice() {
    let (side, contact) = (side(), contact(USER));
    let parts = [
        Part::text("first"),
        file(MediaKind::Image, "https://cdn.example.com/p/photo.jpg", Some("Front view")),
        questions(),
    ];
    let delivery = delivery(&contact, &parts, None);
    let reply = |call: &Call| match call.name {
        "sendPhoto" => {
            answer(400, r#"{"ok":false,"error_code":400,"description":"Bad Request: failed to get HTTP URL content"}"#)
        }
        _ => answer(200, r#"{"ok":true,"result":{"message_id":9,"chat":{"id":7312345678}}}"#),
    };
    let known = &mut Known::default();
    let calls = drive(&Telegram, &side.account(), &Task::Deliver(&delivery), known, reply).unwrap();
    assert_shown!("simpler", calls.iter().map(request).collect::<Vec<_>>());
    assert_eq!(known.progress.sent.len(), calls.len() - 1);
}

#[test]
fn a_chat_that_moved_is_followed_once() {
    let (side, contact, parts) = (side(), contact("-740215593"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let moved = answer_of(&fixture(FOLDER, "resp_err_400_migrated.json"));
    let known = &mut Known::default();
    let reply = |call: &Call| match body(call)["chat_id"].as_i64() {
        Some(-740_215_593) => moved.clone(),
        _ => answer(200, r#"{"ok":true,"result":{"message_id":9,"chat":{"id":-1001234567892}}}"#),
    };
    drive(&Telegram, &side.account(), &Task::Deliver(&delivery), known, reply).unwrap();
    assert_eq!(known.progress.sent, ["-1001234567892:9"]);
}

#[test]
fn a_token_of_another_form_fails_at_install() {
    for token in ["", "123", "abc:AAEXAMPLE-EXAMPLE_EXAMPLE0123456789", "1:short", "1:AAEXAMPLE-EXAMPLE/../EXAMPLE01"] {
        let side = Side::new("telegram", &[], &[("bot_token", token)]);
        assert!(Telegram.check_settings(&side.account()).is_err(), "{token}");
    }
    assert!(Telegram.check_settings(&side().account()).is_ok());
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
