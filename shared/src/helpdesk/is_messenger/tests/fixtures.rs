//! Every sample of the contract has a row.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::{
    adapter::{Fact, Failure},
    model::message::{Button, Media, MediaKind, MediaSource, Receipt},
};

/// The subject of a sample.
enum Row {
    /// The bridge posts this body for these parts, as this event.
    Message(&'static str, Vec<Part>),
    /// The same, as an echo.
    Echo(&'static str, Vec<Part>),
    /// The bridge posts this body for a receipt.
    Status(Receipt),
    /// IS-Messenger posts this body, which has these parts.
    Taken(Vec<Part>),
    /// IS-Messenger posts this body, which is refused with this code.
    Refused(&'static str),
    /// IS-Messenger answers with this status, which means this for a message.
    Answer(u16, Learned),
    /// The bridge answers with these keys.
    OurAnswer(&'static str),
    /// The bridge does not send this shape, for this reason.
    NotSent(&'static str),
}

fn media(kind: MediaKind, url: &str, mime: Option<&str>, name: Option<&str>, caption: Option<&str>) -> Part {
    let source = MediaSource::Link { url: url.to_owned() };
    let [content_type, name, caption] = [mime, name, caption].map(|text| text.map(str::to_owned));
    Part::Media(Media { content_type, name, caption, ..Media::new(kind, source) })
}

fn place(label: &str) -> Part {
    Part::Location { latitude: 41.3874, longitude: 2.1686, label: Some(label.to_owned()) }
}

fn rows() -> Vec<(&'static str, Row)> {
    use MediaKind::{Audio, File, Image, Video};
    let sent = |kind, name: &str, mime| {
        media(kind, &format!("https://media.example.com/in/{name}"), Some(mime), Some(name), None)
    };
    let taken = |kind, name: &str, mime, caption| {
        media(kind, &format!("https://cdn.example.net/w/{name}"), Some(mime), Some(name), caption)
    };
    let depot = || Row::Taken(vec![Part::text("It leaves the depot today.")]);
    let reply = |text: &str| Button::Reply { label: text.to_owned(), text: text.to_owned(), payload: None };
    let sent_as = |id: &str| Ok(vec![Fact::Sent(Some(id.into())), Fact::User("+447700900238".into())]);
    vec![
        (
            "in_message_text.json",
            Row::Message("SM0a1b2c3d4e5f60718293a4b5c6d7e8f9", vec![Part::text("Hello, my parcel has not arrived.")]),
        ),
        ("in_message_text_custom_id.json", Row::Message("5938204417760135962", vec![Part::text("Hola")])),
        ("in_message_text_minimal.json", Row::Message("5f3c9a1e0b7d", vec![Part::text("Any news?")])),
        ("in_message_image.json", Row::Message("m-in-image-1", vec![sent(Image, "photo.jpg", "image/jpeg")])),
        ("in_message_video.json", Row::Message("m-in-video-1", vec![sent(Video, "clip.mp4", "video/mp4")])),
        ("in_message_audio.json", Row::Message("m-in-audio-1", vec![sent(Audio, "voice.mp3", "audio/mpeg")])),
        ("in_message_file.json", Row::Message("m-in-file-1", vec![sent(File, "receipt.pdf", "application/pdf")])),
        ("in_message_location.json", Row::Message("m-in-loc-1", vec![place("Barcelona")])),
        ("in_message_quick_reply.json", Row::NotSent("the chosen option travels as a text")),
        ("in_message_two_events.json", Row::NotSent("one event per call is all that was ever seen")),
        ("in_echo_text.json", Row::Echo("m-echo-1", vec![Part::text("Sent from the vendor app by the shop")])),
        ("in_echo_image.json", Row::Echo("m-echo-2", vec![sent(Image, "offer.jpg", "image/jpeg")])),
        ("in_status_sent.json", Row::Status(Receipt::Sent)),
        ("in_status_delivered.json", Row::Status(Receipt::Delivered)),
        ("in_status_read.json", Row::Status(Receipt::Read)),
        ("in_status_failed.json", Row::Status(Receipt::failed("Recipient blocked the sender"))),
        ("in_response_ok.json", Row::Answer(200, sent_as("m-1"))),
        (
            "in_response_400.json",
            Row::Answer(
                400,
                Err(Failure::rejected_as("IS-Messenger refused the message (HTTP 400)", "contactId is invalid")),
            ),
        ),
        (
            "in_response_401.json",
            Row::Answer(
                401,
                Err(Failure::Blocked {
                    reason: "IS-Messenger refused the API token (HTTP 401); it may have been renewed".into(),
                }),
            ),
        ),
        ("in_response_429.json", Row::Answer(429, Err(Failure::retry("IS-Messenger answered 429")))),
        ("out_text.json", depot()),
        ("out_text_custom_id.json", depot()),
        ("out_text_no_channel_id.json", depot()),
        ("out_text_unicode.json", Row::Taken(vec![Part::text("¡Hola! 🙂\nPedido n.º 7 listo")])),
        ("out_image.json", Row::Taken(vec![taken(Image, "map.png", "image/png", Some("See this"))])),
        (
            "out_image_minimal.json",
            Row::Taken(vec![media(Image, "https://cdn.example.net/w/map.png", None, None, None)]),
        ),
        ("out_video.json", Row::Taken(vec![taken(Video, "howto.mp4", "video/mp4", None)])),
        ("out_audio.json", Row::Taken(vec![taken(Audio, "reply.mp3", "audio/mpeg", None)])),
        ("out_file.json", Row::Taken(vec![taken(File, "label.pdf", "application/pdf", Some("See this"))])),
        ("out_location.json", Row::Taken(vec![place("Carrer 5, Barcelona")])),
        ("out_location_nested.json", Row::Taken(vec![place("Shop, Carrer 5, Barcelona")])),
        (
            "out_quick_reply.json",
            Row::Taken(vec![
                Part::text("Was this helpful?"),
                Part::Buttons { buttons: vec![reply("Yes"), reply("No")] },
            ]),
        ),
        ("out_unknown_type.json", Row::Refused("unsupported")),
        ("out_response_ok.json", Row::OurAnswer("mId")),
        ("out_response_400.json", Row::OurAnswer("error.message")),
        ("out_response_401.json", Row::OurAnswer("error.message")),
    ]
}

#[test]
fn every_sample_has_a_row() {
    let files: BTreeSet<String> = fixtures(HERE).into_keys().collect();
    let rows: BTreeSet<String> =
        rows().iter().map(|(name, _)| (*name).to_owned()).chain(["manifest.json".to_owned()]).collect();
    assert_eq!(files, rows);
    let rated: BTreeSet<String> =
        fixture(HERE, "manifest.json").as_object().expect("an object").keys().cloned().collect();
    assert!(rated.is_subset(&files));
}

/// Returns the sample without the two contact fields that only an early script sends.
fn expected(name: &str) -> Value {
    let mut body = fixture(HERE, name);
    if let Some(contact) = body.get_mut("contact").and_then(Value::as_object_mut) {
        contact.remove("locale");
        contact.remove("timezone");
    }
    body
}

fn contact_in(body: &Value) -> Contact {
    match body["contact"]["lastName"] {
        Value::Null => {
            let text = |name: &str| body["contact"][name].as_str().map(str::to_owned);
            let id = body["contactId"].as_str().expect("an id").to_owned();
            Contact { id, name: text("firstName"), language: text("language"), ..Contact::default() }
        }
        _ => maria(),
    }
}

#[test]
fn samples_are_sent_taken_and_understood_byte_for_value() {
    let side = custom("viber");
    for (name, row) in rows() {
        match row {
            Row::Message(id, parts) => {
                let (body, contact) = (expected(name), contact_in(&fixture(HERE, name)));
                assert_eq!(
                    run(&side, &Task::Deliver(&delivery(id, &contact, &parts)), &mut Known::default()),
                    [body],
                    "{name}"
                );
            }
            Row::Echo(id, parts) => {
                let (body, contact) = (expected(name), contact_in(&fixture(HERE, name)));
                let echo = Delivery { echo: true, ..delivery(id, &contact, &parts) };
                assert_eq!(run(&side, &Task::Deliver(&echo), &mut Known::default()), [body], "{name}");
            }
            Row::Status(receipt) => {
                let task = Task::Receipt { contact: &maria(), message: "m-out-9001", receipt: &receipt, at: AT };
                assert_eq!(run(&side, &task, &mut Known::default()), [fixture(HERE, name)], "{name}");
            }
            Row::Taken(wanted) => {
                let parsed = parse(&side, text(HERE, name)).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(parsed.ack.body, json!({"mId": CALL}).to_string().as_bytes(), "{name}");
                assert_eq!(parsed.events.len(), 1, "{name}");
                assert_eq!(parts(&parsed.events[0]), wanted, "{name}");
                assert_eq!(parsed.events[0].contact.as_deref(), fixture(HERE, name)["contactId"].as_str(), "{name}");
            }
            Row::Refused(code) => assert_eq!(parse(&side, text(HERE, name)).expect_err(name).code, code, "{name}"),
            Row::Answer(status, outcome) => {
                let contact = maria();
                let parts = [Part::text("Hi")];
                let read = side.read(
                    &IsMessenger,
                    &Task::Deliver(&delivery("m-1", &contact, &parts)),
                    &Known::default(),
                    &answer(status, &text(HERE, name)),
                );
                assert_eq!(read, outcome, "{name}");
            }
            Row::OurAnswer(path) => {
                let pointer = format!("/{}", path.replace('.', "/"));
                assert!(fixture(HERE, name).pointer(&pointer).is_some_and(Value::is_string), "{name}");
            }
            Row::NotSent(why) => assert!(!why.is_empty(), "{name}"),
        }
    }
}
