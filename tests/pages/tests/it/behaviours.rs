//! Rust's typed services on a page without the headers: all that holds over shared memory, over each transport that does
//! without; and which one a worker gets.

use crate::each::each;
use crate::long;
use sabir_pages::{Browser, Engine, Server};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(240);

async fn open(engine: Engine, isolated: bool, query: &str) -> (Server, Browser) {
    open_within(LIMIT, engine, isolated, query).await
}

async fn open_within(limit: Duration, engine: Engine, isolated: bool, query: &str) -> (Server, Browser) {
    let page = std::env::var_os("SABIR_BEHAVIOURS_PAGE")
        .expect("`cargo xtask test pages` builds the page and names it");
    let server = Server::start(&PathBuf::from(page), isolated, 0).await.unwrap();
    let browser = Browser::launch(engine).await.unwrap();
    browser.goto(&server.url(&format!("/index.html{query}"))).await.unwrap();
    browser.wait_for("document.title === 'done'", limit).await.unwrap();
    (server, browser)
}

async fn check(engine: Engine, transport: &str) {
    let (_server, browser) = open(engine, false, &format!("?transport={transport}")).await;
    let outcomes = browser.run("return outcomes").await.unwrap();
    let outcomes = outcomes.as_object().unwrap();
    let failed: Vec<_> = outcomes.iter().filter(|(_, outcome)| **outcome != json!("ok")).collect();
    assert!(failed.is_empty(), "{engine:?}, {transport}: {failed:#?}");
    assert!(outcomes.len() > 15, "{engine:?}, {transport}: there are {} behaviours", outcomes.len());
    let console = browser.console().unwrap();
    assert!(!console.contains("closure invoked"), "{engine:?}, {transport}: {console}");
    browser.close().await.unwrap();
}

/// A burst of `count` calls, each of which asks the page.
pub async fn check_burst(engine: Engine, transport: &str, count: u32) {
    let query = format!("?transport={transport}&count={count}");
    let (_server, browser) = open_within(long::LIMIT, engine, false, &query).await;
    let outcomes = browser.run("return outcomes").await.unwrap();
    let outcomes = outcomes.as_object().unwrap();
    assert!(
        outcomes.values().all(|outcome| *outcome == json!("ok")),
        "{engine:?}, {transport}: {outcomes:#?}"
    );
    browser.close().await.unwrap();
}

each! {
    rust_behaves_so_over_the_mailbox_in_chromium: check(Engine::Chromium, "mailbox");
    rust_behaves_so_over_the_mailbox_in_firefox: check(Engine::Firefox, "mailbox");
    rust_behaves_so_over_the_service_worker_in_chromium: check(Engine::Chromium, "service-worker");
    rust_behaves_so_over_the_service_worker_in_firefox: check(Engine::Firefox, "service-worker");
    rust_behaves_so_over_the_service_worker_in_webkit: check(Engine::WebKitUnshared, "service-worker");
}

/// Starts a worker that may use `transports`; gives its transport, and the requirements that others lack.
async fn choice(
    browser: &Browser,
    transports: &[&str],
    script: Option<&str>,
    package: Option<&str>,
) -> String {
    let [transports, script, package] = [json!(transports), json!(script), json!(package)];
    let choose = format!("return choose({transports}, {script} ?? undefined, {package} ?? undefined)");
    browser.run(&choose).await.unwrap().as_str().unwrap_or_default().to_owned()
}

const ALL: [&str; 3] = ["atomics", "mailbox", "service-worker"];
const NO_HEADERS: &str = "atomics: crossOriginIsolated is false: the page's server does not send \
                          `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`";
const LEFT_OUT: &str = "mailbox: the builder leaves it out";

#[tokio::test]
async fn a_worker_has_the_fastest_transport_and_says_why_no_faster_one() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        let (_server, browser) = open(engine, true, "").await;
        assert_eq!(choice(&browser, &ALL, Some("sw.js"), None).await, "atomics ()", "{engine:?}");
        let chosen = choice(&browser, &ALL[1..], Some("sw.js"), None).await;
        assert_eq!(chosen, "mailbox (atomics: the builder leaves it out)", "{engine:?}");
        browser.close().await.unwrap();

        let (_server, browser) = open(engine, false, "").await;
        let chosen = choice(&browser, &ALL, Some("sw.js"), None).await;
        assert_eq!(chosen, format!("mailbox ({NO_HEADERS})"), "{engine:?}");
        let chosen = choice(&browser, &["atomics", "service-worker"], Some("sw.js"), None).await;
        assert_eq!(chosen, format!("service-worker ({NO_HEADERS}; {LEFT_OUT})"), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_browser_without_files_of_the_origin_has_the_service_worker() {
    let (_server, browser) = open(Engine::WebKitUnshared, true, "").await;
    let chosen = choice(&browser, &ALL, Some("sw.js"), None).await;
    let lacks = "service-worker (atomics: this browser has no shared memory, although the page is isolated; mailbox: OPFS: ";
    assert!(chosen.starts_with(lacks), "{chosen}");
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_worker_that_cannot_take_a_transport_is_offered_the_next() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        let (_server, browser) = open(engine, false, "").await;
        let chosen = choice(&browser, &ALL, Some("sw.js"), Some("declining.js")).await;
        let declined = format!("service-worker ({NO_HEADERS}; mailbox: ");
        assert!(chosen.starts_with(&declined), "{engine:?}: {chosen}");
        let error = choice(&browser, &ALL, None, Some("declining.js")).await;
        assert!(error.starts_with("no transport blocks here"), "{engine:?}: {error}");
        assert!(error.contains("service-worker: none is named"), "{engine:?}: {error}");
        assert!(!error.contains(LEFT_OUT) && error.contains("mailbox: "), "{engine:?}: {error}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn without_any_transport_the_error_says_what_to_do() {
    let (_server, browser) = open(Engine::Chromium, false, "").await;
    let error = choice(&browser, &["atomics", "service-worker"], None, None).await;
    for said in [
        NO_HEADERS,
        LEFT_OUT,
        "Cross-Origin-Opener-Policy",
        "sabir::SERVICE_WORKER",
        "service_worker(\"/sw.js\")",
    ] {
        assert!(error.contains(said), "no «{said}» in: {error}");
    }
    let missing = choice(&browser, &["service-worker"], Some("missing.js"), None).await;
    assert!(missing.contains("service-worker: ") && missing.contains("missing.js"), "{missing}");
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_worker_that_can_no_longer_be_answered_is_ended() {
    let (_server, browser) = open(Engine::Chromium, false, "").await;
    let ended = browser.run(
        "return (async () => {
            const helpers = [];
            globalThis.Worker = class extends Worker {
                constructor(url, options) {
                    super(url, options);
                    if (String(url).startsWith('blob:')) helpers.push(this);
                }
            };
            const ended = end_of_blocked();
            while (helpers.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
            await new Promise((resolve) => setTimeout(resolve, 500));
            globalThis.Worker = function () {
                throw new Error('there are too many workers');
            };
            for (const helper of helpers) helper.terminate();
            return ended;
        })()",
    );
    let expected = json!("the worker failed: it can no longer be answered: there are too many workers");
    assert_eq!(ended.await.unwrap(), expected);
    browser.close().await.unwrap();
}
