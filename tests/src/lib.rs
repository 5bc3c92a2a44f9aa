//! The shared pieces of the end-to-end tests: a whole bridge with simulated vendors, for every channel and every
//! helpdesk.

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
    table::Table,
};
use byoc_vendors::{
    fault::{Fault, How},
    people::{Said, Saying, Seen},
};
use serde_json::Value;
use tokio::{runtime::Handle, task::JoinSet};

/// The time after which a test gives up waiting.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The pause between two looks.
const POLL: Duration = Duration::from_millis(5);

/// The longest time to wait for an empty queue after all expected messages have arrived. A message may still wait for a
/// retry.
const MAX_SETTLE_TIME: Duration = Duration::from_millis(150);

/// The time that the queue must be empty before a test goes on, because a simulator echoes a message in a call of its
/// own.
const IDLE_TIME: Duration = Duration::from_millis(25);

/// A time that is longer than the visibility timeout of the queue.
const PAST_VISIBILITY: Duration = Duration::from_secs(181);

/// The interval in which fast time moves the clock, each time by fifty times the interval.
const TICK: Duration = Duration::from_millis(20);

/// The part of a message's visibility timeout that fast time leaves to a running invocation.
const VISIBILITY_RESERVE: Duration = Duration::from_secs(10);

/// The number of pairs that are checked at the same time. They mostly wait.
const CONCURRENT_PAIRS: usize = 6;

/// The channel for checks in which only the helpdesk matters.
const DEFAULT_CHANNEL: &str = "viber";

/// Runs a check for every channel with every helpdesk, for behaviour that depends on both. Returns the results.
///
/// The variables `BYOC_CHANNEL` and `BYOC_HELPDESK` narrow this function and the next two to one kind, which is faster
/// while that kind is being built.
pub async fn every_pair<C, F>(check: C) -> Vec<F::Output>
where
    C: Fn(&'static str, &'static str) -> F + Send + Sync + 'static,
    F: Future<Output: Send + 'static>,
{
    let helpdesks = helpdesks();
    let with_each = |channel| helpdesks.iter().map(move |helpdesk| (channel, *helpdesk));
    side_by_side(channels().into_iter().flat_map(with_each).collect(), check).await
}

/// Runs a check for every channel, for behaviour that depends on the channel only. The helpdesks alternate, so that
/// each occurs.
pub async fn every_channel<C, F>(check: C) -> Vec<F::Output>
where
    C: Fn(&'static str, &'static str) -> F + Send + Sync + 'static,
    F: Future<Output: Send + 'static>,
{
    let wanted = channels();
    // A channel has the same helpdesk even if the other channels are left out.
    let pairs = byoc_vendors::channels().zip(helpdesks().into_iter().cycle());
    side_by_side(pairs.filter(|(channel, _)| wanted.contains(channel)).collect(), check).await
}

/// Runs a check for every helpdesk with one fixed channel, for behaviour that depends on the helpdesk only.
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

/// Returns an environment variable that controls the tests.
#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Runs a check for these pairs, several at a time, and prints the pair that failed.
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
        while running.len() < CONCURRENT_PAIRS
            && let Some((channel, helpdesk)) = waiting.next()
        {
            // Each check has a thread of its own, since the future of an async closure is not `Send` for every
            // lifetime.
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
        // To debug a failing test, run it with RUST_LOG=info.
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

    /// Signs in with the admin key, and returns the session's cookie with its attributes.
    pub async fn session_cookie(&self) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let form = format!("admin_key={}", self.bridge.admin_key);
        let answer = client.post(format!("{}/login", self.bridge.url)).body(form).send().await.expect("an answer");
        answer.headers()["set-cookie"].to_str().expect("a cookie").to_owned()
    }

    /// Writes as a customer. The bridge must accept the message.
    pub async fn say(&self, customer: &str, text: &str) -> Said {
        let said = self.bridge.channel.say(customer, Saying::Text(text.to_owned())).await.expect("a webhook call");
        assert_eq!(said.status, 200, "the bridge answered {}: {}", said.status, said.body);
        said
    }

    /// Writes as the usual customer.
    pub async fn customer_says(&self, text: &str) -> Said {
        self.say(self.bridge.channel.customer(), text).await
    }

    /// Answers as an agent the contact whose message came last. The bridge must accept the answer.
    pub async fn agent_says(&self, text: &str) -> Said {
        let contact = self.bridge.helpdesk.received(None).pop().expect("a conversation").contact;
        let said = self.bridge.helpdesk.answer(&contact, Saying::Text(text.to_owned())).await.expect("a webhook call");
        assert_eq!(said.status, 200, "the bridge answered {}: {}", said.status, said.body);
        said
    }

    /// Returns what agents see, without the private notes.
    pub fn at_helpdesk(&self) -> Vec<Seen> {
        self.bridge.helpdesk.received(None).into_iter().filter(|seen| !seen.private).collect()
    }

    /// Returns the private notes.
    pub fn notes(&self) -> Vec<Seen> {
        self.bridge.helpdesk.received(None).into_iter().filter(|seen| seen.private).collect()
    }

    /// Returns what the customers see.
    pub fn at_channel(&self) -> Vec<Seen> {
        self.bridge.channel.received(None)
    }

    /// Waits until this many messages are at the helpdesk, and a bit longer, so that a surplus message would show.
    pub async fn exactly_at_helpdesk(&self, count: usize) -> Vec<Seen> {
        self.exactly("messages at the helpdesk", count, || self.at_helpdesk()).await
    }

    /// Waits until this many messages are at the channel, and a bit longer, so that a surplus message would show.
    pub async fn exactly_at_channel(&self, count: usize) -> Vec<Seen> {
        self.exactly("messages at the channel", count, || self.at_channel()).await
    }

    /// Waits at most `timeout` until at least this many messages are at the helpdesk.
    pub async fn many_at_helpdesk(&self, timeout: Duration, count: usize) -> Vec<Seen> {
        self.many(timeout, "messages at the helpdesk", count, || self.at_helpdesk()).await
    }

    async fn many(&self, timeout: Duration, what: &str, count: usize, look: impl Fn() -> Vec<Seen>) -> Vec<Seen> {
        let look = async || match look() {
            seen if seen.len() >= count => Ok(seen),
            seen => {
                let waiting = self.bridge.queues.queues().peek(QUEUE);
                let waiting = waiting.iter().map(|it| format!("{:?}, received {}", it.hidden_for, it.receives));
                let (there, waiting) = (seen.len(), waiting.take(10).collect::<Vec<_>>());
                Err(format!("{there} instead of {count}: {:?}, and {waiting:?} in the queue", texts(&seen)))
            }
        };
        poll(timeout, what, look).await
    }

    async fn exactly(&self, what: &str, count: usize, look: impl Fn() -> Vec<Seen>) -> Vec<Seen> {
        self.many(TIMEOUT, what, count, &look).await;
        self.wait_for_surplus().await;
        let seen = look();
        assert_eq!(seen.len(), count, "{what}: {:?}", texts(&seen));
        seen
    }

    /// Waits until a surplus message would have arrived. Such a message would come from what the queue still holds, or
    /// from what a simulator reports about a message at the same time. A message with a long backoff is not waited for.
    pub async fn wait_for_surplus(&self) {
        let began = Instant::now();
        let mut idle_since = None;
        while began.elapsed() < MAX_SETTLE_TIME && idle_since.is_none_or(|since: Instant| since.elapsed() < IDLE_TIME) {
            tokio::time::sleep(POLL).await;
            idle_since = self.is_idle().then(|| idle_since.unwrap_or_else(Instant::now));
        }
    }

    /// Returns whether the queue is empty. Then the relay has finished all its work, and nothing more can arrive.
    pub fn is_idle(&self) -> bool {
        self.bridge.queues.queues().peek(QUEUE).is_empty()
    }

    /// Waits until the queue is empty.
    pub async fn settled(&self) {
        eventually("an empty queue", async || self.is_idle().then_some(())).await;
    }

    /// Waits until the journal matches. Returns the journal, newest first.
    pub async fn journal_is(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let look = async || {
            let journal = self.journal().await;
            if wanted(&journal) { Ok(journal) } else { Err(format!("the journal is {journal:?}")) }
        };
        poll(TIMEOUT, what, look).await
    }

    /// Waits until an entry of the journal matches. Returns the entry.
    pub async fn journal_shows(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let journal = self.journal_is(what, |journal| journal.iter().any(&wanted)).await;
        journal.into_iter().find(wanted).expect("the entry that was just found")
    }

    /// Waits until the installation matches as an admin sees it. Returns the installation.
    pub async fn installation_shows(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async || {
            let shown = self.shown("").await;
            if wanted(&shown) { Ok(shown) } else { Err(format!("the installation is {shown}")) }
        };
        poll(TIMEOUT, what, look).await
    }

    /// Waits until a note or a status tells agents that a message was not delivered.
    pub async fn agents_are_told(&self) {
        let look = async || match self.bridge.helpdesk.failures() {
            failures if failures.iter().any(|text| text.contains("ot delivered")) => Ok(()),
            failures => Err(format!("agents were told {failures:?}")),
        };
        poll(TIMEOUT, "a note or a failed status", look).await;
    }

    /// Makes the AWS clients as a function of this bridge would.
    pub async fn aws(&self) -> Aws {
        Aws::from_environment(&self.bridge.variables(), Timeouts::Background).await
    }

    /// Returns one of the bridge's queues as a function sees it.
    pub async fn queue(&self, name: &str) -> Queue {
        Queue::new(self.aws().await.sqs(), self.bridge.queues.url(name))
    }

    /// Reads the installation, or a route below it, as an admin. All reads share one client, since tests read often.
    async fn shown(&self, below: &str) -> Value {
        let url = format!("{}/installations/{}{below}", self.bridge.url, self.bridge.installation_id());
        let answer = self.http.get(url).bearer_auth(&self.bridge.admin_key).send().await.expect("an answer");
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Returns the journal's latest messages, newest first.
    pub async fn journal(&self) -> Vec<Value> {
        let body = self.shown("/messages").await;
        body.get("messages").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// Kills the relay in the middle of its work. Another one starts once the queue hands out the message again.
    pub async fn relay_dies(&mut self) {
        self.bridge.kill_relay().await;
        // The queue has to notice that the old relay no longer polls, or it would hand the message to the dead relay.
        // Nothing shows when the queue has noticed.
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.clock.advance(PAST_VISIBILITY);
        if let Err(error) = self.bridge.start_relay(8).await {
            panic!("the relay did not start: {error}");
        }
        // A busy machine may notice later, so messages that went to the dead relay get a second chance.
        let clock = self.clock.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            clock.advance(PAST_VISIBILITY);
        });
    }

    /// Lets the helpdesk fail until a customer's message is given up, which takes a small `retry_time_scale`.
    pub async fn loses_a_message(&self) {
        self.bridge.helpdesk.faults().add(Fault::next(How::Status(500)).times(1_000));
        self.customer_says("Where is my parcel?").await;
        let fast = self.fast_time();
        self.journal_shows("a dead letter", |message| message["state"] == "dead").await;
        drop(fast);
        self.bridge.helpdesk.faults().clear();
    }

    /// Lets the queue's time run fast until the returned value is dropped: a second every 20 ms, but never so far that
    /// a running invocation loses its message.
    pub fn fast_time(&self) -> FastTime {
        let (clock, queues) = (self.clock.clone(), self.bridge.queues.queues().clone());
        let in_flight = self.bridge.in_flight.clone();
        FastTime(tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                let handled = queues.peek(QUEUE).into_iter().filter(|message| in_flight.contains(&message.id));
                // A message that was just received is hidden before its invocation begins.
                let spare = handled.map(|message| message.hidden_for.saturating_sub(VISIBILITY_RESERVE)).min();
                clock.advance(spare.map_or(TICK * 50, |spare| spare.min(TICK * 50)));
            }
        }))
    }
}

/// Lets time run fast until dropped.
pub struct FastTime(tokio::task::JoinHandle<()>);

impl Drop for FastTime {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits until `look` finds something.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(TIMEOUT, what, look).await
}

/// Waits at most `timeout` until `look` finds something.
pub async fn eventually_within<T>(timeout: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    poll(timeout, what, async || look().await.ok_or_else(|| "nothing".to_owned())).await
}

/// Waits until `look` finds something. Until then, `look` describes what it sees instead.
async fn poll<T>(timeout: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(instead) => assert!(began.elapsed() < timeout, "{what}: after {timeout:?} {instead}"),
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Returns the secrets in one side of an install request, by name.
pub fn secrets_of(side: &Value) -> Vec<(String, String)> {
    let kind = side.get("kind").and_then(Value::as_str).unwrap_or_default();
    let channel = byoc::channel::channel(kind).map(|channel| channel.settings());
    let helpdesk = byoc::helpdesk::helpdesk(kind).map(|helpdesk| helpdesk.settings());
    let settings = channel.or(helpdesk).unwrap_or_default().iter().filter(|setting| setting.secret);
    settings
        .filter_map(|setting| Some((setting.name.to_owned(), side.get(setting.name)?.as_str()?.to_owned())))
        .collect()
}

/// A file of each kind: name, content type and bytes.
pub const FILES: &[(&str, &str, &[u8])] = &[
    ("photo.png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"),
    ("clip.mp4", "video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
    ("voice.mp3", "audio/mpeg", b"ID3\x03\0\0\0\0\0\0\xff\xfb\x90\0"),
    ("paper.pdf", "application/pdf", b"%PDF-1.4\n%%EOF"),
];

/// Returns the texts of messages.
pub fn texts(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(|seen| seen.text.clone()).collect()
}

/// A store with a table of its own.
pub struct Kept {
    /// The store.
    pub store: Store,
    /// The table below it.
    pub table: Table,
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

/// Starts a table without a bridge.
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
    Kept { store: Store::new(aws.dynamodb(), TABLE), table }
}

/// Serves files (name, content type and bytes) over HTTP, as a vendor's file host would.
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

/// Serves one file once, to the first request.
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

/// Fetches the file behind the last link of what a person sees, as a click would. Returns `None` for a notice that a
/// file could not be fetched, even if the notice contains a link.
pub async fn file_behind(seen: &Seen) -> Option<Vec<u8>> {
    if seen.text.contains("could not be fetched") {
        return None;
    }
    let url = seen.text.split_whitespace().rfind(|word| word.starts_with("http"))?;
    let answer = http_client().get(url).send().await.ok().filter(|answer| answer.status().is_success())?;
    Some(answer.bytes().await.ok()?.to_vec())
}

/// Makes a client for calls on this machine. The client has no certificates, since reading those of the system takes
/// longer than the calls of a test.
pub fn http_client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("an HTTP client")
}

/// Finds five free ports in a row and returns the first.
pub async fn free_ports() -> u16 {
    loop {
        // Every caller starts elsewhere, since callers that run at the same time would otherwise find the same ports.
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
