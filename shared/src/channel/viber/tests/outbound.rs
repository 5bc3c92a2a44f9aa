//! The calls that tasks make.

use super::*;

fn side() -> Side {
    side_with(&[("sender_name", "Support"), ("sender_avatar", "https://cdn.example.com/agent.jpg")])
}

/// Returns the body of a call, and checks that the body is not too large.
fn body(call: &Call) -> Value {
    let Body::Bytes(bytes) = call.request.body() else { panic!("{call:?} has no body") };
    assert!(bytes.len() <= 30_000, "{} bytes", bytes.len());
    testing::body(call)
}

/// Returns all calls of a delivery, each of which succeeds.
fn calls(side: &Side, parts: &[Part], author: Option<&Author>, known: &mut Known) -> Vec<Value> {
    let contact = contact(USER);
    let delivery = delivery(&contact, parts, author);
    let taken = |_: &Call| answer(200, r#"{"status":0,"message_token":1}"#);
    let calls = drive(&Viber, &side.account(), &Task::Deliver(&delivery), known, taken).unwrap();
    assert!(calls.iter().all(|call| (call.name, call.repeat) == ("send_message", Repeat::Doubles)));
    calls.iter().map(body).collect()
}

fn sent(parts: &[Part]) -> Vec<Value> {
    calls(&side(), parts, None, &mut Known::default())
}

/// Returns the requests without the fields that all have in common.
fn contents(parts: &[Part]) -> Vec<Value> {
    let strip = |mut body: Value| {
        let fields = body.as_object_mut().unwrap();
        assert_eq!(fields.remove("receiver"), Some(json!(USER)));
        fields.remove("sender");
        if fields["min_api_version"] == 1 {
            fields.remove("min_api_version");
        }
        body
    };
    sent(parts).into_iter().map(strip).collect()
}

fn link(kind: MediaKind, url: &str) -> Media {
    Media { size: Some(10_000), ..testing::link(kind, url) }
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn questions() -> Part {
    Part::Buttons {
        buttons: vec![reply("Yes", "yes"), reply("No", "no"), open("Open shop", "https://shop.example.com")],
    }
}

fn offer() -> Card {
    Card {
        title: Some("Mug".into()),
        text: Some("5 EUR & <b>more</b>".into()),
        image: Some("https://cdn.example.com/mug.png".into()),
        buttons: vec![reply("Buy", "buy mug"), open("Look", "https://shop.example.com/mug")],
    }
}

/// The input for which the bridge sends what a sample shows.
enum Row {
    /// This delivery.
    Parts(Vec<Part>),
    /// This task.
    Task(Task<'static>),
    /// None: the bridge never sends the sample, for this reason.
    Never(&'static str),
}

#[test]
fn requests_are_the_samples_to_the_last_field() {
    let picture = |caption: Option<&str>, thumbnail: Option<&str>| {
        Part::Media(Media {
            caption: caption.map(str::to_owned),
            thumbnail: thumbnail.map(str::to_owned),
            ..link(MediaKind::Image, "https://cdn.example.com/p/photo.jpg")
        })
    };
    let rows = [
        ("req_broadcast_text.json", Row::Never("a bridge answers people one by one")),
        ("req_get_account_info.json", Row::Task(Task::Check)),
        ("req_get_online.json", Row::Never("helpdesks do not show who is online")),
        ("req_get_user_details.json", Row::Task(Task::Profile { contact: USER })),
        (
            "req_send_contact.json",
            Row::Parts(vec![Part::ContactCard {
                name: Some("Courier".into()),
                phone: Some("+447700900412".into()),
                more: Vec::new(),
            }]),
        ),
        (
            "req_send_file.json",
            Row::Parts(vec![Part::Media(Media {
                size: Some(87_412),
                name: Some("invoice.pdf".into()),
                ..link(MediaKind::File, "https://cdn.example.com/f/invoice.pdf")
            })]),
        ),
        ("req_send_keyboard_only.json", Row::Parts(vec![questions()])),
        (
            "req_send_location.json",
            Row::Parts(vec![Part::Location { latitude: 50.4501, longitude: 30.5234, label: None }]),
        ),
        (
            "req_send_picture.json",
            Row::Parts(vec![picture(Some("Front view"), Some("https://cdn.example.com/p/photo_t.jpg"))]),
        ),
        ("req_send_picture_no_caption.json", Row::Parts(vec![picture(None, None)])),
        ("req_send_rich_media.json", Row::Never("our cards carry their words too; see the carousel's own test")),
        ("req_send_sticker.json", Row::Never("a helpdesk's sticker ids are not Viber's, so stickers go as pictures")),
        // The sample has `tracking_data`, which the bridge does not need.
        ("req_send_text.json", Row::Parts(vec![Part::text("Ваше замовлення вже в дорозі.")])),
        ("req_send_text_keyboard.json", Row::Parts(vec![Part::text("Did this help?"), questions()])),
        ("req_send_text_keyboard_phone_location.json", Row::Never("the neutral model has no such buttons")),
        ("req_send_text_token_in_body.json", Row::Never("the token travels in a header, out of logged bodies")),
        ("req_send_url.json", Row::Never("a helpdesk's links are part of its texts")),
        (
            "req_send_video.json",
            Row::Parts(vec![Part::Media(Media {
                seconds: Some(10),
                thumbnail: Some("https://cdn.example.com/v/clip.jpg".into()),
                ..link(MediaKind::Video, "https://cdn.example.com/v/clip.mp4")
            })]),
        ),
        ("req_set_webhook.json", Row::Task(Task::Register { url: "https://bridge.example.com/v1/in/viber/acct-01" })),
        ("req_set_webhook_minimal.json", Row::Never("without `send_name` nobody has a name")),
        ("req_unset_webhook.json", Row::Task(Task::Unregister)),
    ];
    covers(FOLDER, "req_", &rows.each_ref().map(|row| row.0));
    let side = side();
    for (name, row) in rows {
        let mut expected = fixture(FOLDER, name)["body"].clone();
        expected.as_object_mut().unwrap().remove("tracking_data");
        let contact = contact(USER);
        let check = |task: &Task<'_>| {
            let Step::Call(call) = Viber.next(&side.account(), task, &Known::default()).unwrap() else { panic!() };
            let request = &call.request;
            assert_eq!(request.method(), Method::POST);
            assert_eq!(fixture(FOLDER, name)["url"], request.uri().to_string());
            assert_eq!(request.headers()["x-viber-auth-token"], TOKEN);
            assert!(request.headers()["x-viber-auth-token"].is_sensitive());
            assert_eq!(request.headers()["content-type"], "application/json");
            assert_eq!(request.headers().len(), 2);
            assert_eq!(body(&call), expected, "{name}");
            assert!(!format!("{call:?}").contains(TOKEN));
            let is_send = matches!(task, Task::Deliver(_));
            assert_eq!(call.repeat, if is_send { Repeat::Doubles } else { Repeat::Harmless });
        };
        match row {
            Row::Parts(parts) => {
                check(&Task::Deliver(&delivery(&contact, &parts, None)));
                assert_eq!(sent(&parts).len(), 1, "{name}");
            }
            Row::Task(task) => check(&task),
            Row::Never(reason) => assert!(!reason.is_empty()),
        }
    }
}

#[test]
fn a_setup_task_is_done_after_its_only_call() {
    let side = side();
    let known = Known { answered: 1, ..Known::default() };
    for task in [Task::Check, Task::Register { url: "https://x" }, Task::Unregister, Task::Profile { contact: USER }] {
        assert!(matches!(Viber.next(&side.account(), &task, &known).unwrap(), Step::Done));
    }
    let contact = contact(USER);
    let note = Task::Note { contact: &contact, text: "x", at: crate::tools::millis::Millis::MIN };
    assert!(Viber.next(&side.account(), &note, &Known::default()).is_err_and(|error| error.is_ours));
}

#[test]
fn the_api_url_can_be_another() {
    let side = side_with(&[("api_url", "http://127.0.0.1:9100/pa/")]);
    let Step::Call(call) = Viber.next(&side.account(), &Task::Check, &Known::default()).unwrap() else { panic!() };
    assert_eq!(call.request.uri(), "http://127.0.0.1:9100/pa/get_account_info");
}

#[test]
fn the_agents_name_is_the_senders_where_the_settings_say_so() {
    let name = |side: &Side, author: Option<&Author>| {
        let bodies = calls(side, &[Part::text("hi")], author, &mut Known::default());
        bodies[0]["sender"]["name"].as_str().unwrap().to_owned()
    };
    let mut named = side();
    named.options.agent_name = true;
    let family = "👨‍👩‍👧‍👦".repeat(5);
    assert_eq!(name(&side(), Some(&agent("Dana"))), "Support");
    assert_eq!(name(&named, Some(&agent("Dana"))), "Dana");
    assert_eq!(name(&named, Some(&agent(" \n"))), "Support");
    assert_eq!(name(&named, None), "Support");
    assert_eq!(name(&named, Some(&agent("a\nb"))), "a b");
    assert_eq!(name(&named, Some(&agent(&"я".repeat(40)))).chars().count(), 28);
    assert_eq!(name(&named, Some(&agent(&family))), format!("{}…", "👨‍👩‍👧‍👦".repeat(3)));
    assert_eq!(name(&side_with(&[]), None), "Support");
}

#[test]
fn a_long_text_goes_in_pieces_that_fit() {
    assert_eq!(sent(&[Part::text("я".repeat(7_000))]).len(), 1);
    assert_eq!(sent(&[Part::text("я".repeat(7_001))]).len(), 2);
    let words = "слово ".repeat(4_000);
    let pieces = sent(&[Part::text(&words)]);
    assert!(pieces.iter().all(|piece| piece["text"].as_str().unwrap().chars().count() <= 7_000));
    let joined = pieces.iter().map(|piece| piece["text"].as_str().unwrap()).collect::<Vec<_>>().join(" ");
    assert_eq!(joined, words.trim_end());
    // Each character takes six bytes in JSON; `body` checks the size of every request.
    let escaped = sent(&[Part::text("\u{1}".repeat(7_000))]);
    assert_eq!(escaped.iter().map(|piece| piece["text"].as_str().unwrap().len()).sum::<usize>(), 7_000);
}

#[test]
fn an_empty_message_is_no_call() {
    let (side, contact) = (side(), contact(USER));
    for parts in [vec![], vec![Part::text(" ")], vec![Part::Buttons { buttons: vec![] }]] {
        let delivery = delivery(&contact, &parts, None);
        let error = Viber.next(&side.account(), &Task::Deliver(&delivery), &Known::default()).unwrap_err();
        assert_eq!(error.to_string(), "the message is empty");
    }
}

#[test]
fn files_go_as_what_viber_takes() {
    let file = |media: Media| contents(&[Part::Media(media)]);
    let png = "https://cdn.example.com/p/a.PNG?x=y.webp";
    let caption = Some("я".repeat(513));
    assert_eq!(
        file(Media { caption: caption.clone(), ..link(MediaKind::Image, png) }),
        [json!({ "type": "picture", "text": "", "media": png }), text(&"я".repeat(513))]
    );
    let pdf = |url: &str, name: &str| json!({ "type": "file", "media": url, "size": 10_000, "file_name": name });
    let ogg = "https://cdn.example.com/v/note.ogg";
    assert_eq!(
        file(Media { caption: Some("listen".into()), ..link(MediaKind::Audio, ogg) }),
        [pdf(ogg, "note.ogg"), text("listen")]
    );
    let mp4 = "https://cdn.example.com/v/clip.mp4";
    let long = Media { seconds: Some(181), ..link(MediaKind::Video, mp4) };
    assert_eq!(file(long), [pdf(mp4, "clip.mp4")]);
    let webp = "https://cdn.example.com/p/a.webp";
    assert_eq!(file(link(MediaKind::Image, webp)), [pdf(webp, "a.webp")]);
    let name =
        |name: &str| Media { name: Some(name.into()), ..link(MediaKind::File, "https://cdn.example.com/f/x.pdf") };
    let url = "https://cdn.example.com/f/x.pdf";
    assert_eq!(file(name("rechnung")), [pdf(url, "rechnung.pdf")]);
    assert_eq!(file(name("setup.EXE")), [pdf(url, "setup.EXE.pdf")]);
    assert_eq!(file(name(".hidden")), [pdf(url, ".hidden.pdf")]);
    let long = file(name(&format!("{}.pdf", "ö".repeat(300))));
    let long = long[0]["file_name"].as_str().unwrap();
    assert!(long.chars().count() == 256 && long.ends_with("….pdf"), "{long}");
}

#[test]
fn what_viber_would_refuse_goes_as_a_link() {
    let source = |source: MediaSource| Media {
        size: Some(5),
        name: Some("a.pdf".into()),
        ..Media::new(MediaKind::File, source)
    };
    let to = |url: &str| source(MediaSource::Link { url: url.into() });
    let url = "https://cdn.example.com/f/a.pdf";
    let rows = [
        (Media { size: None, ..to(url) }, format!("[a.pdf]\n{url}")),
        (Media { size: Some(50_000_001), ..to(url) }, format!("[a.pdf]\n{url}")),
        (to("https://cdn.example.com/f/a.exe"), "[a.pdf]\nhttps://cdn.example.com/f/a.exe".to_owned()),
        (to("https://cdn.example.com/f/noextension"), "[a.pdf]\nhttps://cdn.example.com/f/noextension".to_owned()),
        (to("ftp://cdn.example.com/f/a.pdf"), "[a.pdf]\nftp://cdn.example.com/f/a.pdf".to_owned()),
        (source(MediaSource::ShortLink { url: url.into() }), format!("[a.pdf]\n{url}")),
        (source(MediaSource::Reference { id: "7".into() }), "[a.pdf]".to_owned()),
        (source(MediaSource::Fetched), "[a.pdf]".to_owned()),
        (Media { caption: Some("c".into()), size: None, ..to(url) }, format!("[a.pdf]\n{url}\nc")),
    ];
    for (media, expected) in rows {
        assert_eq!(contents(&[Part::Media(media.clone())]), [text(&expected)], "{media:?}");
    }
}

#[test]
fn other_parts_arrive_as_what_viber_has() {
    let card = |name: Option<&str>, phone: Option<&str>| {
        contents(&[Part::ContactCard {
            name: name.map(str::to_owned),
            phone: phone.map(str::to_owned),
            more: Vec::new(),
        }])
    };
    let rows = [
        (
            contents(&[Part::Location { latitude: 1.0, longitude: -0.5, label: Some("Depot".into()) }]),
            vec![json!({ "type": "location", "location": { "lat": "1", "lon": "-0.5" } }), text("Depot")],
        ),
        (
            contents(&[Part::Location { latitude: f64::NAN, longitude: 0.0, label: None }]),
            vec![text("https://www.google.com/maps?q=NaN,0")],
        ),
        (card(None, Some("+1")), vec![json!({ "type": "contact", "contact": { "name": "+1", "phone_number": "+1" } })]),
        (
            card(Some(&"n".repeat(30)), Some("+1")),
            vec![
                json!({ "type": "contact", "contact": { "name": format!("{}…", "n".repeat(27)), "phone_number": "+1" } }),
            ],
        ),
        (card(Some("Ana"), None), vec![text("Ana")]),
        (card(Some("Ana"), Some("+12345678901234567890")), vec![text("Ana\n+12345678901234567890")]),
        (
            contents(&[Part::Sticker { id: "1".into(), url: Some("https://x.example.com/s.png".into()) }]),
            vec![json!({ "type": "picture", "text": "", "media": "https://x.example.com/s.png" })],
        ),
        (contents(&[Part::Sticker { id: "1".into(), url: None }]), vec![text("[sticker]")]),
        (
            contents(&[Part::Unsupported { what: "poll".into(), text: Some("A or B?".into()) }]),
            vec![text("[poll: this kind of message cannot be shown here]\nA or B?")],
        ),
    ];
    for (got, expected) in rows {
        assert_eq!(got, expected);
    }
}

#[test]
fn the_keyboard_stands_under_the_last_message() {
    let question = questions();
    let picture = Part::Media(link(MediaKind::Image, "https://cdn.example.com/p/a.png"));
    let has = |parts: &[Part]| -> Vec<(Value, bool)> {
        sent(parts).iter().map(|body| (body["type"].clone(), body.get("keyboard").is_some())).collect()
    };
    assert_eq!(
        has(&[question.clone(), Part::text("a"), Part::text("b")]),
        [(json!("text"), false), (json!("text"), true)]
    );
    // A keyboard that is not under the last message vanishes, so the bridge does not put it under the text.
    assert_eq!(
        has(&[Part::text("a"), picture, question.clone()]),
        [(json!("text"), false), (json!("picture"), false), (Value::Null, true)]
    );
    let two = sent(&[question.clone(), Part::text("a"), question]);
    assert_eq!(two[0]["keyboard"]["Buttons"].as_array().unwrap().len(), 6);
}

#[test]
fn labels_are_escaped_and_cut_and_actions_are_whole() {
    let long = "<".repeat(300);
    let buttons = vec![
        reply("a < b & c > d", "1 < 2"),
        reply("", "only text"),
        reply("only label", " "),
        reply(&long, &long),
        reply(" ", ""),
        open("", "https://shop.example.com"),
        open("bad", "javascript:alert(1)"),
    ];
    let bodies = contents(&[Part::Buttons { buttons }]);
    assert_eq!(bodies[0]["text"], "bad: javascript:alert(1)");
    let keys = bodies[0]["keyboard"]["Buttons"].as_array().unwrap().clone();
    let field = |name: &str| keys.iter().map(|key| key[name].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let cut = format!("{}…", "&lt;".repeat(62));
    assert_eq!(field("Text"), ["a &lt; b &amp; c &gt; d", "only text", "only label", &cut, "https://shop.example.com"]);
    assert_eq!(field("ActionBody"), ["1 < 2", "only text", "only label", &long, "https://shop.example.com"]);
}

#[test]
fn what_stands_below_the_last_row_becomes_text() {
    let wide = |number: usize| reply(&format!("a rather wide label {number}"), "x");
    let bodies = contents(&[Part::Buttons { buttons: (0..26).map(wide).collect() }]);
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["text"], "1. a rather wide label 24\n2. a rather wide label 25");
    assert_eq!(bodies[0]["keyboard"]["Buttons"].as_array().unwrap().len(), 24);
    let narrow = contents(&[Part::Buttons { buttons: (0..48).map(|n| reply(&n.to_string(), "x")).collect() }]);
    assert_eq!(narrow[0]["keyboard"]["Buttons"].as_array().unwrap().len(), 48);
    let huge = (0..10).map(|_| reply("a", &"x".repeat(4_000))).collect();
    let list = (1..=10).map(|n| format!("{n}. a")).collect::<Vec<_>>().join("\n");
    assert_eq!(contents(&[Part::Buttons { buttons: huge }]), [text(&list)]);
}

#[test]
fn cards_stand_side_by_side_and_each_fills_its_place() {
    let bare = Card { image: Some("https://cdn.example.com/mug.png".into()), ..Card::default() };
    let words = Card { title: Some("Only words".into()), ..Card::default() };
    let mut cards = vec![offer(), bare, words];
    cards.extend((0..5).map(|_| offer()));
    let bodies = contents(&[Part::Carousel { cards }]);
    assert_eq!(bodies.len(), 2);
    assert_shown!("../snapshots", "sent_carousel", bodies);
    for (body, cards) in bodies.iter().zip([6, 2]) {
        assert_eq!(body["min_api_version"], 7);
        let keys = body["rich_media"]["Buttons"].as_array().unwrap();
        assert!(keys.iter().all(|key| key["Columns"] == 6 && (1..=7).contains(&key["Rows"].as_u64().unwrap())));
        assert_eq!(keys.iter().map(|key| key["Rows"].as_u64().unwrap()).sum::<u64>(), 7 * cards);
    }
}

#[test]
fn a_card_that_does_not_fit_becomes_text_in_its_place() {
    let wordy = Card { text: Some("x".repeat(251)), ..Card::default() };
    let busy = Card { buttons: (0..6).map(|_| reply("a", "b")).collect(), ..offer() };
    let empty = Card { buttons: vec![reply("a", "b")], ..Card::default() };
    let kinds = |cards: Vec<Card>| -> Vec<Value> {
        sent(&[Part::Carousel { cards }]).iter().map(|body| body["type"].clone()).collect()
    };
    for odd in [wordy, busy, empty] {
        assert_eq!(kinds(vec![offer(), odd, offer()]), ["rich_media", "text", "rich_media"]);
    }
}

#[test]
fn an_old_viber_gets_cards_and_buttons_as_text() {
    let (side, contact) = (side(), contact(USER));
    let too_old = Response::new(Bytes::from_static(br#"{"status":13}"#));
    let run = |parts: &[Part], sent: usize| {
        let delivery = delivery(&contact, parts, None);
        let mut known = Known::default();
        known.learn(&vec![Fact::Sent(None); sent]);
        let outcome = Viber.read(&side.account(), &Task::Deliver(&delivery), &known, &too_old);
        let Ok(facts) = outcome else { return vec![] };
        known.learn(&facts);
        let rest = calls(&side, parts, None, &mut known.clone());
        // The second refusal is final.
        let outcome = Viber.read(&side.account(), &Task::Deliver(&delivery), &known, &too_old);
        assert!(matches!(outcome, Err(Failure::Rejected { .. })), "{outcome:?}");
        assert!(rest.iter().all(|body| body["min_api_version"] == 1 && body["type"] == "text"), "{rest:?}");
        rest.iter().map(|body| body["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let buttons = "1. Yes\n2. No\nOpen shop: https://shop.example.com";
    let card = "Mug\n5 EUR & <b>more</b>\nhttps://cdn.example.com/mug.png\n1. Buy\nLook: https://shop.example.com/mug";
    assert_eq!(run(&[Part::text("Did this help?"), questions()], 0), ["Did this help?", buttons]);
    assert_eq!(run(&[questions()], 0), [buttons]);
    let carousel = Part::Carousel { cards: vec![offer()] };
    assert_eq!(run(&[Part::text("Look"), carousel, questions()], 1), [card, buttons]);
    // A plain text has no simpler form.
    assert!(run(&[Part::text("hi")], 0).is_empty());
}

proptest! {
    #[test]
    fn no_text_makes_a_request_too_large(body in "\\PC{0,9000}|[\\x00-\\x1f\"\\\\😀]{0,9000}") {
        prop_assume!(!body.trim().is_empty());
        for body in sent(&[Part::text(body)]) {
            prop_assert!(text::fits(body["text"].as_str().unwrap_or_default(), FEATURES.text));
        }
    }
}
