//! The meaning of Viber's answers (<https://developers.viber.com/docs/api/rest-bot-api/#error-codes>).

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{
    render,
    wire::{Answer, GET_ACCOUNT_INFO, GET_USER_DETAILS, SEND_MESSAGE, SET_WEBHOOK, Send},
};
use crate::{
    adapter::{Account, Delivery, Fact, Failure, Known, Learned, retry_after},
    channel::sent,
    model::message::Contact,
};

/// The status for a contact whose Viber version is too old for the message.
const TOO_OLD: i64 = 13;
/// The status for too many calls.
const TOO_MANY: i64 = 12;

/// Viber accepts 100 messages per contact and clock hour until the contact answers. An answer does not say when the
/// hour ends, so the bridge retries every ten minutes. Such waits do not use up the relay's retries.
const HOURLY_LIMIT_WAIT: Duration = Duration::from_secs(10 * 60);
/// Viber accepts two profile requests per contact in twelve hours.
const PROFILE_LIMIT_WAIT: Duration = Duration::from_secs(12 * 3_600);

/// The number of attempts after which an undocumented status counts as a refusal.
const UNKNOWN_TRIES: u32 = 4;

/// The party that a status concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Someone has to fix the account.
    Account,
    /// This request can never succeed.
    Request,
    /// This contact cannot receive the message.
    Receiver,
    /// This contact does not want to receive messages, or is no longer a contact.
    Stopped,
    /// The call may succeed later.
    Later,
}

/// Every documented status but 0, with the explanation for people. Viber's own texts vary, so only the numbers count. A
/// status outside this table is retried a few times.
#[rustfmt::skip]
pub(super) const STATUSES: &[(i64, Class, &str)] = &[
    (1, Class::Account, "Viber cannot call the bridge's webhook URL"),
    (2, Class::Account, "Viber does not accept the auth token; copy it again from the bot's page in the Viber admin panel"),
    (3, Class::Request, "Viber does not accept the form of this message"),
    (4, Class::Request, "Viber finds this message incomplete"),
    (5, Class::Stopped, "the contact is not registered with Viber any more"),
    (6, Class::Stopped, "the contact does not subscribe to this account on Viber"),
    (7, Class::Account, "Viber has blocked this account"),
    (8, Class::Account, "Viber does not find this account"),
    (9, Class::Account, "Viber has suspended this account"),
    (10, Class::Account, "no webhook is set at Viber; register this installation again"),
    (11, Class::Receiver, "the contact has no device that can show this message"),
    (TOO_MANY, Class::Later, "Viber takes no more messages for this contact until they answer or the hour is over"),
    (TOO_OLD, Class::Receiver, "the contact's Viber is too old for this message"),
    (14, Class::Request, "this message needs a newer version of Viber's interface"),
    (15, Class::Account, "this account is not authorized at Viber"),
    (16, Class::Request, "Viber does not allow this message in this chat"),
    (17, Class::Request, "this account cannot send inline messages on Viber"),
    (18, Class::Request, "this account has no public chat on Viber"),
    (19, Class::Request, "this account cannot send broadcasts on Viber"),
    (20, Class::Request, "Viber does not allow this broadcast"),
    (21, Class::Receiver, "Viber does not deliver to the contact's country"),
    (22, Class::Request, "Viber does not support this payment"),
    (23, Class::Account, "the account's free messages on Viber are used up"),
    (24, Class::Account, "the account's balance at Viber is used up"),
    (999, Class::Receiver, "Viber does not know the contact's id"),
];

/// Reads the answer to `send_message`. A contact whose Viber version is too old for buttons or cards receives them
/// again as text.
pub(super) fn delivered(
    account: &Account<'_>,
    delivery: &Delivery<'_>,
    known: &Known,
    answer: &Response<Bytes>,
) -> Learned {
    let learned = sent(read(SEND_MESSAGE, known, answer).map(|answer| answer.message_token()));
    let is_too_old = matches!(learned, Err(Failure::Rejected { .. })) && status(answer) == Some(TOO_OLD);
    if !is_too_old || known.memo(render::OLD_FROM).is_some() {
        return learned;
    }
    let messages = render::messages(account, delivery, known).unwrap_or_default();
    let is_simple = messages.get(known.sent()).is_none_or(Send::is_simple);
    if is_simple {
        return learned;
    }
    Ok(vec![Fact::Memo(render::OLD_FROM.to_owned(), known.sent().to_string())])
}

/// Reads the answer to the check: the account's identity.
pub(super) fn checked(known: &Known, answer: &Response<Bytes>) -> Learned {
    let found = read(GET_ACCOUNT_INFO, known, answer)?;
    let name = found.name().map(|name| Fact::AccountName(name.to_owned()));
    match found.id() {
        Some(id) => Ok([Fact::Identity(id.clone()), Fact::AccountId(id)].into_iter().chain(name).collect()),
        None => Err(Failure::rejected("the answer of `api_url` names no account, so it is not Viber's API")),
    }
}

/// Reads the answer to the new webhook URL.
pub(super) fn registered(known: &Known, answer: &Response<Bytes>) -> Learned {
    read(SET_WEBHOOK, known, answer).map(|_| Vec::new())
}

/// Reads the answer to the removal of the webhook URL.
pub(super) fn unregistered(known: &Known, answer: &Response<Bytes>) -> Learned {
    registered(known, answer)
}

/// Reads the contact's profile.
pub(super) fn profile(contact: &str, known: &Known, answer: &Response<Bytes>) -> Learned {
    let user = read(GET_USER_DETAILS, known, answer)?.user().map(Contact::from);
    Ok(user.map(|user| Fact::Profile(Contact { id: contact.to_owned(), ..user })).into_iter().collect())
}

/// Reads an answer: returns the body of a call that succeeded, or the failure, which may depend on the number of
/// earlier attempts.
fn read(call: &'static str, known: &Known, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let what = format!("Viber's {call}");
    let http = answer.status();
    let by_http = || Failure::of_status(&what, answer, None);
    let Ok(body) = serde_json::from_slice::<Answer>(answer.body()) else {
        return Err(Failure::of_stranger(&what, answer));
    };
    let Some(status) = body.status() else {
        return Err(by_http());
    };
    // The body's status does not count here, because a failing server may not have judged the message at all, unless the
    // account is at fault.
    let is_account = STATUSES.iter().any(|(listed, class, _)| *listed == status && *class == Class::Account);
    if http.as_u16() == 429 || http.is_server_error() && !is_account || status == 0 && !http.is_success() {
        return Err(by_http());
    }
    if status == 0 {
        return Ok(body);
    }
    Err(failure(call, status, known.tries, body.status_message(), answer))
}

/// Returns the status in an answer's body, if there is one.
fn status(answer: &Response<Bytes>) -> Option<i64> {
    serde_json::from_slice::<Answer>(answer.body()).ok()?.status()
}

fn failure(call: &str, status: i64, tries: u32, message: &str, answer: &Response<Bytes>) -> Failure {
    let Some((_, class, reason)) = STATUSES.iter().find(|(listed, ..)| *listed == status) else {
        let reason = format!("Viber's {call} failed with status {status}");
        return if tries.saturating_add(1) < UNKNOWN_TRIES {
            Failure::Retry { wait: retry_after(answer), reason, doubtful: false }
        } else {
            Failure::rejected_as(reason, message)
        };
    };
    let reason = match status {
        1 => format!("{reason}{}", why_unreachable(message)),
        _ => (*reason).to_owned(),
    };
    match class {
        Class::Account => Failure::Blocked { reason },
        Class::Request | Class::Receiver => Failure::rejected(reason),
        Class::Stopped => Failure::Gone { reason },
        Class::Later => {
            let (wait, reason) = match call {
                SEND_MESSAGE => (Some(HOURLY_LIMIT_WAIT), reason),
                GET_USER_DETAILS => {
                    (Some(PROFILE_LIMIT_WAIT), "Viber tells no more about this contact for twelve hours".to_owned())
                }
                _ => (None, format!("Viber's {call} was called too often")),
            };
            Failure::Retry { wait: retry_after(answer).or(wait), reason, doubtful: false }
        }
    }
}

/// Returns what Viber found at the bridge's URL, from the dump of Viber's HTTP client. The dump itself contains the
/// URL, which is secret.
fn why_unreachable(dump: &str) -> String {
    if let Some((_, found)) = dump.split_once("> HttpResponse[HTTP/") {
        let status: String = found.chars().skip_while(|c| *c != ' ').skip(1).take_while(char::is_ascii_digit).collect();
        return if status.is_empty() { String::new() } else { format!(": it answered {status}, and Viber wants 200") };
    }
    if dump.contains("SSL") {
        return ": its certificate is not one of a public authority".to_owned();
    }
    if dump.contains("ConnectException") || dump.contains("UnknownHost") {
        return ": no connection could be made".to_owned();
    }
    String::new()
}
