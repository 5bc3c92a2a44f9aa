//! What became of each message: claimed → which call succeeded, with what id → done | rejected | dead.

use serde::{Deserialize, Serialize};

use super::{INDEX_SHARDS, Item, key, links::contact_pk, owned};
use crate::{
    adapter::Progress,
    model::installation::Side,
    tools::{crypto::sha256, words::words},
};

mod claim;
mod settle;

/// Which way a message goes.
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
    /// The side that gets messages of this direction.
    pub fn target(self) -> Side {
        match self {
            Self::Outbound => Side::Channel,
            Self::Inbound | Self::Note => Side::Helpdesk,
        }
    }

    /// The side that the content of such messages comes from.
    pub fn source(self) -> Side {
        match self {
            Self::Outbound => Side::Helpdesk,
            Self::Inbound | Self::Note => Side::Channel,
        }
    }
}

words!(Direction { Inbound = "inbound", Outbound = "outbound", Note = "note" });

/// What names a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalKey {
    /// Its installation.
    pub installation: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The id of the event that it came in as.
    pub event: String,
}

impl JournalKey {
    /// The id by which admins name it: short, opaque, and safe in a path.
    pub fn public_id(&self) -> String {
        format!("{}{}", hex::encode(self.contact.as_bytes()), self.suffix())
    }

    fn suffix(&self) -> String {
        format!(".{}.{}", self.direction.word(), hex::encode(self.event.as_bytes()))
    }

    /// The opposite of [`public_id`](Self::public_id).
    pub fn from_public_id(installation: &str, id: &str) -> Option<Self> {
        let mut pieces = id.split('.');
        let contact = String::from_utf8(hex::decode(pieces.next()?).ok()?).ok()?;
        let direction = Direction::from_word(pieces.next()?)?;
        let event = String::from_utf8(hex::decode(pieces.next()?).ok()?).ok()?;
        pieces.next().is_none().then(|| Self { installation: installation.to_owned(), contact, direction, event })
    }

    pub(super) fn pk(&self) -> String {
        contact_pk(&self.installation, &self.contact)
    }

    pub(super) fn sk(&self) -> String {
        format!("M#{}#{}", self.direction.word(), self.event)
    }

    pub(super) fn item_key(&self) -> Item {
        key(&self.pk(), &self.sk())
    }

    /// The key whose parts these are, as the index gives them.
    pub(super) fn from_keys(pk: &str, sk: &str) -> Option<Self> {
        let (installation, contact) = pk.strip_prefix("I#")?.split_once("#C#")?;
        let (direction, event) = sk.strip_prefix("M#")?.split_once('#')?;
        Some(Self {
            installation: installation.to_owned(),
            contact: contact.to_owned(),
            direction: Direction::from_word(direction)?,
            event: event.to_owned(),
        })
    }

    fn shard(&self) -> String {
        let shard = sha256(self.contact.as_bytes()).first().map_or(0, |byte| byte % INDEX_SHARDS);
        format!("I#{}#{shard}", self.installation)
    }
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// On its way.
    Claimed,
    /// Delivered.
    Done,
    /// Refused for good by the other side.
    Rejected,
    /// Given up after the last retry; waits in the dead-letter queue.
    Dead,
}

words!(JournalState { Claimed = "claimed", Done = "done", Rejected = "rejected", Dead = "dead" });

/// The answer to "may I work on this message?".
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Yes, from here on.
    Work(Claimed),
    /// No, it is finished.
    Finished(JournalState),
}

/// A message that this process works on, as long as nobody claims it anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Which message.
    pub key: JournalKey,
    /// Counts the claims; fences off whoever claimed before.
    pub attempt: u64,
    /// The attempt before this one ended without a record.
    pub doubtful: bool,
    /// How many attempts have failed since it came in or was redriven.
    pub tries: u32,
    /// What earlier attempts achieved.
    pub progress: Progress,
    /// Whether it may have been delivered twice.
    pub doubled: bool,
    /// The calls so far.
    pub trace: Vec<Trace>,
    /// The helpdesk's ids of messages that repeat this one and hear its news.
    pub repeats: Vec<String>,
}

/// One call that was made for a message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Trace {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// In which attempt.
    pub attempt: u64,
    /// The call's name.
    pub call: String,
    /// What came of it, in plain words.
    pub result: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// Everything arrived.
    Done {
        /// The ids under which it arrived.
        sent: Vec<Sent>,
    },
    /// It shall be tried again.
    Retry {
        /// Why it did not work.
        reason: String,
        /// The last call may have worked all the same.
        doubtful: bool,
    },
    /// It waits for its turn; nothing was tried.
    Postponed {
        /// A call of an earlier attempt may have worked.
        doubtful: bool,
    },
    /// Refused for good.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Given up.
    Dead {
        /// Why.
        reason: String,
        /// The last call may have worked all the same; whoever sends it again looks first.
        doubtful: bool,
    },
}

/// What noting a receipt showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptNoted {
    /// Nothing as late was noted before.
    pub is_news: bool,
    /// Nothing at all was noted before.
    pub is_first: bool,
    /// The helpdesk's ids of messages that repeat this one and hear its news.
    pub repeats: Vec<String>,
}

/// An id under which a message arrived, for receipts and echoes that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Whose id it is.
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
