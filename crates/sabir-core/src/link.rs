//! The link: two rings and the control words between two endpoints, from opening to close.

use crate::doorbell::{Doorbell, Event, Woken};
use crate::error::{CloseReason, LinkError};
use crate::layout::{self, LAYOUT_VERSION, Side};
use crate::ring::{Consumer, Producer};
use crate::words::Words;

/// The values of the state word, which changes once from [`OPEN`].
const OPEN: i32 = 1;
const CLOSED_BY_A: i32 = 2;
const CLOSED_BY_B: i32 = 3;

/// One endpoint's link.
#[derive(Debug)]
pub struct Link<W> {
    pub(crate) control: Control<W>,
    pub(crate) producer: Producer<W>,
    pub(crate) consumer: Consumer<W>,
}

/// The control words of a link as one endpoint sees them: closing, interrupting, doorbells.
///
/// It is separate from the rings so that a panic hook or another part of the realm can hold it.
#[derive(Clone, Debug)]
pub struct Control<W> {
    words: W,
    side: Side,
    pub(crate) own: Doorbell<W>,
    pub(crate) peer: Doorbell<W>,
}

impl<W: Words> Link<W> {
    /// Makes a link in zeroed memory; its rings take what [`link_bytes`](layout::link_bytes) says.
    ///
    /// # Errors
    /// [`LinkError::Capacity`].
    ///
    /// ```
    /// use sabir_core::{Link, NativeWords, layout::link_bytes};
    /// let words = NativeWords::new(link_bytes(4096));
    /// let page = Link::create(words.clone(), 4096)?;
    /// let worker = Link::attach(words)?;
    /// # Ok::<(), sabir_core::LinkError>(())
    /// ```
    pub fn create(words: W, capacity: usize) -> Result<Link<W>, LinkError> {
        check_capacity(&words, capacity as i64)?;
        words.store_release(layout::VERSION, LAYOUT_VERSION);
        words.store_release(layout::CAPACITY, capacity as i32);
        words.store_release(layout::STATE, OPEN);
        words.store_release(layout::MAGIC, layout::MAGIC_VALUE);
        Ok(Link::new(words, Side::A, capacity))
    }

    /// Joins a link that the other endpoint has created.
    ///
    /// # Errors
    /// [`LinkError::NotALink`], [`LinkError::Version`] or [`LinkError::Capacity`]; [`LinkError::Closed`] if it has ended.
    pub fn attach(words: W) -> Result<Link<W>, LinkError> {
        if words.len_bytes() < layout::link_bytes(0) {
            return Err(LinkError::Capacity { capacity: 0, len: words.len_bytes() });
        }
        match words.load_acquire(layout::MAGIC) {
            layout::MAGIC_VALUE => {}
            found => return Err(LinkError::NotALink { found }),
        }
        match words.load_acquire(layout::VERSION) {
            LAYOUT_VERSION => {}
            theirs => return Err(LinkError::Version { theirs }),
        }
        let capacity = check_capacity(&words, words.load_acquire(layout::CAPACITY).into())?;
        let link = Link::new(words, Side::B, capacity);
        match link.control.closed() {
            Some(reason) => Err(LinkError::Closed(reason)),
            None => Ok(link),
        }
    }

    fn new(words: W, side: Side, capacity: usize) -> Link<W> {
        let doorbell = |side| Doorbell::new(words.clone(), layout::parked(side));
        Link {
            producer: Producer::new(
                words.clone(),
                layout::ring_to(side.peer(), capacity),
                doorbell(side.peer()),
            ),
            consumer: Consumer::new(words.clone(), layout::ring_to(side, capacity), doorbell(side.peer())),
            control: Control { own: doorbell(side), peer: doorbell(side.peer()), side, words },
        }
    }

    /// The control words, to close or interrupt from elsewhere in this realm.
    pub fn control(&self) -> Control<W> {
        self.control.clone()
    }
}

fn check_capacity<W: Words>(words: &W, capacity: i64) -> Result<usize, LinkError> {
    let len = words.len_bytes();
    let fits = usize::try_from(capacity).ok().filter(|capacity| {
        capacity.is_power_of_two()
            && (layout::MIN_CAPACITY..=layout::MAX_CAPACITY).contains(capacity)
            && layout::link_bytes(*capacity) <= len
    });
    fits.ok_or(LinkError::Capacity { capacity, len })
}

impl<W: Words> Control<W> {
    /// The memory, to arm the platform's own waits on [`parked_index`](Control::parked_index).
    pub fn words(&self) -> &W {
        &self.words
    }

    /// The word this endpoint sleeps on.
    pub fn parked_index(&self) -> usize {
        layout::parked(self.side)
    }

    /// Ends the link, unless it has ended: the first reason stays. Wakes both endpoints.
    ///
    /// True: the peer sleeps by message, and must be sent one.
    pub fn close(&self, reason: &CloseReason) -> bool {
        if self.words.load_acquire(layout::STATE) == OPEN {
            let at = layout::farewell(self.side);
            let (code, text) = reason.encode();
            // Not `[..]`: the panic that it could end in has the printing of any character, 4 KB of wasm.
            let text = shortened(text, layout::LAST_WORDS_BYTES);
            self.words.store_release(at.reason, code);
            self.words.store_release(at.len, text.len() as i32);
            self.words.write_bytes(at.text * 4, text.as_bytes());
            let closed = match self.side {
                Side::A => CLOSED_BY_A,
                Side::B => CLOSED_BY_B,
            };
            // Ordering: publishes frames committed, and the farewell written, before. If the peer was first, its farewell counts.
            // Pairs with [C1] `closed`.
            self.words.compare_exchange(layout::STATE, OPEN, closed);
        }
        let _ = self.own.unpark(Event::Arrival);
        self.peer.unpark(Event::Arrival) == Woken::MessageDue
    }

    /// Why the link has ended, if it has. Every wait looks here.
    pub fn closed(&self) -> Option<CloseReason> {
        // Ordering: what the closer committed and wrote before is visible. Pairs with [C1] `close`.
        let closer = match self.words.load_acquire(layout::STATE) {
            OPEN => return None,
            CLOSED_BY_A => Side::A,
            CLOSED_BY_B => Side::B,
            _ => return Some(CloseReason::Unknown),
        };
        let at = layout::farewell(closer);
        let len = self.words.load_acquire(at.len).clamp(0, layout::LAST_WORDS_BYTES as i32);
        let mut text = vec![0; len as usize];
        self.words.read_bytes(at.text * 4, &mut text);
        // `close` ended it at the end of a character.
        let text = String::from_utf8(text).unwrap_or_default();
        Some(CloseReason::decode(self.words.load_acquire(at.reason), text))
    }

    /// Whether the link has ended; without the reason, which takes a copy of its text.
    pub fn is_closed(&self) -> bool {
        self.words.load_acquire(layout::STATE) != OPEN
    }

    /// Interrupts the other endpoint: its innermost blocked call ends, or the next one, or its next look.
    ///
    /// True: the peer sleeps by message, and must be sent one.
    pub fn interrupt_peer(&self) -> bool {
        // Ordering: pairs with [I1] `take_interrupt`; a sleeper sees it as it would see a frame.
        self.words.store_release(layout::interrupt(self.side.peer()), 1);
        self.peer.unpark(Event::Arrival) == Woken::MessageDue
    }

    /// Says whether this endpoint gives its event loop a turn though the peer, which it serves alone, keeps calling. The peer then
    /// stays awake.
    pub fn set_away(&self, is_away: bool) {
        // Ordering: a hint, which may be late.
        self.words.store_release(layout::away(self.side), i32::from(is_away));
    }

    pub(crate) fn peer_is_away(&self) -> bool {
        self.words.load_acquire(layout::away(self.side.peer())) != 0
    }

    /// Takes an interrupt of this endpoint, if there is one: each is delivered once.
    pub fn take_interrupt(&self) -> bool {
        let index = layout::interrupt(self.side);
        // Ordering: the load keeps the common case cheap; the swap decides who delivers. Pairs with [I1] `interrupt_peer`.
        self.words.load_acquire(index) != 0 && self.words.swap(index, 0) != 0
    }

    pub(crate) fn interrupted(&self) -> bool {
        self.words.load_acquire(layout::interrupt(self.side)) != 0
    }
}

/// The longest beginning of a text that has at most `len` bytes.
fn shortened(text: &str, len: usize) -> &str {
    (0..=len.min(text.len())).rev().find_map(|len| text.get(..len)).unwrap_or_default()
}
