//! The meaning of MessageBird's answers (<https://developers.messagebird.com/api/#api-errors>).

use bytes::Bytes;
use http::Response;

use super::{
    CHANNEL_ID, ORIGINATOR,
    wire::{Answer, BALANCE, SEND_MESSAGE, SEND_SMS},
};
use crate::{
    adapter::{Account, Fact, Failure, Learned, retry_after},
    channel::sent,
};

/// Reads the answer to a message.
pub(super) fn delivered(account: &Account<'_>, answer: &Response<Bytes>) -> Learned {
    let call = if account.setting(CHANNEL_ID).is_some() { SEND_MESSAGE } else { SEND_SMS };
    sent(read(call, answer).map(|answer| answer.id))
}

/// Reads the answer to the check. The sender identifies the installation.
pub(super) fn checked(account: &Account<'_>, answer: &Response<Bytes>) -> Learned {
    read(BALANCE, answer)?;
    let sender = account.setting(CHANNEL_ID).map_or_else(|| account.require(ORIGINATOR), Ok)?.to_owned();
    Ok(vec![Fact::Identity(sender.clone()), Fact::AccountId(sender)])
}

/// Reads an answer: returns the body of a call that succeeded, or the failure.
fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let status = answer.status();
    let what = format!("MessageBird's {call}");
    let body: Answer = match serde_json::from_slice(answer.body()) {
        Ok(body) => body,
        Err(_) if status.is_success() => {
            return Err(Failure::Retry { wait: None, reason: format!("{what} answered without JSON"), doubtful: true });
        }
        Err(_) => Answer::default(),
    };
    let reason = |reason: &str| reason.to_owned();
    match (status.as_u16(), body.errors.first().and_then(|error| error.code)) {
        (200..=299, _) => Ok(body),
        (401 | 403, _) => Err(Failure::Blocked { reason: reason("MessageBird does not accept the access key") }),
        (_, Some(25)) => Err(Failure::Blocked { reason: reason("the balance at MessageBird is used up") }),
        (_, Some(9)) => {
            Err(Failure::Gone { reason: reason("this is not a telephone number that MessageBird can reach") })
        }
        (_, Some(10)) => Err(Failure::rejected("MessageBird does not accept a value in this message")),
        (_, Some(20)) => Err(Failure::Blocked { reason: reason("MessageBird does not find the channel") }),
        (_, Some(301)) => Err(Failure::rejected("more than 24 hours have passed since the contact's last message")),
        (429, _) => Err(Failure::Retry {
            wait: retry_after(answer),
            reason: reason("MessageBird asks to wait"),
            doubtful: false,
        }),
        _ => Err(Failure::of_status(&what, answer, None)),
    }
}
