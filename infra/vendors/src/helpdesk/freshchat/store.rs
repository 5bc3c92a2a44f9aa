//! The state of a simulated account, and its changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{json::put, people::Seen};

/// The topic of the local bridge.
pub const TOPIC: &str = "808a2713-3875-4003-bc7f-6923baec92a4";
/// The topics of every simulated account.
pub const TOPICS: [&str; 3] = [TOPIC, "808a2713-3875-4003-bc7f-6923baec92a5", "808a2713-3875-4003-bc7f-6923baec92a6"];
/// The id by which Marketplace events and `GET /accounts/configuration` name the account.
pub const ACCOUNT: &str = "381907726450913";

/// The effect of a customer's message on a resolved conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenResolved {
    /// The message reopens the conversation.
    #[default]
    Reopens,
    /// The message is refused because the conversation is not the latest one.
    Refuses,
    /// The message opens a new conversation, whose id is in the answer.
    OpensAnother,
}

/// The id of the only group.
pub const GROUP: &str = "64f2a91e-7c30-4c5e-9a39-9b8e6f0d2c11";
/// The agent who answers.
pub(super) const AGENT: &str = "cee3c2fb-d626-4da2-bf09-1ed6dbb1cce7";
/// The `app_id` of all records.
pub(super) const APP: &str = "ae54b9f9-bb86-43dc-90d6-02c6cbbefe46";

/// A simulated account.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Store {
    /// The URL at which the simulator is served.
    pub base: String,
    /// The pasted URL.
    pub webhook: Option<String>,
    /// The users as the API shows them, oldest first.
    pub users: Vec<Value>,
    pub conversations: Vec<Conversation>,
    pub messages: Vec<Message>,
    /// The uploads by their name in URLs, which is also the hash of files.
    pub files: BTreeMap<String, File>,
    /// The ratings, with the conversations that they are for.
    pub ratings: Vec<(String, u64)>,
    /// Whether it is outside the business hours.
    pub is_closed: bool,
    /// The topics that an admin has deleted.
    pub deleted_topics: Vec<String>,
    last_millis: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Conversation {
    pub id: String,
    pub number: u64,
    pub user: String,
    pub channel: String,
    pub status: String,
    pub created: String,
    pub updated: String,
    pub agent: Option<String>,
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub priority: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Message {
    /// The message as the API shows it.
    pub shown: Value,
    /// The request that brought the message, if it came from the bridge.
    pub raw: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct File {
    pub name: String,
    pub content_type: String,
    pub size: usize,
    /// The bytes in base64.
    pub bytes: String,
}

/// The destination of a message into a resolved conversation.
pub(super) enum Place {
    Here { reopened: bool },
    NotLatest,
    Another,
}

impl Conversation {
    pub(super) fn shown(&self) -> Value {
        json!({
            "conversation_id": self.id, "conversation_internal_id": self.number, "app_id": APP, "status": self.status,
            "channel_id": self.channel, "user_id": self.user, "assigned_agent_id": self.agent, "assigned_group_id": self.group,
            "properties": {"priority": self.priority}, "skill_id": 0,
            "created_time": self.created, "updated_time": self.updated, "org_contact_id": null,
        })
    }

    pub(super) fn is_resolved(&self) -> bool {
        self.status == "resolved"
    }
}

impl Store {
    /// Returns the time, which is always later than the last one, so that it shows the order.
    pub(super) fn now(&mut self) -> String {
        let millis = i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        self.last_millis = millis.max(self.last_millis + 1);
        time_text(self.last_millis)
    }

    pub(super) fn user(&self, id: &str) -> Option<&Value> {
        self.users.iter().find(|user| text(user, "id") == id)
    }

    pub(super) fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.iter().find(|conversation| conversation.id == id || conversation.number.to_string() == id)
    }

    pub(super) fn create_user(&mut self, fields: &Map<String, Value>) -> Value {
        let now = self.now();
        let mut user = Map::new();
        user.insert("properties".to_owned(), json!([]));
        user.extend(
            fields.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.clone(), value.clone())),
        );
        user.insert("id".to_owned(), new_id().into());
        user.insert("created_time".to_owned(), now.clone().into());
        user.insert("updated_time".to_owned(), now.into());
        user.insert("social_profiles".to_owned(), json!([]));
        user.insert("login_status".to_owned(), false.into());
        user.insert("org_contact_id".to_owned(), Value::Null);
        let user = Value::Object(user);
        self.users.push(user.clone());
        user
    }

    pub(super) fn update_user(&mut self, id: &str, changes: &Map<String, Value>) -> Option<Value> {
        let now = self.now();
        let user = self.users.iter_mut().find(|user| text(user, "id") == id)?.as_object_mut()?;
        user.extend(changes.iter().map(|(key, value)| (key.clone(), value.clone())));
        user.insert("updated_time".to_owned(), now.into());
        Some(Value::Object(user.clone()))
    }

    pub(super) fn edit_user(&mut self, contact: &str, changes: &Value) -> Result<Value, String> {
        let id = self.users_of(contact).next_back().map(|user| text(user, "id"));
        let id = id.ok_or_else(|| format!("there is no user {contact}"))?;
        let changes = changes.as_object().cloned().unwrap_or_default();
        self.update_user(&id, &changes).ok_or_else(|| format!("there is no user {contact}"))
    }

    fn users_of<'a>(&'a self, contact: &'a str) -> impl DoubleEndedIterator<Item = &'a Value> {
        self.users.iter().filter(move |user| text(user, "reference_id") == contact)
    }

    pub(super) fn create_conversation(&mut self, user: &str, channel: &str) -> Conversation {
        let created = self.now();
        let conversation = Conversation {
            id: new_id(),
            number: 739_205_518_846_027 + self.conversations.len() as u64,
            user: user.to_owned(),
            channel: channel.to_owned(),
            status: "new".to_owned(),
            updated: created.clone(),
            created,
            agent: None,
            group: None,
            priority: None,
        };
        self.conversations.push(conversation.clone());
        conversation
    }

    /// Stores the group and the priority of a conversation.
    pub(super) fn place_in(&mut self, placed: &Conversation) {
        if let Some(conversation) = self.conversations.iter_mut().find(|it| it.id == placed.id) {
            conversation.group.clone_from(&placed.group);
            conversation.priority.clone_from(&placed.priority);
        }
    }

    pub(super) fn open_conversation(&self, user: &str, channel: &str) -> Option<&Conversation> {
        self.conversations.iter().rfind(|it| it.user == user && it.channel == channel && !it.is_resolved())
    }

    pub(super) fn set_status(&mut self, id: &str, status: &str, agent: Option<&str>) -> Option<Conversation> {
        let now = self.now();
        let conversation = self.conversations.iter_mut().find(|it| it.id == id)?;
        conversation.status = status.to_owned();
        conversation.updated = now;
        if let Some(agent) = agent {
            conversation.agent = Some(agent.to_owned());
        }
        Some(conversation.clone())
    }

    /// Gives a conversation to a group.
    pub(super) fn assign_group(&mut self, id: &str, group: &str) {
        let conversations = self.conversations.iter_mut().filter(|conversation| conversation.id == id);
        conversations.for_each(|conversation| conversation.group = Some(group.to_owned()));
    }

    /// Returns where a customer's message goes.
    pub(super) fn place(&self, conversation: &Conversation, when_resolved: WhenResolved) -> Place {
        let is_latest = self
            .conversations
            .iter()
            .rfind(|it| it.user == conversation.user && it.channel == conversation.channel)
            .is_some_and(|latest| latest.id == conversation.id);
        match (conversation.is_resolved(), when_resolved) {
            (false, _) if is_latest => Place::Here { reopened: false },
            (false, WhenResolved::Refuses) | (true, WhenResolved::Refuses) => Place::NotLatest,
            (false, _) => Place::Here { reopened: false },
            (true, WhenResolved::Reopens) => Place::Here { reopened: true },
            (true, WhenResolved::OpensAnother) => Place::Another,
        }
    }

    /// Adds a message. `fields` are the fields that its author gave.
    pub(super) fn add_message(
        &mut self,
        conversation: &Conversation,
        fields: &Map<String, Value>,
        raw: Option<&Value>,
    ) -> Value {
        let created = self.now();
        let interaction = format!("{}-{}", conversation.number, self.last_millis);
        let mut message = json!({"message_type": "normal", "org_actor_id": null, "restrictResponse": false, "botsPrivateNote": false});
        if let Some(message) = message.as_object_mut() {
            message.extend(fields.iter().map(|(key, value)| (key.clone(), value.clone())));
            for (key, value) in [
                ("id", new_id()),
                ("created_time", created),
                ("app_id", APP.to_owned()),
                ("channel_id", conversation.channel.clone()),
                ("conversation_id", conversation.id.clone()),
                ("freshchat_conversation_id", conversation.number.to_string()),
                ("interaction_id", interaction),
                ("user_id", conversation.user.clone()),
            ] {
                message.insert(key.to_owned(), value.into());
            }
        }
        self.messages.push(Message { shown: message.clone(), raw: raw.cloned() });
        message
    }

    pub(super) fn latest_conversation(&self, contact: &str) -> Result<Conversation, String> {
        let users: Vec<String> = self.users_of(contact).map(|user| text(user, "id")).collect();
        let latest = self.conversations.iter().rfind(|conversation| users.contains(&conversation.user)).cloned();
        latest.ok_or_else(|| format!("{contact} has no conversation"))
    }

    pub(super) fn delete_conversation(&mut self, contact: &str) {
        let Ok(latest) = self.latest_conversation(contact) else { return };
        self.conversations.retain(|conversation| conversation.id != latest.id);
        self.messages.retain(|message| text(&message.shown, "conversation_id") != latest.id);
    }

    /// Moves the contact's users and their conversations to another user, who may also take over the reference.
    pub(super) fn merge_user(&mut self, contact: &str, keeps_reference: bool) {
        let gone: Vec<String> = self.users_of(contact).map(|user| text(user, "id")).collect();
        self.users.retain(|user| !gone.contains(&text(user, "id")));
        let reference = Some(contact).filter(|_| keeps_reference);
        let fields = json!({"first_name": "Merged", "reference_id": reference});
        let user = text(&self.create_user(fields.as_object().unwrap_or(&Map::new())), "id");
        let theirs = self.conversations.iter_mut().filter(|conversation| gone.contains(&conversation.user));
        theirs.for_each(|conversation| conversation.user.clone_from(&user));
        for message in self.messages.iter_mut().filter(|message| gone.contains(&text(&message.shown, "user_id"))) {
            put(&mut message.shown, "user_id", user.clone());
        }
    }

    /// Returns whether there is a topic with this id.
    pub(super) fn has_topic(&self, id: &str) -> bool {
        TOPICS.contains(&id) && !self.deleted_topics.iter().any(|deleted| deleted == id)
    }

    pub(super) fn agent_says(&mut self, contact: &str, said: Map<String, Value>) -> Result<Value, String> {
        let conversation = self.latest_conversation(contact)?;
        Ok(self.agent_writes(&conversation, said))
    }

    pub(super) fn agent_writes(&mut self, conversation: &Conversation, said: Map<String, Value>) -> Value {
        self.set_status(&conversation.id, "assigned", Some(AGENT));
        let mut fields = Map::new();
        fields.insert("actor_type".to_owned(), "agent".into());
        fields.insert("actor_id".to_owned(), AGENT.into());
        fields.insert("message_source".to_owned(), "web".into());
        fields.extend(said);
        self.add_message(conversation, &fields, None)
    }

    /// Returns the messages that the bridge brought.
    pub(super) fn received(&self, contact: Option<&str>) -> Vec<Seen> {
        self.messages
            .iter()
            .filter_map(|message| self.seen(message))
            .filter(|seen| contact.is_none_or(|it| it == seen.contact))
            .collect()
    }

    fn seen(&self, message: &Message) -> Option<Seen> {
        let raw = message.raw.clone()?;
        let shown = &message.shown;
        let user = self.user(&text(shown, "user_id"))?;
        let from = match text(shown, "actor_type").as_str() {
            "user" => [text(user, "first_name"), text(user, "last_name")].join(" ").trim().to_owned(),
            actor => actor.to_owned(),
        };
        let parts = shown.get("message_parts").and_then(Value::as_array).into_iter().flatten();
        Some(Seen {
            id: text(shown, "id"),
            contact: text(user, "reference_id"),
            conversation: Some(text(shown, "conversation_id")),
            from,
            text: parts.map(|part| describe(part, &self.base)).collect::<Vec<_>>().join("\n"),
            private: text(shown, "message_type") == "private",
            raw,
        })
    }

    pub(super) fn configuration(&self) -> Value {
        json!({
            "account_id": ACCOUNT.parse::<u64>().unwrap_or_default(), "app_id": APP, "organisation_id": 5_512_076,
            "datacenter": "US", "account_domain": self.base, "plan_type": "GROWTH", "bundle_id": null,
        })
    }

    pub(super) fn channel(id: &str) -> Value {
        json!({
            "id": id, "name": "Inbox", "enabled": true, "public": true, "tags": [], "icon": {}, "source": "FRESHCHAT",
            "locale": "en", "updated_time": "2023-04-14T15:38:52.109Z",
            "welcome_message": {"message_parts": [{"text": {"content": "Good day to you!"}}], "message_type": "normal"},
        })
    }

    pub(super) fn agent() -> Value {
        json!({"id": AGENT, "first_name": "Ines", "last_name": "Halvorsund", "email": "ines.halvorsund@example.com",
               "avatar": {"url": "https://avatars.example.com/a/ines.png"}})
    }
}

/// Returns a part as agents see it. A file opens by a click.
fn describe(part: &Value, base: &str) -> String {
    let at = |pointer: &str| part.pointer(pointer).and_then(Value::as_str);
    if let Some(content) = at("/text/content") {
        return content.to_owned();
    }
    if let (Some(name), Some(hash)) = (at("/file/name"), at("/file/fileHash")) {
        return format!("[file] {name} {base}/files/{hash}");
    }
    for (kind, what) in [("image", "/image/url"), ("video", "/video/url"), ("file", "/file/name")] {
        if let Some(what) = at(what) {
            return format!("[{kind}] {what}");
        }
    }
    part.to_string()
}

/// Returns a text field, or an empty text if there is none.
pub(super) fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Makes an id that looks like Freshchat's.
pub(super) fn new_id() -> String {
    byoc::tools::crypto::uuid_from(&format!("{:032x}", rand::random::<u128>()))
}

fn time_text(millis: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000);
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}
