//! How long the pump may hold its event loop, and how long it is worth polling for the next call.

use sabir_core::Backoff;

/// The longest the pump runs before the event loop gets its turn, in ms: a quarter of a frame.
const TIME_SLICE_MS: f64 = 4.0;

/// How long the pump polls for another call before it sleeps, in ms.
///
/// A wake-up costs 30-70 us, so polling longer than a few of those gains nothing over sleeping.
const POLL_MS: f64 = 0.2;

/// How much longer, in ms, for each byte of what it sent or took last, which the peer reads before it calls again; and the most.
const POLL_MS_PER_BYTE: f64 = 30e-6;
const MAX_POLL_MS: f64 = 2.0;

/// Learns whether polling pays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    slice_began_ms: f64,
    last_work_ms: f64,
    poll_ms: f64,
    /// The pump has slept since it last worked.
    slept: bool,
    polls: Backoff,
    /// One core: whoever polls keeps the caller from running.
    alone: bool,
}

/// The pump's next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Poll,
    Sleep,
    Yield,
}

impl Budget {
    pub fn new(cores: u32) -> Self {
        Budget {
            slice_began_ms: 0.0,
            last_work_ms: 0.0,
            poll_ms: POLL_MS,
            slept: true,
            polls: Backoff::default(),
            alone: cores < 2,
        }
    }

    /// The pump begins to run.
    pub fn begin(&mut self, now_ms: f64) {
        self.slice_began_ms = now_ms;
    }

    /// Work was found, and messages of so many bytes went and came.
    pub fn worked(&mut self, now_ms: f64, bytes: u64) {
        self.last_work_ms = now_ms;
        self.poll_ms = (POLL_MS + bytes as f64 * POLL_MS_PER_BYTE).min(MAX_POLL_MS);
        if !self.slept {
            self.polls = self.polls.after(true);
        }
        self.slept = false;
    }

    /// Whether it pays to poll for more.
    pub fn polls(&self) -> bool {
        !self.alone && self.polls.tries()
    }

    pub fn next(&mut self, now_ms: f64) -> Next {
        if now_ms - self.slice_began_ms >= TIME_SLICE_MS {
            return Next::Yield;
        }
        if self.polls() && now_ms - self.last_work_ms < self.poll_ms {
            return Next::Poll;
        }
        if !self.slept {
            self.polls = self.polls.after(false);
        }
        self.slept = true;
        Next::Sleep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves a call that comes `gap_ms` after the last one; true if the pump then polls.
    fn polls_after(budget: &mut Budget, gap_ms: f64) -> bool {
        let now_ms = budget.last_work_ms + gap_ms;
        budget.begin(now_ms);
        if gap_ms > POLL_MS {
            assert_eq!(budget.next(now_ms), Next::Sleep);
        }
        budget.worked(now_ms, 0);
        budget.next(now_ms + 0.01) == Next::Poll
    }

    #[test]
    fn polls_while_calls_come_within_the_poll_and_rarely_when_they_do_not() {
        let mut budget = Budget::new(2);
        assert!((0..100).all(|_| polls_after(&mut budget, 0.05)));
        let polls = (0..128).filter(|_| polls_after(&mut budget, 30.0)).count();
        assert_eq!(polls, 9);
        // One that is not in vain, and it polls again.
        while !polls_after(&mut budget, 30.0) {}
        assert!((0..100).all(|_| polls_after(&mut budget, 0.05)));
    }

    #[test]
    fn polls_for_longer_when_the_peer_has_more_to_read() {
        let mut budget = Budget::new(2);
        budget.worked(0.0, 30_000);
        assert_eq!(budget.next(1.0), Next::Poll);
        assert_eq!(budget.next(1.2), Next::Sleep);
        budget.worked(0.0, u64::MAX);
        assert_eq!(budget.next(MAX_POLL_MS), Next::Sleep);
    }

    #[test]
    fn yields_when_the_slice_is_over_though_calls_keep_coming() {
        let mut budget = Budget::new(2);
        budget.begin(0.0);
        for tick in 0..450 {
            budget.worked(f64::from(tick) * 0.01, 0);
        }
        assert_eq!(budget.next(4.5), Next::Yield);
    }

    #[test]
    fn never_polls_on_one_core() {
        let mut budget = Budget::new(1);
        budget.begin(0.0);
        budget.worked(0.0, 0);
        assert_eq!(budget.next(0.0), Next::Sleep);
    }
}
