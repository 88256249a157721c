//! The hot path of a call, without the allocator at both ends: one small frame there, and one back, to a peer that is awake.
//!
//! Whatever else is the case, the call goes on by the general way, from where it stands.

use crate::codec::{self, Payload};
use crate::doorbell::Rung;
use crate::endpoint::{Endpoint, closed};
use crate::error::{CallError, CloseReason};
use crate::fragment::Message;
use crate::frame::{ABORT, ATTACHED, BLOCKS, FrameError, HEADER_BYTES, Header, Kind, MORE, align};
use crate::service::{Arguments, Method, SmallAnswer};
use crate::small::SmallFrame;
use crate::state::{Head, State};
use crate::tasks::Served;
use crate::words::Words;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How far a call got.
pub(crate) enum Exchange<T> {
    Answered(T),
    /// The answer is to be waited for. A time limit counts from now: a call that is answered within the spin reads no clock.
    Sent(u32),
    NotSent,
}

impl<T> Exchange<Result<T, CallError>> {
    fn transpose(self) -> Result<Exchange<T>, CallError> {
        Ok(match self {
            Exchange::Answered(value) => Exchange::Answered(value?),
            Exchange::Sent(call) => Exchange::Sent(call),
            Exchange::NotSent => Exchange::NotSent,
        })
    }
}

impl<W: Words> Endpoint<W> {
    /// Makes a call that one small frame holds, and takes its answer if it comes within the spin, is next, and is small too.
    pub(crate) fn exchange<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<Exchange<T>, CallError> {
        let write = |into: &mut [u8]| codec::encode_small(into, arguments);
        self.exchange_small(method, write, |reply| method.decode_body(reply, Vec::new()))?.transpose()
    }

    /// [`exchange`](Endpoint::exchange) with what `write` encodes, for what `read` makes of the answer.
    pub(crate) fn exchange_small<T>(
        &self,
        method: &'static Method,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<Exchange<T>, CallError> {
        let mut frame = self.state().frames.take();
        let (hashes, rest) = frame.payload_mut().split_at_mut(Arguments::HASHES);
        hashes.copy_from_slice(&method.hashes().to_le_bytes());
        let call = match write(rest) {
            Some(len) => {
                self.look_before(method)?;
                self.begin_small(&mut frame, (Arguments::HASHES + len) as u32)
            }
            // The general way looks for itself.
            None => None,
        };
        self.state().frames.put_back(frame);
        let Some(call) = call else {
            return Ok(Exchange::NotSent);
        };
        let taken = self.take_small_reply(call, method.name);
        let Some((len, reply)) = taken.map_err(|reason| closed(method, reason))? else {
            return Ok(Exchange::Sent(call));
        };
        let answer = read(reply.payload(len));
        self.state().frames.put_back(reply);
        Ok(Exchange::Answered(answer))
    }

    /// Sends the call whose payload of `len` bytes stands in `frame`; its id, which is not filed, or `None` if it was not sent.
    fn begin_small(&self, frame: &mut SmallFrame, len: u32) -> Option<u32> {
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
        if !state.post_small(frame, head, len) {
            return None;
        }
        state.blocking = state.blocking.wrapping_add(1);
        drop(state);
        self.count(|counts| counts.made += 1);
        Some(call)
    }

    /// Takes the frame that answers `call`, and gives the length of its payload too; or files the call.
    fn take_small_reply(
        &self,
        call: u32,
        method: &'static str,
    ) -> Result<Option<(u32, SmallFrame)>, CloseReason> {
        let mut state = self.state();
        let rung = state.take_rung();
        if rung != Rung::No || !state.inbox.is_idle() {
            state.calls.file(call, method, f64::INFINITY);
            drop(state);
            self.rung(rung);
            return Ok(None);
        }
        let reply = |header: &Header| header.kind == Kind::Reply && header.call == call;
        let taken = state.take_small(self.looks(), reply);
        let came = matches!(taken, Ok(Some(_)));
        self.0.patience.update(|patience| patience.spun(came));
        if !came {
            state.calls.file(call, method, f64::INFINITY);
        }
        let rung = state.take_rung();
        drop(state);
        self.rung(rung);
        let taken = self.check(taken).inspect_err(|reason| self.end(reason))?;
        Ok(taken.map(|(header, frame)| (header.len, frame)))
    }

    /// Serves the call in `frame`, which was taken by [`State::take_small_call`].
    pub(crate) fn serve_small(
        &self,
        header: &Header,
        served: Served,
        frame: &SmallFrame,
    ) -> Result<(), FrameError> {
        let Header { call, len, .. } = *header;
        let payload = frame.payload(len);
        if let Some((id, signature)) = Arguments::hashes(payload)
            && let Some((service, index, method)) = self.find(id)
            && method.signature == signature
            && self.0.tasks.borrow().is_empty()
        {
            let mut reply = self.state().frames.take();
            let answer = self.handle(served, || {
                service.serve_small(index, &payload[Arguments::HASHES..], reply.payload_mut())
            });
            let is_served = !matches!(answer, SmallAnswer::Declined);
            match answer {
                SmallAnswer::Declined => {}
                SmallAnswer::Written(len) => {
                    self.reply_small(call, &mut reply, len as u32);
                    self.release_held(None);
                }
                SmallAnswer::Other(answer) => self.answer(served, method, answer),
            }
            self.state().frames.put_back(reply);
            if is_served {
                self.count(|counts| counts.served += 1);
                return Ok(());
            }
        }
        let payload = Payload { body: payload.to_vec(), attachments: Vec::new() };
        self.dispatch(Message::of(header, payload), served)
    }

    /// Sends the answer of `len` bytes that stands in `frame`.
    fn reply_small(&self, call: u32, frame: &mut SmallFrame, len: u32) {
        let mut state = self.state();
        let sent = state.post_small(frame, Head::answer(Kind::Reply, call), len);
        let rung = state.take_rung();
        drop(state);
        self.rung(rung);
        if !sent {
            let body = frame.payload(len).to_vec();
            self.reply(Kind::Reply, call, Payload { body, attachments: Vec::new() });
        }
    }
}

impl<W: Words> State<W> {
    /// Takes a call that one small frame holds, if that is what `looks` looks find.
    pub(crate) fn take_small_call(&mut self, looks: u32) -> Result<Option<(Header, SmallFrame)>, FrameError> {
        if !self.inbox.is_idle() {
            return self.link.consumer.available(looks).map(|_| None);
        }
        let call = |header: &Header| header.kind == Kind::Call && header.call != 0;
        self.take_small(looks, call)
    }

    /// Takes a message that one small frame holds, if that is what `looks` looks find, and it is `wanted`.
    fn take_small(
        &mut self,
        looks: u32,
        wanted: impl Fn(&Header) -> bool,
    ) -> Result<Option<(Header, SmallFrame)>, FrameError> {
        let consumer = &mut self.link.consumer;
        // The general way reports fewer bytes than a header has.
        let Some(available) = consumer.available(looks)?.checked_sub(HEADER_BYTES) else {
            return Ok(None);
        };
        let header = Header::unpack(&consumer.header(), available)?;
        if header.flags & (MORE | ABORT | ATTACHED) != 0 || !wanted(&header) {
            return Ok(None);
        }
        let Some(frame) = consumer.take_staged(header.len, &mut self.frames) else {
            return Ok(None);
        };
        consumer.release(HEADER_BYTES + align(header.len as usize));
        self.note_taken(header.epoch);
        Ok(Some((header, frame)))
    }
}
