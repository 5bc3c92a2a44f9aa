//! Tests of the documentation's capability matrix: it is generated from code, and what really arrives confirms every cell.
//!
//! `BYOC_UPDATE=1 cargo test -p byoc-tests --test matrix` rewrites both, so that a change shows in the diff.

use std::{collections::BTreeMap, path::PathBuf};

use byoc::{
    model::{
        features::Support,
        fit,
        message::{
            Author, AuthorKind, Button, Card, ChannelEvent, ChannelEventKind, Contact, ENVELOPE_VERSION, Envelope,
            Event, HelpdeskEvent, HelpdeskEventKind, Media, MediaKind, MediaSource, Part, PartKind,
        },
    },
    outside::queue::Outgoing,
};
use byoc_local::bridge::QUEUE;
use byoc_tests::{FILES, Rig, every_channel, every_helpdesk, matrix};
use byoc_vendors::{channels, helpdesks, people::Seen};
use serde_json::{Value, json};

const BEGIN: &str = "<!-- matrix -->\n";
const END: &str = "\n<!-- /matrix -->";

fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares a file's text with the expected one, or writes the file if `BYOC_UPDATE` is set.
#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
fn hold(path: &str, found: &str, should_be: &str, write: &str) {
    if std::env::var_os("BYOC_UPDATE").is_some() {
        std::fs::write(in_repository(path), write).unwrap();
    } else {
        assert_eq!(found, should_be, "{path} is stale: BYOC_UPDATE=1 cargo test -p byoc-tests --test matrix");
    }
}

#[test]
fn the_documentation_shows_what_the_code_says() {
    let page = std::fs::read_to_string(in_repository("../docs/what-arrives.md")).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the mark where the matrix begins");
    let (shown, after) = rest.split_once(END).expect("the mark where the matrix ends");
    let table = matrix::table();
    hold("../docs/what-arrives.md", shown, &table, &format!("{before}{BEGIN}{table}{END}{after}"));
}

#[test]
fn every_kind_can_be_tried() {
    let registered: Vec<&str> = byoc::channel::CHANNELS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(registered, channels().collect::<Vec<_>>());
    let registered: Vec<&str> = byoc::helpdesk::HELPDESKS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(registered, helpdesks().collect::<Vec<_>>());
}

/// Returns a message of each kind, with files at `host`.
fn samples(host: &str) -> Vec<Part> {
    let media = |kind, index: usize| {
        let (name, content_type, bytes) = FILES[index];
        let source = MediaSource::Link { url: format!("{host}/{name}") };
        Part::Media(Media {
            name: Some(name.to_owned()),
            content_type: Some(content_type.to_owned()),
            size: Some(bytes.len() as u64),
            ..Media::new(kind, source)
        })
    };
    let reply = |label: &str| Button::Reply { label: label.into(), text: label.into() };
    let link = Button::Link { label: "Open shop".into(), url: "https://shop.example/".into() };
    let card = |title: &str| Card {
        title: Some(title.into()),
        text: Some("In stock".into()),
        image: Some(format!("{host}/photo.png")),
        buttons: vec![reply(&format!("Take the {}", title.to_lowercase())), link.clone()],
    };
    vec![
        Part::text("Hello there"),
        media(MediaKind::Image, 0),
        media(MediaKind::Video, 1),
        media(MediaKind::Audio, 2),
        media(MediaKind::File, 3),
        Part::Location { latitude: 50.4501, longitude: 30.5234, label: Some("Main office".into()) },
        Part::ContactCard {
            name: Some("Ines Halvorsund".into()),
            phone: Some("+380441234567".into()),
            more: Vec::new(),
        },
        Part::Sticker { id: "46105".into(), url: Some(format!("{host}/photo.png")) },
        Part::Buttons { buttons: vec![reply("Yes"), reply("No"), link.clone()] },
        Part::Carousel { cards: vec![card("Lamp"), card("Chair")] },
        Part::Unsupported { what: "poll".into(), text: Some("Tea or coffee?".into()) },
    ]
}

/// Queues each sample as if the other side had sent it, and returns what arrived.
async fn cells(rig: &Rig, outbound: bool) -> BTreeMap<String, Vec<String>> {
    let host = byoc_tests::files(FILES).await;
    rig.customer_says("Hi").await;
    let before = rig.exactly_at_helpdesk(1).await;
    let contact = rig.bridge.channel.customer();
    let queue = rig.queue(QUEUE).await;
    let contact_id = rig.journal().await[0]["contact"].as_str().unwrap_or(contact).to_owned();
    let seen = || if outbound { rig.at_channel() } else { rig.at_helpdesk() };
    let mut cells = BTreeMap::new();
    for (number, part) in samples(&host.url()).into_iter().enumerate() {
        let already = seen().len();
        let id = format!("sample-{number}");
        let (parts, at) = (vec![part.clone()], byoc::outside::clock::now());
        let event = if outbound {
            let author = Author { kind: AuthorKind::Agent, name: Some("Ines".into()), id: None };
            let kind = HelpdeskEventKind::Message { author, parts };
            let (contact, conversation) = (Some(contact_id.clone()), before[0].conversation.clone());
            let group = contact_id.clone();
            let (user, repeat_key, quote) = (None, None, None);
            Event::Helpdesk(HelpdeskEvent { id, at, group, contact, user, conversation, repeat_key, kind, quote })
        } else {
            let contact = Contact { id: contact_id.clone(), ..Contact::default() };
            Event::Channel(ChannelEvent::new(id, at, contact, ChannelEventKind::Message { parts }))
        };
        let installation = rig.bridge.installation_id().to_owned();
        let envelope = Envelope { v: ENVELOPE_VERSION, installation, received_at: at, event };
        queue.send(&[Outgoing::pack(&envelope).unwrap()]).await.unwrap();
        let ended = |journal: &[Value]| journal.iter().filter(|entry| entry["state"] == "done").count();
        rig.journal_is(&format!("{:?}, delivered", part.kind()), |journal| ended(journal) == number + 2).await;
        let arrived: Vec<Seen> = seen().split_off(already);
        let shown: Vec<String> = arrived.iter().map(|seen| steady(&seen.text, rig, &host.url())).collect();
        for word in matrix::words(&part) {
            assert!(shown.iter().any(|text| text.contains(&word)), "{:?}: no {word:?} in {shown:?}", part.kind());
        }
        assert!(!shown.is_empty(), "{:?}: nothing arrived", part.kind());
        let limits = match outbound {
            true => byoc::channel::channel(rig.bridge.channel.kind()).unwrap().features(),
            false => byoc::helpdesk::helpdesk(rig.bridge.helpdesk.kind()).unwrap().features(),
        };
        if limits.support(part.kind()) == Support::Exact && part.kind() != PartKind::Text {
            let plain = steady(&fit::as_text(&part), rig, &host.url());
            assert!(!shown.contains(&plain), "{:?} is not exact: {shown:?}", part.kind());
        }
        cells.insert(format!("{:?}", part.kind()), shown);
    }
    cells
}

/// Replaces what differs between runs: addresses and random names.
fn steady(text: &str, rig: &Rig, host: &str) -> String {
    let (channel, helpdesk) = rig.bridge.vendor_urls();
    let mut text = text.to_owned();
    for (url, name) in [
        (rig.bridge.url.as_str(), "https://bridge.example"),
        (host, "https://files.example"),
        (channel.as_str(), "https://channel.example"),
        (helpdesk.as_str(), "https://helpdesk.example"),
    ] {
        text = text.replace(url, name);
    }
    let drawn = |word: &str| word.len() >= 16 && word.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(if drawn(word) { "…" } else { word });
        let next = after.chars().next().map_or(0, char::len_utf8);
        let (between, later) = after.split_at(next);
        out.push_str(between);
        rest = later;
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_is_what_arrives() {
    every_channel(|channel, _| cells_are_kept(channel, "freshchat", true)).await;
    every_helpdesk(|_, helpdesk| cells_are_kept("viber", helpdesk, false)).await;
}

async fn cells_are_kept(channel: &'static str, helpdesk: &'static str, outbound: bool) {
    let rig = Rig::start(channel, helpdesk).await;
    let shown = format!("{:#}\n", json!(cells(&rig, outbound).await));
    let path = format!("cells/{}.json", if outbound { channel } else { helpdesk });
    let stored = std::fs::read_to_string(in_repository(&path)).unwrap_or_default();
    hold(&path, &stored, &shown, &shown);
}
