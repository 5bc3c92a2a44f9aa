//! Bird's events: `{type, timestamp, data}`. Unknown types are taken and left out, since Bird adds some.

use serde_json::Value;

use super::classify::reason;
use crate::{
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    webhook::{ParseError, ParsedChannel, WebhookRequest, decode},
};

/// What a call contains.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let body: Value = decode(&request.body)?;
    let kind = text(&body, "/type").ok_or_else(|| ParseError::missing("type"))?;
    // The same for every redelivery.
    let id = request.header("webhook-id").unwrap_or(&request.id).to_owned();
    let read = match kind.split_once('.') {
        Some(("sms", event)) => sms(event, &body),
        Some(("whatsapp", event)) => whatsapp(event, &body),
        Some(("amb", event)) => apple(event, &body),
        _ => Err("unknown_event"),
    };
    let at = text(&body, "/timestamp").and_then(time).unwrap_or(request.received_at);
    Ok(match read {
        Ok((contact, kind)) => ParsedChannel::events(vec![ChannelEvent { id, at, contact, kind }]),
        Err(why) => ParsedChannel::ignored(id, why),
    })
}

type Read = Result<(Contact, ChannelEventKind), &'static str>;

fn sms(event: &str, body: &Value) -> Read {
    if event == "received" {
        let from = text(body, "/data/from").ok_or("nobody")?;
        let words = text(body, "/data/text").filter(|words| !words.trim().is_empty());
        let part = words.map_or_else(|| notice("multimedia message"), Part::text);
        return Ok((address(from), ChannelEventKind::Message { parts: vec![part] }));
    }
    let to = text(body, "/data/to").ok_or("nobody")?;
    Ok((address(to), news(event, text(body, "/data/sms_id"), text(body, "/data/error/code"))?))
}

fn whatsapp(event: &str, body: &Value) -> Read {
    let whom = |side: &str| {
        let at = |name: &str| text(body, &format!("/data/{side}/{name}"));
        at("phone_number")
            .or_else(|| at("bsuid"))
            .map(|id| Contact { name: at("username").map(str::to_owned), ..address(id) })
    };
    match event {
        "received" if text(body, "/data/direction") == Some("outbound") => {
            let contact = whom("to").ok_or("nobody")?;
            Ok((contact, ChannelEventKind::BusinessEcho { parts: vec![content(body)] }))
        }
        "received" => Ok((whom("from").ok_or("nobody")?, ChannelEventKind::Message { parts: vec![content(body)] })),
        "reacted" => {
            let emoji = text(body, "/data/emoji").filter(|emoji| !emoji.is_empty()).ok_or("nothing_to_show")?;
            let parts = vec![Part::text(format!("(reacted with {emoji})"))];
            Ok((whom("from").ok_or("nobody")?, ChannelEventKind::Message { parts }))
        }
        _ => {
            let contact = whom("to").ok_or("nobody")?;
            Ok((contact, news(event, text(body, "/data/whatsapp_id"), text(body, "/data/error/code"))?))
        }
    }
}

/// Apple Messages for Business.
fn apple(event: &str, body: &Value) -> Read {
    let message = body.pointer("/data/message").ok_or("conversation")?;
    if event == "received" {
        let from = text(message, "/from").ok_or("nobody")?;
        return Ok((address(from), ChannelEventKind::Message { parts: apple_parts(message) }));
    }
    let to = text(message, "/to").ok_or("nobody")?;
    Ok((address(to), news(event, text(message, "/id"), text(message, "/last_error/code"))?))
}

fn news(event: &str, message: Option<&str>, code: Option<&str>) -> Result<ChannelEventKind, &'static str> {
    let receipt = match event {
        "sent" => Receipt::Sent,
        "delivered" => Receipt::Delivered,
        "read" => Receipt::Read,
        "undelivered" | "failed" | "send_failed" | "rejected" | "expired" => Receipt::Failed { reason: reason(code) },
        "accepted" => return Err("on_its_way"),
        _ => return Err("unknown_event"),
    };
    Ok(ChannelEventKind::Receipt { message: message.ok_or("no_id")?.to_owned(), receipt })
}

fn content(body: &Value) -> Part {
    let at = |path: &str| text(body, &format!("/data/{path}")).map(str::to_owned);
    let media = |kind, name: &str| {
        Some(Part::Media(Media {
            name: at(&format!("{name}/filename")),
            content_type: at(&format!("{name}/mime_type")),
            caption: at(&format!("{name}/caption")).filter(|caption| !caption.trim().is_empty()),
            // Its address wants our key.
            ..Media::new(kind, MediaSource::Reference { id: at(&format!("{name}/url"))? })
        }))
    };
    let degrees = |name: &str, most: f64| {
        body.pointer(&format!("/data/location/{name}"))?.as_f64().filter(|value| value.abs() <= most)
    };
    at("text/body")
        .map(Part::text)
        .or_else(|| media(MediaKind::Image, "image"))
        .or_else(|| media(MediaKind::Image, "sticker"))
        .or_else(|| media(MediaKind::Video, "video"))
        .or_else(|| media(MediaKind::Audio, "audio"))
        .or_else(|| media(MediaKind::File, "document"))
        .or_else(|| {
            let (latitude, longitude) = degrees("latitude", 90.0).zip(degrees("longitude", 180.0))?;
            Some(Part::Location { latitude, longitude, label: at("location/name") })
        })
        .or_else(|| {
            let reply = ["button", "row", "list"].into_iter();
            let mut texts = reply.filter_map(|kind| at(&format!("interactive_reply/{kind}/text")));
            texts.next().map(Part::text)
        })
        .or_else(|| {
            let name = at("contact_cards/0/name/formatted_name");
            let phone = at("contact_cards/0/phones/0/phone");
            (name.is_some() || phone.is_some()).then_some(Part::ContactCard { name, phone })
        })
        .unwrap_or_else(|| notice(at("unsupported/type").as_deref().unwrap_or("unknown message")))
}

fn apple_parts(message: &Value) -> Vec<Part> {
    // U+FFFC marks the place of an attachment.
    let words = text(message, "/content/body").unwrap_or_default().replace('\u{fffc}', "");
    let mut parts: Vec<Part> =
        Some(words.trim()).filter(|words| !words.is_empty()).map(Part::text).into_iter().collect();
    for attachment in message.pointer("/content/attachments").and_then(Value::as_array).into_iter().flatten() {
        let name = text(attachment, "/name").map(str::to_owned);
        parts.push(Part::Unsupported { what: "attachment".to_owned(), text: name });
    }
    let reply = message.pointer("/content/interactive_data/data/quick_reply");
    if let Some(title) = reply.and_then(|reply| {
        let index = reply.get("selected_index")?.as_u64()?;
        text(reply, &format!("/items/{index}/title"))
    }) {
        parts.push(Part::text(title));
    } else if let Some(title) = text(message, "/content/interactive_data/data/reply_message/title") {
        parts.push(Part::text(title));
    }
    if parts.is_empty() {
        parts.push(notice(text(message, "/kind").unwrap_or("unknown message")));
    }
    parts
}

fn notice(what: &str) -> Part {
    let what = what.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    Part::Unsupported { what, text: None }
}

fn address(id: &str) -> Contact {
    let is_number = id.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    Contact { id: id.to_owned(), phone: is_number.then(|| id.to_owned()), ..Contact::default() }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn time(text: &str) -> Option<i64> {
    let time = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
