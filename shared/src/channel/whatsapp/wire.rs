//! What WhatsApp's calls, paths and hosts are called: <https://developers.facebook.com/docs/whatsapp/cloud-api/reference>.
//! Bodies are written where messages are rendered, since nearly every field depends on the kind of the message.

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const GET_NUMBER: &str = "get_phone_number";
pub(super) const GET_MEDIA: &str = "get_media";
pub(super) const GET_FILE: &str = "get_file";

/// The hosts of the files of contacts.
pub(super) const FILE_HOSTS: &[&str] = &["lookaside.fbsbx.com", "graph.facebook.com"];

/// Where the answer to a message has its id.
pub(super) const SENT_ID: &str = "/messages/0/id";
/// Where the answer about a file has its link.
pub(super) const FILE_LINK: &str = "/url";
