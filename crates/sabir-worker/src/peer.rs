//! Another worker, as a worker's program sees it.

use sabir_core::codec::Payload;
use sabir_core::service::{AsyncCaller, BlockingCaller, Method, Service};
use sabir_core::{CallError, CloseReason};
use sabir_realm::JsEndpoint;
use sabir_remote::{Blocks, Decode, Handler, NameError, Remote, RemoteFunction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;

/// Another worker of the same page, over a link of their own: [`Page::connect`](crate::Page::connect) gives one, and
/// [`Page::accept`](crate::Page::accept) the other.
///
/// Both ends call and serve. Calls block this worker, and only it; while they do, calls of the other one and of the page are
/// served. Clients of services are made over it, as over [`Page`](crate::Page). Cloning gives another handle to the same link.
#[derive(Clone, Debug)]
pub struct Peer {
    pub(crate) endpoint: JsEndpoint,
    pub(crate) remote: Rc<Remote>,
    name: Option<Rc<str>>,
}

impl Peer {
    pub(crate) fn new(endpoint: JsEndpoint, remote: Rc<Remote>, name: Option<String>) -> Peer {
        Peer { endpoint, remote, name: name.map(Rc::from) }
    }

    /// The name that the page has given the other worker, if any.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Serves `service` to the other worker from now on: while this one is blocked in a call, and in its event loop.
    pub fn serve(&self, service: Rc<dyn Service>) {
        self.endpoint.serve(service);
    }

    /// The function that the other worker exports as `name`: for a time limit, or what is to be transferred.
    pub fn function(&self, name: &str) -> RemoteFunction<Blocks> {
        RemoteFunction::new(&self.remote, name)
    }

    /// Calls the function that the other worker exports as `name` with a tuple of arguments; blocks until the answer is there.
    ///
    /// ```no_run
    /// # fn double(calculator: &sabir_worker::Peer) -> Result<(), sabir_remote::NameError> {
    /// let doubled: i32 = calculator.call("double", (21,))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`NameError`]
    pub fn call<A: Serialize, T: DeserializeOwned>(&self, name: &str, arguments: A) -> Result<T, NameError> {
        self.function(name).call(arguments)
    }

    /// As [`call`](Peer::call), but does not block: the call is on its way when this returns.
    pub fn call_async<A: Serialize, T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: A,
    ) -> impl Future<Output = Result<T, NameError>> + 'static + use<A, T> {
        self.function(name).call_async(arguments)
    }

    /// Exports a function: the other worker calls it by `name`, also while this one is blocked in a call.
    pub fn export<A: Decode, R: Serialize>(
        &self,
        name: &str,
        handler: impl Handler<A, Result = R> + 'static,
    ) {
        self.remote.export(name, handler);
    }

    /// Exports a function whose error is thrown at its caller.
    pub fn try_export<A, T, E>(&self, name: &str, handler: impl Handler<A, Result = Result<T, E>> + 'static)
    where
        A: Decode,
        T: Serialize,
        E: Display,
    {
        self.remote.try_export(name, handler);
    }

    /// Exports an async function.
    pub fn export_async<A, F>(&self, name: &str, handler: impl Handler<A, Result = F> + 'static)
    where
        A: Decode + 'static,
        F: Future<Output: Serialize> + 'static,
    {
        self.remote.export_async(name, handler);
    }

    /// Ends the link. Calls in flight end as closed, at both ends.
    pub fn close(&self) {
        self.end(&CloseReason::Closed);
    }

    pub(crate) fn end(&self, reason: &CloseReason) {
        self.endpoint.close(reason);
        sabir_realm::schedule();
    }

    /// Why the link has ended, if it has.
    pub fn closed(&self) -> Option<CloseReason> {
        self.endpoint.control().closed()
    }
}

impl BlockingCaller for Peer {
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        sabir_realm::keep_hook();
        self.endpoint.call(method, arguments)
    }

    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        sabir_realm::keep_hook();
        self.endpoint.call_value(method, arguments)
    }

    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        sabir_realm::keep_hook();
        self.endpoint.send(method, arguments)
    }
}

impl AsyncCaller for Peer {
    type Call = <JsEndpoint as AsyncCaller>::Call;

    fn start(&self, method: &'static Method, arguments: Payload) -> Self::Call {
        self.endpoint.start(method, arguments)
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.endpoint.post(method, arguments)
    }
}
