//! Whole pages, in every engine.

mod behaviours;
mod demo;
mod isolation;
mod npm;
mod python;
mod service_worker;
mod transports;
