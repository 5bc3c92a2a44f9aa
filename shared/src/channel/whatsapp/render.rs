//! Renders neutral messages as WhatsApp's
//! (<https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages>).

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use super::{
    FEATURES, PHONE_NUMBER_ID,
    cards::{self, BUTTONS, cta_url},
    wire::SEND_MESSAGE,
};
use crate::{
    adapter::{Account, Call, Delivery, RenderError},
    channel::template::{self, ButtonValue, Header, Slots, Template},
    model::{
        features::{TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Button, Card, Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{file_type::is_voice, language::Language, sentences::Sentence},
};

const fn chars(max: usize) -> TextLimit {
    TextLimit { max, unit: TextUnit::Chars }
}

/// The limit of a caption, and of the text above buttons.
const BODY: TextLimit = chars(1_024);
/// The maximum number of rows in a list.
const ROWS: usize = 10;
/// The language of a template that an agent requests without one.
pub(super) const LANGUAGE: &str = "en_US";

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let byline = Byline::of(account.options, delivery.author);
    let mut messages = Messages { byline, language: delivery.language, list: Vec::new() };
    for part in delivery.parts {
        messages.part(part)?;
    }
    if messages.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let id = &delivery.contact.id;
    // A business-scoped id is not a number.
    let receiver = if id.bytes().all(|byte| byte.is_ascii_digit()) { "to" } else { "recipient" };
    let path = format!("{}/messages", account.require(PHONE_NUMBER_ID)?);
    let complete = |(index, mut content): (usize, Value)| {
        let head = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", receiver: id,
            "biz_opaque_callback_data": delivery.retry_key(index),
        });
        if let (Some(content), Value::Object(head)) = (content.as_object_mut(), head) {
            content.extend(head);
            if let Some(quoted) = delivery.quote.and_then(|quote| quote.id.as_ref()).filter(|_| index == 0) {
                content.insert("context".to_owned(), json!({"message_id": quoted}));
            }
        }
        super::calls::to(account, SEND_MESSAGE, Method::POST, &path)?.json(&content).build()
    };
    messages.list.into_iter().enumerate().map(complete).collect()
}

struct Messages<'a> {
    byline: Byline<'a>,
    language: Language,
    list: Vec<Value>,
}

impl Messages<'_> {
    fn part(&mut self, part: &Part) -> Result<(), RenderError> {
        match part {
            Part::Text { text } => match template::asked_for(text) {
                Some(template) => return self.template(&template),
                None => self.text(text),
            },
            Part::Media(media) => self.media(media),
            Part::Location { latitude, longitude, label } => {
                let mut location = json!({"latitude": latitude, "longitude": longitude});
                if let (Some(label), Some(fields)) = (label.as_deref(), location.as_object_mut()) {
                    let (name, address) = label.split_once('\n').map_or((label, None), |(a, b)| (a, Some(b)));
                    fields.insert("name".to_owned(), name.into());
                    if let Some(address) = address {
                        fields.insert("address".to_owned(), address.into());
                    }
                }
                self.list.push(json!({"type": "location", "location": location}));
            }
            Part::ContactCard { name, phone: Some(phone), more } if more.is_empty() => {
                let name = name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(phone);
                let first = name.split_whitespace().next().unwrap_or(name);
                self.list.push(json!({"type": "contacts", "contacts": [{
                    "name": {"formatted_name": name, "first_name": first}, "phones": [{"phone": phone, "type": "WORK"}],
                }]}));
            }
            Part::Buttons { buttons } => self.buttons(buttons),
            Part::Carousel { cards } => self.cards(cards),
            other => self.text(&fit::as_text(other, self.language)),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let text = self.byline.sign(text);
        for piece in text::split(&text, FEATURES.text) {
            self.list.push(json!({"type": "text", "text": {"body": piece, "preview_url": false}}));
        }
    }

    fn template(&mut self, template: &Template<'_>) -> Result<(), RenderError> {
        let language = template.language.unwrap_or(LANGUAGE);
        let mut body = json!({"name": template.name, "language": {"code": language}});
        let components = components(&template.slots()?);
        if let (false, Some(fields)) = (components.is_empty(), body.as_object_mut()) {
            fields.insert("components".to_owned(), components.into());
        }
        self.list.push(json!({"type": "template", "template": body}));
        Ok(())
    }

    fn media(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone()), self.language));
        };
        let kind = match media.kind {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::File => "document",
        };
        let mut file = json!({"link": url});
        let caption = self.byline.sign(media.caption.as_deref().unwrap_or_default());
        let is_inside = kind != "audio" && text::fits(&caption, BODY) && !caption.trim().is_empty();
        if let Some(fields) = file.as_object_mut() {
            if is_inside {
                fields.insert("caption".to_owned(), caption.as_str().into());
            }
            if let (MediaKind::File, Some(name)) = (media.kind, &media.name) {
                fields.insert("filename".to_owned(), text::truncate(name, chars(100)).into());
            }
            if kind == "audio" && is_voice(url, media.content_type.as_deref()) {
                fields.insert("voice".to_owned(), true.into());
            }
        }
        self.list.push(json!({"type": kind, kind: file}));
        if !is_inside {
            self.text(&caption);
        }
    }

    /// Adds choices below the text before them: up to three as buttons, up to ten as a list, one link as a link button,
    /// and anything else as text. A file before the text, or with it as its caption, stands above buttons.
    fn buttons(&mut self, buttons: &[Button]) {
        let link = match buttons {
            [Button::Link { label, url }] => cta_url(label, url),
            _ => None,
        };
        let replies = fit::choices(buttons, 20, 256).filter(|choices| (1..=BUTTONS).contains(&choices.len()));
        let (kind, action) = match (link, replies, rows(buttons)) {
            (Some(action), ..) => ("cta_url", action),
            (None, Some(choices), _) => {
                let button =
                    |(id, title): &(String, &str)| json!({"type": "reply", "reply": {"id": id, "title": title}});
                ("button", json!({"buttons": choices.iter().map(button).collect::<Vec<_>>()}))
            }
            (None, None, Some(rows)) => (
                "list",
                json!({"button": self.language.say(Sentence::Choose).to_string(), "sections": [{"rows": rows}]}),
            ),
            (None, None, None) => return self.text(&fit::plain_buttons(buttons)),
        };
        let body = self.body();
        let header = if kind == "list" { None } else { self.header(body.is_none()) };
        let (header, caption) = header.unwrap_or_default();
        let body = body.or(caption).unwrap_or_else(|| self.byline.sign(&fit::plain_buttons(buttons)));
        self.interactive(kind, &body, action, header);
    }

    /// Adds cards side by side, below the text before them if there is one.
    fn cards(&mut self, cards: &[Card]) {
        match cards::action(cards) {
            Some(action) => {
                let body = self.body().unwrap_or_else(|| self.byline.sign(&cards::titles(cards)));
                let body = if body.trim().is_empty() { self.language.say(Sentence::Choose).into() } else { body };
                self.interactive("carousel", &body, action, Value::Null);
            }
            None => self.text(&fit::plain_cards(cards)),
        }
    }

    fn interactive(&mut self, kind: &str, body: &str, action: Value, header: Value) {
        let body = text::truncate(body, BODY).into_owned();
        let mut interactive = json!({"type": kind, "body": {"text": body}, "action": action});
        if let (false, Some(fields)) = (header.is_null(), interactive.as_object_mut()) {
            fields.insert("header".to_owned(), header);
        }
        self.list.push(json!({"type": "interactive", "interactive": interactive}));
    }

    /// Takes the file before the buttons off the list, to show it above them. Returns the header, and the file's caption,
    /// which a header does not have: a file with a caption stays where it is unless `takes_caption`.
    fn header(&mut self, takes_caption: bool) -> Option<(Value, Option<String>)> {
        let last = self.list.last_mut()?;
        let kind =
            last.get("type")?.as_str().filter(|kind| matches!(*kind, "image" | "video" | "document"))?.to_owned();
        let file = last.get_mut(&kind)?.as_object_mut()?;
        if file.contains_key("caption") && !takes_caption {
            return None;
        }
        let caption = file.remove("caption").and_then(|caption| caption.as_str().map(str::to_owned));
        let header = json!({"type": kind, kind.as_str(): file});
        self.list.pop();
        Some((header, caption))
    }

    /// Takes the text before the buttons off the list, to show it with the buttons.
    fn body(&mut self) -> Option<String> {
        let text = self.list.last()?.pointer("/text/body")?.as_str()?.to_owned();
        if !text::fits(&text, BODY) {
            return None;
        }
        self.list.pop();
        Some(text)
    }
}

/// Returns the rows of a list, or `None` if the choices do not fit. A long choice stands below its beginning.
fn rows(buttons: &[Button]) -> Option<Vec<Value>> {
    let choices = fit::choices(buttons, 72, 200).filter(|choices| (1..=ROWS).contains(&choices.len()))?;
    let mut titles = BTreeSet::new();
    let row = |(id, label): &(String, &str)| {
        let title = text::truncate(label, chars(24)).into_owned();
        let mut row = json!({"id": id, "title": title});
        if let (true, Some(fields)) = (title != *label, row.as_object_mut()) {
            fields.insert("description".to_owned(), (*label).into());
        }
        titles.insert(title).then_some(row)
    };
    choices.iter().map(row).collect()
}

/// Returns the components of a template that its values fill
/// (<https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates>).
fn components(slots: &Slots<'_>) -> Vec<Value> {
    let text = |(name, text): &(Option<&str>, &str)| match name {
        Some(name) => json!({"type": "text", "parameter_name": name, "text": text}),
        None => json!({"type": "text", "text": text}),
    };
    let header = slots.header.as_ref().map(|header| match header {
        Header::Text(name, words) => text(&(*name, words)),
        Header::File { kind: "document", url, name } => {
            let name = name.unwrap_or("document");
            json!({"type": "document", "document": {"link": url, "filename": text::truncate(name, chars(100))}})
        }
        Header::File { kind, url, .. } => json!({"type": kind, *kind: {"link": url}}),
        Header::Location { latitude, longitude, name, address } => {
            let place = json!({"latitude": latitude, "longitude": longitude, "name": name, "address": address});
            json!({"type": "location", "location": place})
        }
    });
    let header = header.map(|value| json!({"type": "header", "parameters": [value]}));
    let body: Vec<Value> = slots.body.iter().map(text).collect();
    let body = (!body.is_empty()).then(|| json!({"type": "body", "parameters": body}));
    let buttons = slots.buttons.iter().map(|(index, value)| {
        let (kind, value) = match value {
            ButtonValue::Link(text) => ("url", json!({"type": "text", "text": text})),
            ButtonValue::Payload(payload) => ("quick_reply", json!({"type": "payload", "payload": payload})),
            ButtonValue::Code(code) => ("copy_code", json!({"type": "coupon_code", "coupon_code": code})),
        };
        json!({"type": "button", "sub_type": kind, "index": index.to_string(), "parameters": [value]})
    });
    header.into_iter().chain(body).chain(buttons).collect()
}
