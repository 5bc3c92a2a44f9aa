//! Tests of the pages of `cargo run`: the simulator and the event test.

use std::time::Duration;

use byoc_local::{
    bridge::{Bridge, Settings},
    studio,
};
use byoc_tests::{eventually, eventually_within};
use serde_json::{Value, json};

use crate::{
    SHORT_LIFE,
    browser::{Browser, ENTER, WIDTHS},
    form,
};

/// Starts a bridge with the pages for trying out.
pub async fn studio() -> Bridge {
    studio_with(|_| {}).await
}

async fn studio_with(change: impl FnOnce(&mut Settings)) -> Bridge {
    let channel = byoc_vendors::channel("viber").unwrap();
    let helpdesk = byoc_vendors::helpdesk("freshchat").unwrap();
    let mut settings = Settings::new(channel, helpdesk);
    settings.options = json!({"agent_name": true});
    change(&mut settings);
    studio::start(settings).await.unwrap()
}

/// Presses a button as a person without a mouse does. Several buttons may have the text; `within` says which is meant.
async fn press(browser: &Browser, within: &str, text: &str) {
    let script = format!(
        "const button = [...document.querySelectorAll('{within} button')].find((it) => it.innerText === '{text}');
        button?.focus(); return !!button"
    );
    assert_eq!(browser.run(&script).await, true, "{within} has no button {text}");
    browser.focused().await.type_in(ENTER).await;
}

async fn write(browser: &Browser, side: &str, text: &str) {
    browser.find(&format!("#write-{side}")).await.type_in(&format!("{text}{ENTER}")).await;
}

/// Waits until a part of the page shows a text.
pub async fn shows(browser: &Browser, part: &str, text: &str) {
    let script = format!("return document.querySelector('{part}')?.innerText ?? ''");
    eventually(text, async || browser.run(&script).await.as_str()?.contains(text).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_and_an_agent_talk_in_the_simulator() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio().await;
    browser.open(&format!("{}/try", bridge.url), WIDTHS[1], false).await;
    write(&browser, "channel", "Hi, where is my <b>order</b>?").await;
    shows(&browser, "#phone", "arrived").await;
    shows(&browser, "#inbox", "Hi, where is my <b>order</b>?").await;
    write(&browser, "helpdesk", "It is on its way.").await;
    shows(&browser, "#phone", "It is on its way.").await;
    shows(&browser, "#inbox", "read").await;

    press(&browser, ".phone", "Send a picture").await;
    let loaded = "const picture = document.querySelector('#inbox img'); return picture?.naturalWidth ?? 0";
    eventually("the picture", async || (browser.run(loaded).await == 240).then_some(())).await;
    press(&browser, ".inbox", "Ask with buttons").await;
    shows(&browser, "#phone", "Tomorrow").await;
    // No more news comes that would renew the phone while the button is pressed.
    let read = "return [...document.querySelectorAll('#inbox .here')].filter((it) => /read/.test(it.innerText)).length";
    eventually("two receipts", async || (browser.run(read).await == 2).then_some(())).await;
    press(&browser, "#phone", "Tomorrow").await;
    shows(&browser, "#inbox", "Tomorrow").await;
    eventually("the answer to the question", async || {
        let seen = bridge.helpdesk.received(None);
        seen.iter().any(|seen| seen.text == "Tomorrow").then_some(())
    })
    .await;

    // Every hop of the pressed button, without the secrets. The question before it was delivered as well.
    shows(&browser, "#hops", "from the customer to the agent").await;
    shows(&browser, "#hops", "Delivered").await;
    browser.run("for (const it of document.querySelectorAll('#hops details')) it.open = true").await;
    let html = browser.run("return document.documentElement.outerHTML").await;
    let html = html.as_str().unwrap();
    let hops = browser.find("#hops").await.text().await;
    assert!(hops.contains("HTTP 200: POST /channels/") && hops.contains("Attempt 1"), "{hops}");
    let token = bridge.request["channel"]["auth_token"].as_str().unwrap();
    let url_token = bridge.installation["channel_webhook_url"].as_str().unwrap().rsplit('/').next().unwrap();
    for secret in [token, url_token, bridge.admin_key.as_str(), "simulated-freshchat-token"] {
        assert!(!html.contains(secret), "a secret is on the page: {secret}");
    }
    browser.inspect("simulator").await;
    browser.find("#hops > p a").await.type_in(ENTER).await;
    browser.shows("Calls").await;
    browser.run("history.back()").await;
    browser.shows("the agents’ inbox").await;
    press(&browser, ".inbox", "Resolve").await;
    browser.shows("The conversation is resolved").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_counts_down_to_the_next_attempt() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio().await;
    browser.open(&format!("{}/try", bridge.url), WIDTHS[1], true).await;
    let times = browser.find("#times-helpdesk").await;
    times.clear().await;
    times.type_in("20").await;
    press(&browser, ".troubles form:last-child", "Break").await;
    shows(&browser, "#trouble-helpdesk", "The next 20 calls fail").await;
    write(&browser, "channel", "Is anybody there?").await;
    // After the third attempt, the next one comes in half a minute, which is long enough to look.
    shows(&browser, "#hops", "Attempt 3").await;
    shows(&browser, "#hops", "attempt 4 in 2").await;
    let hops = browser.find("#hops").await.text().await;
    assert!(hops.contains("Attempt 1") && hops.contains("500"), "{hops}");
    shows(&browser, "#phone", "waiting").await;
    browser.inspect("simulator-retry").await;

    press(&browser, ".troubles form:last-child", "Repair").await;
    shows(&browser, "#trouble-helpdesk", "Works").await;
    bridge.queues.queues().clock().advance(Duration::from_secs(60));
    shows(&browser, "#inbox", "Is anybody there?").await;
    shows(&browser, "#hops", "Delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pair_runs_beside_the_first() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio().await;
    let simulator = format!("{}/try", bridge.url);
    browser.open(&simulator, WIDTHS[1], false).await;
    write(&browser, "channel", "On Viber").await;
    shows(&browser, "#inbox", "On Viber").await;
    browser.find("#channel").await.type_in("Telegram").await;
    browser.find("#helpdesk").await.type_in("Deskie").await;
    press(&browser, ".start", "Start this pair").await;
    eventually_within(Duration::from_secs(60), "the second pair", async || {
        let query = browser.run("return location.search").await;
        query.as_str()?.contains("telegram-deskie").then_some(())
    })
    .await;
    write(&browser, "channel", "On Telegram").await;
    shows(&browser, "#inbox", "On Telegram").await;
    assert!(!browser.text().await.contains("On Viber"));
    write(&browser, "helpdesk", "Answered on Telegram").await;
    shows(&browser, "#phone", "Answered on Telegram").await;
    browser.inspect("simulator-two-pairs").await;
    browser.find(".tabs a").await.click().await;
    shows(&browser, "#inbox", "On Viber").await;
    assert!(!browser.text().await.contains("On Telegram"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_reads_quotes_and_private_notes_as_what_they_are() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio_with(|settings| {
        settings.channel = byoc_vendors::channel("telegram").unwrap();
        settings.retry_time_scale = SHORT_LIFE;
    })
    .await;
    browser.open(&format!("{}/try", bridge.url), WIDTHS[1], false).await;
    press(&browser, ".inbox", "Send").await;
    shows(&browser, "#notice", "Write something first.").await;
    write(&browser, "helpdesk", "Anybody?").await;
    shows(&browser, "#notice", "No customer has written yet.").await;
    press(&browser, ".phone", "Send as a quote").await;
    shows(&browser, "#notice", "quote something that arrived on the phone").await;
    write(&browser, "channel", "Which size?").await;
    shows(&browser, "#inbox", "Which size?").await;
    let notice = "return document.getElementById('notice').innerText.trim()";
    eventually("no notice", async || (browser.run(notice).await == "").then_some(())).await;
    write(&browser, "helpdesk", "Size 42.").await;
    shows(&browser, "#phone", "Size 42.").await;
    browser.find("#write-channel").await.type_in("That one").await;
    press(&browser, ".phone", "Send as a quote").await;
    shows(&browser, "#inbox", "That one").await;
    let quote = "return [...document.querySelectorAll('#inbox .there')].at(-1).innerText";
    let quote = browser.run(quote).await;
    assert!(quote.as_str().is_some_and(|it| it.contains('>') && it.contains("Size 42.")), "{quote}");
    assert_eq!(browser.all("#inbox .private").await.len(), 0);

    // The channel breaks for good: the answer is given up, and only the agents read why.
    let times = browser.find("#times-channel").await;
    times.clear().await;
    times.type_in("900").await;
    browser.find("#how-channel").await.type_in("breaks").await;
    press(&browser, ".troubles form:first-child", "Break").await;
    shows(&browser, "#trouble-channel", "calls fail").await;
    write(&browser, "helpdesk", "Is 43 all right?").await;
    eventually_within(Duration::from_secs(60), "the private note", async || {
        bridge.queues.queues().clock().advance(Duration::from_secs(20));
        let note = "return document.querySelector('#inbox .private')?.innerText ?? ''";
        let note = browser.run(note).await;
        let note = note.as_str()?;
        (note.contains("Private note of the bridge") && note.contains("Not delivered")).then_some(())
    })
    .await;
    shows(&browser, "#inbox", "given up").await;
    shows(&browser, "#hops", "a note of the bridge to the agents").await;
    let phone = browser.find("#phone").await.text().await;
    assert!(!phone.contains("43") && !phone.contains("Not delivered"), "{phone}");
    browser.inspect("simulator-private-note").await;
    press(&browser, ".troubles form:first-child", "Repair").await;
    shows(&browser, "#trouble-channel", "Works").await;
    // An emptied field counts as one call.
    browser.find("#times-helpdesk").await.clear().await;
    press(&browser, ".troubles form:last-child", "Break").await;
    shows(&browser, "#trouble-helpdesk", "The next call fails").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_says_when_the_bridge_is_gone() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio().await;
    browser.open(&format!("{}/try", bridge.url), WIDTHS[1], false).await;
    bridge.kill().await;
    write(&browser, "channel", "Hello?").await;
    shows(&browser, "#notice", "The bridge does not answer.").await;
    assert_eq!(browser.run("return document.getElementById('write-channel').value").await, "Hello?");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_test_says_why_an_event_failed() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio().await;
    let page = format!("{}/web/test?event=on_message_create_agent_text.json", bridge.url);
    browser.open(&page, WIDTHS[1], false).await;
    press(&browser, "#event", "Simulate").await;
    browser.shows("events that it put into the queue: 1").await;
    assert!(browser.text().await.contains("Success"));
    // Nothing that is no JSON is sent.
    let field = browser.find("#json").await;
    field.type_in("}").await;
    press(&browser, "#event", "Simulate").await;
    browser.shows("This is no JSON").await;
    assert!(browser.text().await.contains("Success"), "the page was left");
    let wrong = r#"{"event": "onMessageCreate", "installation": "0123456789abcdef0123456789abcdef", "data": {}}"#;
    field.clear().await;
    field.type_in(wrong).await;
    press(&browser, "#event", "Simulate").await;
    browser.shows("Failed").await;
    browser.inspect("event-test-failed").await;
    assert_eq!(browser.run("return document.getElementById('json').value").await, wrong, "the edit is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_event_works() {
    let bridge = studio().await;
    let client = byoc_tests::http_client();
    let page = format!("{}/web/test", bridge.url);
    let text = async |url: &str| client.get(url).send().await.unwrap().text().await.unwrap();
    let html = text(&page).await;
    let names: Vec<&str> = html.split("<option value=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
    assert_eq!(names.len(), studio::PRODUCT_EVENTS.len() + 6, "{names:?}");
    for name in names {
        let html = text(&format!("{page}?event={name}")).await;
        let json =
            html.split_once("<textarea").unwrap().1.split_once('>').unwrap().1.split_once("</textarea>").unwrap().0;
        let json = json.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        assert!(serde_json::from_str::<Value>(&json).is_ok(), "{name}: {json}");
        let sent = client.post(&page).header("content-type", "application/x-www-form-urlencoded");
        let sent = sent.body(form(&[("event", name), ("json", &json)])).send().await.unwrap();
        let html = sent.text().await.unwrap();
        let outcome = html.split_once("id=\"outcome\"").unwrap().1;
        assert!(outcome.contains("<h2>Success</h2>"), "{name}: {outcome}");
    }
    let sent = client.post(&page).header("content-type", "application/x-www-form-urlencoded");
    let html = sent.body(form(&[("json", "{\"event\": ")])).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Not sent") && html.contains("This is no JSON: EOF"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bridges_have_no_simulator_and_other_sites_no_say() {
    let rig = byoc_tests::Rig::start("viber", "freshchat").await;
    for path in ["/try", "/try/events", "/web/test"] {
        assert_eq!(crate::status(&format!("{}{path}", rig.bridge.url)).await, 404, "{path}");
    }
    let bridge = studio().await;
    let send = async |site: &str| {
        let request = byoc_tests::http_client().post(format!("{}/try/trouble", bridge.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", site);
        let wanted = form(&[("side", "helpdesk"), ("how", "500"), ("times", "3")]);
        request.body(wanted).send().await.unwrap().status().as_u16()
    };
    assert_eq!((send("cross-site").await, bridge.helpdesk.faults().left()), (403, 0));
    assert_eq!((send("same-origin").await, bridge.helpdesk.faults().left()), (200, 3));
}
