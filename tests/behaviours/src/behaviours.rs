//! Behaviours of a page and its workers over any transport: starting, serving, calling and losing workers.

#![expect(missing_docs, reason = "each behaviour's name says what it is")]

pub use crate::links::{
    a_link_ends_from_either_end_and_with_its_worker, a_link_that_cannot_be_made_is_an_error,
    workers_call_each_other,
};
pub use crate::over::{Over, builder};
pub use crate::pipeline::{
    a_pipeline_that_is_not_allowed_is_an_error, a_worker_builds_without_waiting,
    an_operation_that_nobody_waits_for_fails_later,
};
pub use crate::turns::events_wait_for_a_worker_that_is_at_work;
pub use crate::window::{
    a_closure_of_the_page_decides_on_each_use, a_listener_in_a_worker_hears_the_page,
    a_listener_that_panics_ends_its_worker, a_policy_limits_the_window, a_trace_that_throws_stops_no_worker,
    a_window_that_is_not_allowed_is_an_error, a_worker_awaits_promises_of_the_page, a_worker_builds_the_page,
    a_worker_finds_the_pages_globals, functions_are_called_by_name, run_traced,
    the_page_calls_functions_by_name, the_page_traces_the_calls_of_its_worker,
};
pub use crate::window_values::{
    a_listener_that_throws_leaves_its_worker_at_work, a_worker_gives_back_what_it_drops,
    calls_by_name_services_and_windows_nest, ordinary_code_works_on_the_pages_objects,
    ordinary_code_works_with_globals, values_by_name_are_the_same_or_refused,
};

use crate::services::{Clerk, HandAsyncClient, sleep};
use sabir::{CallError, CloseReason, StartError, Transport, Worker, WorkerBuilder};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long a call of a burst may take, on a busy machine.
const BURST_CALL_MS: u32 = 60;

/// Gives the macro `$run` the names of the behaviours that hold over every transport.
#[macro_export]
macro_rules! behaviours {
    ($run:ident) => {
        $run! {
            values_and_errors_cross_as_themselves
            a_payload_larger_than_the_ring_is_streamed
            one_way_calls_keep_order_with_calls
            a_call_times_out_and_the_link_goes_on
            a_blocked_worker_serves_and_a_cycle_is_an_error
            an_async_program_awaits_and_blocks
            an_interrupt_ends_a_blocked_call_and_a_computation
            the_page_calls_a_worker_in_its_event_loop
            a_burst_of_calls_is_answered_in_order
            a_burst_through_a_small_ring_is_answered_in_order
            a_burst_at_a_blocked_worker_is_answered_in_order
            a_burst_of_one_way_calls_is_served_in_order
            waits_that_cannot_end_are_errors
            a_panic_in_a_worker_reaches_its_caller
            a_panic_while_it_is_blocked_reaches_its_caller
            an_exception_in_a_handler_of_a_worker_reaches_its_caller
            an_exception_in_a_handler_of_the_page_reaches_all_and_the_next_worker_works
            a_worker_that_computes_serves_and_is_interrupted
            a_worker_that_gave_a_call_up_is_called_in_its_event_loop
            a_worker_that_looked_in_vain_is_called_in_its_event_loop
            terminating_ends_pending_calls_and_another_worker_starts_at_once
            a_worker_that_closes_itself_is_noticed
            many_workers_are_served_at_once
            a_failed_start_is_an_error_that_says_why
            broken_wasm_and_a_silent_worker_are_errors_in_time
            a_worker_builds_the_page
            a_worker_finds_the_pages_globals
            a_listener_in_a_worker_hears_the_page
            a_listener_that_panics_ends_its_worker
            events_wait_for_a_worker_that_is_at_work
            functions_are_called_by_name
            the_page_calls_functions_by_name
            a_window_that_is_not_allowed_is_an_error
            a_policy_limits_the_window
            a_closure_of_the_page_decides_on_each_use
            the_page_traces_the_calls_of_its_worker
            a_trace_that_throws_stops_no_worker
            a_worker_awaits_promises_of_the_page
            a_worker_builds_without_waiting
            an_operation_that_nobody_waits_for_fails_later
            a_pipeline_that_is_not_allowed_is_an_error
            values_by_name_are_the_same_or_refused
            ordinary_code_works_on_the_pages_objects
            ordinary_code_works_with_globals
            a_listener_that_throws_leaves_its_worker_at_work
            a_worker_gives_back_what_it_drops
            calls_by_name_services_and_windows_nest
            workers_call_each_other
            a_link_that_cannot_be_made_is_an_error
            a_link_ends_from_either_end_and_with_its_worker
        }
    };
}

/// Runs a program of `programs.rs` to its end.
pub async fn check(over: Over, program: &str) {
    check_with(over, program, |builder| builder).await;
}

pub async fn check_with(over: Over, program: &str, change: impl FnOnce(WorkerBuilder) -> WorkerBuilder) {
    let clerk = Clerk::default();
    let worker = change(builder(over, program, &clerk)).spawn().await.unwrap();
    assert_eq!(worker.transport(), over.0.unwrap_or(Transport::Atomics));
    clerk.worker.replace(Some(worker.clone()));
    assert_eq!(worker.finished().await, Ok(()), "{program}");
    clerk.worker.take();
}

async fn start_error(
    over: Over,
    program: &str,
    change: impl FnOnce(WorkerBuilder) -> WorkerBuilder,
) -> StartError {
    match change(builder(over, program, &Clerk::default())).spawn().await {
        Err(error) => error,
        // A busy machine may take longer to say so than the 60 ms after which a program has begun.
        Ok(worker) => {
            let reason = worker.finished().await.unwrap_err();
            StartError::Program { entry: program.to_owned(), reason }
        }
    }
}

fn is_webkit() -> bool {
    let vendor = js_sys::eval("navigator.vendor").unwrap().as_string();
    vendor.is_some_and(|vendor| vendor.starts_with("Apple"))
}

pub async fn values_and_errors_cross_as_themselves(over: Over) {
    check(over, "values").await;
}

pub async fn a_payload_larger_than_the_ring_is_streamed(over: Over) {
    check_with(over, "large_bytes", |builder| builder.ring_bytes(64 << 10)).await;
}

pub async fn one_way_calls_keep_order_with_calls(over: Over) {
    check_with(over, "notes", |builder| builder.ring_bytes(4096)).await;
}

pub async fn a_call_times_out_and_the_link_goes_on(over: Over) {
    check(over, "timeout").await;
}

pub async fn a_blocked_worker_serves_and_a_cycle_is_an_error(over: Over) {
    check(over, "nested").await;
}

pub async fn an_async_program_awaits_and_blocks(over: Over) {
    check(over, "awaiting").await;
}

pub async fn an_interrupt_ends_a_blocked_call_and_a_computation(over: Over) {
    let clerk = Clerk::default();
    let worker = builder(over, "interrupted", &clerk).spawn().await.unwrap();
    for notes in 0..2 {
        while clerk.notes() != Some(notes) {
            sleep(5).await;
        }
        // By now it is blocked, or in its loop: either way the interrupt is not lost.
        worker.interrupt();
    }
    assert_eq!(worker.finished().await, Ok(()));
}

pub async fn the_page_calls_a_worker_in_its_event_loop(over: Over) {
    let worker = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    let hand = HandAsyncClient::new(worker.clone());
    assert_eq!(hand.double(21).await, Ok(42));
    assert_eq!(hand.later(20).await, Ok(20));
    assert_eq!(hand.ask_back(5).await, Ok(5), "the page serves while it awaits");
    let (first, second) = (hand.later(30), hand.double(1));
    assert_eq!((second.await, first.await), (Ok(2), Ok(30)), "a slow call holds no other up");
}

/// All answers, and the worker's log, are in order.
pub async fn burst(worker: &Worker, count: i32) {
    let hand = HandAsyncClient::new(worker.clone());
    let answers = Rc::new(RefCell::new(Vec::new()));
    for value in 0..count {
        let (call, answers) = (hand.ask_back(value), answers.clone());
        spawn_local(async move {
            let answer = call.await;
            answers.borrow_mut().push(answer);
        });
    }
    let mut waited = 0;
    while answers.borrow().len() < count as usize {
        assert!(
            waited < 30_000 + BURST_CALL_MS * count as u32,
            "{} of {count} calls were answered",
            answers.borrow().len()
        );
        sleep(20).await;
        waited += 20;
    }
    let answers = answers.take();
    let wrong = answers.iter().zip(0..).find(|(answer, value)| **answer != Ok(*value));
    assert_eq!(wrong, None, "an answer, and what should be in its place");
    assert_log(&hand, count).await;
}

/// Each value began and ended before the next began.
async fn assert_log(hand: &HandAsyncClient<Worker>, count: i32) {
    let log = hand.log().await.unwrap();
    let wrong =
        log.iter().zip((0..count).flat_map(|value| [value; 2])).find(|(logged, value)| *logged != value);
    assert_eq!(wrong, None, "an entry of the log, and what should be in its place");
    assert_eq!(log.len(), 2 * count as usize);
}

pub async fn a_burst_of_calls_is_answered_in_order(over: Over) {
    let worker = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    burst(&worker, over.burst()).await;
}

pub async fn a_burst_through_a_small_ring_is_answered_in_order(over: Over) {
    let builder = builder(over, "serving", &Clerk::default()).ring_bytes(4096);
    burst(&builder.spawn().await.unwrap(), over.burst()).await;
}

pub async fn a_burst_at_a_blocked_worker_is_answered_in_order(over: Over) {
    let worker = builder(over, "pausing", &Clerk::default()).spawn().await.unwrap();
    sleep(50).await;
    burst(&worker, over.burst()).await;
    assert_eq!(worker.finished().await, Ok(()));
}

pub async fn a_burst_of_one_way_calls_is_served_in_order(over: Over) {
    let worker = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    let hand = HandAsyncClient::new(worker.clone());
    let count = over.burst();
    for value in 0..count {
        hand.ask_aside(value).unwrap();
    }
    assert_log(&hand, count).await;
}

pub async fn waits_that_cannot_end_are_errors(over: Over) {
    let clerk = Clerk::default();
    let worker = builder(over, "cycles", &clerk).spawn().await.unwrap();
    clerk.worker.replace(Some(worker.clone()));
    assert_eq!(worker.finished().await, Ok(()));
    clerk.worker.take();
    let mut waited = 0;
    while clerk.passed.borrow().is_none() {
        assert!(waited < 5000, "the inner call does not end");
        sleep(20).await;
        waited += 20;
    }
    let passed = clerk.passed.take().unwrap();
    assert!(passed.as_ref().err().is_none_or(|error| error.contains("gate")), "{passed:?}");
    assert_eq!(HandAsyncClient::new(worker.clone()).double(4).await, Ok(8));
}

pub async fn a_panic_in_a_worker_reaches_its_caller(over: Over) {
    let worker = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    let error = HandAsyncClient::new(worker.clone()).explode("on purpose".to_owned()).await.unwrap_err();
    let CallError::Closed { method, reason: CloseReason::Panicked(message) } = &error else {
        panic!("{error}");
    };
    assert_eq!(method, "Hand.explode");
    assert!(message.contains("exploded: on purpose") && message.contains("programs.rs:"), "{message}");
    assert_eq!(worker.closed(), Some(CloseReason::Panicked(message.clone())));
}

pub async fn a_panic_while_it_is_blocked_reaches_its_caller(over: Over) {
    let worker = builder(over, "waiting", &Clerk::default()).spawn().await.unwrap();
    let error = HandAsyncClient::new(worker.clone()).explode("on purpose".to_owned()).await.unwrap_err();
    let CallError::Closed { reason: CloseReason::Panicked(message), .. } = &error else {
        panic!("{error}");
    };
    assert!(message.contains("exploded: on purpose"), "{message}");
}

/// An exception of JavaScript's drops nothing that Rust holds: it is a panic of its realm.
pub async fn an_exception_in_a_handler_of_a_worker_reaches_its_caller(over: Over) {
    let worker = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    let error = HandAsyncClient::new(worker.clone()).throws("thrown there".to_owned()).await.unwrap_err();
    let CallError::Closed { reason: CloseReason::Panicked(message), .. } = &error else {
        panic!("{error}");
    };
    assert!(message.contains("thrown there"), "{message}");
}

pub async fn an_exception_in_a_handler_of_the_page_reaches_all_and_the_next_worker_works(over: Over) {
    let bystander = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    let pending = HandAsyncClient::new(bystander.clone()).later(60_000);
    let reason = match builder(over, "thrown_at", &Clerk::default()).spawn().await {
        Ok(worker) => worker.finished().await.unwrap_err(),
        Err(StartError::Program { reason, .. }) => reason,
        Err(error) => panic!("{error}"),
    };
    assert!(
        matches!(&reason, CloseReason::Panicked(what) if what.contains("thrown on the page")),
        "{reason}"
    );
    let error = pending.await.unwrap_err();
    assert!(matches!(&error, CallError::Closed { reason: CloseReason::Panicked(_), .. }), "{error}");
    check(over, "values").await;
}

pub async fn a_worker_that_computes_serves_and_is_interrupted(over: Over) {
    let worker = builder(over, "computing", &Clerk::default()).spawn().await.unwrap();
    let hand = HandAsyncClient::new(worker.clone());
    assert_eq!(hand.double(4).await, Ok(8), "while it computes");
    worker.interrupt();
    assert_eq!(worker.finished().await, Ok(()));
    assert_eq!(hand.double(5).await, Ok(10), "from its event loop");
}

pub async fn a_worker_that_gave_a_call_up_is_called_in_its_event_loop(over: Over) {
    let worker = builder(over, "giving_up", &Clerk::default()).spawn().await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
    sleep(50).await;
    assert_eq!(HandAsyncClient::new(worker.clone()).double(5).await, Ok(10));
}

pub async fn a_worker_that_looked_in_vain_is_called_in_its_event_loop(over: Over) {
    let worker = builder(over, "looking", &Clerk::default()).spawn().await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
    assert_eq!(HandAsyncClient::new(worker.clone()).double(5).await, Ok(10));
}

pub async fn terminating_ends_pending_calls_and_another_worker_starts_at_once(over: Over) {
    let blocked = builder(over, "blocked", &Clerk::default()).spawn().await.unwrap();
    let serving = builder(over, "serving", &Clerk::default()).spawn().await.unwrap();
    let pending = HandAsyncClient::new(serving.clone()).later(60_000);
    blocked.terminate();
    serving.terminate();
    let expected = CallError::Closed { method: "Hand.later".to_owned(), reason: CloseReason::Terminated };
    assert_eq!(pending.await, Err(expected));
    assert_eq!(blocked.finished().await, Err(CloseReason::Terminated));
    check(over, "values").await;
}

pub async fn a_worker_that_closes_itself_is_noticed(over: Over) {
    let worker = builder(over, "closing", &Clerk::default()).spawn().await.unwrap();
    let error = HandAsyncClient::new(worker).later(0).await.unwrap_err();
    assert!(matches!(error, CallError::Closed { reason: CloseReason::Failed(_), .. }), "{error}");
}

pub async fn many_workers_are_served_at_once(over: Over) {
    let clerk = Clerk::default();
    let mut workers = Vec::new();
    for _ in 0..6 {
        workers.push(builder(over, "values", &clerk).spawn().await.unwrap());
    }
    for worker in workers {
        assert_eq!(worker.finished().await, Ok(()));
    }
}

pub async fn a_failed_start_is_an_error_that_says_why(over: Over) {
    let missing = start_error(over, "values", |builder| builder.package("/no/such/package.js")).await;
    if is_webkit() && over.0.is_none() {
        // wasm-bindgen's runner puts a worker's script into a module that awaits its import. WebKit has an `error` event
        // for a script, but none for a rejected top-level await. Other transports are tested on pages of their own.
        assert!(matches!(missing, StartError::TimedOut { .. }), "{missing}");
    } else {
        let StartError::Load { url, what } = &missing else { panic!("{missing}") };
        assert!(url.contains("package.js") && !what.is_empty(), "{missing}");
    }

    let unknown = start_error(over, "no_such_program", |builder| builder).await;
    assert_eq!(unknown, StartError::UnknownProgram { entry: "no_such_program".to_owned() });

    let panicked = start_error(over, "panicking", |builder| builder).await;
    let StartError::Program { reason: CloseReason::Panicked(message), .. } = &panicked else {
        panic!("{panicked}")
    };
    assert!(message.contains("no luck today"), "{message}");

    let failed = start_error(over, "failing", |builder| builder).await;
    let reason = CloseReason::Failed("no paper".to_owned());
    assert_eq!(failed, StartError::Program { entry: "failing".to_owned(), reason });

    for size in [1, 63, 100] {
        let small = start_error(over, "values", |builder| builder.ring_bytes(size)).await;
        assert!(matches!(small, StartError::Link(_)), "{size}: {small}");
    }
}

pub async fn broken_wasm_and_a_silent_worker_are_errors_in_time(over: Over) {
    let error = start_error(over, "values", |builder| builder.package("/assets/broken.js")).await;
    assert!(
        matches!(&error, StartError::Init { what, .. } if what.to_lowercase().contains("wasm") || what.contains("WebAssembly")),
        "{error}"
    );

    let silent = |builder: WorkerBuilder| {
        builder.package("/assets/silent.js").start_timeout(Duration::from_millis(200))
    };
    let error = start_error(over, "values", silent).await;
    assert_eq!(error, StartError::TimedOut { entry: "values".to_owned(), limit: Duration::from_millis(200) });
}
