//! What is known while a task runs, and what answers teach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    model::message::{Contact, ConversationState, Part},
    tools::secret::Secret,
};

/// What is known while a task runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The stored pairing of the contact with a helpdesk user and conversation.
    pub link: Link,
    /// What this delivery has achieved so far.
    pub progress: Progress,
    /// An earlier attempt at this task ended without a record, or with a failure that leaves it open: its last call may
    /// or may not have worked. Look before sending or making anything again where the vendor lets us look.
    pub doubtful: bool,
    /// How many attempts at this task have failed so far.
    pub tries: u32,
    /// How many calls of this attempt were answered so far.
    pub answered: usize,
}

impl Known {
    /// What the adapter keeps under `key` during this task.
    pub fn memo(&self, key: &str) -> Option<&str> {
        self.progress.memo.get(key).map(String::as_str)
    }

    /// How many requests of this delivery were delivered.
    pub fn sent(&self) -> usize {
        self.progress.sent.len()
    }

    /// Takes in one answer: counts it, and keeps the facts about the contact and the delivery. Leaves alone what only a
    /// setup task needs.
    pub fn learn(&mut self, facts: &[Fact]) {
        self.answered += 1;
        for fact in facts {
            match fact {
                Fact::User(id) => self.link.user = Some(id.clone()),
                Fact::Conversation { id, state } => {
                    self.link.conversation = Some(id.clone());
                    self.link.state = *state;
                }
                Fact::NoConversation => {
                    self.link.conversation = None;
                    self.link.state = None;
                }
                Fact::ConversationState(state) => self.link.state = Some(*state),
                Fact::LastMessage(id) => self.link.last_message = Some(id.clone()),
                Fact::ProfileShown(digest) => self.link.profile = Some(digest.clone()),
                Fact::Sent(id) => self.progress.sent.push(id.clone().unwrap_or_default()),
                Fact::Memo(key, value) => {
                    self.progress.memo.insert(key.clone(), value.clone());
                }
                Fact::DoubtSettled => self.doubtful = false,
                Fact::Identity(_)
                | Fact::AccountId(_)
                | Fact::Setting(..)
                | Fact::Secret(..)
                | Fact::Profile(_)
                | Fact::Author(_)
                | Fact::Contact(_) => {}
            }
        }
    }
}

/// The stored pairing of a contact with a helpdesk user and conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The helpdesk's user id.
    pub user: Option<String>,
    /// The helpdesk's conversation id.
    pub conversation: Option<String>,
    /// The state of that conversation, as far as we heard.
    pub state: Option<ConversationState>,
    /// When we heard it, in milliseconds since 1970; kept by the store.
    pub state_at: Option<i64>,
    /// The helpdesk's id of the last message that we posted.
    pub last_message: Option<String>,
    /// [`Contact::digest`] of what the helpdesk shows.
    pub profile: Option<String>,
    /// Somebody at the helpdesk edited the profile: theirs stays.
    pub profile_pinned: bool,
    /// When the contact stopped us, in milliseconds since 1970 by the channel's clock; nothing once they let us write
    /// again.
    pub stopped_at: Option<i64>,
    /// What the link said through which the contact opened the chat, until the agents were told.
    pub opened_with: Option<String>,
    /// Another id of the same contact, which has taken this pairing over.
    pub moved_to: Option<String>,
}

/// What a delivery has achieved so far; kept in its journal item.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Progress {
    /// The vendor's id of each request that was delivered, in order; empty where the answer gave none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<String>,
    /// What the adapter keeps, under keys of its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub memo: BTreeMap<String, String>,
    /// What became of each file, by the position of its part. Every attempt has to send the same.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<usize, FileProgress>,
    /// What the author is called, once asked: empty where nobody knows. Every attempt has to split the text at the same
    /// places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What the link said through which the contact opened the chat, where this delivery tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_with: Option<String>,
}

/// What became of one file of a delivery so far.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct FileProgress {
    /// The part that the target gets in its place, once decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<Part>,
    /// How many attempts could not fetch it before that.
    #[serde(skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// How many attempts wanted its bytes for an upload and did not have them.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One thing that an answer taught.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The helpdesk's user id of the contact.
    User(String),
    /// The conversation that the contact's messages belong into, and its state where the answer says so.
    Conversation {
        /// The helpdesk's conversation id.
        id: String,
        /// Its state.
        state: Option<ConversationState>,
    },
    /// The stored conversation is of no use any more; make or find another.
    NoConversation,
    /// The stored conversation's state.
    ConversationState(ConversationState),
    /// The helpdesk's id of the message that we posted just now.
    LastMessage(String),
    /// The helpdesk now shows this profile ([`Contact::digest`]).
    ProfileShown(String),
    /// The next undelivered request of the delivery was delivered, with this id where the answer gives one.
    Sent(Option<String>),
    /// We looked: what the call that an earlier attempt left in doubt had made is found, or is not there. A look for
    /// something else settles nothing. Clears [`Known::doubtful`] for the rest of this attempt; the relay stores nothing
    /// for it, since a later attempt may leave a doubt of its own.
    DoubtSettled,
    /// Anything else that the adapter needs again before the task is done, under a key of its own.
    Memo(String, String),
    /// Setup tasks: the account's own id, which makes "the same account again" recognisable.
    Identity(String),
    /// Setup tasks: the id by which this account's events name it.
    AccountId(String),
    /// Setup tasks: what a setting is in the vendor's own terms (a title's id, say); stored in the setting's place.
    Setting(&'static str, String),
    /// [`Task::Register`](super::Task::Register): a credential that the platform made with the registration; sealed with the others.
    Secret(&'static str, Secret),
    /// [`Task::Profile`](super::Task::Profile): what the channel knows of the contact.
    Profile(Contact),
    /// [`Task::FindAuthor`](super::Task::FindAuthor): the name to show.
    Author(String),
    /// [`Task::FindContact`](super::Task::FindContact): the channel's own id of the contact.
    Contact(String),
}

impl Fact {
    /// Something for the adapter to remember during this task, which [`Known::memo`] gives back.
    pub fn memo(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Memo(key.into(), value.into())
    }
}
