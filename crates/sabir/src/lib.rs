//! Blocking calls from a web worker to its page.
//!
//! It is not a thread pool, and no shared memory for your data: a worker and the page stay two programs,
//! which call each other over a lock-free link. A worker has three ways to its page:
//!
//! - services, whose types the compiler checks: [`service`](macro@service), as below;
//! - functions by name, with serde types or JavaScript's values: [`Page::call`], [`Page::export`], [`Worker::call`];
//! - the page itself, with the types of `web-sys`: [`Page::window`], [`Page::document`], and
//!   [`#[sabir::worker(globals)]`](macro@worker) for code that was written for a page, such as Yew's or Leptos's.
//!
//! Workers link themselves to each other by [`Page::connect`]. All but services is the feature `page`, which is on by default.
//!
//! ```
//! #[sabir::service]
//! pub trait Ask {
//!     fn prompt(&self, text: String) -> String;
//!     #[sabir(one_way)]
//!     fn show(&self, line: String);
//! }
//!
//! // In the worker: blocks until the page has answered.
//! #[sabir::worker]
//! fn greet(page: sabir::Page) -> Result<(), sabir::CallError> {
//!     let ask = AskClient::new(page);
//!     let name = ask.prompt("Your name?".to_owned())?;
//!     ask.show(format!("Hello {name}"))
//! }
//!
//! // On the page: serves, and never blocks.
//! struct Person;
//! impl Ask for Person {
//!     fn prompt(&self, text: String) -> String {
//!         format!("the answer to {text}")
//!     }
//!     fn show(&self, _line: String) {}
//! }
//!
//! async fn start() -> Result<sabir::Worker, sabir::StartError> {
//!     sabir::Worker::builder("greet").serve(AskServer::new(Person)).spawn().await
//! }
//! ```
#![forbid(unsafe_code)]

pub use sabir_core::{Bytes, CallError, CloseReason, Counts, Interrupted, LinkError, ServiceError};
pub use sabir_macros::{service, worker};
#[cfg(feature = "page")]
pub use sabir_main::{AccessKind, TraceEvent, WindowAccess, WindowPolicy};
pub use sabir_main::{PassedOver, SERVICE_WORKER, StartError, Transport, Worker, WorkerBuilder};
#[cfg(feature = "page")]
pub use sabir_remote::{
    Awaits, Blocks, Decode, Handler, Js, NameError, NameErrorKind, RemoteFunction, Scope,
};
#[cfg(feature = "page")]
pub use sabir_worker::{ConnectError, Peer, WindowError};
pub use sabir_worker::{Outcome, Page, in_worker};

#[doc(hidden)]
pub mod __private;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The examples of docs/rust.md compile.
#[cfg(all(doctest, feature = "page"))]
#[doc = include_str!("../../../docs/rust.md")]
struct Guide;

/// The example of the transports compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/transports.md")]
struct Transports;
