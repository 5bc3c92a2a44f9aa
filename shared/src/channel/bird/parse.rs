//! Reads Bird's events: `{type, timestamp, data}`. Unknown types are accepted and left out, because Bird adds new ones.

use std::borrow::Cow;

use super::{
    FROM, apple, classify,
    wire::{Product, notice, text},
};
use crate::{
    adapter::{
        Account,
        webhook::{ParseError, ParsedChannel, UNREADABLE, WebhookRequest, id_of},
    },
    channel::readable,
    model::message::{
        ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, MessageNames, Part, Quote, Receipt,
    },
    tools::{
        json::{self, Json},
        language::Language,
        millis::Millis,
        sentences::Sentence,
    },
};

/// The maximum number of contact cards in a message, which is what WhatsApp allows.
const CARDS: usize = 257;

/// Returns the events in a call, for an installation of `product`.
pub(super) fn parse(
    product: Product,
    account: &Account<'_>,
    request: &WebhookRequest,
) -> Result<ParsedChannel, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let [kind, timestamp, data] = body.pick(["type", "timestamp", "data"]);
    let kind = kind.filled_text().ok_or_else(|| ParseError::missing("type"))?;
    if !data.is_object() {
        return Err(ParseError::missing("data"));
    }
    // The id is the same for every redelivery.
    let id = request.header("webhook-id").map_or_else(|| id_of(body.raw()), str::to_owned);
    let language = account.options.language;
    let event = kind.split_once('.').map_or("", |(_, event)| event);
    let event = Event { from: account.setting(FROM), event, data, language };
    let read = match (product, kind.split_once('.').map(|(family, _)| family)) {
        (Product::Sms, Some("sms")) => event.sms(),
        (Product::Sms, Some("sms_suppression")) => event.suppression("destination", "originator"),
        (Product::WhatsApp, Some("whatsapp")) => event.whatsapp(),
        (Product::WhatsApp, Some("whatsapp_suppression")) => event.suppression("address", "sender"),
        (Product::Apple, Some("amb")) => event.apple(),
        (Product::Apple, Some("amb_suppression")) => event.suppression("address", "business_id"),
        (_, Some("sms" | "whatsapp" | "amb")) => Err("other_product"),
        _ => Err("unknown_event"),
    };
    let at = timestamp.filled_text().and_then(|text| Millis::from_rfc3339(&text)).unwrap_or(request.received_at);
    Ok(match read {
        Ok((contact, kind)) => {
            let (names, quote) = event.names_and_quote(product, &kind);
            ParsedChannel::events(vec![ChannelEvent::new(id, at, contact, kind).with(names, quote)])
        }
        Err(why) => ParsedChannel::ignored(id, why),
    })
}

/// The maximum number of telephone numbers and addresses of a contact card.
const DETAILS: usize = 20;

/// The contact and the content of an event, or the reason why the event is left out.
type Read = Result<(Contact, ChannelEventKind), &'static str>;

#[derive(Clone, Copy)]
struct Event<'a> {
    /// The installation's sender.
    from: Option<&'a str>,
    event: &'a str,
    data: Json<'a>,
    /// The language of remarks on what agents read.
    language: Language,
}

impl<'a> Event<'a> {
    fn data(self, path: &str) -> Option<Cow<'a, str>> {
        text(self.data, &format!("/{path}"))
    }

    /// Rejects events of the workspace's other senders, which have installations of their own.
    fn check_sender(self, business: Option<Cow<'_, str>>) -> Result<(), &'static str> {
        let bare = |address: &str| address.trim().trim_start_matches('+').to_ascii_lowercase();
        let is_ours = business.is_none_or(|business| self.from.is_some_and(|from| bare(&business) == bare(from)));
        if is_ours { Ok(()) } else { Err("other_sender") }
    }

    fn sms(self) -> Read {
        let is_inbound = self.event == "received";
        let (contact, business) = if is_inbound { ("from", "to") } else { ("to", "from") };
        self.check_sender(self.data(business))?;
        let contact = self.data(contact);
        if !is_inbound {
            return Ok((
                known(contact),
                news(self.event, self.data("sms_id"), self.data.get("error").unwrap_or_default())?,
            ));
        }
        let contact = address(&contact.ok_or("nobody")?);
        let mut parts: Vec<Part> = ["subject", "text"]
            .into_iter()
            .filter_map(|name| self.data(name).filter(|words| !words.trim().is_empty()))
            .map(Part::text)
            .collect();
        if parts.is_empty() {
            parts.push(notice("multimedia message", None));
        }
        Ok((contact, ChannelEventKind::Message { parts }))
    }

    /// Reads a new suppression. Bird no longer sends to this address: the contact wrote STOP, or someone put the
    /// address on the list.
    fn suppression(self, address_in: &str, business_in: &str) -> Read {
        if self.event != "created" {
            return Err("unknown_event");
        }
        self.check_sender(self.data(business_in))?;
        Ok((address(&self.data(address_in).ok_or("nobody")?), ChannelEventKind::Unsubscribed))
    }

    fn whatsapp(self) -> Read {
        // Messages that the business wrote in the app, or that an agent of Meta's wrote, also arrive as received.
        let is_echo = self.event == "received" && self.data("direction").as_deref() == Some("outbound");
        let is_inbound = matches!(self.event, "received" | "reacted") && !is_echo;
        let (contact, business) = if is_inbound { ("from", "to") } else { ("to", "from") };
        self.check_sender(self.data(&format!("{business}/phone_number")))?;
        if self.data("to/group_id").is_some() {
            return Err("group");
        }
        // Up to six months of history arrive when a number is connected.
        if self.data("origin").as_deref() == Some("history_sync") {
            return Err("history");
        }
        let at = |name: &str| self.data(&format!("{contact}/{name}"));
        // The business-scoped id stays the same when the person hides the number.
        let number = at("phone_number");
        let id = at("bsuid").or_else(|| number.clone());
        let is_news = !matches!(self.event, "received" | "reacted");
        if is_news {
            return Ok((
                known(id),
                news(self.event, self.data("whatsapp_id"), self.data.get("error").unwrap_or_default())?,
            ));
        }
        let name = at("display_name").or_else(|| at("username")).map(Cow::into_owned);
        let contact = address(&id.ok_or("nobody")?);
        let number = number.map(Cow::into_owned);
        let contact = Contact {
            name,
            phone: contact.phone.or_else(|| number.as_deref().and_then(|number| address(number).phone)),
            alias: number.filter(|number| *number != contact.id),
            id: contact.id,
            ..Contact::default()
        };
        let kind = match self.event {
            "received" if is_echo => ChannelEventKind::BusinessEcho { parts: self.content(), message: None },
            "received" => ChannelEventKind::Message { parts: self.content() },
            _ => {
                let emoji = self.data("emoji").ok_or("nothing_to_show")?;
                ChannelEventKind::Message {
                    parts: vec![Part::text(self.language.say(Sentence::ReactedWith { emoji: &emoji }))],
                }
            }
        };
        Ok((contact, kind))
    }

    /// Returns Bird's names for a message, and the message that it answers, of which only the id comes along. Only
    /// WhatsApp has quotes and read marks.
    fn names_and_quote(self, product: Product, kind: &ChannelEventKind) -> (MessageNames, Option<Quote>) {
        let is_theirs = matches!(kind, ChannelEventKind::Message { .. });
        let is_written = is_theirs || matches!(kind, ChannelEventKind::BusinessEcho { .. });
        if product != Product::WhatsApp || self.event != "received" || !is_written {
            return Default::default();
        }
        let id = self.data("whatsapp_id").map(Cow::into_owned);
        let names = MessageNames { to_mark: id.clone().filter(|_| is_theirs), id, token: None };
        (names, self.data("in_reply_to_message_id").map(Quote::of))
    }

    fn content(self) -> Vec<Part> {
        let mut cards = Vec::new();
        self.data.get("contact_cards").unwrap_or_default().each(|it| {
            let card = card(it);
            // One notice stands for several cards without content.
            if cards.len() < CARDS && cards.last() != Some(&card) {
                cards.push(card);
            }
        });
        if !cards.is_empty() {
            return cards;
        }
        let media = [
            ("image", MediaKind::Image),
            ("sticker", MediaKind::Image),
            ("video", MediaKind::Video),
            ("audio", MediaKind::Audio),
            ("document", MediaKind::File),
        ];
        let part = self
            .data("text/body")
            .map(Part::text)
            .or_else(|| media.into_iter().find_map(|(name, kind)| self.media(kind, name)))
            .or_else(|| self.location())
            .or_else(|| {
                let mut kinds = ["button", "list"].into_iter();
                kinds.find_map(|kind| self.data(&format!("interactive_reply/{kind}/text"))).map(Part::text)
            })
            .unwrap_or_else(|| {
                let what = self.data("unsupported/type").unwrap_or("unknown message".into());
                let mut rest = Vec::new();
                self.data.each_field(|name, value| {
                    let is_content = !matches!(&*name, "from" | "to" | "error" | "metadata" | "context");
                    rest.extend(readable(value).filter(|_| is_content && rest.len() < CARDS));
                });
                notice(&what, (!rest.is_empty()).then(|| rest.join("\n")))
            });
        vec![part]
    }

    /// Returns a file, or a notice if the file's address is missing; `None` if the message has no such file.
    fn media(self, kind: MediaKind, name: &str) -> Option<Part> {
        let file = self.data.get(name).filter(|file| !file.is_null())?;
        let [url, filename, content_type, caption] =
            file.pick(["url", "filename", "mime_type", "caption"]).map(Json::filled_text);
        let caption = caption.filter(|caption| !caption.trim().is_empty());
        Some(match url {
            Some(url) => Part::Media(Media {
                name: filename,
                content_type,
                caption,
                // The address requires the API key.
                ..Media::new(kind, MediaSource::Reference { id: url })
            }),
            None => notice(name, lines([caption, filename])),
        })
    }

    fn location(self) -> Option<Part> {
        let place = self.data.get("location").filter(|place| !place.is_null())?;
        let [latitude, longitude, name, address] = place.pick(["latitude", "longitude", "name", "address"]);
        let degrees = |value: Json<'_>, most: f64| value.f64().filter(|value| value.abs() <= most);
        let label = lines([name, address].map(Json::filled_text));
        Some(match degrees(latitude, 90.0).zip(degrees(longitude, 180.0)) {
            Some((latitude, longitude)) => Part::Location { latitude, longitude, label },
            None => notice("location", label),
        })
    }

    fn apple(self) -> Read {
        // Events of a conversation name no person. When a person closes it, a suppression tells who.
        let of_conversation = match self.event {
            "conversation_closed" => "conversation_closed",
            "conversation_reopened" => "conversation_reopened",
            "received" => UNREADABLE,
            _ => "conversation",
        };
        let message = self.data.get("message").filter(|message| message.is_object()).ok_or(of_conversation)?;
        let is_inbound = self.event == "received";
        let (contact, business) = if is_inbound { ("/from", "/to") } else { ("/to", "/from") };
        self.check_sender(text(message, business))?;
        let contact = text(message, contact);
        if !is_inbound {
            let error = message.get("last_error").unwrap_or_default();
            return Ok((known(contact), news(self.event, text(message, "/id"), error)?));
        }
        let contact = address(&contact.ok_or("nobody")?);
        Ok((contact, ChannelEventKind::Message { parts: apple::parts(message) }))
    }
}

/// Returns the contact of a status event. The message's own id finds the message, so the contact may be missing.
fn known(contact: Option<Cow<'_, str>>) -> Contact {
    contact.map_or_else(Contact::default, |contact| address(&contact))
}

fn news(event: &str, message: Option<Cow<'_, str>>, error: Json<'_>) -> Result<ChannelEventKind, &'static str> {
    let receipt = match event {
        "sent" => Receipt::Sent,
        "delivered" => Receipt::Delivered,
        "read" => Receipt::Read,
        "undelivered" | "failed" | "send_failed" | "rejected" | "expired" => {
            classify::receipt(text(error, "/code").as_deref(), text(error, "/description").as_deref())
        }
        "accepted" => return Err("on_its_way"),
        _ => return Err("unknown_event"),
    };
    Ok(ChannelEventKind::Receipt { message: message.ok_or("no_id")?.into_owned(), receipt })
}

/// Returns a contact card. Each of its fields may be missing.
fn card(card: Json<'_>) -> Part {
    let [formatted, first, last] =
        card.get("name").unwrap_or_default().pick(["formatted_name", "first_name", "last_name"]).map(Json::filled_text);
    let parts: Vec<String> = [first, last].into_iter().flatten().collect();
    let name = formatted.or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    let all = |list: &str, field: &str| {
        let mut found = Vec::new();
        card.get(list).unwrap_or_default().each(|item| {
            let value = item.get(field).and_then(Json::filled_text);
            found.extend(value.filter(|_| found.len() < DETAILS));
        });
        found
    };
    let mut phones = all("phone_numbers", "phone_number").into_iter();
    let phone = phones.next();
    let mut more: Vec<String> = phones.chain(all("emails", "email")).collect();
    more.extend(text(card, "/organization/company").or_else(|| text(card, "/org/company")).map(Cow::into_owned));
    if name.is_none() && phone.is_none() && more.is_empty() {
        return notice("contact card", None);
    }
    Part::ContactCard { name, phone, more }
}

fn lines(lines: [Option<String>; 2]) -> Option<String> {
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn address(id: &str) -> Contact {
    let is_number = id.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    Contact { id: id.to_owned(), phone: is_number.then(|| id.to_owned()), ..Contact::default() }
}
