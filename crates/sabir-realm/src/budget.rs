//! How long the pump may hold its event loop, and how long it is worth polling for the next call.

/// The longest the pump runs before the event loop gets its turn, in ms: a quarter of a frame.
const TIME_SLICE_MS: f64 = 4.0;

/// The longest the pump polls for another call before it sleeps, in ms.
///
/// A wake-up costs 30-70 us, so polling longer than a few of those gains nothing over sleeping.
const LONGEST_POLL_MS: f64 = 0.2;

/// What polling costs at the least after every call, in ms: how it is learnt that calls come fast again.
const SHORTEST_POLL_MS: f64 = 0.02;

/// Learns from the gaps between calls how long polling pays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    poll_ms: f64,
    slice_began_ms: f64,
    last_work_ms: f64,
    /// One core: whoever polls keeps the caller from running.
    alone: bool,
}

/// What the pump does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Poll,
    Sleep,
    Yield,
    /// As `Yield`, but at once for what an answer has let go on.
    GiveWay,
}

impl Budget {
    pub fn new(cores: u32) -> Self {
        Budget { poll_ms: SHORTEST_POLL_MS, slice_began_ms: 0.0, last_work_ms: 0.0, alone: cores < 2 }
    }

    /// The pump begins to run.
    pub fn begin(&mut self, now_ms: f64) {
        self.slice_began_ms = now_ms;
    }

    /// Work was found.
    pub fn worked(&mut self, now_ms: f64) {
        let gap = now_ms - self.last_work_ms;
        self.last_work_ms = now_ms;
        // A call that came by doorbell came a wake-up later than polling would have found it.
        self.poll_ms = if gap < 2.0 * LONGEST_POLL_MS { LONGEST_POLL_MS } else { SHORTEST_POLL_MS };
    }

    pub fn next(&self, now_ms: f64) -> Next {
        if now_ms - self.slice_began_ms >= TIME_SLICE_MS {
            Next::Yield
        } else if now_ms - self.last_work_ms >= self.poll_ms || self.alone {
            Next::Sleep
        } else {
            Next::Poll
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_gap(gap_ms: f64) -> Budget {
        let mut budget = Budget::new(2);
        budget.begin(0.0);
        budget.worked(100.0);
        budget.begin(100.0 + gap_ms);
        budget.worked(100.0 + gap_ms);
        budget
    }

    #[test]
    fn polls_long_after_a_burst_and_briefly_after_a_lone_call() {
        assert_eq!(after_gap(0.01).next(100.11), Next::Poll);
        assert_eq!(after_gap(0.01).next(100.22), Next::Sleep);
        assert_eq!(after_gap(30.0).next(130.01), Next::Poll);
        assert_eq!(after_gap(30.0).next(130.03), Next::Sleep);
    }

    #[test]
    fn yields_when_the_slice_is_over_though_calls_keep_coming() {
        let mut budget = Budget::new(2);
        budget.begin(0.0);
        for tick in 0..450 {
            budget.worked(f64::from(tick) * 0.01);
        }
        assert_eq!(budget.next(4.5), Next::Yield);
    }

    #[test]
    fn never_polls_on_one_core() {
        let mut budget = Budget::new(1);
        budget.begin(0.0);
        budget.worked(0.0);
        assert_eq!(budget.next(0.0), Next::Sleep);
    }
}
