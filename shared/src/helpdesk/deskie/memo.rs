//! The keys of the memos that this adapter keeps between the calls of a task.

use crate::adapter::Known;

/// The state of the user: [`BARE`], [`ABSENT`], [`GONE`] or [`FOUND`].
pub(super) const USER: &str = "user";
/// No user is found by the channel's key (`cch207`). The bare number (`207`) is the other known spelling.
pub(super) const BARE: &str = "bare";
/// There is no user.
pub(super) const ABSENT: &str = "absent";
/// Deskie no longer knows the link's user: an agent merged it into another user, which has to be found.
pub(super) const GONE: &str = "gone";
/// The user was searched for and found.
pub(super) const FOUND: &str = "found";
/// The state of the user's cases: [`NONE`].
pub(super) const CASES: &str = "cases";
/// No case can take the message.
pub(super) const NONE: &str = "none";
/// The cases that Deskie no longer knows, as a [`list`].
pub(super) const LOST: &str = "lost";
/// The cases in which the post in doubt still has to be looked for, as a [`list`].
pub(super) const DOUBT: &str = "doubt";
/// Deskie refuses the contact's e-mail address or telephone number.
pub(super) const PLAIN: &str = "plain";
/// Deskie refuses notes in the name of the configured agent.
pub(super) const STAFF: &str = "staff";
/// The number of the next page of a case's history, or [`END`].
pub(super) const PAGE: &str = "page";
/// There is no further page.
pub(super) const END: &str = "end";
/// The profile waits for another message.
pub(super) const PROFILE: &str = "profile";

/// Returns the key of the memo that Deskie refused the files of a post.
pub(super) fn refused_files(post: usize) -> String {
    format!("files.{post}")
}

/// Returns the number of the next page of a list.
pub(super) fn page(known: &Known) -> usize {
    known.memo(PAGE).and_then(|page| page.parse().ok()).unwrap_or(1)
}

/// Returns the entries of a value that is a comma-separated list.
pub(super) fn list<'a>(known: &'a Known, key: &str) -> impl Iterator<Item = &'a str> {
    known.memo(key).unwrap_or_default().split(',').filter(|entry| !entry.is_empty())
}
