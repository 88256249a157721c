//! The JavaScript functions that a channel calls: every binding of this crate.
//!
//! None of it throws: `js/border.js` catches all. To `catch` here would cost each call more than its answer's decoding.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

/// A call is answered later, for the token that was given by [`Channel::defer`](crate::Channel::defer).
pub const LATER: f64 = -1.0;
/// Not even an error can answer a call.
pub const NEVER: f64 = -2.0;

#[wasm_bindgen]
extern "C" {
    /// The JavaScript half of a channel: `Host` in `js/border.js`.
    pub type Host;

    /// Serves the call whose `len` bytes stand at `address`; gives where its answer stands, or [`LATER`] or [`NEVER`].
    #[wasm_bindgen(method)]
    pub fn serve(this: &Host, address: u32, len: u32) -> f64;

    /// The attachments of what was encoded last.
    #[wasm_bindgen(method, js_name = takeAttachments)]
    pub fn take_attachments(this: &Host) -> Vec<Uint8Array>;

    /// The `len` bytes that answer an async call stand at `address`.
    #[wasm_bindgen(method)]
    pub fn answered(this: &Host, token: f64, address: u32, len: u32);

    /// An async call failed.
    #[wasm_bindgen(method)]
    pub fn failed(this: &Host, token: f64, error: &JsValue);

    /// The other realm's end of the link, in words.
    #[wasm_bindgen(method)]
    pub fn dumped(this: &Host, token: f64, text: &str);

    /// An error of the class `name`.
    #[wasm_bindgen(method, js_name = makeError)]
    pub fn make_error(this: &Host, name: &str, message: &str) -> JsValue;

    /// Sends the other realm a doorbell message.
    #[wasm_bindgen(method)]
    pub fn wake(this: &Host);

    /// The link has ended.
    #[wasm_bindgen(method)]
    pub fn closed(this: &Host, error: &JsValue);
}
