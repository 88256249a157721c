//! The services of the page, and of its workers.

use js_sys::Promise;
use sabir::{Bytes, CallError, Worker};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Served by the page.
#[sabir::service]
pub trait Desk {
    /// Returns what it is given.
    fn echo(&self, value: i32) -> i32;
    /// Returns the bytes it is given.
    fn bytes(&self, bytes: Bytes) -> Bytes;
    /// Returns the letter it is given.
    fn letter(&self, letter: Letter) -> Letter;
    /// Fails as it is told.
    fn fail(&self, how: DeskError) -> Result<(), DeskError>;
    /// Answers after some ms.
    async fn after(&self, delay_ms: u32) -> u32;
    /// Never answers; its callers wait for 100 ms.
    #[sabir(timeout_ms = 100)]
    async fn never(&self);
    /// Never answers.
    async fn forever(&self);
    /// Throws an exception of JavaScript's.
    fn throws(&self, what: String);
    /// Says that it is about to block.
    #[sabir(one_way)]
    fn note(&self, value: u32);
    /// The notes so far, if they came in order.
    fn noted(&self) -> Option<u32>;
    /// Has the calling worker double a value, while it is blocked in this call.
    async fn have_doubled(&self, value: i32) -> Result<i32, String>;
    /// Has the calling worker answer asynchronously, while it is blocked in this call: a true cycle.
    async fn have_answered_later(&self) -> Result<i32, String>;
    /// The same, but after a pause: nothing shows any more that it is done for the calling worker.
    async fn have_answered_after_a_pause(&self) -> Result<i32, String>;
    /// Has the calling worker pass the gate, and answers before that is done.
    async fn have_gate_passed(&self);
    /// Answers once the gate is open.
    async fn gate(&self);
    /// Opens the gate.
    fn open_gate(&self);
}

/// Served by workers.
#[sabir::service]
pub trait Hand {
    /// Doubles a value.
    fn double(&self, value: i32) -> i32;
    /// Answers from the worker's event loop, after some ms.
    async fn later(&self, delay_ms: u32) -> i32;
    /// Panics.
    fn explode(&self, why: String);
    /// Throws an exception of JavaScript's.
    fn throws(&self, what: String);
    /// Asks the page, in turn, and blocks for it; the log has its start and its end.
    fn ask_back(&self, value: i32) -> i32;
    /// The same, without an answer.
    #[sabir(one_way)]
    fn ask_aside(&self, value: i32);
    /// The values of [`Hand::ask_back`] and [`Hand::ask_aside`], at each start and at each end.
    fn log(&self) -> Vec<i32>;
    /// Blocks until the page's gate is open.
    fn pass_gate(&self) -> Result<(), String>;
}

/// A value with most kinds of things in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Text.
    pub to: String,
    /// Nothing, or a number.
    pub stamp: Option<f64>,
    /// Bulk bytes, deep inside.
    pub pages: Vec<(u8, Bytes)>,
}

/// An error of the page's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DeskError {
    /// Without data.
    Closed,
    /// With data.
    Missing {
        /// The missing thing.
        what: String,
        /// How many.
        count: u64,
    },
}

/// Waits for some ms.
pub async fn sleep(delay_ms: u32) {
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(callback: &js_sys::Function, delay_ms: u32) -> JsValue;
    }
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, delay_ms);
    });
    JsFuture::from(promise).await.expect("a timer's promise resolves");
}

/// The page's desk.
#[derive(Clone, Debug, Default)]
pub struct Clerk {
    notes: Rc<Cell<Option<u32>>>,
    gate: Rc<Cell<bool>>,
    /// The outcome of what [`Desk::have_gate_passed`] left behind.
    pub passed: Rc<RefCell<Option<Result<(), String>>>>,
    /// The worker that calls, once it is known.
    pub worker: Rc<RefCell<Option<Worker>>>,
}

impl Clerk {
    fn hand(&self) -> HandAsyncClient<Worker> {
        HandAsyncClient::new(self.worker.borrow().clone().expect("the test has set the worker"))
    }

    /// How many notes came.
    pub fn notes(&self) -> Option<u32> {
        self.notes.get()
    }
}

impl Desk for Clerk {
    fn echo(&self, value: i32) -> i32 {
        value
    }

    fn bytes(&self, bytes: Bytes) -> Bytes {
        bytes
    }

    fn letter(&self, letter: Letter) -> Letter {
        letter
    }

    fn fail(&self, how: DeskError) -> Result<(), DeskError> {
        Err(how)
    }

    async fn after(&self, delay_ms: u32) -> u32 {
        sleep(delay_ms).await;
        delay_ms
    }

    async fn never(&self) {
        std::future::pending().await
    }

    async fn forever(&self) {
        std::future::pending().await
    }

    fn throws(&self, what: String) {
        wasm_bindgen::throw_str(&what);
    }

    fn note(&self, value: u32) {
        let expected = self.notes.get().map_or(0, |last| last + 1);
        if value == expected {
            self.notes.set(Some(value));
        }
    }

    fn noted(&self) -> Option<u32> {
        self.notes.get()
    }

    async fn have_doubled(&self, value: i32) -> Result<i32, String> {
        self.hand().double(value).await.map_err(|error: CallError| error.to_string())
    }

    async fn have_answered_later(&self) -> Result<i32, String> {
        self.hand().later(0).await.map_err(|error| error.to_string())
    }

    async fn have_answered_after_a_pause(&self) -> Result<i32, String> {
        sleep(1).await;
        self.have_answered_later().await
    }

    async fn have_gate_passed(&self) {
        let (call, passed) = (self.hand().pass_gate(), self.passed.clone());
        spawn_local(async move {
            let outcome = call.await.map_err(|error| error.to_string());
            passed.replace(Some(outcome));
        });
        sleep(50).await;
    }

    async fn gate(&self) {
        while !self.gate.get() {
            sleep(5).await;
        }
    }

    fn open_gate(&self) {
        self.gate.set(true);
    }
}
