//! The npm package against the libraries of its field: the same operations for each, contender by contender in every round.

use crate::report::Report;
use crate::session::Session;
use anyhow::Result;
use sabir_pages::Engine;

const PEERS: [&str; 4] = ["sabir", "coincident", "synclink", "sync-message"];

/// The unavoidable part of every library, if it can be measured alone: the wake-ups of a lone call, an echo's new arrays.
const LIMIT: &str = "limit";

/// Libraries that carry bytes of any size, and start any number of workers.
pub const RIVALS: [&str; 2] = ["sabir", "coincident"];

/// Payloads of an echo, in bytes, and how often each is sent in a round.
pub const SIZES: [(u32, u32); 6] =
    [(0, 50), (1 << 10, 50), (1 << 16, 30), (1 << 20, 9), (1 << 24, 3), (1 << 26, 2)];

/// Calls whose latencies are kept one by one.
const LATENCIES: u32 = 3000;
pub const LATENCY: &str = "js: a call in a burst, us";

pub const WORKERS: [u32; 5] = [1, 2, 4, 8, 16];

/// How many calls the page makes before the first is answered.
pub const PENDING: [u32; 3] = [100, 10_000, 100_000];

/// How long one contender makes hot calls in a round, in ms.
pub const ROUND_MS: u32 = 1000;

/// Rows in calls a second: the kind in `operations.mjs`, the name, and the demanded multiple of the best peer's rate.
const HOT: [(&str, &str, f64); 5] = [
    ("int", "js: echo of an int, per s", 15.0),
    ("get", "js: get a property, per s", 15.0),
    ("set", "js: set a property, per s", 15.0),
    ("text", "js: textContent =, per s", 15.0),
    ("object", "js: echo of a small nested object, per s", 8.0),
];

/// Rows in ms a call: kind, name, calls in a round, and the demanded multiple of the best peer's speed.
const FLOATS: (&str, &str, u32, f64) = ("floats", "js: echo of a 2 MB Float32Array, ms", 9, 8.0);
const LARGE: [(&str, &str, u32, f64); 2] =
    [FLOATS, ("objects", "js: echo of 1000 small objects, ms", 25, 1.5)];

/// A row with a worker of Rust's, which uses `web-sys`; and the demanded multiple of the npm package's rate.
const ELEMENT: (&str, f64) = ("js: an element made, filled and appended, per s", 0.8);
const IN_RUST: &str = "in Rust";

/// Rows in ms of a table of 1000 rows, 14,002 operations: the contenders, and how often each makes one in a round.
const ROWS: [(&str, u32); 4] = [("page", 5), ("pipelined", 5), ("sabir", 3), ("coincident", 1)];
/// A name, and which time it is: until the worker goes on, or until the page has done all.
const ROW_TIMES: [(&str, u32); 2] =
    [("js: 1000 rows of DOM, the worker is free, ms", 0), ("js: 1000 rows of DOM, all done, ms", 1)];

/// A row of the npm package alone: no peer's comparator is heard. It is to reach this rate.
const SORT: (&str, f64) = ("js: comparisons by a worker in the page's sort, per s", 20_000.0);

const COLD: (&str, f64) = ("js: cold call, 30-50 ms apart, ms", 2.0);
const AWAITED: (&str, f64) = ("js: main awaits a worker's function, per s", 1.5);

impl Session {
    /// Every operation of every contender that has it, once a round.
    pub async fn javascript(&self, report: &mut Report, rounds: usize) -> Result<()> {
        let mut kinds = Vec::new();
        for peer in PEERS {
            let known = self.strings(&format!("ask('{peer}', 'kinds')")).await?;
            for (kind, ..) in HOT.iter().filter(|(kind, ..)| known.iter().any(|known| known == kind)) {
                // The engine compiles hot code in a first run, which is not counted.
                self.number(&format!("ask('{peer}', 'hot', '{kind}', {ROUND_MS})")).await?;
            }
            kinds.push(known);
        }
        for round in 0..rounds {
            eprintln!("{}: JavaScript, round {} of {rounds}", self.engine.name(), round + 1);
            for (peer, known) in PEERS.iter().zip(&kinds) {
                let has = |kind: &str| known.iter().any(|known| known == kind);
                for (kind, what, _) in HOT.iter().filter(|(kind, ..)| has(kind)) {
                    let per_second =
                        self.number(&format!("ask('{peer}', 'hot', '{kind}', {ROUND_MS})")).await?;
                    report.add(self.engine, what, peer, per_second);
                }
                for (kind, what, times, _) in LARGE.iter().filter(|(kind, ..)| has(kind)) {
                    let times = self.numbers(&format!("ask('{peer}', 'each', '{kind}', {times})")).await?;
                    report.add(self.engine, what, peer, middle(times));
                }
                if has("int") {
                    report.add(
                        self.engine,
                        COLD.0,
                        peer,
                        middle(self.numbers(&format!("cold('{peer}')")).await?),
                    );
                }
            }
            for contender in ["sabir", "coincident", IN_RUST] {
                let per_second = self.number(&format!("elements('{contender}', {ROUND_MS})")).await?;
                report.add(self.engine, ELEMENT.0, contender, per_second);
            }
            for (what, which) in ROW_TIMES {
                for (contender, times) in ROWS {
                    let times = self.numbers(&format!("rows('{contender}', {times}, {which})")).await?;
                    report.add(self.engine, what, contender, middle(times));
                }
            }
            let per_second = self.number(&format!("ask('sabir', 'sorts', {ROUND_MS})")).await?;
            report.add(self.engine, SORT.0, "sabir", per_second);
            let times =
                self.numbers(&format!("ask('{LIMIT}', 'each', '{}', {})", FLOATS.0, FLOATS.2)).await?;
            report.add(self.engine, FLOATS.1, LIMIT, middle(times));
            report.add(self.engine, COLD.0, LIMIT, middle(self.numbers(&format!("cold('{LIMIT}')")).await?));
            for peer in ["sabir", "coincident", "comlink"] {
                let per_second = self.number(&format!("awaited('{peer}', {ROUND_MS})")).await?;
                report.add(self.engine, AWAITED.0, peer, per_second);
            }
        }
        Ok(())
    }

    /// The cost of a call by its payload's size, by the number of pending calls, and by the number of workers that call at
    /// once. The cost of a start.
    pub async fn scaling(&self, report: &mut Report, rounds: usize, at_once_ms: u32) -> Result<()> {
        for round in 0..rounds {
            eprintln!("{}: sizes, workers, starts, round {} of {rounds}", self.engine.name(), round + 1);
            for (len, times) in SIZES {
                for rival in RIVALS {
                    let times = self.numbers(&format!("ask('{rival}', 'bytes', {len}, {times})")).await?;
                    report.add(self.engine, &echo_of(len), rival, middle(times));
                }
            }
            for count in PENDING {
                for rival in RIVALS {
                    let time = self.number(&format!("pending('{rival}', {count})")).await?;
                    report.add(self.engine, &pending(count), rival, time);
                }
            }
            for (contender, in_rust) in [("sabir", false), ("in Rust", true)] {
                let times = self.numbers(&format!("visits({in_rust})")).await?;
                report.add(self.engine, "js: visiting 1000 objects, ms", contender, middle(times));
            }
            for kind in ["sabir", "empty"] {
                let time = self.number(&format!("startup('{kind}', 1)")).await?;
                report.add(self.engine, "js: start of a worker, ms", kind, time);
            }
        }
        for rival in RIVALS {
            for time in self.numbers(&format!("ask('{rival}', 'each', 'int', {LATENCIES})")).await? {
                report.add(self.engine, LATENCY, rival, time * 1000.0);
            }
        }
        for count in WORKERS {
            for rival in RIVALS {
                let rates = self.numbers(&format!("atOnce('{rival}', {count}, {at_once_ms})")).await?;
                let (least, most) = (
                    rates.iter().copied().fold(f64::MAX, f64::min),
                    rates.iter().copied().fold(0.0, f64::max),
                );
                report.add(self.engine, &at_once(count), rival, rates.iter().sum());
                report.add(
                    self.engine,
                    &format!("js: slowest of {count} workers, of the fastest"),
                    rival,
                    least / most,
                );
            }
        }
        Ok(())
    }
}

/// The row of an echo of `len` bytes.
pub fn echo_of(len: u32) -> String {
    format!("js: echo of {len} bytes, ms")
}

/// The row of `count` pending calls.
pub fn pending(count: u32) -> String {
    format!("js: a call of {count} pending ones, us")
}

/// The row of `count` workers.
pub fn at_once(count: u32) -> String {
    format!("js: {count} workers at once, calls per s")
}

pub fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The demands on the npm package: a row each, with its speed relative to the best peer's and the minimum.
pub fn demands(report: &Report, engine: Engine) -> Vec<(String, f64, f64)> {
    let rates = HOT.iter().map(|(_, what, least)| (*what, *least, false));
    let times = LARGE.iter().map(|(_, what, _, least)| (*what, *least, true));
    let others = [(COLD.0, COLD.1, true), (AWAITED.0, AWAITED.1, false)];
    let rows = rates.chain(times).chain(others).filter_map(|(what, least, is_time)| {
        // Of times, the ratio to the best peer is the largest; we want how many times as fast.
        let as_fast = |ratio: f64| if is_time { 1.0 / ratio } else { ratio };
        let ratios = report.ratios(engine, what).into_iter().filter(|(peer, _)| *peer != LIMIT);
        let best = ratios.map(|(peer, ratio)| (peer, as_fast(ratio)));
        let (peer, ratio) = best.min_by(|one, other| one.1.total_cmp(&other.1))?;
        Some((format!("{what}, to {peer}"), ratio, least))
    });
    let in_rust = report.ratio(engine, ELEMENT.0, IN_RUST, "sabir");
    let in_rust = in_rust.map(|ratio| (format!("{}, in Rust, to sabir", ELEMENT.0), ratio, ELEMENT.1));
    let sorts = report.median(engine, SORT.0, "sabir").map(|rate| (SORT.0.to_owned(), rate, SORT.1));
    rows.chain(in_rust).chain(sorts).collect()
}
