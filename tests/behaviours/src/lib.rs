//! The services, the worker programs, and what a page and its workers do together. `tests/page.rs` runs it from a page whose
//! memory is shared, [`page`] from one without the headers for that; `tests/worker.rs` runs what only a worker may.
#![forbid(unsafe_code)]

pub mod behaviours;
pub mod links;
pub mod over;
pub mod page;
pub mod pipeline;
pub mod programs;
pub mod services;
pub mod turns;
pub mod window;
pub mod window_values;
