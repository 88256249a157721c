//! Sabir against its peers and the platform's limits, in real browsers: interleaved rounds, medians, ratios.
#![forbid(unsafe_code)]

mod bursts;
mod fallback;
mod frameworks;
mod javascript;
mod load;
mod plot;
mod python;
mod record;
mod report;
mod session;
mod starts;

use anyhow::{Context, Result, ensure};
use bursts::Machine;
use clap::Parser;
use load::Load;
use report::Report;
use sabir_pages::Engine;
use session::Session;
use std::path::PathBuf;

/// The engines whose figures are recorded: WebKit's only without shared memory, as it is shipped.
const MEASURED: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::WebKitUnshared];

/// Measures Sabir against its peers and the platform's limits, and prints a table of medians.
#[derive(Parser)]
#[command(name = "cargo xtask bench --", bin_name = "cargo xtask bench --")]
struct Flags {
    /// One engine only: chromium, firefox, webkit, or webkit-unshared, which has no shared memory.
    #[arg(long)]
    engine: Option<Engine>,
    /// The part to measure: typed services, the npm package, its bursts of calls, the same while other programs
    /// keep every core busy, its starts, its transports without shared memory, Python, Rust's frameworks; by default all.
    part: Option<Part>,
    /// Rounds; in each, every contender runs once.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How long the page is flooded, in s.
    #[arg(long, default_value_t = 10.0)]
    flood: f64,
    /// How many calls the run of many calls makes.
    #[arg(long, default_value_t = 10_000_000)]
    calls: u32,
    /// How long workers call at once, in s.
    #[arg(long, default_value_t = 3.0)]
    at_once: f64,
    /// Draw the costs by size and by number of workers into this SVG file.
    #[arg(long)]
    plot: Option<PathBuf>,
    /// Write the samples here, of long series their percentiles.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// A part of the benchmark.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Part {
    Rust,
    Javascript,
    Bursts,
    Busy,
    Starts,
    Fallback,
    Python,
    Frameworks,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    ensure!(flags.rounds > 0, "--rounds must be at least 1");
    let page = std::env::var_os("SABIR_BENCH_PAGE").map(PathBuf::from);
    let page = page.context("run `cargo xtask bench`: it builds the page and fetches the peers")?;
    let frameworks = std::env::var_os("SABIR_BENCH_FRAMEWORKS").map(PathBuf::from);
    let frameworks = frameworks.context("run `cargo xtask bench`: it builds the apps of frameworks")?;
    let mut report = Report::default();
    for engine in flags.engine.map_or(MEASURED.to_vec(), |only| vec![only]) {
        let can = |part| part == Part::Fallback || engine != Engine::WebKitUnshared;
        let wants = |part| flags.part.is_none_or(|only| only == part) && can(part);
        if wants(Part::Rust) {
            let session = Session::start(&mut report, engine, &page, "/index.html", true).await?;
            session.calls(&mut report, flags.rounds).await?;
            session.bulk(&mut report, flags.rounds).await?;
            session.ends(&mut report, flags.rounds).await?;
            session.flood(&mut report, flags.flood * 1000.0).await?;
            session.many(&mut report, flags.calls).await?;
            session.close().await?;
        }
        if wants(Part::Javascript) {
            let session = Session::start(&mut report, engine, &page, "/js.html", true).await?;
            session.javascript(&mut report, flags.rounds).await?;
            session.scaling(&mut report, flags.rounds, (flags.at_once * 1000.0) as u32).await?;
            session.close().await?;
        }
        if wants(Part::Bursts) {
            let session = Session::start(&mut report, engine, &page, "/js.html", true).await?;
            session.bursts(&mut report, flags.rounds, Machine::Quiet).await?;
            session.close().await?;
        }
        if wants(Part::Busy) {
            let session = Session::start(&mut report, engine, &page, "/js.html", true).await?;
            let load = Load::start();
            session.bursts(&mut report, flags.rounds, Machine::Busy).await?;
            drop(load);
            session.close().await?;
        }
        if wants(Part::Starts) {
            starts::measure(&mut report, engine, &page, flags.rounds).await?;
        }
        if wants(Part::Fallback) {
            fallback::measure(&mut report, engine, &page, flags.rounds).await?;
        }
        if wants(Part::Python) {
            let session = Session::start(&mut report, engine, &page, "/python.html", true).await?;
            session.python(&mut report, flags.rounds).await?;
            session.close().await?;
        }
        if wants(Part::Frameworks) {
            frameworks::measure(&mut report, engine, &frameworks, flags.rounds).await?;
        }
    }
    println!("{report}\n");
    for engine in MEASURED {
        let demands =
            [javascript::demands, bursts::demands, starts::demands, fallback::demands, python::demands];
        for (what, ratio, least) in demands.into_iter().flat_map(|demands| demands(&report, engine)) {
            let verdict = if ratio >= least { "holds" } else { "FAILS" };
            println!("{:9} {what:60} {ratio:>7.2} times, at least {least:>5.2} {verdict}", engine.name());
        }
        for (what, share) in python::shares(&report, engine) {
            println!(
                "{:9} {what:60} {:>7.0} % of the time is the interpreter's own",
                engine.name(),
                share * 100.0
            );
        }
    }
    if let Some(path) = flags.plot {
        plot::draw(&report, &path)?;
    }
    if let Some(json) = flags.json {
        record::write(&json, report.machine(), report.series())?;
    }
    Ok(())
}
