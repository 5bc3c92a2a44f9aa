//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Call, Fact},
    channel::codes::Class,
    model::message::{Button, Card, Part},
    testing::{
        self, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, fixture, fixtures,
        outcome, quoting, read_mark, reply, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/whatsapp";
const SECRET: &str = "test-whatsapp-app-secret-0001";
const NUMBER: &str = "109830417265540";

fn side() -> Side {
    Side::new(
        "whatsapp",
        &[("phone_number_id", NUMBER)],
        &[("app_secret", SECRET), ("access_token", "EAAB-test"), ("verify_token", "test-verify-token")],
    )
}

fn parsed(bytes: &[u8]) -> Value {
    let signature = format!("sha256={}", hex::encode(crate::tools::crypto::hmac_sha256(SECRET.as_bytes(), bytes)));
    shown(take(&WhatsApp, &side(), &webhook(&[("X-Hub-Signature-256", &signature)], bytes.to_vec())).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let samples = fixtures(FOLDER).into_iter();
    let samples = samples.filter(|(name, _)| name.starts_with("inbound/") || name.starts_with("status/"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(&bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side(), contact("16505550123"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let media = Media::new(MediaKind::Image, MediaSource::Reference { id: "1".into() });
    let context = crate::adapter::FetchContext::default();
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status =
            name.split(['_', '.']).find_map(|word| word.parse().ok().filter(|code| *code < 600)).unwrap_or(200);
        let task = if name.contains("media_") { Task::Fetch(&media, &context) } else { Task::Deliver(&delivery) };
        let answer = answer(status, std::str::from_utf8(&bytes).unwrap());
        table.insert(name, outcome(&WhatsApp.read(&side.account(), &task, &Known::default(), &answer)));
    }
    assert_shown!("answers", table);
}

#[test]
fn every_documented_code_has_its_class() {
    for (class, codes) in [
        (Class::Later, &[1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 132069, 133004, 133016][..]),
        (Class::Receiver, &[130403, 130472, 131021, 131026, 131030, 131049]),
        (Class::OptOut, &[131050]),
        (
            Class::Message,
            &[131047, 100, 131008, 131009, 131051, 131052, 131062, 131063, 135000, 132001, 132008, 132068, 137000],
        ),
        (
            Class::Account,
            &[0, 3, 10, 33, 190, 368, 130497, 131005, 131031, 131037, 131042, 131044, 131045, 131048, 131064, 133010],
        ),
    ] {
        for code in codes {
            let (_, found, _) = crate::channel::codes::find(classify::CODES, Some(*code)).unwrap();
            assert_eq!(*found, class, "{code}");
        }
    }
}

#[test]
fn a_failed_status_tells_whose_fault_it_is_in_the_vendors_words() {
    let receipt = |error: Value| {
        let status = json!({"id": "wamid.1", "status": "failed", "recipient_id": "16505550123", "errors": [error]});
        let call = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value":
            {"metadata": {"phone_number_id": NUMBER}, "statuses": [status]}}]}]});
        parsed(call.to_string().as_bytes())["events"][0]["kind"]["receipt"].take()
    };
    let details = json!({"details": "Add a payment method."});
    let known = receipt(json!({"code": 131042, "title": "Business eligibility", "error_data": details}));
    assert_eq!((&known["account"], &known["details"]), (&json!(true), &json!("Add a payment method.")));
    let unknown = receipt(json!({"code": 139999, "title": "A new title", "error_data": details}));
    assert_eq!(unknown["account"], Value::Null);
    assert_eq!(unknown["details"], "A new title: Add a payment method.");
    assert_eq!(unknown["reason"], "WhatsApp could not deliver it (error 139999)");
    assert_eq!(receipt(json!({"code": 139999, "title": "A new title"}))["details"], "A new title");
    assert_eq!(receipt(json!(null))["reason"], "WhatsApp could not deliver it");
}

#[test]
fn an_error_of_the_account_is_an_event_of_its_own() {
    let found = |value: Value| {
        let mut value = value;
        value["metadata"] = json!({"phone_number_id": NUMBER});
        let call = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]});
        parsed(call.to_string().as_bytes())
    };
    let errors = json!([{"code": 131042, "title": "Payment"}, {"code": 130429}, {"code": "190"}, 5, null]);
    let alone = found(json!({"errors": errors}));
    let reasons: Vec<&Value> = alone["events"].as_array().unwrap().iter().map(|it| &it["kind"]["reason"]).collect();
    let expired = "the access token of WhatsApp has expired; make a new one for the system user";
    assert_eq!(reasons, ["the account's payment method does not work", expired]);
    assert!(alone["events"].as_array().unwrap().iter().all(|it| it["kind"]["type"] == "account_blocked"), "{alone}");
    assert_eq!(alone["ignored"].as_array().map(Vec::len), Some(3), "{alone}");
    // Beside a message or a status, nobody knows what the error is about.
    let message = json!({"from": "16505550123", "id": "wamid.1", "type": "text", "text": {"body": "Hi"}});
    let status = json!({"id": "wamid.2", "status": "read"});
    for beside in [json!({"messages": [message]}), json!({"statuses": [status]})] {
        let mut value = beside.clone();
        value["errors"] = errors.clone();
        let found = found(value);
        assert_eq!(found["events"].as_array().map(Vec::len), Some(1), "{beside}: {found}");
        assert_ne!(found["events"][0]["kind"]["type"], "account_blocked", "{beside}");
    }
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    let samples = fixture(FOLDER, "signatures.json");
    for vector in samples["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let side = Side::new("whatsapp", &[], &[("app_secret", text("app_secret"))]);
        let headers: Vec<(&str, &str)> =
            vector["value"].as_str().map(|value| ("X-Hub-Signature-256", value)).into_iter().collect();
        let request = webhook(&headers, text("body").to_owned());
        assert_eq!(
            verify::verify(&side.account(), &request).is_ok(),
            vector["valid"].as_bool().unwrap(),
            "{}",
            text("name")
        );
    }
    for case in samples["handshake"]["cases"].as_array().unwrap() {
        let mut request = webhook(&[], "");
        request.method = Method::GET;
        request.query = case["query"].as_str().unwrap().to_owned();
        let taken = take(&WhatsApp, &side(), &request);
        assert_eq!(taken.is_ok(), case["expect_status"] == 200, "{case}");
        if let Ok(taken) = taken {
            let body = shown(taken)["answer"][2].clone();
            assert_eq!(body, case["expect_body"], "{case}");
        }
    }
}

#[test]
fn a_verify_token_that_the_bridge_made_is_told_and_another_is_not() {
    let urls = Urls { channel: "https://b/channels/i/t", helpdesk: "https://b/helpdesks/i/t" };
    let setting = WhatsApp.settings().iter().find(|setting| setting.name == "verify_token").unwrap();
    let made = setting.made.unwrap().spell(&[7; 24]);
    for (token, is_told) in [(made.as_str(), true), ("my-own-word", false)] {
        let side = Side::new("whatsapp", &[], &[("verify_token", token)]);
        let steps = WhatsApp.next_steps(&side.account(), &urls);
        let steps: String = steps.iter().map(|step| format!("{} ", step.sentence)).collect();
        assert_eq!(steps.contains(token), is_told, "{steps}");
    }
}

fn link(kind: MediaKind, url: &str, caption: Option<&str>, name: Option<&str>) -> Part {
    let (caption, name) = (caption.map(str::to_owned), name.map(str::to_owned));
    Part::Media(Media { caption, name, ..Media::new(kind, MediaSource::Link { url: url.to_owned() }) })
}

fn sent(side: &Side, to: &str, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(to), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(200, r#"{"messages":[{"id":"wamid.1"}]}"#);
    drive(&WhatsApp, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

/// Returns a card with a picture and a link.
fn chair(number: u8, text: &str) -> Card {
    Card {
        title: None,
        text: Some(text.into()),
        image: Some(format!("https://files.example.com/c{number}.jpg")),
        buttons: vec![Button::Link { label: "Look".into(), url: format!("https://shop.example.com/c{number}") }],
    }
}

#[test]
fn requests_are_the_documented_ones() {
    let place =
        Part::Location { latitude: 51.5007, longitude: -0.1246, label: Some("Our shop\nExample Street 1".into()) };
    let card =
        Part::ContactCard { name: Some("Bo Sample".into()), phone: Some("+16505550199".into()), more: Vec::new() };
    let buttons = Part::Buttons { buttons: vec![reply("Yes", "yes-42"), reply("No", "no-42")] };
    let door = link(MediaKind::Image, "https://files.example.com/door.jpg", None, None);
    let doors = Part::Buttons { buttons: vec![reply("Yes", "door-yes"), reply("No", "door-no")] };
    let chairs = Part::Carousel { cards: vec![chair(1, "Oak, 80 cm"), chair(2, "Pine, 90 cm")] };
    let track = Button::Link { label: "Track".into(), url: "https://example.com/t/42".into() };
    for (name, to, parts) in [
        ("text", "16505550123", vec![Part::text("Your order is ready.")]),
        ("text_to_user_id", "US.20817340965518273604", vec![Part::text("Hello")]),
        (
            "image_link",
            "16505550123",
            vec![link(MediaKind::Image, "https://files.example.com/a.jpg", Some("photo"), None)],
        ),
        ("audio_link", "16505550123", vec![link(MediaKind::Audio, "https://files.example.com/v.ogg", None, None)]),
        ("video_link", "16505550123", vec![link(MediaKind::Video, "https://files.example.com/v.mp4", None, None)]),
        (
            "document_link",
            "16505550123",
            vec![link(MediaKind::File, "https://files.example.com/invoice.pdf", Some("invoice"), Some("invoice.pdf"))],
        ),
        ("location", "16505550123", vec![place]),
        ("contacts", "16505550123", vec![card]),
        ("interactive_buttons", "16505550123", vec![Part::text("Shall we deliver today?"), buttons]),
        ("interactive_buttons_image_header", "16505550123", vec![door, Part::text("Is this your door?"), doors]),
        ("interactive_carousel", "16505550123", vec![Part::text("Two that would fit"), chairs]),
        (
            "interactive_cta_url",
            "16505550123",
            vec![Part::text("Track your parcel"), Part::Buttons { buttons: vec![track] }],
        ),
        ("template", "16505550123", vec![Part::text("/template order_ready:en_US Sam | 42")]),
        ("template_named", "16505550123", vec![Part::text("/template parcel_here:en first_name=Sam | shelf=B 12")]),
        (
            "template_header_document",
            "16505550123",
            vec![Part::text(
                "/template invoice_ready:en header.document=https://files.example.com/i/42.pdf invoice-42.pdf | 42",
            )],
        ),
        (
            "template_header_image_buttons",
            "16505550123",
            vec![Part::text(
                "/template parcel_here_photo:en header.image=https://files.example.com/shelf.jpg | Sam | \
                 button1.payload=collect-42 | button2=42",
            )],
        ),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        let calls = sent(&side(), to, &parts);
        let mut ours = body(&calls[0]);
        // Every message carries an id of the bridge, and no preview opens a link; button ids begin with their position.
        for message in [&mut sample, &mut ours] {
            message.as_object_mut().unwrap().remove("biz_opaque_callback_data");
            if let Some(text) = message.get_mut("text") {
                text.as_object_mut().unwrap().remove("preview_url");
            }
            // A recording in Ogg is marked as one.
            if let Some(audio) = message.get_mut("audio") {
                audio.as_object_mut().unwrap().remove("voice");
            }
            for button in
                message.pointer_mut("/interactive/action/buttons").and_then(Value::as_array_mut).into_iter().flatten()
            {
                let id = button["reply"]["id"].as_str().unwrap();
                button["reply"]["id"] = json!(id.rsplit(':').next().unwrap().to_owned());
            }
        }
        assert_eq!((calls.len(), ours), (1, sample), "{name}");
        assert_eq!(calls[0].request.uri(), format!("https://graph.facebook.com/v25.0/{NUMBER}/messages").as_str());
    }
}

#[test]
fn quotes_and_read_marks_are_the_documented_ones() {
    let (side, url) = (side(), format!("https://graph.facebook.com/v25.0/{NUMBER}/messages"));
    let taken = |_: &Call| answer(200, r#"{"messages":[{"id":"wamid.1"}]}"#);
    let parts = [Part::text("Yes, it is."), Part::text("More")];
    let calls = quoting(&WhatsApp, &side.account(), "16505550123", &parts, "wamid.HBgLEXAMPLEIN1", taken);
    let mut first = body(&calls[0]);
    first.as_object_mut().unwrap().remove("biz_opaque_callback_data");
    assert_eq!(first, fixture(FOLDER, "send/text_reply.json"));
    assert_eq!(body(&calls[1]).get("context"), None);
    let call = read_mark(&WhatsApp, &side.account(), "16505550123", "wamid.HBgLEXAMPLEIN1");
    assert_eq!(body(&call), fixture(FOLDER, "send/mark_read_with_typing.json"));
    assert_eq!(call.request.uri(), url.as_str());
}

#[test]
fn a_refused_template_is_told_with_what_it_takes() {
    let refusal = |code: u32, details: &str| {
        let error = json!({"message": "x", "code": code, "error_data": {"details": details}});
        answer(400, &json!({"error": error}).to_string())
    };
    let parts = [Part::text("/template order_ready:en Ana | 4711")];
    let contact = contact("16505550110");
    let delivery = delivery(&contact, &parts, None);
    let told = |side: &Side, code: u32, found: &str| {
        let mut calls = Vec::new();
        let reply = |call: &Call| match call.name {
            "get_message_template" => answer(if found.is_empty() { 400 } else { 200 }, found),
            _ => refusal(code, "body: named params expected"),
        };
        let mut known = Known::default();
        loop {
            let Step::Call(call) = WhatsApp.next(&side.account(), &Task::Deliver(&delivery), &known).unwrap() else {
                panic!()
            };
            calls.push(call.request.uri().path_and_query().unwrap().to_string());
            match WhatsApp.read(&side.account(), &Task::Deliver(&delivery), &known, &reply(&call)) {
                Ok(facts) => known.learn(&facts),
                Err(failure) => return (calls, failure.explained([])),
            }
        }
    };
    let described = |language: &str, name: &str| {
        json!({"data": [
            {"name": "order_ready_now", "language": "en", "components": []},
            {"name": name, "language": language, "parameter_format": "NAMED", "components": [
                {"type": "HEADER", "format": "IMAGE"},
                {"type": "BODY", "text": "Hi {{customer_name}}, {{order_id}} is ready"},
            ]},
        ]})
        .to_string()
    };
    let account = side().with("business_account_id", "118604227730951");
    let (calls, words) = told(&account, 132_000, &described("en", "order_ready"));
    assert_eq!(calls[1], "/v25.0/118604227730951/message_templates?name=order%5Fready");
    assert!(
        words.ends_with(
            "write it so: /template order_ready:en header.image=<link> | customer_name=<text> | order_id=<text>"
        ),
        "{words}"
    );
    let (_, words) = told(&account, 132_001, &described("de", "order_ready"));
    assert!(words.ends_with("it exists in: de"), "{words}");
    let (_, words) = told(&account, 132_001, &described("en", "other"));
    assert!(words.ends_with("no template of this name"), "{words}");
    // Where the description cannot be had, the refusal stands alone.
    assert_eq!(told(&account, 132_012, "").1, "a value has the wrong form for the template");
    let (calls, words) = told(&side(), 132_000, "");
    assert_eq!((calls.len(), words.contains("named params expected")), (1, true), "{words}");
    // Any other refusal is no matter of the template's values.
    assert_eq!(told(&account, 131_047, "").0.len(), 1);
}

#[test]
fn a_template_with_values_in_two_ways_is_refused() {
    let (contact, parts) = (contact("16505550110"), [Part::text("/template order_ready:en Ana | order_id=4711")]);
    let delivery = delivery(&contact, &parts, None);
    let error = WhatsApp.next(&side().account(), &Task::Deliver(&delivery), &Known::default()).unwrap_err();
    assert!(!error.is_ours && error.reason.contains("either in order or by name"), "{}", error.reason);
}

#[test]
fn recordings_are_marked_and_files_come_from_metas_hosts_only() {
    for (name, is_voice) in [("v.ogg", true), ("v.opus", true), ("v.mp3", false)] {
        let calls =
            sent(&side(), "16505550123", &[link(MediaKind::Audio, &format!("https://a.example/{name}"), None, None)]);
        assert_eq!(body(&calls[0])["audio"].get("voice"), is_voice.then_some(&json!(true)), "{name}");
    }
    for (host, is_theirs) in [
        ("lookaside.fbsbx.com", true),
        ("scontent.xx.fbcdn.net", true),
        ("fbcdn.net.example.com", false),
        ("evilfbcdn.net", false),
    ] {
        let side = side();
        let fetched = calls::fetch(&side.account(), &format!("https://{host}/a"));
        assert_eq!(fetched.is_ok(), is_theirs, "{host}");
    }
}

#[test]
fn every_sample_has_a_row() {
    // Features of WhatsApp that the bridge does not use, each with the reason.
    let unused = [
        "send/image_id.json",         // files are sent as links
        "send/interactive_list.json", // see `odd`
        "send/interactive_location_request.json",
        "send/mark_read.json", // an agent answers at that moment, which shows as typing
        "send/reaction.json",
        "send/sticker_link.json",             // only webp of a certain size
        "send/subscribed_apps_override.json", // the admin sets the URL
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["inbound/", "status/", "responses/"], &unused);
}

#[test]
fn long_things_and_what_whatsapp_cannot_show() {
    let mut side = side();
    side.options.agent_name = true;
    let rows =
        |count: usize| Part::Buttons { buttons: (0..count).map(|row| reply(&format!("Row {row}"), "x")).collect() };
    let parts = [
        Part::text("a word ".repeat(700)),
        rows(3),
        Part::text("Choose"),
        rows(5),
        rows(11),
        link(MediaKind::Audio, "https://files.example.com/v.mp3", Some("listen"), None),
        Part::Sticker { id: "1".into(), url: None },
        Part::ContactCard { name: Some("Nobody".into()), phone: None, more: Vec::new() },
    ];
    assert_shown!("odd", sent(&side, "16505550123", &parts).iter().map(request).collect::<Vec<_>>());
}

#[test]
fn what_is_sent_stays_within_the_limits_of_whatsapp() {
    let mut side = side();
    side.options.agent_name = true;
    let body = |part: Part| sent(&side, "16505550123", &[part]).iter().map(body).collect::<Vec<_>>();

    let caption = "c".repeat(1_024);
    let calls = body(link(MediaKind::Image, "https://files.example.com/a.jpg", Some(&caption), None));
    assert_eq!(calls.len(), 2, "a caption that the agent's name makes too long is a text of its own");
    assert!(calls[1]["text"]["body"].as_str().unwrap().ends_with(&caption));

    let rows = (0..5).map(|row| reply(&format!("Row {row}"), &"x".repeat(300))).collect();
    let calls = body(Part::Buttons { buttons: rows });
    let id = calls[0]["interactive"]["action"]["sections"][0]["rows"][0]["id"].as_str().unwrap();
    assert_eq!(id.chars().count(), 200);

    let calls = body(Part::Buttons { buttons: vec![reply("Yes", "1"), reply("Yes", "2")] });
    assert_eq!(calls[0]["type"], "text", "WhatsApp refuses equal titles");
}

#[test]
fn cards_that_do_not_fit_become_text() {
    let bodies = |cards: Vec<Card>| {
        let calls = sent(&side(), "16505550123", &[Part::Carousel { cards }]);
        calls.iter().map(body).collect::<Vec<_>>()
    };
    let replies = |number: u8, labels: &[&str]| Card {
        buttons: labels.iter().map(|label| reply(label, "x")).collect(),
        ..chair(number, "Oak")
    };
    let calls = bodies(vec![replies(1, &["Buy", "Ask"]), replies(2, &["Buy"])]);
    let action = &calls[0]["interactive"]["action"];
    assert_eq!(calls[0]["interactive"]["body"]["text"], "Oak\nOak", "cards without a text above them get their titles");
    let ids = [0, 1].map(|card| action["cards"][card]["action"]["buttons"][0]["quick_reply"]["id"].clone());
    assert_eq!(ids, ["0.0:x", "1.0:x"]);
    for cards in [
        vec![chair(1, "alone")],
        (0..11).map(|number| chair(number, "many")).collect(),
        vec![chair(1, "link"), replies(2, &["Reply"])],
        vec![chair(1, "one"), Card { image: None, ..chair(2, "no picture") }],
        vec![chair(1, "one"), Card { image: Some("https://a.example/c.webp".into()), ..chair(2, "webp") }],
        vec![chair(1, "one"), chair(2, &"long ".repeat(40))],
        vec![chair(1, "one"), chair(2, "1\n2\n3\n4")],
        vec![replies(1, &["a", "b", "c", "d"]), replies(2, &["a"])],
        vec![replies(1, &[]), replies(2, &[])],
    ] {
        let shown = bodies(cards.clone());
        assert!(shown.iter().all(|body| body["type"] == "text"), "{cards:?}: {shown:?}");
    }
}

#[test]
fn a_file_stands_above_the_buttons_if_nothing_is_lost() {
    let image = |caption: Option<&str>| link(MediaKind::Image, "https://a.example/a.jpg", caption, None);
    let choices = || Part::Buttons { buttons: vec![reply("Yes", "1"), reply("No", "2")] };
    let rows = Part::Buttons { buttons: (0..5).map(|row| reply(&format!("Row {row}"), "x")).collect() };
    let shown = |parts: &[Part]| {
        let calls = sent(&side(), "16505550123", parts);
        let types = calls.iter().map(body).map(|body| match body["interactive"].get("header") {
            Some(header) => format!("{} above {}", header["type"], body["interactive"]["body"]["text"]),
            None => body["type"].as_str().unwrap().to_owned(),
        });
        types.collect::<Vec<_>>()
    };
    let above = |words: &str| vec![format!("\"image\" above {words:?}")];
    assert_eq!(shown(&[image(None), Part::text("Which?"), choices()]), above("Which?"));
    assert_eq!(shown(&[image(Some("This?")), choices()]), above("This?"));
    assert_eq!(shown(&[image(None), choices()]), above("1. Yes\n2. No"));
    assert_eq!(shown(&[image(Some("a")), Part::text("b"), choices()]), ["image", "interactive"]);
    assert_eq!(shown(&[image(None), Part::text("b"), rows]), ["image", "interactive"]);
    let audio = link(MediaKind::Audio, "https://a.example/a.mp3", None, None);
    assert_eq!(shown(&[audio, Part::text("b"), choices()]), ["audio", "interactive"]);
}

#[test]
fn a_long_row_of_a_list_comes_back_whole() {
    let long = "A delivery on Saturday morning";
    let mut buttons: Vec<Button> = (0..3).map(|row| reply(&format!("Row {row}"), "x")).collect();
    buttons.push(reply(long, "x"));
    let calls = sent(&side(), "16505550123", &[Part::text("When?"), Part::Buttons { buttons }]);
    let row = body(&calls[0])["interactive"]["action"]["sections"][0]["rows"][3].clone();
    assert_eq!((&row["title"], &row["description"]), (&json!("A delivery on Saturday…"), &json!(long)));
    let mut call = fixture(FOLDER, "inbound/interactive_list_reply.json");
    *call.pointer_mut("/entry/0/changes/0/value/messages/0/interactive/list_reply").unwrap() = row;
    assert_eq!(parsed(call.to_string().as_bytes())["events"][0]["kind"]["parts"][0]["text"], long);
}

#[test]
fn what_the_ai_agent_hears_and_says_is_marked_where_the_setting_says_so() {
    let taken = |side: Side, call: &Value| {
        let bytes = call.to_string().into_bytes();
        let signature = format!("sha256={}", hex::encode(crate::tools::crypto::hmac_sha256(SECRET.as_bytes(), &bytes)));
        shown(take(&WhatsApp, &side, &webhook(&[("X-Hub-Signature-256", &signature)], bytes)).unwrap())
    };
    let standby = fixture(FOLDER, "inbound/standby_text.json");
    let found = taken(side().with("standby", "yes"), &standby);
    let text = "(to Meta's AI agent) said to the AI before an agent took over";
    assert_eq!(found["events"][0]["kind"]["parts"], json!([{"part": "text", "text": text}]));
    assert_eq!(taken(side().with("standby", "no"), &standby)["ignored"][0]["reason"], "other_field");
    let mut image = fixture(FOLDER, "inbound/image_caption.json");
    image["entry"][0]["changes"][0]["field"] = "standby".into();
    let found = taken(side().with("standby", "yes"), &image);
    assert_eq!(found["events"][0]["kind"]["parts"][0]["text"], "(to Meta's AI agent)");
    let mut echo = fixture(FOLDER, "inbound/business_app_echo.json");
    echo["entry"][0]["changes"][0]["field"] = "standby".into();
    let found = taken(side().with("standby", "yes"), &echo);
    let text = found["events"][0]["kind"]["parts"][0]["text"].as_str().unwrap();
    assert!(
        found["events"][0]["kind"]["type"] == "business_echo" && text.starts_with("(by Meta's AI agent) "),
        "{found}"
    );
    let mut status = fixture(FOLDER, "status/read.json");
    status["entry"][0]["changes"][0]["field"] = "standby".into();
    assert_eq!(taken(side().with("standby", "yes"), &status)["events"], Value::Null);
}

#[test]
fn an_opening_counts_only_with_what_led_to_it() {
    let mut call = fixture(FOLDER, "inbound/request_welcome.json");
    assert_eq!(parsed(call.to_string().as_bytes())["ignored"][0]["reason"], "opened");
    call["entry"][0]["changes"][0]["value"]["messages"][0]["referral"] =
        json!({"source_url": "https://fb.me/example1", "headline": "Chat with us"});
    let found = parsed(call.to_string().as_bytes());
    let opened = json!({"type": "opened", "context": "Chat with us: https://fb.me/example1"});
    assert_eq!(found["events"][0]["kind"], opened);
}

#[test]
fn a_message_that_lacks_its_content_is_a_notice() {
    let mut call = fixture(FOLDER, "inbound/image_caption.json");
    call.pointer_mut("/entry/0/changes/0/value/messages/0/image").unwrap().as_object_mut().unwrap().remove("id");
    let parsed = parsed(call.to_string().as_bytes());
    assert_eq!(parsed["events"].as_array().map(Vec::len), Some(1), "{parsed}");
    assert!(parsed.to_string().contains("image without content"), "{parsed}");
}

#[test]
fn an_item_that_lacks_something_is_a_notice_and_spoils_no_other() {
    let message = |more: Value| {
        let mut message = json!({"from": "16505550123", "id": "wamid.ODD", "type": "text", "text": {"body": "x"}});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let notice = |what: &str, text: Value| json!({"part": "unsupported", "what": what, "text": text});
    let fine = json!({"from": "16505550124", "id": "wamid.FINE", "type": "text", "text": {"body": "Hi"}});
    let found = |odd: &Value| {
        let value =
            json!({"messaging_product": "whatsapp", "contacts": [7, {}, {"wa_id": 5}], "messages": [odd, fine]});
        let call = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]});
        parsed(call.to_string().as_bytes())
    };
    for (odd, id, part) in [
        (message(json!({"text": null})), "wamid.ODD", notice("text without content", Value::Null)),
        (message(json!({"text": {"body": 5}})), "wamid.ODD", notice("text without content", Value::Null)),
        (message(json!({"type": 7})), "wamid.ODD", notice("unknown message", json!("x"))),
        (
            message(json!({"type": "document", "document": {"id": 5, "filename": "a.pdf", "caption": "my file"}})),
            "wamid.ODD",
            notice("document without content", json!("my file\na.pdf")),
        ),
        (
            message(json!({"type": "location", "location": {"latitude": 91, "longitude": 1, "name": "Shop"}})),
            "wamid.ODD",
            notice("location without content", json!("Shop")),
        ),
        (
            message(json!({"type": "contacts", "contacts": [{}, 5]})),
            "wamid.ODD",
            notice("contact card without content", Value::Null),
        ),
        (
            message(json!({"type": "contacts", "contacts": {}})),
            "wamid.ODD",
            notice("contacts without content", Value::Null),
        ),
        (message(json!({"id": null})), "sha256:", json!({"part": "text", "text": "x"})),
    ] {
        let both = found(&odd);
        assert_eq!(both["events"][0]["kind"]["parts"], json!([part]), "{odd}");
        assert!(both["events"][0]["id"].as_str().unwrap().starts_with(id), "{both}");
        assert_eq!(both["events"][1]["id"], "wamid.FINE", "{odd}");
        assert_eq!(both, found(&odd), "an id is the same for every redelivery");
    }
    for (odd, reason) in [(message(json!({"from": 5})), "nobody"), (json!(5), "unreadable")] {
        let both = found(&odd);
        assert_eq!((&both["ignored"][0]["reason"], &both["events"][0]["id"]), (&json!(reason), &json!("wamid.FINE")));
    }
}

#[test]
fn news_needs_its_message_and_not_its_contact() {
    let value =
        json!({"statuses": [{"id": "wamid.1", "status": "delivered"}, {"status": "read", "recipient_id": "1"}]});
    let call =
        json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]});
    let parsed = parsed(call.to_string().as_bytes());
    assert_eq!(parsed["events"][0]["contact"]["id"], "", "{parsed}");
    assert_eq!(parsed["events"][0]["kind"]["message"], "wamid.1", "{parsed}");
    assert_eq!(parsed["ignored"][0]["reason"], "no_id", "{parsed}");
}

#[test]
fn a_file_is_fetched_from_meta_only() {
    let side = side();
    let media = Media::new(MediaKind::Image, MediaSource::Reference { id: "1000000000000001".into() });
    let context = crate::adapter::FetchContext::default();
    let fetch = |link: &str| {
        let mut known = Known::default();
        known.learn(&[Fact::Memo(LINK.to_owned(), link.to_owned())]);
        WhatsApp.next(&side.account(), &Task::Fetch(&media, &context), &known)
    };
    let Ok(Step::Download(request)) = fetch("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1") else {
        panic!("no download")
    };
    assert!(request.headers()["authorization"].is_sensitive());
    for link in
        ["https://evil.example/", "http://lookaside.fbsbx.com/", "https://lookaside.fbsbx.com.evil.example/", "x"]
    {
        assert!(fetch(link).is_err(), "{link}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed(&bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((_, bytes) in changed_samples(FOLDER)) {
        parsed(&bytes);
    }
}
