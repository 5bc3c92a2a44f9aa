//! The capability matrix: how each side shows each kind of part, as a table for people.

use byoc::model::{
    features::{Features, Support, TextUnit},
    message::{MediaKind, Part, PartKind},
};

/// Returns the table of all channels and helpdesks in Markdown. ✓ means that a part is shown as what it is; words say
/// what it becomes otherwise.
pub fn table() -> String {
    let channels = byoc::channel::CHANNELS.iter().map(|(kind, channel)| ("channel", *kind, channel.features()));
    let helpdesks = byoc::helpdesk::HELPDESKS.iter().map(|(kind, helpdesk)| ("helpdesk", *kind, helpdesk.features()));
    let mut lines = vec![
        format!("| | {} |", PartKind::ALL.map(heading).join(" | ")),
        format!("|---|{}", "---|".repeat(PartKind::ALL.len())),
    ];
    for (side, kind, limits) in channels.chain(helpdesks) {
        let cells = PartKind::ALL.map(|part| cell(limits, part)).join(" | ");
        lines.push(format!("| {side} `{kind}` | {cells} |"));
    }
    lines.join("\n")
}

fn heading(part: PartKind) -> &'static str {
    match part {
        PartKind::Text => "text",
        PartKind::Image => "image",
        PartKind::Video => "video",
        PartKind::Audio => "recording",
        PartKind::File => "file",
        PartKind::Location => "place",
        PartKind::ContactCard => "contact card",
        PartKind::Sticker => "sticker",
        PartKind::Buttons => "buttons",
        PartKind::Carousel => "cards",
        PartKind::Unsupported => "anything else",
    }
}

fn cell(limits: &Features, part: PartKind) -> String {
    let media = match part {
        PartKind::Image => Some(MediaKind::Image),
        PartKind::Video => Some(MediaKind::Video),
        PartKind::Audio => Some(MediaKind::Audio),
        PartKind::File => Some(MediaKind::File),
        _ => None,
    };
    match (limits.support(part), media.map(|kind| limits.media(kind))) {
        (Support::Degraded(what), _) => what.to_owned(),
        (Support::Exact, Some(None)) => "link".to_owned(),
        (Support::Exact, Some(Some(limit))) if limit.max_bytes >= 1 << 40 => "✓".to_owned(),
        (Support::Exact, Some(Some(limit))) => format!("✓ to {}", size(limit.max_bytes)),
        (Support::Exact, None) if part == PartKind::Text => {
            let unit = match limits.text.unit {
                TextUnit::Chars => "characters",
                TextUnit::Utf16 => "UTF-16 units",
                TextUnit::Bytes => "bytes",
                TextUnit::Gsm7 => "GSM-7 septets",
            };
            format!("✓ {} {unit} a piece", limits.text.max)
        }
        (Support::Exact, None) => "✓".to_owned(),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// Returns the words of a part's sample. The receiver must see all of them, whatever the part becomes.
pub fn words(part: &Part) -> Vec<String> {
    match part {
        Part::Text { text } => vec![text.clone()],
        Part::Media(media) => media.caption.iter().cloned().collect(),
        Part::Location { label, .. } => label.iter().cloned().collect(),
        Part::ContactCard { name, phone, .. } => [name, phone].into_iter().flatten().cloned().collect(),
        Part::Sticker { .. } => Vec::new(),
        Part::Buttons { buttons } => buttons.iter().map(|button| button.label().to_owned()).collect(),
        Part::Carousel { cards } => cards.iter().filter_map(|card| card.title.clone()).collect(),
        Part::Unsupported { what, text } => std::iter::once(what).chain(text).cloned().collect(),
    }
}
