//! A blocking call, from its arguments to its answer.
//!
//! The hot path needs no allocator: one small frame there, and one back, from a peer that is awake.
//! At any point it may give up; the general path goes on from there.

use crate::codec::{self, Payload};
use crate::doorbell::Woken;
use crate::endpoint::{Endpoint, closed};
use crate::error::{CallError, CloseReason, Interrupted};
use crate::frame::BLOCKS;
use crate::nesting::MAX_DEPTH;
use crate::service::{Arguments, BlockingCaller, CallCodec, Method};
use crate::small::SmallFrame;
use crate::state::SmallReply;
use crate::wait::interrupted;
use crate::words::Words;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// Calls answered within the spin never look at the interrupt word; every so many calls look in any case.
const CALLS_PER_LOOK: u64 = 32;

/// The payload of a call.
enum Request {
    /// Its length, in a small frame.
    Small(u32),
    Whole(Payload),
}

/// The answer to a call.
enum Reply {
    Small(SmallReply),
    Whole(Payload),
}

/// The codec of calls whose arguments and result are values.
struct Values<'a, A, T> {
    method: &'static Method,
    arguments: &'a A,
    result: PhantomData<T>,
}

impl<A: Serialize, T: DeserializeOwned> CallCodec for Values<'_, A, T> {
    type Answer = Result<T, CallError>;

    fn write_small(&self, into: &mut [u8]) -> Option<usize> {
        codec::encode_small(into, self.arguments)
    }

    fn encode(&self) -> Result<Payload, CallError> {
        self.method.encode_arguments(self.arguments)
    }

    fn read_small(self, answer: &[u8]) -> Result<T, CallError> {
        self.method.decode_body(answer, Vec::new())
    }

    fn read(self, answer: Payload) -> Result<T, CallError> {
        self.method.decode_result(answer)
    }
}

impl<W: Words> BlockingCaller for Endpoint<W> {
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        self.look_before(method)?;
        self.call_whole(method, arguments)
    }

    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        self.call_by(method, Values { method, arguments, result: PhantomData })?
    }

    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        // However deep: if it waits, then as a sleep does.
        self.look_at_interrupt(method)?;
        self.post_one_way(method, arguments, 0, Self::post_released)?;
        // Each turn sends from the queue, in order. Without this wait the queue could grow without end.
        if self.is_sending() { self.wait_until_sent(method) } else { Ok(()) }
    }
}

impl<W: Words> Endpoint<W> {
    /// Calls `method` and blocks, as [`BlockingCaller::call`]; `codec` encodes the arguments and decodes the answer.
    ///
    /// # Errors
    /// Any [`CallError`].
    pub fn call_by<C: CallCodec>(&self, method: &'static Method, codec: C) -> Result<C::Answer, CallError> {
        let mut frame = self.state().frames.take();
        let (hashes, rest) = frame.payload_mut().split_at_mut(Arguments::HASHES);
        hashes.copy_from_slice(&method.hashes().to_le_bytes());
        let request = match codec.write_small(rest) {
            Some(len) => Request::Small((Arguments::HASHES + len) as u32),
            None => Request::Whole(codec.encode()?),
        };
        let reply = self.exchange(method, frame, request)?;
        match reply {
            Reply::Small(SmallReply { frame, len }) => {
                let answer = codec.read_small(frame.payload(len));
                self.state().frames.put_back(frame);
                Ok(answer)
            }
            Reply::Whole(payload) => Ok(codec.read(payload)),
        }
    }

    /// Sends a request and blocks until it is answered; `frame` holds one that is small.
    fn exchange(
        &self,
        method: &'static Method,
        mut frame: SmallFrame,
        request: Request,
    ) -> Result<Reply, CallError> {
        self.look_before(method)?;
        let arguments = match request {
            Request::Small(len) => {
                if let Some(call) = self.begin_small(&mut frame, len) {
                    self.state().frames.put_back(frame);
                    return self.await_reply(call, method);
                }
                // The general way takes it from here.
                Payload::of(frame.payload(len).to_vec())
            }
            Request::Whole(payload) => payload,
        };
        self.state().frames.put_back(frame);
        self.call_whole(method, arguments).map(Reply::Whole)
    }

    #[inline(always)]
    fn await_reply(&self, call: u32, method: &'static Method) -> Result<Reply, CallError> {
        match self.take_reply(call, method.name).map_err(|reason| closed(method, reason))? {
            Some(reply) => Ok(Reply::Small(reply)),
            // A time limit counts from now: a call that is answered within the spin reads no clock.
            None => self.block_on(call, method, self.deadline(method)).map(Reply::Whole),
        }
    }

    /// Makes a call of any size.
    fn call_whole(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        let deadline = self.deadline(method);
        let call = self.begin(method, arguments, f64::INFINITY, BLOCKS, Self::post_released)?;
        self.block_on(call, method, deadline)
    }

    /// Takes the answer to a call that was just begun, if it comes within the spin, is next, and is small; else files the call.
    fn take_reply(&self, call: u32, method: &'static str) -> Result<Option<SmallReply>, CloseReason> {
        let mut state = self.state();
        let mut woken = state.take_woken();
        let mut taken = Ok(None);
        // A peer that was asleep does not answer within the spin.
        if woken == Woken::No && state.inbox.is_idle() {
            let looks = self.looks();
            taken = state.take_reply(call, looks);
            let came = matches!(taken, Ok(Some(_)));
            self.0.patience.update(|patience| patience.after_spin(looks, came));
            woken = state.take_woken();
        }
        if !matches!(taken, Ok(Some(_))) {
            state.calls.file(call, method, f64::INFINITY);
        }
        drop(state);
        self.after_wake(woken);
        self.closing_on_error(taken).inspect_err(|reason| self.end(reason))
    }

    /// Errors before a call is made: an interrupt, and nesting that is too deep.
    fn look_before(&self, method: &'static Method) -> Result<(), CallError> {
        self.look_at_interrupt(method)?;
        self.check_depth(method)
    }

    fn look_at_interrupt(&self, method: &'static Method) -> Result<(), CallError> {
        if self.counts().made.is_multiple_of(CALLS_PER_LOOK) {
            self.check_interrupt().map_err(|Interrupted| interrupted(method))?;
        }
        Ok(())
    }

    fn check_depth(&self, method: &Method) -> Result<(), CallError> {
        if self.nesting().depth() < MAX_DEPTH { Ok(()) } else { Err(self.too_deep(method)) }
    }

    #[cold]
    fn too_deep(&self, method: &Method) -> CallError {
        let blocked = self.nesting().blocked();
        let mut chain: Vec<&str> = blocked.iter().map(|blocked| blocked.method).collect();
        chain.push(method.name);
        CallError::TooDeep { limit: MAX_DEPTH, chain: chain.join(" > ") }
    }
}
