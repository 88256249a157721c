//! The limit: a number goes there and back through one shared array, by the words, the spin and the polling that links use,
//! without frames, calls or a codec.

use crate::now;
use js_sys::SharedArrayBuffer;
use sabir_core::{JsWords, Words};
use wasm_bindgen::prelude::*;

/// Words that each own a line: the question, the answer, and whether the worker sleeps.
const ASKED: usize = 0;
const ANSWERED: usize = 32;
const ASLEEP: usize = 64;
/// The bytes of the shared array.
const LEN: u32 = 512;

/// As in `sabir-realm`.
const SPINS: u32 = 3000;
const ROUNDS_PER_CLOCK: u32 = 8;
const LOOKS_PER_ROUND: u32 = 64;
const TIME_SLICE_MS: f64 = 4.0;

/// Memory for one contender.
#[wasm_bindgen]
pub fn bare_memory() -> SharedArrayBuffer {
    SharedArrayBuffer::new(LEN)
}

/// The worker's end: asks for some ms, blocks for every answer; questions per second.
#[wasm_bindgen]
pub fn bare_ask(shared: &SharedArrayBuffer, for_ms: f64) -> f64 {
    let words = JsWords::new(shared);
    let (start, mut count, mut value) = (now(), 0, words.load_acquire(ANSWERED));
    while now() - start < for_ms {
        for _ in 0..50 {
            let before = value;
            value = value.wrapping_add(8);
            words.publish(0, &[], ASKED, value, ASLEEP);
            while words.receive(ANSWERED, before, SPINS, 0, &mut []) != value {
                words.store_release(ASLEEP, 1);
                words.wait(ANSWERED, before, f64::INFINITY);
                words.store_release(ASLEEP, 0);
            }
            count += 1;
        }
    }
    f64::from(count) / (now() - start) * 1000.0
}

/// The page's end: answers for one slice.
#[wasm_bindgen]
pub fn bare_answer(shared: &SharedArrayBuffer) {
    let words = JsWords::new(shared);
    let (begin, mut seen) = (now(), words.load_acquire(ANSWERED));
    while now() - begin < TIME_SLICE_MS {
        for _ in 0..ROUNDS_PER_CLOCK {
            let asked = words.receive(ASKED, seen, LOOKS_PER_ROUND, 0, &mut []);
            if asked != seen {
                seen = asked;
                if words.publish(0, &[], ANSWERED, asked, ASLEEP) != 0 {
                    words.notify(ANSWERED);
                }
            }
        }
    }
}
