//! Tests of the answers to bad input.

use std::time::Duration;

use byoc_tests::{Rig, eventually, eventually_within, every_channel, every_helpdesk, texts};
use byoc_vendors::people::Saying;
use serde_json::{Value, json};

struct Told {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Told {
    fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

async fn call(method: &str, url: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Told {
    let mut request = byoc_tests::http_client().request(method.parse().unwrap(), url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let mut headers: Vec<(String, String)> = answer
        .headers()
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    Told { status, headers, body: answer.text().await.unwrap() }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_know_the_url_learns_nothing() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let id = rig.bridge.installation_id();
        let token = text(&rig.bridge.installation["channel_webhook_url"]);
        let token = token.rsplit('/').next().unwrap();
        let stored = rig.bridge.queues.queues().calls().count("SendMessage");
        let mut told = Vec::new();
        for side in ["channels", "helpdesks"] {
            for path in [
                format!("{id}/{}", "0".repeat(32)),
                format!("{}/{token}", "0".repeat(32)),
                format!("{id}/{}", &token[..31]),
                format!("{id}/{token}x"),
                "x/y".to_owned(),
                format!("{id}/%00"),
            ] {
                told.push(call("POST", &format!("{}/{side}/{path}", rig.bridge.url), &[], "{}").await);
            }
        }
        // The channel's token does not open the helpdesk's URL.
        told.push(call("POST", &format!("{}/helpdesks/{id}/{token}", rig.bridge.url), &[], "{}").await);
        for answer in &told {
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{channel} {helpdesk}");
            assert_eq!((&answer.headers, &answer.body), (&told[0].headers, &told[0].body), "{channel} {helpdesk}");
        }
        assert_eq!(rig.bridge.queues.queues().calls().count("SendMessage"), stored);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_the_platforms_is_refused_before_it_is_read() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let url = text(&rig.bridge.installation["channel_webhook_url"]);
        rig.customer_says("signed").await;
        rig.exactly_at_helpdesk(1).await;
        let signed = rig.bridge.traffic.calls("/channels/").pop().unwrap();
        let mut changed = signed.clone();
        // Some platforms wrap the text; then one letter of the wrapping is changed.
        let mut body = String::from_utf8_lossy(&signed.body).replace("signed", "forged").into_bytes();
        if body == signed.body {
            let middle = body.len() / 3;
            body[middle] = if body[middle] == b'A' { b'B' } else { b'A' };
        }
        changed.body = body.into();
        if rig.bridge.channel.signs_body() {
            assert_eq!(rig.bridge.repeat(&changed).await.unwrap(), 401, "{channel} {helpdesk}");
        }
        for body in ["", "{", "[]", "null", "\u{0}", "{\"event\":\"message\"}"] {
            let told = call("POST", &url, &[], body).await;
            assert_eq!((told.status, told.code().as_str()), (401, "unauthorized"), "{channel} {helpdesk} {body:?}");
        }
        let told = call("POST", &url, &[], vec![b' '; (4 << 20) + 1]).await;
        assert_eq!((told.status, told.code().as_str()), (413, "too_large"), "{channel} {helpdesk}");
        let told = call("PUT", &url, &[], "").await;
        assert_eq!((told.status, told.code().as_str()), (405, "method_not_allowed"), "{channel} {helpdesk}");
        rig.exactly_at_helpdesk(1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_call_whose_message_cannot_be_read_is_taken_and_told() {
    let rig = Rig::start("viber", "freshchat").await;
    rig.customer_says("hello").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    let notice = "[message: this kind of message cannot be shown here]";
    let (text, odd) = (json!([{"text": {"content": "x"}}]), json!("odd"));
    let rows = [
        (json!({"message_parts": 5}), Some(notice.to_owned())),
        (json!({"message_parts": odd}), Some(format!("{notice}\nodd"))),
        (json!({"message_parts": text, "created_time": {}, "channel_id": [], "user_id": null}), Some("x".to_owned())),
        (json!({"message_parts": text, "message_type": ["private"]}), None),
        (json!({"message_parts": text, "actor_type": null}), None),
    ];
    let mut expected = Vec::new();
    for (fields, shown) in rows {
        let said = rig.bridge.helpdesk.answer(&contact, Saying::Raw(fields.clone())).await.unwrap();
        assert_eq!((said.status, said.attempts), (200, 1), "{fields}: {}", said.body);
        expected.extend(shown);
    }
    assert_eq!(texts(&rig.exactly_at_channel(expected.len()).await), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_is_as_long_as_a_call_at_most() {
    every_helpdesk(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let event = |length: usize| {
            let id = rig.bridge.installation_id();
            json!({"installation": id, "event": "x", "filled": vec![json!({"": 0}); length / 7]})
        };
        let code = |answer: Value| answer["error"]["code"].as_str().unwrap_or_default().to_owned();
        let (product, hook) = (1 << 20, 256 * 1024);
        assert_eq!(code(rig.bridge.invoke_product_events(event(product)).await), "too_large", "{channel} {helpdesk}");
        assert_ne!(code(rig.bridge.invoke_product_events(event(product - 200)).await), "too_large");
        assert_eq!(code(rig.bridge.invoke_install_hook(event(hook)).await), "too_large", "{channel} {helpdesk}");
        assert_eq!(code(rig.bridge.invoke_install_hook(event(hook - 200)).await), "unknown_event");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_event_that_cannot_be_read_is_answered_200() {
    let shown = |what: &str| format!("[{what}: this kind of message cannot be shown here]");
    for (channel, events) in [
        (
            "viber",
            vec![
                (json!({"type": "text"}), shown("empty message")),
                (
                    json!({"type": "picture", "media": "file:///sdcard/cat.jpg", "text": "my cat"}),
                    format!("{}\nmy cat\nfile:///sdcard/cat.jpg", shown("picture")),
                ),
                (json!({"text": "of no type"}), format!("{}\nof no type", shown("unknown message"))),
            ],
        ),
        (
            "line",
            vec![
                (json!({"type": "location", "title": "Shop"}), format!("{}\nShop", shown("location"))),
                (json!({"type": 5}), shown("unknown message")),
            ],
        ),
        ("twilio", vec![(json!({"Body": "", "NumMedia": "1"}), shown("file"))]),
        ("telegram", vec![(json!({"document": {"file_name": "a.pdf"}}), format!("{}\na.pdf", shown("document")))]),
    ] {
        let rig = Rig::start(channel, "freshchat").await;
        let customer = rig.bridge.channel.customer();
        let expected: Vec<String> = events.iter().map(|(_, text)| text.clone()).collect();
        for (raw, _) in events {
            let said = rig.bridge.channel.say(customer, Saying::Raw(raw.clone())).await.unwrap();
            assert_eq!((said.status, said.attempts), (200, 1), "{channel} {raw}: {}", said.body);
        }
        assert_eq!(texts(&rig.exactly_at_helpdesk(expected.len()).await), expected, "{channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn news_is_told_where_its_message_was_written_whomever_it_names() {
    let rig = Rig::start("twilio", "freshchat").await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    // No recipient, and the same contact under an id that is not known yet.
    for (number, to) in (1..).zip(["", "+15005550099"]) {
        rig.agent_says("Hello").await;
        let sent = rig.exactly_at_channel(number).await.remove(number - 1).id;
        // If a field occurs twice, the last one counts.
        let failed = json!({"MessageSid": sent, "SmsStatus": "failed", "MessageStatus": "failed", "ErrorCode": "30003",
            "To": to});
        let said = rig.bridge.channel.say(rig.bridge.channel.customer(), Saying::Raw(failed)).await.unwrap();
        assert_eq!(said.status, 200, "{}", said.body);
        let note = eventually("the note", async || rig.notes().get(number - 1).cloned()).await;
        assert!(note.text.starts_with("Not delivered"), "{note:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_with_a_bad_setting_names_it_and_stores_nothing() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let (channel_url, helpdesk_url) = rig.bridge.vendor_urls();
        let good = json!({
            "helpdesk": rig.bridge.helpdesk.install(&helpdesk_url),
            "channel": rig.bridge.channel.install(&channel_url),
        });
        let with = |path: &str, value: Value| {
            let mut request = good.clone();
            let (parent, name) = path.rsplit_once('/').unwrap();
            request.pointer_mut(parent).unwrap()[name] = value;
            request
        };
        let settings = byoc::helpdesk::helpdesk(helpdesk).unwrap().settings();
        let address = settings.iter().find(|setting| setting.required).map(|setting| setting.name).unwrap();
        let (path, named) = (format!("/helpdesk/{address}"), format!("helpdesk.{address}"));
        let items = rig.bridge.table.calls().count("TransactWriteItems");
        for (request, code, named) in [
            (with("/channel/kind", json!("pigeon")), "unknown_kind", "channel.kind"),
            (with("/helpdesk/kind", json!(null)), "unknown_kind", "helpdesk.kind"),
            (with("/helpdesk/api_url", json!("ftp://x")), "bad_setting", "helpdesk.api_url"),
            (with(&path, json!("ftp://x")), "bad_setting", named.as_str()),
            (with(&path, json!("")), "bad_setting", named.as_str()),
            (with("/channel/colour", json!("red")), "unknown_setting", "channel.colour"),
            (with("/settings", json!({"on_resolved": "explode"})), "bad_setting", "settings.on_resolved"),
            (with("/settings", json!({"agent_name": "yes"})), "bad_setting", "settings.agent_name"),
            (with("/settings", json!({"what": 1})), "unknown_setting", "settings.what"),
            (with("/settings", json!({"ask_rating": "yes"})), "bad_setting", "settings.ask_rating"),
            (with("/settings", json!({"text_on_resolve": 5})), "bad_setting", "settings.text_on_resolve"),
            (with("/settings", json!({"text_on_assign": " "})), "bad_setting", "settings.text_on_assign"),
            (
                with("/settings", json!({"rating_question": "x".repeat(1001)})),
                "bad_setting",
                "settings.rating_question",
            ),
            (json!([]), "bad_setting", "the request"),
            (json!({}), "bad_setting", "helpdesk"),
        ] {
            let (status, body) = rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap();
            assert_eq!((status, &body["error"]["code"]), (422, &json!(code)), "{channel} {helpdesk}: {body}");
            assert!(text(&body["error"]["message"]).contains(named), "{channel} {helpdesk}: {body}");
        }
        assert_eq!(rig.bridge.table.calls().count("TransactWriteItems"), items, "something was stored");
        let key = format!("Bearer {}", rig.bridge.admin_key);
        let told =
            call("POST", &format!("{}/installations", rig.bridge.url), &[("authorization", &key)], "{no json").await;
        assert_eq!((told.status, told.code().as_str()), (400, "not_json"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_are_told_in_the_vendors_words() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let (channel_url, helpdesk_url) = rig.bridge.vendor_urls();
        let good = json!({
            "helpdesk": rig.bridge.helpdesk.install(&helpdesk_url),
            "channel": rig.bridge.channel.install(&channel_url),
        });
        for side in ["channel", "helpdesk"] {
            let checked = match side {
                "channel" => rig.bridge.channel.checks_credentials(),
                _ => rig.bridge.helpdesk.checks_credentials(),
            };
            if !checked {
                continue;
            }
            let mut bad = good.clone();
            let wrong = byoc_tests::secrets_of(&good[side]).into_iter().map(|(name, right)| {
                // The wrong token keeps the form: hex digits stay hex digits.
                let other = |c: char| match c {
                    '0'..='9' => char::from(b'9' - (c as u8 - b'0')),
                    'a'..='f' => char::from(b'f' - (c as u8 - b'a')),
                    _ => c,
                };
                (name, right.chars().map(other).collect::<String>())
            });
            let wrong: Vec<(String, String)> = wrong.collect();
            for (name, value) in &wrong {
                bad[side][name] = json!(value);
            }
            let (status, body) = rig.bridge.admin("POST", "/installations", Some(&bad)).await.unwrap();
            assert_eq!(
                (status, &body["error"]["code"]),
                (422, &json!("credentials_refused")),
                "{channel} {helpdesk}: {body}"
            );
            let message = text(&body["error"]["message"]);
            assert!(message.contains(side), "{message}");
            assert!(wrong.iter().all(|(_, value)| !message.contains(value)), "{message}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_open_what_they_should_and_nothing_else() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let id = rig.bridge.installation_id();
        let base = format!("{}/installations", rig.bridge.url);
        let settings_url = text(&rig.bridge.installation["settings_url"]);
        let key = settings_url.split("key=").nth(1).unwrap();
        let (admin, settings) = (format!("Bearer {}", rig.bridge.admin_key), format!("Bearer {key}"));
        let own = format!("{base}/{id}");
        for (method, url, key, status) in [
            ("GET", own.clone(), None, 401),
            ("GET", own.clone(), Some("Bearer wrong"), 401),
            ("GET", own.clone(), Some(admin.as_str()), 200),
            ("GET", own.clone(), Some(settings.as_str()), 200),
            ("GET", format!("{own}/messages"), Some(settings.as_str()), 200),
            ("POST", format!("{own}/check"), Some(settings.as_str()), 200),
            ("POST", format!("{own}/rotate"), Some(settings.as_str()), 200),
            ("PATCH", own.clone(), Some(settings.as_str()), 403),
            ("DELETE", own.clone(), Some(settings.as_str()), 403),
            ("POST", base.clone(), Some(settings.as_str()), 401),
            ("GET", format!("{base}/{}", "0".repeat(32)), Some(settings.as_str()), 401),
            ("GET", format!("{base}/{}", "0".repeat(32)), Some(admin.as_str()), 404),
            ("GET", format!("{own}/messages/nonsense"), Some(admin.as_str()), 404),
            ("GET", format!("{own}/nonsense"), Some(admin.as_str()), 404),
            ("PUT", own.clone(), Some(admin.as_str()), 405),
            ("GET", format!("{own}/settings?key=wrong"), None, 404),
            ("GET", format!("{own}/settings"), None, 404),
            ("GET", settings_url.clone(), None, 200),
            ("GET", format!("{}/health", rig.bridge.url), None, 200),
        ] {
            let headers: Vec<(&str, &str)> = key.map(|key| ("authorization", key)).into_iter().collect();
            let told = call(method, &url, &headers, "").await;
            assert_eq!(told.status, status, "{channel} {helpdesk}: {method} {url}: {}", told.body);
        }
        let told = call("GET", &own, &[("authorization", &admin)], "").await;
        let secrets = [rig.bridge.channel.install("http://x"), rig.bridge.helpdesk.install("http://x")];
        for (name, secret) in secrets.iter().flat_map(byoc_tests::secrets_of) {
            assert!(!told.body.contains(&secret), "{channel} {helpdesk}: the {name} is shown");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_key_opens_one_account_and_what_it_installed() {
    let rig = Rig::start("viber", "freshchat").await;
    let own = format!("/installations/{}", rig.bridge.installation_id());
    let with = async |key: &str, method: &str, path: &str, body: &Value| {
        let (bearer, url) = (format!("Bearer {key}"), format!("{}{path}", rig.bridge.url));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        call(method, &url, &[("authorization", &bearer)], body).await
    };
    let admin = rig.bridge.admin_key.as_str();
    let nothing = Value::Null;
    let settings_url = text(&rig.bridge.installation["settings_url"]);
    let settings_key = settings_url.split("key=").nth(1).unwrap();
    let make = async |host: &Value, label: &str| {
        let told = with(admin, "POST", "/keys", &json!({"kind": "freshchat", "host": host, "label": label})).await;
        assert_eq!(told.status, 201, "{}", told.body);
        let made: Value = serde_json::from_str(&told.body).unwrap();
        (text(&made["id"]), text(&made["key"]))
    };
    let host = &rig.bridge.request["helpdesk"]["api_url"];
    let (id, key) = make(host, "Acme").await;
    let (other_id, other_key) = make(host, "Acme again").await;
    let (_, foreign_key) = make(&json!("elsewhere.freshchat.com"), "Elsewhere").await;
    let told = with(admin, "POST", "/keys", &json!({"kind": "freshchat"})).await;
    assert_eq!((told.status, told.code().as_str()), (422, "bad_setting"), "{}", told.body);

    let listed = with(admin, "GET", "/keys", &nothing).await;
    assert!(listed.body.contains("Acme again") && listed.body.contains(&id), "{}", listed.body);
    for key in [&key, &other_key, &foreign_key] {
        assert!(!listed.body.contains(key.as_str()), "{}", listed.body);
    }
    for (key, status) in [(key.as_str(), 403), (settings_key, 401), ("wrong", 401), ("", 401)] {
        for (method, path) in [("GET", "/keys".to_owned()), ("POST", "/keys".into()), ("DELETE", format!("/keys/{id}"))]
        {
            assert_eq!(with(key, method, &path, &nothing).await.status, status, "{key} {method} {path}");
        }
    }
    for (method, path, status) in
        [("PUT", "/keys", 405), ("GET", "/keys/x", 405), ("DELETE", "/keys/x", 404), ("GET", "/keys/x/y", 404)]
    {
        assert_eq!(with(admin, method, path, &nothing).await.status, status, "{method} {path}");
    }

    // The admin installed this. An install with the credentials of both accounts takes it over.
    let refused = with(&key, "GET", &own, &nothing).await;
    let foreign = with(&foreign_key, "POST", "/installations", &rig.bridge.request).await;
    assert_eq!((foreign.status, foreign.code().as_str()), (403, "forbidden"), "{}", foreign.body);
    let mut wrong = rig.bridge.request.clone();
    wrong["helpdesk"]["token"] = "wrong".into();
    assert_eq!(with(&key, "POST", "/installations", &wrong).await.status, 422);
    assert_eq!(with(&key, "GET", &own, &nothing).await.status, 401);
    let told = with(&key, "POST", "/installations", &rig.bridge.request).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert!(told.body.contains("settings_url"), "{}", told.body);
    for (method, path, body) in [
        ("GET", own.clone(), nothing.clone()),
        ("PATCH", own.clone(), json!({"settings": {"agent_name": true}})),
        ("POST", format!("{own}/check"), nothing.clone()),
        ("POST", format!("{own}/rotate"), json!({"urls": ["settings"]})),
        ("GET", format!("{own}/messages"), nothing.clone()),
    ] {
        let told = with(&key, method, &path, &body).await;
        assert_eq!(told.status, 200, "{method} {path}: {}", told.body);
        for other in [&other_key, &foreign_key] {
            assert_eq!(with(other, method, &path, &body).await.status, 401, "{method} {path}");
        }
    }
    // An install by the admin leaves the installation to the key.
    assert_eq!(with(admin, "POST", "/installations", &rig.bridge.request).await.status, 200);
    assert_eq!(with(&key, "GET", &own, &nothing).await.status, 200);

    // A deleted key opens nothing. What it installed stays, and another key can take it over.
    let told = with(admin, "DELETE", &format!("/keys/{id}"), &nothing).await;
    assert!(told.status == 200 && told.body.contains("Acme"), "{}", told.body);
    assert_eq!(with(admin, "DELETE", &format!("/keys/{id}"), &nothing).await.status, 404);
    let mut almost = other_key.clone();
    let last = almost.pop();
    almost.push(if last == Some('0') { '1' } else { '0' });
    let unknown = format!("ek_{}_{}", "0".repeat(32), "0".repeat(32));
    for wrong in [key.as_str(), &almost, &unknown, &format!("ek_{other_id}"), "ek__"] {
        for (method, path) in [("GET", own.as_str()), ("POST", "/installations"), ("GET", "/installations/x")] {
            let told = with(wrong, method, path, &rig.bridge.request).await;
            assert_eq!((told.status, &told.body), (401, &refused.body), "{wrong} {method} {path}");
        }
    }
    assert_eq!(rig.bridge.admin("GET", &own, None).await.unwrap().1["state"], "active");
    assert_eq!(with(&other_key, "POST", "/installations", &rig.bridge.request).await.status, 200);
    assert_eq!(with(&other_key, "DELETE", &own, &nothing).await.status, 200);
    assert!(with(&other_key, "GET", &own, &nothing).await.body.contains("uninstalled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_settings_key_can_be_revoked_and_does_nothing_that_lasts() {
    let rig = Rig::start("viber", "freshchat").await;
    // Another warm function with a memory of its own.
    let warm = rig.bridge.another_install_hook().await.unwrap();
    let own = format!("/installations/{}", rig.bridge.installation_id());
    let key_in = |shown: &Value| text(&shown["settings_url"]).split("key=").nth(1).unwrap().to_owned();
    let with = async |key: &str, method: &str, path: &str, body: &str| {
        let (bearer, url) = (format!("Bearer {key}"), format!("{}{path}", rig.bridge.url));
        let here = call(method, &url, &[("authorization", &bearer)], body.to_owned()).await;
        let request = http::Request::builder().method(method).uri(path).header("authorization", &bearer);
        let there = warm.http(request.body(bytes::Bytes::from(body.to_owned())).unwrap()).await;
        assert_eq!(there.status(), here.status, "{method} {path} {body}");
        here
    };
    let leaked = key_in(&rig.bridge.installation);
    assert_eq!(with(&leaked, "GET", &own, "").await.status, 200);

    for (method, path, body) in [
        ("PATCH", own.clone(), r#"{"settings": {"agent_name": true}}"#),
        ("DELETE", own.clone(), ""),
        ("POST", format!("{own}/rotate"), r#"{"urls": ["settings"]}"#),
        ("POST", format!("{own}/rotate"), r#"{"urls": ["channel", "settings"]}"#),
    ] {
        let told = with(&leaked, method, &path, body).await;
        assert_eq!((told.status, told.code().as_str()), (403, "forbidden"), "{method} {path} {body}");
        assert!(told.body.contains("admin key"), "{}", told.body);
    }
    let without_heard = |mut shown: serde_json::Value| {
        assert!(shown.as_object_mut().unwrap().remove("heard").is_some());
        shown
    };
    let (_, unchanged) = rig.bridge.admin("GET", &own, None).await.unwrap();
    assert_eq!(without_heard(unchanged), without_heard(rig.bridge.installation.clone()));
    // A caller during the replacement must not learn the new key.
    for (method, path) in [("POST", format!("{own}/rotate")), ("POST", format!("{own}/register")), ("GET", own.clone())]
    {
        let told = with(&leaked, method, &path, "").await;
        assert_eq!(told.status, 200, "{method} {path}: {}", told.body);
        assert!(!told.body.contains("settings_url"), "{method} {path}: {}", told.body);
    }

    let (status, rotated) =
        rig.bridge.admin("POST", &format!("{own}/rotate"), Some(&json!({"urls": ["settings"]}))).await.unwrap();
    assert_eq!(status, 200, "{rotated}");
    let renewed = key_in(&rotated);
    for (key, bearer, page) in [(&leaked, 401, 404), (&renewed, 200, 200)] {
        for (method, path) in [
            ("GET", own.clone()),
            ("GET", format!("{own}/messages")),
            ("POST", format!("{own}/check")),
            ("POST", format!("{own}/rotate")),
        ] {
            let told = with(key, method, &path, "").await;
            assert_eq!(told.status, bearer, "{method} {path}: {}", told.body);
        }
        assert_eq!(with("no key", "GET", &format!("{own}/settings?key={key}"), "").await.status, page);
    }

    // A key that can no longer be replaced opens nothing either.
    let (status, _) = rig.bridge.admin("DELETE", &own, None).await.unwrap();
    assert_eq!(status, 200);
    for path in [own.clone(), format!("{own}/messages"), format!("{own}/dead-letters")] {
        let told = with(&renewed, "GET", &path, "").await;
        assert_eq!((told.status, told.code().as_str()), (410, "uninstalled"), "{path}: {}", told.body);
    }
    assert!(with("no key", "GET", &format!("{own}/settings?key={renewed}"), "").await.body.contains("Uninstalled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_a_change_makes_anew_is_shown_once() {
    let rig = Rig::start("custom", "freshchat").await;
    let own = format!("/installations/{}", rig.bridge.installation_id());
    let unchanged = json!({"settings": {"agent_name": true}});
    let anew = json!({"channel": {"secret": null}});
    for (method, patch, is_shown) in
        [("PATCH", Some(&unchanged), false), ("PATCH", Some(&anew), true), ("GET", None, false)]
    {
        let (status, body) = rig.bridge.admin(method, &own, patch).await.unwrap();
        let made = body["generated_secrets"]["secret"].as_str();
        assert_eq!((status, made.is_some_and(|made| made.starts_with("whsec_"))), (200, is_shown), "{method}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_lives_its_whole_life() {
    let removed = every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let id = rig.bridge.installation_id().to_owned();
        let own = format!("/installations/{id}");
        let old = text(&rig.bridge.installation["channel_webhook_url"]);

        // Installing the same accounts again keeps the URLs.
        let (channel_url, helpdesk_url) = rig.bridge.vendor_urls();
        let same = json!({
            "helpdesk": rig.bridge.helpdesk.install(&helpdesk_url),
            "channel": rig.bridge.channel.install(&channel_url),
        });
        let (status, body) = rig.bridge.admin("POST", "/installations", Some(&same)).await.unwrap();
        assert_eq!((status, &body["id"], &body["channel_webhook_url"]), (200, &json!(id), &json!(old)), "{body}");

        // Changing the installation.
        let patch = json!({"settings": {"agent_name": true}});
        let (status, body) = rig.bridge.admin("PATCH", &own, Some(&patch)).await.unwrap();
        assert_eq!((status, &body["settings"]["agent_name"]), (200, &json!(true)), "{body}");

        for typo in [json!({"url": ["helpdesk"]}), json!(["helpdesk"]), json!({"urls": ["nonsense"]})] {
            let (status, body) = rig.bridge.admin("POST", &format!("{own}/rotate"), Some(&typo)).await.unwrap();
            assert_eq!((status, &body["error"]["code"]), (422, &json!("bad_setting")), "{body}");
        }

        // Rotating the URLs: both the old and the new ones work, and the new one is registered.
        let (status, body) = rig.bridge.admin("POST", &format!("{own}/rotate"), None).await.unwrap();
        assert_eq!(status, 200, "{body}");
        let new = text(&body["channel_webhook_url"]);
        assert_ne!(new, old);
        if body["state"] == "manual" {
            rig.bridge.channel.paste_webhook(&new);
        }
        rig.bridge.helpdesk.paste_webhook(&text(&body["helpdesk_webhook_url"]));
        rig.customer_says("to the new URL").await;
        rig.exactly_at_helpdesk(1).await;
        let mut call = rig.bridge.traffic.calls("/channels/").pop().unwrap();
        assert!(new.ends_with(&call.target), "{new} {}", call.target);
        call.target = old.strip_prefix(&rig.bridge.url).unwrap().to_owned();
        if !rig.bridge.channel.signs_url() {
            assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200, "{channel} {helpdesk}");
        }

        // Uninstalling.
        let (status, body) = rig.bridge.admin("DELETE", &own, None).await.unwrap();
        assert_eq!((status, &body["state"]), (200, &json!("uninstalled")), "{body}");
        let (status, body) = rig.bridge.admin("GET", &own, None).await.unwrap();
        assert_eq!((status, &body["state"]), (200, &json!("uninstalled")), "{body}");
        assert!(body.get("channel_webhook_url").is_none(), "{body}");
        // Installing the same accounts again makes a new installation.
        let (status, body) = rig.bridge.admin("POST", "/installations", Some(&same)).await.unwrap();
        assert_eq!(status, 201, "{body}");
        assert_ne!(body["id"], json!(id));
        (rig, call)
    })
    .await;
    // A warm function may lag by its cache of thirty seconds. All installations are awaited together.
    for (rig, call) in &removed {
        let is_gone = async || (rig.bridge.repeat(call).await.unwrap() == 410).then_some(());
        eventually_within(Duration::from_secs(40), "410 at the removed installation", is_gone).await;
    }
}
