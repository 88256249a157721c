//! An array that is made ready before it is needed.
//!
//! New memory costs a page fault for every 4 KB when it is written first: several times what the copy costs.
//! A worker that waits for an answer has that time: it expects an attachment as long as the last two.

use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};

/// How much is made ready at a time, in bytes: in less than 0.1 ms.
const STEP: u32 = 1 << 17;

/// The lengths that profit, in bytes: smaller arrays get memory that was in use before, larger ones are too much to keep.
const LENGTHS: std::ops::RangeInclusive<u32> = 1 << 19..=1 << 24;

/// The array, if another one as long as the last two attachments is expected.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    last: Cell<u32>,
    /// In bytes; 0: none is expected.
    expected: Cell<u32>,
    /// With how many of its bytes are ready.
    array: RefCell<Option<(Uint8Array, u32)>>,
}

impl Spare {
    /// Makes a part of it ready; false if nothing was to be done.
    pub fn prepare(&self) -> bool {
        let expected = self.expected.get();
        if expected == 0 {
            return false;
        }
        let mut array = self.array.borrow_mut();
        let (array, ready) = array.get_or_insert_with(|| (Uint8Array::new_with_length(expected), 0));
        if *ready >= expected {
            return false;
        }
        array.fill(0, *ready, *ready + STEP);
        *ready += STEP;
        true
    }

    /// An array of `len` zeros, if that is the one; notes what was asked for.
    pub fn take(&self, len: u32) -> Option<Uint8Array> {
        if !LENGTHS.contains(&len) {
            return None;
        }
        let again = self.last.replace(len) == len;
        self.expected.set(if again { len } else { 0 });
        let (array, _) = self.array.take()?;
        (array.length() == len).then_some(array)
    }
}
