//! The memory a link lives in: atomic words, plain bytes, and a word to sleep on.
//!
//! Everything above this trait is the same code in a browser, in a native test and under the model checker.

use crate::codec::{Attachment, Bulk};

#[cfg(feature = "js")]
mod js;
mod native;
#[cfg(feature = "js")]
mod spare;

#[cfg(feature = "js")]
pub use js::{JsBulk, JsGathered, JsWords};
pub use native::NativeWords;

/// A cheap handle to a block of memory that two realms share.
///
/// The ordering is part of each method's name.
/// Bytes are plain: they become visible to the other realm only through a `store_release` that its `load_acquire` reads.
pub trait Words: Clone + 'static {
    /// Where the bytes of an attachment are gathered as they arrive.
    type Gathered: Gather<Self>;

    /// The size of the block, in bytes.
    fn len_bytes(&self) -> usize;

    /// Reads word `index`; what was written before the store it reads is visible afterwards.
    fn load_acquire(&self, index: usize) -> i32;

    /// Writes word `index` and publishes everything written before.
    fn store_release(&self, index: usize, value: i32);

    /// Writes word `index` and returns what it held (acquire and release).
    fn swap(&self, index: usize, value: i32) -> i32;

    /// Writes `new` into word `index` if it holds `current`; returns what it held (acquire and release).
    fn compare_exchange(&self, index: usize, current: i32, new: i32) -> i32;

    /// Orders all earlier stores before all later loads (a sequentially consistent fence).
    fn fence(&self);

    /// Copies `bytes` to byte `at`, as `write_bytes`, publishes `value` in word `index`, as `store_release`,
    /// and then reads word `watched`:
    /// of two realms that do this with each other's words, at least one sees the other's store.
    fn publish(&self, at: usize, bytes: &[u8], index: usize, value: i32, watched: usize) -> i32 {
        self.write_bytes(at, bytes);
        self.store_release(index, value);
        self.fence();
        self.load_acquire(watched)
    }

    /// Loads word `index`, a position in bytes, up to `looks` times while it holds `value`, pausing between,
    /// and returns what it holds then.
    /// If that is another position, copies as many bytes as it has moved by from byte `at` to `into`, as `read_bytes`;
    /// all that `into` takes if it has moved by more, or back.
    fn receive(&self, index: usize, value: i32, looks: u32, at: usize, into: &mut [u8]) -> i32;

    /// Sleeps while word `index` holds `expected`, until notified or for `timeout_ms` at most (infinity: no limit).
    ///
    /// Blocks. It may return early for no reason: whoever sleeps looks again.
    fn wait(&self, index: usize, expected: i32, timeout_ms: f64);

    /// Wakes every realm that sleeps on word `index`.
    fn notify(&self, index: usize);

    /// Copies `from` to byte `at`, a multiple of 4; up to 3 bytes after it, to the next word, may be overwritten.
    fn write_bytes(&self, at: usize, from: &[u8]);

    /// Copies from byte `at`, a multiple of 4, to all of `into`.
    fn read_bytes(&self, at: usize, into: &mut [u8]);

    /// Appends the `len` bytes from byte `at`, a multiple of 4, to `into`.
    fn append_bytes(&self, at: usize, len: usize, into: &mut Vec<u8>) {
        let start = into.len();
        into.resize(start + len, 0);
        self.read_bytes(at, &mut into[start..]);
    }

    /// Copies the `len` bytes from byte `from` of `bulk` to byte `at`, a multiple of 4; as `write_bytes`.
    fn write_bulk(&self, at: usize, bulk: &dyn Bulk, from: usize, len: usize);

    /// Makes some of the memory ready that the next attachment may need, for a realm that waits; true if that did anything.
    fn prepare(&self) -> bool {
        false
    }

    /// Where the bytes of the next attachment go.
    fn gather(&self) -> Self::Gathered;
}

/// An attachment that is being received.
pub trait Gather<W> {
    /// How many bytes have come.
    fn len_bytes(&self) -> usize;

    /// Makes room for `step` more bytes of `words`, and for up to `more` if it makes room at all.
    fn reserve(&mut self, words: &W, step: usize, more: usize);

    /// Appends the `len` bytes from byte `at` of `words`, a multiple of 4.
    fn append(&mut self, words: &W, at: usize, len: usize);

    /// All has come.
    fn finish(self) -> Attachment;
}

impl<W: Words> Gather<W> for Vec<u8> {
    fn len_bytes(&self) -> usize {
        self.len()
    }

    fn reserve(&mut self, _words: &W, step: usize, more: usize) {
        if self.capacity() - self.len() < step {
            self.reserve_exact(more.max(step));
        }
    }

    fn append(&mut self, words: &W, at: usize, len: usize) {
        words.append_bytes(at, len, self);
    }

    fn finish(self) -> Attachment {
        Attachment::Bytes(self.into())
    }
}
