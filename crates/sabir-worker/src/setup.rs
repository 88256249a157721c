//! The options of `#[sabir::worker]`: they prepare a worker before its program runs.

use crate::Page;
use crate::start::{Outcome, attach, finish};
use js_sys::{Error, Promise};
use std::future::Future;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// The options.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setup {
    /// The page's globals, in the worker's global scope.
    pub globals: bool,
    /// Operations on the page's objects whose results are known beforehand are not waited for.
    pub pipeline: Option<Pipeline>,
}

/// The options of a pipeline.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pipeline {
    /// The error of an operation has the worker's stack. That costs time for each operation.
    pub stacks: bool,
}

impl Setup {
    /// [`run`](crate::run), after this.
    pub fn run<O: Outcome>(self, start: JsValue, program: impl FnOnce(Page) -> O + 'static) -> Promise {
        self.run_async(start, |page| async { program(page) })
    }

    /// [`run_async`](crate::run_async), after this.
    pub fn run_async<O: Outcome, F>(
        self,
        start: JsValue,
        program: impl FnOnce(Page) -> F + 'static,
    ) -> Promise
    where
        F: Future<Output = O> + 'static,
    {
        future_to_promise(async move {
            let page = attach(&start).map_err(|what| Error::new(&what))?;
            self.prepare(&page).await.map_err(|what| Error::new(&what))?;
            finish(page, program).await
        })
    }

    async fn prepare(self, page: &Page) -> Result<(), String> {
        if let Some(Pipeline { stacks }) = self.pipeline {
            page.start_pipeline(stacks).await.map_err(|error| error.to_string())?;
        }
        if self.globals {
            page.install_globals().map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}
