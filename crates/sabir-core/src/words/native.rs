//! Words in native memory: for tests that need no browser, and, with `--cfg sabir_loom`, for the model checker.
//!
//! Bytes are relaxed atomic words: there is no unsafe code, and to loom a missing release or acquire shows as stale bytes.
//! Loom knows no timeouts: there a wait ends by a notify only, so that a lost wake-up is a deadlock that loom reports.

use super::Words;
use crate::codec::Bulk;
use std::sync::PoisonError;
use std::time::Duration;
use sync::{Arc, AtomicI32, Condvar, Mutex, Ordering, fence, spin_loop};

#[cfg(not(sabir_loom))]
mod sync {
    pub use std::hint::spin_loop;
    pub use std::sync::atomic::{AtomicI32, Ordering, fence};
    pub use std::sync::{Arc, Condvar, Mutex};
}

#[cfg(sabir_loom)]
mod sync {
    pub use loom::hint::spin_loop;
    pub use loom::sync::atomic::{AtomicI32, Ordering, fence};
    pub use loom::sync::{Arc, Condvar, Mutex};
}

/// A block of atomic words that native threads share.
///
/// ```
/// use sabir_core::{NativeWords, Words};
/// let words = NativeWords::new(64);
/// words.store_release(3, 7);
/// assert_eq!(words.clone().load_acquire(3), 7);
/// ```
#[derive(Clone, Debug)]
pub struct NativeWords(Arc<Block>);

#[derive(Debug)]
struct Block {
    words: Box<[AtomicI32]>,
    sleepers: Mutex<()>,
    woken: Condvar,
}

impl NativeWords {
    /// A block of `len_bytes` zeroed bytes, rounded up to whole words.
    pub fn new(len_bytes: usize) -> Self {
        let words = (0..len_bytes.div_ceil(4)).map(|_| AtomicI32::new(0)).collect();
        NativeWords(Arc::new(Block { words, sleepers: Mutex::new(()), woken: Condvar::new() }))
    }
}

impl Words for NativeWords {
    type Gathered = Vec<u8>;

    fn len_bytes(&self) -> usize {
        self.0.words.len() * 4
    }

    fn load_acquire(&self, index: usize) -> i32 {
        self.0.words[index].load(Ordering::Acquire)
    }

    fn store_release(&self, index: usize, value: i32) {
        self.0.words[index].store(value, Ordering::Release);
    }

    fn swap(&self, index: usize, value: i32) -> i32 {
        self.0.words[index].swap(value, Ordering::AcqRel)
    }

    fn compare_exchange(&self, index: usize, current: i32, new: i32) -> i32 {
        let exchanged =
            self.0.words[index].compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire);
        exchanged.unwrap_or_else(|held| held)
    }

    fn fence(&self) {
        fence(Ordering::SeqCst);
    }

    fn receive(&self, index: usize, value: i32, looks: u32, at: usize, into: &mut [u8]) -> i32 {
        for _ in 1..looks {
            if self.load_acquire(index) != value {
                break;
            }
            spin_loop();
        }
        let found = self.load_acquire(index);
        if found != value {
            let moved = usize::try_from(found.wrapping_sub(value)).unwrap_or(usize::MAX);
            let len = into.len().min(moved);
            self.read_bytes(at, &mut into[..len]);
        }
        found
    }

    fn wait(&self, index: usize, expected: i32, timeout_ms: f64) {
        let guard = self.0.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock that `notify` takes: a change after this look is followed by a notify that wakes us.
        if self.load_acquire(index) != expected {
            return;
        }
        if timeout_ms.is_finite() {
            let limit = Duration::from_secs_f64(timeout_ms.max(0.0) / 1000.0);
            drop(self.0.woken.wait_timeout(guard, limit));
        } else {
            drop(self.0.woken.wait(guard));
        }
    }

    fn notify(&self, _index: usize) {
        let _guard = self.0.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.woken.notify_all();
    }

    fn write_bytes(&self, at: usize, from: &[u8]) {
        for (word, chunk) in self.0.words[at / 4..].iter().zip(from.chunks(4)) {
            let mut bytes = [0; 4];
            bytes[..chunk.len()].copy_from_slice(chunk);
            word.store(i32::from_le_bytes(bytes), Ordering::Relaxed);
        }
    }

    fn read_bytes(&self, at: usize, into: &mut [u8]) {
        for (word, chunk) in self.0.words[at / 4..].iter().zip(into.chunks_mut(4)) {
            chunk.copy_from_slice(&word.load(Ordering::Relaxed).to_le_bytes()[..chunk.len()]);
        }
    }

    fn write_bulk(&self, at: usize, bulk: &dyn Bulk, from: usize, len: usize) {
        self.write_bytes(at, &bulk.to_vec()[from..from + len]);
    }

    fn gather(&self) -> Vec<u8> {
        Vec::new()
    }
}
