//! What Messenger's calls and fields are called: <https://developers.facebook.com/docs/messenger-platform/reference>.
//! Bodies are written where messages are rendered, since nearly every field depends on the kind of the message.

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const GET_PAGE: &str = "get_page";
pub(super) const GET_PROFILE: &str = "get_profile";

/// What is asked of the Page.
pub(super) const PAGE_FIELDS: &str = "id,name";
/// What is asked of a contact.
pub(super) const PROFILE_FIELDS: &str = "first_name,last_name,profile_pic";
