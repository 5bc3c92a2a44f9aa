//! Finding a contact's conversation, and finding a message that may have been posted already.
//!
//! Both walk over conversations with one call each and keep what they saw as memos, so that a crash resumes in
//! the middle.

use serde::{Deserialize, Serialize};

use super::{
    parse::{millis, state_of},
    wire::{self, Attachment, Conversation, Conversations, Message, NewPart},
};
use crate::{
    model::message::ConversationState,
    tools::{json::Json, millis::Millis},
};

/// How many conversations of one user are looked at: the first and the last of the list, whose order is not promised.
const MOST: usize = 10;

/// A conversation that may be the contact's.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Candidate {
    pub id: String,
    /// What reading it told; nothing where it was not read yet.
    pub seen: Option<Seen>,
}

/// What reading a conversation or its messages told.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(super) struct Seen {
    /// It is there and in our topic.
    pub ours: bool,
    pub resolved: bool,
    /// When it was made, or when its newest message was.
    pub time: Millis,
    /// The id of the message that was looked for.
    pub found: Option<String>,
}

/// The conversations of a user, to be looked at one by one; `except` is of no use any more.
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

/// The next one to look at.
pub(super) fn unseen(candidates: &[Candidate]) -> Option<&str> {
    candidates.iter().find(|candidate| candidate.seen.is_none()).map(|candidate| candidate.id.as_str())
}

/// Takes in what was seen of one.
pub(super) fn saw(mut candidates: Vec<Candidate>, id: &str, seen: Seen) -> Vec<Candidate> {
    if let Some(candidate) = candidates.iter_mut().find(|candidate| candidate.id == id) {
        candidate.seen = Some(seen);
    }
    candidates
}

/// Reads a conversation. Short answers leave out the topic; then it counts as ours.
pub(super) fn look_at(conversation: &Conversation, topic: &str) -> Seen {
    Seen {
        ours: conversation.channel_id.text().is_none_or(|id| id == topic),
        resolved: state_of(&conversation.status) == Some(ConversationState::Resolved),
        time: millis(&conversation.created_time).unwrap_or_default(),
        found: None,
    }
}

/// The conversation to post to: open before resolved, newest first.
pub(super) fn choose(candidates: &[Candidate], resolved_too: bool) -> Option<(&str, ConversationState)> {
    let usable = candidates.iter().filter_map(|candidate| {
        let seen = candidate.seen.as_ref().filter(|seen| seen.ours && (resolved_too || !seen.resolved))?;
        Some((candidate.id.as_str(), seen))
    });
    let (id, seen) = usable.max_by_key(|(_, seen)| (!seen.resolved, seen.time))?;
    Some((id, if seen.resolved { ConversationState::Resolved } else { ConversationState::Open }))
}

/// Looks for our message among those of a conversation, newest first: the last one that our user wrote, if it has equal
/// parts and is newer than the last one that we know to be ours.
///
/// Only the last, since a contact's messages are posted in their order: equal words further back were said before.
pub(super) fn look_for(messages: &[Message], user: &str, parts: &[NewPart], last: Option<&str>) -> Seen {
    let newer = messages.iter().take_while(|message| last.is_none() || message.id.text() != last);
    let mine = newer.filter(|message| is_ours(message, user)).take(1);
    let found = mine.filter(|message| has_parts(message, parts)).find_map(|message| message.id.owned());
    let time = messages.iter().filter_map(|message| millis(&message.created_time)).max().unwrap_or_default();
    Seen { ours: true, resolved: false, time, found }
}

/// The id of a note with these parts that is no older than `since`: agents are told the same of several messages.
pub(super) fn find_note(messages: &[Message], parts: &[NewPart], since: Millis) -> Option<String> {
    let mut ours = messages.iter().filter(|message| {
        message.message_type.lower() == "private"
            && message.actor_type.lower() == "bot"
            && millis(&message.created_time).is_none_or(|at| at >= since)
    });
    ours.find(|message| has_parts(message, parts))?.id.owned()
}

/// Whether nothing on a later page can be [`look_for`]'s message.
pub(super) fn is_over(messages: &[Message], user: &str, last: Option<&str>) -> bool {
    messages.iter().any(|message| is_ours(message, user) || last.is_some() && message.id.text() == last)
}

/// Of several conversations only the one with the newest message can hold what was posted a moment ago: the same words
/// in an older one were said then.
pub(super) fn found(candidates: &[Candidate]) -> Option<(&str, &str)> {
    let newest = candidates
        .iter()
        .filter(|candidate| candidate.seen.is_some())
        .max_by_key(|candidate| candidate.seen.as_ref().map(|seen| seen.time))?;
    Some((&newest.id, newest.seen.as_ref()?.found.as_deref()?))
}

/// Candidates as a memo.
pub(super) fn to_memo(candidates: &[Candidate]) -> String {
    serde_json::to_string(candidates).unwrap_or_default()
}

/// Candidates from a memo.
pub(super) fn from_memo(memo: Option<&str>) -> Option<Vec<Candidate>> {
    serde_json::from_str(memo?).ok()
}

fn is_ours(message: &Message, user: &str) -> bool {
    matches!(message.message_type.lower().as_str(), "normal" | "")
        && message.actor_type.lower() == "user"
        && message.actor_id.or(&message.user_id).text() == Some(user)
}

/// Freshchat may move a picture to another URL and fill a part with `null`s, so that only what must stay is compared.
fn has_parts(message: &Message, parts: &[NewPart]) -> bool {
    let theirs = message.message_parts.json();
    let items = theirs.items();
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
        NewPart::Image(_) => said("image").is_some(),
        NewPart::Video(_) => said("video").is_some(),
        NewPart::File(file) => said("file").is_some_and(|value| {
            let theirs: Attachment = wire::record(value);
            theirs.hash().text().is_none_or(|hash| hash == file.file_hash)
                && theirs.name().text().is_none_or(|name| name == file.name)
        }),
    }
}
