//! What is known while a task runs, and the facts that answers teach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    model::message::{Choice, Contact, ConversationState, HelpdeskEvent, Part, Quote},
    tools::{millis::Millis, secret::Secret},
};

/// What is known while a task runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The stored link between the contact and a helpdesk user and conversation.
    pub link: Link,
    /// What this delivery has achieved so far.
    pub progress: Progress,
    /// Whether the last call of an earlier attempt may have worked: the attempt ended without a record, or with a
    /// failure that leaves this open. Where the vendor allows a lookup, the adapter looks before it sends or creates
    /// anything again.
    pub doubtful: bool,
    /// The number of attempts at this task that have failed so far.
    pub tries: u32,
    /// The number of calls of this attempt that have been answered so far.
    pub answered: usize,
    /// The token with which the first call of this delivery answers the contact's newest message, while the token is
    /// younger than [`Features::reply_tokens_last`](crate::model::features::Features::reply_tokens_last).
    pub reply_token: Option<String>,
    /// Whether an earlier attempt may have answered with a token. Any other call then sends the message a second time.
    pub may_have_replied: bool,
    /// The id under which the channel itself keeps the contact, if an answer told another than the bridge used.
    pub contact_id: Option<String>,
    /// The further ids of the requests that this attempt has delivered, of vendors that give several for one request.
    pub other_ids: Vec<String>,
}

impl Known {
    /// Returns what the adapter stored under `key` during this task.
    pub fn memo(&self, key: &str) -> Option<&str> {
        self.progress.memo.get(key).map(String::as_str)
    }

    /// Returns the number of requests of this delivery that have been delivered.
    pub fn sent(&self) -> usize {
        self.progress.sent.len()
    }

    /// Records one answer: counts it, and keeps the facts about the contact and the delivery. Facts that only setup
    /// tasks need are not kept.
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
                Fact::OtherId(id) => self.other_ids.push(id.clone()),
                Fact::Memo(key, value) => {
                    self.progress.memo.insert(key.clone(), value.clone());
                }
                Fact::DoubtSettled => self.doubtful = false,
                Fact::Opened => self.progress.opened = true,
                Fact::ContactId(id) => self.contact_id = Some(id.clone()),
                Fact::ReplyTokenUsed => {
                    self.reply_token = None;
                    self.link.reply_token = None;
                }
                Fact::Identity(_)
                | Fact::AccountId(_)
                | Fact::AccountName(_)
                | Fact::OwnsAddress
                | Fact::Setting(..)
                | Fact::Secret(..)
                | Fact::Quota { .. }
                | Fact::Profile(_)
                | Fact::Author(_)
                | Fact::Contact(_)
                | Fact::UserName(_)
                | Fact::Greeting(_)
                | Fact::Stranger
                | Fact::Written(_)
                | Fact::Unread(_)
                | Fact::MadeByHand { .. } => {}
            }
        }
    }
}

/// The stored link between a contact and a helpdesk user and conversation.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Link {
    /// The helpdesk's user id.
    pub user: Option<String>,
    /// The helpdesk's conversation id.
    pub conversation: Option<String>,
    /// The last known state of that conversation.
    pub state: Option<ConversationState>,
    /// When the bridge learned the state. Only the store sets it.
    pub state_at: Option<Millis>,
    /// The helpdesk's id of the last message that the bridge posted.
    pub last_message: Option<String>,
    /// The [`Contact::digest`] of what the helpdesk shows.
    pub profile: Option<String>,
    /// Whether somebody at the helpdesk edited the profile. The bridge does not overwrite an edited profile.
    pub profile_pinned: bool,
    /// When the contact stopped the business from writing by the channel's clock; `None`
    /// once the contact permits messages again.
    pub stopped_at: Option<Millis>,
    /// When the contact last wrote or permitted messages, by the channel's clock. An event from before says nothing
    /// about what the contact wants now.
    pub heard_at: Option<Millis>,
    /// The text of the link through which the contact opened the chat, until the agents have read it.
    pub opened_with: Option<String>,
    /// The [`Contact::thread`] of the contact's newest message.
    pub thread: Option<String>,
    /// The choices that the contact was offered last.
    pub offered: Option<Offered>,
    /// What the channel needs to mark the contact's newest message as read, until an agent has answered it.
    pub to_mark: Option<String>,
    /// The [`Contact::reply_token`] of the contact's newest message, until an answer has used it.
    pub reply_token: Option<String>,
    /// When the bridge received the newest message that came with such a token.
    pub reply_at: Option<Millis>,
    /// The last news of the conversation that the contact was told, until the contact writes.
    pub told: Option<String>,
    /// The [pending rating](PendingRating) that the contact was asked for.
    pub rating: Option<String>,
    /// The other id of the same contact that has taken over this link.
    pub moved_to: Option<String>,
    /// When the other id took over, by the channel's clock.
    pub moved_at: Option<Millis>,
    /// The id of the same contact from which this link was taken over, under which earlier messages are journaled.
    pub moved_from: Option<String>,
}

/// The choices that a contact was offered last.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Offered {
    /// The choices, in order.
    pub choices: Vec<Choice>,
    /// Whether no other message has followed. Only then is a number a choice of the list.
    pub is_newest: bool,
}

/// A rating that the contact was asked for and may give with the next message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRating {
    /// When the contact was asked.
    pub asked_at: Millis,
    /// The helpdesk's id of the conversation to rate.
    pub conversation: String,
}

impl PendingRating {
    /// Returns the rating in the form of [`Link::rating`].
    pub fn stored(&self) -> String {
        format!("{}:{}", self.asked_at.get(), self.conversation)
    }

    /// Reads what [`stored`](Self::stored) wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        let (asked_at, conversation) = text.split_once(':')?;
        Some(Self { asked_at: Millis::new(asked_at.parse().ok()?), conversation: conversation.to_owned() })
    }
}

/// What a delivery has achieved so far, stored in its journal item.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(from = "StoredProgress")]
pub struct Progress {
    /// The vendor's id of each request that was delivered, in order; empty where the answer gave none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<String>,
    /// What the adapter stores, under keys of its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub memo: BTreeMap<String, String>,
    /// The state of each file, by the position of its part. Every attempt has to send the same files in the same form.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<usize, FileProgress>,
    /// The author's name, once looked up; empty if nobody knows it. Every attempt has to split the text at the same
    /// places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The text of the link through which the contact opened the chat, if this delivery shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_with: Option<String>,
    /// What the table told about the message that this one quotes, once looked up; without a field if it told nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The choice that the contact made with this message, if it is one of those that were offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// The text of a message that the bridge itself writes, once composed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether this delivery opened a conversation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opened: bool,
}

/// [`Progress`] as it is read from the table. `notes` is the form of before these fields existed: one map for the memo,
/// the files and everything else. Messages may wait in that form for as long as the journal keeps them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredProgress {
    sent: Vec<String>,
    memo: BTreeMap<String, String>,
    files: BTreeMap<usize, FileProgress>,
    author: Option<String>,
    opened_with: Option<String>,
    quote: Option<Quote>,
    choice: Option<Choice>,
    text: Option<String>,
    opened: bool,
    notes: BTreeMap<String, String>,
}

impl From<StoredProgress> for Progress {
    fn from(stored: StoredProgress) -> Self {
        let StoredProgress { sent, memo, files, author, opened_with, quote, choice, text, opened, notes } = stored;
        let mut progress = Self { sent, memo, files, author, opened_with, quote, choice, text, opened };
        for (key, value) in notes {
            let file = key.strip_prefix("media.").map(|rest| rest.split_once('.').unwrap_or((rest, "placed")));
            match (key.as_str(), file.and_then(|(index, field)| Some((index.parse().ok()?, field)))) {
                ("author.name", _) => progress.author = Some(value),
                ("opened_with", _) => progress.opened_with = Some(value),
                (_, Some((index, field))) => {
                    let file: &mut FileProgress = progress.files.entry(index).or_default();
                    match field {
                        "tries" => file.tries = value.parse().unwrap_or_default(),
                        "missed" => file.missed = value.parse().unwrap_or_default(),
                        _ => file.placed = serde_json::from_str(&value).ok(),
                    }
                }
                (_, None) => drop(progress.memo.insert(key, value)),
            }
        }
        progress
    }
}

/// The state of one file of a delivery.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct FileProgress {
    /// The part that the target gets in place of the file, once decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<Part>,
    /// The number of attempts that failed to fetch the file before that.
    #[serde(skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// The number of attempts that needed the bytes for an upload and did not have them.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One fact that an answer taught.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an answer teaches few facts, and they are read at once")]
pub enum Fact {
    /// The helpdesk's user id of the contact.
    User(String),
    /// The conversation that the contact's messages belong to, and its state if the answer says so.
    Conversation {
        /// The helpdesk's conversation id.
        id: String,
        /// The state of the conversation.
        state: Option<ConversationState>,
    },
    /// The delivery opened a conversation, which did not exist before.
    Opened,
    /// The stored conversation cannot be used any more; the adapter has to find or create another.
    NoConversation,
    /// The state of the stored conversation.
    ConversationState(ConversationState),
    /// The helpdesk's id of the message that the bridge has just posted.
    LastMessage(String),
    /// The helpdesk now shows the profile with this [`Contact::digest`].
    ProfileShown(String),
    /// The next undelivered request of the delivery was delivered, with this id if the answer gives one.
    Sent(Option<String>),
    /// A further id of the request that was delivered, under which people may quote it.
    OtherId(String),
    /// The channel keeps the contact under this id, which the bridge did not use.
    ContactId(String),
    /// The call used the reply token, or the vendor does not take the token any more.
    ReplyTokenUsed,
    /// A lookup answered whether the doubtful call of an earlier attempt worked: what the call creates was found, or is
    /// not there. A lookup for anything else settles no doubt. The fact clears [`Known::doubtful`] for the rest of this
    /// attempt; the relay does not store it, since a later attempt may leave a doubt of its own.
    DoubtSettled,
    /// Any other value that the adapter needs again before the task is done, under a key of its own.
    Memo(String, String),
    /// Setup tasks: the account's own id, by which a second install of the same account is recognized.
    Identity(String),
    /// Setup tasks: the id that this account's events carry.
    AccountId(String),
    /// Setup tasks: what the vendor calls the account, the page, the number or the topic.
    AccountName(String),
    /// The credentials are those of the account's [`address`](super::Adapter::address).
    OwnsAddress,
    /// Setup tasks: the vendor's own value for a setting (the id for a title, for example). It is stored in place of
    /// the setting.
    Setting(&'static str, String),
    /// [`Task::Check`](super::Task::Check): the messages that the account may send in this month.
    Quota {
        /// The number of messages that the plan includes; `None` if there is no limit.
        limit: Option<u64>,
        /// The number of messages that were sent.
        used: u64,
    },
    /// [`Task::Register`](super::Task::Register): a credential that the platform created with the registration. It is
    /// sealed together with the others.
    Secret(&'static str, Secret),
    /// [`Task::Profile`](super::Task::Profile): what the channel knows about the contact.
    Profile(Contact),
    /// [`Task::FindAuthor`](super::Task::FindAuthor): the name to show.
    Author(String),
    /// [`Task::FindContact`](super::Task::FindContact): the channel's own id of the contact.
    Contact(String),
    /// [`Task::FindContact`](super::Task::FindContact): the name by which the helpdesk's people know the contact.
    UserName(String),
    /// [`Task::Greeting`](super::Task::Greeting): what the contact reads, after what earlier answers told.
    Greeting(Vec<Part>),
    /// [`Task::FindContact`](super::Task::FindContact): the user is a person of another channel.
    Stranger,
    /// [`Task::History`](super::Task::History): a message, as the webhook would have reported it.
    Written(Box<HelpdeskEvent>),
    /// [`Task::History`](super::Task::History): a message that a person may have written to the contact and that cannot
    /// be read, by its id or else by what tells it from others.
    Unread(String),
    /// [`Task::FindContact`](super::Task::FindContact): the user does not come from a channel but was made in the
    /// helpdesk, with this telephone number, as somebody wrote it.
    MadeByHand {
        /// The telephone number, if the user has one.
        phone: Option<String>,
    },
}

impl Fact {
    /// Something for the adapter to remember during this task, which [`Known::memo`] gives back.
    pub fn memo(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Memo(key.into(), value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_in_its_earlier_form_is_read() {
        let placed = Part::text("[photo.png]");
        let earlier = serde_json::json!({"sent": ["1"], "notes": {
            "author.name": "Ines", "opened_with": "promo", "media.1": serde_json::to_string(&placed).unwrap(),
            "media.2.tries": "3", "media.2.missed": "1", "user": "created", "media.x": "y",
        }});
        let progress: Progress = serde_json::from_value(earlier).unwrap();
        let files = [
            (1, FileProgress { placed: Some(placed), ..FileProgress::default() }),
            (2, FileProgress { tries: 3, missed: 1, ..FileProgress::default() }),
        ];
        let memo = [("user".to_owned(), "created".to_owned()), ("media.x".to_owned(), "y".to_owned())];
        let expected = Progress {
            sent: vec!["1".to_owned()],
            memo: memo.into(),
            files: files.into(),
            author: Some("Ines".to_owned()),
            opened_with: Some("promo".to_owned()),
            ..Progress::default()
        };
        assert_eq!(progress, expected);
        let again = serde_json::to_string(&progress).unwrap();
        assert_eq!(serde_json::from_str::<Progress>(&again).unwrap(), expected);
        assert_eq!(serde_json::from_str::<Progress>("{}").unwrap(), Progress::default());
    }
}
