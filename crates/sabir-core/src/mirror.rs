//! A mirror: what stands for the other endpoint of a link whose two realms share no memory.
//!
//! ```text
//!      worker's memory                                            page's memory
//!  Endpoint B ══ ring to A ══▶ Mirror ── packets, over any transport ──▶ Mirror ══ ring to A ══▶ Endpoint A
//!             ◀══ ring to B ══        ◀─────────────────────────────────        ◀══ ring to B ══
//! ```
//!
//! Each realm has a whole link to itself, and its mirror plays the peer: it takes bytes out of the ring that the endpoint writes
//! and puts those that arrive into the ring that it reads. So calls, nesting, timeouts, interrupts and streaming are the
//! endpoint's, unchanged, over every transport.
//!
//! Packets may be lost, repeated and overtaken. Like a TCP segment (RFC 9293, section 3.4) a packet says where in the stream its
//! bytes stand, and how far its sender has received: bytes that were received are not taken again, and those that were not are
//! still in the ring, to be sent again. So a call is executed once, whatever became of the packets that carried it.

use crate::doorbell::{Event, Parked};
use crate::error::LinkError;
use crate::layout::{self, RingAt, Side};
use crate::link::{Control, Link};
use crate::packet::{Head, PacketError};
use crate::words::Words;

/// Frames, and so what stands in rings, are multiples of so many bytes.
const FRAME_ALIGN: u64 = 8;

/// Whether a packet that is sent will arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In order with all others so sent, unless the realm ends: a message of the platform.
    Sure,
    /// Perhaps: a file that is overwritten, a request that fails.
    Unsure,
}

/// The other endpoint, in the memory of this one.
#[derive(Debug)]
pub struct Mirror<W> {
    words: W,
    /// The control words, as the peer has them: its `peer` is our endpoint.
    control: Control<W>,
    /// The word by which our endpoint interrupts the peer.
    interrupt: usize,
    outgoing: RingAt,
    incoming: RingAt,
    sent: Sent,
    /// How far the peer's stream has been put into the ring.
    received: u64,
    /// How far our endpoint has read it, as the peer was told.
    read_told: u64,
    /// The number of our last packet, and of our last that was sent unsurely.
    number: u64,
    unsure: u64,
    /// The number of the peer's newest.
    seen: u64,
    /// The peer has missed what was sent unsurely.
    missed: bool,
    interrupts: Interrupts,
    /// The peer knows that the link has ended.
    close_told: bool,
    wait_told: bool,
    peer_waits: bool,
    /// The peer waited, and was answered unsurely.
    answered: bool,
}

/// How often each end has interrupted the other.
#[derive(Clone, Copy, Debug, Default)]
struct Interrupts {
    ours: u32,
    /// Of ours, the peer was told of these.
    told: u32,
    /// The peer's, as it has told us.
    theirs: u32,
}

/// How far the outgoing stream has come, in bytes since the link was opened.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    /// The peer's endpoint has read it, and gives its space back.
    read: u64,
    /// The peer has received it.
    received: u64,
    /// It was sent so that it surely arrives.
    surely: u64,
    /// It was sent.
    told: u64,
}

impl<W: Words> Mirror<W> {
    /// Makes one realm's half of a link in zeroed memory of its own: the end of `side`, and the mirror of the other.
    ///
    /// # Errors
    /// [`LinkError::Capacity`].
    ///
    /// ```
    /// use sabir_core::{Delivery, Mirror, NativeWords, Side, layout::link_bytes};
    /// let (page, mut to_worker) = Mirror::open(NativeWords::new(link_bytes(4096)), 4096, Side::A)?;
    /// let (worker, mut to_page) = Mirror::open(NativeWords::new(link_bytes(4096)), 4096, Side::B)?;
    /// let _ = worker.control().interrupt_peer();
    /// assert!(to_page.is_due());
    /// to_worker.receive(&to_page.packet(Delivery::Sure, false))?;
    /// assert!(page.control().take_interrupt());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(words: W, capacity: usize, side: Side) -> Result<(Link<W>, Mirror<W>), LinkError> {
        let created = Link::create(words.clone(), capacity)?;
        let attached = Link::attach(words.clone())?;
        let (link, other) = match side {
            Side::A => (created, attached),
            Side::B => (attached, created),
        };
        let mirror = Mirror {
            control: other.control(),
            interrupt: layout::interrupt(side.peer()),
            outgoing: layout::ring_to(side.peer(), capacity),
            incoming: layout::ring_to(side, capacity),
            sent: Sent::default(),
            received: 0,
            read_told: 0,
            number: 0,
            unsure: 0,
            seen: 0,
            missed: false,
            interrupts: Interrupts::default(),
            close_told: false,
            wait_told: false,
            peer_waits: false,
            answered: false,
            words,
        };
        mirror.park();
        Ok((link, mirror))
    }

    /// True if the peer is to be sent a packet.
    pub fn is_due(&mut self) -> bool {
        self.take_interrupt();
        self.missed
            || self.sent.told < self.written()
            || self.read_told < self.read()
            || self.interrupts.ours != self.interrupts.told
            || !self.close_told && self.control.closed().is_some()
    }

    /// True if the peer was told that this realm waits, and has sent nothing since: it takes it that its answer ends the wait.
    pub fn wait_is_told(&self) -> bool {
        self.wait_told
    }

    /// True if the peer is blocked, as far as known: it said so, and was not answered since.
    pub fn peer_waits(&self) -> bool {
        self.peer_waits
    }

    /// The news for the peer, as a packet; `waits`: this realm is blocked until it is answered.
    ///
    /// Its bytes are those that no packet has delivered, surely or as the peer has said. That is at most a ring's capacity.
    pub fn packet(&mut self, delivery: Delivery, waits: bool) -> Vec<u8> {
        self.take_interrupt();
        // Before anything is looked at: what comes after rings again.
        self.park();
        let (from, to) = (self.sent.from(delivery), self.written());
        self.number += 1;
        let head = Head {
            number: self.number,
            seen: self.seen,
            from,
            received: self.received,
            read: self.read(),
            interrupts: self.interrupts.ours,
            waits,
            farewell: self.control.closed(),
        };
        let mut packet = head.encode();
        for (at, len) in self.outgoing.runs(self.outgoing.word(from), (to - from) as usize) {
            self.words.append_bytes(at, len, &mut packet);
        }
        self.sent.told = to;
        if delivery == Delivery::Sure {
            self.sent.surely = to;
        } else {
            self.unsure = self.number;
            self.answered |= std::mem::take(&mut self.peer_waits);
        }
        self.missed = false;
        self.read_told = head.read;
        self.interrupts.told = head.interrupts;
        self.close_told |= head.farewell.is_some();
        self.wait_told = waits;
        packet
    }

    /// Takes a packet of the peer's, and wakes the endpoint: it is to be turned.
    ///
    /// # Errors
    /// [`PacketError`], and nothing of the packet was taken: it is not of the peer, and the link must be closed.
    pub fn receive(&mut self, packet: &[u8]) -> Result<(), PacketError> {
        let (head, bytes) = Head::decode(packet).ok_or(PacketError::Unreadable)?;
        self.check(&head, bytes)?;
        self.receive_bytes(head.from, bytes);
        self.receive_progress(&head);
        if (head.interrupts.wrapping_sub(self.interrupts.theirs) as i32) > 0 {
            self.interrupts.theirs = head.interrupts;
            let _ = self.control.interrupt_peer();
        }
        if let Some(reason) = head.farewell {
            self.close_told = true;
            let _ = self.control.close(&reason);
        }
        // The link's end, and an interrupt, may have unparked the peer for nothing.
        self.park();
        Ok(())
    }

    /// The packet that was sent without assurance has not arrived. It is due again; a peer that waited for it still waits.
    pub fn lost(&mut self) {
        self.missed = true;
        self.peer_waits |= self.answered;
    }

    fn check(&self, head: &Head, bytes: &[u8]) -> Result<(), PacketError> {
        let within = |what, found, limit| {
            if found > limit { Err(PacketError::Position { what, found, limit }) } else { Ok(()) }
        };
        if [bytes.len() as u64, head.from, head.read].iter().any(|bytes| !bytes.is_multiple_of(FRAME_ALIGN)) {
            return Err(PacketError::Uneven { from: head.from, len: bytes.len() });
        }
        let (len, capacity) = (bytes.len() as u64, self.incoming.capacity as u64);
        within("beginning", head.from, u64::MAX - len)?;
        within("end", head.from + len, self.read() + capacity)?;
        within("position received", head.received, self.written())?;
        within("position read", head.read, head.received)
    }

    /// Puts what is new of `bytes` into the ring; nothing if some before it is missing, which the peer sends again.
    fn receive_bytes(&mut self, from: u64, bytes: &[u8]) {
        let known = self.received.saturating_sub(from) as usize;
        if from > self.received || known >= bytes.len() {
            return;
        }
        let mut bytes = &bytes[known..];
        for (at, len) in self.incoming.runs(self.incoming.word(self.received), bytes.len()) {
            self.words.write_bytes(at, &bytes[..len]);
            bytes = &bytes[len..];
            self.received += len as u64;
        }
        self.words.store_release(self.incoming.tail, self.incoming.word(self.received) as i32);
        let _ = self.control.peer.unpark(Event::Arrival);
    }

    /// Notes how far the peer has come.
    fn receive_progress(&mut self, head: &Head) {
        self.sent.received = self.sent.received.max(head.received);
        if head.read > self.sent.read {
            self.sent.read = head.read;
            self.words.store_release(self.outgoing.head, self.outgoing.word(head.read) as i32);
            let _ = self.control.peer.unpark(Event::Space);
        }
        if head.number > self.seen {
            self.seen = head.number;
            self.wait_told = false;
            self.peer_waits = head.waits;
            self.answered = false;
            // The peer has missed the packets that it has not seen by now, or will see them twice. A waiting peer sees answers only.
            self.missed |= head.seen < if head.waits { self.number } else { self.unsure };
        }
    }

    /// Has our endpoint ask for a doorbell message at the next thing that the peer is to know.
    fn park(&self) {
        self.control.own.announce(Parked::FOR_SPACE.by_message());
    }

    fn take_interrupt(&mut self) {
        if self.words.load_acquire(self.interrupt) != 0 && self.words.swap(self.interrupt, 0) != 0 {
            self.interrupts.ours = self.interrupts.ours.wrapping_add(1);
        }
    }

    /// How far our endpoint has written the outgoing stream.
    fn written(&self) -> u64 {
        let tail = self.words.load_acquire(self.outgoing.tail) as u32;
        self.sent.read + self.outgoing.distance(self.outgoing.word(self.sent.read), tail) as u64
    }

    /// How far our endpoint has read the incoming stream.
    fn read(&self) -> u64 {
        let head = self.words.load_acquire(self.incoming.head) as u32;
        self.read_told + self.incoming.distance(self.incoming.word(self.read_told), head) as u64
    }
}

impl Sent {
    /// Where the bytes of the next packet begin.
    fn from(&self, delivery: Delivery) -> u64 {
        match delivery {
            Delivery::Sure => self.surely.max(self.received),
            Delivery::Unsure => self.received,
        }
    }
}
