//! Measures the functions' release binaries as Lambda would run them: start-up, the first request, memory, and the CPU
//! time and calls of each message.
//!
//! The table, the queue and the simulated vendors run in this process. The function runs in a process of its own behind
//! a loopback Runtime API, so that its CPU time can be measured. Build the functions first (`cargo build --release
//! --workspace`), then run `cargo run --release -p byoc-tests --bin bench`. It prints JSON and the Markdown table of
//! ARCHITECTURE.md.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that went wrong should say so and stop"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use byoc::{
    model::message::{ChannelEvent, ChannelEventKind, Contact, ENVELOPE_VERSION, Envelope, Event, Part},
    outside::{clock::now, queue::Outgoing},
};
use byoc_local::{
    bridge::{Bridge, Settings},
    server::Server,
};
use byoc_vendors::people::{Saying, WebhookCall};
use clap::Parser;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc, oneshot},
};

const FUNCTIONS: [&str; 4] = ["channel-webhook", "product-events", "relay", "install-hook"];
/// A time that no step takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What to measure, and how often.
#[derive(Parser)]
struct Arguments {
    /// Only this function; all four without it.
    #[arg(long, value_parser = FUNCTIONS)]
    function: Option<String>,
    /// Where the release binaries are; beside this one by default.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// How many processes to start; the medians of their starts and of their first requests are reported.
    #[arg(long, default_value_t = 21)]
    starts: usize,
    /// How often to measure the messages; the median is reported.
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Messages of each run.
    #[arg(long, default_value_t = 500)]
    messages: usize,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let beside = std::env::current_exe().ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let binaries = arguments.binaries.clone().unwrap_or(beside);
    let mut figures = Vec::new();
    for function in FUNCTIONS.into_iter().filter(|name| arguments.function.as_deref().is_none_or(|only| only == *name))
    {
        figures.push(measure(function, &binaries.join(function), &arguments).await);
    }
    println!("{}", json!(figures.iter().map(Figures::json).collect::<Vec<_>>()));
    println!(
        "\n| function | start, ms | first request, ms | resident, MB | CPU per message, µs | calls per message |\n\
         |---|---|---|---|---|---|"
    );
    for figures in figures {
        println!("{}", figures.row());
    }
}

/// The measurements of one function.
struct Figures {
    function: &'static str,
    start_ms: f64,
    first_ms: f64,
    resident_mb: f64,
    cpu_us: f64,
    calls: BTreeMap<String, f64>,
}

impl Figures {
    fn json(&self) -> Value {
        let Self { function, start_ms, first_ms, resident_mb, cpu_us, calls } = self;
        json!({
            "function": function, "start_ms": start_ms, "first_ms": first_ms, "resident_mb": resident_mb,
            "cpu_us": cpu_us, "calls": calls,
        })
    }

    fn row(&self) -> String {
        let calls: Vec<_> = self.calls.iter().map(|(name, times)| format!("{times:.2} {name}")).collect();
        let Self { function, start_ms, first_ms, resident_mb, cpu_us, .. } = self;
        format!(
            "| {function} | {start_ms:.1} | {first_ms:.1} | {resident_mb:.1} | {cpu_us:.0} | {} |",
            calls.join(", ")
        )
    }
}

async fn measure(function: &'static str, binary: &Path, arguments: &Arguments) -> Figures {
    let bridge = warm_bridge().await;
    let mut events = Events { function, bridge: &bridge, made: 0 };
    let (mut starts, mut firsts) = (Vec::new(), Vec::new());
    let mut process = loop {
        let event = events.next().await;
        let mut process = Process::start(binary, &bridge.environment).await;
        starts.push(process.start_ms);
        firsts.push(process.invoke(event).await.as_secs_f64() * 1e3);
        if starts.len() >= arguments.starts {
            break process;
        }
    };
    // The first messages read the installation and fill caches, so they are not measured.
    for _ in 1..100 {
        process.invoke(events.next().await).await;
    }
    let mut made = BTreeMap::new();
    let mut cpu = Vec::new();
    for _ in 0..arguments.runs {
        let mut run = Vec::new();
        for _ in 0..arguments.messages {
            run.push(events.next().await);
        }
        let (calls_before, cpu_before) = (calls(&bridge), process.cpu_us());
        for event in run {
            process.invoke(event).await;
        }
        cpu.push((process.cpu_us() - cpu_before) / arguments.messages as f64);
        for (name, times) in calls(&bridge) {
            *made.entry(name.clone()).or_insert(0) += times - calls_before.get(&name).copied().unwrap_or_default();
        }
    }
    made.retain(|_, times| *times > 0);
    let messages = (arguments.runs * arguments.messages) as f64;
    let calls = made.into_iter().map(|(name, times)| (name, times as f64 / messages)).collect();
    let resident_mb = process.peak_mb();
    Figures { function, start_ms: median(starts), first_ms: median(firsts), resident_mb, cpu_us: median(cpu), calls }
}

/// Starts a bridge without a relay, on which a customer and an agent have already exchanged messages.
async fn warm_bridge() -> Bridge {
    let channel = byoc_vendors::channel("viber").expect("the simulated Viber");
    let helpdesk = byoc_vendors::helpdesk("freshchat").expect("the simulated Freshchat");
    let settings = Settings { workers: 1, ..Settings::new(channel, helpdesk) };
    let mut bridge = Bridge::start(settings).await.unwrap_or_else(|error| panic!("no bridge: {error}"));
    bridge.channel.say(bridge.channel.customer(), Saying::Text("hello".into())).await.expect("a webhook call");
    byoc_tests::eventually("the first message", async || bridge.helpdesk.received(None).pop()).await;
    bridge.kill_relay().await;
    bridge
}

/// Returns the number of calls of each kind so far.
fn calls(bridge: &Bridge) -> BTreeMap<String, usize> {
    let mut calls = bridge.table.calls().counts();
    calls.extend(bridge.queues.queues().calls().counts());
    calls.insert("helpdesk".to_owned(), bridge.helpdesk.faults().total());
    calls.insert("channel".to_owned(), bridge.channel.faults().total());
    calls
}

/// Makes Lambda events, each with a message that is new.
struct Events<'a> {
    function: &'static str,
    bridge: &'a Bridge,
    made: usize,
}

impl Events<'_> {
    async fn next(&mut self) -> String {
        self.made += 1;
        let text = format!("message number {} of the measurement", self.made);
        let event = match self.function {
            "channel-webhook" => {
                let signed = self.bridge.channel.sign(self.bridge.channel.customer(), Saying::Text(text));
                http_event(&signed.expect("a signed call"))
            }
            "product-events" => {
                // The helpdesk sends the same call to the bridge in this process; the queue drops the repeat.
                let contact = format!("{}:{}", self.bridge.channel.kind(), self.bridge.channel.customer());
                self.bridge.helpdesk.answer(&contact, Saying::Text(text)).await.expect("a webhook call");
                http_event(self.bridge.traffic.calls("/helpdesks/").last().expect("a webhook call"))
            }
            // Rotating a settings key needs random numbers, and the record keeps its size.
            "install-hook" => http_event(&self.rotation()),
            _ => sqs_event(&self.envelope(&text), self.made),
        };
        event.to_string()
    }

    fn rotation(&self) -> WebhookCall {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.bridge.admin_key)).expect("a header");
        WebhookCall {
            method: Method::POST,
            target: format!("/installations/{}/rotate", self.bridge.installation_id()),
            headers: [(AUTHORIZATION, bearer)].into_iter().collect(),
            body: Bytes::from_static(br#"{"urls": ["settings"]}"#),
        }
    }

    fn envelope(&self, text: &str) -> Outgoing {
        let contact = Contact { id: self.bridge.channel.customer().to_owned(), ..Contact::default() };
        let kind = ChannelEventKind::Message { parts: vec![Part::text(text)] };
        let event = Event::Channel(ChannelEvent::new(text, now(), contact, kind));
        let installation = self.bridge.installation_id().to_owned();
        let envelope = Envelope { v: ENVELOPE_VERSION, installation, received_at: now(), event };
        Outgoing::pack(&envelope).expect("a short message")
    }
}

/// Returns a webhook call as an HTTP API hands it to a function (payload 2.0).
fn http_event(call: &WebhookCall) -> Value {
    let headers: BTreeMap<_, _> =
        call.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    let http =
        json!({ "method": call.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7" });
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "bridge.example", "http": http,
            "requestId": "JKJaXmPLvHcESHA=", "stage": "$default", "timeEpoch": now().get(),
        },
        "body": String::from_utf8_lossy(&call.body), "isBase64Encoded": false,
    })
}

/// Returns a message as the queue hands it to the relay.
fn sqs_event(message: &Outgoing, number: usize) -> Value {
    json!({ "Records": [{
        "messageId": format!("00000000-0000-4000-8000-{number:012}"), "receiptHandle": "handle", "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": "1", "MessageGroupId": message.group,
            "MessageDeduplicationId": message.deduplication, "SentTimestamp": now().get().to_string(),
        },
        "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:byoc.fifo",
    }]})
}

/// A function's process with a Runtime API of its own.
struct Process {
    _child: Child,
    pid: u32,
    start_ms: f64,
    events: mpsc::Sender<Job>,
    ready: mpsc::UnboundedReceiver<Instant>,
    _api: Server,
}

struct Job {
    event: String,
    answer: oneshot::Sender<Bytes>,
}

impl Process {
    /// Starts a function and waits until it asks for its first event.
    async fn start(binary: &Path, environment: &[(String, String)]) -> Self {
        let (events, jobs) = mpsc::channel(1);
        let (say_ready, mut ready) = mpsc::unbounded_channel();
        let state = Arc::new(Api { ready: say_ready, jobs: Mutex::new(jobs), answer: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let api = Server::start(listener, Router::new().fallback(answer).with_state(state)).expect("a server");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let began = Instant::now();
        let child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let asked = within("a start", ready.recv()).await.expect("a running function");
        let pid = child.id().expect("a running function");
        Self { _child: child, pid, start_ms: (asked - began).as_secs_f64() * 1e3, events, ready, _api: api }
    }

    /// Lets the function handle one event, and waits until it asks for the next. Returns the time until the answer.
    async fn invoke(&mut self, event: String) -> Duration {
        let (answer, answered) = oneshot::channel();
        let began = Instant::now();
        self.events.send(Job { event, answer }).await.unwrap_or_else(|_| panic!("the function is gone"));
        let answer = within("an answer", answered).await.expect("a running function");
        let took = began.elapsed();
        let value: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let is_http_success = value.get("statusCode").is_some_and(|status| status == 200);
        let is_batch_success = value.get("batchItemFailures").is_some_and(|failures| *failures == json!([]));
        assert!(is_http_success || is_batch_success, "the function failed: {}", String::from_utf8_lossy(&answer));
        within("the next request", self.ready.recv()).await;
        took
    }

    /// Returns the CPU time of all its threads so far, in microseconds.
    fn cpu_us(&self) -> f64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.pid)).expect("a running function");
        let ran = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok());
        ran.filter_map(|ran| ran.split_whitespace().next()?.parse::<f64>().ok()).sum::<f64>() / 1e3
    }

    /// Returns the peak of the resident memory.
    fn peak_mb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("a running function");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
    }
}

/// The state of the Runtime API.
struct Api {
    ready: mpsc::UnboundedSender<Instant>,
    jobs: Mutex<mpsc::Receiver<Job>>,
    answer: Mutex<Option<oneshot::Sender<Bytes>>>,
}

async fn answer(State(api): State<Arc<Api>>, request: Request) -> Response {
    if request.method() == Method::GET {
        let _ = api.ready.send(Instant::now());
        let Some(job) = api.jobs.lock().await.recv().await else { return StatusCode::GONE.into_response() };
        *api.answer.lock().await = Some(job.answer);
        let mut response = Response::new(job.event.into());
        let deadline = (now().get() + 30_000).to_string();
        for (name, value) in [
            ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000"),
            ("lambda-runtime-deadline-ms", &deadline),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
            ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header"));
        }
        return response;
    }
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    if let Some(answer) = api.answer.lock().await.take() {
        let _ = answer.send(body);
    }
    StatusCode::ACCEPTED.into_response()
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, future).await.unwrap_or_else(|_| panic!("{what}: nothing after {TIMEOUT:?}"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
