//! The hot path of a call, on the stack at both ends: one small frame there, and one back, to a peer that is awake.
//!
//! Whatever else is the case, the call goes on by the general way, from where it stands.

use crate::codec::{self, Payload};
use crate::doorbell::Rung;
use crate::endpoint::{Endpoint, State, closed};
use crate::error::{CallError, CloseReason};
use crate::frame::{FrameError, HEADER_BYTES, Header, Kind, align};
use crate::service::{Method, SmallAnswer};
use crate::words::Words;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A frame on the stack, aligned so that it is copied by whole words.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(crate) struct SmallFrame(pub [u8; SmallFrame::BYTES]);

impl SmallFrame {
    /// A header, the two hashes of a call and 40 bytes of arguments.
    pub const BYTES: usize = 64;
}

/// Where the arguments of a call begin in its frame.
const ARGUMENTS: usize = HEADER_BYTES + 8;

/// How far a call got.
pub(crate) enum Exchange<T> {
    Answered(T),
    /// The answer is to be waited for.
    Sent(u32),
    NotSent,
}

impl<W: Words> Endpoint<W> {
    /// Makes a call that one small frame holds, and takes its answer if it comes within the spin, is next, and is small too.
    pub(crate) fn exchange<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<Exchange<T>, CallError> {
        let mut frame = SmallFrame([0; SmallFrame::BYTES]);
        let Some(len) = codec::encode_small(&mut frame.0[ARGUMENTS..], arguments) else {
            return Ok(Exchange::NotSent);
        };
        if method.timeout_ms.is_some() {
            return Ok(Exchange::NotSent);
        }
        frame.0[HEADER_BYTES..ARGUMENTS].copy_from_slice(&method.hashes().to_le_bytes());
        self.look_before(method)?;
        let Some(call) = self.send_small(&mut frame, ARGUMENTS - HEADER_BYTES + len) else {
            return Ok(Exchange::NotSent);
        };
        match self.take_small_reply(call, &mut frame).map_err(|reason| closed(method, reason))? {
            Some(len) => method
                .decode_body(&frame.0[HEADER_BYTES..HEADER_BYTES + len], Vec::new())
                .map(Exchange::Answered),
            None => Ok(Exchange::Sent(call)),
        }
    }

    /// Sends the call whose payload of `len` bytes stands in `frame`, if nothing waits before it and there is space.
    fn send_small(&self, frame: &mut SmallFrame, len: usize) -> Option<u32> {
        let end = HEADER_BYTES + align(len);
        let idle = self.0.tasks.borrow().is_empty();
        let mut state = self.state();
        if !idle || !state.is_quiet() || !state.link.producer.free(end).is_ok_and(|free| free >= end) {
            return None;
        }
        let call = state.calls.begin(f64::INFINITY)?;
        let (kind, parent) = (Kind::Call, self.0.serving.get());
        let header = Header { kind, flags: 0, attachments: 0, call, len: len as u32, parent };
        frame.0[..HEADER_BYTES].copy_from_slice(&header.pack());
        state.link.producer.send(&frame.0[..end]);
        drop(state);
        self.count(|counts| counts.made += 1);
        Some(call)
    }

    /// Takes the answer to `call` into `frame`; the length of its payload, or `None` if it is for the general way to take.
    fn take_small_reply(&self, call: u32, frame: &mut SmallFrame) -> Result<Option<usize>, CloseReason> {
        let mut state = self.state();
        let rung = state.take_rung();
        if rung != Rung::No {
            drop(state);
            self.rung(rung);
            return Ok(None);
        }
        let consumer = &mut state.link.consumer;
        let available = match consumer.available(self.0.platform.spins) {
            Ok(available) => available,
            Err(error) => {
                drop(state);
                return Err(self.corrupt(&error)).inspect_err(|reason| self.end(reason));
            }
        };
        if available < HEADER_BYTES {
            return Ok(None);
        }
        // What is wrong with a header is found again by the general way: nothing was taken.
        let expected = (Kind::Reply, call, 0, 0);
        let len = match Header::unpack(&consumer.header(), available - HEADER_BYTES) {
            Ok(reply) if (reply.kind, reply.call, reply.flags, reply.attachments) == expected => {
                reply.len as usize
            }
            _ => return Ok(None),
        };
        if !consumer.copy_staged(HEADER_BYTES + len, &mut frame.0) {
            return Ok(None);
        }
        consumer.release(HEADER_BYTES + align(len));
        state.calls.retract(call);
        let rung = state.take_rung();
        drop(state);
        if rung != Rung::No {
            self.rung(rung);
        }
        Ok(Some(len))
    }
}

impl<W: Words> State<W> {
    /// Takes a call that one small frame holds, if that is what `looks` looks find.
    pub(crate) fn take_small_call(&mut self, looks: u32) -> Result<Option<(Header, SmallFrame)>, FrameError> {
        let consumer = &mut self.link.consumer;
        let available = consumer.available(looks)?;
        if available < HEADER_BYTES || !self.inbox.is_idle() {
            return Ok(None);
        }
        let header = Header::unpack(&consumer.header(), available - HEADER_BYTES)?;
        let (len, mut frame) = (header.len as usize, SmallFrame([0; SmallFrame::BYTES]));
        if (header.kind, header.flags, header.attachments) != (Kind::Call, 0, 0)
            || header.call == 0
            || len < ARGUMENTS - HEADER_BYTES
            || !consumer.copy_staged(HEADER_BYTES + len, &mut frame.0)
        {
            return Ok(None);
        }
        consumer.release(HEADER_BYTES + align(len));
        Ok(Some((header, frame)))
    }
}

impl<W: Words> Endpoint<W> {
    /// Serves a call that was taken by [`State::take_small_call`].
    pub(crate) fn serve_small(&self, header: Header, frame: SmallFrame) -> Result<(), FrameError> {
        let Header { kind, call, len, parent, .. } = header;
        let payload = HEADER_BYTES..HEADER_BYTES + len as usize;
        let [id, signature] = [HEADER_BYTES, HEADER_BYTES + 4].map(|at| word(&frame, at));
        if let Some((service, index)) = self.find(id).filter(|_| self.0.tasks.borrow().is_empty())
            && service.methods()[index].signature == signature
        {
            let mut answer = SmallFrame([0; SmallFrame::BYTES]);
            let outer = self.0.serving.replace(call);
            let served =
                service.serve_small(index, &frame.0[ARGUMENTS..payload.end], &mut answer.0[HEADER_BYTES..]);
            self.0.serving.set(outer);
            if !matches!(served, SmallAnswer::Declined) {
                self.count(|counts| counts.served += 1);
            }
            match served {
                SmallAnswer::Written(len) => {
                    self.reply_small(call, answer, len);
                    return Ok(());
                }
                SmallAnswer::Other(answer) => {
                    self.answer(call, parent, &service.methods()[index], answer);
                    return Ok(());
                }
                SmallAnswer::Declined => {}
            }
        }
        let body = frame.0[payload].to_vec().into();
        self.dispatch(kind, call, parent, Payload { body, attachments: Vec::new() })
    }

    /// Sends the answer of `len` bytes that stands in `frame`.
    fn reply_small(&self, call: u32, mut frame: SmallFrame, len: usize) {
        let end = HEADER_BYTES + align(len);
        let mut state = self.state();
        if state.is_sendable() && state.link.producer.free(end).is_ok_and(|free| free >= end) {
            let header =
                Header { kind: Kind::Reply, flags: 0, attachments: 0, call, len: len as u32, parent: 0 };
            frame.0[..HEADER_BYTES].copy_from_slice(&header.pack());
            state.link.producer.send(&frame.0[..end]);
            let rung = state.take_rung();
            drop(state);
            if rung != Rung::No {
                self.rung(rung);
            }
            return;
        }
        drop(state);
        let body = frame.0[HEADER_BYTES..HEADER_BYTES + len].to_vec().into();
        self.reply(Kind::Reply, call, Payload { body, attachments: Vec::new() });
    }
}

/// The word at byte `at`.
fn word(frame: &SmallFrame, at: usize) -> u32 {
    let bytes = frame.0[at..].first_chunk().copied();
    u32::from_le_bytes(bytes.unwrap_or_default())
}
