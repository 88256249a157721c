//! Bursts of calls by the npm package and by coincident: what programs make after a pause, and in a worker's first moments.
//! The limit is a number there and back through shared words, by the best way to wait that was found for it.

use crate::javascript::{RIVALS, middle};
use crate::report::Report;
use crate::session::Session;
use anyhow::Result;
use sabir_pages::Engine;

/// The kinds in `operations.mjs`, and their names.
const KINDS: [(&str, &str); 5] = [
    ("int", "echo of an int"),
    ("get", "get a property"),
    ("set", "set a property"),
    ("text", "textContent ="),
    ("object", "echo of an object"),
];

/// Calls of one burst.
struct Length {
    calls: u32,
    /// Bursts in a round.
    times: u32,
    /// The pause before each, in ms.
    pause: u32,
    /// How many times as fast as coincident's they are to be, in Chromium and in Firefox.
    least: Option<[f64; 2]>,
    /// The same for the first calls of a worker.
    first: Option<f64>,
}

const LENGTHS: [Length; 5] = [
    Length { calls: 1, times: 20, pause: 50, least: None, first: None },
    Length { calls: 10, times: 20, pause: 50, least: Some([5.0, 2.0]), first: None },
    Length { calls: 100, times: 20, pause: 50, least: Some([6.0, 3.0]), first: None },
    Length { calls: 1000, times: 10, pause: 100, least: Some([8.0, 4.0]), first: None },
    Length { calls: 10_000, times: 3, pause: 100, least: Some([15.0, 12.0]), first: Some(8.0) },
];

/// The kind that the limit has, and of a worker's first calls.
const PLAIN: &str = "int";

const BARE: &str = "bare";
/// How many times the limit's time a call may take.
const OF_BARE: f64 = 1.4;

/// The state of the machine: quiet, or with other programs that keep every core busy.
#[derive(Clone, Copy)]
pub enum Machine {
    Quiet,
    Busy,
}

impl Machine {
    fn subject(self) -> &'static str {
        match self {
            Machine::Quiet => "js",
            Machine::Busy => "js, busy machine",
        }
    }

    /// The lengths of bursts, and how many of each a round has: with no core to itself, coincident's call takes some ms.
    fn lengths(self) -> impl Iterator<Item = (u32, u32, u32)> {
        let (most, fewer) = match self {
            Machine::Quiet => (u32::MAX, 1),
            Machine::Busy => (1000, 5),
        };
        let all = LENGTHS.iter().filter(move |length| length.calls <= most);
        all.map(move |length| (length.calls, length.times.div_ceil(fewer), length.pause))
    }

    /// The row of a burst after a pause.
    fn warm(self, what: &str, calls: u32) -> String {
        format!("{}: {what}, {calls} after a pause, us a call", self.subject())
    }

    /// The row of a burst from a worker's first call on.
    fn first(self, calls: u32) -> String {
        format!("{}: the first {calls} calls of a worker, us a call", self.subject())
    }
}

/// How many times as fast as coincident's bursts of every length are to be on a busy machine.
const BUSY: f64 = 5.0;

impl Session {
    /// Every burst of both libraries, once a round.
    pub async fn bursts(&self, report: &mut Report, rounds: usize, machine: Machine) -> Result<()> {
        // The engine compiles hot code in a first round, which is not counted.
        for round in 0..=rounds {
            eprintln!("{}: bursts, round {round} of {rounds}", self.engine.name());
            for (kind, what) in KINDS {
                for (calls, times, pause) in machine.lengths() {
                    let limit = (kind == PLAIN).then_some(BARE);
                    for rival in RIVALS.into_iter().chain(limit) {
                        let script = format!("ask('{rival}', 'bursts', '{kind}', {calls}, {times}, {pause})");
                        let time = middle(self.numbers(&script).await?);
                        if round > 0 {
                            report.add(self.engine, &machine.warm(what, calls), rival, time * 1000.0);
                        }
                    }
                }
            }
            for (calls, ..) in machine.lengths() {
                for rival in RIVALS {
                    let time = self.number(&format!("firstBurst('{rival}', '{PLAIN}', {calls})")).await?;
                    if round > 0 {
                        report.add(self.engine, &machine.first(calls), rival, time * 1000.0);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The demands on bursts: a row each, with its speed relative to coincident's and the minimum.
pub fn demands(report: &Report, engine: Engine) -> Vec<(String, f64, f64)> {
    let [sabir, coincident] = RIVALS;
    let demand = |what: String, other: &'static str, least: f64| {
        let ratio = report.ratio(engine, &what, other, sabir)?;
        Some((format!("{what}, to {other}"), ratio, least))
    };
    let after_pauses = KINDS.iter().flat_map(|(_, what)| {
        LENGTHS.iter().filter_map(move |length| {
            let [chromium, firefox] = length.least?;
            let least = if engine == Engine::Firefox { firefox } else { chromium };
            demand(Machine::Quiet.warm(what, length.calls), coincident, least)
        })
    });
    let busy = KINDS.iter().flat_map(|(_, what)| {
        LENGTHS.iter().filter_map(move |length| {
            length.least.and_then(|_| demand(Machine::Busy.warm(what, length.calls), coincident, BUSY))
        })
    });
    let firsts = LENGTHS
        .iter()
        .filter_map(|length| demand(Machine::Quiet.first(length.calls), coincident, length.first?));
    let limits = KINDS.iter().flat_map(|(_, what)| {
        LENGTHS
            .iter()
            .filter_map(move |length| demand(Machine::Quiet.warm(what, length.calls), BARE, 1.0 / OF_BARE))
    });
    after_pauses.chain(firsts).chain(limits).chain(busy).collect()
}
