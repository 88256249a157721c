//! Whole pages, in every engine.

mod behaviours;
mod demo;
mod each;
mod examples;
mod isolation;
mod long;
mod npm;
mod order;
mod pyscript;
mod service_worker;
mod templates;
mod transports;
