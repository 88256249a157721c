//! Calls by way of a service worker, and the headers that one brings: in whole pages, without the wasm.

use crate::npm::{launch, site};
use fantoccini::wd::WebDriverCompatibleCommand;
use sabir_pages::{Browser, Engine, Server};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::time::Duration;

/// Those whose service workers can be stopped, updated and removed by a driver.
const BOTH: [Engine; 2] = [Engine::Chromium, Engine::Firefox];

const LIMIT: Duration = Duration::from_secs(120);
const PAGE: &str = "/pages/service-worker.html";

/// Loads a page that has actions.
async fn load(browser: &Browser, server: &Server, path: &str) {
    browser.goto(&server.url(path)).await.unwrap();
    browser.wait_for("globalThis.begin", LIMIT).await.unwrap();
}

/// Begins an action of the page's: its name and arguments.
async fn begin(browser: &Browser, action: Value) {
    browser.run(&format!("begin(...{action})")).await.unwrap();
}

/// The outcome of the action.
async fn outcome(browser: &Browser) -> Value {
    browser.wait_for("state.outcome !== undefined", LIMIT).await.unwrap();
    browser.run("return state.outcome").await.unwrap()
}

async fn act(browser: &Browser, action: Value) -> Value {
    begin(browser, action).await;
    outcome(browser).await
}

/// The page's result, as text.
async fn said(browser: &Browser, action: Value) -> String {
    act(browser, action).await.as_str().unwrap_or_default().to_owned()
}

/// A browser with the page, whose link is open.
async fn opened(engine: Engine) -> (Server, Browser) {
    let (server, browser) = launch(engine, false).await;
    load(&browser, &server, PAGE).await;
    assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
    (server, browser)
}

/// Begins a call that the page answers after a while, and waits until it is held.
async fn begin_slow_echo(browser: &Browser) {
    browser.run("state.calls = 0; state.delayMs = 1500").await.unwrap();
    begin(browser, json!(["echo", 100, 1])).await;
    browser.wait_for("state.calls > 0", LIMIT).await.unwrap();
}

/// The call that was held is answered, and so are others.
async fn check_goes_on(browser: &Browser, engine: Engine) {
    assert_eq!(outcome(browser).await, json!(1), "{engine:?}");
    browser.run("state.delayMs = 0").await.unwrap();
    assert_eq!(act(browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
}

#[tokio::test]
async fn packets_of_any_size_come_back() {
    for engine in BOTH {
        let (_server, browser) = opened(engine).await;
        assert_eq!(act(&browser, json!(["echo", 0, 1])).await, json!("nothing"), "{engine:?}");
        for (bytes, count) in [(8, 20), (1 << 10, 20), (1025, 20), (1 << 20, 5), (64 << 20, 1)] {
            let outcome = act(&browser, json!(["echo", bytes, count])).await;
            assert_eq!(outcome, json!(count), "{engine:?}, {bytes} bytes");
        }
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_tab_that_floods_does_not_get_what_another_asks() {
    for engine in BOTH {
        let (server, browser) = opened(engine).await;
        begin(&browser, json!(["echo", 3000, 1000])).await;
        let flooding = browser.window().await.unwrap();
        let other = browser.new_window(true).await.unwrap();
        browser.switch_to_window(other.handle).await.unwrap();
        load(&browser, &server, PAGE).await;
        assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 1000])).await, json!(1000), "{engine:?}");
        browser.switch_to_window(flooding).await.unwrap();
        assert_eq!(outcome(&browser).await, json!(1000), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_is_held_ends_with_its_limit() {
    for engine in BOTH {
        let (_server, browser) = opened(engine).await;
        browser.run("state.delayMs = 60_000").await.unwrap();
        assert_eq!(act(&browser, json!(["ask", 100])).await, json!("nothing"), "{engine:?}");
        // The service worker gives it up before the worker does.
        assert_eq!(act(&browser, json!(["ask", 60_000])).await, json!("nothing"), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_to_a_request_that_was_given_up_comes_with_the_next() {
    for engine in BOTH {
        let (_server, browser) = opened(engine).await;
        browser.run("state.delayMs = 500").await.unwrap();
        assert_eq!(act(&browser, json!(["giveUp", 1000])).await, json!("answered"), "{engine:?}");
        assert_eq!(browser.run("return state.calls").await.unwrap(), json!(1), "{engine:?}");
        browser.close().await.unwrap();
    }
}

/// A command of Chromium's developer tools.
#[derive(Debug)]
pub struct DevTools(pub &'static str, pub Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

#[tokio::test]
async fn a_call_survives_the_end_of_the_service_worker() {
    let (_server, browser) = opened(Engine::Chromium).await;
    browser.issue_cmd(DevTools("ServiceWorker.enable", json!({}))).await.unwrap();
    begin_slow_echo(&browser).await;
    browser.issue_cmd(DevTools("ServiceWorker.stopAllWorkers", json!({}))).await.unwrap();
    check_goes_on(&browser, Engine::Chromium).await;
    assert_eq!(browser.run("return state.calls").await.unwrap(), json!(21), "the page is asked once");
    assert_ne!(browser.run("return state.losses").await.unwrap(), json!(0), "it was not stopped");
    browser.issue_cmd(DevTools("ServiceWorker.stopAllWorkers", json!({}))).await.unwrap();
    assert_eq!(act(&browser, json!(["echo", 100, 1])).await, json!(1));
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_call_survives_an_update_of_the_service_worker() {
    for engine in BOTH {
        let (server, browser) = opened(engine).await;
        begin_slow_echo(&browser).await;
        // The page waits for its worker's answer: another tab brings the update.
        let page = browser.window().await.unwrap();
        let other = browser.new_window(true).await.unwrap();
        browser.switch_to_window(other.handle).await.unwrap();
        load(&browser, &server, PAGE).await;
        assert_eq!(act(&browser, json!(["replace", "/sw.js?2"])).await, json!("replaced"), "{engine:?}");
        browser.switch_to_window(page).await.unwrap();
        check_goes_on(&browser, engine).await;
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_call_survives_that_the_service_worker_is_unregistered() {
    for engine in BOTH {
        let (_server, browser) = opened(engine).await;
        begin_slow_echo(&browser).await;
        let unregister = "return navigator.serviceWorker.ready.then((found) => found.unregister())";
        assert_eq!(browser.run(unregister).await.unwrap(), json!(true), "{engine:?}");
        check_goes_on(&browser, engine).await;
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_is_loaded_anew_has_its_own_worker_answered() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        for _ in 0..3 {
            load(&browser, &server, PAGE).await;
            assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
            begin_slow_echo(&browser).await;
        }
        check_goes_on(&browser, engine).await;
        let scopes = act(&browser, json!(["registrations"])).await;
        assert_eq!(scopes, json!([server.url("/")]), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_was_loaded_past_the_service_worker_is_claimed() {
    for engine in BOTH {
        let (_server, browser) = opened(engine).await;
        browser.run("window.isOld = true").await.unwrap();
        match engine {
            Engine::Chromium => {
                let reload = DevTools("Page.reload", json!({ "ignoreCache": true }));
                browser.issue_cmd(reload).await.unwrap();
            }
            // Firefox kept the argument that says so.
            _ => drop(browser.run("location.reload(true)").await.unwrap()),
        }
        browser.wait_for("!window.isOld && window.begin", LIMIT).await.unwrap();
        let controlled = "return navigator.serviceWorker.controller !== null";
        assert_eq!(browser.run(controlled).await.unwrap(), json!(false), "{engine:?}");
        assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
        assert_eq!(browser.run(controlled).await.unwrap(), json!(true), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_worker_that_started_too_early_is_claimed() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        load(&browser, &server, PAGE).await;
        assert_eq!(act(&browser, json!(["openLate", false])).await, json!("open"), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn who_has_no_secret_gets_nothing() {
    for engine in BOTH {
        let (server, browser) = opened(engine).await;
        let link = browser.run("return state.link").await.unwrap();
        let page = browser.window().await.unwrap();
        let other = browser.new_window(true).await.unwrap();
        browser.switch_to_window(other.handle).await.unwrap();
        load(&browser, &server, PAGE).await;
        let refused = said(&browser, json!(["forgedPage", link])).await;
        assert!(refused.contains("the secret is not of this link"), "{engine:?}: {refused}");
        let refused = said(&browser, json!(["forgedRequest", link])).await;
        assert!(refused.contains("another secret"), "{engine:?}: {refused}");
        browser.switch_to_window(page).await.unwrap();
        assert_eq!(browser.run("return state.calls").await.unwrap(), json!(0), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_link_that_was_closed_has_nobody() {
    for engine in BOTH {
        let (_server, browser) = opened(engine).await;
        act(&browser, json!(["close"])).await;
        let error = said(&browser, json!(["echo", 8, 1])).await;
        assert!(error.contains("no page serves the link"), "{engine:?}: {error}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_policy_that_forbids_requests_is_named() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        load(&browser, &server, "/pages/service-worker-csp.html").await;
        // A worker of a Blob has the policy of its page.
        assert_eq!(act(&browser, json!(["open", "/sw.js", true])).await, json!("open"), "{engine:?}");
        let error = said(&browser, json!(["echo", 8, 1])).await;
        assert!(error.contains("connect-src"), "{engine:?}: {error}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_none() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        load(&browser, &server, PAGE).await;
        let error = said(&browser, json!(["forgedRequest", "unserved"])).await;
        assert!(error.contains("answered by the server (40"), "{engine:?}: {error}");
        act(&browser, json!(["replace", "/pages/catch-all-sw.js"])).await;
        let error = said(&browser, json!(["forgedRequest", "unserved"])).await;
        assert!(error.contains("answered by the server (200)"), "{engine:?}: {error}");
        let error = said(&browser, json!(["open"])).await;
        assert!(error.contains("catch-all-sw.js: have it import ours"), "{engine:?}: {error}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_service_worker_of_the_site_may_have_ours_inside() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        load(&browser, &server, PAGE).await;
        act(&browser, json!(["replace", "/pages/own-sw.js"])).await;
        assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
        let own = "return fetch('/own').then((answer) => answer.text())";
        assert_eq!(browser.run(own).await.unwrap(), json!("own"), "{engine:?}");
        let scopes = act(&browser, json!(["registrations"])).await;
        assert_eq!(scopes, json!([server.url("/pages/")]), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_was_another_s_is_brought_up_to_date() {
    for engine in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let files =
            ["pages/service-worker.html", "pages/service-worker.mjs", "pages/service-worker-worker.mjs"];
        for file in files.iter().chain(&["sabir/service-worker.js", "sabir/sleep.js"]) {
            fs::create_dir_all(folder.path().join(file).parent().unwrap()).unwrap();
            fs::copy(site().join(file), folder.path().join(file)).unwrap();
        }
        fs::copy(site().join("pages/catch-all-sw.js"), folder.path().join("sw.js")).unwrap();
        let server = Server::start(folder.path(), false, 0).await.unwrap();
        let browser = Browser::launch(engine).await.unwrap();
        load(&browser, &server, PAGE).await;
        act(&browser, json!(["replace", "/sw.js"])).await;
        let error = said(&browser, json!(["open"])).await;
        assert!(error.contains("writes it"), "{engine:?}: {error}");
        let command = site().join("sabir/cli.mjs");
        let written = Command::new("node").arg(command).arg("sw.js").current_dir(&folder).status().unwrap();
        assert!(written.success());
        assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_script_that_cannot_be_registered_is_told_why() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        load(&browser, &server, PAGE).await;
        let error = said(&browser, json!(["open", "/missing.js"])).await;
        assert!(
            error.contains("there is no service worker at") && error.contains("404"),
            "{engine:?}: {error}"
        );
        let error = said(&browser, json!(["open", "/pages/plain.html"])).await;
        assert!(error.contains("sent as «text/html"), "{engine:?}: {error}");
        browser.close().await.unwrap();
    }
}

/// Waits until the page has settled: gives whether it is isolated, how often it was loaded, and what it embeds.
async fn isolation(browser: &Browser) -> Value {
    browser.wait_for("globalThis.image !== undefined", LIMIT).await.unwrap();
    let found = "return [crossOriginIsolated, Number(sessionStorage.loads), image,
        navigator.serviceWorker.controller !== null]";
    browser.run(found).await.unwrap()
}

#[tokio::test]
async fn a_page_is_isolated_after_one_load_more() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        browser.goto(&server.url("/pages/isolated.html")).await.unwrap();
        browser.wait_for("crossOriginIsolated", LIMIT).await.unwrap();
        assert_eq!(isolation(&browser).await, json!([true, 2, "load", true]), "{engine:?}");
        // By a refresh, chromedriver speaks to the first page from then on.
        browser.goto(&server.url("/pages/isolated.html")).await.unwrap();
        assert_eq!(isolation(&browser).await, json!([true, 3, "load", true]), "{engine:?}");
        // Its service worker is ours, too.
        load(&browser, &server, PAGE).await;
        assert_eq!(act(&browser, json!(["open"])).await, json!("open"), "{engine:?}");
        assert_eq!(act(&browser, json!(["echo", 100, 20])).await, json!(20), "{engine:?}");
        let scopes = act(&browser, json!(["registrations"])).await;
        assert_eq!(scopes, json!([server.url("/")]), "{engine:?}");
        // Told to stand down, it leaves nothing behind.
        browser.goto(&server.url("/pages/isolated.html?coi=off")).await.unwrap();
        browser.wait_for("!crossOriginIsolated", LIMIT).await.unwrap();
        browser.goto(&server.url("/pages/isolated.html?shouldRegister")).await.unwrap();
        let loads = browser.run("return Number(sessionStorage.loads)").await.unwrap();
        assert_eq!(isolation(&browser).await, json!([false, loads, "load", false]), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_browser_that_knows_one_policy_only_is_isolated_by_that() {
    let (server, browser) = launch(Engine::WebKit, false).await;
    browser.goto(&server.url("/pages/isolated.html")).await.unwrap();
    browser.wait_for("crossOriginIsolated", LIMIT).await.unwrap();
    assert_eq!(isolation(&browser).await, json!([true, 3, "error", true]));
    browser.close().await.unwrap();
}

#[tokio::test]
async fn isolation_may_forbid_what_sends_no_headers() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        browser.goto(&server.url("/pages/isolated.html?coepCredentialless")).await.unwrap();
        browser.wait_for("crossOriginIsolated", LIMIT).await.unwrap();
        assert_eq!(isolation(&browser).await, json!([true, 2, "error", true]), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_has_the_headers_is_left_alone() {
    for engine in BOTH {
        let (server, browser) = launch(engine, true).await;
        browser.goto(&server.url("/pages/isolated.html")).await.unwrap();
        assert_eq!(isolation(&browser).await, json!([true, 1, "load", false]), "{engine:?}");
        let count = "return navigator.serviceWorker.getRegistrations().then((all) => all.length)";
        assert_eq!(browser.run(count).await.unwrap(), json!(0), "{engine:?}");
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_isolated_says_so() {
    for engine in BOTH {
        let (server, browser) = launch(engine, false).await;
        browser.goto(&server.url("/pages/isolated-frame.html")).await.unwrap();
        browser.wait_for("frames[0].said?.includes('the page that embeds it')", LIMIT).await.unwrap();
        assert_eq!(browser.run("return Number(sessionStorage.loads)").await.unwrap(), json!(2), "{engine:?}");
        browser.close().await.unwrap();
    }
}
