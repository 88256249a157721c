//! Python in workers and on the page: the examples, calls, values, interrupts and faults, over shared memory and without it.

use crate::each::each;
use crate::long::LIMIT;
use crate::npm::{outcomes, outcomes_within, site};
use fantoccini::Locator;
use sabir_pages::{Browser, Engine, Server};
use serde_json::json;
use std::time::Duration;

const CONSOLE_LIMIT: Duration = Duration::from_secs(60);

/// WebDriver's codes of two keys.
const ENTER: &str = "\u{e007}";
const UP: &str = "\u{e013}";

/// Nothing on the page may fail, over the transport that is best there, or over the one that is named.
pub async fn check(engine: Engine, transport: Option<&str>) {
    let page = "/python/index.html".to_owned();
    let path = transport.map_or(page.clone(), |transport| format!("{page}?transports={transport}"));
    let outcomes = outcomes(engine, transport.is_none(), &path).await;
    let least = if transport == Some("message") { 3 } else { 40 };
    assert!(outcomes.len() > least, "the page has {} tests", outcomes.len());
    for (name, outcome) in &outcomes {
        assert_eq!(*outcome, json!("ok"), "{engine:?}, {transport:?}: {name}");
    }
}

/// Bursts of `count` over a transport.
pub async fn check_bursts(engine: Engine, transport: &str, count: u32) {
    let limit = LIMIT.as_millis();
    let path = format!("/python/index.html?transports={transport}&count={count}&limit={limit}&only=burst");
    let outcomes = outcomes_within(LIMIT, engine, false, &path).await;
    assert!(!outcomes.is_empty());
    for (name, outcome) in &outcomes {
        assert_eq!(*outcome, json!("ok"), "{engine:?}, {transport}: {name}");
    }
}

each! {
    python_runs_in_chromium: check(Engine::Chromium, None);
    python_runs_in_firefox: check(Engine::Firefox, None);
}

#[tokio::test]
async fn python_is_awaited_where_nothing_blocks() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        check(engine, Some("message")).await;
    }
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
    let server = Server::start(&site(), true, 0).await.unwrap();
    let browser = Browser::launch(engine).await.unwrap();
    browser.goto(&server.url("/sabir/py/repl.html")).await.unwrap();
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
    enter(&browser, &["input('name? ')"], "name? ").await;
    let field = browser.wait().for_element(Locator::Css(".py-input input")).await.unwrap();
    field.send_keys(&format!("Ada{ENTER}")).await.unwrap();
    enter(&browser, &["2 + 2"], "4").await;
    browser.close().await.unwrap();
}

each! {
    the_console_runs_lines_and_stops_them_in_chromium: check_console(Engine::Chromium);
    the_console_runs_lines_and_stops_them_in_firefox: check_console(Engine::Firefox);
}
