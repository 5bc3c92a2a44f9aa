//! Freshchat's message parts as neutral parts. Nothing is dropped in silence: what cannot be read becomes a notice.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::wire::{Attachment, Message};
use crate::{
    message::{Button, Card, Media, MediaKind, MediaSource, Part},
    webhook::ParseError,
};

/// What a message consists of.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Its parts, in order; replies last.
    pub parts: Vec<Part>,
    /// Its files, in the order in which [`FileRef::position`] counts them.
    pub files: Vec<Attachment>,
}

/// How to find a file again whose link was not ready when its event came.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct FileRef {
    pub conversation: String,
    pub message: String,
    /// Which of the message's files it is, from 0.
    pub position: usize,
    /// Freshchat's own name of the file, where the event told it.
    pub hash: Option<String>,
}

/// Reads `message_parts` and `reply_parts`.
pub(super) fn contents(message: &Message, conversation: &str, path: &str) -> Result<Contents, ParseError> {
    let mut reader = Reader { message, conversation, contents: Contents::default() };
    let mut seen = 0;
    for (value, field) in [(&message.message_parts, "message_parts"), (&message.reply_parts, "reply_parts")] {
        match value {
            Value::Null => {}
            Value::Array(parts) => {
                seen += parts.len();
                parts.iter().for_each(|part| reader.any(part));
            }
            _ => return Err(ParseError::bad(&format!("{path}.{field}"), "a list of message parts")),
        }
    }
    let mut contents = reader.contents;
    if contents.parts.is_empty() && seen > 0 {
        contents.parts.push(unsupported("message", None));
    }
    Ok(contents)
}

struct Reader<'a> {
    message: &'a Message,
    conversation: &'a str,
    contents: Contents,
}

impl Reader<'_> {
    fn any(&mut self, value: &Value) {
        match value {
            Value::Object(part) => self.part(part),
            Value::Array(parts) => parts.iter().for_each(|part| self.any(part)),
            Value::Null => {}
            _ => self.contents.parts.push(unsupported("message", None)),
        }
    }

    /// One part: the key that is not `null` says what it is.
    fn part(&mut self, part: &Map<String, Value>) {
        for (key, value) in part.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "text" => match value.get("content").unwrap_or(value) {
                    Value::Null => {}
                    Value::String(text) => self.text(Some(text.clone())),
                    _ => self.contents.parts.push(unsupported("message", None)),
                },
                "image" => self.file(MediaKind::Image, value),
                "video" => self.file(MediaKind::Video, value),
                "file" => self.file(MediaKind::File, value),
                "url_button" | "quick_reply_button" | "callback" => self.button(key, value),
                "collection" => self.any(value.get("sub_parts").unwrap_or(value)),
                "template_content" => self.template(value),
                "reference" | "faq" | "email" | "help_text" => match readable(value) {
                    Some(text) => self.text(Some(text)),
                    None => self.contents.parts.push(unsupported(key, None)),
                },
                _ => self.contents.parts.push(unsupported(key, readable(value))),
            }
        }
    }

    fn text(&mut self, text: Option<String>) {
        self.contents.parts.extend(text.filter(|text| !text.trim().is_empty()).map(Part::text));
    }

    /// A link dies when its signature does, so the relay copies the file at once; one that is not there yet is looked
    /// for later. An agent's long text, which Freshchat turns into a `text/plain` file, stays the file that it is: only
    /// who downloads it could tell it from a log or a list that the agent attached.
    fn file(&mut self, kind: MediaKind, value: &Value) {
        let file: Attachment = decode(value);
        let content_type = file.content_type().owned();
        // Recordings travel as videos.
        let kind = match (kind, content_type.as_deref().map(MediaKind::of)) {
            (MediaKind::Video, Some(MediaKind::Audio)) => MediaKind::Audio,
            (kind, _) => kind,
        };
        let source = match file.url.text() {
            Some(url) => MediaSource::ShortLink { url: url.to_owned() },
            None => MediaSource::Reference { id: self.reference(&file) },
        };
        self.contents.parts.push(Part::Media(Media {
            name: file.name().owned(),
            content_type,
            size: file.size(),
            ..Media::new(kind, source)
        }));
        self.contents.files.push(file);
    }

    fn reference(&self, file: &Attachment) -> String {
        let reference = FileRef {
            conversation: self.conversation.to_owned(),
            message: self.message.id.text().unwrap_or_default().to_owned(),
            position: self.contents.files.len(),
            hash: file.hash().owned(),
        };
        serde_json::to_string(&reference).unwrap_or_default()
    }

    /// Choices that stand side by side are one part.
    fn button(&mut self, key: &str, value: &Value) {
        match (button(key, value), self.contents.parts.last_mut()) {
            (Some(button), Some(Part::Buttons { buttons })) => buttons.push(button),
            (Some(button), _) => self.contents.parts.push(Part::Buttons { buttons: vec![button] }),
            (None, _) => match text_at(value, "label") {
                Some(label) => self.text(Some(label)),
                None => self.contents.parts.push(unsupported(key, None)),
            },
        }
    }

    fn template(&mut self, value: &Value) {
        match value.get("type").and_then(Value::as_str) {
            Some("carousel") => {
                let is_card = |part: &&Value| part.get("template_content").is_some_and(Value::is_object);
                let (cards, others): (Vec<&Value>, Vec<&Value>) = inner(value).partition(is_card);
                self.cards(cards.into_iter().filter_map(|part| part.get("template_content")).map(card).collect());
                others.into_iter().for_each(|part| self.any(part));
            }
            Some("carousel_card_default") => self.cards(vec![card(value)]),
            _ if inner(value).next().is_none() => self.contents.parts.push(unsupported("template", None)),
            // A drop-down of quick replies, or a template of tomorrow: what is inside is shown one by one.
            _ => inner(value).for_each(|part| self.any(part)),
        }
    }

    fn cards(&mut self, cards: Vec<Card>) {
        let cards: Vec<Card> = cards.into_iter().filter(|card| *card != Card::default()).collect();
        self.contents.parts.push(if cards.is_empty() {
            unsupported("carousel", None)
        } else {
            Part::Carousel { cards }
        });
    }
}

fn button(key: &str, value: &Value) -> Option<Button> {
    let label = text_at(value, "label");
    match key {
        "url_button" => {
            let url = text_at(value, "url")?;
            Some(Button::Link { label: label.unwrap_or_else(|| url.clone()), url })
        }
        // What comes back is what a person would say, not the bot's payload: agents read it.
        "quick_reply_button" => {
            let text = text_at(value, "custom_reply_text").or_else(|| label.clone())?;
            Some(Button::Reply { label: label.unwrap_or_else(|| text.clone()), text })
        }
        _ => label.map(|label| Button::Reply { text: label.clone(), label }),
    }
}

fn card(template: &Value) -> Card {
    let mut card = Card::default();
    for section in items(template.get("sections")) {
        let name = section.get("name").and_then(Value::as_str).unwrap_or_default();
        for part in items(section.get("parts")).filter_map(Value::as_object) {
            for (key, value) in part.iter().filter(|(_, value)| !value.is_null()) {
                match (key.as_str(), name) {
                    ("text", "title") if card.title.is_none() => card.title = text_at(value, "content"),
                    ("text", _) => card.text = joined(card.text.take(), text_at(value, "content")),
                    ("image", _) if card.image.is_none() => card.image = text_at(value, "url"),
                    // A card has room for one picture; other files are links in its text.
                    ("image" | "video" | "file", _) => card.text = joined(card.text.take(), text_at(value, "url")),
                    _ => card.buttons.extend(button_in(key, value)),
                }
            }
        }
    }
    card
}

fn joined(text: Option<String>, line: Option<String>) -> Option<String> {
    let lines: Vec<String> = text.into_iter().chain(line).collect();
    Some(lines.join("\n")).filter(|text| !text.is_empty())
}

fn button_in(key: &str, value: &Value) -> Vec<Button> {
    match key {
        "collection" => items(value.get("sub_parts"))
            .filter_map(Value::as_object)
            .flat_map(|part| part.iter().filter_map(|(key, value)| button(key, value)))
            .collect(),
        _ => button(key, value).into_iter().collect(),
    }
}

fn inner(template: &Value) -> impl Iterator<Item = &Value> {
    items(template.get("sections")).flat_map(|section| items(section.get("parts")))
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text_at(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// Whatever people can read in a part that has no counterpart.
fn readable(value: &Value) -> Option<String> {
    let texts: Vec<String> = ["title", "subject", "label", "question", "text", "content", "url"]
        .iter()
        .filter_map(|key| text_at(value, key).or_else(|| text_at(value.get(key)?, "content")))
        .collect();
    Some(texts.join("\n")).filter(|text| !text.is_empty())
}

fn unsupported(key: &str, text: Option<String>) -> Part {
    let what = match key {
        "csat" => "survey".to_owned(),
        key => key.chars().take(40).collect::<String>().replace('_', " "),
    };
    Part::Unsupported { what, text }
}

fn decode<T: DeserializeOwned + Default>(value: &Value) -> T {
    T::deserialize(value).unwrap_or_default()
}
