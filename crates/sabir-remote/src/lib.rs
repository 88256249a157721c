//! JavaScript's values and objects over a link: an endpoint that carries values which JavaScript has encoded.
//!
//! This crate is not for programs. Its half in JavaScript is in `js/`; docs/architecture.md tells the halves apart.
#![forbid(unsafe_code)]

mod buffers;
mod channel;
mod deferred;
mod errors;
mod host;
mod names;
mod server;
mod started;

pub use channel::Channel;
