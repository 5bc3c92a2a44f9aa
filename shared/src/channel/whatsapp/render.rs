//! Renders neutral messages as WhatsApp's
//! (<https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages>).

use http::Method;
use serde_json::{Value, json};

use super::{FEATURES, PHONE_NUMBER_ID, wire::SEND_MESSAGE};
use crate::{
    adapter::{Account, Call, Delivery, RenderError},
    channel::template::{self, Template},
    model::{
        features::{TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Button, Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{file_type::is_voice, sentences::Sentence},
};

const fn chars(max: usize) -> TextLimit {
    TextLimit { max, unit: TextUnit::Chars }
}

/// The limit of a caption, and of the text above buttons.
const BODY: TextLimit = chars(1_024);
/// The maximum number of buttons below a text, and of rows in a list.
const BUTTONS: usize = 3;
const ROWS: usize = 10;
/// The language of a template that an agent requests without one.
const LANGUAGE: &str = "en_US";

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let mut messages = Messages { byline: Byline::of(account.options, delivery.author), list: Vec::new() };
    for part in delivery.parts {
        messages.part(part);
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
    list: Vec<Value>,
}

impl Messages<'_> {
    fn part(&mut self, part: &Part) {
        match part {
            Part::Text { text } => match template::asked_for(text) {
                Some(template) => self.template(&template),
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
            other => self.text(&fit::as_text(other)),
        }
    }

    fn text(&mut self, text: &str) {
        let text = self.byline.sign(text);
        for piece in text::split(&text, FEATURES.text) {
            self.list.push(json!({"type": "text", "text": {"body": piece, "preview_url": false}}));
        }
    }

    fn template(&mut self, template: &Template<'_>) {
        let language = template.language.unwrap_or(LANGUAGE);
        let mut body = json!({"name": template.name, "language": {"code": language}});
        if let (false, Some(fields)) = (template.values.is_empty(), body.as_object_mut()) {
            let values: Vec<Value> =
                template.values.iter().map(|value| json!({"type": "text", "text": value})).collect();
            fields.insert("components".to_owned(), json!([{"type": "body", "parameters": values}]));
        }
        self.list.push(json!({"type": "template", "template": body}));
    }

    fn media(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone())));
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
    /// and anything else as text.
    fn buttons(&mut self, buttons: &[Button]) {
        let (kind, action) = match (buttons, fit::choices(buttons, 20, 256), fit::choices(buttons, 24, 200)) {
            ([Button::Link { label, url }], ..) if text::fits(label, chars(20)) && url.starts_with("http") => {
                ("cta_url", json!({"name": "cta_url", "parameters": {"display_text": label, "url": url}}))
            }
            (_, Some(choices), _) if (1..=BUTTONS).contains(&choices.len()) => {
                let button =
                    |(id, title): &(String, &str)| json!({"type": "reply", "reply": {"id": id, "title": title}});
                ("button", json!({"buttons": choices.iter().map(button).collect::<Vec<_>>()}))
            }
            (_, _, Some(choices)) if (1..=ROWS).contains(&choices.len()) => {
                let row = |(id, title): &(String, &str)| json!({"id": id, "title": title});
                let rows: Vec<Value> = choices.iter().map(row).collect();
                ("list", json!({"button": "…", "sections": [{"rows": rows}]}))
            }
            _ => return self.text(&fit::plain_buttons(buttons)),
        };
        let body = self.body().unwrap_or_else(|| self.byline.sign(&fit::plain_buttons(buttons)));
        let body = text::truncate(&body, BODY).into_owned();
        self.list.push(json!({
            "type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action},
        }));
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
