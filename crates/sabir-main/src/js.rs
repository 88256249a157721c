//! Every binding of this crate.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/worker.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    pub fn spawn(start: &JsValue) -> Result<web_sys::Worker, JsValue>;

    /// Has `granted` called once nobody holds the lock; never, where there are no locks.
    #[wasm_bindgen(js_name = awaitLock)]
    pub fn await_lock(name: &str, granted: &Function);
}

#[wasm_bindgen]
extern "C" {
    /// The URL of this package's own JS: <https://developer.mozilla.org/docs/Web/JavaScript/Reference/Operators/import.meta>
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static GLUE_URL: String;

    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(callback: &Function, delay_ms: f64) -> f64;

    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(timer: f64);

    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_global_listener(kind: &str, listener: &Function);

    pub type PageTransitionEvent;
    /// <https://developer.mozilla.org/docs/Web/API/PageTransitionEvent/persisted>
    #[wasm_bindgen(method, getter)]
    pub fn persisted(this: &PageTransitionEvent) -> bool;
}

pub fn glue_url() -> String {
    GLUE_URL.with(String::clone)
}

/// The message of an exception, in a line.
pub fn message_of(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}

/// The text that a promise gives, if it gives one.
pub async fn text_of(promise: Promise) -> Option<String> {
    wasm_bindgen_futures::JsFuture::from(promise).await.ok()?.as_string()
}

/// Waits for `delay_ms`.
pub async fn sleep(delay_ms: f64) {
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, delay_ms);
    });
    // A timer's promise is never rejected.
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
