//! A link's memory, whose every send, look and sleep lets another realm go on.

use super::world::{State, WORLD, now_ms, point, switch};
use sabir_core::codec::Bulk;
use sabir_core::{NativeWords, Words};

/// A link's memory.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub words: NativeWords,
    pub link: usize,
}

impl Words for Scheduled {
    type Gathered = Vec<u8>;

    fn len_bytes(&self) -> usize {
        self.words.len_bytes()
    }

    fn load_acquire(&self, index: usize) -> i32 {
        self.words.load_acquire(index)
    }

    fn store_release(&self, index: usize, value: i32) {
        self.words.store_release(index, value);
    }

    fn swap(&self, index: usize, value: i32) -> i32 {
        self.words.swap(index, value)
    }

    fn compare_exchange(&self, index: usize, current: i32, new: i32) -> i32 {
        self.words.compare_exchange(index, current, new)
    }

    fn fence(&self) {}

    fn publish(&self, at: usize, bytes: &[u8], index: usize, value: i32, watched: usize) -> i32 {
        self.words.write_bytes(at, bytes);
        self.words.store_release(index, value);
        WORLD.with(|world| world.sent.set(world.sent.get() + 1));
        point();
        self.words.load_acquire(watched)
    }

    fn receive(&self, index: usize, value: i32, looks: u32, at: usize, into: &mut [u8]) -> i32 {
        point();
        self.words.receive(index, value, looks.min(1), at, into)
    }

    fn wait(&self, index: usize, expected: i32, timeout_ms: f64) {
        if self.words.load_acquire(index) == expected {
            switch(State::Asleep { on: vec![(self.link, index)], until_ms: now_ms() + timeout_ms });
        }
    }

    fn notify(&self, index: usize) {
        WORLD.with(|world| {
            for state in world.states.borrow_mut().iter_mut() {
                if matches!(state, State::Asleep { on, .. } if on.contains(&(self.link, index))) {
                    *state = State::Ready;
                }
            }
        });
    }

    fn write_bytes(&self, at: usize, from: &[u8]) {
        self.words.write_bytes(at, from);
    }

    fn read_bytes(&self, at: usize, into: &mut [u8]) {
        self.words.read_bytes(at, into);
    }

    fn write_bulk(&self, at: usize, bulk: &dyn Bulk, from: usize, len: usize) {
        self.words.write_bulk(at, bulk, from, len);
    }

    fn gather(&self) -> Vec<u8> {
        Vec::new()
    }
}
