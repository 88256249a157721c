//! Order and nesting, of the npm package: bursts, workers that call each other, waits that cannot end.

use crate::each::each;
use crate::long::LIMIT;
use crate::npm::{SUITE_LIMIT, outcomes_within};
use sabir_pages::Engine;
use serde_json::json;

/// Nothing on the page may fail, over the best transport, or over the one that is named; `count` is the size of a burst,
/// by default 10,000 where memory is shared and 200 elsewhere.
pub async fn check(engine: Engine, transport: Option<&str>, count: Option<u32>) {
    let mut path = "/order/index.html?".to_owned();
    if let Some(transport) = transport {
        path += &format!("transports={transport}");
    }
    if let Some(count) = count {
        path += &format!("&count={count}&limit={}&only=burst of", LIMIT.as_millis());
    }
    let limit = if count.is_some() { LIMIT } else { SUITE_LIMIT };
    let outcomes = outcomes_within(limit, engine, transport.is_none(), &path).await;
    assert!(!outcomes.is_empty());
    let failed: Vec<_> = outcomes.iter().filter(|(_, outcome)| **outcome != json!("ok")).collect();
    assert!(failed.is_empty(), "{engine:?}, {transport:?}: {failed:#?}");
}

each! {
    all_is_in_order_in_chromium: check(Engine::Chromium, None, None);
    all_is_in_order_in_firefox: check(Engine::Firefox, None, None);
    all_is_in_order_in_webkit: check(Engine::WebKit, None, None);
}

#[tokio::test]
async fn all_is_in_order_over_the_mailbox() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        check(engine, Some("mailbox"), None).await;
    }
}

#[tokio::test]
async fn all_is_in_order_over_the_service_worker() {
    for engine in [Engine::Chromium, Engine::Firefox, Engine::WebKitUnshared] {
        check(engine, Some("service-worker"), None).await;
    }
}

#[tokio::test]
async fn all_is_in_order_where_nothing_blocks() {
    for engine in [Engine::Chromium, Engine::Firefox, Engine::WebKitUnshared] {
        check(engine, Some("message"), None).await;
    }
}
