//! Typed services: what `#[sabir::service]` generates code against.
//!
//! A method travels as two hashes: its name's, by which it is found, and its signature's, by which the types are compared.
//! So a method that one build knows and the other does not, or that they declare differently, is an error and never a mis-read.

use crate::codec::{self, Attachment, Payload};
use crate::error::CallError;
use crate::refusal::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;

/// One method of a service, as both endpoints declare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Method {
    /// `Service.method`.
    pub name: &'static str,
    /// Hash of the name.
    pub id: u32,
    /// Hash of argument types and result type, as written in the source.
    pub signature: u32,
    /// How long its callers wait, in ms; `None`: as long as it takes.
    pub timeout_ms: Option<u32>,
    /// Its callers are event loops, as of an event's listener: [`keep_turns`](crate::Nesting::keep_turns).
    pub of_loop: bool,
}

impl Method {
    /// Declares a method; `signature` is the text of its types.
    ///
    /// ```
    /// use sabir_core::service::Method;
    /// const ADD: Method = Method::new("Sum.add", "(i32,i32)->i32", None);
    /// assert_ne!(ADD.signature, Method::new("Sum.add", "(i64,i64)->i64", None).signature);
    /// ```
    pub const fn new(name: &'static str, signature: &str, timeout_ms: Option<u32>) -> Method {
        Method { name, id: fnv1a(name), signature: fnv1a(signature), timeout_ms, of_loop: false }
    }

    /// True if no two of `methods` have the same id: one of them could not be called.
    ///
    /// ```
    /// use sabir_core::service::Method;
    /// const ADD: Method = Method::new("Sum.add", "(i32,i32)->i32", None);
    /// const NEGATE: Method = Method::new("Sum.negate", "(i32)->i32", None);
    /// const { assert!(Method::are_distinct(&[ADD, NEGATE])) };
    /// const { assert!(!Method::are_distinct(&[ADD, NEGATE, ADD])) };
    /// ```
    pub const fn are_distinct(methods: &[Method]) -> bool {
        let mut at = 0;
        while at < methods.len() {
            let mut other = at + 1;
            while other < methods.len() {
                if methods[at].id == methods[other].id {
                    return false;
                }
                other += 1;
            }
            at += 1;
        }
        true
    }

    /// Encodes a call's payload: the two hashes, then the arguments.
    ///
    /// # Errors
    /// [`CallError::Unserialisable`].
    pub fn encode_arguments<T: Serialize>(&self, arguments: &T) -> Result<Payload, CallError> {
        codec::encode(self.hashes().to_le_bytes().to_vec(), arguments).map_err(|what| {
            CallError::Unserialisable { method: self.name.to_owned(), value: "arguments", what }
        })
    }

    /// The payload of a call whose arguments are encoded already.
    pub fn payload(&self, arguments: &[u8], attachments: Vec<Attachment>) -> Payload {
        let mut body = Vec::with_capacity(Arguments::HASHES + arguments.len());
        body.extend_from_slice(&self.hashes().to_le_bytes());
        body.extend_from_slice(arguments);
        Payload { body, attachments }
    }

    /// The first bytes of a call's payload.
    pub(crate) fn hashes(&self) -> u64 {
        u64::from(self.id) | u64::from(self.signature) << 32
    }

    /// Decodes what a call returned.
    ///
    /// # Errors
    /// [`CallError::ResultMismatch`].
    pub fn decode_result<T: DeserializeOwned>(&self, payload: Payload) -> Result<T, CallError> {
        self.decode_body(&payload.body, payload.attachments)
    }

    pub(crate) fn decode_body<T: DeserializeOwned>(
        &self,
        body: &[u8],
        attachments: Vec<Attachment>,
    ) -> Result<T, CallError> {
        codec::decode(body, attachments)
            .map_err(|what| CallError::ResultMismatch { method: self.name.to_owned(), what })
    }
}

/// The first bytes of a call's payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashes {
    /// Of the method's name.
    pub id: u32,
    /// Of its types.
    pub signature: u32,
}

/// A call's payload, taken apart.
#[derive(Debug)]
pub struct Arguments {
    payload: Payload,
}

impl Arguments {
    /// The bytes of a call's payload before its arguments.
    pub(crate) const HASHES: usize = 8;

    /// The hashes that a call's payload begins with; `None` if it is too short for them.
    #[inline(always)]
    pub(crate) fn hashes(payload: &[u8]) -> Option<Hashes> {
        let hashes = u64::from_le_bytes(*payload.first_chunk::<{ Self::HASHES }>()?);
        Some(Hashes { id: hashes as u32, signature: (hashes >> 32) as u32 })
    }

    /// The arguments of a payload, which has its [`hashes`](Arguments::hashes).
    pub(crate) fn of(payload: Payload) -> Arguments {
        Arguments { payload }
    }

    /// Decodes the arguments, a tuple of them.
    ///
    /// # Errors
    /// [`Refusal::ArgumentMismatch`], for the caller.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T, Refusal> {
        codec::decode(&self.payload.body[Self::HASHES..], self.payload.attachments)
            .map_err(Refusal::ArgumentMismatch)
    }

    /// The arguments as they came, for a service with a codec of its own.
    pub fn encoded(&self) -> &[u8] {
        &self.payload.body[Self::HASHES..]
    }

    /// Takes their attachments.
    pub fn take_attachments(&mut self) -> Vec<Attachment> {
        std::mem::take(&mut self.payload.attachments)
    }
}

/// A handler that has not answered yet.
pub type Pending = Pin<Box<dyn Future<Output = Result<Payload, Refusal>>>>;

/// How a service took a call.
pub enum Answer {
    /// At once.
    Now(Result<Payload, Refusal>),
    /// Later: an async handler.
    Later(Pending),
    /// Later, and errors call it by another name than its method's.
    LaterAs(&'static str, Pending),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(match self {
            Answer::Now(Ok(_)) => "Now(Ok)",
            Answer::Now(Err(_)) => "Now(Err)",
            Answer::Later(_) | Answer::LaterAs(..) => "Later",
        })
    }
}

impl Answer {
    /// Answers with `value`.
    pub fn now<T: Serialize>(value: &T) -> Answer {
        Answer::Now(encode_result(value))
    }
}

/// Encodes a handler's result.
///
/// # Errors
/// [`Refusal::Unserialisable`], for the caller.
pub fn encode_result<T: Serialize>(value: &T) -> Result<Payload, Refusal> {
    codec::encode(Vec::new(), value).map_err(Refusal::Unserialisable)
}

/// Methods that an endpoint serves. `#[sabir::service]` implements it for `NameServer`.
pub trait Service {
    /// The methods, in the order that [`serve`](Service::serve) numbers them.
    fn methods(&self) -> &'static [Method];

    /// Serves one call of the method at `index`.
    fn serve(&self, index: usize, arguments: Arguments) -> Answer;

    /// [`serve`](Service::serve) of a small call, which may write its encoded answer to `into`.
    fn serve_small(&self, _index: usize, _arguments: &[u8], _into: &mut [u8]) -> SmallAnswer {
        SmallAnswer::Declined
    }
}

/// How a service took a small call.
#[derive(Debug)]
pub enum SmallAnswer {
    /// Not at all: it is to be served like any other.
    Declined,
    /// The answer stands in the first so many bytes.
    Written(usize),
    /// The call was served; its answer does not fit.
    Other(Answer),
}

impl SmallAnswer {
    /// Decodes the arguments, a tuple of them, and answers with what `handler` returns.
    pub fn by<A: DeserializeOwned, T: Serialize>(
        arguments: &[u8],
        into: &mut [u8],
        handler: impl FnOnce(A) -> T,
    ) -> SmallAnswer {
        let value = match codec::decode(arguments, Vec::new()) {
            Ok(arguments) => handler(arguments),
            Err(what) => return SmallAnswer::Other(Answer::Now(Err(Refusal::ArgumentMismatch(what)))),
        };
        match codec::encode_small(into, &value) {
            Some(len) => SmallAnswer::Written(len),
            None => SmallAnswer::Other(Answer::now(&value)),
        }
    }
}

/// The encoding of one call, for [`Endpoint::call_by`](crate::Endpoint::call_by).
pub trait CallCodec {
    /// The decoded answer.
    type Answer;

    /// Writes the arguments and gives how many bytes they are; `None` if there is no space for them, or they have attachments.
    fn write_small(&self, into: &mut [u8]) -> Option<usize>;

    /// The payload of the call, where [`write_small`](CallCodec::write_small) did not write it.
    ///
    /// # Errors
    /// [`CallError::Unserialisable`].
    fn encode(&self) -> Result<Payload, CallError>;

    /// Decodes an answer that a small frame holds.
    fn read_small(self, answer: &[u8]) -> Self::Answer;

    /// Decodes any other answer.
    fn read(self, answer: Payload) -> Self::Answer;
}

/// An endpoint that can block: it calls and waits.
pub trait BlockingCaller {
    /// Calls `method` and blocks until it has answered; serves incoming calls meanwhile.
    ///
    /// # Errors
    /// Any [`CallError`].
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError>;

    /// [`call`](BlockingCaller::call) with a value, for a value; small ones may take a shorter way.
    ///
    /// # Errors
    /// Any [`CallError`].
    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        method.decode_result(self.call(method, method.encode_arguments(arguments)?)?)
    }

    /// Sends a call that has no reply. Blocks only while there is no space for it.
    ///
    /// # Errors
    /// [`CallError::Closed`], [`CallError::Interrupted`].
    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError>;
}

/// An endpoint that must not block: it calls and awaits.
pub trait AsyncCaller {
    /// A call in flight. Dropping it cancels the call: its handler is dropped, if it is async, and its answer too.
    type Call: Future<Output = Result<Payload, CallError>> + 'static;

    /// Calls `method`; the call is on its way when this returns.
    fn start(&self, method: &'static Method, arguments: Payload) -> Self::Call;

    /// Sends a call that has no reply; it leaves as soon as there is space. Does not block.
    ///
    /// # Errors
    /// [`CallError::Closed`].
    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError>;
}

/// FNV-1a, 32 bit (<http://www.isthe.com/chongo/tech/comp/fnv/>): usable in constants.
const fn fnv1a(text: &str) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}
