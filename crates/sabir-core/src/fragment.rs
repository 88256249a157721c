//! Messages of any size through a ring of any size: cutting them into frames, and putting them together again.

use crate::codec::{Bytes, Payload};
use crate::frame::{ABORT, FrameError, HEADER_BYTES, Header, Kind, MORE, align};
use crate::ring::{Consumer, Producer};
use crate::words::Words;

/// One message: what a frame carries, or several.
#[derive(Debug)]
pub(crate) struct Message {
    pub kind: Kind,
    pub call: u32,
    pub parent: u32,
    pub payload: Payload,
}

/// A message on its way out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub message: Message,
    /// The attachment table, or empty.
    table: Vec<u8>,
    /// Bytes of payload: all parts, padded.
    total: usize,
    /// Bytes of payload that are in frames.
    sent: usize,
    started: bool,
    aborted: bool,
}

impl Outgoing {
    pub fn new(message: Message) -> Self {
        let Payload { body, attachments } = &message.payload;
        if attachments.is_empty() {
            let total = body.len();
            return Outgoing { message, table: Vec::new(), total, sent: 0, started: false, aborted: false };
        }
        let lens = std::iter::once(body.len()).chain(attachments.iter().map(|bytes| bytes.len()));
        let table: Vec<u8> = lens.clone().flat_map(|len| (len as u32).to_le_bytes()).collect();
        let total = align(table.len()) + lens.map(align).sum::<usize>();
        Outgoing { message, table, total, sent: 0, started: false, aborted: false }
    }

    /// True once a part of it is in the ring: it must then be finished or aborted.
    pub fn started(&self) -> bool {
        self.started
    }

    /// Gives up what is not sent yet; what is left to send tells the other endpoint to forget the rest.
    pub fn abort(&mut self) {
        self.aborted = true;
        self.total = self.sent;
    }

    /// The space it needs to go on: all of it, or a frame that is worth its header.
    pub fn wanted(&self, capacity: usize) -> usize {
        HEADER_BYTES + align(self.total - self.sent).min(largest_payload(capacity))
    }

    /// Writes frames while there is space; true once the last one is written.
    pub fn advance<W: Words>(&mut self, producer: &mut Producer<W>) -> Result<bool, FrameError> {
        loop {
            let wanted = self.wanted(producer.capacity());
            if producer.free(wanted)? < wanted {
                return Ok(false);
            }
            let len = (self.total - self.sent).min(wanted - HEADER_BYTES);
            let last = self.sent + len == self.total;
            let message = &self.message;
            let header = Header {
                kind: if self.started { Kind::Fragment } else { message.kind },
                flags: if self.aborted {
                    ABORT
                } else if last {
                    0
                } else {
                    MORE
                },
                attachments: if self.started { 0 } else { message.payload.attachments.len() as u16 },
                call: message.call,
                len: len as u32,
                parent: if self.started { 0 } else { message.parent },
            };
            self.send_frame(producer, header);
            self.started = true;
            self.sent += len;
            if last {
                return Ok(true);
            }
        }
    }

    fn send_frame<W: Words>(&self, producer: &mut Producer<W>, header: Header) {
        let body = &self.message.payload.body;
        let len = header.len as usize;
        producer.write(0, &header.pack());
        let attachments = self.message.payload.attachments.iter().map(|bytes| &bytes[..]);
        let table = Some(&self.table[..]).filter(|table| !table.is_empty());
        let mut start = 0;
        for part in table.into_iter().chain([&body[..]]).chain(attachments) {
            let from = self.sent.saturating_sub(start).min(part.len());
            let to = (self.sent + len).saturating_sub(start).min(part.len());
            if from < to {
                producer.write(HEADER_BYTES + start + from - self.sent, &part[from..to]);
            }
            start += align(part.len());
        }
        producer.commit(HEADER_BYTES + align(len));
    }
}

/// Half the ring, so that one endpoint writes a frame while the other reads the one before.
fn largest_payload(capacity: usize) -> usize {
    capacity / 2 - HEADER_BYTES
}

/// What one look at the ring gave.
#[derive(Debug)]
pub(crate) enum Taken {
    Nothing,
    /// A part of a message, or the end of an aborted one.
    Part,
    Whole(Message),
}

/// Puts messages together from the frames that arrive.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    partial: Option<Partial>,
}

#[derive(Debug)]
struct Partial {
    kind: Kind,
    call: u32,
    parent: u32,
    /// Attachment count, if there is a table.
    attachments: usize,
    /// What is complete: table, body, attachments; without a table, nothing until the end.
    parts: Vec<Vec<u8>>,
    current: Vec<u8>,
    /// Padding that is still due after the part before.
    padding: usize,
    received: u64,
}

impl Assembler {
    /// True if no message has come in part.
    pub fn is_idle(&self) -> bool {
        self.partial.is_none()
    }

    /// Takes one frame, if the last look at the ring found one, and gives its bytes back.
    ///
    /// # Errors
    /// [`FrameError`]: nothing that arrives on this ring can be trusted any more.
    pub fn take<W: Words>(&mut self, consumer: &mut Consumer<W>) -> Result<Taken, FrameError> {
        if consumer.was_empty() {
            return Ok(Taken::Nothing);
        }
        let available = consumer.available(1)?;
        let Some(payload_available) = available.checked_sub(HEADER_BYTES) else {
            return Err(FrameError::Length { found: 0, available });
        };
        let header = Header::unpack(&consumer.header(), payload_available)?;
        let taken = match &self.partial {
            None if header.flags == 0 && header.attachments == 0 && header.kind != Kind::Fragment => {
                Taken::Whole(take_whole(consumer, &header))
            }
            _ => self.take_part(consumer, header)?,
        };
        consumer.release(HEADER_BYTES + align(header.len as usize));
        Ok(taken)
    }

    #[cold]
    fn take_part<W: Words>(&mut self, consumer: &Consumer<W>, header: Header) -> Result<Taken, FrameError> {
        let Header { kind, flags, call, len, .. } = header;
        if flags & MORE != 0 && (len == 0 || len % 8 != 0) {
            let what = "a frame that goes on must carry a multiple of 8 bytes";
            return Err(FrameError::Payload { kind, call, what });
        }
        let sequence = |expected| Err(FrameError::Sequence { found: kind, call, expected });
        let partial = match (&mut self.partial, kind) {
            (None, Kind::Fragment) => return sequence("the start of a message"),
            (vacant @ None, _) => vacant.insert(Partial::new(header)),
            (Some(partial), Kind::Fragment) if partial.call == call => partial,
            (Some(_), _) => return sequence("a fragment of the message before"),
        };
        if flags & ABORT != 0 {
            self.partial = None;
            return Ok(Taken::Part);
        }
        partial.append(consumer, len as usize)?;
        if flags & MORE != 0 {
            return Ok(Taken::Part);
        }
        match self.partial.take() {
            Some(partial) => partial.finish().map(Taken::Whole),
            None => sequence("the start of a message"),
        }
    }
}

/// The message that one frame carries.
fn take_whole<W: Words>(consumer: &Consumer<W>, header: &Header) -> Message {
    let Header { kind, call, len, parent, .. } = *header;
    let mut body = Vec::new();
    consumer.append(HEADER_BYTES, len as usize, &mut body);
    Message { kind, call, parent, payload: Payload { body, attachments: Vec::new() } }
}

impl Partial {
    fn new(header: Header) -> Self {
        Partial {
            kind: header.kind,
            call: header.call,
            parent: header.parent,
            attachments: header.attachments as usize,
            parts: Vec::new(),
            current: Vec::new(),
            padding: 0,
            received: 0,
        }
    }

    /// Takes the `len` bytes behind the frame's header.
    fn append<W: Words>(&mut self, consumer: &Consumer<W>, len: usize) -> Result<(), FrameError> {
        self.received += len as u64;
        let mut taken = 0;
        while taken < len || self.part_is_complete() {
            if self.part_is_complete() {
                let part = std::mem::take(&mut self.current);
                self.padding = align(part.len()) - part.len();
                self.parts.push(part);
                continue;
            }
            let skipped = self.padding.min(len - taken);
            self.padding -= skipped;
            taken += skipped;
            if taken == len {
                continue;
            }
            let Some(due) = self.due() else {
                consumer.append(HEADER_BYTES + taken, len - taken, &mut self.current);
                break;
            };
            if due == 0 {
                return Err(self.mismatch());
            }
            let step = due.min(len - taken);
            self.reserve(due, step);
            consumer.append(HEADER_BYTES + taken, step, &mut self.current);
            taken += step;
        }
        Ok(())
    }

    /// Bytes that the current part still lacks; `None` if it takes all that comes, 0 if no part is left.
    fn due(&self) -> Option<usize> {
        if self.attachments == 0 {
            return None;
        }
        Some(self.part_len().map_or(0, |len| len - self.current.len()))
    }

    fn part_is_complete(&self) -> bool {
        self.attachments > 0 && self.padding == 0 && self.part_len() == Some(self.current.len())
    }

    /// The length of the part that is being received; `None` after the last.
    fn part_len(&self) -> Option<usize> {
        let table_len = 4 * (self.attachments + 1);
        match self.parts.as_slice() {
            [] => Some(table_len),
            [table, complete @ ..] => {
                let entry = table.get(4 * complete.len()..)?.first_chunk()?;
                Some(u32::from_le_bytes(*entry) as usize)
            }
        }
    }

    /// Makes room for `step` bytes, and for more of the part's declared length the more of it has come:
    /// at most 16 times as much as was really sent, so that a lie costs the liar.
    fn reserve(&mut self, due: usize, step: usize) {
        let free = self.current.capacity() - self.current.len();
        if free < step {
            let earned = (16 * (self.current.len() + step)).max(1 << 16);
            self.current.reserve_exact(due.min(earned).max(step));
        }
    }

    fn finish(mut self) -> Result<Message, FrameError> {
        let Partial { kind, call, parent, .. } = self;
        if self.attachments == 0 {
            let payload = Payload { body: self.current, attachments: Vec::new() };
            return Ok(Message { kind, call, parent, payload });
        }
        if self.part_len().is_some() || self.padding > 0 {
            return Err(self.mismatch());
        }
        let mut parts = self.parts.drain(1..);
        let body = parts.next().unwrap_or_default();
        let attachments = parts.map(Bytes::from).collect();
        Ok(Message { kind, call, parent, payload: Payload { body, attachments } })
    }

    fn mismatch(&self) -> FrameError {
        let table = self.parts.first().map_or(&[][..], Vec::as_slice);
        let entries = table.chunks_exact(4).filter_map(|entry| entry.first_chunk());
        let claimed = entries.map(|entry| align(u32::from_le_bytes(*entry) as usize) as u64).sum::<u64>();
        FrameError::Attachments {
            call: self.call,
            claimed: claimed + align(table.len()) as u64,
            found: self.received,
        }
    }
}
