//! Bird's names of products, paths, calls and events (<https://bird.com/docs/api>). Bodies are small and differ by
//! product, so they are written where messages are rendered.

use std::borrow::Cow;

use crate::{model::message::Part, tools::json::Json};

/// The host of the platform. Each region is a subdomain.
pub(super) const HOST: &str = "platform.bird.com";
pub(super) const WEBHOOKS: &str = "/v1/webhooks";
/// The path of everything about Apple Messages.
pub(super) const APPLE: &str = "/v1/amb";

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const MARK_READ: &str = "mark_read";
pub(super) const LIST_WEBHOOKS: &str = "list_webhooks";
pub(super) const FIND_WEBHOOK: &str = "find_webhook";
pub(super) const CREATE_WEBHOOK: &str = "create_webhook";
pub(super) const UPDATE_WEBHOOK: &str = "update_webhook";
pub(super) const DELETE_WEBHOOK: &str = "delete_webhook";
pub(super) const ROTATE_SECRET: &str = "rotate_webhook_secret";
pub(super) const GET_FILE: &str = "get_file";
pub(super) const GET_TEMPLATE: &str = "get_template";

/// The path of WhatsApp's templates.
pub(super) const TEMPLATES: &str = "/v1/whatsapp/templates";

/// The product that an installation serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    Sms,
    WhatsApp,
    Apple,
}

impl Product {
    /// Returns the path to which messages are sent.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Sms => "/v1/sms/messages",
            Self::WhatsApp => "/v1/whatsapp/messages",
            Self::Apple => "/v1/amb/messages",
        }
    }

    /// Returns the events that the webhook subscribes to.
    pub(super) fn events(self) -> &'static [&'static str] {
        match self {
            Self::Sms => &[
                "sms.received",
                "sms.sent",
                "sms.delivered",
                "sms.undelivered",
                "sms.failed",
                "sms.rejected",
                "sms.expired",
                "sms_suppression.created",
            ],
            Self::WhatsApp => &[
                "whatsapp.received",
                "whatsapp.sent",
                "whatsapp.delivered",
                "whatsapp.read",
                "whatsapp.failed",
                "whatsapp.rejected",
                "whatsapp.reacted",
                "whatsapp_suppression.created",
            ],
            Self::Apple => &[
                "amb.received",
                "amb.sent",
                "amb.send_failed",
                "amb.rejected",
                "amb.conversation_started",
                "amb.conversation_closed",
                "amb.conversation_reopened",
                "amb_suppression.created",
            ],
        }
    }
}

/// Returns the text at a JSON pointer of an event; `None` if it is empty.
pub(super) fn text<'a>(value: Json<'a>, pointer: &str) -> Option<Cow<'a, str>> {
    value.text_at(pointer).filter(|text| !text.is_empty())
}

/// Returns a part for content of a kind that has no counterpart; `what` is Bird's word for the kind.
pub(super) fn notice(what: &str, text: Option<String>) -> Part {
    let what = what.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    Part::Unsupported { what, text }
}
