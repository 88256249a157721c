//! Drives whole pages in real browsers: the engines, a static server, and a session between them.
#![forbid(unsafe_code)]

mod browser;
mod demo;
mod engine;
mod server;

pub use browser::Browser;
pub use demo::{DemoReport, drive_demo};
pub use engine::{ENGINES, Engine};
pub use server::Server;
