//! The server's headers isolate a page; without them a page names the missing ones.

use sabir_pages::{Browser, ENGINES, Engine, Server};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

fn demo_page() -> PathBuf {
    std::env::var_os("SABIR_DEMO_PAGE").expect("`cargo xtask test pages` builds the page and names it").into()
}

#[tokio::test]
async fn isolation_comes_with_the_headers_only() {
    for engine in ENGINES {
        let browser = Browser::launch(engine).await.unwrap();
        for isolated in [true, false] {
            let server = Server::start(&demo_page(), isolated, 0).await.unwrap();
            browser.goto(&server.url("/index.html")).await.unwrap();
            assert_eq!(
                browser.run("return crossOriginIsolated").await.unwrap(),
                json!(isolated),
                "{engine:?}"
            );
            if !isolated {
                let said =
                    "document.querySelector('#output').textContent.includes('Cross-Origin-Opener-Policy')";
                browser.wait_for(said, Duration::from_secs(30)).await.unwrap();
            }
        }
        browser.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_page_without_shared_memory_says_so() {
    let server = Server::start(&demo_page(), true, 0).await.unwrap();
    let browser = Browser::launch(Engine::WebKitUnshared).await.unwrap();
    browser.goto(&server.url("/index.html")).await.unwrap();
    let said = "document.querySelector('#output').textContent.includes('shared memory')";
    browser.wait_for(said, Duration::from_secs(30)).await.unwrap();
    browser.close().await.unwrap();
}

#[tokio::test]
async fn ranges_and_types_are_served() {
    let server = Server::start(&demo_page(), true, 0).await.unwrap();
    let browser = Browser::launch(ENGINES[0]).await.unwrap();
    browser.goto(&server.url("/index.html")).await.unwrap();
    let script = "const [range, wasm, module] = await Promise.all([
        fetch('sample.txt', { headers: { range: 'bytes=3-6' } }),
        fetch('pkg/demo_bg.wasm'),
        fetch('start.mjs'),
    ]);
    const type = (response) => response.headers.get('content-type');
    return [range.status, (await range.arrayBuffer()).byteLength, type(wasm), type(module)];";
    let async_script = format!("return (async () => {{ {script} }})()");
    let answer = browser.run(&async_script).await.unwrap();
    assert_eq!(answer, json!([206, 4, "application/wasm", "text/javascript"]));
    browser.close().await.unwrap();
}
