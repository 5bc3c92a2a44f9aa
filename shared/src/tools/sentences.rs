//! The sentences of the bridge that customers, agents and admins read, in one table with typed arguments; English only.
//!
//! What a vendor's error code means and what a vendor's setting should be stands in that vendor's own tables.

use std::fmt;

/// Makes an enum of sentences: each variant is one, its fields are the arguments that its text names.
macro_rules! sentences {
    ($($variant:ident $({ $($field:ident: $kind:ty),+ })? = $text:literal,)+) => {
        /// A sentence, or a piece of one; its [`Display`](fmt::Display) is the text.
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
    };
}

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

    // To agents.
    ChatOpened { with: &'a str } = "[The chat was opened with: {with}]",
    FromAnotherDevice { text: &'a str } = "Sent to the customer from another device:\n{text}",
    ContactMoved { text: &'a str } = "The channel has given the customer a new address: {text}",
    Note { text: &'a str } = "Note of the bridge, which the customer does not see: {text}",
    NotDelivered { channel: &'a str, reason: &'a str } = "Not delivered on {channel}: {reason}.",
    NotDeliveredYet { channel: &'a str, reason: &'a str, until: &'a str } = "Not delivered on {channel} yet: {reason}. The bridge keeps trying until {until}.",
    UnreadKept { side: &'a str, reason: &'a str } =
        "An event of the {side} about this customer could not be shown here: {reason}. The bridge keeps it for 30 days, \
         and its admin can send it again after an update.",
    ArrivedAfterAll { channel: &'a str } = "The answer that had to wait was delivered on {channel} after all.",
    NotShown { reason: &'a str } = "A message of the customer could not be shown here: {reason}.",
    EchoNotShown { reason: &'a str } = "A message from another device could not be shown here: {reason}.",

    // Reasons, which stand behind a colon in the sentences above.
    BrakeClosed { until: &'a str, reason: &'a str } = "messages wait until {until}, because calls failed: {reason}",
    DownloadsBraked { until: &'a str, reason: &'a str } = "no files are fetched from this side until {until}: {reason}",
    BrakeOpens = "one message then tries again by itself; POST /installations/{{id}}/retry lets all of them try now",
    ContactStopped = "the contact has stopped messages from this account; you can answer once the contact writes again",
    NotJournaled = "the table takes no record of the message",
    MayHaveArrived = "the message was sent three times and it stayed unknown whether it arrived; it may have arrived",
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
    SecondsUpTo60 = "a number of seconds from 0 to 60",
    HoursUpTo144 = "a whole number of hours from 1 to 144",

    // On the admin's page.
    Installation = "Installation",
    NeedsAttention = "Needs your attention",
    Registering = "Registering",
    RegisteringNow = "The channel is being told the webhook URL.",
    NotRegistered = "The channel did not take the URL",
    RegisterBelow = "Register the webhook again below.",
    Removed = "Uninstalled",
    RemovedForGood = "This installation was removed; its URLs answer nobody any more.",
    Working = "Working",
    BothDirectionsWork = "Messages come through in both directions.",
    HalfwayThere = "Halfway there",
    NowAnswer =
        "A customer's message reached the helpdesk. Answer it there and watch this page; if nothing shows, the \
         helpdesk does not call its webhook URL yet.",
    NowWrite = "An agent's message reached the channel. Write to the channel from your own phone and watch this page.",
    WaitingForFirst = "Waiting for the first message",
    WriteFirst = "No message has come through yet. Write to the channel from your own phone and watch this page.",
    SetUp = "Set-up",
    CheckBothAccounts = "Check both accounts",
    RegisterAgain = "Register the webhook again",
    Documentation = "Documentation",
    Copy = "Copy",
    LastHeard = "Last heard",
    NotHeardYet = "not yet",
    LatestMessages = "Latest messages",
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
    SetUpByHand = "Set up by hand",
    RegisteredAgain = "The channel now calls this bridge.",
    Works = "works",
    Channel = "Channel",
    Helpdesk = "Helpdesk",
    GivenUp = "Given up",
    GivenUpAdvice =
        "These messages were not delivered. Once the reason is mended, send them again; each is kept for 30 days.",
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
    SignedOut = "Signed out",
    SignInFirst = "sign in with the admin key first",
    FormOfOtherPage = "this form is not of your session; open the page again and repeat",
    LinkExpired = "This link has expired, or nothing is here",
    LinkExpiredAdvice =
        "The link of an installation's page is valid for 30 days, and a new one ends the old one. Ask whoever runs the          bridge for the new link, or sign in with the admin key.",
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
    ToSteps = "To the next steps",
    MistakesFound { count: usize } = "Not installed yet. Fields to correct: {count}",
    EnterSecretsAgain = "Passwords and tokens have to be entered again.",
    MoreOptions = "More options",
    OptionOnResolved = "When a customer writes after the conversation was resolved",
    OptionReopen = "reopen the conversation",
    OptionNew = "begin a new conversation",
    OptionAgentName = "Put the agent’s name before each answer, where the channel does not show it",
    OptionBotMessages = "Relay the messages of the helpdesk’s bots to the customer",
    OptionMarketplace = "The Freshworks Marketplace app forwards the helpdesk’s events",
}

impl From<Sentence<'_>> for String {
    fn from(sentence: Sentence<'_>) -> Self {
        sentence.to_string()
    }
}
