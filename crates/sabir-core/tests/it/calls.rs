//! Calls, one-way calls, nesting, timeouts, interrupts and cycles.

use crate::harness::{NativeEndpoint, call, platform, serve, serve_until_closed, with_link, with_link_of};
use sabir_core::service::{Answer, AsyncCaller, BlockingCaller, Method};
use sabir_core::{Bytes, CallError, CloseReason, Platform, Words};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

static ECHO: Method = Method::new("Test.echo", "(i64)->i64", None);
static BYTES: Method = Method::new("Test.bytes", "(Bytes)->Bytes", None);
static NEVER: Method = Method::new("Test.never", "()->()", Some(100));
static FOREVER: Method = Method::new("Test.forever", "()->()", None);
static NOTE: Method = Method::new("Test.note", "(u32)", None);
static NOTED: Method = Method::new("Test.noted", "()->u32", None);
static DIVE: Method = Method::new("Test.dive", "(u32)->Dive", None);
static CYCLE: Method = Method::new("Test.cycle", "()->String", None);
static DIVES: &[Method] = &[DIVE];
static FOREVERS: &[Method] = &[FOREVER];
/// The word that endpoint A sleeps on: docs/protocol.md.
const PARKED_A: usize = 288;

static METHODS: &[Method] = &[ECHO, BYTES, NEVER, FOREVER, NOTE, NOTED, CYCLE];

fn page(endpoint: &NativeEndpoint) {
    let noted = Rc::new(Cell::new(0));
    let page = endpoint.clone();
    serve(endpoint, METHODS, move |name, arguments| match name {
        "Test.echo" => Answer::now(&arguments.decode::<(i64,)>().unwrap().0),
        "Test.bytes" => Answer::now(&arguments.decode::<(Bytes,)>().unwrap().0),
        "Test.note" => {
            let (value,) = arguments.decode::<(u32,)>().unwrap();
            assert_eq!(value, noted.get(), "one-way calls keep their order");
            noted.set(value + 1);
            Answer::now(&())
        }
        "Test.noted" => Answer::now(&noted.get()),
        "Test.cycle" => {
            let awaited = page.start(&FOREVER, FOREVER.encode_arguments(&()).unwrap());
            Answer::Later(Box::pin(async move {
                let error = awaited.await.unwrap_err();
                sabir_core::service::encode_result(&error.to_string())
            }))
        }
        _ => Answer::Later(Box::pin(std::future::pending())),
    });
}

#[test]
fn a_hundred_thousand_calls_are_answered_right() {
    with_link(4096, page, |worker| {
        for value in 0..100_000_i64 {
            assert_eq!(call(worker, &ECHO, (value,)), Ok(value));
        }
        assert_eq!(worker.counts().made, 100_000);
    });
}

#[test]
fn a_payload_larger_than_the_ring_is_streamed() {
    let bytes: Vec<u8> = (0..(64 << 20) + 1).map(|i: u32| (i % 251) as u8).collect();
    with_link(64 << 10, page, |worker| {
        let back: Bytes = call(worker, &BYTES, (Bytes::from(bytes.clone()),)).unwrap();
        assert!(*back == *bytes, "64 MB + 1 byte come back intact");
    });
}

#[test]
fn every_size_around_the_ring_comes_back() {
    with_link(256, page, |worker| {
        for len in 0..700 {
            let bytes = Bytes::from(vec![len as u8; len]);
            assert_eq!(call(worker, &BYTES, (bytes.clone(),)), Ok(bytes));
        }
    });
}

#[test]
fn one_way_calls_keep_order_with_calls() {
    with_link(256, page, |worker| {
        for value in 0..10_000_u32 {
            worker.send(&NOTE, NOTE.encode_arguments(&(value,)).unwrap()).unwrap();
            if value % 100 == 0 {
                assert_eq!(call(worker, &NOTED, ()), Ok(value + 1_u32));
            }
        }
        assert_eq!(call(worker, &NOTED, ()), Ok(10_000_u32));
    });
}

#[test]
fn a_call_times_out_and_the_link_goes_on() {
    with_link(4096, page, |worker| {
        let expected = CallError::TimedOut { method: "Test.never".into(), limit_ms: 100 };
        assert_eq!(call::<_, ()>(worker, &NEVER, ()), Err(expected));
        assert_eq!(call(worker, &ECHO, (1_i64,)), Ok(1_i64));
    });
}

#[test]
fn an_interrupt_ends_the_innermost_wait_once() {
    let interrupting = |endpoint: &NativeEndpoint| {
        page(endpoint);
        let control = endpoint.control().clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            assert!(!control.interrupt_peer(), "a native worker sleeps on its word");
        });
    };
    with_link(4096, interrupting, |worker| {
        let expected = CallError::Interrupted { method: "Test.forever".into() };
        assert_eq!(call::<_, ()>(worker, &FOREVER, ()), Err(expected));
        assert_eq!(worker.check_interrupt(), Ok(()), "it is delivered once");
        assert_eq!(call(worker, &ECHO, (1_i64,)), Ok(1_i64));
    });
}

/// How deep a dive went, or why it ended.
type Dive = Result<u32, String>;

fn dive(endpoint: &NativeEndpoint, left: u32) -> Dive {
    call::<_, Dive>(endpoint, &DIVE, (left,)).map_err(|error| error.to_string())?
}

/// Each end serves a dive by diving deeper at the other, until none is left.
fn serve_dive(endpoint: &NativeEndpoint) {
    let diver = endpoint.clone();
    serve(endpoint, DIVES, move |_, arguments| {
        let (left,) = arguments.decode::<(u32,)>().unwrap();
        let depth = if left == 0 { Ok(0) } else { dive(&diver, left - 1).map(|depth| depth + 1) };
        Answer::now(&depth)
    });
}

#[test]
fn calls_nest_while_both_ends_are_blocked() {
    with_link(4096, serve_dive, |worker| {
        serve_dive(worker);
        for depth in [0, 1, 2, 63, 120] {
            assert_eq!(dive(worker, depth), Ok(depth));
        }
        let error = dive(worker, 200).unwrap_err();
        assert!(error.contains("nest deeper than 64: Test.dive > Test.dive"), "{error}");
        assert_eq!(dive(worker, 5), Ok(5), "the link goes on");
    });
}

#[test]
fn a_cycle_of_waits_is_a_deadlock_error_at_its_caller() {
    with_link(4096, page, |worker| {
        serve(worker, FOREVERS, |_, _| Answer::Later(Box::pin(std::future::pending())));
        let error: String = call(worker, &CYCLE, ()).unwrap();
        assert!(error.contains("Test.cycle") && error.contains("Test.forever"), "{error}");
        assert_eq!(call(worker, &ECHO, (1_i64,)), Ok(1_i64));
    });
}

#[test]
fn calls_end_when_the_link_closes() {
    let closing = |endpoint: &NativeEndpoint| {
        page(endpoint);
        let control = endpoint.control().clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            let _ = control.close(&CloseReason::Panicked("at page.rs:1: lost".into()));
        });
    };
    with_link(4096, closing, |worker| {
        let reason = CloseReason::Panicked("at page.rs:1: lost".into());
        let expected = CallError::Closed { method: "Test.forever".into(), reason };
        assert_eq!(call::<_, ()>(worker, &FOREVER, ()), Err(expected.clone()));
        assert_eq!(call::<_, ()>(worker, &FOREVER, ()), Err(expected), "and so do later ones");
    });
}

#[test]
fn of_two_that_close_the_first_is_believed() {
    let panics = |endpoint: &NativeEndpoint| {
        let _ = endpoint.control().close(&CloseReason::Panicked("at page.rs:1: lost".into()));
    };
    with_link(4096, panics, |worker| {
        while worker.control().closed().is_none() {
            std::thread::yield_now();
        }
        worker.close(&CloseReason::Terminated);
        let error = call::<_, ()>(worker, &FOREVER, ()).unwrap_err();
        assert!(matches!(error, CallError::Closed { reason: CloseReason::Panicked(_), .. }), "{error}");
    });
}

#[test]
fn what_the_other_end_does_not_know_is_a_typed_error() {
    static GONE: Method = Method::new("Test.gone", "()->()", None);
    static RETYPED: Method = Method::new("Test.echo", "(String)->i64", None);
    static MISREAD: Method = Method::new("Test.echo", "(i64)->i64", None);
    with_link(4096, page, |worker| {
        let error = call::<_, ()>(worker, &GONE, ()).unwrap_err();
        assert_eq!(error, CallError::UnknownMethod { method: "Test.gone".into() });
        let error = call::<_, i64>(worker, &RETYPED, ("x",)).unwrap_err();
        assert_eq!(error, CallError::SignatureMismatch { method: "Test.echo".into() });
        let error = call::<_, String>(worker, &MISREAD, (77,)).unwrap_err();
        assert!(matches!(error, CallError::ResultMismatch { .. }), "{error}");
    });
}

#[test]
fn a_sleep_serves_and_ends_by_its_time_or_an_interrupt() {
    let calling = |endpoint: &NativeEndpoint| {
        let call = endpoint.start(&FOREVER, FOREVER.encode_arguments(&()).unwrap());
        let control = endpoint.control().clone();
        serve(endpoint, METHODS, move |_, _| {
            control.interrupt_peer();
            Answer::now(&1_i64)
        });
        std::mem::forget(call);
    };
    with_link(4096, calling, |worker| {
        let served = Rc::new(Cell::new(false));
        let seen = Rc::clone(&served);
        serve(worker, FOREVERS, move |_, _| {
            seen.set(true);
            Answer::now(&())
        });
        while !served.get() {
            worker.sleep_for(10.0).unwrap();
        }
        // The page interrupts as it serves: had this an answer to wait for, the interrupt might come first.
        worker.send(&ECHO, ECHO.encode_arguments(&(1_i64,)).unwrap()).unwrap();
        assert!(matches!(worker.sleep_for(60_000.0), Err(CallError::Interrupted { .. })));
        assert_eq!(worker.sleep_for(0.0), Ok(()), "an interrupt ends one wait");
    });
}

#[test]
fn a_caller_stays_awake_for_a_peer_that_is_away_for_a_while() {
    /// The caller's clock, in ms, which stands still until it is set.
    static NOW_MS: AtomicU32 = AtomicU32::new(0);
    let clock = || Platform { now_ms: || f64::from(NOW_MS.load(Ordering::Relaxed)), ..platform() };
    let (goes, gone) = std::sync::mpsc::channel();
    let caller = move |caller: &NativeEndpoint| {
        gone.recv().unwrap();
        assert_eq!(call(caller, &ECHO, (7_i64,)), Ok(7_i64));
        caller.close(&CloseReason::Closed);
    };
    with_link_of(1 << 12, clock, caller, |peer| {
        page(peer);
        peer.control().set_away(true);
        goes.send(()).unwrap();
        while !peer.has_work() {
            std::hint::spin_loop();
        }
        let asleep = || peer.control().words().load_acquire(PARKED_A) != 0;
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(30) {
            assert!(!asleep(), "after {:?}", start.elapsed());
        }
        NOW_MS.store(1000, Ordering::Relaxed);
        while !asleep() {
            assert!(start.elapsed() < Duration::from_secs(60), "it does not wait for ever");
        }
        peer.control().set_away(false);
        serve_until_closed(peer);
    });
}
