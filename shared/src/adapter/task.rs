//! The tasks for which the bridge calls a vendor.

use crate::{
    model::message::{Author, Contact, Details, Happened, Media, Part, Quote, Receipt},
    tools::{language::Language, millis::Millis},
};

/// A task that takes calls to a vendor.
#[derive(Clone, Copy, Debug)]
pub enum Task<'a> {
    /// Deliver a message to this side.
    Deliver(&'a Delivery<'a>),
    /// Helpdesk only: put a private note into the contact's conversation.
    Note {
        /// The contact that the note is about.
        contact: &'a Contact,
        /// The text of the note.
        text: &'a str,
        /// When the note was written. It cannot be in the conversation from before.
        at: Millis,
    },
    /// Helpdesk only, if [`Features::receipts`](crate::model::features::Features::receipts) is set: report a receipt for
    /// one of the helpdesk's messages.
    Receipt {
        /// The contact that the message was sent to.
        contact: &'a Contact,
        /// The helpdesk's id of the message.
        message: &'a str,
        /// The receipt.
        receipt: &'a Receipt,
        /// When the receipt's event happened.
        at: Millis,
    },
    /// Helpdesk only, if [`Features::rates`](crate::model::features::Features::rates) is set: store how the contact rated
    /// a conversation. May be repeated.
    Rate {
        /// The helpdesk's id of the conversation.
        conversation: &'a str,
        /// The rating, from 1 to 5.
        rating: u8,
    },
    /// Helpdesk only, if [`Helpdesk::greets`](crate::helpdesk::Helpdesk::greets) is true: look up what a contact who has
    /// opened a conversation reads. Teaches [`Fact::Greeting`](super::Fact::Greeting).
    Greeting,
    /// Channel only: mark a contact's message, and with it all earlier ones, as read. The bridge asks for it only with
    /// what the channel gave as [`MessageNames::to_mark`](crate::model::message::MessageNames::to_mark), and ignores
    /// whether it worked.
    MarkRead {
        /// The channel's user id.
        contact: &'a str,
        /// What the channel needs to mark the message.
        message: &'a str,
    },
    /// Show that the other side's person is typing, if [`Features::typing`](crate::model::features::Features::typing) is
    /// set. The call must be harmless, because nobody waits for it, repeats it or looks at its answer.
    Typing {
        /// The contact.
        contact: &'a Contact,
        /// Channels only: what the channel needs to mark the contact's newest message, if no agent has answered it.
        message: Option<&'a str>,
    },
    /// Channel only, if [`Features::states`](crate::model::features::Features::states) is set: report what happened to the
    /// contact's conversation. The call must be harmless, because it is repeated until the channel takes or refuses it.
    Conversation {
        /// The contact.
        contact: &'a Contact,
        /// The id of the helpdesk's event.
        event: &'a str,
        /// What happened.
        what: Happened,
        /// When it happened.
        at: Millis,
    },
    /// Check the credentials with a harmless call. Teaches [`Fact::Identity`](super::Fact::Identity) if the account has
    /// an identity.
    Check,
    /// Register our webhook URL with the platform.
    Register {
        /// The URL.
        url: &'a str,
    },
    /// Remove our webhook URL from the platform.
    Unregister,
    /// Channel only: read a contact's profile; teaches [`Fact::Profile`](super::Fact::Profile).
    Profile {
        /// The channel's user id.
        contact: &'a str,
    },
    /// Find and download a file that this side wrote and described by a
    /// [`Reference`](crate::model::message::MediaSource::Reference). Ends in [`Step::Download`](super::Step::Download).
    Fetch(&'a Media, &'a FetchContext<'a>),
    /// Helpdesk only: look up an agent's name. Teaches [`Fact::Author`](super::Fact::Author).
    FindAuthor {
        /// The helpdesk's id of the agent.
        author: &'a str,
    },
    /// Helpdesk only: look up the contact that a user of the helpdesk stands for. Teaches
    /// [`Fact::Contact`](super::Fact::Contact), [`Fact::MadeByHand`](super::Fact::MadeByHand) or
    /// [`Fact::Stranger`](super::Fact::Stranger), and [`Fact::UserName`](super::Fact::UserName) if the contact has a name.
    FindContact {
        /// The helpdesk's user id.
        user: &'a str,
    },
    /// Helpdesk only, if [`Features::history`](crate::model::features::Features::history) is set: read the messages of
    /// the link's conversation. Teaches a [`Fact::Written`](super::Fact::Written) for each message that the webhook
    /// would have reported, and a [`Fact::Unread`](super::Fact::Unread) for each that cannot be read. The helpdesk's
    /// memos say how far the history was read.
    History {
        /// The channel's own id of the contact.
        contact: &'a str,
        /// The moment from which messages are read.
        since: Millis,
    },
    /// Helpdesk only: let a user who was made in the helpdesk stand for a contact from now on, where the helpdesk keeps
    /// such a name. May be repeated.
    Pair {
        /// The helpdesk's user id.
        user: &'a str,
        /// The channel's own id of the contact.
        contact: &'a str,
    },
}

impl Task<'_> {
    /// Returns the name of the task in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deliver(_) => "deliver",
            Self::Note { .. } => "note",
            Self::Receipt { .. } => "receipt",
            Self::MarkRead { .. } => "mark_read",
            Self::Typing { .. } => "typing",
            Self::Conversation { .. } => "conversation",
            Self::Rate { .. } => "rate",
            Self::Greeting => "greeting",
            Self::Check => "check",
            Self::Register { .. } => "register",
            Self::Unregister => "unregister",
            Self::Profile { .. } => "profile",
            Self::Fetch(..) => "fetch",
            Self::FindAuthor { .. } => "find_author",
            Self::FindContact { .. } => "find_contact",
            Self::History { .. } => "history",
            Self::Pair { .. } => "pair",
        }
    }
}

/// The place in which a file to fetch was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct FetchContext<'a> {
    /// The helpdesk's id of the conversation.
    pub conversation: Option<&'a str>,
    /// The id of the message's event.
    pub message: &'a str,
    /// The position of the part in its message, from 0.
    pub part: usize,
}

/// A message to deliver.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The id of the event that carried the message, unique per installation and direction.
    pub id: &'a str,
    /// When the message was written.
    pub at: Millis,
    /// Whether the business wrote the message to the contact without the bridge, or the bridge itself wrote it for the
    /// agents. Only for helpdesks that show [`Features::echoes`](crate::model::features::Features::echoes).
    pub echo: bool,
    /// The contact who wrote the message or who receives it.
    pub contact: &'a Contact,
    /// The parts of the message. Files that this side cannot take from their original place have already been fetched
    /// or stored.
    pub parts: &'a [Part],
    /// The author of an outbound message.
    pub author: Option<&'a Author>,
    /// The message that this one answers, for channels that show it themselves
    /// ([`Features::quotes`](crate::model::features::Features::quotes)). Its id is the channel's own. On all other sides,
    /// the parts show it.
    pub quote: Option<&'a Quote>,
    /// Helpdesks only: what the channel tells about the message beside its parts.
    pub details: &'a Details,
    /// A UUID that is the same for every attempt at this delivery. [`Delivery::retry_key`] derives one UUID per call
    /// from it.
    pub key: &'a str,
    /// The language of the words that a side adds, such as those in the place of a part that it cannot show.
    pub language: Language,
}

impl Delivery<'_> {
    /// Returns the idempotency key of the `index`-th call of this delivery: a UUID that is the same for every attempt.
    pub fn retry_key(&self, index: usize) -> String {
        crate::tools::crypto::uuid_from(&format!("{}\n{index}", self.key))
    }
}
