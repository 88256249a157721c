//! The templates for Vite and Trunk: as they are built, and as the tools' own servers serve them.

use crate::each::each;
use sabir_pages::{Browser, Engine, Server};
use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

const NAMES: [&str; 2] = ["vite-template", "trunk-template"];

/// A tool's development server, which ends with the value.
struct Development {
    process: Child,
    port: u16,
}

impl Development {
    fn start(name: &str) -> Development {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut xtask = Command::new(variable("SABIR_XTASK"));
        xtask.args(["examples", "--develop", name, "--port", &port.to_string()]);
        Development { process: xtask.spawn().unwrap(), port }
    }
}

impl Drop for Development {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn variable(name: &str) -> PathBuf {
    let value = env::var_os(name);
    value.expect("`cargo xtask test examples` builds the templates and sets the variables").into()
}

/// Opens a page, and checks that its worker wrote into it, over this transport.
async fn look(browser: &Browser, url: &str, transport: &str) {
    let start = Instant::now();
    while let Err(error) = browser.goto(url).await {
        assert!(start.elapsed() < LIMIT, "{url}: {error}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    browser.wait_for(&format!("document.title === 'A worker over {transport}'"), LIMIT).await.unwrap();
    browser.wait_for("document.body.innerText.includes(` ${innerWidth} pixels`)", LIMIT).await.unwrap();
}

/// Looks at what the tools build, on a host with the headers and on one without them.
async fn check_built(engine: Engine) {
    let browser = Browser::launch(engine).await.unwrap();
    for name in NAMES {
        let folder = variable("SABIR_EXAMPLES").join(name).join("dist");
        for (isolated, transport) in [(true, "atomics"), (false, "mailbox")] {
            let server = Server::start(&folder, isolated, 0).await.unwrap();
            look(&browser, &server.url("/"), transport).await;
        }
    }
    browser.close().await.unwrap();
}

/// Looks at what the tools serve themselves: their configuration has the headers.
async fn check_served(engine: Engine) {
    let browser = Browser::launch(engine).await.unwrap();
    for name in NAMES {
        let server = Development::start(name);
        look(&browser, &format!("http://localhost:{}/", server.port), "atomics").await;
    }
    browser.close().await.unwrap();
}

/// A worker of a merged script would run the page's code: its start says so, and no worker starts another.
async fn check_merged(engine: Engine) {
    let server = Server::start(&variable("SABIR_EXAMPLES"), true, 0).await.unwrap();
    let browser = Browser::launch(engine).await.unwrap();
    // The page's code throws in the worker, or starts a worker there.
    for (query, what) in [("?document", "document is not defined"), ("", "it starts workers of its own")] {
        browser.goto(&server.url(&format!("/vite-template/pkg/merged.html{query}"))).await.unwrap();
        let told = format!(
            "document.title.includes('has changed the package') && document.title.includes('{what}')"
        );
        browser.wait_for(&told, LIMIT).await.unwrap();
    }
    browser.close().await.unwrap();
}

each! {
    what_vite_and_trunk_build_works_in_chromium: check_built(Engine::Chromium);
    what_vite_and_trunk_build_works_in_firefox: check_built(Engine::Firefox);
    what_vite_and_trunk_serve_works_in_chromium: check_served(Engine::Chromium);
    what_vite_and_trunk_serve_works_in_firefox: check_served(Engine::Firefox);
    a_merged_script_is_an_error_that_says_so_in_chromium: check_merged(Engine::Chromium);
    a_merged_script_is_an_error_that_says_so_in_firefox: check_merged(Engine::Firefox);
}
