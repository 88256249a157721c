//! Python in workers and on the page: the examples, calls, values, interrupts and faults, over shared memory and without it.

use crate::npm::outcomes;
use sabir_harness::Engine;
use serde_json::json;

/// Nothing on the page may fail, over the transport that is best there, or over the one that is named.
async fn check(engine: Engine, transport: Option<&str>) {
    let page = "/python/index.html".to_owned();
    let path = transport.map_or(page.clone(), |transport| format!("{page}?transports={transport}"));
    let outcomes = outcomes(engine, transport.is_none(), &path).await;
    assert!(outcomes.len() > 40, "the page has {} tests", outcomes.len());
    for (name, outcome) in &outcomes {
        assert_eq!(*outcome, json!("ok"), "{engine:?}, {transport:?}: {name}");
    }
}

#[tokio::test]
async fn python_runs_in_chromium() {
    check(Engine::Chromium, None).await;
}

#[tokio::test]
async fn python_runs_in_firefox() {
    check(Engine::Firefox, None).await;
}

#[tokio::test]
async fn python_runs_over_the_mailbox_in_chromium() {
    check(Engine::Chromium, Some("mailbox")).await;
}

#[tokio::test]
async fn python_runs_over_the_mailbox_in_firefox() {
    check(Engine::Firefox, Some("mailbox")).await;
}

#[tokio::test]
async fn python_runs_over_the_service_worker_in_chromium() {
    check(Engine::Chromium, Some("service-worker")).await;
}

#[tokio::test]
async fn python_runs_over_the_service_worker_in_firefox() {
    check(Engine::Firefox, Some("service-worker")).await;
}
