//! Traces: the page is told of each call that crosses.

use sabir_core::Refusal;
use sabir_core::codec::Payload;
use sabir_core::service::{Answer, Arguments, Method, Pending, Service, SmallAnswer};
use sabir_realm::{field, text};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One call between a page and its worker, after it was answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TraceEvent {
    /// Name of the function, the property, or the service's method.
    pub name: String,
    /// True if the worker has called the page.
    pub from_worker: bool,
    /// Bytes there and back, without bulk bytes; 0 for calls that are awaited.
    pub bytes: f64,
    /// When it began, in ms since 1970.
    pub start_ms: f64,
    /// How long it took, in ms: for its caller, or for the service's handler.
    pub duration_ms: f64,
}

/// Traces of one worker's calls. Behind a trait, so that packages without traces link none of it.
pub(crate) trait Trace {
    /// Takes a call that the worker has made: `TraceEvent` of trace.js.
    fn tell_theirs(&self, event: &JsValue);

    /// The function that takes the page's own calls by name.
    fn tell_own(&self) -> JsValue;

    /// `service`, with its calls traced.
    fn wrap(&self, service: Rc<dyn Service>) -> Rc<dyn Service>;
}

/// A closure that is told.
#[derive(Clone)]
pub(crate) struct Tracing(Rc<dyn Fn(&TraceEvent)>);

impl Tracing {
    pub fn new(trace: impl Fn(&TraceEvent) + 'static) -> Self {
        Tracing(Rc::new(trace))
    }

    fn tell(&self, event: &TraceEvent) {
        sabir_realm::look_on(|| (self.0)(event));
    }

    fn tell_of(&self, event: &JsValue, from_worker: bool) {
        let number = |name| field(event, name).as_f64().unwrap_or_default();
        self.tell(&TraceEvent {
            name: text(event, "name").unwrap_or_default(),
            from_worker,
            bytes: number("bytes"),
            start_ms: number("start"),
            duration_ms: number("duration"),
        });
    }
}

impl Trace for Tracing {
    fn tell_theirs(&self, event: &JsValue) {
        self.tell_of(event, true);
    }

    fn tell_own(&self) -> JsValue {
        let tracing = self.clone();
        Closure::<dyn Fn(JsValue)>::new(move |event| tracing.tell_of(&event, false)).into_js_value()
    }

    fn wrap(&self, service: Rc<dyn Service>) -> Rc<dyn Service> {
        Rc::new(Traced { service, tracing: self.clone() })
    }
}

/// A service whose calls are traced.
struct Traced {
    service: Rc<dyn Service>,
    tracing: Tracing,
}

impl Traced {
    fn begin(&self, index: usize, arguments: &[u8]) -> Running {
        let method = self.service.methods()[index];
        Running {
            tracing: self.tracing.clone(),
            name: method.name,
            sent: arguments.len(),
            began: sabir_realm::now(),
        }
    }
}

/// A call of a service that was not answered yet.
struct Running {
    tracing: Tracing,
    name: &'static str,
    sent: usize,
    began: f64,
}

impl Running {
    fn end(&self, received: usize) {
        self.tracing.tell(&TraceEvent {
            name: self.name.to_owned(),
            from_worker: true,
            bytes: (self.sent + received) as f64,
            start_ms: TIME_ORIGIN.with(|origin| *origin) + self.began,
            duration_ms: sabir_realm::now() - self.began,
        });
    }

    /// Gives `answer`, and tells once it is there.
    fn watch(self, answer: Answer) -> Answer {
        match answer {
            Answer::Now(outcome) => {
                self.end(bytes_of(&outcome));
                Answer::Now(outcome)
            }
            Answer::Later(pending) => Answer::Later(self.watch_later(pending)),
            Answer::LaterAs(name, pending) => Answer::LaterAs(name, self.watch_later(pending)),
        }
    }

    fn watch_later(self, pending: Pending) -> Pending {
        Box::pin(async move {
            let outcome = pending.await;
            self.end(bytes_of(&outcome));
            outcome
        })
    }
}

fn bytes_of(outcome: &Result<Payload, Refusal>) -> usize {
    outcome.as_ref().map_or(0, |payload| payload.body.len())
}

impl Service for Traced {
    fn methods(&self) -> &'static [Method] {
        self.service.methods()
    }

    fn serve(&self, index: usize, arguments: Arguments) -> Answer {
        let running = self.begin(index, arguments.encoded());
        running.watch(self.service.serve(index, arguments))
    }

    fn serve_small(&self, index: usize, arguments: &[u8], into: &mut [u8]) -> SmallAnswer {
        let running = self.begin(index, arguments);
        match self.service.serve_small(index, arguments, into) {
            SmallAnswer::Declined => SmallAnswer::Declined,
            SmallAnswer::Written(len) => {
                running.end(len);
                SmallAnswer::Written(len)
            }
            SmallAnswer::Other(answer) => SmallAnswer::Other(running.watch(answer)),
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// <https://developer.mozilla.org/docs/Web/API/Performance/timeOrigin>
    #[wasm_bindgen(thread_local_v2, js_namespace = performance, js_name = timeOrigin)]
    static TIME_ORIGIN: f64;
}
