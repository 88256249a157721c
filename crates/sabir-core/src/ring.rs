//! A ring: a single-producer, single-consumer buffer of bytes, with a position word for each end.
//!
//! Each end keeps its own position, which is always right, and a copy of the other's, which may be stale:
//! a stale copy only ever hides space or bytes, so it is read anew only when it does not suffice.
//! The algorithm is Lamport's (1983) with cached positions, as in `rtrb`; positions run modulo `2 * capacity`.

use crate::doorbell::{Doorbell, Event};
use crate::frame::FrameError;
use crate::layout::RingAt;
use crate::words::Words;

/// The end that writes.
#[derive(Debug)]
pub(crate) struct Producer<W> {
    words: W,
    at: RingAt,
    /// Woken when bytes are committed.
    reader: Doorbell<W>,
    /// The reader sleeps by message, and was not sent one yet.
    message_due: bool,
    /// In `0..2 * capacity`; always in step with the word.
    tail: u32,
    /// In `0..2 * capacity`; may be behind the word.
    head_seen: u32,
}

/// The end that reads.
#[derive(Debug)]
pub(crate) struct Consumer<W> {
    words: W,
    at: RingAt,
    /// Woken when it waits for space and bytes are given back.
    writer: Doorbell<W>,
    /// The writer sleeps by message, and was not sent one yet.
    message_due: bool,
    /// In `0..2 * capacity`; always in step with the word.
    head: u32,
    /// In `0..2 * capacity`; may be behind the word.
    tail_seen: u32,
}

impl RingAt {
    /// Bytes from position `from` on to position `to`.
    fn distance(&self, from: u32, to: u32) -> usize {
        let cycle = 2 * self.capacity as u32;
        (if to >= from { to - from } else { to + cycle - from }) as usize
    }

    fn advance(&self, position: u32, by: usize) -> u32 {
        (position + by as u32) & (2 * self.capacity as u32 - 1)
    }

    /// Checks a position word that the other endpoint wrote.
    fn position(&self, found: i32) -> Result<u32, FrameError> {
        let limit = 2 * self.capacity as u32;
        match u32::try_from(found) {
            Ok(position) if position < limit && position % 8 == 0 => Ok(position),
            _ => Err(FrameError::Position { found, limit }),
        }
    }

    /// The runs of memory that `len` bytes from `position` on fill: two where they wrap.
    fn runs(&self, position: u32, len: usize) -> [(usize, usize); 2] {
        let start = position as usize & (self.capacity - 1);
        let first = len.min(self.capacity - start);
        [(self.data_byte + start, first), (self.data_byte, len - first)]
    }
}

impl<W: Words> Producer<W> {
    pub fn new(words: W, at: RingAt, reader: Doorbell<W>) -> Self {
        Producer { words, at, reader, message_due: false, tail: 0, head_seen: 0 }
    }

    /// True, once, if the reader must be sent a message of the platform to wake it.
    pub fn take_message_due(&mut self) -> bool {
        std::mem::take(&mut self.message_due)
    }

    pub fn capacity(&self) -> usize {
        self.at.capacity
    }

    /// Free bytes: at least `wanted` if there are as many.
    pub fn free(&mut self, wanted: usize) -> Result<usize, FrameError> {
        let mut used = self.at.distance(self.head_seen, self.tail);
        if self.at.capacity - used < wanted {
            // Ordering: what the consumer read before it moved its head is read; its bytes may be overwritten. Pairs with
            // [R2] `Consumer::release`.
            let found = self.words.load_acquire(self.at.head);
            self.head_seen = self.at.position(found)?;
            used = self.at.distance(self.head_seen, self.tail);
            if used > self.at.capacity {
                return Err(FrameError::Position { found, limit: 2 * self.at.capacity as u32 });
            }
        }
        Ok(self.at.capacity - used)
    }

    /// Copies `bytes` to `offset` bytes after the tail, a multiple of 4; unseen by the consumer until committed.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        let [(first, len), (second, _)] = self.at.runs(self.at.advance(self.tail, offset), bytes.len());
        self.words.write_bytes(first, &bytes[..len]);
        if len < bytes.len() {
            self.words.write_bytes(second, &bytes[len..]);
        }
    }

    /// Publishes the `len` bytes after the tail, a multiple of 8, and wakes the reader.
    pub fn commit(&mut self, len: usize) {
        self.tail = self.at.advance(self.tail, len);
        // Ordering: publishes the bytes written above. Pairs with [R1] `Consumer::available`.
        let parked = self.words.publish(self.at.tail, self.tail as i32, self.reader.index());
        self.message_due |= self.reader.unpark_seen(parked, Event::Arrival);
    }
}

impl<W: Words> Consumer<W> {
    pub fn new(words: W, at: RingAt, writer: Doorbell<W>) -> Self {
        Consumer { words, at, writer, message_due: false, head: 0, tail_seen: 0 }
    }

    /// True, once, if the writer must be sent a message of the platform to wake it.
    pub fn take_message_due(&mut self) -> bool {
        std::mem::take(&mut self.message_due)
    }

    /// Committed bytes: 0 only if there are none.
    pub fn available(&mut self) -> Result<usize, FrameError> {
        if self.tail_seen == self.head {
            // Ordering: what was written before the tail moved is visible. Pairs with [R1] `Producer::commit`.
            let found = self.words.load_acquire(self.at.tail);
            self.tail_seen = self.at.position(found)?;
            if self.at.distance(self.head, self.tail_seen) > self.at.capacity {
                return Err(FrameError::Position { found, limit: 2 * self.at.capacity as u32 });
            }
        }
        Ok(self.at.distance(self.head, self.tail_seen))
    }

    /// Looks up to `times` times for bytes where there were none; true once there are.
    pub fn spin(&self, times: u32) -> bool {
        self.words.spin_while(self.at.tail, self.head as i32, times)
    }

    /// Copies the bytes from `offset` after the head, a multiple of 4, to all of `into`.
    pub fn read(&self, offset: usize, into: &mut [u8]) {
        let [(first, len), (second, _)] = self.at.runs(self.at.advance(self.head, offset), into.len());
        self.words.read_bytes(first, &mut into[..len]);
        if len < into.len() {
            self.words.read_bytes(second, &mut into[len..]);
        }
    }

    /// Appends the `len` bytes from `offset` after the head, a multiple of 4, to `into`.
    pub fn append(&self, offset: usize, len: usize, into: &mut Vec<u8>) {
        let [(first, first_len), (second, second_len)] =
            self.at.runs(self.at.advance(self.head, offset), len);
        self.words.append_bytes(first, first_len, into);
        if second_len > 0 {
            self.words.append_bytes(second, second_len, into);
        }
    }

    /// Gives the first `len` bytes, a multiple of 8, back to the writer, and wakes it if it waits for space.
    pub fn release(&mut self, len: usize) {
        self.head = self.at.advance(self.head, len);
        // Ordering: the bytes were copied out before; they may be overwritten now. Pairs with [R2] `Producer::free`.
        let parked = self.words.publish(self.at.head, self.head as i32, self.writer.index());
        self.message_due |= self.writer.unpark_seen(parked, Event::Space);
    }
}
