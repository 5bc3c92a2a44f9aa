//! Tests that nothing an agent writes ends in silence: it arrives, or the agent reads why not, or there is one of the
//! reasons of [`Silence`], each of which has a case here. They have a file of their own, since a process has only one
//! log.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use byoc::relay::Silence;
use byoc_local::bridge::DEAD_LETTERS;
use byoc_tests::{Rig, eventually, http_client, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::freshchat::{FreshchatSim, TOKEN, TOPIC},
    people::{HelpdeskSim, Saying},
};
use serde_json::{Value, json};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Returns the log of this process.
    fn start() -> &'static Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone());
            let filter = byoc::outside::lambda::log_filter(Some("info"), LevelFilter::INFO);
            tracing_subscriber::registry().with(filter).with(lines).init();
            log
        })
    }

    /// Returns the reasons with which messages of an installation ended in silence.
    fn silences(&self, rig: &Rig) -> Vec<Silence> {
        let log = String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
        let id = rig.bridge.installation_id();
        let of_rig = log.lines().filter(|line| line.contains(id));
        of_rig.filter_map(|line| Silence::from_word(line.split_once("silence=\"")?.1.split_once('"')?.0)).collect()
    }
}

/// Waits until a message ended in this silence, once.
async fn silent(rig: &Rig, silence: Silence) {
    let log = Log::start();
    eventually(silence.word(), async || (!log.silences(rig).is_empty()).then_some(())).await;
    rig.wait_for_surplus().await;
    assert_eq!(log.silences(rig), [silence]);
}

fn text(text: &str) -> Saying {
    Saying::Text(text.to_owned())
}

/// Calls the API of the simulated Freshchat. Returns the answer.
async fn freshchat(rig: &Rig, path: &str, body: &Value) -> Value {
    let url = format!("{}/v2{path}", rig.bridge.vendor_urls().1);
    let request = http_client().post(url).bearer_auth(TOKEN).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// Makes a user with this name, and a conversation of theirs. Returns the conversation.
async fn stranger(rig: &Rig, reference: &str) -> String {
    let user = freshchat(rig, "/users", &json!({"reference_id": reference, "first_name": "Ana"})).await;
    let user = &user["id"];
    let hello = json!({
        "message_parts": [{"text": {"content": "Hello?"}}], "message_type": "normal", "actor_type": "user",
        "actor_id": user, "channel_id": TOPIC,
    });
    let conversation = json!({"status": "new", "channel_id": TOPIC, "users": [{"id": user}], "messages": [hello]});
    freshchat(rig, "/conversations", &conversation).await["conversation_id"].as_str().unwrap().to_owned()
}

/// Calls the helpdesk's webhook.
async fn webhook(rig: &Rig, content_type: &str, signature: Option<String>, body: String) {
    let url = rig.bridge.installation["helpdesk_webhook_url"].as_str().unwrap();
    let mut request = http_client().post(url).header("content-type", content_type).body(body);
    if let Some(signature) = signature {
        request = request.header("x-freshchat-signature", signature);
    }
    assert_eq!(request.send().await.unwrap().status(), 200);
}

/// What makes a message end so, and what people see then. The match names every reason.
async fn case(silence: Silence) {
    match silence {
        Silence::Uninstalled => {
            let mut rig = Rig::start("viber", "freshchat").await;
            rig.customer_says("Hello?").await;
            rig.exactly_at_helpdesk(1).await;
            rig.bridge.kill_relay().await;
            rig.agent_says("too late").await;
            let path = format!("/installations/{}", rig.bridge.installation_id());
            rig.bridge.admin("DELETE", &path, None).await.unwrap();
            rig.bridge.start_relay(8).await.unwrap();
            silent(&rig, silence).await;
            assert_eq!((rig.at_channel(), rig.notes()), (Vec::new(), Vec::new()));
        }
        Silence::OtherChannel => {
            for reference in ["line:U1", "somebody-of-another-system"] {
                let rig = Rig::start("viber", "freshchat").await;
                stranger(&rig, reference).await;
                rig.bridge.helpdesk.answer(reference, text("for LINE")).await.unwrap();
                silent(&rig, silence).await;
                assert_eq!((rig.at_channel(), rig.notes()), (Vec::new(), Vec::new()), "{reference}");
            }
        }
        Silence::OwnPost => {
            let rig = Rig::start("viber", "deskie").await;
            rig.customer_says("Hello?").await;
            rig.customer_says("Are you there?").await;
            let own = rig.exactly_at_helpdesk(2).await.pop().unwrap();
            let form = [
                ("type", "message_new"),
                ("object[message_id]", &own.id),
                ("object[custom_user_id]", &own.contact),
                ("object[content]", "Are you there?"),
                ("object[staff_id]", "4118"),
                ("object[b_from_api]", "1"),
            ];
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            webhook(&rig, "application/x-www-form-urlencoded", None, body).await;
            silent(&rig, silence).await;
            assert_eq!((rig.at_channel(), rig.notes()), (Vec::new(), Vec::new()));
        }
        Silence::Repeat => {
            let rig = Rig::start("viber", "is_messenger").await;
            rig.customer_says("Hello?").await;
            let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
            for _ in 0..2 {
                rig.bridge.helpdesk.answer(&contact, text("the same twice")).await.unwrap();
            }
            silent(&rig, silence).await;
            assert_eq!(texts(&rig.exactly_at_channel(1).await), ["the same twice"]);
            assert_eq!(rig.bridge.helpdesk.failures(), [] as [&str; 0]);
        }
        Silence::Finished => {
            let rig = Rig::start("viber", "freshchat").await;
            rig.customer_says("Hello?").await;
            rig.exactly_at_helpdesk(1).await;
            rig.agent_says("once").await;
            rig.exactly_at_channel(1).await;
            // The queue has forgotten the first call.
            rig.clock.advance(Duration::from_secs(600));
            let call = rig.bridge.traffic.calls("/helpdesks/").pop().unwrap();
            rig.bridge.repeat(&call).await.unwrap();
            silent(&rig, silence).await;
            assert_eq!(texts(&rig.exactly_at_channel(1).await), ["once"]);
            assert_eq!(rig.notes(), []);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_silence_has_its_reason() {
    Log::start();
    for silence in Silence::ALL {
        case(silence).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_to_nobody_reads_why() {
    Log::start();
    for user in [Some("a-user-who-was-merged-away"), None] {
        let sim = FreshchatSim::demo().unwrap();
        let helpdesk: Arc<dyn HelpdeskSim> = Arc::new(sim.clone());
        let rig = Rig::start_with("viber", "freshchat", |settings| settings.helpdesk = helpdesk).await;
        let conversation = stranger(&rig, "viber:nobody").await;
        let mut event = json!({
            "actor": {"actor_type": "agent", "actor_id": "a"}, "action": "message_create",
            "action_time": "2026-11-28T09:30:00Z",
            "data": {"message": {
                "id": "m1", "message_type": "normal", "actor_type": "agent", "actor_id": "a", "channel_id": TOPIC,
                "conversation_id": conversation, "created_time": "2026-11-28T09:30:00Z",
                "message_parts": [{"text": {"content": "Can you hear me?"}}],
            }},
        });
        if let Some(user) = user {
            event["data"]["message"]["user_id"] = user.into();
        }
        let body = event.to_string();
        let signature = sim.sign(body.as_bytes()).unwrap();
        webhook(&rig, "application/json", Some(signature), body).await;
        let fast = rig.fast_time();
        let told = eventually("the note", async || rig.notes().into_iter().next()).await;
        drop(fast);
        assert!(told.text.contains("no contact with this id is known"), "{user:?}: {}", told.text);
        assert_eq!(told.conversation, Some(conversation), "{user:?}");
        assert_eq!((rig.at_channel(), Log::start().silences(&rig)), (Vec::new(), Vec::new()), "{user:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_set_aside_is_told() {
    Log::start();
    // Three days pass in a quarter of a second.
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = 1e-6).await;
    stranger(&rig, "viber:nobody").await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)).at("/users").times(1_000));
    rig.bridge.helpdesk.answer("viber:nobody", text("Can you hear me?")).await.unwrap();
    let fast = rig.fast_time();
    let told = eventually("the note", async || rig.notes().into_iter().next()).await;
    assert!(told.text.contains("could not be looked up"), "{}", told.text);
    let dead = || rig.bridge.queues.queues().peek(DEAD_LETTERS).len();
    eventually("a dead letter", async || (dead() == 1).then_some(())).await;
    drop(fast);
    assert_eq!(rig.at_channel(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_which_nothing_is_left_is_told() {
    Log::start();
    for helpdesk in ["deskie", "freshchat", "is_messenger"] {
        let rig = Rig::start("viber", helpdesk).await;
        rig.customer_says("Hello?").await;
        let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
        rig.bridge.helpdesk.answer(&contact, text("\u{0}")).await.unwrap();
        rig.agents_are_told().await;
        assert_eq!(rig.at_channel(), [], "{helpdesk}");
    }
}
