//! Messages of any size through a ring of any size: cutting them into frames, and putting them together again.

use crate::codec::{Attachment, Payload};
use crate::frame::{
    ABORT, ATTACHED, BLOCKS, Checked, DESCENDS, FrameError, HEADER_BYTES, Header, Kind, MORE, OF_LOOP,
    URGENT, align,
};
use crate::ring::{Consumer, Producer};
use crate::words::{Gather, Words};

/// One message: what a frame carries, or several.
#[derive(Debug)]
pub(crate) struct Message {
    pub kind: Kind,
    /// [`BLOCKS`], [`URGENT`], [`DESCENDS`], [`OF_LOOP`].
    pub flags: u8,
    pub taken: u16,
    pub call: u32,
    pub parent: u16,
    pub epoch: u16,
    pub payload: Payload,
}

impl Message {
    /// The header of its first frame.
    pub fn header(&self, len: u32) -> Header {
        let Message { kind, flags, taken, call, parent, epoch, .. } = *self;
        Header { kind, flags, taken, call, len, parent, epoch }
    }

    /// Makes its bytes its own: its sender goes on and may change them.
    pub fn keep(&mut self) {
        for attachment in &mut self.payload.attachments {
            if let Attachment::Bulk(bulk) = attachment {
                *bulk = bulk.snapshot();
            }
        }
    }

    pub fn of(header: &Header, payload: Payload) -> Message {
        let Header { kind, flags, taken, call, parent, epoch, .. } = *header;
        let flags = flags & (BLOCKS | URGENT | DESCENDS | OF_LOOP);
        Message { kind, flags, taken, call, parent, epoch, payload }
    }
}

/// A message on its way out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub message: Message,
    /// The attachment table, in two parts; or empty.
    head: Vec<u8>,
    table: Vec<u8>,
    /// Bytes of payload: all parts, padded. They may be more than memory is addressed by: bulk bytes stand elsewhere.
    total: u64,
    /// Bytes of payload that are in frames.
    sent: u64,
    /// The part that is sent next, and how many of its bytes, with the padding, are in frames.
    part: usize,
    part_sent: u64,
    started: bool,
    aborted: bool,
    kept: bool,
}

/// The parts of a payload, in order; attachments follow.
const HEAD: usize = 0;
const TABLE: usize = 1;
const BODY: usize = 2;
const ATTACHMENTS: usize = 3;

/// The count and the body's length, which stand before the table of lengths.
const HEAD_BYTES: u64 = 8;

impl Outgoing {
    pub fn new(message: Message) -> Self {
        let Payload { body, attachments } = &message.payload;
        let (mut head, mut table, mut total) = (Vec::new(), Vec::new(), body.len() as u64);
        if !attachments.is_empty() {
            // `Payload::check` refuses what is longer than its length can say.
            head.extend_from_slice(&(attachments.len() as u32).to_le_bytes());
            head.extend_from_slice(&(body.len() as u32).to_le_bytes());
            table.reserve_exact(4 * attachments.len());
            total = HEAD_BYTES + padded(total);
            for attachment in attachments {
                let len = attachment.len_bytes() as u32;
                table.extend_from_slice(&len.to_le_bytes());
                total += padded(len.into());
            }
            total += padded(table.len() as u64);
        }
        let (sent, part, part_sent) = (0, HEAD, 0);
        let (started, aborted, kept) = (false, false, false);
        Outgoing { message, head, table, total, sent, part, part_sent, started, aborted, kept }
    }

    /// Makes what is not sent yet its own: its sender goes on and may change it.
    pub fn keep(&mut self) {
        if !std::mem::replace(&mut self.kept, true) {
            self.message.keep();
        }
    }

    /// True once a part of it is in the ring: it must then be finished or aborted.
    pub fn started(&self) -> bool {
        self.started
    }

    /// Bytes of payload that are in no frame yet.
    pub fn left(&self) -> u64 {
        self.total - self.sent
    }

    /// Gives up what is not sent yet; what is left to send tells the other endpoint to forget the rest.
    pub fn abort(&mut self) {
        self.aborted = true;
        self.total = self.sent;
    }

    /// The space it needs to go on: all of it, or a frame that is worth its header.
    pub fn wanted(&self, capacity: usize) -> usize {
        HEADER_BYTES + align(self.left().min(largest_payload(capacity) as u64) as usize)
    }

    /// Writes frames while there is space; true once the last one is written.
    pub fn advance<W: Words>(&mut self, producer: &mut Producer<W>) -> Checked<bool> {
        loop {
            let wanted = self.wanted(producer.capacity());
            if producer.free(wanted)? < wanted {
                return Ok(false);
            }
            let len = self.left().min((wanted - HEADER_BYTES) as u64);
            let last = len == self.left();
            let goes_on = if self.aborted {
                ABORT
            } else if last {
                0
            } else {
                MORE
            };
            let header = if self.started {
                let (kind, call, len) = (Kind::Fragment, self.message.call, len as u32);
                Header { kind, flags: goes_on, taken: 0, call, len, parent: 0, epoch: 0 }
            } else {
                let attached = if self.head.is_empty() { 0 } else { ATTACHED };
                let header = self.message.header(len as u32);
                Header { flags: header.flags | goes_on | attached, ..header }
            };
            self.send_frame(producer, &header);
            self.started = true;
            self.sent += len;
            if last {
                return Ok(true);
            }
        }
    }

    /// Sends the next bytes of the payload, as many as the header says.
    fn send_frame<W: Words>(&mut self, producer: &mut Producer<W>, header: &Header) {
        let len = header.len as usize;
        producer.write(0, &header.pack());
        let mut written = 0;
        while written < len {
            let part_len = self.part_len();
            let left = padded(part_len) - self.part_sent;
            let step = left.min((len - written) as u64);
            let from = self.part_sent.min(part_len) as usize;
            let to = (self.part_sent + step).min(part_len) as usize;
            if from < to {
                self.write_part(producer, HEADER_BYTES + written, from, to);
            }
            written += step as usize;
            (self.part, self.part_sent) =
                if step == left { (self.part + 1, 0) } else { (self.part, self.part_sent + step) };
        }
        producer.commit(HEADER_BYTES + align(len));
    }

    /// The length of the part that is sent next.
    fn part_len(&self) -> u64 {
        match self.part {
            HEAD => self.head.len() as u64,
            TABLE => self.table.len() as u64,
            BODY => self.message.payload.body.len() as u64,
            part => entry(&self.table, part - ATTACHMENTS).unwrap_or_default(),
        }
    }

    /// Writes bytes of the part that is sent next to `at` in the frame.
    fn write_part<W: Words>(&self, producer: &mut Producer<W>, at: usize, from: usize, to: usize) {
        let Payload { body, attachments } = &self.message.payload;
        let bytes: &[u8] = match self.part {
            HEAD => &self.head,
            TABLE => &self.table,
            BODY => body,
            part => match &attachments[part - ATTACHMENTS] {
                Attachment::Bytes(bytes) => bytes,
                Attachment::Bulk(bulk) => return producer.write_bulk(at, &**bulk, from, to - from),
            },
        };
        producer.write(at, &bytes[from..to]);
    }
}

/// The length of an attachment, by the table.
fn entry(table: &[u8], index: usize) -> Option<u64> {
    let entry = table.get(4 * index..)?.first_chunk()?;
    Some(u32::from_le_bytes(*entry).into())
}

/// The length of a part with its padding.
fn padded(len: u64) -> u64 {
    len.next_multiple_of(8)
}

/// An eighth of the ring, so that one endpoint writes frames while the other reads those before.
fn largest_payload(capacity: usize) -> usize {
    (capacity / 8).max(2 * HEADER_BYTES) - HEADER_BYTES
}

/// How much room is made for a part: a multiple of what has come of it, but for the first and the largest.
const EARNED: u64 = 1024;
const LEAST_EARNED: u64 = 1 << 16;
const MOST_EARNED: u64 = 1 << 29;

/// A message that has come in part.
pub(crate) struct Partial<W: Words> {
    /// Of its first frame.
    header: Header,
    /// The head of the table; `None` if the message has no table.
    head: Option<TableHead>,
    /// The table and the body, once they are complete; without a table, the body is not until the end.
    table: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
    /// The attachments that are complete.
    complete: Vec<Attachment>,
    /// The part before the attachments that is coming.
    current: Vec<u8>,
    /// The attachment that is coming.
    gathered: Option<W::Gathered>,
    /// Padding that is still due after the part before.
    padding: u64,
    received: u64,
}

/// The bytes before the table of lengths.
#[derive(Clone, Copy, Default)]
struct TableHead {
    attachments: u64,
    body_len: u64,
}

impl TableHead {
    fn read(bytes: &[u8]) -> Option<TableHead> {
        Some(TableHead { attachments: entry(bytes, 0)?, body_len: entry(bytes, 1)? })
    }
}

impl<W: Words> Partial<W> {
    /// The message that begins with the frame of `header`.
    pub fn new(header: Header) -> Self {
        Partial {
            header,
            head: None,
            table: None,
            body: None,
            complete: Vec::new(),
            current: Vec::new(),
            gathered: None,
            padding: 0,
            received: 0,
        }
    }

    /// The call that it belongs to.
    pub fn call(&self) -> u32 {
        self.header.call
    }

    /// Takes the `len` bytes behind the frame's header.
    pub fn append(&mut self, consumer: &Consumer<W>, len: usize) -> Checked<()> {
        self.received += len as u64;
        let mut taken = 0;
        while taken < len || self.part_is_complete() {
            if self.part_is_complete() {
                self.complete_part();
                continue;
            }
            let skipped = self.padding.min((len - taken) as u64);
            self.padding -= skipped;
            taken += skipped as usize;
            // The part behind the padding may be empty.
            if taken == len || self.part_is_complete() {
                continue;
            }
            let Some(due) = self.due() else {
                consumer.append(HEADER_BYTES + taken, len - taken, &mut self.current);
                break;
            };
            if due == 0 {
                return Err(self.mismatch().into());
            }
            let step = due.min((len - taken) as u64) as usize;
            // Room for more of the part's declared length the more of it has come, so that a lie costs the liar.
            let come = self.received_of_part() + step as u64;
            let earned = (come * EARNED).clamp(LEAST_EARNED, MOST_EARNED.max(come));
            let more = due.min(earned) as usize;
            if self.body.is_none() {
                consumer.gather_into(HEADER_BYTES + taken, step, more, &mut self.current);
            } else {
                let gathered = self.gathered.get_or_insert_with(|| consumer.gather());
                consumer.gather_into(HEADER_BYTES + taken, step, more, gathered);
            }
            taken += step;
        }
        Ok(())
    }

    fn complete_part(&mut self) {
        let len = self.received_of_part();
        self.padding = padded(len) - len;
        if self.body.is_some() {
            let attachment = self.gathered.take().map(W::Gathered::finish);
            // An empty one was never begun.
            self.complete.push(attachment.unwrap_or_else(|| Attachment::Bytes(Vec::new().into())));
            return;
        }
        let part = std::mem::take(&mut self.current);
        if self.head.is_none() {
            self.head = TableHead::read(&part);
        } else if self.table.is_none() {
            self.table = Some(part);
        } else {
            self.body = Some(part);
        }
    }

    fn received_of_part(&self) -> u64 {
        let len = match &self.gathered {
            Some(gathered) => gathered.len_bytes(),
            None => self.current.len(),
        };
        len as u64
    }

    /// Bytes that the current part still lacks; `None` if it takes all that comes, 0 if no part is left.
    fn due(&self) -> Option<u64> {
        if !self.has_table() {
            return None;
        }
        Some(self.part_len().map_or(0, |len| len - self.received_of_part()))
    }

    fn part_is_complete(&self) -> bool {
        self.has_table() && self.padding == 0 && self.part_len() == Some(self.received_of_part())
    }

    /// The length of the part that is being received; `None` after the last.
    fn part_len(&self) -> Option<u64> {
        let Some(TableHead { attachments, body_len }) = self.head else {
            return Some(HEAD_BYTES);
        };
        let Some(table) = &self.table else {
            return Some(4 * attachments);
        };
        if self.body.is_none() {
            return Some(body_len);
        }
        entry(table, self.complete.len())
    }

    fn has_table(&self) -> bool {
        self.header.flags & ATTACHED != 0
    }

    /// The message, all of which has come.
    pub fn finish(self) -> Checked<Message> {
        if !self.has_table() {
            return Ok(Message::of(&self.header, Payload::of(self.current)));
        }
        if self.part_len().is_some() || self.padding > 0 {
            return Err(self.mismatch().into());
        }
        let payload = Payload { body: self.body.unwrap_or_default(), attachments: self.complete };
        Ok(Message::of(&self.header, payload))
    }

    fn mismatch(&self) -> FrameError {
        let table = self.table.as_deref().unwrap_or_default();
        let attached: u64 = (0..table.len() / 4).filter_map(|index| entry(table, index)).map(padded).sum();
        let TableHead { attachments, body_len } = self.head.unwrap_or_default();
        FrameError::Attachments {
            call: self.header.call,
            claimed: HEAD_BYTES + padded(4 * attachments) + padded(body_len) + attached,
            found: self.received,
        }
    }
}
