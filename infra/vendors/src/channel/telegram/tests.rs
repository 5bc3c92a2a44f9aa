//! Tests of what the simulated Telegram refuses.

use serde_json::json;

use super::*;
use crate::{people::People, testing::serve};

async fn served() -> (Telegram, String) {
    let telegram = Telegram::demo().unwrap();
    let url = serve(telegram.router()).await;
    (telegram, url)
}

async fn call(url: &str, token: &str, method: &str, body: Value) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let request = client.post(format!("{url}/bot{token}/{method}")).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn it_refuses_what_telegram_refuses() {
    let (telegram, url) = served().await;
    telegram.lock().started.insert(5);
    for (token, method, body, code, words) in [
        ("1:wrong", "getMe", json!({}), 401, "Unauthorized"),
        (TOKEN, "sendNothing", json!({"chat_id": 5}), 404, "method not found"),
        (TOKEN, "sendMessage", json!({"chat_id": 5}), 400, "text is empty"),
        (TOKEN, "sendMessage", json!({"chat_id": 5, "text": "x".repeat(4_097)}), 400, "too long"),
        (TOKEN, "sendMessage", json!({"chat_id": 6, "text": "x"}), 400, "chat not found"),
        (TOKEN, "sendMessage", json!({"text": "x"}), 400, "chat_id"),
        (
            TOKEN,
            "sendMessage",
            json!({"chat_id": 5, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x".repeat(65)}]]}}),
            400,
            "BUTTON_DATA_INVALID",
        ),
        (TOKEN, "sendPhoto", json!({"chat_id": 5, "photo": "http://127.0.0.1:9/x.png"}), 400, "failed to get HTTP URL"),
        (TOKEN, "sendDocument", json!({"chat_id": 5, "document": "http://x.example/x.docx"}), 400, "wrong type"),
        (TOKEN, "getFile", json!({"file_id": "nothing"}), 400, "wrong file_id"),
        (TOKEN, "setWebhook", json!({"url": "http://x.example/"}), 400, "HTTPS"),
        (TOKEN, "setWebhook", json!({"url": "https://x.example/", "secret_token": "a b"}), 400, "unallowed"),
    ] {
        let (status, answer) = call(&url, token, method, body.clone()).await;
        assert_eq!(
            (status, &answer["ok"], &answer["error_code"]),
            (code, &json!(false), &json!(code)),
            "{method} {body}"
        );
        assert!(answer["description"].as_str().unwrap().contains(words), "{method} {body}: {answer}");
    }
    assert_eq!(telegram.received(None), []);
    let (status, answer) = call(&url, TOKEN, "sendMessage", json!({"chat_id": 5, "text": "x"})).await;
    assert_eq!((status, &answer["result"]["chat"]["id"]), (200, &json!(5)));
    telegram.lock().blocked.insert(5);
    let (status, _) = call(&url, TOKEN, "sendMessage", json!({"chat_id": 5, "text": "x"})).await;
    assert_eq!((status, telegram.received(Some("5")).len()), (403, 1));
}
