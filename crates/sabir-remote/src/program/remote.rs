//! A program's end: it is opened when either realm first uses it, so that typed services alone do without.

use crate::channel::Channel;
use crate::deferred::Deferred;
use crate::errors::tell_closed;
use crate::names::CALL;
use crate::program::bindings::ProgramEnd;
use crate::program::exports::{Decode, Handler, answering, promising, trying};
use crate::program::scope::Scope;
use crate::server::Server;
use js_sys::{Array, Function};
use sabir_core::Refusal;
use sabir_core::service::{Answer, Arguments, Method, Service, SmallAnswer};
use sabir_fallback::Tunnel;
use sabir_realm::{JsEndpoint, field, messages};
use serde::Serialize;
use std::cell::{Cell, OnceCell};
use std::fmt::Display;
use std::future::Future;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// How a program's end is opened.
#[derive(Debug)]
pub struct RemoteSettings {
    /// True at the page's end.
    pub page: bool,
    /// True if the worker may reach the page's objects.
    pub windowed: bool,
    /// The options of the page's policy; undefined if there is none.
    pub policy: JsValue,
    /// Sends the other realm a message of the platform's: the message, and the list of what is transferred.
    pub send: Function,
    /// A function that is told of each call of this end; true if the page is told, undefined if nobody is.
    pub trace: JsValue,
}

impl RemoteSettings {
    /// A worker's end, without `window` and traces.
    pub fn new(send: impl Fn(JsValue, Array) -> Result<(), JsValue> + 'static) -> RemoteSettings {
        let send = Closure::<dyn Fn(JsValue, Array) -> Result<(), JsValue>>::new(send);
        RemoteSettings {
            page: false,
            windowed: false,
            policy: JsValue::UNDEFINED,
            send: send.into_js_value().unchecked_into(),
            trace: JsValue::UNDEFINED,
        }
    }
}

/// A program's end of a link, for JavaScript's values.
pub struct Remote {
    endpoint: JsEndpoint,
    tunnel: Option<Rc<Tunnel>>,
    settings: RemoteSettings,
    opened: OnceCell<Opened>,
    settled: Cell<bool>,
}

struct Opened {
    end: ProgramEnd,
    server: Server,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Remote({:?})", self.settings)
    }
}

impl Remote {
    /// Has `endpoint` carry JavaScript's values beside its services.
    pub fn serve(endpoint: &JsEndpoint, tunnel: Option<Rc<Tunnel>>, settings: RemoteSettings) -> Rc<Remote> {
        let (opened, settled) = (OnceCell::new(), Cell::new(false));
        let remote = Rc::new(Remote { endpoint: endpoint.clone(), tunnel, settings, opened, settled });
        endpoint.serve(Rc::new(Incoming(Rc::downgrade(&remote))));
        remote
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| {
            let RemoteSettings { page, windowed, policy, send, trace } = &self.settings;
            let end = ProgramEnd::new(*page, *windowed, self.tunnel.is_none(), policy, send, trace);
            let (host, deferred) = (Rc::new(end.host()), Deferred::new());
            let (endpoint, tunnel) = (self.endpoint.clone(), self.tunnel.clone());
            let channel = Channel::over(endpoint, Rc::clone(&host), Rc::clone(&deferred), tunnel);
            end.attach(channel.into());
            if self.settled.get() {
                end.settle();
            }
            let opened = Opened { end, server: Server { host, deferred } };
            if self.endpoint.control().is_closed() {
                self.tell_closed(&opened);
            }
            opened
        })
    }

    pub(crate) fn end(&self) -> &ProgramEnd {
        &self.opened().end
    }

    /// True if the worker may reach the page's objects.
    pub fn is_windowed(&self) -> bool {
        self.settings.windowed
    }

    /// The page's `window`, with its classes known by their names.
    ///
    /// # Errors
    /// The exception, if the page cannot be asked for the names.
    pub fn window(&self) -> Result<JsValue, JsValue> {
        self.end().install_classes()?;
        Ok(self.end().window())
    }

    /// Gives this worker's global scope all that only the page's has.
    ///
    /// # Errors
    /// The exception, if the page cannot be asked for the names.
    pub fn install_globals(&self) -> Result<(), JsValue> {
        self.end().install_globals()
    }

    /// Has the page perform operations for which this worker does not wait. Has no effect where memory is not shared.
    ///
    /// # Errors
    /// The exception, if the code cannot be loaded, or the page has not taken it.
    pub async fn start_pipeline(&self, stacks: bool) -> Result<(), JsValue> {
        JsFuture::from(self.end().start_pipeline(stacks)).await?;
        Ok(())
    }

    /// Exports a function.
    pub fn export<A: Decode, R: Serialize>(
        &self,
        name: &str,
        handler: impl Handler<A, Result = R> + 'static,
    ) {
        self.end().offer(name, &answering(handler));
    }

    /// Exports a function whose error is thrown at its caller.
    pub fn try_export<A, T, E>(&self, name: &str, handler: impl Handler<A, Result = Result<T, E>> + 'static)
    where
        A: Decode,
        T: Serialize,
        E: Display,
    {
        self.end().offer(name, &trying(handler));
    }

    /// Exports an async function.
    pub fn export_async<A, F>(&self, name: &str, handler: impl Handler<A, Result = F> + 'static)
    where
        A: Decode + 'static,
        F: Future<Output: Serialize> + 'static,
    {
        self.end().offer(name, &promising(handler));
    }

    /// The program has had the chance to export: a name that is not exported is an error from now on.
    pub fn settle(&self) {
        self.settled.set(true);
        if let Some(opened) = self.opened.get() {
            opened.end.settle();
        }
    }

    /// Takes a message of the platform's: values that only that can clone. False if it is none of this end's.
    pub fn receive(&self, message: &JsValue) -> bool {
        if field(message, "type").as_string().as_deref() != Some(messages::CARGO) {
            return false;
        }
        self.end().receive_cargo(&field(message, "id"), &field(message, "values"));
        true
    }

    /// Has `unlinked` called with the id of a link between workers whose other end has gone, and `ended` when this link ends.
    pub fn watch_links(&self, unlinked: &Function, ended: &Function) {
        self.end().watch_links(unlinked, ended);
    }

    /// Tells the worker, also while it is blocked, that its link `id` to another one has lost its other end.
    pub fn unlink(&self, id: &str) {
        self.end().unlink(id);
    }

    /// Runs `body`, whose sets and calls without a result go in one message.
    ///
    /// # Errors
    /// The exception of one of them.
    pub fn batch<T>(&self, body: impl FnOnce() -> T) -> Result<T, JsValue> {
        let (mut body, mut result) = (Some(body), None);
        self.end().batch(&mut || result = body.take().map(|body| body()))?;
        result.ok_or(JsValue::UNDEFINED)
    }

    /// Opens a scope: what is borrowed of the other end meanwhile is given back when it is dropped.
    pub fn scope(&self) -> Scope {
        Scope::new(self.end().open_scope())
    }

    /// How many objects of this realm the other one holds, and how many of the other one's this one holds.
    pub fn count_handles(&self) -> [u32; 2] {
        let counts = self.opened.get().map(|opened| opened.end.count_handles());
        counts.and_then(|counts| counts.try_into().ok()).unwrap_or_default()
    }

    /// The link has ended.
    pub fn closed(&self) {
        if let Some(opened) = self.opened.get() {
            self.tell_closed(opened);
        }
    }

    fn tell_closed(&self, opened: &Opened) {
        tell_closed(&opened.server.host, self.endpoint.control());
    }
}

/// Serves the calls of JavaScript's values, and opens the end for the first one.
struct Incoming(Weak<Remote>);

impl Service for Incoming {
    fn methods(&self) -> &'static [Method] {
        &[CALL]
    }

    fn serve(&self, index: usize, arguments: Arguments) -> Answer {
        match self.0.upgrade() {
            Some(remote) => remote.opened().server.serve(index, arguments),
            None => Answer::Now(Err(Refusal::Cancelled)),
        }
    }

    fn serve_small(&self, index: usize, arguments: &[u8], into: &mut [u8]) -> SmallAnswer {
        match self.0.upgrade() {
            Some(remote) => remote.opened().server.serve_small(index, arguments, into),
            None => SmallAnswer::Other(Answer::Now(Err(Refusal::Cancelled))),
        }
    }
}
