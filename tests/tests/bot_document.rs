//! Runs the bot of `docs/bot.md`, the very block of Python in it, between Telegram and Freshchat.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use byoc_tests::{Rig, eventually, texts};
use serde_json::{Value, json};

const TO_CHANNEL: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgY2hhbm5lbCE=";
const TO_DESK: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgaGVscGRlc2s=";

/// Returns the Python program in the document.
fn program() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/bot.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (_, rest) = document.split_once("```python\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// The running bot, which ends with the test.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

async fn install(rig: &Rig, request: &Value) -> Value {
    let (status, made) = rig.bridge.admin("POST", "/installations", Some(request)).await.unwrap();
    assert_eq!(status, 201, "{made}");
    made
}

#[test]
fn the_bot_is_short() {
    assert!(program().lines().count() < 60);
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "whoever runs the test should know that it did not run")]
async fn a_bot_answers_and_hands_over_to_an_agent() {
    if !has_python() {
        eprintln!("SKIPPED: the bot of docs/bot.md did not run, because there is no python3 here");
        return;
    }
    let rig = Rig::start("telegram", "freshchat").await;
    // The bot stands between both sides, which are joined directly so far.
    let path = format!("/installations/{}", rig.bridge.installation_id());
    assert_eq!(rig.bridge.admin("DELETE", &path, None).await.unwrap().0, 200);
    let port = byoc_tests::free_ports().await;
    let side = |name: &str, secret: &str| json!({"kind": "custom", "callback_url": format!("http://127.0.0.1:{port}/{name}"), "secret": secret});
    let (channel_url, helpdesk_url) = rig.bridge.vendor_urls();
    let a = json!({"channel": rig.bridge.channel.install(&channel_url), "helpdesk": side("customer", TO_CHANNEL)});
    let mut desk = side("desk", TO_DESK);
    desk["conversation_states"] = json!("yes");
    let b = json!({"channel": desk, "helpdesk": rig.bridge.helpdesk.install(&helpdesk_url)});
    let (a, b) = (install(&rig, &a).await, install(&rig, &b).await);
    rig.bridge.helpdesk.paste_webhook(b["helpdesk_webhook_url"].as_str().unwrap());
    let bot = Command::new("python3")
        .args(["-c", &program()])
        .env("CHANNEL_URL", a["helpdesk_webhook_url"].as_str().unwrap())
        .env("CHANNEL_SECRET", TO_CHANNEL)
        .env("DESK_URL", b["channel_webhook_url"].as_str().unwrap())
        .env("DESK_SECRET", TO_DESK)
        .env("PORT", port.to_string())
        .env("no_proxy", "*")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _bot = Bot(bot);
    let address = format!("127.0.0.1:{port}");
    eventually("the bot", async || tokio::net::TcpStream::connect(&address).await.ok()).await;

    rig.customer_says("Where is my order?").await;
    let answer = "You said “Where is my order?”. Write “human” to talk to one of us.";
    assert_eq!(texts(&rig.exactly_at_channel(1).await), [answer]);
    assert!(rig.at_helpdesk().is_empty() && rig.bridge.channel.typed() > 0);

    rig.customer_says("A human, please").await;
    assert_eq!(texts(&rig.exactly_at_helpdesk(1).await), ["A human, please"]);
    let note = eventually("the talk", async || rig.notes().pop()).await;
    assert!(note.text.contains("Where is my order?") && note.text.contains(&format!("Bot: {answer}")), "{}", note.text);

    rig.agent_says("It comes tomorrow.").await;
    assert_eq!(texts(&rig.exactly_at_channel(2).await), [answer, "It comes tomorrow."]);
    rig.customer_says("Thank you").await;
    assert_eq!(texts(&rig.exactly_at_helpdesk(2).await), ["A human, please", "Thank you"]);
    assert_eq!((rig.notes().len(), rig.at_channel().len()), (1, 2));

    // The bot takes the customer back when the agent is done, until the customer asks for a person again.
    let contact = rig.at_helpdesk()[0].contact.clone();
    rig.bridge.helpdesk.resolve(&contact).await.unwrap();
    rig.settled().await;
    rig.customer_says("Are you a bot?").await;
    let third = rig.exactly_at_channel(3).await.remove(2).text;
    assert!(third.starts_with("You said “Are you a bot?”"), "{third}");
    rig.exactly_at_helpdesk(2).await;
    rig.customer_says("A human again").await;
    assert_eq!(rig.exactly_at_helpdesk(3).await[2].text, "A human again");
    rig.settled().await;
    rig.customer_says("Hello?").await;
    rig.exactly_at_helpdesk(4).await;
    rig.exactly_at_channel(3).await;
}
