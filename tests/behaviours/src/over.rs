//! The transport that a behaviour is to hold over.

#![expect(missing_docs, reason = "the names say what they are")]

use crate::services::{Clerk, DeskServer};
use sabir::{Transport, Worker, WorkerBuilder};

/// The workers' transport: the best one, or this one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Over(pub Option<Transport>);

impl Over {
    pub fn apply(self, builder: WorkerBuilder) -> WorkerBuilder {
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
