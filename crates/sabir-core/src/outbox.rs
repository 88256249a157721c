//! The messages of an endpoint that wait: for space in the ring, or for their handler to return. In order.

use crate::fragment::{Message, Outgoing};
use crate::frame::{FrameError, Kind};
use crate::ring::Producer;
use crate::words::Words;
use std::collections::VecDeque;

/// The most bytes of messages that wait, and 256 more for each; one of any size fits if there are fewer.
///
/// It bounds the calls that a realm makes without waiting for them, to a peer that reads nothing.
/// Answers are not bounded: they are as many as the peer's own calls.
pub const MAX_QUEUED_BYTES: u64 = 1 << 30;

/// The approximate bytes of a waiting message beside its payload.
const OVERHEAD: u64 = 256;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<Outgoing>,
    /// Calls that the handler which runs has made without waiting for them.
    held: Vec<Message>,
    /// Of both.
    bytes: u64,
}

impl Outbox {
    /// True if nothing waits for space.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// True if the handler that runs has made calls that are not sent yet.
    pub fn holds_calls(&self) -> bool {
        !self.held.is_empty()
    }

    /// Keeps a call until the handler that makes it returns, or waits.
    pub fn hold(&mut self, mut message: Message) {
        message.keep();
        self.bytes += size(&message);
        self.held.push(message);
    }

    /// Gives what was held, to be sent.
    pub fn take_held(&mut self) -> Vec<Message> {
        let held = std::mem::take(&mut self.held);
        self.bytes -= held.iter().map(size).sum::<u64>();
        held
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// True if no more calls are to be queued.
    pub fn is_full(&self) -> bool {
        self.bytes >= MAX_QUEUED_BYTES
    }

    pub fn push(&mut self, outgoing: Outgoing) {
        self.bytes += outgoing.left() + OVERHEAD;
        self.queue.push_back(outgoing);
    }

    /// Sends what fits; true if frames were sent.
    #[cold]
    pub fn flush<W: Words>(&mut self, producer: &mut Producer<W>) -> Result<bool, FrameError> {
        let mut sent = false;
        while let Some(first) = self.queue.front_mut() {
            let wanted = first.wanted(producer.capacity());
            if producer.free(wanted)? < wanted {
                break;
            }
            sent = true;
            let before = first.left();
            let done = first.advance(producer)?;
            self.bytes -= before - first.left();
            if !done {
                break;
            }
            self.bytes -= OVERHEAD;
            self.queue.pop_front();
        }
        Ok(sent)
    }

    /// Makes what was queued last the endpoint's own: its sender does not wait.
    pub fn keep_last(&mut self) {
        if let Some(last) = self.queue.back_mut() {
            last.keep();
        }
    }

    /// Takes an unsent call back, and gives its flags; `None` if it has left.
    pub fn withdraw(&mut self, call: u32) -> Option<u8> {
        if let Some(index) = self.held.iter().position(|message| message.call == call) {
            let message = self.held.remove(index);
            self.bytes -= size(&message);
            return Some(message.flags);
        }
        let of_call =
            |outgoing: &Outgoing| outgoing.message.call == call && outgoing.message.kind == Kind::Call;
        let index = self.queue.iter().position(of_call)?;
        let outgoing = &mut self.queue[index];
        let flags = outgoing.message.flags;
        self.bytes -= outgoing.left();
        if outgoing.started() {
            outgoing.abort();
        } else {
            self.bytes -= OVERHEAD;
            self.queue.remove(index);
        }
        Some(flags)
    }

    /// Bytes of the first message that are not sent yet.
    pub fn left_of_first(&self) -> u64 {
        self.queue.front().map_or(0, Outgoing::left)
    }

    /// The space that the first message needs to go on, if there is one.
    pub fn wanted(&self, capacity: usize) -> Option<usize> {
        self.queue.front().map(|first| first.wanted(capacity))
    }

    pub fn clear(&mut self) {
        *self = Outbox::default();
    }
}

/// The bytes of a held message.
fn size(message: &Message) -> u64 {
    message.payload.len_bytes() + OVERHEAD
}
