//! PyScript on Sabir: its own surface, which is the same on coincident, over each transport; and what Sabir adds.

use crate::each::each;
use crate::npm::{failures, launch, outcomes, print_differences, reasons, site};
use fantoccini::Locator;
use sabir_pages::{Browser, Engine, Server};
use serde_json::json;
use std::time::Duration;

/// WebDriver's codes of two keys.
const ENTER: &str = "\u{e007}";
const UP: &str = "\u{e013}";

const PAGE: &str = "/pyscript/index.html";
const CONSOLE_LIMIT: Duration = Duration::from_secs(60);
const RELOAD_LIMIT: Duration = Duration::from_secs(20);

/// Nothing on the page may fail, over the best transport of an isolated page, or over the one that is named.
async fn check(engine: Engine, transport: Option<&str>) {
    let path = transport.map_or(PAGE.to_owned(), |transport| format!("{PAGE}?transports={transport}"));
    let outcomes = outcomes(engine, transport.is_none(), &path).await;
    let least = match transport {
        None => 45,
        Some("message") => 7,
        Some(_) => 20,
    };
    assert!(outcomes.len() > least, "the page has {} tests", outcomes.len());
    assert_eq!(failures(&outcomes), [""; 0], "{engine:?}, {transport:?}");
}

each! {
    pyscript_runs_in_chromium: check(Engine::Chromium, None);
    pyscript_runs_in_firefox: check(Engine::Firefox, None);
    pyscript_runs_over_the_mailbox_in_chromium: check(Engine::Chromium, Some("mailbox"));
    pyscript_runs_over_the_mailbox_in_firefox: check(Engine::Firefox, Some("mailbox"));
    pyscript_runs_over_the_service_worker_in_chromium: check(Engine::Chromium, Some("service-worker"));
    pyscript_runs_over_the_service_worker_in_firefox: check(Engine::Firefox, Some("service-worker"));
    pyscript_awaits_where_nothing_blocks_in_chromium: check(Engine::Chromium, Some("message"));
    pyscript_awaits_where_nothing_blocks_in_firefox: check(Engine::Firefox, Some("message"));
}

/// The same pages on coincident: each that fails there is a difference with a reason.
#[tokio::test]
async fn the_same_pages_run_on_coincident() {
    let peer = outcomes(Engine::Chromium, true, &format!("{PAGE}?library=original&limit=15000")).await;
    print_differences(Engine::Chromium, &peer, &reasons("pyscript/differences.json"));
}

/// mini-coi adds the headers from the site's root, also for a page in a folder.
async fn check_mini_coi(engine: Engine) {
    let (server, browser) = launch(engine, false).await;
    browser.goto(&server.url("/pyscript/coi.html?only=a worker has the window")).await.unwrap();
    browser.wait_for("crossOriginIsolated", RELOAD_LIMIT).await.unwrap();
    browser.wait_for("document.title === 'done'", crate::npm::SUITE_LIMIT).await.unwrap();
    let outcomes = browser.run("return outcomes").await.unwrap();
    assert_eq!(outcomes.as_object().unwrap().values().filter(|outcome| **outcome == json!("ok")).count(), 2);
    browser.close().await.unwrap();
}

each! {
    pyscript_runs_behind_mini_coi_in_chromium: check_mini_coi(Engine::Chromium);
    pyscript_runs_behind_mini_coi_in_firefox: check_mini_coi(Engine::Firefox);
}

/// The page that the README begins with, below a folder, with no headers and no other host.
async fn check_newcomer(engine: Engine) {
    let server = Server::start(site().parent().unwrap(), false, 0).await.unwrap();
    let browser = Browser::launch(engine).await.unwrap();
    browser.goto(&server.url("/site/pyscript/newcomer.html")).await.unwrap();
    answer(&browser, "Ada").await;
    browser.wait_for("document.title === 'greeted on the page newcomer'", CONSOLE_LIMIT).await.unwrap();
    browser.wait_for("document.body.innerText.includes('Hello Ada')", CONSOLE_LIMIT).await.unwrap();
    browser.close().await.unwrap();
}

/// The package and the interpreters come from another origin.
async fn check_elsewhere(engine: Engine) {
    let (server, browser) = launch(engine, true).await;
    let elsewhere = Server::start(&site(), true, 0).await.unwrap();
    browser
        .goto(&server.url(&format!("/pyscript/elsewhere.html?package={}", elsewhere.url(""))))
        .await
        .unwrap();
    browser.wait_for("document.title === 'helper of elsewhere'", CONSOLE_LIMIT).await.unwrap();
    browser.close().await.unwrap();
}

/// A project that imports the package, as Vite builds it.
async fn check_vite(engine: Engine) {
    let (server, browser) = launch(engine, true).await;
    browser.goto(&server.url("/bundled/pyscript/index.html")).await.unwrap();
    browser.wait_for("document.title === 'a worker of vite'", CONSOLE_LIMIT).await.unwrap();
    browser.close().await.unwrap();
}

/// A tag names the service worker of its own worker.
async fn check_service_worker_of_a_tag(engine: Engine) {
    let (server, browser) = launch(engine, false).await;
    browser.goto(&server.url("/pyscript/tag_service_worker.html")).await.unwrap();
    let written = r#"document.title === "a worker's, instead of one of the page""#;
    browser.wait_for(written, CONSOLE_LIMIT).await.unwrap();
    browser.close().await.unwrap();
}

each! {
    a_tag_names_its_service_worker_in_chromium: check_service_worker_of_a_tag(Engine::Chromium);
    a_tag_names_its_service_worker_in_firefox: check_service_worker_of_a_tag(Engine::Firefox);
    a_newcomers_page_runs_below_a_folder_and_offline_in_chromium: check_newcomer(Engine::Chromium);
    a_newcomers_page_runs_below_a_folder_and_offline_in_firefox: check_newcomer(Engine::Firefox);
    the_package_of_another_origin_runs_in_chromium: check_elsewhere(Engine::Chromium);
    the_package_of_another_origin_runs_in_firefox: check_elsewhere(Engine::Firefox);
    what_vite_builds_with_it_runs_in_chromium: check_vite(Engine::Chromium);
    what_vite_builds_with_it_runs_in_firefox: check_vite(Engine::Firefox);
}

/// Answers the question of a worker's `input()`.
async fn answer(browser: &Browser, text: &str) {
    let field = browser.wait().for_element(Locator::Css(".py-input input")).await.unwrap();
    field.send_keys(&format!("{text}{ENTER}")).await.unwrap();
}

/// Enters lines at the console, and waits until it shows what they come to.
async fn enter(browser: &Browser, lines: &[&str], shown: &str) {
    for line in lines {
        let field = browser.wait().for_element(Locator::Css("#line:enabled")).await.unwrap();
        field.send_keys(&format!("{line}{ENTER}")).await.unwrap();
    }
    let condition = format!("document.getElementById('screen').textContent.endsWith({})", json!(shown));
    browser.wait_for(&condition, CONSOLE_LIMIT).await.unwrap();
}

async fn check_console(engine: Engine) {
    let (server, browser) = launch(engine, true).await;
    browser.goto(&server.url("/sabir-pyscript/repl/index.html")).await.unwrap();
    browser.wait_for("document.getElementById('mark').textContent === '>>>'", CONSOLE_LIMIT).await.unwrap();
    enter(&browser, &["document.title = 'reached'", "document.title"], "'reached'").await;
    enter(&browser, &["def double(x):", "    return 2 * x", "", "double(21)"], "42").await;
    // The line before, once more.
    enter(&browser, &[UP], "42>>> double(21)42").await;
    enter(&browser, &["import asyncio", "await asyncio.sleep(0.01, 'awaited')"], "'awaited'").await;
    enter(&browser, &["1 / 0"], "ZeroDivisionError: division by zero").await;
    for endless in [&["while True: pass", ""][..], &["import time; time.sleep(60)"]] {
        enter(&browser, endless, endless.last().filter(|line| !line.is_empty()).unwrap_or(&"... ")).await;
        let stop = browser.wait().for_element(Locator::Css("#stop:enabled")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.click().await.unwrap();
        let stopped = "document.getElementById('screen').textContent.endsWith('KeyboardInterrupt')";
        browser.wait_for(stopped, CONSOLE_LIMIT).await.unwrap();
    }
    enter(&browser, &["input('name? ')"], ">>> input('name? ')").await;
    answer(&browser, "Ada").await;
    enter(&browser, &["2 + 2"], "4").await;
    browser.close().await.unwrap();
}

each! {
    the_console_runs_lines_and_stops_them_in_chromium: check_console(Engine::Chromium);
    the_console_runs_lines_and_stops_them_in_firefox: check_console(Engine::Firefox);
}
