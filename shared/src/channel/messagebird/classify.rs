//! The meaning of MessageBird's answers (<https://developers.messagebird.com/api/#api-errors>).

use bytes::Bytes;
use http::Response;

use super::{
    CHANNEL_ID, ORIGINATOR,
    wire::{Answer, BALANCE, SEND_MESSAGE, SEND_SMS},
};
use crate::{
    adapter::{Account, Fact, Failure, Learned, retry_after},
    channel::{
        codes::{self, Class, Code},
        corrected, sent,
    },
    model::message::Receipt,
};

/// Reads the answer to a message.
pub(super) fn delivered(account: &Account<'_>, contact: &str, answer: &Response<Bytes>) -> Learned {
    let call = if account.setting(CHANNEL_ID).is_some() { SEND_MESSAGE } else { SEND_SMS };
    let answer = read(call, answer)?;
    let to = answer.receiver();
    Ok(sent(Ok(answer.id))?.into_iter().chain(corrected(contact, to)).collect())
}

/// Reads the answer to the check. The sender identifies the installation.
pub(super) fn checked(account: &Account<'_>, answer: &Response<Bytes>) -> Learned {
    read(BALANCE, answer)?;
    let sender = account.setting(CHANNEL_ID).map_or_else(|| account.require(ORIGINATOR), Ok)?.to_owned();
    Ok(vec![Fact::Identity(sender.clone()), Fact::AccountName(sender.clone()), Fact::AccountId(sender)])
}

/// Reads an answer: returns the body of a call that succeeded, or the failure.
fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let status = answer.status();
    let what = format!("MessageBird's {call}");
    let body = match serde_json::from_slice::<Answer>(answer.body()) {
        Ok(body) => body,
        Err(_) if status.is_success() => {
            return Err(Failure::Retry { wait: None, reason: format!("{what} answered without JSON"), doubtful: true });
        }
        Err(_) => return Err(Failure::of_stranger(&what, answer)),
    };
    if status.is_success() {
        return Ok(body);
    }
    let error = body.errors.first();
    let row = codes::find(CODES, error.and_then(|error| error.code));
    let description = error.and_then(|error| error.description.as_deref());
    // Another error of a server that failed may not be true of the message.
    match row {
        Some((_, class, reason)) if *class == Class::Account || !status.is_server_error() => {
            Err(class.failure((*reason).to_owned(), retry_after(answer)).with_details(description))
        }
        _ => match Failure::of_status(&what, answer, None) {
            Failure::Blocked { .. } => {
                Err(Failure::Blocked { reason: "MessageBird does not accept the access key".to_owned() })
            }
            Failure::Retry { wait, doubtful: false, .. } if status.as_u16() == 429 => {
                Err(Failure::Retry { wait, reason: "MessageBird asks to wait".to_owned(), doubtful: false })
            }
            failure => Err(failure.with_details(description)),
        },
    }
}

/// The codes of refused calls and messages.
const CODES: &[Code] = &[
    (2, Class::Account, "MessageBird does not accept the access key"),
    (9, Class::Receiver, "this is not a telephone number that MessageBird can reach"),
    (10, Class::Message, "MessageBird does not accept a value in this message"),
    (20, Class::Account, "MessageBird does not find the channel"),
    (25, Class::Account, "the balance at MessageBird is used up"),
    (301, Class::Message, TOO_LATE),
];

/// The explanation of answers that come too late.
const TOO_LATE: &str = "more than 24 hours have passed since the contact's last message, and WhatsApp then takes \
                        approved templates only: write /template name:language value | value";

/// Returns the receipt of a message that failed. MessageBird's own words explain a code that the table does not list.
pub(super) fn receipt(code: Option<u32>, words: Option<&str>) -> Receipt {
    let reason = match (codes::find(CODES, code), code) {
        (Some((_, class, reason)), _) => return class.receipt((*reason).to_owned(), None),
        (None, Some(code)) => format!("MessageBird could not deliver it (error {code})"),
        (None, None) => "MessageBird could not deliver it".to_owned(),
    };
    Class::Message.receipt(reason, words)
}
