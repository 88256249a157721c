//! Every binding of this crate.

#[cfg(feature = "page")]
use js_sys::Array;
use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    pub type MessageEvent;

    /// <https://developer.mozilla.org/docs/Web/API/MessageEvent/data>
    #[wasm_bindgen(method, getter)]
    pub fn data(this: &MessageEvent) -> JsValue;

    /// <https://developer.mozilla.org/docs/Web/API/DedicatedWorkerGlobalScope/postMessage>
    #[wasm_bindgen(js_name = postMessage, catch)]
    pub fn post_message(message: &JsValue) -> Result<(), JsValue>;

    #[cfg(feature = "page")]
    #[wasm_bindgen(js_name = postMessage, catch)]
    pub fn post_message_with_transfer(message: &JsValue, transfer: &Array) -> Result<(), JsValue>;

    /// <https://developer.mozilla.org/docs/Web/API/EventTarget/addEventListener>
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(kind: &str, listener: &Function);
}
