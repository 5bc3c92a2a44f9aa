//! The meaning of Telegram's answers (<https://core.telegram.org/bots/api#making-requests>).

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::{
    CONNECTION, FILE_PATH,
    content::name_of,
    render,
    wire::{Answer, DELETE_WEBHOOK, GET_FILE, GET_ME, Parameters, SET_WEBHOOK},
};
use crate::adapter::{Account, Delivery, Fact, Failure, Known, Learned, retry_after};

/// Reads the answer to a sent request. A request that Telegram refuses in its form is sent once more in a simpler form,
/// if it has one; a request to a chat that has moved is sent to the new chat.
pub(super) fn delivered(
    account: &Account<'_>,
    delivery: &Delivery<'_>,
    known: &Known,
    answer: &Response<Bytes>,
) -> Learned {
    let index = known.sent();
    let requests = render::requests(account, delivery, known).unwrap_or_default();
    let request = requests.get(index);
    let is_simple = request.is_none_or(|request| request.is_simple);
    let memo = |key: String, value: String| Ok::<_, Failure>(vec![Fact::Memo(key, value)]);
    match read(request.map_or("send", |request| request.method), answer) {
        Ok(result) => Ok(vec![Fact::Sent(message_id(delivery, &result))]),
        Err(Refusal::Moved(chat)) if known.memo(render::MOVED_TO).is_none() => {
            let mut facts = memo(render::MOVED_TO.to_owned(), chat.to_string())?;
            facts.push(Fact::ContactId(chat.to_string()));
            Ok(facts)
        }
        Err(Refusal::Topic) if known.memo(render::NO_TOPIC).is_none() => {
            memo(render::NO_TOPIC.to_owned(), "yes".to_owned())
        }
        Err(Refusal::Form(_)) if !is_simple => memo(render::simpler(index), "yes".to_owned()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Returns a message's id together with its chat, because the id is valid within the chat only.
fn message_id(delivery: &Delivery<'_>, result: &Value) -> Option<String> {
    let id = result.get("message_id").and_then(Value::as_i64)?;
    // The same number is another message in the chat with the bot itself.
    let is_business = delivery.contact.id.contains(CONNECTION);
    let chat = result.pointer("/chat/id").and_then(Value::as_i64).filter(|_| !is_business);
    Some(chat.map_or_else(|| name_of(&delivery.contact.id, id), |chat| name_of(&chat.to_string(), id)))
}

/// Reads the answer to the check: the bot's identity.
pub(super) fn checked(answer: &Response<Bytes>) -> Learned {
    let found = read(GET_ME, answer)?;
    let id = found.get("id").and_then(Value::as_i64).map(|id| id.to_string());
    let name = found.get("username").and_then(Value::as_str).map(|name| Fact::AccountName(format!("@{name}")));
    Ok(id.into_iter().flat_map(|id| [Fact::Identity(id.clone()), Fact::AccountId(id)]).chain(name).collect())
}

/// Reads the answer to the new webhook URL.
pub(super) fn registered(answer: &Response<Bytes>) -> Learned {
    read(SET_WEBHOOK, answer)?;
    Ok(Vec::new())
}

/// Reads the answer to the removal of the webhook URL.
pub(super) fn unregistered(answer: &Response<Bytes>) -> Learned {
    read(DELETE_WEBHOOK, answer)?;
    Ok(Vec::new())
}

/// Reads the path of a file.
pub(super) fn fetched(answer: &Response<Bytes>) -> Learned {
    match read(GET_FILE, answer)?.get("file_path").and_then(Value::as_str) {
        Some(path) => Ok(vec![Fact::Memo(FILE_PATH.to_owned(), path.to_owned())]),
        None => Err(Failure::rejected("Telegram does not hand out this file")),
    }
}

/// The reason why a call failed.
#[derive(Debug, PartialEq)]
enum Refusal {
    /// The chat has a new id.
    Moved(i64),
    /// The topic does not exist any more.
    Topic,
    /// Telegram does not accept the request in this form; a simpler form may succeed.
    Form(Failure),
    /// Any other failure.
    Other(Failure),
}

impl From<Refusal> for Failure {
    /// Returns the failure for a request that has no simpler form and no other chat.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Topic => Self::rejected("the topic does not exist any more on Telegram"),
            Refusal::Moved(_) => Self::rejected("Telegram has moved this chat"),
            Refusal::Form(failure) | Refusal::Other(failure) => failure,
        }
    }
}

/// Descriptions of a 400 that concern the contact rather than the request.
const RECEIVER: &[(&str, &str)] = &[
    ("chat not found", "Telegram does not know this chat"),
    ("user not found", "Telegram does not know this user"),
    ("PEER_ID_INVALID", "Telegram does not know this chat"),
    ("have no rights to send a message", "the contact does not let the bot write"),
];

/// Descriptions of a 400 for a chat with a business account. The bot may answer there for 24 hours after the contact
/// wrote, if the account lets it (<https://core.telegram.org/bots/api#businessbotrights>).
const BUSINESS: &[(&str, &str)] = &[
    (
        "BUSINESS_PEER_USAGE_MISSING",
        "the contact has not written to the business account for 24 hours, so Telegram lets only the account itself write",
    ),
    ("BUSINESS_PEER_INVALID", "the business account has taken this chat from the bot (Telegram Business, Chatbots)"),
    ("BUSINESS_CONNECTION", DISCONNECTED),
    ("business connection not found", DISCONNECTED),
    ("not enough rights", DISCONNECTED),
];
const DISCONNECTED: &str = "the business account has disconnected the bot or does not let it reply; connect it again in \
                            Telegram's settings (Telegram Business, Chatbots) and permit replies";

/// Descriptions of a 400 for a topic that is gone or closed.
const TOPIC: &[&str] = &["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"];

/// Descriptions of a 403, and the explanation for people.
const FORBIDDEN: &[(&str, &str)] = &[
    ("blocked by the user", "the contact has blocked the bot on Telegram"),
    ("user is deactivated", "the contact has deleted the Telegram account"),
    ("can't initiate conversation", "the contact has not started a chat with the bot on Telegram"),
    ("was kicked", "the bot was removed from this chat on Telegram"),
];

/// Descriptions of a 400, and the explanation for people. Any other description is explained in general words, because
/// Telegram's own may quote the message.
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

/// Reads an answer: returns the result of a call that succeeded, or the refusal.
fn read(method: &'static str, answer: &Response<Bytes>) -> Result<Value, Refusal> {
    let what = format!("Telegram's {method}");
    let Ok(body) = serde_json::from_slice::<Answer>(answer.body()) else {
        // The answer comes from a gateway, not from Telegram.
        let reason = format!("{what} answered {} without JSON", answer.status().as_u16());
        let wait = retry_after(answer);
        return Err(Refusal::Other(Failure::Retry {
            wait,
            reason,
            doubtful: !matches!(answer.status().as_u16(), 429 | 503),
        }));
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
            if TOPIC.iter().any(|words| description.contains(words)) {
                return Refusal::Topic;
            }
            if let Some(reason) = listed(BUSINESS) {
                return Refusal::Other(Failure::rejected(reason));
            }
            match listed(RECEIVER) {
                Some(reason) => Failure::Gone { reason },
                None => {
                    return Refusal::Form(match listed(REQUEST) {
                        Some(reason) => Failure::rejected(reason),
                        None => Failure::rejected_as(reason, description),
                    });
                }
            }
        }
        413 => return Refusal::Form(Failure::rejected("the file is too large for Telegram")),
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
        // The service says that it did not take the call.
        503 => Failure::Retry { wait: retry_after(answer), reason, doubtful: false },
        408 | 500.. => Failure::Retry { wait: retry_after(answer), reason, doubtful: true },
        _ => Failure::rejected_as(reason, description),
    })
}
