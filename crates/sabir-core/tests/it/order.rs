//! The order of calls: first in, first out, and on top of a blocked call what may descend from it.

use crate::harness::{
    NativeEndpoint, call, of_loop, platform, serve, serve_until_closed, with_link, with_link_of,
};
use sabir_core::layout::link_bytes;
use sabir_core::service::{Answer, AsyncCaller, Method, Pending, encode_result};
use sabir_core::{CallFuture, CloseReason, Endpoint, Link, NativeWords, Platform};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

static ASK: Method = Method::new("Worker.ask", "(u32)->u32", None);
static TELL: Method = Method::new("Worker.tell", "(u32)", None);
static REST: Method = Method::new("Worker.rest", "(u32)->u32", None);
static LATE: Method = Method::new("Worker.late", "()->()", None);
static HOLD: Method = Method::new("Worker.hold", "()->()", None);
static WORKER: &[Method] = &[ASK, TELL, REST, LATE, HOLD];

static ECHO: Method = Method::new("Page.echo", "(u32)->u32", None);
static CALLS_BACK: Method = Method::new("Page.calls_back", "()->u32", None);
static WAITS: Method = Method::new("Page.waits", "()->()", None);
static NEVER: Method = Method::new("Page.never", "()->()", None);
static PAGE: &[Method] = &[ECHO, CALLS_BACK, WAITS, NEVER];

const BURST: u32 = 2000;

/// Serves a worker's methods; notes what was served, once it has been.
fn serve_worker(worker: &NativeEndpoint) -> Rc<RefCell<Vec<u32>>> {
    let served = Rc::new(RefCell::new(Vec::new()));
    let (own, noted) = (worker.clone(), Rc::clone(&served));
    serve(worker, WORKER, move |name, arguments| match name {
        "Worker.late" => Answer::Later(Box::pin(std::future::pending())),
        "Worker.hold" => Answer::now(&call::<_, ()>(&own, &NEVER, ()).map_err(|error| error.to_string())),
        _ => {
            let (value,) = arguments.decode::<(u32,)>().unwrap();
            match name {
                "Worker.rest" => own.sleep_for(0.1).unwrap(),
                _ => assert_eq!(call(&own, &ECHO, (value,)), Ok(value)),
            }
            noted.borrow_mut().push(value);
            Answer::now(&value)
        }
    });
    served
}

/// A future in the manner of a handler that the program's own code awaits.
fn later<T: serde::Serialize>(value: impl Future<Output = T> + 'static) -> Answer {
    let handler: Pending = Box::pin(async move { encode_result(&value.await) });
    Answer::Later(handler)
}

/// Has the page make `calls` of `method` at once; what the worker has served when all are answered, in order.
fn burst(method: &'static Method) -> Vec<u32> {
    let page = move |page: &NativeEndpoint| {
        serve(page, PAGE, |_, arguments| Answer::now(&arguments.decode::<(u32,)>().unwrap().0));
        let calls: Vec<_> =
            (0..BURST).map(|value| page.start(method, method.encode_arguments(&(value,)).unwrap())).collect();
        let mut calls = calls.into_iter().map(Box::pin).collect::<Vec<_>>();
        while let Some(first) = calls.first_mut() {
            let polled = first.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
            if let std::task::Poll::Ready(outcome) = polled {
                outcome.unwrap();
                drop(calls.remove(0));
            } else {
                page.turn(1).unwrap();
            }
        }
        page.close(&CloseReason::Closed);
    };
    with_link(1 << 16, page, |worker| {
        let served = serve_worker(worker);
        serve_until_closed(worker);
        served.take()
    })
}

#[test]
fn a_burst_of_calls_that_each_ask_the_caller_is_served_in_order() {
    assert_eq!(burst(&ASK), (0..BURST).collect::<Vec<_>>());
}

#[test]
fn a_burst_of_calls_that_each_sleep_is_served_in_order() {
    assert_eq!(burst(&REST), (0..BURST).collect::<Vec<_>>());
}

#[test]
fn a_burst_of_one_way_calls_is_served_in_order_though_the_worker_is_blocked() {
    let page = |page: &NativeEndpoint| {
        serve(page, PAGE, |_, arguments| Answer::now(&arguments.decode::<(u32,)>().unwrap().0));
        for value in 0..BURST {
            page.post(&TELL, TELL.encode_arguments(&(value,)).unwrap()).unwrap();
        }
    };
    with_link(1 << 16, page, |worker| {
        let served = serve_worker(worker);
        while served.borrow().len() < BURST as usize {
            assert_eq!(call(worker, &ECHO, (7_u32,)), Ok(7_u32));
            worker.turn(1).unwrap();
        }
        assert_eq!(served.take(), (0..BURST).collect::<Vec<_>>());
    });
}

#[test]
fn what_a_handler_calls_without_waiting_follows_its_answer() {
    let page = |page: &NativeEndpoint| {
        let own = page.clone();
        serve(page, PAGE, move |name, arguments| match name {
            "Page.calls_back" => {
                own.post(&TELL, TELL.encode_arguments(&(1_u32,)).unwrap()).unwrap();
                Answer::now(&0_u32)
            }
            _ => Answer::now(&arguments.decode::<(u32,)>().unwrap().0),
        });
    };
    with_link(1 << 16, page, |worker| {
        let served = serve_worker(worker);
        assert_eq!(call(worker, &CALLS_BACK, ()), Ok(0_u32));
        assert!(served.borrow().is_empty(), "it is not served on top of the call that is answered");
        worker.sleep_for(60.0).unwrap();
        assert_eq!(served.take(), [1]);
    });
}

#[test]
fn two_ends_that_block_in_each_other_serve_each_other() {
    let both = |endpoint: &NativeEndpoint| {
        serve(endpoint, PAGE, |_, arguments| Answer::now(&arguments.decode::<(u32,)>().unwrap().0));
    };
    let calls = |endpoint: &NativeEndpoint| {
        (0..20_000_u32).for_each(|value| assert_eq!(call(endpoint, &ECHO, (value,)), Ok(value)));
    };
    let page = move |page: &NativeEndpoint| {
        both(page);
        calls(page);
    };
    with_link(1 << 12, page, |worker| {
        both(worker);
        calls(worker);
        worker.sleep_for(50.0).unwrap();
    });
}

#[test]
fn an_answered_call_under_one_that_is_not_is_a_deadlock() {
    let page = |page: &NativeEndpoint| {
        let (own, kept) = (page.clone(), Rc::new(Cell::new(None)));
        serve(page, PAGE, move |name, _| match name {
            "Page.waits" => {
                let back = own.start(&HOLD, HOLD.encode_arguments(&()).unwrap());
                let kept = Rc::clone(&kept);
                let turns = Cell::new(3);
                later(async move {
                    // It goes on after the worker was asked, and does not wait for the answer.
                    std::future::poll_fn(|context| {
                        context.waker().wake_by_ref();
                        turns.update(|turns| turns - 1);
                        if turns.get() == 0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
                    })
                    .await;
                    kept.set(Some(back));
                })
            }
            _ => Answer::Later(Box::pin(std::future::pending())),
        });
    };
    with_link(1 << 16, page, |worker| {
        let _served = serve_worker(worker);
        let start = std::time::Instant::now();
        assert_eq!(call::<_, ()>(worker, &WAITS, ()), Ok(()));
        assert!(start.elapsed() >= Duration::from_secs(3), "it had its time");
    });
}

#[test]
fn an_async_handler_that_a_blocked_call_may_wait_for_is_a_deadlock_later_than_one_that_it_does() {
    let page = |page: &NativeEndpoint| {
        let own = page.clone();
        serve(page, PAGE, move |_, _| {
            let own = own.clone();
            later(async move {
                let outcome = own.start(&LATE, LATE.encode_arguments(&()).unwrap()).await;
                outcome.unwrap_err().to_string()
            })
        });
    };
    with_link(1 << 16, page, |worker| {
        let _served = serve_worker(worker);
        let start = std::time::Instant::now();
        let error: String = call(worker, &WAITS, ()).unwrap();
        assert!(error.contains("Page.waits") && error.contains("Worker.late"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(3), "it is proven to wait");
    });
}

static EVENT: Method = of_loop(Method::new("Realm.event", "()->bool", None));
static ENTER: Method = Method::new("Realm.enter", "()->bool", None);
static REALM: &[Method] = &[EVENT, ENTER];

/// Has a blocked realm called, and gives for each call if the realm was still blocked when it served it.
///
/// The calls: an event, one that the peer's loop stands still for, a call of code, and an event that descends from the blocked call.
fn found_blocked(realms: fn() -> Platform) -> [bool; 4] {
    let realm = |realm: &NativeEndpoint| {
        let blocked = Rc::new(Cell::new(false));
        let seen = Rc::clone(&blocked);
        serve(realm, REALM, move |_, _| Answer::now(&seen.get()));
        for _ in 0..2 {
            blocked.set(true);
            assert_eq!(call::<_, ()>(realm, &WAITS, ()), Ok(()));
            blocked.set(false);
        }
    };
    let settled = |mut call: CallFuture<NativeWords>, peer: &NativeEndpoint| loop {
        peer.turn(1).unwrap();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        if let std::task::Poll::Ready(payload) = std::pin::Pin::new(&mut call).poll(&mut context) {
            return EVENT.decode_result(payload.unwrap()).unwrap();
        }
    };
    with_link_of(1 << 16, realms, realm, |peer| {
        let (waits, goes_on) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let (own, counted, free) = (peer.clone(), Rc::clone(&waits), Rc::clone(&goes_on));
        let descending = Rc::new(RefCell::new(None));
        let kept = Rc::clone(&descending);
        serve(peer, PAGE, move |_, _| {
            counted.update(|count| count + 1);
            if counted.get() == 2 {
                kept.replace(Some(own.start_at_once(&EVENT, EVENT.encode_arguments(&()).unwrap())));
            }
            let free = Rc::clone(&free);
            later(std::future::poll_fn(move |context| {
                context.waker().wake_by_ref();
                if free.get() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            }))
        });
        let turn_until = |wanted: u32| {
            while waits.get() < wanted {
                peer.turn(1).unwrap();
            }
        };
        turn_until(1);
        let arguments = || EVENT.encode_arguments(&()).unwrap();
        let event = peer.start_at_once(&EVENT, arguments());
        let code = peer.start_at_once(&ENTER, ENTER.encode_arguments(&()).unwrap());
        let (waited_for, ()) = peer.start_urgent(&EVENT, arguments(), |_| ());
        let code = settled(code, peer);
        goes_on.set(true);
        let [event, waited_for] = [event, waited_for].map(|call| settled(call, peer));
        turn_until(2);
        let descends = settled(descending.take().unwrap(), peer);
        [event, waited_for, code, descends]
    })
}

#[test]
fn a_realm_that_keeps_its_turns_serves_no_event_while_it_is_blocked_but_one_that_descends() {
    assert_eq!(found_blocked(platform), [true, true, true, true]);
    let keeps_turns = || {
        let platform = platform();
        platform.nesting.keep_turns();
        platform
    };
    assert_eq!(found_blocked(keeps_turns), [false, false, true, true]);
}

#[test]
fn each_event_has_a_turn_of_its_own_and_what_came_after_it_waits() {
    let words = NativeWords::new(link_bytes(1 << 16));
    let link = Link::create(words.clone(), 1 << 16).unwrap();
    let attached = Link::attach(words).unwrap();
    let keeps_turns = platform();
    keeps_turns.nesting.keep_turns();
    let nesting = Rc::clone(&keeps_turns.nesting);
    let (peer, realm) = (Endpoint::new(link, platform()), Endpoint::new(attached, keeps_turns));
    let served = Rc::new(RefCell::new(Vec::new()));
    let own = Rc::clone(&served);
    serve(&realm, REALM, move |method, _| {
        own.borrow_mut().push(method);
        Answer::now(&true)
    });
    let send = |method: &'static Method| peer.start_at_once(method, method.encode_arguments(&()).unwrap());
    let in_one_turn = || {
        while realm.turn(1).unwrap() {}
        served.take()
    };
    let _calls = [&EVENT, &EVENT, &ENTER].map(send);
    assert_eq!(in_one_turn(), ["Realm.event"]);
    assert_eq!(in_one_turn(), [""; 0]);
    nesting.begin_turn();
    assert_eq!(in_one_turn(), ["Realm.event", "Realm.enter"]);
    // After other code, too.
    let _more = [&EVENT, &EVENT].map(send);
    assert_eq!(in_one_turn(), [""; 0]);
    assert!(realm.has_waiting() && nesting.is_turn_over());
    // A realm that sleeps has no turns to give.
    realm.sleep_for(5.0).unwrap();
    assert_eq!(served.take(), ["Realm.event", "Realm.event"]);
}
