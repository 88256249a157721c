//! Reports from trackers of libraries of this kind, run against Sabir and coincident: `tests/npm/reports`.

use crate::each::each;
use crate::npm::{outcomes, reasons};
use sabir_pages::Engine;
use serde_json::json;

async fn check(engine: Engine, isolated: bool, query: &str, excepted: &[&str]) {
    let found = outcomes(engine, isolated, &format!("/reports/index.html?{query}")).await;
    assert!(found.len() > 5, "the page has {} reports", found.len());
    let failed: Vec<_> = found.iter().filter(|(_, outcome)| **outcome != json!("ok")).collect();
    let unexpected: Vec<_> = failed.iter().filter(|(name, _)| !excepted.contains(&name.as_str())).collect();
    assert!(unexpected.is_empty(), "{engine:?}, {query}: {unexpected:#?}");
}

/// Between events nothing is prevented any more.
const UNSHARED: &[&str] = &["a worker prevents defaults"];

each! {
    what_was_reported_holds_in_chromium: check(Engine::Chromium, true, "library=sabir", &[]);
    what_was_reported_holds_in_firefox: check(Engine::Firefox, true, "library=sabir", &[]);
    what_was_reported_holds_over_the_mailbox: check(Engine::Chromium, false, "library=sabir&transports=mailbox", UNSHARED);
    what_was_reported_holds_over_the_service_worker: check(Engine::Firefox, false, "library=sabir&transports=service-worker", UNSHARED);
}

#[tokio::test]
async fn what_was_reported_is_told_of_coincident_with_reasons() {
    let differences = reasons("reports/differences.json");
    let found = outcomes(Engine::Chromium, true, "/reports/index.html?library=coincident").await;
    for (name, outcome) in &found {
        assert_eq!(*outcome != json!("ok"), differences.contains_key(name), "{name}: {outcome}");
    }
    assert!(differences.keys().all(|name| found.contains_key(name)));
}
