//! Functions of the wasm that belong to no link. They are static methods: a program that links this crate exports one name more.

use crate::buffers;
use crate::channel::Channel;
use crate::names;
use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(js_class = SabirChannel)]
impl Channel {
    /// The memory in which JavaScript and Rust hand each other encoded values.
    #[wasm_bindgen(js_name = wasmMemory, skip_jsdoc)]
    pub fn wasm_memory() -> JsValue {
        wasm_bindgen::memory()
    }

    /// Makes room for `len` bytes in the outbox of `depth`, keeps its contents, and gives its address; null if the browser has
    /// no memory for them.
    #[wasm_bindgen(js_name = growOutbox, skip_jsdoc)]
    pub fn grow_outbox(depth: usize, len: usize) -> *const u8 {
        buffers::grow_outbox(depth, len)
    }

    /// The size of the outbox of `depth`, in bytes.
    #[wasm_bindgen(js_name = outboxBytes, skip_jsdoc)]
    pub fn outbox_bytes(depth: usize) -> usize {
        buffers::outbox_bytes(depth)
    }

    /// The attachments of the message that is decoded, as arrays of bytes. They are the caller's.
    #[wasm_bindgen(js_name = takeArrived, skip_jsdoc)]
    pub fn take_arrived() -> Vec<Uint8Array> {
        buffers::take_arrived()
    }

    /// The number by which calls name a function; errors cite it. A timeout below 0 is none.
    /// `of_loop`: the event loop calls it, not code.
    #[wasm_bindgen(js_name = internName, skip_jsdoc)]
    pub fn intern_name(name: &str, timeout_ms: f64, of_loop: bool) -> u32 {
        names::intern(name, timeout_ms, of_loop)
    }

    /// Has this slice of the pump last so long at least, in ms, while there is work; gives its end, as `performance.now`.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn hold(ms: f64) -> f64 {
        sabir_realm::pump::hold(ms)
    }

    /// Has the pump call `work` in its next slice.
    #[wasm_bindgen(js_name = goOn, skip_jsdoc)]
    pub fn go_on(work: Function) {
        sabir_realm::pump::go_on(work);
    }

    /// An exception has crossed this realm's wasm: ends all its links.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn fall(what: &str) {
        sabir_realm::fall(what);
    }
}
