//! The page's objects, and functions by name, for workers.

use crate::trace::Tracing;
use crate::{TraceEvent, WindowPolicy, Worker, WorkerBuilder};
use sabir_remote::{Awaits, Decode, Handler, NameError, RemoteFunction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;

impl WorkerBuilder {
    /// Gives the worker the page's `window`, as far as `policy` allows. Without this it has none.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// let builder = sabir::Worker::builder("app").window(sabir::WindowPolicy::all());
    /// ```
    pub fn window(mut self, policy: WindowPolicy) -> Self {
        self.offer.policy = Some(policy);
        self
    }

    /// Has `trace` told of each call by name and each operation on the page's objects, in both directions, after it was
    /// answered; and of each call of the services that this builder serves.
    ///
    /// It runs on the page, and is told of the worker's calls by message: a little later, and not of the last ones of a worker
    /// that is terminated. If it panics or throws, that is reported, and the worker goes on.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// # let show = |_: String| ();
    /// let builder = sabir::Worker::builder("app").trace(move |call| show(format!("{}: {} ms", call.name, call.duration_ms)));
    /// ```
    pub fn trace(mut self, trace: impl Fn(&TraceEvent) + 'static) -> Self {
        self.offer.trace = Some(Rc::new(Tracing::new(trace)));
        self
    }

    /// Exports a function to the worker by `name`, from its first call on.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// let builder = sabir::Worker::builder("app").export("ask", |question: String| format!("the answer to {question}"));
    /// ```
    pub fn export<A: Decode + 'static, R: Serialize + 'static>(
        mut self,
        name: &str,
        handler: impl Handler<A, Result = R> + 'static,
    ) -> Self {
        let (name, handler) = (name.to_owned(), Rc::new(handler));
        self.offer.export(Rc::new(move |remote| remote.export(&name, Rc::clone(&handler))));
        self
    }

    /// Exports a function whose error is thrown at its caller.
    pub fn try_export<A, T, E>(
        mut self,
        name: &str,
        handler: impl Handler<A, Result = Result<T, E>> + 'static,
    ) -> Self
    where
        A: Decode + 'static,
        T: Serialize + 'static,
        E: Display + 'static,
    {
        let (name, handler) = (name.to_owned(), Rc::new(handler));
        self.offer.export(Rc::new(move |remote| remote.try_export(&name, Rc::clone(&handler))));
        self
    }

    /// Exports an async function: its caller waits, the page does not.
    pub fn export_async<A, F>(mut self, name: &str, handler: impl Handler<A, Result = F> + 'static) -> Self
    where
        A: Decode + 'static,
        F: Future<Output: Serialize> + 'static,
    {
        let (name, handler) = (name.to_owned(), Rc::new(handler));
        self.offer.export(Rc::new(move |remote| remote.export_async(&name, Rc::clone(&handler))));
        self
    }
}

impl Worker {
    /// Exports a function: the worker calls it by `name`.
    pub fn export<A: Decode, R: Serialize>(
        &self,
        name: &str,
        handler: impl Handler<A, Result = R> + 'static,
    ) {
        self.0.remote.export(name, handler);
    }

    /// Exports a function whose error is thrown at its caller.
    pub fn try_export<A, T, E>(&self, name: &str, handler: impl Handler<A, Result = Result<T, E>> + 'static)
    where
        A: Decode,
        T: Serialize,
        E: Display,
    {
        self.0.remote.try_export(name, handler);
    }

    /// Exports an async function: its caller waits, the page does not.
    pub fn export_async<A, F>(&self, name: &str, handler: impl Handler<A, Result = F> + 'static)
    where
        A: Decode + 'static,
        F: Future<Output: Serialize> + 'static,
    {
        self.0.remote.export_async(name, handler);
    }

    /// The function that the worker exports as `name`: for a time limit, or what is to be transferred.
    pub fn function(&self, name: &str) -> RemoteFunction<Awaits> {
        RemoteFunction::new(&self.0.remote, name)
    }

    /// Calls the function that the worker exports as `name` with a tuple of arguments. The call is on its way when this returns.
    ///
    /// ```no_run
    /// # async fn double(worker: &sabir_main::Worker) -> Result<(), sabir_remote::NameError> {
    /// let doubled: i32 = worker.call("double", (21,)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<A: Serialize, T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: A,
    ) -> impl Future<Output = Result<T, NameError>> + 'static + use<A, T> {
        self.function(name).call_async(arguments)
    }

    /// How many objects of the page the worker holds, and how many of the worker's the page holds.
    pub fn handles(&self) -> [u32; 2] {
        self.0.remote.count_handles()
    }
}
