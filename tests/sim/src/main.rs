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

use byoc_sim::run::{Mode, run};
use clap::Parser;

/// A seeded simulation of the whole bridge.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to try: safety, liveness, isolation or all.
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
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let modes: Vec<Mode> =
        Mode::ALL.into_iter().filter(|mode| arguments.mode == "all" || arguments.mode == mode.to_string()).collect();
    if modes.is_empty() {
        println!("the mode should be safety, liveness, isolation or all");
        return ExitCode::FAILURE;
    }
    let mut is_green = true;
    for mode in modes {
        is_green &= match arguments.seed {
            Some(seed) => replay(mode, seed),
            None => many(mode, arguments.from, arguments.seeds),
        };
    }
    if is_green { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(mode: Mode, seed: u64) -> bool {
    let outcome = run(mode, seed);
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

fn many(mode: Mode, from: u64, count: u64) -> bool {
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
                    let outcome = run(mode, seed);
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
