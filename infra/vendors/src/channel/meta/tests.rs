//! Tests of what the simulated WhatsApp and Messenger refuse.

use serde_json::json;

use super::*;

fn code(meta: &Meta, body: &Value) -> Option<u64> {
    let Err(Refusal(_, answer)) = meta.take(body) else { return None };
    answer["error"]["code"].as_u64()
}

#[tokio::test]
async fn whatsapp_refuses_what_it_documents() {
    let meta = Meta::demo(Product::WhatsApp).unwrap();
    meta.base.memory.lock().reachable.insert("1".to_owned());
    let message = |more: Value| {
        let mut message = json!({"messaging_product": "whatsapp", "to": "1", "type": "text", "text": {"body": "x"}});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let button = |title: &str| json!({"type": "reply", "reply": {"id": "1", "title": title}});
    for (body, expected) in [
        (json!({}), 100),
        (message(json!({"to": ""})), 131_008),
        (message(json!({"to": "2"})), 131_026),
        (message(json!({"text": {"body": ""}})), 131_009),
        (message(json!({"text": {"body": "x".repeat(4_097)}})), 131_009),
        (message(json!({"type": "hologram"})), 131_051),
        (message(json!({"type": "image", "image": {"link": "ftp://x"}})), 131_009),
        (message(json!({"type": "audio", "audio": {"link": "https://x.example/a.mp3", "caption": "x"}})), 131_009),
        (
            message(json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"},
                "action": {"buttons": [button("a"), button("b")]}}})),
            131_009,
        ),
    ] {
        assert_eq!(code(&meta, &body), Some(expected), "{body}");
    }
    assert_eq!(code(&meta, &message(json!({}))), None);
}

#[tokio::test]
async fn messenger_refuses_what_it_documents() {
    let meta = Meta::demo(Product::Messenger).unwrap();
    meta.base.memory.lock().reachable.insert("1".to_owned());
    let message = |message: Value| json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": message});
    let reply = json!({"content_type": "text", "title": "x".repeat(21), "payload": "x"});
    for (body, expected) in [
        (json!({"message": {"text": "x"}}), 100),
        (message(json!({"text": ""})), 100),
        (message(json!({"text": "x".repeat(2_001)})), 100),
        (message(json!({"text": "x", "quick_replies": [reply]})), 100),
        (
            message(
                json!({"text": "x", "attachment": {"type": "image", "payload": {"url": "https://x.example/a.png"}}}),
            ),
            100,
        ),
        (message(json!({"attachment": {"type": "image", "payload": {"url": "x"}}})), 100),
        (
            message(json!({"attachment": {"type": "template", "payload": {"template_type": "button", "text": "x"}}})),
            100,
        ),
        (json!({"recipient": {"id": "2"}, "messaging_type": "RESPONSE", "message": {"text": "x"}}), 551),
    ] {
        assert_eq!(code(&meta, &body), Some(expected), "{body}");
    }
    assert_eq!(code(&meta, &message(json!({"text": "x"}))), None);
}

#[tokio::test]
async fn read_marks_and_quotes_name_a_message_of_the_chat() {
    let whatsapp = Meta::demo(Product::WhatsApp).unwrap();
    let messenger = Meta::demo(Product::Messenger).unwrap();
    for meta in [&whatsapp, &messenger] {
        let mut memory = meta.base.memory.lock();
        memory.reachable.extend(["1".to_owned(), "2".to_owned()]);
        memory.wrote("m", "1");
    }
    let mark = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
    let typing = |kind: &str| {
        let mut mark = mark("m");
        mark["typing_indicator"] = json!({"type": kind});
        mark
    };
    let quote = |to: &str, id: &str| {
        json!({"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "x"},
            "context": {"message_id": id}})
    };
    for (body, is_accepted) in [
        (mark("m"), true),
        (typing("text"), true),
        (typing("voice"), false),
        (mark("other"), false),
        (quote("1", "m"), true),
        (quote("2", "m"), false),
        (quote("1", "other"), false),
    ] {
        assert_eq!(code(&whatsapp, &body).is_none(), is_accepted, "{body}");
    }
    assert_eq!(whatsapp.base.memory.lock().marked, ["m", "m"]);
    let seen = |customer: &str| json!({"recipient": {"id": customer}, "sender_action": "mark_seen"});
    let quote = |to: &str, id: &str| json!({"recipient": {"id": to}, "messaging_type": "RESPONSE", "message": {"text": "x"}, "reply_to": {"mid": id}});
    for (body, is_accepted) in [
        (seen("1"), true),
        (seen("2"), false),
        (json!({"recipient": {"id": "1"}, "sender_action": "mark_seen", "message": {"text": "x"}}), false),
        (json!({"recipient": {"id": "1"}, "sender_action": "wave"}), false),
        (quote("1", "m"), true),
        (quote("2", "m"), false),
    ] {
        assert_eq!(code(&messenger, &body).is_none(), is_accepted, "{body}");
    }
}
