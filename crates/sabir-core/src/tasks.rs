//! Async handlers that have not answered yet, polled by whoever turns the endpoint: the event loop, or a blocked call.
//!
//! A browser's own executor cannot do this: it runs in microtasks, and a blocked worker runs none.

use crate::calls::MAX_IN_FLIGHT;
use crate::nesting::Descent;
use crate::refusal::Refusal;
use crate::service::Pending;
use crate::slab::Slab;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A call that is being served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served {
    /// Its id, as its caller numbers it; 0 for a one-way call.
    pub call: u32,
    /// Which blocking call of the peer it is, modulo 2^16: the parent of the calls that its handler makes. `None` if its caller
    /// does not block.
    pub number: Option<u16>,
    /// Our blocked call that it may descend from, and why.
    pub descends: Option<Descent>,
}

/// A call whose handler is at work.
pub(crate) struct Task {
    pub served: Served,
    pub method: &'static str,
    /// Since when it is known to be pending while our call is blocked, in ms.
    pub since_ms: f64,
    handler: Pending,
    wakes: Arc<Wakes>,
}

/// Keeps a task in the queue of those that want to be polled.
struct Wakes {
    key: Key,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

/// The tasks that want to be polled, in the order in which they were woken.
struct Ready {
    keys: Mutex<Vec<Key>>,
    any: AtomicBool,
    schedule: fn(),
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.ready.keys.lock().unwrap_or_else(PoisonError::into_inner).push(self.key);
            self.ready.any.store(true, Ordering::Release);
            (self.ready.schedule)();
        }
    }
}

impl Task {
    /// Polls the handler.
    pub fn poll(&mut self) -> Poll<Result<crate::codec::Payload, Refusal>> {
        self.wakes.queued.store(false, Ordering::Release);
        self.since_ms = f64::INFINITY;
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.handler.as_mut().poll(&mut Context::from_waker(&waker))
    }

    pub fn is_ready(&self) -> bool {
        self.wakes.queued.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Task({} {})", self.served.call, self.method)
    }
}

/// All tasks of an endpoint. What each operation costs does not grow with their number.
pub(crate) struct Tasks {
    slots: Slab<Slot>,
    /// The tasks' keys by their calls' ids.
    by_call: Slab<Key>,
    /// Of tasks that a blocked call may wait for.
    suspects: Vec<Key>,
    /// Of tasks that were woken, last first.
    due: Vec<Key>,
    ready: Arc<Ready>,
}

/// Names a task.
type Key = u64;

/// As many keys as are never used up.
const KEYS: u64 = u64::MAX >> 1;

#[derive(Debug)]
enum Slot {
    /// It is being polled. `passed`: `next_ready` has passed it over meanwhile, and it is in no queue.
    Out {
        passed: bool,
    },
    /// It is being polled, and its caller has given it up.
    Cancelled,
    Here(Task),
}

/// The task of a call that its caller has given up.
#[derive(Debug)]
pub(crate) enum GivenUp {
    /// There is none.
    Unknown,
    /// It is being polled, and is dropped afterwards.
    Polled,
    /// It is to be dropped while nothing is borrowed.
    Task(Task),
}

/// The suspicion that a blocked call waits for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// It does, in vain.
    Stuck,
    /// It may.
    Suspect,
    /// It does not.
    Harmless,
}

impl Tasks {
    /// `schedule` asks the realm to turn its endpoints soon.
    pub fn new(schedule: fn()) -> Self {
        let ready = Arc::new(Ready { keys: Mutex::default(), any: AtomicBool::new(false), schedule });
        let by_call = Slab::new(u32::MAX.into());
        Tasks { slots: Slab::new(KEYS), by_call, suspects: Vec::new(), due: Vec::new(), ready }
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// True if one wants to be polled.
    pub fn has_ready(&self) -> bool {
        !self.due.is_empty() || self.ready.any.load(Ordering::Acquire)
    }

    /// True if a blocked call may wait for one.
    pub fn has_suspects(&self) -> bool {
        !self.suspects.is_empty()
    }

    /// A new task, which is to be polled and then given to [`put_back`](Tasks::put_back) or [`finish`](Tasks::finish).
    pub fn begin(&mut self, served: Served, method: &'static str, handler: Pending) -> Task {
        let key = self.slots.insert(Slot::Out { passed: false });
        if served.call != 0 {
            // The ids of a peer's calls in flight have a place each in its own table, and so in one that is not smaller.
            // One that a peer made up may not: it cannot be cancelled.
            self.by_call.place(served.call.into(), key, 2 * MAX_IN_FLIGHT);
        }
        if served.descends.is_some() {
            self.suspect(key);
        }
        let wakes = Arc::new(Wakes { key, queued: AtomicBool::new(false), ready: Arc::clone(&self.ready) });
        Task { served, method, since_ms: f64::INFINITY, handler, wakes }
    }

    fn suspect(&mut self, key: Key) {
        // Those that were answered are found by whoever looks at all: nobody may have.
        if self.suspects.len() > 2 * self.slots.len() + 16 {
            let slots = &self.slots;
            self.suspects.retain(|key| slots.get(*key).is_some());
        }
        self.suspects.push(key);
    }

    /// Keeps a task that was polled and is pending. Gives it back if it was given up meanwhile: its drop is foreign code.
    #[must_use = "a task is dropped while nothing is borrowed"]
    pub fn put_back(&mut self, task: Task) -> Option<Task> {
        let key = task.wakes.key;
        match self.slots.get_mut(key) {
            Some(slot @ Slot::Out { .. }) => {
                if matches!(slot, Slot::Out { passed: true }) {
                    self.due.push(key);
                }
                *slot = Slot::Here(task);
                None
            }
            _ => {
                self.forget(key, task.served.call);
                Some(task)
            }
        }
    }

    /// Forgets a task that was polled and is done; false if it was given up meanwhile.
    pub fn finish(&mut self, task: &Task) -> bool {
        matches!(self.forget(task.wakes.key, task.served.call), Some(Slot::Out { .. }))
    }

    /// Gives the task up that serves `call`.
    pub fn cancel(&mut self, call: u32) -> GivenUp {
        let Some(key) = self.find(call) else { return GivenUp::Unknown };
        match self.slots.get_mut(key) {
            Some(slot @ Slot::Out { .. }) => {
                *slot = Slot::Cancelled;
                GivenUp::Polled
            }
            _ => self.forget(key, call).and_then(Slot::task).map_or(GivenUp::Unknown, GivenUp::Task),
        }
    }

    fn forget(&mut self, key: Key, call: u32) -> Option<Slot> {
        let slot = self.slots.remove(key)?;
        if self.by_call.get(call.into()) == Some(&key) {
            self.by_call.remove(call.into());
        }
        Some(slot)
    }

    /// Takes in the tasks that were woken, unless some of those before are still to be polled; gives how many there are.
    pub fn count_ready(&mut self) -> usize {
        if self.due.is_empty() && self.ready.any.swap(false, Ordering::AcqRel) {
            let mut keys = self.ready.keys.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *keys, &mut self.due);
            self.due.reverse();
        }
        self.due.len()
    }

    /// Takes the next task of those that [`count_ready`](Tasks::count_ready) has counted.
    pub fn next_ready(&mut self) -> Option<Task> {
        loop {
            let key = self.due.pop()?;
            match self.slots.get_mut(key) {
                Some(slot @ Slot::Here(_)) => {
                    return std::mem::replace(slot, Slot::Out { passed: false }).task();
                }
                Some(Slot::Out { passed }) => *passed = true,
                _ => {}
            }
        }
    }

    /// The key of the task that serves `call`, unless it was given up.
    fn find(&self, call: u32) -> Option<Key> {
        let key = *self.by_call.get(call.into())?;
        matches!(self.slots.get(key), Some(Slot::Here(_) | Slot::Out { .. })).then_some(key)
    }

    /// True if `call` is being served.
    pub fn serves(&self, call: u32) -> bool {
        self.find(call).is_some()
    }

    /// Takes the tasks out of which a blocked call waits in vain, as `look` finds.
    pub fn take_stuck(&mut self, mut look: impl FnMut(&mut Task) -> Suspicion) -> Vec<Task> {
        let mut stuck = Vec::new();
        let slots = &mut self.slots;
        self.suspects.retain(|key| match slots.get_mut(*key) {
            Some(Slot::Here(task)) => {
                let suspicion = look(task);
                if suspicion == Suspicion::Stuck {
                    stuck.push((*key, task.served.call));
                }
                suspicion == Suspicion::Suspect
            }
            Some(Slot::Out { .. }) => true,
            Some(Slot::Cancelled) | None => false,
        });
        stuck.into_iter().filter_map(|(key, call)| self.forget(key, call)?.task()).collect()
    }

    /// All tasks, to be dropped while nothing is borrowed.
    pub fn take(&mut self) -> impl Sized + use<> {
        self.by_call.take();
        self.suspects.clear();
        self.slots.take()
    }

    /// The tasks that are not being polled, for who wants to read them.
    pub fn iter(&self) -> impl Iterator<Item = &Task> {
        self.slots.values().filter_map(|slot| if let Slot::Here(task) = slot { Some(task) } else { None })
    }
}

impl Slot {
    fn task(self) -> Option<Task> {
        if let Slot::Here(task) = self { Some(task) } else { None }
    }
}
