//! The keys of the memos that this adapter keeps between the calls of a task.

use crate::adapter::Known;

/// The state of the user: [`ABSENT`], [`PLAIN`], [`EXISTS`], [`LOST`], [`FOUND`] or [`CREATED`].
pub(super) const USER: &str = "user";
/// There is no user; it has to be created.
pub(super) const ABSENT: &str = "absent";
/// There is no user, and Freshchat refused some of its fields.
pub(super) const PLAIN: &str = "plain";
/// Freshchat says that the user already exists.
pub(super) const EXISTS: &str = "exists";
/// Freshchat does not know the user that the link names.
pub(super) const LOST: &str = "lost";
/// The user was found.
pub(super) const FOUND: &str = "found";
/// The bridge created the user.
pub(super) const CREATED: &str = "created";
/// The search for a user by the contact's telephone number: [`BARE`], [`NONE`], or [`MATCH`] and the user's id.
pub(super) const PHONE: &str = "phone";
/// No user has the number with its plus sign.
pub(super) const BARE: &str = "bare";
/// One user has the number, and stands for no contact yet.
pub(super) const MATCH: &str = "match:";
/// The state of the conversation: [`NONE`], or [`REPLACED`] and the conversation's id.
pub(super) const CONVERSATION: &str = "conversation";
/// None of the user's conversations can take the message.
pub(super) const NONE: &str = "none";
/// The stored conversation no longer takes messages.
pub(super) const REPLACED: &str = "replaced:";
/// The user's conversations and what the bridge has seen of them, as [`search::to_memo`](super::search::to_memo) writes
/// them.
pub(super) const CANDIDATES: &str = "candidates";
/// The user's conversations, and whether the message in doubt is in them, in the same form.
pub(super) const DOUBT: &str = "doubt";
/// The conversation that does not contain the message in doubt.
pub(super) const LOOKED: &str = "looked";
/// Images and videos behind links must be sent as text.
pub(super) const LINKS_AS_TEXT: &str = "links_as_text";
/// The profile could not be updated now and waits for another message.
pub(super) const PROFILE: &str = "profile";
/// The topic was searched for.
pub(super) const TOPIC: &str = "topic";
/// The number of the next page of a list, unless it is the first.
pub(super) const PAGE: &str = "page";
/// In place of a page's number: there is no further page.
pub(super) const END: &str = "end";
/// The first message of the page before. A page that begins with it is that page again.
pub(super) const FIRST: &str = "first";
/// The link to a file.
pub(super) const URL: &str = "url";

/// Returns the key of the memo about the upload of a part, an [`Uploaded`](super::uploads::Uploaded).
pub(super) fn upload(index: usize) -> String {
    format!("upload.{index}")
}

/// Returns the conversation that no longer takes messages.
pub(super) fn replaced(known: &Known) -> Option<&str> {
    known.memo(CONVERSATION)?.strip_prefix(REPLACED)
}

/// Returns the number of the next page of a list.
pub(super) fn page(known: &Known) -> usize {
    known.memo(PAGE).and_then(|page| page.parse().ok()).unwrap_or(1)
}
