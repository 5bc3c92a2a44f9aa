//! Tests of what admins see at a glance: the list of installations, and the steps that tick themselves off.

use byoc_tests::Rig;
use serde_json::{Value, json};

async fn listed(rig: &Rig, after: &str) -> Value {
    let (status, list) = rig.bridge.admin("GET", &format!("/installations{after}"), None).await.unwrap();
    assert_eq!(status, 200, "{list}");
    list
}

async fn shown(rig: &Rig) -> Value {
    let path = format!("/installations/{}", rig.bridge.installation_id());
    rig.bridge.admin("GET", &path, None).await.unwrap().1
}

fn done(installation: &Value) -> Vec<(&str, bool)> {
    let steps = installation["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["id"].as_str().unwrap(), step["done"].as_bool().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_each_installation_until_it_is_removed() {
    let rig = Rig::start("viber", "freshchat").await;
    let id = rig.bridge.installation_id().to_owned();
    let list = listed(&rig, "").await;
    let only = &list["installations"][0];
    assert_eq!(
        (only["id"].as_str(), list["installations"].as_array().unwrap().len()),
        (Some(id.as_str()), 1),
        "{list}"
    );
    assert_eq!((&only["state"], &only["dead_letters"]), (&json!("active"), &json!(0)), "{list}");
    assert_eq!(only["channel"]["kind"], "viber");
    let names = [&only["channel"]["account_name"], &only["helpdesk"]["account_name"]];
    assert!(names.iter().all(|name| name.as_str().is_some_and(|name| !name.is_empty())), "{list}");
    assert!(!list.to_string().contains("token"), "{list}");

    let (status, _) = rig.bridge.admin("DELETE", &format!("/installations/{id}"), None).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(listed(&rig, "").await, json!({"installations": []}));
}

/// The kinds whose check makes no call that tells a name: the account is given by the settings alone.
const NAMELESS: [&str; 3] = ["custom", "rcs", "is_messenger"];

#[tokio::test(flavor = "multi_thread")]
async fn each_vendor_that_tells_the_name_of_the_account_is_shown_with_it() {
    byoc_tests::every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let names = rig.bridge.installation["account_names"].clone();
        for (side, kind) in [("channel", channel), ("helpdesk", helpdesk)] {
            assert_eq!(names[side].is_string(), !NAMELESS.contains(&kind), "{kind}: {names}");
        }
        let url = rig.bridge.installation["settings_url"].as_str().unwrap();
        let html = byoc_tests::http_client().get(url).send().await.unwrap().text().await.unwrap();
        for name in names.as_object().unwrap().values() {
            assert!(html.contains(&format!("({})", name.as_str().unwrap())), "{channel} {helpdesk}: {html}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_page_by_page_and_whole() {
    let rig = Rig::start("custom", "freshchat").await;
    let mut made = vec![rig.bridge.installation_id().to_owned()];
    for number in 0..64 {
        let mut request = rig.bridge.request.clone();
        request["channel"]["callback_url"] = json!(format!("https://app.example/{number}"));
        let (status, answer) = rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap();
        assert_eq!(status, 201, "{answer}");
        made.push(answer["id"].as_str().unwrap().to_owned());
    }
    let (mut found, mut pages, mut after) = (Vec::new(), 0, String::new());
    loop {
        let list = listed(&rig, &after).await;
        let ids = list["installations"].as_array().unwrap().iter();
        found.extend(ids.map(|installation| installation["id"].as_str().unwrap().to_owned()));
        pages += 1;
        match list["next"].as_str() {
            Some(next) => after = format!("?after={next}"),
            None => break,
        }
    }
    made.sort();
    assert_eq!((found, pages), (made, 3));
    let client = byoc_tests::http_client();
    let cookie = rig.session_cookie().await;
    let began = std::time::Instant::now();
    let home = client.get(&rig.bridge.url).header("cookie", cookie.split(';').next().unwrap()).send().await.unwrap();
    let home = home.text().await.unwrap();
    assert!(home.contains("Next page") && home.len() < 60 * 1_024, "{} bytes", home.len());
    println!("a page of the home took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_ticked_by_what_the_bridge_has_seen() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    let before = shown(&rig).await;
    let open = [("channel_webhook", false), ("verify_token", false), ("subscribe", false)];
    assert_eq!(done(&before)[..3], open, "{before}");

    let url = before["channel_webhook_url"].as_str().unwrap();
    let token = rig.bridge.request["channel"]["verify_token"].as_str().unwrap();
    let handshake = format!("{url}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
    let answer = byoc_tests::http_client().get(handshake).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "1158201444");
    let after_handshake = shown(&rig).await;
    let seen = [("channel_webhook", true), ("verify_token", true), ("subscribe", false)];
    assert_eq!(done(&after_handshake)[..3], seen, "{after_handshake}");
    assert_eq!(after_handshake["heard"]["channel"]["latest_at"], json!(null), "a handshake is no event");

    // The first event does not wait for the next minute.
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    let after_event = shown(&rig).await;
    assert_eq!(done(&after_event)[2], ("subscribe", true), "{after_event}");
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    assert_eq!(done(&shown(&rig).await)[3], ("helpdesk_webhook", true));
}
