//! The npm package in whole pages: against coincident, by itself, under policies of the page, and bundled.

use crate::each::each;
use sabir_pages::{Browser, ENGINES, Engine, Server};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// How long a page with dozens of workers may take, on a busy machine.
pub const SUITE_LIMIT: Duration = Duration::from_secs(480);
const PAGE_LIMIT: Duration = Duration::from_secs(30);

pub fn site() -> PathBuf {
    std::env::var_os("SABIR_NPM_SITE").expect("`cargo xtask test pages` builds the site and names it").into()
}

/// The site's server, with or without the headers that isolate its pages, and a browser.
pub async fn launch(engine: Engine, isolated: bool) -> (Server, Browser) {
    (Server::start(&site(), isolated, 0).await.unwrap(), Browser::launch(engine).await.unwrap())
}

/// The reason for each exception that a JSON file of the site lists.
pub fn reasons(path: &str) -> BTreeMap<String, String> {
    serde_json::from_str(&fs::read_to_string(site().join(path)).unwrap()).unwrap()
}

/// Opens a page of behaviours; gives what came of each.
pub async fn outcomes(engine: Engine, isolated: bool, path: &str) -> Map<String, Value> {
    outcomes_within(SUITE_LIMIT, engine, isolated, path).await
}

/// The same of a page that may take this long.
pub async fn outcomes_within(
    limit: Duration,
    engine: Engine,
    isolated: bool,
    path: &str,
) -> Map<String, Value> {
    let (server, browser) = launch(engine, isolated).await;
    let outcomes = outcomes_of(&server, &browser, limit, path).await;
    browser.close().await.unwrap();
    outcomes
}

async fn outcomes_of(server: &Server, browser: &Browser, limit: Duration, path: &str) -> Map<String, Value> {
    browser.goto(&server.url(path)).await.unwrap();
    let waited = browser.wait_for("document.title === 'done'", limit).await;
    let outcomes = browser.run("return outcomes").await.unwrap();
    waited.unwrap_or_else(|error| panic!("{error:#}; the page has come as far as {outcomes:#}"));
    outcomes.as_object().unwrap().clone()
}

pub fn failures(outcomes: &Map<String, Value>) -> Vec<String> {
    let failed = outcomes.iter().filter(|(_, outcome)| **outcome != json!("ok"));
    failed.map(|(name, outcome)| format!("{name}: {outcome}")).collect()
}

/// Both libraries' outcomes of whatever concerns order, faults, and the starts and ends of workers.
fn print_side_by_side(engine: Engine, coincident: &Map<String, Value>, sabir: &Map<String, Value>) {
    println!("{engine:?}: coincident | Sabir");
    let subjects = ["order: ", "fault: ", "start: ", "end: "];
    for (name, outcome) in coincident {
        if subjects.iter().any(|subject| name.starts_with(subject)) {
            let ours = sabir.get(name).unwrap_or(&Value::Null);
            println!("  {name}: {outcome} | {ours}");
        }
    }
}

/// Each behaviour of coincident's holds for Sabir.
async fn check_compat(engine: Engine) -> Map<String, Value> {
    let sabir = outcomes(engine, true, "/compat/index.html?library=sabir").await;
    assert!(sabir.len() > 100, "the page has {} behaviours", sabir.len());
    assert_eq!(failures(&sabir), [""; 0], "{engine:?}");
    sabir
}

/// Each behaviour of coincident's holds for both libraries; each that does not is a difference with a reason.
pub async fn check_peer(engine: Engine) {
    let differences = reasons("compat/differences.json");
    let sabir = check_compat(engine).await;
    let peer = outcomes(engine, true, "/compat/index.html?library=coincident").await;
    print_side_by_side(engine, &peer, &sabir);
    print_differences(engine, &peer, &differences);
}

/// Each behaviour that fails with coincident is a difference with a reason.
pub fn print_differences(engine: Engine, peer: &Map<String, Value>, reasons: &BTreeMap<String, String>) {
    println!("{engine:?}: where coincident does something else, of {} behaviours", peer.len());
    for (name, outcome) in peer {
        let differs = *outcome != json!("ok");
        match (differs, reasons.get(name)) {
            (true, Some(reason)) => println!("  {name}: {reason}"),
            (true, None) => panic!("{engine:?}: coincident fails {name} ({outcome}); is the test right?"),
            (false, Some(_)) => println!("  {name}: not in this browser"),
            (false, None) => {}
        }
    }
    for name in reasons.keys() {
        assert!(peer.contains_key(name), "differences.json names {name}, which is no behaviour");
    }
}

each! {
    it_does_what_coincident_does_in_chromium: check_peer(Engine::Chromium);
    it_does_what_coincident_does_in_firefox: check_compat(Engine::Firefox);
    it_does_what_coincident_does_in_webkit: check_compat(Engine::WebKit);
}

/// How many pages the features are tested on. On one, WebKit once ran out of memory: probably of mappings, for it keeps the
/// heaps of dead workers in pieces of 16 KB, and Linux gives a process 65,530.
fn pages_of_features(engine: Engine) -> usize {
    if engine == Engine::WebKit { 3 } else { 1 }
}

async fn check_features(engine: Engine) {
    let pages = pages_of_features(engine);
    for nth in 1..=pages {
        let outcomes = outcomes(engine, true, &format!("/features/index.html?part={nth}/{pages}")).await;
        assert!(outcomes.len() > 10, "the page has {} tests", outcomes.len());
        assert_eq!(failures(&outcomes), [""; 0], "{engine:?}, part {nth} of {pages}");
    }
}

each! {
    it_does_what_coincident_does_not_in_chromium: check_features(Engine::Chromium);
    it_does_what_coincident_does_not_in_firefox: check_features(Engine::Firefox);
    it_does_what_coincident_does_not_in_webkit: check_features(Engine::WebKit);
}

async fn check_libraries(engine: Engine) {
    let outcomes = outcomes(engine, true, "/libraries/index.html").await;
    assert_eq!((outcomes.len(), failures(&outcomes)), (8, Vec::new()), "{engine:?}");
}

each! {
    libraries_keep_their_state_on_nodes_in_chromium: check_libraries(Engine::Chromium);
    libraries_keep_their_state_on_nodes_in_firefox: check_libraries(Engine::Firefox);
    libraries_keep_their_state_on_nodes_in_webkit: check_libraries(Engine::WebKit);
}

/// The bundles that users load do what the modules do that they are made of: their files agree on the names of members.
#[tokio::test]
async fn the_bundles_of_the_package_do_what_its_modules_do() {
    let server = Server::start(&site().join("published"), true, 0).await.unwrap();
    let browser = Browser::launch(Engine::Chromium).await.unwrap();
    let outcomes = outcomes_of(&server, &browser, SUITE_LIMIT, "/features/index.html?published").await;
    assert!(outcomes.len() > 100, "the page has {} tests", outcomes.len());
    assert_eq!(failures(&outcomes), [""; 0]);
    browser.close().await.unwrap();
}

/// Engines compile a function when it is first called, which takes more stack than the function.
#[tokio::test]
async fn a_stack_overflow_is_an_error_where_little_is_compiled_yet() {
    for engine in ENGINES {
        let found = outcomes(engine, true, "/features/index.html?only=foreign: a stack overflow").await;
        assert_eq!((found.len(), failures(&found)), (3, Vec::new()), "{engine:?}");
    }
}

/// The features by which foreign code throws, and workers fail, start and end.
const FAULTS: [&str; 6] = ["foreign:", "start:", "end:", "refused:", "timers:", "notes:"];

/// Runs the faults this often: one hang in many is a hang.
pub async fn survive_faults(engine: Engine, rounds: u32) {
    for round in 1..=rounds {
        for faults in FAULTS {
            let found = outcomes(engine, true, &format!("/features/index.html?only={faults}")).await;
            assert!(!found.is_empty(), "no feature is called `{faults}`");
            assert_eq!(failures(&found), [""; 0], "{engine:?}, round {round} of {rounds}");
        }
    }
}

/// The outcome of a page, opened in `browser`.
async fn outcome(browser: &Browser, server: &Server, path: &str) -> Value {
    browser.goto(&server.url(path)).await.unwrap();
    let done = "document.documentElement.dataset.done";
    browser.wait_for(done, PAGE_LIMIT).await.unwrap_or_else(|error| panic!("{path}: {error:#}"));
    browser.run("return outcome").await.unwrap()
}

/// A page of the npm package with workers of a Rust package.
async fn check_rust(engine: Engine, isolated: bool, transport: &str) {
    let (server, browser) = launch(engine, isolated).await;
    let path = format!("/pages/rust.html?transports={transport}");
    let outcome = outcome(&browser, &server, &path).await;
    let expected = json!({
        "double": 42,
        "later": 5,
        "asks": "the answer to x",
        "halve": "Error: 3 is odd",
        "missing": "NotExported: `no_such` is not exported there",
        "wrong": true,
        "transport": transport,
        "rows": 1,
        "pipelinedRows": 1,
        "unknown": true,
    });
    assert_eq!(outcome, expected, "{engine:?}, {transport}");
    browser.close().await.unwrap();
}

each! {
    a_page_of_javascript_has_workers_of_rust_in_chromium: check_rust(Engine::Chromium, true, "atomics");
    a_page_of_javascript_has_workers_of_rust_in_firefox: check_rust(Engine::Firefox, true, "atomics");
    a_page_of_javascript_has_workers_of_rust_over_the_mailbox: check_rust(Engine::Chromium, false, "mailbox");
    a_page_of_javascript_has_workers_of_rust_over_the_service_worker: check_rust(Engine::Firefox, false, "service-worker");
}

#[tokio::test]
async fn it_works_on_every_kind_of_page() {
    let pages = [
        "/pages/plain.html",
        "/pages/csp.html",
        "/pages/trusted-types.html",
        "/pages/classic.html",
        "/pages/frame.html",
        "/pages/elsewhere.html",
        "/pages/blob.html",
        "/bundled/esbuild/index.html",
        "/bundled/rollup/index.html",
        "/bundled/vite/index.html",
    ];
    for engine in ENGINES {
        let (server, browser) = launch(engine, true).await;
        for path in pages {
            let outcome = outcome(&browser, &server, path).await;
            assert_eq!(outcome["asked"], json!("name? sabir"), "{engine:?}, {path}: {outcome}");
            assert_eq!(outcome["sync"], json!(true), "{engine:?}, {path}");
            assert!(outcome["title"].is_string(), "{engine:?}, {path}: {outcome}");
        }
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_policy_without_wasm_is_named() {
    for engine in ENGINES {
        let (server, browser) = launch(engine, true).await;
        let outcome = outcome(&browser, &server, "/pages/no-wasm.html").await;
        assert!(outcome.as_str().unwrap_or_default().contains("wasm-unsafe-eval"), "{engine:?}: {outcome}");
        browser.close().await.unwrap();
    }
}

/// The page's report on its worker's transport, on each better one, and on its worker's end.
async fn check_reasons(isolated: bool, path: &str, transport: &str, reasons: &[(&str, &str)]) {
    for engine in [Engine::Chromium, Engine::Firefox] {
        let (server, browser) = launch(engine, isolated).await;
        let outcome = outcome(&browser, &server, path).await;
        assert_eq!(outcome["transport"], json!(transport), "{engine:?}, {path}: {outcome}");
        assert_eq!(outcome["agrees"], json!(true), "{engine:?}, {path}: page and worker differ");
        for (name, reason) in reasons {
            let why = outcome["passedOver"][name].as_str().unwrap_or_default();
            assert!(why.contains(reason), "{engine:?}, {path}, {name}: {why}");
        }
        let end = outcome["end"].as_str().unwrap_or_default();
        assert!(end.starts_with("Closed:") && end.contains("its realm ended"), "{engine:?}, {path}: {end}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_page_without_headers_hears_which_it_lacks() {
    let [opener, embedder] =
        ["`Cross-Origin-Opener-Policy: same-origin`", "`Cross-Origin-Embedder-Policy: require-corp`"];
    let neither = format!("does not send {opener} and {embedder}");
    check_reasons(false, "/pages/reasons.html", "mailbox", &[("atomics", &neither)]).await;
    let only = [("atomics", &*format!("does not send {embedder}"))];
    check_reasons(false, "/pages/reasons.html?headers=coop", "mailbox", &only).await;
    let only = [("atomics", &*format!("does not send {opener}"))];
    let worker = "worker=../features/worker.mjs%3Fheaders=coep";
    check_reasons(false, &format!("/pages/reasons.html?headers=coep&{worker}"), "mailbox", &only).await;
    let framed = [("atomics", &*format!("is not isolated: the page's server {neither}"))];
    check_reasons(false, "/pages/sandbox.html", "mailbox", &framed).await;
}

#[tokio::test]
async fn a_page_that_is_refused_storage_or_locks_has_what_is_left() {
    check_reasons(false, "/pages/reasons.html?sw&without=storage", "mailbox", &[]).await;
    check_reasons(true, "/pages/reasons.html?without=locks", "atomics", &[]).await;
    let locks = [("mailbox", "has no Web Locks")];
    check_reasons(false, "/pages/reasons.html?without=locks", "message", &locks).await;
}

#[tokio::test]
async fn a_sandboxed_page_has_promises_and_hears_why() {
    let opaque =
        ["atomics", "mailbox", "service-worker"].map(|name| (name, "sandboxed without `allow-same-origin`"));
    let path = "/pages/sandbox.html?headers=corp,cors&sandbox=allow-scripts&sw";
    check_reasons(true, path, "message", &opaque).await;
}

#[tokio::test]
async fn an_isolated_page_hears_that_its_workers_script_lacks_the_header() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        let (server, browser) = launch(engine, false).await;
        let outcome = outcome(&browser, &server, "/pages/reasons.html?headers=coop,coep").await;
        let said = outcome.as_str().unwrap_or_default();
        let expected = "worker.mjs lacks the header `Cross-Origin-Embedder-Policy: require-corp`";
        assert!(said.starts_with("Closed:") && said.contains(expected), "{engine:?}: {outcome}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn without_the_headers_calls_block_if_the_browser_has_files_of_the_origin() {
    let promised = json!({ "asked": "name? sabir", "sync": false, "title": null });
    let blocked = json!({ "asked": "name? sabir", "sync": true, "title": "plain" });
    for (engine, isolated, expected) in [
        (Engine::Chromium, false, &blocked),
        (Engine::Firefox, false, &blocked),
        (Engine::WebKit, false, &promised),
        (Engine::WebKitUnshared, true, &promised),
    ] {
        let (server, browser) = launch(engine, isolated).await;
        assert_eq!(outcome(&browser, &server, "/pages/plain.html").await, *expected, "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_service_worker_brings_the_headers() {
    for engine in ENGINES {
        let (server, browser) = launch(engine, false).await;
        let outcome = outcome(&browser, &server, "/pages/coi.html").await;
        assert_eq!(outcome, json!({ "asked": "name? sabir", "sync": true, "title": "coi" }), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn it_works_after_the_page_was_left_and_came_back() {
    for engine in ENGINES {
        let (server, browser) = launch(engine, true).await;
        let first = outcome(&browser, &server, "/pages/plain.html").await;
        assert_eq!(first["asked"], json!("name? sabir"), "{engine:?}");
        browser.goto(&server.url("/pages/try.mjs")).await.unwrap();
        browser.back().await.unwrap();
        // Kept in the back/forward cache or loaded anew: a new worker gets its answer.
        let again = "return (async () => {
            const { default: sabir } = await import('/sabir/window/main.js');
            const { tryWorker } = await import('/pages/try.mjs');
            return (await tryWorker(sabir(), '/pages/echo-worker.mjs')).asked;
        })()";
        assert_eq!(browser.run(again).await.unwrap(), json!("name? sabir"), "{engine:?}");
        browser.close().await.unwrap();
    }
}
