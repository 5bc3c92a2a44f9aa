//! Tests of the simulator's strictness over real HTTP, and of the bridge's adapter against the simulator.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{extract::Path, routing::get};
use byoc::{
    adapter::{Adapter, Body, Delivery, Known, Step, Task},
    helpdesk::is_messenger::IsMessenger,
    model::{
        installation::Options,
        message::{Contact, Details, Media, MediaKind, MediaSource, Part, Receipt},
    },
    tools::{language::Language, millis::Millis, secret::Secret},
};

use super::*;
use crate::{
    fault::{Fault, How, with_faults},
    testing::serve,
};

const AT: i64 = 1_717_395_317_000;

async fn served(sim: &IsMessengerSim) -> String {
    serve(with_faults(sim.router(), sim.faults())).await
}

async fn post_as(server: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let request = client.post(format!("{server}{path}")).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}")).body(body.to_string());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

fn event(event: Value) -> Value {
    json!({"channelId": CHANNEL, "contactId": "abc", "events": [event]})
}

fn message(m_id: &str, message: Value) -> Value {
    event(json!({"type": "message", "mId": m_id, "timestamp": AT, "message": message}))
}

fn text(m_id: &str) -> Value {
    message(m_id, json!({"type": "text", "text": "Hi"}))
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused() {
    let sim = IsMessengerSim::demo().unwrap();
    let server = served(&sim).await;
    assert_eq!(post_as(&server, PATH, "x", &text("m")).await, (401, json!({"error": {"message": "Unauthorized"}})));
    assert_eq!(post_as(&server, PATH.trim_end_matches('/'), TOKEN, &text("m")).await.0, 404);
    let with = |pointer: &str, value: Value| {
        let mut body = text("m");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        body
    };
    let bad = [
        with("/channelId", json!("other")),
        with("/contactId", json!("a-b")),
        with("/contactId", json!("a".repeat(51))),
        with("/events", json!([])),
        with("/events/0/mId", json!("m".repeat(51))),
        with("/events/0/mId", json!(7)),
        with("/events/0/timestamp", json!(1_717_395_317)),
        with("/events/0/timestamp", json!("1717395317000")),
        with("/events/0/type", json!("receipt")),
        with("/events/0/message/text", json!("x".repeat(7_001))),
        with("/events/0/message/text", json!("")),
        with("/events/0/message/type", json!("quick_reply")),
        with("/contact", json!({"firstName": null})),
        with("/contact", json!({"phone": "447700900238"})),
        with("/contact", json!({"nickname": "M"})),
        event(json!({"type": "message_status", "mId": "m", "timestamp": AT, "status": {"value": "seen"}})),
        event(json!({"type": "message_status", "mId": "m", "timestamp": AT, "status": {"value": "failed"}})),
    ];
    for body in &bad {
        let (status, answer) = post_as(&server, PATH, TOKEN, body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["error"]["message"].is_string(), "{body}");
    }
    assert_eq!((sim.received(None), sim.refusals().len()), (vec![], bad.len() + 1));
}

#[tokio::test]
async fn the_twenty_first_call_of_a_second_is_too_many() {
    let sim = IsMessengerSim::demo().unwrap();
    let server = served(&sim).await;
    let began = Instant::now();
    for number in 0..20 {
        assert_eq!(post_as(&server, PATH, TOKEN, &text(&format!("m{number}"))).await.0, 200);
    }
    let last = post_as(&server, PATH, TOKEN, &text("m20")).await.0;
    assert!(last == 429 || began.elapsed() >= Duration::from_secs(1));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(post_as(&server, PATH, TOKEN, &text("m21")).await.0, 200);
}

#[tokio::test]
async fn a_repeated_message_id_is_seen_once() {
    let sim = IsMessengerSim::demo().unwrap();
    let server = served(&sim).await;
    for _ in 0..3 {
        assert_eq!(post_as(&server, PATH, TOKEN, &text("m")).await.0, 200);
    }
    assert_eq!((sim.received(Some("abc")).len(), sim.received(Some("x")).len(), sim.repeats()), (1, 0, 2));
}

#[tokio::test]
async fn files_must_be_there_and_inline() {
    let sim = IsMessengerSim::demo().unwrap();
    let server = served(&sim).await;
    async fn file(Path(how): Path<String>, headers: HeaderMap) -> Response {
        let disposition = if how == "forced" { "attachment" } else { "inline" };
        let is_part = headers.contains_key("range") && how != "whole";
        let status = if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        (status, [("content-disposition", disposition)], if is_part { "a" } else { "abc" }).into_response()
    }
    let host = serve(Router::new().route("/files/{how}", get(file))).await;
    for (how, status) in [("good", 200), ("forced", 400), ("whole", 400), ("../gone", 400)] {
        let url = format!("{}/files/{how}", host);
        let body = message(how, json!({"type": "attachment", "attachment": {"type": "image", "url": url}}));
        assert_eq!(post_as(&server, PATH, TOKEN, &body).await.0, status, "{how}");
    }
    assert!(sim.received(None)[0].text.starts_with("[image] http://"));
}

#[tokio::test]
async fn agents_answer_until_the_bridge_takes_it_and_remember_its_id() {
    let sim = IsMessengerSim::demo().unwrap();
    let server = served(&sim).await;
    post_as(&server, PATH, TOKEN, &text("m")).await;
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    async fn bridge(headers: HeaderMap, Json(body): Json<Value>) -> Response {
        assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
        let calls = CALLS.fetch_add(1, Ordering::SeqCst);
        match body["message"]["type"].as_str() {
            Some("poll") => (StatusCode::BAD_REQUEST, Json(json!({"error": {"message": "no polls"}}))).into_response(),
            _ if calls == 0 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            _ => Json(json!({"mId": "b1"})).into_response(),
        }
    }
    let bridge = serve(Router::new().route("/helpdesks/i/t/message", post(bridge))).await;
    assert!(sim.answer("abc", Saying::Text("Yes".into())).await.is_err(), "no URL yet");
    sim.paste_webhook(&format!("{}/helpdesks/i/t", bridge));
    assert!(sim.answer("nobody", Saying::Text("Yes".into())).await.is_err());
    let said = sim.answer("abc", Saying::Text("Yes".into())).await.unwrap();
    assert_eq!((said.id.as_str(), said.status, said.attempts), ("b1", 200, 2));
    assert_eq!(sim.answer("abc", Saying::Raw(json!({"type": "poll"}))).await.unwrap().status, 400);
    assert!(sim.answer("abc", Saying::Text("No".into())).await.is_err(), "the same mId twice");
    for (m_id, value) in [("b1", "sent"), ("b1", "read"), ("b2", "sent")] {
        let status = event(json!({"type": "message_status", "mId": m_id, "timestamp": AT, "status": {"value": value}}));
        assert_eq!(post_as(&server, PATH, TOKEN, &status).await.0, 200);
    }
    let values: Vec<String> = sim.statuses(Some("b1")).into_iter().map(|status| status.value).collect();
    assert_eq!((values, sim.statuses_of_unknown_messages().len()), (vec!["sent".to_owned(), "read".to_owned()], 1));
    let copy = IsMessengerSim::demo().unwrap();
    copy.restore(sim.snapshot());
    assert_eq!((copy.statuses(None), copy.received(None)), (sim.statuses(None), sim.received(None)));
}

/// Makes every call of a task.
async fn drive(sim: &IsMessengerSim, server: &str, task: &Task<'_>) -> Result<Known, String> {
    let mut settings: BTreeMap<String, String> = serde_json::from_value(sim.install(server)).unwrap();
    let secrets = [("api_token".to_owned(), Secret::new(settings.remove("api_token").unwrap()))].into();
    let options = Options::default();
    let account = byoc::adapter::Account {
        channel_kind: "twilio",
        settings: &settings,
        secrets: &secrets,
        options: &options,
        webhook_url: None,
        now: Millis::default(),
    };
    let client = byoc::outside::http::HttpClient::new(true);
    let mut known = Known::default();
    while let Step::Call(call) = IsMessenger.next(&account, task, &known).map_err(|error| error.reason)? {
        let answer =
            client.call(call.request.map(|body: Body| body), |_| None).await.map_err(|error| error.to_string())?;
        match IsMessenger.read(&account, task, &known, &answer) {
            Ok(facts) => known.learn(&facts),
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(known)
}

#[tokio::test]
async fn everything_that_the_adapter_sends_is_taken() {
    let host = serve(Router::new().route(
        "/p.png",
        get(|headers: HeaderMap| async move {
            let is_part = headers.contains_key("range");
            let status = if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
            (status, [("content-disposition", "inline")], if is_part { "p" } else { "png" })
        }),
    ))
    .await;
    let link = MediaSource::Link { url: format!("{}/p.png", host) };
    let photo = Media { caption: Some("See".into()), name: Some("p.png".into()), ..Media::new(MediaKind::Image, link) };
    let parts = [
        Part::text("Hi"),
        Part::Media(photo),
        Part::Location { latitude: 41.5, longitude: 2.25, label: Some("Shop".into()) },
        Part::Unsupported { what: "poll".into(), text: None },
    ];
    for (sim, id) in [
        (IsMessengerSim::demo().unwrap(), "whatsapp:+447700900238"),
        (IsMessengerSim::demo().unwrap(), &"x.".repeat(60)),
        (IsMessengerSim::demo().unwrap().with_phone_ids(), "whatsapp:+447700900238"),
    ] {
        let server = served(&sim).await;
        let contact = Contact { id: id.to_owned(), name: Some("Maria Lopez".into()), ..Contact::default() };
        let delivery = Delivery {
            id: "m1",
            at: Millis::new(AT),
            echo: false,
            contact: &contact,
            parts: &parts,
            author: None,
            key: "k",
            quote: None,
            details: Details::NONE,
            language: Language::English,
        };
        drive(&sim, &server, &Task::Deliver(&delivery)).await.unwrap();
        drive(&sim, &server, &Task::Deliver(&Delivery { id: "m2", echo: true, ..delivery })).await.unwrap();
        for receipt in [Receipt::Sent, Receipt::Delivered, Receipt::Read, Receipt::failed("blocked")] {
            let task = Task::Receipt { contact: &contact, message: "b1", receipt: &receipt, at: Millis::new(AT) };
            drive(&sim, &server, &task).await.unwrap();
        }
        assert_eq!((sim.refusals(), sim.received(None).len(), sim.statuses(Some("b1")).len()), (vec![], 10, 4));
        let from: Vec<String> = sim.received(None).into_iter().map(|seen| seen.from).collect();
        assert_eq!((from[0].as_str(), from[9].as_str()), ("Maria Lopez", "business"));
    }
}

#[tokio::test]
async fn faults_are_seen_by_the_adapter() {
    let sim = IsMessengerSim::demo().unwrap();
    let server = served(&sim).await;
    sim.faults().add(Fault::next(How::Status(502)).at(PATH).with_effect());
    let contact = Contact { id: "abc".into(), ..Contact::default() };
    let parts = [Part::text("Hi")];
    let delivery = Delivery {
        id: "m",
        at: Millis::new(AT),
        echo: false,
        contact: &contact,
        parts: &parts,
        author: None,
        key: "k",
        quote: None,
        details: Details::NONE,
        language: Language::English,
    };
    assert!(drive(&sim, &server, &Task::Deliver(&delivery)).await.is_err());
    drive(&sim, &server, &Task::Deliver(&delivery)).await.unwrap();
    assert_eq!((sim.received(None).len(), sim.repeats()), (1, 1));
}
