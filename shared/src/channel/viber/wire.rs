//! What Viber writes and reads, as it writes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{json::Json, message::Contact};

/// What all callbacks have in common and decides what they are.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) event: String,
}

/// The fields that name a callback. Viber sends them always; only events that go to the queue need them.
#[derive(Debug, Deserialize)]
pub(super) struct Stamp {
    pub(super) message_token: Scalar,
    #[serde(default)]
    pub(super) timestamp: Option<Scalar>,
}

/// `message`.
#[derive(Debug, Deserialize)]
pub(super) struct MessageCallback<'a> {
    pub(super) sender: User,
    #[serde(borrow)]
    pub(super) message: Json<'a>,
}

/// `subscribed`, `conversation_started`.
#[derive(Debug, Deserialize)]
pub(super) struct UserCallback<'a> {
    pub(super) user: User,
    /// What the link says through which the chat was opened.
    #[serde(borrow, default)]
    pub(super) context: Json<'a>,
}

/// `unsubscribed`, `delivered`, `seen`, `failed`.
#[derive(Debug, Deserialize)]
pub(super) struct UserIdCallback {
    pub(super) user_id: String,
    #[serde(default)]
    pub(super) desc: Option<String>,
}

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

impl From<User> for Contact {
    /// Who keeps personal data to himself has no picture and is called "Subscriber", which is no name.
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

/// The part of a message that says what it is. Only this decides: messages come with stray fields of other types.
#[derive(Debug, Deserialize)]
pub(super) struct MessageHead {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// `text`.
#[derive(Debug, Deserialize)]
pub(super) struct TextMessage {
    pub(super) text: String,
}

/// `picture`, `video` and `file`.
#[derive(Debug, Deserialize)]
pub(super) struct FileMessage {
    pub(super) media: String,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) file_name: Option<String>,
    #[serde(default)]
    pub(super) size: Option<Scalar>,
    /// The name that `file` has for `size`, as a rule.
    #[serde(default)]
    pub(super) file_size: Option<Scalar>,
    #[serde(default)]
    pub(super) duration: Option<Scalar>,
}

/// `sticker`.
#[derive(Debug, Deserialize)]
pub(super) struct StickerMessage {
    pub(super) sticker_id: Scalar,
    #[serde(default)]
    pub(super) media: Option<String>,
}

/// `contact`.
#[derive(Debug, Deserialize)]
pub(super) struct ContactMessage {
    pub(super) contact: ContactCard,
}

/// A contact card.
#[derive(Debug, Deserialize)]
pub(super) struct ContactCard {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) phone_number: Option<Scalar>,
}

/// `url`.
#[derive(Debug, Deserialize)]
pub(super) struct UrlMessage {
    pub(super) media: String,
}

/// `location`.
#[derive(Debug, Deserialize)]
pub(super) struct LocationMessage {
    pub(super) location: Place,
}

/// A place.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    pub(super) lat: Scalar,
    pub(super) lon: Scalar,
}

/// A number or a text: Viber writes the same field now as the one, now as the other.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
}

impl Scalar {
    /// An id, digit for digit. A fraction is none, and neither is a long text.
    pub(super) fn id(&self) -> Option<String> {
        match self {
            Self::Unsigned(number) => Some(number.to_string()),
            Self::Signed(number) => Some(number.to_string()),
            Self::Float(_) => None,
            Self::Text(text) => Some(text.clone()).filter(|text| (1..=64).contains(&text.len())),
        }
    }

    /// A whole number.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Unsigned(number) => i64::try_from(*number).ok(),
            Self::Signed(number) => Some(*number),
            Self::Float(_) => None,
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    /// A whole number that is not negative; fractions are cut off.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Float(number) if *number >= 0.0 => Some(*number as u64),
            other => u64::try_from(other.integer()?).ok(),
        }
    }

    /// A finite number.
    pub(super) fn number(&self) -> Option<f64> {
        let number = match self {
            Self::Unsigned(number) => *number as f64,
            Self::Signed(number) => *number as f64,
            Self::Float(number) => *number,
            Self::Text(text) => text.trim().parse().ok()?,
        };
        Some(number).filter(|number| number.is_finite())
    }
}

/// The answer to any call. Fields that are not what they should be count as absent, so that a message which was sent
/// is never taken for one that was not.
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
    user: Value,
}

impl Answer {
    pub(super) fn status(&self) -> Option<i64> {
        scalar(&self.status)?.integer()
    }

    pub(super) fn status_message(&self) -> &str {
        self.status_message.as_str().unwrap_or_default()
    }

    pub(super) fn message_token(&self) -> Option<String> {
        scalar(&self.message_token)?.id()
    }

    /// The account's own id, in the answer to `get_account_info`.
    pub(super) fn id(&self) -> Option<String> {
        scalar(&self.id)?.id()
    }

    /// The user, in the answer to `get_user_details`.
    pub(super) fn user(&self) -> Option<User> {
        User::deserialize(&self.user).ok()
    }
}

fn scalar(value: &Value) -> Option<Scalar> {
    Scalar::deserialize(value).ok()
}

/// `set_webhook`; an empty URL removes the webhook.
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

/// `get_account_info`.
#[derive(Debug, Serialize)]
pub(super) struct NoFields {}

/// `get_user_details`.
#[derive(Debug, Serialize)]
pub(super) struct UserDetails<'a> {
    pub(super) id: &'a str,
}

/// `send_message`, and without `receiver` and `min_api_version` the welcome message in an answer.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Send {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receiver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_api_version: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sender: Option<Sender>,
    /// Absent when there is nothing but a keyboard.
    #[serde(flatten)]
    pub(super) content: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keyboard: Option<Keyboard>,
}

impl Send {
    /// Whether even the oldest Viber shows it.
    pub(super) fn is_simple(&self) -> bool {
        self.keyboard.is_none() && self.min_api_version == Some(1)
    }
}

/// Who writes, as the contact sees it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sender {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) avatar: Option<String>,
}

/// What a message is.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content {
    Text {
        text: String,
    },
    Picture {
        /// Required, may be empty.
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

/// A contact card that we send.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SentCard {
    pub(super) name: String,
    pub(super) phone_number: String,
}

/// A place that we send; the vendor's samples have texts here.
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
    /// Whether pressing it leaves no message in the chat.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) silent: bool,
}
