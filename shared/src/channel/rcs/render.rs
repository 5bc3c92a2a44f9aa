//! Renders neutral messages as RBM's
//! (<https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send>).

use serde_json::{Value, json};

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
        message::{Button, Media, MediaSource, Part},
        text,
    },
    tools::sentences::Sentence,
};

/// The maximum number of suggestions below a message, and the maximum length of their texts.
const SUGGESTIONS: usize = 11;
const SUGGESTION: TextLimit = TextLimit { max: 25, unit: TextUnit::Chars };

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
            other => fit::as_text(other),
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

/// Returns the suggestion of a button, or `None` if the button's label is blank or too long.
fn suggestion(button: &Button) -> Option<Value> {
    if !text::fits(button.label(), SUGGESTION) || button.label().trim().is_empty() {
        return None;
    }
    Some(match button {
        Button::Reply { label, text } => json!({"reply": {"text": label, "postbackData": text}}),
        Button::Link { label, url } => {
            json!({"action": {"text": label, "postbackData": label, "openUrlAction": {"url": url}}})
        }
    })
}
