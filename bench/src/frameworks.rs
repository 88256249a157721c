//! Frameworks of Rust in a worker: the same app as on the page, operation by operation.

use crate::javascript::middle;
use crate::report::Report;
use crate::session::Session;
use anyhow::Result;
use sabir_pages::Engine;
use std::path::Path;

const SABIR: &str = "sabir";

const PAGE: &str = "page";

/// In a worker that does not wait for what is known beforehand.
const PIPELINED: &str = "pipelined";

/// A contender, and where its app runs.
const CONTENDERS: [(&str, &str); 3] = [(PIPELINED, "pipelined"), (SABIR, "worker"), (PAGE, "page")];

/// The folder of an app, and the framework's name.
const FRAMEWORKS: [(&str, &str); 2] = [("yew", "Yew"), ("leptos", "Leptos")];

/// An operation as `measure.mjs` knows it, and what it is called.
const OPERATIONS: [(&str, &str); 6] = [
    ("create", "create 1,000 rows"),
    ("replace", "replace 1,000 rows"),
    ("update", "update every 10th of 1,000 rows"),
    ("swap", "swap 2 of 1,000 rows"),
    ("remove", "remove 1 of 1,000 rows"),
    ("clear", "clear 1,000 rows"),
];

/// The engine compiles hot code in the first ones, which are not counted.
const WARM_UPS: u32 = 5;
const REPEATS: u32 = 10;

/// The framework whose app computes.
const COMPUTES: (&str, &str) = FRAMEWORKS[0];

/// Every operation of every app, on the page and in a worker, once a round; and the frames while an app computes.
pub async fn measure(report: &mut Report, engine: Engine, pages: &Path, rounds: usize) -> Result<()> {
    let session = Session::start(report, engine, pages, &address(COMPUTES.0, "page"), true).await?;
    for round in 0..rounds {
        eprintln!("{}: frameworks, round {} of {rounds}", engine.name(), round + 1);
        for (framework, name) in FRAMEWORKS {
            for (contender, place) in CONTENDERS {
                session.open(&address(framework, place)).await?;
                for ((_, operation), taken) in OPERATIONS.into_iter().zip(session.operations().await?) {
                    let row = |unit| format!("{name}: {operation}, {unit}");
                    report.add(engine, &row("ms"), contender, taken.ms);
                    if contender != PAGE {
                        report.add(engine, &row("trips"), contender, taken.trips);
                        report.add(engine, &row("us a trip"), contender, taken.ms * 1000.0 / taken.trips);
                    }
                }
            }
        }
    }
    // A pipeline changes nothing while nothing is drawn.
    for (contender, place) in CONTENDERS.into_iter().filter(|(contender, _)| *contender != PIPELINED) {
        session.open(&address(COMPUTES.0, place)).await?;
        let frames = session.number("framesPerSecond()").await?;
        let row = format!("{}: frames per s while it computes for 5 s", COMPUTES.1);
        report.add(engine, &row, contender, frames);
    }
    session.close().await
}

/// The time and the trips of one operation.
struct Taken {
    ms: f64,
    /// Calls that the page served: none for an app of its own.
    trips: f64,
}

impl Session {
    /// Every operation of the app that is open.
    async fn operations(&self) -> Result<Vec<Taken>> {
        let mut all = Vec::new();
        for (operation, _) in OPERATIONS {
            let ms = middle(self.numbers(&format!("times('{operation}', {WARM_UPS}, {REPEATS})")).await?);
            let trips = self.number(&format!("tripsOf('{operation}')")).await?;
            all.push(Taken { ms, trips });
        }
        Ok(all)
    }
}

fn address(framework: &str, place: &str) -> String {
    format!("/{framework}/index.html?where={place}")
}
