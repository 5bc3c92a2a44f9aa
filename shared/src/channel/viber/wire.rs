//! The JSON of Viber's API.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{model::message::Contact, tools::json::Json};

/// The base of the API.
pub(super) const API_URL: &str = "https://chatapi.viber.com/pa";

pub(super) const SEND_MESSAGE: &str = "send_message";
pub(super) const SET_WEBHOOK: &str = "set_webhook";
pub(super) const GET_ACCOUNT_INFO: &str = "get_account_info";
pub(super) const GET_USER_DETAILS: &str = "get_user_details";

/// The events that the webhook subscribes to. Viber always sends `message`.
pub(super) const EVENT_TYPES: &[&str] =
    &["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];

/// A subscriber.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    avatar: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    language: Option<String>,
}

impl User {
    /// Reads the user of a callback. Fields that are not texts count as absent.
    pub(super) fn read(user: Json<'_>) -> Option<Self> {
        let text = |value: Json<'_>| value.text().map(Cow::into_owned);
        let [id, name, avatar, country, language] =
            user.pick(["id", "name", "avatar", "country", "language"]).map(text);
        Some(Self { id: id?, name, avatar, country, language })
    }
}

impl From<User> for Contact {
    /// Converts a user into a contact. Viber calls people who do not share personal data "Subscriber", without a
    /// picture; this word does not become a name.
    fn from(user: User) -> Self {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let avatar = given(user.avatar);
        let name = given(user.name).filter(|name| avatar.is_some() || name != "Subscriber");
        Self {
            id: user.id,
            name,
            avatar,
            language: given(user.language),
            country: given(user.country),
            ..Self::default()
        }
    }
}

/// The answer to any call. Fields of a wrong type count as absent, so that a message that was sent never counts as
/// unsent.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    status: Value,
    #[serde(default)]
    status_message: Value,
    #[serde(default)]
    message_token: Value,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    user: Value,
}

impl Answer {
    pub(super) fn status(&self) -> Option<i64> {
        self.status.as_i64().or_else(|| self.status.as_str()?.trim().parse().ok())
    }

    pub(super) fn status_message(&self) -> &str {
        self.status_message.as_str().unwrap_or_default()
    }

    pub(super) fn message_token(&self) -> Option<String> {
        digits(&self.message_token)
    }

    /// The account's own id, in the answer to `get_account_info`.
    pub(super) fn id(&self) -> Option<String> {
        digits(&self.id)
    }

    /// The account's name, in the answer to `get_account_info`.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_str()
    }

    /// The user, in the answer to `get_user_details`.
    pub(super) fn user(&self) -> Option<User> {
        User::deserialize(&self.user).ok()
    }
}

/// Returns an id, which Viber writes sometimes as a number and sometimes as a text.
fn digits(value: &Value) -> Option<String> {
    let id = match value {
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    Some(id).filter(|id| (1..=64).contains(&id.len()))
}

/// The body of `set_webhook`. An empty URL removes the webhook.
#[derive(Debug, Default, Serialize)]
pub(super) struct SetWebhook<'a> {
    pub(super) url: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) event_types: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_name: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_photo: Option<bool>,
}

/// The body of `get_account_info`.
#[derive(Debug, Serialize)]
pub(super) struct NoFields {}

/// The body of `get_user_details`.
#[derive(Debug, Serialize)]
pub(super) struct UserDetails<'a> {
    pub(super) id: &'a str,
}

/// The body of `send_message`. Without `receiver` and `min_api_version` it is the welcome message in an answer.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Send {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receiver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_api_version: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sender: Option<Sender>,
    /// The content; absent if the message is only a keyboard.
    #[serde(flatten)]
    pub(super) content: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keyboard: Option<Keyboard>,
}

impl Send {
    /// Returns whether even the oldest Viber version shows the message.
    pub(super) fn is_simple(&self) -> bool {
        self.keyboard.is_none() && self.min_api_version == Some(1)
    }
}

/// The sender, as the contact sees it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sender {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) avatar: Option<String>,
}

/// The content of a message.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content {
    Text {
        text: String,
    },
    Picture {
        /// The caption, which Viber requires. It may be empty.
        text: String,
        media: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        thumbnail: Option<String>,
    },
    Video {
        media: String,
        size: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        duration: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        thumbnail: Option<String>,
    },
    File {
        media: String,
        size: u64,
        file_name: String,
    },
    Contact {
        contact: SentCard,
    },
    Location {
        location: SentPlace,
    },
    RichMedia {
        alt_text: String,
        rich_media: RichMedia,
    },
}

/// A contact card that the bridge sends.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SentCard {
    pub(super) name: String,
    pub(super) phone_number: String,
}

/// A location that the bridge sends. Viber's samples have texts here.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SentPlace {
    pub(super) lat: String,
    pub(super) lon: String,
}

/// A keyboard.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Keyboard {
    #[serde(rename = "Type")]
    pub(super) kind: &'static str,
    pub(super) default_height: bool,
    pub(super) buttons: Vec<Key>,
}

/// Cards side by side.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RichMedia {
    #[serde(rename = "Type")]
    pub(super) kind: &'static str,
    pub(super) buttons_group_columns: u8,
    pub(super) buttons_group_rows: u8,
    pub(super) bg_color: &'static str,
    pub(super) buttons: Vec<Key>,
}

/// A button of a keyboard, or a cell of a card.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Key {
    pub(super) columns: u8,
    pub(super) rows: u8,
    pub(super) action_type: &'static str,
    pub(super) action_body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text_size: Option<&'static str>,
    #[serde(rename = "TextHAlign", skip_serializing_if = "Option::is_none")]
    pub(super) text_h_align: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<String>,
    /// Whether pressing the button leaves no message in the chat.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) silent: bool,
}
