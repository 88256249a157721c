//! Every binding of this crate.

use js_sys::{Function, Int32Array, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// <https://developer.mozilla.org/docs/Web/API/Performance/now>: monotonic, in both kinds of realm.
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;

    /// Calls `body`. An error is an exception of JavaScript's, or a trap, that has unwound `body`'s frames without dropping
    /// what they held; this frame is whole.
    #[wasm_bindgen(js_namespace = ["Function", "prototype", "call"], js_name = call, catch)]
    pub fn contained(body: &mut dyn FnMut()) -> Result<(), JsValue>;

    /// <https://developer.mozilla.org/docs/Web/API/Window/reportError>
    #[wasm_bindgen(js_name = reportError, catch)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;

    /// A text that no other call gives: <https://developer.mozilla.org/docs/Web/API/Crypto/randomUUID>
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    pub fn random_uuid() -> String;

    #[wasm_bindgen(js_name = String, catch)]
    fn string(value: &JsValue) -> Result<String, JsValue>;

    // A program may have replaced these, by fake clocks for instance: they may throw. They are called outside of the pump, too.
    /// <https://developer.mozilla.org/docs/Web/API/Window/queueMicrotask>
    #[wasm_bindgen(js_name = queueMicrotask, catch)]
    pub fn queue_microtask(callback: &Function) -> Result<(), JsValue>;

    /// <https://developer.mozilla.org/docs/Web/API/Window/setTimeout>
    #[wasm_bindgen(js_name = setTimeout, catch)]
    pub fn set_timeout(callback: &Function, delay_ms: f64) -> Result<f64, JsValue>;

    #[wasm_bindgen(js_name = clearTimeout, catch)]
    pub fn clear_timeout(timer: f64) -> Result<(), JsValue>;

    /// <https://developer.mozilla.org/docs/Web/API/Window/requestAnimationFrame>
    #[wasm_bindgen(js_name = requestAnimationFrame, catch)]
    pub fn request_animation_frame(callback: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = requestAnimationFrame)]
    static REQUEST_ANIMATION_FRAME: Option<Function>;

    type Scheduling;

    /// <https://developer.mozilla.org/docs/Web/API/Scheduling/isInputPending>: Chromium's pages only.
    #[wasm_bindgen(method, js_name = isInputPending)]
    fn is_input_pending(this: &Scheduling) -> bool;

    #[wasm_bindgen(thread_local_v2, js_namespace = ["globalThis", "navigator"], js_name = scheduling)]
    static SCHEDULING: Option<Scheduling>;

    #[wasm_bindgen(thread_local_v2, js_namespace = ["globalThis", "navigator"], js_name = hardwareConcurrency)]
    static CORES: Option<u32>;

    /// <https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Atomics/waitAsync>
    #[wasm_bindgen(js_namespace = Atomics, js_name = waitAsync)]
    pub fn wait_async(array: &Int32Array, index: u32, value: i32) -> WaitAsync;

    #[wasm_bindgen(thread_local_v2, js_namespace = Atomics, js_name = waitAsync)]
    static WAIT_ASYNC: Option<Function>;

    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = WorkerGlobalScope)]
    static WORKER: Option<Function>;

    #[derive(Debug)]
    pub type Waiting;

    #[wasm_bindgen(method)]
    pub fn then(this: &Waiting, woken: &Function) -> JsValue;

    pub type WaitAsync;

    #[wasm_bindgen(method, getter, js_name = async)]
    pub fn is_async(this: &WaitAsync) -> bool;

    #[wasm_bindgen(method, getter)]
    pub fn value(this: &WaitAsync) -> Waiting;
}

/// A new object with these properties.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).expect_throw("a new object takes any property");
    }
    object.into()
}

/// A property of an object, such as a message; undefined if it has none, or cannot be read.
pub fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// A property of an object that is a text.
pub fn text(object: &JsValue, name: &str) -> Option<String> {
    field(object, name).as_string()
}

/// The processor's cores, as the browser tells; 1 if it does not.
pub fn cores() -> u32 {
    CORES.with(|cores| cores.unwrap_or(1))
}

/// True if the person has clicked or typed, as far as the browser tells.
pub fn is_input_pending() -> bool {
    SCHEDULING.with(|scheduling| scheduling.as_ref().is_some_and(Scheduling::is_input_pending))
}

/// Shows an exception that nobody can be given, as the browser shows those that nobody catches.
pub fn report(error: &JsValue) {
    let _ = report_error(error);
}

/// An exception, in a line.
pub fn text_of(error: &JsValue) -> String {
    string(error).unwrap_or_else(|_| "an exception that has no text".to_owned())
}

/// True on a page. A worker has `requestAnimationFrame` too, but no user who waits for its frames.
pub fn has_frames() -> bool {
    WORKER.with(Option::is_none) && REQUEST_ANIMATION_FRAME.with(Option::is_some)
}

/// True in a worker of WebKit, which may sleep through what is to wake it. Only its errors have a `line`.
pub fn oversleeps() -> bool {
    let error = js_sys::Error::new("");
    WORKER.with(Option::is_some) && js_sys::Reflect::has(&error, &"line".into()).unwrap_or(false)
}

pub fn has_wait_async() -> bool {
    WAIT_ASYNC.with(Option::is_some)
}
