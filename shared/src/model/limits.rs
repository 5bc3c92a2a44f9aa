//! What a side can show, and how much of it: data that the relay fits messages to.

use std::time::Duration;

use crate::model::{
    message::{MediaKind, PartKind},
    steps::Notice,
};

/// What a channel or a helpdesk can show.
#[derive(Debug)]
pub struct Limits {
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
    /// Calls for a contact's profile, where the platform has them: how many in how long per contact.
    pub profile: Option<(u32, Duration)>,
    /// A rate that all messages of an installation share, where the platform has one: calls and their period.
    pub rate: Option<(u32, Duration)>,
    /// The longest webhook body that is taken from this side, in bytes.
    pub body: usize,
    /// What a call is answered whose signature is right and whose content cannot be read.
    pub unreadable: Unreadable,
    /// What everybody who uses this kind should know.
    pub notices: &'static [Notice],
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

impl Limits {
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
    /// The longest caption in the unit of [`Limits::text`]; 0 where a caption travels as a text of its own.
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
