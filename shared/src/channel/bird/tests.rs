//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Call, Fact, standard_webhooks},
    model::message::{Button, Card, ChannelEventKind, Part},
    testing::{
        self, ARRIVED, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, fixture,
        fixtures, outcome, quoting, read_mark, request, shown, take, webhook,
    },
    tools::millis::Millis,
};

const FOLDER: &str = "channel/bird";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn side(kind: &'static str, settings: &[(&str, &str)]) -> Side {
    Side::new(kind, settings, &[("api_key", "bk_eu1_EXAMPLE"), ("webhook_secret", SECRET)])
}

const NUMBER: &str = "+447700900170";
const BUSINESS: &str = "b52d6267-0000-4000-8000-0533d0f1dc07";

/// Returns the installations that a sample may be for, by the beginning of the sample's name.
fn sides() -> [(&'static str, Bird, Side); 3] {
    [
        ("sms", BIRD, side("bird", &[("product", "sms"), ("from", NUMBER)])),
        ("whatsapp", BIRD, side("bird", &[("product", "whatsapp"), ("from", NUMBER)])),
        ("apple", APPLE, side("apple", &[("from", BUSINESS)])),
    ]
}

fn parsed(name: &str, bytes: &[u8]) -> Value {
    let sides = sides();
    let (_, bird, side) = sides.iter().find(|(product, ..)| name.starts_with(product)).unwrap_or(&sides[0]);
    let signed = standard_webhooks::sign(SECRET, "msg_1", ARRIVED, bytes);
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shown(take(bird, side, &webhook(&headers, bytes.to_vec())).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let table: BTreeMap<String, Value> = inbound().map(|(name, bytes)| (name.clone(), parsed(&name, &bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn an_event_that_lacks_something_delivers_the_rest() {
    let found = |event: &Value| parsed(event["type"].as_str().unwrap(), event.to_string().as_bytes());
    let notice = |what: &str, text: Value| json!({"part": "unsupported", "what": what, "text": text});
    let whatsapp = |content: Value| {
        let mut data = json!({"from": {"phone_number": "+447700900161"}, "to": {"phone_number": NUMBER}});
        data.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        json!({"type": "whatsapp.received", "timestamp": 5, "data": data})
    };
    let apple = |content: Value| json!({"type": "amb.received", "data": {"message": {"from": "c", "to": BUSINESS, "kind": "text", "content": content}}});
    for (event, part) in [
        (
            json!({"type": "sms.received", "data": {"from": "+447700900161", "text": 5}}),
            notice("multimedia message", Value::Null),
        ),
        (whatsapp(json!({})), notice("unknown message", Value::Null)),
        (whatsapp(json!({"text": {"body": 5}})), notice("unknown message", Value::Null)),
        (whatsapp(json!({"image": {"url": 5, "caption": "look"}})), notice("image", json!("look"))),
        (whatsapp(json!({"document": {"filename": "a.pdf"}})), notice("document", json!("a.pdf"))),
        (whatsapp(json!({"location": {"latitude": 91, "name": "Shop"}})), notice("location", json!("Shop"))),
        (whatsapp(json!({"contact_cards": [{}, 5]})), notice("contact card", Value::Null)),
        (apple(json!(5)), notice("text", Value::Null)),
        (apple(json!({"attachments": [{}]})), notice("attachment", Value::Null)),
    ] {
        let name = event["type"].as_str().unwrap().replace("amb", "apple");
        let found = parsed(&name, event.to_string().as_bytes());
        assert_eq!(found["events"][0]["kind"]["parts"], json!([part]), "{event} {found}");
        assert_eq!(found["events"][0]["at"], ARRIVED.get(), "{event}");
    }
    for (event, message) in [
        (json!({"type": "sms.delivered", "data": {"sms_id": "1"}}), "1"),
        (json!({"type": "whatsapp.read", "data": {"whatsapp_id": "2", "to": 5}}), "2"),
    ] {
        let news = found(&event);
        assert_eq!(
            (&news["events"][0]["contact"]["id"], &news["events"][0]["kind"]["message"]),
            (&json!(""), &json!(message))
        );
    }
    for (event, reason) in [
        (json!({"type": "sms.received", "data": {"from": 5, "text": "Hi"}}), "nobody"),
        (json!({"type": "sms.received", "data": {}}), "nobody"),
        (json!({"type": "sms.delivered", "data": {"to": "+1"}}), "no_id"),
        (json!({"type": "whatsapp.received", "data": {"from": 5}}), "nobody"),
    ] {
        assert_eq!(found(&event)["ignored"][0]["reason"], reason, "{event}");
    }
    for event in [json!({"type": "sms.received"}), json!({"type": "whatsapp.received", "data": 5})] {
        assert_eq!(found(&event)["refused"], "missing_field", "{event}");
    }
}

fn inbound() -> impl Iterator<Item = (String, Vec<u8>)> {
    fixtures(FOLDER).into_iter().filter_map(|(name, bytes)| Some((name.strip_prefix("inbound/")?.to_owned(), bytes)))
}

#[test]
fn what_belongs_to_another_installation_of_the_workspace_is_left_out() {
    for (name, bytes) in inbound() {
        for (product, bird, side) in sides() {
            let elsewhere = Side::new(side.kind, &[("product", product), ("from", "+447700900999")], &[]);
            let read = |side: &Side| {
                let request = webhook(&[], bytes.clone());
                parse::parse(bird.product(&side.account()), &side.account(), &request).unwrap().events.len()
            };
            assert!(read(&side) == 0 || name.starts_with(product), "{name} for {product}");
            // These events of Bird's name no sender.
            if !name.ends_with("_suppression_created.json") || name.starts_with("sms") {
                assert_eq!(read(&elsewhere), 0, "{name} for another sender");
            }
        }
    }
}

#[test]
fn a_number_that_bird_spells_otherwise_is_learned() {
    let (side, parts) = (side("bird", &[("from", "+1")]), [Part::text("hi")]);
    let learned = |to: &str, told: Value| {
        let contact = contact(to);
        let delivery = delivery(&contact, &parts, None);
        let answer = answer(202, &json!({"id": "1", "to": told}).to_string());
        BIRD.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer).unwrap()
    };
    let both = [Fact::Sent(Some("1".into())), Fact::ContactId("+5491155550123".into())];
    let sent = &both[..1];
    for to in [json!("+5491155550123"), json!({"phone_number": "+5491155550123"})] {
        assert_eq!(learned("+541155550123", to.clone()), both, "{to}");
        assert_eq!(learned("+5491155550123", to.clone()), sent, "{to}");
        assert_eq!(learned("US.13491208655302741918", to.clone()), sent, "{to}");
    }
    for to in [json!(null), json!(5), json!({"bsuid": "US.1"}), json!("nobody")] {
        assert_eq!(learned("+541155550123", to.clone()), sent, "{to}");
    }
}

#[test]
fn an_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side("bird", &[("from", "+1")]), contact("+447700900161"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    let mut read = |name: &str, status: u16, body: &str| {
        let answer = answer(status, body);
        let read = BIRD.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer);
        table.insert(name.to_owned(), outcome(&read));
    };
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status = name.split(['_', '.']).find_map(|word| word.parse().ok()).unwrap_or(200);
        read(&name, status, std::str::from_utf8(&bytes).unwrap());
    }
    for (code, ..) in classify::CODES {
        read(code, 422, &json!({"error": {"type": "x", "code": code}}).to_string());
    }
    for status in [200, 401, 404, 409, 500, 501, 503] {
        read(&status.to_string(), status, "<html>");
    }
    assert_shown!("answers", table);
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    for vector in fixture(FOLDER, "signatures.json")["vectors"].as_array().unwrap() {
        let side = Side::new("bird", &[], &[("webhook_secret", vector["secret"].as_str().unwrap())]);
        let headers = vector["headers"].as_object().unwrap();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let mut request = webhook(&headers, vector["body"].as_str().unwrap().to_owned());
        let now = &vector["now"];
        request.received_at = Millis::from_seconds(now.as_i64().or_else(|| now.as_str()?.parse().ok()).unwrap());
        assert_eq!(BIRD.verify(&side.account(), &request).is_ok(), vector["valid"].as_bool().unwrap(), "{vector}");
    }
    // Before the registration, no signature can be right.
    assert!(take(&BIRD, &Side::new("bird", &[], &[]), &webhook(&[], "{}")).is_err());
}

fn sent(bird: Bird, side: &Side, to: &str, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(to), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(202, r#"{"id":"sms_1"}"#);
    drive(&bird, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let [(_, _, sms), (_, _, whatsapp), (_, _, apple)] = sides();
    let image = Part::Media(Media {
        caption: Some("photo".into()),
        ..Media::new(MediaKind::Image, MediaSource::Link { url: "https://files.example.com/a.jpg".into() })
    });
    for (name, bird, side, to, part) in [
        ("sms", BIRD, &sms, "+447700900161", Part::text("Your order is ready.")),
        ("whatsapp_text", BIRD, &whatsapp, "+447700900161", Part::text("Hi, an agent here")),
        ("whatsapp_image", BIRD, &whatsapp, "+447700900161", image),
        ("whatsapp_template", BIRD, &whatsapp, "+447700900161", Part::text("/template bird_delivery_update ref=A1B2")),
        ("apple_text", APPLE, &apple, "opaque-customer-1", Part::text("Hi, an agent here")),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        let calls = sent(bird, side, to, &[part]);
        let mut ours = body(&calls[0]);
        // Every message carries the bridge's id and its sender; an API key may not write as the operator whom Apple's
        // sample names.
        for message in [&mut sample, &mut ours] {
            let fields = message.as_object_mut().unwrap();
            fields.remove("metadata");
            fields.remove("from");
            fields.remove("source");
        }
        assert_eq!((calls.len(), ours), (1, sample), "{name}");
        assert!(calls[0].request.uri().to_string().starts_with("https://eu1.platform.bird.com/v1/"));
        assert_eq!(
            calls[0].request.headers()["idempotency-key"],
            body(&calls[0])["metadata"]["bridge_id"].as_str().unwrap()
        );
    }
}

#[test]
fn quotes_and_read_marks_are_the_documented_ones() {
    let [(_, _, sms), (_, _, whatsapp), _] = sides();
    let (to, id) = ("+447700900161", "wam_01krdgeqcxet5s7t44vh8rt9mj");
    let parts = [Part::text("Yes, that one"), Part::text("More")];
    let taken = |_: &Call| answer(202, r#"{"id":"wam_1"}"#);
    let without_id = |call: &Call| {
        let mut body = body(call);
        body.as_object_mut().unwrap().remove("metadata");
        body
    };
    let calls = quoting(&BIRD, &whatsapp.account(), to, &parts, id, taken);
    let mut sample = fixture(FOLDER, "send/whatsapp_text_quote.json");
    sample.as_object_mut().unwrap().remove("metadata");
    assert_eq!(without_id(&calls[0]), sample);
    assert_eq!(body(&calls[1]).get("in_reply_to_message_id"), None);
    let calls = quoting(&BIRD, &sms.account(), to, &parts, id, taken);
    assert!(calls.iter().all(|call| body(call).get("in_reply_to_message_id").is_none()));
    let call = read_mark(&BIRD, &whatsapp.account(), to, "wam_01krdgeq");
    assert_eq!(body(&call), fixture(FOLDER, "send/whatsapp_read.json"));
    let url = "https://eu1.platform.bird.com/v1/whatsapp/messages/wam%5F01krdgeq/read";
    assert_eq!(call.request.uri(), url);
}

#[test]
fn a_template_takes_values_in_all_its_places_and_a_refusal_tells_them() {
    let [_, (_, _, whatsapp), _] = sides();
    let text = "/template parcel:en_US header.document=https://files.example.com/i/42.pdf | Ana | button2=42 | button1.code=X1";
    let components = &body(&sent(BIRD, &whatsapp, "+447700900161", &[Part::text(text)])[0])["template"]["components"];
    assert_eq!(
        components,
        &json!([
            {"type": "header", "parameters": [{
                "type": "document", "url": "https://files.example.com/i/42.pdf", "filename": "42.pdf",
            }]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
            {"type": "button", "parameters": [{"type": "text", "text": "X1"}]},
            {"type": "button", "parameters": [{"type": "text", "text": "42"}]},
        ])
    );
    let (contact, parts) = (contact("+447700900161"), [Part::text("/template parcel Ana")]);
    let delivery = delivery(&contact, &parts, None);
    let told = |template: (u16, Value), language: (u16, Value)| {
        let (mut known, mut paths) = (Known::default(), Vec::new());
        loop {
            let task = Task::Deliver(&delivery);
            let Step::Call(call) = BIRD.next(&whatsapp.account(), &task, &known).unwrap() else { panic!() };
            let path = call.request.uri().path().to_owned();
            let (status, reply) = match path.as_str() {
                "/v1/whatsapp/templates/parcel" => template.clone(),
                "/v1/whatsapp/templates/parcel/versions/wav%5F1/languages/en-US" => language.clone(),
                _ => (
                    422,
                    json!({"error": {"type": "validation_error", "code": "E1", "details": [{"param": "components"}]}}),
                ),
            };
            paths.push(path);
            match BIRD.read(&whatsapp.account(), &task, &known, &answer(status, &reply.to_string())) {
                Ok(facts) => known.learn(&facts),
                Err(failure) => return (paths.len(), failure.explained([])),
            }
        }
    };
    let found = json!({
        "slug": "parcel", "default_language": "en-US", "available_languages": ["en-US"], "live_version_id": "wav_1",
    });
    let content = json!({"components": [{"type": "body", "text": "{{name}}, {{shelf}}"}]});
    let reason = "Bird does not accept the message (`components`)";
    assert_eq!(
        told((200, found.clone()), (200, content)),
        (3, format!("{reason}; write it so: /template parcel:en-US name=<text> | shelf=<text>"))
    );
    assert_eq!(told((200, found), (500, json!({}))), (3, reason.to_owned()));
    let draft = json!({"slug": "parcel", "default_language": "en-US", "available_languages": ["de"]});
    assert_eq!(told((200, draft), (500, json!({}))), (2, format!("{reason}; it exists in: de")));
    let none = (404, json!({"error": {"type": "not_found_error"}}));
    assert_eq!(told(none, (500, json!({}))), (2, format!("{reason}; the account has no template of this name")));
}

/// Returns the calls of a setup task that Bird answers with `answers`, and the secrets that the answers teach.
fn set_up(side: &Side, task: &Task<'_>, answers: &[(&str, u16, Value)]) -> (Vec<String>, Vec<(String, String)>) {
    let (mut known, mut calls, mut secrets) = (Known::default(), Vec::new(), Vec::new());
    while let Step::Call(call) = BIRD.next(&side.account(), task, &known).unwrap() {
        let (_, status, reply) = answers.iter().find(|(name, ..)| *name == call.name).expect(call.name);
        let path = call.request.uri().path_and_query().unwrap();
        calls.push(format!("{} {path}", call.request.method()));
        assert!(call.request.headers()["authorization"].is_sensitive());
        let Ok(facts) = BIRD.read(&side.account(), task, &known, &answer(*status, &reply.to_string())) else {
            panic!("{calls:?}")
        };
        for fact in &facts {
            if let Fact::Secret(name, secret) = fact {
                secrets.push(((*name).to_owned(), secret.reveal().to_owned()));
            }
        }
        known.learn(&facts);
    }
    (calls, secrets)
}

#[test]
fn a_registration_makes_a_webhook_or_moves_the_one_that_is_there() {
    let url = "https://bridge.example.com/channels/i/t";
    let query = "url=https%3A%2F%2Fbridge.example.com%2Fchannels%2Fi%2Ft";
    let key = ("api_key", "bk_eu1_EXAMPLE");
    let fresh = Side::new("bird", &[], &[key]);
    let old = Side::new("bird", &[], &[key, ("webhook_id", "whk_1"), ("webhook_secret", SECRET)]);
    let none = ("find_webhook", 200, json!({"data": [{"id": "whk_9", "url": "https://other.example/"}]}));
    let orphan = ("find_webhook", 200, json!({"data": [{"id": "whk_7", "url": url}]}));
    let made = ("create_webhook", 201, json!({"id": "whk_2", "secret": "whsec_bmV3"}));
    let renewed = ("rotate_webhook_secret", 200, json!({"secret": "whsec_cmVuZXdlZA=="}));
    let moved = ("update_webhook", 200, json!({"id": "whk_1"}));
    let lost = ("update_webhook", 404, json!({"error": {"type": "not_found_error"}}));
    let find = format!("GET /v1/webhooks?{query}");
    let register = Task::Register { url };
    let pair = |id: &str, secret: &str| {
        vec![("webhook_id".to_owned(), id.to_owned()), ("webhook_secret".to_owned(), secret.to_owned())]
    };
    for (side, answers, calls, secrets) in [
        (&fresh, vec![none.clone(), made.clone()], vec![&*find, "POST /v1/webhooks"], pair("whk_2", "whsec_bmV3")),
        // The process died after creating the webhook.
        (
            &fresh,
            vec![orphan, renewed],
            vec![&*find, "POST /v1/webhooks/whk_7/rotate-secret"],
            pair("whk_7", "whsec_cmVuZXdlZA=="),
        ),
        (&old, vec![moved], vec!["PATCH /v1/webhooks/whk_1"], vec![]),
        // Someone deleted the webhook.
        (
            &old,
            vec![lost, none, made],
            vec!["PATCH /v1/webhooks/whk_1", &*find, "POST /v1/webhooks"],
            pair("whk_2", "whsec_bmV3"),
        ),
    ] {
        assert_eq!(set_up(side, &register, &answers), (calls.iter().map(|&call| call.to_owned()).collect(), secrets));
    }
    for (status, side, calls) in [
        (204, &old, vec!["DELETE /v1/webhooks/whk_1"]),
        (404, &old, vec!["DELETE /v1/webhooks/whk_1"]),
        (204, &fresh, vec![]),
    ] {
        assert_eq!(set_up(side, &Task::Unregister, &[("delete_webhook", status, json!({}))]).0, calls);
    }
}

#[test]
fn a_webhook_hears_of_what_the_sample_hears_of() {
    let sample = fixture(FOLDER, "send/webhook_create.json");
    let [(_, _, sms), (_, _, whatsapp), _] = sides();
    let heard = [BIRD.product(&sms.account()).events(), BIRD.product(&whatsapp.account()).events()].concat();
    for event in sample["events"].as_array().unwrap() {
        assert!(heard.contains(&event.as_str().unwrap()), "{event}");
    }
    let sample = fixture(FOLDER, "send/webhook_create_apple.json");
    assert_eq!(json!(Product::Apple.events()), sample["events"]);
}

#[test]
fn apples_files_are_looked_for_at_the_addresses_that_they_may_have() {
    let [.., (_, _, apple)] = sides();
    let files = |attachments: Value| {
        let message = json!({"id": "amb_1", "from": "c", "to": BUSINESS, "content": {"type": "text", "attachments": attachments}});
        let event = json!({"type": "amb.received", "data": {"message": message}}).to_string();
        let request = webhook(&[], event);
        let mut parsed = parse::parse(Product::Apple, &apple.account(), &request).unwrap();
        let ChannelEventKind::Message { parts } = parsed.events.remove(0).kind else { panic!() };
        parts
    };
    let addresses = |part: &Part| {
        let Part::Media(media) = part else { panic!("{part:?}") };
        let context = crate::adapter::FetchContext::default();
        let task = Task::Fetch(media, &context);
        let Step::DownloadAny(requests) = APPLE.next(&apple.account(), &task, &Known::default()).unwrap() else {
            panic!()
        };
        assert!(requests.iter().all(|request| request.headers()["authorization"].is_sensitive()));
        let path =
            |request: &http::Request<()>| request.uri().to_string().split_off("https://eu1.platform.bird.com".len());
        requests.iter().map(path).collect::<Vec<_>>()
    };
    let (one, other) =
        (json!({"attachment_id": "aat_1", "mime_type": "image/heic"}), json!({"attachment_id": "aat/2"}));
    let alone = files(json!([one]));
    assert!(matches!(&alone[0], Part::Media(media) if media.kind == MediaKind::Image));
    assert_eq!(addresses(&alone[0]), ["/v1/amb/messages/amb%5F1/attachments/0", "/v1/amb/attachments/aat%5F1/content"]);
    // Nobody knows whether Bird counts positions from 0 or from 1.
    let two = files(json!([one, other]));
    assert_eq!(addresses(&two[1]), ["/v1/amb/attachments/aat%2F2/content"]);
}

#[test]
fn cards_are_a_carousel_where_whatsapp_takes_them() {
    let [_, (_, _, whatsapp), _] = sides();
    let card = |title: &str, buttons: Vec<Button>| Card {
        title: Some(title.into()),
        text: Some("EUR 40".into()),
        image: Some("https://files.example.com/c.jpg".into()),
        buttons,
    };
    let pick = |title: &str| card(title, vec![Button::Reply { label: "This one".into(), text: title.into() }]);
    let shop =
        |title: &str| card(title, vec![Button::Link { label: "Shop".into(), url: "https://shop.example.com/".into() }]);
    let shown = |cards: Vec<Card>| {
        let parts = [Part::text("Our lamps"), Part::Carousel { cards }];
        sent(BIRD, &whatsapp, "+447700900161", &parts).iter().map(body).collect::<Vec<_>>()
    };
    assert_shown!("carousel", [shown(vec![pick("Oak"), pick("Pine")]), shown(vec![shop("Oak"), shop("Pine")])]);
    for odd in [
        vec![pick("Oak")],
        vec![pick("Oak"), shop("Pine")],
        vec![pick("Oak"), card("Pine", vec![])],
        vec![pick("Oak"), Card { image: None, ..pick("Pine") }],
        vec![pick("Oak"), pick(&"long".repeat(40))],
        (0..11).map(|number| pick(&number.to_string())).collect(),
    ] {
        assert!(shown(odd.clone()).iter().all(|message| message.get("interactive").is_none()), "{odd:?}");
    }
}

#[test]
fn a_file_is_fetched_with_the_key_from_birds_own_region_only() {
    let [_, (_, _, whatsapp), _] = sides();
    let fetch = |url: &str| {
        let media = Media::new(MediaKind::Image, MediaSource::Reference { id: url.to_owned() });
        BIRD.next(
            &whatsapp.account(),
            &Task::Fetch(&media, &crate::adapter::FetchContext::default()),
            &Known::default(),
        )
    };
    let path = "/v1/whatsapp/messages/wam_1/media/waf_1";
    for host in ["https://platform.bird.com", "https://eu1.platform.bird.com", "https://us1.platform.bird.com"] {
        let Ok(Step::Download(request)) = fetch(&format!("{host}{path}")) else { panic!("{host}") };
        assert_eq!(request.uri().to_string(), format!("https://eu1.platform.bird.com{path}"));
        assert!(request.headers()["authorization"].is_sensitive());
    }
    for url in
        ["https://evil.example/x", "https://platform.bird.com.evil.example/x", "https://evilplatform.bird.com/x", "x"]
    {
        assert!(fetch(url).is_err(), "{url}");
    }
}

#[test]
fn every_sample_has_a_row() {
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["inbound/", "responses/"], &[]);
}

#[test]
fn long_things_and_what_cannot_be_shown() {
    let link = |kind, name: &str, caption: Option<&str>| {
        Part::Media(Media {
            name: Some(name.into()),
            caption: caption.map(str::to_owned),
            ..Media::new(kind, MediaSource::Link { url: format!("https://files.example.com/{name}") })
        })
    };
    let reply = |label: &str| Button::Reply { label: label.into(), text: label.into() };
    let shop = Button::Link { label: "Shop".into(), url: "https://shop.example.com/".into() };
    let parts = [
        Part::text("a word ".repeat(300)),
        Part::text("слово ".repeat(140)),
        Part::Location { latitude: 1.5, longitude: 2.5, label: Some("Shop\nMain street 1".into()) },
        Part::ContactCard {
            name: Some("Ines Halvorsund".into()),
            phone: Some("+380441234567".into()),
            more: Vec::new(),
        },
        Part::Sticker { id: "1".into(), url: None },
        link(MediaKind::Image, "a.jpg", Some("photo")),
        link(MediaKind::Audio, "a.mp3", Some("listen")),
        link(MediaKind::File, "a.pdf", None),
        Part::text("Deliver today?"),
        Part::Buttons { buttons: vec![reply("Yes"), reply("No")] },
        Part::Buttons { buttons: vec![reply("One")] },
        Part::Buttons { buttons: (0..5).map(|number| reply(&format!("Choice {number}"))).collect() },
        Part::Buttons { buttons: vec![reply("Same"), reply("Same")] },
        Part::Buttons { buttons: vec![shop.clone()] },
        Part::Buttons { buttons: vec![reply("Yes"), shop] },
        Part::text("/template order_ready:en Ana | 42"),
    ];
    for (product, bird, mut side) in sides() {
        side.options.agent_name = true;
        let name = format!("odd_{product}");
        assert_shown!(&*name, sent(bird, &side, "+447700900161", &parts).iter().map(request).collect::<Vec<_>>());
    }
}

#[test]
fn a_key_names_its_region() {
    let check = |key: &str| {
        let side = Side::new("bird", &[("product", "sms"), ("from", NUMBER)], &[("api_key", key)]);
        BIRD.check_settings(&side.account()).is_ok()
    };
    assert!(check("bk_eu1_x"));
    for key in ["", "x", "bk_", "bk__x", "bk_e.u_x", "live_1_x"] {
        assert!(!check(key), "{key}");
    }
}

#[test]
fn a_sender_is_spelled_as_bird_spells_it() {
    let check =
        |product, from| BIRD.check_settings(&side("bird", &[("product", product), ("from", from)]).account()).is_ok();
    for (from, sms, whatsapp) in [
        (NUMBER, true, true),
        ("24680", true, false),
        ("Acme Shop", true, false),
        ("07700900170", false, false),
        ("447700900170", false, false),
        ("a name too long", false, false),
        ("+44 7700 900170", false, false),
    ] {
        assert_eq!((check("sms", from), check("whatsapp", from)), (sms, whatsapp), "{from}");
    }
}

#[test]
fn the_same_number_is_another_installation_for_another_product() {
    let [(_, _, sms), (_, _, whatsapp), _] = sides();
    let check = |side: &Side| BIRD.read(&side.account(), &Task::Check, &Known::default(), &answer(200, "{}"));
    assert_ne!(check(&sms), check(&whatsapp));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), product in 0..3_usize) {
        parsed(["sms", "whatsapp", "apple"][product], &bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((name, bytes) in changed_samples(FOLDER)) {
        parsed(name.trim_start_matches("inbound/"), &bytes);
    }
}
