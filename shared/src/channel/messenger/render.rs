//! Renders neutral messages as those of Messenger and Instagram
//! (<https://developers.facebook.com/docs/messenger-platform/reference/send-api>).

use http::Method;
use serde_json::{Value, json};

use super::{Messenger, wire::SEND_MESSAGE};
use crate::{
    adapter::{Account, Call, Delivery, RenderError},
    model::{
        features::{TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Button, Card, Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

const QUICK_REPLIES: usize = 13;
const TITLE: TextLimit = TextLimit { max: 20, unit: TextUnit::Chars };
const PAYLOAD: TextLimit = TextLimit { max: 1_000, unit: TextUnit::Chars };
/// The limits of a button template: the text above the buttons, and the number of buttons.
const TEMPLATE_TEXT: TextLimit = TextLimit { max: 640, unit: TextUnit::Chars };
const TEMPLATE_BUTTONS: usize = 3;
/// The limits of a generic template: the number of cards side by side, and the length of each text.
const CARDS: usize = 10;
const CARD_TEXT: TextLimit = TextLimit { max: 80, unit: TextUnit::Chars };

/// Returns the calls that deliver a message to its contact, in order. `is_late` says that a person wrote the message, and
/// that it comes later than 24 hours after the contact's last one.
pub(super) fn calls(
    platform: &Messenger,
    account: &Account<'_>,
    delivery: &Delivery<'_>,
    is_late: bool,
) -> Result<Vec<Call>, RenderError> {
    let byline = Byline::of(account.options, delivery.author);
    let mut messages = Messages { platform, byline, language: delivery.language, list: Vec::new() };
    for part in delivery.parts {
        messages.part(part);
    }
    if messages.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let path = format!("{}/messages", super::calls::sender(platform, account)?);
    let complete = |(index, mut message): (usize, Value)| {
        if let (true, Some(fields)) = (platform.has_metadata, message.as_object_mut()) {
            fields.insert("metadata".to_owned(), delivery.retry_key(index).into());
        }
        let mut body =
            json!({"recipient": {"id": delivery.contact.id}, "messaging_type": "RESPONSE", "message": message});
        if let (true, Some(fields)) = (is_late, body.as_object_mut()) {
            fields.insert("messaging_type".to_owned(), "MESSAGE_TAG".into());
            fields.insert("tag".to_owned(), "HUMAN_AGENT".into());
        }
        let quoted = delivery.quote.and_then(|quote| quote.id.as_ref()).filter(|_| index == 0);
        if let (Some(quoted), Some(fields)) = (quoted, body.as_object_mut()) {
            fields.insert("reply_to".to_owned(), json!({"mid": quoted}));
        }
        super::calls::to(account, SEND_MESSAGE, Method::POST, &path)?.json(&body).build()
    };
    messages.list.into_iter().enumerate().map(complete).collect()
}

struct Messages<'a> {
    platform: &'a Messenger,
    byline: Byline<'a>,
    language: Language,
    list: Vec<Value>,
}

impl Messages<'_> {
    fn part(&mut self, part: &Part) {
        match part {
            Part::Media(media) => self.media(media),
            Part::Buttons { buttons } => self.buttons(buttons),
            Part::Carousel { cards } => self.cards(cards),
            other => self.text(&fit::as_text(other, self.language)),
        }
    }

    fn text(&mut self, text: &str) {
        let text = self.byline.sign(text);
        for piece in text::split(&text, self.platform.features.text) {
            self.list.push(json!({"text": piece}));
        }
    }

    fn media(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone()), self.language));
        };
        let kind = match media.kind {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::File => "file",
        };
        let mut payload = json!({"url": url});
        if let (true, Some(fields)) = (self.platform.reuses_files, payload.as_object_mut()) {
            fields.insert("is_reusable".to_owned(), true.into());
        }
        self.list.push(json!({"attachment": {"type": kind, "payload": payload}}));
        self.text(media.caption.as_deref().unwrap_or_default());
    }

    /// Adds replies as quick replies below the text before them, links as a button template, and anything else as text.
    fn buttons(&mut self, buttons: &[Button]) {
        let replies: Option<Vec<Value>> = buttons.iter().map(quick_reply).collect();
        if let Some(replies) = replies.filter(|replies| (1..=QUICK_REPLIES).contains(&replies.len())) {
            let is_text = self.list.last().is_some_and(|last| last.get("text").is_some());
            if !is_text {
                self.text(&fit::plain_buttons(buttons));
            }
            if let Some(last) = self.list.last_mut().and_then(Value::as_object_mut) {
                last.insert("quick_replies".to_owned(), replies.into());
            }
            return;
        }
        let all: Option<Vec<Value>> = buttons.iter().map(button).collect();
        match all.filter(|all| (1..=TEMPLATE_BUTTONS).contains(&all.len())) {
            Some(all) => {
                let before = self.list.last().and_then(|last| last.get("text")?.as_str().map(str::to_owned));
                let before = before.filter(|text| text::fits(text, TEMPLATE_TEXT));
                if before.is_some() {
                    self.list.pop();
                }
                let text = before.unwrap_or_else(|| fit::plain_buttons(buttons));
                let text = text::truncate(&text, TEMPLATE_TEXT).into_owned();
                let payload = json!({"template_type": "button", "text": text, "buttons": all});
                self.list.push(json!({"attachment": {"type": "template", "payload": payload}}));
            }
            None => self.text(&fit::plain_buttons(buttons)),
        }
    }

    fn cards(&mut self, cards: &[Card]) {
        let elements: Option<Vec<Value>> = cards.iter().map(card).collect();
        match elements.filter(|elements| (1..=CARDS).contains(&elements.len())) {
            Some(elements) => {
                let payload = json!({"template_type": "generic", "elements": elements});
                self.list.push(json!({"attachment": {"type": "template", "payload": payload}}));
            }
            None => self.text(&fit::plain_cards(cards)),
        }
    }
}

fn quick_reply(button: &Button) -> Option<Value> {
    let Button::Reply { label, text, .. } = button else { return None };
    let fits = text::fits(label, TITLE) && !label.trim().is_empty() && text::fits(text, PAYLOAD);
    fits.then(|| json!({"content_type": "text", "title": label, "payload": text}))
}

fn button(button: &Button) -> Option<Value> {
    if !text::fits(button.label(), TITLE) || button.label().trim().is_empty() {
        return None;
    }
    match button {
        Button::Link { label, url } if url.starts_with("http") => {
            Some(json!({"type": "web_url", "url": url, "title": label}))
        }
        Button::Reply { label, text, .. } if text::fits(text, PAYLOAD) => {
            Some(json!({"type": "postback", "title": label, "payload": text}))
        }
        _ => None,
    }
}

fn card(card: &Card) -> Option<Value> {
    let title = card.title.as_deref().or(card.text.as_deref()).filter(|title| text::fits(title, CARD_TEXT))?;
    let buttons: Vec<Value> = card.buttons.iter().map(button).collect::<Option<_>>()?;
    if buttons.len() > TEMPLATE_BUTTONS {
        return None;
    }
    let mut element = json!({"title": title});
    let fields = element.as_object_mut()?;
    if let Some(text) = card.text.as_deref().filter(|_| card.title.is_some()) {
        if !text::fits(text, CARD_TEXT) {
            return None;
        }
        fields.insert("subtitle".to_owned(), text.into());
    }
    if let Some(image) = &card.image {
        fields.insert("image_url".to_owned(), image.as_str().into());
    }
    if !buttons.is_empty() {
        fields.insert("buttons".to_owned(), buttons.into());
    }
    Some(element)
}
