//! The protocol under loom, which tries every interleaving and every stale value that the memory model allows.
//!
//! Run by `cargo xtask test loom`. A lost wake-up is a deadlock, and loom reports it; so is a call that nothing ends.

use crate::doorbell::{Event, Parked, Woken};
use crate::error::{CallError, CloseReason};
use crate::layout::link_bytes;
use crate::link::Link;
use crate::service::{Answer, Arguments, BlockingCaller, Method, Service, SmallAnswer};
use crate::words::{NativeWords, Words};
use crate::{Endpoint, Platform};
use loom::thread;
use std::rc::Rc;

const CAPACITY: usize = 64;

/// Explores with at most `preemptions` switches that no thread asked for: with three, nearly every known bug shows
/// (Musuvathi and Qadeer, 2007).
fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

fn link() -> (Link<NativeWords>, Link<NativeWords>) {
    let words = NativeWords::new(link_bytes(CAPACITY));
    let a = Link::create(words.clone(), CAPACITY).unwrap();
    (a, Link::attach(words).unwrap())
}

/// Sleeps as an endpoint does, until `ready`.
fn sleep_until(
    link: &mut Link<NativeWords>,
    how: Parked,
    mut ready: impl FnMut(&mut Link<NativeWords>) -> bool,
) {
    while !ready(link) {
        link.control.own.announce(how);
        if !ready(link) {
            link.control.own.sleep(how, f64::INFINITY);
        }
        link.control.own.retract();
    }
}

#[test]
fn every_byte_arrives_and_no_wake_up_is_lost() {
    explore(3, || {
        let (mut a, mut b) = link();
        // More than the ring takes: the writer sleeps for space too.
        let frames = [[1_u8; 32], [2; 32], [3; 32]];
        let writer = thread::spawn(move || {
            for frame in &frames {
                sleep_until(&mut a, Parked::FOR_SPACE, |a| a.producer.free(32).unwrap() >= 32);
                a.producer.send(frame);
            }
        });
        for frame in &frames {
            sleep_until(&mut b, Parked::FOR_FRAMES, |b| b.consumer.available(1).unwrap() > 0);
            let mut bytes = b.consumer.header().to_vec();
            b.consumer.append(16, 16, &mut bytes);
            assert_eq!(bytes, frame);
            b.consumer.release(32);
        }
        writer.join().unwrap();
    });
}

#[test]
fn of_two_who_wake_a_sleeper_one_sends_the_message() {
    explore(3, || {
        let (a, b) = link();
        b.control.own.announce(Parked::FOR_FRAMES.by_message());
        let control = a.control();
        let closer = thread::spawn(move || control.interrupt_peer());
        let woken = a.control.peer.unpark(Event::Arrival) == Woken::MessageDue;
        assert!(closer.join().unwrap() != woken);
    });
}

/// The doorbell's handshake by hand, with a step changed: word 0 is what is published, word 1 how the sleeper sleeps.
fn handshake(changed: &'static str) {
    explore(3, move || {
        let words = NativeWords::new(8);
        let sleeper = words.clone();
        let sleeper = thread::spawn(move || {
            let looked = sleeper.load_acquire(0) != 0;
            sleeper.swap(1, 1);
            if changed != "no fence" {
                sleeper.fence();
            }
            let ready =
                if changed == "look before announcing" { looked } else { sleeper.load_acquire(0) != 0 };
            if !ready {
                sleeper.wait(1, 1, f64::INFINITY);
            }
        });
        words.store_release(0, 1);
        if changed != "no fence" {
            words.fence();
        }
        if words.load_acquire(1) != 0 && words.swap(1, 0) != 0 && changed != "no notify" {
            words.notify(1);
        }
        sleeper.join().unwrap();
    });
}

/// Loom cannot unwind from every deadlock: each handshake is tried in a process of its own, which runs this very test.
#[test]
fn the_checker_finds_what_is_wrong_with_lesser_handshakes() {
    const CHANGED: &str = "SABIR_CHANGED_HANDSHAKE";
    let variants = ["nothing", "no fence", "look before announcing", "no notify"];
    if let Ok(changed) = std::env::var(CHANGED) {
        return handshake(variants.into_iter().find(|variant| *variant == changed).unwrap());
    }
    for changed in variants {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "models::the_checker_finds_what_is_wrong_with_lesser_handshakes"]);
        let output = child.env(CHANGED, changed).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.success(), changed == "nothing", "with {changed}: {said}");
        assert_eq!(said.contains("deadlock"), changed != "nothing", "with {changed}: {said}");
    }
}

static ECHO: Method = Method::new("Model.echo", "(u8)->u8", None);
static BACK: Method = Method::new("Model.back", "(u8)->u8", None);
static NEVER: Method = Method::new("Model.never", "(u8)->u8", None);
static METHODS: &[Method] = &[ECHO, BACK, NEVER];

/// `echo` answers what it is asked, small frames too; `back` asks the other endpoint's `echo` first; `never` does not answer.
struct Model(Endpoint<NativeWords>);

impl Service for Model {
    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    fn serve(&self, index: usize, arguments: Arguments) -> Answer {
        let (value,) = arguments.decode::<(u8,)>().unwrap();
        match index {
            0 => Answer::now(&value),
            1 => Answer::now(&ask(&self.0, &ECHO, value).unwrap()),
            _ => Answer::Later(Box::pin(std::future::pending())),
        }
    }

    fn serve_small(&self, index: usize, arguments: &[u8], into: &mut [u8]) -> SmallAnswer {
        match index {
            0 => SmallAnswer::by(arguments, into, |(value,): (u8,)| value),
            _ => SmallAnswer::Declined,
        }
    }
}

fn endpoint(link: Link<NativeWords>) -> Endpoint<NativeWords> {
    let wake_by_message = Rc::new(|| unreachable!("both ends sleep on words"));
    let platform = Platform {
        now_ms: || 0.0,
        schedule: || {},
        spins: 1,
        turn_others: || crate::Others::None,
        wake_by_message,
        nesting: Rc::default(),
    };
    let endpoint = Endpoint::new(link, platform);
    endpoint.serve(Rc::new(Model(endpoint.clone())));
    endpoint
}

fn ask(endpoint: &Endpoint<NativeWords>, method: &'static Method, value: u8) -> Result<u8, CallError> {
    endpoint.call_value(method, &(value,))
}

/// Serves until the link closes.
fn serve(endpoint: &Endpoint<NativeWords>) {
    loop {
        match endpoint.turn(1) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(_) => return,
        }
        if endpoint.check_open().is_err() {
            return;
        }
        if let Some(how) = endpoint.park(false) {
            endpoint.control().own.sleep(how, f64::INFINITY);
            endpoint.control().own.retract();
        }
    }
}

/// Runs `worker` against an endpoint that serves, and `meanwhile` in a third thread, with the server's control words.
fn with_server(
    preemptions: usize,
    meanwhile: impl Fn(&crate::Control<NativeWords>) + Send + Sync + Copy + 'static,
    worker: impl Fn(&Endpoint<NativeWords>) + Send + Sync + 'static,
) {
    explore(preemptions, move || {
        let (a, b) = link();
        let control = a.control();
        let server = thread::spawn(move || serve(&endpoint(a)));
        let third = thread::spawn(move || meanwhile(&control));
        let caller = endpoint(b);
        worker(&caller);
        caller.close(&CloseReason::Closed);
        third.join().unwrap();
        server.join().unwrap();
    });
}

#[test]
fn calls_nest() {
    with_server(2, |_| {}, |worker| assert_eq!(ask(worker, &BACK, 7), Ok(7)));
}

#[test]
fn a_close_that_races_a_call_ends_it() {
    let close = |control: &crate::Control<NativeWords>| {
        let _ = control.close(&CloseReason::Terminated);
    };
    with_server(2, close, |worker| match ask(worker, &ECHO, 7) {
        Ok(value) => assert_eq!(value, 7),
        Err(CallError::Closed { reason, .. }) => assert_eq!(reason, CloseReason::Terminated),
        Err(error) => panic!("{error}"),
    });
}

#[test]
fn an_interrupt_that_races_a_reply_is_delivered_once() {
    let interrupt = |control: &crate::Control<NativeWords>| assert!(!control.interrupt_peer());
    with_server(2, interrupt, |worker| {
        match ask(worker, &ECHO, 7) {
            Ok(value) => assert_eq!(value, 7),
            Err(error) => assert_eq!(error, CallError::Interrupted { method: ECHO.name.to_owned() }),
        }
        // The late answer of the call that was given up is dropped; the interrupt may still come, in place of this one's.
        match ask(worker, &ECHO, 8) {
            Ok(value) => assert_eq!(value, 8),
            Err(error) => assert_eq!(error, CallError::Interrupted { method: ECHO.name.to_owned() }),
        }
    });
}

#[test]
fn a_call_that_is_not_answered_ends_by_an_interrupt_or_a_close() {
    let interrupt = |control: &crate::Control<NativeWords>| assert!(!control.interrupt_peer());
    with_server(2, interrupt, |worker| {
        assert_eq!(ask(worker, &NEVER, 7), Err(CallError::Interrupted { method: NEVER.name.to_owned() }));
    });
    let close = |control: &crate::Control<NativeWords>| {
        let _ = control.close(&CloseReason::Terminated);
    };
    with_server(2, close, |worker| {
        assert!(matches!(ask(worker, &NEVER, 7), Err(CallError::Closed { .. })));
    });
}
