//! Messenger's error codes and subcodes (<https://developers.facebook.com/docs/messenger-platform/error-codes>).

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::{
    PAGE_ID,
    wire::{GET_PAGE, GET_PROFILE, SEND_MESSAGE},
};
use crate::{
    adapter::{self, Fact, Failure, Learned},
    channel::{
        codes::{
            Class::{Account, Later, Message, Receiver},
            Code,
        },
        meta, sent,
    },
    model::message::Contact,
};

/// Reads the answer to a message.
pub(super) fn delivered(answer: &Response<Bytes>) -> Learned {
    sent(read(SEND_MESSAGE, answer).map(|answer| text(&answer, "message_id")))
}

/// Reads the answer to the check. The Page identifies the installation.
pub(super) fn checked(account: &adapter::Account<'_>, answer: &Response<Bytes>) -> Learned {
    let found = read(GET_PAGE, answer)?;
    let page = account.require(PAGE_ID)?.to_owned();
    let is_own = text(&found, "id").as_ref() == Some(&page);
    let facts = [Fact::Identity(page.clone()), Fact::AccountId(page)];
    Ok(facts.into_iter().chain(is_own.then_some(Fact::OwnsAddress)).collect())
}

/// Reads the contact's profile.
pub(super) fn profile(contact: &str, answer: &Response<Bytes>) -> Learned {
    let answer = read(GET_PROFILE, answer)?;
    let name = ["first_name", "last_name"].into_iter().filter_map(|name| text(&answer, name));
    let name = name.collect::<Vec<_>>().join(" ");
    Ok(vec![Fact::Profile(Contact {
        id: contact.to_owned(),
        name: (!name.trim().is_empty()).then_some(name),
        avatar: text(&answer, "profile_pic"),
        ..Contact::default()
    })])
}

/// Reads an answer: returns the body of a call that succeeded, or the failure.
fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Value, Failure> {
    ERRORS.read(call, answer)
}

fn text(answer: &Value, name: &str) -> Option<String> {
    answer.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The explanation of answers that come too late.
const TOO_LATE: &str = "more than 24 hours have passed since the contact's last message, and Messenger takes answers \
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
