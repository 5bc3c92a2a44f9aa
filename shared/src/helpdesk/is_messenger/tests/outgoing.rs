//! The bridge's calls, and the meaning of answers.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::*;
use crate::{
    adapter::{Failure, Repeat},
    model::message::{Button, Media, MediaKind, MediaSource, Receipt},
};

fn messages(side: &Side, parts: &[Part]) -> Vec<Value> {
    let contact = contact("abc");
    let sent = run(side, &Task::Deliver(&delivery("m1", &contact, parts)), &mut Known::default());
    sent.into_iter().map(|body| body["events"][0]["message"].clone()).collect()
}

#[test]
fn the_url_is_opaque_and_the_token_a_sensitive_header() {
    for url in [URL, "https://webhook.respond.io/custom", "https://h.example/a/?b=c%2F", "https://h.example/a//"] {
        let side = custom("viber").with("api_url", url);
        let contact = contact("abc");
        let parts = [Part::text("Hi")];
        let call = call(side.next(&IsMessenger, &Task::Deliver(&delivery("m1", &contact, &parts)), &Known::default()));
        assert_eq!(call.request.uri().to_string(), url);
        assert_eq!(call.request.method(), Method::POST);
        assert_eq!(call.request.headers()["content-type"], "application/json");
        let token = &call.request.headers()["authorization"];
        assert_eq!(token, "Bearer the-api-token");
        assert!(token.is_sensitive());
        assert_eq!(call.repeat, Repeat::Doubles);
        assert_eq!(body(&call).get("contact"), None);
    }
}

#[test]
fn one_message_after_the_other_each_with_its_own_id_in_order() {
    let side = custom("viber");
    let contact = contact("whatsapp:+447700900238");
    let caption = Some("See this".to_owned());
    let photo =
        Media { caption, ..Media::new(MediaKind::Image, MediaSource::Link { url: "https://b.example/p.png".into() }) };
    let parts = [Part::text("a ".repeat(3500)), Part::text("b"), Part::Media(photo)];
    let mut known = Known::default();
    let sent = run(&side, &Task::Deliver(&delivery("m1", &contact, &parts)), &mut known);
    let kinds: Vec<&str> = sent.iter().filter_map(|body| body["events"][0]["message"]["type"].as_str()).collect();
    assert_eq!(kinds, ["text", "text", "attachment", "text"]);
    let ids: Vec<&str> = sent.iter().filter_map(|body| body["events"][0]["mId"].as_str()).collect();
    assert_eq!(ids, known.progress.sent);
    let times: Vec<i64> = sent.iter().filter_map(|body| body["events"][0]["timestamp"].as_i64()).collect();
    assert_eq!(times, [0, 1, 2, 3].map(|index| AT.get() + index));
    let told = "=d2hhdHNhcHA6KzQ0NzcwMDkwMDIzOA==";
    assert!(sent.iter().all(|body| body["contactId"] == told && body["channelId"] == CHANNEL));
    assert_eq!(known.link.user.as_deref(), Some(told));
}

#[test]
fn a_text_over_the_limit_is_split_and_nothing_lost() {
    let text: Vec<String> = (0..1500).map(|number| format!("word{number}")).collect();
    let sent = messages(&custom("viber"), &[Part::text(text.join(" "))]);
    let texts: Vec<&str> = sent.iter().filter_map(|message| message["text"].as_str()).collect();
    assert!(texts.len() > 1 && texts.iter().all(|text| text.chars().count() <= 7000));
    assert_eq!(texts.join(" "), text.join(" "));
}

#[test]
fn what_has_no_shape_becomes_text() {
    let reply = Button::Reply { label: "Yes".into(), text: "Yes".into(), payload: None };
    let lost = Part::Media(Media { name: Some("a.pdf".into()), ..Media::new(MediaKind::File, MediaSource::Fetched) });
    let parts = [
        Part::Buttons { buttons: vec![reply] },
        Part::Unsupported { what: "poll".into(), text: None },
        Part::Sticker { id: "1".into(), url: None },
        lost,
    ];
    let sent = messages(&custom("viber"), &parts);
    let texts: Vec<&str> = sent.iter().filter_map(|message| message["text"].as_str()).collect();
    assert_eq!(texts, ["1. Yes", "[poll: this kind of message cannot be shown here]", "[sticker]", "[a.pdf]"]);
    assert_eq!(messages(&custom("viber"), &[Part::text(" ")]), [json!({"type": "text", "text": "[empty message]"})]);
}

#[test]
fn a_location_that_is_refused_goes_as_a_map_link() {
    let side = custom("viber");
    let contact = contact("abc");
    let parts = [Part::Location { latitude: 41.5, longitude: 2.25, label: None }];
    let delivery = delivery("m1", &contact, &parts);
    let task = Task::Deliver(&delivery);
    let mut known = Known::default();
    let first = body(&call(side.next(&IsMessenger, &task, &known)));
    assert_eq!(first["events"][0]["message"], json!({"type": "location", "latitude": 41.5, "longitude": 2.25}));
    let Ok(facts) = side.read(&IsMessenger, &task, &known, &answer(400, "{}")) else { panic!("facts expected") };
    known.learn(&facts);
    let second = body(&call(side.next(&IsMessenger, &task, &known)));
    assert_eq!(second["events"][0]["message"]["text"], "https://www.google.com/maps?q=41.5,2.25");
    assert_eq!(first["events"][0]["mId"], second["events"][0]["mId"]);
    assert!(matches!(side.read(&IsMessenger, &task, &known, &answer(400, "{}")), Err(Failure::Rejected { .. })));
}

#[test]
fn answers_mean_what_the_status_says() {
    let side = custom("viber");
    let contact = contact("abc");
    let parts = [Part::text("Hi")];
    let delivery = delivery("m1", &contact, &parts);
    let receipt = Task::Receipt { contact: &contact, message: "m", receipt: &Receipt::Read, at: AT };
    for task in [Task::Deliver(&delivery), receipt] {
        for (status, body) in [(200, "{}"), (200, "<html>"), (201, ""), (204, "")] {
            assert!(side.read(&IsMessenger, &task, &Known::default(), &answer(status, body)).is_ok(), "{status}");
        }
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(
                matches!(
                    side.read(&IsMessenger, &task, &Known::default(), &answer(status, "")),
                    Err(Failure::Retry { .. })
                ),
                "{status}"
            );
        }
        for status in [301, 302, 307, 308, 401, 403] {
            assert!(
                matches!(
                    side.read(&IsMessenger, &task, &Known::default(), &answer(status, "")),
                    Err(Failure::Blocked { .. })
                ),
                "{status}"
            );
        }
        for status in [400, 404, 405, 410, 413, 422] {
            assert!(
                matches!(
                    side.read(&IsMessenger, &task, &Known::default(), &answer(status, "{")),
                    Err(Failure::Rejected { .. })
                ),
                "{status}"
            );
        }
        let mut busy = answer(429, &text(HERE, "in_response_429.json"));
        busy.headers_mut().insert("retry-after", "3".parse().expect("a value"));
        let wait = match side.read(&IsMessenger, &task, &Known::default(), &busy) {
            Err(Failure::Retry { wait, doubtful: false, .. }) => wait,
            other => panic!("a retry expected, not {other:?}"),
        };
        assert_eq!(wait, Some(Duration::from_secs(3)));
    }
}

#[test]
fn a_long_reason_is_cut() {
    let side = custom("viber");
    let receipt = Receipt::failed("no ".repeat(1000));
    let task = Task::Receipt { contact: &contact("abc"), message: "m", receipt: &receipt, at: AT };
    let sent = run(&side, &task, &mut Known::default());
    assert_eq!(sent.len(), 1);
    let reason = sent[0]["events"][0]["status"]["message"].as_str().expect("a reason").to_owned();
    assert!(reason.chars().count() <= 500 && reason.ends_with('…'));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (channel, fits) in [
        ("viber", false),
        ("telegram", false),
        ("custom", false),
        ("twilio", true),
        ("messagebird", true),
        ("whatsapp", true),
        ("rcs", true),
    ] {
        assert_eq!(IsMessenger.check_settings(&phone(channel).account()).is_ok(), fits, "{channel}");
        assert_eq!(IsMessenger.check_settings(&custom(channel).account()), Ok(()), "{channel}");
    }
    let error = IsMessenger.check_settings(&phone("viber").account()).expect_err("no numbers");
    assert_eq!(error.setting, "id_type");
    for bad in ["https://h.example/a b", "https://app.respond.io/custom/channel/webhook/"] {
        let side = custom("viber").with("api_url", bad);
        assert_eq!(IsMessenger.check_settings(&side.account()).expect_err("no URL that works").setting, "api_url");
    }
}

#[test]
fn tasks_without_a_call_are_done() {
    let side = custom("viber");
    for task in [Task::Check, Task::FindContact { user: "u" }] {
        assert!(matches!(side.next(&IsMessenger, &task, &Known::default()), Step::Done));
    }
    assert!(IsMessenger.features().echoes && IsMessenger.features().receipts);
}
