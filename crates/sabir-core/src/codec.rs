//! The codec: serde values as postcard bodies, and bulk bytes beside them as attachments.
//!
//! [`Bytes`] inside a value costs the codec four bytes: its content travels by memcpy, behind the body.
//! Wire format of the body: <https://postcard.jamesmunns.com/wire-format>.

use postcard::ser_flavors::Flavor;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

/// Bytes that travel as an attachment wherever they stand in an argument or a result.
///
/// Cloning shares them.
///
/// ```
/// use sabir_core::codec::{Bytes, decode, encode};
/// let payload = encode(Vec::new(), &("a.bin", Bytes::from(vec![7; 1000]))).unwrap();
/// assert!(payload.body.len() < 10, "the codec carries a reference only");
/// let (name, bytes): (String, Bytes) = decode(&payload.body, payload.attachments).unwrap();
/// assert_eq!((name.as_str(), bytes.len()), ("a.bin", 1000));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(Arc<Vec<u8>>);

impl Bytes {
    /// The bytes as a vector of one's own; no copy if they are not shared.
    pub fn into_vec(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.0)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes(Arc::new(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Bytes that stay where the platform keeps them, outside of our memory, until they are copied into a ring.
pub trait Bulk: Debug {
    /// How many bytes there are.
    fn len_bytes(&self) -> usize;

    /// A copy in our memory.
    fn to_vec(&self) -> Vec<u8>;

    /// The same bytes, which nobody else can change: for what has to wait for space after its sender has gone on.
    fn snapshot(&self) -> Rc<dyn Bulk>;

    /// For the [`Words`](crate::Words) that know this kind of bytes.
    fn as_any(&self) -> &dyn Any;
}

/// Bytes that travel behind a body.
#[derive(Clone, Debug)]
pub enum Attachment {
    /// Bytes in our memory.
    Bytes(Bytes),
    /// Bytes outside of it.
    Bulk(Rc<dyn Bulk>),
}

impl Attachment {
    /// How many bytes it has.
    pub fn len_bytes(&self) -> usize {
        match self {
            Attachment::Bytes(bytes) => bytes.len(),
            Attachment::Bulk(bulk) => bulk.len_bytes(),
        }
    }

    /// The bytes in our memory; copied if they were not.
    pub fn into_bytes(self) -> Bytes {
        match self {
            Attachment::Bytes(bytes) => bytes,
            Attachment::Bulk(bulk) => bulk.to_vec().into(),
        }
    }
}

impl PartialEq for Attachment {
    fn eq(&self, other: &Self) -> bool {
        self.clone().into_bytes() == other.clone().into_bytes()
    }
}

impl Eq for Attachment {}

/// A value, encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The postcard body.
    pub body: Vec<u8>,
    /// The contents of the body's [`Bytes`], by index.
    pub attachments: Vec<Attachment>,
}

/// The most bytes of one attachment, and of a body that has attachments; together they may have more.
pub const MAX_PART_BYTES: u64 = u32::MAX as u64;

impl Payload {
    /// A body without attachments.
    pub(crate) fn of(body: Vec<u8>) -> Payload {
        Payload { body, attachments: Vec::new() }
    }

    /// Bytes of the body and the attachments.
    pub(crate) fn len_bytes(&self) -> u64 {
        let attachments = self.attachments.iter().map(|attachment| attachment.len_bytes() as u64);
        self.body.len() as u64 + attachments.sum::<u64>()
    }

    /// An error if a part of it is too long to be sent.
    fn check(self) -> Result<Payload, String> {
        let attachments = self.attachments.iter().map(|attachment| ("an attachment", attachment.len_bytes()));
        let mut parts = attachments.chain([("the value beside its attachments", self.body.len())]);
        let too_long = |(_, len): &(&str, usize)| *len as u64 > MAX_PART_BYTES;
        match parts.find(too_long) {
            Some((part, len)) if !self.attachments.is_empty() => {
                Err(format!("{part} has {len} bytes, at most {MAX_PART_BYTES} can travel"))
            }
            _ => Ok(self),
        }
    }
}

/// The codec that encodes or decodes a [`Bytes`].
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
    static ATTACHMENTS: RefCell<Vec<Option<Attachment>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with `attachments` in scope; returns what it left there.
fn with_attachments<R>(
    attachments: Vec<Option<Attachment>>,
    f: impl FnOnce() -> R,
) -> (R, Vec<Option<Attachment>>) {
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

/// Encodes `value` after what `prefix` holds already.
///
/// # Errors
/// The error of its `Serialize`, or that an attachment has more than [`MAX_PART_BYTES`].
pub fn encode<T: Serialize + ?Sized>(prefix: Vec<u8>, value: &T) -> Result<Payload, String> {
    let (body, attachments) = with_attachments(Vec::new(), || postcard::to_extend(value, prefix));
    let body = body.map_err(|error| error.to_string())?;
    Payload { body, attachments: attachments.into_iter().flatten().collect() }.check()
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
/// The error of its `Deserialize`, or that bytes are left over.
pub fn decode<T: DeserializeOwned>(body: &[u8], attachments: Vec<Attachment>) -> Result<T, String> {
    let attachments = attachments.into_iter().map(Some).collect();
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
            attachments.push(Some(Attachment::Bytes(self.clone())));
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
        taken.map(Attachment::into_bytes).ok_or_else(|| serde::de::Error::custom("an attachment is missing"))
    }
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes::from(bytes.to_vec()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(Bytes::from(bytes))
    }
}
