//! Sabir's protocol: calls between two realms over shared memory. No browser, no thread, no clock in it.
//!
//! This crate is not for programs: they use `sabir`, whose typed services are built on it.
//!
//! ```text
//!        worker                                                  page
//!  Endpoint::call ─ Outgoing ─▶ Producer ══ ring to A ══▶ Consumer ─ Assembler ─▶ Endpoint::turn ─▶ Service
//!        ▲   │                                                                         │
//!        │   ╰ turn, spin, park ◀ doorbell ─────────────────────────── unpark ─────────┤
//!        ╰──── Assembler ─ Consumer ◀══ ring to B ══ Producer ◀─ Outgoing ─────────────╯
//! ```
//!
//! From the bottom up: [`words`] is the memory; [`layout`] says what stands where; a *ring* carries bytes one way and
//! [`frame`] says what they mean; a *message* is one frame or several; the [`doorbell`] puts an endpoint to sleep and wakes
//! it; a [`link`] is two rings with their control words; an [`endpoint`] is one end of it, with its calls in flight and its
//! services. A *turn* of it takes a message and *serves* it; a blocking [`call`] turns it while it [waits](wait).
//! [`codec`] and [`service`] give calls their types.
#![forbid(unsafe_code)]

pub mod words;

pub mod layout;

mod ring;

pub mod frame;

mod plain;

mod small;

mod fragment;

mod inbox;

mod outbox;

pub mod doorbell;

pub mod link;

mod packet;

pub mod mirror;

pub mod slab;

mod calls;

pub mod nesting;

mod waiting;

mod tasks;

mod patience;

mod platform;

mod arrivals;

mod state;

mod shared;

mod dump;

pub mod endpoint;

mod send;

mod serve;

mod turn;

mod deadlock;

mod other_link;

pub mod wait;

pub mod call;

mod call_future;

pub mod codec;

pub mod limited;

pub mod service;

pub mod error;

mod refusal;

#[cfg(all(test, sabir_loom))]
mod models;

pub use call_future::CallFuture;
pub use calls::MAX_IN_FLIGHT;
pub use codec::Bytes;
pub use endpoint::Endpoint;
pub use error::{CallError, CloseReason, Interrupted, LinkError, ServiceError};
pub use layout::Side;
pub use link::{Control, Link};
pub use mirror::{Delivery, Mirror};
pub use nesting::Nesting;
pub use outbox::MAX_QUEUED_BYTES;
pub use packet::PacketError;
pub use platform::{Others, Platform};
pub use refusal::Refusal;
pub use shared::Counts;
#[cfg(feature = "js")]
pub use words::{JsBulk, JsWords};
pub use words::{NativeWords, Words};
