//! Bird's events: `{type, timestamp, data}`. Unknown types are taken and left out, since Bird adds some.

use serde_json::Value;

use super::{Product, classify::reason};
use crate::{
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    webhook::{ParseError, ParsedChannel, WebhookRequest, decode},
};

mod apple;

/// What a call contains, for the installation that speaks `product` as `from`.
pub(super) fn parse(product: Product, from: &str, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let body: Value = decode(&request.body)?;
    let kind = text(&body, "/type").ok_or_else(|| ParseError::missing("type"))?;
    // The same for every redelivery.
    let id = request.header("webhook-id").unwrap_or(&request.id).to_owned();
    let call = Call { from, event: kind.split_once('.').map_or("", |(_, event)| event), body: &body };
    let read = match (product, kind.split_once('.').map(|(family, _)| family)) {
        (Product::Sms, Some("sms")) => call.sms(),
        (Product::Sms, Some("sms_suppression")) => call.suppression("destination", "originator"),
        (Product::WhatsApp, Some("whatsapp")) => call.whatsapp(),
        (Product::WhatsApp, Some("whatsapp_suppression")) => call.suppression("address", "sender"),
        (Product::Apple, Some("amb")) => call.apple(),
        (_, Some("sms" | "whatsapp" | "amb")) => Err("other_product"),
        _ => Err("unknown_event"),
    };
    let at = text(&body, "/timestamp").and_then(time).unwrap_or(request.received_at);
    Ok(match read {
        Ok((contact, kind)) => ParsedChannel::events(vec![ChannelEvent { id, at, contact, kind }]),
        Err(why) => ParsedChannel::ignored(id, why),
    })
}

/// Whom an event is about and what it says, or why it is left out.
type Read = Result<(Contact, ChannelEventKind), &'static str>;

#[derive(Clone, Copy)]
struct Call<'a> {
    /// Our sender.
    from: &'a str,
    event: &'a str,
    body: &'a Value,
}

impl<'a> Call<'a> {
    fn data(self, path: &str) -> Option<&'a str> {
        text(self.body, &format!("/data/{path}"))
    }

    /// The workspace's other senders have installations of their own.
    fn check_sender(self, business: Option<&str>) -> Result<(), &'static str> {
        let bare = |address: &str| address.trim().trim_start_matches('+').to_ascii_lowercase();
        let is_ours = business.is_none_or(|business| bare(business) == bare(self.from));
        if is_ours { Ok(()) } else { Err("other_sender") }
    }

    fn sms(self) -> Read {
        let is_inbound = self.event == "received";
        let (contact, business) = if is_inbound { ("from", "to") } else { ("to", "from") };
        self.check_sender(self.data(business))?;
        let contact = address(self.data(contact).ok_or("nobody")?);
        if !is_inbound {
            return Ok((contact, news(self.event, self.data("sms_id"), self.data("error/code"))?));
        }
        let mut parts: Vec<Part> = ["subject", "text"]
            .into_iter()
            .filter_map(|name| self.data(name).filter(|words| !words.trim().is_empty()))
            .map(Part::text)
            .collect();
        if parts.is_empty() {
            parts.push(notice("multimedia message"));
        }
        Ok((contact, ChannelEventKind::Message { parts }))
    }

    /// Bird will send no more to this address: the contact wrote STOP, or somebody has put it on the list.
    fn suppression(self, address_in: &str, business_in: &str) -> Read {
        if self.event != "created" {
            return Err("unknown_event");
        }
        self.check_sender(self.data(business_in))?;
        Ok((address(self.data(address_in).ok_or("nobody")?), ChannelEventKind::Unsubscribed))
    }

    fn whatsapp(self) -> Read {
        // What the business wrote in the app or by an agent of Meta's comes as received, too.
        let is_echo = self.event == "received" && self.data("direction") == Some("outbound");
        let is_inbound = matches!(self.event, "received" | "reacted") && !is_echo;
        let (contact, business) = if is_inbound { ("from", "to") } else { ("to", "from") };
        self.check_sender(self.data(&format!("{business}/phone_number")))?;
        if self.data("to/group_id").is_some() {
            return Err("group");
        }
        // Up to six months of it come when a number is connected.
        if self.data("origin") == Some("history_sync") {
            return Err("history");
        }
        let at = |name: &str| self.data(&format!("{contact}/{name}"));
        let id = at("phone_number").or_else(|| at("bsuid")).ok_or("nobody")?;
        let name = at("display_name").or_else(|| at("username")).map(str::to_owned);
        let contact = Contact { name, ..address(id) };
        let kind = match self.event {
            "received" if is_echo => ChannelEventKind::BusinessEcho { parts: self.content() },
            "received" => ChannelEventKind::Message { parts: self.content() },
            "reacted" => {
                let emoji = self.data("emoji").filter(|emoji| !emoji.is_empty()).ok_or("nothing_to_show")?;
                ChannelEventKind::Message { parts: vec![Part::text(format!("(reacted with {emoji})"))] }
            }
            event => news(event, self.data("whatsapp_id"), self.data("error/code"))?,
        };
        Ok((contact, kind))
    }

    fn content(self) -> Vec<Part> {
        let cards = self.body.pointer("/data/contact_cards").and_then(Value::as_array).map(Vec::as_slice);
        let cards = cards.unwrap_or_default();
        if !cards.is_empty() {
            return cards.iter().map(card).collect();
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
            .unwrap_or_else(|| notice(self.data("unsupported/type").unwrap_or("unknown message")));
        vec![part]
    }

    fn media(self, kind: MediaKind, name: &str) -> Option<Part> {
        let at = |field: &str| self.data(&format!("{name}/{field}")).map(str::to_owned);
        Some(Part::Media(Media {
            name: at("filename"),
            content_type: at("mime_type"),
            caption: at("caption").filter(|caption| !caption.trim().is_empty()),
            // Its address wants our key.
            ..Media::new(kind, MediaSource::Reference { id: at("url")? })
        }))
    }

    fn location(self) -> Option<Part> {
        let degrees = |name: &str, most: f64| {
            let value = self.body.pointer(&format!("/data/location/{name}"))?.as_f64()?;
            (value.abs() <= most).then_some(value)
        };
        let (latitude, longitude) = degrees("latitude", 90.0).zip(degrees("longitude", 180.0))?;
        let lines: Vec<&str> =
            ["location/name", "location/address"].into_iter().filter_map(|path| self.data(path)).collect();
        Some(Part::Location { latitude, longitude, label: (!lines.is_empty()).then(|| lines.join("\n")) })
    }

    fn apple(self) -> Read {
        let message = self.body.pointer("/data/message").ok_or("conversation")?;
        let is_inbound = self.event == "received";
        let (contact, business) = if is_inbound { ("/from", "/to") } else { ("/to", "/from") };
        self.check_sender(text(message, business))?;
        let contact = address(text(message, contact).ok_or("nobody")?);
        let kind = if is_inbound {
            ChannelEventKind::Message { parts: apple::parts(message) }
        } else {
            news(self.event, text(message, "/id"), text(message, "/last_error/code"))?
        };
        Ok((contact, kind))
    }
}

fn news(event: &str, message: Option<&str>, code: Option<&str>) -> Result<ChannelEventKind, &'static str> {
    let receipt = match event {
        "sent" => Receipt::Sent,
        "delivered" => Receipt::Delivered,
        "read" => Receipt::Read,
        "undelivered" | "failed" | "send_failed" | "rejected" | "expired" => Receipt::failed(reason(code)),
        "accepted" => return Err("on_its_way"),
        _ => return Err("unknown_event"),
    };
    Ok(ChannelEventKind::Receipt { message: message.ok_or("no_id")?.to_owned(), receipt })
}

/// A contact card; every field of it may be missing.
fn card(card: &Value) -> Part {
    let given: Vec<&str> =
        ["first_name", "last_name"].into_iter().filter_map(|name| text(card, &format!("/name/{name}"))).collect();
    let name = text(card, "/name/formatted_name").map(str::to_owned);
    let name = name.or_else(|| (!given.is_empty()).then(|| given.join(" ")));
    let phone = text(card, "/phone_numbers/0/phone_number").map(str::to_owned);
    if name.is_none() && phone.is_none() { notice("contact card") } else { Part::ContactCard { name, phone } }
}

fn notice(what: &str) -> Part {
    let what = what.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    Part::Unsupported { what, text: None }
}

fn address(id: &str) -> Contact {
    let is_number = id.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    Contact { id: id.to_owned(), phone: is_number.then(|| id.to_owned()), ..Contact::default() }
}

/// A text that says something.
fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

fn time(text: &str) -> Option<i64> {
    let time = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
