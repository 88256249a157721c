//! From the bootstrap's hands to the program's: what `#[sabir::worker]` expands to.

use crate::Page;
use crate::js;
use js_sys::{Error, Function, Promise, Reflect, SharedArrayBuffer};
use sabir_core::{Endpoint, JsWords, Link};
use sabir_realm::{Doorbell, platform};
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// What a worker's program may return.
pub trait Outcome {
    /// What went wrong, if anything did.
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
    match attach(&start).and_then(|page| program(page).into_result()) {
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
        program(page).await.into_result().map_err(|what| Error::new(&what))?;
        Ok(JsValue::UNDEFINED)
    })
}

fn attach(start: &JsValue) -> Result<Page, String> {
    let field = |name: &str| Reflect::get(start, &name.into()).unwrap_or_default();
    let memory: SharedArrayBuffer =
        field("link").dyn_into().map_err(|_| "the start message carries no link".to_owned())?;
    let link = Link::attach(JsWords::new(&memory)).map_err(|error| error.to_string())?;
    let by_message = field("byMessage").is_truthy();
    let doorbell = if by_message { Doorbell::Message } else { Doorbell::detect() };
    let message = field("doorbell");
    let endpoint = Endpoint::new(
        link,
        platform(Rc::new(move || {
            js::post_message(&message).expect_throw("the page's own doorbell message can be cloned");
        })),
    );
    on_doorbell_message();
    sabir_realm::bind(&endpoint, doorbell, || {});
    Ok(Page::new(endpoint))
}

/// Runs the pump when the page's doorbell message arrives.
fn on_doorbell_message() {
    let listener: Function =
        Closure::<dyn FnMut()>::new(sabir_realm::pump::run).into_js_value().unchecked_into();
    js::add_event_listener("message", &listener);
}
