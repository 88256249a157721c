//! Functions that the other realm exports by name.

use crate::program::error::NameError;
use crate::program::remote::Remote;
use crate::program::values;
use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// In a worker: calls may block.
#[derive(Clone, Copy, Debug)]
pub struct Blocks;

/// On the page: calls are awaited.
#[derive(Clone, Copy, Debug)]
pub struct Awaits;

/// A function that the other realm exports by name, and how it is called.
#[derive(Clone, Debug)]
pub struct RemoteFunction<Mode> {
    remote: Rc<Remote>,
    name: String,
    limit_ms: f64,
    transfer: Array,
    mode: PhantomData<Mode>,
}

impl<Mode> RemoteFunction<Mode> {
    /// The function `name`.
    pub fn new(remote: &Rc<Remote>, name: &str) -> Self {
        RemoteFunction {
            remote: Rc::clone(remote),
            name: name.to_owned(),
            limit_ms: -1.0,
            transfer: Array::new(),
            mode: PhantomData,
        }
    }

    /// Ends each call with [`TimedOut`](crate::NameErrorKind::TimedOut) after `limit`.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit_ms = limit.as_secs_f64() * 1000.0;
        self
    }

    /// Moves these among the arguments, rather than to copy them: canvases, ports, streams, buffers.
    pub fn transfer<T: Into<JsValue>>(self, values: impl IntoIterator<Item = T>) -> Self {
        for value in values {
            self.transfer.push(&value.into());
        }
        self
    }

    /// Calls with a tuple of arguments. The call is on its way when this returns.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn call_async<A: Serialize, T: DeserializeOwned>(
        &self,
        arguments: A,
    ) -> impl Future<Output = Result<T, NameError>> + 'static + use<A, T, Mode> {
        let name = self.name.clone();
        let started = values::arguments(&name, &arguments).and_then(|arguments| {
            let started = self.remote.end().call_later(&name, &arguments, &self.transfer, self.limit_ms);
            started.map_err(|error| NameError::of(&name, error))
        });
        async move {
            let outcome = JsFuture::from(started?).await;
            values::result(&name, outcome.map_err(|error| NameError::of(&name, error))?)
        }
    }
}

impl RemoteFunction<Blocks> {
    /// Calls with a tuple of arguments, and blocks until the answer is there.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn call<A: Serialize, T: DeserializeOwned>(&self, arguments: A) -> Result<T, NameError> {
        let name = &self.name;
        let arguments = values::arguments(name, &arguments)?;
        let outcome = self.remote.end().call(name, &arguments, &self.transfer, self.limit_ms);
        values::result(name, outcome.map_err(|error| NameError::of(name, error))?)
    }
}
