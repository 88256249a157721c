//! A worker, as the page sees it.

use crate::js;
#[cfg(feature = "page")]
use crate::trace::Trace;
use crate::unshared::UnsharedLink;
use crate::{PassedOver, Transport};
use js_sys::Uint8Array;
use sabir_core::codec::Payload;
use sabir_core::service::{AsyncCaller, Method, Service};
use sabir_core::{CallError, CloseReason, Counts};
use sabir_realm::{JsEndpoint, field, messages, object, text};
#[cfg(feature = "page")]
use sabir_remote::Remote;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

/// A worker that runs a program of this package.
///
/// Async clients of the worker's services are made over it. Cloning gives another handle to the same worker;
/// it is terminated when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Worker(pub(crate) Rc<Inner>);

pub(crate) struct Inner {
    endpoint: JsEndpoint,
    #[cfg(feature = "page")]
    pub remote: Rc<Remote>,
    /// Is given each call of the worker's, if the page traces them.
    #[cfg(feature = "page")]
    trace: Option<Rc<dyn Trace>>,
    port: web_sys::Worker,
    carried: Option<Rc<UnsharedLink>>,
    phase: RefCell<Phase>,
    wakers: RefCell<Vec<Waker>>,
}

/// A worker that has a name, by which others link themselves to it.
#[cfg(feature = "page")]
#[derive(Clone)]
pub(crate) struct Named {
    pub name: String,
    pub worker: Weak<Inner>,
    /// How long it may take to take its end of a link, in ms: if it is blocked until the link is there, it never does.
    pub take_ms: f64,
    /// Takes each worker's messages about links, and ignores others. A package whose page names no worker does without.
    pub introduce: fn(&Rc<Inner>, &str, &JsValue),
}

#[cfg(feature = "page")]
thread_local! {
    /// The workers that have names, the oldest first.
    pub(crate) static NAMED: RefCell<Vec<Named>> = const { RefCell::new(Vec::new()) };
}

/// From when on a timer is late, in ms.
const LATE_MS: f64 = 1000.0;

const CLOSED_ITSELF: &str = "its realm ended: it closed itself, or crashed";

/// How far the worker's program is.
#[derive(Clone, Debug)]
enum Phase {
    Starting,
    Running,
    Returned,
    Failed(Failure),
}

/// How a worker's start failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// As the bootstrap names it.
    pub stage: String,
    pub message: String,
}

/// Why a worker's program has not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotJoined {
    /// Not within the limit.
    TimedOut,
    Failed(Failure),
}

impl Worker {
    /// Serves `service` to the worker from now on.
    pub fn serve(&self, service: Rc<dyn Service>) {
        self.0.endpoint.serve(service);
    }

    /// Interrupts the worker: its innermost blocked call ends with [`CallError::Interrupted`];
    /// if it is not blocked, its next call does, or its next `check_interrupt`.
    pub fn interrupt(&self) {
        self.0.endpoint.interrupt_peer();
    }

    /// Ends the worker at once, whatever it does. Calls in flight to it end with [`CallError::Closed`].
    pub fn terminate(&self) {
        self.0.endpoint.close(&CloseReason::Terminated);
        self.0.end();
    }

    /// The transport of the calls.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// # async fn start() -> Result<(), sabir::StartError> {
    /// let worker = sabir::Worker::builder("greet").spawn().await?;
    /// for better in worker.passed_over() {
    ///     println!("{}, and not {better}", worker.transport());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn transport(&self) -> Transport {
        self.0.carried.as_ref().and_then(|carried| carried.transport()).unwrap_or(Transport::Atomics)
    }

    /// Why each faster transport was passed over, the fastest first.
    pub fn passed_over(&self) -> Vec<PassedOver> {
        self.0.carried.as_ref().map(|carried| carried.passed_over()).unwrap_or_default()
    }

    /// Why the link to the worker has ended, if it has.
    pub fn closed(&self) -> Option<CloseReason> {
        self.0.endpoint.control().closed()
    }

    /// The state of the link at both ends, for people to read: who is blocked in what since when, and what waits.
    ///
    /// The worker's half is missing if it computes for longer than 0.5 s.
    ///
    /// ```no_run
    /// # async fn look(worker: sabir_main::Worker) {
    /// println!("{}", worker.dump().await);
    /// # }
    /// ```
    pub async fn dump(&self) -> String {
        let own = self.0.endpoint.dump();
        let peers = JsEndpoint::peers_dump(self.0.endpoint.start_dump().await);
        format!("the page's end: {own}the worker's end: {peers}")
    }

    /// How many calls the page has made to this worker and served for it.
    pub fn counts(&self) -> Counts {
        self.0.endpoint.counts()
    }

    /// Waits for the program to return. The worker lives on and serves from its event loop.
    ///
    /// # Errors
    /// Why it never will: it failed, panicked or was terminated.
    pub async fn finished(&self) -> Result<(), CloseReason> {
        let inner = &self.0;
        poll_fn(|context| {
            if inner.has_returned() {
                return Poll::Ready(Ok(()));
            }
            if let Some(reason) = self.closed() {
                return Poll::Ready(Err(reason));
            }
            inner.wakers.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl AsRef<web_sys::Worker> for Worker {
    fn as_ref(&self) -> &web_sys::Worker {
        &self.0.port
    }
}

impl AsyncCaller for Worker {
    type Call = <JsEndpoint as AsyncCaller>::Call;

    fn start(&self, method: &'static Method, arguments: Payload) -> Self::Call {
        self.0.endpoint.start(method, arguments)
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.0.endpoint.post(method, arguments)
    }
}

impl Inner {
    pub fn new(
        endpoint: JsEndpoint,
        #[cfg(feature = "page")] remote: Rc<Remote>,
        #[cfg(feature = "page")] trace: Option<Rc<dyn Trace>>,
        port: web_sys::Worker,
        carried: Option<Rc<UnsharedLink>>,
        url: &str,
    ) -> Rc<Inner> {
        let inner = Rc::new(Inner {
            endpoint,
            #[cfg(feature = "page")]
            remote,
            #[cfg(feature = "page")]
            trace,
            port,
            carried,
            phase: RefCell::new(Phase::Starting),
            wakers: RefCell::default(),
        });
        inner.listen(url);
        inner
    }

    /// The listeners are JavaScript's to collect: events that were queued when the worker ended come later.
    fn listen(self: &Rc<Self>, url: &str) {
        let weak = Rc::downgrade(self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            upgraded(&weak, |inner| inner.receive(&event.data()));
        });
        let (weak, url) = (Rc::downgrade(self), url.to_owned());
        let on_error = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            if let Some(message) = told_by(&event) {
                return upgraded(&weak, |inner| inner.fail("script", message));
            }
            // A script that cannot be fetched is an event without a message.
            let (weak, url) = (weak.clone(), url.clone());
            spawn_local(async move {
                let why = js::text_of(sabir_fallback::why_not_loaded(&url)).await;
                let message = why.unwrap_or_else(|| "it cannot be fetched".to_owned());
                upgraded(&weak, |inner| inner.fail("load", message));
            });
        });
        let target: &web_sys::EventTarget = &self.port;
        for (kind, listener) in [("message", on_message.into_js_value()), ("error", on_error.into_js_value())]
        {
            target
                .add_event_listener_with_callback(kind, listener.unchecked_ref())
                .expect_throw("a worker takes listeners");
        }
    }

    /// The bootstrap's messages, and the doorbell's. Others are the user's own.
    fn receive(self: &Rc<Self>, message: &JsValue) {
        match text(message, "type").as_deref() {
            Some(messages::RING) => sabir_realm::pump::run(),
            #[cfg(feature = "page")]
            Some(messages::CARGO) => drop(self.remote.receive(message)),
            Some(messages::PACKET) => {
                if let Some(carried) = &self.carried {
                    let packet = field(message, "packet");
                    carried.receive(packet.unchecked_ref::<Uint8Array>());
                }
            }
            Some(messages::DECLINED) => self.offer_next(&text(message, "why").unwrap_or_default()),
            Some(messages::JOINED) => self.advance(Phase::Running),
            Some(messages::CLOSING) => self.fail("program", CLOSED_ITSELF.to_owned()),
            Some(messages::RETURNED) => self.advance(Phase::Returned),
            Some(messages::FAILED) => {
                let told = |name| text(message, name).unwrap_or_default();
                self.fail(&told("stage"), told("message"));
            }
            #[cfg(feature = "page")]
            Some(messages::TRACED) => {
                if let Some(trace) = &self.trace {
                    trace.tell_theirs(&field(message, "event"));
                }
            }
            #[cfg(feature = "page")]
            Some(kind) => self.introduce(kind, message),
            _ => {}
        }
    }

    /// Perhaps a message about links between workers.
    #[cfg(feature = "page")]
    fn introduce(self: &Rc<Self>, kind: &str, message: &JsValue) {
        match NAMED.with_borrow(|named| named.first().map(|named| named.introduce)) {
            Some(introduce) => introduce(self, kind, message),
            None if kind == messages::CONNECT => {
                let error = "no worker has a name: start it with `.name(…)`";
                let id = field(message, "id");
                self.post(&[("type", messages::CONNECTED.into()), ("id", id), ("error", error.into())]);
            }
            None => {}
        }
    }

    /// Sends the worker a message of the platform; one that has ended needs none.
    #[cfg(feature = "page")]
    pub fn post(&self, message: &[(&str, JsValue)]) {
        let _ = self.port.post_message(&object(message));
    }

    /// Sends the worker a message of the platform, and moves `transfer`, a list of values in it.
    ///
    /// # Errors
    /// The exception, if a value cannot be cloned.
    #[cfg(feature = "page")]
    pub fn post_with_transfer(&self, message: &[(&str, JsValue)], transfer: &JsValue) -> Result<(), JsValue> {
        self.port.post_message_with_transfer(&object(message), transfer)
    }

    /// Why the link to the worker has ended, if it has.
    #[cfg(feature = "page")]
    pub fn closed(&self) -> Option<CloseReason> {
        self.endpoint.control().closed()
    }

    /// The worker cannot take its half of a transport, and waits for the next offer.
    fn offer_next(self: &Rc<Self>, why: &str) {
        let Some(carried) = self.carried.clone() else { return };
        carried.decline(why);
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let next = carried.next().await;
            upgraded(&weak, |inner| match next {
                Ok(mut offer) => {
                    offer.push(("type", messages::OFFER.into()));
                    if let Err(error) = inner.port.post_message(&object(&offer)) {
                        inner.fail("transport", js::message_of(&error));
                    }
                }
                Err(error) => inner.fail("transport", error.to_string()),
            });
        });
    }

    fn advance(&self, phase: Phase) {
        self.phase.replace(phase);
        self.wake();
    }

    /// The worker cannot go on. A link that has closed knows better why: a panic closes it before it traps.
    fn fail(&self, stage: &str, message: String) {
        if matches!(*self.phase.borrow(), Phase::Starting) {
            let failure = Failure { stage: stage.to_owned(), message: message.clone() };
            self.phase.replace(Phase::Failed(failure));
        }
        self.endpoint.close(&CloseReason::Failed(message));
        self.end();
    }

    /// The link has ended: so does the worker.
    pub fn end(&self) {
        self.port.terminate();
        if let Some(carried) = &self.carried {
            carried.close();
        }
        self.wake();
    }

    pub fn wake(&self) {
        for waker in self.wakers.take() {
            waker.wake();
        }
    }

    pub fn has_returned(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Returned)
    }

    /// True once the program has begun.
    #[cfg(feature = "page")]
    pub fn has_begun(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Running | Phase::Returned)
    }

    /// Has `waker` woken when the program begins or returns, and when the worker ends.
    #[cfg(feature = "page")]
    pub fn watch(&self, waker: &Waker) {
        self.wakers.borrow_mut().push(waker.clone());
    }

    /// Waits until the program begins.
    pub async fn joined(self: &Rc<Self>, limit_ms: f64) -> Result<(), NotJoined> {
        loop {
            let due = sabir_realm::now() + limit_ms;
            let joined = self.joined_within(limit_ms).await;
            // A timer that is so late tells of a page that was busy, frozen or asleep: it may have heard nobody.
            if joined != Err(NotJoined::TimedOut) || sabir_realm::now() <= due + LATE_MS {
                return joined;
            }
        }
    }

    async fn joined_within(self: &Rc<Self>, limit_ms: f64) -> Result<(), NotJoined> {
        let (weak, deadline_passed) = (Rc::downgrade(self), Rc::new(Cell::new(false)));
        let passed = Rc::clone(&deadline_passed);
        let on_timeout = Closure::once_into_js(move || {
            passed.set(true);
            upgraded(&weak, |inner| inner.wake());
        });
        let timer = js::set_timeout(on_timeout.unchecked_ref(), limit_ms);
        let joined = poll_fn(|context| match &*self.phase.borrow() {
            Phase::Running | Phase::Returned => Poll::Ready(Ok(())),
            Phase::Failed(failure) => Poll::Ready(Err(NotJoined::Failed(failure.clone()))),
            Phase::Starting if deadline_passed.get() => Poll::Ready(Err(NotJoined::TimedOut)),
            Phase::Starting => {
                self.wakers.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await;
        js::clear_timeout(timer);
        joined
    }

    /// Asks for the lock that the worker holds: it is granted when the worker's realm has ended, however it did.
    pub fn watch_realm(self: &Rc<Self>, lock: &str) {
        let weak = Rc::downgrade(self);
        let granted = Closure::once_into_js(move || {
            upgraded(&weak, |inner| {
                inner.fail("program", CLOSED_ITSELF.to_owned());
            });
        });
        js::await_lock(lock, granted.unchecked_ref());
    }
}

/// The message of an error event, and its place.
fn told_by(event: &JsValue) -> Option<String> {
    let message = text(event, "message").filter(|message| !message.is_empty())?;
    let Some(file) = text(event, "filename").filter(|file| !file.is_empty()) else { return Some(message) };
    let line = field(event, "lineno").as_f64();
    Some(format!("{message} ({file}:{})", line.unwrap_or_default()))
}

fn upgraded(inner: &Weak<Inner>, then: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = inner.upgrade() {
        then(&inner);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.endpoint.close(&CloseReason::Terminated);
        self.end();
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Worker({:?}, {:?})", self.phase.borrow(), self.endpoint.counts())
    }
}
