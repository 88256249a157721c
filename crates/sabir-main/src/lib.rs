//! The page's side of Sabir: starts workers and serves their calls without blocking.
//!
//! This crate is not for programs: they use `sabir`.
#![forbid(unsafe_code)]

mod worker;

mod spawn;

mod options;

#[cfg(feature = "page")]
mod offer;

#[cfg(feature = "page")]
mod policy;

#[cfg(feature = "page")]
mod remote;

#[cfg(feature = "page")]
mod introductions;

#[cfg(feature = "page")]
mod trace;

mod unshared;

mod error;

mod js;

pub use error::StartError;
#[cfg(feature = "page")]
pub use policy::{AccessKind, WindowAccess, WindowPolicy};
pub use sabir_fallback::{PassedOver, SERVICE_WORKER, Transport};
pub use spawn::WorkerBuilder;
#[cfg(feature = "page")]
pub use trace::TraceEvent;
pub use worker::Worker;
