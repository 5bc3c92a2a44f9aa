//! Tables over every sample of the wire contract, both ID types, and the meaning of answers.

mod fixtures;
mod identity;
mod incoming;
mod outgoing;

use serde_json::Value;

use super::IsMessenger;
use crate::{
    adapter::{
        Adapter, Delivery, Known, Learned, Step, Task,
        webhook::{ParseError, ParsedHelpdesk, Proof, VerifyError},
    },
    channel::channel,
    helpdesk::{Helpdesk, Named},
    model::message::{Contact, Part},
    testing::{
        ARRIVED, Side, answer, body, call, contact, drive, fixture, fixtures, only, parts, take_from_helpdesk, text,
        webhook,
    },
    tools::millis::Millis,
};

const HERE: &str = "helpdesk/is_messenger";
const URL: &str = "https://app.is-messenger.com/custom/channel/webhook/";
const CHANNEL: &str = "k3v9x1p7q2r8";
const TOKEN: &str = "the-api-token";
const CALL: &str = "00000000000000000000000000000000";
const AT: Millis = Millis::new(1_717_395_317_000);

/// Returns an installation whose contacts have ids of any form.
fn custom(channel: &'static str) -> Side {
    let settings = [("api_url", URL), ("channel_id", CHANNEL), ("id_type", "custom")];
    Side::new(channel, &settings, &[("api_token", TOKEN)])
}

/// Returns an installation whose contacts are known by telephone numbers.
fn phone(channel: &'static str) -> Side {
    custom(channel).with("id_type", "phone")
}

fn parse(side: &Side, body: impl Into<bytes::Bytes>) -> Result<ParsedHelpdesk, ParseError> {
    let request = webhook(&[("authorization", "Bearer the-api-token")], body);
    take_from_helpdesk(&IsMessenger, side, &request).expect("a right token")
}

/// Makes every call of a task with success, and returns the bodies that were sent.
fn run(side: &Side, task: &Task<'_>, known: &mut Known) -> Vec<Value> {
    let calls = drive(&IsMessenger, &side.account(), task, known, |_| answer(200, "{}")).expect("facts");
    calls.iter().map(body).collect()
}

fn maria() -> Contact {
    Contact {
        id: "+447700900238".to_owned(),
        name: Some("Maria Lopez".to_owned()),
        avatar: Some("https://media.example.com/av/51.jpg".to_owned()),
        phone: Some("+447700900238".to_owned()),
        email: Some("maria@example.com".to_owned()),
        language: Some("es".to_owned()),
        country: Some("ES".to_owned()),
        ..Contact::default()
    }
}

fn delivery<'a>(id: &'a str, contact: &'a Contact, parts: &'a [Part]) -> Delivery<'a> {
    Delivery { id, at: AT, ..crate::testing::delivery(contact, parts, None) }
}
