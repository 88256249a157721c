//! Which transports there are, and the page's halves of those that JavaScript has.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

/// A transport: it carries calls between a worker and its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Shared memory: needs the headers COOP and COEP.
    Atomics,
    /// A file of the origin that the blocked worker reads: needs https or localhost, and a browser with such files.
    Mailbox,
    /// A service worker that the site hosts, which answers the blocked worker's requests.
    ServiceWorker,
}

impl Transport {
    /// Every transport, the fastest first.
    pub const ALL: [Transport; 3] = [Transport::Atomics, Transport::Mailbox, Transport::ServiceWorker];

    /// Its name, as the npm package has it.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Atomics => "atomics",
            Transport::Mailbox => "mailbox",
            Transport::ServiceWorker => "service-worker",
        }
    }
}

impl std::fmt::Display for Transport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A transport that a worker does not have, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Which.
    pub transport: Transport,
    /// The reason: something that browser, page or worker lacks, or that it was excluded.
    pub why: String,
}

impl std::fmt::Display for PassedOver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.transport, self.why)
    }
}

#[wasm_bindgen(module = "/js/on-demand.js")]
extern "C" {
    /// `Transports` of `js/transports.js`: those of one link.
    pub type Transports;

    /// Gives [`Transports`]; `options` and `callbacks` are described where those are.
    pub fn transports(options: &JsValue, callbacks: &JsValue) -> Promise;

    /// Gives the best [`Taken`] that is left; undefined if there is none.
    #[wasm_bindgen(method)]
    pub fn next(this: &Transports) -> Promise;

    /// The worker cannot take one: [`next`](Transports::next) leaves it out, or tries something else with it.
    #[wasm_bindgen(method, catch)]
    pub fn decline(this: &Transports, name: &str, why: &str) -> Result<bool, JsValue>;

    /// Why each was left out, by its name.
    #[wasm_bindgen(method, getter, js_name = passedOver)]
    pub fn passed_over(this: &Transports) -> JsValue;

    /// A transport's name, and the page's half of it.
    pub type Taken;

    /// The name.
    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Taken) -> String;

    /// The half.
    #[wasm_bindgen(method, getter)]
    pub fn half(this: &Taken) -> PageTransport;

    /// `PageTransport` of `js/carrier.d.ts`, which describes its members.
    pub type PageTransport;

    /// The offer, from which the worker makes its half.
    #[wasm_bindgen(method, getter)]
    pub fn offer(this: &PageTransport) -> JsValue;

    /// Gives the blocked worker a packet, which may be lost; false if there is no way to it.
    #[wasm_bindgen(method, catch)]
    pub fn answer(this: &PageTransport, packet: &JsValue) -> Result<bool, JsValue>;

    /// Ends it.
    #[wasm_bindgen(method, catch)]
    pub fn close(this: &PageTransport) -> Result<(), JsValue>;

    /// Gives why the page has no shared memory, which its server's headers tell.
    #[wasm_bindgen(js_name = whyNotShared)]
    pub fn why_not_shared() -> Promise;

    /// Gives why a worker's script is not there: the browser's event does not say.
    #[wasm_bindgen(js_name = whyNotLoaded)]
    pub fn why_not_loaded(url: &str) -> Promise;

    #[wasm_bindgen(js_name = exchanger)]
    fn load_exchanger(transport: &str, offer: &JsValue, post: &Function) -> Promise;
}

/// Takes the worker's half of a transport. The bootstrap calls it: it has the package's exports, and no other script.
#[doc(hidden)]
#[wasm_bindgen(js_name = "__sabir_exchanger")]
pub fn exchanger(transport: &str, offer: &JsValue, post: &Function) -> Promise {
    load_exchanger(transport, offer, post)
}

/// Files that the others import: a package has those that an import of Rust's names.
mod imported {
    use wasm_bindgen::prelude::*;

    macro_rules! files {
        ($($file:tt $name:ident $import:ident;)*) => {$(
            #[wasm_bindgen(module = $file)]
            extern "C" {
                #[wasm_bindgen(js_name = $name)]
                fn $import();
            }
        )*};
    }

    files! {
        "/js/transports.js" Transports _transports;
        "/js/exchangers.js" exchanger _exchanger;
        "/js/mailbox.js" serve _mailbox;
        "/js/service-worker.js" serve _service_worker;
        "/js/sharing.js" native _sharing;
        "/js/sleep.js" sleep _sleep;
        "/js/reasons.js" whyNotShared _reasons;
    }
}
