//! Of several links that call at once, none gets far ahead: who has had its part of a round waits for the others.
//!
//! Whose calls come fastest is the system's choice: a worker that shares a core with others makes a tenth of the calls of one
//! that has its own. A worker that is kept waiting sleeps, and its core is free for one that lags.

use std::cell::Cell;

/// Calls of a link in a round: a round costs each worker a wake-up, and must be worth it.
const PART: u64 = 64;

/// How long those that have had their part wait for the others, in ms for each link: as long as the system lets a thread run.
const PATIENCE_MS: f64 = 3.0;

/// For how many times as long a link that was waited for in vain is not waited for: it calls seldom of its own accord, and
/// must not cost the others more than a tenth of their calls.
const LENIENCY: f64 = 10.0;

/// One link's part of the round.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    /// Calls served, and those of them that were before this round.
    served: u64,
    before: u64,
    /// It has called since it was last waited for in vain, and when it did last.
    calls: bool,
    called_ms: f64,
    lenient_until_ms: f64,
}

impl Share {
    /// It has had its part, and is not to be turned.
    pub fn is_done(&self) -> bool {
        self.served - self.before >= PART
    }

    /// Until when the others wait for it, in ms: one that has not called for so long is idle, and not kept from its core.
    fn awaited_until_ms(&self, patience_ms: f64) -> f64 {
        if self.calls && !self.is_done() { self.called_ms + patience_ms } else { f64::NEG_INFINITY }
    }

    fn look(mut self, served: u64, now_ms: f64) -> Self {
        if served > self.served && now_ms >= self.lenient_until_ms {
            (self.calls, self.called_ms) = (true, now_ms);
        }
        self.served = served;
        self
    }

    /// The next round begins; the others have waited for this link in vain, or not.
    fn next_round(self, was_awaited: bool, lenient_until_ms: f64) -> Self {
        let begun = Share { before: self.served, ..self };
        if was_awaited && self.calls && !self.is_done() {
            return Share { calls: false, lenient_until_ms, ..begun };
        }
        begun
    }
}

/// The round of all links of a realm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// When the wait for those that lag is over; infinity if no link has had its part.
    ends_ms: f64,
}

impl Round {
    pub const fn new() -> Self {
        Round { ends_ms: f64::INFINITY }
    }

    pub fn ends_ms(&self) -> f64 {
        self.ends_ms
    }

    /// Looks at how many calls each link was served ever; begins the next round where that is due.
    pub fn look<'a>(&mut self, links: impl Iterator<Item = (&'a Cell<Share>, u64)> + Clone, now_ms: f64) {
        let patience_ms = PATIENCE_MS * links.clone().count() as f64;
        let (mut done, mut awaited_until_ms) = (false, f64::NEG_INFINITY);
        for (share, served) in links.clone() {
            share.update(|share| share.look(served, now_ms));
            done |= share.get().is_done();
            awaited_until_ms = awaited_until_ms.max(share.get().awaited_until_ms(patience_ms));
        }
        // The link that had its part may have ended.
        let was_awaited = self.ends_ms.is_finite();
        let ends_ms = self.ends_ms.min(awaited_until_ms);
        self.ends_ms = if done && now_ms < ends_ms { ends_ms } else { f64::INFINITY };
        if done && self.ends_ms.is_infinite() {
            for (share, _) in links {
                share.update(|share| share.next_round(was_awaited, now_ms + LENIENCY * patience_ms));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Links of whom each calls so many times a ms when it is turned; what they were served in `for_ms`.
    fn served(rates: &[u64], for_ms: u32) -> Vec<u64> {
        let links: Vec<_> = rates.iter().map(|_| (Cell::new(Share::default()), Cell::new(0))).collect();
        let mut round = Round::new();
        for tick in 0..for_ms {
            round.look(links.iter().map(|(share, served)| (share, served.get())), f64::from(tick));
            for ((share, served), rate) in links.iter().zip(rates) {
                if !share.get().is_done() {
                    served.update(|served| served + rate);
                }
            }
        }
        links.into_iter().map(|(_, served)| served.into_inner()).collect()
    }

    #[test]
    fn of_links_that_all_call_hard_none_gets_far_ahead() {
        let served = served(&[16, 32, 32, 64, 64, 64], 1000);
        let (least, most) = (served.iter().min().unwrap(), served.iter().max().unwrap());
        assert!(most - least <= PART, "{served:?}");
    }

    #[test]
    fn a_link_that_calls_seldom_costs_the_others_a_tenth() {
        let alone = served(&[64], 1000)[0];
        let beside = served(&[64, 1, 1, 1], 1000)[0];
        assert!(beside * 10 >= alone * 8, "{beside} of {alone}");
    }

    #[test]
    fn a_link_that_has_stopped_is_waited_for_once() {
        let shares = [Cell::new(Share::default()), Cell::new(Share::default())];
        let mut round = Round::new();
        let mut look = |served: [u64; 2], now_ms| {
            round.look(shares.iter().zip(served), now_ms);
            (shares[0].get().is_done(), round.ends_ms())
        };
        assert_eq!(look([1, 1], 0.0), (false, f64::INFINITY));
        assert_eq!(look([PART, 1], 1.0), (true, 2.0 * PATIENCE_MS));
        assert_eq!(look([PART, 1], 9.0), (false, f64::INFINITY));
        assert_eq!(look([2 * PART, 1], 1000.0), (false, f64::INFINITY));
    }

    #[test]
    fn a_link_that_has_been_idle_is_not_waited_for() {
        let shares = [Cell::new(Share::default()), Cell::new(Share::default())];
        let mut round = Round::new();
        round.look(shares.iter().zip([1, 500]), 0.0);
        round.look(shares.iter().zip([1, 500]), 1.0);
        round.look(shares.iter().zip([1 + PART, 500]), 50.0);
        assert_eq!((shares[0].get().is_done(), round.ends_ms()), (false, f64::INFINITY));
        // It calls again, and is.
        round.look(shares.iter().zip([1 + PART, 501]), 51.0);
        round.look(shares.iter().zip([1 + 2 * PART, 501]), 52.0);
        assert_eq!((shares[0].get().is_done(), round.ends_ms()), (true, 51.0 + 2.0 * PATIENCE_MS));
    }

    #[test]
    fn nobody_waits_once_the_link_that_had_its_part_has_ended() {
        let shares = [Cell::new(Share::default()), Cell::new(Share::default())];
        let mut round = Round::new();
        round.look(shares.iter().zip([1, 1]), 0.0);
        round.look(shares.iter().zip([PART, 1]), 1.0);
        assert!(round.ends_ms().is_finite());
        round.look(shares[1..].iter().zip([1]), 2.0);
        assert_eq!(round.ends_ms(), f64::INFINITY);
    }
}
