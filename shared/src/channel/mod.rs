//! Channels: the platforms on which customers write. Each has a folder; the registry below is the only place that lists
//! them.

use crate::{
    adapter::{
        Account, Adapter, Call, Fact, Failure, Known, Learned, RenderError, Step, Verified,
        webhook::{ParseError, ParsedChannel},
    },
    model::features::ContactIds,
    tools::{json::Json, phone, sentences::Sentence},
};

pub mod bird;
mod codes;
pub mod custom;
pub mod line;
pub mod messagebird;
pub mod messenger;
mod meta;
mod phrases;
pub mod rcs;
pub mod telegram;
mod template;
pub mod twilio;
pub mod viber;
pub mod whatsapp;

/// A messaging platform on which contacts write.
pub trait Channel: Adapter {
    /// Returns the events in a call of the platform.
    ///
    /// # Errors
    /// Returns an error if the body is malformed or lacks a required field.
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError>;

    /// Returns the id of the event with which a contact's message with this id arrived, at channels where the one
    /// determines the other.
    fn event_of(&self, _message: &str) -> Option<String> {
        None
    }

    /// Returns the platform's id of the contact with this telephone number (in the form of E.164); `None` if the
    /// platform knows contacts by ids of its own.
    fn contact_of_phone(&self, _account: &Account<'_>, phone: &str) -> Option<String> {
        match self.features().contact_ids {
            ContactIds::Opaque => None,
            ContactIds::Phone { plus: true } => Some(phone.to_owned()),
            ContactIds::Phone { plus: false } => phone.strip_prefix('+').map(str::to_owned),
        }
    }
}

/// Every channel, by the name of its kind.
pub static CHANNELS: &[(&str, &dyn Channel)] = &[
    ("apple", &bird::APPLE),
    ("bird", &bird::BIRD),
    ("custom", &custom::Custom),
    ("instagram", &messenger::INSTAGRAM),
    ("line", &line::Line),
    ("messagebird", &messagebird::MessageBird),
    ("messenger", &messenger::MESSENGER),
    ("rcs", &rcs::Rcs),
    ("telegram", &telegram::Telegram),
    ("twilio", &twilio::Twilio),
    ("viber", &viber::Viber),
    ("whatsapp", &whatsapp::WhatsApp),
];

/// Returns the channel of a kind, or `None` if there is no such kind.
pub fn channel(kind: &str) -> Option<&'static dyn Channel> {
    CHANNELS.iter().find(|(name, _)| *name == kind).map(|(_, channel)| *channel)
}

/// Returns the next call of a delivery that is only a list of independent requests: the first request that has not been
/// delivered. `calls` must be the same list on every attempt.
pub fn next_of(calls: Vec<Call>, known: &Known) -> Step {
    calls.into_iter().nth(known.sent()).map_or(Step::Done, Step::Call)
}

/// Turns the answer to one request of such a list into facts. `classify` is the id of the sent message, or the failure.
pub fn sent(classify: Result<Option<String>, Failure>) -> Learned {
    classify.map(|id| vec![Fact::Sent(id)])
}

/// Returns the id under which the vendor wrote to a contact, if the vendor spells the contact's telephone number
/// otherwise. A prefix that names the platform belongs to the id.
pub fn corrected(contact: &str, told: Option<String>) -> Option<Fact> {
    let is_number = |id: &str| phone::is_e164(id.split_once(':').map_or(id, |(_, number)| number));
    told.filter(|told| told != contact && is_number(told) && is_number(contact)).map(Fact::ContactId)
}

/// Returns the address of a file that may be fetched with the vendor's credential: a file on the host of the API, or on
/// an https host that `is_vendors` accepts. Addresses come from webhooks, and nobody else may receive the credential.
///
/// # Errors
/// Returns an error if the address is on any other host.
pub fn vendor_file(
    vendor: &str,
    address: &str,
    api_url: &str,
    is_vendors: impl Fn(&str) -> bool,
) -> Result<url::Url, RenderError> {
    let is_trusted = |url: &url::Url| {
        url::Url::parse(api_url).is_ok_and(|api| api.origin() == url.origin())
            || url.scheme() == "https" && url.host_str().is_some_and(&is_vendors)
    };
    let url = url::Url::parse(address).ok().filter(is_trusted);
    url.ok_or_else(|| RenderError::new(Sentence::ForeignFile { vendor }))
}

/// The names under which vendors keep what people read, in the order in which people read it.
const READABLE: [&str; 15] = [
    "title",
    "subtitle",
    "summary",
    "name",
    "description",
    "text",
    "body",
    "caption",
    "filename",
    "file_name",
    "fileName",
    "address",
    "url",
    "link",
    "href",
];

/// Returns what people can read of content whose kind the adapter does not know: titles, texts, names and links.
pub fn readable(content: Json<'_>) -> Option<String> {
    let mut lines = Vec::new();
    read_into(content, 0, &mut lines);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn read_into(content: Json<'_>, depth: usize, lines: &mut Vec<String>) {
    const DEPTH: usize = 4;
    const LINES: usize = 12;
    if content.is_array() {
        return content.each(|item| {
            if depth < DEPTH && lines.len() < LINES {
                read_into(item, depth + 1, lines)
            }
        });
    }
    if !content.is_object() {
        return;
    }
    for value in content.pick(READABLE) {
        let text = value.filled_text().map(|text| text.chars().take(2_000).collect::<String>());
        lines.extend(text.filter(|text| lines.len() < LINES && !lines.contains(text)));
    }
    content.each_field(|_, value| {
        if depth < DEPTH && lines.len() < LINES && (value.is_object() || value.is_array()) {
            read_into(value, depth + 1, lines);
        }
    });
}

/// Returns whether a text requests an approved template of the platform instead of being shown.
pub fn asks_for_template(text: &str) -> bool {
    template::asked_for(text).is_some()
}

/// Percent-encodes an id for one segment of a path or for a value of a query.
pub fn encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_of_an_unknown_kind_is_shown_as_far_as_it_can_be_read() {
        for (content, shown) in [
            (
                r#"{"id": "9", "payload": {"url": "https://a.example", "title": "Lamp"}, "caption": "look"}"#,
                Some("look\nLamp\nhttps://a.example"),
            ),
            (r#"{"a": {"b": [{"text": "deep"}, {"text": "deep"}]}}"#, Some("deep")),
            (r#"{"text": {"body": "inner"}, "name": 5, "title": " "}"#, Some("inner")),
            (r#"{"id": "9"}"#, None),
            ("5", None),
        ] {
            assert_eq!(readable(Json::read(content).unwrap()).as_deref(), shown, "{content}");
        }
    }
}
