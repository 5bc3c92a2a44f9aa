//! Renders neutral messages as LINE's (<https://developers.line.biz/en/reference/messaging-api/#message-objects>).

use http::Method;
use serde_json::{Value, json};

use super::{
    FEATURES, PREVIEW,
    wire::{Content, Outbound, PUSH, PUSH_PATH, Push, REPLY, REPLY_PATH, Reply, Sender},
};
use crate::{
    adapter::{Account, Call, Delivery, Known, RenderError},
    model::{
        features::{TextLimit, TextUnit},
        fit,
        message::{Button, Card, Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// The maximum number of messages in a call.
const MESSAGES: usize = 5;
/// The maximum number of quick replies to a message.
const QUICK_REPLIES: usize = 13;
/// The maximum number of cards side by side, and of buttons on each card.
const CARDS: usize = 10;
const ACTIONS: usize = 3;
const LINK: usize = 1_000;

const fn utf16(max: usize) -> TextLimit {
    TextLimit { max, unit: TextUnit::Utf16 }
}

/// Returns the calls that deliver a message to its contact, in order. Their messages are the same on every attempt,
/// because a retry key belongs to one body.
///
/// The first call is a reply if there is a token for it, and may then be a push after all if LINE refuses the token. A
/// push after a reply that may have worked may double the message, because replies take no retry key.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Result<Vec<Call>, RenderError> {
    let name = delivery.author.and_then(|author| author.name.as_deref()).filter(|_| account.options.agent_name);
    let name = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty());
    let sender = name.map(|name| Sender { name: text::truncate(&name, utf16(20)).into_owned() });
    let mut messages = Messages { sender, language: delivery.language, list: Vec::new(), choices: Vec::new() };
    for part in delivery.parts {
        messages.part(part);
    }
    messages.quick_replies();
    messages.quote(delivery.quote.and_then(|quote| quote.id.as_deref()));
    if messages.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    let send = |(index, messages): (usize, &[Outbound])| {
        if let Some(reply_token) = known.reply_token.as_deref().filter(|_| index == 0 && replies(known)) {
            let call = super::calls::to(account, REPLY, Method::POST, REPLY_PATH)?;
            return call.json(&Reply { reply_token, messages }).build();
        }
        let body = Push { to: &delivery.contact.id, messages };
        let call = super::calls::to(account, PUSH, Method::POST, PUSH_PATH)?.json(&body);
        let call = call.header("x-line-retry-key", delivery.retry_key(index));
        let may_double = index == 0 && known.may_have_replied;
        if may_double { call.build() } else { call.keyed().build() }
    };
    messages.list.chunks(MESSAGES).enumerate().map(send).collect()
}

/// Returns whether the next call of a delivery is a reply.
pub(super) fn replies(known: &Known) -> bool {
    known.sent() == 0 && known.reply_token.is_some()
}

struct Messages {
    sender: Option<Sender>,
    language: Language,
    list: Vec<Outbound>,
    /// The buttons that become quick replies.
    choices: Vec<Button>,
}

impl Messages {
    fn part(&mut self, part: &Part) {
        match part {
            Part::Media(media) => self.media(media),
            Part::Location { latitude, longitude, label } if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
                let place = self.language.say(Sentence::Place).to_string();
                let (title, address) = match label.as_deref().map(str::trim).filter(|label| !label.is_empty()) {
                    Some(label) => label.split_once('\n').unwrap_or((label, label)),
                    None => (place.as_str(), place.as_str()),
                };
                let cut = |label: &str| text::truncate(label.trim(), utf16(100)).into_owned();
                let (title, address) = (cut(title), cut(address));
                self.push(Content::Location { title, address, latitude: *latitude, longitude: *longitude });
            }
            Part::Buttons { buttons } => self.buttons(buttons),
            Part::Carousel { cards } => self.carousel(cards),
            other => self.text(&fit::as_text(other, self.language)),
        }
    }

    fn text(&mut self, text: &str) {
        for piece in text::split(text, FEATURES.text) {
            self.push(Content::Text { text: piece.to_owned(), quote_token: None });
        }
    }

    /// Adds a file as its own kind if all that LINE requires is known, and otherwise as a link: LINE has no message for
    /// other files.
    fn media(&mut self, media: &Media) {
        let MediaSource::Link { url } = &media.source else {
            return self.text(&fit::as_text(&Part::Media(media.clone()), self.language));
        };
        let content = match (media.kind, media.thumbnail.as_ref(), media.seconds) {
            _ if url.len() > 2_000 || !url.starts_with("http") => None,
            // A picture that is too large to be its own preview, of which no small one could be made.
            (MediaKind::Image, None, _) if media.size.is_some_and(|size| size > PREVIEW) => None,
            (MediaKind::Image, preview, _) => Some(Content::Image {
                original_content_url: url.clone(),
                preview_image_url: preview.unwrap_or(url).clone(),
            }),
            (MediaKind::Video, Some(preview), _) => {
                Some(Content::Video { original_content_url: url.clone(), preview_image_url: preview.clone() })
            }
            (MediaKind::Audio, _, Some(seconds @ 1..)) => {
                Some(Content::Audio { original_content_url: url.clone(), duration: seconds.saturating_mul(1_000) })
            }
            _ => None,
        };
        match content {
            Some(content) => {
                self.push(content);
                self.text(media.caption.as_deref().unwrap_or_default());
            }
            None => {
                let name = fit::name(media, self.language);
                let caption = media.caption.as_deref().unwrap_or_default();
                self.text(format!("{name}\n{url}\n{caption}").trim_end());
            }
        }
    }

    /// Turns choices into quick replies. Buttons that do not fit there become text.
    fn buttons(&mut self, buttons: &[Button]) {
        let mut others = Vec::new();
        for button in buttons {
            let has_room = self.choices.len() < QUICK_REPLIES;
            let list = if has_room && action(button).is_some() { &mut self.choices } else { &mut others };
            list.push(button.clone());
        }
        if !others.is_empty() {
            self.text(&fit::plain_buttons(&others));
        }
    }

    /// Puts the quick replies below the last message, because LINE hides those of any other message.
    fn quick_replies(&mut self) {
        let choices = std::mem::take(&mut self.choices);
        let items: Vec<Value> =
            choices.iter().filter_map(action).map(|action| json!({"type": "action", "action": action})).collect();
        if items.is_empty() {
            return;
        }
        if self.list.is_empty() {
            self.text(&fit::plain_buttons(&choices));
        }
        if let Some(last) = self.list.last_mut() {
            last.quick_reply = Some(json!({"items": items}));
        }
    }

    /// Lets the first text quote a message. LINE takes the token in texts only.
    fn quote(&mut self, token: Option<&str>) {
        let text = self.list.iter_mut().find_map(|message| match &mut message.content {
            Content::Text { quote_token, .. } => Some(quote_token),
            _ => None,
        });
        if let (Some(text), Some(token)) = (text, token) {
            *text = Some(token.to_owned());
        }
    }

    /// Shows cards side by side if each has what LINE requires: a text, and as many buttons as the others.
    fn carousel(&mut self, cards: &[Card]) {
        let columns: Option<Vec<Value>> = cards.iter().map(column).collect();
        let counts = |cards: &[Card]| cards.iter().map(|card| card.buttons.len()).collect::<Vec<_>>();
        let is_even = counts(cards).windows(2).all(|pair| pair.first() == pair.last());
        let images = cards.iter().filter(|card| card.image.is_some()).count();
        let is_same = images == 0 || images == cards.len();
        match columns.filter(|columns| (1..=CARDS).contains(&columns.len()) && is_even && is_same) {
            Some(columns) => {
                let titles: Vec<&str> = cards.iter().filter_map(|card| card.title.as_deref()).collect();
                let alt_text =
                    if titles.is_empty() { self.language.say(Sentence::Cards).into() } else { titles.join(", ") };
                let alt_text = text::truncate(&alt_text, utf16(1_500)).into_owned();
                self.push(Content::Template { alt_text, template: json!({"type": "carousel", "columns": columns}) });
            }
            None => self.text(&fit::plain_cards(cards)),
        }
    }

    fn push(&mut self, content: Content) {
        self.list.push(Outbound { content, quick_reply: None, sender: self.sender.clone() });
    }
}

/// Returns one card, or `None` if LINE would not accept it.
fn column(card: &Card) -> Option<Value> {
    let actions: Vec<Value> = card.buttons.iter().map(action).collect::<Option<_>>()?;
    let title = card.title.as_deref().filter(|title| !title.trim().is_empty());
    let most = if title.is_some() || card.image.is_some() { 60 } else { 120 };
    let text = card.text.as_deref().or(title)?;
    if !(1..=ACTIONS).contains(&actions.len()) || !text::fits(text, utf16(most)) {
        return None;
    }
    let mut column = json!({"text": text, "actions": actions});
    let fields = column.as_object_mut()?;
    if let Some(title) = title.filter(|_| card.text.is_some()) {
        if !text::fits(title, utf16(40)) {
            return None;
        }
        fields.insert("title".to_owned(), title.into());
    }
    if let Some(image) = &card.image {
        fields.insert("thumbnailImageUrl".to_owned(), image.as_str().into());
    }
    Some(column)
}

/// Returns a button's action, or `None` if the button's texts are too long for LINE.
fn action(button: &Button) -> Option<Value> {
    let label = button.label().trim();
    if label.is_empty() || !text::fits(label, utf16(20)) {
        return None;
    }
    match button {
        Button::Reply { text, .. } => {
            let text = if text.trim().is_empty() { label } else { text };
            text::fits(text, utf16(300)).then(|| json!({"type": "message", "label": label, "text": text}))
        }
        Button::Link { url, .. } => {
            let is_link = url.starts_with("http") && url.len() <= LINK;
            is_link.then(|| json!({"type": "uri", "label": label, "uri": url}))
        }
    }
}
