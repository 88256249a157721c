//! Calls that are awaited.

use crate::calls::Progress;
use crate::codec::Payload;
use crate::dump::{self, DUMP};
use crate::endpoint::{Endpoint, closed, timed_out};
use crate::error::CallError;
use crate::frame::{BLOCKS, URGENT};
use crate::nesting::Blocked;
use crate::send::Post;
use crate::service::{AsyncCaller, Method};
use crate::words::Words;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A call in flight, awaited.
#[derive(Debug)]
#[must_use = "dropping the future cancels the call"]
pub struct CallFuture<W: Words> {
    endpoint: Endpoint<W>,
    method: &'static Method,
    /// `Err` until it is polled, if the call could not be sent; `Ok(0)` once it is done.
    call: Result<u32, CallError>,
}

impl<W: Words> Endpoint<W> {
    /// [`start`](AsyncCaller::start), but a handler's call leaves before the handler has returned: for callbacks, which the
    /// handler may be in the midst of.
    pub fn start_at_once(&self, method: &'static Method, arguments: Payload) -> CallFuture<W> {
        self.start_by(method, arguments, Self::post_released)
    }

    fn start_by(&self, method: &'static Method, arguments: Payload, post: Post<W>) -> CallFuture<W> {
        let call = self
            .check_queue(method)
            .and_then(|()| self.begin(method, arguments, self.deadline(method), 0, post));
        self.state().outbox.keep_last();
        // The event loop must learn of its deadline.
        if method.timeout_ms.is_some() {
            (self.0.platform.schedule)();
        }
        CallFuture { endpoint: self.clone(), method, call }
    }

    /// Calls `method` while this realm, which must not block, holds its event loop: runs `serve`, in which the peer's calls
    /// are served that may descend from this one. The peer serves it at once, whatever it is blocked in.
    ///
    /// Gives the call, answered or not, and what `serve` gave.
    pub fn start_urgent<R>(
        &self,
        method: &'static Method,
        arguments: Payload,
        serve: impl FnOnce(&mut CallFuture<W>) -> R,
    ) -> (CallFuture<W>, R) {
        let call = self.begin(method, arguments, self.deadline(method), BLOCKS | URGENT, Self::post_released);
        self.state().outbox.keep_last();
        let number = self.state().blocking;
        let blocked = |call| Blocked::in_call(self.id(), call, number, method.name, self.now_ms());
        let mut future = CallFuture { endpoint: self.clone(), method, call };
        let result = match future.call {
            Ok(call) => self.nesting().block(blocked(call), || serve(&mut future)),
            Err(_) => serve(&mut future),
        };
        (future, result)
    }

    /// Asks the peer for its [`dump`](Endpoint::dump), which it gives at once if it is blocked or in its event loop.
    ///
    /// The call fails with [`CallError::TimedOut`] after 0.5 s if the peer computes.
    pub fn start_dump(&self) -> CallFuture<W> {
        let arguments = DUMP.payload(&[], Vec::new());
        let (call, ()) = self.start_urgent(&DUMP, arguments, |_| ());
        // The event loop must learn of its deadline.
        (self.0.platform.schedule)();
        call
    }

    /// Decodes what [`start_dump`](Endpoint::start_dump) gave.
    pub fn peers_dump(outcome: Result<Payload, CallError>) -> String {
        match outcome.map(|payload| dump::decode(&payload.body)) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => format!("no dump: {error}\n"),
        }
    }
}

impl<W: Words> AsyncCaller for Endpoint<W> {
    type Call = CallFuture<W>;

    fn start(&self, method: &'static Method, arguments: Payload) -> CallFuture<W> {
        self.start_by(method, arguments, Self::post_held)
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.check_queue(method)?;
        let posted = self.post_one_way(method, arguments, 0, Self::post_held);
        self.state().outbox.keep_last();
        posted
    }
}

impl<W: Words> Future for CallFuture<W> {
    type Output = Result<Payload, CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let call = match std::mem::replace(&mut self.call, Ok(0)) {
            Ok(call) => call,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let progress = self.endpoint.state().calls.poll(call, Some(context.waker()));
        let outcome = match progress {
            Progress::Done(outcome) => outcome.map_err(|refusal| refusal.into_error(self.method.name)),
            Progress::TimedOut => Err(timed_out(self.method)),
            Progress::InFlight => match self.endpoint.ended() {
                Some(reason) => Err(closed(self.method, reason)),
                None => {
                    self.call = Ok(call);
                    return Poll::Pending;
                }
            },
        };
        Poll::Ready(outcome)
    }
}

impl<W: Words> Drop for CallFuture<W> {
    fn drop(&mut self) {
        if let Ok(call) = self.call
            && call != 0
        {
            self.endpoint.cancel(call);
        }
    }
}
