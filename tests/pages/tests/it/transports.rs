//! The npm package over every transport that blocks without shared memory: the very pages that shared memory passes.

use crate::each::each;
use crate::npm::{launch, outcomes, reasons};
use crate::service_worker::DevTools;
use sabir_pages::Engine;
use serde_json::json;

/// The pages of tests whose workers take any transport.
const PAGES: [&str; 2] = ["compat", "features"];

/// Every behaviour holds but those that the transport cannot have, each for a reason.
pub async fn check(engine: Engine, transport: &str) {
    let excepted = reasons("compat/unshared.json");
    let mut wrong = Vec::new();
    for page in PAGES {
        let outcomes = outcomes(engine, false, &format!("/{page}/index.html?transports={transport}")).await;
        for (name, outcome) in &outcomes {
            match (*outcome == json!("ok"), excepted.get(name)) {
                (true, None) => {}
                (false, Some(reason)) => println!("{engine:?}, {transport}: {name}: {reason}"),
                (true, Some(_)) => wrong.push(format!("{name} holds, though unshared.json excepts it")),
                (false, None) => wrong.push(format!("{name}: {outcome}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{engine:?}, {transport}: {wrong:#?}");
}

each! {
    all_holds_over_the_mailbox_in_firefox: check(Engine::Firefox, "mailbox");
    all_holds_over_the_service_worker_in_chromium: check(Engine::Chromium, "service-worker");
}

/// Starts a worker, and gives its transport, and why it is not the mailbox.
const START: &str = r"
    return import('/sabir/window/main.js').then(async ({ default: sabir }) => {
        const { Worker } = sabir({ transports: ['mailbox', 'message'] });
        const worker = new Worker('/features/worker.mjs');
        await worker.proxy.run('() => 0');
        return [worker.transport, worker.passedOver.mailbox ?? null];
    })";

#[tokio::test]
async fn a_disk_that_is_full_has_the_next_transport() {
    let (server, browser) = launch(Engine::Chromium, false).await;
    browser.goto(&server.url("/features/index.html?only=none")).await.unwrap();
    assert_eq!(browser.run(START).await.unwrap(), json!(["mailbox", null]));
    let full = json!({ "origin": server.url(""), "quotaSize": 4096 });
    browser.issue_cmd(DevTools("Storage.overrideQuotaForOrigin", full)).await.unwrap();
    let started = browser.run(START).await.unwrap();
    assert_eq!(started[0], json!("message"), "{started}");
    assert!(started[1].as_str().unwrap_or_default().contains("OPFS: QuotaExceededError"), "{started}");
    browser.close().await.unwrap();
}
