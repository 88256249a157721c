//! The JavaScript of a program's end: `js/program/program.js`, bundled by `cargo xtask bundle`.

use crate::host::Host;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/bundle/program.js")]
extern "C" {
    /// `ProgramEnd` of that script.
    pub type ProgramEnd;

    /// `Scope` of `js/end/scope.js`.
    #[derive(Debug)]
    #[wasm_bindgen(js_name = Scope)]
    pub type JsScope;

    #[wasm_bindgen(method)]
    pub fn keep(this: &JsScope, value: &JsValue);

    #[wasm_bindgen(method)]
    pub fn close(this: &JsScope);

    /// `policy` is the page's: its options, or undefined. `trace` is told of each call; if it is true, the page is.
    #[wasm_bindgen(constructor)]
    pub fn new(
        page: bool,
        windowed: bool,
        shared: bool,
        policy: &JsValue,
        send: &Function,
        trace: &JsValue,
    ) -> ProgramEnd;

    /// What a channel of this end calls.
    #[wasm_bindgen(method, getter)]
    pub fn host(this: &ProgramEnd) -> Host;

    /// Gives the end its `Channel`.
    #[wasm_bindgen(method)]
    pub fn attach(this: &ProgramEnd, channel: JsValue);

    #[wasm_bindgen(method, getter)]
    pub fn window(this: &ProgramEnd) -> JsValue;

    /// Calls a function of the other end: blocks in a worker, and gives a promise on the page. A limit below 0 is none.
    #[wasm_bindgen(method, catch)]
    pub fn call(
        this: &ProgramEnd,
        name: &str,
        arguments: &Array,
        transfer: &Array,
        limit_ms: f64,
    ) -> Result<JsValue, JsValue>;

    /// The same, but never blocks.
    #[wasm_bindgen(method, catch, js_name = callLater)]
    pub fn call_later(
        this: &ProgramEnd,
        name: &str,
        arguments: &Array,
        transfer: &Array,
        limit_ms: f64,
    ) -> Result<Promise, JsValue>;

    /// Exports `callback`, which takes the arguments as a list.
    #[wasm_bindgen(method)]
    pub fn offer(this: &ProgramEnd, name: &str, callback: &JsValue);

    /// From now on a name that is not exported is an error.
    #[wasm_bindgen(method)]
    pub fn settle(this: &ProgramEnd);

    #[wasm_bindgen(method, js_name = receiveCargo)]
    pub fn receive_cargo(this: &ProgramEnd, id: &JsValue, values: &JsValue);

    /// Has `unlinked` called with the id of a link between workers whose other end has gone, and `ended` when this link ends.
    #[wasm_bindgen(method, js_name = watchLinks)]
    pub fn watch_links(this: &ProgramEnd, unlinked: &Function, ended: &Function);

    /// Tells the worker that its link `id` to another one has lost its other end.
    #[wasm_bindgen(method)]
    pub fn unlink(this: &ProgramEnd, id: &str);

    /// Makes the page's classes known by their names in this worker's global scope.
    #[wasm_bindgen(method, catch, js_name = installClasses)]
    pub fn install_classes(this: &ProgramEnd) -> Result<(), JsValue>;

    /// Gives this worker's global scope all that only the page's has.
    #[wasm_bindgen(method, catch, js_name = installGlobals)]
    pub fn install_globals(this: &ProgramEnd) -> Result<(), JsValue>;

    /// Has the page perform operations for which this worker does not wait.
    #[wasm_bindgen(method, js_name = startPipeline)]
    pub fn start_pipeline(this: &ProgramEnd, stacks: bool) -> Promise;

    /// Runs `body`, whose sets and calls without a result go in one message.
    #[wasm_bindgen(method, catch)]
    pub fn batch(this: &ProgramEnd, body: &mut dyn FnMut()) -> Result<(), JsValue>;

    /// Opens a scope for what is borrowed from now on.
    #[wasm_bindgen(method, js_name = openScope)]
    pub fn open_scope(this: &ProgramEnd) -> JsScope;

    /// How many objects of this end the other one holds, and how many of the other one's this end holds.
    #[wasm_bindgen(method, js_name = countHandles)]
    pub fn count_handles(this: &ProgramEnd) -> Vec<u32>;
}

/// Files that the bundle loads on demand: a package has those that an import of Rust's names.
mod on_demand {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(module = "/bundle/pipeline.js")]
    extern "C" {
        #[wasm_bindgen(js_name = Pipeline)]
        fn _pipeline();
    }

    #[wasm_bindgen(module = "/bundle/performer.js")]
    extern "C" {
        #[wasm_bindgen(js_name = Performer)]
        fn _performer();
    }

    #[wasm_bindgen(module = "/bundle/track.js")]
    extern "C" {
        #[wasm_bindgen(js_name = Track)]
        fn _track();
    }
}
