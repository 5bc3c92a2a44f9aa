//! Renders neutral messages as Viber's (<https://developers.viber.com/docs/api/rest-bot-api/#send-message>).

use serde_json::Value;

use super::{
    AVATAR, DEFAULT_SENDER, FEATURES, SENDER, WELCOME, cards, files,
    keyboard::{self, Layout},
    wire::{Content, SEND_MESSAGE, Send, Sender, SentCard, SentPlace},
};
use crate::{
    adapter::{Account, Call, Delivery, Known, RenderError},
    model::{
        features::{TextLimit, TextUnit},
        fit,
        message::{Button, Card, Media, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// The memo with the index of the first request that must avoid everything that requires a newer Viber version.
pub(super) const OLD_FROM: &str = "viber.old_from";
/// The maximum length of the name of a sender or of a contact card.
const NAME: TextLimit = TextLimit { max: 28, unit: TextUnit::Chars };
/// The maximum length of the telephone number of a contact card.
const PHONE: usize = 18;
/// The maximum size of a request, in bytes of JSON (documented as 30 KB).
const LARGEST: usize = 30_000;

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Result<Vec<Call>, RenderError> {
    let messages = messages(account, delivery, known)?;
    messages.iter().map(|message| super::calls::to(account, SEND_MESSAGE)?.json(message).build()).collect()
}

/// Returns the messages of those calls.
///
/// The memo under [`OLD_FROM`] changes only the messages from its index on, so the messages that were sent keep their
/// places.
pub(super) fn messages(
    account: &Account<'_>,
    delivery: &Delivery<'_>,
    known: &Known,
) -> Result<Vec<Send>, RenderError> {
    let mut messages = Messages {
        receiver: &delivery.contact.id,
        sender: sender(account, delivery.author.and_then(|author| author.name.as_deref())),
        old_from: known.memo(OLD_FROM).and_then(|index| index.parse().ok()),
        language: delivery.language,
        list: Vec::new(),
        buttons: Vec::new(),
    };
    for part in delivery.parts {
        messages.part(part);
    }
    messages.keyboard();
    if messages.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    Ok(messages.list)
}

/// Returns the message that greets people who open the chat, if the settings have one. The answer to Viber's callback
/// carries the message, so it names no receiver
/// (<https://developers.viber.com/docs/api/rest-bot-api/#sending-a-welcome-message>).
pub(super) fn welcome(account: &Account<'_>) -> Option<Value> {
    let text = account.setting(WELCOME)?.to_owned();
    let message =
        Send { sender: Some(sender(account, None)), content: Some(Content::Text { text }), ..Send::default() };
    serde_json::to_value(message).ok()
}

/// Returns the sender. Viber itself shows the sender's name, so an agent's name stands there rather than in the text.
fn sender(account: &Account<'_>, author: Option<&str>) -> Sender {
    let author = author.filter(|_| account.options.agent_name).map(one_line).filter(|name| !name.is_empty());
    let name = author.unwrap_or_else(|| account.setting(SENDER).unwrap_or(DEFAULT_SENDER).to_owned());
    Sender { name: text::truncate(&name, NAME).into_owned(), avatar: account.setting(AVATAR).map(str::to_owned) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The requests of a delivery that is being rendered.
struct Messages<'a> {
    receiver: &'a str,
    sender: Sender,
    old_from: Option<usize>,
    language: Language,
    list: Vec<Send>,
    /// The buttons of all parts, because only the last message's keyboard stays visible.
    buttons: Vec<Button>,
}

impl Messages<'_> {
    fn part(&mut self, part: &Part) {
        match part {
            Part::Text { text } => self.text(text),
            Part::Media(media) => self.media(media),
            Part::Location { latitude, longitude, label } => {
                if !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0) {
                    return self.text(&fit::as_text(part, self.language));
                }
                let location = SentPlace { lat: latitude.to_string(), lon: longitude.to_string() };
                self.push(Content::Location { location });
                self.text(label.as_deref().unwrap_or_default());
            }
            Part::ContactCard { name, phone: Some(phone), more }
                if more.is_empty() && (1..=PHONE).contains(&phone.chars().count()) =>
            {
                let name = name.as_deref().map(one_line).filter(|name| !name.is_empty());
                let name = text::truncate(name.as_deref().unwrap_or(phone), NAME).into_owned();
                self.push(Content::Contact { contact: SentCard { name, phone_number: phone.clone() } });
            }
            Part::Sticker { url: Some(url), .. } if files::is_picture(url) => {
                self.push(Content::Picture { text: String::new(), media: url.clone(), thumbnail: None });
            }
            Part::Buttons { buttons } => self.buttons.extend(buttons.iter().cloned()),
            Part::Carousel { cards } => self.carousel(cards),
            Part::ContactCard { .. } | Part::Sticker { .. } | Part::Unsupported { .. } => {
                self.text(&fit::as_text(part, self.language))
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.text_within(text, FEATURES.text.max);
    }

    /// Splits a text until each piece is short enough, and its request small enough, for Viber.
    fn text_within(&mut self, text: &str, max: usize) {
        for piece in text::split(text, TextLimit { max, unit: FEATURES.text.unit }) {
            let message = self.message(Content::Text { text: piece.to_owned() });
            if max > 1 && size(&message) > LARGEST {
                self.text_within(piece, max / 2);
            } else {
                self.list.push(message);
            }
        }
    }

    fn media(&mut self, media: &Media) {
        match files::content(media) {
            Some((content, rest)) => {
                self.push(content);
                self.text(rest.unwrap_or_default());
            }
            None => self.text(&fit::as_text(&Part::Media(media.clone()), self.language)),
        }
    }

    /// Shows cards side by side as far as they fit, and the others as texts.
    fn carousel(&mut self, cards: &[Card]) {
        for (content, cards) in cards::contents(cards) {
            let message = content.map(|content| Send { min_api_version: Some(7), ..self.message(content) });
            match message.filter(|message| size(message) <= LARGEST && !self.is_old(self.list.len())) {
                Some(message) => self.list.push(message),
                None => self.text(&fit::plain_cards(cards)),
            }
        }
    }

    /// Puts the keyboard under the last message, because any later message would remove it.
    fn keyboard(&mut self) {
        let Layout { keyboard, shown, others } = keyboard::layout(&self.buttons);
        self.text(&fit::plain_buttons(&others));
        let Some(keyboard) = keyboard else { return };
        let end = self.list.len();
        if let Some(last) = self.list.last().filter(|last| matches!(last.content, Some(Content::Text { .. }))) {
            let with = Send { keyboard: Some(keyboard.clone()), ..last.clone() };
            if !self.is_old(end.saturating_sub(1)) && size(&with) <= LARGEST {
                self.list.pop();
                self.list.push(with);
                return;
            }
        }
        let receiver = Some(self.receiver.to_owned());
        let alone = Send { receiver, min_api_version: Some(1), keyboard: Some(keyboard), ..Send::default() };
        if self.is_old(end) || size(&alone) > LARGEST {
            self.text(&fit::plain_buttons(&shown));
        } else {
            self.list.push(alone);
        }
    }

    fn push(&mut self, content: Content) {
        self.list.push(self.message(content));
    }

    fn message(&self, content: Content) -> Send {
        Send {
            receiver: Some(self.receiver.to_owned()),
            min_api_version: Some(1),
            sender: Some(self.sender.clone()),
            content: Some(content),
            keyboard: None,
        }
    }

    fn is_old(&self, index: usize) -> bool {
        self.old_from.is_some_and(|from| index >= from)
    }
}

fn size(message: &Send) -> usize {
    serde_json::to_vec(message).map_or(usize::MAX, |json| json.len())
}
