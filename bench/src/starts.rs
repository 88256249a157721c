//! The first second: from a page's first script to a worker's first answered call, and many workers at once.

use crate::javascript::RIVALS;
use crate::report::Report;
use crate::session::Session;
use anyhow::Result;
use sabir_pages::Engine;
use std::path::Path;

/// The first page of a browser that has just started, and a page that it loads again.
const FIRST: [&str; 2] =
    ["js: script to first answered call, new browser, ms", "js: script to first answered call, again, ms"];
const AGAIN: usize = 3;
/// How many times coincident's time the first call may take.
const OF_COINCIDENT: f64 = 1.3;

/// Workers that start at once, and how many times the time of empty ones they may take.
const WORKERS: u32 = 16;
const AT_ONCE: &str = "js: start of 16 workers at once, ms";
const EMPTY: &str = "empty";
const OF_EMPTY: f64 = 1.2;

/// Measures pages that start, in browsers of their own.
pub async fn measure(report: &mut Report, engine: Engine, pages: &Path, rounds: usize) -> Result<()> {
    for round in 0..rounds {
        eprintln!("{}: starts, round {} of {rounds}", engine.name(), round + 1);
        for rival in RIVALS {
            let path = format!("/start/index.html?library={rival}");
            let session = Session::start(report, engine, pages, &path, true).await?;
            report.add(engine, FIRST[0], rival, session.number("took").await?);
            for _ in 0..AGAIN {
                session.open(&path).await?;
                report.add(engine, FIRST[1], rival, session.number("took").await?);
            }
            session.close().await?;
        }
    }
    let session = Session::start(report, engine, pages, "/js.html", true).await?;
    for _ in 0..rounds {
        for kind in [RIVALS[0], EMPTY] {
            let time = session.number(&format!("startup('{kind}', {WORKERS})")).await?;
            report.add(engine, AT_ONCE, kind, time);
        }
    }
    session.close().await
}

/// The demands on starts: a row each, with its speed relative to the other's and the minimum.
pub fn demands(report: &Report, engine: Engine) -> Vec<(String, f64, f64)> {
    let [sabir, coincident] = RIVALS;
    let rows =
        FIRST.map(|what| (what, coincident, OF_COINCIDENT)).into_iter().chain([(AT_ONCE, EMPTY, OF_EMPTY)]);
    rows.filter_map(|(what, other, most)| {
        let ratio = report.ratio(engine, what, other, sabir)?;
        Some((format!("{what}, to {other}"), ratio, 1.0 / most))
    })
    .collect()
}
