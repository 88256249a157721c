//! Carriers of packets to the other realm: every binding of this crate.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Carrier` of `js/carrier.d.ts`.
    pub type Carrier;

    /// Sends a packet so that it arrives, in order, once the other realm's event loop runs.
    #[wasm_bindgen(method, catch)]
    pub fn post(this: &Carrier, packet: Vec<u8>) -> Result<(), JsValue>;

    /// The page's: gives the blocked worker a packet, which may be lost; false if there is no way to it.
    #[wasm_bindgen(method, catch)]
    pub fn answer(this: &Carrier, packet: Vec<u8>) -> Result<bool, JsValue>;

    /// A worker's: sends a packet, if there is one, and blocks until the page has answered, for `limit_ms` at most.
    #[wasm_bindgen(method, catch, js_name = swapPackets)]
    pub fn swap_packets(
        this: &Carrier,
        packet: Option<Vec<u8>>,
        limit_ms: f64,
    ) -> Result<Option<Vec<u8>>, JsValue>;
}
