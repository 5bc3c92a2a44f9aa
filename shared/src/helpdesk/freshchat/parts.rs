//! Converts Freshchat's message parts into neutral parts. Nothing is dropped silently: content that cannot be read
//! becomes a notice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::{self, Attachment, Message};
use crate::{
    helpdesk::is_link,
    model::message::{Button, Card, Media, MediaKind, MediaSource, Part},
    tools::json::Json,
};

/// The maximum number of parts of a message. One more part says that there are others.
const PARTS: usize = 200;
/// The maximum nesting of parts. A reply in a card of a carousel is at depth 3.
const DEPTH: usize = 8;

/// The content of a message.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The parts, in order, with replies last.
    pub parts: Vec<Part>,
    /// The files, in the order in which [`FileRef::position`] counts them.
    pub files: Vec<Attachment>,
}

/// The reference to a file whose link was not ready when its event arrived.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct FileRef {
    pub conversation: String,
    pub message: String,
    /// The position of the file among the message's files, from 0.
    pub position: usize,
    /// Freshchat's own name of the file, if the event contained it.
    pub hash: Option<String>,
}

/// Reads `message_parts` and `reply_parts`. The result is empty only for a message whose lists of parts are empty; a
/// message without any list becomes a notice.
pub(super) fn contents(message: &Message, conversation: Option<&str>) -> Contents {
    let mut reader = Reader { message, conversation, contents: Contents::default() };
    let lists = [message.message_parts.json(), message.reply_parts.json()];
    for list in lists {
        reader.any(list, 0);
    }
    let mut there = lists.into_iter().filter(|list| !list.is_null()).peekable();
    let says_nothing = there.peek().is_some() && there.all(|list| list.is_array() && list.item(0).is_none());
    let mut contents = reader.contents;
    if contents.parts.is_empty() && !says_nothing {
        contents.parts.push(unsupported("message", None));
    }
    contents
}

struct Reader<'a> {
    message: &'a Message,
    conversation: Option<&'a str>,
    contents: Contents,
}

impl Reader<'_> {
    fn any(&mut self, value: Json<'_>, depth: usize) {
        if value.is_null() || self.contents.parts.len() > PARTS {
            return;
        }
        if value.is_object() && depth < DEPTH {
            self.part(value, depth + 1);
        } else if value.is_array() && depth < DEPTH {
            value.each(|part| self.any(part, depth + 1));
        } else {
            self.push(unsupported("message", value.filled_text()));
        }
    }

    /// Reads one part. The key that is not `null` is the part's type.
    fn part(&mut self, part: Json<'_>, depth: usize) {
        let fields: BTreeMap<String, Json<'_>> = part.decode().unwrap_or_default();
        for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "text" => {
                    let content = value.get("content").unwrap_or(value);
                    match content.text() {
                        Some(text) => self.text(Some(text.into_owned())),
                        None if content.is_null() => {}
                        None => self.push(unsupported("message", None)),
                    }
                }
                "image" => self.file(MediaKind::Image, value),
                "video" => self.file(MediaKind::Video, value),
                "file" => self.file(MediaKind::File, value),
                "url_button" | "quick_reply_button" | "callback" => self.button(&key, value),
                "collection" => self.any(value.get("sub_parts").unwrap_or(value), depth),
                "template_content" => self.template(value, depth),
                "reference" | "faq" | "email" | "help_text" => match readable(value) {
                    Some(text) => self.text(Some(text)),
                    None => self.push(unsupported(&key, None)),
                },
                _ => self.push(unsupported(&key, readable(value))),
            }
        }
    }

    fn push(&mut self, part: Part) {
        match self.contents.parts.len() {
            PARTS => self.contents.parts.push(unsupported("message", None)),
            len if len < PARTS => self.contents.parts.push(part),
            _ => {}
        }
    }

    fn text(&mut self, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.push(Part::text(text));
        }
    }

    /// Adds a file. Its link expires with its signature, so the relay copies the file at once; a link that is not there
    /// yet is fetched later. An agent's long text, which Freshchat turns into a `text/plain` file, stays a file: only a
    /// download could tell it from a log or a list that the agent attached.
    fn file(&mut self, kind: MediaKind, value: Json<'_>) {
        let file: Attachment = wire::record(value);
        let content_type = file.content_type().owned();
        // Freshchat sends recordings as videos.
        let kind = match (kind, content_type.as_deref().map(MediaKind::of)) {
            (MediaKind::Video, Some(MediaKind::Audio)) => MediaKind::Audio,
            (kind, _) => kind,
        };
        let link = file.url.text().filter(|url| is_link(url));
        let source = match link.map(|url| MediaSource::ShortLink { url: url.to_owned() }) {
            Some(source) => source,
            None => match self.reference(&file) {
                Some(id) => MediaSource::Reference { id },
                None => return self.push(unsupported("file", file.name().owned())),
            },
        };
        self.push(Part::Media(Media {
            name: file.name().owned(),
            content_type,
            size: file.size(),
            ..Media::new(kind, source)
        }));
        if self.contents.files.len() < PARTS {
            self.contents.files.push(file);
        }
    }

    /// Returns the reference to a file, if its message is known.
    fn reference(&self, file: &Attachment) -> Option<String> {
        let reference = FileRef {
            conversation: self.conversation?.to_owned(),
            message: self.message.id.owned()?,
            position: self.contents.files.len(),
            hash: file.hash().owned(),
        };
        serde_json::to_string(&reference).ok()
    }

    /// Adds a button. Consecutive buttons form one part.
    fn button(&mut self, key: &str, value: Json<'_>) {
        match (button(key, value), self.contents.parts.last_mut()) {
            (Some(button), Some(Part::Buttons { buttons })) => buttons.push(button),
            (Some(button), _) => self.push(Part::Buttons { buttons: vec![button] }),
            (None, _) => match text_at(value, "label") {
                Some(label) => self.text(Some(label)),
                None => self.push(unsupported(key, None)),
            },
        }
    }

    fn template(&mut self, value: Json<'_>, depth: usize) {
        match value.get("type").and_then(Json::text).as_deref() {
            Some("carousel") => {
                let card_in = |part: Json<'_>| part.get("template_content").filter(|card| card.is_object()).map(card);
                let mut cards = Vec::new();
                each_inner(value, |part| cards.extend(card_in(part)));
                self.cards(cards);
                each_inner(value, |part| {
                    if card_in(part).is_none() {
                        self.any(part, depth);
                    }
                });
            }
            Some("carousel_card_default") => self.cards(vec![card(value)]),
            // A drop-down of quick replies, or a template added later: the parts inside are shown one by one.
            _ => {
                let mut is_empty = true;
                each_inner(value, |part| {
                    is_empty = false;
                    self.any(part, depth);
                });
                if is_empty {
                    self.push(unsupported("template", None));
                }
            }
        }
    }

    fn cards(&mut self, mut cards: Vec<Card>) {
        cards.retain(|card| *card != Card::default());
        self.push(if cards.is_empty() { unsupported("carousel", None) } else { Part::Carousel { cards } });
    }
}

fn button(key: &str, value: Json<'_>) -> Option<Button> {
    let label = text_at(value, "label");
    match key {
        "url_button" => {
            let url = text_at(value, "url")?;
            Some(Button::Link { label: label.unwrap_or_else(|| url.clone()), url })
        }
        // The button sends back what a person would say, because agents read it. The bot gets its payload beside it.
        "quick_reply_button" => {
            let text = text_at(value, "custom_reply_text").or_else(|| label.clone())?;
            Some(Button::Reply {
                label: label.unwrap_or_else(|| text.clone()),
                text,
                payload: text_at(value, "payload"),
            })
        }
        _ => label.map(|label| Button::Reply { text: label.clone(), label, payload: text_at(value, "payload") }),
    }
}

fn card(template: Json<'_>) -> Card {
    let mut card = Card::default();
    list_at(template, "sections").each(|section| {
        let is_title = section.get("name").and_then(Json::text).as_deref() == Some("title");
        list_at(section, "parts").each(|part| {
            let fields: BTreeMap<String, Json<'_>> = part.decode().unwrap_or_default();
            for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
                match key.as_str() {
                    "text" if is_title && card.title.is_none() => card.title = text_at(value, "content"),
                    "text" => add_line(&mut card.text, text_at(value, "content")),
                    "image" if card.image.is_none() => card.image = text_at(value, "url"),
                    // A card has room for one picture; other files become links in its text.
                    "image" | "video" | "file" => add_line(&mut card.text, text_at(value, "url")),
                    "collection" => list_at(value, "sub_parts").each(|part| {
                        let fields: BTreeMap<String, Json<'_>> = part.decode().unwrap_or_default();
                        card.buttons.extend(fields.into_iter().filter_map(|(key, value)| button(&key, value)));
                    }),
                    _ => card.buttons.extend(button(&key, value)),
                }
            }
        });
    });
    card
}

fn add_line(text: &mut Option<String>, line: Option<String>) {
    match (text, line) {
        (Some(text), Some(line)) => {
            text.push('\n');
            text.push_str(&line);
        }
        (text @ None, line) => *text = line,
        (Some(_), None) => {}
    }
}

/// Passes the parts in a template's sections to `take`.
fn each_inner<'a>(template: Json<'a>, mut take: impl FnMut(Json<'a>)) {
    list_at(template, "sections").each(|section| list_at(section, "parts").each(&mut take));
}

fn list_at<'a>(value: Json<'a>, key: &str) -> Json<'a> {
    value.get(key).unwrap_or_default()
}

fn text_at(value: Json<'_>, key: &str) -> Option<String> {
    value.get(key)?.filled_text()
}

/// Returns the texts that people can read in a part without a counterpart.
fn readable(value: Json<'_>) -> Option<String> {
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
