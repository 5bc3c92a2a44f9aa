//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Call, Fact, Failure},
    channel::codes::Class,
    model::message::{Author, Button, Card, Contact, Media, MediaSource, Part},
    testing::{
        self, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, fixture, fixtures,
        outcome, quoting, read_mark, reply, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/messenger";
const SECRET: &str = "test-messenger-app-secret-0001";
const PAGE: &str = "100000000000001";

/// The folder of Instagram's samples.
const INSTAGRAM_FOLDER: &str = "instagram/";
const ACCOUNT: &str = "17841400000000001";

/// Returns the platform that a sample is of, an account there, and the sample's name without the folder.
fn of_sample(name: &str) -> (&'static Messenger, Side, &str) {
    match name.strip_prefix(INSTAGRAM_FOLDER) {
        Some(name) => (&INSTAGRAM, instagram(), name),
        None => (&MESSENGER, side(), name),
    }
}

/// Returns the samples of a family of both platforms.
fn family(family: &str) -> impl Iterator<Item = (String, Vec<u8>)> {
    fixtures(FOLDER).into_iter().filter(move |(name, _)| of_sample(name).2.starts_with(family))
}

fn instagram() -> Side {
    let secrets = [("app_secret", SECRET), ("page_access_token", "EAAB-test"), ("verify_token", "test-verify-token")];
    Side::new("instagram", &[("instagram_id", ACCOUNT)], &secrets)
}

fn side() -> Side {
    Side::new(
        "messenger",
        &[("page_id", PAGE)],
        &[("app_secret", SECRET), ("page_access_token", "EAAB-test"), ("verify_token", "test-verify-token")],
    )
}

fn parsed(name: &str, bytes: &[u8]) -> Value {
    let (platform, side, _) = of_sample(name);
    let signature = format!("sha256={}", hex::encode(crate::tools::crypto::hmac_sha256(SECRET.as_bytes(), bytes)));
    shown(take(platform, &side, &webhook(&[("X-Hub-Signature-256", &signature)], bytes.to_vec())).unwrap())
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let table: BTreeMap<String, Value> =
        family("inbound/").map(|(name, bytes)| (name.clone(), parsed(&name, &bytes))).collect();
    let (instagram, messenger): (BTreeMap<_, _>, BTreeMap<_, _>) =
        table.into_iter().partition(|(name, _)| name.starts_with(INSTAGRAM_FOLDER));
    assert_shown!("inbound", messenger);
    assert_shown!("instagram_inbound", instagram);
}

/// Returns what a call with these events is parsed into.
fn said(events: &[Value]) -> Vec<(String, Value)> {
    let call = json!({"object": "page", "entry": [{"id": "100000000000001", "messaging": events}]});
    let mut parsed = parsed("", call.to_string().as_bytes());
    let mut found = Vec::new();
    for event in parsed["events"].as_array_mut().into_iter().flatten() {
        found.push((event["id"].as_str().unwrap().to_owned(), event["kind"].take()));
    }
    for left in parsed["ignored"].as_array().into_iter().flatten() {
        found.push((left["reason"].as_str().unwrap().to_owned(), Value::Null));
    }
    found
}

#[test]
fn an_event_that_lacks_something_is_a_notice_and_spoils_no_other() {
    let event = |more: Value| {
        let mut event = json!({"sender": {"id": "1"}, "recipient": {"id": "100000000000001"}, "timestamp": 5});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let message = |part: Value| json!({"type": "message", "parts": [part]});
    let notice = |what: &str, text: Value| message(json!({"part": "unsupported", "what": what, "text": text}));
    let text = |text: &str| message(json!({"part": "text", "text": text}));
    let attached = |attachment: Value| event(json!({"message": {"mid": "m", "attachments": [attachment]}}));
    let fine = event(json!({"message": {"mid": "fine", "text": "Hi"}}));
    for (odd, expected) in [
        (event(json!({"message": {"mid": "m"}})), ("m", notice("empty message", Value::Null))),
        (
            event(json!({"message": {"mid": "m", "text": 5, "attachments": {}}})),
            ("m", notice("empty message", Value::Null)),
        ),
        (event(json!({"message": 5})), ("sha256:", notice("empty message", Value::Null))),
        (event(json!({"message": {"mid": 7, "text": "no id"}})), ("sha256:", text("no id"))),
        (attached(json!(null)), ("m", notice("unknown message", Value::Null))),
        (
            attached(json!({"type": "image", "payload": {"url": "file:///a"}})),
            ("m", notice("image", json!("file:///a"))),
        ),
        (
            attached(json!({"type": "location", "payload": {"coordinates": {"lat": 91}}})),
            ("m", notice("location", Value::Null)),
        ),
        // botman/botman PR#411: shared content stands beside its payload.
        (
            attached(
                json!({"type": "fallback", "title": "Blue lamp", "url": "https://shop.example.com/40", "payload": null}),
            ),
            ("m", text("Blue lamp\nhttps://shop.example.com/40")),
        ),
        (event(json!({"message_edit": {"mid": "m", "num_edit": "x"}})), ("nothing_to_show", Value::Null)),
        (event(json!({"postback": {"title": 5}})), ("postback:1:5000", notice("pressed button", Value::Null))),
        (event(json!({"sender": {"id": 5}, "message": {"mid": "m", "text": "x"}})), ("nobody", Value::Null)),
        (json!("event"), ("unreadable", Value::Null)),
        (
            json!({"delivery": {"mids": ["", 5, "sent"]}}),
            ("delivered:sent", json!({"type": "receipt", "message": "sent", "receipt": {"status": "delivered"}})),
        ),
    ] {
        let found = said(&[odd.clone(), fine.clone()]);
        assert!(found.contains(&("fine".to_owned(), text("Hi"))), "{odd}: {found:?}");
        assert!(found.iter().any(|(id, kind)| id.starts_with(expected.0) && *kind == expected.1), "{odd}: {found:?}");
        assert_eq!(found, said(&[odd, fine.clone()]), "an id is the same for every redelivery");
    }
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (contact, parts) = (contact("2000000000000002"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    for (name, bytes) in family("responses/") {
        let (platform, side, _) = of_sample(&name);
        let status =
            name.split(['_', '.']).find_map(|word| word.parse().ok().filter(|code| *code < 600)).unwrap_or(200);
        let task = match &*name {
            name if name.contains("profile") => Task::Profile { contact: "2000000000000002" },
            name if name.contains("page_account") => Task::Check,
            _ => Task::Deliver(&delivery),
        };
        let answer = answer(status, std::str::from_utf8(&bytes).unwrap());
        table.insert(name, outcome(&platform.read(&side.account(), &task, &Known::default(), &answer)));
    }
    let (instagram, messenger): (BTreeMap<_, _>, BTreeMap<_, _>) =
        table.into_iter().partition(|(name, _)| name.starts_with(INSTAGRAM_FOLDER));
    assert_shown!("answers", messenger);
    assert_shown!("instagram_answers", instagram);
}

#[test]
fn an_account_of_instagram_is_proved_by_its_page() {
    let side = instagram();
    let check =
        |answered: &str| INSTAGRAM.read(&side.account(), &Task::Check, &Known::default(), &answer(200, answered));
    let linked =
        |id: &str| format!(r#"{{"id": "1", "name": "Example shop", "instagram_business_account": {{"id": "{id}"}}}}"#);
    let facts = check(&linked(ACCOUNT)).unwrap();
    assert!(facts.contains(&Fact::OwnsAddress) && facts.contains(&Fact::AccountName("Example shop".into())));
    // Without instagram_basic, the Page does not tell its account.
    assert!(!check(r#"{"id": "1"}"#).unwrap().contains(&Fact::OwnsAddress));
    assert!(matches!(check(&linked("17841400000000002")), Err(Failure::Rejected { .. })));
    let Step::Call(call) = INSTAGRAM.next(&side.account(), &Task::Check, &Known::default()).unwrap() else { panic!() };
    let asked = "https://graph.facebook.com/v25.0/me?fields=id,name,instagram_business_account";
    assert_eq!(call.request.uri(), asked);
    let profile = |answered: &str| {
        let task = Task::Profile { contact: "3" };
        INSTAGRAM.read(&side.account(), &task, &Known::default(), &answer(200, answered)).unwrap()
    };
    let named = |name: &str| vec![Fact::Profile(Contact { name: Some(name.to_owned()), ..contact("3") })];
    assert_eq!(profile(r#"{"id": "3", "name": " ", "username": "sam.example"}"#), named("sam.example"));
    assert_eq!(profile(r#"{"id": "3", "name": "Sam", "username": "sam.example"}"#), named("Sam"));
}

#[test]
fn a_call_for_two_accounts_names_both_and_each_takes_its_own() {
    for (sample, second) in [
        ("inbound/two_entries_two_pages.json", "100000000000009"),
        ("instagram/inbound/two_entries_two_accounts.json", "17841400000000002"),
    ] {
        let (platform, first, _) = of_sample(sample);
        let bytes = fixtures(FOLDER).remove(sample).unwrap();
        let second = of_sample(sample).1.with(platform.account_id.name, second);
        let request = webhook(&[], bytes);
        let own = [&first, &second].map(|side| platform.address(&side.account()).unwrap());
        let named: Vec<String> = platform.addresses(&first.account(), &request).into_iter().collect();
        assert_eq!(named, own, "{sample}");
        for side in [&first, &second] {
            let verified = Verified::kept(&request, true);
            let parsed = platform.parse(&side.account(), verified).unwrap();
            assert_eq!((parsed.events.len(), parsed.ignored.len()), (1, 1), "{sample}");
        }
    }
}

#[test]
fn people_may_answer_late_where_the_setting_says_so() {
    const TOO_LATE: &str =
        r#"{"error": {"code": 10, "error_subcode": 2534022, "message": "(#10) outside of allowed window"}}"#;
    const NO_FEATURE: &str = r#"{"error": {"code": 10, "message": "(#10) Requires the feature Human Agent"}}"#;
    const TOKEN: &str = r#"{"error": {"code": 190, "message": "expired"}}"#;
    const SENT: &str = r#"{"recipient_id": "2", "message_id": "m_1"}"#;
    let ines = agent("Ines");
    let bot = Author { kind: AuthorKind::Bot, ..ines.clone() };
    let parts = [Part::text("Sorry for the wait."), Part::text("Here it is.")];
    for (platform, side) in [(&MESSENGER, side()), (&INSTAGRAM, instagram())] {
        let sent = |setting: &str, author: Option<&Author>, late: &'static str| {
            let side = Side { settings: side.settings.clone(), secrets: side.secrets.clone(), ..instagram() };
            let (side, to) = (side.with(HUMAN_AGENT, setting), contact("2"));
            let delivery = delivery(&to, &parts, author);
            let reply = |call: &Call| match body(call)["messaging_type"].as_str() {
                Some("RESPONSE") => answer(400, TOO_LATE),
                _ => answer(if late == SENT { 200 } else { 403 }, late),
            };
            drive(platform, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), reply)
        };
        let calls = sent("yes", Some(&ines), SENT).unwrap();
        let tags: Vec<Value> = calls.iter().map(|call| body(call)["tag"].clone()).collect();
        assert_eq!(tags, [Value::Null, json!("HUMAN_AGENT"), json!("HUMAN_AGENT")]);
        let folder = if platform.name == "Instagram" { INSTAGRAM_FOLDER } else { "" };
        let mut sample = fixture(FOLDER, &format!("{folder}send/{}.json", "text_human_agent"));
        let mut ours = body(&calls[1]);
        for message in [&mut sample, &mut ours] {
            message["recipient"]["id"] = "2".into();
            message["message"] = json!({"text": message["message"]["text"]});
        }
        assert_eq!(ours, sample);
        let failure = |setting: &str, author: Option<&Author>, late| sent(setting, author, late).unwrap_err();
        for (setting, author, late, expected) in [
            ("yes", Some(&bot), SENT, "within that time only"),
            ("yes", None, SENT, "within that time only"),
            ("no", Some(&ines), SENT, "with the setting human_agent"),
            ("yes", Some(&ines), TOO_LATE, "seven days have passed"),
            ("yes", Some(&ines), NO_FEATURE, "has not granted the feature"),
        ] {
            let failure = failure(setting, author, late);
            assert!(matches!(&failure, Failure::Rejected { reason, .. } if reason.contains(expected)), "{failure:?}");
        }
        assert!(matches!(failure("yes", Some(&ines), TOKEN), Failure::Blocked { .. }));
    }
}

#[test]
fn every_documented_code_has_its_class() {
    let documented = [
        (&MESSENGER, Class::Later, &[1, 2, 4, 17, 32, 613, 1200, 80_001, 80_006][..]),
        (&MESSENGER, Class::Receiver, &[551, 1_545_041, 1_893_063, 2_018_001, 2_018_108]),
        (&MESSENGER, Class::Message, &[100, 2_018_047, 2_018_065, 2_018_278, 2_534_022, 36_000]),
        (&MESSENGER, Class::Account, &[3, 10, 190, 368]),
        (&INSTAGRAM, Class::Later, &[1, 2, 4, 17, 32, 613, 80_002]),
        (&INSTAGRAM, Class::Receiver, &[551, 1_545_041, 2_018_001, 2_534_014]),
        (
            &INSTAGRAM,
            Class::Message,
            &[100, 2_018_008, 2_018_047, 2_018_074, 2_018_109, 2_018_278, 2_018_294, 2_534_015, 2_534_022],
        ),
        (&INSTAGRAM, Class::Account, &[3, 10, 190, 200, 230, 368, 2_534_037]),
    ];
    for (platform, class, codes) in documented {
        for code in codes {
            let mut all = platform.errors.codes.iter().chain(platform.errors.subcodes);
            let (_, found, _) = all.find(|(listed, ..)| listed == code).unwrap();
            assert_eq!(*found, class, "{} {code}", platform.name);
        }
    }
}

#[test]
fn a_vague_code_means_what_its_subcode_or_its_words_say() {
    let side = side();
    let (contact, parts) = (contact("2"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    for (status, code, subcode, words, expected) in [
        (403, 10, 0, "(#10) Application does not have permission", "blocked"),
        (403, 10, 999, "(#10) Something new", "rejected"),
        (400, 200, 999, "(#200) Something new", "rejected"),
        (400, 200, 0, "(#200) Requires pages_messaging", "blocked"),
        (400, 10, 0, "(#10) This message is sent outside of the Allowed Window", "rejected"),
        (400, 10, 0, "(#10) This person isn't receiving messages from you right now", "gone"),
        (400, 190, 463, "Error validating access token", "blocked"),
        (500, 190, 0, "Error validating access token", "blocked"),
        (500, 100, 0, "no parameter", "retry"),
    ] {
        let body = json!({"error": {"code": code, "error_subcode": subcode, "message": words}}).to_string();
        let read =
            MESSENGER.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer(status, &body));
        assert!(outcome(&read).get(expected).is_some(), "{code}/{subcode} {words}: {read:?}");
    }
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    for samples in ["signatures.json", "instagram/signatures.json"] {
        signatures_are_as(&fixture(FOLDER, samples));
    }
}

fn signatures_are_as(samples: &Value) {
    for vector in samples["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let side = Side::new("messenger", &[], &[("app_secret", text("app_secret"))]);
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
        let taken = take(&MESSENGER, &side(), &request);
        assert_eq!(taken.is_ok(), case["expect_status"] == 200, "{case}");
        if let Ok(taken) = taken {
            let body = shown(taken)["answer"][2].clone();
            assert_eq!(body, case["expect_body"], "{case}");
        }
    }
}

fn link(kind: MediaKind, url: &str) -> Part {
    Part::Media(Media::new(kind, MediaSource::Link { url: url.to_owned() }))
}

fn sent((platform, side): (&Messenger, &Side), to: &str, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(to), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(200, r#"{"recipient_id":"2","message_id":"m_1"}"#);
    drive(platform, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

#[test]
fn requests_are_the_documented_ones() {
    let open = Button::Link { label: "Open".into(), url: "https://shop.example.com/chairs".into() };
    for (name, parts) in [
        ("text", vec![Part::text("Your order is ready.")]),
        ("image_url", vec![link(MediaKind::Image, "https://files.example.com/a.jpg")]),
        ("video_url", vec![link(MediaKind::Video, "https://files.example.com/v.mp4")]),
        ("audio_url", vec![link(MediaKind::Audio, "https://files.example.com/v.mp3")]),
        ("file_url", vec![link(MediaKind::File, "https://files.example.com/invoice.pdf")]),
        (
            "text_quick_replies",
            vec![
                Part::text("Shall we deliver today?"),
                Part::Buttons { buttons: vec![reply("Yes", "yes-42"), reply("No", "no-42")] },
            ],
        ),
        ("button_template", vec![Part::text("More?"), Part::Buttons { buttons: vec![open, reply("Agent", "AGENT")] }]),
    ] {
        let mut sample = fixture(FOLDER, &format!("send/{name}.json"));
        let calls = sent((&MESSENGER, &side()), "2000000000000002", &parts);
        let mut ours = body(&calls[0]);
        // Every message carries an id of the bridge.
        for message in [&mut sample, &mut ours] {
            message["message"].as_object_mut().unwrap().remove("metadata");
        }
        assert_eq!((calls.len(), ours), (1, sample), "{name}");
        assert_eq!(calls[0].request.uri(), format!("https://graph.facebook.com/v25.0/{PAGE}/messages").as_str());
    }
}

#[test]
fn quotes_and_read_marks_are_the_documented_ones() {
    let taken = |_: &Call| answer(200, r#"{"recipient_id":"2","message_id":"m_1"}"#);
    let parts = [Part::text("Yes, that one."), Part::text("More")];
    for (platform, side, [reply_to, mark_seen], sender) in [
        (&MESSENGER, side(), ["send/reply_to.json", "send/mark_seen.json"], PAGE),
        (&INSTAGRAM, instagram(), ["instagram/send/reply_to.json", "instagram/send/mark_seen.json"], "me"),
    ] {
        let sample = fixture(FOLDER, reply_to);
        let (contact, quoted) = (&sample["recipient"]["id"], &sample["reply_to"]["mid"]);
        let (contact, quoted) = (contact.as_str().unwrap(), quoted.as_str().unwrap());
        let calls = quoting(platform, &side.account(), contact, &parts, quoted, taken);
        let mut first = body(&calls[0]);
        first["message"].as_object_mut().unwrap().remove("metadata");
        let mut expected = sample.clone();
        expected["message"]["text"] = "Yes, that one.".into();
        assert_eq!(first, expected);
        assert_eq!(body(&calls[1]).get("reply_to"), None);
        let call = read_mark(platform, &side.account(), contact, quoted);
        assert_eq!(body(&call), fixture(FOLDER, mark_seen));
        assert_eq!(call.request.uri(), format!("https://graph.facebook.com/v25.0/{sender}/messages").as_str());
    }
}

#[test]
fn requests_to_instagram_are_the_documented_ones() {
    let track = Button::Link { label: "Track".into(), url: "https://example.com/t/42".into() };
    let choices = vec![reply("Yes", "ship-yes-42"), reply("No", "ship-no-42")];
    for (name, parts) in [
        ("text", vec![Part::text("Hi, an agent here")]),
        ("image_url", vec![link(MediaKind::Image, "https://files.example.com/a.jpg")]),
        ("video_url", vec![link(MediaKind::Video, "https://files.example.com/a.mp4")]),
        ("audio_url", vec![link(MediaKind::Audio, "https://files.example.com/a.m4a")]),
        ("file_url", vec![link(MediaKind::File, "https://files.example.com/a.pdf")]),
        ("text_quick_replies", vec![Part::text("Shall we send it?"), Part::Buttons { buttons: choices }]),
        (
            "button_template",
            vec![Part::text("Your parcel"), Part::Buttons { buttons: vec![track, reply("Call me", "call-42")] }],
        ),
    ] {
        let sample = fixture(FOLDER, &format!("instagram/send/{name}.json"));
        let calls = sent((&INSTAGRAM, &instagram()), "3000000000000021", &parts);
        assert_eq!((calls.len(), body(&calls[0])), (1, sample), "{name}");
        assert_eq!(calls[0].request.uri(), "https://graph.facebook.com/v25.0/me/messages");
    }
}

#[test]
fn a_text_for_instagram_is_cut_by_its_bytes() {
    for (text, pieces) in [("ж".repeat(500), 1), ("ж".repeat(501), 2), ("x".repeat(1_000), 1), ("🙂".repeat(251), 2)]
    {
        let calls = sent((&INSTAGRAM, &instagram()), "3", &[Part::text(text.clone())]);
        let texts: Vec<String> =
            calls.iter().map(|call| body(call)["message"]["text"].as_str().unwrap().to_owned()).collect();
        assert_eq!((texts.len(), texts.concat()), (pieces, text));
        assert!(texts.iter().all(|text| text.len() <= 1_000));
    }
}

#[test]
fn every_sample_has_a_row() {
    // Features of Messenger that the bridge does not use, each with the reason.
    let unused = [
        "send/image_attachment_id.json", // files are sent as links
        "send/text_update.json",         // agents answer
        "send/typing_off.json",          // no helpdesk reports that an agent types
        "send/typing_on.json",
        "instagram/send/typing_on.json",
        "instagram/send/attachment_upload.json", // files are sent as links
        "instagram/send/like_heart.json",        // agents write ❤️
    ];
    let families = ["inbound/", "responses/", "instagram/inbound/", "instagram/responses/"];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &families, &unused);
}

#[test]
fn long_things_and_what_messenger_cannot_show() {
    let mut side = side();
    side.options.agent_name = true;
    let card = |title: &str| Card {
        title: Some(title.into()),
        text: Some("5 EUR".into()),
        image: Some("https://cdn.example.com/mug.png".into()),
        buttons: vec![reply("Buy", "buy")],
    };
    let parts = [
        Part::text("🙂 ".repeat(700)),
        Part::Buttons { buttons: (0..14).map(|row| reply(&format!("Row {row}"), "x")).collect() },
        Part::Carousel { cards: vec![card("Mug"), card("Cup")] },
        Part::Carousel { cards: vec![card(&"long ".repeat(20))] },
        Part::Location { latitude: 1.5, longitude: 2.5, label: None },
        Part::Sticker { id: "1".into(), url: None },
    ];
    assert_shown!("odd", sent((&MESSENGER, &side), "2000000000000002", &parts).iter().map(request).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed("", &bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((name, bytes) in changed_samples(FOLDER)) {
        parsed(&name, &bytes);
    }
}
