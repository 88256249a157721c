//! Generated clients and servers, at the two ends of a link between native threads.

mod asynchronous;
mod calls;
mod hygiene;
mod mismatch;
mod sizes;

#[allow(dead_code, reason = "services by hand are tested in sabir-core")]
#[path = "../../../sabir-core/tests/it/harness.rs"]
mod harness;
