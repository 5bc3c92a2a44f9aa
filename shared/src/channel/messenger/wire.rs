//! The names of Messenger's calls and fields (<https://developers.facebook.com/docs/messenger-platform/reference>).
//! Bodies are written where messages are rendered, because nearly every field depends on the type of the message.

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const MARK_SEEN: &str = "mark_seen";
pub(super) const GET_PAGE: &str = "get_page";
pub(super) const GET_PROFILE: &str = "get_profile";

/// The fields that the check requests of the Page.
pub(super) const PAGE_FIELDS: &str = "id,name";
/// The fields that the bridge requests of a contact.
pub(super) const PROFILE_FIELDS: &str = "first_name,last_name,profile_pic";
