//! The work of both webhook functions: admit, verify, parse, store in the queue, acknowledge. No vendor is called.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    adapter::{
        self, Adapter, Verified, authenticate,
        settings::topic_of,
        webhook::{Ack, Ignored, ParseError, Parsed, Proof, WebhookRequest},
    },
    helpdesk::{HELPDESKS, Origin},
    installations::{Installations, OpenInstallation, OpenSide},
    model::{
        features::{self, Unreadable},
        heard::{Refusal, Taken},
        installation::{Route, Side},
        message::{ENVELOPE_VERSION, Envelope, Event},
    },
    outside::{
        aws::Timeouts,
        clock::now,
        config::Environment,
        queue::{Outgoing, Queue, QueueError},
    },
    start::{Clients, StartError, warm_up},
    store::{HelpdeskId, Store},
    tools::{
        answer::{Answer, ApiError},
        crypto::random_id,
        json::{self, Json},
        sentences::Sentence,
    },
};

mod heard;
mod history;
mod siblings;
mod unread;

use siblings::Siblings;

/// The most messages of one call whose words stand in the log.
const LOGGED_IDS: usize = 20;

/// The state of a webhook function.
#[derive(Debug)]
pub struct Ingest {
    installations: Installations,
    store: Store,
    queue: Queue,
    public_url: String,
    siblings: Siblings,
    calls: heard::Calls,
    unread: unread::Limit,
}

/// How the events of one side are read.
struct Parser<E> {
    side: Side,
    parse: fn(&OpenInstallation, Verified<'_>) -> Result<Parsed<E>, ParseError>,
    event: fn(E) -> Event,
}

impl<E> Clone for Parser<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Parser<E> {}

/// The answer to an invocation with an event.
#[derive(Debug, PartialEq, Serialize)]
pub struct Queued {
    ok: bool,
    /// The number of events that were put into the queue.
    pub queued: usize,
    /// The events that were not, with the reasons.
    pub ignored: Vec<Ignored>,
}

impl Ingest {
    /// Makes the clients from the environment. No call is made.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let Clients { installations, store, queue, public_url, .. } =
            Clients::from_environment(environment, Timeouts::Webhook).await?;
        Ok(Self {
            installations,
            store,
            queue,
            public_url,
            siblings: Siblings::default(),
            calls: heard::Calls::default(),
            unread: unread::Limit::default(),
        })
    }

    /// Opens the connections that every message needs.
    pub async fn warm_up(&self) {
        warm_up(async { tokio::join!(self.store.warm_up(), self.queue.warm_up()) }).await;
    }

    /// Answers a call to `/channels/{installation}/{token}`.
    pub async fn channel(&self, path: &WebhookPath<'_>, request: Request<Bytes>) -> Answer {
        let parser = Parser {
            side: Side::Channel,
            parse: |open, verified| open.channel.parse(&open.account(Side::Channel), verified),
            event: Event::Channel,
        };
        answer(self.take(Route::Channel, path, request, parser).await)
    }

    /// Answers a call to `/helpdesks/{installation}/{token}`.
    pub async fn helpdesk(&self, path: &WebhookPath<'_>, request: Request<Bytes>) -> Answer {
        let parser = Parser {
            side: Side::Helpdesk,
            parse: |open, verified| open.helpdesk.parse(&open.account(Side::Helpdesk), verified),
            event: Event::Helpdesk,
        };
        answer(self.take(Route::Helpdesk, path, request, parser).await)
    }

    /// Takes a call: first the events of the URL's owner, then those of the other installations whose addresses the
    /// events name. The URL of an uninstalled installation goes on for the others.
    async fn take<E>(
        &self,
        route: Route,
        path: &WebhookPath<'_>,
        request: Request<Bytes>,
        parser: Parser<E>,
    ) -> Result<Ack, ApiError> {
        let (open, request) = self.admit(route, parser.side, path, request).await?;
        if open.is_uninstalled() {
            return self.forward(&open, &request, parser).await?.ok_or_else(ApiError::gone);
        }
        let OpenSide { adapter, account } = open.side(parser.side);
        let verified = match authenticate(adapter, &account, &request) {
            Ok(verified) => verified,
            Err(error) => return Err(self.refuse(&open, parser.side, error.into(), error.into()).await),
        };
        let parsed = self.read(&open, verified, parser).await?;
        // What is for another address is always among the ignored events.
        let is_all_own = parsed.ignored.is_empty();
        let asked = parsed.asks.clone();
        let skip_too_long = is_acknowledged(adapter, verified);
        let taken = parsed.taken();
        let (_, ack) = self.accept(&open, parsed, parser.event, &request, skip_too_long).await?;
        if !is_all_own {
            self.forward(&open, &request, parser).await?;
        }
        self.heard(&open, parser.side, taken).await;
        match asked {
            Some(asked) => self.earlier(&open.installation.id, &asked).await,
            None => Ok(ack),
        }
    }

    /// Reads the events of a call. If the platform wants a 200 in any case, a call of which something cannot be read is
    /// kept, beside the events that can be read.
    async fn read<E>(
        &self,
        open: &OpenInstallation,
        verified: Verified<'_>,
        parser: Parser<E>,
    ) -> Result<Parsed<E>, ApiError> {
        let parsed = (parser.parse)(open, verified);
        if !is_acknowledged(open.side(parser.side).adapter, verified) {
            return match parsed {
                Ok(parsed) => {
                    // Nothing of an unsigned call is kept, so that the installation shows that something was left out.
                    if parsed.unreadable().is_some() {
                        self.calls
                            .note(&self.store, &open.installation.id, parser.side, Err(Refusal::Unreadable))
                            .await;
                    }
                    Ok(parsed)
                }
                Err(error) => Err(self.refuse(open, parser.side, Refusal::Unreadable, error.into()).await),
            };
        }
        let error = parsed.as_ref().map_or_else(|error| Some(error.clone()), Parsed::unreadable);
        let Some(error) = error else { return parsed.map_err(ApiError::from) };
        let kept = self.keep_unread(open, parser.side, verified, &error).await?;
        Ok(parsed.unwrap_or(kept))
    }

    /// Hands a call to the installations whose addresses its events name, besides the owner of the URL. Each of them has
    /// to verify the call with its own secrets. Returns the acknowledgement of one that did.
    async fn forward<E>(
        &self,
        owner: &OpenInstallation,
        request: &WebhookRequest,
        parser: Parser<E>,
    ) -> Result<Option<Ack>, ApiError> {
        let OpenSide { adapter, account } = owner.side(parser.side);
        // Events for the owner's own address end with the owner, even if somebody has installed that account anew.
        let own = adapter.address(&account);
        let mut taken = None;
        for address in adapter.addresses(&account, request) {
            if own.as_ref() == Some(&address) {
                continue;
            }
            let key = owner.installation.address_key(parser.side, &address);
            let Some(id) = self.siblings.holder(&self.store, &key).await? else {
                // Nobody reads the report of an installation that is gone, and nothing has verified its call.
                if !owner.is_uninstalled() {
                    self.siblings.count_stray(&self.store, &owner.installation.id, parser.side, &key).await;
                }
                continue;
            };
            let sibling = self.installations.find(&id).await?;
            let is_sibling = |open: &OpenInstallation| {
                !open.is_uninstalled()
                    && open.installation.id != owner.installation.id
                    && open.address_key(parser.side).as_ref() == Some(&key)
            };
            let Some(sibling) = sibling.filter(|open| is_sibling(open)) else { continue };
            let OpenSide { adapter, account } = sibling.side(parser.side);
            let refused = |reason| {
                tracing::warn!(
                    installation.id = %owner.installation.id,
                    sibling.id = %sibling.installation.id,
                    reason,
                    "a call for another installation was not handed on"
                );
            };
            let verified = match authenticate(adapter, &account, request) {
                Ok(verified) => verified.forwarded(),
                Err(_) => {
                    refused("not_verified");
                    continue;
                }
            };
            if verified.proof() != Proof::Signed && !sibling.installation.shares_account(&owner.installation) {
                refused("unsigned_from_another_account");
                continue;
            }
            let parsed = self.read(&sibling, verified, parser).await?;
            let skip_too_long = is_acknowledged(adapter, verified);
            taken = Some(self.accept(&sibling, parsed, parser.event, request, skip_too_long).await?.1);
            self.heard(&sibling, parser.side, Taken::Event).await;
        }
        Ok(taken)
    }

    /// Takes an event of a helpdesk that reached the function by invocation.
    ///
    /// # Errors
    /// Returns the refusal to answer with. A status of 500 or more is a failure of ours, after which the caller should
    /// retry.
    pub async fn invoked(&self, event: String) -> Result<Queued, ApiError> {
        // The limit applies before the installation is known, because finding the installation reads the event.
        if event.len() > features::BODY {
            return Err(ApiError::too_large(features::BODY));
        }
        let open = {
            let text = json::text_of(event.as_bytes());
            let event = Json::read(&text).map_err(|error| ParseError::json(&error))?;
            self.installation_of(event).await?
        };
        if open.is_uninstalled() {
            return Err(ApiError::gone());
        }
        let request = WebhookRequest {
            method: Method::POST,
            url: String::new(),
            query: String::new(),
            rest: String::new(),
            headers: http::HeaderMap::new(),
            body: event.into(),
            received_at: now(),
            id: random_id()?,
        };
        let parsed = match open.helpdesk.parse(&open.account(Side::Helpdesk), Verified::invoked(&request)) {
            Ok(parsed) => parsed,
            Err(error) => return Err(self.refuse(&open, Side::Helpdesk, Refusal::Unreadable, error.into()).await),
        };
        let (queued, _) = self.accept(&open, parsed, Event::Helpdesk, &request, false).await?;
        self.heard(&open, Side::Helpdesk, Taken::Event).await;
        Ok(queued)
    }

    async fn admit(
        &self,
        route: Route,
        side: Side,
        path: &WebhookPath<'_>,
        request: Request<Bytes>,
    ) -> Result<(std::sync::Arc<OpenInstallation>, WebhookRequest), ApiError> {
        let open = self.installations.admit(path.installation, route, path.token).await?;
        let open = open.ok_or_else(ApiError::not_found)?;
        let (parts, body) = request.into_parts();
        let limit = open.side(side).adapter.features().body;
        if body.len() > limit {
            return Err(self.refuse(&open, side, Refusal::TooLarge, ApiError::too_large(limit)).await);
        }
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let mut url = format!("{}/{}s/{}/{}", self.public_url, route.word(), path.installation, path.token);
        for (mark, piece) in [('/', path.rest), ('?', query.as_str())] {
            if !piece.is_empty() {
                url.push(mark);
                url.push_str(piece);
            }
        }
        let request = WebhookRequest {
            method: parts.method,
            url,
            query,
            rest: path.rest.to_owned(),
            headers: parts.headers,
            body,
            received_at: now(),
            id: random_id()?,
        };
        Ok((open, request))
    }

    /// Puts a signed call that cannot be read into the queue as it is, so that the relay keeps it: after an error, the
    /// platform would only send the same call again, and then drop the event or switch the webhook off. Beyond the
    /// limits, the call is dropped and counted.
    async fn keep_unread<E>(
        &self,
        open: &OpenInstallation,
        side: Side,
        verified: Verified<'_>,
        error: &ParseError,
    ) -> Result<Parsed<E>, ApiError> {
        let installation = &open.installation.id;
        tracing::warn!(
            installation.id = %installation,
            error.code = error.code,
            error = %error,
            "a signed webhook call could not be read"
        );
        let request = verified.request();
        let ignored = |reason| Parsed::ignored(&request.id, reason).answered(open.side(side).adapter.acknowledgement());
        let message = (request.body.len() <= unread::MAX_BODY).then(|| {
            let event = Event::Unread(adapter::unread::kept(side, verified));
            let (installation, received_at) = (installation.clone(), request.received_at);
            Outgoing::pack(&Envelope { v: ENVELOPE_VERSION, installation, received_at, event })
        });
        let dropped = match message {
            Some(Ok(message)) if self.unread.permits(&self.store, installation).await => {
                self.queue.send_one(&message, None).await?;
                return Ok(ignored("unread"));
            }
            Some(Ok(_)) => Refusal::UnreadTooMany,
            None | Some(Err(_)) => Refusal::UnreadTooLong,
        };
        tracing::error!(installation.id = %installation, reason = dropped.word(), "a signed webhook call was dropped");
        self.calls.note(&self.store, installation, side, Err(dropped)).await;
        Ok(ignored(dropped.word()))
    }

    /// Notes that a side was heard.
    async fn heard(&self, open: &OpenInstallation, side: Side, taken: Taken) {
        self.calls.note(&self.store, &open.installation.id, side, Ok(taken)).await;
    }

    /// Counts a call that is refused, so that its installation shows why nothing arrives. Returns the answer.
    async fn refuse(&self, open: &OpenInstallation, side: Side, reason: Refusal, answer: ApiError) -> ApiError {
        // Nobody reads the page of an installation that is gone.
        if !open.is_uninstalled() {
            self.calls.note(&self.store, &open.installation.id, side, Err(reason)).await;
        }
        answer
    }

    /// Stores the parsed events in the queue. Only then may the acknowledgement be sent. If `skip_too_long` is true, an
    /// event that is too long for the queue is ignored, so that the other events of its call are stored.
    async fn accept<E>(
        &self,
        open: &OpenInstallation,
        mut parsed: Parsed<E>,
        side: impl Fn(E) -> Event,
        request: &WebhookRequest,
        skip_too_long: bool,
    ) -> Result<(Queued, Ack), ApiError> {
        let (installation, received_at) = (&open.installation.id, request.received_at);
        let pack = |event| {
            let envelope = Envelope { v: ENVELOPE_VERSION, installation: installation.clone(), received_at, event };
            Outgoing::pack(&envelope)
        };
        let mut messages = Vec::with_capacity(parsed.events.len());
        for event in parsed.events {
            let event = side(event);
            let contact = event.contact().map_or("", |(contact, _)| contact);
            if event.is_typing() && !open.side(event.target()).adapter.features_for(contact).typing {
                parsed.ignored.push(Ignored { id: request.id.clone(), reason: "typing" });
                continue;
            }
            match pack(event) {
                Ok(message) => messages.push(message),
                Err(QueueError::TooLong) if skip_too_long => {
                    tracing::warn!(installation.id = %installation, "an event is too long for the queue");
                    parsed.ignored.push(Ignored { id: request.id.clone(), reason: "too_long" });
                }
                Err(error) => return Err(error.into()),
            }
        }
        if !messages.is_empty() {
            self.queue.send(&messages).await?;
        }
        tracing::info!(
            installation.id = %installation,
            events.queued = messages.len(),
            events.ignored = parsed.ignored.len(),
            message.ids = logged_ids(&messages),
            "a webhook call was taken"
        );
        Ok((Queued { ok: true, queued: messages.len(), ignored: parsed.ignored }, parsed.ack))
    }

    /// Returns the installation that an event belongs to: by the explicit field `installation`, or else by the account
    /// that the event names. Among several installations of the account, the one with the event's topic wins, or else
    /// the one that knows the user.
    async fn installation_of(&self, event: Json<'_>) -> Result<std::sync::Arc<OpenInstallation>, ApiError> {
        let unknown = || ApiError::new(StatusCode::NOT_FOUND, "unknown_installation", Sentence::NoInstallation);
        if let Some(id) = event.get("installation").and_then(Json::text) {
            return self.installations.find(&id).await?.ok_or_else(unknown);
        }
        let found = HELPDESKS.iter().find_map(|(kind, helpdesk)| Some((*kind, helpdesk.origin(event)?)));
        let (kind, origin) =
            found.ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "unknown_event", Sentence::UnknownEvent))?;
        let mut candidates = Vec::new();
        for key in origin.account_id.iter().chain(&origin.hosts) {
            for id in self.store.installation_ids_of_account(kind, key).await? {
                if candidates.iter().all(|open: &std::sync::Arc<OpenInstallation>| open.installation.id != id) {
                    candidates.extend(self.installations.find(&id).await?.filter(|open| !open.is_uninstalled()));
                }
            }
        }
        if candidates.len() > 1 {
            candidates = self.disambiguate(candidates, &origin).await?;
        }
        candidates.into_iter().next().ok_or_else(unknown)
    }

    async fn disambiguate(
        &self,
        candidates: Vec<std::sync::Arc<OpenInstallation>>,
        origin: &Origin,
    ) -> Result<Vec<std::sync::Arc<OpenInstallation>>, ApiError> {
        let candidates = with_topic(candidates, origin.topic.as_deref());
        if let (Some(user), true) = (&origin.user, candidates.len() > 1) {
            for open in &candidates {
                if self.store.contact_of(&open.installation.id, HelpdeskId::User(user)).await?.is_some() {
                    return Ok(vec![open.clone()]);
                }
            }
        }
        Ok(candidates)
    }
}

/// Returns the installations with this topic, or all of them if none has it.
fn with_topic(
    candidates: Vec<std::sync::Arc<OpenInstallation>>,
    topic: Option<&str>,
) -> Vec<std::sync::Arc<OpenInstallation>> {
    let has_topic = |open: &OpenInstallation| {
        topic.is_some() && topic_of(open.helpdesk.settings(), &open.installation.helpdesk.settings) == topic
    };
    let found: Vec<_> = candidates.iter().filter(|open| has_topic(open)).cloned().collect();
    if found.is_empty() { candidates } else { found }
}

/// The segments of `/channels/{installation}/{token}` or `/helpdesks/{installation}/{token}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookPath<'a> {
    /// The id of the installation.
    pub installation: &'a str,
    /// The token.
    pub token: &'a str,
    /// The rest of the path, without the slash.
    pub rest: &'a str,
}

impl<'a> WebhookPath<'a> {
    /// Splits a path of this route into its segments; `None` if the path is not of this route.
    pub fn parse(route: Route, path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?.strip_prefix(route.word())?.strip_prefix("s/")?;
        let (installation, path) = path.split_once('/')?;
        let (token, rest) = path.split_once('/').unwrap_or((path, ""));
        (!installation.is_empty() && !token.is_empty()).then_some(Self { installation, token, rest })
    }
}

/// Returns whether a call is answered 200 whatever it contains.
fn is_acknowledged(adapter: &(impl Adapter + ?Sized), verified: Verified<'_>) -> bool {
    verified.proof() == Proof::Signed && adapter.features().unreadable == Unreadable::Acknowledged
}

/// Returns the body of the answer to `GET /health` on every function.
pub fn health() -> Value {
    json!({"ok": true, "version": env!("CARGO_PKG_VERSION")})
}

fn answer(result: Result<Ack, ApiError>) -> Answer {
    match result {
        Ok(ack) => ack.into_answer(),
        Err(error) => error.answer(),
    }
}

/// Returns the words that stand for messages in the log, without those of a long batch.
fn logged_ids(messages: &[Outgoing]) -> String {
    let mut ids: Vec<&str> = messages.iter().take(LOGGED_IDS).map(Outgoing::log_id).collect();
    if messages.len() > LOGGED_IDS {
        ids.push("…");
    }
    ids.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::installation::Installation, testing::Inboxes};

    #[test]
    fn of_several_installations_the_one_with_the_events_topic_is_meant() {
        let open = |inbox: &str| {
            let viber = json!({"kind": "viber", "settings": {}});
            let installation: Installation = serde_json::from_value(json!({
                "id": inbox, "channel": viber, "helpdesk": {"kind": "freshchat", "settings": {}}, "options": {},
                "tokens": [], "identity": "", "account_keys": [], "created_at": 0, "updated_at": 0,
            }))
            .unwrap();
            let mut open =
                OpenInstallation::new(installation, std::sync::Arc::default(), "https://bridge.example").unwrap();
            (open.helpdesk, open.installation.helpdesk) = (&Inboxes, Inboxes::side(inbox));
            std::sync::Arc::new(open)
        };
        let all = || vec![open("7"), open("8")];
        let of = |topic| -> Vec<String> {
            with_topic(all(), topic).iter().map(|open| open.installation.id.clone()).collect()
        };
        assert_eq!(of(Some("8")), ["8"]);
        for topic in [None, Some("9"), Some("same")] {
            assert_eq!(of(topic), ["7", "8"], "{topic:?}");
        }
    }

    #[test]
    fn paths_are_taken_apart() {
        let path = WebhookPath::parse(Route::Helpdesk, "/helpdesks/i/t/message");
        assert_eq!(path, Some(WebhookPath { installation: "i", token: "t", rest: "message" }));
        for path in ["", "/", "/channels/i/t", "/helpdesks/i", "/helpdesks//t", "/helpdesks/i/", "helpdesks/i/t"] {
            assert_eq!(WebhookPath::parse(Route::Helpdesk, path), None, "{path}");
        }
    }
}
