//! Serves a link's calls by asking JavaScript.

use crate::buffers::{Encoded, address, keep_arrived, payload_at};
use crate::deferred::Deferred;
use crate::host::{self, Host};
use crate::names::CALL;
use sabir_core::Refusal;
use sabir_core::service::{Answer, Arguments, Method, Service, SmallAnswer};
use std::rc::Rc;

/// Serves a link's calls by asking JavaScript.
pub struct Server {
    pub host: Rc<Host>,
    pub deferred: Rc<Deferred>,
}

impl Server {
    fn ask(&self, arguments: &[u8]) -> Result<Encoded, Answer> {
        match self.host.serve(address(arguments), arguments.len() as u32) {
            host::LATER => Err(self.deferred.answer()),
            host::NEVER => Err(Answer::Now(Err(Refusal::Unserialisable(NO_ANSWER.to_owned())))),
            place => Ok(Encoded::new(place)),
        }
    }
}

const NO_ANSWER: &str = "its handler threw, and left neither stack nor memory to say what";

impl Service for Server {
    fn methods(&self) -> &'static [Method] {
        &[CALL]
    }

    fn serve(&self, _index: usize, mut arguments: Arguments) -> Answer {
        keep_arrived(arguments.take_attachments());
        match self.ask(arguments.encoded()) {
            Ok(encoded) => Answer::Now(Ok(payload_at(&self.host, encoded))),
            Err(other) => other,
        }
    }

    fn serve_small(&self, _index: usize, arguments: &[u8], into: &mut [u8]) -> SmallAnswer {
        match self.ask(arguments) {
            Ok(encoded) => match encoded.copy_small(into) {
                Some(len) => SmallAnswer::Written(len),
                None => SmallAnswer::Other(Answer::Now(Ok(payload_at(&self.host, encoded)))),
            },
            Err(other) => SmallAnswer::Other(other),
        }
    }
}
