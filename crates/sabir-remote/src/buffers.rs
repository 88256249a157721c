//! The memory in which JavaScript and Rust hand each other encoded values.
//!
//! A message is decoded in place, before anything else happens.
//! There is an outbox for each depth of encoding: a getter that runs while its object is encoded may itself make a call.

use crate::host::Host;
use js_sys::Uint8Array;
use sabir_core::JsBulk;
use sabir_core::codec::{Attachment, Payload};
use std::cell::RefCell;
use std::rc::Rc;

const FIRST_BYTES: usize = 4096;

thread_local! {
    /// The attachments of the message that is being decoded.
    static ATTACHMENTS: RefCell<Vec<Attachment>> = const { RefCell::new(Vec::new()) };
    static OUTBOXES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for `len` bytes in the outbox of `depth`, keeps what stands there, and gives its address; null if the browser has
/// no memory for them.
pub fn grow_outbox(depth: usize, len: usize) -> *const u8 {
    // It must not panic: the borrow would stay.
    OUTBOXES.with_borrow_mut(|outboxes| {
        let count = outboxes.len().max(depth.saturating_add(1));
        if outboxes.try_reserve(count - outboxes.len()).is_err() {
            return std::ptr::null();
        }
        outboxes.resize_with(count, Vec::new);
        let outbox = &mut outboxes[depth];
        let larger = len.max(outbox.len().saturating_mul(2)).max(FIRST_BYTES);
        if [larger, len].into_iter().any(|wanted| grows(outbox, wanted, len)) {
            outbox.as_ptr()
        } else {
            std::ptr::null()
        }
    })
}

/// Gives an outbox `wanted` bytes unless it has `len`; false if there is no memory for that.
fn grows(outbox: &mut Vec<u8>, wanted: usize, len: usize) -> bool {
    if outbox.len() < len {
        if outbox.try_reserve_exact(wanted - outbox.len()).is_err() {
            return false;
        }
        outbox.resize(wanted, 0);
    }
    true
}

/// The size of the outbox of `depth`, in bytes.
pub fn outbox_bytes(depth: usize) -> usize {
    OUTBOXES.with_borrow(|outboxes| outboxes.get(depth).map_or(0, Vec::len))
}

/// The address of bytes that JavaScript decodes next.
pub fn address(bytes: &[u8]) -> u32 {
    bytes.as_ptr().addr() as u32
}

/// Keeps what has arrived with a message, for JavaScript to take.
pub fn keep_arrived(attachments: Vec<Attachment>) {
    ATTACHMENTS.set(attachments);
}

/// The attachments of the message that is decoded, as arrays of bytes. They are the caller's.
pub fn take_arrived() -> Vec<Uint8Array> {
    let arrived = ATTACHMENTS.take().into_iter().map(|attachment| match attachment {
        Attachment::Bulk(bulk) => match bulk.as_any().downcast_ref::<JsBulk>() {
            Some(JsBulk(array)) => array.clone(),
            None => Uint8Array::from(&bulk.to_vec()[..]),
        },
        Attachment::Bytes(bytes) => Uint8Array::from(&bytes[..]),
    });
    arrived.collect()
}

/// The attachments of an encoded message.
pub fn attachments_of(host: &Host, encoded: Encoded) -> Vec<Attachment> {
    if !encoded.has_attachments {
        return Vec::new();
    }
    let arrays = host.take_attachments().into_iter();
    arrays.map(|array| Attachment::Bulk(Rc::new(JsBulk(array)))).collect()
}

/// An encoded message with its attachments.
pub fn payload_at(host: &Host, encoded: Encoded) -> Payload {
    let attachments = attachments_of(host, encoded);
    Payload { body: encoded.with(<[u8]>::to_vec), attachments }
}

/// The place of an encoded message, in one number: its length, the outbox's depth, and a flag for attachments.
#[derive(Clone, Copy)]
pub struct Encoded {
    depth: usize,
    len: usize,
    has_attachments: bool,
}

const ATTACHED: u32 = 1 << 16;

impl Encoded {
    pub fn new(place: f64) -> Self {
        let place = place as u64;
        let high = (place >> 32) as u32;
        let has_attachments = high & ATTACHED != 0;
        Encoded { depth: (high & !ATTACHED) as usize, len: place as u32 as usize, has_attachments }
    }

    /// Runs `f` with the bytes; it must not run JavaScript.
    pub fn with<R>(self, f: impl FnOnce(&[u8]) -> R) -> R {
        OUTBOXES.with_borrow(|outboxes| {
            let outbox = outboxes.get(self.depth).map_or(&[][..], Vec::as_slice);
            f(outbox.get(..self.len).unwrap_or_default())
        })
    }

    /// Copies the bytes to `into`, if it takes all that there is; gives how many they are.
    pub fn copy_small(self, into: &mut [u8]) -> Option<usize> {
        let into = into.get_mut(..self.len).filter(|_| !self.has_attachments)?;
        self.with(|bytes| (bytes.len() == into.len()).then(|| into.copy_from_slice(bytes)))?;
        Some(self.len)
    }
}
