//! The page's end of a link without shared memory: the transport that carries it, and the next if the worker cannot take it.

use crate::StartError;
use crate::js;
use crate::options::TransportOptions;
use js_sys::{Array, Reflect, Uint8Array};
use sabir_core::{CloseReason, Endpoint, Side};
use sabir_fallback::{PageTransport, PassedOver, Taken, Transport, Transports, Tunnel, packet_bytes};
use sabir_realm::{JsEndpoint, messages, object};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The worker, once there is one.
pub type Port = Rc<OnceCell<web_sys::Worker>>;

/// The page's half of the transport in use, or on offer; none once the link has ended, for what it holds holds it.
type CurrentTransport = Rc<RefCell<Option<PageTransport>>>;

/// A link whose packets are carried.
pub struct UnsharedLink {
    tunnel: Rc<Tunnel>,
    transport: Cell<Option<Transport>>,
    half: CurrentTransport,
    options: TransportOptions,
    ring_bytes: usize,
    /// Why memory is not shared.
    unshared: RefCell<String>,
    transports: OnceCell<Transports>,
    /// Why the scripts of the transports cannot be loaded.
    unloaded: OnceCell<String>,
    closed: Cell<bool>,
}

impl UnsharedLink {
    /// Opens the page's end of a link that the worker is to join by one of the transports wished for; `unshared` is why its
    /// memory is not shared.
    ///
    /// # Errors
    /// [`StartError::Link`] if rings cannot have so many bytes.
    pub fn open(
        options: &TransportOptions,
        ring_bytes: usize,
        port: &Port,
        unshared: String,
    ) -> Result<(JsEndpoint, Rc<UnsharedLink>), StartError> {
        let half = CurrentTransport::default();
        let (port, answering) = (Rc::clone(port), Rc::clone(&half));
        let post = move |packet: Uint8Array| post(&port, &packet);
        let answer = move |packet: Uint8Array| answer(&answering, &packet);
        let carrier = object(&[
            ("post", Closure::<dyn Fn(Uint8Array)>::new(post).into_js_value()),
            ("answer", Closure::<dyn Fn(Uint8Array) -> bool>::new(answer).into_js_value()),
        ]);
        let (link, tunnel) = Tunnel::open(Side::A, ring_bytes, carrier.unchecked_into(), false)?;
        let endpoint = Endpoint::new(link, tunnel.platform());
        let carried = UnsharedLink {
            tunnel,
            transport: Cell::new(None),
            half,
            options: options.clone(),
            ring_bytes,
            unshared: RefCell::new(unshared),
            transports: OnceCell::new(),
            unloaded: OnceCell::new(),
            closed: Cell::new(false),
        };
        Ok((endpoint, Rc::new(carried)))
    }

    /// Takes the best transport that is left; gives what the worker is to know of it.
    ///
    /// # Errors
    /// [`StartError::NoTransport`]
    pub async fn next(&self) -> Result<Vec<(&'static str, JsValue)>, StartError> {
        // The headers are asked for while the transports are tried.
        let looking = self.lacks_memory().then(sabir_fallback::why_not_shared);
        let taken = self.take().await;
        if let Some(looking) = looking
            && let Some(why) = js::text_of(looking).await
        {
            self.unshared.replace(why);
        }
        if taken.is_undefined() {
            return Err(StartError::NoTransport { passed_over: self.passed_over() });
        }
        let taken: Taken = taken.unchecked_into();
        let (name, half) = (taken.name(), taken.half());
        let offer = vec![
            ("transport", name.as_str().into()),
            ("offer", half.offer()),
            ("ringBytes", (self.ring_bytes as f64).into()),
        ];
        self.transport.set(Transport::ALL.into_iter().find(|transport| transport.name() == name));
        self.half.replace(Some(half));
        if self.closed.get() {
            self.close();
        }
        Ok(offer)
    }

    async fn take(&self) -> JsValue {
        match self.transports().await {
            Some(transports) => JsFuture::from(transports.next()).await.unwrap_or_default(),
            None => JsValue::UNDEFINED,
        }
    }

    /// Whether the page has no memory to share, though that is wanted.
    fn lacks_memory(&self) -> bool {
        !self.options.leaves_out(Transport::Atomics) && self.options.lacking(Transport::Atomics).is_some()
    }

    async fn transports(&self) -> Option<&Transports> {
        if self.transports.get().is_none() {
            let names: Array =
                self.options.carriers().map(|transport| JsValue::from(transport.name())).collect();
            let options = object(&[
                ("transports", names.into()),
                ("serviceWorker", self.options.service_worker.clone().into()),
                ("reload", false.into()),
            ]);
            match JsFuture::from(sabir_fallback::transports(&options, &self.callbacks())).await {
                Ok(transports) => drop(self.transports.set(transports.unchecked_into())),
                Err(error) => drop(self.unloaded.set(js::message_of(&error))),
            }
        }
        self.transports.get()
    }

    /// `PageCallbacks` of transports.js.
    fn callbacks(&self) -> JsValue {
        let weak = Rc::downgrade(&self.tunnel);
        let lost = move || upgraded(&weak, Tunnel::lost);
        let weak = Rc::downgrade(&self.tunnel);
        let failed = move |why: String| {
            let why = format!("it can no longer be answered: {why}");
            upgraded(&weak, |tunnel| tunnel.fail(CloseReason::Failed(why)));
            sabir_realm::schedule();
        };
        object(&[
            ("bytes", (packet_bytes(self.ring_bytes) as f64).into()),
            ("lost", Closure::<dyn Fn()>::new(lost).into_js_value()),
            ("failed", Closure::<dyn Fn(String)>::new(failed).into_js_value()),
        ])
    }

    /// Takes a packet that has come as a message.
    pub fn receive(&self, packet: &Uint8Array) {
        if packet.length() > 0 {
            self.tunnel.receive(&packet.to_vec());
        } else {
            // The worker tries the transport: any answer will do.
            answer(&self.half, &Uint8Array::new_with_length(1));
        }
    }

    /// The worker cannot take its half.
    pub fn decline(&self, why: &str) {
        self.close_half();
        if let (Some(transport), Some(transports)) = (self.transport.take(), self.transports.get()) {
            let _ = transports.decline(transport.name(), why);
        }
    }

    /// The tunnel of its packets.
    #[cfg(feature = "page")]
    pub fn tunnel(&self) -> Rc<Tunnel> {
        Rc::clone(&self.tunnel)
    }

    /// The transport in use.
    pub fn transport(&self) -> Option<Transport> {
        self.transport.get()
    }

    /// Why each better one is not in use.
    pub fn passed_over(&self) -> Vec<PassedOver> {
        let taken = self.transport();
        let tried = self.transports.get().map(Transports::passed_over);
        let why = |transport: Transport| {
            if transport == Transport::Atomics {
                return self.unshared.borrow().clone();
            }
            let tried = tried.as_ref().and_then(|tried| Reflect::get(tried, &transport.name().into()).ok());
            let tried = tried.and_then(|why| why.as_string());
            self.options.lacking(transport).or(tried).or(self.unloaded.get().cloned()).unwrap_or_default()
        };
        let better = Transport::ALL.into_iter().take_while(|transport| Some(*transport) != taken);
        better.map(|transport| PassedOver { transport, why: why(transport) }).collect()
    }

    fn close_half(&self) {
        if let Some(half) = self.half.take() {
            let _ = half.close();
        }
    }

    /// The link has ended.
    pub fn close(&self) {
        self.closed.set(true);
        self.close_half();
    }
}

impl Drop for UnsharedLink {
    fn drop(&mut self) {
        self.close();
    }
}

/// Sends a packet as a message.
fn post(port: &Port, packet: &Uint8Array) {
    if let Some(port) = port.get() {
        let message = object(&[("type", messages::PACKET.into()), ("packet", packet.into())]);
        port.post_message_with_transfer(&message, &Array::of1(&packet.buffer()))
            .expect_throw("bytes of our own can be transferred");
    }
}

fn answer(half: &CurrentTransport, packet: &Uint8Array) -> bool {
    half.borrow().as_ref().is_some_and(|half| half.answer(packet).unwrap_or_default())
}

fn upgraded(tunnel: &Weak<Tunnel>, then: impl FnOnce(&Tunnel)) {
    if let Some(tunnel) = tunnel.upgrade() {
        then(&tunnel);
    }
}
