//! Renders neutral messages as Telegram's (<https://core.telegram.org/bots/api#available-methods>).

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{
    CONNECTION, FEATURES, calls,
    keyboard::{self, Layout},
    wire::SEND_CHAT_ACTION,
};
use crate::{
    adapter::{Account, Call, Delivery, Known, RenderError, Step},
    model::{
        features::TextLimit,
        fit,
        message::{Button, Card, Contact, Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// The memo with the chat's new id.
pub(super) const MOVED_TO: &str = "telegram.moved_to";
/// The memo that the topic of the contact's newest message does not exist any more.
pub(super) const NO_TOPIC: &str = "telegram.no_topic";

/// Returns the memo that Telegram refused the form of a request, so that the request takes a simpler form.
pub(super) fn simpler(index: usize) -> String {
    format!("telegram.simpler.{index}")
}

/// A call that sends something.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: &'static str,
    /// Whether the request has no simpler form.
    pub(super) is_simple: bool,
    fields: Map<String, Value>,
    /// The name of the upload's form field, and the index of the part whose bytes it takes.
    file: Option<(&'static str, usize)>,
}

impl Request {
    /// Turns the request into a call.
    fn call(self, account: &Account<'_>) -> Result<Call, RenderError> {
        let call = calls::to(account, self.method)?;
        let Some((field, part)) = self.file else { return call.json(&self.fields).build() };
        let text = |value: Value| if let Value::String(text) = value { text } else { value.to_string() };
        let fields = self.fields.into_iter().map(|(name, value)| (name, text(value))).collect();
        call.upload(fields, vec![(field.to_owned(), part)]).build()
    }
}

/// Returns the calls that deliver a message to its contact, in order.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Result<Vec<Call>, RenderError> {
    requests(account, delivery, known)?.into_iter().map(|request| request.call(account)).collect()
}

/// Returns the call that shows the contact for five seconds that an agent is typing.
pub(super) fn typing(account: &Account<'_>, contact: &Contact) -> Result<Step, RenderError> {
    let mut fields = Place::of(contact).fields();
    fields.insert("action".to_owned(), "typing".into());
    calls::to(account, SEND_CHAT_ACTION)?.json(&fields).harmless().step()
}

/// The place that a contact's messages go to.
struct Place<'a> {
    chat: Value,
    /// The connection to the business account for which the bot answers.
    connection: Option<&'a str>,
    topic: Option<i64>,
}

impl<'a> Place<'a> {
    fn of(contact: &'a Contact) -> Self {
        let (chat, connection) = match contact.id.split_once(CONNECTION) {
            Some((chat, connection)) => (chat, Some(connection)),
            None => (contact.id.as_str(), None),
        };
        let topic = contact.thread.as_deref().and_then(|topic| topic.parse().ok());
        Self { chat: number_or_name(chat), connection, topic }
    }

    /// Returns the fields that every call of the place has.
    fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::from_iter([("chat_id".to_owned(), self.chat.clone())]);
        if let Some(connection) = self.connection {
            fields.insert("business_connection_id".to_owned(), connection.into());
        }
        if let Some(topic) = self.topic {
            fields.insert("message_thread_id".to_owned(), topic.into());
        }
        fields
    }
}

fn number_or_name(chat: &str) -> Value {
    chat.parse::<i64>().map_or_else(|_| json!(chat), |chat| json!(chat))
}

/// Returns the requests that deliver a message to its contact, in order.
///
/// A memo under [`simpler`] changes only the requests from its index on, so the requests that were sent keep their
/// places.
pub(super) fn requests(
    account: &Account<'_>,
    delivery: &Delivery<'_>,
    known: &Known,
) -> Result<Vec<Request>, RenderError> {
    let Place { chat, connection, topic } = Place::of(delivery.contact);
    let chat = known.memo(MOVED_TO).map_or(chat, number_or_name);
    let place = Place { chat, connection, topic: topic.filter(|_| known.memo(NO_TOPIC).is_none()) };
    // The id of the chat stands before the message's own.
    let quoted = delivery.quote.and_then(|quote| quote.id.as_deref()?.rsplit(':').next()?.parse().ok());
    let mut requests = Requests { place, quoted, known, language: delivery.language, list: Vec::new() };
    let author = delivery.author.and_then(|author| author.name.as_deref()).filter(|_| account.options.agent_name);
    for item in items(delivery, author) {
        requests.item(&item);
    }
    if requests.list.is_empty() {
        return Err(RenderError::new(Sentence::MessageEmpty));
    }
    Ok(requests.list)
}

/// One thing to show, with the text beside it and the buttons under it.
struct Item<'a> {
    shown: Shown<'a>,
    text: Cow<'a, str>,
    buttons: Vec<Button>,
}

enum Shown<'a> {
    Text,
    File(&'a Media, usize),
    Picture(&'a str),
    Place(f64, f64),
    Contact(&'a Option<String>, &'a str),
}

/// Turns parts into items. Telegram does not show which agent writes, so the agent's name stands before the first text.
fn items<'a>(delivery: &Delivery<'a>, author: Option<&str>) -> Vec<Item<'a>> {
    let mut items: Vec<Item<'a>> = Vec::new();
    for (index, part) in delivery.parts.iter().enumerate() {
        let plain = || Cow::from(fit::as_text(part, delivery.language));
        let (shown, text) = match part {
            Part::Buttons { buttons } => {
                match items.last_mut().filter(|last| last.buttons.is_empty()) {
                    Some(last) => last.buttons.clone_from(buttons),
                    None => items.push(alone(buttons)),
                }
                continue;
            }
            Part::Carousel { cards } => {
                items.extend(cards.iter().map(card));
                continue;
            }
            Part::Text { text } => (Shown::Text, text.into()),
            Part::Media(media) => (Shown::File(media, index), media.caption.as_deref().unwrap_or_default().into()),
            Part::Location { latitude, longitude, label } if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
                (Shown::Place(*latitude, *longitude), label.as_deref().unwrap_or_default().into())
            }
            Part::ContactCard { name, phone: Some(phone), more } if more.is_empty() && !phone.trim().is_empty() => {
                (Shown::Contact(name, phone), Cow::default())
            }
            Part::Location { .. } | Part::ContactCard { .. } | Part::Sticker { .. } | Part::Unsupported { .. } => {
                (Shown::Text, plain())
            }
        };
        items.push(Item { shown, text, buttons: Vec::new() });
    }
    if let Some(author) = author
        && let Some(item) = items.iter_mut().find(|item| !item.text.trim().is_empty())
    {
        item.text = fit::signed(author, &item.text).into();
    }
    items
}

/// Returns buttons that have nothing above them. Telegram requires a text there.
fn alone<'a>(buttons: &[Button]) -> Item<'a> {
    Item { shown: Shown::Text, text: fit::plain_buttons(buttons).into(), buttons: buttons.to_vec() }
}

fn card(card: &Card) -> Item<'_> {
    let text: Vec<&str> = [&card.title, &card.text].into_iter().flatten().map(String::as_str).collect();
    let shown = match card.image.as_deref().filter(|url| keyboard::is_link(url)) {
        Some(url) => Shown::Picture(url),
        None => Shown::Text,
    };
    match (&shown, text.is_empty()) {
        (Shown::Text, true) => alone(&card.buttons),
        _ => Item { shown, text: text.join("\n").into(), buttons: card.buttons.clone() },
    }
}

/// The requests of a delivery that is being rendered.
struct Requests<'a> {
    place: Place<'a>,
    quoted: Option<i64>,
    known: &'a Known,
    language: Language,
    list: Vec<Request>,
}

impl Requests<'_> {
    fn item(&mut self, item: &Item<'_>) {
        let fields = match &item.shown {
            Shown::Text => return self.text(&item.text, &item.buttons),
            Shown::File(media, part) => return self.file(media, *part, item),
            Shown::Picture(url) => return self.captioned(("sendPhoto", "photo", json!(url)), None, item, url),
            Shown::Place(latitude, longitude) => match item.text.split_once('\n') {
                Some((title, address)) => {
                    let fields = json!({
                        "latitude": latitude, "longitude": longitude, "title": title, "address": address,
                    });
                    return self.rich("sendVenue", fields, item, "");
                }
                None => json!({"latitude": latitude, "longitude": longitude}),
            },
            Shown::Contact(name, phone) => {
                let name = name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(phone);
                return self.rich("sendContact", json!({"phone_number": phone, "first_name": name}), item, name);
            }
        };
        self.rich("sendLocation", fields, item, &item.text);
    }

    /// Adds content without a caption; `behind` is a text to send after it. If Telegram refused the content, all of it
    /// is sent as text.
    fn rich(&mut self, method: &'static str, fields: Value, item: &Item<'_>, behind: &str) {
        if self.is_refused() {
            let words = match &item.shown {
                Shown::Place(latitude, longitude) => fit::as_text(
                    &Part::Location {
                        latitude: *latitude,
                        longitude: *longitude,
                        label: Some(item.text.clone().into_owned()).filter(|label| !label.is_empty()),
                    },
                    self.language,
                ),
                Shown::Contact(name, phone) => fit::as_text(
                    &Part::ContactCard { name: (*name).clone(), phone: Some((*phone).to_owned()), more: Vec::new() },
                    self.language,
                ),
                Shown::Text | Shown::File(..) | Shown::Picture(_) => item.text.clone().into_owned(),
            };
            return self.text(&words, &item.buttons);
        }
        let behind = if matches!(item.shown, Shown::Contact(..)) { "" } else { behind };
        let under = if behind.trim().is_empty() { item.buttons.as_slice() } else { &[] };
        let Layout { markup, others } = keyboard::layout(under);
        self.push(method, fields, markup, None, false);
        if behind.trim().is_empty() {
            self.text(&fit::plain_buttons(&others), &[]);
        } else {
            self.text(behind, &item.buttons);
        }
    }

    /// Adds a file as its own kind; if Telegram refused that, as a document; and otherwise as text.
    fn file(&mut self, media: &Media, part: usize, item: &Item<'_>) {
        let document = ("sendDocument", "document");
        let method = match media.kind {
            MediaKind::Image => ("sendPhoto", "photo"),
            MediaKind::Video => ("sendVideo", "video"),
            MediaKind::Audio if matches!(extension(media).as_deref(), Some("ogg" | "oga" | "opus")) => {
                ("sendVoice", "voice")
            }
            MediaKind::Audio => ("sendAudio", "audio"),
            MediaKind::File => document,
        };
        match &media.source {
            MediaSource::Fetched if self.is_refused() => {
                self.push_captioned((document.0, document.1, Value::Null), Some(part), item, true);
            }
            MediaSource::Fetched => {
                let is_simple = method == document && item.buttons.is_empty();
                self.push_captioned((method.0, method.1, Value::Null), Some(part), item, is_simple);
            }
            MediaSource::Link { url }
                if method != document || matches!(extension(media).as_deref(), Some("pdf" | "zip" | "gif")) =>
            {
                self.captioned((method.0, method.1, json!(url)), None, item, url);
            }
            MediaSource::Link { .. } | MediaSource::ShortLink { .. } | MediaSource::Reference { .. } => {
                let media = Media { caption: None, ..media.clone() };
                let words = format!("{}\n{}", fit::as_text(&Part::Media(media), self.language), item.text);
                self.text(words.trim_end(), &item.buttons);
            }
        }
    }

    /// Adds content with a caption from a link. If Telegram refused the content, the link is sent as text.
    fn captioned(
        &mut self,
        what: (&'static str, &'static str, Value),
        part: Option<usize>,
        item: &Item<'_>,
        url: &str,
    ) {
        if self.is_refused() {
            self.text(format!("{url}\n{}", item.text).trim_end(), &item.buttons);
        } else {
            self.push_captioned(what, part, item, false);
        }
    }

    /// Adds content with its caption inside if the caption fits, and otherwise behind. The simplest form has no
    /// buttons.
    fn push_captioned(
        &mut self,
        (method, field, value): (&'static str, &'static str, Value),
        part: Option<usize>,
        item: &Item<'_>,
        is_simple: bool,
    ) {
        let mut fields = Map::new();
        if part.is_none() {
            fields.insert(field.to_owned(), value);
        }
        let limit = TextLimit { max: super::PHOTO.caption, ..FEATURES.text };
        let behind = !text::fits(&item.text, limit);
        if !behind && !item.text.trim().is_empty() {
            fields.insert("caption".to_owned(), json!(item.text));
        }
        let under = if behind || is_simple { &[] } else { item.buttons.as_slice() };
        let Layout { markup, others } = keyboard::layout(under);
        self.push(method, fields.into(), markup, part.map(|part| (field, part)), is_simple);
        match (behind, is_simple) {
            (true, _) => self.text(&item.text, &item.buttons),
            (false, true) => self.text(&fit::plain_buttons(&item.buttons), &[]),
            (false, false) => self.text(&fit::plain_buttons(&others), &[]),
        }
    }

    /// Adds a text in pieces that fit, with the buttons under the last piece.
    fn text(&mut self, text: &str, buttons: &[Button]) {
        let Layout { markup, others } = keyboard::layout(buttons);
        let text = match others.is_empty() {
            true => Cow::from(text),
            false => format!("{text}\n{}", fit::plain_buttons(&others)).into(),
        };
        let pieces = text::split(&text, FEATURES.text);
        let Some((last, pieces)) = pieces.split_last() else { return };
        // A link may be valid for one visit only, and a preview would be that visit.
        let fields = |text: &str| json!({"text": text, "link_preview_options": {"is_disabled": true}});
        for piece in pieces {
            self.push("sendMessage", fields(piece), None, None, true);
        }
        let is_refused = self.is_refused();
        let markup = markup.filter(|_| !is_refused);
        let is_simple = markup.is_none();
        self.push("sendMessage", fields(last), markup, None, is_simple);
        if is_refused {
            let words = fit::plain_buttons(buttons);
            // Buttons that stood alone are in the text already.
            if words != *last {
                self.text(&words, &[]);
            }
        }
    }

    /// Returns whether Telegram refused the form of the next request.
    fn is_refused(&self) -> bool {
        self.known.memo(&simpler(self.list.len())).is_some()
    }

    fn push(
        &mut self,
        method: &'static str,
        fields: Value,
        markup: Option<Value>,
        file: Option<(&'static str, usize)>,
        is_simple: bool,
    ) {
        let mut all = self.place.fields();
        if let Some(quoted) = self.quoted.filter(|_| self.list.is_empty()) {
            let reply = json!({"message_id": quoted, "allow_sending_without_reply": true});
            all.insert("reply_parameters".to_owned(), reply);
        }
        if let Value::Object(fields) = fields {
            all.extend(fields);
        }
        if let Some(markup) = markup {
            all.insert("reply_markup".to_owned(), markup);
        }
        self.list.push(Request { method, is_simple, fields: all, file });
    }
}

/// Returns the extension of the file's name or, without one, of its link, in lower case.
fn extension(media: &Media) -> Option<String> {
    let link = if let MediaSource::Link { url } = &media.source { Some(url.as_str()) } else { None };
    let path = |text: &str| text.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).map(str::to_owned);
    let names = [media.name.clone(), link.and_then(path)];
    names.into_iter().flatten().find_map(|name| name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()))
}
