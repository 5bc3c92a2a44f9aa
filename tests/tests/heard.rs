//! Tests of what an installation knows about the calls that it gets: a wrong secret must not look like silence.

use std::time::{Duration, Instant};

use byoc_tests::Rig;
use byoc_vendors::{
    fault::{Fault, How},
    people::WebhookCall,
};
use serde_json::{Value, json};

/// Starts a bridge, and takes a call of the channel that is as it should be.
async fn rig(channel: &str, helpdesk: &str) -> (Rig, WebhookCall) {
    let rig = Rig::start(channel, helpdesk).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    let call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
    (rig, call)
}

fn forged(call: &WebhookCall, header: &str) -> WebhookCall {
    let mut call = call.clone();
    call.headers.insert(header.parse::<http::HeaderName>().unwrap(), "sha256=00".parse().unwrap());
    call
}

async fn shown(rig: &Rig) -> Value {
    let path = format!("/installations/{}", rig.bridge.installation_id());
    rig.bridge.admin("GET", &path, None).await.unwrap().1
}

async fn check(rig: &Rig) -> Value {
    let path = format!("/installations/{}/check", rig.bridge.installation_id());
    rig.bridge.admin("POST", &path, None).await.unwrap().1
}

async fn page(rig: &Rig) -> String {
    let url = shown(rig).await["settings_url"].as_str().unwrap().to_owned();
    byoc_tests::http_client().get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_shows_with_the_setting_to_look_at() {
    // A bridge whose channel was never heard: the first call writes.
    let rig = Rig::start("messenger", "freshchat").await;
    let before = shown(&rig).await["heard"].clone();
    assert_eq!(before["helpdesk"], json!({"latest_at": null, "refused": []}), "{before}");
    let (source, call) = self::rig("messenger", "freshchat").await;
    drop(source);
    let mut wrong = forged(&call, "x-hub-signature-256");
    wrong.target = rig.bridge.installation["channel_webhook_url"].as_str().unwrap().replace(&rig.bridge.url, "");
    for _ in 0..5 {
        assert_eq!(rig.bridge.repeat(&wrong).await.unwrap(), 401);
    }
    let heard = shown(&rig).await["heard"]["channel"].clone();
    let refused = &heard["refused"][0];
    assert_eq!(refused["reason"], "signature_wrong", "{heard}");
    assert!(refused["count"].as_u64() >= Some(1) && refused["since"].is_string(), "{heard}");
    let report = check(&rig).await;
    assert_eq!(report["heard"]["channel"], heard);
    let finding = report["findings"].as_array().unwrap().iter().find(|it| it["code"] == "refused_calls").unwrap();
    assert_eq!(finding["side"], "channel");
    assert!(finding["cause"].as_str().unwrap().starts_with("calls with a wrong signature: "), "{finding}");
    assert!(finding["fix"].as_str().unwrap().contains("`app_secret`"), "{finding}");
    let html = page(&rig).await;
    assert!(html.contains("calls with a wrong signature") && html.contains("app_secret"), "{html}");
    // Whoever changes the credentials starts with a clean page.
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let secret = rig.bridge.request["channel"]["app_secret"].clone();
    let change = json!({"channel": {"app_secret": secret}});
    assert_eq!(rig.bridge.admin("PATCH", &path, Some(&change)).await.unwrap().0, 200);
    assert_eq!(shown(&rig).await["heard"]["channel"]["refused"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_tell_when_they_were_last_heard() {
    let (rig, _) = rig("viber", "freshchat").await;
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    let heard = shown(&rig).await["heard"].clone();
    for side in ["channel", "helpdesk"] {
        assert!(heard[side]["latest_at"].is_string(), "{heard}");
        assert_eq!(heard[side]["refused"], json!([]), "{heard}");
    }
    let html = page(&rig).await;
    assert!(html.contains(heard["channel"]["latest_at"].as_str().unwrap()), "{html}");
    assert!(!html.contains("not yet"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_wrong_calls_make_one_write() {
    let rig = Rig::start_with("messenger", "freshchat", |settings| settings.workers = 0).await;
    let table = rig.bridge.table.calls();
    let target = rig.bridge.installation["channel_webhook_url"].as_str().unwrap().replace(&rig.bridge.url, "");
    let (source, call) = self::rig("messenger", "freshchat").await;
    drop(source);
    let wrong = WebhookCall { target, ..forged(&call, "x-hub-signature-256") };
    table.reset();
    for _ in 0..100 {
        assert_eq!(rig.bridge.repeat(&wrong).await.unwrap(), 401);
    }
    let counts = table.counts();
    assert!(table.count("UpdateItem") <= 1, "{counts:?}");
    assert!(table.total() <= 2, "the installation is read once: {counts:?}");
    let refused = shown(&rig).await["heard"]["channel"]["refused"].clone();
    assert_eq!(refused[0]["reason"], "signature_wrong", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_side_makes_one_write() {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.workers = 0).await;
    let table = rig.bridge.table.calls();
    table.reset();
    for number in 0..50 {
        rig.customer_says(&format!("message {number}")).await;
    }
    assert!(table.count("UpdateItem") <= 1 && table.total() <= 2, "{:?}", table.counts());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_table_does_not_fail_the_answer() {
    for how in [How::Status(500), How::Hang(Duration::from_secs(5))] {
        // The first call of a channel that was never heard writes.
        let rig = Rig::start_with("messenger", "freshchat", |settings| settings.workers = 0).await;
        let table = rig.bridge.table.calls();
        table.add(Fault::next(how.clone()).at("UpdateItem").times(100));
        let began = Instant::now();
        rig.customer_says("Hi").await;
        assert!(began.elapsed() < Duration::from_millis(600), "{how:?}: {:?}", began.elapsed());
        assert_eq!(table.struck(), 1, "{how:?}: the write is tried once");
        let call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
        let wrong = forged(&call, "x-hub-signature-256");
        assert_eq!(rig.bridge.repeat(&wrong).await.unwrap(), 401);
        table.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reason_is_counted_and_a_wrong_token_leaves_no_trace() {
    let rig = Rig::start_with("viber", "deskie", |settings| settings.workers = 0).await;
    let before = shown(&rig).await["heard"].clone();
    let channel = rig.bridge.installation["channel_webhook_url"].as_str().unwrap();
    let helpdesk = rig.bridge.installation["helpdesk_webhook_url"].as_str().unwrap();
    let client = byoc_tests::http_client();
    let post = async |url: &str, body: Vec<u8>| client.post(url).body(body).send().await.unwrap().status().as_u16();
    let table = rig.bridge.table.calls();
    table.reset();
    for url in [channel, helpdesk] {
        let (start, _) = url.rsplit_once('/').unwrap();
        assert_eq!(post(&format!("{start}/{}", "0".repeat(43)), b"{}".to_vec()).await, 404);
    }
    assert_eq!(table.count("UpdateItem"), 0, "{:?}", table.counts());
    assert_eq!(shown(&rig).await["heard"], before);
    // This helpdesk signs nothing, so a body that cannot be read is refused and counted.
    assert_eq!(post(helpdesk, b"{".to_vec()).await, 400);
    let heard = shown(&rig).await["heard"].clone();
    assert_eq!(heard["helpdesk"]["refused"][0]["reason"], "unreadable", "{heard}");
    let fresh = Rig::start_with("line", "is_messenger", |settings| settings.workers = 0).await;
    let channel = fresh.bridge.installation["channel_webhook_url"].as_str().unwrap();
    assert_eq!(post(channel, vec![b' '; 4 << 20]).await, 413);
    let heard = shown(&fresh).await["heard"].clone();
    assert_eq!(heard["channel"]["refused"][0]["reason"], "too_large", "{heard}");
    let fresh = Rig::start_with("line", "freshchat", |settings| settings.workers = 0).await;
    let channel = fresh.bridge.installation["channel_webhook_url"].as_str().unwrap();
    assert_eq!(post(channel, b"{}".to_vec()).await, 401);
    let heard = shown(&fresh).await["heard"].clone();
    assert_eq!(heard["channel"]["refused"][0]["reason"], "signature_missing", "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_for_a_sibling_is_heard_by_the_sibling() {
    let (rig, _) = rig("whatsapp", "freshchat").await;
    let mut request = rig.bridge.request.clone();
    request["channel"]["phone_number_id"] = json!("109830417265541");
    let (status, made) = rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap();
    assert_eq!(status, 201, "{made}");
    let mut call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
    let number = rig.bridge.request["channel"]["phone_number_id"].as_str().unwrap();
    let body = String::from_utf8(call.body.to_vec()).unwrap().replace(number, "109830417265541");
    let key = rig.bridge.request["channel"]["app_secret"].as_str().unwrap();
    let tag = byoc::tools::crypto::hmac_sha256(key.as_bytes(), body.as_bytes());
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    call.headers.insert("x-hub-signature-256", format!("sha256={tag}").parse().unwrap());
    call.body = body.into();
    assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200);
    let path = format!("/installations/{}", made["id"].as_str().unwrap());
    let shown = rig.bridge.admin("GET", &path, None).await.unwrap().1;
    assert!(shown["heard"]["channel"]["latest_at"].is_string(), "{shown}");
}

/// Reads a check and the page, which show the same causes except for steps, which the page lists.
async fn told(rig: &Rig) -> (Value, Vec<String>) {
    let (report, html) = (check(rig).await, page(rig).await);
    let unescaped = html.replace("&quot;", "\"").replace("&amp;", "&").replace("<code>", "`").replace("</code>", "`");
    let mut codes = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        let (code, cause) = (finding["code"].as_str().unwrap(), finding["cause"].as_str().unwrap());
        // A brake that is about to open, and a message between two tries, change from one moment to the next.
        let is_steady = !["brake_closed", "messages_waiting"].contains(&code);
        let is_step = rig.bridge.installation["steps"].as_array().unwrap().iter().any(|step| step["id"] == code);
        assert!(!is_steady || is_step || unescaped.contains(cause), "{cause}: {html}");
        codes.push(code.to_owned());
    }
    (report, codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_is_left_until_messages_pass_in_both_directions() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    let (report, codes) = told(&rig).await;
    assert_eq!((&report["ok"], &report["standing"]), (&json!(false), &json!("steps_left")), "{report}");
    let findings = report["findings"].as_array().unwrap();
    assert!(codes.len() == 4 && findings.iter().all(|finding| finding["state"] == "todo"), "{report}");
    assert!(findings.iter().any(|it| it["fix"].as_str().unwrap().contains("/channels/")), "{report}");
    assert!((&report["channel"]["ok"], &report["helpdesk"]["ok"]) == (&json!(true), &json!(true)), "{report}");
    let list = rig.bridge.admin("GET", "/installations", None).await.unwrap().1;
    let listed = &list["installations"][0];
    assert_eq!(
        (&listed["standing"], &listed["steps"]),
        (&json!("steps_left"), &json!({"all": 4, "left": 4})),
        "{list}"
    );

    // Viber registers the URL itself, so that only the helpdesk's step is left. It is done once Freshchat tells the
    // bridge of the customer's message, and still no agent has written.
    let rig = Rig::start("viber", "freshchat").await;
    let (report, codes) = told(&rig).await;
    assert_eq!((&report["standing"], codes.len()), (&json!("steps_left"), 2), "{report}");
    assert!(!report.to_string().contains("your own phone"), "{report}");
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.settled().await;
    let (report, codes) = told(&rig).await;
    assert_eq!((&report["ok"], &report["standing"]), (&json!(false), &json!("halfway")), "{report}");
    assert_eq!(codes, ["nothing_delivered"]);
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    let (report, codes) = told(&rig).await;
    assert_eq!((&report["ok"], &report["standing"], codes.len()), (&json!(true), &json!("working"), 0), "{report}");
    assert!(page(&rig).await.contains("Messages come through in both directions."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_what_needs_a_person() {
    // Three days pass in a quarter of a second.
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = 1e-6).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    rig.loses_a_message().await;
    let (report, codes) = told(&rig).await;
    assert!(codes.contains(&"dead_letters".to_owned()) && report["ok"] == false, "{report}");
    let dead = report["findings"].as_array().unwrap().iter().find(|it| it["code"] == "dead_letters").unwrap();
    assert_eq!((&dead["side"], &dead["state"]), (&json!("helpdesk"), &json!("error")), "{report}");
    assert!(dead["cause"].as_str().unwrap().contains("answered 500"), "{report}");
    let list = rig.bridge.admin("GET", "/installations", None).await.unwrap().1;
    assert_eq!(list["installations"][0]["standing"], "given_up", "{list}");

    // The vendor refuses the credentials, which only a check asks.
    let rig = Rig::start("viber", "freshchat").await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(401)).times(10));
    let report = check(&rig).await;
    let refused = &report["findings"][0];
    assert_eq!((&refused["code"], &refused["side"]), (&json!("credentials_refused"), &json!("helpdesk")), "{report}");
    assert_eq!((&report["ok"], &report["standing"]), (&json!(false), &json!("needs_attention")), "{report}");
    assert_eq!(refused["cause"], report["helpdesk"]["reason"], "{report}");
    // The page shows it after a check, too.
    let url = shown(&rig).await["settings_url"].as_str().unwrap().to_owned();
    let request = byoc_tests::http_client().post(url).body("action=check");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let html = request.send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Needs your attention") && html.contains(refused["cause"].as_str().unwrap()), "{html}");
    assert!(html.contains("does not work"), "{html}");
}
