//! Reads WhatsApp's webhooks (<https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components>).
//!
//! A call may hold many messages and statuses of many people. A malformed one becomes a notice and never affects the
//! others, because Meta would repeat all of them for a week.

use std::{borrow::Cow, collections::BTreeMap};

use super::classify::ERRORS;
use crate::{
    adapter::{
        Account, Verified,
        webhook::{self, Addresses, ParseError, ParsedChannel, UNREADABLE, WebhookRequest, id_of},
    },
    channel::{meta, readable},
    model::{
        features::{TextLimit, TextUnit},
        message::{
            ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, MessageNames, Part, Quote, Receipt,
        },
        text,
    },
    tools::{
        json::{self, Json},
        language::Language,
        millis::Millis,
        sentences::Sentence,
    },
};

/// The maximum length of a contact's id, in bytes, and of its name. A call states them once for all messages of the
/// contact, and each message takes a copy.
const ID: usize = 256;
const TEXT: TextLimit = TextLimit { max: 500, unit: TextUnit::Chars };
const NAME: TextLimit = TextLimit { max: 256, unit: TextUnit::Chars };
/// The maximum number of contacts of a call whose names are read. Meta's platforms put at most a thousand events into a
/// call.
const CONTACTS: usize = 10_000;
/// The maximum number of contact cards in a message, which is what WhatsApp allows, and of answers in a form.
const CARDS: usize = 257;
const ANSWERS: usize = 200;
/// The maximum number of telephone numbers and of addresses of a contact card.
const DETAILS: usize = 20;

/// Returns the events in a call.
pub(super) fn parse(account: &Account<'_>, verified: Verified<'_>) -> Result<ParsedChannel, ParseError> {
    let request = verified.request();
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let [object, entries] = body.pick(["object", "entry"]);
    if !entries.is_array() {
        return Err(ParseError::missing("entry"));
    }
    let mut found = webhook::Batch::new();
    let object = object.text().ok_or_else(|| ParseError::missing("object"))?;
    if object != "whatsapp_business_account" {
        found.ignore("", "other_object");
        return Ok(found.done());
    }
    let ours = account.setting(super::PHONE_NUMBER_ID);
    let takes_standby = account.setting(super::STANDBY) == Some("yes");
    found.each(entries, |found, entry| {
        found.each(entry.get("changes").unwrap_or_default(), |found, change| {
            let [field, value] = change.pick(["field", "value"]);
            let Some(field) = field.text() else { return found.ignore("", UNREADABLE) };
            let is_standby = field == "standby";
            let is_taken = matches!(&*field, "messages" | "smb_message_echoes") || is_standby && takes_standby;
            if value.is_null() || !is_taken {
                return found.ignore(field, "other_field");
            }
            if !value.is_object() {
                return found.ignore(field, UNREADABLE);
            }
            let number = value.text_at("/metadata/phone_number_id");
            if !verified.is_for(number.as_deref(), ours) {
                return found.ignore(field, "other_number");
            }
            let [contacts, messages, echoes, statuses] =
                value.pick(["contacts", "messages", "message_echoes", "statuses"]);
            let received_at = request.received_at;
            let language = account.options.language;
            let change = Change { contacts: Contacts::of(contacts), received_at, is_standby, language };
            found.each(messages, |found, message| change.message(found, message));
            found.each(echoes, |found, message| change.echo(found, message));
            // The bridge sent none of the messages that the AI agent's statuses are about.
            if !is_standby {
                found.each(statuses, |found, status| change.status(found, status));
            }
            // Errors beside no message and no status speak of the account.
            let is_of_account = messages.is_null() && statuses.is_null();
            value.get("errors").unwrap_or_default().each(|error| match account_event(error, received_at) {
                Some(event) if is_of_account => found.push(event),
                _ => found.ignore(&*field, "account_error"),
            });
            if found.is_empty() {
                found.ignore(field, "nothing");
            }
        });
    });
    if found.is_empty() {
        found.ignore("", "nothing");
    }
    Ok(found.done())
}

/// Returns the numbers that the changes of a call name.
pub(super) fn addresses(account: &Account<'_>, request: &WebhookRequest) -> Addresses {
    let mut addresses = Addresses::default();
    let whole = json::text_of(&request.body);
    let entries = Json::read(&whole).ok().and_then(|body| body.get("entry")).unwrap_or_default();
    entries.each(|entry| {
        entry.get("changes").unwrap_or_default().each(|change| {
            let number = change.text_at("/value/metadata/phone_number_id");
            addresses.extend(number.and_then(|number| account.address(meta::API_URL, &number)));
        });
    });
    addresses
}

/// One change, whose messages and statuses share their contacts.
struct Change<'a> {
    contacts: Contacts<'a>,
    received_at: Millis,
    /// Whether Meta's AI agent speaks for the number.
    is_standby: bool,
    /// The language of remarks on what agents read.
    language: Language,
}

/// The contact and the content of a message or a status, or the reason why it is left out.
type Read = Result<(Contact, ChannelEventKind), &'static str>;

impl Change<'_> {
    fn take(&self, found: &mut webhook::Batch, item: Json<'_>, id: String, read: Read) {
        match read {
            Ok((contact, kind)) => {
                let at = time(item).unwrap_or(self.received_at);
                let (names, quote) = names_and_quote(item, &kind);
                found.push(ChannelEvent::new(id, at, contact, kind).with(names, quote));
            }
            Err(why) => found.ignore(id, why),
        }
    }

    fn message(&self, found: &mut webhook::Batch, message: Json<'_>) {
        let [group, user, number] = message.pick(["group_id", "from_user_id", "from"]);
        let read = || {
            if !group.is_null() {
                return Err("group");
            }
            let kind = message.get("type").and_then(Json::text).unwrap_or_default();
            if kind == "request_welcome" {
                return self.opened(message, user, number);
            }
            let system = message.get("system").filter(|_| kind == "system").unwrap_or_default();
            if let Some(moved) = self.moved(system, user, number) {
                return Ok(moved);
            }
            let contact = self.contacts.contact(user, number).ok_or("nobody")?;
            let parts = parts(message, self.language).ok_or("nothing_to_show")?;
            Ok((contact, ChannelEventKind::Message { parts: self.marked(parts, Sentence::ToAiAgent) }))
        };
        self.take(found, message, message_id(message), read());
    }

    /// Reads the news that a person opened the chat. It matters only with the advertisement that led there.
    fn opened(&self, message: Json<'_>, user: Json<'_>, number: Json<'_>) -> Read {
        let context = came_from(message, self.language).ok_or("opened")?;
        let contact = self.contacts.contact(user, number).ok_or("nobody")?;
        Ok((contact, ChannelEventKind::Opened { context: text::truncate(&context, TEXT).into_owned() }))
    }

    /// Says of what was written while Meta's AI agent speaks for the number who wrote it.
    fn marked(&self, mut parts: Vec<Part>, who: Sentence<'_>) -> Vec<Part> {
        let who = self.language.say(who);
        match parts.first_mut() {
            _ if !self.is_standby => {}
            Some(Part::Text { text }) => *text = format!("{who} {text}"),
            _ => parts.insert(0, Part::text(who)),
        }
        parts
    }

    /// Reads the news that a person has a new number or a new business-scoped id. The news mostly come without
    /// contacts, and the message's own ids may be the old or the new ones.
    fn moved(&self, system: Json<'_>, user: Json<'_>, number: Json<'_>) -> Option<(Contact, ChannelEventKind)> {
        let names = ["type", "user_id", "previous_user_id", "wa_id", "new_wa_id", "customer", "body"];
        let [kind, new_user, old_user, wa_id, new_wa_id, old_number, body] = system.pick(names);
        if !kind.text().is_some_and(|kind| kind.contains("changed_number") || kind.contains("changed_user_id")) {
            return None;
        }
        let new_number = id(new_wa_id).or_else(|| id(wa_id));
        let (new_user, old_user) = (id(new_user), id(old_user));
        let now = new_user.clone().or_else(|| new_number.clone())?;
        let before = [old_user, id(user), id(old_number), id(number)].into_iter().flatten();
        let mut from: Vec<String> = Vec::new();
        for before in before.filter(|before| *before != now && Some(before) != new_number.as_ref()) {
            if !from.iter().any(|other| *other == before) {
                from.push(before.into_owned());
            }
        }
        let contact = Contact {
            alias: new_number.as_deref().filter(|number| **number != now).map(str::to_owned),
            phone: new_number.as_deref().and_then(phone),
            id: now.into_owned(),
            ..Contact::default()
        };
        let text = body.filled_text().map(|text| text::truncate(&text, TEXT).into_owned());
        Some((contact, ChannelEventKind::Moved { from, text }))
    }

    /// Reads a message that the business typed in its phone app.
    fn echo(&self, found: &mut webhook::Batch, message: Json<'_>) {
        let [user, number] = message.pick(["to_user_id", "to"]);
        let read = || {
            let contact = self.contacts.contact(user, number).ok_or("nobody")?;
            let parts = self.marked(parts(message, self.language).ok_or("nothing_to_show")?, Sentence::ByAiAgent);
            Ok((contact, ChannelEventKind::BusinessEcho { parts, message: None }))
        };
        self.take(found, message, message_id(message), read());
    }

    /// Reads the status of a message that the bridge sent. The message's own id finds the message, so the contact may
    /// be missing.
    fn status(&self, found: &mut webhook::Batch, status: Json<'_>) {
        let names = ["status", "recipient_type", "recipient_user_id", "recipient_id", "id"];
        let [word, kind, user, number, message] = status.pick(names);
        let (word, message) = (word.text().unwrap_or_default(), message.text().unwrap_or_default());
        let read = || {
            let receipt = match &*word {
                "sent" => Receipt::Sent,
                "delivered" => Receipt::Delivered,
                "read" | "played" => Receipt::Read,
                "failed" => ERRORS.receipt(status.pointer("/errors/0").unwrap_or_default()),
                _ => return Err("unknown_status"),
            };
            if kind.text().as_deref() == Some("group") {
                return Err("group");
            }
            if message.is_empty() {
                return Err("no_id");
            }
            let id = self.contacts.contact(user, number).unwrap_or_default().id;
            let kind = ChannelEventKind::Receipt { message: message.clone().into_owned(), receipt };
            Ok((Contact { id, ..Contact::default() }, kind))
        };
        // All statuses of a message carry that message's id.
        self.take(found, status, format!("{word}:{message}"), read());
    }
}

/// Reads an error that concerns no message. Returns `None` if nobody has to put the account right.
fn account_event(error: Json<'_>, at: Millis) -> Option<ChannelEvent> {
    let Receipt::Failed { reason, account: true, .. } = ERRORS.receipt(error) else { return None };
    let kind = ChannelEventKind::AccountBlocked { reason };
    Some(ChannelEvent::new(id_of(error.raw()), at, Contact::default(), kind))
}

/// Returns WhatsApp's names for a message, and the message that it answers. Only the id of that one comes along. A
/// reaction and other news about a message are no messages of their own.
fn names_and_quote(message: Json<'_>, kind: &ChannelEventKind) -> (MessageNames, Option<Quote>) {
    let is_theirs = matches!(kind, ChannelEventKind::Message { .. });
    let word = message.get("type").and_then(Json::text).unwrap_or_default();
    let is_news = matches!(&*word, "reaction" | "system" | "edit" | "revoke");
    if is_news || !is_theirs && !matches!(kind, ChannelEventKind::BusinessEcho { .. }) {
        return Default::default();
    }
    let id = message.get("id").and_then(Json::filled_text);
    let names = MessageNames { to_mark: id.clone().filter(|_| is_theirs), id, token: None };
    (names, message.text_at("/context/id").filter(|id| !id.is_empty()).map(Quote::of))
}

fn message_id(message: Json<'_>) -> String {
    let given = message.get("id").and_then(Json::text).filter(|id| !id.is_empty());
    given.map_or_else(|| id_of(message.raw()), Cow::into_owned)
}

/// The contacts of a change, read once and found by either of their ids.
#[derive(Default)]
struct Contacts<'a> {
    all: Vec<Known<'a>>,
    by_user: BTreeMap<Cow<'a, str>, usize>,
    by_number: BTreeMap<Cow<'a, str>, usize>,
}

struct Known<'a> {
    user: Option<Cow<'a, str>>,
    number: Option<Cow<'a, str>>,
    name: Option<String>,
}

impl<'a> Contacts<'a> {
    fn of(list: Json<'a>) -> Self {
        let mut contacts = Self::default();
        list.each(|contact| {
            let [user, number, profile] = contact.pick(["user_id", "wa_id", "profile"]);
            let (user, number) = (id(user), id(number));
            let place = contacts.all.len();
            if place == CONTACTS || user.is_none() && number.is_none() {
                return;
            }
            // Of several contacts with the same id, the first counts.
            if let Some(user) = user.clone() {
                contacts.by_user.entry(user).or_insert(place);
            }
            if let Some(number) = number.clone() {
                contacts.by_number.entry(number).or_insert(place);
            }
            let [name, username] = profile.pick(["name", "username"]);
            let name = name.text().or_else(|| username.text()).filter(|name| !name.trim().is_empty());
            contacts.all.push(Known { user, number, name: name.map(|name| text::truncate(&name, NAME).into_owned()) });
        });
        contacts
    }

    /// Returns a contact. The id is the business-scoped one if there is one, because a telephone number may be hidden
    /// or change.
    fn contact(&self, user: Json<'_>, number: Json<'_>) -> Option<Contact> {
        let (user, number) = (id(user), id(number));
        let by_user = user.as_ref().and_then(|user| self.by_user.get(user));
        let by_number = number.as_ref().and_then(|number| self.by_number.get(number));
        let known = by_user.into_iter().chain(by_number).min().and_then(|place| self.all.get(*place));
        let user = user.as_deref().or_else(|| known?.user.as_deref());
        let number = number.as_deref().or_else(|| known?.number.as_deref());
        Some(Contact {
            id: user.or(number)?.to_owned(),
            alias: number.filter(|number| user.is_some_and(|user| user != *number)).map(str::to_owned),
            name: known.and_then(|known| known.name.clone()),
            phone: number.and_then(phone),
            ..Contact::default()
        })
    }
}

fn id(value: Json<'_>) -> Option<Cow<'_, str>> {
    value.text().filter(|id| (1..=ID).contains(&id.len()))
}

/// Returns the content of a message, or `None` if the message only takes a reaction back.
fn parts(message: Json<'_>, language: Language) -> Option<Vec<Part>> {
    let kind = message.get("type").and_then(Json::text).unwrap_or_default();
    match content(message, &kind, language).filter(|parts| !parts.is_empty()) {
        None if kind != "reaction" => {
            let of_kind = message.get(&kind).unwrap_or_default();
            let kind = words(&kind).unwrap_or("message".into());
            let what = Sentence::KindWithoutContent { kind: &kind }.to_string();
            Some(vec![Part::Unsupported { what, text: readable(of_kind) }])
        }
        parts => parts,
    }
}

/// Returns the parts of a message, or `None` if the message lacks what its type promises.
fn content(message: Json<'_>, kind: &str, language: Language) -> Option<Vec<Part>> {
    let of_kind = message.get(kind).unwrap_or_default();
    let at = |name: &str| of_kind.get(name).and_then(Json::filled_text);
    let notice = |what: &str, text| Part::Unsupported { what: what.into(), text };
    let part = match kind {
        "text" => Part::text(at("body")?),
        "image" | "sticker" => media(MediaKind::Image, of_kind)?,
        "video" => media(MediaKind::Video, of_kind)?,
        "audio" => media(MediaKind::Audio, of_kind)?,
        "document" => media(MediaKind::File, of_kind)?,
        "location" => place(of_kind)?,
        "contacts" => return Some(cards(of_kind)),
        "button" => Part::text(at("text")?),
        "interactive" => pressed(of_kind),
        "reaction" => Part::text(language.say(Sentence::ReactedWith { emoji: &at("emoji")? })),
        "order" => Part::text(order(of_kind, language)),
        "edit" => {
            let words = ["text/body", "image/caption", "video/caption", "document/caption"]
                .into_iter()
                .find_map(|path| of_kind.text_at(&format!("/message/{path}")));
            Part::text(format!("{} {}", language.say(Sentence::Edited), words?))
        }
        "revoke" => Part::text(language.say(Sentence::TookBack)),
        "system" => Part::text(
            at("body").map_or_else(|| language.say(Sentence::AccountChanged).into(), |body| format!("({body})")),
        ),
        "unsupported" => notice(at("type").as_deref().unwrap_or("unknown message"), readable(of_kind)),
        other => {
            let text = message.text_at("/text/body").map(Cow::into_owned).or_else(|| readable(of_kind));
            notice(words(other).as_deref().unwrap_or("unknown message"), text)
        }
    };
    let mut parts = vec![part];
    parts.extend(came_from(message, language).map(|from| Part::text(language.say(Sentence::CameFrom { from: &from }))));
    Some(parts)
}

/// Returns the advertisement that led a person here.
fn came_from(message: Json<'_>, language: Language) -> Option<String> {
    let url = message.text_at("/referral/source_url")?;
    let headline =
        message.text_at("/referral/headline").unwrap_or_else(|| language.say(Sentence::AnAd).to_string().into());
    Some(format!("{headline}: {url}"))
}

/// Returns the name of a message type, for people.
fn words(kind: &str) -> Option<String> {
    let words: String = kind.chars().filter(|c| c.is_alphanumeric() || *c == '_').take(40).collect();
    (!words.is_empty()).then_some(words)
}

/// Returns a file by its id. The link to the file requires the access token and expires after minutes.
fn media(kind: MediaKind, file: Json<'_>) -> Option<Part> {
    let [id, name, content_type, caption] = file.pick(["id", "filename", "mime_type", "caption"]);
    let content_type = content_type.text();
    Some(Part::Media(Media {
        name: name.text().map(Cow::into_owned),
        content_type: content_type.and_then(|kind| kind.split(';').next().map(|kind| kind.trim().to_owned())),
        caption: caption.filled_text(),
        ..Media::new(kind, MediaSource::Reference { id: id.filled_text()? })
    }))
}

fn place(place: Json<'_>) -> Option<Part> {
    let [latitude, longitude, name, address] = place.pick(["latitude", "longitude", "name", "address"]);
    let degrees = |value: Json<'_>, most: f64| {
        let number = value.f64().or_else(|| value.text()?.parse().ok())?;
        (number.abs() <= most).then_some(number)
    };
    let label: Vec<_> = [name, address].into_iter().filter_map(Json::text).collect();
    Some(Part::Location {
        latitude: degrees(latitude, 90.0)?,
        longitude: degrees(longitude, 180.0)?,
        label: (!label.is_empty()).then(|| label.join("\n")),
    })
}

/// Returns contact cards, one notice for all cards without content, and one for all cards beyond the maximum.
fn cards(list: Json<'_>) -> Vec<Part> {
    let (mut cards, mut is_blank, mut is_cut) = (Vec::new(), false, false);
    list.each(|card| {
        let name = card.text_at("/name/formatted_name").map(Cow::into_owned);
        let mut phones = all(card, "phones", "phone").into_iter();
        let phone = phones.next();
        let mut more: Vec<String> = phones.chain(all(card, "emails", "email")).collect();
        more.extend(card.text_at("/org/company").filter(|company| !company.trim().is_empty()).map(Cow::into_owned));
        match name.is_some() || phone.is_some() || !more.is_empty() {
            true if cards.len() < CARDS => cards.push(Part::ContactCard { name, phone, more }),
            true => is_cut = true,
            false => is_blank = true,
        }
    });
    let notices = [(is_blank, "contact card without content"), (is_cut, "more contact cards")];
    let notices = notices.into_iter().filter(|(is_so, _)| *is_so);
    cards.extend(notices.map(|(_, what)| Part::Unsupported { what: what.to_owned(), text: None }));
    cards
}

/// Returns a field of all items of a list in a contact card.
fn all(card: Json<'_>, list: &str, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    card.get(list).unwrap_or_default().each(|item| {
        let value = item.get(field).and_then(Json::filled_text);
        found.extend(value.filter(|_| found.len() < DETAILS));
    });
    found
}

fn pressed(interactive: Json<'_>) -> Part {
    let title =
        ["button_reply", "list_reply"].into_iter().find_map(|kind| interactive.text_at(&format!("/{kind}/title")));
    if let Some(title) = title {
        // The row of a list has a short title, and the whole one as its description.
        let whole = interactive.text_at("/list_reply/description");
        let is_whole = |whole: &str| title.strip_suffix('…').is_some_and(|short| whole.starts_with(short));
        return Part::text(whole.filter(|whole| is_whole(whole)).unwrap_or(title));
    }
    let Some(form) = interactive.text_at("/nfm_reply/response_json") else {
        return Part::Unsupported { what: "pressed button".to_owned(), text: None };
    };
    let answers = json::text_of(form.as_bytes());
    let mut lines = BTreeMap::new();
    Json::read(&answers).unwrap_or_default().each_field(|name, value| {
        if name != "flow_token" && lines.len() < ANSWERS {
            let line = format!("{name}: {}", value.text().unwrap_or(value.raw().into()));
            lines.insert(name, line);
        }
    });
    let lines = lines.into_values().collect::<Vec<_>>().join("\n");
    Part::text(if lines.is_empty() { form.into_owned() } else { lines })
}

fn order(order: Json<'_>, language: Language) -> String {
    let word = |value: Json<'_>| match value.text() {
        None if value.is_null() => String::new(),
        text => text.unwrap_or(value.raw().into()).into_owned(),
    };
    let mut lines = language.say(Sentence::Order).to_string();
    order.get("product_items").unwrap_or_default().each(|item| {
        let words = item.pick(["quantity", "product_retailer_id", "item_price", "currency"]).map(word);
        let [quantity, product, price, currency] = &words;
        if words.iter().any(|word| !word.is_empty()) {
            lines.push_str(&format!("\n{quantity} × {product} ({price} {currency})"));
        }
    });
    if let Some(text) = order.get("text").and_then(Json::text) {
        lines.push('\n');
        lines.push_str(&text);
    }
    lines
}

/// Returns a time. WhatsApp writes seconds as text, and sometimes milliseconds.
fn time(item: Json<'_>) -> Option<Millis> {
    let value = item.get("timestamp")?;
    let number = value.i64().or_else(|| value.text()?.parse().ok())?;
    match number {
        1_000_000_000..100_000_000_000 => Some(Millis::from_seconds(number)),
        1_000_000_000_000..100_000_000_000_000 => Some(Millis::new(number)),
        _ => None,
    }
}

/// Returns the telephone number of these digits, with a plus sign.
fn phone(digits: &str) -> Option<String> {
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{digits}"))
}
