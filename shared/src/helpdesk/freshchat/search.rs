//! Finds a contact's conversation, and a message that may have been posted already.
//!
//! Both searches go through conversations with one call each and store what they saw as memos, so that a search resumes
//! after a crash.

use serde::{Deserialize, Serialize};

use super::{
    parse::{millis, state_of},
    wire::{self, Attachment, Conversation, Conversations, Message, NewPart},
};
use crate::{
    model::message::ConversationState,
    tools::{json::Json, millis::Millis},
};

/// The maximum number of a user's conversations that are read: the first and the last of the list, whose order is not
/// documented.
const MOST: usize = 10;

/// A conversation that may be the contact's.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Candidate {
    pub id: String,
    /// What reading the conversation showed; `None` if it has not been read yet.
    pub seen: Option<Seen>,
}

/// What reading a conversation or its messages showed.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(super) struct Seen {
    /// Whether the conversation exists and is in the installation's topic.
    pub ours: bool,
    pub resolved: bool,
    /// The time of the conversation's creation, or of its newest message.
    pub time: Millis,
    /// The id of the message that was searched for, if it was found.
    pub found: Option<String>,
}

/// Returns the conversations of a user, which are read one by one. The conversation `except` no longer takes messages
/// and is left out.
pub(super) fn candidates(list: &Conversations, except: Option<&str>) -> Vec<Candidate> {
    let ids: Vec<&str> = list.conversations.iter().filter_map(|listed| listed.guid().text()).collect();
    let ids = ids.into_iter().filter(|id| Some(*id) != except).collect::<Vec<_>>();
    let (half, len) = (MOST / 2, ids.len());
    ids.into_iter()
        .enumerate()
        .filter(|(index, _)| len <= MOST || *index < half || *index >= len - half)
        .map(|(_, id)| Candidate { id: id.to_owned(), seen: None })
        .collect()
}

/// Returns the next candidate to read.
pub(super) fn unseen(candidates: &[Candidate]) -> Option<&str> {
    candidates.iter().find(|candidate| candidate.seen.is_none()).map(|candidate| candidate.id.as_str())
}

/// Records what reading a candidate showed.
pub(super) fn saw(mut candidates: Vec<Candidate>, id: &str, seen: Seen) -> Vec<Candidate> {
    if let Some(candidate) = candidates.iter_mut().find(|candidate| candidate.id == id) {
        candidate.seen = Some(seen);
    }
    candidates
}

/// Reads a conversation. Short answers leave out the topic; then the topic counts as the installation's.
pub(super) fn look_at(conversation: &Conversation, topic: &str) -> Seen {
    Seen {
        ours: conversation.channel_id.text().is_none_or(|id| id == topic),
        resolved: state_of(&conversation.status) == Some(ConversationState::Resolved),
        time: millis(&conversation.created_time).unwrap_or_default(),
        found: None,
    }
}

/// Returns the conversation to post to: open before resolved, newest first.
pub(super) fn choose(candidates: &[Candidate], resolved_too: bool) -> Option<(&str, ConversationState)> {
    let usable = candidates.iter().filter_map(|candidate| {
        let seen = candidate.seen.as_ref().filter(|seen| seen.ours && (resolved_too || !seen.resolved))?;
        Some((candidate.id.as_str(), seen))
    });
    let (id, seen) = usable.max_by_key(|(_, seen)| (!seen.resolved, seen.time))?;
    Some((id, if seen.resolved { ConversationState::Resolved } else { ConversationState::Open }))
}

/// Looks for the bridge's message among those of a conversation, newest first: the last message of the contact's user,
/// if it has equal parts and is newer than the last message that is known to be the bridge's.
///
/// Only the last message counts, because a contact's messages are posted in order: equal words further back were said
/// before.
pub(super) fn look_for(messages: &[Message], user: &str, parts: &[NewPart], last: Option<&str>) -> Seen {
    let newer = messages.iter().take_while(|message| last.is_none() || message.id.text() != last);
    let mine = newer.filter(|message| is_ours(message, user)).take(1);
    let found = mine.filter(|message| has_parts(message, parts)).find_map(|message| message.id.owned());
    let time = messages.iter().filter_map(|message| millis(&message.created_time)).max().unwrap_or_default();
    Seen { ours: true, resolved: false, time, found }
}

/// Returns the id of a note with these parts that is no older than `since`, because agents may get the same note about
/// several messages.
pub(super) fn find_note(messages: &[Message], parts: &[NewPart], since: Millis) -> Option<String> {
    let mut ours = messages.iter().filter(|message| {
        message.message_type.lower() == "private"
            && message.actor_type.lower() == "bot"
            && millis(&message.created_time).is_none_or(|at| at >= since)
    });
    ours.find(|message| has_parts(message, parts))?.id.owned()
}

/// Returns whether no later page can contain the message that [`look_for`] searches for.
pub(super) fn is_over(messages: &[Message], user: &str, last: Option<&str>) -> bool {
    messages.iter().any(|message| is_ours(message, user) || last.is_some() && message.id.text() == last)
}

/// Returns the conversation and the message that was found in it. Of several conversations, only the one with the
/// newest message can hold a message of a moment ago: the same words in an older one were said before.
pub(super) fn found(candidates: &[Candidate]) -> Option<(&str, &str)> {
    let newest = candidates
        .iter()
        .filter(|candidate| candidate.seen.is_some())
        .max_by_key(|candidate| candidate.seen.as_ref().map(|seen| seen.time))?;
    Some((&newest.id, newest.seen.as_ref()?.found.as_deref()?))
}

/// Writes candidates into a memo.
pub(super) fn to_memo(candidates: &[Candidate]) -> String {
    serde_json::to_string(candidates).unwrap_or_default()
}

/// Reads candidates from a memo.
pub(super) fn from_memo(memo: Option<&str>) -> Option<Vec<Candidate>> {
    serde_json::from_str(memo?).ok()
}

fn is_ours(message: &Message, user: &str) -> bool {
    matches!(message.message_type.lower().as_str(), "normal" | "")
        && message.actor_type.lower() == "user"
        && message.actor_id.or(&message.user_id).text() == Some(user)
}

/// Returns whether a message has these parts. Freshchat may move a picture to another URL and fill a part with `null`s,
/// so only what must stay the same is compared.
fn has_parts(message: &Message, parts: &[NewPart]) -> bool {
    let theirs = message.message_parts.json();
    // It is not documented whether a bot's payload is listed.
    let is_payload = |part: &Json<'_>| part.get("callback").is_some_and(|callback| !callback.is_null());
    let items: Vec<Json<'_>> = theirs.items().into_iter().filter(|part| !is_payload(part)).collect();
    theirs.is_array()
        && items.len() == parts.len()
        && items.into_iter().zip(parts).all(|(theirs, ours)| theirs.is_object() && is_same(theirs, ours))
}

fn is_same(theirs: Json<'_>, ours: &NewPart) -> bool {
    let said = |key: &str| theirs.get(key).filter(|value| !value.is_null());
    match ours {
        NewPart::Text { content } => {
            let text = said("text").and_then(|text| text.get("content")).and_then(Json::text);
            text.is_some_and(|text| text.trim() == content.trim())
        }
        NewPart::Callback(_) => false,
        NewPart::Image(_) => said("image").is_some(),
        NewPart::Video(_) => said("video").is_some(),
        NewPart::File(file) => said("file").is_some_and(|value| {
            let theirs: Attachment = wire::record(value);
            theirs.hash().text().is_none_or(|hash| hash == file.file_hash)
                && theirs.name().text().is_none_or(|name| name == file.name)
        }),
    }
}
