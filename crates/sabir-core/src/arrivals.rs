//! The messages that had arrived when a call over another link was sent: none of them can descend from it.

use crate::frame::{BLOCKS, Header};
use crate::inbox::Inbox;
use crate::nesting::{Nesting, Serial};
use crate::words::Words;
use std::rc::Rc;

/// The arrivals on one link, for each blocked call over the realm's other links.
pub(crate) struct Arrivals {
    nesting: Rc<Nesting>,
    /// The peer's epoch, as its last message had it.
    epoch: u16,
    /// The ring position up to which messages had arrived when the last call over another link was sent.
    noted: u32,
    /// The same for those of these calls that block now.
    blocked: Vec<Arrived>,
}

/// The messages that had arrived when a call over another link was sent.
struct Arrived {
    /// That call.
    serial: Serial,
    /// Up to where in the ring.
    position: u32,
    /// All of it was taken.
    is_taken: bool,
    /// The peer's epoch in the last of it.
    epoch: u16,
}

impl Arrivals {
    pub fn new(nesting: Rc<Nesting>) -> Self {
        Arrivals { nesting, epoch: 0, noted: 0, blocked: Vec::new() }
    }

    /// A call is about to be sent over another link; the peer has written up to `position` here.
    pub fn note(&mut self, position: u32) {
        self.noted = position;
    }

    /// That call blocks, under this serial.
    pub fn keep(&mut self, serial: Serial) {
        let Arrivals { noted, epoch, ref nesting, .. } = *self;
        forget_returned(&mut self.blocked, nesting);
        self.blocked.push(Arrived { serial, position: noted, is_taken: false, epoch });
    }

    /// A message was taken.
    #[inline(always)]
    pub fn take<W: Words>(&mut self, epoch: u16, inbox: &Inbox<W>) {
        self.nesting.take();
        self.epoch = epoch;
        if !self.blocked.is_empty() {
            self.pass(inbox);
        }
    }

    /// Looks what of the arrivals was taken.
    #[cold]
    pub fn pass<W: Words>(&mut self, inbox: &Inbox<W>) {
        let Arrivals { blocked, nesting, epoch, .. } = self;
        forget_returned(blocked, nesting);
        for arrived in blocked {
            if !arrived.is_taken && inbox.is_before(arrived.position) {
                arrived.epoch = *epoch;
            } else {
                arrived.is_taken = true;
            }
        }
    }

    /// The outermost call over another link that a call cannot have come of.
    pub fn came_before(&self, header: &Header) -> Option<Serial> {
        let mut serials = self.blocked.iter().map(|arrived| arrived.serial);
        serials.find(|serial| !self.came_after(*serial, header))
    }

    /// True if a call came after the call `serial` over another link was sent, and may descend from it.
    pub fn came_after(&self, serial: Serial, header: &Header) -> bool {
        let arrived = self.blocked.iter().find(|arrived| arrived.serial == serial);
        arrived.is_none_or(|arrived| {
            // A peer that blocks in the call serves nothing that waits for that: three realms would wait for each other.
            let is_own = header.flags & BLOCKS == 0 && header.epoch == arrived.epoch;
            arrived.is_taken && !is_own
        })
    }
}

/// Forgets the calls that block no longer.
fn forget_returned(blocked: &mut Vec<Arrived>, nesting: &Nesting) {
    blocked.retain(|arrived| nesting.method(arrived.serial).is_some());
}
