//! The memory of a link, version 4: the one table of word offsets that both endpoints agree on.
//!
//! Endpoint A created the link (the page), endpoint B attached to it (the worker).
//! Every word that is written often owns a line of 128 bytes, so that two cores never contend for two of them at once
//! (128, not 64: x86 prefetches lines in pairs, and some ARM cores have lines of 128).
//!
//! ```text
//! word  name          written by   meaning                                        range
//!    0  MAGIC         A            "SABR"                                         constant
//!    1  VERSION       A            LAYOUT_VERSION; attach refuses any other       1..
//!    2  CAPACITY      A            bytes of each ring                             power of two, 64..=2^29
//!    3  STATE         both         0 opening, 1 open, 2 closed by A, 3 by B       changes once from 1
//!    4  REASON_A      A            why A closed, as CloseReason's code            0..=6
//!    5  WORDS_LEN_A   A            bytes of its last words                        0..=300
//!    6  LAST_WORDS_A  A            UTF-8 text that goes with the reason           300 bytes
//!   82  REASON_B      B            as REASON_A, and the two words that follow it
//!   83  WORDS_LEN_B   B
//!   84  LAST_WORDS_B  B
//!  160  TO_B tail     A            bytes written to the A->B ring                 modulo 2 * capacity
//!  192  TO_B head     B            bytes given back to the A->B ring              modulo 2 * capacity
//!  224  TO_A tail     B            bytes written to the B->A ring                 modulo 2 * capacity
//!  256  TO_A head     A            bytes given back to the B->A ring              modulo 2 * capacity
//!  288  PARKED_A      both         how A sleeps; the word it waits on             doorbell::Parked bits
//!  289  AWAY_A        A            1: A's event loop has a turn, and A is back soon  0..=1
//!  320  PARKED_B      both         how B sleeps; the word it waits on             doorbell::Parked bits
//!  321  AWAY_B        B            as AWAY_A
//!  352  INTERRUPT_A   both         1: A's innermost wait is to end                0..=1
//!  384  INTERRUPT_B   both         1: B's innermost wait is to end                0..=1
//!  416  the A->B ring, then the B->A ring
//! ```
//!
//! Positions run modulo twice the capacity, so that a full ring and an empty one differ without a flag.
//! [`frame`](crate::frame) has the layout of a frame.

/// Changes whenever two builds could no longer read each other's links: this table, the frame header or a wire type.
pub const LAYOUT_VERSION: i32 = 4;

/// Which endpoint of the link this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that created the link: the page.
    A,
    /// The one that attached to it: the worker.
    B,
}

impl Side {
    pub(crate) fn peer(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }
}

pub(crate) const MAGIC: usize = 0;
pub(crate) const VERSION: usize = 1;
pub(crate) const CAPACITY: usize = 2;
pub(crate) const STATE: usize = 3;
/// The most bytes of last words.
pub(crate) const LAST_WORDS_BYTES: usize = 300;
const FAREWELL_A: usize = 4;
const FAREWELL_B: usize = FAREWELL_A + 3 + LAST_WORDS_BYTES / 4;

/// "SABR", as the first word reads in memory.
pub(crate) const MAGIC_VALUE: i32 = i32::from_le_bytes(*b"SABR");

/// Words of 128 bytes: what one core takes from another at once.
const LINE: usize = 32;
const TO_B_TAIL: usize = 5 * LINE;
const TO_B_HEAD: usize = 6 * LINE;
const TO_A_TAIL: usize = 7 * LINE;
const TO_A_HEAD: usize = 8 * LINE;
const PARKED_A: usize = 9 * LINE;
const PARKED_B: usize = 10 * LINE;
const INTERRUPT_A: usize = 11 * LINE;
const INTERRUPT_B: usize = 12 * LINE;
const RINGS: usize = 13 * LINE;

const _: () =
    assert!((FAREWELL_B + 2) * 4 + LAST_WORDS_BYTES <= TO_B_TAIL * 4, "last words reach into a position");

/// The smallest ring, in bytes.
pub const MIN_CAPACITY: usize = 64;
/// The largest ring, in bytes: twice as much must fit a positive `i32`.
pub const MAX_CAPACITY: usize = 1 << 29;

/// Where one ring is: two position words, and its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RingAt {
    pub tail: usize,
    pub head: usize,
    pub data_byte: usize,
    pub capacity: usize,
}

/// The ring that `reader` reads.
pub(crate) fn ring_to(reader: Side, capacity: usize) -> RingAt {
    match reader {
        Side::B => RingAt { tail: TO_B_TAIL, head: TO_B_HEAD, data_byte: RINGS * 4, capacity },
        Side::A => RingAt { tail: TO_A_TAIL, head: TO_A_HEAD, data_byte: RINGS * 4 + capacity, capacity },
    }
}

/// The words in which one endpoint says why it closed the link: three offsets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Farewell {
    pub reason: usize,
    pub len: usize,
    pub text: usize,
}

/// Where `side` says why it closes.
pub(crate) fn farewell(side: Side) -> Farewell {
    let reason = match side {
        Side::A => FAREWELL_A,
        Side::B => FAREWELL_B,
    };
    Farewell { reason, len: reason + 1, text: reason + 2 }
}

/// The word that `side` sleeps on.
pub(crate) fn parked(side: Side) -> usize {
    match side {
        Side::A => PARKED_A,
        Side::B => PARKED_B,
    }
}

/// The word by which `side` says that it is back soon. It is written once a slice, and may share a line.
pub(crate) fn away(side: Side) -> usize {
    parked(side) + 1
}

/// The word that interrupts `side`.
pub(crate) fn interrupt(side: Side) -> usize {
    match side {
        Side::A => INTERRUPT_A,
        Side::B => INTERRUPT_B,
    }
}

/// The bytes of memory that a link with rings of `capacity` bytes takes: whole words, also for a capacity that no link has.
///
/// ```
/// assert_eq!(sabir_core::layout::link_bytes(1 << 16), 1664 + 2 * 65536);
/// ```
pub const fn link_bytes(capacity: usize) -> usize {
    (RINGS * 4 + 2 * capacity).next_multiple_of(4)
}
