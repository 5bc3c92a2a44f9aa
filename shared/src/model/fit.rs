//! Fallback forms for parts that a side cannot show, so that no part is dropped silently.

use std::borrow::Cow;

use crate::{
    model::{
        features::{TextLimit, TextUnit},
        installation::Options,
        message::{Author, Button, Card, Media, MediaSource, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// Converts any part to plain text, as the last resort of every side. The text is never empty.
/// What the bridge itself adds is in `language`.
pub fn as_text(part: &Part, language: Language) -> String {
    match part {
        Part::Text { text } => text.clone(),
        Part::Media(media) => plain_media(media, language),
        Part::Location { latitude, longitude, label } => {
            let link = map_link(*latitude, *longitude);
            label.as_ref().map_or_else(|| link.clone(), |label| format!("{label}\n{link}"))
        }
        Part::ContactCard { name, phone, more } => {
            let known: Vec<&str> = [name, phone].into_iter().flatten().chain(more).map(String::as_str).collect();
            if known.is_empty() { language.say(Sentence::ContactCard).into() } else { known.join("\n") }
        }
        Part::Sticker { url: Some(url), .. } => format!("{}\n{url}", language.say(Sentence::Sticker)),
        Part::Sticker { url: None, .. } => language.say(Sentence::Sticker).into(),
        Part::Buttons { buttons } => plain_buttons(buttons),
        Part::Carousel { cards } => plain_cards(cards),
        Part::Unsupported { what, text } => {
            let notice = language.say(Sentence::Unsupported { what: &language.translate(what) }).to_string();
            text.as_ref().map_or_else(|| notice.clone(), |text| format!("{notice}\n{text}"))
        }
    }
}

/// Puts the author's name before a text, for channels that show no sender of their own: `Ines: Hello`. The line of a
/// quote stays above the name. A blank name is left out.
pub fn signed(name: &str, text: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once('\n').filter(|(line, _)| line.starts_with("> ")) {
        _ if name.is_empty() => text.to_owned(),
        Some((quote, text)) => format!("{quote}\n{name}: {text}"),
        None => format!("{name}: {text}"),
    }
}

/// Returns parts with the name of the person who wrote them before the first text, or alone if there is no text.
pub fn written_by(name: &str, mut parts: Vec<Part>) -> Vec<Part> {
    match parts.first_mut() {
        Some(Part::Text { text } | Part::Media(Media { caption: Some(text), .. })) => *text = signed(name, text),
        _ => parts.insert(0, Part::text(format!("{name}:"))),
    }
    parts
}

/// The author's name of a message, until it has been put before one of the message's texts.
#[derive(Clone, Copy, Debug)]
pub struct Byline<'a>(Option<&'a str>);

impl<'a> Byline<'a> {
    /// Takes the name of a message's author. The byline is empty if the installation's options hide names or the author
    /// has none.
    pub fn of(options: &Options, author: Option<&'a Author>) -> Self {
        Self(author.and_then(|author| author.name.as_deref()).filter(|_| options.agent_name))
    }

    /// Returns the text with the name before it the first time, and unchanged afterwards. A blank text stays unchanged
    /// and does not use up the name.
    pub fn sign(&mut self, text: &str) -> String {
        if text.trim().is_empty() {
            return text.to_owned();
        }
        self.0.take().map_or_else(|| text.to_owned(), |name| signed(name, text))
    }
}

/// Returns the platform's id (at most `id_most` characters) and the label (at most `label_most` characters) of each
/// choice.
///
/// Returns `None` if a button is a link, or if a label is blank, too long or used twice: platforms refuse such choices.
pub fn choices(buttons: &[Button], label_most: usize, id_most: usize) -> Option<Vec<(String, &str)>> {
    let mut choices: Vec<(String, &str)> = Vec::new();
    for (index, button) in buttons.iter().enumerate() {
        let Button::Reply { label, text, .. } = button else { return None };
        let is_good =
            !label.trim().is_empty() && text::fits(label, TextLimit { max: label_most, unit: TextUnit::Chars });
        if !is_good || choices.iter().any(|(_, other)| other == label) {
            return None;
        }
        choices.push((
            text::truncate(&format!("{index}:{text}"), TextLimit { max: id_most, unit: TextUnit::Chars }).into_owned(),
            label,
        ));
    }
    Some(choices)
}

/// Returns a link that shows a place on a map.
pub fn map_link(latitude: f64, longitude: f64) -> String {
    format!("https://www.google.com/maps?q={latitude},{longitude}")
}

/// Formats choices as a numbered list, and links as their label followed by the URL.
pub fn plain_buttons(buttons: &[Button]) -> String {
    let mut number = 0;
    let lines: Vec<String> = buttons
        .iter()
        .map(|button| match button {
            Button::Reply { label, .. } => {
                number += 1;
                let number = number.to_string();
                // A choice that is its own number is not numbered again.
                if *label == number { number } else { format!("{number}. {label}") }
            }
            Button::Link { label, url } => format!("{label}: {url}"),
        })
        .collect();
    lines.join("\n")
}

/// Formats cards as their texts, links and buttons.
pub fn plain_cards(cards: &[Card]) -> String {
    cards.iter().map(plain_card).collect::<Vec<_>>().join("\n\n")
}

/// Returns the name of a file, or what it is.
pub fn name(media: &Media, language: Language) -> Cow<'_, str> {
    media.name.as_deref().map_or_else(|| language.translate(media.kind.word()), Cow::Borrowed)
}

fn plain_card(card: &Card) -> String {
    let mut lines: Vec<String> = [&card.title, &card.text, &card.image].into_iter().flatten().cloned().collect();
    if !card.buttons.is_empty() {
        lines.push(plain_buttons(&card.buttons));
    }
    lines.join("\n")
}

fn plain_media(media: &Media, language: Language) -> String {
    let mut lines = vec![format!("[{}]", name(media, language))];
    if let MediaSource::Link { url } | MediaSource::ShortLink { url } = &media.source {
        lines.push(url.clone());
    }
    lines.extend(media.caption.clone());
    lines.join("\n")
}
