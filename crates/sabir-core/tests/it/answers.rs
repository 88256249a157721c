//! Each call has its own answer, or an error that says why: however many there are, and however large.

use crate::harness::{NativeEndpoint, call, platform, serve, with_link};
use sabir_core::codec::{Attachment, Payload};
use sabir_core::layout::link_bytes;
use sabir_core::service::{Answer, AsyncCaller, BlockingCaller, Method, Pending, encode_result};
use sabir_core::{
    Bytes, CallError, CloseReason, Endpoint, Link, MAX_IN_FLIGHT, MAX_QUEUED_BYTES, NativeWords, Words,
};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

static SWALLOW: Method = Method::new("Answers.swallow", "(Bytes)->()", Some(100));
static COUNT: Method = Method::new("Answers.count", "(Vec<Bytes>)->Vec<Bytes>", None);
static SMALL: Method = Method::new("Answers.small", "(u32)->u32", None);
static METHODS: &[Method] = &[SWALLOW, COUNT, SMALL];

static YIELDS: Method = Method::new("Self.yields", "()->()", None);
static OTHER: Method = Method::new("Self.other", "()->()", None);
static SELVES: &[Method] = &[YIELDS, OTHER];

/// Word offsets of docs/protocol.md.
const TO_A_TAIL: usize = 224;
const RINGS_BYTE: usize = 1664;

type Call = <NativeEndpoint as AsyncCaller>::Call;

fn poll(call: &mut Call) -> Poll<Result<Payload, CallError>> {
    Pin::new(call).poll(&mut Context::from_waker(Waker::noop()))
}

/// Both ends of a link, on this thread.
fn pair(capacity: usize) -> (NativeEndpoint, NativeEndpoint, NativeWords) {
    let words = NativeWords::new(link_bytes(capacity));
    let page = Endpoint::new(Link::create(words.clone(), capacity).unwrap(), platform());
    let worker = Endpoint::new(Link::attach(words.clone()).unwrap(), platform());
    (page, worker, words)
}

fn turn_both(one: &NativeEndpoint, other: &NativeEndpoint) {
    while one.turn(1).unwrap() | other.turn(1).unwrap() {}
}

#[test]
fn a_call_that_waits_for_space_times_out_as_any_other() {
    for len in [10, 3000, 100_000] {
        let (page, worker, _) = pair(1024);
        serve(&worker, METHODS, |_, _| Answer::now(&()));
        let start = || {
            let arguments = SWALLOW.encode_arguments(&(Bytes::from(vec![1; len]),)).unwrap();
            page.start(&SWALLOW, arguments)
        };
        // The first has left in part or whole, the others wait.
        let mut calls: Vec<Call> = (0..40).map(|_| start()).collect();
        page.expire((platform().now_ms)() + 1000.0);
        for call in &mut calls {
            let expected = CallError::TimedOut { method: SWALLOW.name.into(), limit_ms: 100 };
            assert_eq!(poll(call), Poll::Ready(Err(expected)), "{len} bytes");
        }
        drop(calls);
        turn_both(&page, &worker);
        let mut later = start();
        turn_both(&page, &worker);
        assert!(matches!(poll(&mut later), Poll::Ready(Ok(_))), "the link goes on");
    }
}

#[test]
fn a_value_has_any_number_of_attachments() {
    let page = |page: &NativeEndpoint| {
        serve(page, METHODS, |_, arguments| Answer::now(&arguments.decode::<(Vec<Bytes>,)>().unwrap().0));
    };
    for count in [65_535, 65_536, 300_000_u32] {
        with_link(64 << 10, page, |worker| {
            // Of them a third is empty, and none is as long as its neighbours.
            let sent: Vec<Bytes> =
                (0..count).map(|number| vec![number as u8; number as usize % 3 * 7].into()).collect();
            let back: Vec<Bytes> = worker.call_value(&COUNT, &(&sent,)).unwrap();
            assert!(back == sent, "{count} come back");
        });
    }
}

#[test]
fn a_count_or_a_length_that_is_a_lie_is_found_out() {
    // Kind, flags and call; then how many attachments are claimed, how long the body and the first of them are.
    let claims = [[u32::MAX, 8, 8], [2, u32::MAX, 8], [1, 8, u32::MAX], [0, u32::MAX, 0], [1, 8, 4096]];
    for [attachments, body, first] in claims {
        let (page, _worker, words) = pair(4096);
        let mut frame: Vec<u8> = vec![1, 4, 0, 0, 9, 0, 0, 0];
        let payload = [attachments, body, first, 0, 7, 7, 7, 7];
        for word in [4 * payload.len() as u32, 0].iter().chain(&payload) {
            frame.extend_from_slice(&word.to_le_bytes());
        }
        words.write_bytes(RINGS_BYTE + 4096, &frame);
        words.store_release(TO_A_TAIL, frame.len() as i32);
        let ended = (0..3).find_map(|_| page.turn(1).err());
        assert!(matches!(ended, Some(CloseReason::Corrupt(_))), "{attachments}, {body}: {ended:?}");
    }
}

#[test]
fn more_calls_than_may_be_in_flight_are_an_error_that_names_the_limit() {
    let (page, worker, _) = pair(4096);
    serve(&worker, METHODS, |_, arguments| Answer::now(&arguments.decode::<(u32,)>().unwrap().0));
    let start = |number: u32| page.start(&SMALL, SMALL.encode_arguments(&(number,)).unwrap());
    let mut calls: Vec<Call> = (0..MAX_IN_FLIGHT as u32).map(start).collect();
    let expected = CallError::TooMany { method: SMALL.name.into(), limit: MAX_IN_FLIGHT };
    assert_eq!(poll(&mut start(0)), Poll::Ready(Err(expected)));
    turn_both(&page, &worker);
    for (number, call) in calls.iter_mut().enumerate() {
        let Poll::Ready(answer) = poll(call) else { panic!("{number} is not answered") };
        assert_eq!(SMALL.decode_result::<u32>(answer.unwrap()), Ok(number as u32));
    }
    assert!(poll(&mut start(0)).is_pending(), "there is room again");
}

/// 64 MB. Shared by all: nothing is copied before it is sent.
fn large() -> impl Fn() -> Payload {
    let shared = Bytes::from(vec![1; 64 << 20]);
    move || COUNT.payload(&[], vec![Attachment::Bytes(shared.clone())])
}

#[test]
fn more_bytes_than_may_wait_for_their_handler_are_an_error_too() {
    let (page, worker, _) = pair(1 << 20);
    let (caller, refused) = (worker.clone(), Rc::new(Cell::new(0)));
    let (large, count) = (large(), Rc::clone(&refused));
    serve(&worker, METHODS, move |_, _| {
        for _ in 0..20 {
            if let Err(error) = AsyncCaller::post(&caller, &COUNT, large()) {
                assert!(matches!(error, CallError::Congested { .. }), "{error}");
                count.set(count.get() + 1);
            }
        }
        Answer::now(&())
    });
    for (expected, why) in
        [(4, "16 of 64 MB wait for the handler"), (4 + 19, "and then, but for 1 MB, for the page")]
    {
        let serve = |_: &mut Call| while worker.turn(1).unwrap() {};
        let (call, ()) = page.start_urgent(&SMALL, SMALL.payload(&[], Vec::new()), serve);
        assert_eq!(refused.get(), expected, "{why}");
        drop(call);
    }
}

#[test]
fn more_bytes_than_may_wait_are_an_error_that_names_the_limit() {
    let (page, worker, _) = pair(1 << 20);
    serve(&worker, METHODS, |_, _| Answer::now(&()));
    let large = large();
    let start = || page.start(&COUNT, large());
    let mut calls: Vec<Call> = (0..=MAX_QUEUED_BYTES >> 26).map(|_| start()).collect();
    let expected = CallError::Congested { method: COUNT.name.into(), limit: MAX_QUEUED_BYTES };
    assert_eq!(poll(&mut start()), Poll::Ready(Err(expected.clone())));
    let posted = AsyncCaller::post(&page, &COUNT, COUNT.payload(&[], Vec::new()));
    assert_eq!(posted, Err(expected));
    assert_eq!(page.post_note(&COUNT, COUNT.payload(&[], Vec::new())), Ok(()));
    // Those that are given up make room.
    calls.truncate(1);
    assert!(poll(&mut start()).is_pending());
    assert!(poll(&mut calls[0]).is_pending());
}

#[test]
fn a_handler_that_wakes_itself_keeps_nobody_waiting() {
    let page = |page: &NativeEndpoint| {
        let others = Rc::new(Cell::new(0));
        serve(page, SELVES, move |name, _| {
            let others = Rc::clone(&others);
            if name == "Self.other" {
                others.update(|count| count + 1);
                return Answer::now(&());
            }
            // It lets others go on until two of them have.
            let handler: Pending = Box::pin(async move {
                std::future::poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if others.get() < 2 { Poll::Pending } else { Poll::Ready(()) }
                })
                .await;
                encode_result(&())
            });
            Answer::Later(handler)
        });
    };
    with_link(1 << 12, page, |worker| {
        let start = |method: &'static Method| worker.start(method, method.encode_arguments(&()).unwrap());
        let mut yielding = [start(&YIELDS), start(&YIELDS)].map(Box::pin);
        assert_eq!(call(worker, &OTHER, ()), Ok(()));
        assert_eq!(call(worker, &OTHER, ()), Ok(()));
        let mut context = Context::from_waker(Waker::noop());
        for call in &mut yielding {
            while call.as_mut().poll(&mut context).is_pending() {
                worker.turn(1).unwrap();
            }
        }
    });
}
