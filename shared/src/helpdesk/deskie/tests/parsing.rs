use http::Method;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    adapter::{
        Verified,
        webhook::{ParseError, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    helpdesk::Helpdesk,
    model::message::{AuthorKind, HelpdeskEvent, HelpdeskEventKind},
    testing::take_from_helpdesk,
};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";

fn request(body: impl Into<Bytes>, content_type: &str) -> WebhookRequest {
    webhook(&[("content-type", content_type)], body)
}

fn parse(body: impl Into<Bytes>, content_type: &str) -> Result<ParsedHelpdesk, ParseError> {
    take_from_helpdesk(&Deskie, &side(), &request(body, content_type)).expect("a call that may come in")
}

/// Returns the events of a sample in a few words.
pub(super) fn described(name: &str) -> String {
    let content_type = if name.ends_with(".form") { FORM } else { JSON };
    let parsed = parse(text(HERE, name), content_type).unwrap_or_else(|error| panic!("{name}: {error}"));
    let ignored = parsed.ignored.iter().map(|ignored| format!("ignored {}: {}", ignored.id, ignored.reason));
    ignored.chain(parsed.events.iter().map(words)).collect::<Vec<_>>().join("; ")
}

fn words(event: &HelpdeskEvent) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    if let HelpdeskEventKind::Conversation { state, news } = &event.kind {
        let (news, case) = (news.as_ref().map(|news| news.what.word()), or_none(&event.conversation));
        return format!("{} {} {case}: {state:?} {news:?}", event.group, or_none(&event.user));
    }
    let HelpdeskEventKind::Message { author, parts } = &event.kind else { panic!("{event:?}") };
    let author = match author.kind {
        AuthorKind::Agent => "agent",
        AuthorKind::Bot => "bot",
    };
    let part = |part: &Part| match part {
        Part::Text { text } => text.clone(),
        Part::Media(media) => {
            let url = format!("{:?}", media.source).split('"').nth(1).expect("a link").to_owned();
            let name = media.name.clone().unwrap_or_default();
            let content_type = media.content_type.clone().unwrap_or_default();
            let size = media.size.map(|size| format!(" {size}")).unwrap_or_default();
            format!("[{:?} {name} {content_type}{size} {url}]", media.kind)
        }
        other => format!("{other:?}"),
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    let (user, case) = (or_none(&event.user), or_none(&event.conversation));
    format!("{} {author} {} {user} {case}: {}", event.id, event.group, parts.join(" | "))
}

/// Returns the result of parsing an agent's text with these changes.
fn edited(changes: Value) -> ParsedHelpdesk {
    let mut webhook = fixture(HERE, "webhook_agent_text.json");
    for (field, value) in changes.as_object().expect("changes") {
        webhook["object"][field] = value.clone();
    }
    parse(webhook.to_string(), JSON).expect("an answer")
}

#[test]
fn both_encodings_say_the_same() {
    for name in fixtures(HERE).into_keys() {
        if let Some(stem) = name.strip_suffix(".form") {
            let (form, json) = (text(HERE, &name), text(HERE, &format!("{stem}.json")));
            assert_eq!(
                parse(form.clone(), FORM),
                parse(json.clone(), JSON).map(|parsed| as_form(parsed, &form)),
                "{name}"
            );
            // The call has no content type, as with an invocation.
            assert_eq!(parse(json.clone(), ""), parse(json, JSON), "{name}");
            assert_eq!(parse(form.clone(), ""), parse(form, FORM), "{name}");
        }
    }
}

/// Returns the same result with the repeat key that the bytes of the form have.
fn as_form(mut parsed: ParsedHelpdesk, form: &str) -> ParsedHelpdesk {
    for event in &mut parsed.events {
        event.repeat_key = event.repeat_key.as_ref().map(|_| crate::tools::crypto::sha256_hex(form.as_bytes()));
    }
    parsed
}

#[test]
fn a_contact_of_ours_is_known_by_its_name() {
    let found = only(edited(json!({"custom_user_id": "viber:q7Vd2/Hk0m+9=="})));
    assert_eq!(found.contact.as_deref(), Some("q7Vd2/Hk0m+9=="));
    assert_eq!(found.group, USER);
    assert_eq!((found.at, found.repeat_key), (ARRIVED, None));
    // Any other contact is looked up by user and case.
    let found = only(edited(json!({"custom_user_id": "telegram:1"})));
    assert_eq!((found.contact, found.user.as_deref()), (None, Some(USER)));
    let found = only(edited(json!({"custom_user_id": "", "user_custom_id": null})));
    assert_eq!((found.contact, found.group.as_str()), (None, USER));
    let found = only(edited(json!({"custom_user_id": "viber:q7Vd2/Hk0m+9==", "user_id": 0})));
    assert_eq!((found.user, found.group.as_str()), (None, "viber:q7Vd2/Hk0m+9=="));
    let found = only(edited(json!({"custom_user_id": null, "user_id": 0})));
    assert_eq!((found.user, found.group.as_str()), (None, CASE));
}

#[test]
fn a_note_never_reaches_a_customer_however_it_is_written() {
    for flag in [json!(1), json!("1"), json!(true), json!("true"), json!("yes"), json!([]), json!({}), json!(" 1 ")] {
        for rule in [json!(0), json!(1)] {
            let parsed = edited(json!({"note": flag, "sent_via_rule": rule, "b_from_api": rule}));
            assert_eq!((parsed.events.len(), parsed.ignored[0].reason), (0, "private"), "{flag}");
        }
    }
    for flag in [json!(0), json!("0"), json!(false), json!(""), json!(null), json!("false")] {
        assert_eq!(edited(json!({ "note": flag })).events.len(), 1, "{flag}");
    }
}

#[test]
fn what_came_through_the_api_is_compared_with_what_we_posted() {
    let rows = [
        (json!({"b_from_api": 1, "staff_id": 4118}), "bot"),
        (json!({"b_from_api": "1"}), "bot"),
        (json!({"b_from_api": "1", "staff_id": null}), "echo"),
        (json!({"b_from_api": "1", "staff_id": ""}), "echo"),
        (json!({"b_from_api": "1", "staff_id": "0"}), "echo"),
        (json!({"b_from_api": "1", "staff_id": 0, "sent_via_rule": "1"}), "bot"),
        (json!({"sent_via_rule": 1, "staff_id": 0}), "bot"),
        (json!({"staff_id": 0}), "agent"),
    ];
    for (changes, expected) in rows {
        let parsed = edited(changes.clone());
        let found = match parsed.events.first() {
            Some(event) if words(event).contains(" bot ") => "bot",
            Some(_) => "agent",
            None => parsed.ignored[0].reason,
        };
        assert_eq!(found, expected, "{changes}");
    }
    let mut outside = fixture(HERE, "webhook_agent_text.json");
    outside["b_from_api"] = json!("1");
    assert!(words(&only(parse(outside.to_string(), JSON).unwrap())).contains(" bot "));
}

#[test]
fn a_call_without_an_id_is_told_by_its_bytes() {
    let found = only(edited(json!({"message_id": null})));
    assert_eq!(found.id, "call:00000000000000000000000000000000");
    assert_eq!(found.repeat_key.map(|key| key.len()), Some(64));
}

#[test]
fn odd_attachments_are_seen_all_the_same() {
    let link = "https://acme.deskie.io/files/a%20b.JPG";
    let rows = [
        (json!([link]), vec!["[Image a b.JPG"]),
        (
            json!({"10": {"url": "https://x.example/b"}, "9": {"url": "https://x.example/a"}}),
            vec!["x.example/a", "x.example/b"],
        ),
        (json!([{"file_name": "lost.pdf"}]), vec!["Unsupported", "lost.pdf"]),
        (json!([{"url": link, "mime_type": "audio/ogg", "file_size": "12"}]), vec!["[Audio a b.JPG audio/ogg 12"]),
        (json!([17]), vec!["Unsupported"]),
    ];
    for (attachments, expected) in rows {
        let found = words(&only(edited(json!({"content": "", "attachments": attachments}))));
        let mut from = 0;
        for piece in expected {
            from += found.get(from..).unwrap().find(piece).unwrap_or_else(|| panic!("{piece} in {found}"));
        }
    }
    for attachments in [json!(null), json!(""), json!([]), json!({}), json!("0")] {
        let parsed = edited(json!({"content": " \r\n", "content_html": "<p> </p>", "attachments": attachments}));
        assert_eq!((parsed.events.len(), parsed.ignored[0].reason), (0, "empty"), "{attachments}");
    }
}

#[test]
fn a_picture_in_the_html_only_arrives_too() {
    let picture = "https://files.example.com/pasted-1fc3dc8a.png";
    let html = format!(r#"<p>Here it is:</p><p><img src="{picture}" alt="" width="400" /></p>"#);
    let sent = |attachments: Value, content: &str| {
        words(&only(edited(json!({"content": content, "content_html": html, "attachments": attachments}))))
    };
    let found = sent(json!(null), "Here it is:");
    assert!(found.contains("Image") && found.contains(picture), "{found}");
    let linked = sent(json!(null), &format!("Here it is: {picture}"));
    assert!(!linked.contains("Image"), "{linked}");
    let attached = sent(json!([{"url": picture}]), "Here it is:");
    assert_eq!(attached.matches("Image").count(), 1, "{attached}");
}

#[test]
fn what_is_not_deskies_is_refused_without_a_word_of_it() {
    let rows = [
        ("", FORM, "missing_field"),
        ("type=message_new", FORM, "missing_field"),
        ("type=message_new&object=x", FORM, "missing_field"),
        ("secret", JSON, "not_json"),
        ("[]", JSON, "missing_field"),
        ("\"secret\"", JSON, "bad_field"),
    ];
    for (body, content_type, code) in rows {
        let error = parse(body, content_type).expect_err(body);
        assert_eq!(error.code, code, "{body}");
        assert!(!error.message.contains("secret"), "{error}");
    }
}

#[test]
fn what_cannot_be_read_of_a_call_takes_nothing_else_with_it() {
    let text = words(&only(edited(json!({}))));
    let said = |said: &str| format!("53811487 agent {USER} {USER} {CASE}: {said}");
    let notice = |what: &str, text: &str| {
        said(&format!(
            "{:?}",
            Part::Unsupported { what: what.to_owned(), text: (!text.is_empty()).then(|| text.to_owned()) }
        ))
    };
    let whole = |changes: Value| edited(changes);
    let rows = [
        (json!({"content": null}), notice("message", "")),
        (json!({"content": {}, "content_html": 7}), said("7")),
        (json!({"content": ["x"], "content_html": true}), notice("message", "")),
        (json!({"content": "", "content_html": null}), "ignored: empty".to_owned()),
        (
            json!({"content": "x", "attachments": 7}),
            format!("{} | {}", said("x"), "Unsupported { what: \"file\", text: None }"),
        ),
        (
            json!({"content": "x", "attachments": [{"url": "file:///etc/passwd"}]}),
            format!("{} | {}", said("x"), "Unsupported { what: \"file\", text: Some(\"file:///etc/passwd\") }"),
        ),
        (
            json!({"content": "x", "attachments": ["nothing"]}),
            format!("{} | {}", said("x"), "Unsupported { what: \"file\", text: Some(\"nothing\") }"),
        ),
        (json!({"staff_id": {}}), text.clone()),
        (
            json!({"custom_user_id": null, "user_custom_id": [], "user_id": true, "case_id": {}}),
            "ignored: nobody".to_owned(),
        ),
    ];
    for (changes, expected) in rows {
        let parsed = whole(changes.clone());
        let ignored = parsed.ignored.iter().map(|ignored| format!("ignored: {}", ignored.reason));
        let found: Vec<String> = parsed.events.iter().map(words).chain(ignored).collect();
        assert_eq!(found.join("; "), expected, "{changes}");
    }
    // An invalid id counts as absent, also when repeats are recognized.
    let found = only(edited(json!({"message_id": "5".repeat(65)})));
    assert_eq!((found.id.as_str(), found.repeat_key.is_some()), ("call:00000000000000000000000000000000", true));
}

#[test]
fn of_several_fields_of_one_name_the_last_counts_in_json() {
    let body = r#"{"type": "x", "type": "message_new", "object": 1, "object": {"case_id": 1, "note": 1, "note": 0,
        "content": "a", "content": "b", "attachments": {"0": 7, "0": {"url": "https://x.example/1.png", "url": "https://x.example/2.png"}}}}"#;
    let found = words(&only(parse(body, JSON).unwrap()));
    assert!(found.ends_with(": b | [Image 2.png  https://x.example/2.png]"), "{found}");
}

#[test]
fn of_very_many_files_the_first_arrive_and_the_rest_is_told() {
    let files = |count: usize| {
        let links: Vec<String> = (0..count).map(|index| format!("https://x.example/{index}.png")).collect();
        let HelpdeskEventKind::Message { parts, .. } = only(edited(json!({"content": "", "attachments": links}))).kind
        else {
            panic!("a message")
        };
        parts
    };
    assert_eq!(files(200).len(), 200);
    let parts = files(2_000);
    assert_eq!(
        (parts.len(), parts.last()),
        (201, Some(&Part::Unsupported { what: "more files".to_owned(), text: None }))
    );
}

#[test]
fn only_a_post_comes_in() {
    let side = side();
    for (method, expected) in [
        (Method::POST, Ok(Proof::UrlToken)),
        (Method::GET, Err(VerifyError::Missing)),
        (Method::PUT, Err(VerifyError::Missing)),
    ] {
        let request = WebhookRequest { method, ..request("", FORM) };
        assert_eq!(Deskie.verify(&side.account(), &request), expected);
    }
}

#[test]
fn settings_are_checked_before_anything_is_asked() {
    let rows = [
        ("api_url", "https://acme.deskie.io/api/", true),
        ("api_url", "https://acme.omnidesk.ru/api", true),
        ("api_url", "https://acme.deskie.io/", false),
        ("email", "agent", false),
        ("email", "a:b@acme.example", false),
        ("note_staff_id", "4118", true),
        ("note_staff_id", "Ines", false),
        ("note_staff_id", "0", false),
        ("recheck_seconds", "0", true),
        ("recheck_seconds", "90000", false),
        ("recheck_seconds", "soon", false),
    ];
    for (setting, value, is_right) in rows {
        let checked = Deskie.check_settings(&side().with(setting, value).account());
        assert_eq!(checked.is_ok(), is_right, "{setting} {value}");
        if let Err(error) = checked {
            assert_eq!(error.setting, setting);
        }
    }
    for (value, seconds) in [(None, 300), (Some("0"), 0), (Some("60"), 60)] {
        let side = value.into_iter().fold(side(), |side, value| side.with("recheck_seconds", value));
        let lasts = Deskie.features().state_lasts.unwrap();
        let lasts = lasts.with(side.account().setting(lasts.setting));
        assert_eq!(lasts, std::time::Duration::from_secs(seconds));
    }
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300), is_form: bool) {
        let _ = parse(bytes, if is_form { FORM } else { JSON });
    }

    #[test]
    fn any_form_gets_an_answer(
        pairs in proptest::collection::vec(
            ("(type|object)?(\\[(object|content|note|attachments|url|[0-9]{0,2})\\]?){0,4}", ".{0,12}"), 0..12,
        ),
    ) {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .append_pair("type", "message_new")
            .finish();
        let _ = parse(body, FORM);
    }

    #[test]
    fn any_value_anywhere_gets_an_answer(
        field in "(message_id|case_id|user_id|custom_user_id|content|content_html|note|attachments)",
        json in "(null|true|[1-9][0-9]{0,24}|-1|1[.]5|\"[a-z<>&;]{0,9}\"|\\[[0-9]\\]|\\{\"0\":\\{\"url\":7\\}\\})",
    ) {
        let value: Value = serde_json::from_str(&json).unwrap();
        let mut webhook = fixture(HERE, "webhook_agent_text.json");
        webhook["object"][&field] = value;
        let side = side();
        let request = request(webhook.to_string(), JSON);
        let _ = Deskie.parse(&side.account(), Verified::invoked(&request));
    }
}

#[test]
fn a_rule_tells_what_happened_to_a_case() {
    let rule = |fields: Value| parse(fields.to_string(), JSON).map(only);
    let contact = "viber:9f2c41aa-7d0e-4b61-9a55-0c1e5d3b8f10";
    let event = rule(json!({"type": "case_assigned", "case_id": 730214, "user_id": 6120847735_u64, "staff_id": "4118",
        "custom_user_id": contact, "staff_name": "Ines"}))
    .unwrap();
    assert_eq!((event.group.as_str(), event.contact.as_deref()), (USER, contact.strip_prefix("viber:")));
    let HelpdeskEventKind::Conversation { state, news: Some(news) } = event.kind else { panic!() };
    let agent = news.agent.unwrap();
    assert_eq!(
        (news.what.word(), agent.id.as_deref(), agent.name.as_deref()),
        ("assigned", Some("4118"), Some("Ines"))
    );
    assert_eq!(state, Some(crate::model::message::ConversationState::Open));
    // Assigned to nobody.
    let event = rule(json!({"type": "case_assigned", "case_id": 1, "staff_id": "0"})).unwrap();
    assert!(matches!(event.kind, HelpdeskEventKind::Conversation { news: None, .. }), "{event:?}");
    assert_eq!((event.group.as_str(), event.user), ("1", None));
    // Variables that were not replaced.
    for fields in [json!({"type": "case_closed"}), json!({"type": "case_closed", "case_id": "%case_id%"})] {
        assert!(rule(fields.clone()).unwrap_err().message.contains("case_id"), "{fields}");
    }
    let event =
        rule(json!({"type": "case_closed", "case_id": 1, "user_id": "{{user}}", "custom_user_id": "-"})).unwrap();
    assert_eq!((event.group.as_str(), event.user, event.contact), ("1", None, None));
}
