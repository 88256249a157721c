//! The state of an endpoint, which is never borrowed while foreign code runs.

use crate::arrivals::Arrivals;
use crate::calls::CallTable;
use crate::codec::Payload;
use crate::doorbell::Woken;
use crate::error::CloseReason;
use crate::fragment::Message;
use crate::frame::{BLOCKS, Checked, DESCENDS, Header, Kind};
use crate::inbox::{Inbox, Taken};
use crate::nesting::Nesting;
use crate::outbox::Outbox;
use crate::ring::{Consumer, Producer};
use crate::small::{SmallFrame, SpareFrames};
use crate::waiting::Waiting;
use crate::words::Words;
use std::rc::Rc;

pub(crate) struct State<W: Words> {
    pub frames: SpareFrames,
    pub outbox: Outbox<W>,
    pub inbox: Inbox<W>,
    pub calls: CallTable,
    /// Calls of the peer that may not be served yet.
    pub waiting: Waiting,
    pub arrivals: Arrivals,
    /// How many blocking calls were sent and taken, modulo 2^16.
    pub blocking: u16,
    pub taken: u16,
    nesting: Rc<Nesting>,
    /// Why the link has ended, once this endpoint has noticed.
    pub ended: Option<CloseReason>,
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

/// The bytes that wait at an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    /// They have come and are not read.
    pub unread: usize,
    /// They are of messages that wait to be sent.
    pub unsent: u64,
}

impl<W: Words> State<W> {
    pub fn new(producer: Producer<W>, consumer: Consumer<W>, nesting: Rc<Nesting>) -> Self {
        State {
            frames: SpareFrames::default(),
            outbox: Outbox::new(producer),
            inbox: Inbox::new(consumer),
            calls: CallTable::default(),
            waiting: Waiting::default(),
            arrivals: Arrivals::new(Rc::clone(&nesting)),
            blocking: 0,
            taken: 0,
            nesting,
            ended: None,
        }
    }

    /// Sends a message, or queues what there is no space for behind those that wait.
    pub fn post(&mut self, head: Head, payload: Payload) -> Checked<()> {
        let mut frame = self.frames.take();
        let posted = payload.attachments.is_empty()
            && frame.fill(&payload.body)
            && self.post_small(head, &mut frame, payload.body.len() as u32);
        self.frames.put_back(frame);
        if posted { Ok(()) } else { self.outbox.send(self.message(head, payload)) }
    }

    /// Sends the message whose payload of `len` bytes stands in `frame`, if nothing waits before it and there is space.
    #[inline(always)]
    pub fn post_small(&mut self, head: Head, frame: &mut SmallFrame, len: u32) -> bool {
        let header = self.header(head, len);
        self.ended.is_none() && self.outbox.send_small(&header, frame)
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

    /// Takes one frame, if `looks` looks find one.
    #[inline(always)]
    pub fn take(&mut self, looks: u32) -> Checked<Taken> {
        let taken = self.inbox.take(looks, &mut self.frames)?;
        match &taken {
            Taken::Small { header: Header { epoch, .. }, .. } | Taken::Whole(Message { epoch, .. }) => {
                self.arrivals.take(*epoch, &self.inbox);
            }
            Taken::Part => self.arrivals.pass(&self.inbox),
            Taken::Nothing => {}
        }
        Ok(taken)
    }

    /// Takes the reply to `call`, if `looks` looks find it, and one small frame holds it; gives the length of its payload too.
    #[inline(always)]
    pub fn take_reply(&mut self, call: u32, looks: u32) -> Checked<Option<SmallReply>> {
        let Some((header, frame)) = self.inbox.take_reply(call, looks, &mut self.frames)? else {
            return Ok(None);
        };
        self.arrivals.take(header.epoch, &self.inbox);
        Ok(Some(SmallReply { frame, len: header.len }))
    }

    /// How the peer was woken since the last call of this function.
    pub fn take_woken(&mut self) -> Woken {
        self.outbox.take_woken().max(self.inbox.take_woken())
    }

    /// The bytes that wait.
    pub fn traffic(&mut self) -> Traffic {
        Traffic { unread: self.inbox.unread().unwrap_or_default(), unsent: self.outbox.bytes() }
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
    pub fn has_work(&mut self, link: usize) -> Checked<bool> {
        Ok(self.inbox.unread()? > 0
            || !self.waiting.is_empty() && self.waiting.has_next(&self.nesting, link)
            || self.outbox.can_flush()?)
    }
}

/// A reply in a small frame, which is to be put back among the spare ones.
#[derive(Debug)]
pub(crate) struct SmallReply {
    pub frame: SmallFrame,
    pub len: u32,
}
