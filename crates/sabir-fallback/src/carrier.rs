//! What carries packets to the other realm: every binding of this crate.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Carrier` of `js/carrier.d.ts`.
    pub type Carrier;

    /// Sends a packet so that it arrives, in order, once the other realm's event loop runs.
    #[wasm_bindgen(method)]
    pub fn post(this: &Carrier, packet: Vec<u8>);

    /// The page's: gives the blocked worker a packet; false if the worker is not to be reached, and will ask again.
    #[wasm_bindgen(method)]
    pub fn answer(this: &Carrier, packet: Vec<u8>) -> bool;

    /// A worker's: sends a packet, if there is one, and blocks until the page has answered, for `limit_ms` at most.
    #[wasm_bindgen(method, catch)]
    pub fn exchange(
        this: &Carrier,
        packet: Option<Vec<u8>>,
        limit_ms: f64,
    ) -> Result<Option<Vec<u8>>, JsValue>;

    /// What an error says.
    #[wasm_bindgen(js_name = String)]
    pub fn text_of(error: &JsValue) -> String;

    /// A worker's: the packet of an exchange is the question that the page answers, and may be lost with it.
    #[wasm_bindgen(method, getter)]
    pub fn asks(this: &Carrier) -> bool;
}
