//! The whole bridge in one process: the functions' real handlers, the table, the queue, and a simulated vendor on each
//! side, with one installation made through the real install hook.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use byoc::{
    model::installation::Side,
    outside::{
        aws::{Aws, Timeouts},
        config::Environment,
        lambda::{Invocation, Reply},
    },
    tools::{answer::ApiError, crypto::sha256_hex},
};
use byoc_vendors::{
    fault::with_faults,
    people::{ChannelSim, HelpdeskSim, WebhookCall},
};
use channel_webhook::ChannelWebhook;
use install_hook::InstallHook;
use product_events::ProductEvents;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    clock::Clock,
    event_source::{EventSource, InFlight, Polling},
    queue::{QueueServer, QueueSettings, Queues},
    recorder::{Begun, Recorder},
    server::Server,
    table::Table,
};

/// The name of the queue.
pub const QUEUE: &str = "byoc.fifo";
/// The name of the dead-letter queue.
pub const DEAD_LETTERS: &str = "byoc-dead.fifo";
/// The name of the table.
pub const TABLE: &str = "byoc";
/// The largest body that API Gateway accepts. The functions themselves refuse bodies over 4 MiB.
const GATEWAY_LIMIT: usize = 10 << 20;

/// The settings of a local bridge.
pub struct Settings {
    /// The port of the HTTP front. The table, the queue and the vendors use the four ports after it. 0 chooses free
    /// ports.
    pub port: u16,
    /// The folder that keeps all data. Without one, everything is in memory.
    pub data: Option<PathBuf>,
    /// The simulated channel.
    pub channel: Arc<dyn ChannelSim>,
    /// The simulated helpdesk.
    pub helpdesk: Arc<dyn HelpdeskSim>,
    /// The `settings` of the demo installation.
    pub options: Value,
    /// The number of relay invocations that run at once; 0 starts no relay.
    pub workers: usize,
    /// The queue's clock, which tests advance.
    pub clock: Clock,
    /// The routes of the front besides those of the functions.
    pub routes: Router,
    /// The number by which all waits and ages of deliveries are multiplied.
    pub retry_time_scale: f64,
    /// Where calls and events are recorded, for people who want to see every hop.
    pub recorder: Option<Recorder>,
}

impl Settings {
    /// Makes the settings of a bridge in memory on free ports.
    pub fn new(channel: Arc<dyn ChannelSim>, helpdesk: Arc<dyn HelpdeskSim>) -> Self {
        Self {
            port: 0,
            data: None,
            channel,
            helpdesk,
            options: json!({}),
            workers: 8,
            clock: Clock::new(),
            routes: Router::new(),
            retry_time_scale: 1.0,
            recorder: None,
        }
    }
}

/// A running bridge. Dropping this value ends the bridge.
pub struct Bridge {
    /// The base of all URLs of the bridge.
    pub url: String,
    /// The admin key.
    pub admin_key: String,
    /// The install request of the demo installation.
    pub request: Value,
    /// The install hook's answer to that request.
    pub installation: Value,
    /// The simulated channel.
    pub channel: Arc<dyn ChannelSim>,
    /// The simulated helpdesk.
    pub helpdesk: Arc<dyn HelpdeskSim>,
    /// The table.
    pub table: Table,
    /// The queues.
    pub queues: QueueServer,
    /// The environment of the functions if they ran as processes of their own.
    pub environment: Vec<(String, String)>,
    /// The messages that the relay is handling.
    pub in_flight: InFlight,
    /// The latest webhook calls.
    pub traffic: Traffic,
    /// Where calls and events are recorded, if they are.
    pub recorder: Option<Recorder>,
    functions: Functions,
    vendors: (Server, Server),
    polling: Option<Polling>,
    front: Server,
    _scratch: Option<Scratch>,
    _saving: JoinSet<()>,
}

/// The error of a bridge that could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// A port is taken, or the directory cannot be used.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// The cause.
        source: io::Error,
    },
    /// A part did not start.
    #[error("{0}")]
    Part(String),
    /// A function did not start.
    #[error(transparent)]
    Function(#[from] byoc::start::StartError),
    /// The install hook refused the demo installation.
    #[error("the install hook answered {status}: {body}")]
    Install {
        /// The HTTP status.
        status: u16,
        /// The body of the answer.
        body: String,
    },
}

impl Bridge {
    /// Starts all parts and makes the demo installation.
    ///
    /// # Errors
    /// Returns an error that names the part that did not start, with the reason.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let Settings { port, data, channel, helpdesk, options, workers, clock, routes, retry_time_scale, recorder } =
            settings;
        let scratch = if data.is_none() { Some(Scratch::new()?) } else { None };
        let folder = data.clone().or_else(|| scratch.as_ref().map(|scratch| scratch.0.clone())).unwrap_or_default();
        std::fs::create_dir_all(&folder)
            .map_err(|source| StartError::Io { what: folder.display().to_string(), source })?;
        let front = listen(port, 0).await?;
        let table = Table::start(TABLE, data.as_deref(), listen(port, 1).await?).await.map_err(part)?;
        let queue_settings =
            vec![QueueSettings::new(QUEUE).with_redrive(DEAD_LETTERS, 1_000), QueueSettings::new(DEAD_LETTERS)];
        let queues = Queues::open(queue_settings, data.as_deref(), clock).map_err(part)?;
        let queues = queues.serve(listen(port, 2).await?).map_err(part)?;
        restore(&folder, "channel", channel.kind(), |snapshot| channel.restore(snapshot));
        restore(&folder, "helpdesk", helpdesk.kind(), |snapshot| helpdesk.restore(snapshot));
        let recorded = |api: Router, side: Side| match &recorder {
            Some(recorder) => recorder.wrap(api, side),
            None => api,
        };
        let channel_api = recorded(with_faults(channel.router(), channel.faults()), Side::Channel);
        let helpdesk_api = recorded(with_faults(helpdesk.router(), helpdesk.faults()), Side::Helpdesk);
        let vendors = (
            Server::start(listen(port, 3).await?, channel_api).map_err(part)?,
            Server::start(listen(port, 4).await?, helpdesk_api).map_err(part)?,
        );
        let address = front.local_addr().map_err(part)?;
        let url = format!("http://{address}");
        let admin_key = secret_file(&folder.join("admin.key"))?;
        secret_file(&folder.join("vault.key"))?;
        let mut environment = environment(&url, &folder, &table, &queues, &admin_key);
        environment.push(("RETRY_TIME_SCALE".to_owned(), retry_time_scale.to_string()));
        let variables = Environment::of(environment.clone());
        let functions = Functions::from_environment(&variables).await?;
        let traffic = Traffic::default();
        let in_flight = InFlight::default();
        let polling = if workers > 0 {
            Some(start_relay(&variables, workers, in_flight.clone(), recorder.clone()).await?)
        } else {
            None
        };
        let mut bridge = Self {
            url,
            admin_key,
            request: Value::Null,
            installation: Value::Null,
            channel,
            helpdesk,
            table,
            queues,
            environment,
            traffic: traffic.clone(),
            functions: functions.clone(),
            vendors,
            polling,
            in_flight,
            front: Server::start(front, functions.router(&traffic, recorder.as_ref()).merge(routes)).map_err(part)?,
            recorder,
            _scratch: scratch,
            _saving: JoinSet::new(),
        };
        bridge.request = json!({
            "helpdesk": bridge.helpdesk.install(&bridge.vendors.1.url()),
            "channel": bridge.channel.install(&bridge.vendors.0.url()),
            "settings": options,
        });
        bridge.installation = bridge.install(&bridge.request).await?;
        let text = |name: &str| bridge.installation.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("state") == "manual" {
            bridge.channel.paste_webhook(&text("channel_webhook_url"));
        }
        bridge.helpdesk.paste_webhook(&text("helpdesk_webhook_url"));
        if data.is_some() {
            bridge._saving = save_always(folder, &bridge.channel, &bridge.helpdesk);
        }
        Ok(bridge)
    }

    /// Makes an installation as an admin would.
    ///
    /// # Errors
    /// Returns an error with the install hook's answer if the hook refuses the request.
    pub async fn install(&self, request: &Value) -> Result<Value, StartError> {
        let (status, body) = self.admin("POST", "/installations", Some(request)).await?;
        if status >= 300 {
            return Err(StartError::Install { status, body: body.to_string() });
        }
        Ok(body)
    }

    /// Calls a route of the admin API with the admin key. Returns the status and the body of the answer.
    ///
    /// # Errors
    /// Returns an error if the bridge did not answer.
    pub async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), StartError> {
        let method = method.parse().map_err(|_| StartError::Part(format!("{method} is no method")))?;
        let mut request = client()?
            .request(method, format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.admin_key));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(part)?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(part)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Invokes the install hook with an event that is not an HTTP call, as the Marketplace app would. Returns its
    /// answer, or null if the function failed.
    pub async fn invoke_install_hook(&self, event: Value) -> Value {
        self.functions.invoke_install_hook(event.to_string()).await.unwrap_or_default()
    }

    /// Invokes the function product-events in the same way.
    pub async fn invoke_product_events(&self, event: Value) -> Value {
        self.functions.invoke_product_events(event.to_string()).await.unwrap_or_default()
    }

    /// Returns the functions with routes, for calls without HTTP.
    pub fn functions(&self) -> Functions {
        self.functions.clone()
    }

    /// Makes an install hook like that of a second process: on the same table, but with a memory of its own.
    ///
    /// # Errors
    /// Returns an error if a part did not start.
    pub async fn another_install_hook(&self) -> Result<InstallHook, StartError> {
        Ok(InstallHook::from_environment(&self.variables()).await?)
    }

    /// Returns the environment of the functions if they ran as processes of their own.
    pub fn variables(&self) -> Environment {
        Environment::of(self.environment.clone())
    }

    /// Returns the id of the demo installation.
    pub fn installation_id(&self) -> &str {
        self.installation.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns the base URLs of the simulated channel and the simulated helpdesk.
    pub fn vendor_urls(&self) -> (String, String) {
        (self.vendors.0.url(), self.vendors.1.url())
    }

    /// Returns the address of the HTTP front.
    pub fn address(&self) -> SocketAddr {
        self.front.address()
    }

    /// Stops the relay like a dying Lambda function, in the middle of whatever it is doing.
    pub async fn kill_relay(&mut self) {
        if let Some(polling) = self.polling.take() {
            polling.kill().await;
        }
    }

    /// Starts the relay (again).
    ///
    /// # Errors
    /// Returns an error if a part did not start.
    pub async fn start_relay(&mut self, workers: usize) -> Result<(), StartError> {
        self.polling =
            Some(start_relay(&self.variables(), workers, self.in_flight.clone(), self.recorder.clone()).await?);
        Ok(())
    }

    /// Ends everything, as the death of the process would.
    pub async fn kill(mut self) {
        self.kill_relay().await;
        self.front.kill().await;
        self.vendors.0.kill().await;
        self.vendors.1.kill().await;
        self.queues.kill().await;
        self.table.kill().await;
    }
}

/// Starts the relay and the event source that invokes it.
async fn start_relay(
    environment: &Environment,
    workers: usize,
    in_flight: InFlight,
    recorder: Option<Recorder>,
) -> Result<Polling, StartError> {
    let relay = Arc::new(relay::Function::from_environment(environment).await?);
    let sqs = Aws::from_environment(environment, Timeouts::Background).await.sqs();
    let queue_url = environment.queue_url().map_err(part)?;
    let source = EventSource { workers, in_flight, ..EventSource::new(sqs, queue_url) };
    Ok(source.start(move |event| {
        let relay = relay.clone();
        for body in event.records.iter().filter_map(|record| record.body.as_ref()) {
            if let Some(recorder) = &recorder {
                recorder.received(body.clone());
            }
        }
        async move { Ok::<_, Infallible>(relay.batch(event).await) }
    }))
}

/// The functions with routes, made by the constructors that their `main` calls.
#[derive(Clone, Debug)]
pub struct Functions {
    channel_webhook: Arc<ChannelWebhook>,
    product_events: Arc<ProductEvents>,
    install_hook: Arc<InstallHook>,
}

impl Functions {
    async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        Ok(Self {
            channel_webhook: Arc::new(ChannelWebhook::from_environment(environment).await?),
            product_events: Arc::new(ProductEvents::from_environment(environment).await?),
            install_hook: Arc::new(InstallHook::from_environment(environment).await?),
        })
    }

    /// Returns a router that does what API Gateway does: one address for the three functions with routes.
    fn router(&self, traffic: &Traffic, recorder: Option<&Recorder>) -> Router {
        Router::new().fallback(dispatch).with_state((self.clone(), traffic.clone(), recorder.cloned()))
    }

    /// Answers an HTTP call as the function does that has the route.
    pub async fn http(&self, request: axum::http::Request<Bytes>) -> axum::http::Response<Bytes> {
        match first_piece(request.uri().path()) {
            "channels" | "media" => self.channel_webhook.http(request).await,
            "helpdesks" => self.product_events.http(request).await,
            _ => self.install_hook.http(request).await,
        }
    }

    /// Invokes the function product-events with an event that is not an HTTP call.
    ///
    /// # Errors
    /// Returns the failure of the function.
    pub async fn invoke_product_events(&self, event: String) -> Result<Value, ApiError> {
        direct(self.product_events.handle(Invocation::Direct(event)).await)
    }

    /// Invokes the install hook with an event that is not an HTTP call.
    ///
    /// # Errors
    /// Returns the failure of the function.
    pub async fn invoke_install_hook(&self, event: String) -> Result<Value, ApiError> {
        direct(self.install_hook.handle(Invocation::Direct(event)).await)
    }
}

/// The latest webhook calls, so that they can be repeated.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Arc<Mutex<VecDeque<WebhookCall>>>);

impl Traffic {
    /// Returns the latest calls whose target starts with `prefix`, oldest first. The last 64 calls are kept.
    pub fn calls(&self, prefix: &str) -> Vec<WebhookCall> {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().filter(|call| call.target.starts_with(prefix)).cloned().collect()
    }

    fn note(&self, call: WebhookCall) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= 64 {
            calls.pop_front();
        }
        calls.push_back(call);
    }
}

impl Bridge {
    /// Repeats a webhook call, byte for byte. Returns the status of the answer.
    ///
    /// # Errors
    /// Returns an error if the bridge did not answer.
    pub async fn repeat(&self, call: &WebhookCall) -> Result<u16, StartError> {
        let mut headers = call.headers.clone();
        headers.remove("host");
        headers.remove("content-length");
        let url = format!("{}{}", self.url, call.target);
        let request = client()?.request(call.method.clone(), url).headers(headers).body(call.body.clone());
        Ok(request.send().await.map_err(part)?.status().as_u16())
    }
}

async fn dispatch(
    State((functions, traffic, recorder)): State<(Functions, Traffic, Option<Recorder>)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, GATEWAY_LIMIT).await else {
        return axum::http::StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let side = match first_piece(parts.uri.path()) {
        "channels" => Some(Side::Channel),
        "helpdesks" => Some(Side::Helpdesk),
        _ => None,
    };
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let recording = side.zip(recorder).map(|(side, recorder)| {
        (recorder, Begun::now(side, false, &parts.method, target.clone(), &parts.headers, &body))
    });
    if side.is_some() {
        let (method, headers, body) = (parts.method.clone(), parts.headers.clone(), body.clone());
        traffic.note(WebhookCall { method, target, headers, body });
    }
    let answer = functions.http(axum::http::Request::from_parts(parts, body)).await;
    if let Some((recorder, begun)) = recording {
        recorder.answered(begun, answer.status().as_u16(), answer.body());
    }
    answer.map(Body::from)
}

/// Returns the piece of a path that chooses the function.
fn first_piece(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// Returns the answer to a direct invocation; such an answer is never an HTTP answer.
fn direct(reply: Result<Reply, ApiError>) -> Result<Value, ApiError> {
    match reply? {
        Reply::Direct(answer) => Ok(answer),
        Reply::Http(_) => Ok(Value::Null),
    }
}

/// Returns the environment that the functions read, here and as processes of their own.
fn environment(
    url: &str,
    folder: &Path,
    table: &Table,
    queues: &QueueServer,
    admin_key: &str,
) -> Vec<(String, String)> {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let media = url::Url::from_directory_path(absolute.join("media")).map(String::from).unwrap_or_default();
    [
        ("TABLE_NAME", TABLE.to_owned()),
        ("QUEUE_URL", queues.url(QUEUE)),
        ("DLQ_URL", queues.url(DEAD_LETTERS)),
        ("PUBLIC_URL", url.to_owned()),
        ("ADMIN_KEY_SHA256", sha256_hex(admin_key.as_bytes())),
        ("VAULT", format!("local:{}", absolute.join("vault.key").display())),
        ("MEDIA_URL", media),
        ("ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint()),
        ("AWS_ENDPOINT_URL_SQS", queues.endpoint()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

async fn listen(port: u16, offset: u16) -> Result<TcpListener, StartError> {
    let port = if port == 0 { 0 } else { port.saturating_add(offset) };
    let what = format!("port {port} cannot be used (choose another with --port)");
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| StartError::Io { what, source })
}

/// Reads a secret from a file, or makes a new one if there is none: 32 ASCII characters that stand for 128 random bits.
fn secret_file(path: &Path) -> Result<String, StartError> {
    if let Ok(secret) = std::fs::read_to_string(path)
        && secret.len() == 32
    {
        return Ok(secret);
    }
    let secret = byoc::tools::crypto::random_id().map_err(part)?;
    std::fs::write(path, &secret).map_err(|source| StartError::Io { what: path.display().to_string(), source })?;
    Ok(secret)
}

/// Saves the simulators' state to disk again and again, since the simulators themselves write nothing.
fn save_always(folder: PathBuf, channel: &Arc<dyn ChannelSim>, helpdesk: &Arc<dyn HelpdeskSim>) -> JoinSet<()> {
    let (channel, helpdesk) = (channel.clone(), helpdesk.clone());
    let mut saving = JoinSet::new();
    saving.spawn(async move {
        let mut saved = [String::new(), String::new()];
        loop {
            let now =
                [("channel", channel.kind(), channel.snapshot()), ("helpdesk", helpdesk.kind(), helpdesk.snapshot())];
            for ((name, kind, snapshot), saved) in now.into_iter().zip(&mut saved) {
                let text = snapshot.to_string();
                if text == *saved {
                    continue;
                }
                let path = memory_file(&folder, name, kind);
                let fresh = path.with_extension("json.new");
                if std::fs::write(&fresh, &text).and_then(|()| std::fs::rename(&fresh, &path)).is_ok() {
                    *saved = text;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    saving
}

/// Returns where the memory of a simulator is kept. Each kind has its own, so that another channel on the same folder
/// starts afresh and finds its memory again later.
fn memory_file(folder: &Path, name: &str, kind: &str) -> PathBuf {
    folder.join(format!("{name}-{kind}.json"))
}

fn restore(folder: &Path, name: &str, kind: &str, into: impl Fn(Value)) {
    let snapshot = std::fs::read_to_string(memory_file(folder, name, kind)).ok();
    if let Some(snapshot) = snapshot.and_then(|text| serde_json::from_str(&text).ok()) {
        into(snapshot);
    }
}

/// A temporary folder that is deleted with the bridge.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, StartError> {
        let name = format!("byoc-{}", byoc::tools::crypto::random_id().map_err(part)?);
        Ok(Self(std::env::temp_dir().join(name)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn client() -> Result<reqwest::Client, StartError> {
    byoc_vendors::call::client(Duration::from_secs(30)).map_err(part)
}

fn part(error: impl std::fmt::Display) -> StartError {
    StartError::Part(error.to_string())
}
