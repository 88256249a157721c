//! Starting a worker, and knowing within a bounded time whether it did.

use crate::js;
#[cfg(feature = "page")]
use crate::offer::RemoteOffer;
use crate::options::TransportOptions;
use crate::unshared::{Port, UnsharedLink};
use crate::worker::{Failure, Inner, NotJoined};
use crate::{StartError, Worker};
use js_sys::SharedArrayBuffer;
use sabir_core::layout::link_bytes;
use sabir_core::service::Service;
use sabir_core::{CloseReason, JsWords, Link};
use sabir_fallback::Transport;
use sabir_realm::{Doorbell, JsEndpoint, messages, object};
use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;

/// How a worker is to be started.
#[derive(Clone)]
#[must_use = "call `spawn` to start the worker"]
pub struct WorkerBuilder {
    entry: String,
    glue: Option<String>,
    services: Vec<Rc<dyn Service>>,
    ring_bytes: usize,
    start_timeout: Duration,
    runs_start: bool,
    doorbell: Doorbell,
    options: TransportOptions,
    #[cfg(feature = "page")]
    pub(crate) offer: RemoteOffer,
}

impl std::fmt::Debug for WorkerBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "WorkerBuilder({})", self.entry)
    }
}

/// Large enough that a burst of calls never waits for space; larger rings move bulk bytes no faster.
const RING_BYTES: usize = 1 << 20;

/// The most that a link without shared memory has: it is a part of the program's own, and of each packet's.
const MOST_CARRIED_BYTES: usize = 16 << 20;

const START_TIMEOUT: Duration = Duration::from_secs(10);

/// When, in ms after its program has begun, a worker is looked at: it has started once it called, returned,
/// or lived through them all.
const LOOKS_MS: [f64; 6] = [0.0, 2.0, 4.0, 8.0, 16.0, 32.0];

impl Worker {
    /// Describes a worker that runs the function `entry` of this package, which is marked with `#[sabir::worker]`.
    pub fn builder(entry: &str) -> WorkerBuilder {
        WorkerBuilder {
            entry: entry.to_owned(),
            glue: None,
            services: Vec::new(),
            ring_bytes: RING_BYTES,
            start_timeout: START_TIMEOUT,
            runs_start: false,
            doorbell: Doorbell::detect(),
            options: TransportOptions::new(),
            #[cfg(feature = "page")]
            offer: RemoteOffer::default(),
        }
    }
}

impl WorkerBuilder {
    /// Serves `service` to the worker from its first call on.
    pub fn serve(mut self, service: Rc<dyn Service>) -> Self {
        self.services.push(service);
        self
    }

    /// Runs a program of another package: `url`, relative to the page, is its JS as wasm-bindgen's target `web` writes it.
    pub fn package(mut self, url: &str) -> Self {
        self.glue = Some(url.to_owned());
        self
    }

    /// The size of each of the link's two rings, in bytes: a power of two from 64 on; 1 MiB by default.
    ///
    /// Larger payloads are streamed. Too small: bulk bytes take more turns. Too large: memory, and no faster.
    pub fn ring_bytes(mut self, ring_bytes: usize) -> Self {
        self.ring_bytes = ring_bytes;
        self
    }

    /// How long the worker may take until its program begins, and then to take its end of a link to another worker; 10 s by default.
    pub fn start_timeout(mut self, limit: Duration) -> Self {
        self.start_timeout = limit;
        self
    }

    /// Runs the package's `main` and `#[wasm_bindgen(start)]` in the worker too, before its program. They are the page's
    /// otherwise: a worker has no page to set up.
    pub fn run_start(mut self) -> Self {
        self.runs_start = true;
        self
    }

    /// Takes no transport but these. Of those that can be had a worker takes the fastest, whatever their order here.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// use sabir::Transport::{Mailbox, ServiceWorker};
    /// let builder = sabir::Worker::builder("greet").transports([Mailbox, ServiceWorker]).service_worker("/sw.js");
    /// ```
    pub fn transports(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        self.options.transports = transports.into_iter().collect();
        self
    }

    /// Does not take these transports.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// let builder = sabir::Worker::builder("greet").exclude([sabir::Transport::Mailbox]);
    /// ```
    pub fn exclude(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        self.options.excluded.extend(transports);
        self
    }

    /// Names the service worker's script, relative to the page, without which [`Transport::ServiceWorker`] is not tried:
    /// [`SERVICE_WORKER`](crate::SERVICE_WORKER) is its text. What is to be reached by it, this package too, is below its folder.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// let builder = sabir::Worker::builder("greet").service_worker("/sw.js");
    /// ```
    pub fn service_worker(mut self, url: &str) -> Self {
        self.options.service_worker = Some(url.to_owned());
        self
    }

    /// Wakes both event loops by messages, as where there is no `Atomics.waitAsync`: slower, for comparison and tests.
    pub fn wake_by_message(mut self) -> Self {
        self.doorbell = Doorbell::Message;
        self
    }

    /// Starts the worker.
    ///
    /// Ready when its program has begun: it has called, has returned to its event loop, or has run for 60 ms without failing.
    /// Its services are served from the first call on, also before this is ready.
    ///
    /// # Errors
    /// [`StartError`], within the start timeout, and up to 12 s for a service worker before, and 2 s for the page's
    /// headers; the worker is then gone.
    ///
    /// # Cancellation
    /// Dropping the future terminates the worker.
    pub async fn spawn(self) -> Result<Worker, StartError> {
        let port = Port::default();
        let (endpoint, link, carried) = match self.memory() {
            Ok(memory) => {
                let endpoint = self.share(&memory, &port)?;
                (endpoint, vec![("memory", memory.into())], None)
            }
            Err(unshared) => {
                let ring_bytes = self.ring_bytes.min(MOST_CARRIED_BYTES);
                let (endpoint, carried) = UnsharedLink::open(&self.options, ring_bytes, &port, unshared)?;
                (endpoint, carried.next().await?, Some(carried))
            }
        };
        let lock = format!("sabir:{}", sabir_realm::random_uuid());
        let url = self.glue.clone().unwrap_or_else(js::glue_url);
        let mut start = vec![
            ("type", messages::START.into()),
            ("glue", url.as_str().into()),
            ("entry", self.entry.as_str().into()),
            ("module", if self.glue.is_none() { wasm_bindgen::module() } else { JsValue::UNDEFINED }),
            ("lock", lock.as_str().into()),
            ("byMessage", (self.doorbell == Doorbell::Message).into()),
            ("runsStart", self.runs_start.into()),
            #[cfg(feature = "page")]
            ("windowed", self.offer.policy.is_some().into()),
            #[cfg(feature = "page")]
            ("traced", self.offer.trace.is_some().into()),
        ];
        start.extend(link);
        let spawned = js::spawn(&object(&start))
            .map_err(|error| StartError::Load { url: url.clone(), what: js::message_of(&error) })?;
        let worker = self.connect(endpoint, port.get_or_init(|| spawned).clone(), carried, &url);
        let started = self.watch_start(&worker, &url, &lock).await;
        started.map(|()| worker)
    }

    /// The memory of a link, or why there is none.
    fn memory(&self) -> Result<SharedArrayBuffer, String> {
        if let Some(why) = self.options.lacking(Transport::Atomics) {
            return Err(why);
        }
        sabir_realm::shared_memory(link_bytes(self.ring_bytes))
    }

    /// Makes a link in shared memory, and gives its page's end.
    fn share(&self, memory: &SharedArrayBuffer, port: &Port) -> Result<JsEndpoint, StartError> {
        let link = Link::create(JsWords::new(memory), self.ring_bytes)?;
        let (bell, message) = (Rc::clone(port), messages::ring());
        Ok(sabir_realm::endpoint(link, move || bell.get().map_or(Ok(()), |bell| bell.post_message(&message))))
    }

    fn connect(
        &self,
        endpoint: JsEndpoint,
        port: web_sys::Worker,
        carried: Option<Rc<UnsharedLink>>,
        url: &str,
    ) -> Worker {
        for service in &self.services {
            #[cfg(feature = "page")]
            if let Some(trace) = &self.offer.trace {
                endpoint.serve(trace.wrap(Rc::clone(service)));
                continue;
            }
            endpoint.serve(Rc::clone(service));
        }
        let doorbell = if carried.is_some() { Doorbell::Carrier } else { self.doorbell };
        let inner = Inner::new(
            endpoint.clone(),
            #[cfg(feature = "page")]
            self.offer.serve(&endpoint, &port, carried.as_deref()),
            #[cfg(feature = "page")]
            self.offer.trace.clone(),
            port,
            carried,
            url,
        );
        #[cfg(feature = "page")]
        if let Some((name, introduce)) = &self.offer.name {
            introduce(&inner, name, self.start_timeout.as_secs_f64() * 1000.0);
        }
        let closed = Rc::downgrade(&inner);
        sabir_realm::bind(&endpoint, doorbell, move || {
            if let Some(inner) = closed.upgrade() {
                inner.end();
                #[cfg(feature = "page")]
                inner.remote.closed();
            }
        });
        close_on_unload();
        Worker(inner)
    }

    async fn watch_start(&self, worker: &Worker, url: &str, lock: &str) -> Result<(), StartError> {
        let entry = || self.entry.clone();
        match worker.0.joined(self.start_timeout.as_secs_f64() * 1000.0).await {
            Ok(()) => {}
            Err(NotJoined::TimedOut) => {
                worker.terminate();
                return Err(StartError::TimedOut { entry: entry(), limit: self.start_timeout });
            }
            Err(NotJoined::Failed(Failure { stage, message: what })) => {
                let url = url.to_owned();
                // The page runs the same script: alone, it throws nothing in a worker.
                let is_own_script = self.glue.is_none() && !self.runs_start;
                return Err(match stage.as_str() {
                    "script" if is_own_script => StartError::Bundled { url, what },
                    "load" | "script" => StartError::Load { url, what },
                    "init" => StartError::Init { url, what },
                    "entry" => StartError::UnknownProgram { entry: entry() },
                    "transport" => StartError::NoTransport { passed_over: worker.passed_over() },
                    _ => StartError::Program { entry: entry(), reason: CloseReason::Failed(what) },
                });
            }
        }
        worker.0.watch_realm(lock);
        for delay_ms in LOOKS_MS {
            js::sleep(delay_ms).await;
            if let Some(reason) = worker.closed() {
                return Err(StartError::Program { entry: entry(), reason });
            }
            if worker.counts().served > 0 || worker.0.has_returned() {
                break;
            }
        }
        Ok(())
    }
}

/// Closes every link when the page goes for good: a worker that is blocked then learns why.
fn close_on_unload() {
    thread_local! {
        static LISTENING: OnceCell<()> = const { OnceCell::new() };
    }
    LISTENING.with(|listening| {
        listening.get_or_init(|| {
            let listener =
                Closure::<dyn FnMut(js::PageTransitionEvent)>::new(|event: js::PageTransitionEvent| {
                    // A page that is kept in the back/forward cache comes back, and its workers with it.
                    if !event.persisted() {
                        sabir_realm::pump::close_all(&CloseReason::Unloaded);
                    }
                });
            js::add_global_listener("pagehide", listener.into_js_value().unchecked_ref());
        });
    });
}
