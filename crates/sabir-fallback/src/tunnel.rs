//! A tunnel: one realm's end of a link through a carrier of packets.

use crate::carrier::Carrier;
use sabir_core::layout::link_bytes;
use sabir_core::{CloseReason, Control, Delivery, JsWords, Link, LinkError, Mirror, Platform, Side};
use sabir_realm::{now, platform, text_of};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// A look is followed by so many times as long without one, up to so many ms: a loop that always looks is slowed by a tenth.
const LOOK_REST: f64 = 9.0;
const LONGEST_REST_MS: f64 = 200.0;

/// The most that a packet says beside its bytes.
const HEAD_BYTES: usize = 1024;

/// The most bytes that a packet has where rings have `capacity`.
pub fn packet_bytes(capacity: usize) -> usize {
    capacity + HEAD_BYTES
}

/// One realm's end of a link that shares no memory with the other.
pub struct Tunnel {
    mirror: RefCell<Mirror<JsWords>>,
    control: Control<JsWords>,
    carrier: Carrier,
    /// Blocking calls in progress: what they send goes with what waits for their answers.
    held: Cell<u32>,
    /// Until when there is no look, on the platform's clock in ms.
    rests_until: Cell<f64>,
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Tunnel({:?})", self.mirror)
    }
}

impl Tunnel {
    /// Opens the end of `side` (the page's is A), with rings of `capacity` bytes: the most that one packet carries.
    /// `bulk_in_js`: attachments stay in JavaScript.
    ///
    /// # Errors
    /// [`LinkError::Capacity`].
    pub fn open(
        side: Side,
        capacity: usize,
        carrier: Carrier,
        bulk_in_js: bool,
    ) -> Result<(Link<JsWords>, Rc<Tunnel>), LinkError> {
        let this: Rc<OnceCell<Weak<Tunnel>>> = Rc::default();
        let sleeper = Rc::clone(&this);
        let sleep = move |limit_ms| {
            if let Some(tunnel) = sleeper.get().and_then(Weak::upgrade) {
                tunnel.swap_packets(limit_ms);
            }
        };
        let words = JsWords::own(link_bytes(capacity), bulk_in_js, sleep);
        let (link, mirror) = Mirror::open(words, capacity, side)?;
        let (control, mirror) = (link.control(), RefCell::new(mirror));
        let (held, rests_until) = (Cell::new(0), Cell::new(0.0));
        let tunnel = Rc::new(Tunnel { mirror, control, carrier, held, rests_until });
        this.get_or_init(|| Rc::downgrade(&tunnel));
        Ok((link, tunnel))
    }

    /// The realm, as the link's endpoint needs it; that is bound with [`Doorbell::Carrier`](sabir_realm::Doorbell::Carrier).
    pub fn platform(self: &Rc<Self>) -> Platform {
        let waker = Rc::clone(self);
        // There is nothing to spin at.
        Platform { spins: 0, ..platform(Rc::new(move || waker.flush())) }
    }

    /// Sends what is due, unless it is held. The end of a wait is due, too: the peer answers by way of it.
    pub fn flush(&self) {
        self.send(true);
    }

    fn send(&self, ends_wait: bool) {
        // A panic's last words are not held back: what holds them is never dropped.
        if self.held.get() > 0 && self.control.closed().is_none() {
            return;
        }
        // A panic in the mirror itself leaves it borrowed; the hook that runs then comes by here.
        let Ok(mut mirror) = self.mirror.try_borrow_mut() else { return };
        if !(mirror.is_due() || ends_wait && mirror.wait_is_told()) {
            return;
        }
        let waits = mirror.peer_waits();
        let packet = mirror.packet(if waits { Delivery::Unsure } else { Delivery::Sure }, false);
        drop(mirror);
        if waits {
            if !self.carrier.answer(packet).unwrap_or_default() {
                self.mirror.borrow_mut().lost();
            }
        } else if let Err(error) = self.carrier.post(packet) {
            // Nothing that follows could arrive in order. The other realm cannot be told.
            let _ = self.control.close(&CloseReason::Failed(text_of(&error)));
            sabir_realm::schedule();
        }
    }

    /// An answer has not arrived: it is sent again.
    pub fn lost(&self) {
        self.mirror.borrow_mut().lost();
        self.flush();
    }

    /// Holds back what is sent, until it is dropped: for a call that blocks, whose wait sends it.
    pub fn hold(&self) -> HoldGuard<'_> {
        self.held.set(self.held.get() + 1);
        HoldGuard(self)
    }

    /// Takes a packet that has come to the event loop, and serves what it brings.
    pub fn receive(&self, packet: &[u8]) {
        // All answers to it leave in one packet, before the pump looks at the clock and parks: the receiver waits.
        let mut held = Some(self.hold());
        self.take(packet);
        if sabir_realm::pump::turn() {
            held = None;
        }
        sabir_realm::pump::run();
        drop(held);
        self.flush();
    }

    /// Takes what the page has sent, without waiting for more; for a worker that computes, and so has no event loop.
    /// Looks now and then only: it takes a trip of the carrier's.
    pub fn look(&self) {
        let began = now();
        if began <= self.rests_until.get() || self.control.closed().is_some() {
            return;
        }
        let held = self.hold();
        self.swap_packets(0.0);
        drop(held);
        // The pump says that this wait is over, once the event loop runs.
        sabir_realm::schedule();
        let ended = now();
        self.rests_until.set(ended + (LOOK_REST * (ended - began)).min(LONGEST_REST_MS));
    }

    fn take(&self, packet: &[u8]) {
        let taken = self.mirror.borrow_mut().receive(packet);
        if let Err(error) = taken {
            self.fail(CloseReason::Corrupt(format!("a packet is none of the peer's: {error}")));
        }
    }

    /// Sends what is due and sleeps until something has come, or for `limit_ms`.
    fn swap_packets(&self, limit_ms: f64) {
        let mut mirror = self.mirror.borrow_mut();
        let tells = mirror.is_due() || !mirror.wait_is_told();
        let packet = tells.then(|| mirror.packet(Delivery::Sure, true));
        drop(mirror);
        match self.carrier.swap_packets(packet, limit_ms) {
            Ok(Some(packet)) => self.take(&packet),
            Ok(None) => {}
            Err(error) => self.fail(CloseReason::Failed(text_of(&error))),
        }
    }

    /// Ends the link, and tells the other realm why; the pump notices it when it runs.
    pub fn fail(&self, reason: CloseReason) {
        let _ = self.control.close(&reason);
        self.flush();
    }
}

/// While it lives, the tunnel sends nothing.
#[derive(Debug)]
pub struct HoldGuard<'a>(&'a Tunnel);

impl Drop for HoldGuard<'_> {
    fn drop(&mut self) {
        self.0.held.set(self.0.held.get() - 1);
        self.0.send(false);
    }
}
