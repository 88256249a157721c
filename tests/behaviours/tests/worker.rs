//! From a dedicated worker: what only a realm that may block can show, and a worker that starts workers of its own.

use js_sys::SharedArrayBuffer;
use sabir::{CallError, CloseReason, Interrupted, LinkError, Worker};
use sabir_behaviours::services::{Clerk, DeskServer, HandAsyncClient};
use sabir_core::layout::{LAYOUT_VERSION, link_bytes};
use sabir_core::service::{BlockingCaller, Method};
use sabir_core::{Endpoint, JsWords, Link, Platform, Words};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../../../crates/sabir-core/tests/it/words.rs"]
mod conformance;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

static LONELY: Method = Method::new("Test.lonely", "()->()", None);
static BRIEF: Method = Method::new("Test.brief", "()->()", Some(100));

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

fn words(capacity: usize) -> JsWords {
    JsWords::new(&SharedArrayBuffer::new(link_bytes(capacity) as u32))
}

/// Two endpoints in this one realm.
fn pair() -> (Endpoint<JsWords>, Endpoint<JsWords>) {
    let platform = || Platform {
        now_ms: now,
        schedule: || {},
        spins: 10,
        turn_others: || sabir_core::Others::None,
        wake_by_message: Rc::new(|| {}),
        nesting: Rc::default(),
    };
    let words = words(4096);
    let page = Endpoint::new(Link::create(words.clone(), 4096).unwrap(), platform());
    (page, Endpoint::new(Link::attach(words).unwrap(), platform()))
}

#[wasm_bindgen_test]
fn shared_array_buffers_conform() {
    conformance::conform(&words(4096), now);
}

#[wasm_bindgen_test]
fn a_link_of_another_version_is_refused() {
    let words = words(4096);
    assert_eq!(Link::attach(words.clone()).unwrap_err(), LinkError::NotALink { found: 0 });
    Link::create(words.clone(), 4096).unwrap();
    words.store_release(1, LAYOUT_VERSION + 1);
    let error = Link::attach(words).unwrap_err();
    assert_eq!(error, LinkError::Version { theirs: LAYOUT_VERSION + 1 });
    let versions = format!("version {}, this build has {LAYOUT_VERSION}", LAYOUT_VERSION + 1);
    assert!(error.to_string().contains(&versions), "{error}");
}

#[wasm_bindgen_test]
fn a_blocked_call_ends_by_timeout_interrupt_and_close() {
    let (page, worker) = pair();
    let arguments = || LONELY.encode_arguments(&()).unwrap();
    let expected = CallError::TimedOut { method: "Test.brief".to_owned(), limit_ms: 100 };
    assert_eq!(worker.call(&BRIEF, arguments()), Err(expected));
    page.interrupt_peer();
    let expected = CallError::Interrupted { method: "Test.lonely".to_owned() };
    assert_eq!(worker.call(&LONELY, arguments()), Err(expected));
    assert_eq!(worker.check_interrupt(), Ok(()));
    page.interrupt_peer();
    assert_eq!(worker.check_interrupt(), Err(Interrupted));
    page.close(&CloseReason::Unloaded);
    let expected = CallError::Closed { method: "Test.lonely".to_owned(), reason: CloseReason::Unloaded };
    assert_eq!(worker.call(&LONELY, arguments()), Err(expected));
}

#[wasm_bindgen_test]
async fn a_worker_starts_and_serves_workers_of_its_own() {
    let clerk = Clerk::default();
    let worker = Worker::builder("values").serve(DeskServer::new(clerk)).spawn().await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
    let worker = Worker::builder("serving").spawn().await.unwrap();
    assert_eq!(HandAsyncClient::new(worker.clone()).double(21).await, Ok(42));
}
