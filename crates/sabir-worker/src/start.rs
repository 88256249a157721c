//! From the bootstrap's hands to the program's: what `#[sabir::worker]` expands to.

use crate::Page;
use crate::js;
#[cfg(feature = "page")]
use crate::links::Links;
use js_sys::{Array, Error, Promise, SharedArrayBuffer, Uint8Array};
use sabir_core::{Endpoint, JsWords, Link, LinkError, Side};
use sabir_fallback::{Carrier, Tunnel};
use sabir_realm::{Doorbell, JsEndpoint, field, messages};
#[cfg(feature = "page")]
use sabir_remote::{Remote, RemoteSettings};
use std::fmt::Display;
use std::future::Future;
#[cfg(feature = "page")]
use std::future::poll_fn;
#[cfg(feature = "page")]
use std::pin::pin;
use std::rc::Rc;
#[cfg(feature = "page")]
use std::task::Poll;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// A return value of a worker's program.
pub trait Outcome {
    /// The program's error, if there is one.
    fn into_result(self) -> Result<(), String>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Display> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}

/// Runs `program` on the worker's end of the link that `start`, the page's start message, carries; blocks until it returns.
///
/// The promise tells the bootstrap how it ended.
pub fn run<O: Outcome>(start: JsValue, program: impl FnOnce(Page) -> O) -> Promise {
    let outcome = attach(&start).and_then(|page| {
        #[cfg(feature = "page")]
        let remote = Rc::clone(&page.remote);
        let outcome = program(page).into_result();
        #[cfg(feature = "page")]
        remote.settle();
        outcome
    });
    match outcome {
        Ok(()) => Promise::resolve(&JsValue::UNDEFINED),
        Err(what) => Promise::reject(&Error::new(&what)),
    }
}

/// [`run`] for an async program: between its awaits, the worker serves from its event loop.
pub fn run_async<O: Outcome, F>(start: JsValue, program: impl FnOnce(Page) -> F + 'static) -> Promise
where
    F: Future<Output = O> + 'static,
{
    future_to_promise(async move {
        let page = attach(&start).map_err(|what| Error::new(&what))?;
        finish(page, program).await
    })
}

/// Runs an async program to its end; gives what [`run_async`]'s promise does.
pub(crate) async fn finish<O: Outcome, F>(
    page: Page,
    program: impl FnOnce(Page) -> F,
) -> Result<JsValue, JsValue>
where
    F: Future<Output = O>,
{
    #[cfg(feature = "page")]
    let outcome = settling(program(page.clone()), page).await;
    #[cfg(not(feature = "page"))]
    let outcome = program(page).await;
    outcome.into_result().map_err(|what| Error::new(&what))?;
    Ok(JsValue::UNDEFINED)
}

/// Runs a program. Once its first part has run, it has had the chance to export.
#[cfg(feature = "page")]
async fn settling<O>(program: impl Future<Output = O>, page: Page) -> O {
    let mut program = pin!(program);
    let first = poll_fn(|context| Poll::Ready(program.as_mut().poll(context))).await;
    page.remote.settle();
    match first {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => program.await,
    }
}

pub(crate) fn attach(start: &JsValue) -> Result<Page, String> {
    #[cfg(feature = "page")]
    check_version(start)?;
    match field(start, "memory").dyn_into() {
        Ok(memory) => share(start, &memory),
        Err(_) => carry(start),
    }
    .map_err(|error| error.to_string())
}

/// A page of the npm package says which version it is of.
#[cfg(feature = "page")]
fn check_version(start: &JsValue) -> Result<(), String> {
    const OURS: &str = env!("CARGO_PKG_VERSION");
    match field(start, "version").as_string() {
        Some(theirs) if theirs != OURS => {
            Err(format!("the page runs Sabir {theirs}, this worker {OURS}; build both from the same version"))
        }
        _ => Ok(()),
    }
}

/// How this worker is woken where memory is shared.
fn doorbell(start: &JsValue) -> Doorbell {
    if field(start, "byMessage").is_truthy() { Doorbell::Message } else { Doorbell::detect() }
}

/// Takes the worker's end of the link in `memory`.
fn share(start: &JsValue, memory: &SharedArrayBuffer) -> Result<Page, LinkError> {
    let link = Link::attach(JsWords::new(memory))?;
    let message = messages::ring();
    let endpoint = sabir_realm::endpoint(link, move || js::post_message(&message));
    let page = page(start, endpoint, None);
    page.bind(doorbell(start));
    #[cfg(feature = "page")]
    let hearing = page.clone();
    on_message(start, move |_message| {
        #[cfg(feature = "page")]
        if hearing.receive(_message) {
            return;
        }
        sabir_realm::pump::run();
    });
    Ok(page)
}

/// Takes the worker's end of a link without shared memory.
fn carry(start: &JsValue) -> Result<Page, LinkError> {
    let ring_bytes = field(start, "ringBytes").as_f64().unwrap_or_default();
    let carrier: Carrier = field(start, "carrier").unchecked_into();
    let (link, tunnel) = Tunnel::open(Side::B, ring_bytes as usize, carrier, false)?;
    let endpoint = Endpoint::new(link, tunnel.platform());
    let receiving = Rc::clone(&tunnel);
    let page = page(start, endpoint, Some(tunnel));
    page.bind(Doorbell::Carrier);
    #[cfg(feature = "page")]
    let hearing = page.clone();
    on_message(start, move |message| {
        #[cfg(feature = "page")]
        if hearing.receive(message) {
            return;
        }
        if let Ok(packet) = field(message, "packet").dyn_into::<Uint8Array>() {
            receiving.receive(&packet.to_vec());
        }
    });
    Ok(page)
}

#[cfg(feature = "page")]
fn page(start: &JsValue, endpoint: JsEndpoint, tunnel: Option<Rc<Tunnel>>) -> Page {
    let send = |message: JsValue, transfer: Array| js::post_message_with_transfer(&message, &transfer);
    let settings = RemoteSettings {
        windowed: field(start, "windowed").is_truthy(),
        trace: field(start, "traced"),
        ..RemoteSettings::new(send)
    };
    let remote = Remote::serve(&endpoint, tunnel.clone(), settings);
    Page::new(endpoint, tunnel, remote, Links::new(doorbell(start)))
}

#[cfg(not(feature = "page"))]
fn page(_start: &JsValue, endpoint: JsEndpoint, tunnel: Option<Rc<Tunnel>>) -> Page {
    Page::new(endpoint, tunnel)
}

/// Has `receive` called with each message of the page's, those first that came before this.
fn on_message(start: &JsValue, receive: impl Fn(&JsValue) + 'static) {
    for message in field(start, "early").unchecked_ref::<Array>().iter() {
        receive(&message);
    }
    let listener = move |event: js::MessageEvent| receive(&event.data());
    let listener = Closure::<dyn Fn(js::MessageEvent)>::new(listener).into_js_value();
    js::add_event_listener("message", listener.unchecked_ref());
}
