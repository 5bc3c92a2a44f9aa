//! The events that are sent to the pasted URL, and their repeats.

use byoc::model::message::MediaKind;
use serde_json::{Map, Value, json};

use super::{
    ACCOUNT, FreshchatSim, Said, Saying, Webhooks,
    store::{Conversation, Store, text},
};
use crate::{
    call::{PlatformCall, Repeats},
    json::put,
};

/// The schedule of repeats of an event.
const REPEATS: Repeats = Repeats { counter: Some("x-retry-count"), ..Repeats::STRICT };

/// Returns what an agent writes as the fields of a message.
pub(super) fn spoken(saying: Saying) -> Map<String, Value> {
    let parts = match saying {
        Saying::Text(content) => json!([{"text": {"content": content}}]),
        Saying::Media { kind, url, name, size } => match kind {
            MediaKind::Image => json!([{"image": {"url": url}}]),
            MediaKind::Video => json!([{"video": {"url": url, "content_type": "video/mp4"}}]),
            MediaKind::Audio => json!([{"video": {"url": url, "content_type": "audio/mpeg"}}]),
            MediaKind::File => json!([{"file": {"name": name, "url": url, "file_size_in_bytes": size,
                                  "content_type": "application/octet-stream"}}]),
        },
        // A whole message, for tests that set its type or its replies.
        Saying::Raw(Value::Object(fields)) => return fields,
        Saying::Raw(parts) => parts,
    };
    Map::from_iter([("message_parts".to_owned(), parts)])
}

impl FreshchatSim {
    /// Returns the event for a new message of any author.
    pub(super) fn message_created(&self, store: &Store, message: &Value) -> Value {
        let actor = (text(message, "actor_type"), text(message, "actor_id"));
        if self.webhooks == Webhooks::Classic {
            return json!({
                "actor": {"actor_type": actor.0, "actor_id": actor.1}, "action": "message_create",
                "action_time": text(message, "created_time"), "data": {"message": message},
            });
        }
        let conversation = store.conversation(&text(message, "conversation_id"));
        let mut shown = conversation.map(Conversation::shown).unwrap_or_default();
        put(&mut shown, "messages", json!([message]));
        let data = json!({
            "message": shown, "actor": person(store, &actor.0, &actor.1),
            "associations": associations(store, conversation),
        });
        self.product_event(store, "onMessageCreate", data)
    }

    /// Returns the event for a new state of a conversation.
    pub(super) fn state_changed(
        &self,
        store: &Store,
        (before, conversation): (&Conversation, &Conversation),
        actor: &str,
    ) -> Value {
        let id = if actor == "agent" { super::store::AGENT } else { &conversation.user };
        if self.webhooks != Webhooks::Classic {
            let mut changes = json!({});
            if before.status != conversation.status {
                put(&mut changes, "status", json!([before.status, conversation.status]));
            }
            if before.agent != conversation.agent {
                put(&mut changes, "assigned_agent_id", json!([before.agent, conversation.agent]));
            }
            let data = json!({
                "conversation": conversation.shown(), "actor": person(store, actor, id),
                "associations": associations(store, Some(conversation)),
                "changes": {"model_changes": changes, "system_changes": null, "misc_changes": null},
            });
            return self.product_event(store, "onConversationUpdate", data);
        }
        let (action, key, by) = match conversation.status.as_str() {
            "resolved" => ("conversation_resolution", "resolve", "resolver"),
            "assigned" => ("conversation_assignment", "assignment", "assignor"),
            _ => ("conversation_reopen", "reopen", "reopener"),
        };
        let shown = json!({
            "conversation_id": conversation.id, "app_id": super::store::APP, "status": conversation.status,
            "channel_id": conversation.channel, "assigned_agent_id": conversation.agent,
        });
        let mut change = json!({by: actor, format!("{by}_id"): id, "conversation": shown});
        if key == "assignment" {
            put(&mut change, "to_agent_id", conversation.agent.clone().unwrap_or_default());
            put(&mut change, "from_agent_id", before.agent.clone().unwrap_or_default());
        }
        json!({
            "actor": {"actor_type": actor, "actor_id": id}, "action": action, "action_time": conversation.updated,
            "data": {key: change},
        })
    }

    /// Returns the event for an agent's edit of a user.
    pub(super) fn user_updated(&self, user: &Value) -> Value {
        let data =
            json!({"user": user, "actor": person(&self.store(), "agent", super::store::AGENT), "associations": {}});
        self.product_event(&self.store(), "onUserUpdate", data)
    }

    pub(super) fn send_conversation_created(&self, store: &Store, conversation: &Conversation) {
        let data = json!({
            "conversation": conversation.shown(), "actor": person(store, "user", &conversation.user),
            "associations": associations(store, Some(conversation)),
        });
        self.send_product_event(store, "onConversationCreate", data);
    }

    /// Sends a product event. Classic webhooks have no such events.
    pub(super) fn send_product_event(&self, store: &Store, event: &str, data: Value) {
        if self.webhooks != Webhooks::Classic {
            self.send_later(store, self.product_event(store, event, data));
        }
    }

    fn product_event(&self, store: &Store, event: &str, data: Value) -> Value {
        let timestamp = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        let timestamp = i64::try_from(timestamp).unwrap_or_default();
        let mut whole =
            json!({"event": event, "region": "US", "timestamp": timestamp, "version": "1.0.0", "data": data});
        if self.webhooks == Webhooks::Marketplace3 {
            put(
                &mut whole,
                "currentHost",
                json!({"endpoint_urls": {"freshchat": store.base}, "subscribed_modules": ["chat_conversation"]}),
            );
        } else {
            put(&mut whole, "account_id", ACCOUNT);
            put(&mut whole, "domain", "web.freshchat.com");
        }
        whole
    }

    /// Sends an event in the background.
    pub(super) fn send_later(&self, store: &Store, event: Value) {
        if let Some(url) = store.webhook.clone() {
            let sim = self.clone();
            tokio::spawn(async move { sim.send_to(&url, "", event).await });
        }
    }

    /// Sends an event to the pasted URL.
    pub(super) async fn send(&self, id: &str, event: Value) -> Result<Said, String> {
        let url = self.store().webhook.clone().ok_or("no webhook URL was pasted")?;
        self.send_to(&url, id, event).await
    }

    /// Sends an event until it is acknowledged, with the repeats of Freshchat.
    async fn send_to(&self, url: &str, id: &str, event: Value) -> Result<Said, String> {
        let body = event.to_string();
        let signature = match self.webhooks {
            Webhooks::Classic => Some(self.sign(body.as_bytes())?),
            Webhooks::Marketplace2 | Webhooks::Marketplace3 => None,
        };
        let call = PlatformCall::post(id, url.to_owned(), "application/json", body).repeated(REPEATS);
        let mut call = call.header("x-freshchat-payload-version", "1.0".to_owned());
        if let Some(signature) = signature {
            call = call.header("x-freshchat-signature", signature);
        }
        call.send(&self.shared.http).await
    }
}

fn person(store: &Store, kind: &str, id: &str) -> Value {
    let mut person = match kind {
        "agent" => Store::agent(),
        "user" => store.user(id).cloned().unwrap_or_default(),
        _ => json!({"id": id, "first_name": "Bot"}),
    };
    put(&mut person, "type", kind);
    person
}

fn associations(store: &Store, conversation: Option<&Conversation>) -> Value {
    let user = conversation.and_then(|conversation| store.user(&conversation.user)).cloned().unwrap_or_default();
    let agent = conversation.and_then(|conversation| conversation.agent.as_ref()).map(|_| Store::agent());
    json!({"channel": conversation.map(|it| Store::channel(&it.channel)), "user": user, "agent": agent})
}
