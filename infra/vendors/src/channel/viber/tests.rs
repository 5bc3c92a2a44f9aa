//! Tests of the simulator over real HTTP on the loopback interface.

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU16, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use byoc::{
    adapter::{
        Account, Adapter, Body, Delivery, Fact, Failure, Known, Step, Task, authenticate, webhook::WebhookRequest,
    },
    channel::{Channel, viber::Viber as Adapted},
    model::{
        installation::Options,
        message::{Button, Card, ChannelEventKind, Contact, Details, Media, MediaKind, MediaSource, Part, Receipt},
    },
    tools::{
        language::Language,
        millis::Millis,
        secret::{Secret, Secrets},
    },
};
use serde_json::Map;

use super::*;
use crate::{people::People, testing::serve};

/// The customer of the samples.
const CUSTOMER: &str = "q7Vd2/Hk0m+9sLxTz4Wc1A==";

/// A stand-in for the bridge, which records the calls and answers with a status and, if one is set, a body.
#[derive(Clone, Default)]
struct Hook {
    calls: Arc<Mutex<Vec<WebhookRequest>>>,
    failures: Arc<Mutex<Vec<u16>>>,
    answer: Arc<Mutex<String>>,
    url: Arc<Mutex<String>>,
    slow: Arc<AtomicU16>,
}

impl Hook {
    async fn start() -> Self {
        let hook = Self::default();
        let router = Router::new().fallback(heard).with_state(hook.clone());
        *hook.url.lock().unwrap() = format!("{}/channels/i/t", serve(router).await);
        hook
    }

    fn url(&self) -> String {
        self.url.lock().unwrap().clone()
    }

    fn calls(&self) -> Vec<WebhookRequest> {
        self.calls.lock().unwrap().clone()
    }

    fn bodies(&self) -> Vec<Value> {
        self.calls().iter().map(|call| serde_json::from_slice(&call.body).unwrap()).collect()
    }
}

async fn heard(State(hook): State<Hook>, request: Request) -> (StatusCode, String) {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    hook.calls.lock().unwrap().push(WebhookRequest {
        method: parts.method,
        url: parts.uri.to_string(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        rest: String::new(),
        headers: parts.headers,
        body,
        received_at: now(),
        id: String::new(),
    });
    tokio::time::sleep(std::time::Duration::from_secs(hook.slow.swap(0, Ordering::Relaxed).into())).await;
    let status = hook.failures.lock().unwrap().pop().unwrap_or(200);
    (StatusCode::from_u16(status).unwrap(), hook.answer.lock().unwrap().clone())
}

/// A served simulator with a webhook.
struct World {
    viber: Viber,
    base: String,
    hook: Hook,
}

impl World {
    async fn new() -> Self {
        Self::of(Viber::demo().unwrap().without_receipts()).await
    }

    async fn of(viber: Viber) -> Self {
        viber.introduce(CUSTOMER, Some(CUSTOMER_NAME), API_VERSION);
        let base = serve(viber.router()).await;
        let hook = Hook::start().await;
        let world = Self { viber, base, hook };
        let body = json!({ "url": world.hook.url(), "send_name": true, "send_photo": true });
        assert_eq!(world.call("set_webhook", &body).await["status"], 0);
        world
    }

    async fn call(&self, name: &str, body: &Value) -> Value {
        let url = format!("{}/pa/{name}", self.base);
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let request = client.post(url).header("X-Viber-Auth-Token", DEMO_TOKEN).body(body.to_string());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

fn sample(name: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/src/channel/viber/fixtures");
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn samples(family: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/src/channel/viber/fixtures");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(family)).collect()
}

#[tokio::test]
async fn every_sample_request_is_taken() {
    let world = World::new().await;
    world.viber.introduce("Zk3p/0aW+yUq5tBnR8eJ7g==", None, 10);
    let mut names = samples("req_");
    names.sort_by_key(|name| name.contains("unset"));
    assert!(names.len() > 20);
    world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    for name in names {
        let sample = sample(&name);
        let call = sample["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut body: Value =
            serde_json::from_str(&sample["body"].to_string().replace("{{auth_token}}", DEMO_TOKEN)).unwrap();
        if call == "set_webhook" && body["url"] != "" {
            body["url"] = world.hook.url().into();
        }
        let expected = if call == "broadcast_message" { 19 } else { 0 };
        assert_eq!(world.call(&call, &body).await["status"], expected, "{name}");
    }
    assert_eq!(world.call("send_message", &sample("req_send_text.json")["body"]).await["status"], 10);
}

#[tokio::test]
async fn what_viber_refuses_is_refused() {
    let world = World::new().await;
    world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    let long = |count: usize| "я".repeat(count);
    let button = |button: Value| json!({ "keyboard": { "Type": "keyboard", "Buttons": [button] } });
    let remove = Value::Null;
    #[rustfmt::skip]
    let rows = [
        ("text", json!({ "receiver": remove }), 4),
        ("text", json!({ "receiver": "nobody" }), 5),
        ("text", json!({ "type": remove }), 4),
        ("text", json!({ "type": "hologram" }), 3),
        ("text", json!({ "sender": remove }), 4),
        ("text", json!({ "sender": {} }), 4),
        ("text", json!({ "sender": { "name": long(28) } }), 0),
        ("text", json!({ "sender": { "name": long(29) } }), 3),
        ("text", json!({ "text": remove }), 4),
        ("text", json!({ "text": "" }), 4),
        ("text", json!({ "text": 5 }), 3),
        ("text", json!({ "text": long(7_000) }), 0),
        ("text", json!({ "text": long(7_001) }), 3),
        ("text", json!({ "text": "😀".repeat(7_000), "tracking_data": "x".repeat(4_000) }), 3),
        ("text", json!({ "tracking_data": "x".repeat(4_001) }), 3),
        ("text", json!({ "min_api_version": 0 }), 3),
        ("text", json!({ "min_api_version": "1" }), 3),
        ("text", json!({ "min_api_version": 11 }), 13),
        ("text", json!({ "keyboard": { "Type": "keyboard", "Buttons": [] } }), 3),
        ("text", json!({ "keyboard": { "Buttons": [{ "ActionBody": "a" }] } }), 4),
        ("text", button(json!({ "ActionBody": "a" })), 0),
        ("text", button(json!({})), 4),
        ("text", button(json!({ "ActionBody": "" })), 4),
        ("text", button(json!({ "ActionBody": "a", "Columns": 7 })), 3),
        ("text", button(json!({ "ActionBody": "a", "Rows": 3 })), 3),
        ("text", button(json!({ "ActionBody": "a", "ActionType": "jump" })), 3),
        ("text", button(json!({ "ActionBody": "a", "ActionType": "open-url" })), 3),
        ("text", button(json!({ "ActionBody": "a", "ActionType": "share-phone" })), 3),
        ("text", button(json!({ "ActionBody": "a", "Text": long(251) })), 3),
        ("text", json!({ "keyboard": { "Type": "keyboard", "Buttons": vec![json!({ "ActionBody": "a" }); 25] } }), 3),
        ("text", json!({ "keyboard": { "Type": "keyboard", "Buttons": vec![json!({ "ActionBody": "a", "Columns": 3 }); 48] } }), 0),
        ("text", json!({ "keyboard": { "Type": "keyboard", "InputFieldState": "hidden", "Buttons": [{ "ActionBody": "a" }] } }), 3),
        ("picture", json!({ "text": remove }), 4),
        ("picture", json!({ "text": long(512) }), 0),
        ("picture", json!({ "text": long(513) }), 3),
        ("picture", json!({ "media": remove }), 4),
        ("picture", json!({ "media": "no link" }), 3),
        ("picture", json!({ "media": "https://cdn.example.com/p/photo" }), 3),
        ("picture", json!({ "media": "https://cdn.example.com/p/photo.webp" }), 3),
        ("picture", json!({ "media": "https://cdn.example.com/p/photo.PNG?x=1" }), 0),
        ("video", json!({ "size": remove }), 4),
        ("video", json!({ "size": 26 * 1024 * 1024 + 1 }), 3),
        ("video", json!({ "duration": 181 }), 3),
        ("video", json!({ "media": "https://cdn.example.com/v/clip.mov" }), 3),
        ("file", json!({ "size": remove }), 4),
        ("file", json!({ "size": "87412" }), 3),
        ("file", json!({ "size": 50 * 1024 * 1024 + 1 }), 3),
        ("file", json!({ "file_name": remove }), 4),
        ("file", json!({ "file_name": "invoice" }), 3),
        ("file", json!({ "file_name": "run.EXE" }), 3),
        ("file", json!({ "file_name": format!("{}.pdf", long(253)) }), 3),
        ("url", json!({ "media": format!("https://x.example.com/{}", "a".repeat(2_000)) }), 3),
        ("contact", json!({ "contact": { "name": long(29), "phone_number": "+1" } }), 3),
        ("contact", json!({ "contact": { "name": "a", "phone_number": "1".repeat(19) } }), 3),
        ("contact", json!({ "contact": { "name": "a" } }), 4),
        ("location", json!({ "location": { "lat": 50.4, "lon": 30 } }), 0),
        ("location", json!({ "location": { "lat": 91, "lon": 30 } }), 3),
        ("location", json!({ "location": { "lat": 9 } }), 4),
        ("sticker", json!({ "sticker_id": "46105" }), 3),
        ("rich_media", json!({ "min_api_version": 1 }), 3),
        ("rich_media", json!({ "alt_text": long(7_001) }), 3),
        ("rich_media", json!({ "rich_media": { "Type": "rich_media", "Buttons": vec![json!({ "ActionBody": "a", "Columns": 6, "Rows": 7 }); 6] } }), 0),
        ("rich_media", json!({ "rich_media": { "Type": "rich_media", "Buttons": vec![json!({ "ActionBody": "a", "Columns": 6, "Rows": 7 }); 7] } }), 3),
        ("rich_media", json!({ "rich_media": { "Type": "rich_media", "Buttons": [] } }), 3),
    ];
    for (kind, changes, expected) in rows {
        let mut body = sample(&format!("req_send_{kind}.json"))["body"].clone();
        let fields: &mut Map<String, Value> = body.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap().clone() {
            if value.is_null() {
                fields.remove(&name)
            } else {
                fields.insert(name, value)
            };
        }
        let shown: String = changes.to_string().chars().take(120).collect();
        assert_eq!(world.call("send_message", &body).await["status"], expected, "{kind} {shown}");
    }
}

#[tokio::test]
async fn a_call_without_the_right_token_is_refused() {
    let world = World::new().await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let calls =
        ["set_webhook", "send_message", "broadcast_message", "get_account_info", "get_user_details", "get_online"];
    for call in calls {
        for (header, body, expected) in [
            (None, "{}", "missing_auth_token"),
            (None, r#"{"auth_token":"x"}"#, "invalidAuthToken"),
            (Some("x"), "{}", "invalidAuthToken"),
            (Some(DEMO_TOKEN), r#"{"auth_token":"x"}"#, "invalidAuthToken"),
            (Some(DEMO_TOKEN), "[]", "badData"),
        ] {
            let mut request = client.post(format!("{}/pa/{call}", world.base)).body(body);
            if let Some(token) = header {
                request = request.header("X-Viber-Auth-Token", token);
            }
            let answer: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
            assert_eq!(answer["status_message"], expected, "{call}");
            assert_eq!(answer["status"], if expected == "badData" { 3 } else { 2 });
        }
    }
}

#[tokio::test]
async fn a_webhook_is_called_before_it_is_set() {
    let world = World::new().await;
    assert_eq!(world.hook.bodies()[0]["event"], "webhook");
    let other = Hook::start().await;
    other.failures.lock().unwrap().push(404);
    let answer = world.call("set_webhook", &json!({ "url": other.url() })).await;
    assert_eq!(answer["status"], 1);
    let dump = "Result[HttpRequest[POST /channels/i/t HTTP/1.1]@1 > HttpResponse[HTTP/1.1 404 unknown]@2] null";
    assert_eq!(answer["status_message"], dump);
    for (url, status) in [("http://bridge.example.com/x", 1), ("ftp://127.0.0.1/x", 1), ("http://127.0.0.1:1/x", 1)] {
        assert_eq!(world.call("set_webhook", &json!({ "url": url })).await["status"], status, "{url}");
    }
    assert_eq!(world.call("set_webhook", &json!({})).await["status"], 4);
    let unknown = json!({ "url": other.url(), "event_types": ["sung"] });
    assert_eq!(world.call("set_webhook", &unknown).await["status"], 3);
    // None of these replaced the first webhook.
    assert_eq!(world.call("get_account_info", &json!({})).await["webhook"], world.hook.url());
    let only = json!({ "url": other.url(), "event_types": ["failed"] });
    let echo = world.call("set_webhook", &only).await["event_types"].clone();
    assert_eq!(echo, json!(["subscribed", "unsubscribed", "message", "failed"]));
    assert!(world.viber.receipt(CUSTOMER, "1", "seen").await.is_err());
    assert_eq!(world.viber.receipt(CUSTOMER, "1", "failed").await.unwrap().status, 200);
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_with_the_same_token() {
    let world = World::new().await;
    world.hook.failures.lock().unwrap().extend([503, 401]);
    let said = world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    assert_eq!((said.status, said.attempts), (200, 3));
    let tokens: Vec<String> =
        world.hook.bodies().iter().skip(1).map(|body| body["message_token"].to_string()).collect();
    assert_eq!(tokens, [said.id.as_str(); 3]);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_none() {
    let world = World::new().await;
    world.hook.slow.store(6, Ordering::Relaxed);
    let said = world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    assert_eq!((said.status, said.attempts), (200, 2));
}

#[tokio::test]
async fn a_phone_reports_what_arrived() {
    let world = World::of(Viber::demo().unwrap()).await;
    world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    let token = world.call("send_message", &sample("req_send_text.json")["body"]).await["message_token"].clone();
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        if world.hook.bodies().len() == 4 {
            break;
        }
    }
    let bodies = world.hook.bodies();
    let events: Vec<&str> = bodies.iter().skip(2).map(|body| body["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["delivered", "seen"]);
    assert!(bodies.iter().skip(2).all(|body| body["message_token"] == token && body["user_id"] == CUSTOMER));
}

/// Returns the names and types of all fields.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "flag".into(),
        Value::Null => Value::Null,
    }
}

#[tokio::test]
async fn callbacks_have_the_shape_of_the_samples() {
    let world = World::new().await;
    let viber = &world.viber;
    let media = |kind: MediaKind, url: &str| Saying::Media {
        kind,
        url: url.into(),
        name: url.rsplit('/').next().unwrap().into(),
        size: 5,
    };
    viber.open(CUSTOMER, None).await.unwrap();
    viber.open(CUSTOMER, Some("order=1042")).await.unwrap();
    viber.subscribe(CUSTOMER).await.unwrap();
    viber.unsubscribe(CUSTOMER).await.unwrap();
    viber.introduce("private", None, 10);
    viber.subscribe("private").await.unwrap();
    viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    viber.say(CUSTOMER, media(MediaKind::File, "https://dl-media.viber.com/a.pdf")).await.unwrap();
    viber.say(CUSTOMER, Saying::Raw(sample("in_message_contact.json")["message"].clone())).await.unwrap();
    viber.receipt(CUSTOMER, "5912345678901239001", "delivered").await.unwrap();
    viber.receipt(CUSTOMER, "5912345678901239001", "read").await.unwrap();
    viber.receipt(CUSTOMER, "5912345678901239001", "failed").await.unwrap();
    let expected = [
        "in_webhook.json",
        "in_conversation_started.json",
        "in_conversation_started_context.json",
        "in_subscribed.json",
        "in_unsubscribed.json",
        "in_subscribed_no_personal_data.json",
        "in_message_text.json",
        "in_message_file.json",
        "in_message_contact.json",
        "in_delivered.json",
        "in_seen.json",
        "in_failed.json",
    ];
    let bodies = world.hook.bodies();
    assert_eq!(bodies.len(), expected.len());
    for (body, name) in bodies.iter().zip(expected) {
        let sample = sample(name);
        assert_eq!(shape(body), shape(&sample), "{name}");
        assert_eq!(body["event"], sample["event"]);
    }
}

#[tokio::test]
async fn a_customer_is_written_to_only_while_subscribed() {
    let world = World::new().await;
    let text = sample("req_send_text.json")["body"].clone();
    assert_eq!(world.call("send_message", &text).await["status"], 6);
    world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    assert_eq!(world.call("send_message", &text).await["status"], 0);
    world.viber.unsubscribe(CUSTOMER).await.unwrap();
    assert_eq!(world.call("send_message", &text).await["status"], 6);
}

#[tokio::test]
async fn a_hundred_messages_without_an_answer_are_the_most() {
    let world = World::new().await;
    let text = sample("req_send_text.json")["body"].clone();
    world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    {
        let mut state = world.viber.lock();
        let customer = state.customer(CUSTOMER);
        (customer.hour, customer.unanswered) = (now().get() / 3_600_000, 100);
    }
    assert_eq!(world.call("send_message", &text).await["status"], 12);
    world.viber.say(CUSTOMER, Saying::Text("still here".into())).await.unwrap();
    assert_eq!(world.call("send_message", &text).await["status"], 0);
}

#[tokio::test]
async fn details_are_told_twice_in_twelve_hours() {
    let world = World::new().await;
    let ask = json!({ "id": CUSTOMER });
    for expected in [0, 0, 12] {
        assert_eq!(world.call("get_user_details", &ask).await["status"], expected);
    }
    world.viber.lock().customer(CUSTOMER).lookups = vec![now().get() - 13 * 3_600_000, now().get()];
    let answer = world.call("get_user_details", &ask).await;
    assert_eq!(shape(&answer["user"]), shape(&sample("resp_get_user_details_ok.json")["body"]["user"]));
}

#[tokio::test]
async fn its_memory_survives_a_restart() {
    let world = World::new().await;
    world.viber.say(CUSTOMER, Saying::Text("hi".into())).await.unwrap();
    world.call("send_message", &sample("req_send_text_keyboard.json")["body"]).await;
    let again = Viber::demo().unwrap();
    again.restore(world.viber.snapshot());
    let seen = again.received(Some(CUSTOMER));
    assert_eq!(seen, world.viber.received(None));
    assert_eq!(seen[0].text, "Did this help?\n[button] Yes\n[button] No\n[link] Open shop: https://shop.example.com");
    assert_eq!(seen[0].from, "Support");
    assert!(again.received(Some("nobody")).is_empty());
    assert_eq!(again.say(CUSTOMER, Saying::Text("again".into())).await.unwrap().status, 200);
}

/// The bridge's own adapter with the settings for the simulator.
struct Side {
    settings: BTreeMap<String, String>,
    secrets: Secrets,
    options: Options,
}

impl Side {
    fn of(world: &World) -> Self {
        let install = world.viber.install(&world.base);
        let mut settings: BTreeMap<String, String> = serde_json::from_value(install).unwrap();
        let token = settings.remove("auth_token").unwrap();
        settings.insert("welcome_message".into(), "Hello!".into());
        let secrets = Secrets::from([("auth_token".to_owned(), Secret::new(token))]);
        Self { settings, secrets, options: Options::default() }
    }

    fn account(&self) -> Account<'_> {
        Account {
            channel_kind: "viber",
            settings: &self.settings,
            secrets: &self.secrets,
            options: &self.options,
            webhook_url: None,
            now: Millis::default(),
        }
    }

    /// Makes the calls of a task until the task is done.
    async fn run(&self, task: &Task<'_>) -> Result<(Known, Vec<Fact>), Failure> {
        let (mut known, mut all) = (Known::default(), Vec::new());
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        while let Step::Call(call) = Adapted.next(&self.account(), task, &known).unwrap() {
            let (parts, body) = call.request.into_parts();
            let Body::Bytes(body) = body else { panic!("a call without a body") };
            let request = client.post(parts.uri.to_string()).headers(parts.headers).body(body);
            let answer = request.send().await.unwrap();
            let response = axum::http::Response::builder().status(answer.status());
            let response = response.body(answer.bytes().await.unwrap()).unwrap();
            match Adapted.read(&self.account(), task, &known, &response) {
                Ok(facts) => {
                    known.learn(&facts);
                    all.extend(facts);
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok((known, all))
    }
}

#[tokio::test]
async fn the_adapter_and_the_simulator_understand_each_other() {
    let world = World::of(Viber::demo().unwrap().without_receipts().with_signed_query()).await;
    let side = Side::of(&world);
    let identity = "pa:58120937466120385914".to_owned();
    let (_, facts) = side.run(&Task::Check).await.unwrap();
    assert!(facts.contains(&Fact::Identity(identity)));
    side.run(&Task::Register { url: &world.hook.url() }).await.unwrap();

    world.viber.open("new", None).await.unwrap();
    world.viber.say(CUSTOMER, Saying::Text("Доброго дня".into())).await.unwrap();
    for call in world.hook.calls() {
        assert!(call.query.starts_with("sig="));
        let verified = authenticate(&Adapted, &side.account(), &call).unwrap();
        Adapted.parse(&side.account(), verified).unwrap();
        let mut forged = call.clone();
        forged.body = [&call.body[..], b" "].concat().into();
        assert!(authenticate(&Adapted, &side.account(), &forged).is_err());
    }

    let card = Card {
        title: Some("Mug".into()),
        image: Some("https://cdn.example.com/mug.png".into()),
        buttons: vec![Button::Reply { label: "Buy".into(), text: "buy mug".into(), payload: None }],
        ..Card::default()
    };
    let media = |kind, name: &str| {
        let source = MediaSource::Link { url: format!("https://cdn.example.com/{name}") };
        Part::Media(Media { size: Some(10_000), caption: Some("caption".into()), ..Media::new(kind, source) })
    };
    let parts = [
        Part::text("😀".repeat(15_000)),
        media(MediaKind::Image, "a.jpg"),
        media(MediaKind::Video, "a.mp4"),
        media(MediaKind::Audio, "a.ogg"),
        media(MediaKind::File, "a.exe"),
        Part::Location { latitude: 50.4501, longitude: 30.5234, label: Some("Depot".into()) },
        Part::ContactCard { name: Some("n".repeat(40)), phone: Some("+447700900412".into()), more: Vec::new() },
        Part::Sticker { id: "1".into(), url: Some("https://cdn.example.com/s.png".into()) },
        Part::Carousel { cards: vec![card; 13] },
        Part::Buttons {
            buttons: (0..60)
                .map(|n| Button::Reply { label: format!("<{n}>"), text: n.to_string(), payload: None })
                .collect(),
        },
        Part::Unsupported { what: "poll".into(), text: None },
    ];
    let contact = Contact { id: CUSTOMER.into(), ..Contact::default() };
    let delivery = Delivery {
        id: "1",
        at: Millis::new(1),
        echo: false,
        contact: &contact,
        parts: &parts,
        author: None,
        key: "k",
        quote: None,
        details: Details::NONE,
        language: Language::English,
    };
    let (known, _) = side.run(&Task::Deliver(&delivery)).await.unwrap();
    let ids: Vec<String> = world.viber.received(Some(CUSTOMER)).into_iter().map(|seen| seen.id).collect();
    assert_eq!(known.progress.sent, ids);

    // An old phone gets the same content as text.
    world.viber.introduce(CUSTOMER, Some(CUSTOMER_NAME), 1);
    let (known, _) = side.run(&Task::Deliver(&delivery)).await.unwrap();
    let texts: Vec<Seen> = world.viber.received(Some(CUSTOMER)).into_iter().skip(ids.len()).collect();
    assert_eq!(known.progress.sent.len(), texts.len());
    assert!(texts.iter().all(|seen| seen.raw["min_api_version"] == 1));

    world.viber.receipt(CUSTOMER, &ids[0], "read").await.unwrap();
    let call = world.hook.calls().pop().unwrap();
    let verified = authenticate(&Adapted, &side.account(), &call).unwrap();
    let events = Adapted.parse(&side.account(), verified).unwrap().events;
    assert_eq!(events[0].kind, ChannelEventKind::Receipt { message: ids[0].clone(), receipt: Receipt::Read });

    side.run(&Task::Profile { contact: CUSTOMER }).await.unwrap();
    side.run(&Task::Unregister).await.unwrap();
    assert!(matches!(side.run(&Task::Deliver(&delivery)).await, Err(Failure::Blocked { .. })));
}

#[tokio::test]
async fn a_welcome_message_reaches_whoever_opens_the_chat() {
    let world = World::new().await;
    let side = Side::of(&world);
    let body = serde_json::to_vec(&sample("in_conversation_started.json")).unwrap();
    let mut call = world.hook.calls().pop().unwrap();
    let signature = hex::encode(byoc::tools::crypto::hmac_sha256(DEMO_TOKEN.as_bytes(), &body));
    call.headers.insert("x-viber-content-signature", signature.parse().unwrap());
    call.body = body.into();
    let verified = authenticate(&Adapted, &side.account(), &call).unwrap();
    let ack = Adapted.parse(&side.account(), verified).unwrap().ack;
    *world.hook.answer.lock().unwrap() = String::from_utf8(ack.body.to_vec()).unwrap();
    world.viber.open(CUSTOMER, None).await.unwrap();
    assert_eq!(world.viber.received(Some(CUSTOMER))[0].text, "Hello!");
}
