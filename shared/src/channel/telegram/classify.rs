//! What Telegram's answers mean: <https://core.telegram.org/bots/api#making-requests>.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::wire::{Answer, Parameters};
use crate::adapter::{Failure, retry_after};

/// What a failed call comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// The chat has another id now.
    Moved(i64),
    /// Telegram does not take the request in this form; a simpler one may pass.
    Form(String),
    /// All else.
    Other(Failure),
}

impl From<Refusal> for Failure {
    /// What it means where there is no simpler form and no other chat.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Moved(_) => Self::rejected("Telegram has moved this chat"),
            Refusal::Form(reason) => Self::rejected(reason),
            Refusal::Other(failure) => failure,
        }
    }
}

/// Descriptions of 400 that concern the contact rather than the request.
const RECEIVER: &[(&str, &str)] = &[
    ("chat not found", "Telegram does not know this chat"),
    ("user not found", "Telegram does not know this user"),
    ("PEER_ID_INVALID", "Telegram does not know this chat"),
    ("have no rights to send a message", "the contact does not let the bot write"),
];

/// Descriptions of 403, and what to tell people.
const FORBIDDEN: &[(&str, &str)] = &[
    ("blocked by the user", "the contact has blocked the bot on Telegram"),
    ("user is deactivated", "the contact has deleted the Telegram account"),
    ("can't initiate conversation", "the contact has not started a chat with the bot on Telegram"),
    ("was kicked", "the bot was removed from this chat on Telegram"),
];

/// Descriptions of 400 with what they mean for people; any other is told in general words, since Telegram's own may
/// quote the message.
const REQUEST: &[(&str, &str)] = &[
    ("message text is empty", "Telegram finds the text empty"),
    ("message is too long", "the text is too long for Telegram"),
    ("caption is too long", "the caption is too long for Telegram"),
    ("can't parse entities", "Telegram cannot read the form of this text"),
    ("file is too big", "the file is larger than the 20 MB that Telegram hands out"),
    ("wrong file_id", "Telegram does not have this file any more"),
    ("file is temporarily unavailable", "Telegram does not have this file any more"),
    ("wrong HTTP URL", "Telegram does not take this link"),
    ("failed to get HTTP URL content", "Telegram cannot fetch the file"),
    ("wrong type of the web page content", "Telegram does not take this kind of file"),
    ("bad webhook", "Telegram does not take the bridge's URL: it wants https, port 443, and a public address"),
];

/// The result of a call that worked, or what its failure means.
pub(super) fn read(method: &'static str, answer: &Response<Bytes>) -> Result<Value, Refusal> {
    let what = format!("Telegram's {method}");
    let Ok(body) = serde_json::from_slice::<Answer>(answer.body()) else {
        // A gateway has spoken, not Telegram.
        let reason = format!("{what} answered {} without JSON", answer.status().as_u16());
        let wait = retry_after(answer);
        return Err(Refusal::Other(Failure::Retry { wait, reason, doubtful: answer.status().as_u16() != 429 }));
    };
    if body.ok && answer.status().is_success() {
        return Ok(body.result);
    }
    let code = if body.error_code == 0 { answer.status().as_u16() } else { body.error_code };
    Err(failure(&what, code, &body.description, &body.parameters, answer))
}

fn failure(what: &str, code: u16, description: &str, parameters: &Parameters, answer: &Response<Bytes>) -> Refusal {
    let listed = |list: &[(&str, &str)]| {
        list.iter().find(|(part, _)| description.contains(part)).map(|(_, reason)| (*reason).to_owned())
    };
    let reason = format!("{what} answered {code}");
    Refusal::Other(match code {
        400 => {
            if let Some(chat) = parameters.migrate_to_chat_id {
                return Refusal::Moved(chat);
            }
            match listed(RECEIVER) {
                Some(reason) => Failure::Gone { reason },
                None => return Refusal::Form(listed(REQUEST).unwrap_or(reason)),
            }
        }
        413 => return Refusal::Form("the file is too large for Telegram".to_owned()),
        401 | 404 => Failure::Blocked {
            reason: "Telegram does not accept the bot token; copy it again from @BotFather".to_owned(),
        },
        403 => Failure::Gone {
            reason: listed(FORBIDDEN).unwrap_or_else(|| "the contact does not let the bot write".to_owned()),
        },
        409 => Failure::Blocked { reason: "another program uses this bot as well".to_owned() },
        429 => {
            let wait = parameters.retry_after.map(Duration::from_secs).or_else(|| retry_after(answer));
            Failure::Retry { wait, reason: "Telegram asks to wait".to_owned(), doubtful: false }
        }
        408 | 500.. => Failure::Retry { wait: retry_after(answer), reason, doubtful: true },
        _ => Failure::rejected(reason),
    })
}
