//! Tests of one URL that serves several installations.

use std::sync::Arc;

use byoc::{
    ingest::{Ingest, WebhookPath},
    model::installation::Route,
    tools::crypto::hmac_sha256,
};
use byoc_local::server::Server;
use byoc_tests::{Rig, eventually};
use byoc_vendors::{
    fault::{Fault, How, with_faults},
    helpdesk::freshchat::{FreshchatSim, TOPICS, Webhooks},
    people::{HelpdeskSim, Saying, WebhookCall},
};
use serde_json::{Value, json};

/// The number of the rig and another number of the same app.
const NUMBERS: [&str; 2] = ["109830417265540", "109830417265541"];

async fn serve(router: axum::Router) -> Server {
    Server::start(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), router).unwrap()
}

/// Installs a change of the rig's request. Returns the status and the answer.
async fn install(rig: &Rig, changes: &[(&str, Value)]) -> (u16, Value) {
    let mut request = rig.bridge.request.clone();
    for (path, value) in changes {
        *request.pointer_mut(path).unwrap() = value.clone();
    }
    rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap()
}

async fn messages(rig: &Rig, installation: &Value) -> usize {
    let path = format!("/installations/{}/messages", installation["id"].as_str().unwrap());
    rig.bridge.admin("GET", &path, None).await.unwrap().1["messages"].as_array().unwrap().len()
}

async fn check(rig: &Rig) -> String {
    let path = format!("/installations/{}/check", rig.bridge.installation_id());
    rig.bridge.admin("POST", &path, None).await.unwrap().1["findings"].to_string()
}

async fn uninstall(rig: &Rig) {
    let path = format!("/installations/{}", rig.bridge.installation_id());
    assert_eq!(rig.bridge.admin("DELETE", &path, None).await.unwrap().0, 200);
}

/// A message for the second number of the app, which Meta sends to the URL of the first, signed with a key.
async fn for_second_number(rig: &Rig, key: &str) -> WebhookCall {
    rig.customer_says("to the first").await;
    let mut call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
    let body = String::from_utf8(call.body.to_vec()).unwrap().replace(NUMBERS[0], NUMBERS[1]);
    let signature = format!("sha256={}", hex_of(&hmac_sha256(key.as_bytes(), body.as_bytes())));
    call.headers.insert("x-hub-signature-256", signature.parse().unwrap());
    call.body = body.into();
    call
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key_of(rig: &Rig) -> String {
    rig.bridge.request["channel"]["app_secret"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_channels_of_one_account_get_their_answers_through_one_url_and_through_the_app() {
    let kinds: Vec<&str> = byoc_vendors::channels().collect();
    for trio in kinds.chunks(TOPICS.len()) {
        account_of(trio).await;
    }
}

/// Lets an installation take the unsigned events that the Marketplace app forwards, as the app's page does.
async fn takes_forwarded_events(rig: &Rig, installation: &Value) {
    let path = format!("/installations/{}", installation["id"].as_str().unwrap());
    let change = json!({"settings": {"marketplace": true}});
    assert_eq!(rig.bridge.admin("PATCH", &path, Some(&change)).await.unwrap().0, 200);
}

/// Joins these channels to the topics of one account, and lets every customer and an agent write to each other: through
/// Freshchat's own webhook, through the URL to which the Marketplace app forwards, and through the app's invocations.
async fn account_of(kinds: &[&'static str]) {
    let freshchat = FreshchatSim::demo().unwrap();
    let helpdesk = Arc::new(freshchat.clone());
    let rig = Rig::start_with(kinds[0], "freshchat", |settings| settings.helpdesk = helpdesk).await;
    takes_forwarded_events(&rig, &rig.bridge.installation).await;
    let (mut sims, mut servers) = (vec![rig.bridge.channel.clone()], Vec::new());
    for (kind, topic) in kinds.iter().zip(TOPICS).skip(1) {
        let sim = byoc_vendors::channel(kind).unwrap();
        let server = serve(with_faults(sim.router(), sim.faults())).await;
        let channel = sim.install(&server.url());
        let changes = [("/channel", channel), ("/helpdesk/channel_id", json!(topic))];
        let (status, made) = install(&rig, &changes).await;
        assert_eq!(status, 201, "{kind}: {made}");
        takes_forwarded_events(&rig, &made).await;
        sim.paste_webhook(made["channel_webhook_url"].as_str().unwrap());
        sims.push(sim);
        servers.push(server);
    }
    for (index, sim) in sims.iter().enumerate() {
        let kind = sim.kind();
        let said = sim.say(sim.customer(), Saying::Text(format!("from {kind}"))).await.unwrap();
        assert_eq!(said.status, 200, "{kind}: {}", said.body);
        let contact = rig.exactly_at_helpdesk(index + 1).await.pop().unwrap().contact;
        for webhooks in [Webhooks::Classic, Webhooks::Marketplace2, Webhooks::Marketplace3] {
            let text = format!("to {kind} by {webhooks:?}");
            let way = freshchat.clone().with_webhooks(webhooks);
            way.answer(&contact, Saying::Text(text.clone())).await.unwrap();
            let arrived = || sim.received(None).iter().filter(|seen| seen.text.contains(&text)).count();
            eventually(&text, async || (arrived() == 1).then_some(())).await;
            if webhooks != Webhooks::Classic {
                // The app may also hand its event to the function, which finds the installation by account and topic.
                let call = rig.bridge.traffic.calls("/helpdesks/").pop().unwrap();
                let taken = rig.bridge.invoke_product_events(serde_json::from_slice(&call.body).unwrap()).await;
                assert_eq!(taken["ok"], true, "{kind}: {taken}");
            }
            rig.settled().await;
            assert_eq!(arrived(), 1, "{text}");
        }
    }
    let counts: Vec<usize> = sims.iter().map(|sim| sim.received(None).len()).collect();
    assert_eq!(counts, vec![3; kinds.len()], "{kinds:?}");
    assert_eq!(rig.notes(), [], "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_numbers_of_one_app_share_a_url_even_when_its_owner_is_gone() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    let call = for_second_number(&rig, &key_of(&rig)).await;
    let second = json!(NUMBERS[1]);
    let (status, made) = install(&rig, &[("/channel/phone_number_id", second)]).await;
    assert_eq!(status, 201, "{made}");
    // A send that the queue refuses makes the platform send the call again.
    let queue = rig.bridge.queues.queues().calls();
    queue.add(Fault::next(How::Status(500)).at("SendMessage").times(9));
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 503);
    queue.clear();
    for _ in 0..2 {
        assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
    }
    eventually("the message", async || (messages(&rig, &made).await == 1).then_some(())).await;
    rig.wait_for_surplus().await;
    assert_eq!(messages(&rig, &made).await, 1);
    uninstall(&rig).await;
    // Another process does not remember the installation as it was.
    let ingest = Ingest::from_environment(&rig.bridge.variables()).await.unwrap();
    let mut own = call.clone();
    own.body = String::from_utf8(call.body.to_vec()).unwrap().replace(NUMBERS[1], NUMBERS[0]).into();
    let mut forged = call.clone();
    forged.headers.insert("x-hub-signature-256", "sha256=00".parse().unwrap());
    for (call, status) in [(call, 200), (own, 410), (forged, 410)] {
        let mut request = http::Request::post(call.target.as_str()).body(call.body).unwrap();
        *request.headers_mut() = call.headers;
        let path = WebhookPath::parse(Route::Channel, &call.target).unwrap();
        assert_eq!(ingest.channel(&path, request).await.status(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sibling_with_other_keys_gets_nothing() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    let changes = [("/channel/phone_number_id", json!(NUMBERS[1])), ("/channel/app_secret", json!("f".repeat(32)))];
    let (status, made) = install(&rig, &changes).await;
    assert_eq!(status, 201, "{made}");
    let call = for_second_number(&rig, &key_of(&rig)).await;
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
    rig.wait_for_surplus().await;
    assert_eq!(messages(&rig, &made).await, 0);
    // The owner's own signature is still required, whoever else's key fits.
    let call = for_second_number(&rig, &"f".repeat(32)).await;
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_one_account() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    let deskie = byoc_vendors::helpdesk("deskie").unwrap();
    let server = serve(with_faults(deskie.router(), deskie.faults())).await;
    let (status, told) = install(&rig, &[("/helpdesk", deskie.install(&server.url()))]).await;
    assert_eq!((status, &told["error"]["code"]), (409, &json!("address_taken")), "{told}");
    // Another host proves nothing about this one, so its claim is an address of its own.
    let url = rig.bridge.vendor_urls().0.replace("127.0.0.1", "localhost") + "/v25.0";
    let changes = [("/channel/phone_number_id", json!(NUMBERS[1])), ("/channel/api_url", json!(url))];
    let (status, made) = install(&rig, &changes).await;
    assert_eq!(status, 201, "{made}");
    let call = for_second_number(&rig, &key_of(&rig)).await;
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
    rig.wait_for_surplus().await;
    assert_eq!(messages(&rig, &made).await, 0);
    let findings = check(&rig).await;
    assert!(findings.contains(&format!("calls for the number {} arrive here", NUMBERS[1])), "{findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_event_of_a_victim_goes_nowhere_from_another_host() {
    let unsigned = Arc::new(FreshchatSim::demo().unwrap().with_webhooks(Webhooks::Marketplace2));
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.helpdesk = unsigned).await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    // The attacker has an installation on a host of their own, and posts a victim's event to its URL.
    let url = rig.bridge.vendor_urls().1.replace("127.0.0.1", "localhost") + "/v2";
    let changes = [("/helpdesk/api_url", json!(url)), ("/helpdesk/channel_id", json!(TOPICS[1]))];
    let (status, attacker) = install(&rig, &changes).await;
    assert_eq!(status, 201, "{attacker}");
    let mut call = rig.bridge.traffic.calls("/helpdesks/").pop().unwrap();
    let before = messages(&rig, &rig.bridge.installation).await;
    call.target = attacker["helpdesk_webhook_url"].as_str().unwrap().replace(&rig.bridge.url, "");
    let body = String::from_utf8(call.body.to_vec()).unwrap();
    let id = serde_json::from_str::<Value>(&body).unwrap()["data"]["message"]["messages"][0]["id"].clone();
    call.body = body.replace(id.as_str().unwrap_or("Hello"), "another-id").into();
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
    rig.wait_for_surplus().await;
    assert_eq!(messages(&rig, &rig.bridge.installation).await, before);
}
