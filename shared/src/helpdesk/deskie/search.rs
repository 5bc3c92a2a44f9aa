//! Searches a case for a post whose outcome is unknown.

use std::time::Duration;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Response, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{
    html,
    render::Post,
    wire::{self, Message},
};
use crate::{adapter::Known, tools::millis::Millis};

/// The age up to which a post may be the one in doubt if the contact has no stored last message. The
/// backoffs of all retries together take about a day.
const DAY: Duration = Duration::from_secs(86_400);
/// The age up to which a note may be the one in doubt: most attempts follow each other within minutes, and
/// a note that appears twice is better than none.
const MOMENT: Duration = Duration::from_secs(900);

/// Reads a date as Deskie and HTTP write it.
pub(super) fn date(text: &str) -> Option<Millis> {
    OffsetDateTime::parse(text, &Rfc2822).ok().and_then(Millis::from_date_time)
}

/// Returns the time of the answer by Deskie's own clock.
fn now(answer: &Response<Bytes>) -> Option<Millis> {
    date(answer.headers().get(header::DATE)?.to_str().ok()?)
}

/// Returns the stand-in for the id of the last message if that message created a case: the answer then carries no
/// message id.
pub(super) fn first_of(case: &str) -> String {
    format!("case:{case}")
}

/// Returns the id of the post among the messages of the case. A message that the contact wrote before, as far as the
/// bridge has a record of it, never counts, because people repeat themselves.
pub(super) fn find_post(known: &Known, case: &str, post: &Post, answer: &Response<Bytes>) -> Option<String> {
    let all: Vec<Message> = wire::list(answer.body(), "message");
    let is_whole = wire::total_count(answer.body()).is_none_or(|total| total <= all.len());
    // Ids grow, so the lowest one belongs to the message that created the case.
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

/// Returns the id of a note with this text, if it was written a short time ago: agents may get the same note about
/// several messages.
pub(super) fn find_note(text: &str, answer: &Response<Bytes>) -> Option<String> {
    let since = now(answer).map_or(After::Any, |now| After::Time(now.minus(MOMENT)));
    let post = Post { text: text.to_owned(), files: Vec::new() };
    let notes: Vec<Message> = wire::list(answer.body(), "message");
    let mut ours = notes.iter().filter(|message| message.note.0 && is_same(message, &post));
    ours.find_map(|note| note.message_id.number().filter(|id| since.admits(*id, note))).map(|id| id.to_string())
}

/// The messages that may be the one in doubt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
    /// Messages with a greater id.
    Message(u64),
    /// All messages but the one that created the case.
    First,
    /// All messages: the case is newer than the bridge's last post.
    Any,
    /// No message: the case is older than the bridge's last post, which may have been merged into it.
    Nothing,
    /// Messages since this time.
    Time(Millis),
}

impl After {
    fn of(last: Option<&str>, case: &str, answer: &Response<Bytes>) -> Self {
        let Some(last) = last else {
            return now(answer).map_or(Self::Any, |now| Self::Time(now.minus(DAY)));
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
            Self::Time(since) => message.created_at.text().and_then(date).is_none_or(|at| at >= since),
        }
    }
}

/// Returns whether a message is from the customer's side, which means that it names no agent. Its user may differ from
/// the known one, because profiles can be linked.
pub(super) fn is_by_customer(message: &Message) -> bool {
    message.staff_id.id().is_none() && !message.user_id.is_nobody() && !message.note.0
}

fn is_same(message: &Message, post: &Post) -> bool {
    let ours = words(&post.text);
    let says = |text: &str| words(text) == ours;
    let content = message.content.text().unwrap_or_default();
    let html = message.content_html.text().map(html::to_text).unwrap_or_default();
    (says(content) || says(&html)) && wire::entries(message.attachments.json()).len() == post.files.len()
}

/// Returns a text with its white space normalized.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
