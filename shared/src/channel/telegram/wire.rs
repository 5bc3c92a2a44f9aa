//! Telegram's own shapes: <https://core.telegram.org/bots/api#available-types>. Only what the bridge reads; everything
//! that may be absent is optional, since Telegram's own examples leave out more than its documentation says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What every method answers.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) ok: bool,
    #[serde(default)]
    pub(super) result: Value,
    #[serde(default)]
    pub(super) error_code: u16,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) parameters: Parameters,
}

/// What an error says for machines.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    pub(super) retry_after: Option<u64>,
    pub(super) migrate_to_chat_id: Option<i64>,
}

/// `setWebhook`.
#[derive(Debug, Serialize)]
pub(super) struct SetWebhook<'a> {
    pub(super) url: &'a str,
    pub(super) secret_token: &'a str,
    pub(super) max_connections: u32,
    pub(super) allowed_updates: &'a [&'a str],
    pub(super) drop_pending_updates: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    language_code: Option<String>,
}

impl User {
    /// The name to show.
    pub(super) fn name(&self) -> Option<String> {
        joined(&[&self.first_name, &self.last_name]).or_else(|| self.username.clone())
    }

    /// The ISO 639 code of the language; Telegram writes IETF tags.
    pub(super) fn language(&self) -> Option<String> {
        let code = self.language_code.as_deref()?.split('-').next().unwrap_or_default();
        (!code.is_empty()).then(|| code.to_ascii_lowercase())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Chat {
    /// Whether it is the chat of one person with the bot. Telegram's own examples leave the type out.
    pub(super) fn is_private(&self) -> bool {
        self.kind.as_deref().map_or(self.id > 0, |kind| kind == "private")
    }
}

/// A message; at most one of what it can be is there.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) from: Option<User>,
    pub(super) chat: Option<Chat>,
    pub(super) date: Option<i64>,
    pub(super) edit_date: Option<i64>,
    pub(super) text: Option<String>,
    pub(super) caption: Option<String>,
    pub(super) photo: Option<Vec<File>>,
    pub(super) video: Option<File>,
    pub(super) video_note: Option<File>,
    pub(super) animation: Option<File>,
    pub(super) audio: Option<File>,
    pub(super) voice: Option<File>,
    pub(super) document: Option<File>,
    pub(super) sticker: Option<Sticker>,
    pub(super) location: Option<Place>,
    pub(super) venue: Option<Venue>,
    pub(super) contact: Option<Card>,
    pub(super) dice: Option<Dice>,
    pub(super) poll: Option<Poll>,
    pub(super) web_app_data: Option<WebAppData>,
    pub(super) quote: Option<Quote>,
    pub(super) reply_to_message: Option<Quote>,
    pub(super) forward_origin: Option<Origin>,
    pub(super) reply_markup: Option<Markup>,
    /// What is not listed here.
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
}

/// A photo, video, recording or document.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    pub(super) file_id: String,
    pub(super) file_name: Option<String>,
    pub(super) mime_type: Option<String>,
    pub(super) file_size: Option<u64>,
    pub(super) duration: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sticker {
    #[serde(flatten)]
    pub(super) file: File,
    pub(super) emoji: Option<String>,
    #[serde(default)]
    pub(super) is_animated: bool,
    #[serde(default)]
    pub(super) is_video: bool,
    pub(super) thumbnail: Option<File>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Place {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Venue {
    pub(super) location: Place,
    pub(super) title: Option<String>,
    pub(super) address: Option<String>,
}

/// A contact card.
#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub(super) phone_number: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) user_id: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dice {
    pub(super) emoji: String,
    pub(super) value: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Poll {
    pub(super) question: String,
    #[serde(default)]
    pub(super) options: Vec<PollOption>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PollOption {
    pub(super) text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WebAppData {
    pub(super) button_text: String,
    pub(super) data: String,
}

/// What a message answers to.
#[derive(Debug, Deserialize)]
pub(super) struct Quote {
    pub(super) text: Option<String>,
    pub(super) caption: Option<String>,
}

/// Where a forwarded message comes from: <https://core.telegram.org/bots/api#messageorigin>.
#[derive(Debug, Deserialize)]
pub(super) struct Origin {
    sender_user: Option<User>,
    sender_user_name: Option<String>,
    sender_chat: Option<Titled>,
    chat: Option<Titled>,
}

#[derive(Debug, Deserialize)]
struct Titled {
    title: Option<String>,
}

impl Origin {
    /// Whoever wrote it, where Telegram tells.
    pub(super) fn name(&self) -> Option<String> {
        let chat = self.sender_chat.as_ref().or(self.chat.as_ref()).and_then(|chat| chat.title.clone());
        self.sender_user.as_ref().and_then(User::name).or_else(|| self.sender_user_name.clone()).or(chat)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Markup {
    #[serde(default)]
    pub(super) inline_keyboard: Vec<Vec<Key>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) callback_data: Option<String>,
}

/// A pressed button.
#[derive(Debug, Deserialize)]
pub(super) struct CallbackQuery {
    #[serde(default)]
    pub(super) id: Value,
    pub(super) from: Option<User>,
    pub(super) message: Option<Box<Message>>,
    pub(super) data: Option<String>,
}

/// What the bot is to a chat.
#[derive(Debug, Deserialize)]
pub(super) struct MyChatMember {
    pub(super) chat: Chat,
    pub(super) from: Option<User>,
    pub(super) date: Option<i64>,
    pub(super) new_chat_member: Member,
}

#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub(super) status: String,
}

/// The words that are there, as one name.
pub(super) fn joined(words: &[&Option<String>]) -> Option<String> {
    let words: Vec<&str> =
        words.iter().filter_map(|word| word.as_deref()).map(str::trim).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
