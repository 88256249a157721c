//! The state of an endpoint, which is never borrowed while foreign code runs.

use crate::calls::CallTable;
use crate::codec::Payload;
use crate::doorbell::Rung;
use crate::error::CloseReason;
use crate::fragment::{Assembler, Message, Outgoing};
use crate::frame::{BLOCKS, DESCENDS, FrameError, HEADER_BYTES, Header, Kind, align};
use crate::link::Link;
use crate::nesting::{Nesting, Serial};
use crate::outbox::Outbox;
use crate::small::{SmallFrame, SpareFrames};
use crate::waiting::Waiting;
use crate::words::Words;
use std::rc::Rc;

pub(crate) struct State<W: Words> {
    pub link: Link<W>,
    pub frames: SpareFrames,
    pub outbox: Outbox,
    pub inbox: Assembler<W>,
    pub calls: CallTable,
    /// Calls of the peer that may not be served yet.
    pub waiting: Waiting,
    /// How many blocking calls were sent and taken, modulo 2^16.
    pub blocking: u16,
    pub taken: u16,
    nesting: Rc<Nesting>,
    /// The peer's epoch, as its last message had it.
    epoch: u16,
    /// The ring position up to which messages had arrived when the last call over another link was sent.
    noted: u32,
    /// The same for those of these calls that block now.
    arrivals: Vec<Arrivals>,
    /// Why the link has ended, once this endpoint has noticed.
    pub ended: Option<CloseReason>,
}

/// The messages that had arrived when a call over another link was sent.
struct Arrivals {
    /// That call.
    serial: Serial,
    /// Up to where in the ring.
    position: u32,
    /// All of it was taken.
    is_taken: bool,
    /// The peer's epoch in the last of it.
    epoch: u16,
}

/// A message without its payload.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub kind: Kind,
    pub flags: u8,
    pub call: u32,
    /// The peer's blocking call that it is sent for.
    pub parent: Option<u16>,
}

impl Head {
    pub fn answer(kind: Kind, call: u32) -> Head {
        Head { kind, flags: 0, call, parent: None }
    }
}

impl<W: Words> State<W> {
    pub fn new(link: Link<W>, nesting: Rc<Nesting>) -> Self {
        State {
            link,
            frames: SpareFrames::default(),
            outbox: Outbox::default(),
            inbox: Assembler::default(),
            calls: CallTable::default(),
            waiting: Waiting::default(),
            blocking: 0,
            taken: 0,
            nesting,
            epoch: 0,
            noted: 0,
            arrivals: Vec::new(),
            ended: None,
        }
    }

    /// Sends a message, or queues what there is no space for behind those that wait.
    pub fn post(&mut self, head: Head, payload: Payload) -> Result<(), FrameError> {
        let mut frame = self.frames.take();
        let posted = payload.attachments.is_empty()
            && frame.fill(&payload.body)
            && self.post_small(&mut frame, head, payload.body.len() as u32);
        self.frames.put_back(frame);
        if posted {
            return Ok(());
        }
        self.post_in_parts(self.message(head, payload))
    }

    /// The message of a head and a payload.
    pub fn message(&self, head: Head, payload: Payload) -> Message {
        Message::of(&self.header(head, 0), payload)
    }

    /// The header of a message whose first frame has `len` bytes of payload.
    #[inline(always)]
    fn header(&self, head: Head, len: u32) -> Header {
        let Head { kind, mut flags, call, parent } = head;
        if parent.is_some() {
            flags |= DESCENDS;
        }
        let (parent, epoch) = (parent.unwrap_or_default(), self.nesting.epoch());
        Header { kind, flags, taken: self.taken, call, len, parent, epoch }
    }

    /// Sends the message whose payload of `len` bytes stands in `frame`, if nothing waits before it and there is space.
    #[inline(always)]
    pub fn post_small(&mut self, frame: &mut SmallFrame, head: Head, len: u32) -> bool {
        let wanted = HEADER_BYTES + align(len as usize);
        // The general way reports a broken position.
        let sends = self.ended.is_none()
            && self.outbox.is_empty()
            && self.link.producer.free(wanted).is_ok_and(|free| free >= wanted);
        if sends {
            let header = self.header(head, len);
            self.link.producer.send(frame.finish(&header));
        }
        sends
    }

    #[cold]
    fn post_in_parts(&mut self, message: Message) -> Result<(), FrameError> {
        let mut outgoing = Outgoing::new(message);
        if !self.outbox.is_empty() || !outgoing.advance(&mut self.link.producer)? {
            self.outbox.push(outgoing);
        }
        Ok(())
    }

    /// Bytes that have come and are not read, and those of messages that wait to be sent.
    pub fn traffic(&mut self) -> (usize, u64) {
        (self.link.consumer.available(1).unwrap_or_default(), self.outbox.bytes())
    }

    /// How the peer was woken since the last call of this function.
    pub fn take_rung(&mut self) -> Rung {
        self.link.producer.take_rung().max(self.link.consumer.take_rung())
    }

    /// Sends what waits and fits; true if frames were sent.
    pub fn flush(&mut self) -> Result<bool, FrameError> {
        self.outbox.flush(&mut self.link.producer)
    }

    /// Takes an unsent call back; false if it has left.
    pub fn withdraw(&mut self, call: u32) -> bool {
        let Some(flags) = self.outbox.withdraw(call) else { return false };
        if flags & BLOCKS != 0 {
            // The peer never takes it. It is the last of its kind: those nested in it have ended before.
            self.blocking = self.blocking.wrapping_sub(1);
        }
        true
    }

    /// Why the link has ended.
    #[cold]
    pub fn reason(&self) -> CloseReason {
        self.ended.clone().unwrap_or(CloseReason::Unknown)
    }

    /// True if a turn would get something done.
    pub fn has_work(&mut self, link: usize) -> Result<bool, FrameError> {
        if self.link.consumer.available(1)? > 0
            || !self.waiting.is_empty() && self.waiting.has_next(&self.nesting, link)
        {
            return Ok(true);
        }
        let producer = &mut self.link.producer;
        match self.outbox.wanted(producer.capacity()) {
            Some(wanted) => Ok(producer.free(wanted)? >= wanted),
            None => Ok(false),
        }
    }

    /// A message was taken.
    #[inline(always)]
    pub fn note_taken(&mut self, epoch: u16) {
        self.nesting.take();
        self.epoch = epoch;
        if !self.arrivals.is_empty() {
            self.pass_arrivals();
        }
    }

    /// A call is about to be sent over another link.
    pub fn note_arrivals(&mut self) {
        // A broken position is found when the ring is read.
        self.noted = self.link.consumer.written();
    }

    /// That call blocks, under this serial.
    pub fn keep_arrivals(&mut self, serial: Serial) {
        let State { noted, epoch, ref nesting, .. } = *self;
        self.arrivals.retain(|arrivals| nesting.method(arrivals.serial).is_some());
        self.arrivals.push(Arrivals { serial, position: noted, is_taken: false, epoch });
    }

    /// Looks what of the arrivals was taken.
    #[cold]
    pub fn pass_arrivals(&mut self) {
        let State { arrivals, nesting, link, epoch, .. } = self;
        arrivals.retain_mut(|arrivals| {
            if !arrivals.is_taken && link.consumer.is_before(arrivals.position) {
                arrivals.epoch = *epoch;
            } else {
                arrivals.is_taken = true;
            }
            nesting.method(arrivals.serial).is_some()
        });
    }

    /// The outermost call over another link that a call cannot have come of.
    pub fn came_before(&self, header: &Header) -> Option<Serial> {
        let mut serials = self.arrivals.iter().map(|arrivals| arrivals.serial);
        serials.find(|serial| !self.came_after(*serial, header))
    }

    /// True if a call came after the call `serial` over another link was sent, and may descend from it.
    pub fn came_after(&self, serial: Serial, header: &Header) -> bool {
        let arrivals = self.arrivals.iter().find(|arrivals| arrivals.serial == serial);
        arrivals.is_none_or(|arrivals| {
            // A peer that blocks in the call serves nothing that waits for that: three realms would wait for each other.
            let is_own = header.flags & BLOCKS == 0 && header.epoch == arrivals.epoch;
            arrivals.is_taken && !is_own
        })
    }
}
