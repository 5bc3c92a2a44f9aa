//! Tests of what went wrong with other bridges, by public reports. Each names its source.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use byoc::{model::message::MediaKind, tools::crypto::hmac_sha256};
use byoc_local::server::Server;
use byoc_tests::{FILES, Rig, eventually, every_channel, every_helpdesk, texts};
use byoc_vendors::{helpdesk::freshchat::FreshchatSim, people::Saying};
use serde_json::{Value, json};

/// Calls the installation's URL and returns the status of the answer.
async fn call(rig: &Rig, url: &str, header: (&str, &str), body: String) -> u16 {
    let url = rig.bridge.installation[url].as_str().unwrap();
    let request = byoc_tests::http_client().post(url).header("content-type", "application/json");
    request.header(header.0, header.1).body(body).send().await.unwrap().status().as_u16()
}

/// Calls the installation of a WhatsApp number as Meta would.
async fn whatsapp_calls(rig: &Rig, mut value: Value) -> u16 {
    let channel = &rig.bridge.request["channel"];
    value["metadata"] = json!({"phone_number_id": channel["phone_number_id"]});
    let call_of = |value: Value| json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
    let body = call_of(value).to_string();
    let mac = hmac_sha256(channel["app_secret"].as_str().unwrap().as_bytes(), body.as_bytes());
    let signature: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    call(rig, "channel_webhook_url", ("x-hub-signature-256", &format!("sha256={signature}")), body).await
}

/// Serves files: what a handler answers to the number of earlier requests. Everything else of the API is an empty object.
async fn host<F, R>(answer: F) -> Server
where
    F: Fn(usize, HeaderMap) -> R + Clone + Send + Sync + 'static,
    R: IntoResponse + 'static,
{
    let count = Arc::new(AtomicUsize::new(0));
    let handler = move |uri: Uri, headers: HeaderMap| {
        let is_file = !uri.path().ends_with(".json");
        let answer = is_file.then(|| answer(count.fetch_add(1, Ordering::Relaxed), headers).into_response());
        async move { answer.unwrap_or_else(|| "{}".into_response()) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Server::start(listener, Router::new().fallback(get(handler))).unwrap()
}

const CLIP: (&str, &str, &[u8]) = FILES[1];
const PAPER: (&str, &str, &[u8]) = FILES[3];

fn file_at(host: &Server, (name, kind, bytes): (&str, &str, &[u8])) -> Saying {
    let (url, name) = (format!("{}/{name}", host.url()), name.to_owned());
    Saying::Media { kind: MediaKind::of(kind), url, name, size: bytes.len() as u64 }
}

/// Returns a host that answers without bytes, then with a page, and then with the file.
async fn host_that_needs_time((_, kind, bytes): (&'static str, &'static str, &'static [u8])) -> Server {
    host(move |count, _| -> Response {
        match count {
            0 => ([(header::CONTENT_TYPE, kind)], Vec::new()).into_response(),
            1 => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], "<html>Please wait</html>").into_response(),
            _ => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        }
    })
    .await
}

// openclaw/openclaw#96163 (a 200 without bytes), gabrieldwight/Whatsapp-Business-Cloud-Api-Net#45 (a page).
#[tokio::test(flavor = "multi_thread")]
async fn a_customers_file_without_bytes_or_a_page_in_its_place_is_asked_for_again() {
    every_channel(|channel, helpdesk| async move {
        // What comes from SMS at Bird is a link in a text.
        if channel == "bird" {
            return;
        }
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        // Where only the link tells what a document is, the link counts.
        let has_links = matches!(channel, "instagram" | "messagebird" | "messenger");
        for (number, file) in (2..).zip([CLIP].into_iter().chain(has_links.then_some(PAPER))) {
            let host = host_that_needs_time(file).await;
            let said = rig.bridge.channel.say(rig.bridge.channel.customer(), file_at(&host, file)).await.unwrap();
            assert_eq!(said.status, 200, "{channel} {helpdesk}: {}", said.body);
            let fast = rig.fast_time();
            let seen = rig.exactly_at_helpdesk(number).await.pop().unwrap();
            drop(fast);
            let opened = byoc_tests::file_behind(&seen).await;
            assert_eq!(opened.as_deref(), Some(file.2), "{channel} {helpdesk}: {seen:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_file_without_bytes_or_a_page_in_its_place_is_asked_for_again() {
    every_helpdesk(|channel, helpdesk| async move {
        // The simulated Deskie copies a file when the agent attaches it.
        if helpdesk == "deskie" {
            return;
        }
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
        let host = host_that_needs_time(PAPER).await;
        let said = rig.bridge.helpdesk.answer(&contact, file_at(&host, PAPER)).await.unwrap();
        assert_eq!(said.status, 200, "{channel} {helpdesk}: {}", said.body);
        let fast = rig.fast_time();
        let seen = rig.exactly_at_channel(1).await;
        drop(fast);
        let opened = byoc_tests::file_behind(&seen[0]).await;
        assert_eq!(opened.as_deref(), Some(PAPER.2), "{channel} {helpdesk}: {:?}", seen[0]);
    })
    .await;
}

// chatwoot/chatwoot PR#15504, PR#15499.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_twilio_has_not_stored_yet_arrives_and_no_credential_leaves_twilio() {
    let mut rig = Rig::start("twilio", "freshchat").await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    // Twilio's storage refuses the credential of its API.
    let storage = host(|_, headers| -> Response {
        if headers.contains_key(header::AUTHORIZATION) {
            return StatusCode::BAD_REQUEST.into_response();
        }
        ([(header::CONTENT_TYPE, "image/png")], FILES[0].2).into_response()
    })
    .await;
    let target = format!("{}/photo.png", storage.url());
    let api = host(move |count, headers| -> Response {
        assert!(headers.contains_key(header::AUTHORIZATION), "Twilio wants its credential");
        match count {
            0 => (StatusCode::NOT_FOUND, r#"{"code":20404,"status":404}"#).into_response(),
            _ => (StatusCode::FOUND, [(header::LOCATION, target.clone())]).into_response(),
        }
    })
    .await;
    let own = format!("/installations/{}", rig.bridge.installation_id());
    let change = json!({"channel": {"api_url": api.url()}});
    let (status, body) = rig.bridge.admin("PATCH", &own, Some(&change)).await.unwrap();
    assert_eq!(status, 200, "{body}");
    // A new process, which does not remember the earlier address of the API.
    rig.relay_dies().await;
    let media = json!({
        "Body": "my meter", "NumMedia": "1", "MediaContentType0": "image/png",
        "MediaUrl0": format!("{}/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", api.url()),
    });
    let said = rig.bridge.channel.say(rig.bridge.channel.customer(), Saying::Raw(media)).await.unwrap();
    assert_eq!(said.status, 200, "{}", said.body);
    let fast = rig.fast_time();
    let seen = rig.exactly_at_helpdesk(2).await;
    drop(fast);
    assert!(seen[1].text.contains("my meter"), "{:?}", seen[1]);
    assert_eq!(byoc_tests::file_behind(&seen[1]).await.as_deref(), Some(FILES[0].2), "{:?}", seen[1]);
}

// david-lev/pywa#229.
#[tokio::test(flavor = "multi_thread")]
async fn each_status_of_a_call_is_told_where_its_message_was_written() {
    every_helpdesk(|_, helpdesk| async move {
        let rig = Rig::start("whatsapp", helpdesk).await;
        let people = ["16505551161", "16505551162", "16505551163"];
        let mut sent = Vec::new();
        for (number, person) in (1..).zip(people) {
            rig.say(person, "hi").await;
            rig.exactly_at_helpdesk(number).await;
            rig.agent_says("hello").await;
            sent.push(rig.exactly_at_channel(number).await.pop().unwrap().id);
        }
        let failed = |index: usize| {
            json!({"id": sent[index], "status": "failed", "timestamp": "1795000401", "recipient_id": people[index],
                "errors": [{"code": 131_026, "title": "Message undeliverable"}]})
        };
        let delivered = json!({"id": sent[0], "status": "delivered", "recipient_id": people[0]});
        let more = json!({"from": people[2], "id": "wamid.MORE", "type": "text", "text": {"body": "are you there"}});
        let value = json!({"messages": [more], "statuses": [delivered, failed(1), failed(2)]});
        assert_eq!(whatsapp_calls(&rig, value).await, 200, "{helpdesk}");
        let seen = rig.exactly_at_helpdesk(4).await;
        assert_eq!((seen[3].text.as_str(), &seen[3].contact), ("are you there", &seen[2].contact), "{helpdesk}");
        eventually("both failures", async || (rig.bridge.helpdesk.failures().len() == 2).then_some(())).await;
        let mut told: Vec<Option<String>> = rig.notes().into_iter().map(|note| note.conversation).collect();
        told.sort();
        let mut expected = vec![seen[1].conversation.clone(), seen[2].conversation.clone()];
        expected.sort();
        // Helpdesks that show receipts have no notes.
        assert!(told.is_empty() || told == expected, "{helpdesk}: {told:?}");
    })
    .await;
}

// nyaruka/courier PR#531.
#[tokio::test(flavor = "multi_thread")]
async fn the_admin_reads_what_whatsapp_says_of_the_account() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    // What passes by itself is no problem.
    let busy = json!({"errors": [{"code": 130_429, "title": "Rate limit hit"}]});
    assert_eq!(whatsapp_calls(&rig, busy).await, 200);
    rig.settled().await;
    rig.installation_shows("no problem", |shown| shown.get("problem").is_none()).await;
    let title = "The user of the app could not be authenticated";
    assert_eq!(whatsapp_calls(&rig, json!({"errors": [{"code": 0, "title": title}]})).await, 200);
    let shown = rig.installation_shows("the problem", |shown| shown["problem"]["code"] == "channel_blocked").await;
    assert!(shown["problem"]["message"].as_str().unwrap().contains("access token"), "{shown}");
    assert_eq!(rig.notes(), [], "agents cannot put it right");
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    rig.installation_shows("no problem any more", |shown| shown.get("problem").is_none()).await;
}

// crmsupport.freshworks.com, article 50000004461.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_names_a_merged_user_is_found_by_its_conversation() {
    let freshchat = Arc::new(FreshchatSim::demo().unwrap());
    let helpdesk = freshchat.clone();
    let rig = Rig::start_with("telegram", "freshchat", |settings| settings.helpdesk = helpdesk).await;
    rig.customer_says("hello").await;
    let seen = rig.exactly_at_helpdesk(1).await.remove(0);
    let shown = freshchat.conversations().remove(0);
    let agent = "8c05aad5-2039-4094-9ba8-9f49dcd612f6";
    let message = json!({
        "id": "c635965f-8a76-40d6-9831-ae4d9c257b6e", "created_time": "2026-11-28T19:25:33.867Z",
        "actor_id": agent, "actor_type": "agent", "org_actor_id": "1711000000000000001",
        "channel_id": shown["channel_id"], "conversation_id": seen.conversation, "message_type": "normal",
        "user_id": "b1946ac9-2492-4d23-8a37-1d2f0c1a77aa_alias", "message_source": "web",
        "message_parts": [{"text": {"content": "good day"}}],
    });
    let body = json!({"actor": {"actor_type": "agent", "actor_id": agent}, "action": "message_create",
        "action_time": "2026-11-28T19:25:33.867Z", "data": {"message": message}})
    .to_string();
    let signature = freshchat.sign(body.as_bytes()).unwrap();
    assert_eq!(call(&rig, "helpdesk_webhook_url", ("x-freshchat-signature", &signature), body).await, 200);
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["good day"]);
    rig.customer_says("thanks").await;
    let later = rig.exactly_at_helpdesk(2).await.remove(1);
    assert_eq!((later.contact, later.conversation), (seen.contact, seen.conversation));
}

// chatwoot/chatwoot PR#15708, openclaw/openclaw#31884.
const CUSTOMERS_MARKUP: &str = "if 3 < 5 && 7 > 2 then <b>ok</b> &amp; <br> done";
const AGENTS_MARKUP: &str = "<a>\n<b></b></a>asdf 1 < 2 & 3 &amp; 4";

async fn markup_arrives(channel: &'static str, helpdesk: &'static str) {
    let rig = Rig::start(channel, helpdesk).await;
    rig.customer_says(CUSTOMERS_MARKUP).await;
    assert_eq!(texts(&rig.exactly_at_helpdesk(1).await), [CUSTOMERS_MARKUP], "{channel} {helpdesk}");
    rig.agent_says(AGENTS_MARKUP).await;
    assert_eq!(texts(&rig.exactly_at_channel(1).await), [AGENTS_MARKUP], "{channel} {helpdesk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_looks_like_markup_arrives_as_it_was_written() {
    every_channel(markup_arrives).await;
    every_helpdesk(markup_arrives).await;
}
