//! Tests of what the simulated Bird refuses.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
};

use super::{
    api::{create_webhook, delete_webhook, rotate_secret, update_webhook, webhooks},
    *,
};

fn code(taken: Result<Value, Refusal>) -> (u16, String) {
    let Err(Refusal(status, answer)) = taken else { panic!("{taken:?} was taken") };
    (status, answer["error"]["name"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn it_refuses_what_bird_refuses_and_takes_a_key_once() {
    let bird = Bird::demo(Product::Sms).unwrap();
    bird.base.memory.lock().reachable.insert("+447700900161".to_owned());
    let message = |name: &str, value: Value| {
        let mut message = json!({"to": "+447700900161", "from": NUMBER, "text": "x", "category": "service"});
        message[name] = value;
        message
    };
    for (name, value, why) in [
        ("from", json!("+15005550006"), "SMSSenderNotConfigured"),
        ("text", json!(""), "InvalidRequest"),
        ("text", json!("x".repeat(1_837)), "SMSTooLong"),
        ("text", json!("€".repeat(919)), "SMSTooLong"),
        ("text", json!("ж".repeat(805)), "SMSTooLong"),
        ("category", json!("spam"), "InvalidRequest"),
        ("media_urls", json!([]), "SMSUnsupportedFeature"),
        ("colour", json!("red"), "InvalidRequest"),
        ("metadata", json!({"a": "x".repeat(2_048)}), "InvalidRequest"),
        ("to", json!("447700900161"), "SMSInvalidRecipient"),
        ("to", json!("+447700900199"), "SMSInvalidRecipient"),
    ] {
        assert_eq!(code(bird.take(None, &message(name, value))), (422, why.to_owned()), "{name}");
    }
    let good = message("text", json!("hello"));
    assert_eq!(bird.take(Some("k"), &good), bird.take(Some("k"), &good));
    assert_eq!(code(bird.take(Some("k"), &message("text", json!("other")))).0, 409);
    assert_eq!(bird.base.memory.received(None).len(), 1);
}

#[test]
fn it_refuses_what_bird_refuses_for_apple() {
    let apple = Bird::demo(Product::Apple).unwrap();
    let message = |content: Value| json!({"to": "c", "from": BUSINESS, "content": content});
    let file = |url: &str| json!({"type": "text", "body": "\u{fffc}", "attachments": [{"source_url": url}]});
    let items = |count: usize| {
        let items: Vec<Value> = (0..count).map(|it| json!({"identifier": it.to_string(), "title": "x"})).collect();
        json!({"type": "interactive", "interactive_data": {"data": {"quick_reply": {"summary_text": "?", "items": items}}}})
    };
    for (content, why) in [
        (json!({"type": "text"}), "InvalidRequest"),
        (json!({"type": "hologram", "body": "x"}), "InvalidRequest"),
        (file("http://files.example.com/a.jpg"), "AMBEndpointNotHTTPS"),
        (items(1), "AMBQuickReplyItemsInvalid"),
        (items(6), "AMBQuickReplyItemsInvalid"),
        (json!({"type": "text", "body": "to somebody who never wrote"}), "NotFound"),
    ] {
        assert_eq!(code(apple.take(None, &message(content.clone()))), (422, why.to_owned()), "{content}");
    }
    let mut operator = message(json!({"type": "text", "body": "x"}));
    operator["source"] = json!("operator");
    assert_eq!(code(apple.take(None, &operator)).1, "AMBMessageSourceNotPermitted");
}

#[tokio::test]
async fn a_webhook_shows_its_secret_once_and_can_be_moved_and_dropped() {
    let bird = Bird::demo(Product::Sms).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {KEY}").parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    let body = |value: Value| Bytes::from(value.to_string());
    for bad in [
        json!({"url": "https://x.example/"}),
        json!({"url": "ftp://x.example/", "events": ["sms.received"]}),
        json!({"url": "https://x.example/", "events": ["sms.sparkled"]}),
        json!({"url": "https://x.example/", "events": []}),
    ] {
        assert!(create_webhook(State(bird.clone()), headers.clone(), body(bad)).await.is_err());
    }
    let good = json!({"url": "https://x.example/", "events": ["sms.received"]});
    let (_, Json(made)) = create_webhook(State(bird.clone()), headers.clone(), body(good)).await.unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    let list = || webhooks(State(bird.clone()), headers.clone(), Query(BTreeMap::new()));
    assert!(list().await.unwrap().0["data"][0].get("secret").is_none());
    let change = |id: &str, url: &str| {
        let body = body(json!({"url": url}));
        update_webhook(State(bird.clone()), headers.clone(), Path(id.to_owned()), body)
    };
    assert!(change("whk_0", "https://y.example/").await.is_err());
    assert_eq!(change(&id, "https://y.example/").await.unwrap().0["url"], "https://y.example/");
    let rotated = rotate_secret(State(bird.clone()), headers.clone(), Path(id.clone())).await.unwrap();
    assert_ne!(rotated.0["secret"], made["secret"]);
    let drop = || delete_webhook(State(bird.clone()), headers.clone(), Path(id.clone()));
    assert!(drop().await.is_ok());
    assert!(drop().await.is_err());
    assert_eq!(list().await.unwrap().0["data"], json!([]));
}
