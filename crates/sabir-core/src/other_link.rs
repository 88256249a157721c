//! A link as the calls over its realm's other links know it.

use crate::endpoint::Endpoint;
use crate::nesting::{OtherLink, Serial};
use crate::shared::Shared;
use crate::words::Words;
use std::rc::Rc;

impl<W: Words> OtherLink for Shared<W> {
    fn note_arrivals(&self) {
        let state = &mut *self.state();
        // A broken position is found when the ring is read.
        state.arrivals.note(state.inbox.written());
    }

    fn holds_calls(&self) -> bool {
        self.state.borrow().outbox.holds_calls()
    }

    fn release_held(self: Rc<Self>) {
        let endpoint = Endpoint(self);
        endpoint.release_held(endpoint.parent());
    }

    fn keep_arrivals(&self, serial: Serial) {
        self.state().arrivals.keep(serial);
    }

    fn has_suspects(&self) -> bool {
        self.tasks.borrow().has_suspects()
    }

    fn refuse_stuck(self: Rc<Self>, now_ms: f64) -> f64 {
        Endpoint(self).refuse_stuck(now_ms)
    }

    fn is_answered(&self, call: u32) -> bool {
        self.state().calls.is_answered(call)
    }

    fn id(&self) -> usize {
        Shared::id(self)
    }
}
