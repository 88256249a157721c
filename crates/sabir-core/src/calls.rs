//! The call table: which calls are in flight, who waits for them, and what came of them.
//!
//! Each call gets one answer or the link ends.
//! A caller that stops waiting leaves its slot behind, abandoned, until the answer has come.
//! So an id never names two calls in flight, and a late answer is recognised and dropped.
//!
//! An id comes again after 2^31 calls at the earliest. By then nothing on the link names the earlier call:
//! its answer was its slot's end, and its `Cancel` and the calls with it as their parent went through the same rings before.

use crate::codec::Payload;
use crate::frame::{Checked, FrameError, Kind};
use crate::refusal::Refusal;
use crate::slab::Slab;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;

/// The outcome of a call.
pub(crate) type Outcome = Result<Payload, Refusal>;

/// The most calls one endpoint can have in flight; those that were given up count until they are answered.
pub const MAX_IN_FLIGHT: usize = 1 << 18;

#[derive(Debug)]
enum Slot {
    /// Until `deadline`, in ms on the endpoint's clock; infinity: none.
    InFlight {
        method: &'static str,
        deadline: f64,
        waker: Option<Waker>,
    },
    TimedOut {
        answered: bool,
    },
    /// In a box: a slot is written for each call, and few have their answer filed in it.
    Done(Box<Outcome>),
    Abandoned,
}

impl Slot {
    fn is_limited(&self) -> bool {
        matches!(self, Slot::InFlight { deadline, .. } if deadline.is_finite())
    }

    fn is_due(&self, due: Due) -> bool {
        matches!(self, Slot::InFlight { deadline, .. } if Due::at(*deadline) == Some(due))
    }
}

/// How a call stands, when its caller asks.
#[derive(Debug)]
pub(crate) enum Progress {
    InFlight,
    TimedOut,
    Done(Outcome),
}

/// A finite deadline, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due(u64);

impl Due {
    /// The bits of numbers from 0 have their order.
    fn at(deadline: f64) -> Option<Due> {
        deadline.is_finite().then_some(Due(deadline.max(0.0).to_bits()))
    }

    fn ms(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// The deadline of a call. Those of an earlier time are less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    due: Due,
    call: u32,
}

/// A call whose deadline has passed.
#[derive(Debug)]
pub(crate) struct Expired {
    pub call: u32,
    /// Its caller's.
    pub waker: Option<Waker>,
}

#[derive(Debug)]
pub(crate) struct CallTable {
    slots: Slab<Slot>,
    /// The deadlines of calls in flight, the earliest first; and of some that are over.
    deadlines: BinaryHeap<Reverse<Deadline>>,
    /// How many calls in flight have a deadline.
    limited: usize,
}

impl Default for CallTable {
    fn default() -> Self {
        CallTable { slots: Slab::new(u64::from(u32::MAX)), deadlines: BinaryHeap::new(), limited: 0 }
    }
}

impl CallTable {
    /// A new call's id; `None` if [`MAX_IN_FLIGHT`] calls are in flight.
    pub fn begin(&mut self, method: &'static str, deadline: f64) -> Option<u32> {
        let call = self.reserve()?;
        self.file(call, method, deadline);
        Some(call)
    }

    /// A new call's id, which is to be [filed](CallTable::file) before anything else is done here, unless it is answered.
    #[inline(always)]
    pub fn reserve(&mut self) -> Option<u32> {
        (self.slots.len() < MAX_IN_FLIGHT).then(|| self.slots.reserve() as u32)
    }

    /// Keeps a call whose answer is waited for.
    pub fn file(&mut self, call: u32, method: &'static str, deadline: f64) {
        self.slots.fill(u64::from(call), Slot::InFlight { method, deadline, waker: None });
        if let Some(due) = Due::at(deadline) {
            self.limit(due, call);
        }
    }

    #[cold]
    fn limit(&mut self, due: Due, call: u32) {
        // Those that are over are at most as many as the others, so that what they cost is shared among as many calls.
        if self.deadlines.len() > 2 * self.limited + 16 {
            let slots = &mut self.slots;
            self.deadlines.retain(|Reverse(Deadline { due, call })| {
                slots.get_mut(u64::from(*call)).is_some_and(|slot| slot.is_due(*due))
            });
        }
        self.deadlines.push(Reverse(Deadline { due, call }));
        self.limited += 1;
    }

    /// Files an answer; the waker is the caller's, to be woken once the table is not borrowed.
    ///
    /// # Errors
    /// [`FrameError::NotInFlight`] if no such call waits for one.
    pub fn finish(&mut self, kind: Kind, call: u32, outcome: Outcome) -> Checked<Option<Waker>> {
        let not_in_flight = || Err(FrameError::NotInFlight { kind, call }.into());
        let Some(slot) = self.slots.get_mut(u64::from(call)) else {
            return not_in_flight();
        };
        match slot {
            Slot::InFlight { waker, .. } => {
                let waker = waker.take();
                self.limited -= usize::from(slot.is_limited());
                *slot = Slot::Done(Box::new(outcome));
                Ok(waker)
            }
            // The late answer is dropped; the caller that timed out may not have looked yet.
            Slot::TimedOut { answered: answered @ false } => {
                *answered = true;
                Ok(None)
            }
            Slot::Abandoned => {
                self.forget(call);
                Ok(None)
            }
            Slot::TimedOut { .. } | Slot::Done(_) => not_in_flight(),
        }
    }

    /// Asks how `call` stands, and forgets it unless it is in flight. `waker` is woken when that changes.
    pub fn poll(&mut self, call: u32, waker: Option<&Waker>) -> Progress {
        match self.slots.get_mut(u64::from(call)) {
            Some(Slot::InFlight { waker: stored, .. }) => {
                if let Some(waker) = waker {
                    *stored = Some(waker.clone());
                }
                Progress::InFlight
            }
            Some(slot @ Slot::TimedOut { answered: false }) => {
                *slot = Slot::Abandoned;
                Progress::TimedOut
            }
            Some(Slot::TimedOut { answered: true }) => {
                self.forget(call);
                Progress::TimedOut
            }
            Some(Slot::Done(_)) => match self.forget(call) {
                Some(Slot::Done(outcome)) => Progress::Done(*outcome),
                _ => Progress::Done(Err(Refusal::Cancelled)),
            },
            Some(Slot::Abandoned) | None => Progress::Done(Err(Refusal::Cancelled)),
        }
    }

    /// True if the answer to `call` has come, and its caller has not looked yet.
    pub fn is_answered(&mut self, call: u32) -> bool {
        matches!(self.slots.get_mut(u64::from(call)), Some(Slot::Done(_)))
    }

    /// The caller no longer waits. True: the callee may still be at it and must be told.
    pub fn abandon(&mut self, call: u32) -> bool {
        match self.slots.get_mut(u64::from(call)) {
            Some(slot @ Slot::InFlight { .. }) => {
                self.limited -= usize::from(slot.is_limited());
                *slot = Slot::Abandoned;
                true
            }
            // `expire` had the callee told.
            Some(slot @ Slot::TimedOut { answered: false }) => {
                *slot = Slot::Abandoned;
                false
            }
            Some(Slot::TimedOut { answered: true } | Slot::Done(_)) => {
                self.forget(call);
                false
            }
            Some(Slot::Abandoned) | None => false,
        }
    }

    /// No answer will come: the call was never sent, or was answered beside the table.
    pub fn retract(&mut self, call: u32) {
        match self.slots.get_mut(u64::from(call)) {
            // Its caller has not looked yet: it timed out while it waited for space.
            Some(Slot::TimedOut { answered }) => *answered = true,
            _ => drop(self.forget(call)),
        }
    }

    /// Ends the calls whose deadline has passed; their callees are to be told, and their callers woken.
    pub fn expire(&mut self, now_ms: f64) -> Vec<Expired> {
        let mut expired = Vec::new();
        while let Some(&Reverse(Deadline { due, call })) = self.deadlines.peek()
            && due.ms() <= now_ms
        {
            self.deadlines.pop();
            let slot = self.slots.get_mut(u64::from(call)).filter(|slot| slot.is_due(due));
            if let Some(slot) = slot
                && let Slot::InFlight { waker, .. } =
                    std::mem::replace(slot, Slot::TimedOut { answered: false })
            {
                self.limited -= 1;
                expired.push(Expired { call, waker });
            }
        }
        expired
    }

    /// The earliest deadline in flight, in ms on the endpoint's clock; infinity if there is none.
    pub fn next_deadline(&mut self) -> f64 {
        while let Some(Reverse(Deadline { due, call })) = self.deadlines.peek() {
            if self.slots.get_mut(u64::from(*call)).is_some_and(|slot| slot.is_due(*due)) {
                return due.ms();
            }
            self.deadlines.pop();
        }
        f64::INFINITY
    }

    /// The methods of the calls in flight, in no order, for who wants to read them.
    pub fn pending(&mut self) -> Vec<&'static str> {
        let methods = self.slots.values_mut().filter_map(|slot| match slot {
            Slot::InFlight { method, .. } => Some(*method),
            _ => None,
        });
        methods.collect()
    }

    /// Every caller's waker: the link has ended.
    pub fn wakers(&mut self) -> Vec<Waker> {
        let wakers = self.slots.values_mut().filter_map(|slot| match slot {
            Slot::InFlight { waker, .. } => waker.take(),
            _ => None,
        });
        wakers.collect()
    }

    fn forget(&mut self, call: u32) -> Option<Slot> {
        let slot = self.slots.remove(u64::from(call))?;
        self.limited -= usize::from(slot.is_limited());
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(table: &mut CallTable, call: u32) -> Checked<Option<Waker>> {
        table.finish(Kind::Reply, call, Ok(Payload::default()))
    }

    #[test]
    fn an_id_is_not_reused_before_its_answer() {
        let mut table = CallTable::default();
        let first = table.begin("f", f64::INFINITY).unwrap();
        assert!(table.abandon(first), "the callee must be told");
        for _ in 0..100_000 {
            let later = table.begin("f", f64::INFINITY).unwrap();
            assert_ne!(first, later);
            table.retract(later);
        }
        assert!(reply(&mut table, first).is_ok());
        let doubled = reply(&mut table, first);
        assert_eq!(*doubled.unwrap_err(), FrameError::NotInFlight { kind: Kind::Reply, call: first });
    }

    #[test]
    fn a_timeout_and_its_late_answer_are_one_outcome() {
        let mut table = CallTable::default();
        let call = table.begin("f", 5.0).unwrap();
        assert_eq!(table.next_deadline(), 5.0);
        assert!(table.expire(4.9).is_empty());
        assert_eq!(table.expire(5.0)[0].call, call);
        assert!(matches!(table.poll(call, None), Progress::TimedOut));
        assert!(!table.abandon(call), "expire has told the callee");
        assert!(reply(&mut table, call).is_ok());
        assert!(table.slots.is_empty());
    }

    #[test]
    fn an_answer_between_the_timeout_and_the_look_is_still_a_timeout() {
        let mut table = CallTable::default();
        let call = table.begin("f", 5.0).unwrap();
        table.expire(6.0);
        assert!(reply(&mut table, call).is_ok());
        assert!(matches!(table.poll(call, None), Progress::TimedOut));
        assert!(table.slots.is_empty());
    }

    #[test]
    fn a_call_that_was_never_sent_times_out_all_the_same() {
        let mut table = CallTable::default();
        let call = table.begin("f", 5.0).unwrap();
        table.expire(6.0);
        table.retract(call);
        assert!(reply(&mut table, call).is_err(), "nobody can answer it");
        assert!(matches!(table.poll(call, None), Progress::TimedOut));
        assert!(table.slots.is_empty());
    }

    #[test]
    fn answers_to_calls_never_made_are_refused() {
        let mut table = CallTable::default();
        for call in [0, 1, 77, u32::MAX] {
            assert!(table.finish(Kind::Refuse, call, Err(Refusal::Cancelled)).is_err());
        }
    }

    #[test]
    fn calls_end_in_the_order_of_their_deadlines() {
        let mut table = CallTable::default();
        let calls = [30.0, 10.0, f64::INFINITY, 20.0].map(|deadline| table.begin("f", deadline).unwrap());
        assert_eq!(table.next_deadline(), 10.0);
        assert!(reply(&mut table, calls[1]).is_ok());
        assert_eq!(table.next_deadline(), 20.0);
        let expired: Vec<u32> = table.expire(1e9).into_iter().map(|expired| expired.call).collect();
        assert_eq!(expired, [calls[3], calls[0]]);
        assert_eq!(table.next_deadline(), f64::INFINITY);
    }

    /// Looks at slots for a call, while `pending` others wait: begun, asked for, its deadline looked for, answered.
    fn looks_per_call(pending: usize, deadline: f64) -> u64 {
        let mut table = CallTable::default();
        let mut calls: Vec<u32> = (0..pending).map(|_| table.begin("f", deadline).unwrap()).collect();
        for slot in &mut calls {
            let call = table.begin("f", deadline).unwrap();
            table.poll(call, None);
            assert_eq!(table.next_deadline(), deadline);
            assert!(table.expire(0.0).is_empty());
            assert!(reply(&mut table, call).is_ok());
            table.poll(call, None);
            assert!(reply(&mut table, *slot).is_ok());
            table.poll(*slot, None);
            *slot = table.begin("f", deadline).unwrap();
        }
        assert!(table.deadlines.len() <= 4 * pending + 64, "{} deadlines", table.deadlines.len());
        calls.into_iter().for_each(|call| table.retract(call));
        table.slots.looks.get() / pending as u64
    }

    #[test]
    fn what_a_call_costs_does_not_grow_with_those_that_are_pending() {
        for deadline in [f64::INFINITY, 5.0] {
            let [few, many] = [100, 100_000].map(|pending| looks_per_call(pending, deadline));
            assert!(few.abs_diff(many) < 8, "{few} looks with 100 pending, {many} with 100,000");
        }
    }

    #[test]
    fn more_calls_than_the_limit_are_refused_until_some_are_answered() {
        let mut table = CallTable::default();
        let first = table.begin("f", f64::INFINITY).unwrap();
        for _ in 1..MAX_IN_FLIGHT {
            assert!(table.begin("f", f64::INFINITY).is_some());
        }
        assert_eq!(table.begin("f", f64::INFINITY), None);
        table.abandon(first);
        assert_eq!(table.begin("f", f64::INFINITY), None, "the callee may still be at it");
        assert!(reply(&mut table, first).is_ok());
        assert!(table.begin("f", f64::INFINITY).is_some());
    }
}
