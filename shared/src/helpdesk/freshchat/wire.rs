//! Freshchat's JSON.
//!
//! Reading is lenient on purpose: unknown fields are ignored, `null` means missing, and an optional field of the wrong
//! type counts as missing. A field that the bridge needs is a [`Word`], which records that its value was malformed.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::tools::json::{self, Json, Kept};

/// A text that may be missing, and that some versions write as a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Word {
    /// Missing, `null` or empty.
    #[default]
    Absent,
    /// Neither a text nor a number.
    Misshapen,
    /// This text.
    Is(String),
}

impl Word {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Is(text) => Some(text),
            Self::Absent | Self::Misshapen => None,
        }
    }

    pub(super) fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub(super) fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.text().is_some() { self } else { other }
    }

    /// Returns the text in lower case, for comparisons.
    pub(super) fn lower(&self) -> String {
        self.text().unwrap_or_default().to_ascii_lowercase()
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(deserializer)?;
        Ok(match value.text() {
            Some(text) if text.is_empty() => Self::Absent,
            Some(text) => Self::Is(text.into_owned()),
            None if value.is_null() => Self::Absent,
            None if value.f64().is_some() => Self::Is(value.raw().to_owned()),
            None => Self::Misshapen,
        })
    }
}

fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Json::deserialize(deserializer).map(record)
}

/// Reads a flag. Every value that does not say no means yes, because the flag that hides a note from the contact must
/// not fail because of its spelling.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Json::deserialize(deserializer)?;
    let is_no = value.is_null()
        || value.raw() == "false"
        || value.f64() == Some(0.0)
        || value.text().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "" | "false" | "0"));
    Ok(!is_no)
}

fn list<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let mut items = Vec::new();
    Json::deserialize(deserializer)?.each(|item| items.push(record(item)));
    Ok(items)
}

/// Reads any record of this module. Missing fields have their defaults.
pub(super) fn record<'a, T: Deserialize<'a> + Default>(value: Json<'a>) -> T {
    T::deserialize(value).unwrap_or_default()
}

/// Reads an answer in the same way.
pub(super) fn read<T: DeserializeOwned + Default>(bytes: &[u8]) -> T {
    Json::read(&json::text_of(bytes)).map(record).unwrap_or_default()
}

/// A webhook call in its three shapes: classic (`action`), Marketplace 2 and Marketplace 3 (`event`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Webhook<'a> {
    pub action: Word,
    pub action_time: Word,
    #[serde(deserialize_with = "lenient")]
    pub actor: Actor,
    pub event: Word,
    pub timestamp: Word,
    pub account_id: Word,
    #[serde(rename = "currentHost", borrow)]
    pub current_host: Json<'a>,
    #[serde(borrow)]
    pub data: Json<'a>,
}

/// The `data` of a classic webhook.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClassicData<'a> {
    #[serde(deserialize_with = "lenient")]
    pub message: Message,
    #[serde(borrow, deserialize_with = "lenient")]
    pub assignment: Change<'a>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub resolve: Change<'a>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub reopen: Change<'a>,
}

/// The conversation in a classic webhook.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Change<'a> {
    /// The agent whom the conversation is assigned to.
    pub to_agent_id: Word,
    #[serde(borrow, deserialize_with = "lenient")]
    pub conversation: EventConversation<'a>,
}

/// The `data` of a Marketplace event. Its `message` is a conversation, which contains the messages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductData<'a> {
    #[serde(borrow, deserialize_with = "lenient")]
    pub message: EventConversation<'a>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub conversation: EventConversation<'a>,
    #[serde(deserialize_with = "lenient")]
    pub user: User,
    #[serde(deserialize_with = "lenient")]
    pub contact: SuiteContact,
    #[serde(deserialize_with = "lenient")]
    pub actor: Actor,
    #[serde(deserialize_with = "lenient")]
    pub associations: Associations,
    #[serde(borrow, deserialize_with = "lenient")]
    pub changes: Changes<'a>,
}

/// What an event changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Changes<'a> {
    /// The names of the fields that changed, each with its old and its new value. In some events the new one comes
    /// first, so only the record itself tells the new value.
    #[serde(borrow)]
    pub model_changes: Json<'a>,
}

/// The user, the agent and the channel of a Marketplace event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Associations {
    #[serde(deserialize_with = "lenient")]
    pub user: User,
    #[serde(deserialize_with = "lenient")]
    pub agent: Actor,
    #[serde(deserialize_with = "lenient")]
    pub channel: Named,
}

/// An object of which only the id matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub id: Word,
}

/// The actor of an event, or an agent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Actor {
    pub r#type: Word,
    pub actor_type: Word,
    pub id: Word,
    pub actor_id: Word,
    pub first_name: Word,
    pub last_name: Word,
}

/// A conversation in an event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventConversation<'a> {
    pub id: Word,
    pub conversation_id: Word,
    pub user_id: Word,
    pub channel_id: Word,
    pub status: Word,
    pub assigned_agent_id: Word,
    /// The [`Message`]s, read one at a time.
    #[serde(borrow)]
    pub messages: Json<'a>,
}

impl EventConversation<'_> {
    /// Returns the conversation's GUID; see [`Conversation::guid`].
    pub(super) fn guid(&self) -> &Word {
        self.conversation_id.or(&self.id)
    }
}

/// A conversation in an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Conversation {
    pub id: Word,
    pub conversation_id: Word,
    pub freshchat_conversation_id: Word,
    pub user_id: Word,
    pub channel_id: Word,
    pub status: Word,
    pub created_time: Word,
    #[serde(deserialize_with = "list")]
    pub messages: Vec<Message>,
}

impl Conversation {
    /// Returns the conversation's GUID, which lists call `id` and everything else calls `conversation_id`.
    pub(super) fn guid(&self) -> &Word {
        self.conversation_id.or(&self.id)
    }
}

/// A message in an event or an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub id: Word,
    pub message_type: Word,
    pub actor_type: Word,
    pub actor_id: Word,
    pub user_id: Word,
    pub channel_id: Word,
    pub conversation_id: Word,
    pub freshchat_conversation_id: Word,
    pub created_time: Word,
    #[serde(rename = "botsPrivateNote", deserialize_with = "flag")]
    pub bots_private_note: bool,
    pub message_parts: Kept,
    pub reply_parts: Kept,
    /// The id of the message that this one answers. It was null in every event that was seen.
    pub in_reply_to: Word,
    /// The name of the parts in 2018.
    pub msg_parts: Kept,
}

/// A user in an event or an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    pub id: Word,
    pub reference_id: Word,
    pub first_name: Word,
    pub last_name: Word,
    pub email: Word,
    pub phone: Word,
    pub restore_id: Word,
    pub created_time: Word,
}

/// A person in an event of an account of the suite. The id is not that of the Freshchat user, so it is left out; the
/// external id is assumed to be the user's `reference_id`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SuiteContact {
    pub external_id: Word,
    pub first_name: Word,
    pub last_name: Word,
    pub email: Word,
    pub mobile_number: Word,
}

impl From<SuiteContact> for User {
    fn from(contact: SuiteContact) -> Self {
        let SuiteContact { external_id, first_name, last_name, email, mobile_number } = contact;
        Self { reference_id: external_id, first_name, last_name, email, phone: mobile_number, ..Self::default() }
    }
}

/// The answer to `GET /users`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Users {
    #[serde(deserialize_with = "list")]
    pub users: Vec<User>,
}

/// The answer to `GET /users/{id}/conversations`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Conversations {
    #[serde(deserialize_with = "list")]
    pub conversations: Vec<Conversation>,
}

/// The answer to `GET /conversations/{id}/messages`, newest first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Messages {
    #[serde(deserialize_with = "list")]
    pub messages: Vec<Message>,
}

/// The answer to `GET /channels`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Topics {
    #[serde(deserialize_with = "list")]
    pub channels: Vec<Topic>,
    #[serde(deserialize_with = "lenient")]
    pub pagination: Pagination,
}

/// The number of a list's pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pagination {
    pub total_pages: Word,
}

/// A topic, which the API calls a channel.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Topic {
    pub id: Word,
    pub name: Word,
    pub enabled: Value,
    #[serde(deserialize_with = "lenient")]
    pub welcome_message: Message,
}

/// Reads the answer to `GET /business-hours/within-bh`: whether the account is open now. The names of its fields are not
/// documented, so the first boolean counts, wherever it stands.
pub(super) fn is_within(body: &[u8]) -> Option<bool> {
    fn first(value: &Value) -> Option<bool> {
        match value {
            Value::Bool(is_within) => Some(*is_within),
            Value::Object(fields) => fields.values().find_map(first),
            Value::Array(items) => items.iter().find_map(first),
            Value::Null | Value::Number(_) | Value::String(_) => None,
        }
    }
    first(&serde_json::from_slice(body).ok()?)
}

/// The answer to `GET /accounts/configuration`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub account_id: Word,
    pub app_id: Word,
    pub organisation_id: Word,
}

/// A picture, a file or a video, in events and in answers to uploads, which use different names for the same fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    pub url: Word,
    pub name: Word,
    pub file_name: Word,
    pub content_type: Word,
    #[serde(rename = "contentType")]
    pub content_type_camel: Word,
    pub file_content_type: Word,
    pub file_size_in_bytes: Word,
    pub file_size: Word,
    pub file_hash: Word,
    #[serde(rename = "fileHash")]
    pub file_hash_camel: Word,
    pub file_security_status: Word,
}

impl Attachment {
    pub(super) fn name(&self) -> &Word {
        self.name.or(&self.file_name)
    }

    pub(super) fn content_type(&self) -> &Word {
        self.content_type.or(&self.content_type_camel).or(&self.file_content_type)
    }

    pub(super) fn hash(&self) -> &Word {
        self.file_hash.or(&self.file_hash_camel)
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.file_size_in_bytes.or(&self.file_size).text()?.parse().ok()
    }
}

/// The body of an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub status: Word,
    pub message: Word,
}

/// The body of `POST /users` and, without `reference_id`, of `PUT /users/{id}`.
#[derive(Debug, Default, Serialize)]
pub(super) struct NewUser {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

/// A custom property of a user.
#[derive(Debug, Serialize)]
pub(super) struct Property {
    pub name: &'static str,
    pub value: String,
}

/// An object behind a URL.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Link {
    pub url: String,
}

/// The body of `POST /conversations`.
#[derive(Debug, Serialize)]
pub(super) struct NewConversation<'a> {
    pub status: &'static str,
    pub channel_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties<'a>>,
    pub users: [Id<'a>; 1],
    pub messages: [NewMessage<'a>; 1],
}

/// The properties of a new conversation.
#[derive(Debug, Serialize)]
pub(super) struct Properties<'a> {
    pub priority: &'a str,
}

/// A reference to a user.
#[derive(Debug, Serialize)]
pub(super) struct Id<'a> {
    pub id: &'a str,
}

/// The body of `POST /conversations/{id}/messages`, and the message inside a new conversation.
#[derive(Debug, Serialize)]
pub(super) struct NewMessage<'a> {
    pub message_type: &'static str,
    pub actor_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<&'a str>,
    pub message_parts: Vec<NewPart>,
}

/// A message part that the bridge sends, with one key.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NewPart {
    Text {
        content: String,
    },
    Image(Link),
    Video(NewVideo),
    File(NewFile),
    /// What a bot waits for when the contact chooses one of its answers.
    Callback(NewCallback),
}

/// The answer of a contact to a bot.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct NewCallback {
    pub label: String,
    pub payload: String,
}

/// The body of `PUT /conversations/{id}` that gives the conversation to a group.
#[derive(Debug, Serialize)]
pub(super) struct Assignment<'a> {
    pub status: &'static str,
    pub assigned_group_id: &'a str,
}

/// A video or a recording behind a URL.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct NewVideo {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// An uploaded file, as it has to be sent. The upload's answer uses snake_case.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct NewFile {
    pub name: String,
    #[serde(rename = "fileHash")]
    pub file_hash: String,
    #[serde(rename = "fileSource")]
    pub file_source: String,
    #[serde(rename = "contentType")]
    pub content_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size_in_bytes: Option<u64>,
}
