//! The page, as a worker's program sees it.

#[cfg(feature = "page")]
use crate::links::Links;
use sabir_core::codec::Payload;
use sabir_core::service::{AsyncCaller, BlockingCaller, Method, Service};
use sabir_core::{CallError, CloseReason, Counts, Interrupted};
use sabir_fallback::{HoldGuard, Tunnel};
use sabir_realm::{Doorbell, JsEndpoint};
#[cfg(feature = "page")]
use sabir_remote::Remote;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use std::time::Duration;

/// The page that started this worker: what the program calls, and what it serves to it.
///
/// Calls block this worker, and only it; while they do, calls of the page are served.
/// A program that computes without calls hears the page by [`check_interrupt`](Page::check_interrupt) and
/// [`serve_arrived`](Page::serve_arrived); without shared memory, within a fifth of a second.
/// Cloning gives another handle to the same page.
#[derive(Clone, Debug)]
pub struct Page {
    endpoint: JsEndpoint,
    /// Where memory is not shared.
    tunnel: Option<Rc<Tunnel>>,
    /// The end for JavaScript's values.
    #[cfg(feature = "page")]
    pub(crate) remote: Rc<Remote>,
    /// The links to other workers.
    #[cfg(feature = "page")]
    pub(crate) links: Rc<Links>,
}

impl Page {
    pub(crate) fn new(
        endpoint: JsEndpoint,
        tunnel: Option<Rc<Tunnel>>,
        #[cfg(feature = "page")] remote: Rc<Remote>,
        #[cfg(feature = "page")] links: Rc<Links>,
    ) -> Self {
        Page {
            endpoint,
            tunnel,
            #[cfg(feature = "page")]
            remote,
            #[cfg(feature = "page")]
            links,
        }
    }

    /// Turns the endpoint from the event loop from now on.
    pub(crate) fn bind(&self, doorbell: Doorbell) {
        #[cfg(feature = "page")]
        let remote = Rc::clone(&self.remote);
        sabir_realm::bind(&self.endpoint, doorbell, move || {
            #[cfg(feature = "page")]
            remote.closed();
        });
    }

    /// Takes a message of the platform's. False if the link itself is to take it.
    #[cfg(feature = "page")]
    pub(crate) fn receive(&self, message: &wasm_bindgen::JsValue) -> bool {
        self.remote.receive(message) || self.links.refuses(message)
    }

    /// Has what a blocking call sends go with its wait, until this is dropped.
    fn hold(&self) -> Option<HoldGuard<'_>> {
        self.tunnel.as_ref().map(|tunnel| tunnel.hold())
    }

    /// Fetches what the page has sent, where it does not come by itself.
    fn look(&self) {
        if let Some(tunnel) = &self.tunnel {
            tunnel.look();
        }
    }

    /// Serves `service` to the page from now on: while this worker is blocked in a call, and in its event loop.
    pub fn serve(&self, service: Rc<dyn Service>) {
        self.endpoint.serve(service);
    }

    /// Ends a computation if the page has interrupted it; for loops that make no calls. Does not block.
    ///
    /// # Errors
    /// [`Interrupted`], once for each interrupt.
    pub fn check_interrupt(&self) -> Result<(), Interrupted> {
        self.look();
        self.endpoint.check_interrupt()
    }

    /// Serves what the page has called meanwhile; for loops that make no calls. Does not block.
    ///
    /// # Errors
    /// Why the link has ended.
    pub fn serve_arrived(&self) -> Result<(), CloseReason> {
        self.look();
        self.endpoint.serve_arrived()?;
        self.endpoint.check_open()
    }

    /// Blocks for `time`, and serves what the page calls meanwhile.
    ///
    /// # Errors
    /// If the page interrupts it, or the link ends.
    pub fn sleep(&self, time: Duration) -> Result<(), CallError> {
        let _held = self.hold();
        self.endpoint.sleep_for(time.as_secs_f64() * 1000.0)
    }

    /// Why the link to the page has ended, if it has.
    pub fn closed(&self) -> Option<CloseReason> {
        self.endpoint.control().closed()
    }

    /// How many calls this worker has made and served.
    pub fn counts(&self) -> Counts {
        self.endpoint.counts()
    }
}

impl BlockingCaller for Page {
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        sabir_realm::keep_hook();
        let _held = self.hold();
        self.endpoint.call(method, arguments)
    }

    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        sabir_realm::keep_hook();
        let _held = self.hold();
        self.endpoint.call_value(method, arguments)
    }

    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        sabir_realm::keep_hook();
        let _held = self.hold();
        self.endpoint.send(method, arguments)
    }
}

impl AsyncCaller for Page {
    type Call = <JsEndpoint as AsyncCaller>::Call;

    fn start(&self, method: &'static Method, arguments: Payload) -> Self::Call {
        self.endpoint.start(method, arguments)
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.endpoint.post(method, arguments)
    }
}
