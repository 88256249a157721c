//! Doorbells: they wake a realm that sleeps in its event loop.

use crate::JsEndpoint;
use crate::js;
use js_sys::Function;
use sabir_core::doorbell::Parked;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// How an endpoint in an event loop is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doorbell {
    /// `Atomics.waitAsync` on its parked word.
    WaitAsync,
    /// A message of the platform. In Firefox it must be the worker's own `postMessage`: a MessagePort's message may wait
    /// until a blocked sender is free again (<https://bugzilla.mozilla.org/show_bug.cgi?id=1956778>).
    Message,
    /// Whatever brings the peer's frames runs the pump as well: there is nothing to wait for, and nothing to poll.
    Carrier,
}

impl Doorbell {
    /// The best that this realm has.
    pub fn detect() -> Doorbell {
        if js::has_wait_async() { Doorbell::WaitAsync } else { Doorbell::Message }
    }
}

/// A realm's wait for one endpoint's parked word.
///
/// The promise of `waitAsync` cannot be cancelled, so there is never a second one: an old one that still waits serves again,
/// and one that was notified is about to run the pump.
#[derive(Debug)]
pub(crate) struct Waiter {
    /// The promise, held while it waits: WebKit holds it for as long as it is reachable, and collects its wake-up with it
    /// (<https://bugs.webkit.org/show_bug.cgi?id=272896>).
    waiting: RefCell<Option<js::Waiting>>,
    /// JavaScript's to collect: a promise that waits when the link ends resolves later.
    on_wake: Function,
}

impl Waiter {
    /// `wake` runs in a task of its own when the endpoint is unparked; it must disarm the waiter.
    pub fn new(wake: impl FnMut(JsValue) + 'static) -> Self {
        let on_wake = Closure::<dyn FnMut(JsValue)>::new(wake).into_js_value();
        Waiter { waiting: RefCell::default(), on_wake: on_wake.unchecked_into() }
    }

    pub fn disarm(&self) {
        self.waiting.take();
    }

    /// Waits for the endpoint to be unparked; false if it already was.
    pub fn arm(&self, endpoint: &JsEndpoint, how: Parked) -> bool {
        if self.waiting.borrow().is_some() {
            return true;
        }
        let control = endpoint.control();
        let waiting = js::wait_async(control.words().array(), control.parked_index() as u32, how.word());
        if !waiting.is_async() {
            return false;
        }
        let waiting = waiting.value();
        waiting.then(&self.on_wake);
        self.waiting.replace(Some(waiting));
        true
    }
}
