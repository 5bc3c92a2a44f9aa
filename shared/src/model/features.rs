//! What a channel or a helpdesk can do, and how much of it, as data: messages are fitted to it, and everything outside
//! an adapter's folder that depends on the vendor reads it here.

use std::time::Duration;

use crate::model::{
    message::{MediaKind, PartKind},
    steps::Notice,
};

/// What a channel or a helpdesk can do. A vendor's table names what sets the vendor apart and takes the rest from
/// [`Features::BASE`].
#[derive(Debug)]
pub struct Features {
    /// The longest text of one message.
    pub text: TextLimit,
    /// The kinds of files that are shown as such.
    pub media: &'static [MediaLimit],
    /// What becomes of each kind of part; a kind that is not listed is [`Support::Exact`].
    pub parts: &'static [(PartKind, Support)],
    /// Whether delivery news can be shown.
    pub receipts: bool,
    /// Whether the platform has a call that sets our webhook URL.
    pub registers: bool,
    /// How often a contact's profile may be asked for, where the platform has a call for it.
    pub profile: Option<Rate>,
    /// The rate that all messages of an installation share, where the platform has one.
    pub rate: Option<Rate>,
    /// The longest webhook body that is taken from this side, in bytes.
    pub body: usize,
    /// What a call is answered whose signature is right and whose content cannot be read.
    pub unreadable: Unreadable,
    /// What everybody who uses this kind should know.
    pub notices: &'static [Notice],
    /// Channels only: what the platform knows contacts by.
    pub contact_ids: ContactIds,
    /// Helpdesks only: whether what the business wrote past the bridge is shown as a message of its own (an echo).
    /// Helpdesks without echoes get private notes instead.
    pub echoes: bool,
    /// Helpdesks only: whether an agent who writes in another conversation than the link's moves the contact there, at
    /// helpdesks that do not tell when conversations are merged.
    pub agents_move_contacts: bool,
    /// Helpdesks only: how long what we heard of a conversation's state is believed, at helpdesks that do not tell when
    /// it changes. The adapter is then given a link without a state, and asks.
    pub state_lasts: Option<StateLasts>,
    /// Helpdesks only: whether its Marketplace installs the bridge, by events that need not name the kind.
    pub marketplace: bool,
}

/// The limit of webhook bodies of most kinds, in bytes: their longest events have some ten thousand.
pub const BODY: usize = 1 << 20;

/// What a signed call is answered whose content cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// 200: a platform would only send the same again, and some switch the webhook off.
    Acknowledged,
    /// 400 with what is wrong, because the caller's developer reads it.
    Refused,
}

/// What a platform knows its contacts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactIds {
    /// Ids of its own making, which say nothing elsewhere.
    Opaque,
    /// Telephone numbers with country code.
    Phone {
        /// Whether the platform writes the plus in front of them.
        plus: bool,
    },
}

/// So many calls are allowed in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many calls.
    pub calls: u32,
    /// In how long.
    pub period: Duration,
}

/// How long what we heard of a conversation's state is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateLasts {
    /// The name of the setting by which an installation says it, in seconds.
    pub setting: &'static str,
    /// How long where the installation does not say it.
    pub default: Duration,
}

impl StateLasts {
    /// How long, given the value of the setting.
    pub fn with(self, seconds: Option<&str>) -> Duration {
        seconds.and_then(|text| text.parse().ok()).map_or(self.default, Duration::from_secs)
    }
}

impl Features {
    /// What holds where a vendor's table says nothing. The length of a text is the vendor's to say.
    pub const BASE: Self = Self {
        text: TextLimit { max: 0, unit: TextUnit::Chars },
        media: &[],
        parts: &[],
        receipts: false,
        registers: false,
        profile: None,
        rate: None,
        body: BODY,
        unreadable: Unreadable::Acknowledged,
        notices: &[],
        contact_ids: ContactIds::Opaque,
        echoes: false,
        agents_move_contacts: false,
        state_lasts: None,
        marketplace: false,
    };

    /// What becomes of a kind of part.
    pub fn support(&self, kind: PartKind) -> Support {
        self.parts.iter().find(|(listed, _)| *listed == kind).map_or(Support::Exact, |(_, support)| *support)
    }

    /// The limits of a kind of file; files of a kind that is not listed become links.
    pub fn media(&self, kind: MediaKind) -> Option<&'static MediaLimit> {
        self.media.iter().find(|limit| limit.kind == kind)
    }
}

/// What becomes of a kind of part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It arrives as what it is.
    Exact,
    /// It arrives as something else: what, in a few words for people.
    Degraded(&'static str),
}

/// The longest text of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLimit {
    /// How many units.
    pub max: usize,
    /// What the vendor counts.
    pub unit: TextUnit,
}

/// What a vendor counts when it says how long a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextUnit {
    /// Unicode code points.
    Chars,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
    /// UTF-8 bytes.
    Bytes,
    /// As SMS is counted: septets while the whole text is in the GSM 03.38 alphabet (`€`, `{`, `}`, `[`, `]`, `~`,
    /// `|`, `^` and `\` take two), UTF-16 code units as soon as one character is not. `max` is compared with
    /// whichever of the two applies.
    Gsm7,
}

/// The limits of one kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaLimit {
    /// The kind of file.
    pub kind: MediaKind,
    /// The largest size in bytes.
    pub max_bytes: u64,
    /// Extensions (lower case, no dot) that are taken; empty takes all but the `refused` ones.
    pub accepted: &'static [&'static str],
    /// Extensions that are refused.
    pub refused: &'static [&'static str],
    /// The longest caption in the unit of [`Features::text`]; 0 where a caption travels as a text of its own.
    pub caption: usize,
    /// How the file gets there.
    pub by: MediaBy,
}

impl MediaLimit {
    /// Whether a file with this extension and size is taken.
    pub fn takes(&self, extension: &str, size: u64) -> bool {
        let extension = extension.to_ascii_lowercase();
        size <= self.max_bytes
            && (self.accepted.is_empty() || self.accepted.contains(&extension.as_str()))
            && !self.refused.contains(&extension.as_str())
    }
}

/// How a file gets to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaBy {
    /// We upload its bytes.
    Upload,
    /// We give a link that ends in the file's extension, and know its size.
    Link,
    /// As [`Link`](Self::Link), and always into our own store, which serves files inline and answers HEAD and ranges.
    Stored,
}
