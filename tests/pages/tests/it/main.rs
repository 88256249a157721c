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
mod reports;
mod service_worker;
mod templates;
mod transports;
mod types;
