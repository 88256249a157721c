//! Programs of the workers. A program that finds a fault fails with its description.

use crate::services::{DeskClient, DeskError, Hand, HandServer, Letter, sleep};
use sabir::{Bytes, CallError, CloseReason, Interrupted, Page, ServiceError};
use std::cell::RefCell;
use std::fmt::Debug;

type Checked = Result<(), String>;

fn check<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Checked {
    if got == expected { Ok(()) } else { Err(format!("{what}: got {got:?}, expected {expected:?}")) }
}

fn desk(page: &Page) -> DeskClient<Page> {
    console_error_panic_hook::set_once();
    DeskClient::new(page.clone())
}

struct Helper {
    page: Page,
    log: RefCell<Vec<i32>>,
}

/// Serves what workers do.
fn serve(page: &Page) {
    page.serve(HandServer::new(Helper { page: page.clone(), log: RefCell::default() }));
}

impl Hand for Helper {
    fn double(&self, value: i32) -> i32 {
        2 * value
    }

    async fn later(&self, delay_ms: u32) -> i32 {
        sleep(delay_ms).await;
        delay_ms as i32
    }

    fn explode(&self, why: String) {
        panic!("exploded: {why}");
    }

    fn throws(&self, what: String) {
        wasm_bindgen::throw_str(&what);
    }

    fn ask_back(&self, value: i32) -> i32 {
        self.log.borrow_mut().push(value);
        let answer = DeskClient::new(self.page.clone()).echo(value).expect("the page answers");
        self.log.borrow_mut().push(answer);
        answer
    }

    fn ask_aside(&self, value: i32) {
        self.ask_back(value);
    }

    fn log(&self) -> Vec<i32> {
        self.log.borrow().clone()
    }

    fn pass_gate(&self) -> Result<(), String> {
        DeskClient::new(self.page.clone()).gate().map_err(|error| error.to_string())
    }
}

/// Every kind of value, there and back.
#[sabir::worker]
pub fn values(page: Page) -> Checked {
    let desk = desk(&page);
    check("echo", desk.echo(-7), Ok(-7))?;
    let letter = Letter {
        to: "Ådne 🚀".to_owned(),
        stamp: Some(-0.5),
        pages: (0..3).map(|page| (page, vec![page; 1 << (4 * page)].into())).collect(),
    };
    check("letter", desk.letter(letter.clone()), Ok(letter))?;
    for error in [DeskError::Closed, DeskError::Missing { what: "ink".to_owned(), count: u64::MAX }] {
        check("the page's own error", desk.fail(error.clone()), Err(ServiceError::Service(error)))?;
    }
    check("an async handler", desk.after(20), Ok(20))
}

/// Many calls, each answered right.
#[sabir::worker]
pub fn hot_calls(page: Page) -> Checked {
    let desk = desk(&page);
    (0..100_000).try_for_each(|value| check("echo", desk.echo(value), Ok(value)))
}

/// A payload that is larger than the ring.
#[sabir::worker]
pub fn large_bytes(page: Page) -> Checked {
    let desk = desk(&page);
    let bytes: Vec<u8> = (0..(64 << 20) + 1).map(|index: u32| (index % 251) as u8).collect();
    let back = desk.bytes(Bytes::from(bytes.clone())).map_err(|error| error.to_string())?;
    check("64 MB + 1 byte come back intact", *back == *bytes, true)
}

/// One-way calls, in order among calls.
#[sabir::worker]
pub fn notes(page: Page) -> Checked {
    let desk = desk(&page);
    for value in 0..20_000 {
        check("note", desk.note(value), Ok(()))?;
        if value % 1000 == 0 {
            check("noted", desk.noted(), Ok(Some(value)))?;
        }
    }
    check("noted", desk.noted(), Ok(Some(19_999)))
}

/// A call that times out, and calls after it.
#[sabir::worker]
pub fn timeout(page: Page) -> Checked {
    let desk = desk(&page);
    for value in 0..3 {
        let expected = CallError::TimedOut { method: "Desk.never".to_owned(), limit_ms: 100 };
        check("never", desk.never(), Err(expected))?;
        check("echo", desk.echo(value), Ok(value))?;
    }
    Ok(())
}

/// Interrupted in a call, and between calls.
#[sabir::worker]
pub fn interrupted(page: Page) -> Checked {
    let desk = desk(&page);
    check("note", desk.note(0), Ok(()))?;
    let expected = CallError::Interrupted { method: "Desk.forever".to_owned() };
    check("in a call", desk.forever(), Err(expected))?;
    check("once", page.check_interrupt(), Ok(()))?;
    check("note", desk.note(1), Ok(()))?;
    while page.check_interrupt() != Err(Interrupted) {}
    check("after it", desk.echo(1), Ok(1))
}

/// Called by the page while it is blocked, to any sensible depth.
#[sabir::worker]
pub fn nested(page: Page) -> Checked {
    let desk = desk(&page);
    serve(&page);
    // The page learns which worker this is once it has started.
    check("after", desk.after(100), Ok(100))?;
    for value in 0..100 {
        check("doubled while blocked", desk.have_doubled(value), Ok(2 * value))?;
    }
    let cycle = desk.have_answered_later();
    match &cycle {
        Err(ServiceError::Service(error))
            if error.contains("Desk.have_answered_later") && error.contains("Hand.later") => {}
        _ => {
            return Err(format!("a cycle should be an error that names both calls, not {cycle:?}"));
        }
    }
    check("after the cycle", desk.echo(1), Ok(1))
}

/// Waits for what cannot come: each is an error, and all goes on.
#[sabir::worker]
pub fn cycles(page: Page) -> Checked {
    let desk = desk(&page);
    serve(&page);
    // The page learns which worker this is once it has started.
    check("after", desk.after(100), Ok(100))?;
    let cycle = desk.have_answered_after_a_pause();
    match &cycle {
        Err(ServiceError::Service(error)) if error.contains("Hand.later") => {}
        _ => return Err(format!("a cycle should be an error that names the call, not {cycle:?}")),
    }
    check("after the cycle", desk.echo(1), Ok(1))?;
    check("an outer call ends before an inner one", desk.have_gate_passed(), Ok(()))?;
    check("the gate", desk.open_gate(), Ok(()))?;
    check("after the gate", desk.echo(2), Ok(2))
}

/// Serves while it is blocked in a call for a while, and then from its event loop.
#[sabir::worker]
pub fn pausing(page: Page) -> Checked {
    serve(&page);
    check("after", desk(&page).after(200), Ok(200))
}

/// Serves, from its event loop.
#[sabir::worker]
pub fn serving(page: Page) {
    console_error_panic_hook::set_once();
    serve(&page);
}

/// Serves while it is blocked for good.
#[sabir::worker]
pub fn waiting(page: Page) -> Checked {
    serve(&page);
    check("forever", desk(&page).forever(), Ok(()))
}

/// Serves while it computes, until it is interrupted, and then from its event loop.
#[sabir::worker]
pub fn computing(page: Page) -> Checked {
    serve(&page);
    while page.check_interrupt() != Err(Interrupted) {
        page.serve_arrived().map_err(|reason| reason.to_string())?;
    }
    Ok(())
}

/// Looks for an interrupt for a while, in vain, and serves from its event loop.
#[sabir::worker]
pub fn looking(page: Page) -> Checked {
    serve(&page);
    let end = js_sys::Date::now() + 50.0;
    while js_sys::Date::now() < end {
        check("nobody interrupts", page.check_interrupt(), Ok(()))?;
    }
    Ok(())
}

/// An async program: it awaits, and blocks between.
#[sabir::worker]
pub async fn awaiting(page: Page) -> Checked {
    sleep(10).await;
    check("echo", desk(&page).echo(3), Ok(3))
}

/// Gives a call up after it has been in its event loop, and serves from there.
#[sabir::worker]
pub async fn giving_up(page: Page) -> Checked {
    serve(&page);
    sleep(50).await;
    let expected = CallError::TimedOut { method: "Desk.never".to_owned(), limit_ms: 100 };
    check("never", desk(&page).never(), Err(expected))
}

/// Blocked for good.
#[sabir::worker]
pub fn blocked(page: Page) -> Checked {
    check("forever", desk(&page).forever(), Ok(()))
}

/// Calls a handler of the page's that throws.
#[sabir::worker]
pub fn thrown_at(page: Page) -> Checked {
    match desk(&page).throws("thrown on the page".to_owned()) {
        Err(CallError::Closed { reason: CloseReason::Panicked(what), .. })
            if what.contains("thrown on the page") =>
        {
            Ok(())
        }
        other => Err(format!("the page has thrown, and that came to {other:?}")),
    }
}

/// Panics as soon as it starts.
#[sabir::worker]
pub fn panicking(_page: Page) {
    panic!("no luck today");
}

/// Fails as soon as it starts.
#[sabir::worker]
pub fn failing(_page: Page) -> Checked {
    Err("no paper".to_owned())
}

/// Ends its own realm, without a word, in the middle of the page's call.
#[sabir::worker]
pub fn closing(page: Page) {
    #[wasm_bindgen::prelude::wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = close)]
        fn close_realm();
    }
    struct Closing;
    impl Hand for Closing {
        fn double(&self, value: i32) -> i32 {
            value
        }
        async fn later(&self, _delay_ms: u32) -> i32 {
            close_realm();
            std::future::pending().await
        }
        fn explode(&self, _why: String) {}
        fn throws(&self, _: String) {}

        fn ask_back(&self, value: i32) -> i32 {
            value
        }
        fn ask_aside(&self, _value: i32) {}
        fn log(&self) -> Vec<i32> {
            Vec::new()
        }
        fn pass_gate(&self) -> Result<(), String> {
            Ok(())
        }
    }
    page.serve(HandServer::new(Closing));
}
