//! Words in a SharedArrayBuffer; the methods stand in the order of `native.rs`.
//!
//! Every `Atomics` operation is sequentially consistent, so the fence is free.
//! Frame bytes are plain accesses: the `Atomics.load` of a position that reads the other realm's `Atomics.store` orders them
//! (ECMA-262, memory model, *synchronizes-with*: <https://tc39.es/ecma262/#sec-synchronizes-with>).

use super::Words;
use js_sys::{Int32Array, Reflect, SharedArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // js-sys's own Atomics go through a `try` for each call; these cannot throw on a shared array and an index within it.
    #[wasm_bindgen(js_namespace = Atomics)]
    fn load(array: &Int32Array, index: u32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics)]
    fn store(array: &Int32Array, index: u32, value: i32);
    #[wasm_bindgen(js_namespace = Atomics)]
    fn exchange(array: &Int32Array, index: u32, value: i32) -> i32;
    #[wasm_bindgen(js_namespace = Atomics, js_name = compareExchange)]
    fn compare_exchange(array: &Int32Array, index: u32, current: i32, new: i32) -> i32;
    // Throws where the realm must not block.
    #[wasm_bindgen(js_namespace = Atomics, catch)]
    fn wait(array: &Int32Array, index: u32, value: i32, timeout: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Atomics)]
    fn notify(array: &Int32Array, index: u32);
    // https://tc39.es/proposal-atomics-microwait/
    #[wasm_bindgen(js_namespace = Atomics)]
    fn pause();

    #[wasm_bindgen(js_namespace = ["Uint8Array", "prototype", "set"], js_name = call)]
    fn copy_into(wasm: &mut [u8], shared: &Uint8Array);
    #[wasm_bindgen(js_namespace = ["Uint8Array", "prototype", "set"], js_name = call)]
    fn copy_from(shared: &Uint8Array, wasm: &[u8], at: u32);
}

/// Up to this many bytes, one call of JS for each word is cheaper than two views and a copy.
const BY_WORD: usize = 64;

/// A SharedArrayBuffer as words and bytes.
#[derive(Clone, Debug)]
pub struct JsWords {
    words: Int32Array,
    bytes: Uint8Array,
    can_pause: bool,
}

impl JsWords {
    /// Views `buffer`, whose length is a multiple of 4.
    pub fn new(buffer: &SharedArrayBuffer) -> Self {
        let atomics = Reflect::get(&js_sys::global(), &"Atomics".into()).unwrap_or_default();
        JsWords {
            words: Int32Array::new(buffer),
            bytes: Uint8Array::new(buffer),
            can_pause: Reflect::has(&atomics, &"pause".into()).unwrap_or(false),
        }
    }

    /// The words, for the platform's own waits.
    pub fn array(&self) -> &Int32Array {
        &self.words
    }
}

impl Words for JsWords {
    fn len_bytes(&self) -> usize {
        self.bytes.length() as usize
    }

    fn load_acquire(&self, index: usize) -> i32 {
        load(&self.words, index as u32)
    }

    fn store_release(&self, index: usize, value: i32) {
        store(&self.words, index as u32, value);
    }

    fn swap(&self, index: usize, value: i32) -> i32 {
        exchange(&self.words, index as u32, value)
    }

    fn compare_exchange(&self, index: usize, current: i32, new: i32) -> i32 {
        compare_exchange(&self.words, index as u32, current, new)
    }

    fn fence(&self) {}

    fn wait(&self, index: usize, expected: i32, timeout_ms: f64) {
        wait(&self.words, index as u32, expected, timeout_ms)
            .expect_throw("only workers block, and a worker may (ECMA-262, AgentCanSuspend)");
    }

    fn notify(&self, index: usize) {
        notify(&self.words, index as u32);
    }

    fn spin_while(&self, index: usize, value: i32, times: u32) -> bool {
        (0..times).any(|_| {
            if self.can_pause {
                pause();
            }
            load(&self.words, index as u32) != value
        })
    }

    fn write_bytes(&self, at: usize, from: &[u8]) {
        if from.len() > BY_WORD {
            return copy_from(&self.bytes, from, at as u32);
        }
        for (index, chunk) in from.chunks(4).enumerate() {
            let mut bytes = [0; 4];
            bytes[..chunk.len()].copy_from_slice(chunk);
            self.words
                .set_index((at / 4 + index) as u32, i32::from_le_bytes(bytes));
        }
    }

    fn read_bytes(&self, at: usize, into: &mut [u8]) {
        if into.len() > BY_WORD {
            let (from, to) = (at as u32, (at + into.len()) as u32);
            return copy_into(into, &self.bytes.subarray(from, to));
        }
        for (index, chunk) in into.chunks_mut(4).enumerate() {
            let word = self.words.get_index((at / 4 + index) as u32);
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
