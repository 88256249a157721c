//! Opening the channels of the npm package, whose links are only JavaScript's.

use crate::channel::Channel;
use crate::deferred::Deferred;
use crate::errors::{error_of, link_error, tell_closed};
use crate::host::Host;
use crate::server::Server;
use js_sys::SharedArrayBuffer;
use sabir_core::{Endpoint, JsWords, Link, LinkError, Side};
use sabir_fallback::{Carrier, Tunnel};
use sabir_realm::{Doorbell, JsEndpoint, platform};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(js_class = SabirChannel)]
impl Channel {
    /// Makes a link in `memory`, which has room for two rings of `ring_bytes`, and takes its first end.
    ///
    /// # Errors
    /// If the memory does not suit.
    pub fn create(
        memory: &SharedArrayBuffer,
        ring_bytes: usize,
        by_message: bool,
        host: Host,
    ) -> Result<Channel, JsValue> {
        Channel::shared(Link::create(words(memory), ring_bytes), by_message, host)
    }

    /// Takes the other end of the link in `memory`.
    ///
    /// # Errors
    /// If there is none, one of another version, or one that has ended.
    pub fn attach(memory: &SharedArrayBuffer, by_message: bool, host: Host) -> Result<Channel, JsValue> {
        Channel::shared(Link::attach(words(memory)), by_message, host)
    }

    /// Takes the page's end of a link that shares no memory, or the worker's; its packets hold up to `ring_bytes`.
    ///
    /// # Errors
    /// If the size does not suit.
    pub fn tunnel(page: bool, ring_bytes: usize, carrier: Carrier, host: Host) -> Result<Channel, JsValue> {
        let side = if page { Side::A } else { Side::B };
        let (link, tunnel) =
            Tunnel::open(side, ring_bytes, carrier, true).map_err(|error| link_error(&host, &error))?;
        let endpoint = Endpoint::new(link, tunnel.platform());
        Ok(Channel::new(endpoint, Doorbell::Carrier, Rc::new(host), Some(tunnel)))
    }

    /// Takes a packet of a link that shares no memory, and serves what it brings.
    pub fn receive(&self, packet: &[u8]) {
        if let Some(tunnel) = &self.tunnel {
            tunnel.receive(packet);
        }
    }

    /// An answer to a worker that waits has not arrived: it is sent again.
    pub fn lost(&self) {
        if let Some(tunnel) = &self.tunnel {
            tunnel.lost();
        }
    }

    /// Interrupts the other realm's innermost blocking call, or its next one.
    pub fn interrupt(&self) {
        self.endpoint.interrupt_peer();
    }

    /// True, once, if the other realm has interrupted this one.
    #[wasm_bindgen(js_name = takeInterrupt)]
    pub fn take_interrupt(&self) -> bool {
        self.endpoint.check_interrupt().is_err()
    }

    /// Blocks for `ms`, and serves what the other realm asks meanwhile.
    ///
    /// # Errors
    /// If the other realm interrupts it, or the link ends.
    pub fn sleep(&self, ms: f64) -> Result<(), JsValue> {
        let _held = self.tunnel.as_ref().map(|tunnel| tunnel.hold());
        self.endpoint.sleep_for(ms).map_err(|error| error_of(&self.host, &error))
    }

    /// Serves what has arrived; for loops that make no calls.
    pub fn poll(&self) {
        // Those who wait for the link are told how it ended.
        let _ = self.endpoint.serve_arrived();
    }

    /// From now on events of the other realm wait until this one is in its event loop, sleeps or polls.
    #[wasm_bindgen(js_name = keepTurns)]
    pub fn keep_turns(&self) {
        sabir_realm::keep_turns();
    }
}

impl Channel {
    fn shared(
        link: Result<Link<JsWords>, LinkError>,
        by_message: bool,
        host: Host,
    ) -> Result<Channel, JsValue> {
        let link = link.map_err(|error| link_error(&host, &error))?;
        let host = Rc::new(host);
        let waker = Rc::clone(&host);
        let endpoint = Endpoint::new(link, platform(Rc::new(move || waker.wake())));
        let doorbell = if by_message { Doorbell::Message } else { Doorbell::detect() };
        Ok(Channel::new(endpoint, doorbell, host, None))
    }

    fn new(endpoint: JsEndpoint, doorbell: Doorbell, host: Rc<Host>, tunnel: Option<Rc<Tunnel>>) -> Channel {
        let deferred = Deferred::new();
        endpoint.serve(Rc::new(Server { host: Rc::clone(&host), deferred: Rc::clone(&deferred) }));
        let (closed_host, control) = (Rc::clone(&host), endpoint.control().clone());
        sabir_realm::bind(&endpoint, doorbell, move || tell_closed(&closed_host, &control));
        Channel::over(endpoint, host, deferred, tunnel)
    }
}

/// Runs the pump: for a doorbell message.
#[wasm_bindgen(js_name = ring)]
pub fn run_pump() {
    sabir_realm::pump::run();
}

/// The bytes of memory for a link whose rings have `ring_bytes` each.
#[wasm_bindgen(js_name = linkBytes)]
pub fn link_bytes(ring_bytes: usize) -> usize {
    sabir_core::layout::link_bytes(ring_bytes)
}

fn words(memory: &SharedArrayBuffer) -> JsWords {
    JsWords::with_bulk_in_js(memory)
}
