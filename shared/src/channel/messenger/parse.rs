//! Messenger's webhooks: <https://developers.facebook.com/docs/messenger-platform/reference/webhook-events>.

use serde_json::Value;

use crate::{
    adapter::Account,
    channel::meta::{ignore, nothing},
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    webhook::{ParseError, ParsedChannel, WebhookRequest, decode},
};

/// The stickers of the thumbs-up button, in its three sizes.
const THUMBS: &[u64] = &[369_239_263_222_822, 369_239_343_222_814, 369_239_383_222_810];

/// What a call contains; one odd event never spoils the others.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let body: Value = decode(&request.body)?;
    let entries = body.get("entry").and_then(Value::as_array).ok_or_else(|| ParseError::missing("entry"))?;
    let mut parsed = nothing();
    if text(&body, "/object") != Some("page") {
        ignore(&mut parsed, "", "other_object");
        return Ok(parsed);
    }
    for entry in entries {
        let page = text(entry, "/id").unwrap_or_default();
        if account.setting(super::PAGE_ID).is_some_and(|ours| ours != page) {
            ignore(&mut parsed, page, "other_page");
            continue;
        }
        if entry.get("standby").is_some() {
            ignore(&mut parsed, page, "standby");
        }
        for event in entry.get("messaging").and_then(Value::as_array).into_iter().flatten() {
            read(event, request, &mut parsed);
        }
    }
    if parsed.events.is_empty() && parsed.ignored.is_empty() {
        ignore(&mut parsed, "", "nothing");
    }
    Ok(parsed)
}

fn read(event: &Value, request: &WebhookRequest, parsed: &mut ParsedChannel) {
    let at = time(event).unwrap_or(request.received_at);
    let mid = |key: &str| text(event, &format!("/{key}/mid")).filter(|mid| !mid.is_empty());
    let is_echo = event.pointer("/message/is_echo").and_then(Value::as_bool) == Some(true);
    let contact = text(event, if is_echo { "/recipient/id" } else { "/sender/id" }).filter(|id| !id.is_empty());
    let Some(contact) = contact else { return ignore(parsed, "", "nobody") };
    let contact = Contact { id: contact.to_owned(), ..Contact::default() };
    let mut push = |id: String, kind| parsed.events.push(ChannelEvent { id, at, contact: contact.clone(), kind });
    if let Some(message) = event.get("message") {
        let Some(mid) = mid("message") else { return ignore(parsed, "", "no_id") };
        // Ours comes back with what we sent along.
        if is_echo && message.get("metadata").is_some() {
            return ignore(parsed, mid, "echo");
        }
        let is_deleted = message.get("is_deleted").and_then(Value::as_bool) == Some(true);
        if is_echo && is_deleted {
            return ignore(parsed, mid, "nothing_to_show");
        }
        let parts = parts(message);
        let (id, kind) = match is_echo {
            true => (format!("echo:{mid}"), ChannelEventKind::BusinessEcho { parts }),
            false if is_deleted => (format!("deleted:{mid}"), taken_back()),
            false => (mid.to_owned(), ChannelEventKind::Message { parts }),
        };
        return push(id, kind);
    }
    let said = |text: &str| ChannelEventKind::Message { parts: vec![Part::text(text)] };
    if let (Some(mid), Some(edited)) = (mid("message_edit"), text(event, "/message_edit/text")) {
        let times = event.pointer("/message_edit/num_edit").and_then(Value::as_u64).unwrap_or_default();
        return push(format!("edit:{mid}:{times}"), said(&format!("(edited) {edited}")));
    }
    if let Some(title) = text(event, "/postback/title").or_else(|| text(event, "/postback/payload")) {
        let id = mid("postback").map_or_else(|| format!("postback:{}:{at}", contact.id), str::to_owned);
        return push(id, said(title));
    }
    if let (Some(mid), Some(action)) = (mid("reaction"), text(event, "/reaction/action")) {
        return match text(event, "/reaction/emoji").filter(|_| action == "react") {
            Some(emoji) => push(format!("reaction:{mid}:{at}"), said(&format!("(reacted with {emoji})"))),
            None => ignore(parsed, mid, "nothing_to_show"),
        };
    }
    if let Some(mids) = event.pointer("/delivery/mids").and_then(Value::as_array) {
        for mid in mids.iter().filter_map(Value::as_str) {
            let kind = ChannelEventKind::Receipt { message: mid.to_owned(), receipt: Receipt::Delivered };
            push(format!("delivered:{mid}"), kind);
        }
        return;
    }
    let why = match () {
        // They name a time and no message.
        () if event.get("read").is_some() || event.get("delivery").is_some() => "watermark",
        () if event.get("referral").is_some() || event.get("optin").is_some() => "referral",
        () => "unknown_event",
    };
    ignore(parsed, &contact.id, why);
}

fn taken_back() -> ChannelEventKind {
    ChannelEventKind::Message { parts: vec![Part::text("(took back an earlier message)")] }
}

fn parts(message: &Value) -> Vec<Part> {
    let mut parts: Vec<Part> =
        text(message, "/text").filter(|text| !text.trim().is_empty()).map(Part::text).into_iter().collect();
    let attachments = message.get("attachments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let sticker = |attachment: &Value| attachment.pointer("/payload/sticker_id").and_then(Value::as_u64);
    let mut seen = Vec::new();
    for attachment in attachments {
        // For a while a sticker came as an image too.
        if let Some(id) = sticker(attachment) {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
        }
        parts.push(match sticker(attachment) {
            Some(id) if THUMBS.contains(&id) => Part::text("👍"),
            Some(id) => Part::Sticker { id: id.to_string(), url: link(attachment) },
            None => part(attachment),
        });
    }
    // A link comes as its text and as a preview of it.
    parts.dedup();
    if let Some(title) = text(message, "/referral/ads_context_data/ad_title") {
        parts.push(Part::text(format!("(came from {title})")));
    }
    if parts.is_empty() {
        parts.push(Part::Unsupported { what: "empty message".to_owned(), text: None });
    }
    parts
}

fn part(attachment: &Value) -> Part {
    let kind = text(attachment, "/type").unwrap_or("unknown message");
    let media = |kind| link(attachment).map(|url| Part::Media(Media::new(kind, MediaSource::ShortLink { url })));
    let known = match kind {
        "image" => media(MediaKind::Image),
        "video" => media(MediaKind::Video),
        "audio" => media(MediaKind::Audio),
        "file" => media(MediaKind::File),
        "location" => {
            let degrees = |name: &str, most: f64| {
                let value = attachment.pointer(&format!("/payload/coordinates/{name}"))?.as_f64()?;
                (value.abs() <= most).then_some(value)
            };
            degrees("lat", 90.0).zip(degrees("long", 180.0)).map(|(latitude, longitude)| Part::Location {
                latitude,
                longitude,
                label: text(attachment, "/title").map(str::to_owned),
            })
        }
        _ => {
            let product = "/payload/product/elements/0";
            let title = [text(attachment, "/payload/title"), text(attachment, &format!("{product}/title"))];
            let words: Vec<String> = title
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .chain(text(attachment, &format!("{product}/subtitle")).map(str::to_owned))
                .chain(link(attachment))
                .collect();
            (!words.is_empty() && matches!(kind, "fallback" | "template" | "reel" | "ig_reel" | "share"))
                .then(|| Part::text(words.join("\n")))
        }
    };
    known.unwrap_or_else(|| {
        let what: String = kind.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
        Part::Unsupported { what, text: text(attachment, "/payload/title").map(str::to_owned) }
    })
}

/// The link of an attachment, where anybody could follow it.
fn link(attachment: &Value) -> Option<String> {
    let url = text(attachment, "/payload/url")?;
    url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(|_| url.to_owned())
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// A time in milliseconds; some events have seconds.
fn time(event: &Value) -> Option<i64> {
    let number = event.get("timestamp")?.as_i64().filter(|number| *number > 0)?;
    if number < 1_000_000_000_000 { number.checked_mul(1_000) } else { Some(number) }
}
