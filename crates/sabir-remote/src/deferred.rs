//! Calls whose handlers answer later.

use crate::started::TOKENS;
use sabir_core::Refusal;
use sabir_core::codec::Payload;
use sabir_core::service::{Answer, Method};
use sabir_core::slab::Slab;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// The calls whose handlers have not answered yet.
pub struct Deferred {
    slots: RefCell<Slab<Slot>>,
    /// The one that was begun last, and the name of its handler.
    last: Cell<Option<(u64, &'static str)>>,
}

#[derive(Default)]
struct Slot {
    outcome: Option<Payload>,
    waker: Option<Waker>,
}

impl Deferred {
    pub fn new() -> Rc<Self> {
        Rc::new(Deferred { slots: RefCell::new(Slab::new(TOKENS)), last: Cell::new(None) })
    }

    /// Defers a call of `method`; gives the token for [`settle`](Deferred::settle).
    pub fn begin(&self, method: &'static Method) -> u64 {
        let token = self.slots.borrow_mut().insert(Slot::default());
        self.last.set(Some((token, method.name)));
        token
    }

    /// Answers a deferred call, unless its caller has given it up.
    pub fn settle(&self, token: u64, outcome: Payload) {
        let waker = self.slots.borrow_mut().get_mut(token).and_then(|slot| {
            slot.outcome = Some(outcome);
            slot.waker.take()
        });
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The answer of the handler that was begun last.
    pub fn answer(self: &Rc<Self>) -> Answer {
        let Some((token, name)) = self.last.take() else {
            return Answer::Now(Err(Refusal::Cancelled));
        };
        let forgotten = Forgotten { deferred: Rc::clone(self), token };
        let poll = move |context: &mut Context| forgotten.deferred.poll(forgotten.token, context).map(Ok);
        Answer::LaterAs(name, Box::pin(poll_fn(poll)))
    }

    fn poll(&self, token: u64, context: &Context<'_>) -> Poll<Payload> {
        let mut slots = self.slots.borrow_mut();
        let Some(slot) = slots.get_mut(token) else {
            return Poll::Pending;
        };
        match slot.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Forgets a deferred call when its future is dropped: it was answered, or given up.
struct Forgotten {
    deferred: Rc<Deferred>,
    token: u64,
}

impl Drop for Forgotten {
    fn drop(&mut self) {
        self.deferred.slots.borrow_mut().remove(self.token);
    }
}
