//! The neutral model: what both sides speak in between, and what the queue and the journal keep.
//!
//! Vendor shapes live in the adapters. These types are serialized only for our own queue and journal, inside an
//! [`Envelope`] that carries a version.

use serde::{Deserialize, Serialize};

use crate::tools::{vendor_words, words::words};

/// The version of [`Envelope`] that this build writes and reads.
pub const ENVELOPE_VERSION: u8 = 1;

/// One event on its way through the queue.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Envelope {
    /// [`ENVELOPE_VERSION`] of the build that wrote it.
    pub v: u8,
    /// The installation it belongs to.
    pub installation: String,
    /// When we acknowledged it, in milliseconds since 1970.
    pub received_at: i64,
    /// What happened.
    pub event: Event,
}

/// Everything that travels through the queue.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "side", rename_all = "snake_case")]
pub enum Event {
    /// The channel told us something about a contact.
    Channel(ChannelEvent),
    /// The helpdesk told us something about a conversation.
    Helpdesk(HelpdeskEvent),
    /// The bridge itself tells the agents something, as a private note.
    Note(NoteEvent),
    /// The bridge itself has delivery news, for a helpdesk that shows such news.
    Receipt(ReceiptEvent),
}

/// What a channel reports.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ChannelEvent {
    /// The platform's own id of this event: equal for every redelivery, different for every other event of the
    /// installation.
    pub id: String,
    /// When it happened, in milliseconds since 1970, by the platform's clock.
    pub at: i64,
    /// Whom it is about. Its id is empty where a [`ChannelEventKind::Receipt`] names only its message.
    pub contact: Contact,
    /// What happened.
    pub kind: ChannelEventKind,
}

/// The kinds of [`ChannelEvent`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelEventKind {
    /// The contact wrote.
    Message {
        /// What the message consists of, in order.
        parts: Vec<Part>,
    },
    /// News about a message that we sent.
    Receipt {
        /// The channel's id of that message, as its answer to the send call gave it.
        message: String,
        /// The news.
        receipt: Receipt,
    },
    /// The contact may be written to (again).
    Subscribed,
    /// The contact does not want to be written to any more.
    Unsubscribed,
    /// The contact opened the chat, through a link that says something; agents read it with the first message.
    Opened {
        /// What the link says.
        context: String,
    },
    /// The business wrote to the contact past the bridge, from another device or tool.
    BusinessEcho {
        /// What it wrote.
        parts: Vec<Part>,
    },
}

/// What a helpdesk reports.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct HelpdeskEvent {
    /// The helpdesk's own id of this event: equal for every redelivery.
    pub id: String,
    /// When it happened, in milliseconds since 1970, by the helpdesk's clock.
    pub at: i64,
    /// The id that this helpdesk sends with every event of one conversation partner; keeps the order.
    pub group: String,
    /// The channel's own id of the contact, where the event carries it.
    pub contact: Option<String>,
    /// The helpdesk's id of the user who stands for the contact.
    pub user: Option<String>,
    /// The helpdesk's id of the conversation.
    pub conversation: Option<String>,
    /// A hash of what makes two calls the same, at helpdesks whose calls carry no id of their own: the same again for
    /// the same contact within the installation's `repeat_window_seconds` is a repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_key: Option<String>,
    /// What happened.
    pub kind: HelpdeskEventKind,
}

/// The kinds of [`HelpdeskEvent`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HelpdeskEventKind {
    /// Somebody on our side wrote to the contact.
    Message {
        /// Who wrote.
        author: Author,
        /// What the message consists of, in order.
        parts: Vec<Part>,
    },
    /// The conversation was made, or changed its state.
    Conversation {
        /// The state it is in now, where the event says so.
        state: Option<ConversationState>,
    },
    /// The helpdesk's record of the contact was edited.
    UserUpdated {
        /// [`Contact::digest`] of what the helpdesk now holds.
        digest: String,
    },
}

/// A private note of the bridge to the agents.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NoteEvent {
    /// The id of the event it is about, with a prefix; unique per note.
    pub id: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// The helpdesk's id of the message that failed, where the note is about one: helpdesks that show receipts get a
    /// failed status for it instead of a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The helpdesk's id of the contact, where the channel's own is not known and `contact` is only this once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What to tell, in plain words.
    pub text: String,
}

/// Delivery news that the bridge itself has.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReceiptEvent {
    /// Unique per message and news.
    pub id: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// The helpdesk's id of the message.
    pub message: String,
    /// The message of which it is a repeat. The news is the original's then, and only this repeat has not heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// The news.
    pub receipt: Receipt,
}

/// The person who writes on a channel.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Contact {
    /// The channel's own user id, as the channel spells it.
    pub id: String,
    /// Another id of theirs, under which the channel may have shown them before it told this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A link to a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// A telephone number in E.164 form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The company that the contact writes for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// An ISO 639 language code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// An ISO 3166 country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl Contact {
    /// A short fingerprint of what a helpdesk shows of this contact, to notice changes.
    pub fn digest(&self) -> String {
        let shown = [&self.name, &self.phone, &self.email].map(|field| field.as_deref().unwrap_or_default());
        crate::tools::crypto::sha256_hex(shown.join("\u{1f}").as_bytes()).chars().take(16).collect()
    }
}

/// Who wrote an outbound message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Author {
    /// Person or machine.
    pub kind: AuthorKind,
    /// The name to show to the contact.
    pub name: Option<String>,
    /// The helpdesk's id of the author, by which the name can be asked for where the event lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Person or machine.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A person.
    Agent,
    /// A bot of the helpdesk; relayed only where the installation's settings say so.
    Bot,
}

/// The state of a helpdesk conversation, as far as the bridge cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationState {
    /// New messages belong into it.
    Open,
    /// Closed by an agent or a rule.
    Resolved,
}

words!(ConversationState { Open = "open", Resolved = "resolved" });

/// Delivery news about an outbound message.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Receipt {
    /// The channel took it.
    Sent,
    /// It reached the contact's device.
    Delivered,
    /// The contact looked at it.
    Read,
    /// It will not arrive.
    Failed {
        /// Why, in our own plain words.
        reason: String,
        /// How the channel explains it, for people only: it may quote the message, so that it is neither logged nor
        /// stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<String>,
    },
}

impl Receipt {
    /// It will not arrive, in our own words.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), details: None }
    }

    /// It will not arrive, and the channel explains it.
    pub fn failed_as(reason: impl Into<String>, details: Option<&str>) -> Self {
        // Nobody reads more, and an event in the queue must not be of any length.
        let details = details.map(|words| words.trim().chars().take(500).collect::<String>());
        let details = details.filter(|words| !words.is_empty());
        Self::Failed { reason: reason.into(), details }
    }

    /// Why it will not arrive, as people read it.
    pub fn failure(&self) -> Option<String> {
        let Self::Failed { reason, details } = self else { return None };
        let details = details.as_deref().and_then(|words| vendor_words::explanation(words, []));
        Some(details.map_or_else(|| reason.clone(), |details| format!("{reason} ({details})")))
    }

    /// One word for logs and the journal.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed { .. } => "failed",
        }
    }
}

/// One piece of a message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text {
        /// The text, not empty.
        text: String,
    },
    /// An image, a video, a recording or a file.
    Media(Media),
    /// A place.
    Location {
        /// Degrees north, -90 to 90.
        latitude: f64,
        /// Degrees east, -180 to 180.
        longitude: f64,
        /// A name or an address, where there is one.
        label: Option<String>,
    },
    /// Somebody's contact details.
    ContactCard {
        /// The person's name.
        name: Option<String>,
        /// The person's telephone number.
        phone: Option<String>,
    },
    /// A sticker.
    Sticker {
        /// The platform's id of it.
        id: String,
        /// A link to a picture of it.
        url: Option<String>,
    },
    /// Choices for the contact: quick replies and links.
    Buttons {
        /// The choices, in order.
        buttons: Vec<Button>,
    },
    /// Cards side by side.
    Carousel {
        /// The cards, in order.
        cards: Vec<Card>,
    },
    /// Something that this side knows and the neutral model does not; shown as a visible notice.
    Unsupported {
        /// What it was, in one or two words for people, for example `poll`.
        what: String,
        /// Text that came with it.
        text: Option<String>,
    },
}

impl Part {
    /// A text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// Which kind of part this is.
    pub fn kind(&self) -> PartKind {
        match self {
            Self::Text { .. } => PartKind::Text,
            Self::Media(media) => match media.kind {
                MediaKind::Image => PartKind::Image,
                MediaKind::Video => PartKind::Video,
                MediaKind::Audio => PartKind::Audio,
                MediaKind::File => PartKind::File,
            },
            Self::Location { .. } => PartKind::Location,
            Self::ContactCard { .. } => PartKind::ContactCard,
            Self::Sticker { .. } => PartKind::Sticker,
            Self::Buttons { .. } => PartKind::Buttons,
            Self::Carousel { .. } => PartKind::Carousel,
            Self::Unsupported { .. } => PartKind::Unsupported,
        }
    }
}

/// The kinds of [`Part`], for tables of what a side can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum PartKind {
    Text,
    Image,
    Video,
    Audio,
    File,
    Location,
    ContactCard,
    Sticker,
    Buttons,
    Carousel,
    Unsupported,
}

impl PartKind {
    /// Every kind, in the order of the capability matrix.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Image,
        Self::Video,
        Self::Audio,
        Self::File,
        Self::Location,
        Self::ContactCard,
        Self::Sticker,
        Self::Buttons,
        Self::Carousel,
        Self::Unsupported,
    ];
}

/// A file of some kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Media {
    /// How it is meant to be shown.
    pub kind: MediaKind,
    /// Where its bytes are.
    pub source: MediaSource,
    /// The file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The MIME type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The length in seconds, of a video or a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Text that belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// A link to a small picture of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
}

impl Media {
    /// A file of `kind` behind a link, nothing else known.
    pub fn new(kind: MediaKind, source: MediaSource) -> Self {
        Self { kind, source, name: None, content_type: None, size: None, seconds: None, caption: None, thumbnail: None }
    }
}

/// How a file is meant to be shown.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    File,
}

impl MediaKind {
    /// The kind that fits a MIME type.
    pub fn of(content_type: &str) -> Self {
        match content_type.split('/').next() {
            Some("image") => Self::Image,
            Some("video") => Self::Video,
            Some("audio") => Self::Audio,
            _ => Self::File,
        }
    }

    /// What people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "recording",
            Self::File => "file",
        }
    }
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum MediaSource {
    /// Behind a link that anybody can open for at least a week.
    Link {
        /// The link.
        url: String,
    },
    /// Behind a link that dies soon; the relay copies the file at once.
    ShortLink {
        /// The link.
        url: String,
    },
    /// Behind the platform's API: the side that wrote it fetches it with [`Task::Fetch`](crate::adapter::Task::Fetch).
    Reference {
        /// What that side needs to find it.
        id: String,
    },
    /// Fetched by the relay, which puts the bytes into a request that asks for them
    /// ([`Body::Upload`](crate::adapter::Body::Upload)).
    Fetched,
}

/// One choice for the contact.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "button", rename_all = "snake_case")]
pub enum Button {
    /// Pressing it sends a text back.
    Reply {
        /// What it says.
        label: String,
        /// What comes back.
        text: String,
    },
    /// Pressing it opens a link.
    Link {
        /// What it says.
        label: String,
        /// The link.
        url: String,
    },
}

impl Button {
    /// What it says.
    pub fn label(&self) -> &str {
        match self {
            Self::Reply { label, .. } | Self::Link { label, .. } => label,
        }
    }
}

/// One card of a carousel.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Card {
    /// Its heading.
    pub title: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// A link to its picture.
    pub image: Option<String>,
    /// Its choices.
    pub buttons: Vec<Button>,
}
