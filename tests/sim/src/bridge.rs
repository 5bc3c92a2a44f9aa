//! The bridge inside a simulation: the product's functions, the pollers that invoke the relay, and the platforms that
//! call the webhooks.

use std::{
    rc::Rc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use byoc::{outside::config::Environment, tools::crypto::hmac_sha256};
use bytes::Bytes;
use channel_webhook::ChannelWebhook;
use http::{Method, Request};
use install_hook::InstallHook;
use product_events::ProductEvents;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    checks::{self, Lane, Saying, Way},
    faults::strikes,
    process::{End, invoke},
    queue, vendors,
    world::{log, with},
};

const ADMIN_KEY: &str = "the admin key of the simulation";
/// The number of runs in this process.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// The product's functions.
pub struct Bridge {
    environment: Environment,
    channel: ChannelWebhook,
    helpdesk: ProductEvents,
    install: InstallHook,
    _folder: tempfile::TempDir,
}

impl Bridge {
    /// Starts the functions and makes an installation for each tenant.
    ///
    /// # Errors
    /// Returns the reason if a function does not start or an installation is refused.
    pub async fn start(tenants: usize) -> Result<Rc<Self>, String> {
        let bridge = Self::start_functions().await?;
        for tenant in 0..tenants {
            with(|state| state.tenants.push(vendors::Tenant::default()));
            let (status, view) = bridge.admin(Method::POST, "/installations", &vendors::install(tenant)).await;
            if status >= 300 {
                return Err(format!("the installation was refused: {status} {view}"));
            }
            with(|state| {
                let Some(us) = state.tenants.get_mut(tenant) else { return };
                us.installation = view["id"].as_str().unwrap_or_default().to_owned();
                us.helpdesk_hook = view["helpdesk_webhook_url"].as_str().unwrap_or_default().to_owned();
            });
        }
        Ok(bridge)
    }

    /// Starts the functions.
    ///
    /// # Errors
    /// Returns the reason if a function does not start.
    pub async fn start_functions() -> Result<Rc<Self>, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let key = folder.path().join("vault.key");
        std::fs::write(&key, [7_u8; 32]).map_err(|error| error.to_string())?;
        let hash = byoc::tools::crypto::sha256_hex(ADMIN_KEY.as_bytes());
        let environment = Environment::of([
            ("TABLE_NAME", crate::table::NAME.to_owned()),
            ("QUEUE_URL", "http://sqs.example/0/byoc.fifo".to_owned()),
            ("DLQ_URL", "http://sqs.example/0/dead.fifo".to_owned()),
            ("PUBLIC_URL", "http://bridge.example".to_owned()),
            ("ADMIN_KEY_SHA256", hash),
            ("VAULT", format!("local:{}", key.display())),
            ("MEDIA_URL", format!("file://{}/media", folder.path().display())),
            ("ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
            ("AWS_ENDPOINT_URL", "http://aws.example".to_owned()),
            // The SDK keeps its budget of retries for the whole process, by region. A run must not use up another's.
            ("AWS_REGION", format!("run-{}", RUNS.fetch_add(1, Ordering::Relaxed))),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ]);
        let failed = |error: byoc::start::StartError| error.to_string();
        Ok(Rc::new(Self {
            channel: ChannelWebhook::from_environment(&environment).await.map_err(failed)?,
            helpdesk: ProductEvents::from_environment(&environment).await.map_err(failed)?,
            install: InstallHook::from_environment(&environment).await.map_err(failed)?,
            environment,
            _folder: folder,
        }))
    }

    /// Calls a route of the admin API.
    pub async fn admin(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {ADMIN_KEY}"))
            .header("content-type", "application/json");
        let Ok(request) = request.body(Bytes::from(if body.is_null() { String::new() } else { body.to_string() }))
        else {
            return (0, Value::Null);
        };
        match invoke(self.install.http(request)).await {
            End::Answer(answer) => {
                (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
            }
            End::Died | End::Deadline => (502, Value::Null),
        }
    }

    /// Calls a webhook as a platform does: again and again until it is acknowledged, for an hour.
    async fn deliver(&self, way: Way, url: &str, body: String, signature: Option<String>) -> bool {
        let path = url.strip_prefix("http://bridge.example").unwrap_or(url).to_owned();
        for wait in [1, 5, 15, 60, 120, 300, 600, 1_200, 1_200, 0] {
            let mut request =
                Request::builder().method(Method::POST).uri(&path).header("content-type", "application/json");
            if let Some(signature) = &signature {
                request = request.header("x-viber-content-signature", signature);
            }
            let Ok(request) = request.body(Bytes::from(body.clone())) else { return false };
            let end = match way {
                Way::In => invoke(self.channel.http(request)).await,
                Way::Out => invoke(self.helpdesk.http(request)).await,
            };
            match end {
                End::Answer(answer) if answer.status().is_success() => return true,
                End::Answer(answer) => log(|| format!("the webhook answered {}", answer.status())),
                End::Died | End::Deadline => {}
            }
            sleep(Duration::from_secs(wait)).await;
        }
        false
    }

    /// Writes as a contact, or answers as an agent, and waits until the bridge acknowledged the message.
    pub async fn say(&self, lane: Lane, number: u64, length: usize) -> bool {
        let text = checks::text(&lane, number, length);
        let saying = Saying { words: length, ..Saying::default() };
        let (url, body, event, signature) = match lane.way {
            Way::In => {
                let token = 4_000_000_000_000_000_000_u64
                    + (lane.tenant as u64) * 1_000_000_000
                    + (lane.contact as u64) * 10_000
                    + number;
                let body = json!({
                    "event": "message", "timestamp": with(|state| state.time()), "chat_hostname": "SN-CHAT-27_",
                    "message_token": token, "silent": false,
                    "sender": { "id": vendors::contact_id(lane.contact), "name": "Lorna", "language": "uk",
                                "country": "UA", "api_version": 10 },
                    "message": { "type": "text", "text": text },
                })
                .to_string();
                let (url, signature) = channel_call(lane.tenant, &body);
                (url, body, format!("message:{token}"), Some(signature))
            }
            Way::Out => {
                let Some((body, event)) = vendors::agent_says(lane.tenant, lane.contact, &text) else { return false };
                let url = with(|state| state.tenants.get(lane.tenant).map(|us| us.helpdesk_hook.clone()));
                (url, body, event, None)
            }
        };
        log(|| format!("said {lane:?} {number} in {length} words: {event}"));
        with(|state| state.checks.sayings.insert((lane, number), Saying { event, ..saying }));
        let is_acknowledged = self.deliver(lane.way, &url.unwrap_or_default(), body, signature).await;
        with(|state| {
            let at = state.elapsed();
            let is_gone = state.tenants.get(lane.tenant).is_some_and(|us| us.is_gone);
            if let Some(saying) = state.checks.sayings.get_mut(&(lane, number)).filter(|_| is_acknowledged) {
                saying.acknowledged = Some(at);
                saying.ended |= is_gone;
            }
        });
        is_acknowledged
    }

    /// Tells as the channel that a contact got or read one of the messages so far, which may be one that the bridge has
    /// not recorded.
    pub async fn receipt(&self, tenant: usize, contact: usize) {
        let body = with(|state| {
            let event = ["delivered", "seen"][state.rng.usize(..2)];
            let now = state.time();
            let token = state.tenants.get(tenant).map(|us| us.some_token(tenant, &mut state.rng));
            json!({
                "event": event, "timestamp": now, "message_token": token, "user_id": vendors::contact_id(contact),
            })
            .to_string()
        });
        let (url, signature) = channel_call(tenant, &body);
        self.deliver(Way::In, &url.unwrap_or_default(), body, Some(signature)).await;
    }

    /// Runs one slot of the relay: an event source that invokes one process after the other.
    pub async fn slot(self: Rc<Self>) {
        let mut relay = None;
        let changed = with(|state| state.changed.clone());
        loop {
            let notified = changed.notified();
            let Some(message) = with(queue::poll) else {
                let now = with(|state| state.time());
                let next = with(|state| state.queues.main.next_visible());
                let wait = next.map_or(86_400_000, |at| at.saturating_sub(now).max(1));
                tokio::select! {
                    biased;
                    () = notified => {}
                    () = sleep(Duration::from_millis(wait)) => {}
                }
                continue;
            };
            let late = with(|state| {
                let is_late = strikes(state, state.faults.late_starts);
                is_late.then(|| {
                    state.strike("a poller was throttled");
                    state.rng.u64(queue::VISIBILITY / 2..queue::VISIBILITY)
                })
            });
            if let Some(late) = late {
                sleep(Duration::from_millis(late)).await;
            }
            if relay.is_none() {
                relay = relay::Function::from_environment(&self.environment).await.ok();
            }
            let Some(function) = &relay else { continue };
            let receipt = message.receipt();
            let work = async {
                with(|state| state.checks.takes(state.process, &message.body));
                function.batch(event_of(&message)).await
            };
            match invoke(work).await {
                End::Answer(answer) => {
                    if answer.batch_item_failures.is_empty() {
                        with(|state| state.queues.main.delete(&receipt));
                        changed.notify_waiters();
                    }
                }
                End::Died | End::Deadline => relay = None,
            }
        }
    }
}

/// Returns the URL that a tenant's channel calls, and the signature of a body.
fn channel_call(tenant: usize, body: &str) -> (Option<String>, String) {
    let key = vendors::channel_token(tenant);
    let signature = hex::encode(hmac_sha256(key.as_bytes(), body.as_bytes()));
    (with(|state| state.tenants.get(tenant).map(|us| us.channel_hook.clone())), signature)
}

fn event_of(message: &queue::Message) -> SqsEvent {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.id.to_string());
    record.receipt_handle = Some(message.receipt());
    record.body = Some(message.body.clone());
    record.attributes = [
        ("MessageGroupId", message.group.clone()),
        ("MessageDeduplicationId", message.deduplication.clone()),
        ("ApproximateReceiveCount", message.receives.to_string()),
        ("SentTimestamp", message.sent.to_string()),
        ("ApproximateFirstReceiveTimestamp", message.first_received.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let mut event = SqsEvent::default();
    event.records = vec![record];
    event
}
