//! Errors, one type for each audience: of a call, and of a link.

use crate::frame::FrameError;
use crate::layout::LAYOUT_VERSION;

/// Why a link ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// An endpoint closed it in good order.
    #[error("it was closed")]
    Closed,
    /// The worker was terminated.
    #[error("the worker was terminated")]
    Terminated,
    /// The page was left or reloaded.
    #[error("the page was unloaded")]
    Unloaded,
    /// The worker failed outside of a panic: an uncaught error, a trap, or its realm ended.
    #[error("the worker failed: {0}")]
    Failed(String),
    /// Rust code of one endpoint panicked.
    #[error("a realm panicked: {0}")]
    Panicked(String),
    /// An endpoint read bytes that are no frame.
    #[error("the link was corrupt: {0}")]
    Corrupt(String),
    /// The state or the reason is none that this version writes.
    #[error("for an unknown reason")]
    Unknown,
}

impl CloseReason {
    /// Splits the reason into its code and its text.
    pub(crate) fn encode(&self) -> (i32, &str) {
        match self {
            CloseReason::Unknown => (0, ""),
            CloseReason::Closed => (1, ""),
            CloseReason::Terminated => (2, ""),
            CloseReason::Unloaded => (3, ""),
            CloseReason::Failed(text) => (4, text),
            CloseReason::Panicked(text) => (5, text),
            CloseReason::Corrupt(text) => (6, text),
        }
    }

    pub(crate) fn decode(code: i32, text: String) -> CloseReason {
        match code {
            1 => CloseReason::Closed,
            2 => CloseReason::Terminated,
            3 => CloseReason::Unloaded,
            4 => CloseReason::Failed(text),
            5 => CloseReason::Panicked(text),
            6 => CloseReason::Corrupt(text),
            _ => CloseReason::Unknown,
        }
    }
}

/// Why a link cannot be made, joined or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The memory does not hold a link.
    #[error("this memory holds no Sabir link (its first word is {found:#010x})")]
    NotALink {
        /// The first word.
        found: i32,
    },
    /// The other endpoint runs another version of Sabir.
    #[error(
        "the link has layout version {theirs}, this build has {}; serve page and worker from the same build \
         (an old script may be cached)",
        LAYOUT_VERSION
    )]
    Version {
        /// The version of the endpoint that made the link.
        theirs: i32,
    },
    /// The ring's capacity is out of range or not a power of two, or the memory is too small for it.
    #[error(
        "a link of {len} bytes cannot have rings of {capacity} bytes; use a power of two from {} to {}",
        crate::layout::MIN_CAPACITY,
        crate::layout::MAX_CAPACITY
    )]
    Capacity {
        /// Bytes of each ring.
        capacity: i64,
        /// Bytes of the memory.
        len: usize,
    },
    /// Bytes arrived that are no frame; the link is closed.
    #[error("the link is corrupt and was closed: {0}")]
    Corrupt(#[from] FrameError),
    /// The link has ended.
    #[error("the link is closed: {0}")]
    Closed(CloseReason),
}

/// Why a call did not return its callee's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No answer came in time; a late one is dropped.
    #[error("`{method}` got no answer within {limit_ms} ms; raise its timeout, or answer sooner")]
    TimedOut {
        /// The method called.
        method: String,
        /// Its timeout, in ms.
        limit_ms: u32,
    },
    /// The link ended before the answer came.
    #[error("the link closed while `{method}` was in flight: {reason}")]
    Closed {
        /// The method called.
        method: String,
        /// Why the link ended.
        reason: CloseReason,
    },
    /// The caller was interrupted from outside.
    #[error("`{method}` was interrupted")]
    Interrupted {
        /// The method called.
        method: String,
    },
    /// Two calls wait for each other: the callee needs the event loop of a realm that is blocked in the caller, or stands on
    /// top of it.
    #[error(
        "deadlock: `{caller}` cannot return before `{callee}` has answered, and `{callee}` not before `{caller}` has \
         returned; make `{callee}` synchronous, or do not await it in the handler of `{caller}`"
    )]
    Deadlock {
        /// The blocking call at the start of the cycle.
        caller: String,
        /// The call that would close it.
        callee: String,
    },
    /// Calls that serve calls that serve calls went deeper than the limit.
    #[error("calls nest deeper than {limit}: {chain}")]
    TooDeep {
        /// How deep calls may nest.
        limit: usize,
        /// The methods, outermost first.
        chain: String,
    },
    /// The callee exports no such method.
    #[error(
        "`{method}` is not served at the other end of the link; serve it there, or build both from one source"
    )]
    UnknownMethod {
        /// The method called.
        method: String,
    },
    /// The callee declares the method with other types.
    #[error(
        "`{method}` has another signature at the other end of the link; build both ends from the same source"
    )]
    SignatureMismatch {
        /// The method called.
        method: String,
    },
    /// The callee could not read the arguments.
    #[error("the arguments of `{method}` cannot be read: {what}; build both ends from the same source")]
    ArgumentMismatch {
        /// The method called.
        method: String,
        /// The decoder's error.
        what: String,
    },
    /// A value cannot be sent.
    #[error("cannot send the {value} of `{method}`: {what}")]
    Unserialisable {
        /// The method called.
        method: String,
        /// `arguments` or `result`.
        value: &'static str,
        /// The encoder's error.
        what: String,
    },
    /// The result cannot be read as the type that the caller declares.
    #[error("the result of `{method}` cannot be read: {what}; build both ends from the same source")]
    ResultMismatch {
        /// The method called.
        method: String,
        /// The decoder's error.
        what: String,
    },
    /// The call was given up by its callee.
    #[error("`{method}` was cancelled by its callee")]
    Cancelled {
        /// The method called.
        method: String,
    },
    /// More calls are in flight than there are ids, or wait to be served than the callee keeps.
    #[error("`{method}` was not taken: {limit} calls are in flight; await some of them first")]
    TooMany {
        /// The method called.
        method: String,
        /// The most calls in flight.
        limit: usize,
    },
    /// The other end reads nothing, and more is to be sent than may wait.
    #[error(
        "`{method}` was not sent: {limit} bytes wait for the other end to read them; await some calls first"
    )]
    Congested {
        /// The method called.
        method: String,
        /// The most bytes that wait.
        limit: u64,
    },
}

/// An interrupt ended a computation between its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// The error of a call to a service method that returns `Result<_, E>`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ServiceError<E> {
    /// The handler's own error, as it returned it.
    #[error("{0}")]
    Service(E),
    /// There was no answer from the handler.
    #[error("{0}")]
    Call(#[from] CallError),
}
