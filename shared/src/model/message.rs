//! The neutral model of messages: the types in which both sides exchange messages, and in which the queue and the
//! journal store them.
//!
//! Vendor shapes live in the adapters. These types are serialized only for our own queue and journal, inside an
//! [`Envelope`] that carries a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::installation::Side;
use crate::tools::{millis::Millis, names, phone::is_e164, vendor_words, words::words};

/// The version of [`Envelope`] that this build writes and reads.
pub const ENVELOPE_VERSION: u8 = 1;

/// One event on its way through the queue.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Envelope {
    /// The [`ENVELOPE_VERSION`] of the build that wrote the envelope.
    pub v: u8,
    /// The id of the installation that the event belongs to.
    pub installation: String,
    /// When the event was acknowledged.
    pub received_at: Millis,
    /// The event.
    pub event: Event,
}

/// The events that travel through the queue.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "side", rename_all = "snake_case")]
pub enum Event {
    /// The channel reports something about a contact.
    Channel(ChannelEvent),
    /// The helpdesk reports something about a conversation.
    Helpdesk(HelpdeskEvent),
    /// The bridge itself writes a private note to the agents.
    Note(NoteEvent),
    /// The bridge itself has a receipt for a helpdesk that shows receipts.
    Receipt(ReceiptEvent),
    /// A side sent a signed call that cannot be read.
    Unread(UnreadEvent),
    /// The bridge itself wants to read what agents wrote in a conversation while no webhook arrived.
    History(HistoryEvent),
}

impl Event {
    /// Returns the side that the event is for.
    pub fn target(&self) -> Side {
        match self {
            Self::Channel(_)
            | Self::Note(_)
            | Self::Receipt(_)
            | Self::History(_)
            | Self::Unread(UnreadEvent { from: Side::Channel, .. }) => Side::Helpdesk,
            Self::Helpdesk(_) | Self::Unread(UnreadEvent { from: Side::Helpdesk, .. }) => Side::Channel,
        }
    }

    /// Returns the contact whose link the event needs and the side that the event is for, if the event names the
    /// contact. Receipts find it in the journal.
    pub fn contact(&self) -> Option<(&str, Side)> {
        match self {
            Self::Channel(ChannelEvent { kind: ChannelEventKind::Message { .. }, contact, .. }) => {
                Some((&contact.id, Side::Helpdesk))
            }
            Self::Helpdesk(HelpdeskEvent { kind: HelpdeskEventKind::Message { .. }, contact, .. }) => {
                Some((contact.as_deref()?, Side::Channel))
            }
            Self::Channel(ChannelEvent { kind: ChannelEventKind::Typing, contact, .. }) => {
                Some((&contact.id, Side::Helpdesk))
            }
            Self::Helpdesk(HelpdeskEvent { kind: HelpdeskEventKind::Typing, contact, .. }) => {
                Some((contact.as_deref()?, Side::Channel))
            }
            Self::Note(note) => Some((&note.contact, Side::Helpdesk)),
            Self::Channel(_) | Self::Helpdesk(_) | Self::Receipt(_) | Self::Unread(_) | Self::History(_) => None,
        }
    }
}

impl Event {
    /// Returns whether the event only says that somebody is typing. Such an event may get lost.
    pub fn is_typing(&self) -> bool {
        matches!(
            self,
            Self::Channel(ChannelEvent { kind: ChannelEventKind::Typing, .. })
                | Self::Helpdesk(HelpdeskEvent { kind: HelpdeskEventKind::Typing, .. })
        )
    }

    /// Takes out of names what cannot be seen, and out of texts the one character that hardly any API takes.
    pub fn clean(&mut self) {
        match self {
            Self::Channel(event) => {
                event.contact.clean();
                event.quote.iter_mut().for_each(|quote| quote.clean());
                event.details.iter_mut().for_each(|details| details.clean());
                if let ChannelEventKind::Message { parts } | ChannelEventKind::BusinessEcho { parts, .. } =
                    &mut event.kind
                {
                    parts.iter_mut().for_each(Part::clean);
                }
            }
            Self::Helpdesk(event) => event.clean(),
            Self::History(event) => event.found.iter_mut().for_each(HelpdeskEvent::clean),
            Self::Note(_) | Self::Receipt(_) | Self::Unread(_) => {}
        }
    }
}

/// Makes a name one that can be shown, or none.
fn clean_name(name: &mut Option<String>) {
    *name = name.as_deref().and_then(names::name);
}

/// Takes U+0000 out of a text.
fn clean_text(text: &mut String) {
    if text.contains('\0') {
        text.retain(|c| c != '\0');
    }
}

/// An event that a channel reports.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ChannelEvent {
    /// The platform's own id of this event: the same for every redelivery, and different for every other event of the
    /// installation.
    pub id: String,
    /// When the event happened, by the platform's clock.
    pub at: Millis,
    /// The contact that the event is about. The contact's id is empty if a [`ChannelEventKind::Receipt`] names only its
    /// message, and in [`ChannelEventKind::AccountBlocked`].
    pub contact: Contact,
    /// What happened.
    pub kind: ChannelEventKind,
    /// The channel's own names for the message, if the event carries one. On the heap, like the quote, because a call may
    /// be made of thousands of events that have neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Box<MessageNames>>,
    /// The message that the contact answers with this one, if the channel tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Box<Quote>>,
    /// What else the channel tells about the message, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<Details>>,
}

impl ChannelEvent {
    /// Makes an event that quotes no message and whose message has neither names nor details.
    pub fn new(id: impl Into<String>, at: Millis, contact: Contact, kind: ChannelEventKind) -> Self {
        Self { id: id.into(), at, contact, kind, names: None, quote: None, details: None }
    }

    /// Adds the names of the message, and the message that it quotes.
    #[must_use]
    pub fn with(self, names: MessageNames, quote: Option<Quote>) -> Self {
        let names = (!names.is_empty()).then(|| Box::new(names));
        Self { names, quote: quote.map(Box::new), ..self }
    }

    /// Adds what else the channel tells about the message.
    #[must_use]
    pub fn detailed(self, details: Details) -> Self {
        let details = (details != Details::default()).then(|| Box::new(details));
        Self { details, ..self }
    }
}

/// What a channel may tell about a contact's message beside its parts.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Details {
    /// The person who wrote the message, where several people write as one contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writer: Option<Writer>,
    /// The choice that the contact made with the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// What was said before by others, such as a bot that hands over. Agents read it as a private note.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transcript: Vec<Spoken>,
    /// The helpdesk's group of agents who should answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Details {
    /// Nothing beside the parts.
    pub const NONE: &Self = &Self { writer: None, choice: None, transcript: Vec::new(), group: None };

    fn clean(&mut self) {
        if let Some(writer) = &mut self.writer {
            clean_name(&mut writer.name);
        }
        for spoken in &mut self.transcript {
            clean_name(&mut spoken.author);
            clean_text(&mut spoken.text);
        }
    }
}

/// One of several people who write as one contact.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Writer {
    /// The channel's own id of the person.
    pub id: String,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Writer {
    /// Returns the name by which people tell this person from the others.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// Something that somebody said before a message.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Spoken {
    /// The name of the person or the bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The text.
    pub text: String,
}

/// A choice that a button offers, or that a contact made.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Choice {
    /// The text on the button.
    pub label: String,
    /// The text that pressing the button sends.
    pub text: String,
    /// What the side that offered the choice waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// The names by which a channel refers to one of its messages later.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct MessageNames {
    /// The id by which later messages quote this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the channel needs to quote the message in an answer, if that is not the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What the channel needs to mark the message as read, if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_mark: Option<String>,
}

impl MessageNames {
    /// Returns whether the message has no names.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An earlier message that a message answers.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Quote {
    /// The id of the earlier message, as the side that wrote the answer spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The beginning of the earlier message, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The name of the person who wrote the earlier message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When the earlier message was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

impl Quote {
    /// Makes the quote of a message of which only the id is known.
    pub fn of(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// Takes out of the name what cannot be seen, and out of the text what hardly any API takes.
    fn clean(&mut self) {
        clean_name(&mut self.author);
        self.text.iter_mut().for_each(clean_text);
    }
}

/// The kinds of [`ChannelEvent`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelEventKind {
    /// The contact wrote a message.
    Message {
        /// The parts of the message, in order.
        parts: Vec<Part>,
    },
    /// The channel has a receipt for a message that we sent.
    Receipt {
        /// The channel's id of that message, as the answer to the send call gave it.
        message: String,
        /// The receipt.
        receipt: Receipt,
    },
    /// The channel has a receipt for every message that we sent to the contact up to a time.
    ReceiptUpTo {
        /// The time, by the channel's clock.
        until: Millis,
        /// The channel's id of the last of these messages, if the channel names it. The time of this message then counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// The receipt.
        receipt: Receipt,
    },
    /// The contact permits messages (again).
    Subscribed,
    /// The contact does not want any more messages.
    Unsubscribed,
    /// The contact opened the chat through a link that carries a text. Agents read the text with the contact's first
    /// message.
    Opened {
        /// The text of the link.
        context: String,
    },
    /// The channel has given the contact a new id, which the event names as its contact.
    Moved {
        /// The ids that the contact had before, the surest first.
        from: Vec<String>,
        /// The channel's words about it, for agents.
        text: Option<String>,
    },
    /// The business wrote to the contact without the bridge, from another device or tool.
    BusinessEcho {
        /// The parts of that message, in order.
        parts: Vec<Part>,
        /// The channel's id of the message, at channels that report the bridge's own messages in the same form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// The contact is typing.
    Typing,
    /// The channel says, beside no message, that the business's account cannot be used until somebody fixes it.
    AccountBlocked {
        /// The explanation, for the admin.
        reason: String,
    },
}

/// An event that a helpdesk reports.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct HelpdeskEvent {
    /// The helpdesk's own id of this event, the same for every redelivery.
    pub id: String,
    /// When the event happened, by the helpdesk's clock.
    pub at: Millis,
    /// The id that this helpdesk sends with every event of one contact. It keeps the contact's events in order.
    pub group: String,
    /// The channel's own id of the contact, if the event carries it.
    pub contact: Option<String>,
    /// The helpdesk's id of the user who stands for the contact.
    pub user: Option<String>,
    /// The helpdesk's id of the conversation.
    pub conversation: Option<String>,
    /// A hash of the content that makes two calls the same, at helpdesks whose calls carry no id. The same hash for the
    /// same contact within the installation's `repeat_window_seconds` is a repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_key: Option<String>,
    /// What happened.
    pub kind: HelpdeskEventKind,
    /// The message that the author answers with this one, if the helpdesk tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
}

impl HelpdeskEvent {
    fn clean(&mut self) {
        self.quote.iter_mut().for_each(Quote::clean);
        match &mut self.kind {
            HelpdeskEventKind::Message { author, parts } => {
                clean_name(&mut author.name);
                parts.iter_mut().for_each(Part::clean);
            }
            HelpdeskEventKind::Conversation { news: Some(news), .. } => {
                clean_name(&mut news.contact);
                news.agent.iter_mut().for_each(|agent| clean_name(&mut agent.name));
            }
            HelpdeskEventKind::Conversation { .. }
            | HelpdeskEventKind::UserUpdated { .. }
            | HelpdeskEventKind::Typing => {}
        }
    }
}

/// The kinds of [`HelpdeskEvent`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HelpdeskEventKind {
    /// An agent or a bot wrote to the contact.
    Message {
        /// The author of the message.
        author: Author,
        /// The parts of the message, in order.
        parts: Vec<Part>,
    },
    /// The conversation was created, or its state changed.
    Conversation {
        /// The current state, if the event says so.
        state: Option<ConversationState>,
        /// What happened, if it is something of which contacts may be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        news: Option<Box<News>>,
    },
    /// An agent or a bot is typing.
    Typing,
    /// Somebody edited the helpdesk's record of the contact.
    UserUpdated {
        /// The [`Contact::digest`] of the record as it is now.
        digest: String,
    },
}

/// Something that happened to a conversation, of which the contact may be told.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct News {
    /// What happened.
    pub what: Happened,
    /// The agent whom the conversation is assigned to, or who resolved or reopened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Author>,
    /// The contact's name, if the event carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// What happened to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The contact's message opened the conversation.
    Opened,
    /// An agent is responsible for the conversation now.
    Assigned,
    /// The conversation is resolved.
    Resolved,
    /// The conversation was resolved and is open again.
    Reopened,
}

words!(Happened { Opened = "opened", Assigned = "assigned", Resolved = "resolved", Reopened = "reopened" });

/// A private note that the bridge writes to the agents.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NoteEvent {
    /// The id of the event that the note is about, with a prefix; unique per note.
    pub id: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// The helpdesk's id of the message that failed, if the note is about one. Helpdesks that show receipts get a
    /// failed status for that message instead of a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The helpdesk's id of the contact, if the channel's id is not known. `contact` holds the same id then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The helpdesk's conversation that the note is for, if it is not the contact's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The text of the note, in plain words.
    pub text: String,
}

/// A receipt that the bridge itself creates.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReceiptEvent {
    /// An id that is unique per message and receipt.
    pub id: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// The helpdesk's id of the message.
    pub message: String,
    /// The original message, if `message` is a repeat of it. The receipt is the original's then, and only the repeat
    /// has not got it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// The receipt.
    pub receipt: Receipt,
}

/// A wish to read the messages of one conversation at the helpdesk, with what was read so far. A long history takes
/// several of these events, each of which continues the one before.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct HistoryEvent {
    /// An id that is unique per catch-up, contact and continuation.
    pub id: String,
    /// The channel's own id of the contact.
    pub contact: String,
    /// The moment from which messages are read.
    pub since: Millis,
    /// The conversation that is read, once the first event has found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// What the helpdesk's adapter remembers about the history, such as the next page.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub memo: BTreeMap<String, String>,
    /// The number of calls that were made so far.
    #[serde(default)]
    pub calls: u32,
    /// The messages that were found so far, in the order in which they were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<HelpdeskEvent>,
    /// The newest message so far that cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// The person who writes on a channel.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Contact {
    /// The channel's own user id, as the channel spells it.
    pub id: String,
    /// The place within the contact's chat that answers belong into, such as a topic, as the channel spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The token that came with the contact's message, with which one answer may be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_token: Option<String>,
    /// Another id of the same contact, under which the channel may have reported them before it sent this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A link to a picture of the contact.
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
    /// Whether the channel vouches for the telephone number and the e-mail address. Otherwise they are what somebody says
    /// of themselves, and may be a stranger's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
}

impl Contact {
    /// Takes out of the names what cannot be seen.
    pub fn clean(&mut self) {
        clean_name(&mut self.name);
        clean_name(&mut self.company);
    }

    /// Returns the telephone number that the channel vouches for: it knows the contact by the number, or says that the
    /// number is verified. Any other number may be a stranger's.
    pub fn own_phone(&self) -> Option<&str> {
        let phone = self.phone.as_deref().filter(|phone| is_e164(phone))?;
        let digits = phone.trim_start_matches('+');
        let is_phone = |id: &str| id.rsplit(':').next().is_some_and(|id| id.trim_start_matches('+') == digits);
        let is_id = [Some(self.id.as_str()), self.alias.as_deref()].into_iter().flatten().any(is_phone);
        (self.verified || is_id).then_some(phone)
    }

    /// Returns the e-mail address that the channel vouches for. Any other address may be a stranger's.
    pub fn own_email(&self) -> Option<&str> {
        self.email.as_deref().filter(|email| self.verified && email.contains('@'))
    }

    /// Returns a short fingerprint of what a helpdesk shows of this contact, to detect changes.
    pub fn digest(&self) -> String {
        let shown = [&self.name, &self.phone, &self.email].map(|field| field.as_deref().unwrap_or_default());
        crate::tools::crypto::sha256_hex(shown.join("\u{1f}").as_bytes()).chars().take(16).collect()
    }
}

/// A signed call that cannot be read, with everything that a later version needs to read it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct UnreadEvent {
    /// An id that is the same for every repeat of the call.
    pub id: String,
    /// The side that sent the call.
    pub from: Side,
    /// Whether the call arrived at the URL of another installation.
    pub is_forwarded: bool,
    /// The random id of the call.
    pub call: String,
    /// The HTTP method.
    pub method: String,
    /// The raw query.
    pub query: String,
    /// The rest of the path after the token.
    pub rest: String,
    /// The headers that tell how the body is to be read.
    pub headers: Vec<(String, String)>,
    /// The raw body as Base64.
    pub body: String,
}

/// The author of an outbound message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Author {
    /// Whether the author is a person or a bot.
    pub kind: AuthorKind,
    /// The name to show to the contact.
    pub name: Option<String>,
    /// The helpdesk's id of the author, by which the bridge looks up the name if the event lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The kind of an author.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A person.
    Agent,
    /// A bot of the helpdesk. Its messages are relayed only if the installation's options say so.
    Bot,
}

/// The state of a helpdesk conversation, as far as the bridge uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationState {
    /// The conversation takes new messages.
    Open,
    /// An agent or a rule closed the conversation.
    Resolved,
}

words!(ConversationState { Open = "open", Resolved = "resolved" });

/// The delivery status of an outbound message.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Receipt {
    /// The channel accepted the message.
    Sent,
    /// The message reached the contact's device.
    Delivered,
    /// The contact read the message.
    Read,
    /// The message will not arrive.
    Failed {
        /// The reason, in the bridge's own plain words.
        reason: String,
        /// The channel's explanation, for people only. It may quote the message, so it is neither logged nor stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<String>,
        /// Whether the reason lies with the account, which a person has to put right.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        account: bool,
    },
}

impl Receipt {
    /// Makes a receipt for a message that will not arrive, with a reason in the bridge's own words.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), details: None, account: false }
    }

    /// Makes a receipt for a message that will not arrive, with the channel's explanation.
    pub fn failed_as(reason: impl Into<String>, details: Option<&str>) -> Self {
        // People read no more than this, and the length of an event in the queue must be bounded.
        let details = details.map(|words| words.trim().chars().take(500).collect::<String>());
        let details = details.filter(|words| !words.is_empty());
        Self::Failed { reason: reason.into(), details, account: false }
    }

    /// Returns a failure as one whose reason lies with the account; any other receipt stays as it is.
    #[must_use]
    pub fn of_account(self) -> Self {
        match self {
            Self::Failed { reason, details, .. } => Self::Failed { reason, details, account: true },
            other => other,
        }
    }

    /// Returns the reason why the message will not arrive, as people read it; `None` for every other status.
    pub fn failure(&self) -> Option<String> {
        let Self::Failed { reason, details, .. } = self else { return None };
        let details = details.as_deref().and_then(|words| vendor_words::explanation(words, []));
        Some(details.map_or_else(|| reason.clone(), |details| format!("{reason} ({details})")))
    }

    /// Returns the status as one word, for logs and the journal.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed { .. } => "failed",
        }
    }
}

/// One part of a message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text {
        /// The text, which is not empty.
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
        /// A name or an address, if there is one.
        label: Option<String>,
    },
    /// Somebody's contact details.
    ContactCard {
        /// The person's name.
        name: Option<String>,
        /// The person's telephone number.
        phone: Option<String>,
        /// What else the card tells: further numbers, addresses, the company. One per line.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        more: Vec<String>,
    },
    /// A sticker.
    Sticker {
        /// The platform's id of the sticker.
        id: String,
        /// A link to a picture of the sticker.
        url: Option<String>,
    },
    /// Choices for the contact: quick replies and links.
    Buttons {
        /// The choices, in order.
        buttons: Vec<Button>,
    },
    /// Cards that are shown side by side.
    Carousel {
        /// The cards, in order.
        cards: Vec<Card>,
    },
    /// A part that the platform has and the neutral model does not. It is shown as a visible notice.
    Unsupported {
        /// The kind of part, in one or two words for people, for example `poll`.
        what: String,
        /// The text that came with the part.
        text: Option<String>,
    },
}

impl Part {
    /// Takes out of names what cannot be seen, and out of texts what hardly any API takes.
    fn clean(&mut self) {
        match self {
            Self::Text { text } => clean_text(text),
            Self::Media(media) => {
                clean_name(&mut media.name);
                media.caption.iter_mut().for_each(clean_text);
            }
            Self::Location { label, .. } => label.iter_mut().for_each(clean_text),
            Self::ContactCard { name, more, .. } => {
                clean_name(name);
                more.iter_mut().for_each(clean_text);
            }
            Self::Buttons { buttons } => buttons.iter_mut().for_each(Button::clean),
            Self::Carousel { cards } => {
                for card in cards {
                    [&mut card.title, &mut card.text].into_iter().flatten().for_each(clean_text);
                    card.buttons.iter_mut().for_each(Button::clean);
                }
            }
            Self::Sticker { .. } | Self::Unsupported { .. } => {}
        }
    }

    /// Makes a text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// Returns the kind of this part.
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

/// A file and how to show it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Media {
    /// The form in which the file is meant to be shown.
    pub kind: MediaKind,
    /// The place of the file's bytes.
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
    /// The text that belongs to the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// A link to a small picture of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
}

impl Media {
    /// Makes a file of which only the kind and the source are known.
    pub fn new(kind: MediaKind, source: MediaSource) -> Self {
        Self { kind, source, name: None, content_type: None, size: None, seconds: None, caption: None, thumbnail: None }
    }
}

/// The form in which a file is meant to be shown.
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
    /// Returns the kind that fits a MIME type.
    pub fn of(content_type: &str) -> Self {
        match content_type.split('/').next() {
            Some("image") => Self::Image,
            Some("video") => Self::Video,
            Some("audio") => Self::Audio,
            _ => Self::File,
        }
    }

    /// Returns the word that people use for the kind.
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "recording",
            Self::File => "file",
        }
    }
}

/// The place of a file's bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum MediaSource {
    /// A link that anybody can open for at least a week.
    Link {
        /// The link.
        url: String,
    },
    /// A link that expires soon. The relay copies the file at once.
    ShortLink {
        /// The link.
        url: String,
    },
    /// The platform's API. The side that wrote the file fetches it with [`Task::Fetch`](crate::adapter::Task::Fetch).
    Reference {
        /// What that side needs to find the file.
        id: String,
    },
    /// The relay's memory. The HTTP client puts the bytes into a request that asks for them
    /// ([`Body::Upload`](crate::adapter::Body::Upload)).
    Fetched,
}

/// One choice for the contact.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "button", rename_all = "snake_case")]
pub enum Button {
    /// A button that sends a text back.
    Reply {
        /// The text on the button.
        label: String,
        /// The text that the contact sends by pressing the button.
        text: String,
        /// What the writing side waits for when the contact presses the button. It is for programs; nobody reads it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    /// A button that opens a link.
    Link {
        /// The text on the button.
        label: String,
        /// The link.
        url: String,
    },
}

impl Button {
    fn clean(&mut self) {
        let (Self::Reply { label, .. } | Self::Link { label, .. }) = self;
        if let Some(name) = names::name(label) {
            *label = name;
        }
    }

    /// Returns the text on the button.
    pub fn label(&self) -> &str {
        match self {
            Self::Reply { label, .. } | Self::Link { label, .. } => label,
        }
    }
}

/// One card of a carousel.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Card {
    /// The heading of the card.
    pub title: Option<String>,
    /// The text of the card.
    pub text: Option<String>,
    /// A link to the picture of the card.
    pub image: Option<String>,
    /// The choices of the card.
    pub buttons: Vec<Button>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_lose_what_nobody_can_see_or_take() {
        let file = Media {
            name: Some("invoice\u{202e}fdp.exe".into()),
            ..Media::new(MediaKind::File, MediaSource::Reference { id: "1".into() })
        };
        let mut event = Event::Channel(ChannelEvent::new(
            "1",
            Millis::new(1),
            Contact { id: "c".into(), name: Some("\u{200b}".into()), ..Contact::default() },
            ChannelEventKind::Message { parts: vec![Part::text("a\0b\u{200b}"), Part::Media(file)] },
        ));
        event.clean();
        let Event::Channel(event) = event else { unreachable!() };
        let ChannelEventKind::Message { parts } = event.kind else { unreachable!() };
        assert_eq!((event.contact.name, &parts[0]), (None, &Part::text("ab\u{200b}")));
        assert!(matches!(&parts[1], Part::Media(Media { name: Some(name), .. }) if name == "invoicefdp.exe"));
    }
}
