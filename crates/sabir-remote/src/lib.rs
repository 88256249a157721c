//! JavaScript's values and objects over a link: an endpoint that carries values which JavaScript has encoded.
//!
//! This crate is not for programs. Its half in JavaScript is in `js/`; docs/architecture.md tells the halves apart.
#![forbid(unsafe_code)]
// The crates above it take one feature or the other.
#![cfg_attr(not(any(feature = "package", feature = "program")), allow(dead_code))]

mod buffers;
mod channel;
mod deferred;
mod errors;
mod host;
mod names;
#[cfg(feature = "package")]
mod package;
#[cfg(feature = "program")]
mod program;
mod server;
mod started;
mod statics;

pub use channel::Channel;
#[cfg(feature = "program")]
pub use program::{
    Awaits, Blocks, Decode, Handler, Js, NameError, NameErrorKind, Remote, RemoteFunction, RemoteSettings,
    Scope,
};
