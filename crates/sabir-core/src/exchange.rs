//! The hot path of a call, on the stack at both ends: one small frame there, and one back, to a peer that is awake.
//!
//! Whatever else is the case, the call goes on by the general way, from where it stands.

use crate::codec::{self, Payload};
use crate::doorbell::Rung;
use crate::endpoint::{Endpoint, State, closed};
use crate::error::{CallError, CloseReason};
use crate::frame::{FrameError, HEADER_BYTES, Header, Kind, SmallFrame, align};
use crate::ring::Consumer;
use crate::service::{Arguments, Method, SmallAnswer};
use crate::words::Words;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How far a call got.
pub(crate) enum Exchange<T> {
    Answered(T),
    /// The answer is to be waited for.
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
        if method.timeout_ms.is_some() {
            return Ok(Exchange::NotSent);
        }
        let mut frame = SmallFrame::new();
        let (hashes, rest) = frame.payload_mut().split_at_mut(Arguments::HASHES);
        hashes.copy_from_slice(&method.hashes().to_le_bytes());
        let Some(len) = write(rest) else {
            return Ok(Exchange::NotSent);
        };
        self.look_before(method)?;
        let Some(call) = self.begin_small(&mut frame, (Arguments::HASHES + len) as u32) else {
            return Ok(Exchange::NotSent);
        };
        match self.take_small_reply(call, &mut frame).map_err(|reason| closed(method, reason))? {
            Some(len) => Ok(Exchange::Answered(read(frame.payload(len)))),
            None => Ok(Exchange::Sent(call)),
        }
    }

    /// Sends the call whose payload of `len` bytes stands in `frame`; its id, or `None` if it was not sent.
    fn begin_small(&self, frame: &mut SmallFrame, len: u32) -> Option<u32> {
        // Async handlers want to be polled: the spin would keep them waiting.
        if !self.0.tasks.borrow().is_empty() {
            return None;
        }
        let mut state = self.state();
        let call = state.calls.begin(f64::INFINITY)?;
        if !state.post_small(frame, (Kind::Call, call, self.0.serving.get()), len) {
            state.calls.retract(call);
            return None;
        }
        drop(state);
        self.count(|counts| counts.made += 1);
        Some(call)
    }

    /// Takes the answer to `call` into `frame`; gives the length of its payload.
    fn take_small_reply(&self, call: u32, frame: &mut SmallFrame) -> Result<Option<u32>, CloseReason> {
        let mut state = self.state();
        let rung = state.take_rung();
        if rung != Rung::No || !state.inbox.is_idle() {
            drop(state);
            self.rung(rung);
            return Ok(None);
        }
        let reply = |header: &Header| header.kind == Kind::Reply && header.call == call;
        let taken = take_small(&mut state.link.consumer, self.looks(), frame, reply);
        let came = matches!(taken, Ok(Some(_)));
        self.0.patience.update(|patience| patience.spun(came));
        if came {
            state.calls.retract(call);
        }
        let rung = state.take_rung();
        drop(state);
        self.rung(rung);
        let taken = self.check(taken).inspect_err(|reason| self.end(reason))?;
        Ok(taken.map(|header| header.len))
    }

    /// Serves the call in `frame`, which was taken by [`State::take_small_call`].
    pub(crate) fn serve_small(&self, header: &Header, frame: &SmallFrame) -> Result<(), FrameError> {
        let Header { kind, call, len, parent, .. } = *header;
        let payload = frame.payload(len);
        if let Some((id, signature)) = Arguments::hashes(payload)
            && let Some((service, index)) = self.find(id)
            && service.methods()[index].signature == signature
            && self.0.tasks.borrow().is_empty()
        {
            let mut answer = SmallFrame::new();
            let outer = self.0.serving.replace(call);
            let served = service.serve_small(index, &payload[Arguments::HASHES..], answer.payload_mut());
            self.0.serving.set(outer);
            match served {
                SmallAnswer::Declined => {}
                SmallAnswer::Written(len) => {
                    self.count(|counts| counts.served += 1);
                    self.reply_small(call, &mut answer, len as u32);
                    return Ok(());
                }
                SmallAnswer::Other(answer) => {
                    self.count(|counts| counts.served += 1);
                    self.answer(call, parent, &service.methods()[index], answer);
                    return Ok(());
                }
            }
        }
        self.dispatch(kind, call, parent, Payload { body: payload.to_vec(), attachments: Vec::new() })
    }

    /// Sends the answer of `len` bytes that stands in `frame`.
    fn reply_small(&self, call: u32, frame: &mut SmallFrame, len: u32) {
        let mut state = self.state();
        let sent = state.post_small(frame, (Kind::Reply, call, 0), len);
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
    /// Takes a call that one small frame holds into `frame`, if that is what `looks` looks find.
    pub(crate) fn take_small_call(
        &mut self,
        looks: u32,
        frame: &mut SmallFrame,
    ) -> Result<Option<Header>, FrameError> {
        if !self.inbox.is_idle() {
            return self.link.consumer.available(looks).map(|_| None);
        }
        let call = |header: &Header| header.kind == Kind::Call && header.call != 0;
        take_small(&mut self.link.consumer, looks, frame, call)
    }
}

/// Takes a message that one small frame holds into `frame`, if that is what `looks` looks find, and it is `wanted`.
fn take_small<W: Words>(
    consumer: &mut Consumer<W>,
    looks: u32,
    frame: &mut SmallFrame,
    wanted: impl Fn(&Header) -> bool,
) -> Result<Option<Header>, FrameError> {
    // What is too short for a header is found by the general way.
    let Some(available) = consumer.available(looks)?.checked_sub(HEADER_BYTES) else {
        return Ok(None);
    };
    let header = Header::unpack(&consumer.header(), available)?;
    let whole = header.flags == 0 && header.attachments == 0;
    if !whole || !wanted(&header) || !consumer.copy_staged(header.len, frame) {
        return Ok(None);
    }
    consumer.release(HEADER_BYTES + align(header.len as usize));
    Ok(Some(header))
}
