//! Shared memory, where the browser lets this realm have it.

use crate::js::text_of;
use js_sys::{Function, SharedArrayBuffer};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// <https://developer.mozilla.org/docs/Web/API/Window/crossOriginIsolated>
    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = crossOriginIsolated)]
    static CROSS_ORIGIN_ISOLATED: Option<bool>;

    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = SharedArrayBuffer)]
    static SHARED_ARRAY_BUFFER: Option<Function>;

    /// Throws a RangeError where js-sys's own constructor would end the program.
    #[wasm_bindgen(js_name = SharedArrayBuffer)]
    type NewSharedArrayBuffer;
    #[wasm_bindgen(constructor, js_class = SharedArrayBuffer, catch)]
    fn new(len: f64) -> Result<NewSharedArrayBuffer, JsValue>;
}

/// Why this realm shares no memory, if it does not.
pub fn no_shared_memory() -> Option<&'static str> {
    if CROSS_ORIGIN_ISOLATED.with(|isolated| *isolated != Some(true)) {
        Some("crossOriginIsolated is false")
    } else if SHARED_ARRAY_BUFFER.with(Option::is_none) {
        Some("this browser has no shared memory")
    } else {
        None
    }
}

/// New memory of `len` bytes, all 0.
///
/// # Errors
/// The browser's words, if it refuses so much.
pub fn shared_memory(len: usize) -> Result<SharedArrayBuffer, String> {
    let refused = |error: JsValue| format!("the browser refuses {len} bytes of memory: {}", text_of(&error));
    NewSharedArrayBuffer::new(len as f64).map(JsCast::unchecked_into).map_err(refused)
}
