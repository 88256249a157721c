//! The blocking side of Sabir: a program in a web worker, and the page it calls.
//!
//! This crate is not for programs: they use `sabir`.
#![forbid(unsafe_code)]

mod page;

#[cfg(feature = "page")]
mod window;

#[cfg(feature = "page")]
mod connect;

#[cfg(feature = "page")]
mod peer;

#[cfg(feature = "page")]
mod links;

#[cfg(feature = "page")]
mod setup;

mod start;

mod js;

pub use js::in_worker;
#[cfg(feature = "page")]
pub use links::ConnectError;
pub use page::Page;
#[cfg(feature = "page")]
pub use peer::Peer;
#[cfg(feature = "page")]
pub use setup::{Pipeline, Setup};
pub use start::{Outcome, run, run_async};
#[cfg(feature = "page")]
pub use window::WindowError;
