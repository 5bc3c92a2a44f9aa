//! The meaning of LINE's answers (<https://developers.line.biz/en/reference/messaging-api/#error-responses>).

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{
    BOT_USER_ID,
    wire::{Answer, BOT_INFO, GET_WEBHOOK, PROFILE, PUSH, QUOTA, QUOTA_USED, REPLY, SET_WEBHOOK, TRANSCODING},
};
use crate::{
    adapter::{Fact, Failure, Known, Learned, retry_after},
    channel::sent,
    model::message::Contact,
    tools::vendor_words,
};

/// The error for a webhook that is set but switched off, as every new webhook is.
pub(super) const SWITCHED_OFF: &str = "the URL is set at LINE, but “Use webhook” is off: switch it on in the LINE \
                                       Developers console (Messaging API tab), then register again";

/// Reads the answer to a push.
pub(super) fn delivered(answer: &Response<Bytes>) -> Learned {
    arrived(read(PUSH, answer)?)
}

/// Returns what LINE's messages of one call are known by. A contact may quote any of them.
fn arrived(answer: Answer) -> Learned {
    let mut ids = answer.sent_messages.into_iter().map(|message| message.id);
    let mut facts = sent(Ok(ids.next()))?;
    facts.extend(ids.map(Fact::OtherId));
    Ok(facts)
}

/// Reads the answer to a reply. A reply token that LINE does not take any more is no failure: the message is pushed.
pub(super) fn replied(answer: &Response<Bytes>) -> Learned {
    let is_refused = |answer: &Answer| answer.message.contains("Invalid reply token");
    if answer.status() == 400 && serde_json::from_slice(answer.body()).is_ok_and(|answer| is_refused(&answer)) {
        return Ok(vec![Fact::ReplyTokenUsed]);
    }
    let mut facts = arrived(read(REPLY, answer)?)?;
    facts.push(Fact::ReplyTokenUsed);
    Ok(facts)
}

/// Reads the number of messages that the plan includes. The check does not depend on it, so a failure teaches nothing.
pub(super) fn quota(answer: &Response<Bytes>) -> Vec<Fact> {
    let limit = read(QUOTA, answer).ok().map(|answer| answer.value.map_or_else(String::new, |value| value.to_string()));
    limit.map(|limit| Fact::memo(QUOTA, limit)).into_iter().collect()
}

/// Reads the number of messages that were sent, if the answer before told how many the plan includes.
pub(super) fn quota_used(known: &Known, answer: &Response<Bytes>) -> Vec<Fact> {
    let used = read(QUOTA_USED, answer).ok().and_then(|answer| answer.total_usage);
    let quota = known.memo(QUOTA).zip(used).map(|(limit, used)| Fact::Quota { limit: limit.parse().ok(), used });
    quota.into_iter().collect()
}

/// Reads the answer to the check: the bot's identity.
pub(super) fn checked(answer: &Response<Bytes>) -> Learned {
    let found = read(BOT_INFO, answer)?;
    let name = found.display_name.map(Fact::AccountName);
    match found.user_id {
        Some(id) => {
            let facts = [Fact::Identity(id.clone()), Fact::AccountId(id.clone()), Fact::Setting(BOT_USER_ID, id)];
            Ok(facts.into_iter().chain(name).collect())
        }
        None => Err(Failure::rejected("the answer of `api_url` names no bot, so it is not LINE's API")),
    }
}

/// Reads the answer to the new webhook URL.
pub(super) fn registered(answer: &Response<Bytes>) -> Learned {
    read(SET_WEBHOOK, answer).map(|_| Vec::new())
}

/// Reads whether the webhook is switched on.
pub(super) fn registration(answer: &Response<Bytes>) -> Learned {
    match read(GET_WEBHOOK, answer)?.active {
        Some(false) => Err(Failure::rejected(SWITCHED_OFF)),
        _ => Ok(Vec::new()),
    }
}

/// Reads the contact's profile.
pub(super) fn profile(contact: &str, answer: &Response<Bytes>) -> Learned {
    let answer = read(PROFILE, answer)?;
    let language = answer.language.and_then(|tag| tag.split('-').next().map(str::to_ascii_lowercase));
    Ok(vec![Fact::Profile(Contact {
        id: contact.to_owned(),
        name: answer.display_name,
        avatar: answer.picture_url,
        language,
        ..Contact::default()
    })])
}

/// Reads whether a file is ready.
pub(super) fn fetched(answer: &Response<Bytes>) -> Learned {
    match read(TRANSCODING, answer)?.status.as_deref() {
        Some("processing") => Err(Failure::Retry {
            wait: Some(Duration::from_secs(3)),
            reason: "LINE is still preparing the file".to_owned(),
            doubtful: false,
        }),
        Some("failed") => Err(Failure::rejected("LINE could not prepare the file")),
        _ => Ok(Vec::new()),
    }
}

/// Reads an answer: returns the body of a call that succeeded, or the failure. A 409 for the retry key is a success:
/// LINE accepted an earlier attempt with the same key
/// (<https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>).
pub(super) fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let status = answer.status().as_u16();
    let body: Option<Answer> = serde_json::from_slice(answer.body()).ok();
    let what = format!("LINE's {call} answered {status}");
    match (status, body) {
        (200..=299, Some(body)) => Ok(body),
        (409, Some(body)) if body.message.contains("retry key") => Ok(body),
        (200..=299, None) => Err(Failure::Retry {
            wait: None,
            reason: format!("LINE's {call} answered {status} without JSON"),
            doubtful: true,
        }),
        (_, Some(body)) => Err(failure(status, &body, what, answer)),
        (_, None) => Err(Failure::of_stranger(&format!("LINE's {call}"), answer)),
    }
}

fn failure(status: u16, body: &Answer, what: String, answer: &Response<Bytes>) -> Failure {
    match status {
        400 if body.message.contains("Failed to send messages") => {
            Failure::Gone { reason: "LINE cannot reach the contact, who may have blocked the account".to_owned() }
        }
        400 if body.message.contains("'to'") => {
            Failure::Gone { reason: "LINE does not know the contact's id".to_owned() }
        }
        400 if body.message.contains("webhook endpoint") => {
            Failure::rejected("LINE does not take the bridge's URL: it wants https and a public address")
        }
        400 => {
            // Field names are LINE's own. LINE's messages may quote the text of the message, and only agents read them.
            let fields = body.details.iter().filter_map(|detail| detail.property.as_deref()).take(5);
            let fields: Vec<&str> = fields.filter_map(vendor_words::code).collect();
            let fields = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
            let words = body.details.iter().find_map(|detail| detail.message.as_deref()).unwrap_or(&body.message);
            Failure::rejected_as(format!("LINE does not accept the form of this message{fields}"), words)
        }
        401 => Failure::Blocked {
            reason: "LINE does not accept the channel access token; issue a new one in the LINE Developers console"
                .to_owned(),
        },
        403 => Failure::Blocked { reason: "this account's plan at LINE does not allow it".to_owned() },
        404 => Failure::rejected("LINE does not find it"),
        410 => Failure::rejected("LINE does not have this file any more"),
        413 => Failure::rejected("the message is too large for LINE"),
        415 => Failure::rejected("LINE does not take this kind of file"),
        429 if body.message.contains("monthly limit") => {
            Failure::Blocked { reason: "the account's messages at LINE are used up for this month".to_owned() }
        }
        429 => Failure::Retry { wait: retry_after(answer), reason: "LINE asks to wait".to_owned(), doubtful: false },
        408 | 500.. => Failure::Retry { wait: retry_after(answer), reason: what, doubtful: true },
        _ => Failure::rejected_as(what, &body.message),
    }
}
