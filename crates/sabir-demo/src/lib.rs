//! The demo: a concordance of a text file, as a terminal program would be written, that runs in a web worker.
//!
//! [`terminal`] is what the program calls, [`program`] runs in the worker and blocks, [`page`] serves it.
//! [`concordance`] is the computation, and knows of neither.
#![forbid(unsafe_code)]

pub mod concordance;
pub mod page;
pub mod program;
pub mod terminal;
