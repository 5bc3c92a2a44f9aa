//! `byoc`: the whole bridge on one machine, and the people who write through it.
#![expect(clippy::print_stdout, reason = "this is a program for a terminal")]

mod demo;
mod talk;
mod tries;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use byoc_local::{
    bridge::{Bridge, Settings},
    studio,
};
use clap::{
    CommandFactory, Parser,
    builder::{PossibleValue, PossibleValuesParser},
    error::{ContextKind, ContextValue, ErrorKind},
};
use serde_json::{Value, json};

use self::{
    demo::Demo,
    talk::{Command, Running},
    tries::Tries,
};

/// The port without `--port`.
const PORT: u16 = 8300;
/// The most letters in which a command may differ from the one that was meant.
const TYPING_ERRORS: usize = 2;

const EXAMPLES: &str = "\
Examples:
  cargo run                                            start, then open http://127.0.0.1:8300/try
  cargo run -- --channel whatsapp --helpdesk deskie    start with others
  cargo run -- --data target/demo                      keep everything for the next start
  cargo run -- say \"Hi, where is my order?\"            a customer writes
  cargo run -- say --image                             a customer sends the sample picture
  cargo run -- answer \"It is on its way.\"              the agent answers
  cargo run -- fault helpdesk 500 2                    the helpdesk fails twice; write and watch each attempt
  cargo run -- --json say Hi                           the answer as one line of JSON";

/// The whole bridge on this machine, with simulated vendors. Without a command it starts; the commands talk to the one
/// that runs.
#[derive(Parser)]
#[command(name = "byoc", version, after_help = EXAMPLES)]
struct Arguments {
    /// The port of the bridge; the table, the queue and the vendors get the four after it.
    #[arg(long, global = true, default_value_t = PORT)]
    port: u16,
    /// Print what a command answers as one line of JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Keep everything in this folder, so that it survives a restart.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The simulated channel.
    #[arg(long, default_value = "viber", value_parser = kinds(byoc_vendors::channels()))]
    channel: String,
    /// The simulated helpdesk.
    #[arg(long, default_value = "freshchat", value_parser = kinds(byoc_vendors::helpdesks()))]
    helpdesk: String,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Returns a parser of the names of kinds, which takes a hyphen for the underscore.
fn kinds(names: impl Iterator<Item = &'static str>) -> PossibleValuesParser {
    let value = |name| match name {
        "is_messenger" => PossibleValue::new(name).alias("is-messenger"),
        _ => PossibleValue::new(name),
    };
    PossibleValuesParser::new(names.map(value))
}

/// Returns how to call this program for the bridge at a port.
fn program(port: u16) -> String {
    if port == PORT { "cargo run --".to_owned() } else { format!("cargo run -- --port {port}") }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => with_tip(error).exit(),
    };
    let result = match &arguments.command {
        None => run(&arguments).await,
        Some(command) => Running { port: arguments.port, json: arguments.json }.talk(command).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("byoc: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Adds the command that was meant to the error about an unknown one. Clap finds those that sound alike, not short ones
/// with two letters exchanged.
fn with_tip(mut error: clap::Error) -> clap::Error {
    let is_open = error.kind() == ErrorKind::InvalidSubcommand && error.get(ContextKind::SuggestedSubcommand).is_none();
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand).filter(|_| is_open) else {
        return error;
    };
    let all = Arguments::command();
    let distance = |name: &str| strsim::damerau_levenshtein(given, name);
    let near = all.get_subcommands().map(|command| (distance(command.get_name()), command.get_name().to_owned()));
    if let Some((_, meant)) = near.filter(|(distance, _)| *distance <= TYPING_ERRORS).min() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant]));
    }
    error
}

async fn run(arguments: &Arguments) -> Result<(), String> {
    // What an admin or a person in front of a simulator should know is printed below in words.
    byoc_local::log::start("error");
    let channel = byoc_vendors::channel(&arguments.channel)?;
    let helpdesk = byoc_vendors::helpdesk(&arguments.helpdesk.replace('-', "_"))?;
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
    kept(&bridge).await;
    println!("\nWhat arrives is shown here, and each attempt that fails. Ctrl-C stops the bridge.\n");
    tokio::select! {
        () = feed(&bridge) => {}
        () = troubles(&bridge, &demo) => {}
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
    let program = program(if arguments.port == PORT { PORT } else { bridge.address().port() });
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
    println!("  {program} say \"Hi, where is my order?\"   a customer writes");
    println!("  {program} answer \"It is on its way.\"     the agent answers");
    println!("  {program} fault helpdesk 500 2           the helpdesk fails twice; nothing gets lost");
    println!("Or with curl:");
    println!("  curl -s {}/demo/say -H 'content-type: application/json' -d '{{\"text\": \"Hi\"}}'", bridge.url);
}

/// Tells which installations of other channels or helpdesks an earlier start on the same folder has left.
async fn kept(bridge: &Bridge) {
    let Ok((200, list)) = bridge.admin("GET", "/installations", None).await else { return };
    let installations = list.get("installations").and_then(Value::as_array).into_iter().flatten();
    for other in installations.filter(|other| other.get("id") != bridge.installation.get("id")) {
        let text = |path: &str| other.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let (channel, helpdesk) = (text("/channel/kind"), text("/helpdesk/kind"));
        println!("\nThis folder also keeps {channel} with {helpdesk}, whose simulators do not run now.");
        println!("  go on with it by     --channel {channel} --helpdesk {helpdesk}");
        println!("  or remove it at      {}/installations/{}/settings", bridge.url, text("/id"));
    }
}

/// Prints what becomes of messages that do not arrive at the first attempt.
async fn troubles(bridge: &Bridge, demo: &Demo) {
    let mut tries = Tries::default();
    let latest = || bridge.recorder.as_ref().and_then(|recorder| Some(recorder.exchanges().last()?.ended));
    let (mut seen, mut waits) = (None, true);
    loop {
        // The journal changes after a call, or while a message waits.
        let now = latest();
        if waits || now != seen {
            seen = now;
            let journal = demo.journal().await;
            for line in tries.news(&journal) {
                println!("  {:<15} {line}", "not delivered");
            }
            let mut messages = journal.get("messages").and_then(Value::as_array).into_iter().flatten();
            waits = messages.any(|message| message.get("state").is_some_and(|state| state == "claimed"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Arguments, String> {
        let words = std::iter::once("byoc").chain(words.iter().copied());
        Arguments::try_parse_from(words).map_err(|error| with_tip(error).to_string())
    }

    #[test]
    fn a_misspelled_command_is_told_with_the_right_one() {
        for (given, meant) in [("sya", "say"), ("ansver", "answer"), ("falut", "fault"), ("resolv", "resolve")] {
            let error = parsed(&[given, "x"]).err().unwrap();
            assert!(error.contains(&format!("'{meant}'")), "{given}: {error}");
        }
        assert!(!parsed(&["transmogrify"]).err().unwrap().contains("tip:"));
    }

    #[test]
    fn help_and_mistakes_name_the_kinds() {
        for text in [parsed(&["--help"]).err().unwrap(), parsed(&["--channel", "pigeon"]).err().unwrap()] {
            for kind in byoc_vendors::channels() {
                assert!(text.contains(kind), "{kind}: {text}");
            }
        }
        assert_eq!(parsed(&["--helpdesk", "is-messenger"]).unwrap().helpdesk, "is-messenger");
    }

    #[test]
    fn an_image_needs_no_link_and_somebody_says_something() {
        let image = |words: &[&str]| match parsed(words)?.command {
            Some(Command::Say { image, .. } | Command::Answer { image, .. }) => Ok(image),
            _ => Err("another command".to_owned()),
        };
        assert_eq!(image(&["say", "--image"]), Ok(Some(String::new())));
        assert_eq!(image(&["answer", "--image", "https://x/a.png"]), Ok(Some("https://x/a.png".to_owned())));
        assert_eq!(image(&["say", "Hi"]), Ok(None));
        assert!(image(&["say"]).is_err() && image(&["say", "Hi", "--image"]).is_err());
    }
}
