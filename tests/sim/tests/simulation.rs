//! The simulation itself: seeds repeat exactly, the checks see planted violations, and the product passes.

use std::{
    cell::Cell,
    collections::BTreeSet,
    rc::Rc,
    sync::atomic::{AtomicU64, Ordering},
};

use byoc_sim::{
    checks::{Checks, Kept, Lane, Saying, Way, text},
    faults::Fate,
    run::{self, Cost, Mode, Trouble, run, run_with},
};

const LANE: Lane = Lane { tenant: 1, contact: 0, way: Way::Out };

#[test]
fn the_same_seed_gives_the_same_log() {
    for seed in 0..20 {
        let (first, second) = (run(Mode::Safety, seed), run(Mode::Safety, seed));
        for (line, (one, other)) in first.log.iter().zip(&second.log).enumerate() {
            assert_eq!(one, other, "seed {seed}, line {line}");
        }
        assert_eq!(first.log.len(), second.log.len(), "seed {seed}");
    }
}

/// Runs the seeds of a mode on all cores.
fn run_all(mode: Mode, seeds: u64) {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds) {
                    let violations = run(mode, seed).violations;
                    assert!(
                        violations.is_empty(),
                        "{violations:#?}\ncargo run -p byoc-sim -- --mode {mode} --seed {seed}"
                    );
                }
            });
        }
    });
}

#[test]
fn no_seed_breaks_a_promise() {
    run_all(Mode::Safety, 290);
    run_all(Mode::Liveness, 190);
    run_all(Mode::Isolation, 20);
    run_all(Mode::Upgrade, 24);
}

fn cost_of(trouble: Trouble) -> Cost {
    let cost = Rc::new(Cell::new(Cost::default()));
    let result = cost.clone();
    let outcome = run_with(7, move |_| {
        Box::pin(async move {
            result.set(run::trouble(trouble).await?);
            Ok(())
        })
    });
    assert!(outcome.violations.is_empty(), "{:#?}", outcome.violations);
    println!("{trouble:?} cost {:?}", cost.get());
    cost.get()
}

#[test]
fn five_hundred_contacts_of_a_hanging_vendor_hold_up_nobody_else() {
    let cost = cost_of(Trouble { fate: Fate::Hangs, lasts: u64::MAX, contacts: 500, slots: 5 });
    assert!(cost.healthy <= 15_000, "{cost:?}");
    assert!(cost.calls <= 60, "{cost:?}");
}

#[test]
fn a_mended_account_delivers_within_minutes() {
    for (fate, lasts) in [(Fate::Blocked, 1_800_000), (Fate::Refused, 7_200_000), (Fate::Hangs, 7_200_000)] {
        let cost = cost_of(Trouble { fate, lasts, contacts: 25, slots: 5 });
        assert!(cost.first <= 360_000 && cost.all <= 720_000, "{fate:?} {cost:?}");
    }
}

#[test]
fn a_hiccup_costs_seconds() {
    for fate in [Fate::NoConnection, Fate::Refused] {
        let cost = cost_of(Trouble { fate, lasts: 1_000, contacts: 4, slots: 5 });
        assert!(cost.all <= 5_000, "{fate:?} {cost:?}");
    }
}

fn said(numbers: std::ops::Range<u64>) -> Checks {
    let mut checks = Checks::default();
    for number in numbers {
        let saying = Saying { words: 2, acknowledged: Some(0), ..Saying::default() };
        checks.sayings.insert((LANE, number), saying);
    }
    checks
}

fn names(checks: &Checks) -> Vec<&'static str> {
    checks.violations.iter().map(|violation| violation.check).collect()
}

#[test]
fn a_part_that_arrives_again_is_seen() {
    let mut checks = said(1..2);
    checks.arrived(LANE, &text(&LANE, 1, 2), 0);
    assert!(checks.violations.is_empty());
    checks.arrived(LANE, &text(&LANE, 1, 2), 1);
    assert_eq!(names(&checks), ["copies without a doubt"]);
    for at in 2..4 {
        checks.arrived(LANE, &text(&LANE, 1, 2), at);
    }
    assert!(names(&checks).contains(&"copies"));
}

#[test]
fn a_message_that_overtakes_is_seen() {
    let mut checks = said(1..3);
    checks.arrived(LANE, &text(&LANE, 2, 2), 0);
    checks.arrived(LANE, &text(&LANE, 1, 2), 1);
    assert_eq!(names(&checks), ["order"]);
}

#[test]
fn a_lost_message_is_seen_unless_something_keeps_it() {
    let mut checks = said(1..2);
    checks.nothing_lost(&Kept { waiting: vec![text(&LANE, 1, 2)], ..Kept::default() });
    assert!(checks.violations.is_empty());
    checks.nothing_lost(&Kept::default());
    assert_eq!(names(&checks), ["nothing lost"]);
}

#[test]
fn a_text_at_a_stranger_is_seen() {
    let mut checks = said(1..2);
    checks.arrived(Lane { tenant: 0, ..LANE }, &text(&LANE, 1, 2), 0);
    assert_eq!(names(&checks), ["canaries"]);
}

#[test]
fn two_workers_of_one_lane_are_seen() {
    let mut checks = said(1..2);
    let (words, frozen) = (text(&LANE, 1, 2), BTreeSet::new());
    checks.call_begins(&LANE, &words, 1, &frozen, 0, Fate::Works);
    checks.call_ends(&LANE, 1);
    checks.call_begins(&LANE, &words, 2, &frozen, 0, Fate::Works);
    assert!(checks.violations.is_empty());
    checks.call_begins(&LANE, &words, 3, &frozen, 0, Fate::Works);
    assert_eq!(names(&checks), ["one worker per lane"]);
}
