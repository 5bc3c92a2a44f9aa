//! The features and limits of a channel or a helpdesk as data. Messages are fitted to them, and all code outside an
//! adapter's folder reads here what depends on the vendor.

use std::time::Duration;

use crate::{
    model::{
        message::{MediaKind, PartKind},
        steps::Notice,
    },
    tools::file_type::spelled,
};

/// The features and limits of a channel or a helpdesk. A vendor's table names what differs from [`Features::BASE`].
#[derive(Debug)]
pub struct Features {
    /// What people call the platform.
    pub title: &'static str,
    /// The longest text of one message.
    pub text: TextLimit,
    /// The kinds of files that are shown as files.
    pub media: &'static [MediaLimit],
    /// The support for each kind of part. A kind that is not listed has [`Support::Exact`].
    pub parts: &'static [(PartKind, Support)],
    /// Whether receipts can be shown.
    pub receipts: bool,
    /// Whether the platform has a call that sets our webhook URL.
    pub registers: bool,
    /// The rate limit of the call for a contact's profile, if the platform has such a call.
    pub profile: Option<Rate>,
    /// The rate limit that all messages of an installation share, if the platform has one.
    pub rate: Option<Rate>,
    /// The longest webhook body that is accepted from this side, in bytes.
    pub body: usize,
    /// The answer to a call whose signature is right but whose content cannot be read.
    pub unreadable: Unreadable,
    /// What people call the [`address`](crate::adapter::Adapter::address) of an account, at kinds that have addresses.
    pub address: Option<&'static str>,
    /// The notices for everybody who uses this kind.
    pub notices: &'static [Notice],
    /// Channels only: the ids by which the platform knows contacts.
    pub contact_ids: ContactIds,
    /// How a message shows which earlier message it answers. Helpdesks have [`Quotes::AsText`] or [`Quotes::Whole`].
    pub quotes: Quotes,
    /// Channels only: whether a contact's message that answers another names only that message's id. The bridge then
    /// remembers the beginning of each message, if the installation permits it.
    pub quotes_by_id: bool,
    /// Helpdesks only: whether a message that the business wrote past the bridge is shown as a message of its own (an
    /// echo). Helpdesks without echoes get private notes instead.
    pub echoes: bool,
    /// Helpdesks only: whether there are private notes. What the bridge has to tell the agents becomes an echo at
    /// helpdesks without them.
    pub notes: bool,
    /// Helpdesks only: whether the helpdesk shows by itself who of several people wrote a message, and which choice the
    /// contact made. At others, the text says so.
    pub details: bool,
    /// Whether this side shows that the other side's person is typing.
    pub typing: bool,
    /// Channels only: whether the channel is told what happens to conversations. It may be a choice of the account's.
    pub states: bool,
    /// Helpdesks only: whether the helpdesk stores contacts' ratings of conversations.
    pub rates: bool,
    /// Helpdesks only: whether an agent who writes in another conversation than the link's moves the contact there.
    /// This is for helpdesks that do not report merged conversations.
    pub agents_move_contacts: bool,
    /// Helpdesks only: whether the messages of a conversation can be read, to catch up with those whose webhook calls
    /// were lost.
    pub history: bool,
    /// Helpdesks only: how long the stored state of a conversation is trusted. This is for helpdesks that do not report
    /// changes of the state. Afterwards the adapter gets a link without a state, and asks.
    pub state_lasts: Option<StateLasts>,
    /// How long the vendor remembers the idempotency keys of calls; `None` if it says nothing about an end.
    pub retry_keys_last: Option<Duration>,
    /// Channels only: how long a token that came with a contact's message is used for an answer that costs nothing;
    /// `None` if the platform gives no such tokens.
    pub reply_tokens_last: Option<Duration>,
    /// Channels only: the largest preview of a picture or a video in bytes, where every one of them must have a preview.
    /// A picture of this size or less is its own preview.
    pub preview: Option<u64>,
    /// Channels only: whether a recording must come with its length.
    pub length: bool,
    /// Helpdesks only: whether the helpdesk's Marketplace installs the bridge, by events that need not name the kind.
    pub marketplace: bool,
}

/// The limit for webhook bodies of most kinds, in bytes. Their longest events have about ten thousand bytes.
pub const BODY: usize = 1 << 20;

/// The answer to a signed call whose content cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// 200, because a platform would only send the same call again, and some platforms then switch the webhook off.
    Acknowledged,
    /// 400 with the reason, because the developer of the calling app reads it.
    Refused,
}

/// The kind of ids by which a platform knows its contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactIds {
    /// Ids of the platform's own, which mean nothing elsewhere.
    Opaque,
    /// Telephone numbers with a country code.
    Phone {
        /// Whether the platform writes a plus in front of the number.
        plus: bool,
    },
}

/// How a side shows which earlier message a message answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// It does not, so that a line of text above the message does.
    AsText,
    /// By the id of the earlier message. Without the id, a line of text stands above the message.
    ById,
    /// By the token that came with the contact's message. Without a token, a line of text stands above the message.
    ByToken,
    /// The side takes everything that is known about the earlier message.
    Whole,
}

/// A rate limit: a number of calls in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The number of calls.
    pub calls: u32,
    /// The period.
    pub period: Duration,
}

/// The time for which the stored state of a conversation is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateLasts {
    /// The name of the setting by which an installation chooses the time, in seconds.
    pub setting: &'static str,
    /// The time if the installation does not choose one.
    pub default: Duration,
}

impl StateLasts {
    /// Returns the time for a value of the setting.
    pub fn with(self, seconds: Option<&str>) -> Duration {
        seconds.and_then(|text| text.parse().ok()).map_or(self.default, Duration::from_secs)
    }
}

impl Features {
    /// The defaults for what a vendor's table does not name. Every table must name the limit of a text.
    pub const BASE: Self = Self {
        title: "",
        text: TextLimit { max: 0, unit: TextUnit::Chars },
        media: &[],
        parts: &[],
        receipts: false,
        registers: false,
        profile: None,
        rate: None,
        body: BODY,
        unreadable: Unreadable::Acknowledged,
        address: None,
        notices: &[],
        contact_ids: ContactIds::Opaque,
        quotes: Quotes::AsText,
        quotes_by_id: false,
        echoes: false,
        notes: true,
        details: false,
        typing: false,
        states: false,
        rates: false,
        agents_move_contacts: false,
        history: false,
        state_lasts: None,
        retry_keys_last: None,
        reply_tokens_last: None,
        preview: None,
        length: false,
        marketplace: false,
    };

    /// Returns the support for a kind of part.
    pub fn support(&self, kind: PartKind) -> Support {
        self.parts.iter().find(|(listed, _)| *listed == kind).map_or(Support::Exact, |(_, support)| *support)
    }

    /// Returns the limits of a kind of file. Files of a kind that is not listed become links.
    pub fn media(&self, kind: MediaKind) -> Option<&'static MediaLimit> {
        self.media.iter().find(|limit| limit.kind == kind)
    }
}

/// The support for a kind of part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The part arrives as what it is.
    Exact,
    /// The part arrives as something else, which these few words name for people.
    Degraded(&'static str),
}

/// The length of the longest text of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLimit {
    /// The number of units.
    pub max: usize,
    /// The unit in which the vendor counts.
    pub unit: TextUnit,
}

/// The unit in which a vendor counts the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextUnit {
    /// Unicode code points.
    Chars,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
    /// UTF-8 bytes.
    Bytes,
    /// The units of SMS: septets while the whole text is in the GSM 03.38 alphabet (`€`, `{`, `}`, `[`, `]`, `~`, `|`,
    /// `^` and `\` take two), UTF-16 code units as soon as one character is not. `max` is compared with whichever of
    /// the two applies.
    Gsm7,
}

/// The limits of one kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaLimit {
    /// The kind of file.
    pub kind: MediaKind,
    /// The largest size in bytes.
    pub max_bytes: u64,
    /// The extensions that are accepted, in lower case without a dot. If empty, all but the `refused` ones are
    /// accepted.
    pub accepted: &'static [&'static str],
    /// The extensions that are refused.
    pub refused: &'static [&'static str],
    /// The longest caption in the unit of [`Features::text`]; 0 if a caption is sent as a text of its own.
    pub caption: usize,
    /// How the file gets to the side.
    pub by: MediaBy,
}

impl MediaLimit {
    /// Returns whether a file with this extension and size is accepted.
    pub fn takes(&self, extension: &str, size: u64) -> bool {
        let extension = spelled(extension);
        size <= self.max_bytes
            && (self.accepted.is_empty() || self.accepted.contains(&extension.as_str()))
            && !self.refused.contains(&extension.as_str())
    }
}

/// How a file gets to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaBy {
    /// The bridge uploads the file's bytes.
    Upload,
    /// The bridge sends a link that ends in the file's extension, and knows the file's size.
    Link,
    /// The same as [`Link`](Self::Link), but the link always leads to our own store, which serves files inline and
    /// answers HEAD and range requests.
    Stored,
}
