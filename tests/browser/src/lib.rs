//! The services and the worker programs that the tests run: `tests/page.rs` from a page, `tests/worker.rs` from a worker.

pub mod programs;
pub mod services;
