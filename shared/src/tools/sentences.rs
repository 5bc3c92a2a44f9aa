//! The sentences of the bridge that customers, agents and admins read, in one table with typed arguments.
//!
//! The table of this file is English. Each further language has a file with the same sentences, and does not compile
//! while it lacks one, has one too many or names other arguments. What only programs and developers read is in
//! `english_only!` instead. What an adapter says stands in its own folder, and the other languages of it in its
//! [phrases](super::phrases).
//!
//! The journal, the log and the API are English, so failures and findings carry English text. Where people read such a
//! text, [`Language::translate`] finds the sentence that it was made of and says it in their language.

use std::fmt;

use super::language::Language;

/// Makes an enum of sentences: each variant is one, its fields are the arguments that its text names.
macro_rules! sentences {
    ($($variant:ident $({ $($field:ident: $kind:ty),+ })? = $text:literal,)+) => {
        /// A sentence, or a piece of one; its [`Display`](fmt::Display) is the English text.
        #[allow(missing_docs, reason = "the text says what the argument is")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Sentence<'a> {
            $(#[doc = concat!("`` ", $text, " ``")] $variant $({ $($field: $kind),+ })?),+
        }

        impl fmt::Display for Sentence<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant $({ $($field),+ })? => write!(f, $text)),+
                }
            }
        }

        /// The name and the English template of every sentence.
        pub(super) const ENGLISH: &[(&str, &str)] = &[$((stringify!($variant), $text)),+];
    };
}

/// Makes the sentences of another language, from lines such as
/// `StepsLeft { left, all } = "Noch {left} von {all} Schritten",`.
macro_rules! translations {
    ($($variant:ident $({ $($field:ident),+ })? = $text:literal,)+) => {
        use std::fmt;

        use super::Sentence;

        /// Writes a sentence in this language.
        #[deny(unreachable_patterns, unused_variables, reason = "a surplus sentence or argument is a mistake")]
        pub(super) fn write(sentence: &Sentence<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match sentence {
                $(Sentence::$variant $({ $($field),+ })? => write!(f, $text),)+
                english_only!() => fmt::Display::fmt(sentence, f),
            }
        }

        /// Returns the template of the sentence with a name, if this language has it.
        pub(super) fn template(name: &str) -> Option<&'static str> {
            match name {
                $(stringify!($variant) => Some($text),)+
                _ => None,
            }
        }
    };
}

/// The sentences that stay English in every language, because only programs and developers read them.
macro_rules! english_only {
    () => {
        // To the callers of our routes.
        Sentence::NothingHere
            | Sentence::WrongMethod { .. }
            | Sentence::BadRequest
            | Sentence::TextUpTo { .. }
            | Sentence::BodyTooLong { .. }
            | Sentence::SignatureMissing
            | Sentence::SignatureWrong
            | Sentence::SignatureStale
            | Sentence::SettingsKeyCannot { .. }
            | Sentence::EnrolmentKeyCannot { .. }
            | Sentence::ObjectOfUrls
            | Sentence::ObjectOfRedrive
            | Sentence::ObjectOfDiscard
            | Sentence::ObjectOfCatchUp
            | Sentence::NoHistory { .. }
            | Sentence::NextOfCallBefore
            | Sentence::TimeToCatchUp { .. }
            | Sentence::AdminBodyTooLong { .. }
            | Sentence::RawBodyNeeded
            | Sentence::NoInstallation
            | Sentence::UnknownEvent
            // To those who install by the API.
            | Sentence::SendAdminKey
            | Sentence::WrongKey
            | Sentence::KeyOfOtherAccount { .. }
            | Sentence::HelpdeskKinds { .. }
            | Sentence::HostOfAccount
            | Sentence::LabelOfKey { .. }
            | Sentence::RequestNotObject
            | Sentence::UnknownKind { .. }
            | Sentence::UnknownSetting { .. }
            | Sentence::UnknownSettingMeant { .. }
            | Sentence::UnknownField { .. }
            | Sentence::BadUrlNames
            | Sentence::UnknownAppEvent
            | Sentence::SeveralInstallations
            // What a setting of the API should be.
            | Sentence::Object
            | Sentence::ObjectOfBothSides
            | Sentence::ObjectOfSide
            | Sentence::ObjectOfSettings
            | Sentence::SameKind
            | Sentence::ReopenOrNew
            | Sentence::TrueOrFalse
            | Sentence::LanguageWords
            | Sentence::SecondsUpTo60
            | Sentence::HoursUpTo144
            | Sentence::HoursUpTo168
            | Sentence::ZeroWithoutHistory
    };
}

mod de;
mod es;
mod fr;
mod ja;
mod ru;
mod uk;

#[rustfmt::skip]
sentences! {
    // In messages: what stands in the place of something that cannot be shown. Customers and agents read it.
    Unsupported { what: &'a str } = "[{what}: this kind of message cannot be shown here]",
    FileMissing { name: &'a str, kind: &'a str } = "[{name}: this {kind} could not be fetched]",
    ContactCard = "[contact card]",
    Sticker = "[sticker]",
    QuotedBy { author: &'a str, text: &'a str } = "> {author}: “{text}”",
    Quoted { text: &'a str } = "> “{text}”",
    QuotedEarlier = "> (in reply to an earlier message)",
    Agent = "Agent",
    Choose = "Choose",
    RatingQuestion = "How satisfied are you with our answer? Choose a number from 1 (not at all) to 5 (very).",
    Place = "Location",
    Cards = "Cards",
    Edited = "(edited)",
    ReactedWith { emoji: &'a str } = "(reacted with {emoji})",
    TookBack = "(took back an earlier message)",
    MessageDeleted = "(a message in this chat was deleted)",
    MessagesDeleted { count: usize } = "({count} messages in this chat were deleted)",
    Forwarded = "(forwarded)",
    ForwardedFrom { name: &'a str } = "(forwarded from {name})",
    CameFrom { from: &'a str } = "(came from {from})",
    AnAd = "an ad",
    StoryReply = "(in reply to your story)",
    StoryReplyAt { url: &'a str } = "(in reply to your story: {url})",
    StoryMention = "(mentioned you in a story)",
    ToAiAgent = "(to Meta's AI agent)",
    ByAiAgent = "(by Meta's AI agent)",
    AccountChanged = "(the contact's account changed)",
    Order = "(order)",
    ChatOn { channel: &'a str } = "Chat on {channel}",
    ChatWith { name: &'a str } = "Chat with {name}",
    EmptyNotice = "[empty message]",
    FileNotTaken { name: &'a str, by: &'a str } = "[{name}: {by} did not take this file]",
    FileRefused { name: &'a str, by: &'a str } = "[{name}: {by} refused this file]",
    FileUnsafe { name: &'a str, by: &'a str } = "[{name}: {by} did not accept this file as safe]",

    // What a file, a message or a side is called, as an argument of other sentences.
    KindImage = "image",
    KindVideo = "video",
    KindRecording = "recording",
    KindFile = "file",
    KindMoreFiles = "more files",
    KindAttachment = "attachment",
    KindLocation = "location",
    KindContactCard = "contact card",
    KindPoll = "poll",
    KindPressedButton = "pressed button",
    KindMultimedia = "multimedia message",
    KindEmpty = "empty message",
    KindUnknown = "unknown message",
    KindWithoutContent { kind: &'a str } = "{kind} without content",
    KindBlankCard = "contact card without content",
    KindMoreCards = "more contact cards",
    KindMoreAttachments = "more attachments",
    KindUnsupported = "unsupported message",
    SideChannel = "channel",
    SideHelpdesk = "helpdesk",

    // To agents.
    ChatOpened { with: &'a str } = "[The chat was opened with: {with}]",
    Transcript { said: &'a str } = "What was said before:\n{said}",
    WishedGroup { group: &'a str } = "Group that should answer: {group}",
    FromAnotherDevice { text: &'a str } = "Sent to the customer from another device:\n{text}",
    ContactMoved { text: &'a str } = "The channel has given the customer a new address: {text}",
    Note { text: &'a str } = "Note of the bridge, which the customer does not see: {text}",
    NotDelivered { channel: &'a str, reason: &'a str } = "Not delivered on {channel}: {reason}.",
    NotDeliveredYet { channel: &'a str, reason: &'a str, until: &'a str } = "Not delivered on {channel} yet: {reason}. The bridge keeps trying until {until}.",
    UnreadKept { side: &'a str, reason: &'a str } =
        "An event of the {side} about this customer could not be shown here: {reason}. The bridge keeps it for 30 days, \
         and its admin can send it again after an update.",
    ArrivedAfterAll { channel: &'a str } = "The answer that had to wait was delivered on {channel} after all.",
    Rated { rating: u8, most: u8 } = "The customer has rated this conversation: {rating} of {most}.",
    NotShown { reason: &'a str } = "A message of the customer could not be shown here: {reason}.",
    EchoNotShown { reason: &'a str } = "A message from another device could not be shown here: {reason}.",

    // Reasons, which stand behind a colon in the sentences above.
    BrakeClosed { until: &'a str, reason: &'a str } = "messages wait until {until}, because calls failed: {reason}",
    DownloadsBraked { until: &'a str, reason: &'a str } = "no files are fetched from this side until {until}: {reason}",
    BrakeOpens = "one message then tries again by itself; POST /installations/{{id}}/retry lets all of them try now",
    ContactStopped = "the contact has stopped messages from this account; you can answer once the contact writes again",
    TooLate = "it is too late for it",
    NotJournaled = "the table takes no record of the message",
    MayHaveArrived = "the message was sent three times and it stayed unknown whether it arrived; it may have arrived",
    HistoryNotRead = "the conversation could not be read",
    HistoryCut { count: usize } =
        "the bridge read this conversation to catch up with messages that it had missed; it sent what it found among \
         the newest {count} messages of agents and stopped there, so that older ones may not have reached the customer",
    HistoryUnread =
        "the bridge read this conversation to catch up with messages that it had missed; one of them could not be read \
         and may not have reached the customer",
    NoteHasNoPlace = "the helpdesk has no conversation with this contact in which a note could stand",
    OnlyCustomersBegin = "on this channel only the customer can begin a conversation",
    PhoneNeeded =
        "this user did not come from the channel and has no telephone number; add one with its country code, such as \
         +44 7700 900123",
    PhoneUnclear =
        "the user's telephone number cannot be used; write it with its country code, such as +44 7700 900123",
    UnknownContact = "no contact with this id is known",
    Answered { call: &'a str, status: u16 } = "{call} answered {status}",
    AnsweredOddly { call: &'a str, status: u16 } = "{call} answered {status} in an unknown form",
    Explained { reason: &'a str, explanation: &'a str } = "{reason}: {explanation}",
    NoticeStep { cause: &'a str, fix: &'a str } = "{cause}: {fix}.",
    LookUpFailed = "the contact could not be looked up",
    TooManyCalls = "the delivery takes too many calls",
    NotOurTurn = "the rate of this account is used up for the moment",
    UnknownTask { task: &'a str } = "the bridge has no way to do this here (task {task})",
    SettingMissing { name: &'a str } = "the setting `{name}` is missing",
    CredentialMissing { name: &'a str } = "the credential `{name}` is missing",
    CredentialNotAscii = "the credential has characters that cannot stand in a header",
    HeaderNotAscii { name: &'a str } = "the header `{name}` cannot hold its value",
    NotWritten { error: &'a str } = "the request could not be written: {error}",
    NotBuilt { error: &'a str } = "the request could not be built: {error}",

    TemplateMixed = "a template takes its values either in order or by name, and not some in each way",
    TemplatePlaceUnknown { name: &'a str } = "a template has no place called `{name}`, or takes something else there",
    TemplateFileIsLink { kind: &'a str } = "the {kind} in the header of a template should be an https link",
    TemplateTakes { reason: &'a str, usage: &'a str } = "{reason}; write it so: {usage}",
    TemplateLanguages { reason: &'a str, languages: &'a str } = "{reason}; it exists in: {languages}",
    TemplateUnknown { reason: &'a str } = "{reason}; the account has no template of this name",

    MessageEmpty = "the message is empty",
    ForeignFile { vendor: &'a str } = "the file's address is not one of {vendor}'s",
    UnknownVersion = "the message has a form that this version does not know",
    Malformed = "the message cannot be read",
    EventUnreadable = "something in it names no contact, or is of another form than the platform describes",
    UnreadCall { error: &'a str } = "this version of the bridge cannot read it: {error}",

    // Reasons of the network.
    NoConnection = "no connection to the vendor",
    ConnectionBroke = "the connection to the vendor broke",
    NoAnswer = "the vendor did not answer in time",
    AnswerTooLong = "the vendor's answer is too long",
    NoUrl = "the address is no URL",
    NotHttps = "the address is not https",
    NotPublic = "the address is not public",
    NoClient = "the HTTP client could not be built",

    // Reasons of files.
    FileNotFetched { kind: &'a str, reason: &'a str } = "the {kind} could not be fetched: {reason}",
    FileNotHere = "the file cannot be fetched this way",
    FileNotAtHand = "the file to upload is not at hand",
    FileNotFetchedAgain = "a file could not be fetched once more",
    NoMemory = "no memory is free",
    FileGone = "the file is not there any more",
    FileNotFound = "the file cannot be found",
    FileTooSlow = "the download took too long",
    FileEmpty = "its address answered with an empty file",
    FileIsPage = "its address answered with a web page",
    FileBrokeOff = "the download broke off",
    FileAnswered { status: u16 } = "its address answered {status}",
    FileRedirectsNowhere = "the file's address redirects to no address",
    FileRedirectsTooOften = "the file's address redirects too often",
    FileTypeMalformed = "the file's content type is malformed",

    // To the callers of our routes.
    NothingHere = "there is nothing at this address; check the URL",
    WrongMethod { method: &'a str, allowed: &'a str } = "{method} is not possible here; use {allowed}",
    BadRequest = "the HTTP request is malformed",
    Uninstalled = "this installation was uninstalled; remove this URL from the platform's settings",
    BodyTooLong { limit_kib: usize } = "the body is longer than {limit_kib} KiB; send fewer events in one call",
    Unavailable = "the bridge cannot store this right now; send it again",
    Conflict = "somebody else changed this installation at the same moment; read it again and repeat",
    SignatureMissing = "the platform's signature is missing",
    SignatureWrong = "the platform's signature does not fit this body; check the credentials of the installation",
    SignatureStale = "the platform's signature is too old; check the clocks and send it again",
    NotJson { line: usize, column: usize } = "the body is not JSON (line {line} column {column})",
    BadFieldBefore { line: usize, column: usize } =
        "the field before line {line} column {column} is missing or of the wrong type",
    FieldMissing { field: &'a str } = "the field `{field}` is missing",
    ShouldBe { name: &'a str, should_be: &'a str } = "`{name}` should be {should_be}",
    SettingsKeyCannot { act: &'a str } = "a settings key cannot {act}; use the admin key",
    EnrolmentKeyCannot { act: &'a str } = "an enrolment key cannot {act}; use the admin key",
    ObjectOfUrls = "the body should be an object with `urls`",
    ObjectOfRedrive = "the body should be an object of `message`, `contact`, `error` and `dry_run`",
    ObjectOfCatchUp = "the body should be an object of `since` and `after`",
    NoHistory { kind: &'a str } =
        "the helpdesk {kind} cannot be asked for earlier messages; what it could not deliver it shows as failed",
    ObjectOfDiscard = "the body should be an object of `reason`, `message`, `contact`, `error` and `dry_run`",
    ReasonNeeded { most: usize } = "`reason` should say why the messages are removed, in at most {most} characters",
    NotDead { state: &'a str } = "this message is not dead but {state}; only dead messages can be redriven or discarded",
    DeadDamaged = "a piece of this message is missing, so it cannot be sent again; discard it",
    InstallationRemoved = "the installation was uninstalled",
    AdminBodyTooLong { limit_kib: usize } = "the body is longer than {limit_kib} KiB; no request of this API is",
    RawBodyNeeded = "give the channel this bridge's URL: its signature can only be checked on the raw body",
    NoInstallation = "no installation belongs to this event; add its id as the top-level field `installation`",
    UnknownEvent = "the event is none of a helpdesk that this bridge knows; see the samples in tests/events",

    // To the admins who install and change installations.
    SendAdminKey = "send the admin key as `Authorization: Bearer …`",
    WrongKey = "the key is wrong; use the admin key, the enrolment key that installed this, or its settings key",
    KeyOfOtherAccount { kind: &'a str, host: &'a str } =
        "this enrolment key is for the helpdesk {kind} at {host}; use the key of the other account",
    HelpdeskKinds { kinds: &'a str } = "one of: {kinds}",
    HostOfAccount = "the host of the account's API, or the API's URL",
    LabelOfKey { most: usize } = "a text of at most {most} characters",
    RequestNotObject = "the request should be a JSON object",
    UnknownKind { side: &'a str, kinds: &'a str } = "`{side}.kind` should be one of: {kinds}",
    UnknownSetting { name: &'a str } = "`{name}` is not known; remove it",
    UnknownSettingMeant { name: &'a str, meant: &'a str } = "`{name}` is not known; did you mean `{meant}`?",
    UnknownField { name: &'a str, known: &'a str } =
        "`{name}` in the request is not known; the known fields are {known}",
    BadUrlNames = "`urls` should be a list of `channel`, `helpdesk` and `settings`",
    VendorUnavailable { side: &'a str, kind: &'a str, reason: &'a str } =
        "the {side} {kind} could not be asked whether the credentials are right ({reason}); try again",
    CredentialsRefused { side: &'a str, kind: &'a str, reason: &'a str } =
        "the {side} {kind} refused the credentials: {reason}",
    OtherAccount = "these settings belong to another account; make a new installation for it and delete this one",
    AddressTaken { side: &'a str, address: &'a str } =
        "an installation of another account has the {side}'s {address}; delete that installation first",
    UnknownAppEvent = "expected onAppInstall, afterAppUpdate or onAppUninstall",
    SeveralInstallations = "several installations fit; add `installation` with the id of the one to remove",

    QuotaLeft { left: u64, limit: u64 } = "{left} of {limit} messages of this month are left",
    QuotaFix = "change the plan at the vendor; when the messages are used up, answers wait until the month ends",

    // To admins, about how an installation stands: causes and remedies.
    ChannelIsTold = "the channel is being told the webhook URL",
    RegisterIfStill = "if this does not change within a minute, register the webhook again",
    UrlNotTaken = "the channel did not take the webhook URL",
    RegisterFix = "mend what the channel names, then register the webhook again",
    BlockedFix =
        "mend it at the vendor, or install the same accounts again with new credentials, which keeps the URLs; \
         what waits is then tried again",
    CredentialsFix = "install the same accounts again with the right credentials, which keeps the URLs",
    AskAgain = "check again in a minute; messages wait meanwhile and are not lost",
    DeadLetters = "messages were given up",
    DeadBecause { reason: &'a str } = "messages were given up, the latest because: {reason}",
    DeadFix = "once the reason is mended, send them again, or discard them",
    StepToDo = "a step of the set-up is left",
    StepsFirst = "do the steps of the set-up that are left first",
    MessagesWait { count: usize, reason: &'a str } =
        "messages that wait for another try: {count}, the latest because: {reason}",
    TriesByItself = "the bridge tries again by itself",
    ChannelNotHeard = "nothing has come from the channel yet",
    HelpdeskNotHeard = "nothing has come from the helpdesk yet",
    NoneToHelpdesk = "no message of a customer has reached the helpdesk yet",
    NoneToChannel = "no message of an agent has reached the channel yet",
    WriteYourself = "write to the channel from your own phone and watch the page of the installation",
    AnswerYourself =
        "answer a customer’s message in the helpdesk; if nothing shows then, the helpdesk does not call its \
         webhook URL yet",
    StrayCalls { noun: &'a str, id: &'a str, at: &'a str } =
        "calls for the {noun} {id} arrive here, and no installation has it (latest at {at})",
    StrayFix { noun: &'a str } =
        "make an installation for the {noun}, or ignore this if the bridge should not serve it",

    // To admins, about calls that were refused.
    RefusedCalls { count: u64, what: &'a str, since: &'a str, latest: &'a str } =
        "calls {what}: {count} since {since}, the latest at {latest}",
    WithWrongSignature = "with a wrong signature",
    WithoutSignature = "without a signature",
    WithStaleSignature = "with a signature that is too old",
    WithWrongHandshake = "with a wrong word in the handshake",
    WithLongBody = "with a body that is too long",
    WithUnreadableBody = "with a body that cannot be read",
    UnreadBeyondLimit = "that are signed, cannot be read, and were dropped beyond the 100 kept ones of a day",
    UnreadBeyondSize = "that are signed, cannot be read, and were dropped because they are too long to keep",
    UpdateBridge = "update the bridge, then redrive or discard the dead letters",
    UnreadDropped { count: u64, since: &'a str } =
        "{count} signed calls since {since} could not be read and were not kept, being more than 100 a day or too \
         long; update the bridge, then redrive or discard the dead letters",
    CheckKey { name: &'a str, should_be: &'a str } =
        "check `{name}`: it should be {should_be}, and belong to the account or app whose calls arrive here",
    RegisterForKey = "register the webhook again, so that the platform signs with the key that the bridge knows",
    CheckClocks = "check the clock of the caller, and whether something sends old calls again",
    CheckHandshake = "enter the verify token that this installation was given, or change the installation's",
    SendLess = "send fewer events in one call",
    CheckCaller = "find out what calls this URL; the platform itself sends no such calls",

    // What a setting should be: the ends of `ShouldBe`.
    Object = "an object",
    ObjectOfBothSides = "a JSON object with `helpdesk` and `channel`",
    ObjectOfSide = "an object with `kind` and the settings of that kind",
    ObjectOfSettings = "an object of the documented settings",
    SameKind = "what it was at the install; make a new installation for another kind",
    ReopenOrNew = "`reopen` or `new`",
    TrueOrFalse = "true or false",
    LanguageWords = "one of: en, de, es, fr, ru, uk, ja",
    SecondsUpTo60 = "a number of seconds from 0 to 60",
    HoursUpTo168 = "a whole number of hours from 0 (never) to 168",
    ZeroWithoutHistory = "0 (never), because this helpdesk cannot be asked for earlier messages",
    NextOfCallBefore = "the `next` of the call before",
    TimeToCatchUp { days: u64 } = "a time such as 2026-11-28T09:30:00Z, not in the future and at most {days} days ago",
    HoursUpTo144 = "a whole number of hours from 1 to 144",
    TextUpTo { most: usize } = "a text of at most {most} characters, or null",

    // On the admin's page.
    Installation = "Installation",
    NeedsAttention = "Needs your attention",
    Registering = "Registering",
    NotRegistered = "The channel did not take the URL",
    Removed = "Uninstalled",
    RemovedForGood = "This installation was removed; its URLs answer nobody any more.",
    Working = "Working",
    AllRefused { reason: &'a str } = "none of the latest messages was taken, the newest because: {reason}",
    AllRefusedFix = "look at the reason of each message below and mend it",
    LatelyOneWay = "The latest messages went in one direction only, so that this page cannot tell about the other.",
    BothDirectionsWork = "Messages come through in both directions.",
    HalfwayThere = "Halfway there",
    WaitingForFirst = "Waiting for the first message",
    SetUp = "Set-up",
    CheckBothAccounts = "Check both accounts",
    RegisterAgain = "Register the webhook again",
    Documentation = "Documentation",
    Copy = "Copy",
    LastHeard = "Last heard",
    NotHeardYet = "not yet",
    LatestMessages = "Latest messages",
    OlderMessages = "Older messages",
    NoMessages = "Nothing yet.",
    Received = "Received",
    Direction = "Direction",
    State = "State",
    Took = "Took",
    Remarks = "Note",
    Attempts { attempts: u64 } = "{attempts} attempts",
    PossiblyDoubled = "may have arrived twice",
    StepsLeft { left: usize, all: usize } = "{left} of {all} steps left",
    StepsLeftAdvice = "Do the steps below. Each ticks itself off once the bridge has seen that it works.",
    StepDone = "Done.",
    InTrouble = "Messages wait",
    InTroubleAdvice = "Calls have failed, so the bridge waits before it tries again. Nothing is lost.",
    TryNow = "Try now",
    TriesNow = "What waits is tried at its next turn.",
    Registered = "Set up",
    RegisteredAgain = "The channel now calls this bridge.",
    Works = "works",
    WorksNot = "does not work",
    Channel = "Channel",
    Helpdesk = "Helpdesk",
    GivenUp = "Given up",
    GivenUpAdvice =
        "These messages were not delivered. Once the reason is mended, send them again; each is kept for 30 days.",
    MessagesGivenUp = "Messages were given up",
    MessagesGivenUpAdvice = "They are kept below with the reason of each, and can be sent again.",
    MoreGivenUp = "There are more. These are the newest.",
    GivenUpCount { count: u32 } = "{count} given up",
    SendAgain = "Send again",
    SendAllAgain = "Send all again",
    SentAgainCount { count: u32 } = "Messages that were sent again: {count}.",
    Discard = "Discard",
    DiscardedCount { count: u32 } = "Messages that were discarded: {count}.",
    WhyDiscard = "Why? The journal keeps the reason.",
    Details = "Details",
    WaitingCount { count: usize } = "Messages that wait: {count}.",
    NextTry = "next try about",
    FromCustomer = "customer to agent",
    FromAgent = "agent to customer",
    NoteToAgents = "note to agents",
    StateRead = "read",
    StateDelivered = "delivered",
    StateSent = "sent",
    StateRejected = "refused",
    StateGivenUp = "given up",
    StateDiscarded = "discarded",
    StateWaiting = "waiting",
    Manage = "Manage",
    RenewChannelUrl = "Renew the URL that the channel calls",
    RenewChannelAdvice = "For a URL that others may have seen. The old one stays valid for 24 hours.",
    RenewHelpdeskUrl = "Renew the URL that the helpdesk calls",
    RenewHelpdeskAdvice =
        "For a URL that others may have seen. The old one stays valid for 24 hours; paste the new one into the helpdesk.",
    RenewLink = "Renew the link of this page",
    RenewLinkAdvice = "The old link ends at once. Whoever needs this page gets the new one from an admin.",
    UrlRenewed = "The new URL is valid now.",
    Uninstall = "Uninstall",
    UninstallAdvice =
        "Removes the credentials and the messages that were given up. The URLs then answer nobody. This cannot be undone.",
    IAmSure = "Yes, I am sure",
    TickTheBox = "tick the box, to show that you are sure",
    UnknownAction = "this page has no such action; open it again",
    Message = "Message",
    MessageId = "Message id",
    LogId = "Id in the log",
    ToInstallation = "Back to the installation",
    Changed = "Changed",
    Contact = "Contact",
    SentAs = "Sent as",
    Calls = "Calls",
    NoCalls = "No call was made for it yet.",
    Time = "Time",
    Attempt = "Attempt",
    Call = "Call",
    Outcome = "Result",
    Done = "Done",
    NotDone = "That did not work",

    // On the admin's other pages.
    SignIn = "Sign in",
    SignInAdvice =
        "Enter the admin key that was made when the bridge was deployed. It is not kept: the session ends after an hour.",
    AdminKey = "Admin key",
    WrongAdminKey = "this is not the admin key",
    SignOut = "Sign out",
    SignedOut = "You are not signed in",
    SignInFirst = "sign in with the admin key first",
    FormOfOtherPage = "this form is not of your session; open the page again and repeat",
    LinkExpired = "This link has expired, or nothing is here",
    LinkExpiredAdvice =
        "The link of an installation's page is valid for 30 days, and a new one ends the old one. Ask whoever runs the \
         bridge for the new link, or sign in with the admin key.",
    NoSuchMessage { days: i64 } = "there is no such message here; the journal keeps a message for {days} days",
    FormTooLong { limit_kib: usize } =
        "the form is longer than {limit_kib} KiB; shorten what you entered and send it again",
    FormOfText = "this page takes the text of its own form and no files; open it again and repeat",
    SessionEnded = "the session has ended, and nothing was done; sign in, open the page again and repeat",
    SessionEndedKept =
        "Your session has ended, and nothing was installed. Enter the admin key to go on: what you typed is kept, \
         apart from passwords and tokens.",
    SignInOrLink = "Without the admin key, open the page by its complete link, which whoever runs the bridge has.",
    FormOfOldSession = "this form was of an earlier session, so nothing was installed; check it and send it again",
    NotInstalled = "Not installed yet",
    NoSuchChannel { kind: &'a str } = "There is no channel `{kind}`. Choose one from the list.",
    NoSuchHelpdesk { kind: &'a str } = "There is no helpdesk `{kind}`. Choose one from the list.",
    NoSuchPage = "There is nothing at this address",
    NoSuchPageAdvice = "Check the address: a link that was cut off leads nowhere.",
    ToHome = "To the list of installations",
    Installations = "Installations",
    NoInstallations = "There is none yet.",
    AddInstallation = "Add an installation",
    NextPage = "Next page",
    Continue = "Continue",
    Install = "Install",
    Installed = "Installed",
    Optional = "optional",
    ShownOnce = "The bridge has made these credentials. They are shown this once: copy them now.",
    ShownBefore =
        "The bridge made the credentials of this installation earlier, and showed them then. If nobody has them, \
         install again with credentials of your own.",
    ToSteps = "To the next steps",
    MistakesFound { count: usize } = "Not installed yet. Fields to correct: {count}",
    EnterSecretsAgain = "Passwords and tokens have to be entered again.",
    MoreOptions = "More options",
    OptionOnResolved = "When a customer writes after the conversation was resolved",
    OptionReopen = "reopen the conversation",
    OptionNew = "begin a new conversation",
    OptionAgentName = "Put the agent’s name before each answer, where the channel does not show it",
    OptionBotMessages = "Relay the messages of the helpdesk’s bots to the customer",
    OptionAskRating = "Ask for a rating from 1 to 5 when a conversation is resolved",
    OptionTextOnAssign = "What the customer reads when an agent takes the conversation",
    OptionTextOnResolve = "What the customer reads when the conversation is resolved",
    OptionTextOnReopen = "What the customer reads when the conversation is reopened",
    OptionRatingQuestion = "The question for the rating",
    OptionPlaceholders = "In these texts, `{{agent}}` and `{{contact}}` stand for the names.",
    OptionMarketplace = "The Freshworks Marketplace app forwards the helpdesk’s events",
    OptionLanguage = "Language of what the bridge adds to messages and notes",
}

impl From<Sentence<'_>> for String {
    fn from(sentence: Sentence<'_>) -> Self {
        sentence.to_string()
    }
}

impl<'a> Sentence<'a> {
    /// Returns the sentence in a language.
    pub fn in_language(self, language: Language) -> Said<'a> {
        Said { sentence: self, language }
    }
}

/// A sentence in a language; its [`Display`](fmt::Display) is the text.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    sentence: Sentence<'a>,
    language: Language,
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sentence, language } = self;
        match language {
            Language::English => fmt::Display::fmt(sentence, f),
            Language::German => de::write(sentence, f),
            Language::Spanish => es::write(sentence, f),
            Language::French => fr::write(sentence, f),
            Language::Russian => ru::write(sentence, f),
            Language::Ukrainian => uk::write(sentence, f),
            Language::Japanese => ja::write(sentence, f),
        }
    }
}

impl From<Said<'_>> for String {
    fn from(said: Said<'_>) -> Self {
        said.to_string()
    }
}

impl Language {
    /// Returns a sentence in this language.
    pub fn say(self, sentence: Sentence<'_>) -> Said<'_> {
        sentence.in_language(self)
    }

    /// Returns this language's template of the sentence with a name, if the language has one.
    pub(super) fn template(self, name: &str) -> Option<&'static str> {
        match self {
            Self::English => None,
            Self::German => de::template(name),
            Self::Spanish => es::template(name),
            Self::French => fr::template(name),
            Self::Russian => ru::template(name),
            Self::Ukrainian => uk::template(name),
            Self::Japanese => ja::template(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::tools::template::Template;

    fn translated() -> impl Iterator<Item = (Language, &'static str, &'static str, &'static str)> {
        Language::OTHERS.into_iter().flat_map(|language| {
            let own = move |(name, english): &(&'static str, &'static str)| {
                Some((language, *name, *english, language.template(name)?))
            };
            ENGLISH.iter().filter_map(own)
        })
    }

    #[test]
    fn a_sentence_speaks_each_language() {
        let left = Sentence::StepsLeft { left: 2, all: 3 };
        let texts = Language::ALL.map(|language| language.say(left).to_string());
        let expected = [
            "2 of 3 steps left",
            "Noch 2 von 3 Schritten",
            "Pasos pendientes: 2 de 3",
            "Étapes restantes : 2 sur 3",
            "Осталось шагов: 2 из 3",
            "Залишилося кроків: 2 із 3",
            "残りの手順：2/3",
        ];
        assert_eq!(texts, expected);
        assert_eq!(Sentence::WrongKey.in_language(Language::German).to_string(), Sentence::WrongKey.to_string());
    }

    #[test]
    fn no_translation_is_a_copy_of_the_english_text() {
        let copies: Vec<_> = translated()
            .filter(|(.., english, own)| english == own && english.split_whitespace().count() > 3)
            .map(|(language, name, ..)| (language, name))
            .collect();
        assert_eq!(copies, []);
    }

    #[test]
    fn no_text_has_spaces_that_a_line_break_of_the_source_left() {
        let english = ENGLISH.iter().map(|(name, english)| (Language::English, *name, *english));
        let all = english.chain(translated().map(|(language, name, _, own)| (language, name, own)));
        let wrong: Vec<_> = all
            .filter(|(.., text)| text.contains("  ") || text.trim() != *text)
            .map(|(l, name, _)| (l, name))
            .collect();
        assert_eq!(wrong, []);
    }

    /// Every English text is recognized among all others, whatever its arguments are.
    #[test]
    fn an_english_text_is_found_in_the_table_again() {
        let named = |name: &str| Some(Cow::Owned(format!("‹{name}›")));
        for (language, name, english, own) in translated() {
            let (text, expected) = (Template::of(english).fill(named), Template::of(own).fill(named));
            // The same English words may stand for different things, such as a state and the headline above such messages.
            let alike = ENGLISH.iter().filter(|(_, other)| *other == english).count();
            if alike == 1 {
                assert_eq!(language.translate(&text), expected, "{name}");
            }
        }
    }

    #[test]
    fn reasons_within_reasons_are_translated_and_the_words_of_vendors_stay() {
        let german = |text: &str| Language::German.translate(text).into_owned();
        let reason = Sentence::NoConnection.to_string();
        let failed = Sentence::FileNotFetched { kind: "image", reason: &reason }.to_string();
        assert_eq!(german(&failed), "Bild konnte nicht abgerufen werden: keine Verbindung zum Anbieter");
        let answered = Sentence::Answered { call: "Viber's send_message", status: 503 }.to_string();
        assert_eq!(german(&answered), "Viber's send_message antwortete mit 503");
        let opens = Sentence::BrakeOpens.to_string();
        assert!(opens.contains("/{id}/") && german(&opens).contains("/{id}/"), "{opens}");
        assert_eq!(german("the number is not on WhatsApp"), "the number is not on WhatsApp");
        assert_eq!(german(""), "");
        let key = |name| Sentence::CheckKey { name, should_be: "40 digits" };
        let keys = format!("{}; {}", key("a"), key("b"));
        assert_eq!(german(&keys), format!("{}; {}", Language::German.say(key("a")), Language::German.say(key("b"))));
        let explained = Sentence::Explained { reason: "131026", explanation: "message undeliverable" }.to_string();
        assert_eq!(german(&explained), explained);
        assert_eq!(Language::English.translate(&failed), failed);
    }
}
