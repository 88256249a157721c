//! The npm package where memory is not shared: its transports beside each other, coincident's, and the browser's own limit.

use crate::javascript::{ROUND_MS, middle};
use crate::report::Report;
use crate::session::Session;
use anyhow::Result;
use sabir_pages::Engine;
use std::path::Path;

/// A contender, its page, and whether that has the headers.
const CONTENDERS: [(&str, &str, bool); 5] = [
    ("atomics", "/fallback/sabir/index.html?atomics", true),
    ("mailbox", "/fallback/sabir/index.html?mailbox", false),
    ("service worker", "/fallback/sabir/index.html?service-worker", false),
    (COINCIDENT, "/fallback/coincident/index.html", false),
    (LIMIT, "/fallback/limit/index.html", false),
];
const COINCIDENT: &str = "coincident";
/// How often it is started at most: in Firefox its first calls are lost at times, and its page waits for them without end.
const COINCIDENT_STARTS: usize = 6;
/// A request that a service worker answers at once.
const LIMIT: &str = "XHR answered";

/// The contenders that the plot shows.
pub const TRANSPORTS: [&str; 4] = ["atomics", "mailbox", "service worker", COINCIDENT];

/// Payloads of an echo, in bytes, and how often each is sent in a round.
pub const SIZES: [(u32, u32); 5] = [(0, 20), (1 << 10, 20), (1 << 16, 9), (1 << 20, 5), (1 << 26, 1)];
/// Above this many bytes coincident's service worker takes minutes.
const COINCIDENT_BYTES: u32 = 1 << 10;

const GET: &str = "no headers: get a property, per s";
pub const LATENCY: &str = "no headers: a call in a burst, us";
const OBJECTS: &str = "no headers: echo of 1000 small objects, ms";

const LATENCIES: u32 = 300;
/// How long one contender makes hot calls before the first round, in ms: engines compile what was called some thousands of times.
const WARM_MS: u32 = 5000;

/// The row of an echo of `len` bytes.
pub fn echo_of(len: u32) -> String {
    format!("no headers: echo of {len} bytes, ms")
}

/// Every contender that the browser has, each in a browser of its own, once a round.
pub async fn measure(report: &mut Report, engine: Engine, pages: &Path, rounds: usize) -> Result<()> {
    let mut sessions = Vec::new();
    for (contender, path, isolated) in CONTENDERS {
        // In WebKit its calls over a service worker do not return.
        if contender == COINCIDENT && engine == Engine::WebKitUnshared {
            continue;
        }
        let mut starts_left = if contender == COINCIDENT { COINCIDENT_STARTS } else { 1 };
        let started = loop {
            let started = Session::start(report, engine, pages, path, isolated).await;
            starts_left -= 1;
            if started.is_ok() || starts_left == 0 {
                break started;
            }
        };
        match started {
            Ok(session) => sessions.push((contender, session)),
            // Not every browser has shared memory, or such files.
            Err(error) if ["atomics", "mailbox"].contains(&contender) => {
                eprintln!("{}: no {contender}: {error:#}", engine.name());
            }
            Err(error) => return Err(error),
        }
    }
    for (_, session) in &sessions {
        session.number(&format!("ask('hot', 'get', {WARM_MS}, 1)")).await?;
    }
    for round in 0..rounds {
        eprintln!("{}: transports, round {} of {rounds}", engine.name(), round + 1);
        for (contender, session) in &sessions {
            let per_second = session.number(&format!("ask('hot', 'get', {ROUND_MS}, 1)")).await?;
            report.add(engine, GET, contender, per_second);
            for time in session.numbers(&format!("ask('each', 'get', {LATENCIES})")).await? {
                report.add(engine, LATENCY, contender, time * 1000.0);
            }
            if *contender == LIMIT {
                continue;
            }
            for (len, times) in SIZES {
                if *contender == COINCIDENT && len > COINCIDENT_BYTES {
                    break;
                }
                let times = session.numbers(&format!("ask('bytes', {len}, {times})")).await?;
                report.add(engine, &echo_of(len), contender, middle(times));
            }
            if *contender != COINCIDENT {
                let times = session.numbers("ask('each', 'objects', 5)").await?;
                report.add(engine, OBJECTS, contender, middle(times));
            }
        }
    }
    for (_, session) in sessions {
        session.close().await?;
    }
    Ok(())
}

/// The demands on the transports: a row each, with the compared ratio and its minimum.
pub fn demands(report: &Report, engine: Engine) -> Vec<(String, f64, f64)> {
    let (mailbox, service_worker) = if engine == Engine::Chromium { (10.0, 1.5) } else { (1.3, 1.3) };
    let ratio = |own: &str, other: &str| report.ratio(engine, GET, own, other);
    let within = |limit: f64, own: &str| Some(limit / report.median(engine, OBJECTS, own)?);
    let rows = [
        ("get: mailbox to coincident", ratio("mailbox", COINCIDENT), mailbox),
        ("get: service worker to coincident", ratio("service worker", COINCIDENT), service_worker),
        ("get: service worker to the XHR alone", ratio("service worker", LIMIT), 0.75),
        ("1000 objects over the mailbox: 50 ms to it", within(50.0, "mailbox"), 1.0),
        ("1000 objects over the service worker: 100 ms to it", within(100.0, "service worker"), 1.0),
    ];
    let rows = rows.into_iter().filter_map(|(what, ratio, least)| Some((what.to_owned(), ratio?, least)));
    rows.collect()
}
