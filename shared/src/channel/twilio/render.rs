//! Renders neutral messages as Twilio's forms:
//! <https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource>.

use serde_json::{Map, Value};

use super::{
    FEATURES, FROM, MESSAGING_SERVICE_SID,
    calls::{account_url, authorized},
    wire::{CREATE_MESSAGE, Fields},
};
use crate::{
    adapter::{Account, Call, Delivery, RenderError},
    channel::template,
    model::{
        fit::{self, Byline},
        message::{Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let to = delivery.contact.id.as_str();
    let mut messages = Messages {
        is_whatsapp: to.starts_with("whatsapp:"),
        byline: Byline::of(account.options, delivery.author),
        language: delivery.language,
        list: Vec::new(),
    };
    for part in delivery.parts {
        messages.part(part);
    }
    if messages.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let sender = sender(account, messages.is_whatsapp)?;
    let callback = account.webhook_url.map(|url| ("StatusCallback", url.to_owned()));
    let url = format!("{}/Messages.json", account_url(account)?);
    let call = |content: Fields| {
        let head = [("To", to.to_owned()), sender.clone()];
        let fields = head.into_iter().chain(content).chain(callback.clone());
        authorized(account, Call::post(CREATE_MESSAGE, &url))?.form(fields).build()
    };
    messages.list.into_iter().map(call).collect()
}

fn sender(account: &Account<'_>, is_whatsapp: bool) -> Result<(&'static str, String), RenderError> {
    if let Some(service) = account.setting(MESSAGING_SERVICE_SID) {
        return Ok(("MessagingServiceSid", service.to_owned()));
    }
    let from = account.require(FROM)?;
    let bare = from.strip_prefix("whatsapp:").unwrap_or(from);
    Ok(("From", if is_whatsapp { format!("whatsapp:{bare}") } else { bare.to_owned() }))
}

struct Messages<'a> {
    is_whatsapp: bool,
    byline: Byline<'a>,
    language: Language,
    list: Vec<Fields>,
}

impl Messages<'_> {
    fn part(&mut self, part: &Part) {
        match part {
            Part::Text { text } if self.is_whatsapp && self.template(text) => {}
            Part::Media(media) => self.media(media),
            Part::Location { latitude, longitude, label } if self.is_whatsapp => {
                let label = label.as_deref().map(|label| label.split('\n').collect::<Vec<_>>().join(", "));
                let place = format!("geo:{latitude},{longitude}");
                let action = label.as_ref().map_or_else(|| place.clone(), |label| format!("{place}|{label}"));
                let body = label.unwrap_or_else(|| self.language.say(Sentence::Place).into());
                self.list.push(vec![("Body", body), ("PersistentAction", action)]);
            }
            other => self.text(&fit::as_text(other, self.language)),
        }
    }

    /// Adds an approved template if the text requests one. Returns whether it did.
    fn template(&mut self, text: &str) -> bool {
        let Some(template) = template::asked_for(text).filter(|template| template.name.starts_with("HX")) else {
            return false;
        };
        let mut fields = vec![("ContentSid", template.name.to_owned())];
        if !template.values.is_empty() {
            // Twilio has one list of variables for all places of a template. They are numbered or have names.
            let mut number = 0_usize;
            let value = |(name, text): &(Option<&str>, &str)| match name {
                Some(name) => ((*name).to_owned(), Value::from(*text)),
                None => {
                    number += 1;
                    (number.to_string(), Value::from(*text))
                }
            };
            let values: Map<String, Value> = template.values.iter().map(value).collect();
            fields.push(("ContentVariables", Value::Object(values).to_string()));
        }
        self.list.push(fields);
        true
    }

    fn text(&mut self, text: &str) {
        let text = self.byline.sign(text);
        for piece in text::split(&text, FEATURES.text) {
            self.list.push(vec![("Body", piece.to_owned())]);
        }
    }

    fn media(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone()), self.language));
        };
        let caption = self.byline.sign(media.caption.as_deref().unwrap_or_default());
        // WhatsApp shows a text with pictures and videos only, and drops any other.
        let shows_text = !self.is_whatsapp || matches!(media.kind, MediaKind::Image | MediaKind::Video);
        let is_inside = shows_text && text::fits(&caption, FEATURES.text);
        let mut fields = Fields::new();
        if is_inside && !caption.trim().is_empty() {
            fields.push(("Body", caption.clone()));
        }
        fields.push(("MediaUrl", url.clone()));
        self.list.push(fields);
        if !is_inside {
            self.text(&caption);
        }
    }
}
