//! The page's end for JavaScript's values, of one worker.

use crate::policy::WindowPolicy;
use crate::trace::Trace;
use crate::unshared::UnsharedLink;
use crate::worker::Inner;
use js_sys::Array;
use sabir_realm::JsEndpoint;
use sabir_remote::{Remote, RemoteSettings};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Exports a function to a worker.
type Export = Rc<dyn Fn(&Remote)>;

/// Makes a worker known by its name; it is given so many ms for its end of a link.
type Introduce = fn(&Rc<Inner>, &str, f64);

/// A worker's share of the page, beside services.
#[derive(Clone, Default)]
pub(crate) struct RemoteOffer {
    /// The policy, if the worker may reach the page's objects at all.
    pub policy: Option<WindowPolicy>,
    /// The name by which other workers link themselves to it, and what has the page introduce workers.
    pub name: Option<(String, Introduce)>,
    /// Has the page told of the calls that cross.
    pub trace: Option<Rc<dyn Trace>>,
    exports: Vec<Export>,
}

impl RemoteOffer {
    /// Exports one function more.
    pub fn export(&mut self, export: Export) {
        self.exports.push(export);
    }

    /// Opens the page's end.
    pub fn serve(
        &self,
        endpoint: &JsEndpoint,
        port: &web_sys::Worker,
        carried: Option<&UnsharedLink>,
    ) -> Rc<Remote> {
        let port = port.clone();
        let send =
            move |message: JsValue, transfer: Array| port.post_message_with_transfer(&message, &transfer);
        let settings = RemoteSettings {
            page: true,
            windowed: self.policy.is_some(),
            policy: self.policy.as_ref().map_or(JsValue::UNDEFINED, WindowPolicy::options),
            trace: self.trace.as_ref().map_or(JsValue::UNDEFINED, |trace| trace.tell_own()),
            ..RemoteSettings::new(send)
        };
        let remote = Remote::serve(endpoint, carried.map(UnsharedLink::tunnel), settings);
        for export in &self.exports {
            export(&remote);
        }
        remote
    }
}
