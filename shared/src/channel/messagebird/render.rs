//! Renders neutral messages as MessageBird's: SMS, or contents of its Conversations API
//! (<https://developers.messagebird.com/api/conversations/#send-message>).

use serde_json::{Value, json};

use super::{
    CHANNEL_ID, CONVERSATION_TEXT, IMAGE, NAMESPACE, ORIGINATOR, SMS_PARTS,
    calls::{authorized, conversations_url},
    wire::{API_URL, SEND_MESSAGE, SEND_SMS},
};
use crate::{
    adapter::{Account, Call, Delivery, RenderError},
    channel::template,
    model::{
        features::{TextLimit, TextUnit},
        fit::{self, Byline},
        message::{Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::sentences::Sentence,
};

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    // The Conversations API takes a template's values in order only.
    if account.setting(CHANNEL_ID).is_some()
        && let Some(template) = template::in_parts(delivery.parts)
        && let Some(name) = template.values.iter().find_map(|(name, _)| *name)
    {
        return Err(RenderError::new(Sentence::TemplatePlaceUnknown { name }));
    }
    let contents = contents(account, delivery);
    if contents.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let to = &delivery.contact.id;
    let call = |(index, (kind, content)): (usize, (&str, Value))| {
        let reference = delivery.retry_key(index);
        let (call, mut body) = match account.setting(CHANNEL_ID) {
            Some(channel) => (
                Call::post(SEND_MESSAGE, format!("{}/send", conversations_url(account))),
                json!({"to": to, "from": channel, "type": kind, "content": content, "trackId": reference}),
            ),
            None => (
                Call::post(SEND_SMS, format!("{}/messages", account.api_url(API_URL))),
                json!({
                    "originator": account.require(ORIGINATOR)?, "recipients": [to.trim_start_matches('+')],
                    "body": content.get("text"), "datacoding": "auto", "reference": reference,
                }),
            ),
        };
        if let (Some(url), Some(fields)) = (account.webhook_url, body.as_object_mut()) {
            fields.insert("reportUrl".to_owned(), url.into());
        }
        authorized(account, call)?.json(&body).build()
    };
    contents.into_iter().enumerate().map(call).collect()
}

/// Returns the messages of a delivery with their type in the Conversations API. SMS have one type only.
fn contents(account: &Account<'_>, delivery: &Delivery<'_>) -> Vec<(&'static str, Value)> {
    let is_conversation = account.setting(CHANNEL_ID).is_some();
    let mut byline = Byline::of(account.options, delivery.author);
    let mut list = Vec::new();
    for part in delivery.parts {
        let rich = if is_conversation { content(account, part, &mut byline) } else { None };
        // Words that a conversation cannot show beside the content follow as text.
        let words = match (&rich, part) {
            (Some(_), Part::Media(media)) if caption_inside(media).is_none() => media.caption.clone(),
            (Some(_), Part::Location { label, .. }) => label.clone(),
            (Some(_), _) => None,
            (None, other) => Some(fit::as_text(other, delivery.language)),
        };
        let words = byline.sign(&words.unwrap_or_default());
        let limit = if is_conversation { CONVERSATION_TEXT } else { text::sms_limit(&words, SMS_PARTS) };
        list.extend(rich);
        list.extend(text::split(&words, limit).into_iter().map(|piece| ("text", json!({"text": piece}))));
    }
    list
}

/// Returns the content that only the Conversations API can show.
fn content(account: &Account<'_>, part: &Part, byline: &mut Byline<'_>) -> Option<(&'static str, Value)> {
    match part {
        Part::Text { text } => {
            let template = template::asked_for(text)?;
            let language = template.language.unwrap_or("en_US");
            let values: Vec<Value> = template.values.iter().map(|(_, value)| json!({"default": value})).collect();
            let mut body = json!({
                "templateName": template.name, "language": {"policy": "deterministic", "code": language}, "params": values,
            });
            if let (Some(namespace), Some(fields)) = (account.setting(NAMESPACE), body.as_object_mut()) {
                fields.insert("namespace".to_owned(), namespace.into());
            }
            Some(("hsm", json!({"hsm": body})))
        }
        Part::Media(media @ Media { source: MediaSource::Link { url }, .. }) => {
            let name = match media.kind {
                MediaKind::Image => "image",
                MediaKind::Video => "video",
                MediaKind::Audio => "audio",
                MediaKind::File => "file",
            };
            let mut file = json!({"url": url});
            if let (Some(caption), Some(fields)) = (caption_inside(media), file.as_object_mut()) {
                fields.insert("caption".to_owned(), byline.sign(caption).into());
            }
            Some((name, json!({name: file})))
        }
        Part::Location { latitude, longitude, .. } => {
            Some(("location", json!({"location": {"latitude": latitude, "longitude": longitude}})))
        }
        _ => None,
    }
}

/// Returns the caption that is sent with a file. Any other caption becomes a text of its own.
fn caption_inside(media: &Media) -> Option<&str> {
    let most = TextLimit { max: IMAGE.caption, unit: TextUnit::Chars };
    let has_captions = matches!(media.kind, MediaKind::Image | MediaKind::Video);
    media.caption.as_deref().filter(|caption| has_captions && text::fits(caption, most))
}
