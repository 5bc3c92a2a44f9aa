//! Channels: where the customer writes. One folder each; the registry below is the only place that lists them.

use crate::adapter::{
    Account, Adapter, Call, Fact, Failure, Known, Learned, RenderError, Step, Verified,
    webhook::{ParseError, ParsedChannel},
};

pub mod bird;
mod codes;
pub mod custom;
pub mod line;
pub mod messagebird;
pub mod messenger;
mod meta;
pub mod rcs;
pub mod telegram;
mod template;
pub mod twilio;
pub mod viber;
pub mod whatsapp;

/// A messaging platform on which contacts write.
pub trait Channel: Adapter {
    /// What a call of the platform contains.
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedChannel, ParseError>;
}

/// Every channel by the name of its kind.
pub static CHANNELS: &[(&str, &dyn Channel)] = &[
    ("apple", &bird::APPLE),
    ("bird", &bird::BIRD),
    ("custom", &custom::Custom),
    ("line", &line::Line),
    ("messagebird", &messagebird::MessageBird),
    ("messenger", &messenger::Messenger),
    ("rcs", &rcs::Rcs),
    ("telegram", &telegram::Telegram),
    ("twilio", &twilio::Twilio),
    ("viber", &viber::Viber),
    ("whatsapp", &whatsapp::WhatsApp),
];

/// The channel of a kind.
pub fn channel(kind: &str) -> Option<&'static dyn Channel> {
    CHANNELS.iter().find(|(name, _)| *name == kind).map(|(_, channel)| *channel)
}

/// The next call of a delivery that is nothing but a list of independent requests: the first one that was not yet
/// delivered. `calls` must be the same list on every attempt.
pub fn next_of(calls: Vec<Call>, known: &Known) -> Step {
    calls.into_iter().nth(known.sent()).map_or(Step::Done, Step::Call)
}

/// What the answer to one request of such a list means: `classify` gives the id of the sent message, or the failure.
pub fn sent(classify: Result<Option<String>, Failure>) -> Learned {
    classify.map(|id| vec![Fact::Sent(id)])
}

/// The address of a file that may be fetched with a credential of the vendor's: it is at the host of the API, or at an
/// https host that `is_vendors` knows. Addresses come from webhooks, and the credential must reach nobody else.
///
/// # Errors
/// The address is somewhere else.
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
    url.ok_or_else(|| RenderError::new(format!("the file's address is not one of {vendor}'s")))
}

/// An id as one piece of a path, or as a value of a query.
pub fn encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
