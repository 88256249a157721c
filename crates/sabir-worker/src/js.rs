//! Every binding of this crate.

#[cfg(feature = "page")]
use js_sys::Array;
use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// <https://developer.mozilla.org/docs/Web/API/DedicatedWorkerGlobalScope/name>
    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = name)]
    static NAME: JsValue;

    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = DedicatedWorkerGlobalScope)]
    static WORKER_SCOPE: JsValue;

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

/// True in a worker that [`spawn`](../sabir_main/struct.WorkerBuilder.html#method.spawn) has started.
///
/// ```no_run
/// if sabir_worker::in_worker() {
///     // `main` runs here only if the builder says `run_start`.
/// }
/// ```
pub fn in_worker() -> bool {
    let is_ours = |name: &JsValue| name.as_string().is_some_and(|name| name.starts_with("sabir:"));
    WORKER_SCOPE.with(JsValue::is_function) && NAME.with(is_ours)
}
