//! From a page: starting workers, serving them, calling them, and losing them.

use sabir::{CallError, CloseReason, StartError, Worker, WorkerBuilder};
use sabir_browser_tests::services::{Clerk, DeskServer, HandAsyncClient, sleep};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn builder(program: &str, clerk: &Clerk) -> WorkerBuilder {
    Worker::builder(program).serve(DeskServer::new(clerk.clone()))
}

/// Runs a program of `programs.rs` to its end.
async fn check(program: &str) {
    check_with(program, |builder| builder).await;
}

async fn check_with(program: &str, change: impl FnOnce(WorkerBuilder) -> WorkerBuilder) {
    let clerk = Clerk::default();
    let worker = change(builder(program, &clerk)).spawn().await.unwrap();
    clerk.worker.replace(Some(worker.clone()));
    assert_eq!(worker.finished().await, Ok(()), "{program}");
    clerk.worker.take();
}

async fn start_error(program: &str, change: impl FnOnce(WorkerBuilder) -> WorkerBuilder) -> StartError {
    change(builder(program, &Clerk::default())).spawn().await.unwrap_err()
}

fn is_webkit() -> bool {
    let vendor = js_sys::eval("navigator.vendor").unwrap().as_string();
    vendor.is_some_and(|vendor| vendor.starts_with("Apple"))
}

#[wasm_bindgen_test]
async fn values_and_errors_cross_as_themselves() {
    check("values").await;
}

#[wasm_bindgen_test]
async fn a_hundred_thousand_calls_are_answered_right() {
    check("hot_calls").await;
}

#[wasm_bindgen_test]
async fn a_payload_larger_than_the_ring_is_streamed() {
    check_with("large_bytes", |builder| builder.ring_bytes(64 << 10)).await;
}

#[wasm_bindgen_test]
async fn one_way_calls_keep_order_with_calls() {
    check_with("notes", |builder| builder.ring_bytes(4096)).await;
}

#[wasm_bindgen_test]
async fn a_call_times_out_and_the_link_goes_on() {
    check("timeout").await;
}

#[wasm_bindgen_test]
async fn a_blocked_worker_serves_and_a_cycle_is_an_error() {
    check("nested").await;
}

#[wasm_bindgen_test]
async fn an_async_program_awaits_and_blocks() {
    check("awaiting").await;
}

#[wasm_bindgen_test]
async fn messages_wake_where_wait_async_is_missing() {
    check_with("values", WorkerBuilder::wake_by_message).await;
    check_with("nested", WorkerBuilder::wake_by_message).await;
    let worker = builder("serving", &Clerk::default()).wake_by_message().spawn().await.unwrap();
    sleep(50).await;
    assert_eq!(HandAsyncClient::new(worker.clone()).double(4).await, Ok(8));
}

#[wasm_bindgen_test]
async fn an_interrupt_ends_a_blocked_call_and_a_computation() {
    let clerk = Clerk::default();
    let worker = builder("interrupted", &clerk).spawn().await.unwrap();
    for notes in 0..2 {
        while clerk.notes() != Some(notes) {
            sleep(5).await;
        }
        // By now it is blocked, or in its loop: either way the interrupt is not lost.
        worker.interrupt();
    }
    assert_eq!(worker.finished().await, Ok(()));
}

#[wasm_bindgen_test]
async fn the_page_calls_a_worker_in_its_event_loop() {
    let worker = builder("serving", &Clerk::default()).spawn().await.unwrap();
    let hand = HandAsyncClient::new(worker.clone());
    assert_eq!(hand.double(21).await, Ok(42));
    assert_eq!(hand.later(20).await, Ok(20));
    assert_eq!(hand.ask_back(5).await, Ok(5), "the page serves while it awaits");
    let (first, second) = (hand.later(30), hand.double(1));
    assert_eq!((second.await, first.await), (Ok(2), Ok(30)), "a slow call holds no other up");
}

#[wasm_bindgen_test]
async fn a_panic_in_a_worker_reaches_its_caller() {
    let worker = builder("serving", &Clerk::default()).spawn().await.unwrap();
    let error = HandAsyncClient::new(worker.clone()).explode("on purpose".to_owned()).await.unwrap_err();
    let CallError::Closed { method, reason: CloseReason::Panicked(message) } = &error else {
        panic!("{error}");
    };
    assert_eq!(method, "Hand.explode");
    assert!(message.contains("exploded: on purpose") && message.contains("programs.rs:"), "{message}");
    assert_eq!(worker.closed(), Some(CloseReason::Panicked(message.clone())));
}

#[wasm_bindgen_test]
async fn terminating_ends_pending_calls_and_another_worker_starts_at_once() {
    let blocked = builder("blocked", &Clerk::default()).spawn().await.unwrap();
    let serving = builder("serving", &Clerk::default()).spawn().await.unwrap();
    let pending = HandAsyncClient::new(serving.clone()).later(60_000);
    blocked.terminate();
    serving.terminate();
    let expected = CallError::Closed { method: "Hand.later".to_owned(), reason: CloseReason::Terminated };
    assert_eq!(pending.await, Err(expected));
    assert_eq!(blocked.finished().await, Err(CloseReason::Terminated));
    check("values").await;
}

#[wasm_bindgen_test]
async fn a_worker_that_closes_itself_is_noticed() {
    let worker = builder("closing", &Clerk::default()).spawn().await.unwrap();
    let error = HandAsyncClient::new(worker).later(0).await.unwrap_err();
    assert!(matches!(error, CallError::Closed { reason: CloseReason::Failed(_), .. }), "{error}");
}

#[wasm_bindgen_test]
async fn many_workers_are_served_at_once() {
    let clerk = Clerk::default();
    let mut workers = Vec::new();
    for _ in 0..6 {
        workers.push(builder("values", &clerk).spawn().await.unwrap());
    }
    for worker in workers {
        assert_eq!(worker.finished().await, Ok(()));
    }
}

#[wasm_bindgen_test]
async fn a_failed_start_is_an_error_that_says_why() {
    let missing = start_error("values", |builder| builder.package("/no/such/package.js")).await;
    if is_webkit() {
        // The runner puts a worker's script into a module that awaits its import, and WebKit has no `error` event for a
        // top-level await that is rejected. For the script itself it has one.
        assert!(matches!(missing, StartError::TimedOut { .. }), "{missing}");
    } else {
        assert!(matches!(&missing, StartError::Load { url, .. } if url.contains("package.js")), "{missing}");
    }

    let unknown = start_error("no_such_program", |builder| builder).await;
    assert_eq!(unknown, StartError::UnknownProgram { entry: "no_such_program".to_owned() });

    let panicked = start_error("panicking", |builder| builder).await;
    let StartError::Program { reason: CloseReason::Panicked(message), .. } = &panicked else {
        panic!("{panicked}")
    };
    assert!(message.contains("no luck today"), "{message}");

    let failed = start_error("failing", |builder| builder).await;
    let reason = CloseReason::Failed("no paper".to_owned());
    assert_eq!(failed, StartError::Program { entry: "failing".to_owned(), reason });

    let small = start_error("values", |builder| builder.ring_bytes(100)).await;
    assert!(matches!(small, StartError::Link(_)), "{small}");
}

#[wasm_bindgen_test]
async fn broken_wasm_and_a_silent_worker_are_errors_in_time() {
    let error = start_error("values", |builder| builder.package("/assets/broken.js")).await;
    assert!(
        matches!(&error, StartError::Init { what, .. } if what.to_lowercase().contains("wasm") || what.contains("WebAssembly")),
        "{error}"
    );

    let silent = |builder: WorkerBuilder| builder.package("/assets/silent.js").start_timeout_ms(200);
    let error = start_error("values", silent).await;
    assert_eq!(error, StartError::TimedOut { entry: "values".to_owned(), limit_ms: 200 });
}
