//! Random programs of nested, asynchronous and unrelated calls, by random schedules, against the order rule.
//!
//! `SABIR_SCHEDULES` says how many schedules are run, `SABIR_SEED` from which on.
//! A finding is made smaller, and printed as a program with what happened in it.

mod handlers;
mod program;
mod realm;
mod reference;
mod run;
mod scheduled;
mod world;

use program::{Program, Random};
use run::{Stage, Sums};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Programs are tried by several schedules each.
const SCHEDULES_PER_PROGRAM: u64 = 4;

/// How many schedules a simpler program has to show the finding again.
const TRIES: u64 = 100;

/// How long a finding is made smaller.
const SHRINKING: Duration = Duration::from_secs(20);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn program_of(seed: u64) -> Program {
    Program::random(&mut Random::new(seed / SCHEDULES_PER_PROGRAM + 1))
}

/// Events come in every second program.
fn random_program(seed: u64) -> Program {
    let program = program_of(seed);
    let number = seed / SCHEDULES_PER_PROGRAM;
    if number.is_multiple_of(2) { program } else { program.with_events(&mut Random::new(number)) }
}

/// The smallest program found that fails, by which schedule, and how.
fn shrink(stage: &mut Stage, mut program: Program, mut seed: u64) -> String {
    let start = Instant::now();
    'smaller: loop {
        for simpler in program.simpler() {
            if start.elapsed() > SHRINKING {
                break;
            }
            if let Some(found) = (0..TRIES).find(|seed| stage.run(&simpler, *seed, false).is_err()) {
                (program, seed) = (simpler, found);
                continue 'smaller;
            }
        }
        let Err((finding, log)) = stage.run(&program, seed, true) else {
            return format!("schedule {seed} does not fail again:\n{program}");
        };
        let last = log.len().saturating_sub(60);
        return format!("{finding}\n\n{program}\n{}", log[last..].join("\n"));
    }
}

/// Schedules that have found a fault, each of another kind.
const FOUND: [u64; 3] = [50_620_618, 50_803_517, 60_304_634];

#[test]
fn schedules_that_have_found_a_fault_find_none() {
    let mut stage = Stage::new();
    for seed in FOUND {
        if let Err((finding, _)) = stage.run(&program_of(seed), seed, false) {
            panic!("schedule {seed}: {finding}");
        }
    }
}

#[test]
fn random_schedules_keep_the_order_rule() {
    let (schedules, first) = (number("SABIR_SCHEDULES", 3000), number("SABIR_SEED", 0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let failed = AtomicBool::new(false);
    let work = |thread: u64| {
        let mut stage = Stage::new();
        let mut sums = Sums::default();
        for seed in (first..first + schedules).skip(thread as usize).step_by(threads as usize) {
            if failed.load(Ordering::Relaxed) {
                break;
            }
            let program = random_program(seed);
            match stage.run(&program, seed, false) {
                Ok(more) => sums.add(more),
                Err((finding, _)) if !failed.swap(true, Ordering::Relaxed) => {
                    return Err(format!(
                        "schedule {seed}: {finding}\nmade smaller: {}",
                        shrink(&mut stage, program, seed)
                    ));
                }
                Err(_) => {}
            }
        }
        Ok(sums)
    };
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread of the model")).collect()
    });
    let mut sums = Sums::default();
    for outcome in outcomes {
        match outcome {
            Ok(more) => sums.add(more),
            Err(finding) => panic!("{finding}"),
        }
    }
    println!(
        "{} schedules, {} calls, {} of them nested; {} deadlocks reported; {} calls deep",
        sums.schedules, sums.calls, sums.nested, sums.deadlocks, sums.deepest
    );
}
