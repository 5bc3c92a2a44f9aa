//! Renders neutral messages as RBM's
//! (<https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send>).

use serde_json::{Map, Value, json};

use super::{
    AGENT_ID, FEATURES,
    calls::token,
    wire::{API_URL, SEND_MESSAGE},
};
use crate::{
    adapter::{Account, Call, Delivery, RenderError},
    channel::encoded,
    model::{
        features::{TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Button, Card, Media, MediaSource, Part},
        text,
    },
    tools::sentences::Sentence,
};

/// The maximum number of suggestions below a message, and the maximum length of their texts.
const SUGGESTIONS: usize = 11;
const SUGGESTION: TextLimit = TextLimit { max: 25, unit: TextUnit::Chars };

/// The maximum length of what a suggestion sends back, and of the address that it opens.
const DATA: TextLimit = TextLimit { max: 2_048, unit: TextUnit::Chars };
/// The maximum number of cards side by side, of suggestions on each, and the maximum lengths of their texts.
const CARDS: usize = 10;
const CARD_SUGGESTIONS: usize = 4;
const TITLE: usize = 200;
const DESCRIPTION: usize = 2_000;
/// The maximum size of a message in bytes, less what stands around its content.
const MESSAGE: usize = 250_000 - 1_000;

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let mut byline = Byline::of(account.options, delivery.author);
    let mut list: Vec<Value> = Vec::new();
    for part in delivery.parts {
        let words = match part {
            Part::Media(Media { source: MediaSource::Link { url }, caption, .. }) => {
                list.push(json!({"contentInfo": {"fileUrl": url, "forceRefresh": false}}));
                caption.clone().unwrap_or_default()
            }
            Part::Buttons { buttons } => {
                let suggestions: Vec<Value> = buttons.iter().filter_map(suggestion).take(SUGGESTIONS).collect();
                let are_all = suggestions.len() == buttons.len() && !suggestions.is_empty();
                let last = list.last_mut().and_then(Value::as_object_mut).filter(|last| last.contains_key("text"));
                match (are_all, last) {
                    (true, Some(last)) => {
                        last.insert("suggestions".to_owned(), suggestions.into());
                        continue;
                    }
                    (true, None) => {
                        list.push(json!({"text": fit::plain_buttons(buttons), "suggestions": suggestions}));
                        continue;
                    }
                    (false, _) => fit::plain_buttons(buttons),
                }
            }
            Part::Carousel { cards } => match rich_card(cards) {
                Some(card) => {
                    list.push(card);
                    continue;
                }
                None => fit::as_text(part, delivery.language),
            },
            other => fit::as_text(other, delivery.language),
        };
        let words = byline.sign(&words);
        list.extend(text::split(&words, FEATURES.text).into_iter().map(|piece| json!({"text": piece})));
    }
    if list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let token = token(account)?;
    let (phone, agent) = (encoded(&delivery.contact.id), encoded(account.require(AGENT_ID)?));
    let call = |(index, content): (usize, Value)| {
        let (base, id) = (account.api_url(API_URL), delivery.retry_key(index));
        let url = format!("{base}/v1/phones/{phone}/agentMessages?messageId={id}&agentId={agent}");
        let body = json!({"contentMessage": content, "messageTrafficType": "TRANSACTION"});
        Call::post(SEND_MESSAGE, url).bearer(&token).json(&body).harmless().build()
    };
    list.into_iter().enumerate().map(call).collect()
}

/// Returns one card alone or several side by side, or `None` if RBM would not accept them.
fn rich_card(cards: &[Card]) -> Option<Value> {
    let contents: Vec<Value> = cards.iter().map(card).collect::<Option<_>>()?;
    let card = match contents.as_slice() {
        [] => return None,
        [content] => json!({"standaloneCard": {"cardOrientation": "VERTICAL", "cardContent": content}}),
        _ if contents.len() > CARDS => return None,
        _ => json!({"carouselCard": {"cardWidth": "MEDIUM", "cardContents": contents}}),
    };
    let content = json!({"richCard": card});
    (content.to_string().len() <= MESSAGE).then_some(content)
}

fn card(card: &Card) -> Option<Value> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (title, text) = (given(&card.title), given(&card.text));
    let image = card.image.as_deref().filter(|url| url.starts_with("http"));
    let fits = |text: &Option<String>, max| {
        text.as_ref().is_none_or(|text| text::fits(text, TextLimit { max, unit: TextUnit::Chars }))
    };
    let suggestions: Vec<Value> = card.buttons.iter().filter_map(suggestion).collect();
    let are_all = suggestions.len() == card.buttons.len() && suggestions.len() <= CARD_SUGGESTIONS;
    let is_empty = title.is_none() && text.is_none() && image.is_none();
    if is_empty
        || !are_all
        || !fits(&title, TITLE)
        || !fits(&text, DESCRIPTION)
        || image.is_some() != card.image.is_some()
    {
        return None;
    }
    let mut content = Map::new();
    content.extend(title.map(|title| ("title".to_owned(), title.into())));
    content.extend(text.map(|text| ("description".to_owned(), text.into())));
    content.extend(image.map(|url| ("media".to_owned(), json!({"height": "MEDIUM", "contentInfo": {"fileUrl": url}}))));
    if !suggestions.is_empty() {
        content.insert("suggestions".to_owned(), suggestions.into());
    }
    Some(content.into())
}

/// Returns the suggestion of a button, or `None` if a text of the button is blank or too long.
fn suggestion(button: &Button) -> Option<Value> {
    if !text::fits(button.label(), SUGGESTION) || button.label().trim().is_empty() {
        return None;
    }
    let (Button::Reply { text: data, .. } | Button::Link { url: data, .. }) = button;
    if !text::fits(data, DATA) {
        return None;
    }
    Some(match button {
        Button::Reply { label, text, .. } => json!({"reply": {"text": label, "postbackData": text}}),
        Button::Link { label, url } => {
            json!({"action": {"text": label, "postbackData": label, "openUrlAction": {"url": url}}})
        }
    })
}
