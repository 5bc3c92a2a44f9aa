//! What the end-to-end tests share: a whole bridge with simulated vendors, for every channel and every helpdesk.

pub mod matrix;

use std::time::{Duration, Instant};

use byoc::{
    outside::{
        aws::{Aws, Patience},
        config::Environment,
        queue::Queue,
    },
    store::Store,
};
use byoc_local::{
    bridge::{Bridge, Settings, TABLE},
    clock::Clock,
    table::Table,
};
use byoc_vendors::people::{Said, Saying, Seen};
use serde_json::Value;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longer than the queue hides a message that nobody finished.
const HIDDEN: Duration = Duration::from_secs(61);

/// How many pairs are checked side by side: they mostly wait.
const SIDE_BY_SIDE: usize = 6;

/// Runs a check for every channel with every helpdesk, a few side by side. The variables `BYOC_CHANNEL` and
/// `BYOC_HELPDESK` narrow it to one kind, which is quicker while that one is being built.
#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
pub async fn every_pair<C, F>(check: C)
where
    C: Fn(&'static str, &'static str) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let wanted = |variable: &str, kind: &str| std::env::var(variable).map_or(true, |only| only == kind);
    let mut waiting = byoc_vendors::helpdesks()
        .filter(|kind| wanted("BYOC_HELPDESK", kind))
        .flat_map(|helpdesk| byoc_vendors::channels().map(move |channel| (channel, helpdesk)))
        .filter(|(channel, _)| wanted("BYOC_CHANNEL", channel));
    let mut running = tokio::task::JoinSet::new();
    for (channel, helpdesk) in waiting.by_ref().take(SIDE_BY_SIDE) {
        running.spawn(check(channel, helpdesk));
    }
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            std::panic::resume_unwind(error.into_panic());
        }
        if let Some((channel, helpdesk)) = waiting.next() {
            running.spawn(check(channel, helpdesk));
        }
    }
}

/// A bridge under test.
pub struct Rig {
    /// The bridge.
    pub bridge: Bridge,
    /// The queue's clock.
    pub clock: Clock,
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
            Ok(bridge) => Self { bridge, clock },
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

    /// Waits until so many messages are at the helpdesk, and a little longer, so that one too many shows.
    pub async fn exactly_at_helpdesk(&self, count: usize) -> Vec<Seen> {
        exactly("messages at the helpdesk", count, || self.at_helpdesk()).await
    }

    /// The same at the channel.
    pub async fn exactly_at_channel(&self, count: usize) -> Vec<Seen> {
        exactly("messages at the channel", count, || self.at_channel()).await
    }

    /// The clients that a function would make in this bridge.
    pub async fn aws(&self) -> Aws {
        Aws::from_environment(&self.bridge.variables(), Patience::Background).await
    }

    /// One of the bridge's queues, as a function sees it.
    pub async fn queue(&self, name: &str) -> Queue {
        Queue::new(self.aws().await.sqs(), self.bridge.queues.url(name))
    }

    /// The journal's latest messages, newest first.
    pub async fn journal(&self) -> Vec<Value> {
        let path = format!("/installations/{}/messages", self.bridge.installation_id());
        let (status, body) = self.bridge.admin("GET", &path, None).await.expect("an answer");
        assert_eq!(status, 200, "{body}");
        body.get("messages").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// The relay dies in the middle of whatever it does; another starts when the queue hands its message out again.
    pub async fn relay_dies(&mut self) {
        self.bridge.kill_relay().await;
        // The queue has to notice that nobody polls any more, or it hands the message to the dead.
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

    /// Lets the queue's time run fast until dropped: a second every 20 ms, slow enough that no running invocation
    /// loses its message.
    pub fn hurry(&self) -> Hurry {
        let clock = self.clock.clone();
        Hurry(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                clock.advance(Duration::from_secs(1));
            }
        }))
    }
}

/// Fast time, until dropped.
pub struct Hurry(tokio::task::JoinHandle<()>);

impl Drop for Hurry {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits until `look` finds something.
pub async fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}

/// Waits so long until `look` finds something.
pub async fn eventually_within<T>(patience: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < patience, "{what}: nothing after {patience:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn exactly(what: &str, count: usize, look: impl Fn() -> Vec<Seen>) -> Vec<Seen> {
    let began = Instant::now();
    while look().len() < count {
        assert!(began.elapsed() < PATIENCE, "{what}: {} instead of {count}: {:?}", look().len(), texts(&look()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    let seen = look();
    assert_eq!(seen.len(), count, "{what}: {:?}", texts(&seen));
    seen
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
    let aws = Aws::from_environment(&environment, Patience::Background).await;
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
    let client = reqwest::Client::builder().no_proxy().build().ok()?;
    let answer = client.get(url).send().await.ok().filter(|answer| answer.status().is_success())?;
    Some(answer.bytes().await.ok()?.to_vec())
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
