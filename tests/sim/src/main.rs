//! Runs seeds of the simulation, or replays one.
#![expect(clippy::print_stdout, reason = "this is a tool of the command line")]

use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use byoc::tools::rules::Rule;
use byoc_sim::run::{Mode, run_without, snapshot};
use clap::Parser;

/// A seeded simulation of the whole bridge.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to try: safety, liveness, isolation, upgrade or all.
    #[arg(long, default_value = "all")]
    mode: String,
    /// The number of seeds per mode.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Replays this seed and prints its log of events.
    #[arg(long)]
    seed: Option<u64>,
    /// Prints what the bridge leaves behind when it stops in the middle of this seed.
    #[arg(long)]
    snapshot: Option<u64>,
    /// Removes each rule of delivery in turn, and looks for a seed that shows it.
    #[arg(long)]
    mutants: bool,
    /// Removes this rule.
    #[arg(long, value_parser = rule)]
    without: Option<Rule>,
}

fn rule(name: &str) -> Result<Rule, String> {
    let names = || Rule::ALL.map(|rule| format!("{rule:?}")).join(", ");
    Rule::ALL
        .into_iter()
        .find(|rule| format!("{rule:?}").eq_ignore_ascii_case(name))
        .ok_or_else(|| format!("the rules are {}", names()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(seed) = arguments.snapshot {
        println!("{}", snapshot(seed));
        return ExitCode::SUCCESS;
    }
    let modes: Vec<Mode> =
        Mode::ALL.into_iter().filter(|mode| arguments.mode == "all" || arguments.mode == mode.to_string()).collect();
    if modes.is_empty() {
        println!("the mode should be safety, liveness, isolation, upgrade or all");
        return ExitCode::FAILURE;
    }
    if arguments.mutants {
        return if mutants(&modes, arguments.from, arguments.seeds) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut is_green = true;
    for mode in modes {
        is_green &= match arguments.seed {
            Some(seed) => replay(mode, seed, arguments.without),
            None => many(mode, arguments.from, arguments.seeds, arguments.without),
        };
    }
    if is_green { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(mode: Mode, seed: u64, without: Option<Rule>) -> bool {
    let outcome = run_without(without, mode, seed);
    for line in &outcome.log {
        println!("{line}");
    }
    println!("{mode} {seed}: {} messages said, {} arrived", outcome.messages.0, outcome.messages.1);
    for (name, count) in &outcome.struck {
        println!("  {count:>6} {name}");
    }
    for violation in &outcome.violations {
        println!("RED {mode} {seed}: {}: {}", violation.check, violation.what);
    }
    outcome.violations.is_empty()
}

/// Looks for a seed that goes red without each rule. A rule that no seed misses is checked by nothing.
fn mutants(modes: &[Mode], from: u64, count: u64) -> bool {
    let (next, survivors) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
                    let Some(rule) = Rule::ALL.get(number).copied() else { break };
                    // Isolation is slow, and few of its seeds tell much.
                    let runs = (from..from + count).flat_map(|seed| modes.iter().map(move |mode| (*mode, seed)));
                    let mut runs = runs.filter(|(mode, seed)| *mode != Mode::Isolation || seed % 10 == 0);
                    let found = runs.find_map(|(mode, seed)| {
                        let violations = run_without(Some(rule), mode, seed).violations;
                        violations.first().map(|violation| (mode, seed, violation.check))
                    });
                    match found {
                        Some((mode, seed, check)) => println!(
                            "{rule:?}: red at {mode} {seed} ({check})\n    \
                             cargo run -p byoc-sim -- --mode {mode} --seed {seed} --without {rule:?}"
                        ),
                        None => {
                            println!("{rule:?}: NO SEED MISSES IT");
                            survivors.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
                        }
                    }
                }
            });
        }
    });
    let survivors = survivors.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{} rules, {} without a seed: {survivors:?}", Rule::ALL.len(), survivors.len());
    survivors.is_empty()
}

fn many(mode: Mode, from: u64, count: u64, without: Option<Rule>) -> bool {
    let (next, started) = (AtomicU64::new(from), Instant::now());
    let red: Mutex<BTreeMap<&'static str, Vec<u64>>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        break;
                    }
                    let outcome = run_without(without, mode, seed);
                    for violation in &outcome.violations {
                        let mut red = red.lock().unwrap_or_else(PoisonError::into_inner);
                        let seeds = red.entry(violation.check).or_default();
                        if !seeds.contains(&seed) {
                            seeds.push(seed);
                            println!(
                                "RED {mode} {seed}: {}: {}\n    cargo run -p byoc-sim -- --mode {mode} --seed {seed}",
                                violation.check, violation.what
                            );
                        }
                    }
                    let done = seed - from + 1;
                    if done.is_multiple_of(100) {
                        println!(
                            "{mode}: {done} of {count} seeds, {:.1} per second",
                            done as f64 / started.elapsed().as_secs_f64()
                        );
                    }
                }
            });
        }
    });
    let red = red.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{mode}: {count} seeds in {:.1} s", started.elapsed().as_secs_f64());
    for (check, mut seeds) in red.clone() {
        seeds.sort_unstable();
        println!("  {check}: {} red seeds, for example {:?}", seeds.len(), seeds.iter().take(8).collect::<Vec<_>>());
    }
    red.is_empty()
}
