//! The seam: what every channel and every helpdesk promises, and the vocabulary in which they promise it.
//!
//! Adapters are pure. They turn bytes into neutral events and neutral messages into requests; they open no socket and
//! read no clock, no environment and no table. Whatever calls a vendor is a loop in the [`relay`](crate::relay): ask
//! [`Adapter::next`] for the next call, make it, hand the answer to [`Adapter::read`], store what it taught us, ask
//! again. A crash resumes at the first thing that is still unknown.

pub mod settings;
pub mod webhook;

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    adapter::{
        settings::{Options, Setting, SettingError},
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    model::{
        limits::Limits,
        message::{Author, Contact, ConversationState, Media, Part, Receipt},
        steps::NextStep,
    },
    tools::{
        secret::{Secret, Secrets},
        vendor_words,
    },
};

/// What a channel and a helpdesk have in common.
pub trait Adapter: Sync {
    /// What this side can show and how much of it, as data.
    fn limits(&self) -> &'static Limits;

    /// The settings that an install request carries for this side, as data.
    fn settings(&self) -> &'static [Setting];

    /// Checks what [`settings`](Self::settings) cannot express: keys that must parse, settings that need one another.
    /// Runs before anything is stored.
    fn check_settings(&self, _account: &Account<'_>) -> Result<(), SettingError> {
        Ok(())
    }

    /// Credentials that the bridge makes itself when the install request leaves them out, by setting name.
    fn generated_secrets(&self) -> &'static [&'static str] {
        &[]
    }

    /// How such a credential is spelled, from random bytes.
    fn spell_secret(&self, _name: &str, random: &[u8]) -> String {
        hex::encode(random)
    }

    /// Such credentials that somebody else needs as well; the answer to the install that made them shows them, once.
    fn handed_out_secrets(&self) -> &'static [&'static str] {
        &[]
    }

    /// What the admin has to do by hand after the install; none where the platform is told everything by its API.
    fn next_steps(&self, _account: &Account<'_>, _urls: &Urls<'_>) -> Vec<NextStep> {
        Vec::new()
    }

    /// Checks the platform's own signature on the raw bytes, in constant time. Called only after the URL's token was
    /// found valid.
    fn verify(&self, account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError>;

    /// The next call that `task` needs, given what is known, or [`Step::Done`].
    ///
    /// The same task and the same knowledge must always give the same call: a crash repeats it. A task that the adapter
    /// does not know is [`RenderError::unknown`], never done: whoever asks for it has lost something otherwise.
    fn next(&self, account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Step, RenderError>;

    /// What the answer to the call that [`next`](Self::next) gave for the same arguments means.
    ///
    /// # Errors
    /// Why the call did not work.
    fn read(&self, account: &Account<'_>, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned;

    /// The request behind a link in one of this side's messages. Links are open to everybody; a side whose own host
    /// wants a credential all the same adds it here, for that host only.
    fn follow(&self, _account: &Account<'_>, url: &str) -> Result<Request<()>, RenderError> {
        open_link(url)
    }
}

/// The request behind a link that is open to everybody.
///
/// # Errors
/// The link is no URL.
pub fn open_link(url: &str) -> Result<Request<()>, RenderError> {
    // Vendors leave spaces and other letters in links as they are.
    let url = url::Url::parse(url).map_err(|_| RenderError::new("its address is no URL"))?;
    Ok(Request::get(url.as_str()).body(())?)
}

/// One side of an installation, as its adapter sees it.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The kind of the channel, also when this is the helpdesk's side: the contact's name at the helpdesk starts with it.
    pub channel_kind: &'a str,
    /// This side's settings, without the secrets.
    pub settings: &'a BTreeMap<String, String>,
    /// This side's secrets.
    pub secrets: &'a Secrets,
    /// How the bridge behaves for this installation.
    pub options: &'a Options,
    /// The channel's generated webhook URL, for platforms that want it with every message; absent before it is made. It
    /// is a secret.
    pub webhook_url: Option<&'a str>,
    /// The time in milliseconds since 1970, for signatures that carry one; adapters have no clock.
    pub now: i64,
}

impl<'a> Account<'a> {
    /// A setting, if it was given.
    pub fn setting(&self, name: &str) -> Option<&'a str> {
        self.settings.get(name).map(String::as_str)
    }

    /// A secret, if it was given.
    pub fn secret(&self, name: &str) -> Option<&'a Secret> {
        self.secrets.get(name)
    }

    /// The base of the vendor's API without a trailing slash: the setting `api_url`, else `default`.
    pub fn api_url(&self, default: &'a str) -> &'a str {
        self.setting("api_url").unwrap_or(default).trim_end_matches('/')
    }

    /// The name under which helpdesks know a contact: `<channel kind>:<channel's user id>`.
    pub fn reference(&self, contact: &str) -> String {
        format!("{}:{contact}", self.channel_kind)
    }

    /// The contact behind such a name, if it is one of this channel's.
    pub fn contact_of<'r>(&self, reference: &'r str) -> Option<&'r str> {
        reference.strip_prefix(self.channel_kind)?.strip_prefix(':').filter(|id| !id.is_empty())
    }
}

/// The generated URLs of an installation.
#[derive(Clone, Copy, Debug)]
pub struct Urls<'a> {
    /// Where the channel calls.
    pub channel: &'a str,
    /// Where the helpdesk calls.
    pub helpdesk: &'a str,
}

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
    /// Helpdesk only, where [`Limits::receipts`] says so: delivery news about one of its messages.
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
    /// helpdesks that say [`Helpdesk::shows_echoes`](crate::helpdesk::Helpdesk::shows_echoes).
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

/// What is known while a task runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The stored pairing of the contact with a helpdesk user and conversation.
    pub link: Link,
    /// What this delivery has achieved so far.
    pub progress: Progress,
    /// An earlier attempt at this task ended without a record, or with a failure that leaves it open: its last call may
    /// or may not have worked. Look before sending or making anything again where the vendor lets us look.
    pub doubtful: bool,
    /// How many attempts at this task have failed so far.
    pub tries: u32,
    /// How many calls of this attempt were answered so far.
    pub answered: usize,
}

impl Known {
    /// What the adapter noted under `key` during this task.
    pub fn note(&self, key: &str) -> Option<&str> {
        self.progress.notes.get(key).map(String::as_str)
    }

    /// How many requests of this delivery were delivered.
    pub fn sent(&self) -> usize {
        self.progress.sent.len()
    }

    /// Takes in one answer: counts it, and keeps the facts about the contact and the delivery. Leaves alone what only a
    /// setup task needs.
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
                Fact::Note(key, value) => {
                    self.progress.notes.insert(key.clone(), value.clone());
                }
                Fact::DoubtSettled => self.doubtful = false,
                Fact::Identity(_)
                | Fact::AccountId(_)
                | Fact::Setting(..)
                | Fact::Secret(..)
                | Fact::Profile(_)
                | Fact::Author(_)
                | Fact::Contact(_) => {}
            }
        }
    }
}

/// The stored pairing of a contact with a helpdesk user and conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The helpdesk's user id.
    pub user: Option<String>,
    /// The helpdesk's conversation id.
    pub conversation: Option<String>,
    /// The state of that conversation, as far as we heard.
    pub state: Option<ConversationState>,
    /// When we heard it, in milliseconds since 1970; kept by the store.
    pub state_at: Option<i64>,
    /// The helpdesk's id of the last message that we posted.
    pub last_message: Option<String>,
    /// [`Contact::digest`] of what the helpdesk shows.
    pub profile: Option<String>,
    /// Somebody at the helpdesk edited the profile: theirs stays.
    pub profile_pinned: bool,
    /// When the contact stopped us, in milliseconds since 1970 by the channel's clock; nothing once they let us write
    /// again.
    pub stopped_at: Option<i64>,
    /// What the link said through which the contact opened the chat, until the agents were told.
    pub opened_with: Option<String>,
    /// Another id of the same contact, which has taken this pairing over.
    pub moved_to: Option<String>,
}

/// What a delivery has achieved so far; kept in its journal item.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Progress {
    /// The vendor's id of each request that was delivered, in order; empty where the answer gave none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<String>,
    /// Whatever else the adapter or the relay noted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Make this call and hand its answer to [`Adapter::read`].
    Call(Call),
    /// Only for [`Task::Fetch`]: the file is behind this request; its answer is the file.
    Download(Request<()>),
    /// Nothing is left to do.
    Done,
}

/// A call to the vendor.
#[derive(Debug)]
pub struct Call {
    /// What it is called in journals and logs, for example `send_message`.
    pub name: &'static str,
    /// The request. Mark header values that hold credentials as sensitive.
    pub request: Request<Body>,
    /// What happens when it is made twice.
    pub repeat: Repeat,
}

/// What happens when a call is made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing: it only reads, or finds before it creates, or carries the vendor's retry key.
    Harmless,
    /// There may be two of what it makes: a message that somebody sees twice, a second user, a second conversation.
    Doubles,
}

/// The body of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// No body.
    Empty,
    /// These bytes; the request has its `Content-Type`.
    Bytes(Bytes),
    /// A `multipart/form-data` body; the relay puts the files in and sets the `Content-Type`.
    Upload {
        /// Ordinary fields.
        fields: Vec<(String, String)>,
        /// Files: the name of the form field, and which part of the delivery (from 0) is the file.
        files: Vec<(String, usize)>,
    },
}

/// What an answer taught, or why the call did not work.
pub type Learned = Result<Vec<Fact>, Failure>;

/// Why a call did not work. Reasons are in our own plain words, with the HTTP status and the vendor's code where there
/// is one: they are logged, stored and told, and hold nothing secret or personal.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// It did not work now.
    Retry {
        /// How long the vendor wants us to wait, if it says so.
        wait: Option<Duration>,
        /// What went wrong.
        reason: String,
        /// The call may have worked all the same (a gateway's time-out, say).
        doubtful: bool,
    },
    /// It will never work.
    Rejected {
        /// The reason, for the agent.
        reason: String,
        /// How the vendor explains it. It may quote what the customer wrote, so that it is neither logged nor stored,
        /// and agents read it without the quotation.
        details: Option<String>,
    },
    /// The contact cannot or does not want to be reached.
    Gone {
        /// The reason, for the agent.
        reason: String,
    },
    /// The account needs a person (credentials, suspension, balance).
    Blocked {
        /// The reason, for the admin.
        reason: String,
    },
}

impl Failure {
    /// A retry by the relay's own schedule.
    pub fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { wait: None, reason: reason.into(), doubtful: false }
    }

    /// A refusal of this message.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into(), details: None }
    }

    /// A refusal that the vendor explains.
    pub fn rejected_as(reason: impl Into<String>, details: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into(), details: Some(details.into()).filter(|words| !words.is_empty()) }
    }

    /// What an answer means of which only the HTTP status can be read: 429 and 503 wait for `Retry-After`, else for
    /// `wait`; 5xx and 408 are tried again, 401 and 403 need a person, other 4xx are refusals. A success that is not in
    /// the vendor's form may be a gateway's, and leaves a doubt.
    ///
    /// `what` names the vendor and the call, for example `Viber's send_message`.
    pub fn of_status(what: &str, answer: &Response<Bytes>, wait: Option<Duration>) -> Self {
        let status = answer.status().as_u16();
        let reason = format!("{what} answered {status}");
        match status {
            200..=299 => Self::Retry { wait: None, reason: format!("{reason} in an unknown form"), doubtful: true },
            429 | 503 => Self::Retry { wait: retry_after(answer).or(wait), reason, doubtful: false },
            408 | 500 | 502 | 504..=599 => Self::Retry { wait: retry_after(answer), reason, doubtful: true },
            401 | 403 => Self::Blocked { reason },
            _ => Self::rejected(reason),
        }
    }

    /// Why, in plain words, for logs and the table.
    pub fn reason(&self) -> &str {
        match self {
            Self::Retry { reason, .. }
            | Self::Rejected { reason, .. }
            | Self::Gone { reason }
            | Self::Blocked { reason } => reason,
        }
    }

    /// What people are told: why, and how the vendor explains it, without what that quotes of what was `written`.
    pub fn told<'a>(&self, written: impl IntoIterator<Item = &'a str>) -> String {
        let details = if let Self::Rejected { details: Some(details), .. } = self { details.as_str() } else { "" };
        match vendor_words::explanation(details, written) {
            Some(explanation) => format!("{}: {explanation}", self.reason()),
            None => self.reason().to_owned(),
        }
    }
}

/// What an answer means that teaches nothing: a success, or [`Failure::of_status`].
///
/// # Errors
/// The call did not work.
pub fn from_status(what: &str, answer: &Response<Bytes>, wait: Option<Duration>) -> Learned {
    if answer.status().is_success() { Ok(Vec::new()) } else { Err(Failure::of_status(what, answer, wait)) }
}

/// The `Retry-After` header in seconds, where the vendor sent one (its date form is ignored: the schedule is as good).
pub fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let text = answer.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?;
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// One thing that an answer taught.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The helpdesk's user id of the contact.
    User(String),
    /// The conversation that the contact's messages belong into, and its state where the answer says so.
    Conversation {
        /// The helpdesk's conversation id.
        id: String,
        /// Its state.
        state: Option<ConversationState>,
    },
    /// The stored conversation is of no use any more; make or find another.
    NoConversation,
    /// The stored conversation's state.
    ConversationState(ConversationState),
    /// The helpdesk's id of the message that we posted just now.
    LastMessage(String),
    /// The helpdesk now shows this profile ([`Contact::digest`]).
    ProfileShown(String),
    /// The next undelivered request of the delivery was delivered, with this id where the answer gives one.
    Sent(Option<String>),
    /// We looked: what the call that an earlier attempt left in doubt had made is found, or is not there. A look for
    /// something else settles nothing. Clears [`Known::doubtful`] for the rest of this attempt; the relay stores nothing
    /// for it, since a later attempt may leave a doubt of its own.
    DoubtSettled,
    /// Anything else worth keeping until the task is done, by a key of the adapter's own.
    Note(String, String),
    /// Setup tasks: the account's own id, which makes "the same account again" recognisable.
    Identity(String),
    /// Setup tasks: the id by which this account's events name it.
    AccountId(String),
    /// Setup tasks: what a setting is in the vendor's own terms (a title's id, say); stored in the setting's place.
    Setting(&'static str, String),
    /// [`Task::Register`]: a credential that the platform made with the registration; sealed with the others.
    Secret(&'static str, Secret),
    /// [`Task::Profile`]: what the channel knows of the contact.
    Profile(Contact),
    /// [`Task::FindAuthor`]: the name to show.
    Author(String),
    /// [`Task::FindContact`]: the channel's own id of the contact.
    Contact(String),
}

/// A task that cannot be turned into a call at all.
#[derive(Debug, Error)]
#[error("{reason}")]
pub struct RenderError {
    /// Why, in plain words, for the agent.
    pub reason: String,
    /// The bridge is wrong and not the message, which is kept and tried again until the bridge is mended.
    pub is_ours: bool,
}

impl RenderError {
    /// A message that the vendor has no form for.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_ours: false }
    }

    /// A task that the adapter does not know.
    pub fn unknown(task: &Task<'_>) -> Self {
        Self { reason: format!("the bridge has no way to do this here (task {})", task.name()), is_ours: true }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        if error.is_ours { Self::retry(error.reason) } else { Self::rejected(error.reason) }
    }
}

impl From<http::Error> for RenderError {
    fn from(error: http::Error) -> Self {
        Self::new(format!("the request could not be built: {error}"))
    }
}

/// A JSON request, the commonest kind. `secret_header` is a header that holds a credential.
pub fn json_call(
    name: &'static str,
    method: http::Method,
    url: &str,
    secret_header: (&'static str, &str),
    body: Option<&impl Serialize>,
    repeat: Repeat,
) -> Result<Call, RenderError> {
    let mut credential = http::HeaderValue::from_str(secret_header.1)
        .map_err(|_| RenderError::new("the credential has characters that cannot stand in a header"))?;
    credential.set_sensitive(true);
    let mut request = Request::builder().method(method).uri(url).header(secret_header.0, credential);
    let body = match body {
        None => Body::Empty,
        Some(body) => {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
            let bytes = serde_json::to_vec(body)
                .map_err(|error| RenderError::new(format!("the request could not be written: {error}")))?;
            Body::Bytes(bytes.into())
        }
    };
    Ok(Call { name, request: request.body(body)?, repeat })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{channel::CHANNELS, helpdesk::HELPDESKS, testing::Side};

    /// An adapter, and an account with something in every setting.
    fn sides() -> Vec<(&'static str, &'static dyn Adapter, Side)> {
        let channels = CHANNELS.iter().map(|(kind, channel)| (*kind, *channel as &dyn Adapter));
        let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, *helpdesk as &dyn Adapter));
        let side = |(kind, adapter): (&'static str, &'static dyn Adapter)| {
            let mut side = Side::new(kind, &[], &[]);
            for setting in adapter.settings().iter().filter(|setting| setting.name != "api_url") {
                if setting.secret {
                    side.secrets.insert(setting.name.to_owned(), Secret::new("x"));
                } else {
                    side.settings.insert(setting.name.to_owned(), "x".to_owned());
                }
            }
            side.settings.insert("api_url".to_owned(), "https://vendor.example/v2".to_owned());
            (kind, adapter, side)
        };
        channels.chain(helpdesks).map(side).collect()
    }

    #[test]
    fn a_task_that_an_adapter_does_not_know_is_an_error_of_ours_and_never_done() {
        let contact = Contact::default();
        let foreign_to_channels = [Task::Note { contact: &contact, text: "x" }, Task::FindAuthor { author: "1" }];
        let foreign_to_helpdesks = [Task::Profile { contact: "1" }, Task::Register { url: "https://x" }];
        for (kind, adapter, side) in sides() {
            let is_channel = CHANNELS.iter().any(|(name, _)| *name == kind);
            for task in if is_channel { &foreign_to_channels } else { &foreign_to_helpdesks } {
                let step = adapter.next(&side.account(), task, &Known::default());
                assert!(step.as_ref().is_err_and(|error| error.is_ours), "{kind} {}: {step:?}", task.name());
            }
        }
    }

    #[test]
    fn links_are_open_to_everybody() {
        for (kind, adapter, side) in sides() {
            let request = adapter.follow(&side.account(), "https://files.example/a b/ä.png?x=1").unwrap();
            assert_eq!(request.uri(), "https://files.example/a%20b/%C3%A4.png?x=1", "{kind}");
            assert!(request.headers().is_empty(), "{kind}");
            assert!(adapter.follow(&side.account(), "no link").is_err(), "{kind}");
        }
    }
}
