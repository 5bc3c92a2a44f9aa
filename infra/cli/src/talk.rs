//! The commands that talk to the bridge that runs: what people write, and what happens next.

use std::{path::PathBuf, time::Duration};

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::{
    demo::{Failure, Side, Trouble, Words},
    tries::Tries,
};

/// The time between two looks at the journal, while a message is on its way.
const LOOK: Duration = Duration::from_millis(250);

/// A command for the bridge that runs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// A customer writes; shows it arriving at the agent.
    Say {
        /// What the customer writes.
        #[arg(required_unless_present = "image")]
        text: Option<String>,
        /// An image instead of a text: the sample picture, or the one behind a link.
        #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "", conflicts_with = "text")]
        image: Option<String>,
        /// Which customer; any name will do.
        #[arg(long, value_name = "CUSTOMER")]
        from: Option<String>,
    },
    /// The agent answers; shows it arriving at the customer, with its receipts.
    Answer {
        /// What the agent writes.
        #[arg(required_unless_present = "image")]
        text: Option<String>,
        /// An image instead of a text: the sample picture, or the one behind a link.
        #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "", conflicts_with = "text")]
        image: Option<String>,
        /// Which customer; without it, the one who wrote last.
        #[arg(long, value_name = "CUSTOMER")]
        to: Option<String>,
    },
    /// The agent resolves the latest conversation.
    Resolve,
    /// A vendor fails the next calls.
    Fault {
        /// Whose calls fail.
        side: Side,
        /// How they fail.
        how: Failure,
        /// How often.
        #[arg(default_value_t = 1)]
        times: usize,
    },
    /// Prints the environment with which the functions run against this bridge's table and queue.
    Env,
    /// Writes sample events for `cargo lambda invoke` that fit the running installation.
    Events {
        /// Where to.
        #[arg(default_value = "target/events")]
        folder: PathBuf,
    },
}

/// The bridge that runs, and how its answers are printed.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) port: u16,
    /// Whether each answer is printed as one line of JSON.
    pub(crate) json: bool,
}

impl Running {
    /// Carries out a command.
    pub(crate) async fn talk(&self, command: &Command) -> Result<(), String> {
        match command {
            Command::Say { text, image, from } => {
                let words = Words { text: text.clone(), image: image.clone(), customer: from.clone() };
                let body = self.watched("say", &json!(words)).await?;
                if self.printed(&body) {
                    return arrived(&body, "").map(|_| ());
                }
                println!("The bridge took it: {}.", status(&body));
                let place = match body.get("new_conversation").and_then(Value::as_bool) {
                    Some(true) => " in a new conversation",
                    _ => " in the same conversation",
                };
                println!("{}", arrived(&body, &format!("The agent sees{place}"))?);
                println!("Next: {} answer \"…\"", self.program());
                Ok(())
            }
            Command::Answer { text, image, to } => {
                let words = Words { text: text.clone(), image: image.clone(), customer: to.clone() };
                let body = self.watched("answer", &json!(words)).await?;
                if self.printed(&body) {
                    return arrived(&body, "").map(|_| ());
                }
                println!("The bridge took it: {}.", status(&body));
                println!("{}", arrived(&body, "The customer sees")?);
                match body.get("receipt").and_then(Value::as_str) {
                    Some("read") => println!("Receipts: delivered, seen."),
                    Some(receipt) => println!("Receipt: {receipt}."),
                    None => println!("No receipt came."),
                }
                Ok(())
            }
            Command::Resolve => {
                let body = self.post("resolve", &json!({})).await?;
                if !self.printed(&body) {
                    println!("{}", resolved(&body, &self.program()));
                }
                Ok(())
            }
            Command::Fault { side, how, times } => {
                let trouble = Trouble { side: *side, how: *how, times: *times };
                let body = self.post("fault", &json!(trouble)).await?;
                if !self.printed(&body) {
                    let (side, how) = (name(*side), name(*how));
                    let calls = if *times == 1 { "call".to_owned() } else { format!("{times} calls") };
                    println!("The {side} will fail its next {calls} with {how}. Nothing gets lost.");
                    println!("Next: {} say \"Hi\", and watch each attempt.", self.program());
                }
                Ok(())
            }
            Command::Env => {
                let body = self.post("env", &json!({})).await?;
                if !self.printed(&body) {
                    for (name, value) in body.as_object().into_iter().flatten() {
                        println!("{name}={}", value.as_str().unwrap_or_default());
                    }
                }
                Ok(())
            }
            Command::Events { folder } => {
                let body = self.post("events", &json!({})).await?;
                if !self.printed(&body) {
                    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
                    for (name, event) in body.as_object().into_iter().flatten() {
                        let path = folder.join(name);
                        let text = serde_json::to_string_pretty(event).unwrap_or_default();
                        std::fs::write(&path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
                        println!("{}", path.display());
                    }
                }
                Ok(())
            }
        }
    }

    /// Prints an answer for programs, if that is wanted.
    fn printed(&self, body: &Value) -> bool {
        if self.json {
            println!("{body}");
        }
        self.json
    }

    /// Returns how to call this program for the same bridge.
    fn program(&self) -> String {
        crate::program(self.port)
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Posts what somebody writes, and prints what becomes of each attempt until it has arrived.
    async fn watched(&self, action: &str, body: &Value) -> Result<Value, String> {
        if self.json {
            return self.post(action, body).await;
        }
        let mut tries = Tries::default();
        // What failed before was told before.
        let _ = tries.news(&self.journal().await);
        let answer = self.post(action, body);
        let mut answer = std::pin::pin!(answer);
        loop {
            tokio::select! {
                answer = &mut answer => {
                    if answer.as_ref().is_ok_and(|body| body.get("arrived").is_none_or(Value::is_null)) {
                        self.tell(&mut tries).await;
                    }
                    return answer;
                }
                () = tokio::time::sleep(LOOK) => self.tell(&mut tries).await,
            }
        }
    }

    async fn tell(&self, tries: &mut Tries) {
        for line in tries.news(&self.journal().await) {
            println!("  {line}");
        }
    }

    async fn journal(&self) -> Value {
        self.ask(reqwest::Method::GET, "journal", &Value::Null).await.unwrap_or_default()
    }

    async fn post(&self, action: &str, body: &Value) -> Result<Value, String> {
        self.ask(reqwest::Method::POST, action, body).await
    }

    async fn ask(&self, method: reqwest::Method, action: &str, body: &Value) -> Result<Value, String> {
        let base = self.base();
        let client =
            reqwest::Client::builder().no_proxy().tls_certs_only([]).build().map_err(|error| error.to_string())?;
        let request = client.request(method, format!("{base}/demo/{action}"));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer = request
            .send()
            .await
            .map_err(|_| format!("no bridge answers at {base}; start one in another terminal with: cargo run"))?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        let body: Value =
            serde_json::from_str(&text).map_err(|_| format!("{base} is no local bridge; it answered: {text}"))?;
        match body.pointer("/error/message").and_then(Value::as_str) {
            Some(message) => Err(message.to_owned()),
            None => Ok(body),
        }
    }
}

/// Returns a value of the command line as people type it.
fn name(word: impl ValueEnum) -> String {
    word.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn status(body: &Value) -> String {
    let said = body.get("said").unwrap_or(&Value::Null);
    let status = said.get("status").and_then(Value::as_u64).unwrap_or_default();
    let attempts = said.get("attempts").and_then(Value::as_u64).unwrap_or(1);
    if attempts > 1 { format!("HTTP {status} at attempt {attempts}") } else { format!("HTTP {status}") }
}

fn arrived(body: &Value, who: &str) -> Result<String, String> {
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if body.get("arrived").is_none_or(Value::is_null) {
        return Err(
            "it has not arrived after 15 s; the bridge goes on by itself, and its terminal and the page /try show \
                    each attempt"
                .into(),
        );
    }
    let took = body.get("took_ms").and_then(Value::as_u64).unwrap_or_default();
    Ok(format!("{who}, {took} ms after it was written:\n  {}: {}", text("/arrived/from"), text("/arrived/text")))
}

/// Says what is resolved and what the customer's next message does.
fn resolved(body: &Value, program: &str) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let then = match text("next_message") {
        "new" => "begins a new conversation",
        _ => "reopens it",
    };
    format!(
        "The conversation with {} is resolved, and the bridge heard of it: {}. The customer's next message {then}.\n\
         Next: {program} say \"One more question\"",
        text("contact"),
        status(body)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolved_conversation_says_what_follows() {
        let body = |then| json!({"said": {"status": 200}, "contact": "viber:customer-1", "next_message": then});
        assert_eq!(
            resolved(&body("reopen"), "byoc"),
            "The conversation with viber:customer-1 is resolved, and the bridge heard of it: HTTP 200. The customer's \
             next message reopens it.\nNext: byoc say \"One more question\""
        );
        assert!(resolved(&body("new"), "byoc").contains("begins a new conversation"));
    }
}
