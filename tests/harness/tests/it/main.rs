//! Whole pages, in every engine.

mod demo;
mod isolation;
mod npm;
mod service_worker;
mod transports;
