//! The names of the calls (<https://developers.facebook.com/docs/messenger-platform/reference>). Bodies are written where
//! messages are rendered, because nearly every field depends on the type of the message; the names of other fields stand
//! in the table of each platform.

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const MARK_SEEN: &str = "mark_seen";
pub(super) const TYPING: &str = "typing";
pub(super) const GET_ACCOUNT: &str = "get_page";
pub(super) const GET_PROFILE: &str = "get_profile";
