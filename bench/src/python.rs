//! Python in workers: PyScript on Sabir and on coincident, statement by statement, in the same builds of the interpreters.

use crate::report::Report;
use crate::session::Session;
use anyhow::Result;
use sabir_pages::Engine;

const SABIR: &str = "sabir";
const PYSCRIPT: &str = "pyscript";
/// The same statement on objects of the worker's own.
const ALONE: &str = "interpreter";

/// A contender, whose worker it runs in, and where the objects are.
const CONTENDERS: [(&str, &str, &str); 3] =
    [(SABIR, SABIR, "page"), (PYSCRIPT, PYSCRIPT, "page"), (ALONE, SABIR, "worker")];

/// An interpreter as the page knows it, and what it is called.
const INTERPRETERS: [(&str, &str); 2] = [("pyodide", "Pyodide"), ("micropython", "MicroPython")];

/// A statement, and how many times as often as with PyScript it is demanded to run, by interpreter.
const STATEMENTS: [(&str, [f64; 2]); 4] = [
    ("document.title", [12.0, 5.0]),
    ("window.document.title", [25.0, 15.0]),
    ("body.dataset.x = '1'", [25.0, 10.0]),
    ("sync.f(1)", [8.0, 5.0]),
];

/// How long one statement runs in a round, in s.
const ROUND: f64 = 0.4;

/// Rows of a table: contenders, and for those of Sabir's how many times as many as with PyScript are demanded.
const ROWS: &str = "rows of a table";
const PLACES: [(&str, Option<f64>); 4] =
    [(SABIR, Some(10.0)), ("pipelined", Some(30.0)), (PYSCRIPT, None), ("page", None)];
/// How long rows are built in a round, in s.
const ROWS_ROUND: f64 = 1.0;

/// Code that an interrupt must end, and its limit in ms.
const ENDLESS: [&str; 4] = ["while True: pass", "time.sleep(60)", "input()", "sync.slow()"];
const INTERRUPT_MS: f64 = 100.0;

/// How long a worker computes while the page's frames are counted, in s; and what part of them has to be drawn.
const SIEVE: f64 = 10.0;
const FRAMES: &str = "frames that the page keeps while Pyodide sieves";
const FRAMES_KEPT: f64 = 0.9;

/// The row of what an interpreter does.
fn row(interpreter: &str, what: &str) -> String {
    format!("{interpreter}: {what}, per s")
}

impl Session {
    /// Every statement of every contender in both interpreters, once a round.
    pub async fn python(&self, report: &mut Report, rounds: usize) -> Result<()> {
        // The engine compiles hot code in a first round, which is not counted.
        for round in 0..=rounds {
            eprintln!("{}: Python, round {round} of {rounds}", self.engine.name());
            for (interpreter, name) in INTERPRETERS {
                for (statement, _) in STATEMENTS {
                    for (contender, library, place) in CONTENDERS {
                        let call = format!("'{library}', '{interpreter}', {statement:?}, '{place}', {ROUND}");
                        let per_second = self.number(&format!("run({call})")).await?;
                        if round > 0 {
                            report.add(self.engine, &row(name, statement), contender, per_second);
                        }
                    }
                }
                for (place, _) in PLACES {
                    let per_second =
                        self.number(&format!("rows('{place}', '{interpreter}', {ROWS_ROUND})")).await?;
                    if round > 0 {
                        report.add(self.engine, &row(name, ROWS), place, per_second);
                    }
                }
                if round > 0 {
                    for how in ENDLESS {
                        let took = self.number(&format!("interrupted('{interpreter}', {how:?})")).await?;
                        report.add(self.engine, &endless_row(name, how), SABIR, took);
                    }
                }
            }
        }
        let kept = self.number(&format!("framesKept({SIEVE})")).await?;
        report.add(self.engine, FRAMES, SABIR, kept);
        Ok(())
    }
}

/// The row of an interrupt.
fn endless_row(interpreter: &str, how: &str) -> String {
    format!("{interpreter}: KeyboardInterrupt in {how}, ms")
}

/// The demands on Python: a row each, with its rate relative to PyScript's and the minimum.
pub fn demands(report: &Report, engine: Engine) -> Vec<(String, f64, f64)> {
    let demanded = rows().filter_map(|(row, least)| {
        let ratio = report.ratio(engine, &row, SABIR, PYSCRIPT)?;
        Some((format!("{row}, to {PYSCRIPT}"), ratio, least))
    });
    let tables = INTERPRETERS.iter().flat_map(|(_, name)| {
        PLACES.iter().filter_map(move |(place, least)| {
            let row = row(name, ROWS);
            let ratio = report.ratio(engine, &row, place, PYSCRIPT)?;
            Some((format!("{row}, {place} to {PYSCRIPT}"), ratio, (*least)?))
        })
    });
    let interrupted = INTERPRETERS.iter().flat_map(|(_, name)| {
        ENDLESS.iter().filter_map(move |how| {
            let row = endless_row(name, how);
            let took = report.median(engine, &row, SABIR)?;
            Some((format!("{INTERRUPT_MS} ms to {row}"), INTERRUPT_MS / took, 1.0))
        })
    });
    let frames = report.median(engine, FRAMES, SABIR).map(|kept| (FRAMES.to_owned(), kept, FRAMES_KEPT));
    demanded.chain(tables).chain(interrupted).chain(frames).collect()
}

/// The interpreter's own part of each statement's time.
pub fn shares(report: &Report, engine: Engine) -> Vec<(String, f64)> {
    let shared = rows().filter_map(|(row, _)| {
        let share = report.ratio(engine, &row, SABIR, ALONE)?;
        Some((row, share))
    });
    shared.collect()
}

/// Every row, and its demand.
fn rows() -> impl Iterator<Item = (String, f64)> {
    INTERPRETERS.iter().enumerate().flat_map(|(index, (_, name))| {
        STATEMENTS.iter().map(move |(statement, least)| (row(name, statement), least[index]))
    })
}
