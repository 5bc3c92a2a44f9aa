//! The journal of messages: claimed → which call succeeded, with what id → done | rejected | dead.

use serde::{Deserialize, Serialize};

use super::{INDEX_SHARDS, Item, LinkChange, StoredEnvelope, key, links::contact_pk, owned, text_of};
use crate::{
    adapter::Progress,
    model::{
        installation::Side,
        message::{MessageNames, UnreadEvent},
    },
    outside::queue::log_id,
    tools::{crypto::sha256, millis::Millis, words::words},
};

mod claim;
mod history;
mod sent;
mod settle;

pub use history::PastMessage;
pub use sent::SentMessage;

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the contact to the agents.
    Inbound,
    /// From an agent to the contact.
    Outbound,
    /// From the bridge to the agents.
    Note,
}

impl Direction {
    /// Returns the side that receives messages of this direction.
    pub fn target(self) -> Side {
        match self {
            Self::Outbound => Side::Channel,
            Self::Inbound | Self::Note => Side::Helpdesk,
        }
    }

    /// Returns the side that the content of such messages comes from.
    pub fn source(self) -> Side {
        match self {
            Self::Outbound => Side::Helpdesk,
            Self::Inbound | Self::Note => Side::Channel,
        }
    }
}

words!(Direction { Inbound = "inbound", Outbound = "outbound", Note = "note" });

/// The key of a message in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalKey {
    /// The id of the installation.
    pub installation: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// The direction of the message.
    pub direction: Direction,
    /// The id of the event that carried the message.
    pub event: String,
}

impl JournalKey {
    /// Returns the key of a call that cannot be read. Nobody knows its contact.
    pub fn of_unread(installation: &str, unread: &UnreadEvent) -> Self {
        let direction = match unread.from {
            Side::Channel => Direction::Inbound,
            Side::Helpdesk => Direction::Outbound,
        };
        Self { installation: installation.to_owned(), contact: String::new(), direction, event: unread.id.clone() }
    }

    /// Returns the id by which admins refer to the message: short, opaque, and safe in a path.
    pub fn public_id(&self) -> String {
        format!("{}{}", hex::encode(self.contact.as_bytes()), self.suffix())
    }

    /// Returns the word that stands for the message in the log, from the webhook call to the delivery.
    pub fn log_id(&self) -> String {
        log_id(&self.installation, self.direction.word(), &self.event)
    }

    fn suffix(&self) -> String {
        format!(".{}.{}", self.direction.word(), hex::encode(self.event.as_bytes()))
    }

    /// Parses a [`public_id`](Self::public_id); `None` if it is malformed.
    pub fn from_public_id(installation: &str, id: &str) -> Option<Self> {
        let mut pieces = id.split('.');
        let contact = String::from_utf8(hex::decode(pieces.next()?).ok()?).ok()?;
        let direction = Direction::from_word(pieces.next()?)?;
        let event = String::from_utf8(hex::decode(pieces.next()?).ok()?).ok()?;
        pieces.next().is_none().then(|| Self { installation: installation.to_owned(), contact, direction, event })
    }

    /// A message of an unknown contact stands beside its installation.
    pub(super) fn pk(&self) -> String {
        if self.contact.is_empty() {
            return format!("I#{}", self.installation);
        }
        contact_pk(&self.installation, &self.contact)
    }

    pub(super) fn sk(&self) -> String {
        format!("M#{}#{}", self.direction.word(), self.event)
    }

    pub(super) fn item_key(&self) -> Item {
        key(&self.pk(), &self.sk())
    }

    /// Parses the keys of a journal item, as the index returns them.
    pub(super) fn from_keys(pk: &str, sk: &str) -> Option<Self> {
        let pk = pk.strip_prefix("I#")?;
        let (installation, contact) = pk.split_once("#C#").unwrap_or((pk, ""));
        let (direction, event) = sk.strip_prefix("M#")?.split_once('#')?;
        Some(Self {
            installation: installation.to_owned(),
            contact: contact.to_owned(),
            direction: Direction::from_word(direction)?,
            event: event.to_owned(),
        })
    }

    pub(super) fn from_item(item: &Item) -> Option<Self> {
        Self::from_keys(text_of(item, "pk")?, text_of(item, "sk")?)
    }

    fn shard(&self) -> String {
        let shard = sha256(self.contact.as_bytes()).first().map_or(0, |byte| byte % INDEX_SHARDS);
        format!("I#{}#{shard}", self.installation)
    }
}

/// The state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// The message is on its way.
    Claimed,
    /// The message is delivered.
    Done,
    /// The other side refused the message for good.
    Rejected,
    /// The relay gave up; the message waits in the table until somebody redrives or discards it.
    Dead,
    /// An admin removed the dead message.
    Discarded,
}

words!(JournalState {
    Claimed = "claimed",
    Done = "done",
    Rejected = "rejected",
    Dead = "dead",
    Discarded = "discarded"
});

/// The result of a claim.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a claim is taken apart at once and kept nowhere")]
pub enum Claim {
    /// This process may work on the message, from this progress on.
    Work(Claimed),
    /// The message is already finished in this state.
    Finished(Finished),
}

/// A message on which nobody works any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// The state in which the message ended.
    pub state: JournalState,
    /// What its last record still owes.
    pub owed: Owed,
    /// Whether the agents were told that the message waits.
    pub told_waiting: bool,
    /// The number of the message's life, from 1.
    pub life: u32,
    /// Whether the message opened a conversation.
    pub opened: bool,
}

/// A message that this process works on, until another process claims it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The key of the message.
    pub key: JournalKey,
    /// The number of claims so far. It fences off every process that claimed the message earlier.
    pub attempt: u64,
    /// The number of earlier attempts at the current part that may have taken effect: they ended without a record, or
    /// their call got no answer.
    pub doubts: u32,
    /// The number of attempts that have failed since the message was received or redriven.
    pub tries: u32,
    /// The number of the message's life, from 1: it grows with each redrive.
    pub life: u32,
    /// What earlier attempts achieved.
    pub progress: Progress,
    /// What is remembered of the message for the case that another one quotes it.
    pub quotable: Quotable,
    /// Whether the message may have been delivered twice.
    pub doubled: bool,
    /// The calls so far.
    pub trace: Vec<Trace>,
    /// The helpdesk's ids of messages that repeat this one and get its receipts.
    pub repeats: Vec<String>,
    /// Whether the agents were told that the message waits.
    pub told_waiting: bool,
    /// What an earlier record could not write beside the journal, because the other items were in use.
    pub owed: Owed,
}

/// What is remembered of a message for the case that another one quotes it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Quotable {
    /// The beginning of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The name of the person who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The channel's names for a contact's message.
    #[serde(skip_serializing_if = "MessageNames::is_empty")]
    pub names: MessageNames,
}

/// A message as its journal item remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// What is remembered of the message.
    pub quotable: Quotable,
    /// The first id under which the message arrived.
    pub sent: Option<String>,
    /// When the message was received.
    pub at: Option<Millis>,
}

/// Writes that belong to a record but were not made with it: they are made with the next record, or when the queue
/// hands the finished message out again.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Owed {
    /// The change of the contact's link.
    #[serde(default)]
    pub link: LinkChange,
    /// The ids under which parts of the message arrived.
    #[serde(default)]
    pub sent: Vec<Sent>,
}

impl Owed {
    /// Returns whether nothing is owed.
    pub fn is_empty(&self) -> bool {
        self.link.is_empty() && self.sent.is_empty()
    }
}

/// One call that was made for a message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Trace {
    /// When the call was made.
    pub at: Millis,
    /// The attempt that made the call.
    pub attempt: u64,
    /// The name of the call.
    pub call: String,
    /// The result of the call, in plain words.
    pub result: String,
    /// The duration of the call, in milliseconds.
    pub ms: u64,
}

/// The result of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// Everything arrived.
    Done,
    /// The attempt failed, and the message will be retried.
    Retry {
        /// Why the attempt failed.
        reason: String,
    },
    /// The next call was not made, because it has to wait for a permit or for a new invocation.
    Postponed,
    /// The message is refused for good.
    Rejected {
        /// Why the message is refused.
        reason: String,
    },
    /// The relay gave up on the message.
    Dead {
        /// Why the last attempt failed.
        reason: String,
        /// The stored envelope.
        envelope: StoredEnvelope,
    },
}

/// The result of noting a receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptNoted {
    /// Whether no receipt of the same or a later stage was noted before.
    pub is_news: bool,
    /// Whether no receipt at all was noted before.
    pub is_first: bool,
    /// The helpdesk's ids of messages that repeat this one and get its receipts.
    pub repeats: Vec<String>,
}

/// An id under which a message arrived, and by which receipts and echoes refer to it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The side that gave the id.
    pub side: Side,
    /// The id.
    pub id: String,
}

pub(super) fn parsed<T: serde::de::DeserializeOwned + Default>(item: &Item, name: &str) -> T {
    owned(item, name).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_leads_back_to_its_key() {
        let key = JournalKey {
            installation: "i".into(),
            contact: "q7Vd2/Hk0m+9sLxTz4Wc1A==".into(),
            direction: Direction::Outbound,
            event: "a#b".into(),
        };
        assert_eq!(JournalKey::from_public_id("i", &key.public_id()), Some(key.clone()));
        assert_eq!(JournalKey::from_keys(&key.pk(), &key.sk()), Some(key));
        for id in ["", "..", "zz.inbound.00", "00.sideways.00", "00.inbound.00.00", "ff.inbound.00"] {
            assert_eq!(JournalKey::from_public_id("i", id), None, "{id}");
        }
    }
}
