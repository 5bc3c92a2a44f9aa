//! WhatsApp's webhooks: <https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components>.
//!
//! A call may hold many messages and statuses of many people. One that is odd becomes a notice and never spoils the
//! others: Meta would send all of them again for a week.

use serde_json::Value;

use super::classify::CODES;
use crate::{
    adapter::Account,
    channel::meta::{ignore, nothing, reason},
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    webhook::{ParseError, ParsedChannel, WebhookRequest, decode},
};

/// What a call contains.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let body: Value = decode(&request.body)?;
    let entries = body.get("entry").and_then(Value::as_array).ok_or_else(|| ParseError::missing("entry"))?;
    let mut parsed = nothing();
    if text(&body, "/object") != Some("whatsapp_business_account") {
        ignore(&mut parsed, "", "other_object");
        return Ok(parsed);
    }
    for change in entries.iter().filter_map(|entry| entry.get("changes")?.as_array()).flatten() {
        let field = text(change, "/field").unwrap_or_default();
        let Some(value) = change.get("value").filter(|_| matches!(field, "messages" | "smb_message_echoes")) else {
            ignore(&mut parsed, field, "other_field");
            continue;
        };
        let number = text(value, "/metadata/phone_number_id");
        if number.is_some_and(|number| account.setting(super::PHONE_NUMBER_ID).is_some_and(|ours| ours != number)) {
            ignore(&mut parsed, field, "other_number");
            continue;
        }
        let batch = Batch { value, received_at: request.received_at };
        batch.each("messages", &mut parsed, Batch::message);
        batch.each("message_echoes", &mut parsed, Batch::echo);
        batch.each("statuses", &mut parsed, Batch::status);
        if parsed.events.is_empty() && parsed.ignored.is_empty() {
            ignore(&mut parsed, field, "nothing");
        }
    }
    Ok(parsed)
}

type Read = Result<(Contact, ChannelEventKind), &'static str>;

/// One change, whose messages and statuses share their contacts.
struct Batch<'a> {
    value: &'a Value,
    received_at: i64,
}

impl Batch<'_> {
    fn each(&self, list: &str, parsed: &mut ParsedChannel, read: impl Fn(&Self, &Value) -> Read) {
        for item in self.value.get(list).and_then(Value::as_array).into_iter().flatten() {
            let wamid = text(item, "/id").unwrap_or_default();
            // All news about one message has that message's id.
            let id = match text(item, "/status") {
                Some(status) => format!("{status}:{wamid}"),
                None => wamid.to_owned(),
            };
            match read(self, item) {
                Ok(_) if wamid.is_empty() => ignore(parsed, &id, "no_id"),
                Ok((contact, kind)) => {
                    let at = time(item).unwrap_or(self.received_at);
                    parsed.events.push(ChannelEvent { id, at, contact, kind });
                }
                Err(why) => ignore(parsed, &id, why),
            }
        }
    }

    fn message(&self, message: &Value) -> Read {
        if message.get("group_id").is_some() {
            return Err("group");
        }
        let from = text(message, "/from");
        let contact = self.contact(text(message, "/from_user_id"), from).ok_or("nobody")?;
        let parts = parts(message).ok_or("nothing_to_show")?;
        Ok((contact, ChannelEventKind::Message { parts }))
    }

    /// What the business typed in its phone app.
    fn echo(&self, message: &Value) -> Read {
        let contact = self.contact(text(message, "/to_user_id"), text(message, "/to")).ok_or("nobody")?;
        Ok((contact, ChannelEventKind::BusinessEcho { parts: parts(message).ok_or("nothing_to_show")? }))
    }

    fn status(&self, status: &Value) -> Read {
        let receipt = match text(status, "/status").unwrap_or_default() {
            "sent" => Receipt::Sent,
            "delivered" => Receipt::Delivered,
            "read" | "played" => Receipt::Read,
            "failed" => {
                let code = status.pointer("/errors/0/code").and_then(Value::as_u64);
                let code = code.and_then(|code| u32::try_from(code).ok());
                Receipt::failed(reason("WhatsApp", CODES, code))
            }
            _ => return Err("unknown_status"),
        };
        if text(status, "/recipient_type") == Some("group") {
            return Err("group");
        }
        let to = text(status, "/recipient_id");
        let contact = self.contact(text(status, "/recipient_user_id"), to).ok_or("nobody")?;
        let contact = Contact { id: contact.id, ..Contact::default() };
        let message = text(status, "/id").unwrap_or_default().to_owned();
        Ok((contact, ChannelEventKind::Receipt { message, receipt }))
    }

    /// The business-scoped id is the contact's, where there is one: a telephone number may be hidden, or change.
    fn contact(&self, user: Option<&str>, number: Option<&str>) -> Option<Contact> {
        let all = self.value.get("contacts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_theirs = |known: &&Value| {
            user.is_some() && text(known, "/user_id") == user || number.is_some() && text(known, "/wa_id") == number
        };
        let known = all.iter().find(is_theirs);
        let user = user.or_else(|| known.and_then(|known| text(known, "/user_id")));
        let number = number.or_else(|| known.and_then(|known| text(known, "/wa_id")));
        let name = known.and_then(|known| text(known, "/profile/name").or_else(|| text(known, "/profile/username")));
        Some(Contact {
            id: user.or(number).filter(|id| !id.is_empty())?.to_owned(),
            alias: number.filter(|number| user.is_some_and(|user| user != *number)).map(str::to_owned),
            name: name.filter(|name| !name.trim().is_empty()).map(str::to_owned),
            phone: number.and_then(phone),
            ..Contact::default()
        })
    }
}

/// What a message consists of; nothing where it only takes a reaction back.
fn parts(message: &Value) -> Option<Vec<Part>> {
    match content(message).filter(|parts| !parts.is_empty()) {
        None if text(message, "/type") != Some("reaction") => {
            let what = format!("{} without content", text(message, "/type").unwrap_or("message"));
            Some(vec![Part::Unsupported { what, text: None }])
        }
        parts => parts,
    }
}

/// The parts of a message, as far as it holds what its type promises.
fn content(message: &Value) -> Option<Vec<Part>> {
    let kind = text(message, "/type").unwrap_or_default();
    let at = |path: &str| text(message, &format!("/{kind}/{path}")).filter(|text| !text.trim().is_empty());
    let notice =
        |what: &str, text: Option<&str>| Part::Unsupported { what: what.into(), text: text.map(str::to_owned) };
    let part = match kind {
        "text" => Part::text(at("body")?),
        "image" | "sticker" => media(MediaKind::Image, message, kind)?,
        "video" => media(MediaKind::Video, message, kind)?,
        "audio" => media(MediaKind::Audio, message, kind)?,
        "document" => media(MediaKind::File, message, kind)?,
        "location" => place(message)?,
        "contacts" => {
            let cards = message.get("contacts").and_then(Value::as_array)?;
            let owned = |card: &Value, path: &str| text(card, path).map(str::to_owned);
            let card = |card: &Value| Part::ContactCard {
                name: owned(card, "/name/formatted_name"),
                phone: owned(card, "/phones/0/phone"),
            };
            return Some(cards.iter().map(card).collect());
        }
        "button" => Part::text(at("text")?),
        "interactive" => pressed(message),
        "reaction" => Part::text(format!("(reacted with {})", at("emoji")?)),
        "order" => Part::text(order(message)),
        "edit" => {
            let words = ["text/body", "image/caption", "video/caption", "document/caption"]
                .into_iter()
                .find_map(|path| text(message, &format!("/edit/message/{path}")));
            Part::text(format!("(edited) {}", words.unwrap_or_default()).trim_end())
        }
        "revoke" => Part::text("(took back an earlier message)"),
        "system" => Part::text(format!("({})", at("body").unwrap_or("the contact's account changed"))),
        "unsupported" => notice(at("type").unwrap_or("unknown message"), None),
        other => {
            let words: String = other.chars().filter(|c| c.is_alphanumeric() || *c == '_').take(40).collect();
            notice(if words.is_empty() { "unknown message" } else { &words }, None)
        }
    };
    let mut parts = vec![part];
    if let Some(url) = text(message, "/referral/source_url") {
        let headline = text(message, "/referral/headline").unwrap_or("an ad");
        parts.push(Part::text(format!("(came from {headline}: {url})")));
    }
    Some(parts)
}

/// A file, by its id; the link to it wants our token and dies after minutes.
fn media(kind: MediaKind, message: &Value, name: &str) -> Option<Part> {
    let at = |path: &str| text(message, &format!("/{name}/{path}")).map(str::to_owned);
    Some(Part::Media(Media {
        name: at("filename"),
        content_type: at("mime_type").and_then(|kind| kind.split(';').next().map(|kind| kind.trim().to_owned())),
        caption: at("caption").filter(|caption| !caption.trim().is_empty()),
        ..Media::new(kind, MediaSource::Reference { id: at("id")? })
    }))
}

fn place(message: &Value) -> Option<Part> {
    let degrees = |name: &str, most: f64| {
        let value = message.get("location")?.get(name)?;
        let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))?;
        (number.abs() <= most).then_some(number)
    };
    let label: Vec<&str> =
        ["name", "address"].into_iter().filter_map(|name| text(message, &format!("/location/{name}"))).collect();
    Some(Part::Location {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        label: (!label.is_empty()).then(|| label.join("\n")),
    })
}

fn pressed(message: &Value) -> Part {
    let title = ["button_reply", "list_reply"]
        .into_iter()
        .find_map(|kind| text(message, &format!("/interactive/{kind}/title")));
    if let Some(title) = title {
        return Part::text(title);
    }
    let Some(form) = text(message, "/interactive/nfm_reply/response_json") else {
        return Part::Unsupported { what: "pressed button".to_owned(), text: None };
    };
    let fields: Option<serde_json::Map<String, Value>> = serde_json::from_str(form).ok();
    let line = |(name, value): (&String, &Value)| {
        format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let lines = fields
        .map(|fields| fields.iter().filter(|(name, _)| *name != "flow_token").map(line).collect::<Vec<_>>().join("\n"));
    Part::text(lines.filter(|lines| !lines.is_empty()).unwrap_or_else(|| form.to_owned()))
}

fn order(message: &Value) -> String {
    let items =
        message.pointer("/order/product_items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let line = |item: &Value| {
        let word = |name: &str| match item.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        format!("{} × {} ({} {})", word("quantity"), word("product_retailer_id"), word("item_price"), word("currency"))
    };
    let head = text(message, "/order/text").map(str::to_owned);
    let lines: Vec<String> = std::iter::once("(order)".to_owned()).chain(items.iter().map(line)).chain(head).collect();
    lines.join("\n")
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// A time in milliseconds; WhatsApp writes seconds as text, and sometimes milliseconds.
fn time(item: &Value) -> Option<i64> {
    let value = item.get("timestamp")?;
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))?;
    match number {
        1_000_000_000..100_000_000_000 => number.checked_mul(1_000),
        1_000_000_000_000..100_000_000_000_000 => Some(number),
        _ => None,
    }
}

/// The telephone number of digits, with its plus sign.
fn phone(digits: &str) -> Option<String> {
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{digits}"))
}
