//! The messages that leave, in order: at once, or when there is space in the ring, or when their handler returns.

use crate::doorbell::Woken;
use crate::fragment::{Message, Outgoing};
use crate::frame::{Checked, HEADER_BYTES, Header, Kind, align};
use crate::ring::Producer;
use crate::small::SmallFrame;
use crate::words::Words;
use std::collections::VecDeque;

/// The most bytes of messages that wait, and 256 more for each; one of any size fits if there are fewer.
///
/// It bounds the calls that a realm makes without waiting for them, to a peer that reads nothing.
/// Answers are not bounded: they are as many as the peer's own calls.
pub const MAX_QUEUED_BYTES: u64 = 1 << 30;

/// The approximate bytes of a waiting message beside its payload.
const OVERHEAD: u64 = 256;

#[derive(Debug)]
pub(crate) struct Outbox<W> {
    producer: Producer<W>,
    /// Boxed, as the calls that wait are: queues of pointers share their code.
    queue: VecDeque<Box<Outgoing>>,
    /// Calls that the handler which runs has made without waiting for them.
    held: Vec<Message>,
    /// Of both.
    bytes: u64,
}

impl<W: Words> Outbox<W> {
    pub fn new(producer: Producer<W>) -> Self {
        Outbox { producer, queue: VecDeque::new(), held: Vec::new(), bytes: 0 }
    }

    /// Sends the message of `header`, whose payload stands in `frame`, if nothing waits before it and there is space.
    #[inline(always)]
    pub fn send_small(&mut self, header: &Header, frame: &mut SmallFrame) -> bool {
        let wanted = HEADER_BYTES + align(header.len as usize);
        // `send` reports a broken position.
        let sends = self.queue.is_empty() && self.producer.free(wanted).is_ok_and(|free| free >= wanted);
        if sends {
            self.producer.send(frame.finish(header));
        }
        sends
    }

    /// Sends a message of any size, or queues what there is no space for behind those that wait.
    #[cold]
    pub fn send(&mut self, message: Message) -> Checked<()> {
        let mut outgoing = Outgoing::new(message);
        if !self.queue.is_empty() || !outgoing.advance(&mut self.producer)? {
            self.bytes += outgoing.left() + OVERHEAD;
            self.queue.push_back(Box::new(outgoing));
        }
        Ok(())
    }

    /// How the peer was woken since the last call of this function.
    pub fn take_woken(&mut self) -> Woken {
        self.producer.take_woken()
    }

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

    /// Sends what fits; true if frames were sent.
    #[cold]
    pub fn flush(&mut self) -> Checked<bool> {
        let producer = &mut self.producer;
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
        let of_call = |message: &Message| message.call == call && message.kind == Kind::Call;
        let index = self.queue.iter().position(|outgoing| of_call(&outgoing.message))?;
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
        self.queue.front().map_or(0, |first| first.left())
    }

    /// True if the first message that waits can go on.
    pub fn can_flush(&mut self) -> Checked<bool> {
        let Some(first) = self.queue.front() else { return Ok(false) };
        let wanted = first.wanted(self.producer.capacity());
        Ok(self.producer.free(wanted)? >= wanted)
    }

    /// Forgets what waits: the link has ended.
    pub fn clear(&mut self) {
        self.queue = VecDeque::new();
        self.held = Vec::new();
        self.bytes = 0;
    }
}

/// The bytes of a held message.
fn size(message: &Message) -> u64 {
    message.payload.len_bytes() + OVERHEAD
}
