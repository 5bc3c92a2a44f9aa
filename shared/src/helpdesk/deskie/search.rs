//! Whether a post that nobody knows the fate of is in a case.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Response, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{
    html,
    render::Post,
    wire::{self, Message},
};
use crate::adapter::Known;

/// A contact whose messages we have no record of wrote the one in doubt within this time: the retries take no longer.
const DAY: i64 = 86_400;
/// A note whose fate nobody knows was posted within this time: most attempts follow each other within minutes, and the
/// same note twice is better than none.
const MOMENT: i64 = 900;

/// A date as Deskie and HTTP write it, in seconds since 1970.
pub(super) fn seconds(date: &str) -> Option<i64> {
    OffsetDateTime::parse(date, &Rfc2822).ok().map(OffsetDateTime::unix_timestamp)
}

/// When Deskie answered, by its own clock.
fn now(answer: &Response<Bytes>) -> Option<i64> {
    seconds(answer.headers().get(header::DATE)?.to_str().ok()?)
}

/// What the link remembers as its last message when that made a case: the answer tells no message id then.
pub(super) fn first_of(case: &str) -> String {
    format!("case:{case}")
}

/// The id of the message that is the post, among those of the case. What the contact wrote before, as far as we have
/// a record of it, never is: people repeat themselves.
pub(super) fn find_post(known: &Known, case: &str, post: &Post, answer: &Response<Bytes>) -> Option<String> {
    let all: Vec<Message> = wire::list(answer.body(), "message");
    let is_whole = wire::total_count(answer.body()).is_none_or(|total| total <= all.len());
    // Ids grow. Which of them made the case is told by their order.
    let theirs: BTreeSet<(u64, usize)> = all
        .iter()
        .enumerate()
        .filter(|(_, message)| is_by_customer(message))
        .filter_map(|(index, message)| Some((message.message_id.number()?, index)))
        .collect();
    let after = After::of(known.link.last_message.as_deref(), case, answer);
    let candidates = theirs.into_iter().skip(usize::from(is_whole && after == After::First));
    let mut found = candidates.filter(|(id, index)| {
        all.get(*index).is_some_and(|message| after.admits(*id, message) && is_same(message, post))
    });
    found.next_back().map(|(id, _)| id.to_string())
}

/// The id of a note with this text, if it was written a moment ago: agents are told the same of several messages.
pub(super) fn find_note(text: &str, answer: &Response<Bytes>) -> Option<String> {
    let since = now(answer).map_or(After::Any, |now| After::Time(now.saturating_sub(MOMENT)));
    let post = Post { text: text.to_owned(), files: Vec::new() };
    let notes: Vec<Message> = wire::list(answer.body(), "message");
    let mut ours = notes.iter().filter(|message| message.note.0 && is_same(message, &post));
    ours.find_map(|note| note.message_id.number().filter(|id| since.admits(*id, note))).map(|id| id.to_string())
}

/// What comes into question.
#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
    /// Messages with a greater id.
    Message(u64),
    /// All but the message that made the case.
    First,
    /// All of them: the case is newer than what we posted last.
    Any,
    /// None: the case is older than what we posted last, which may have been merged into it.
    Nothing,
    /// Those since then, in seconds since 1970.
    Time(i64),
}

impl After {
    fn of(last: Option<&str>, case: &str, answer: &Response<Bytes>) -> Self {
        let Some(last) = last else {
            return now(answer).map_or(Self::Any, |now| Self::Time(now.saturating_sub(DAY)));
        };
        if let Ok(id) = last.parse() {
            return Self::Message(id);
        }
        let number = |case: &str| case.parse::<u64>().unwrap_or_default();
        match last.strip_prefix("case:") {
            Some(made) if made == case => Self::First,
            Some(made) if number(case) < number(made) => Self::Nothing,
            _ => Self::Any,
        }
    }

    fn admits(self, id: u64, message: &Message) -> bool {
        match self {
            Self::Message(last) => id > last,
            Self::First | Self::Any => true,
            Self::Nothing => false,
            Self::Time(since) => message.created_at.text().and_then(seconds).is_none_or(|at| at >= since),
        }
    }
}

/// A message of the customer's side has nobody on the agents' side. Its user need not be the one that we know: profiles
/// get linked.
fn is_by_customer(message: &Message) -> bool {
    message.staff_id.id().is_none() && !message.user_id.is_nobody() && !message.note.0
}

fn is_same(message: &Message, post: &Post) -> bool {
    let ours = words(&post.text);
    let says = |text: &str| words(text) == ours;
    let content = message.content.text().unwrap_or_default();
    let html = message.content_html.text().map(html::to_text).unwrap_or_default();
    (says(content) || says(&html)) && wire::entries(message.attachments.json()).len() == post.files.len()
}

/// A text without regard to how its white space is written.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
