//! Which transports a worker may have.

use sabir_fallback::Transport;

/// Which transports a worker may have, and what they need of the site.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    pub transports: Vec<Transport>,
    pub excluded: Vec<Transport>,
    pub service_worker: Option<String>,
}

impl TransportOptions {
    pub fn new() -> Self {
        TransportOptions { transports: Transport::ALL.into(), excluded: Vec::new(), service_worker: None }
    }

    /// Why it is not to be had, as far as that is known before it is tried.
    pub fn lacking(&self, transport: Transport) -> Option<String> {
        let lacks = if self.leaves_out(transport) {
            "the builder leaves it out"
        } else {
            match transport {
                Transport::Atomics => sabir_realm::no_shared_memory()?,
                Transport::ServiceWorker if self.service_worker.is_none() => "none is named",
                _ => return None,
            }
        };
        Some(lacks.to_owned())
    }

    /// Whether it is not wanted.
    pub fn leaves_out(&self, transport: Transport) -> bool {
        !self.transports.contains(&transport) || self.excluded.contains(&transport)
    }

    /// Those without shared memory that are to be tried.
    pub fn carriers(&self) -> impl Iterator<Item = Transport> {
        let carriers = Transport::ALL.into_iter().filter(|transport| *transport != Transport::Atomics);
        carriers.filter(|transport| self.lacking(*transport).is_none())
    }
}
