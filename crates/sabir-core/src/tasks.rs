//! Async handlers that have not answered yet, polled by whoever turns the endpoint: the event loop, or a blocked call.
//!
//! A browser's own executor cannot do this: it runs in microtasks, and a blocked worker runs none.

use crate::calls::MAX_IN_FLIGHT;
use crate::error::Refusal;
use crate::nesting::{Claim, Serial};
use crate::service::Pending;
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
    pub descends: Option<(Serial, Claim)>,
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
    key: usize,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

/// The tasks that want to be polled, in the order in which they were woken.
struct Ready {
    keys: Mutex<Vec<usize>>,
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
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// The call and the task's key at the place of the call: its id's remainder by the table's length, a power of two.
    by_call: Vec<Option<(u32, usize)>>,
    /// Keys of tasks that a blocked call may wait for.
    suspects: Vec<usize>,
    /// Keys that were woken, last first.
    due: Vec<usize>,
    ready: Arc<Ready>,
    len: usize,
}

#[derive(Debug)]
enum Slot {
    Free,
    /// It is being polled.
    Out,
    /// It is being polled, and its caller has given it up.
    Cancelled,
    Here(Task),
}

impl Tasks {
    /// `schedule` asks the realm to turn its endpoints soon.
    pub fn new(schedule: fn()) -> Self {
        let ready = Arc::new(Ready { keys: Mutex::default(), any: AtomicBool::new(false), schedule });
        let [free, suspects, due] = [const { Vec::new() }; 3];
        Tasks { slots: Vec::new(), free, by_call: Vec::new(), suspects, due, ready, len: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn len(&self) -> usize {
        self.len
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
    pub fn begin(&mut self, served: Served, method: &'static str, handler: Pending) -> (usize, Task) {
        let key = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::Free);
            self.slots.len() - 1
        });
        self.slots[key] = Slot::Out;
        self.len += 1;
        if served.call != 0 {
            self.enter(served.call, key);
        }
        if served.descends.is_some() {
            self.suspect(key);
        }
        let wakes = Arc::new(Wakes { key, queued: AtomicBool::new(false), ready: Arc::clone(&self.ready) });
        (key, Task { served, method, since_ms: f64::INFINITY, handler, wakes })
    }

    /// The ids of a peer's calls in flight have a place each in its own table, and so in one that is not smaller.
    /// One that a peer made up may not: it cannot be cancelled.
    fn enter(&mut self, call: u32, key: usize) {
        loop {
            let len = self.by_call.len();
            match self.by_call.get_mut(call as usize & len.wrapping_sub(1)) {
                Some(place @ None) => return *place = Some((call, key)),
                Some(_) if len >= 2 * MAX_IN_FLIGHT => return,
                _ => {
                    let entries = std::mem::take(&mut self.by_call);
                    self.by_call.resize((2 * entries.len()).max(MIN_PLACES), None);
                    for (call, key) in entries.into_iter().flatten() {
                        let index = call as usize & (self.by_call.len() - 1);
                        self.by_call[index] = Some((call, key));
                    }
                }
            }
        }
    }

    fn suspect(&mut self, key: usize) {
        // Those that were answered are found by whoever looks at all: nobody may have.
        if self.suspects.len() > 2 * self.len + 16 {
            let slots = &self.slots;
            self.suspects.retain(|key| !matches!(slots.get(*key), None | Some(Slot::Free)));
        }
        self.suspects.push(key);
    }

    /// Keeps a task that was polled and is pending. Gives it back if it was given up meanwhile: its drop is foreign code.
    #[must_use = "a task is dropped while nothing is borrowed"]
    pub fn put_back(&mut self, key: usize, task: Task) -> Option<Task> {
        match self.slots.get_mut(key) {
            Some(slot @ Slot::Out) => {
                // While it was being polled, `next_ready` passed it over.
                if task.is_ready() {
                    self.due.push(key);
                }
                *slot = Slot::Here(task);
                None
            }
            _ => {
                self.free(key, task.served.call);
                Some(task)
            }
        }
    }

    /// Forgets a task that was polled and is done; false if it was given up meanwhile.
    pub fn finish(&mut self, key: usize, call: u32) -> bool {
        let is_wanted = matches!(self.slots.get(key), Some(Slot::Out));
        self.free(key, call);
        is_wanted
    }

    /// Gives the task up that serves `call`; `None` if there is none, else the task, unless it is being polled.
    pub fn cancel(&mut self, call: u32) -> Option<Option<Task>> {
        let key = self.find(call)?;
        if matches!(self.slots[key], Slot::Here(_)) {
            return Some(self.free(key, call));
        }
        self.slots[key] = Slot::Cancelled;
        Some(None)
    }

    fn free(&mut self, key: usize, call: u32) -> Option<Task> {
        let slot = std::mem::replace(self.slots.get_mut(key)?, Slot::Free);
        if matches!(slot, Slot::Free) {
            return None;
        }
        self.len -= 1;
        self.free.push(key);
        let index = call as usize & self.by_call.len().wrapping_sub(1);
        if let Some(place) = self.by_call.get_mut(index).filter(|place| **place == Some((call, key))) {
            *place = None;
        }
        if self.len == 0 && self.by_call.len() > MIN_PLACES {
            self.by_call = Vec::new();
        }
        if let Slot::Here(task) = slot { Some(task) } else { None }
    }

    /// Takes the next task that wants to be polled.
    pub fn next_ready(&mut self) -> Option<(usize, Task)> {
        loop {
            if self.due.is_empty() && self.ready.any.swap(false, Ordering::AcqRel) {
                let mut keys = self.ready.keys.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::swap(&mut *keys, &mut self.due);
                self.due.reverse();
            }
            let key = self.due.pop()?;
            if let Some(slot @ Slot::Here(_)) = self.slots.get_mut(key)
                && let Slot::Here(task) = std::mem::replace(slot, Slot::Out)
            {
                return Some((key, task));
            }
        }
    }

    /// The key of the task that serves `call`, unless it was given up.
    fn find(&self, call: u32) -> Option<usize> {
        let index = call as usize & self.by_call.len().wrapping_sub(1);
        let (_, key) = self.by_call.get(index)?.filter(|(other, _)| *other == call)?;
        matches!(self.slots[key], Slot::Here(_) | Slot::Out).then_some(key)
    }

    /// True if `call` is being served.
    pub fn serves(&self, call: u32) -> bool {
        self.find(call).is_some()
    }

    /// Takes the tasks out of which a blocked call waits in vain, as `is_stuck` finds: it gives `None` for those that no
    /// blocked call may wait for.
    pub fn take_stuck(&mut self, mut is_stuck: impl FnMut(&mut Task) -> Option<bool>) -> Vec<Task> {
        let mut stuck = Vec::new();
        let slots = &mut self.slots;
        self.suspects.retain(|key| match slots.get_mut(*key) {
            Some(Slot::Here(task)) => match is_stuck(task) {
                Some(true) => {
                    stuck.push((*key, task.served.call));
                    false
                }
                Some(false) => true,
                None => false,
            },
            Some(Slot::Out) => true,
            _ => false,
        });
        stuck.into_iter().filter_map(|(key, call)| self.free(key, call)).collect()
    }

    /// All tasks, to be dropped while nothing is borrowed.
    pub fn take(&mut self) -> Vec<Task> {
        self.by_call.clear();
        self.suspects.clear();
        self.free.clear();
        self.len = 0;
        let slots = std::mem::take(&mut self.slots).into_iter();
        slots.filter_map(|slot| if let Slot::Here(task) = slot { Some(task) } else { None }).collect()
    }

    /// The tasks that are not being polled, for who wants to read them.
    pub fn iter(&self) -> impl Iterator<Item = &Task> {
        self.slots.iter().filter_map(|slot| if let Slot::Here(task) = slot { Some(task) } else { None })
    }
}

/// The least places of the table by calls.
const MIN_PLACES: usize = 64;
