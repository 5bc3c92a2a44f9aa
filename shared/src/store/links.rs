//! The links between contacts and helpdesk users and conversations, in both directions.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use super::{Changes, Item, Store, StoreError, flag_of, key, number, number_of, owned, text, text_of};
use crate::{adapter::Link, model::message::ConversationState, outside::clock::now};

/// An id of the helpdesk that leads back to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpdeskId<'i> {
    /// The id of a user.
    User(&'i str),
    /// The id of a conversation.
    Conversation(&'i str),
}

impl<'i> HelpdeskId<'i> {
    /// Returns the ids of an event that has them, the user first.
    pub fn of(user: Option<&'i str>, conversation: Option<&'i str>) -> impl Iterator<Item = Self> {
        user.map(Self::User).into_iter().chain(conversation.map(Self::Conversation))
    }

    fn is_in(self, link: &Link) -> bool {
        match self {
            Self::User(id) => link.user.as_deref() == Some(id),
            Self::Conversation(id) => link.conversation.as_deref() == Some(id),
        }
    }

    fn pk(self, installation: &str) -> String {
        match self {
            Self::User(id) => format!("I#{installation}#HU#{id}"),
            Self::Conversation(id) => format!("I#{installation}#HC#{id}"),
        }
    }

    /// Returns the key under which earlier releases stored users and conversations alike.
    fn old_pk(self, installation: &str) -> String {
        let (Self::User(id) | Self::Conversation(id)) = self;
        format!("I#{installation}#H#{id}")
    }
}

/// The difference between two versions of a link. Only the attributes that differ are written, never the whole item.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct LinkChange {
    before: Link,
    after: Link,
}

impl LinkChange {
    /// Makes the change from `before` to `after`.
    pub fn between(before: &Link, after: &Link) -> Self {
        Self { before: before.clone(), after: after.clone() }
    }

    /// Returns this change followed by a `later` one.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        if self.is_empty() {
            return later.clone();
        }
        if later.is_empty() {
            return self.clone();
        }
        Self { before: self.before.clone(), after: later.after.clone() }
    }

    /// Returns the link after the change.
    pub fn applied_to(&self, link: Link) -> Link {
        if self.is_empty() { link } else { self.after.clone() }
    }

    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }

    fn changes(&self) -> Changes {
        let mut changes = Changes::default();
        let mut field = |name: &'static str, before: &Option<String>, after: &Option<String>| match after {
            Some(value) if before.as_ref() != Some(value) => {
                changes.set(name, text(value));
            }
            None if before.is_some() => {
                changes.remove(name);
            }
            _ => {}
        };
        field("user", &self.before.user, &self.after.user);
        field("conversation", &self.before.conversation, &self.after.conversation);
        field("last_message", &self.before.last_message, &self.after.last_message);
        field("profile", &self.before.profile, &self.after.profile);
        let word = |state: Option<ConversationState>| state.map(|state| state.word().to_owned());
        field("state", &word(self.before.state), &word(self.after.state));
        field("opened_with", &self.before.opened_with, &self.after.opened_with);
        field("thread", &self.before.thread, &self.after.thread);
        field("to_mark", &self.before.to_mark, &self.after.to_mark);
        field("reply_token", &self.before.reply_token, &self.after.reply_token);
        field("moved_to", &self.before.moved_to, &self.after.moved_to);
        field("moved_from", &self.before.moved_from, &self.after.moved_from);
        let is_changed = self.before.state != self.after.state || self.before.conversation != self.after.conversation;
        if self.after.state.is_some() && is_changed {
            changes.set("state_at", number(now()));
        }
        match self.after.moved_at {
            after if after == self.before.moved_at => {}
            Some(at) => drop(changes.set("moved_at", number(at))),
            None => drop(changes.remove("moved_at")),
        }
        if self.after.profile_pinned && !self.before.profile_pinned {
            changes.set("profile_pinned", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
        }
        if self.after.heard_at != self.before.heard_at
            && let Some(at) = self.after.heard_at
        {
            changes.set("heard_at", number(at));
        }
        if self.after.reply_at != self.before.reply_at
            && let Some(at) = self.after.reply_at
        {
            changes.set("reply_at", number(at));
        }
        match self.after.stopped_at {
            after if after == self.before.stopped_at => {}
            Some(at) => drop(changes.set("stopped_at", number(at))),
            None => drop(changes.remove("stopped_at")),
        }
        changes
    }

    /// Returns the helpdesk ids that lead to the contact after the change and did not before. The ids of a contact
    /// whose link had moved away lead to the other id.
    fn new_ids(&self) -> impl Iterator<Item = HelpdeskId<'_>> {
        let is_back = self.before.moved_to.is_some() && self.after.moved_to.is_none();
        let user = self.after.user.as_deref().filter(|_| is_back || self.after.user != self.before.user);
        let conversation = self.after.conversation.as_deref();
        let conversation = conversation.filter(|_| is_back || self.after.conversation != self.before.conversation);
        HelpdeskId::of(user, conversation)
    }
}

impl Store {
    /// Returns the link of a contact; an empty link if there is none yet.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn link(&self, installation: &str, contact: &str) -> Result<Link, StoreError> {
        Ok(self.item(&contact_pk(installation, contact), "LINK").await?.map(|item| read(&item)).unwrap_or_default())
    }

    /// Returns the links of these contacts that exist, with their contacts, in any order. The contacts must differ.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn links(&self, installation: &str, contacts: &[String]) -> Result<Vec<(String, Link)>, StoreError> {
        let keys = contacts.iter().map(|contact| key(&contact_pk(installation, contact), "LINK")).collect();
        let items = self.items(keys, None).await?;
        let prefix = contact_pk(installation, "");
        let contact = |item: &Item| text_of(item, "pk")?.strip_prefix(&prefix).map(str::to_owned);
        Ok(items.iter().filter_map(|item| Some((contact(item)?, read(item)))).collect())
    }

    /// Returns the contact that a helpdesk user or conversation stands for.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn contact_of(&self, installation: &str, id: HelpdeskId<'_>) -> Result<Option<String>, StoreError> {
        if let Some(item) = self.item(&id.pk(installation), "LINK").await? {
            return Ok(owned(&item, "contact"));
        }
        // An item in the old form does not say whether its id is a user's or a conversation's. The link does.
        let old = self.item(&id.old_pk(installation), "LINK").await?;
        let Some(contact) = old.and_then(|item| owned(&item, "contact")) else { return Ok(None) };
        Ok(id.is_in(&self.link(installation, &contact).await?).then_some(contact))
    }

    /// Writes what changed in a link, together with the new reverse links, in one transaction.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn change_link(&self, installation: &str, contact: &str, change: &LinkChange) -> Result<(), StoreError> {
        let writes = self.link_writes(installation, contact, change)?;
        if writes.is_empty() { Ok(()) } else { self.transact(writes).await }
    }

    pub(super) fn link_writes(
        &self,
        installation: &str,
        contact: &str,
        change: &LinkChange,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let changes = change.changes();
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut writes = vec![self.update_in(key(&contact_pk(installation, contact), "LINK"), changes, None)?];
        for id in change.new_ids() {
            let mut item = key(&id.pk(installation), "LINK");
            item.insert("contact".into(), text(contact));
            writes.push(self.put_in(item)?);
        }
        Ok(writes)
    }
}

pub(super) fn contact_pk(installation: &str, contact: &str) -> String {
    format!("I#{installation}#C#{contact}")
}

pub(super) fn read(item: &Item) -> Link {
    Link {
        user: owned(item, "user"),
        conversation: owned(item, "conversation"),
        state: text_of(item, "state").and_then(ConversationState::from_word),
        state_at: number_of(item, "state_at"),
        last_message: owned(item, "last_message"),
        profile: owned(item, "profile"),
        profile_pinned: flag_of(item, "profile_pinned"),
        stopped_at: number_of(item, "stopped_at"),
        heard_at: number_of(item, "heard_at"),
        opened_with: owned(item, "opened_with"),
        thread: owned(item, "thread"),
        to_mark: owned(item, "to_mark"),
        reply_token: owned(item, "reply_token"),
        reply_at: number_of(item, "reply_at"),
        moved_to: owned(item, "moved_to"),
        moved_at: number_of(item, "moved_at"),
        moved_from: owned(item, "moved_from"),
    }
}
