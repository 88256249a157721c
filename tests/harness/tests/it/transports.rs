//! The npm package over every transport that blocks without shared memory: the very pages that shared memory passes.

use crate::npm::{outcomes, reasons};
use sabir_harness::Engine;
use serde_json::json;

/// The pages of tests whose workers take any transport.
const PAGES: [&str; 2] = ["compat", "features"];

/// Every behaviour holds but those that the transport cannot have, each for a reason.
async fn check(engine: Engine, transport: &str) {
    let excepted = reasons("compat/unshared.json");
    for page in PAGES {
        let outcomes = outcomes(engine, false, &format!("/{page}/index.html?transports={transport}")).await;
        for (name, outcome) in &outcomes {
            match (*outcome == json!("ok"), excepted.get(name)) {
                (true, None) => {}
                (false, Some(reason)) => println!("{engine:?}, {transport}: {name}: {reason}"),
                (true, Some(_)) => {
                    panic!("{engine:?}, {transport}: {name} holds, though unshared.json excepts it")
                }
                (false, None) => panic!("{engine:?}, {transport}: {name}: {outcome}"),
            }
        }
    }
}

#[tokio::test]
async fn all_holds_over_the_mailbox_in_chromium() {
    check(Engine::Chromium, "mailbox").await;
}

#[tokio::test]
async fn all_holds_over_the_mailbox_in_firefox() {
    check(Engine::Firefox, "mailbox").await;
}

#[tokio::test]
async fn all_holds_over_the_service_worker_in_chromium() {
    check(Engine::Chromium, "service-worker").await;
}

#[tokio::test]
async fn all_holds_over_the_service_worker_in_firefox() {
    check(Engine::Firefox, "service-worker").await;
}

#[tokio::test]
async fn all_holds_over_the_service_worker_in_webkit() {
    check(Engine::WebKitUnshared, "service-worker").await;
}
