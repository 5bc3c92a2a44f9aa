//! `byoc`: the whole bridge on one machine, and the people who write through it.
#![expect(clippy::print_stdout, reason = "this is a program for a terminal")]

mod demo;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use byoc_local::{
    bridge::{Bridge, Settings},
    studio,
};
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};

use self::demo::{Demo, Failure, Side, Trouble, Words};

/// The whole bridge on one machine, with simulated vendors. Without a command it starts; the commands talk to the one
/// that runs.
#[derive(Parser)]
#[command(name = "byoc", version)]
struct Arguments {
    /// The port of the bridge; the table, the queue and the vendors get the four after it.
    #[arg(long, global = true, default_value_t = 8300)]
    port: u16,
    /// Keep everything in this folder, so that it survives a restart.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The simulated channel.
    #[arg(long, default_value = "viber")]
    channel: String,
    /// The simulated helpdesk.
    #[arg(long, default_value = "freshchat")]
    helpdesk: String,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// A customer writes; shows it arriving at the agent.
    Say {
        /// What the customer writes.
        text: Option<String>,
        /// A link to an image instead of a text.
        #[arg(long)]
        image: Option<String>,
        /// Which customer.
        #[arg(long)]
        from: Option<String>,
    },
    /// The agent answers; shows it arriving at the customer, with its receipts.
    Answer {
        /// What the agent writes.
        text: Option<String>,
        /// A link to an image instead of a text.
        #[arg(long)]
        image: Option<String>,
        /// Which customer.
        #[arg(long)]
        to: Option<String>,
    },
    /// The agent resolves the conversation.
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

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        None => run(&arguments).await,
        Some(command) => talk(arguments.port, command).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("byoc: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), String> {
    byoc_local::log::start("warn");
    let kind = arguments.helpdesk.replace('-', "_");
    let channel = byoc_vendors::channel(&arguments.channel)?;
    let helpdesk = byoc_vendors::helpdesk(&kind)?;
    let demo = Demo::new(channel.clone(), helpdesk.clone());
    let settings = Settings {
        port: arguments.port,
        data: arguments.data.clone(),
        options: json!({"agent_name": true}),
        routes: demo.router(),
        ..Settings::new(channel, helpdesk)
    };
    let bridge = studio::start(settings).await.map_err(|error| error.to_string())?;
    demo.runs(&bridge);
    greet(&bridge, arguments);
    tokio::select! {
        () = feed(&bridge) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    println!();
    match &arguments.data {
        Some(folder) => println!("Stopped. Everything is kept in {}.", folder.display()),
        None => println!("Stopped. Nothing was kept; --data DIR would have."),
    }
    // The simulators' state is saved every 100 ms.
    tokio::time::sleep(Duration::from_millis(250)).await;
    Ok(())
}

fn greet(bridge: &Bridge, arguments: &Arguments) {
    let text = |name: &str| bridge.installation.get(name).and_then(Value::as_str).unwrap_or_default();
    let (channel, helpdesk) = bridge.vendor_urls();
    let port = if arguments.port == 8300 { String::new() } else { format!("--port {} ", bridge.address().port()) };
    println!("The bridge is running. Open {}/try\n", bridge.url);
    println!("  simulator            {}/try", bridge.url);
    println!("  event test           {}/web/test", bridge.url);
    println!("  bridge               {}", bridge.url);
    println!("  simulated {:<10} {channel}", bridge.channel.kind());
    println!("  simulated {:<10} {helpdesk}", bridge.helpdesk.kind());
    println!("  DynamoDB             {}", bridge.table.endpoint());
    println!("  SQS                  {}", bridge.queues.endpoint());
    println!("\nOne installation was made through the install hook; its state is `{}`.", text("state"));
    if let Some(problem) = bridge.installation.pointer("/problem/message").and_then(Value::as_str) {
        println!("  problem              {problem}");
    }
    println!("  settings page        {}", text("settings_url"));
    println!("  admin key            {}", bridge.admin_key);
    println!("\nOr try it in another terminal:");
    println!("  cargo run -- {port}say \"Hi, where is my order?\"   a customer writes");
    println!("  cargo run -- {port}answer \"It is on its way.\"     the agent answers");
    println!("  cargo run -- {port}fault helpdesk 500 2           the helpdesk fails twice; nothing gets lost");
    println!("Or with curl:");
    println!("  curl -s {}/demo/say -H 'content-type: application/json' -d '{{\"text\": \"Hi\"}}'", bridge.url);
    println!("\nWhat arrives is shown here. Ctrl-C stops the bridge.\n");
}

/// Prints what arrives on both sides.
async fn feed(bridge: &Bridge) {
    let mut seen = (bridge.channel.received(None).len(), bridge.helpdesk.received(None).len());
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        for message in bridge.helpdesk.received(None).into_iter().skip(seen.1) {
            seen.1 += 1;
            let mark = if message.private { "note to agents" } else { "agent sees" };
            println!("  {mark:<15} {}: {}", message.from, message.text);
        }
        for message in bridge.channel.received(None).into_iter().skip(seen.0) {
            seen.0 += 1;
            println!("  {:<15} {}: {}", "customer sees", message.from, message.text);
        }
    }
}

async fn talk(port: u16, command: &Command) -> Result<(), String> {
    let base = format!("http://127.0.0.1:{port}");
    match command {
        Command::Say { text, image, from } => {
            let words = Words { text: text.clone(), image: image.clone(), customer: from.clone() };
            let body = post(&base, "say", &json!(words)).await?;
            println!("The bridge took it: {}.", status(&body));
            arrived(&body, "The agent sees")
        }
        Command::Answer { text, image, to } => {
            let words = Words { text: text.clone(), image: image.clone(), customer: to.clone() };
            let body = post(&base, "answer", &json!(words)).await?;
            println!("The bridge took it: {}.", status(&body));
            arrived(&body, "The customer sees")?;
            match body.get("receipt").and_then(Value::as_str) {
                Some("read") => println!("Receipts: delivered, seen."),
                Some(receipt) => println!("Receipt: {receipt}."),
                None => println!("No receipt came."),
            }
            Ok(())
        }
        Command::Resolve => {
            let body = post(&base, "resolve", &json!({})).await?;
            println!("The conversation is resolved; the bridge heard of it: {}.", status(&body));
            Ok(())
        }
        Command::Fault { side, how, times } => {
            let trouble = Trouble { side: *side, how: *how, times: *times };
            post(&base, "fault", &json!(trouble)).await?;
            let (side, how) = (name(*side), name(*how));
            println!(
                "The {side} will fail its next {times} calls with {how}. Write something and watch it arrive all the same."
            );
            Ok(())
        }
        Command::Env => {
            let body = post(&base, "env", &json!({})).await?;
            for (name, value) in body.as_object().into_iter().flatten() {
                println!("{name}={}", value.as_str().unwrap_or_default());
            }
            Ok(())
        }
        Command::Events { folder } => {
            let body = post(&base, "events", &json!({})).await?;
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            for (name, event) in body.as_object().into_iter().flatten() {
                let path = folder.join(name);
                let text = serde_json::to_string_pretty(event).unwrap_or_default();
                std::fs::write(&path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
                println!("{}", path.display());
            }
            Ok(())
        }
    }
}

/// Returns a value of the command line as people type it.
fn name(word: impl ValueEnum) -> String {
    word.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

async fn post(base: &str, action: &str, body: &Value) -> Result<Value, String> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().map_err(|error| error.to_string())?;
    let request = client.post(format!("{base}/demo/{action}")).header("content-type", "application/json");
    let answer = request
        .body(body.to_string())
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

fn status(body: &Value) -> String {
    let said = body.get("said").unwrap_or(&Value::Null);
    let status = said.get("status").and_then(Value::as_u64).unwrap_or_default();
    let attempts = said.get("attempts").and_then(Value::as_u64).unwrap_or(1);
    if attempts > 1 { format!("HTTP {status} at attempt {attempts}") } else { format!("HTTP {status}") }
}

fn arrived(body: &Value, who: &str) -> Result<(), String> {
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if body.get("arrived").is_none_or(Value::is_null) {
        return Err("it has not arrived after 15 s; the bridge's terminal says why, and it will be tried again".into());
    }
    let took = body.get("took_ms").and_then(Value::as_u64).unwrap_or_default();
    println!("{who}, {took} ms after it was written:\n  {}: {}", text("/arrived/from"), text("/arrived/text"));
    Ok(())
}
