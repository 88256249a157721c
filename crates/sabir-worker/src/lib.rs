//! The blocking side of Sabir: a program in a web worker, and the page it calls.
//!
//! This crate is not for programs: they use `sabir`.
#![forbid(unsafe_code)]

mod page;

mod start;

mod js;

pub use page::Page;
pub use start::{Outcome, run, run_async};
