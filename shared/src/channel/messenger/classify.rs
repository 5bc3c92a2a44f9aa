//! The error codes and subcodes (<https://developers.facebook.com/docs/messenger-platform/error-codes>); Instagram's own
//! stand in its table.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::{
    HUMAN_AGENT, Messenger, is_agents,
    wire::{GET_ACCOUNT, GET_PROFILE, SEND_MESSAGE},
};
use crate::{
    adapter::{self, Delivery, Fact, Failure, Known, Learned},
    channel::{
        codes::{
            Class::{Account, Later, Message, Receiver},
            Code,
        },
        meta, sent,
    },
    model::message::Contact,
};

/// The explanation of a person's answer that comes too late, if the setting is off.
const SWITCH_ON: &str =
    "; with the setting human_agent and Meta's permission Human Agent, people can answer for seven days";
/// The explanation of a person's answer that is too late even so.
const MUCH_TOO_LATE: &str = "more than seven days have passed since the contact's last message";
/// The explanation of an answer that Meta does not take as that of a person.
const NO_FEATURE: &str = "more than 24 hours have passed since the contact's last message, and Meta has not granted the \
                          feature Human Agent to the app; ask for it in App Review, or set human_agent to no";

/// Reads the answer to a message. What a person wrote and what came too late is sent once more as Human Agent, if the
/// setting says so.
pub(super) fn delivered(
    platform: &Messenger,
    account: &adapter::Account<'_>,
    delivery: &Delivery<'_>,
    known: &Known,
    answer: &Response<Bytes>,
) -> Learned {
    let failure = match read(platform, SEND_MESSAGE, answer) {
        Ok(answer) => return sent(Ok(text(&answer, "message_id"))),
        Err(failure) => failure,
    };
    let is_too_late = failure.reason() == platform.too_late;
    if known.memo(HUMAN_AGENT).is_some() {
        return Err(match failure {
            _ if is_too_late => Failure::rejected(MUCH_TOO_LATE),
            Failure::Blocked { .. } if lacks_permission(answer) => Failure::rejected(NO_FEATURE),
            other => other,
        });
    }
    if is_too_late && Messenger::may_be_late(account, delivery) {
        return Ok(vec![Fact::memo(HUMAN_AGENT, "yes")]);
    }
    if is_too_late && is_agents(delivery) {
        return Err(Failure::rejected(format!("{}{SWITCH_ON}", platform.too_late)));
    }
    Err(failure)
}

/// Returns whether an answer says that the app lacks a permission. The token's own faults have other codes.
fn lacks_permission(answer: &Response<Bytes>) -> bool {
    let body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    matches!(body.pointer("/error/code").and_then(Value::as_u64), Some(10 | 200..=299))
}

/// Reads the answer to the check. The Page or account identifies the installation.
pub(super) fn checked(platform: &Messenger, account: &adapter::Account<'_>, answer: &Response<Bytes>) -> Learned {
    let found = read(platform, GET_ACCOUNT, answer)?;
    let id = account.require(platform.account_id.name)?.to_owned();
    let owned = found.pointer(platform.check.1).and_then(Value::as_str);
    if platform.sender.is_some() && owned.is_some_and(|owned| owned != id) {
        let vendor = platform.name;
        let reason = format!("the Page of this access token is linked to another account of {vendor}");
        return Err(Failure::rejected(reason));
    }
    let is_own = owned == Some(id.as_str());
    let facts = [Fact::Identity(id.clone()), Fact::AccountId(id)];
    let name = found.get("name").and_then(Value::as_str).map(|name| Fact::AccountName(name.to_owned()));
    Ok(facts.into_iter().chain(is_own.then_some(Fact::OwnsAddress)).chain(name).collect())
}

/// Reads the contact's profile.
pub(super) fn profile(platform: &Messenger, contact: &str, answer: &Response<Bytes>) -> Learned {
    let answer = read(platform, GET_PROFILE, answer)?;
    let joined = |fields: &&[&str]| {
        let name: Vec<String> = fields.iter().filter_map(|field| text(&answer, field)).collect();
        Some(name.join(" ")).filter(|name| !name.trim().is_empty())
    };
    Ok(vec![Fact::Profile(Contact {
        id: contact.to_owned(),
        name: platform.profile.1.iter().find_map(joined),
        avatar: text(&answer, "profile_pic"),
        ..Contact::default()
    })])
}

/// Reads an answer: returns the body of a call that succeeded, or the failure.
fn read(platform: &Messenger, call: &'static str, answer: &Response<Bytes>) -> Result<Value, Failure> {
    platform.errors.read(call, answer)
}

fn text(answer: &Value, name: &str) -> Option<String> {
    answer.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The explanation of answers that come too late.
pub(super) const TOO_LATE: &str = "more than 24 hours have passed since the contact's last message, and Messenger takes answers \
                        within that time only";
/// The explanation of contacts who cannot be reached, or do not want to be.
const NOT_RECEIVING: &str = "the contact cannot be reached on Messenger, or has blocked the Page";

/// The errors of refused messages.
pub(super) const ERRORS: meta::Errors = meta::Errors {
    vendor: "Messenger",
    codes: CODES,
    subcodes: SUBCODES,
    words: &[
        ("allowed window", Message, TOO_LATE),
        ("isn't receiving messages", Receiver, NOT_RECEIVING),
        ("isn’t receiving messages", Receiver, NOT_RECEIVING),
        ("not receiving messages", Receiver, NOT_RECEIVING),
    ],
    vague: &[10, 100, 200, 551],
};

/// The codes.
#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    (1, Later, "Messenger failed"),
    (2, Later, "Messenger is not available"),
    (3, Account, "the app lacks a permission at Meta"),
    (4, Later, "the app is over its rate at Meta"),
    (10, Account, "the app lacks the permission pages_messaging"),
    (17, Later, "the account is over its rate at Meta"),
    (32, Later, "the Page is over its rate at Meta"),
    (100, Message, "Messenger does not accept the form of this message"),
    (190, Account, "the Page's access token has expired; make a new one"),
    (368, Account, "Meta has restricted the Page for breaking a policy"),
    (551, Receiver, NOT_RECEIVING),
    (613, Later, "the Page is over its rate at Messenger"),
    (1200, Later, "Messenger failed for a moment"),
    (36000, Message, "the image is too large for Messenger"),
    (80001, Later, "the Page is over its rate at Meta"),
    (80006, Later, "the Page is over its rate at Messenger"),
];

/// The subcodes.
#[rustfmt::skip]
pub(super) const SUBCODES: &[Code] = &[
    (99, Later, "Messenger failed"),
    (1545041, Receiver, NOT_RECEIVING),
    (1893063, Receiver, "the contact does not accept messages from this Page"),
    (2018001, Receiver, "Messenger does not know this contact"),
    (2018008, Message, "Messenger could not fetch the file"),
    (2018028, Account, "the app lacks the permission pages_messaging, or is not live"),
    (2018047, Message, "Messenger could not fetch the file"),
    (2018065, Message, TOO_LATE),
    (2018074, Message, "Messenger does not have this file any more"),
    (2018108, Receiver, NOT_RECEIVING),
    (2018109, Message, "the file is too large for Messenger"),
    (2018278, Message, TOO_LATE),
    (2018294, Message, "Messenger could not fetch the file"),
    (2534022, Message, TOO_LATE),
];
