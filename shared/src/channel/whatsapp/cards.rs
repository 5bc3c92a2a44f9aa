//! Cards side by side
//! (<https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-media-carousel-messages>).

use serde_json::{Value, json};

use crate::{
    model::{
        features::{TextLimit, TextUnit},
        fit,
        message::{Button, Card},
        text,
    },
    tools::file_type::{extension_in, spelled},
};

/// The maximum number of buttons below a text or on a card.
pub(super) const BUTTONS: usize = 3;
/// The maximum length of a link button's label, and of its link.
const LABEL: TextLimit = TextLimit { max: 20, unit: TextUnit::Chars };
const LINK: TextLimit = TextLimit { max: 2_000, unit: TextUnit::Chars };
/// The number of cards in a message.
const CARDS: std::ops::RangeInclusive<usize> = 2..=10;
/// The maximum length of a card's text, and of its lines.
const TEXT: TextLimit = TextLimit { max: 160, unit: TextUnit::Chars };
const LINES: usize = 3;
/// The extensions of pictures that WhatsApp does not take. A link without an extension may lead to any picture.
const NO_PICTURES: &[&str] = &["avif", "bmp", "gif", "heic", "svg", "tif", "webp"];

/// Returns the action of a carousel, or `None` if the cards do not fit: WhatsApp wants a picture on each, and either one
/// link on every card or up to three replies.
pub(super) fn action(cards: &[Card]) -> Option<Value> {
    if !CARDS.contains(&cards.len()) {
        return None;
    }
    let shown: Vec<(&str, Value)> =
        cards.iter().enumerate().map(|(index, card)| shown(index, card)).collect::<Option<_>>()?;
    let (first, _) = shown.first()?;
    let is_alike = shown.iter().all(|(kind, _)| kind == first);
    is_alike.then(|| json!({"cards": shown.into_iter().map(|(_, card)| card).collect::<Vec<_>>()}))
}

/// Returns the text above the cards where a message has none: their titles.
pub(super) fn titles(cards: &[Card]) -> String {
    let titles = cards.iter().filter_map(|card| card.title.as_deref().or(card.text.as_deref()));
    titles.filter(|title| !title.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// Returns a card and the kind of its buttons.
fn shown(index: usize, card: &Card) -> Option<(&'static str, Value)> {
    let image = card.image.as_deref().filter(|image| image.starts_with("http"))?;
    if NO_PICTURES.contains(&spelled(extension_in(image)).as_str()) {
        return None;
    }
    let (kind, action) = match &*card.buttons {
        [Button::Link { label, url }] => ("link", cta_url(label, url)?),
        buttons => {
            let choices = fit::choices(buttons, 20, 250).filter(|all| (1..=BUTTONS).contains(&all.len()))?;
            let button = |(id, title): &(String, &str)| {
                // An id is unique within the message.
                json!({"type": "quick_reply", "quick_reply": {"id": format!("{index}.{id}"), "title": title}})
            };
            ("reply", json!({"buttons": choices.iter().map(button).collect::<Vec<_>>()}))
        }
    };
    let mut shown = json!({
        "card_index": index, "type": "cta_url", "header": {"type": "image", "image": {"link": image}}, "action": action,
    });
    let lines = [&card.title, &card.text].into_iter().flatten().map(|line| line.trim());
    let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    if !text::fits(&text, TEXT) || text.lines().count() > LINES {
        return None;
    }
    if let (false, Some(fields)) = (text.is_empty(), shown.as_object_mut()) {
        fields.insert("body".to_owned(), json!({"text": text}));
    }
    Some((kind, shown))
}

/// Returns the action of a button that opens a link, or `None` if it does not fit.
pub(super) fn cta_url(label: &str, url: &str) -> Option<Value> {
    let fits = text::fits(label, LABEL) && !label.trim().is_empty();
    let is_link = url.starts_with("http") && text::fits(url, LINK);
    (fits && is_link).then(|| json!({"name": "cta_url", "parameters": {"display_text": label, "url": url}}))
}
