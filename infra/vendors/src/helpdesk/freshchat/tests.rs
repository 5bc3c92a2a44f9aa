//! Tests of the simulator's strictness over real HTTP, and of the bridge's adapter against the simulator.

use std::{collections::BTreeMap, sync::Arc};

use axum::{extract::State, http::HeaderMap};
use byoc::{
    adapter::{
        Account, Adapter, Body, Delivery, Failure, Known, Step, Task, authenticate,
        webhook::{Proof, WebhookRequest},
    },
    helpdesk::{Helpdesk, freshchat::Freshchat},
    model::{
        installation::Options,
        message::{Contact, Details, HelpdeskEvent, HelpdeskEventKind, Media, MediaKind, MediaSource, Part},
    },
    tools::{json::Json, language::Language, millis::Millis, secret::Secret},
};

use super::*;
use crate::{
    fault::{Fault, How, with_faults},
    testing,
};

/// A served simulator and an installation that uses it.
struct Served {
    sim: FreshchatSim,
    base: String,
    settings: BTreeMap<String, String>,
    secrets: BTreeMap<String, Secret>,
    options: Options,
}

async fn serve(sim: FreshchatSim) -> Served {
    let base = testing::serve(with_faults(sim.router(), sim.faults())).await;
    let install = sim.install(&base);
    let mut settings: BTreeMap<String, String> = serde_json::from_value(install).unwrap();
    settings.remove("kind");
    let token = settings.remove("token").unwrap();
    let secrets = BTreeMap::from([("token".to_owned(), Secret::new(token))]);
    Served { sim, base, settings, secrets, options: Options::default() }
}

async fn classic() -> Served {
    serve(FreshchatSim::demo().unwrap()).await
}

impl Served {
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

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, Some(body)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, None).await
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.sim.shared.http.request(method, format!("{}/v2{path}", self.base)).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    /// Makes a user and a conversation and returns their ids.
    async fn contact(&self) -> (String, String) {
        let (status, user) = self.post("/users", &sample("create_user.request.json")).await;
        assert_eq!(status, 200, "{user}");
        let user = store::text(&user, "id");
        let (status, made) =
            self.post("/conversations", &renamed(sample("create_conversation.request.json"), &user)).await;
        assert_eq!(status, 200, "{made}");
        (user, store::text(&made, "conversation_id"))
    }

    /// Runs a task as the relay does: next call, answer, facts. Returns the names of the calls.
    async fn run(&self, task: &Task<'_>, known: &mut Known) -> Result<Vec<&'static str>, Failure> {
        let mut names = Vec::new();
        loop {
            let call = match Freshchat.next(&self.account(), task, known).unwrap() {
                Step::Call(call) => call,
                Step::Done => return Ok(names),
                other => panic!("{other:?}"),
            };
            names.push(call.name);
            let answer = self.perform(call.request).await;
            match Freshchat.read(&self.account(), task, known, &answer) {
                Ok(facts) => known.learn(&facts),
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn perform(&self, request: axum::http::Request<Body>) -> axum::http::Response<bytes::Bytes> {
        let (head, body) = request.into_parts();
        let mut made = self.sim.shared.http.request(head.method, head.uri.to_string()).headers(head.headers);
        made = match body {
            Body::Empty => made,
            Body::Bytes(bytes) => made.body(bytes),
            Body::Upload { files, .. } => {
                let kind = if files[0].0 == "image" { "image/png" } else { "application/pdf" };
                let part = reqwest::multipart::Part::bytes(b"bytes".to_vec()).file_name("invoice.pdf").mime_str(kind);
                made.multipart(reqwest::multipart::Form::new().part(files[0].0.clone(), part.unwrap()))
            }
        };
        let answer = made.send().await.unwrap();
        let status = answer.status();
        axum::http::Response::builder().status(status).body(answer.bytes().await.unwrap()).unwrap()
    }
}

fn sample(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/src/helpdesk/freshchat/fixtures");
    serde_json::from_slice(&std::fs::read(format!("{folder}/{name}")).unwrap()).unwrap()
}

/// Returns a sample with this user in it.
fn renamed(sample: Value, user: &str) -> Value {
    serde_json::from_str(&sample.to_string().replace("e33b0fac-1dd6-4a76-ae68-cd0a92f12a65", user)).unwrap()
}

const CONTACT: &str = "viber:hR4s0P/m2Vq+8LxTc61WdA==";

fn lorna() -> Contact {
    let id = CONTACT.trim_start_matches("viber:").to_owned();
    Contact { id, name: Some("Lorna Featherby".to_owned()), ..Contact::default() }
}

fn delivery<'a>(contact: &'a Contact, parts: &'a [Part]) -> Delivery<'a> {
    Delivery {
        id: "event-1",
        at: Millis::new(1),
        echo: false,
        contact,
        parts,
        author: None,
        key: "key",
        quote: None,
        details: Details::NONE,
        language: Language::English,
    }
}

/// A stand-in for the bridge that keeps the calls it gets. It answers with the given statuses in turn, then with 200.
type Kept = Arc<Mutex<(Vec<WebhookRequest>, Vec<u16>)>>;

async fn bridge(sim: &FreshchatSim, statuses: &[u16]) -> Kept {
    async fn keep(State(kept): State<Kept>, headers: HeaderMap, body: bytes::Bytes) -> axum::http::StatusCode {
        let mut kept = kept.lock().unwrap();
        kept.0.push(WebhookRequest {
            method: axum::http::Method::POST,
            url: String::new(),
            query: String::new(),
            rest: String::new(),
            headers,
            body,
            received_at: Millis::default(),
            id: String::new(),
        });
        axum::http::StatusCode::from_u16(kept.1.pop().unwrap_or(200)).unwrap()
    }
    let kept: Kept = Arc::new(Mutex::new((Vec::new(), statuses.to_vec())));
    let base = testing::serve(Router::new().fallback(keep).with_state(kept.clone())).await;
    sim.paste_webhook(&base);
    kept
}

fn last_event(served: &Served, kept: &Kept, proof: Proof) -> HelpdeskEvent {
    let request = kept.lock().unwrap().0.last().cloned().expect("a call");
    let account = served.account();
    let verified = authenticate(&Freshchat, &account, &request).unwrap();
    assert_eq!(verified.proof(), proof);
    Freshchat.parse(&account, verified).unwrap().events.pop().expect("an event")
}

#[tokio::test]
async fn calls_without_the_token_are_refused() {
    let served = classic().await;
    let call = |token: &str| {
        served.sim.shared.http.get(format!("{}/v2/accounts/configuration", served.base)).bearer_auth(token).send()
    };
    assert_eq!(call("another").await.unwrap().status(), 401);
    assert_eq!(call(TOKEN).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_samples_of_the_contract_are_taken() {
    let served = classic().await;
    let (user, conversation) = served.contact().await;
    assert_eq!(served.post("/users", &sample("create_user_minimal.request.json")).await.0, 200);
    let minimal = renamed(sample("create_conversation_minimal.request.json"), &user);
    assert_eq!(
        served.post("/conversations", &minimal).await.1["conversation_id"],
        conversation,
        "the open one goes on"
    );
    let messages = format!("/conversations/{conversation}/messages");
    for name in
        ["send_message_user.request.json", "send_message_user_video.request.json", "send_private_note_bot.request.json"]
    {
        let (status, answer) = served.post(&messages, &renamed(sample(name), &user)).await;
        assert_eq!(status, 200, "{name}: {answer}");
    }
    // A file that was never uploaded, and a picture that does not exist.
    for (name, why) in [
        ("send_message_user_file.request.json", "fileHash is not valid"),
        ("send_message_user_image.request.json", "IMAGE_EMPTY_CONTENT"),
    ] {
        let (status, answer) = served.post(&messages, &renamed(sample(name), &user)).await;
        assert_eq!((status, answer["message"].as_str()), (400, Some(why)), "{name}");
    }
    for (name, status) in
        [("update_conversation_resolve.request.json", "resolved"), ("update_conversation_reopen.request.json", "new")]
    {
        let (_, answer) = served.send("PUT", &format!("/conversations/{conversation}"), Some(&sample(name))).await;
        assert_eq!(answer["status"], status);
    }
}

#[tokio::test]
async fn what_is_malformed_or_unknown_is_refused() {
    let served = classic().await;
    let (user, conversation) = served.contact().await;
    let messages = format!("/conversations/{conversation}/messages");
    let text = |content: &str| json!({"message_type": "normal", "actor_type": "user", "actor_id": user, "message_parts": [{"text": {"content": content}}]});
    let with = |key: &str, value: Value| {
        let mut message = text("hi");
        message[key] = value;
        message
    };
    let new = |key: &str, value: Value| {
        let mut new = renamed(sample("create_conversation.request.json"), &user);
        new[key] = value;
        new
    };
    let rows = [
        (messages.as_str(), text(&"é".repeat(5000)), 200),
        (&messages, text(&"x".repeat(5001)), 400),
        (&messages, text(" "), 400),
        (&messages, with("actor_type", json!("customer")), 400),
        (&messages, with("actor_id", json!("somebody")), 404),
        (&messages, with("user_id", json!("somebody")), 400),
        (&messages, with("message_parts", json!([])), 400),
        (&messages, with("message_parts", json!([{"text": {"content": "a"}, "image": {"url": "b"}}])), 400),
        (&messages, with("message_parts", json!([{"location": {}}])), 400),
        (&messages, with("surprise", json!(1)), 400),
        (&messages, json!([]), 400),
        ("/conversations/unknown/messages", text("hi"), 404),
        ("/conversations", new("channel_id", json!("another")), 404),
        ("/conversations", new("users", json!([{"id": "unknown"}])), 404),
        ("/conversations", new("messages", json!([])), 400),
        ("/users", json!({"reference_id": "viber:1"}), 400),
        ("/users", json!({"reference_id": "viber:1", "first_name": "A", "phone": "call me"}), 400),
        ("/users", json!({"reference_id": "viber:1", "first_name": "A", "nickname": "B"}), 400),
        ("/nowhere", json!({}), 404),
    ];
    for (path, body, expected) in rows {
        let (status, answer) = served.post(path, &body).await;
        assert_eq!(status, expected, "{path} {answer}");
        if status >= 400 {
            assert!(
                answer["message"].is_string() && answer["status"].is_string() && answer["code"] == status,
                "{answer}"
            );
        }
    }
    assert_eq!(served.get("/users").await.0, 400);
    assert_eq!(served.get("/conversations/unknown").await.0, 404);
    assert_eq!(served.get(&format!("{messages}?items_per_page=500")).await.0, 400);
}

#[tokio::test]
async fn messages_are_listed_newest_first_in_pages() {
    let served = classic().await;
    let (user, conversation) = served.contact().await;
    let messages = format!("/conversations/{conversation}/messages");
    for content in ["1", "2", "3"] {
        let message =
            json!({"actor_type": "user", "actor_id": user, "message_parts": [{"text": {"content": content}}]});
        assert_eq!(served.post(&messages, &message).await.0, 200);
    }
    let page = async |page: u32| {
        let (_, answer) = served.get(&format!("{messages}?page={page}&items_per_page=3")).await;
        let texts = answer["messages"].as_array().unwrap().iter();
        texts.map(|it| it["message_parts"][0]["text"]["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(page(1).await, ["3", "2", "1"]);
    assert_eq!(page(2).await, ["Is the pump under warranty?"]);
    assert!(page(3).await.is_empty());
}

#[tokio::test]
async fn the_bridge_makes_first_contact_and_then_needs_one_call_a_message() {
    let served = classic().await;
    let contact = lorna();
    let parts = [Part::text("Is the pump under warranty?")];
    let delivery = delivery(&contact, &parts);
    let mut known = Known::default();
    assert_eq!(served.run(&Task::Check, &mut Known::default()).await, Ok(vec!["check_account", "list_topics"]));
    let first = served.run(&Task::Deliver(&delivery), &mut known).await;
    assert_eq!(first, Ok(vec!["find_user", "create_user", "create_conversation"]));
    known.progress = Default::default();
    assert_eq!(served.run(&Task::Deliver(&delivery), &mut known).await, Ok(vec!["send_message"]));
    let note = Task::Note { contact: &contact, text: "Delivery to Viber failed", at: Millis::MIN };
    known.progress = Default::default();
    assert_eq!(served.run(&note, &mut known).await, Ok(vec!["send_note"]));

    let seen = served.sim.received(Some(CONTACT));
    let shown: Vec<_> = seen.iter().map(|it| (it.from.as_str(), it.text.as_str(), it.private)).collect();
    assert_eq!(
        shown,
        [
            ("Lorna Featherby", "Is the pump under warranty?", false),
            ("Lorna Featherby", "Is the pump under warranty?", false),
            ("bot", "Delivery to Viber failed", true),
        ]
    );
    let user = known.link.user.clone().unwrap();
    assert_eq!(served.run(&Task::FindContact { user: &user }, &mut Known::default()).await, Ok(vec!["read_user"]));
}

#[tokio::test]
async fn the_bridge_uploads_what_it_sends() {
    let served = classic().await;
    let contact = lorna();
    let parts = [
        Part::Media(Media::new(MediaKind::Image, MediaSource::Fetched)),
        Part::Media(Media::new(MediaKind::File, MediaSource::Fetched)),
        Part::Sticker { id: "1".to_owned(), url: Some("https://stickers.example.com/1.png".to_owned()) },
    ];
    let delivery = delivery(&contact, &parts);
    let mut known = Known::default();
    let calls = served.run(&Task::Deliver(&delivery), &mut known).await.unwrap();
    // The sticker's picture cannot be reached, so the picture is sent as a file and the sticker as a link.
    let expected = [
        "find_user",
        "create_user",
        "upload_image",
        "upload_file",
        "create_conversation",
        "upload_file",
        "create_conversation",
    ];
    assert_eq!(calls, expected);
    let seen = served.sim.received(Some(CONTACT));
    let lines: Vec<&str> = seen[0].text.lines().collect();
    let files = format!("[file] invoice.pdf {}/files/", served.base);
    assert!(lines[0].starts_with(&files) && lines[1].starts_with(&files), "{lines:?}");
    assert_eq!(lines[2..], ["[sticker]", "https://stickers.example.com/1.png"]);
}

#[tokio::test]
async fn the_bridge_copes_with_each_kind_of_resolved_conversation() {
    for (when_resolved, calls) in [
        (WhenResolved::Reopens, vec!["send_message"]),
        (WhenResolved::Refuses, vec!["send_message", "create_conversation"]),
        (WhenResolved::OpensAnother, vec!["send_message"]),
    ] {
        let served = serve(FreshchatSim::demo().unwrap().with_when_resolved(when_resolved)).await;
        let kept = bridge(&served.sim, &[]).await;
        let contact = lorna();
        let parts = [Part::text("hi")];
        let delivery = delivery(&contact, &parts);
        let mut known = Known::default();
        served.run(&Task::Deliver(&delivery), &mut known).await.unwrap();
        let first = known.link.conversation.clone().unwrap();
        assert_eq!(served.sim.resolve(CONTACT).await.unwrap().status, 200);
        let resolved = kept
            .lock()
            .unwrap()
            .0
            .iter()
            .filter(|it| String::from_utf8_lossy(&it.body).contains("conversation_resolution"))
            .count();
        assert_eq!(resolved, 1);
        known.progress = Default::default();
        assert_eq!(served.run(&Task::Deliver(&delivery), &mut known).await, Ok(calls));
        let same = known.link.conversation.as_deref() == Some(&*first);
        assert_eq!(same, when_resolved == WhenResolved::Reopens);
        assert_eq!(served.sim.received(None).len(), 2);
    }
}

#[tokio::test]
async fn a_lost_answer_doubles_nothing() {
    for first_contact in [true, false] {
        for takes_effect in [true, false] {
            let served = classic().await;
            let contact = lorna();
            let mut known = Known::default();
            if !first_contact {
                let hello = [Part::text("hello")];
                served.run(&Task::Deliver(&delivery(&contact, &hello)), &mut known).await.unwrap();
                known.progress = Default::default();
            }
            let parts = [Part::text("hi")];
            let delivery = delivery(&contact, &parts);
            let path = if first_contact { "/v2/conversations" } else { "/messages" };
            for _ in 0..2 {
                let fault = Fault::next(How::Status(502)).at(path);
                let fault = if takes_effect { fault.with_effect() } else { fault };
                served.sim.faults().add(fault);
                let lost = served.run(&Task::Deliver(&delivery), &mut known).await;
                assert!(matches!(lost, Err(Failure::Retry { doubtful: true, .. })), "{lost:?}");
                known.doubtful = true;
                if takes_effect {
                    break;
                }
                served.sim.faults().clear();
            }
            served.sim.faults().clear();
            served.run(&Task::Deliver(&delivery), &mut known).await.unwrap();
            let seen = served.sim.received(None).into_iter().filter(|seen| seen.text == "hi").collect::<Vec<_>>();
            assert_eq!(seen.len(), 1, "first contact {first_contact}, takes effect {takes_effect}");
            assert_eq!(known.progress.sent, [seen[0].id.clone()]);
        }
    }
}

#[tokio::test]
async fn an_agents_answer_is_signed_and_sent_until_it_is_acknowledged() {
    let served = classic().await;
    served.contact().await;
    Freshchat.check_settings(&served.account()).unwrap();
    let kept = bridge(&served.sim, &[500, 503]).await;
    let said = served.sim.answer(CONTACT, Saying::Text("Grüße ☺".to_owned())).await.unwrap();
    assert_eq!((said.status, said.attempts), (200, 3));
    let retries: Vec<_> =
        kept.lock().unwrap().0.iter().map(|it| it.header("x-retry-count").unwrap().to_owned()).collect();
    assert_eq!(retries, ["0", "1", "2"]);
    let event = last_event(&served, &kept, Proof::Signed);
    assert_eq!(event.id, said.id);
    let HelpdeskEventKind::Message { parts, .. } = event.kind else { panic!() };
    assert_eq!(parts, [Part::text("Grüße ☺")]);
    assert!(served.sim.answer("viber:nobody", Saying::Text("hi".to_owned())).await.is_err());
}

#[tokio::test]
async fn the_marketplace_app_hands_the_same_on_unsigned() {
    for webhooks in [Webhooks::Marketplace2, Webhooks::Marketplace3] {
        let served = serve(FreshchatSim::demo().unwrap().with_webhooks(webhooks)).await;
        served.contact().await;
        let kept = bridge(&served.sim, &[]).await;
        let media = Saying::Media {
            kind: MediaKind::File,
            url: "https://x/a.pdf".to_owned(),
            name: "a.pdf".to_owned(),
            size: 3,
        };
        served.sim.answer(CONTACT, media).await.unwrap();
        let event = last_event(&served, &kept, Proof::UrlToken);
        assert_eq!(event.contact.as_deref(), CONTACT.strip_prefix("viber:"));
        let HelpdeskEventKind::Message { author, parts } = event.kind else { panic!() };
        assert_eq!(author.name.as_deref(), Some("Ines Halvorsund"));
        assert!(matches!(&parts[..], [Part::Media(media)] if media.name.as_deref() == Some("a.pdf")));
        let body = kept.lock().unwrap().0.last().unwrap().body.clone();
        let origin = Freshchat.origin(Json::read(std::str::from_utf8(&body).unwrap()).unwrap()).unwrap();
        assert_eq!(origin.account_id.as_deref() == Some(ACCOUNT), webhooks == Webhooks::Marketplace2);
        assert_eq!(origin.hosts.is_empty(), webhooks == Webhooks::Marketplace2);
        assert_eq!(origin.topic.as_deref(), Some(TOPIC));
        served.sim.edit_user(CONTACT, json!({"first_name": "Dancing"})).await.unwrap();
        assert!(matches!(last_event(&served, &kept, Proof::UrlToken).kind, HelpdeskEventKind::UserUpdated { .. }));
        served.sim.resolve(CONTACT).await.unwrap();
        assert!(matches!(last_event(&served, &kept, Proof::UrlToken).kind, HelpdeskEventKind::Conversation { .. }));
    }
}

#[tokio::test]
async fn what_the_bridge_posts_comes_back_as_an_echo() {
    let served = classic().await;
    let kept = bridge(&served.sim, &[]).await;
    served.contact().await;
    for _ in 0..100 {
        if !kept.lock().unwrap().0.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let request = kept.lock().unwrap().0[0].clone();
    let account = served.account();
    let parsed = Freshchat.parse(&account, authenticate(&Freshchat, &account, &request).unwrap()).unwrap();
    assert_eq!((parsed.events.len(), parsed.ignored[0].reason), (0, "user"));
}

#[tokio::test]
async fn raw_parts_and_whole_messages_are_sent_as_they_are() {
    let served = classic().await;
    served.contact().await;
    let kept = bridge(&served.sim, &[]).await;
    let parts = json!([{"quick_reply_button": {"label": "Yes"}}]);
    served.sim.answer(CONTACT, Saying::Raw(parts)).await.unwrap();
    let event = last_event(&served, &kept, Proof::Signed);
    assert!(
        matches!(event.kind, HelpdeskEventKind::Message { parts, .. } if matches!(parts[..], [Part::Buttons { .. }]))
    );
    let private = json!({"message_type": "private", "message_parts": [{"text": {"content": "psst"}}]});
    served.sim.answer(CONTACT, Saying::Raw(private)).await.unwrap();
    let body: Value = serde_json::from_slice(&kept.lock().unwrap().0.last().unwrap().body).unwrap();
    assert_eq!(body["data"]["message"]["message_type"], "private");
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let served = classic().await;
    served.contact().await;
    served.sim.paste_webhook("http://127.0.0.1:9/");
    let again = FreshchatSim::demo().unwrap();
    again.restore(served.sim.snapshot());
    assert_eq!(again.received(None), served.sim.received(None));
    assert_eq!(again.public_key(), served.sim.public_key());
    assert_eq!(again.snapshot(), served.sim.snapshot());
}

#[tokio::test]
async fn ratings_hours_and_the_place_of_conversations_are_checked() {
    let served = classic().await;
    let (user, conversation) = served.contact().await;
    let csat = format!("/csat/{conversation}");
    assert_eq!(served.post(&csat, &sample("create_csat.request.json")).await.0, 200);
    assert_eq!(served.sim.ratings(), [(conversation.clone(), 5)]);
    for body in [json!({}), json!({"rating": 6}), json!({"rating": "5"}), json!({"rating": 5, "stars": 5})] {
        assert_eq!(served.post(&csat, &body).await.0, 400, "{body}");
    }
    assert_eq!(served.post("/csat/nowhere", &json!({"rating": 5})).await.0, 404);
    assert_eq!(served.get("/business-hours/within-bh").await.1, json!({"within_business_hours": true}));
    served.sim.close(true);
    assert_eq!(served.get("/business-hours/within-bh?group_id=x").await.1, json!({"within_business_hours": false}));
    assert_eq!(served.get("/business-hours/within-bh?when=now").await.0, 400);
    let new = |fields: Value| {
        let mut body = renamed(sample("create_conversation.request.json"), &user);
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    };
    let placed = new(json!({"assigned_group_id": GROUP, "properties": {"priority": "Urgent"}}));
    let (status, shown) = served.post("/conversations", &placed).await;
    assert_eq!((status, &shown["assigned_group_id"]), (200, &json!(GROUP)), "{shown}");
    assert_eq!(shown["properties"]["priority"], "Urgent");
    for (fields, status) in [
        (json!({"assigned_group_id": "x"}), 404),
        (json!({"properties": {"priority": "urgent"}}), 400),
        (json!({"properties": {"cf_unknown": "x"}}), 400),
        (json!({"properties": []}), 400),
        (json!({"colour": "red"}), 400),
    ] {
        assert_eq!(served.post("/conversations", &new(fields.clone())).await.0, status, "{fields}");
    }
}

#[tokio::test]
async fn users_are_found_by_the_filters_alone() {
    let served = classic().await;
    let (user, _) = served.contact().await;
    let found = async |query: &str| {
        let (status, answer) = served.get(&format!("/users?{query}")).await;
        let ids = answer["users"].as_array().into_iter().flatten().map(|user| store::text(user, "id"));
        (status, ids.collect::<Vec<_>>())
    };
    let encoded: String = form_urlencoded::byte_serialize(CONTACT.as_bytes()).collect();
    assert_eq!(found(&format!("reference_id={encoded}")).await, (200, vec![user]));
    for nobody in ["phone_no=%2B1", "email=nobody%40example.com"] {
        assert_eq!(found(nobody).await, (200, vec![]), "{nobody}");
    }
    for bad in ["", "phone=%2B1", "phone_no=%2B1&channel=viber", "properties=x"] {
        assert_eq!(found(bad).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn nobody_writes_as_a_merged_user_or_in_a_deleted_topic() {
    let served = classic().await;
    let (user, conversation) = served.contact().await;
    let message = json!({"actor_type": "user", "actor_id": user, "message_parts": [{"text": {"content": "hi"}}]});
    let messages = format!("/conversations/{conversation}/messages");
    served.sim.merge_user(CONTACT, true);
    let (status, answer) = served.post(&messages, &message).await;
    assert_eq!((status, &answer["status"]), (404, &json!("USER_NOT_FOUND")));
    assert_eq!(served.get(&format!("/users/{user}")).await.0, 404);
    assert_eq!(served.get(&format!("/users/{user}/conversations")).await.0, 404);
    let merged = store::text(&served.sim.users()[0], "id");
    assert_eq!(store::text(&served.sim.conversations()[0], "user_id"), merged);
    served.sim.delete_topic(TOPIC, true);
    let new = renamed(sample("create_conversation.request.json"), &merged);
    let (status, answer) = served.post("/conversations", &new).await;
    assert_eq!((status, &answer["status"]), (404, &json!("CHANNEL_NOT_FOUND")));
    let listed = served.get("/channels").await.1;
    assert!(!listed.to_string().contains(TOPIC), "{listed}");
    served.sim.delete_topic(TOPIC, false);
    assert_eq!(served.post("/conversations", &new).await.0, 200);
}

#[tokio::test]
async fn an_account_has_one_field_for_a_webhook() {
    let served = classic().await;
    served.contact().await;
    let (first, second) = (bridge(&served.sim, &[]).await, bridge(&served.sim, &[]).await);
    served.sim.answer(CONTACT, Saying::Text("hi".to_owned())).await.unwrap();
    let calls = [first, second].map(|kept| kept.lock().unwrap().0.len());
    assert_eq!(calls, [0, 1]);
    served.sim.paste_webhook("");
    assert!(served.sim.answer(CONTACT, Saying::Text("hi".to_owned())).await.is_err());
}

#[tokio::test]
async fn messages_are_listed_from_a_time_on_and_only_from_a_time_in_utc() {
    let served = classic().await;
    let (_, conversation) = served.contact().await;
    let list = async |from: &str| {
        let from = format!("/conversations/{conversation}/messages?from_time={}", from.replace('+', "%2B"));
        let (status, answer) = served.get(&from).await;
        (status, answer["messages"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(list("2020-01-01T00:00:00Z").await, (200, 1));
    assert_eq!(list("2999-01-01T00:00:00.5Z").await, (200, 0));
    for bad in ["", "yesterday", "2020-01-01", "2020-01-01T00:00:00", "2020-01-01T00:00:00+02:00", "1577836800"] {
        assert_eq!(list(bad).await.0, 400, "{bad}");
    }
    served.sim.delete_conversation(CONTACT);
    assert_eq!(list("2020-01-01T00:00:00Z").await.0, 404);
}
