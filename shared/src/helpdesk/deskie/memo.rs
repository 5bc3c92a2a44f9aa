//! The keys of what this adapter remembers between the calls of one task.

use crate::adapter::Known;

/// The user: [`BARE`], [`ABSENT`], [`GONE`] or [`FOUND`].
pub(super) const USER: &str = "user";
/// Nobody is found by the channel's key (`cch207`); the bare number (`207`) is the other spelling that was seen.
pub(super) const BARE: &str = "bare";
/// There is none.
pub(super) const ABSENT: &str = "absent";
/// Deskie does not know the one of the link any more: an agent merged it into another, which is to be looked for.
pub(super) const GONE: &str = "gone";
/// It was looked for and found.
pub(super) const FOUND: &str = "found";
/// The user's cases: [`NONE`].
pub(super) const CASES: &str = "cases";
/// None is of use.
pub(super) const NONE: &str = "none";
/// Cases that Deskie does not know any more, as a [`list`].
pub(super) const LOST: &str = "lost";
/// Cases in which the post in doubt is still to be looked for, as a [`list`].
pub(super) const DOUBT: &str = "doubt";
/// Deskie dislikes the contact's address or telephone number.
pub(super) const PLAIN: &str = "plain";
/// Deskie does not take notes in the name of the configured agent.
pub(super) const STAFF: &str = "staff";
/// The profile is another message's turn.
pub(super) const PROFILE: &str = "profile";

/// The key that says that Deskie did not take the files of a post.
pub(super) fn refused_files(post: usize) -> String {
    format!("files.{post}")
}

/// The entries of a value that is a list with commas.
pub(super) fn list<'a>(known: &'a Known, key: &str) -> impl Iterator<Item = &'a str> {
    known.memo(key).unwrap_or_default().split(',').filter(|entry| !entry.is_empty())
}
