//! The page, as a worker's program sees it.

use sabir_core::codec::Payload;
use sabir_core::service::{AsyncCaller, BlockingCaller, Method, Service};
use sabir_core::{CallError, CloseReason, Counts, Interrupted};
use sabir_realm::JsEndpoint;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;

/// The page that started this worker: what the program calls, and what it serves to it.
///
/// Calls block this worker, and only it; while they do, calls of the page are served.
/// Cloning gives another handle to the same page.
#[derive(Clone, Debug)]
pub struct Page(JsEndpoint);

impl Page {
    pub(crate) fn new(endpoint: JsEndpoint) -> Self {
        Page(endpoint)
    }

    /// Serves `service` to the page from now on: while this worker is blocked in a call, and in its event loop.
    pub fn serve(&self, service: Rc<dyn Service>) {
        self.0.serve(service);
    }

    /// Ends a computation if the page has interrupted it; for loops that make no calls. Does not block.
    ///
    /// # Errors
    /// [`Interrupted`], once for each interrupt.
    pub fn check_interrupt(&self) -> Result<(), Interrupted> {
        self.0.check_interrupt()
    }

    /// Serves what the page has called meanwhile; for loops that make no calls. Does not block.
    ///
    /// # Errors
    /// Why the link has ended.
    pub fn serve_arrived(&self) -> Result<(), CloseReason> {
        while self.0.turn(1)? {}
        self.0.check_open()
    }

    /// How many calls this worker has made and served.
    pub fn counts(&self) -> Counts {
        self.0.counts()
    }
}

impl BlockingCaller for Page {
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        sabir_realm::keep_hook();
        self.0.call(method, arguments)
    }

    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        sabir_realm::keep_hook();
        self.0.call_value(method, arguments)
    }

    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        sabir_realm::keep_hook();
        self.0.send(method, arguments)
    }
}

impl AsyncCaller for Page {
    type Call = <JsEndpoint as AsyncCaller>::Call;

    fn start(&self, method: &'static Method, arguments: Payload) -> Self::Call {
        self.0.start(method, arguments)
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.0.post(method, arguments)
    }
}
