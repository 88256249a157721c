//! A ring: a single-producer, single-consumer buffer of bytes, with a position word for each end.
//!
//! Each end keeps its own position, which is always right, and a copy of the other's, which may be stale:
//! a stale copy only ever hides space or bytes, so it is read anew only when it does not suffice.
//! The algorithm is Lamport's (1983) with cached positions, as in `rtrb`; positions run modulo `2 * capacity`.
//!
//! The functions on the way of a small frame are `inline(always)`. The npm package is compiled for size: calling them would take
//! a twentieth of a call's time.

use crate::codec::Bulk;
use crate::doorbell::{Doorbell, Event, Woken};
use crate::frame::{Checked, FrameError, HEADER_BYTES};
use crate::layout::RingAt;
use crate::small::{SmallFrame, SpareFrames};
use crate::words::{Gather, Words};

/// The end that writes.
#[derive(Debug)]
pub(crate) struct Producer<W> {
    words: W,
    at: RingAt,
    /// Woken when bytes are committed.
    reader: Doorbell<W>,
    /// How it was woken since the last `take_woken`.
    woken: Woken,
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
    /// How it was woken since the last `take_woken`.
    woken: Woken,
    /// In `0..2 * capacity`.
    head: u32,
    /// The position in the word: behind the head by less than a quarter of the ring.
    released: u32,
    /// In `0..2 * capacity`; may be behind the word.
    tail_seen: u32,
    stage: Stage,
}

/// The bytes behind the head, copied in the same visit to the platform that found them: all of a small frame.
#[derive(Debug)]
struct Stage {
    bytes: SmallFrame,
    /// The position of the first.
    at: u32,
    /// How many of them were committed when they were copied.
    len: usize,
}

impl RingAt {
    /// The position of a byte of the stream, counted from its beginning.
    pub fn word(&self, byte: u64) -> u32 {
        (byte & (2 * self.capacity as u64 - 1)) as u32
    }

    /// Bytes from position `from` on to position `to`.
    pub fn distance(&self, from: u32, to: u32) -> usize {
        (to.wrapping_sub(from) & (2 * self.capacity as u32 - 1)) as usize
    }

    fn advance(&self, position: u32, by: usize) -> u32 {
        (position + by as u32) & (2 * self.capacity as u32 - 1)
    }

    /// Checks a position word that the other endpoint wrote.
    fn position(&self, found: i32) -> Checked<u32> {
        let limit = 2 * self.capacity as u32;
        match u32::try_from(found) {
            Ok(position) if position < limit && position % 8 == 0 => Ok(position),
            _ => Err(FrameError::Position { found, limit }.into()),
        }
    }

    /// The runs of memory that `len` bytes from `position` on fill: two where they wrap.
    pub fn runs(&self, position: u32, len: usize) -> [(usize, usize); 2] {
        let start = position as usize & (self.capacity - 1);
        let first = len.min(self.capacity - start);
        [(self.data_byte + start, first), (self.data_byte, len - first)]
    }
}

impl<W: Words> Producer<W> {
    pub fn new(words: W, at: RingAt, reader: Doorbell<W>) -> Self {
        Producer { words, at, reader, woken: Woken::No, tail: 0, head_seen: 0 }
    }

    /// How the reader was woken since the last call of this function.
    pub fn take_woken(&mut self) -> Woken {
        std::mem::take(&mut self.woken)
    }

    pub fn capacity(&self) -> usize {
        self.at.capacity
    }

    /// Free bytes: at least `wanted` if there are as many.
    #[inline(always)]
    pub fn free(&mut self, wanted: usize) -> Checked<usize> {
        let free = self.at.capacity - self.at.distance(self.head_seen, self.tail);
        if free < wanted { self.look_for_free() } else { Ok(free) }
    }

    #[cold]
    fn look_for_free(&mut self) -> Checked<usize> {
        // Ordering: what the consumer read before it moved its head is read; its bytes may be overwritten. Pairs with
        // [R2] `Consumer::release`.
        let found = self.words.load_acquire(self.at.head);
        self.head_seen = self.at.position(found)?;
        let free = self.at.capacity.checked_sub(self.at.distance(self.head_seen, self.tail));
        free.ok_or_else(|| FrameError::Position { found, limit: 2 * self.at.capacity as u32 }.into())
    }

    /// Copies `bytes` to `offset` bytes after the tail, a multiple of 4; unseen by the consumer until committed.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        let [(first, len), (second, _)] = self.at.runs(self.at.advance(self.tail, offset), bytes.len());
        self.words.write_bytes(first, &bytes[..len]);
        if len < bytes.len() {
            self.words.write_bytes(second, &bytes[len..]);
        }
    }

    /// Copies the `len` bytes from byte `from` of `bulk`, as [`write`](Producer::write).
    pub fn write_bulk(&self, offset: usize, bulk: &dyn Bulk, from: usize, len: usize) {
        let [(first, first_len), (second, second_len)] =
            self.at.runs(self.at.advance(self.tail, offset), len);
        self.words.write_bulk(first, bulk, from, first_len);
        if second_len > 0 {
            self.words.write_bulk(second, bulk, from + first_len, second_len);
        }
    }

    /// Publishes the `len` bytes after the tail, a multiple of 8, and wakes the reader.
    pub fn commit(&mut self, len: usize) {
        self.publish(self.at.data_byte, &[], len);
    }

    /// Writes a whole frame, a multiple of 8 bytes, publishes it and wakes the reader.
    #[inline(always)]
    pub fn send(&mut self, frame: &[u8]) {
        let [(at, first), (_, rest)] = self.at.runs(self.tail, frame.len());
        if rest > 0 {
            self.write(0, frame);
            return self.commit(frame.len());
        }
        self.publish(at, frame, first);
    }

    #[inline(always)]
    fn publish(&mut self, at: usize, bytes: &[u8], len: usize) {
        self.tail = self.at.advance(self.tail, len);
        // Ordering: publishes the bytes written above. Pairs with [R1] `Consumer::available`.
        let parked = self.words.publish(at, bytes, self.at.tail, self.tail as i32, self.reader.index());
        self.woken = self.woken.max(self.reader.unpark_seen(parked, Event::Arrival));
    }
}

impl<W: Words> Consumer<W> {
    pub fn new(words: W, at: RingAt, writer: Doorbell<W>) -> Self {
        let stage = Stage { bytes: SmallFrame::default(), at: 0, len: 0 };
        Consumer { words, at, writer, woken: Woken::No, head: 0, released: 0, tail_seen: 0, stage }
    }

    /// How the writer was woken since the last call of this function.
    pub fn take_woken(&mut self) -> Woken {
        std::mem::take(&mut self.woken)
    }

    /// Committed bytes: 0 only if `looks` looks found none.
    #[inline(always)]
    pub fn available(&mut self, looks: u32) -> Checked<usize> {
        if self.tail_seen == self.head {
            let [(at, run), _] = self.at.runs(self.head, SmallFrame::BYTES);
            let stage = &mut self.stage.bytes.bytes_mut()[..run];
            // Ordering: what was written before the tail moved is visible. Pairs with [R1] `Producer::publish`.
            let found = self.words.receive(self.at.tail, self.head as i32, looks, at, stage);
            self.tail_seen = self.at.position(found)?;
            let available = self.at.distance(self.head, self.tail_seen);
            if available > self.at.capacity {
                return Err(FrameError::Position { found, limit: 2 * self.at.capacity as u32 }.into());
            }
            (self.stage.at, self.stage.len) = (self.head, available.min(run));
        }
        Ok(self.at.distance(self.head, self.tail_seen))
    }

    /// Where the writer is now, as a position that nobody has checked.
    pub fn written(&self) -> u32 {
        self.words.load_acquire(self.at.tail) as u32
    }

    /// True if what was written up to `position`, and at most a ring's capacity ago, has not been passed.
    pub fn is_before(&self, position: u32) -> bool {
        self.at.distance(self.head, position) <= self.at.capacity
    }

    /// The header of the frame at the head, whose first 16 bytes are committed.
    #[inline(always)]
    pub fn header(&mut self) -> [u8; HEADER_BYTES] {
        if let Some(header) = self.staged().first_chunk() {
            return *header;
        }
        self.stage_again()
    }

    #[cold]
    fn stage_again(&mut self) -> [u8; HEADER_BYTES] {
        let [(at, run), _] = self.at.runs(self.head, SmallFrame::BYTES);
        (self.stage.at, self.stage.len) = (self.head, run.min(self.at.distance(self.head, self.tail_seen)));
        self.words.read_bytes(at, &mut self.stage.bytes.bytes_mut()[..run]);
        let mut header = [0; HEADER_BYTES];
        // A frame begins at a multiple of 8, as the ring's end is: the header may stand on both sides of it.
        let len = HEADER_BYTES.min(run);
        header[..len].copy_from_slice(&self.stage.bytes.bytes()[..len]);
        if len < HEADER_BYTES {
            self.words.read_bytes(self.at.data_byte, &mut header[len..]);
        }
        header
    }

    /// The staged bytes, from the head on.
    #[inline(always)]
    fn staged(&self) -> &[u8] {
        let from = self.at.distance(self.stage.at, self.head);
        self.stage.bytes.bytes()[..self.stage.len].get(from..).unwrap_or_default()
    }

    /// Takes the frame at the head, whose payload is `len` bytes, if all of it is staged; one of `spares` takes its place.
    #[inline(always)]
    pub fn take_staged(&mut self, len: u32, spares: &mut SpareFrames) -> Option<SmallFrame> {
        if self.stage.at != self.head || self.stage.len < HEADER_BYTES + len as usize {
            return None;
        }
        self.stage.len = 0;
        Some(std::mem::replace(&mut self.stage.bytes, spares.take()))
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

    /// Where the bytes of an attachment go.
    pub fn gather(&self) -> W::Gathered {
        self.words.gather()
    }

    /// Appends the `len` bytes from `offset` after the head, a multiple of 4, to `into`, which may make room for `more`.
    pub fn gather_into(&self, offset: usize, len: usize, more: usize, into: &mut impl Gather<W>) {
        into.reserve(&self.words, len, more);
        let [(first, first_len), (second, second_len)] =
            self.at.runs(self.at.advance(self.head, offset), len);
        into.append(&self.words, first, first_len);
        if second_len > 0 {
            into.append(&self.words, second, second_len);
        }
    }

    /// Gives the first `len` bytes, a multiple of 8, back to the writer, and wakes it if it waits for space.
    ///
    /// It does so a quarter of the ring at a time, for a hot call's sake: a writer waits for half the ring at most,
    /// so what is held back never keeps it waiting.
    #[inline(always)]
    pub fn release(&mut self, len: usize) {
        self.head = self.at.advance(self.head, len);
        if self.at.distance(self.released, self.head) < self.at.capacity / 4 {
            return;
        }
        self.released = self.head;
        // Ordering: the bytes were copied out before; they may be overwritten now. Pairs with [R2] `Producer::free`.
        let parked =
            self.words.publish(self.at.data_byte, &[], self.at.head, self.head as i32, self.writer.index());
        self.woken = self.woken.max(self.writer.unpark_seen(parked, Event::Space));
    }
}
