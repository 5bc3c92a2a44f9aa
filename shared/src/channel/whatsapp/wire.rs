//! WhatsApp's names of calls, paths and hosts (<https://developers.facebook.com/docs/whatsapp/cloud-api/reference>).
//! Bodies are written where messages are rendered, because nearly every field depends on the type of the message.

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const MARK_READ: &str = "mark_read";
pub(super) const GET_NUMBER: &str = "get_phone_number";
pub(super) const GET_MEDIA: &str = "get_media";
pub(super) const GET_FILE: &str = "get_file";
pub(super) const GET_TEMPLATE: &str = "get_message_template";

/// The hosts of contacts' files.
pub(super) const FILE_HOSTS: &[&str] = &["fbsbx.com", "fbcdn.net", "graph.facebook.com"];

/// The JSON pointer of the message's id in an answer.
pub(super) const SENT_ID: &str = "/messages/0/id";
/// The JSON pointer of a file's link in an answer.
pub(super) const FILE_LINK: &str = "/url";
