//! Tests of what the simulated WhatsApp, Messenger and Instagram refuse.

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
async fn whatsapp_takes_cards_and_headers_of_the_documented_form_only() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/src/channel/whatsapp/fixtures/send");
    let meta = Meta::demo(Product::WhatsApp).unwrap();
    meta.base.memory.lock().reachable.insert("16505550123".to_owned());
    for (name, pointer, odd) in [
        ("interactive_carousel", "/interactive/action/cards/1/header", Value::Null),
        ("interactive_carousel", "/interactive/action/cards/1/card_index", json!(0)),
        ("interactive_carousel", "/interactive/action/cards/1/body/text", json!("a\nb\nc\nd")),
        ("interactive_carousel", "/interactive/action/cards", json!([])),
        (
            "interactive_carousel",
            "/interactive/action/cards/1/action",
            json!({"buttons": [{"quick_reply": {"title": "x"}}]}),
        ),
        ("interactive_buttons_image_header", "/interactive/header/image", json!({"link": "x"})),
        ("interactive_buttons_image_header", "/interactive/header/type", json!("audio")),
        ("interactive_list", "/interactive/action/button", json!("")),
    ] {
        let sample = std::fs::read(format!("{folder}/{name}.json")).unwrap();
        let mut sample: Value = serde_json::from_slice(&sample).unwrap();
        if name == "interactive_list" {
            // The bridge sends no header with a list.
            sample["interactive"].as_object_mut().unwrap().remove("header");
        }
        assert_eq!(code(&meta, &sample), None, "{name}");
        *sample.pointer_mut(pointer).unwrap() = odd;
        assert_eq!(code(&meta, &sample), Some(131_009), "{name} {pointer}");
    }
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

#[tokio::test]
async fn instagram_refuses_what_messenger_takes() {
    let file = |kind: &str, name: &str| {
        let payload = json!({"url": format!("https://x.example/{name}")});
        json!({"attachment": {"type": kind, "payload": payload}})
    };
    let takes = |product: Product, message: &Value| {
        let meta = Meta::demo(product).unwrap();
        meta.base.memory.lock().reachable.insert("1".to_owned());
        code(&meta, &json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": message})).is_none()
    };
    for (message, is_taken) in [
        (json!({"text": "ж".repeat(500)}), true),
        (json!({"text": "ж".repeat(501)}), false),
        (json!({"text": "x", "metadata": "m"}), false),
        (file("image", "a.png"), true),
        (file("image", "a.gif"), false),
        (file("audio", "a.m4a"), true),
        (file("audio", "a.mp3"), false),
        (file("file", "a.pdf"), true),
        (file("file", "a.docx"), false),
    ] {
        assert!(takes(Product::Messenger, &message), "{message}");
        assert_eq!(takes(Product::Instagram, &message), is_taken, "{message}");
    }
}

#[tokio::test]
async fn answers_are_taken_within_the_window() {
    for product in [Product::WhatsApp, Product::Messenger, Product::Instagram] {
        let meta = Meta::demo(product).unwrap();
        let send = |hours: u64, more: Value| {
            let heard = now().minus(Duration::from_secs(hours * 3_600 + 60));
            let mut memory = meta.base.memory.lock();
            memory.reachable.insert("1".to_owned());
            memory.heard.insert("1".to_owned(), heard);
            drop(memory);
            let mut body = match product {
                Product::WhatsApp => {
                    json!({"messaging_product": "whatsapp", "to": "1", "type": "text", "text": {"body": "x"}})
                }
                _ => json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": {"text": "x"}}),
            };
            crate::json::merge(&mut body, more);
            code(&meta, &body)
        };
        let late = Some(if product == Product::WhatsApp { 131_047 } else { 10 });
        assert_eq!([send(23, json!({})), send(24, json!({}))], [None, late], "{product:?}");
        let extra = match product {
            Product::WhatsApp => {
                let values = [("customer_name", "Ana"), ("order_id", "4711")]
                    .map(|(name, text)| json!({"type": "text", "parameter_name": name, "text": text}));
                let body = json!([{"type": "body", "parameters": values}]);
                json!({"type": "template", "template":
                    {"name": "order_ready", "language": {"code": "en"}, "components": body}})
            }
            _ => json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        };
        assert_eq!(send(24, extra.clone()), None, "{product:?}");
        assert_eq!(send(7 * 24, extra), if product == Product::WhatsApp { None } else { late }, "{product:?}");
    }
}
