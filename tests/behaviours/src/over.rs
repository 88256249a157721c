//! The transport that a behaviour is to hold over.

#![expect(missing_docs, reason = "the names say what they are")]

use crate::services::{Clerk, DeskServer};
use sabir::{Transport, Worker, WorkerBuilder};
use std::time::Duration;

/// The workers' transport: the best one, or this one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Over(pub Option<Transport>);

/// A busy machine may take longer than the default to compile wasm that is not optimised.
const START_LIMIT: Duration = Duration::from_secs(60);

impl Over {
    pub fn apply(self, builder: WorkerBuilder) -> WorkerBuilder {
        let builder = builder.start_timeout(START_LIMIT);
        match self.0 {
            Some(transport) => builder.transports([transport]).service_worker("sw.js"),
            None => builder,
        }
    }

    pub fn shares_memory(self) -> bool {
        matches!(self.0, None | Some(Transport::Atomics))
    }

    /// The size of a burst: trips cost a hundred times more where memory is not shared.
    pub fn burst(self) -> i32 {
        if self.shares_memory() { 10_000 } else { 300 }
    }
}

pub fn builder(over: Over, program: &str, clerk: &Clerk) -> WorkerBuilder {
    over.apply(Worker::builder(program)).serve(DeskServer::new(clerk.clone()))
}
