//! Messages that an endpoint sends: calls, with the order that handlers owe their callers, and answers.

use crate::calls::{Expired, MAX_IN_FLIGHT};
use crate::codec::Payload;
use crate::endpoint::{Endpoint, closed, wake};
use crate::error::{CallError, CloseReason};
use crate::fragment::Message;
use crate::frame::{BLOCKS, DESCENDS, Kind, OF_LOOP, URGENT};
use crate::outbox::MAX_QUEUED_BYTES;
use crate::service::Method;
use crate::small::SmallFrame;
use crate::state::Head;
use crate::words::Words;

/// Bytes that are copied in the time of one look at the ring, 30 ns: fewer than memory allows, for a copy is new memory, which
/// costs a page fault for every 4 KB, and its reader has that cost too.
const COPIED_PER_LOOK: u64 = 16;

/// How a message is sent.
pub(crate) type Post<W> = fn(&Endpoint<W>, Head, Payload) -> Result<(), CloseReason>;

impl<W: Words> Endpoint<W> {
    /// Sends a note of the link's own, which the peer takes at once. Does not block.
    ///
    /// # Errors
    /// [`CallError::Closed`].
    pub fn post_note(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        let posted = self.post_one_way(method, arguments, URGENT, Self::post_message);
        self.state().outbox.keep_last();
        posted
    }

    /// True if so much waits for the peer to read that calls are refused.
    pub fn is_congested(&self) -> bool {
        self.state().outbox.is_full()
    }

    /// The earliest deadline of an async call, in ms on the platform's clock; infinity if there is none.
    pub fn next_deadline(&self) -> f64 {
        self.state().calls.next_deadline()
    }

    /// Ends the async calls whose time is up with [`CallError::TimedOut`].
    pub fn expire(&self, now_ms: f64) {
        let expired = self.state().calls.expire(now_ms);
        expired.iter().for_each(|expired| self.tell_cancelled(expired.call));
        expired.into_iter().for_each(|Expired { waker, .. }| wake(waker));
    }

    /// Starts a call by `post`, which [`expire`](Endpoint::expire) ends at `deadline`; returns its id.
    /// `flags` say how its caller waits.
    pub(crate) fn begin(
        &self,
        method: &'static Method,
        arguments: Payload,
        deadline: f64,
        flags: u8,
        post: Post<W>,
    ) -> Result<u32, CallError> {
        let Some(call) = self.state().calls.begin(method.name, deadline) else {
            return Err(CallError::TooMany { method: method.name.to_owned(), limit: MAX_IN_FLIGHT });
        };
        if flags & BLOCKS != 0 {
            self.nesting().note_arrivals(self.id());
        }
        let flags = if method.of_loop { flags | OF_LOOP } else { flags };
        let head = Head { kind: Kind::Call, flags, call, parent: self.parent() };
        post(self, head, arguments).map_err(|reason| closed(method, reason))?;
        if flags & BLOCKS != 0 {
            let mut state = self.state();
            state.blocking = state.blocking.wrapping_add(1);
        }
        self.count(|counts| counts.made += 1);
        Ok(call)
    }

    /// Starts the blocking call whose payload of `len` bytes stands in `frame`, if it can be sent now; returns its id, which is
    /// to be [filed](crate::calls::CallTable::file) before anything else is done, unless it is answered.
    pub(crate) fn begin_small(&self, frame: &mut SmallFrame, len: u32) -> Option<u32> {
        // Async handlers want to be polled: the spin would keep them waiting.
        if !self.0.tasks.borrow().is_empty() {
            return None;
        }
        self.nesting().note_arrivals(self.id());
        let mut state = self.state();
        if state.outbox.holds_calls() {
            return None;
        }
        let call = state.calls.reserve()?;
        let head = Head { kind: Kind::Call, flags: BLOCKS, call, parent: self.parent() };
        if !state.post_small(head, frame, len) {
            return None;
        }
        state.blocking = state.blocking.wrapping_add(1);
        drop(state);
        self.count(|counts| counts.made += 1);
        Some(call)
    }

    /// Sends a call that has no reply, or queues it, by `post`.
    pub(crate) fn post_one_way(
        &self,
        method: &'static Method,
        arguments: Payload,
        flags: u8,
        post: Post<W>,
    ) -> Result<(), CallError> {
        // Nothing will wait for this call: an end that was not noticed yet would swallow it.
        self.check_open().map_err(|reason| closed(method, reason))?;
        let head = Head { kind: Kind::OneWay, flags, call: 0, parent: self.parent() };
        post(self, head, arguments).map_err(|reason| closed(method, reason))?;
        self.count(|counts| counts.made += 1);
        Ok(())
    }

    /// Sends a call once the handler that runs has returned.
    ///
    /// A handler that answers at once cannot have waited for it: the peer is to see the answer first.
    pub(crate) fn post_held(&self, head: Head, payload: Payload) -> Result<(), CloseReason> {
        if head.parent.is_none() {
            return self.post_message(head, payload);
        }
        let mut state = self.state();
        if state.ended.is_some() {
            return Err(state.reason());
        }
        let message = state.message(head, payload);
        state.outbox.hold(message);
        Ok(())
    }

    /// Sends a call at once, behind those that are held.
    pub(crate) fn post_released(&self, head: Head, payload: Payload) -> Result<(), CloseReason> {
        self.release_held(head.parent);
        self.post_message(head, payload)
    }

    /// Sends what the handler that runs has made without waiting: it waits now, or has returned.
    pub(crate) fn release_held(&self, parent: Option<u16>) {
        let mut state = self.state();
        if !state.outbox.holds_calls() {
            return;
        }
        let held = state.outbox.take_held();
        drop(state);
        for message in held {
            let Message { kind, flags, call, payload, .. } = message;
            let flags = flags & !DESCENDS;
            // A link that has ended has told whoever waits.
            let _ = self.post_message(Head { kind, flags, call, parent }, payload);
        }
        self.state().outbox.keep_last();
    }

    pub(crate) fn check_queue(&self, method: &Method) -> Result<(), CallError> {
        if !self.is_congested() {
            return Ok(());
        }
        Err(CallError::Congested { method: method.name.to_owned(), limit: MAX_QUEUED_BYTES })
    }

    /// Gives a call up: an answer that still comes is dropped, and the callee is told if it is at it.
    pub(crate) fn cancel(&self, call: u32) {
        let callee_is_told = self.state().calls.abandon(call);
        if callee_is_told {
            self.tell_cancelled(call);
        }
    }

    fn tell_cancelled(&self, call: u32) {
        let mut state = self.state();
        if state.withdraw(call) {
            state.calls.retract(call);
            return;
        }
        drop(state);
        // A link that has ended cancels everything.
        let _ = self.post_message(Head::answer(Kind::Cancel, call), Payload::default());
    }

    /// True if messages wait for space.
    pub(crate) fn is_sending(&self) -> bool {
        !self.state().outbox.is_empty()
    }

    pub(crate) fn post_message(&self, head: Head, payload: Payload) -> Result<(), CloseReason> {
        let mut state = self.state();
        if state.ended.is_some() {
            return Err(state.reason());
        }
        self.count(|counts| counts.bytes += payload.body.len() as u64);
        let posted = state.post(head, payload);
        let (queued, woken) = (!state.outbox.is_empty(), state.take_woken());
        drop(state);
        self.closing_on_error(posted).inspect_err(|reason| self.end(reason))?;
        self.after_wake(woken);
        if queued {
            // The event loop must wait for space now, not only for frames.
            (self.0.platform.schedule)();
        }
        Ok(())
    }

    /// Answers a call; a one-way call, 0, has no answer.
    pub(crate) fn reply(&self, kind: Kind, call: u32, payload: Payload) {
        if call != 0 {
            // A link that has ended has no caller left to answer.
            let _ = self.post_message(Head::answer(kind, call), payload);
            if self.is_sending() {
                self.send_while_read();
                self.state().outbox.keep_last();
            }
        }
    }

    /// Answers a call with the `len` bytes that stand in `frame`.
    pub(crate) fn reply_small(&self, call: u32, frame: &mut SmallFrame, len: u32) {
        let mut state = self.state();
        let sent = state.post_small(Head::answer(Kind::Reply, call), frame, len);
        let woken = state.take_woken();
        drop(state);
        self.after_wake(woken);
        if !sent {
            self.reply(Kind::Reply, call, Payload::of(frame.payload(len).to_vec()));
        }
    }

    /// Sends the rest of an answer while the caller reads it. Once the waits for space have taken as long as a copy, a copy is
    /// the better choice: the answer must not change after it was given, and this realm has other things to do.
    #[cold]
    fn send_while_read(&self) {
        let left = self.state().outbox.left_of_first();
        let looks = match self.0.platform.spins as usize {
            0 => 0,
            spins => spins.saturating_add((left / COPIED_PER_LOOK) as usize),
        };
        for _ in 0..looks {
            let mut state = self.state();
            let (sent, woken) = (state.outbox.flush(), state.take_woken());
            let done = state.outbox.is_empty();
            drop(state);
            self.after_wake(woken);
            if let Err(reason) = self.closing_on_error(sent) {
                return self.end(&reason);
            }
            if done {
                return;
            }
        }
    }
}
