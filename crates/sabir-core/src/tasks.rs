//! Async handlers that have not answered yet, polled by whoever turns the endpoint: the event loop, or a blocked call.
//!
//! A browser's own executor cannot do this: it runs in microtasks, and a blocked worker runs none.

use crate::error::Refusal;
use crate::service::Pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A call whose handler is at work.
pub(crate) struct Task {
    /// The call's id, as its caller numbers it; 0 for a one-way call.
    pub call: u32,
    pub method: &'static str,
    /// Our own blocked call that this one was made for, or 0.
    pub parent: u32,
    /// When it was first seen pending, in ms.
    pub since_ms: f64,
    handler: Pending,
    ready: Arc<Ready>,
}

/// Set when a task wants to be polled again.
struct Ready {
    ready: AtomicBool,
    schedule: fn(),
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.ready.swap(true, Ordering::AcqRel) {
            (self.schedule)();
        }
    }
}

impl Task {
    /// `schedule` asks the realm to turn its endpoints soon.
    pub fn new(call: u32, method: &'static str, parent: u32, handler: Pending, schedule: fn()) -> Self {
        let ready = Arc::new(Ready { ready: AtomicBool::new(true), schedule });
        Task { call, method, parent, since_ms: f64::INFINITY, handler, ready }
    }

    /// Polls the handler if something woke it.
    pub fn poll(&mut self) -> Poll<Result<crate::codec::Payload, Refusal>> {
        if !self.ready.ready.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.ready));
        self.handler.as_mut().poll(&mut Context::from_waker(&waker))
    }

    pub fn is_ready(&self) -> bool {
        self.ready.ready.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Task({} {})", self.call, self.method)
    }
}
