//! The frame: the unit that a ring carries, and every check of one that arrives.
//!
//! ```text
//! byte 0      1       2       4         8        12       14      16               16+len, to a multiple of 8
//!      | kind | flags | taken | call id | length | parent | epoch | payload ...     | padding |
//! ```
//!
//! Little endian, aligned to 8 bytes.
//! A payload is the body alone, or, with [`ATTACHED`], `[u32 attachments, u32 body length]`, `[u32 attachment length, …]`,
//! the body and each attachment, every part padded to 8 bytes.
//! A payload longer than a frame may be goes on in [`Kind::Fragment`] frames: every frame but the last has [`MORE`].
//!
//! Three fields of a call say what it may descend from ([`nesting`](crate::nesting)).
//! *Taken* counts the blocking calls of the receiver that its sender had taken.
//! The *parent* is the number, among these, of the one whose handler made the call ([`DESCENDS`]).
//! The *epoch* counts the messages that the sender had taken, over all its links.
//! All are modulo 2^16: far fewer blocking calls are in flight at once.
//! Two epochs that seem equal but are not would have a call wait until the blocked call has ended.

/// The bytes of a frame's header.
pub const HEADER_BYTES: usize = 16;
/// Flag: the payload goes on in the next frame.
pub const MORE: u8 = 1;
/// Flag of a fragment: the sender gave the message up, and what came of it is void.
pub const ABORT: u8 = 2;
/// Flag: the payload has attachments, and begins with a table of them.
pub const ATTACHED: u8 = 4;
/// Flag of a call: its caller blocks until it is answered.
pub const BLOCKS: u8 = 8;
/// Flag of a call, with or without a reply: it is served at once, whatever the receiver is blocked in.
pub const URGENT: u8 = 16;
/// Flag of a call, with or without a reply: it has a parent, the receiver's blocking call whose handler made it.
pub const DESCENDS: u8 = 32;
/// Flag of a call: its sender's event loop made it, as for an event or a timer. A receiver that keeps its turns serves it from its
/// own event loop.
pub const OF_LOOP: u8 = 64;

/// The purpose of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A call that wants a reply.
    Call = 1,
    /// The value that a call returned.
    Reply = 2,
    /// A [`Refusal`](crate::Refusal) instead of a value.
    Refuse = 3,
    /// A call without a reply.
    OneWay = 4,
    /// The caller no longer wants the reply (there still is one, if only a refusal).
    Cancel = 5,
    /// The payload of the message before goes on.
    Fragment = 6,
}

impl Kind {
    fn from_code(code: u8) -> Option<Kind> {
        Some(match code {
            1 => Kind::Call,
            2 => Kind::Reply,
            3 => Kind::Refuse,
            4 => Kind::OneWay,
            5 => Kind::Cancel,
            6 => Kind::Fragment,
            _ => return None,
        })
    }
}

/// A frame's first 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The purpose of the frame.
    pub kind: Kind,
    /// [`MORE`], [`ABORT`], [`ATTACHED`], [`BLOCKS`], [`URGENT`], [`DESCENDS`], [`OF_LOOP`].
    pub flags: u8,
    /// How many blocking calls of the receiver the sender had taken, modulo 2^16.
    pub taken: u16,
    /// The call, as its caller numbers it; 0 for one-way calls.
    pub call: u32,
    /// Bytes of payload in this frame.
    pub len: u32,
    /// With [`DESCENDS`] the number of the receiver's blocking call that this call was made for, modulo 2^16.
    pub parent: u16,
    /// How many messages the sender had taken over all its links, modulo 2^16.
    pub epoch: u16,
}

/// What was read from frames that were checked. The error, which ends the link, is one word.
pub type Checked<T> = Result<T, Box<FrameError>>;

/// A fault in bytes that should have been a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A position word that no writer of this version writes.
    #[error(
        "ring position {found} is not a multiple of 8 below {limit}, or claims more bytes than the ring has"
    )]
    Position {
        /// The value of the word.
        found: i32,
        /// Twice the capacity.
        limit: u32,
    },
    /// A kind this version does not know.
    #[error("frame kind {found} is unknown; both endpoints must run the same version")]
    Kind {
        /// The kind byte.
        found: u8,
    },
    /// Flags that do not go with the kind.
    #[error("frame flags {found:#04x} do not go with kind {kind:?}")]
    Flags {
        /// The kind.
        kind: Kind,
        /// The flag byte.
        found: u8,
    },
    /// More payload than was written.
    #[error("frame claims {found} bytes of payload, {available} were written")]
    Length {
        /// The length in the header.
        found: u32,
        /// Bytes committed after the header.
        available: usize,
    },
    /// A fragment of nothing, or another frame in the middle of fragments.
    #[error("{found:?} frame of call {call} where {expected} was due")]
    Sequence {
        /// The kind that came.
        found: Kind,
        /// The call it named.
        call: u32,
        /// The frame that was due.
        expected: &'static str,
    },
    /// An attachment table that contradicts the payload.
    #[error("attachment table of call {call} claims {claimed} bytes, the payload has {found}")]
    Attachments {
        /// The call.
        call: u32,
        /// The sum of the parts that it names, as far as it has come.
        claimed: u64,
        /// The payload's length.
        found: u64,
    },
    /// A reply or refusal for a call that was not made, or was answered already.
    #[error("{kind:?} for call {call}, which is not in flight")]
    NotInFlight {
        /// Reply or refusal.
        kind: Kind,
        /// The call id.
        call: u32,
    },
    /// A call under an id that is still being served.
    #[error("call id {call} is being served already")]
    Reused {
        /// The call id.
        call: u32,
    },
    /// More one-way calls than are kept arrived while this realm was blocked.
    #[error(
        "more than {limit} one-way calls wait for a blocked realm; send fewer, or calls that are awaited"
    )]
    Waiting {
        /// The most that wait.
        limit: usize,
    },
    /// A payload that is not what its kind carries.
    #[error("{kind:?} frame of call {call} cannot be read: {what}")]
    Payload {
        /// The kind.
        kind: Kind,
        /// The call id.
        call: u32,
        /// The fault.
        what: &'static str,
    },
}

impl Header {
    /// The number of the receiver's blocking call that this call was made for.
    pub fn parent(&self) -> Option<u16> {
        (self.flags & DESCENDS != 0).then_some(self.parent)
    }

    /// The header as it stands in a ring.
    pub fn pack(&self) -> [u8; HEADER_BYTES] {
        // As two numbers: a byte at a time would keep the whole header waiting in the processor's store buffer.
        let first = self.kind as u64
            | u64::from(self.flags) << 8
            | u64::from(self.taken) << 16
            | u64::from(self.call) << 32;
        let second = u64::from(self.len) | u64::from(self.parent) << 32 | u64::from(self.epoch) << 48;
        (u128::from(first) | u128::from(second) << 64).to_le_bytes()
    }

    /// Reads a header and checks it against the `available` bytes of payload that were committed after it.
    ///
    /// # Errors
    /// [`FrameError`] if the kind is unknown, the flags do not go with it, or the length is more than was written.
    ///
    /// ```
    /// use sabir_core::frame::{FrameError, Header, Kind};
    /// let header = Header { kind: Kind::Call, flags: 0, taken: 0, call: 9, len: 40, parent: 0, epoch: 0 };
    /// assert_eq!(Header::unpack(&header.pack(), 40), Ok(header));
    /// assert_eq!(Header::unpack(&header.pack(), 32), Err(FrameError::Length { found: 40, available: 32 }.into()));
    /// ```
    #[inline(always)]
    pub fn unpack(bytes: &[u8; HEADER_BYTES], available: usize) -> Checked<Header> {
        let word = |index: usize| {
            let [a, b, c, d] =
                [bytes[4 * index], bytes[4 * index + 1], bytes[4 * index + 2], bytes[4 * index + 3]];
            u32::from_le_bytes([a, b, c, d])
        };
        let (first, flags) = (word(0), (word(0) >> 8) as u8);
        let header = Header {
            kind: Kind::from_code(first as u8).ok_or(FrameError::Kind { found: first as u8 })?,
            flags,
            taken: (first >> 16) as u16,
            call: word(1),
            len: word(2),
            parent: word(3) as u16,
            epoch: (word(3) >> 16) as u16,
        };
        let allowed = match header.kind {
            Kind::Fragment => MORE | ABORT,
            Kind::Cancel => 0,
            Kind::Reply | Kind::Refuse => MORE | ATTACHED,
            Kind::OneWay => MORE | ATTACHED | URGENT | DESCENDS,
            Kind::Call => MORE | ATTACHED | BLOCKS | URGENT | DESCENDS | OF_LOOP,
        };
        if flags & !allowed != 0 || flags == MORE | ABORT {
            return Err(FrameError::Flags { kind: header.kind, found: flags }.into());
        }
        if header.len as usize > available {
            return Err(FrameError::Length { found: header.len, available }.into());
        }
        Ok(header)
    }
}

/// `len` rounded up to the alignment of frames and attachments, 8 bytes.
pub const fn align(len: usize) -> usize {
    (len + 7) & !7
}
