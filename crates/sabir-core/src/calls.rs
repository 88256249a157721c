//! The call table: which calls are in flight, who waits for them, and what came of them.
//!
//! Each call gets one answer or the link ends.
//! A caller that stops waiting leaves its slot behind, abandoned, until the answer has come:
//! so an id never names two calls at once, and a late answer is recognised and dropped.

use crate::codec::Payload;
use crate::error::Refusal;
use crate::frame::{FrameError, Kind};
use std::task::Waker;

/// What a call came to.
pub(crate) type Outcome = Result<Payload, Refusal>;

/// The most calls one endpoint can have in flight.
pub const MAX_IN_FLIGHT: usize = (1 << INDEX_BITS) - 1;

const INDEX_BITS: u32 = 20;

#[derive(Debug)]
enum Slot {
    Free,
    /// Until `deadline`, in ms on the endpoint's clock; infinity: none.
    InFlight {
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

/// How a call stands, when its caller asks.
#[derive(Debug)]
pub(crate) enum Progress {
    InFlight,
    TimedOut,
    Done(Outcome),
}

#[derive(Debug, Default)]
pub(crate) struct CallTable {
    slots: Vec<(u32, Slot)>,
    free: Vec<u32>,
}

impl CallTable {
    /// A new call's id; `None` if [`MAX_IN_FLIGHT`] calls are in flight.
    pub fn begin(&mut self, deadline: f64) -> Option<u32> {
        let slot = Slot::InFlight { deadline, waker: None };
        if let Some(index) = self.free.pop() {
            let (generation, free) = &mut self.slots[index as usize];
            *free = slot;
            // The generation makes a forged or doubled answer to an earlier call detectable.
            *generation = (*generation + 1) & (u32::MAX >> INDEX_BITS);
            return Some(id(index, *generation));
        }
        let index = self.slots.len();
        if index >= MAX_IN_FLIGHT {
            return None;
        }
        self.slots.push((0, slot));
        Some(id(index as u32, 0))
    }

    /// Files an answer; the waker is the caller's, to be woken once the table is not borrowed.
    ///
    /// # Errors
    /// [`FrameError::NotInFlight`] if no such call waits for one.
    pub fn finish(&mut self, kind: Kind, call: u32, outcome: Outcome) -> Result<Option<Waker>, FrameError> {
        let Some((index, slot)) = self.slot(call) else {
            return Err(FrameError::NotInFlight { kind, call });
        };
        match slot {
            Slot::InFlight { waker, .. } => {
                let waker = waker.take();
                *slot = Slot::Done(Box::new(outcome));
                Ok(waker)
            }
            // The late answer is dropped; the caller that timed out may not have looked yet.
            Slot::TimedOut { answered: answered @ false } => {
                *answered = true;
                Ok(None)
            }
            Slot::Abandoned => {
                self.release(index);
                Ok(None)
            }
            Slot::TimedOut { .. } | Slot::Done(_) | Slot::Free => Err(FrameError::NotInFlight { kind, call }),
        }
    }

    /// Asks how `call` stands, and forgets it unless it is in flight. `waker` is woken when that changes.
    pub fn poll(&mut self, call: u32, waker: Option<&Waker>) -> Progress {
        let Some((index, slot)) = self.slot(call) else {
            return Progress::Done(Err(Refusal::Cancelled));
        };
        if let Slot::InFlight { waker: stored, .. } = slot {
            if let Some(waker) = waker {
                *stored = Some(waker.clone());
            }
            return Progress::InFlight;
        }
        match std::mem::replace(slot, Slot::Abandoned) {
            Slot::InFlight { .. } => Progress::InFlight,
            Slot::TimedOut { answered: false } => Progress::TimedOut,
            Slot::TimedOut { answered: true } => {
                self.release(index);
                Progress::TimedOut
            }
            Slot::Done(outcome) => {
                self.release(index);
                Progress::Done(*outcome)
            }
            Slot::Abandoned | Slot::Free => Progress::Done(Err(Refusal::Cancelled)),
        }
    }

    /// The caller no longer waits. True: the callee may still be at it and must be told.
    pub fn abandon(&mut self, call: u32) -> bool {
        let Some((index, slot)) = self.slot(call) else {
            return false;
        };
        match slot {
            Slot::InFlight { .. } => {
                *slot = Slot::Abandoned;
                true
            }
            // `expire` had the callee told.
            Slot::TimedOut { answered: false } => {
                *slot = Slot::Abandoned;
                false
            }
            Slot::TimedOut { answered: true } | Slot::Done(_) => {
                self.release(index);
                false
            }
            Slot::Abandoned | Slot::Free => false,
        }
    }

    /// True if the answer to `call` has come, and its caller has not looked yet.
    pub fn is_answered(&mut self, call: u32) -> bool {
        self.slot(call).is_some_and(|(_, slot)| matches!(slot, Slot::Done(_)))
    }

    /// Forgets a call that was never sent.
    pub fn retract(&mut self, call: u32) {
        if let Some((index, _)) = self.slot(call) {
            self.release(index);
        }
    }

    /// Ends the calls whose deadline has passed; returns their ids, for their callees to be told, and their callers' wakers.
    pub fn expire(&mut self, now_ms: f64) -> Vec<(u32, Option<Waker>)> {
        let mut expired = Vec::new();
        for (index, (generation, slot)) in self.slots.iter_mut().enumerate() {
            let Slot::InFlight { deadline, waker } = slot else {
                continue;
            };
            if *deadline <= now_ms {
                let waker = waker.take();
                *slot = Slot::TimedOut { answered: false };
                expired.push((id(index as u32, *generation), waker));
            }
        }
        expired
    }

    /// The earliest deadline in flight, in ms on the endpoint's clock; infinity if there is none.
    pub fn next_deadline(&self) -> f64 {
        let deadlines = self.slots.iter().filter_map(|(_, slot)| match slot {
            Slot::InFlight { deadline, .. } => Some(*deadline),
            _ => None,
        });
        deadlines.fold(f64::INFINITY, f64::min)
    }

    /// Every caller's waker: the link has ended.
    pub fn wakers(&mut self) -> Vec<Waker> {
        let wakers = self.slots.iter_mut().filter_map(|(_, slot)| match slot {
            Slot::InFlight { waker, .. } => waker.take(),
            _ => None,
        });
        wakers.collect()
    }

    fn release(&mut self, index: u32) {
        self.slots[index as usize].1 = Slot::Free;
        self.free.push(index);
    }

    fn slot(&mut self, call: u32) -> Option<(u32, &mut Slot)> {
        let index = (call & MAX_IN_FLIGHT as u32).checked_sub(1)?;
        let (generation, slot) = self.slots.get_mut(index as usize)?;
        (id(index, *generation) == call && !matches!(slot, Slot::Free)).then_some((index, slot))
    }
}

fn id(index: u32, generation: u32) -> u32 {
    generation << INDEX_BITS | (index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_not_reused_before_its_answer() {
        let mut table = CallTable::default();
        let first = table.begin(f64::INFINITY).unwrap();
        assert!(table.abandon(first), "the callee must be told");
        let second = table.begin(f64::INFINITY).unwrap();
        assert_ne!(first, second);
        assert!(table.finish(Kind::Reply, first, Ok(Payload::default())).is_ok());
        let third = table.begin(f64::INFINITY).unwrap();
        assert_ne!(first, third, "same slot, next generation");
        let doubled = table.finish(Kind::Reply, first, Ok(Payload::default()));
        assert_eq!(doubled.unwrap_err(), FrameError::NotInFlight { kind: Kind::Reply, call: first });
    }

    #[test]
    fn a_timeout_and_its_late_answer_are_one_outcome() {
        let mut table = CallTable::default();
        let call = table.begin(5.0).unwrap();
        assert_eq!(table.next_deadline(), 5.0);
        assert!(table.expire(4.9).is_empty());
        assert_eq!(table.expire(5.0)[0].0, call);
        assert!(matches!(table.poll(call, None), Progress::TimedOut));
        assert!(!table.abandon(call), "expire has told the callee");
        assert!(table.finish(Kind::Reply, call, Ok(Payload::default())).is_ok());
        assert!(table.slot(call).is_none());
    }

    #[test]
    fn an_answer_between_the_timeout_and_the_look_is_still_a_timeout() {
        let mut table = CallTable::default();
        let call = table.begin(5.0).unwrap();
        table.expire(6.0);
        assert!(table.finish(Kind::Reply, call, Ok(Payload::default())).is_ok());
        assert!(matches!(table.poll(call, None), Progress::TimedOut));
        assert!(table.slot(call).is_none());
    }

    #[test]
    fn answers_to_calls_never_made_are_refused() {
        let mut table = CallTable::default();
        for call in [0, 1, 77, u32::MAX] {
            assert!(table.finish(Kind::Refuse, call, Err(Refusal::Cancelled)).is_err());
        }
    }
}
