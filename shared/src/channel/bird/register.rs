//! Registers the webhook URL at Bird.
//!
//! An existing webhook is moved to the new URL: a new webhook would have another secret, and events on their way to the
//! old one would be lost. A webhook whose secret the bridge never stored, because the process died after creating it,
//! gets a new secret.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use super::{
    WEBHOOK_ID, WEBHOOK_SECRET, calls,
    classify::{self, word},
    wire::{CREATE_WEBHOOK, FIND_WEBHOOK, ROTATE_SECRET, UPDATE_WEBHOOK, WEBHOOKS},
};
use crate::{
    adapter::{Account, Fact, Failure, Known, Learned, RenderError, Step},
    tools::secret::Secret,
};

/// The memo that the known webhook no longer exists.
const LOST: &str = "bird.lost";
/// The memo with the id of a webhook at this URL whose secret is unknown; empty if there is no such webhook.
const FOUND: &str = "bird.found";

/// Returns the id of the webhook that the bridge created, as long as the webhook exists and its secret is known.
fn ours<'a>(account: &Account<'a>, known: &Known) -> Option<&'a str> {
    account.secret(WEBHOOK_SECRET)?;
    account.secret(WEBHOOK_ID).map(|id| id.reveal()).filter(|_| known.memo(LOST).is_none())
}

/// Returns the next call of a registration.
pub(super) fn next(account: &Account<'_>, url: &str, events: &[&str], known: &Known) -> Result<Step, RenderError> {
    if let Some(id) = ours(account, known) {
        if known.answered > 0 {
            return Ok(Step::Done);
        }
        let body = json!({"url": url, "events": events, "status": "active"});
        return calls::to(account, UPDATE_WEBHOOK, Method::PATCH, &format!("{WEBHOOKS}/{id}"))?.json(&body).step();
    }
    match (known.memo(FOUND), answered_for_new_webhook(known)) {
        (None, _) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("url", url).finish();
            calls::to(account, FIND_WEBHOOK, Method::GET, &format!("{WEBHOOKS}?{query}"))?.step()
        }
        (Some(""), 1) => {
            let body = json!({"url": url, "events": events});
            calls::to(account, CREATE_WEBHOOK, Method::POST, WEBHOOKS)?.json(&body).step()
        }
        (Some(id), 1) => {
            calls::to(account, ROTATE_SECRET, Method::POST, &format!("{WEBHOOKS}/{id}/rotate-secret"))?.step()
        }
        (Some(_), _) => Ok(Step::Done),
    }
}

/// Returns how many calls for another webhook were answered, without the call that showed that the known webhook is
/// lost.
fn answered_for_new_webhook(known: &Known) -> usize {
    known.answered.saturating_sub(usize::from(known.memo(LOST).is_some()))
}

/// Reads the answer to a call of a registration.
pub(super) fn read(account: &Account<'_>, url: &str, known: &Known, answer: &Response<Bytes>) -> Learned {
    if ours(account, known).is_some() {
        return match classify::read(UPDATE_WEBHOOK, answer) {
            Ok(_) => Ok(Vec::new()),
            Err(Failure::Rejected { .. }) => Ok(vec![Fact::Memo(LOST.to_owned(), "yes".to_owned())]),
            Err(failure) => Err(failure),
        };
    }
    let found = known.memo(FOUND);
    let name = match found {
        None => FIND_WEBHOOK,
        Some("") => CREATE_WEBHOOK,
        Some(_) => ROTATE_SECRET,
    };
    let answer = classify::read(name, answer)?;
    let Some(found) = found else {
        let all = answer.get("data").and_then(Value::as_array).into_iter().flatten();
        let id = all.filter(|webhook| word(webhook, "url").as_deref() == Some(url)).find_map(|it| word(it, "id"));
        return Ok(vec![Fact::Memo(FOUND.to_owned(), id.filter(|id| is_id(id)).unwrap_or_default())]);
    };
    let id = if found.is_empty() { word(&answer, "id").filter(|id| is_id(id)) } else { Some(found.to_owned()) };
    match (id, word(&answer, "secret")) {
        (Some(id), Some(secret)) => {
            Ok(vec![Fact::Secret(WEBHOOK_ID, Secret::new(id)), Fact::Secret(WEBHOOK_SECRET, Secret::new(secret))])
        }
        _ => Err(Failure::rejected("Bird's answer to the new webhook has no secret in it")),
    }
}

/// Returns whether an id is safe inside a path.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
