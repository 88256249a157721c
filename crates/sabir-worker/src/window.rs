//! The page's objects, and its functions by name.

use crate::Page;
use sabir_core::CloseReason;
use sabir_remote::{Blocks, Decode, Handler, NameError, RemoteFunction, Scope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::future::Future;
use wasm_bindgen::prelude::*;

/// Why the page's objects cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// The page has not allowed it.
    #[error(
        "the page has not given this worker its `window`: `Worker::builder(…).window(WindowPolicy::all())`"
    )]
    NotAllowed,
    /// The link has ended.
    #[error("the page's `window` is gone: the link is closed: {0}")]
    Closed(CloseReason),
    /// The page's policy refuses to tell its names, or the call failed.
    #[error("the page's `window` cannot be asked for its names: {0}")]
    Refused(String),
    /// The pipeline of `#[sabir::worker(pipeline)]` cannot start.
    #[error(
        "the worker's pipeline cannot start: {0}; the package needs its files in `snippets`, or leave out `pipeline`"
    )]
    Pipeline(String),
}

impl Page {
    /// The page's `window`. Its objects stay on the page: each use of one is a blocking call.
    ///
    /// The page's classes are known by their names from now on, so `dyn_into` works. Listeners are closures as on a page;
    /// one that prevents an event's default is given 8 ms. Nothing of the page is held when the last value that stands for
    /// it is dropped and the worker has been in its event loop.
    ///
    /// From now on events wait while this worker's code is at work: no closure runs on top of another. Those that the worker's
    /// own call causes run before it returns, and [`sleep`](Page::sleep) serves the others.
    ///
    /// This worker's own global scope is no `Window`, and an `Event` that is made here is its own, which no object of the
    /// page's dispatches: [`install_globals`](Page::install_globals) is for that.
    ///
    /// ```no_run
    /// # use sabir_worker as sabir;
    /// fn greet(page: sabir::Page) -> Result<(), Box<dyn std::error::Error>> {
    ///     let window = page.window()?;
    ///     let title = window.document().ok_or("no document")?.title();
    ///     # let _ = title;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`WindowError`]
    pub fn window(&self) -> Result<web_sys::Window, WindowError> {
        self.check_windowed()?;
        sabir_realm::keep_turns();
        let window = self.remote.window().map_err(|error| self.refused(&error))?;
        Ok(window.unchecked_into())
    }

    /// The page's `document`.
    ///
    /// # Errors
    /// [`WindowError`]
    pub fn document(&self) -> Result<web_sys::Document, WindowError> {
        let document = self.window()?.document();
        document.ok_or_else(|| WindowError::Refused("it has no `document`".to_owned()))
    }

    /// Gives this worker's global scope all that only the page's has, so that code which was written for a page finds
    /// `window`, `document`, `localStorage` and the rest by their names: `#[sabir::worker(globals)]` does this first.
    ///
    /// The worker's own timers, `fetch`, `performance`, `crypto` and messages stay. A property that a page adds to its
    /// `window` later is not there by its name.
    ///
    /// # Errors
    /// [`WindowError`]
    pub fn install_globals(&self) -> Result<(), WindowError> {
        self.check_windowed()?;
        sabir_realm::keep_turns();
        self.remote.install_globals().map_err(|error| self.refused(&error))
    }

    /// Has the page perform operations for which this worker does not wait.
    pub(crate) async fn start_pipeline(&self, stacks: bool) -> Result<(), WindowError> {
        self.check_windowed()?;
        self.remote.start_pipeline(stacks).await.map_err(|error| match self.closed() {
            Some(reason) => WindowError::Closed(reason),
            None => WindowError::Pipeline(sabir_realm::text_of(&error)),
        })
    }

    fn check_windowed(&self) -> Result<(), WindowError> {
        if let Some(reason) = self.closed() {
            return Err(WindowError::Closed(reason));
        }
        if self.remote.is_windowed() { Ok(()) } else { Err(WindowError::NotAllowed) }
    }

    fn refused(&self, error: &JsValue) -> WindowError {
        match self.closed() {
            Some(reason) => WindowError::Closed(reason),
            None => WindowError::Refused(sabir_realm::text_of(error)),
        }
    }

    /// The function that the page exports as `name`: for a time limit, or what is to be transferred.
    pub fn function(&self, name: &str) -> RemoteFunction<Blocks> {
        RemoteFunction::new(&self.remote, name)
    }

    /// Calls the function that the page exports as `name` with a tuple of arguments; blocks until the answer is there.
    ///
    /// Arguments and results are serde types; [`Js`](sabir_remote::Js) wraps values of JavaScript's. Integers from 2⁵³ on are
    /// `BigInt`s there, and maps whose keys are no texts are `Map`s. A `Some` of nothing, which would come back as `None`, is
    /// an error.
    ///
    /// ```no_run
    /// # fn greet(page: &sabir_worker::Page) -> Result<(), sabir_remote::NameError> {
    /// let name: String = page.call("ask", ("name?",))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`NameError`]
    pub fn call<A: Serialize, T: DeserializeOwned>(&self, name: &str, arguments: A) -> Result<T, NameError> {
        self.function(name).call(arguments)
    }

    /// As [`call`](Page::call), but does not block: the call is on its way when this returns.
    pub fn call_async<A: Serialize, T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: A,
    ) -> impl Future<Output = Result<T, NameError>> + 'static + use<A, T> {
        self.function(name).call_async(arguments)
    }

    /// Exports a function: the page calls it by `name`, also while this worker is blocked in a call.
    ///
    /// Once the program has returned, or first waits, a name without a function is an error to its caller.
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

    /// How many objects of this worker's the page holds, and how many of the page's this worker holds.
    pub fn handles(&self) -> [u32; 2] {
        self.remote.count_handles()
    }

    /// Runs `body`, then gives back the page's objects that it was given: a loop that never awaits holds none of them.
    ///
    /// Values of JavaScript's that `body` returns or stores have to be [kept](Scope::keep): each later use of another is a
    /// `BadHandle`, as an exception. Do not await meanwhile: other tasks' objects would be given back.
    ///
    /// ```no_run
    /// # fn titles(page: &sabir_worker::Page, document: &web_sys::Document) -> Result<(), wasm_bindgen::JsValue> {
    /// for index in 0..1_000_000 {
    ///     let last = page.scope(|scope| {
    ///         let row = document.create_element("tr")?;
    ///         row.set_text_content(Some(&index.to_string()));
    ///         Ok::<_, wasm_bindgen::JsValue>(scope.keep(row))
    ///     })?;
    ///     # let _ = last;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn scope<T>(&self, body: impl FnOnce(&Scope) -> T) -> T {
        body(&self.remote.scope())
    }

    /// Runs `body`. What it sets on the page, and calls of the platform's methods that give nothing, as `set_attribute` and
    /// `append_child`, go in one message with the next result, or at the end. A call by name has a result.
    ///
    /// # Errors
    /// The exception of one of them.
    pub fn batch<T>(&self, body: impl FnOnce() -> T) -> Result<T, JsValue> {
        self.remote.batch(body)
    }
}
