//! A turn of an endpoint: it sends what waits, takes one frame, and serves or files what that brings.

use crate::codec::Payload;
use crate::endpoint::{Endpoint, wake};
use crate::error::CloseReason;
use crate::fragment::Message;
use crate::frame::{Checked, FrameError, Header, Kind};
use crate::inbox::Taken;
use crate::refusal::Refusal;
use crate::serve::{Admission, Request};
use crate::small::SmallFrame;
use crate::state::State;
use crate::tasks::GivenUp;
use crate::words::Words;
use std::cell::RefMut;

impl<W: Words> Endpoint<W> {
    /// Sends what waits, takes one frame, serves or files it, and polls async handlers that were woken.
    ///
    /// Does not block, but looks up to `looks` times for the frame. True: it got something done and is worth turning again.
    ///
    /// # Errors
    /// Why the link has ended, after all that had arrived before was taken.
    pub fn turn(&self, looks: u32) -> Result<bool, CloseReason> {
        self.try_turn(looks).inspect_err(|reason| self.end(reason))
    }

    fn try_turn(&self, looks: u32) -> Result<bool, CloseReason> {
        let mut state = self.state();
        if state.ended.is_some() {
            return Err(state.reason());
        }
        let sending = !state.outbox.is_empty();
        let sent = sending && self.closing_on_error(state.outbox.flush())?;
        if !state.waiting.is_empty() {
            if let Some(arrived) = state.waiting.next(self.nesting(), self.id()) {
                drop(state);
                return self.closing_on_error(self.serve_waiting(*arrived)).map(|()| true);
            }
            if self.nesting().is_idle() {
                // An event waits for a turn of its own, and what came after it for its.
                return Ok(sent);
            }
        }
        // With other work due, one look at the ring has to do.
        let busy = sending || self.0.tasks.borrow().has_ready();
        let looks = if busy { 1 } else { looks };
        match self.closing_on_error(state.take(looks))? {
            Taken::Small { header, frame } if header.kind == Kind::Call => {
                let admission = self.admit(&mut state, &header);
                drop(state);
                let done = self.take_small_call(&header, &frame, admission);
                self.state().frames.put_back(frame);
                self.closing_on_error(done).map(|()| true)
            }
            taken => self.take_other(state, taken, sent),
        }
    }

    /// Serves the call that stands in a small frame, or has it wait.
    #[inline(always)]
    fn take_small_call(&self, header: &Header, frame: &SmallFrame, admission: Admission) -> Checked<()> {
        let payload = frame.payload(header.len);
        match admission {
            Admission::Now(served) => self.dispatch(header.kind, Request::Small(payload), served),
            Admission::Later(served) => {
                self.put_off(Message::of(header, Payload::of(payload.to_vec())), served)
            }
        }
    }

    /// Takes whatever is not a small call; `sent`: frames were sent in this turn.
    #[inline(never)]
    fn take_other(
        &self,
        mut state: RefMut<'_, State<W>>,
        taken: Taken,
        sent: bool,
    ) -> Result<bool, CloseReason> {
        let woken = state.take_woken();
        let message = match taken {
            Taken::Whole(message) => Some(message),
            Taken::Small { header, frame } => {
                let body = frame.payload(header.len).to_vec();
                state.frames.put_back(frame);
                Some(Message::of(&header, Payload::of(body)))
            }
            Taken::Part => None,
            Taken::Nothing => {
                drop(state);
                self.after_wake(woken);
                return Ok(sent || self.poll_tasks());
            }
        };
        drop(state);
        self.after_wake(woken);
        if let Some(message) = message {
            self.count(|counts| counts.bytes += message.payload.body.len() as u64);
            self.closing_on_error(self.receive(message))?;
        }
        Ok(true)
    }

    fn receive(&self, message: Message) -> Checked<()> {
        let Message { kind, call, .. } = message;
        match kind {
            Kind::Call | Kind::OneWay => {
                let admission = self.admit(&mut self.state(), &message.header(0));
                match admission {
                    Admission::Now(served) => self.dispatch(kind, Request::Whole(message.payload), served),
                    Admission::Later(served) => self.put_off(message, served),
                }
            }
            Kind::Reply => {
                let finished = self.state().calls.finish(kind, call, Ok(message.payload));
                finished.map(wake)
            }
            Kind::Refuse => self.refused(call, message.payload),
            Kind::Cancel => {
                self.cancelled(call);
                Ok(())
            }
            // The inbox lets no fragment through.
            Kind::Fragment => Ok(()),
        }
    }

    #[cold]
    fn refused(&self, call: u32, payload: Payload) -> Checked<()> {
        let kind = Kind::Refuse;
        let refusal = Refusal::decode(&payload.body).ok_or(FrameError::Payload {
            kind,
            call,
            what: "it holds no refusal",
        })?;
        let finished = self.state().calls.finish(kind, call, Err(refusal));
        finished.map(wake)
    }

    #[cold]
    fn cancelled(&self, call: u32) {
        let given_up = self.0.tasks.borrow_mut().cancel(call);
        let is_served = !matches!(given_up, GivenUp::Unknown);
        let waited = if is_served { None } else { self.state().waiting.cancel(call) };
        if is_served || waited.is_some() {
            self.refuse(call, Refusal::Cancelled);
        }
        if let GivenUp::Task(task) = given_up {
            drop(task);
        }
    }
}
