//! Other programs, which keep every core busy.

use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, available_parallelism, spawn};

/// A thread for each core that computes without a pause, until dropped.
pub struct Load {
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn start() -> Load {
        let ends = Arc::new(AtomicBool::new(false));
        let cores = available_parallelism().map_or(2, usize::from);
        let compute = |_| {
            let ends = Arc::clone(&ends);
            spawn(move || {
                while !ends.load(Ordering::Relaxed) {
                    spin_loop();
                }
            })
        };
        let threads = (0..cores).map(compute).collect();
        Load { ends, threads }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // It only counts: it has nothing to fail with.
            let _ = thread.join();
        }
    }
}
