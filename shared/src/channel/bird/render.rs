//! Renders neutral messages as Bird's: one call with a JSON body per message.

use http::Method;
use serde_json::{Value, json};

use super::{
    APPLE_FEATURES, FROM, SMS_SEGMENTS, WHATSAPP_TEXT,
    wire::{Product, SEND_MESSAGE},
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
/// The maximum number of buttons below a text on WhatsApp, and of rows in a list.
const BUTTONS: usize = 3;
const ROWS: usize = 10;
/// The numbers of cards of a carousel on WhatsApp, and the limit of a card's text.
const CARDS: std::ops::RangeInclusive<usize> = 2..=10;
const CARD: TextLimit = chars(160);
/// The numbers of quick replies that Apple shows.
const QUICK_REPLIES: std::ops::RangeInclusive<usize> = 2..=5;
/// The character that marks an attachment's place in Apple's text.
const ATTACHMENT: char = '\u{fffc}';

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(
    product: Product,
    account: &Account<'_>,
    delivery: &Delivery<'_>,
) -> Result<Vec<Call>, RenderError> {
    let mut messages = Messages {
        product,
        byline: Byline::of(account.options, delivery.author),
        language: delivery.language,
        list: Vec::new(),
    };
    let quoted = delivery.quote.and_then(|quote| quote.id.as_ref()).filter(|_| product == Product::WhatsApp);
    for part in delivery.parts {
        messages.part(part)?;
    }
    if messages.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let from = account.require(FROM)?;
    let complete = |(index, mut message): (usize, Value)| {
        let key = delivery.retry_key(index);
        if let Some(fields) = message.as_object_mut() {
            fields.insert("to".to_owned(), delivery.contact.id.as_str().into());
            fields.insert("from".to_owned(), from.into());
            fields.insert("metadata".to_owned(), json!({"bridge_id": key}));
            if let Some(quoted) = quoted.filter(|_| index == 0) {
                fields.insert("in_reply_to_message_id".to_owned(), quoted.as_str().into());
            }
        }
        let call = super::calls::to(account, SEND_MESSAGE, Method::POST, product.path())?;
        call.json(&message).header("idempotency-key", &key).keyed().build()
    };
    messages.list.into_iter().enumerate().map(complete).collect()
}

struct Messages<'a> {
    product: Product,
    byline: Byline<'a>,
    language: Language,
    list: Vec<Value>,
}

impl Messages<'_> {
    fn part(&mut self, part: &Part) -> Result<(), RenderError> {
        match (self.product, part) {
            (Product::WhatsApp, Part::Text { text }) => match template::asked_for(text) {
                Some(template) => self.list.push(template_message(&template)?),
                None => self.text(text),
            },
            (Product::WhatsApp, Part::Location { latitude, longitude, label }) => {
                let mut location = json!({"latitude": latitude, "longitude": longitude});
                if let (Some(label), Some(fields)) = (label.as_deref(), location.as_object_mut()) {
                    let (name, address) = label.split_once('\n').map_or((label, None), |(a, b)| (a, Some(b)));
                    fields.insert("name".to_owned(), text::truncate(name, chars(1_000)).into());
                    if let Some(address) = address {
                        fields.insert("address".to_owned(), text::truncate(address, chars(1_000)).into());
                    }
                }
                self.list.push(json!({"location": location}));
            }
            (Product::WhatsApp, Part::ContactCard { name, phone: Some(phone), more })
                if more.is_empty() && text::fits(phone, chars(32)) =>
            {
                let name = name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(phone);
                let name = text::truncate(name, chars(256));
                let first = name.split_whitespace().next().unwrap_or(phone);
                self.list.push(json!({"contact_cards": [{
                    "name": {"formatted_name": name, "first_name": first}, "phone_numbers": [{"phone_number": phone}],
                }]}));
            }
            (Product::WhatsApp, Part::Media(media)) => self.media(media),
            (Product::WhatsApp, Part::Buttons { buttons }) => self.buttons(buttons),
            (Product::WhatsApp, Part::Carousel { cards }) => self.carousel(cards),
            (Product::Apple, Part::Media(media)) => self.attachment(media),
            (Product::Apple, Part::Buttons { buttons }) => self.quick_replies(buttons),
            (_, other) => self.text(&fit::as_text(other, self.language)),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let text = self.byline.sign(text);
        let limit = match self.product {
            Product::Sms => text::sms_limit(&text, SMS_SEGMENTS),
            Product::WhatsApp => WHATSAPP_TEXT,
            Product::Apple => APPLE_FEATURES.text,
        };
        for piece in text::split(&text, limit) {
            self.list.push(match self.product {
                Product::Sms => json!({"text": piece, "category": "service"}),
                Product::WhatsApp => json!({"text": {"body": piece}}),
                Product::Apple => json!({"content": {"type": "text", "body": piece}}),
            });
        }
    }

    /// Adds a file on WhatsApp.
    fn media(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone()), self.language));
        };
        let key = match media.kind {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::File => "document",
        };
        let caption = self.byline.sign(media.caption.as_deref().unwrap_or_default());
        let is_inside = key != "audio" && text::fits(&caption, BODY) && !caption.trim().is_empty();
        let mut file = json!({"url": url});
        if let Some(fields) = file.as_object_mut() {
            if is_inside {
                fields.insert("caption".to_owned(), caption.as_str().into());
            }
            if let (MediaKind::File, Some(name)) = (media.kind, &media.name) {
                fields.insert("filename".to_owned(), text::truncate(name, chars(100)).into());
            }
            if key == "audio" && is_voice(url, media.content_type.as_deref()) {
                fields.insert("voice".to_owned(), true.into());
            }
        }
        self.list.push(json!({key: file}));
        if !is_inside {
            self.text(&caption);
        }
    }

    /// Adds a file on Apple Messages, which Bird fetches and passes on.
    fn attachment(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone()), self.language));
        };
        let mut attachment = json!({"source_url": url});
        if let Some(fields) = attachment.as_object_mut() {
            for (name, value) in [("name", &media.name), ("mime_type", &media.content_type)] {
                if let Some(value) = value {
                    fields.insert(name.to_owned(), value.as_str().into());
                }
            }
        }
        let body = ATTACHMENT.to_string();
        self.list.push(json!({"content": {"type": "text", "body": body, "attachments": [attachment]}}));
        self.text(media.caption.as_deref().unwrap_or_default());
    }

    /// Adds choices on WhatsApp, below the text before them: up to three as buttons, up to ten as a list, one link as a
    /// link button, and anything else as text.
    fn buttons(&mut self, buttons: &[Button]) {
        let (kind, name, content) = match (buttons, fit::choices(buttons, 20, 256), fit::choices(buttons, 24, 200)) {
            ([Button::Link { label, url }], ..)
                if text::fits(label, chars(20))
                    && !label.trim().is_empty()
                    && url.starts_with("http")
                    && text::fits(url, chars(2_000)) =>
            {
                ("cta_url", "cta_url", json!({"text": label, "url": url}))
            }
            (_, Some(choices), _) if (1..=BUTTONS).contains(&choices.len()) => {
                let button = |(slug, label): &(String, &str)| json!({"type": "quick_reply", "quick_reply": {"slug": slug, "text": label}});
                ("button", "buttons", choices.iter().map(button).collect())
            }
            (_, _, Some(choices)) if (1..=ROWS).contains(&choices.len()) => {
                let row = |(slug, label): &(String, &str)| json!({"slug": slug, "text": label});
                let rows: Vec<Value> = choices.iter().map(row).collect();
                ("list", "list", json!({"button_text": "…", "sections": [{"title": "…", "rows": rows}]}))
            }
            _ => return self.text(&fit::plain_buttons(buttons)),
        };
        let body = self.body().unwrap_or_else(|| self.byline.sign(&fit::plain_buttons(buttons)));
        let body = text::truncate(&body, BODY);
        self.list.push(json!({"interactive": {"type": kind, "body_text": body, name: content}}));
    }

    /// Adds cards on WhatsApp, below the text before them, if each has what WhatsApp requires, and otherwise as text.
    fn carousel(&mut self, cards: &[Card]) {
        let shown: Option<Vec<Value>> = cards.iter().map(card).collect();
        // WhatsApp requires the same buttons below each card.
        let shape = |card: &Card| (card.buttons.len(), matches!(card.buttons.first(), Some(Button::Link { .. })));
        let is_even = cards.windows(2).all(|pair| matches!(pair, [a, b] if shape(a) == shape(b)));
        let Some(shown) = shown.filter(|shown| CARDS.contains(&shown.len()) && is_even) else {
            return self.text(&fit::plain_cards(cards));
        };
        let titles = || cards.iter().filter_map(|card| card.title.as_deref()).collect::<Vec<_>>().join(", ");
        let body = self.body().unwrap_or_else(|| self.byline.sign(&titles()));
        let body = if body.trim().is_empty() { "…".to_owned() } else { text::truncate(&body, BODY).into_owned() };
        self.list.push(json!({"interactive": {"type": "carousel", "body_text": body, "cards": shown}}));
    }

    /// Adds choices on Apple Messages. The text before them stays a message of its own, because it depends on the
    /// region whether Apple shows a text that comes with the choices.
    fn quick_replies(&mut self, buttons: &[Button]) {
        let choices = fit::choices(buttons, 512, 512).filter(|choices| QUICK_REPLIES.contains(&choices.len()));
        let Some(choices) = choices else { return self.text(&fit::plain_buttons(buttons)) };
        let item = |(identifier, title): &(String, &str)| json!({"identifier": identifier, "title": title});
        let items: Vec<Value> = choices.iter().map(item).collect();
        let before = self.list.last().and_then(|message| message.pointer("/content/body")?.as_str());
        let before = before.filter(|text| !text.contains(ATTACHMENT)).map(str::to_owned);
        let summary = before.unwrap_or_else(|| fit::plain_buttons(buttons));
        let summary = text::truncate(&summary, chars(512));
        self.list.push(json!({"content": {
            "type": "interactive",
            "interactive_data": {"data": {"quick_reply": {"summary_text": summary, "items": items}}},
        }}));
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

/// Returns one card of a carousel, or `None` if WhatsApp would not accept it.
fn card(card: &Card) -> Option<Value> {
    let image = card.image.as_deref().filter(|url| url.starts_with("http"))?;
    let text: Vec<&str> = [&card.title, &card.text].into_iter().flatten().map(String::as_str).collect();
    let text = text.join("\n");
    if !text::fits(&text, CARD) || text.matches('\n').count() > 2 {
        return None;
    }
    let buttons: Vec<Value> = match card.buttons.as_slice() {
        [Button::Link { label, url }] if text::fits(label, chars(20)) && text::fits(url, chars(2_000)) => {
            vec![json!({"type": "cta_url", "cta_url": {"text": label, "url": url}})]
        }
        buttons => {
            let choices = fit::choices(buttons, 20, 256).filter(|choices| (1..=BUTTONS).contains(&choices.len()))?;
            let button = |(slug, label): &(String, &str)| json!({"type": "quick_reply", "quick_reply": {"slug": slug, "text": label}});
            choices.iter().map(button).collect()
        }
    };
    let mut card = json!({"header": {"type": "image", "url": image}, "buttons": buttons});
    if !text.trim().is_empty() {
        card.as_object_mut()?.insert("body_text".to_owned(), text.into());
    }
    Some(card)
}

/// Returns the message of an approved template.
fn template_message(template: &Template<'_>) -> Result<Value, RenderError> {
    let mut body = json!({"slug": template.name});
    let components = components(&template.slots()?)?;
    if let Some(fields) = body.as_object_mut() {
        if let Some(language) = template.language {
            fields.insert("language".to_owned(), language.into());
        }
        if !components.is_empty() {
            fields.insert("components".to_owned(), components.into());
        }
    }
    Ok(json!({"template": body}))
}

/// Returns the components of a template that its values fill. Buttons have no number at Bird: each that takes a value
/// has a component of its own, in order.
fn components(slots: &Slots<'_>) -> Result<Vec<Value>, RenderError> {
    let text = |(name, text): &(Option<&str>, &str)| match name {
        Some(name) => json!({"type": "text", "name": name, "text": text}),
        None => json!({"type": "text", "text": text}),
    };
    let header = slots.header.as_ref().map(|header| match header {
        Header::Text(name, words) => text(&(*name, words)),
        Header::File { kind: "document", url, name } => {
            let name = name.unwrap_or("document");
            json!({"type": "document", "url": url, "filename": text::truncate(name, chars(100))})
        }
        Header::File { kind, url, .. } => json!({"type": kind, "url": url}),
        Header::Location { latitude, longitude, name, address } => {
            let mut place = json!({"latitude": latitude, "longitude": longitude});
            if let Some(fields) = place.as_object_mut() {
                fields.extend(name.map(|name| ("name".to_owned(), name.into())));
                fields.extend(address.map(|address| ("address".to_owned(), address.into())));
            }
            json!({"type": "location", "location": place})
        }
    });
    let mut components: Vec<Value> =
        header.into_iter().map(|value| json!({"type": "header", "parameters": [value]})).collect();
    if !slots.body.is_empty() {
        let values: Vec<Value> = slots.body.iter().map(text).collect();
        components.push(json!({"type": "body", "parameters": values}));
    }
    for (_, value) in &slots.buttons {
        let (ButtonValue::Link(value) | ButtonValue::Code(value)) = value else {
            return Err(RenderError::new(Sentence::TemplatePlaceUnknown { name: "button.payload" }));
        };
        components.push(json!({"type": "button", "parameters": [{"type": "text", "text": value}]}));
    }
    Ok(components)
}
