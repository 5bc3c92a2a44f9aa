//! The keys of what this adapter remembers between the calls of one task.

use crate::adapter::Known;

/// The user: [`ABSENT`], [`PLAIN`], [`EXISTS`], [`LOST`], [`FOUND`] or [`CREATED`].
pub(super) const USER: &str = "user";
/// There is none; it has to be created.
pub(super) const ABSENT: &str = "absent";
/// The same, and Freshchat objected to some of its fields.
pub(super) const PLAIN: &str = "plain";
/// Freshchat says that it exists already.
pub(super) const EXISTS: &str = "exists";
/// Freshchat does not know the one that the link names.
pub(super) const LOST: &str = "lost";
/// It was found.
pub(super) const FOUND: &str = "found";
/// We made it.
pub(super) const CREATED: &str = "created";
/// The conversation: [`NONE`], or [`REPLACED`] and its id.
pub(super) const CONVERSATION: &str = "conversation";
/// None of the user's is of use.
pub(super) const NONE: &str = "none";
/// The stored one takes no messages any more.
pub(super) const REPLACED: &str = "replaced:";
/// The user's conversations and what we saw of them, as [`search::to_memo`](super::search::to_memo) writes it.
pub(super) const CANDIDATES: &str = "candidates";
/// The user's conversations, and whether the message in doubt is there, written likewise.
pub(super) const DOUBT: &str = "doubt";
/// The conversation in which the message in doubt is not.
pub(super) const LOOKED: &str = "looked";
/// Images and videos behind links must not be sent as such.
pub(super) const LINKS_AS_TEXT: &str = "links_as_text";
/// The profile could not be updated now; another message's turn.
pub(super) const PROFILE: &str = "profile";
/// The topic was looked for.
pub(super) const TOPIC: &str = "topic";
/// The page of a list that comes next, where it is not the first.
pub(super) const PAGE: &str = "page";
/// The link to a file.
pub(super) const URL: &str = "url";

/// The key of what became of the upload of a part, an [`Uploaded`](super::uploads::Uploaded).
pub(super) fn upload(index: usize) -> String {
    format!("upload.{index}")
}

/// The conversation that turned out to be of no use.
pub(super) fn replaced(known: &Known) -> Option<&str> {
    known.memo(CONVERSATION)?.strip_prefix(REPLACED)
}

/// The page of a list that comes next.
pub(super) fn page(known: &Known) -> usize {
    known.memo(PAGE).and_then(|page| page.parse().ok()).unwrap_or(1)
}
