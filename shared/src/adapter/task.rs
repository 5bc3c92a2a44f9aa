//! What calls to a vendor are made for.

use crate::model::message::{Author, Contact, Media, Part, Receipt};

/// Something that takes calls to a vendor.
#[derive(Clone, Copy, Debug)]
pub enum Task<'a> {
    /// Bring a message to the other side.
    Deliver(&'a Delivery<'a>),
    /// Helpdesk only: put a private note into the contact's conversation.
    Note {
        /// Whom it is about.
        contact: &'a Contact,
        /// What it says.
        text: &'a str,
    },
    /// Helpdesk only, where [`Features::receipts`](crate::model::features::Features::receipts) says so: delivery news about one of its messages.
    Receipt {
        /// Whom the message went to.
        contact: &'a Contact,
        /// The helpdesk's id of the message.
        message: &'a str,
        /// The news.
        receipt: &'a Receipt,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// Try the credentials with a harmless call; teaches [`Fact::Identity`] where the account has one.
    Check,
    /// Tell the platform our webhook URL.
    Register {
        /// The URL.
        url: &'a str,
    },
    /// Make the platform forget our webhook URL.
    Unregister,
    /// Channel only: read a contact's profile; teaches [`Fact::Profile`].
    Profile {
        /// The channel's user id.
        contact: &'a str,
    },
    /// Find and download a file that this side wrote and gave a [`Reference`](crate::model::message::MediaSource::Reference)
    /// to; ends in [`Step::Download`].
    Fetch(&'a Media, &'a FetchContext<'a>),
    /// Helpdesk only: what an agent is called; teaches [`Fact::Author`].
    FindAuthor {
        /// The helpdesk's id of the agent.
        author: &'a str,
    },
    /// Helpdesk only: whom a user of the helpdesk stands for; teaches [`Fact::Contact`].
    FindContact {
        /// The helpdesk's user id.
        user: &'a str,
    },
}

impl Task<'_> {
    /// What the task is called in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deliver(_) => "deliver",
            Self::Note { .. } => "note",
            Self::Receipt { .. } => "receipt",
            Self::Check => "check",
            Self::Register { .. } => "register",
            Self::Unregister => "unregister",
            Self::Profile { .. } => "profile",
            Self::Fetch(..) => "fetch",
            Self::FindAuthor { .. } => "find_author",
            Self::FindContact { .. } => "find_contact",
        }
    }
}

/// Where a file that must be fetched was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct FetchContext<'a> {
    /// The helpdesk's id of the conversation.
    pub conversation: Option<&'a str>,
    /// The event id of the message.
    pub message: &'a str,
    /// The position of the part in its message, from 0.
    pub part: usize,
}

/// A message to deliver.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The id of the event that it came in as, unique per installation and direction.
    pub id: &'a str,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
    /// The business wrote it to the contact past the bridge, or the bridge itself wrote it for the agents; only for
    /// helpdesks that say [`Features::echoes`](crate::model::features::Features::echoes).
    pub echo: bool,
    /// Who wrote it or shall read it.
    pub contact: &'a Contact,
    /// Its parts. Files that this side cannot take from where they are have been fetched or stored already.
    pub parts: &'a [Part],
    /// Who wrote it, when it is outbound.
    pub author: Option<&'a Author>,
    /// A UUID that is the same for every attempt at this delivery; derive one per call with [`Delivery::retry_key`].
    pub key: &'a str,
}

impl Delivery<'_> {
    /// A UUID for the `index`-th call of this delivery, the same for every attempt.
    pub fn retry_key(&self, index: usize) -> String {
        crate::tools::crypto::uuid_from(&format!("{}\n{index}", self.key))
    }
}
