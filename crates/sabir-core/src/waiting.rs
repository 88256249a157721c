//! Calls that have arrived and may not be served yet, in order, by the blocked call that they may descend from.

use crate::fragment::Message;
use crate::frame::OF_LOOP;
use crate::nesting::{BASE, Nesting, Serial};
use crate::tasks::Served;
use std::collections::VecDeque;

/// The most calls of one link that wait to be served.
pub const MAX_WAITING: usize = 1 << 20;

/// A call that waits.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub message: Message,
    pub served: Served,
    /// The outermost blocked call over another link that it cannot have come of.
    pub before: Option<Serial>,
    /// Which of all that have waited it is.
    pub order: u64,
}

/// The calls that may descend from a blocked call; [`BASE`]'s may descend from none.
#[derive(Debug)]
struct Queue {
    serial: Serial,
    calls: VecDeque<Box<Arrived>>,
}

/// The queues of one link.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Outermost first.
    queues: Vec<Queue>,
    len: usize,
    last: u64,
}

impl Waiting {
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Queues a call; gives it back if too many wait.
    pub fn push(&mut self, message: Message, served: Served, before: Option<Serial>) -> Result<(), Message> {
        if self.len >= MAX_WAITING {
            return Err(message);
        }
        self.len += 1;
        self.last += 1;
        self.insert(Box::new(Arrived { message, served, before, order: self.last }));
        Ok(())
    }

    fn insert(&mut self, arrived: Box<Arrived>) {
        let serial = arrived.served.descends.map_or(BASE, |descent| descent.serial);
        let index = self.queues.partition_point(|queue| queue.serial < serial);
        if self.queues.get(index).is_none_or(|queue| queue.serial != serial) {
            self.queues.insert(index, Queue { serial, calls: VecDeque::new() });
        }
        insert_in_order(&mut self.queues[index].calls, arrived);
    }

    /// True if [`next`](Waiting::next) would give one.
    pub fn has_next(&mut self, nesting: &Nesting, link: usize) -> bool {
        self.place_of_next(nesting, link).is_some()
    }

    /// Takes the next call that may be served now.
    #[cold]
    pub fn next(&mut self, nesting: &Nesting, link: usize) -> Option<Box<Arrived>> {
        let index = self.place_of_next(nesting, link)?;
        let next = self.queues[index].calls.pop_front()?;
        self.len -= 1;
        Some(next)
    }

    fn place_of_next(&mut self, nesting: &Nesting, link: usize) -> Option<usize> {
        self.settle(nesting, link);
        if nesting.is_open(false) {
            let queues = self.queues.iter().enumerate();
            let fronts = queues.filter_map(|(index, queue)| Some((queue.calls.front()?.order, index)));
            let (_, index) = fronts.min()?;
            let first = self.queues[index].calls.front()?;
            return nesting.is_open(first.message.header(0).flags & OF_LOOP != 0).then_some(index);
        }
        let last = self.queues.len().checked_sub(1)?;
        let Queue { serial, calls } = &self.queues[last];
        let descends = calls.front()?.served.descends;
        let is_next =
            *serial == nesting.top() && descends.is_some_and(|descent| nesting.admits(descent.claim));
        is_next.then_some(last)
    }

    /// Has the calls whose blocked call has ended wait for the next below it that they may descend from.
    fn settle(&mut self, nesting: &Nesting, link: usize) {
        while let Some(Queue { serial, .. }) = self.queues.last() {
            let below = nesting.at_most(*serial);
            if below == *serial {
                // Those below it in the list are so in the nesting, too.
                break;
            }
            let Some(Queue { calls: upper, .. }) = self.queues.pop() else { break };
            match self.queues.last_mut() {
                // The next one's has ended, too.
                Some(lower) if lower.serial > below || below == BASE => join(&mut lower.calls, upper),
                _ if below == BASE => self.queues.push(Queue { serial: BASE, calls: upper }),
                _ => {
                    for mut arrived in upper {
                        let (header, before) = (arrived.message.header(0), arrived.before);
                        arrived.served.descends = nesting
                            .claim(link, &header, below, |serial| before.is_none_or(|first| serial < first));
                        self.insert(arrived);
                    }
                }
            }
        }
    }

    /// Takes a call back that its caller has given up.
    pub fn cancel(&mut self, call: u32) -> Option<Box<Arrived>> {
        // Callers give up the oldest first, as a rule.
        let (calls, index) = self.queues.iter_mut().find_map(|Queue { calls, .. }| {
            let index = calls.iter().position(|arrived| arrived.message.call == call)?;
            Some((calls, index))
        })?;
        self.len -= 1;
        calls.remove(index)
    }

    /// Takes the first call that the innermost blocked call may wait for, though too much is nested to serve it.
    pub fn take_stuck(&mut self, nesting: &Nesting, link: usize) -> Option<Box<Arrived>> {
        self.settle(nesting, link);
        let Queue { serial, calls } = self.queues.last_mut()?;
        if *serial == BASE || *serial != nesting.top() {
            return None;
        }
        // Nobody waits for a one-way call.
        let index = calls.iter().position(|arrived| arrived.message.call != 0)?;
        self.len -= 1;
        calls.remove(index)
    }

    /// Each blocked call, and how many calls wait for its end.
    pub fn counts(&self) -> impl Iterator<Item = (Serial, usize)> {
        self.queues.iter().map(|queue| (queue.serial, queue.calls.len()))
    }
}

/// Puts a call where it belongs by its order, as a rule at the end.
fn insert_in_order(queue: &mut VecDeque<Box<Arrived>>, arrived: Box<Arrived>) {
    let index = match queue.back() {
        Some(last) if last.order > arrived.order => {
            queue.partition_point(|other| other.order < arrived.order)
        }
        _ => queue.len(),
    };
    queue.insert(index, arrived);
}

/// Puts `upper` into `lower`: as a rule behind it, at the cost of the shorter.
fn join(lower: &mut VecDeque<Box<Arrived>>, mut upper: VecDeque<Box<Arrived>>) {
    let follows = match (lower.back(), upper.front()) {
        (Some(last), Some(first)) => last.order < first.order,
        _ => true,
    };
    if !follows {
        // A caller that blocks may descend from more than what it sends afterwards.
        upper.into_iter().for_each(|arrived| insert_in_order(lower, arrived));
    } else if lower.len() < upper.len() {
        while let Some(arrived) = lower.pop_back() {
            upper.push_front(arrived);
        }
        *lower = upper;
    } else {
        lower.append(&mut upper);
    }
}
