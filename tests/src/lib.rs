//! What the end-to-end tests share: a whole bridge with simulated vendors, for every channel and every helpdesk.

pub mod matrix;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use byoc::{
    outside::{
        aws::{Aws, Timeouts},
        config::Environment,
        queue::Queue,
    },
    store::{Claim, Claimed, JournalKey, Store},
    tools::millis::Millis,
};
use byoc_local::{
    bridge::{Bridge, QUEUE, Settings, TABLE},
    clock::Clock,
    queue::Waiting,
    table::Table,
};
use byoc_vendors::people::{Said, Saying, Seen};
use serde_json::Value;
use tokio::{runtime::Handle, task::JoinSet};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait before looking again.
const POLL: Duration = Duration::from_millis(5);

/// So long the queue may stay busy when all that was expected has come: a message may wait for its next try.
const LINGER: Duration = Duration::from_millis(150);

/// So long the queue has to be empty then, since a simulator tells in a call of its own what it was told.
const ECHO: Duration = Duration::from_millis(25);

/// How long the queue hides a message that was received.
const VISIBILITY: Duration = Duration::from_secs(60);

/// Longer than that.
const HIDDEN: Duration = Duration::from_secs(61);

/// How often fast time passes, fifty times as fast.
const TICK: Duration = Duration::from_millis(20);

/// So much of its time an invocation keeps in fast time.
const IN_RESERVE: Duration = Duration::from_secs(10);

/// How many pairs are checked side by side: they mostly wait.
const SIDE_BY_SIDE: usize = 6;

/// The channel that stands with a helpdesk where only the helpdesk matters.
const DEFAULT_CHANNEL: &str = "viber";

/// Runs a check for every channel with every helpdesk: for what both sides decide together. Gives what the checks gave.
///
/// The variables `BYOC_CHANNEL` and `BYOC_HELPDESK` narrow this and the two below to one kind, which is quicker while
/// that one is being built.
pub async fn every_pair<C, F>(check: C) -> Vec<F::Output>
where
    C: Fn(&'static str, &'static str) -> F + Send + Sync + 'static,
    F: Future<Output: Send + 'static>,
{
    let helpdesks = helpdesks();
    let with_each = |channel| helpdesks.iter().map(move |helpdesk| (channel, *helpdesk));
    side_by_side(channels().into_iter().flat_map(with_each).collect(), check).await
}

/// Runs a check for every channel: for what the channel decides. The helpdesks take turns, so that each occurs.
pub async fn every_channel<C, F>(check: C) -> Vec<F::Output>
where
    C: Fn(&'static str, &'static str) -> F + Send + Sync + 'static,
    F: Future<Output: Send + 'static>,
{
    let wanted = channels();
    // Each channel keeps its helpdesk when the others are left out.
    let pairs = byoc_vendors::channels().zip(helpdesks().into_iter().cycle());
    side_by_side(pairs.filter(|(channel, _)| wanted.contains(channel)).collect(), check).await
}

/// Runs a check for every helpdesk, with a channel that does not matter: for what the helpdesk decides.
pub async fn every_helpdesk<C, F>(check: C) -> Vec<F::Output>
where
    C: Fn(&'static str, &'static str) -> F + Send + Sync + 'static,
    F: Future<Output: Send + 'static>,
{
    let channels = channels();
    let channel = channels.iter().copied().find(|kind| *kind == DEFAULT_CHANNEL).or(channels.first().copied());
    let channel = channel.expect("a channel of this kind");
    side_by_side(helpdesks().into_iter().map(|helpdesk| (channel, helpdesk)).collect(), check).await
}

fn channels() -> Vec<&'static str> {
    narrowed("BYOC_CHANNEL", byoc_vendors::channels())
}

fn helpdesks() -> Vec<&'static str> {
    narrowed("BYOC_HELPDESK", byoc_vendors::helpdesks())
}

fn narrowed(name: &str, kinds: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let only = variable(name);
    kinds.filter(|kind| only.as_deref().is_none_or(|only| only == *kind)).collect()
}

/// An environment variable that steers the tests.
#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Runs a check for these pairs, a few at a time, and says which pair failed.
async fn side_by_side<C, F>(pairs: Vec<(&'static str, &'static str)>, check: C) -> Vec<F::Output>
where
    C: Fn(&'static str, &'static str) -> F + Send + Sync + 'static,
    F: Future<Output: Send + 'static>,
{
    assert!(!pairs.is_empty(), "BYOC_CHANNEL or BYOC_HELPDESK names no kind");
    let mut waiting = pairs.into_iter();
    let (mut running, mut names, mut given) = (JoinSet::new(), HashMap::new(), Vec::new());
    let (check, runtime) = (Arc::new(check), Handle::current());
    loop {
        while running.len() < SIDE_BY_SIDE
            && let Some((channel, helpdesk)) = waiting.next()
        {
            // On a thread of its own, since the future of an async closure is not `Send` for every lifetime.
            let (check, runtime) = (check.clone(), runtime.clone());
            let task = running.spawn_blocking(move || runtime.block_on(check(channel, helpdesk)));
            names.insert(task.id(), (channel, helpdesk));
        }
        match running.join_next_with_id().await {
            Some(Ok((_, output))) => given.push(output),
            Some(Err(error)) => {
                let (channel, helpdesk) = names.get(&error.id()).copied().unwrap_or_default();
                eprintln!("the check of {channel} with {helpdesk} failed");
                std::panic::resume_unwind(error.into_panic());
            }
            None => return given,
        }
    }
}

/// A bridge under test.
pub struct Rig {
    /// The bridge.
    pub bridge: Bridge,
    /// The queue's clock.
    pub clock: Clock,
    http: reqwest::Client,
}

impl Rig {
    /// Starts a bridge in memory.
    pub async fn start(channel: &str, helpdesk: &str) -> Self {
        Self::start_with(channel, helpdesk, |_| {}).await
    }

    /// Starts a bridge with other settings.
    pub async fn start_with(channel: &str, helpdesk: &str, change: impl FnOnce(&mut Settings)) -> Self {
        // A failing test is read with RUST_LOG=info.
        byoc_local::log::start("off");
        let clock = Clock::new();
        let channel = byoc_vendors::channel(channel).expect("a simulated channel");
        let helpdesk = byoc_vendors::helpdesk(helpdesk).expect("a simulated helpdesk");
        let mut settings = Settings { clock: clock.clone(), ..Settings::new(channel, helpdesk) };
        change(&mut settings);
        match Bridge::start(settings).await {
            Ok(bridge) => Self { bridge, clock, http: http_client() },
            Err(error) => panic!("the bridge did not start: {error}"),
        }
    }

    /// A customer writes; the bridge must take it.
    pub async fn say(&self, customer: &str, text: &str) -> Said {
        let said = self.bridge.channel.say(customer, Saying::Text(text.to_owned())).await.expect("a webhook call");
        assert_eq!(said.status, 200, "the bridge answered {}: {}", said.status, said.body);
        said
    }

    /// The usual customer writes.
    pub async fn customer_says(&self, text: &str) -> Said {
        self.say(self.bridge.channel.customer(), text).await
    }

    /// An agent answers the contact whose message came last; the bridge must take it.
    pub async fn agent_says(&self, text: &str) -> Said {
        let contact = self.bridge.helpdesk.received(None).pop().expect("a conversation").contact;
        let said = self.bridge.helpdesk.answer(&contact, Saying::Text(text.to_owned())).await.expect("a webhook call");
        assert_eq!(said.status, 200, "the bridge answered {}: {}", said.status, said.body);
        said
    }

    /// What agents see, notes left out.
    pub fn at_helpdesk(&self) -> Vec<Seen> {
        self.bridge.helpdesk.received(None).into_iter().filter(|seen| !seen.private).collect()
    }

    /// The private notes.
    pub fn notes(&self) -> Vec<Seen> {
        self.bridge.helpdesk.received(None).into_iter().filter(|seen| seen.private).collect()
    }

    /// What the customers see.
    pub fn at_channel(&self) -> Vec<Seen> {
        self.bridge.channel.received(None)
    }

    /// Waits until so many messages are at the helpdesk, and until one too many would have shown.
    pub async fn exactly_at_helpdesk(&self, count: usize) -> Vec<Seen> {
        self.exactly("messages at the helpdesk", count, || self.at_helpdesk()).await
    }

    /// The same at the channel.
    pub async fn exactly_at_channel(&self, count: usize) -> Vec<Seen> {
        self.exactly("messages at the channel", count, || self.at_channel()).await
    }

    /// Waits so long until at least so many messages are at the helpdesk.
    pub async fn many_at_helpdesk(&self, patience: Duration, count: usize) -> Vec<Seen> {
        self.many(patience, "messages at the helpdesk", count, || self.at_helpdesk()).await
    }

    async fn many(&self, patience: Duration, what: &str, count: usize, look: impl Fn() -> Vec<Seen>) -> Vec<Seen> {
        let look = async || match look() {
            seen if seen.len() >= count => Ok(seen),
            seen => {
                let waiting = self.bridge.queues.queues().peek(QUEUE);
                let waiting = waiting.iter().map(|it| format!("{:?}, received {}", it.hidden_for, it.receives));
                let (there, waiting) = (seen.len(), waiting.take(10).collect::<Vec<_>>());
                Err(format!("{there} instead of {count}: {:?}, and {waiting:?} in the queue", texts(&seen)))
            }
        };
        poll(patience, what, look).await
    }

    async fn exactly(&self, what: &str, count: usize, look: impl Fn() -> Vec<Seen>) -> Vec<Seen> {
        self.many(PATIENCE, what, count, &look).await;
        self.lull().await;
        let seen = look();
        assert_eq!(seen.len(), count, "{what}: {:?}", texts(&seen));
        seen
    }

    /// Waits until one message too many would have shown. It comes from what the queue still holds, or from what a
    /// simulator tells of a message in the same moment. A message that waits long for its next try is not waited for.
    pub async fn lull(&self) {
        let began = Instant::now();
        let mut idle_since = None;
        while began.elapsed() < LINGER && idle_since.is_none_or(|since: Instant| since.elapsed() < ECHO) {
            tokio::time::sleep(POLL).await;
            idle_since = self.is_idle().then(|| idle_since.unwrap_or_else(Instant::now));
        }
    }

    /// Whether the queue is empty: the relay has ended all that it was given, and nothing more can come of it.
    pub fn is_idle(&self) -> bool {
        self.bridge.queues.queues().peek(QUEUE).is_empty()
    }

    /// Waits until the queue is empty.
    pub async fn settled(&self) {
        eventually("an empty queue", async || self.is_idle().then_some(())).await;
    }

    /// Waits until the journal is like this, and gives it, newest first.
    pub async fn journal_is(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let look = async || {
            let journal = self.journal().await;
            if wanted(&journal) { Ok(journal) } else { Err(format!("the journal is {journal:?}")) }
        };
        poll(PATIENCE, what, look).await
    }

    /// Waits until the journal shows such a message, and gives its entry.
    pub async fn journal_shows(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let journal = self.journal_is(what, |journal| journal.iter().any(&wanted)).await;
        journal.into_iter().find(wanted).expect("the entry that was just found")
    }

    /// Waits until an admin sees the installation like this, and gives it.
    pub async fn installation_shows(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async || {
            let shown = self.shown("").await;
            if wanted(&shown) { Ok(shown) } else { Err(format!("the installation is {shown}")) }
        };
        poll(PATIENCE, what, look).await
    }

    /// Waits until agents are told that a message was not delivered, by a note or a status.
    pub async fn agents_are_told(&self) {
        let look = async || match self.bridge.helpdesk.failures() {
            failures if failures.iter().any(|text| text.contains("ot delivered")) => Ok(()),
            failures => Err(format!("agents were told {failures:?}")),
        };
        poll(PATIENCE, "a note or a failed status", look).await;
    }

    /// The clients that a function would make in this bridge.
    pub async fn aws(&self) -> Aws {
        Aws::from_environment(&self.bridge.variables(), Timeouts::Background).await
    }

    /// One of the bridge's queues, as a function sees it.
    pub async fn queue(&self, name: &str) -> Queue {
        Queue::new(self.aws().await.sqs(), self.bridge.queues.url(name))
    }

    /// What an admin sees of the installation, or below it. Tests look often, so this is one client for all looks.
    async fn shown(&self, below: &str) -> Value {
        let url = format!("{}/installations/{}{below}", self.bridge.url, self.bridge.installation_id());
        let answer = self.http.get(url).bearer_auth(&self.bridge.admin_key).send().await.expect("an answer");
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The journal's latest messages, newest first.
    pub async fn journal(&self) -> Vec<Value> {
        let body = self.shown("/messages").await;
        body.get("messages").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// The relay dies in the middle of whatever it does; another starts when the queue hands its message out again.
    pub async fn relay_dies(&mut self) {
        self.bridge.kill_relay().await;
        // The queue has to notice that nobody polls any more, or it hands the message to the dead. Nothing shows it.
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.clock.advance(HIDDEN);
        if let Err(error) = self.bridge.start_relay(8).await {
            panic!("the relay did not start: {error}");
        }
        // A busy machine may notice later, and what the dead were handed is hidden once more.
        let clock = self.clock.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            clock.advance(HIDDEN);
        });
    }

    /// Lets the queue's time run fast until dropped: a second every 20 ms, but never so far that a running invocation
    /// loses its message.
    pub fn fast_time(&self) -> FastTime {
        let (clock, queues) = (self.clock.clone(), self.bridge.queues.queues().clone());
        FastTime(tokio::spawn(async move {
            let mut hands = Hands::default();
            loop {
                tokio::time::sleep(TICK).await;
                clock.advance(hands.may_pass(clock.now(), &queues.peek(QUEUE)));
            }
        }))
    }
}

/// Fast time, until dropped.
pub struct FastTime(tokio::task::JoinHandle<()>);

impl Drop for FastTime {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Tells the messages that somebody works on from those that wait for their next try; the queue hides both.
#[derive(Default)]
struct Hands {
    looked_at: u64,
    /// By message: how often it was received, until when it is hidden, and whether somebody works on it.
    messages: HashMap<String, (u32, u64, bool)>,
}

impl Hands {
    /// How much time may pass at once, so that what is in somebody's hands stays there.
    fn may_pass(&mut self, now: u64, waiting: &[Waiting]) -> Duration {
        let mut step = TICK * 50;
        let since = Duration::from_millis(now.saturating_sub(self.looked_at));
        let before = std::mem::replace(self, Self { looked_at: now, messages: HashMap::new() }).messages;
        for message in waiting.iter().filter(|message| !message.hidden_for.is_zero()) {
            let until = now + u64::try_from(message.hidden_for.as_millis()).unwrap_or_default();
            let is_worked_on = match before.get(&message.id) {
                // It was put off when the time is another one; the two clocks that were read differ a little.
                Some((receives, known, held)) if *receives == message.receives => *held && until.abs_diff(*known) < 100,
                // It was received since the last look.
                _ => message.hidden_for <= VISIBILITY && message.hidden_for + since + TICK >= VISIBILITY,
            };
            if is_worked_on {
                step = step.min(message.hidden_for.saturating_sub(IN_RESERVE));
            }
            self.messages.insert(message.id.clone(), (message.receives, until, is_worked_on));
        }
        step
    }
}

/// Waits until `look` finds something.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}

/// Waits so long until `look` finds something.
pub async fn eventually_within<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    poll(patience, what, async || look().await.ok_or_else(|| "nothing".to_owned())).await
}

/// Waits until `look` finds something, which until then says what it finds instead.
async fn poll<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(instead) => assert!(began.elapsed() < patience, "{what}: after {patience:?} {instead}"),
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The secrets in one side of an install request, by name.
pub fn secrets_of(side: &Value) -> Vec<(String, String)> {
    let kind = side.get("kind").and_then(Value::as_str).unwrap_or_default();
    let channel = byoc::channel::channel(kind).map(|channel| channel.settings());
    let helpdesk = byoc::helpdesk::helpdesk(kind).map(|helpdesk| helpdesk.settings());
    let settings = channel.or(helpdesk).unwrap_or_default().iter().filter(|setting| setting.secret);
    settings
        .filter_map(|setting| Some((setting.name.to_owned(), side.get(setting.name)?.as_str()?.to_owned())))
        .collect()
}

/// A file of each kind: name, content type, bytes.
pub const FILES: &[(&str, &str, &[u8])] = &[
    ("photo.png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"),
    ("clip.mp4", "video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
    ("voice.mp3", "audio/mpeg", b"ID3\x03\0\0\0\0\0\0\xff\xfb\x90\0"),
    ("paper.pdf", "application/pdf", b"%PDF-1.4\n%%EOF"),
];

/// The texts of messages.
pub fn texts(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(|seen| seen.text.clone()).collect()
}

/// A store of its own, for as long as the table is held.
pub struct Kept {
    /// The store.
    pub store: Store,
    _table: Table,
}

impl Kept {
    /// Claims a message for which there has to be work.
    pub async fn claim(&self, key: &JournalKey) -> Claimed {
        match self.store.claim(key, Millis::new(1_000), Millis::new(2_000)).await.expect("an answer of the table") {
            Claim::Work(claimed) => claimed,
            Claim::Finished(state) => panic!("finished: {state:?}"),
        }
    }
}

/// Starts a table and nothing else.
pub async fn store() -> Kept {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let table = Table::start(TABLE, None, listener).await.expect("a table");
    let environment = Environment::of([
        ("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint().as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
    ]);
    let aws = Aws::from_environment(&environment, Timeouts::Background).await;
    Kept { store: Store::new(aws.dynamodb(), TABLE), _table: table }
}

/// Serves files over HTTP, as a vendor's file host would: name, content type, bytes.
pub async fn files(files: &[(&'static str, &'static str, &[u8])]) -> byoc_local::server::Server {
    let mut router = axum::Router::new();
    for (name, content_type, bytes) in files {
        let (content_type, bytes) = (*content_type, bytes.to_vec());
        let handler = move || async move { ([("content-type", content_type)], bytes) };
        router = router.route(&format!("/{name}"), axum::routing::get(handler));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    byoc_local::server::Server::start(listener, router).expect("a server")
}

/// Serves one file to whoever asks first, and to nobody after that.
pub async fn file_that_is_there_once(
    name: &'static str,
    content_type: &'static str,
    bytes: &[u8],
) -> byoc_local::server::Server {
    use axum::response::IntoResponse;
    let left = std::sync::Arc::new(std::sync::Mutex::new(Some(bytes.to_vec())));
    let handler = move || async move {
        match left.lock().ok().and_then(|mut left| left.take()) {
            Some(bytes) => ([("content-type", content_type)], bytes).into_response(),
            None => axum::http::StatusCode::NOT_FOUND.into_response(),
        }
    };
    let router = axum::Router::new().route(&format!("/{name}"), axum::routing::get(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    byoc_local::server::Server::start(listener, router).expect("a server")
}

/// The bytes behind the last link in what a person sees, as a person would get them by clicking. A notice of ours that a
/// file did not arrive is no file, whatever link it names.
pub async fn file_behind(seen: &Seen) -> Option<Vec<u8>> {
    if seen.text.contains("could not be fetched") {
        return None;
    }
    let url = seen.text.split_whitespace().rfind(|word| word.starts_with("http"))?;
    let answer = http_client().get(url).send().await.ok().filter(|answer| answer.status().is_success())?;
    Some(answer.bytes().await.ok()?.to_vec())
}

/// A client for calls on this machine. Without certificates, since reading those of the system takes longer than a test's
/// calls.
pub fn http_client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("an HTTP client")
}

/// Five ports in a row that are free.
pub async fn free_ports() -> u16 {
    loop {
        // Somewhere else for every caller, or those that run side by side would find the same ones.
        let start = 20_000 + rand::random_range(0..2_000) * 5;
        let mut held = Vec::new();
        for port in start..start + 5 {
            match tokio::net::TcpListener::bind(("127.0.0.1", port)).await {
                Ok(listener) => held.push(listener),
                Err(_) => break,
            }
        }
        if held.len() == 5 {
            return start;
        }
    }
}
