//! The codec: serde values as postcard bodies, and bulk bytes beside them as attachments.
//!
//! [`Bytes`] inside a value costs the codec four bytes: its content travels by memcpy, behind the body.
//! Wire format of the body: <https://postcard.jamesmunns.com/wire-format>.

use crate::frame::{HEADER_BYTES, Header, align};
use postcard::ser_flavors::Flavor;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::{Cell, RefCell};
use std::ops::Deref;

/// Bytes that travel as an attachment wherever they stand in an argument or a result.
///
/// Cloning shares them.
///
/// ```
/// use sabir_core::codec::{Body, Bytes, decode, encode};
/// let payload = encode(Body::default(), &("a.bin", Bytes::from(vec![7; 1000]))).unwrap();
/// assert!(payload.body.len() < 10, "the codec carries a reference only");
/// let (name, bytes): (String, Bytes) = decode(&payload.body, payload.attachments).unwrap();
/// assert_eq!((name.as_str(), bytes.len()), ("a.bin", 1000));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(bytes::Bytes);

impl Bytes {
    /// The bytes as a vector of one's own; no copy if they are not shared.
    pub fn into_vec(self) -> Vec<u8> {
        self.0.into()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes(bytes.into())
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// A value's postcard body.
///
/// One that was encoded here stands behind room for a frame's header, so that a small one becomes a frame without a copy.
#[derive(Clone, Debug)]
pub struct Body {
    bytes: Vec<u8>,
    start: usize,
}

impl Body {
    /// Enough for the frame of a small call.
    const CAPACITY: usize = 64;

    /// A body that begins with the hashes of a call.
    pub(crate) fn of_call(hashes: u64) -> Body {
        let mut start = [0; HEADER_BYTES + 8];
        start[HEADER_BYTES..].copy_from_slice(&hashes.to_le_bytes());
        Body::behind_room(&start)
    }

    fn behind_room(start: &[u8]) -> Body {
        let mut bytes = Vec::with_capacity(Body::CAPACITY);
        bytes.extend_from_slice(start);
        Body { bytes, start: HEADER_BYTES }
    }

    /// The body of a frame that was received as a whole.
    pub(crate) fn of_frame(frame: Vec<u8>) -> Body {
        Body { bytes: frame, start: HEADER_BYTES }
    }

    /// The frame of this body behind `header`, padded; `None` if there is no room for the header.
    pub(crate) fn frame(&mut self, header: &Header) -> Option<&[u8]> {
        *self.bytes[..self.start].first_chunk_mut()? = header.pack();
        let len = align(self.bytes.len());
        // Not `resize`: a fill of unknown length is a call of the engine.
        self.bytes.extend_from_slice(&[0; 8]);
        Some(&self.bytes[..len])
    }
}

impl Default for Body {
    fn default() -> Self {
        Body::behind_room(&[0; HEADER_BYTES])
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Body { bytes, start: 0 }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Body) -> bool {
        **self == **other
    }
}

impl Eq for Body {}

/// A value, encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The postcard body.
    pub body: Body,
    /// What the body's [`Bytes`] refer to by index.
    pub attachments: Vec<Bytes>,
}

/// The most attachments one value may have.
pub const MAX_ATTACHMENTS: usize = u16::MAX as usize;

/// What [`Bytes`] finds when it is encoded or decoded.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    /// Another codec than ours.
    Foreign,
    /// Ours, with no attachments so far: nothing stands in `ATTACHMENTS`.
    Empty,
    Attached,
}

thread_local! {
    static SCOPE: Cell<Scope> = const { Cell::new(Scope::Foreign) };
    /// The attachments of the value that is being encoded or decoded on this thread.
    static ATTACHMENTS: RefCell<Vec<Option<Bytes>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with `attachments` in scope; returns what it left there.
fn with_attachments<R>(attachments: Vec<Option<Bytes>>, f: impl FnOnce() -> R) -> (R, Vec<Option<Bytes>>) {
    let scope = if attachments.is_empty() { Scope::Empty } else { Scope::Attached };
    // A value whose `Serialize` encodes another value has a scope around this one.
    let outer_scope = SCOPE.replace(scope);
    let outer = if outer_scope == Scope::Attached { ATTACHMENTS.take() } else { Vec::new() };
    if scope == Scope::Attached {
        ATTACHMENTS.set(attachments);
    }
    let result = f();
    let left = if SCOPE.replace(outer_scope) == Scope::Attached { ATTACHMENTS.take() } else { Vec::new() };
    if outer_scope == Scope::Attached {
        ATTACHMENTS.set(outer);
    }
    (result, left)
}

/// Where postcard writes: a vector, without a call of the engine for every few bytes.
struct Into(Vec<u8>);

impl Flavor for Into {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        match bytes.len() {
            // A number.
            0..=10 => bytes.iter().for_each(|byte| self.0.push(*byte)),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// Where postcard writes what is small.
struct Small<'b> {
    buffer: &'b mut [u8],
    end: usize,
}

impl Flavor for Small<'_> {
    type Output = usize;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        *self.buffer.get_mut(self.end).ok_or(postcard::Error::SerializeBufferFull)? = byte;
        self.end += 1;
        Ok(())
    }

    fn finalize(self) -> postcard::Result<usize> {
        Ok(self.end)
    }
}

/// Encodes `value` after what `body` holds already.
///
/// # Errors
/// What its `Serialize` said, or that it has more than [`MAX_ATTACHMENTS`] attachments.
pub fn encode<T: Serialize + ?Sized>(mut body: Body, value: &T) -> Result<Payload, String> {
    let (encoded, attachments) =
        with_attachments(Vec::new(), || postcard::serialize_with_flavor(value, Into(body.bytes)));
    body.bytes = encoded.map_err(|error| error.to_string())?;
    if attachments.len() > MAX_ATTACHMENTS {
        return Err(format!(
            "it has {} attachments, at most {MAX_ATTACHMENTS} can travel",
            attachments.len()
        ));
    }
    if attachments.is_empty() {
        return Ok(Payload { body, attachments: Vec::new() });
    }
    Ok(Payload { body, attachments: attachments.into_iter().flatten().collect() })
}

/// Encodes `value` into `buffer`; its length, or `None` if it does not fit, has attachments or cannot be encoded.
pub(crate) fn encode_small<T: Serialize + ?Sized>(buffer: &mut [u8], value: &T) -> Option<usize> {
    let (encoded, attachments) =
        with_attachments(Vec::new(), || postcard::serialize_with_flavor(value, Small { buffer, end: 0 }));
    encoded.ok().filter(|_| attachments.is_empty())
}

/// Decodes a body, all of it.
///
/// # Errors
/// What its `Deserialize` said, or that bytes are left over.
pub fn decode<T: DeserializeOwned>(body: &[u8], attachments: Vec<Bytes>) -> Result<T, String> {
    let attachments =
        if attachments.is_empty() { Vec::new() } else { attachments.into_iter().map(Some).collect() };
    let (value, _) = with_attachments(attachments, || postcard::take_from_bytes(body));
    match value {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(format!("{} bytes are left over", rest.len())),
        Err(error) => Err(error.to_string()),
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if SCOPE.get() == Scope::Foreign {
            return serializer.serialize_bytes(self);
        }
        SCOPE.set(Scope::Attached);
        let index = ATTACHMENTS.with_borrow_mut(|attachments| {
            attachments.push(Some(self.clone()));
            attachments.len() as u32 - 1
        });
        serializer.serialize_u32(index)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if SCOPE.get() == Scope::Foreign {
            return deserializer.deserialize_byte_buf(BytesVisitor);
        }
        let index = u32::deserialize(deserializer)?;
        let taken = ATTACHMENTS.with_borrow_mut(|attachments| attachments.get_mut(index as usize)?.take());
        taken.ok_or_else(|| serde::de::Error::custom("an attachment is missing"))
    }
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes::Bytes::copy_from_slice(bytes)))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(Bytes::from(bytes))
    }
}
