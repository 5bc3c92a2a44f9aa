//! Tests of what the simulated LINE refuses.

use serde_json::json;

use super::*;

#[test]
fn it_refuses_what_line_refuses() {
    let long = |length: usize| "x".repeat(length);
    let action = |label: &str| json!({"type": "action", "action": {"type": "message", "label": label, "text": "x"}});
    for (message, field) in [
        (json!({"type": "file"}), "type"),
        (json!({"type": "text", "text": ""}), "text"),
        (json!({"type": "text", "text": long(5_001)}), "text"),
        (json!({"type": "image", "originalContentUrl": "https://x.example/a.png"}), "previewImageUrl"),
        (json!({"type": "image", "originalContentUrl": "ftp://x/a.png"}), "originalContentUrl"),
        (json!({"type": "audio", "originalContentUrl": "https://x.example/a.mp3"}), "duration"),
        (json!({"type": "location", "title": "x", "latitude": 1.0, "longitude": 1.0}), "address"),
        (json!({"type": "text", "text": "x", "sender": {"name": long(21)}}), "sender.name"),
        (json!({"type": "text", "text": "x", "quickReply": {"items": []}}), "quickReply.items"),
        (json!({"type": "text", "text": "x", "quickReply": {"items": [action(&long(21))]}}), "action.label"),
        (
            json!({"type": "template", "altText": "x", "template": {"columns": [{"text": long(121), "actions": []}]}}),
            "template.columns.text",
        ),
    ] {
        assert_eq!(rules::check(&message), Err(field.to_owned()), "{message}");
    }
}

#[test]
fn a_retry_key_counts_once() {
    let line = Line::demo().unwrap();
    line.base.memory.lock().reachable.insert("U1".to_owned());
    let body = json!({"to": "U1", "messages": [{"type": "text", "text": "x"}]});
    assert!(line.push(Some("k"), &body).is_ok());
    assert_eq!(line.push(Some("k"), &body).unwrap_err().0, 409);
    assert_eq!(line.base.memory.received(Some("U1")).len(), 1);
    let nobody = json!({"to": "U2", "messages": [{"type": "text", "text": "x"}]});
    assert_eq!(line.push(None, &nobody).unwrap_err().0, 400);
}

#[test]
fn a_quote_token_belongs_to_a_message_of_the_chat_and_into_a_text() {
    let line = Line::demo().unwrap();
    line.base.memory.lock().reachable.extend(["U1".to_owned(), "U2".to_owned()]);
    line.base.memory.lock().wrote("5", "U1");
    let image = json!({"type": "image", "originalContentUrl": "https://x.example/a.png", "previewImageUrl": "https://x.example/a.png"});
    let text = json!({"type": "text", "text": "x"});
    for (to, message, token, is_accepted) in [
        ("U1", &text, "q-5", true),
        ("U2", &text, "q-5", false),
        ("U1", &text, "q-6", false),
        ("U1", &text, "5", false),
        ("U1", &image, "q-5", false),
    ] {
        let mut message = message.clone();
        put(&mut message, "quoteToken", token);
        let body = json!({"to": to, "messages": [message]});
        assert_eq!(line.push(None, &body).is_ok(), is_accepted, "{body}");
    }
}

#[test]
fn a_reply_token_is_good_for_one_reply_within_a_minute() {
    let line = Line::demo().unwrap();
    line.base.memory.lock().reachable.insert("U1".to_owned());
    let reply = |token: &str| {
        line.reply(&json!({"replyToken": token, "messages": [{"type": "text", "text": "x"}]})).map_err(|error| error.0)
    };
    let give = |token: &str, at| drop(line.replies().open.insert(token.to_owned(), ("U1".to_owned(), at)));
    give("young", now());
    give("old", Millis::MIN);
    assert!(reply("young").is_ok());
    assert_eq!((reply("young"), reply("old"), reply("other")), (Err(400), Err(400), Err(400)));
    assert_eq!((line.base.memory.received(Some("U1")).len(), line.pushed()), (1, 0));
}

#[tokio::test]
async fn a_preview_that_cannot_be_fetched_is_refused() {
    let line = Line::demo().unwrap();
    let message = json!({"messages": [{"type": "video", "previewImageUrl": "http://127.0.0.1:1/p.png"}]});
    assert_eq!(line.check_previews(&message).await.unwrap_err().0, 400);
    assert!(line.check_previews(&json!({"messages": [{"type": "text", "text": "x"}]})).await.is_ok());
}
