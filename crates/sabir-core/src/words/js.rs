//! Words in a SharedArrayBuffer; the methods stand in the order of `native.rs`.
//!
//! Every `Atomics` operation is sequentially consistent, so the fence is free.
//! Frame bytes are plain accesses: the `Atomics.load` of a position that reads the other realm's `Atomics.store` orders them
//! (ECMA-262, memory model, *synchronizes-with*: <https://tc39.es/ecma262/#sec-synchronizes-with>).

use super::spare::Spare;
use super::{Gather, Words};
use crate::codec::{Attachment, Bulk};
use js_sys::{ArrayBuffer, Int32Array, SharedArrayBuffer, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/words.js")]
extern "C" {
    fn bind(memory: &JsValue);
    fn write(shared: &Int32Array, at: u32, from: u32, count: u32);
    fn read(shared: &Int32Array, at: u32, to: u32, count: u32);
    fn publish(
        shared: &Int32Array,
        at: u32,
        from: u32,
        count: u32,
        index: u32,
        value: i32,
        watched: u32,
    ) -> i32;
    fn receive(shared: &Int32Array, index: u32, value: i32, looks: u32, at: u32, to: u32, count: u32) -> i32;
}

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

    #[wasm_bindgen(js_namespace = ["Uint8Array", "prototype", "set"], js_name = call)]
    fn copy_into(wasm: &mut [u8], shared: &Uint8Array);
    #[wasm_bindgen(js_namespace = ["Uint8Array", "prototype", "set"], js_name = call)]
    fn copy_from(shared: &Uint8Array, wasm: &[u8], at: u32);
}

/// Up to this many bytes, a loop over words is cheaper than two views and a copy.
const BY_WORD: usize = 192;

/// A SharedArrayBuffer as words and bytes, or a realm's own memory.
#[derive(Clone)]
pub struct JsWords(Rc<Memory>);

struct Memory {
    words: Int32Array,
    bytes: Uint8Array,
    /// For attachments, if they are to stay in the JavaScript heap.
    spare: Option<Spare>,
    sleep: Option<Box<dyn Fn(f64)>>,
}

impl std::fmt::Debug for JsWords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "JsWords({} bytes)", self.len_bytes())
    }
}

impl JsWords {
    /// Views `buffer`, whose length is a multiple of 4.
    pub fn new(buffer: &SharedArrayBuffer) -> Self {
        JsWords::over(buffer, None, None)
    }

    /// The same words as [`new`](JsWords::new), but attachments arrive as [`JsBulk`]: they are copied once, and never into wasm
    /// memory.
    pub fn with_bulk_in_js(buffer: &SharedArrayBuffer) -> Self {
        JsWords::over(buffer, Some(Spare::default()), None)
    }

    /// Zeroed memory of `len` bytes, a multiple of 4, which no other realm has.
    ///
    /// To wait for a word is to call `sleep`, with the longest time in ms: nothing changes it but what that does.
    /// `bulk_in_js`: as [`with_bulk_in_js`](JsWords::with_bulk_in_js).
    pub fn own(len: usize, bulk_in_js: bool, sleep: impl Fn(f64) + 'static) -> Self {
        let spare = bulk_in_js.then(Spare::default);
        JsWords::over(&ArrayBuffer::new(len as u32), spare, Some(Box::new(sleep)))
    }

    fn over(buffer: &JsValue, spare: Option<Spare>, sleep: Option<Box<dyn Fn(f64)>>) -> Self {
        let (words, bytes) = (Int32Array::new(buffer), Uint8Array::new(buffer));
        JsWords(Rc::new(Memory { words, bytes, spare, sleep }))
    }

    /// The words, for the platform's own waits.
    pub fn array(&self) -> &Int32Array {
        &self.0.words
    }
}

/// Bytes in the JavaScript heap, as an attachment.
#[derive(Clone)]
pub struct JsBulk(pub Uint8Array);

impl std::fmt::Debug for JsBulk {
    // Not derived: that would bring the glue which shows any JavaScript value.
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "JsBulk({} bytes)", self.0.length())
    }
}

impl Bulk for JsBulk {
    fn len_bytes(&self) -> usize {
        self.0.length() as usize
    }

    fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn snapshot(&self) -> Rc<dyn Bulk> {
        Rc::new(JsBulk(self.0.slice(0, self.0.length())))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// An attachment that is being received: into wasm memory, or into the JavaScript heap.
#[derive(Debug)]
pub enum JsGathered {
    /// For Rust.
    Wasm(Vec<u8>),
    /// For JavaScript: an array, and how many of its bytes have come.
    Js(Uint8Array, u32),
}

impl Gather<JsWords> for JsGathered {
    fn len_bytes(&self) -> usize {
        match self {
            JsGathered::Wasm(bytes) => bytes.len(),
            JsGathered::Js(_, len) => *len as usize,
        }
    }

    fn reserve(&mut self, words: &JsWords, step: usize, more: usize) {
        match self {
            JsGathered::Wasm(bytes) => Gather::reserve(bytes, words, step, more),
            JsGathered::Js(array, len) if (array.length() as usize) < *len as usize + step => {
                let wanted = (*len as usize + step.max(more)) as u32;
                let spare = words.0.spare.as_ref().and_then(|spare| spare.take(wanted));
                let larger = spare.unwrap_or_else(|| Uint8Array::new_with_length(wanted));
                larger.set(&array.subarray(0, *len), 0);
                *array = larger;
            }
            JsGathered::Js(..) => {}
        }
    }

    fn append(&mut self, words: &JsWords, at: usize, len: usize) {
        match self {
            JsGathered::Wasm(bytes) => words.append_bytes(at, len, bytes),
            JsGathered::Js(array, filled) => {
                array.set(&words.0.bytes.subarray(at as u32, (at + len) as u32), *filled);
                *filled += len as u32;
            }
        }
    }

    fn finish(self) -> Attachment {
        match self {
            JsGathered::Wasm(bytes) => Gather::<JsWords>::finish(bytes),
            JsGathered::Js(array, len) if array.length() == len => Attachment::Bulk(Rc::new(JsBulk(array))),
            JsGathered::Js(array, len) => Attachment::Bulk(Rc::new(JsBulk(array.slice(0, len)))),
        }
    }
}

impl Words for JsWords {
    type Gathered = JsGathered;

    fn len_bytes(&self) -> usize {
        self.0.bytes.length() as usize
    }

    fn load_acquire(&self, index: usize) -> i32 {
        load(&self.0.words, index as u32)
    }

    fn store_release(&self, index: usize, value: i32) {
        store(&self.0.words, index as u32, value);
    }

    fn swap(&self, index: usize, value: i32) -> i32 {
        exchange(&self.0.words, index as u32, value)
    }

    fn compare_exchange(&self, index: usize, current: i32, new: i32) -> i32 {
        compare_exchange(&self.0.words, index as u32, current, new)
    }

    fn fence(&self) {}

    fn publish(&self, at: usize, bytes: &[u8], index: usize, value: i32, watched: usize) -> i32 {
        let (from, count) = whole_words(bytes).unwrap_or_else(|| {
            self.write_bytes(at, bytes);
            (0, 0)
        });
        publish(&self.0.words, (at / 4) as u32, from, count, index as u32, value, watched as u32)
    }

    fn receive(&self, index: usize, value: i32, looks: u32, at: usize, into: &mut [u8]) -> i32 {
        let (to, count) = whole_words(into).unwrap_or((0, 0));
        let found = receive(&self.0.words, index as u32, value, looks, (at / 4) as u32, to, count);
        if found != value && count as usize * 4 < into.len() {
            self.read_bytes(at, into);
        }
        found
    }

    fn wait(&self, index: usize, expected: i32, timeout_ms: f64) {
        if let Some(sleep) = &self.0.sleep {
            return sleep(timeout_ms);
        }
        // Not of the `Result`: its message would have the error's `Debug`, which is a kilobyte of glue.
        wait(&self.0.words, index as u32, expected, timeout_ms)
            .ok()
            .expect_throw("only workers block, and a worker may (ECMA-262, AgentCanSuspend)");
    }

    fn notify(&self, index: usize) {
        notify(&self.0.words, index as u32);
    }

    fn write_bytes(&self, at: usize, from: &[u8]) {
        match whole_words(from) {
            Some((from, count)) => write(&self.0.words, (at / 4) as u32, from, count),
            None => copy_from(&self.0.bytes, from, at as u32),
        }
    }

    fn read_bytes(&self, at: usize, into: &mut [u8]) {
        match whole_words(into) {
            Some((to, count)) => read(&self.0.words, (at / 4) as u32, to, count),
            None => copy_into(into, &self.0.bytes.subarray(at as u32, (at + into.len()) as u32)),
        }
    }

    fn write_bulk(&self, at: usize, bulk: &dyn Bulk, from: usize, len: usize) {
        match bulk.as_any().downcast_ref::<JsBulk>() {
            Some(JsBulk(array)) => {
                self.0.bytes.set(&array.subarray(from as u32, (from + len) as u32), at as u32);
            }
            None => self.write_bytes(at, &bulk.to_vec()[from..from + len]),
        }
    }

    fn prepare(&self) -> bool {
        self.0.spare.as_ref().is_some_and(|spare| spare.prepare())
    }

    fn gather(&self) -> JsGathered {
        match self.0.spare {
            Some(_) => JsGathered::Js(Uint8Array::new_with_length(0), 0),
            None => JsGathered::Wasm(Vec::new()),
        }
    }
}

/// Where a few aligned words stand in wasm memory, and how many: for the loops of words.js, which stay within them.
fn whole_words(bytes: &[u8]) -> Option<(u32, u32)> {
    bind_memory();
    let (address, len) = (bytes.as_ptr() as usize, bytes.len());
    (len <= BY_WORD && address % 4 == 0 && len % 4 == 0).then_some(((address / 4) as u32, (len / 4) as u32))
}

/// Gives words.js a view of the wasm memory: anew when it has grown, which detaches the view before.
fn bind_memory() {
    thread_local! {
        static PAGES: Cell<usize> = const { Cell::new(0) };
    }
    #[cfg(target_arch = "wasm32")]
    let pages = core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    let pages = 1;
    if PAGES.replace(pages) != pages {
        bind(&wasm_bindgen::memory());
    }
}
