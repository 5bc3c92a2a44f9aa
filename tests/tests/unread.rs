//! Tests of signed calls that cannot be read: none is refused, none is lost, and none lies open in the table.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use byoc::{
    adapter::{authenticate, unread::kept},
    ingest::{Ingest, WebhookPath},
    installations::OpenInstallation,
    model::{
        installation::{Route, Side},
        message::{ENVELOPE_VERSION, Envelope, Event, UnreadEvent},
    },
    outside::{clock::now, queue::Outgoing, vault::Vault},
    store::{Claim, JournalKey, Owed, Settlement, Store},
    tools::crypto::{hmac_sha1, hmac_sha256},
};
use byoc_local::bridge::{DEAD_LETTERS, QUEUE, TABLE};
use byoc_tests::{Rig, eventually, http_client, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::freshchat::FreshchatSim,
    people::WebhookCall,
};
use serde_json::{Value, json};

/// What must stand nowhere in the table.
const CANARY: &str = "a canary of the customer";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn credential(rig: &Rig, name: &str) -> Vec<u8> {
    rig.bridge.request["channel"][name].as_str().unwrap().as_bytes().to_vec()
}

/// Signs a body as the channel of the rig would.
fn signed(rig: &Rig, call: &WebhookCall, body: impl Into<Vec<u8>>) -> WebhookCall {
    let (mut call, body) = (call.clone(), body.into());
    let tag = |key: &str| hmac_sha256(&credential(rig, key), &body);
    let (header, value) = match rig.bridge.request["channel"]["kind"].as_str().unwrap() {
        "viber" => ("x-viber-content-signature", hex(&tag("auth_token"))),
        "line" => ("x-line-signature", STANDARD.encode(tag("channel_secret"))),
        "whatsapp" => ("x-hub-signature-256", format!("sha256={}", hex(&tag("app_secret")))),
        // This channel signs no body; its calls carry a word.
        "telegram" => ("x-nothing", String::new()),
        other => panic!("no signature for {other}"),
    };
    call.headers.insert(http::HeaderName::from_static(header), value.parse().unwrap());
    call.body = body.into();
    call
}

/// Returns a bridge and a call of its channel.
async fn rig(channel: &str) -> (Rig, WebhookCall) {
    let rig = Rig::start(channel, "freshchat").await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    let call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
    (rig, call)
}

async fn post(rig: &Rig, route: &str, body: Value) -> (u16, Value) {
    let path = format!("/installations/{}/{route}", rig.bridge.installation_id());
    rig.bridge.admin("POST", &path, Some(&body)).await.unwrap()
}

async fn get(rig: &Rig, route: &str) -> Value {
    let path = format!("/installations/{}{route}", rig.bridge.installation_id());
    rig.bridge.admin("GET", &path, None).await.unwrap().1
}

/// Returns the dead calls. A note about a call of somebody whom the helpdesk does not know has no place and is dead, too.
async fn listed(rig: &Rig) -> Vec<Value> {
    let mut dead = get(rig, "/dead-letters").await["messages"].as_array().unwrap().clone();
    dead.retain(|dead| dead["direction"] != "note");
    dead
}

async fn until_dead(rig: &Rig, attempts: u64) -> Value {
    let is_dead = |dead: &Vec<Value>| dead.len() == 1 && dead[0]["attempts"].as_u64() == Some(attempts);
    eventually("the dead letter", async || Some(listed(rig).await).filter(is_dead)).await.remove(0)
}

/// Fails if a text stands in the table, as it is or as Base64 at any offset.
async fn not_in_table(rig: &Rig, text: &str) {
    let items = rig.aws().await.dynamodb().scan().table_name(TABLE).send().await.unwrap();
    let bytes: Vec<u8> = items
        .items()
        .iter()
        .flat_map(|item| item.values())
        .flat_map(|value| match value {
            aws_sdk_dynamodb::types::AttributeValue::B(blob) => [b"\n", blob.as_ref()].concat(),
            other => format!("\n{other:?}").into_bytes(),
        })
        .collect();
    let mut wanted = vec![text.as_bytes().to_vec()];
    for offset in 0..3 {
        let encoded = STANDARD.encode([&b"xx"[..offset.min(2)], text.as_bytes()].concat());
        wanted.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    for wanted in wanted {
        assert!(!bytes.windows(wanted.len()).any(|window| window == wanted), "{}", String::from_utf8_lossy(&wanted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_channel_should_send_is_kept_sealed_and_dies_again_or_is_discarded() {
    for (channel, body) in [
        ("viber", json!({"sender": {"id": "nobody=="}, "message": {"type": "text", "text": CANARY}})),
        ("line", json!({"destination": "U0", "events": {"text": CANARY}})),
        ("whatsapp", json!({"object": "whatsapp_business_account", "entries": [{"text": CANARY}]})),
        ("telegram", json!({"text": CANARY})),
    ] {
        let (rig, call) = rig(channel).await;
        let call = signed(&rig, &call, body.to_string());
        // The platform repeats it.
        for _ in 0..2 {
            assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200, "{channel}");
        }
        let dead = until_dead(&rig, 1).await;
        assert_eq!((&dead["direction"], &dead["contact"]), (&json!("inbound"), &json!("")), "{channel} {dead}");
        assert!(dead["error"].as_str().unwrap().contains("cannot read it"), "{channel} {dead}");
        not_in_table(&rig, CANARY).await;
        assert_eq!(post(&rig, "redrive", json!({"message": dead["id"]})).await.1["redriven"], 1, "{channel}");
        until_dead(&rig, 2).await;
        not_in_table(&rig, CANARY).await;
        let discard = json!({"message": dead["id"], "reason": "nothing of use"});
        assert_eq!(post(&rig, "discard", discard).await.1["discarded"], 1, "{channel}");
        assert_eq!(listed(&rig).await, [] as [Value; 0], "{channel}");
        rig.exactly_at_helpdesk(1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_of_a_call_can_be_read_arrives_once_and_the_rest_is_kept() {
    for (channel, list) in [("line", "/events"), ("whatsapp", "/entry/0/changes/0/value/messages")] {
        let (rig, call) = rig(channel).await;
        let mut body: Value = serde_json::from_slice(&call.body).unwrap();
        let events = body.pointer_mut(list).unwrap().as_array_mut().unwrap();
        let (mut fine, mut odd) = (events[0].clone(), events[0].clone());
        let id = format!("{:x}", now().get());
        if channel == "line" {
            (fine["webhookEventId"], fine["message"]["id"], fine["message"]["text"]) =
                (json!(id), json!(id), json!("fine"));
            odd["source"]["userId"] = json!({"id": 5});
        } else {
            (fine["id"], fine["text"]["body"]) = (json!(id), json!("fine"));
            (odd["from"], odd["from_user_id"]) = (json!({"number": 5}), Value::Null);
        }
        *events = vec![odd, fine];
        let call = signed(&rig, &call, body.to_string());
        assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200, "{channel}");
        assert_eq!(texts(&rig.exactly_at_helpdesk(2).await)[1], "fine", "{channel}");
        let dead = until_dead(&rig, 1).await;
        assert!(dead["error"].as_str().unwrap().contains("names no contact"), "{channel} {dead}");
        assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1, "{channel}");
        until_dead(&rig, 2).await;
        rig.exactly_at_helpdesk(2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_told_where_the_contact_is_known() {
    let (rig, call) = rig("viber").await;
    let contact = rig.bridge.channel.customer().to_owned();
    let body = json!({"sender": {"id": contact}, "message": {"type": "text", "text": CANARY}}).to_string();
    assert_eq!(rig.bridge.repeat(&signed(&rig, &call, body)).await.unwrap(), 200);
    until_dead(&rig, 1).await;
    let told = eventually("a note", async || rig.notes().pop()).await;
    assert!(told.text.contains("could not be shown here") && !told.text.contains(CANARY), "{told:?}");
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    until_dead(&rig, 2).await;
    eventually("a second note", async || (rig.notes().len() == 2).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_helpdesk_signs_and_nobody_reads_is_kept_too() {
    let sim = Arc::new(FreshchatSim::demo().unwrap());
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.helpdesk = sim.clone()).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    let mut call = rig.bridge.traffic.calls("/helpdesks/").pop().unwrap();
    let body = json!({"deed": "message_create", "data": {"text": CANARY}}).to_string();
    call.headers.insert("x-freshchat-signature", sim.sign(body.as_bytes()).unwrap().parse().unwrap());
    call.body = body.into();
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
    let dead = until_dead(&rig, 1).await;
    assert_eq!(dead["direction"], "outbound", "{dead}");
    not_in_table(&rig, CANARY).await;
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    until_dead(&rig, 2).await;
}

/// Returns a call in the form in which a version that cannot read it keeps it.
async fn unread(rig: &Rig, call: &WebhookCall) -> UnreadEvent {
    let environment = rig.bridge.variables();
    let aws = rig.aws().await;
    let store = Store::new(aws.dynamodb(), TABLE);
    let vault = Vault::new(&environment.vault().unwrap(), &aws).unwrap();
    let installation = store.installation(rig.bridge.installation_id()).await.unwrap().unwrap();
    let sealed = vault.open(&installation.id, &installation.sealed).await.unwrap();
    let open = OpenInstallation::new(installation, sealed, &rig.bridge.url).unwrap();
    let request = byoc::adapter::webhook::WebhookRequest {
        method: http::Method::POST,
        url: format!("{}{}", rig.bridge.url, call.target),
        query: String::new(),
        rest: String::new(),
        headers: call.headers.clone(),
        body: call.body.clone(),
        received_at: now(),
        id: "0".repeat(32),
    };
    kept(Side::Channel, authenticate(open.channel, &open.account(Side::Channel), &request).unwrap())
}

fn envelope(rig: &Rig, call: UnreadEvent) -> Outgoing {
    let installation = rig.bridge.installation_id().to_owned();
    let event = Event::Unread(call);
    Outgoing::pack(&Envelope { v: ENVELOPE_VERSION, installation, received_at: now(), event }).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_version_kept_becomes_messages_after_an_update() {
    for channel in ["viber", "whatsapp", "line"] {
        let (rig, call) = rig(channel).await;
        let body = String::from_utf8(call.body.to_vec()).unwrap();
        // Another message in a form that this version reads: the older one did not, and has buried it.
        let fresh = |text: &str| {
            let id = format!("{:x}", now().get());
            let mut body: Value = serde_json::from_str(&body.replace("before", text)).unwrap();
            match channel {
                "viber" => body["message_token"] = json!(now().get()),
                "whatsapp" => body["entry"][0]["changes"][0]["value"]["messages"][0]["id"] = json!(id),
                _ => {
                    body["events"][0]["webhookEventId"] = json!(id);
                    body["events"][0]["message"]["id"] = json!(id);
                }
            }
            signed(&rig, &call, body.to_string())
        };
        let buried = unread(&rig, &fresh("buried")).await;
        let key = JournalKey::of_unread(rig.bridge.installation_id(), &buried);
        let message = envelope(&rig, buried);
        let aws = rig.aws().await;
        let (store, vault) =
            (Store::new(aws.dynamodb(), TABLE), Vault::new(&rig.bridge.variables().vault().unwrap(), &aws).unwrap());
        let Claim::Work(claimed) = store.claim(&key, now(), now()).await.unwrap() else { panic!("finished") };
        let sealed = vault.seal_bytes(&key.installation, message.body.clone().into_bytes()).await.unwrap();
        let envelope_kept = store.keep_sealed(&claimed, &message, &sealed, now()).await.unwrap();
        let dead = Settlement::Dead { reason: "this version cannot read it".into(), envelope: envelope_kept };
        store.settle(&claimed, &dead, &Owed::default(), now()).await.unwrap();
        assert_eq!(post(&rig, "redrive", json!({})).await.1, json!({"redriven": 1, "more": false}), "{channel}");
        assert_eq!(texts(&rig.exactly_at_helpdesk(2).await)[1], "buried", "{channel}");
        assert_eq!(listed(&rig).await, [] as [Value; 0], "{channel}");
        // One that still waits in the queue during the update needs no redrive.
        let waiting = unread(&rig, &fresh("waiting")).await;
        rig.queue(QUEUE).await.send_one(&envelope(&rig, waiting), None).await.unwrap();
        assert_eq!(texts(&rig.exactly_at_helpdesk(3).await)[2], "waiting", "{channel}");
        assert_eq!(listed(&rig).await, [] as [Value; 0], "{channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hundred_and_first_of_a_day_is_dropped_counted_and_shown() {
    let (rig, call) = rig("viber").await;
    let body = |number: u32| json!({"message": {"text": format!("{CANARY} {number}")}}).to_string();
    for number in 0..100 {
        assert_eq!(rig.bridge.repeat(&signed(&rig, &call, body(number))).await.unwrap(), 200);
    }
    assert_eq!(get(&rig, "").await["problem"], Value::Null);
    // Another process shares the limit, and has written nothing in the last minute.
    let ingest = Ingest::from_environment(&rig.bridge.variables()).await.unwrap();
    for number in [100, 101] {
        let call = signed(&rig, &call, body(number));
        let mut request = http::Request::post(call.target.as_str()).body(call.body).unwrap();
        *request.headers_mut() = call.headers;
        let path = WebhookPath::parse(Route::Channel, &call.target).unwrap();
        assert_eq!(ingest.channel(&path, request).await.status(), 200);
    }
    let shown = get(&rig, "").await;
    assert_eq!(shown["problem"]["code"], "unread_dropped", "{shown}");
    assert_eq!(shown["heard"]["channel"]["refused"][0]["reason"], "unread_too_many", "{shown}");
    let (_, report) = post(&rig, "check", json!({})).await;
    assert_eq!((&report["ok"], &report["problem"]["code"]), (&json!(false), &json!("unread_dropped")), "{report}");
    let url = shown["settings_url"].as_str().unwrap();
    let html = http_client().get(url).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Needs your attention") && html.contains("cannot be read, and were dropped"), "{html}");
    rig.settled().await;
    assert_eq!(post(&rig, "redrive", json!({"dry_run": true})).await.1["redriven"], 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_body_is_kept_and_a_longer_one_is_dropped() {
    let (rig, call) = rig("viber").await;
    let body = |length: usize| format!("{{\"text\":\"{CANARY}{}\"}}", "x".repeat(length - 11 - CANARY.len()));
    let longest = body(600 * 1024);
    assert_eq!(longest.len(), 600 * 1024);
    assert_eq!(rig.bridge.repeat(&signed(&rig, &call, longest)).await.unwrap(), 200);
    until_dead(&rig, 1).await;
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    until_dead(&rig, 2).await;
    let ingest = Ingest::from_environment(&rig.bridge.variables()).await.unwrap();
    let call = signed(&rig, &call, body(600 * 1024 + 1));
    let mut request = http::Request::post(call.target.as_str()).body(call.body).unwrap();
    *request.headers_mut() = call.headers;
    let path = WebhookPath::parse(Route::Channel, &call.target).unwrap();
    assert_eq!(ingest.channel(&path, request).await.status(), 200);
    let shown = get(&rig, "").await;
    assert_eq!(shown["heard"]["channel"]["refused"][0]["reason"], "unread_too_long", "{shown}");
    assert_eq!(shown["problem"]["code"], "unread_dropped", "{shown}");
    rig.settled().await;
    assert_eq!(listed(&rig).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_gets_the_answer_that_it_wants() {
    let (rig, call) = rig("twilio").await;
    let from = form_urlencoded::parse(&call.body).find(|(name, _)| name == "From").unwrap().1.into_owned();
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("From", from.as_str()), ("Note", CANARY)])
        .finish();
    let url = format!("{}{}", rig.bridge.url, call.target);
    // The fields, sorted by name, stand behind the URL.
    let text = format!("{url}From{from}Note{CANARY}");
    let tag = STANDARD.encode(hmac_sha1(&credential(&rig, "auth_token"), text.as_bytes()));
    let post = http_client().post(url).header("x-twilio-signature", tag);
    let answer = post.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"text/xml".parse().unwrap()));
    assert!(answer.text().await.unwrap().contains("<Response/>"));
    until_dead(&rig, 1).await;
    not_in_table(&rig, CANARY).await;
    eventually("a note", async || rig.notes().pop()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_that_is_not_stored() {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.workers = 0).await;
    rig.customer_says("before").await;
    let call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
    let call = signed(&rig, &call, json!({"text": CANARY}).to_string());
    let queue = rig.bridge.queues.queues().calls();
    queue.add(Fault::next(How::Status(500)).at("SendMessage").times(9));
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 503);
    queue.clear();
    // A table that cannot tell how many there were is no reason to lose one.
    for how in [How::Status(500), How::Hang(std::time::Duration::from_secs(5))] {
        rig.bridge.table.calls().add(Fault::next(how).at("UpdateItem").times(9));
        assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
        rig.bridge.table.calls().clear();
    }
    assert_eq!(rig.bridge.queues.queues().peek(QUEUE).len(), 2, "the message before, and the call once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_relay_set_aside_comes_back() {
    let (rig, call) = rig("viber").await;
    let mut body: Value = serde_json::from_slice(&call.body).unwrap();
    (body["message_token"], body["message"]["text"]) = (json!(now().get()), json!("set aside"));
    let unread = unread(&rig, &signed(&rig, &call, body.to_string())).await;
    rig.queue(DEAD_LETTERS).await.send_one(&envelope(&rig, unread), Some("the message cannot be read")).await.unwrap();
    assert_eq!(post(&rig, "redrive", json!({})).await.1["redriven"], 1);
    assert_eq!(texts(&rig.exactly_at_helpdesk(2).await)[1], "set aside");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_kills_the_process_is_not_read_a_fourth_time() {
    let (rig, call) = rig("viber").await;
    let mut body: Value = serde_json::from_slice(&call.body).unwrap();
    (body["message_token"], body["message"]["text"]) = (json!(now().get()), json!("poison"));
    let unread = unread(&rig, &signed(&rig, &call, body.to_string())).await;
    let store = Store::new(rig.aws().await.dynamodb(), TABLE);
    let key = JournalKey::of_unread(rig.bridge.installation_id(), &unread);
    for _ in 0..3 {
        store.claim(&key, now(), now()).await.unwrap();
    }
    rig.queue(QUEUE).await.send_one(&envelope(&rig, unread), None).await.unwrap();
    until_dead(&rig, 4).await;
    rig.exactly_at_helpdesk(1).await;
}
