//! From a page with shared memory: the behaviours over every transport, and those of shared memory only.

use sabir::{StartError, Transport, WorkerBuilder};
use sabir_behaviours::behaviours::{self, Over, builder, check, check_with};
use sabir_behaviours::services::{Clerk, HandAsyncClient, sleep};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const BEST: Over = Over(None);

macro_rules! tests {
    ($($name:ident)*) => {$(
        #[wasm_bindgen_test]
        async fn $name() {
            behaviours::$name(BEST).await;
        }
    )*};
}

sabir_behaviours::behaviours!(tests);

#[wasm_bindgen_test]
async fn a_hundred_thousand_calls_are_answered_right() {
    check(BEST, "hot_calls").await;
}

#[wasm_bindgen_test]
async fn messages_wake_where_wait_async_is_missing() {
    check_with(BEST, "values", WorkerBuilder::wake_by_message).await;
    check_with(BEST, "nested", WorkerBuilder::wake_by_message).await;
    let worker = builder(BEST, "serving", &Clerk::default()).wake_by_message().spawn().await.unwrap();
    sleep(50).await;
    assert_eq!(HandAsyncClient::new(worker.clone()).double(4).await, Ok(8));
}

/// Has the page lack something, by a script, while a worker is started; a second one mends it.
async fn lacking(script: &str, mend: &str, program: &str) -> Result<sabir::Worker, StartError> {
    js_sys::eval(script).unwrap();
    let started = builder(BEST, program, &Clerk::default()).spawn().await;
    js_sys::eval(mend).unwrap();
    started
}

#[wasm_bindgen_test]
async fn memory_that_the_browser_refuses_has_the_next_transport() {
    let refuse = "globalThis.kept = SharedArrayBuffer;
        globalThis.SharedArrayBuffer = function () { throw new RangeError('no memory left') };";
    let started = lacking(refuse, "globalThis.SharedArrayBuffer = kept;", "values").await;
    let passed_over = match started {
        Ok(worker) => {
            assert_eq!(worker.transport(), Transport::Mailbox);
            assert_eq!(worker.finished().await, Ok(()));
            worker.passed_over()
        }
        // WebKit has no such files for a window that is driven.
        Err(StartError::NoTransport { passed_over }) => passed_over,
        Err(error) => panic!("{error}"),
    };
    let why = passed_over[0].to_string();
    assert!(why.contains("atomics: the browser refuses") && why.contains("no memory left"), "{why}");
}

#[wasm_bindgen_test]
async fn a_trace_that_panics_stops_no_worker() {
    behaviours::run_traced(BEST, |_| panic!("a trace that panics")).await;
}

#[wasm_bindgen_test]
async fn a_page_without_locks_starts_workers() {
    let hide = "Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });";
    let worker = lacking(hide, "delete navigator.locks;", "values").await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
}
