//! How long the pump may hold its event loop, and how long it is worth polling for the next call.

use crate::backoff::Backoff;

/// How long the pump runs before the event loop gets its turn, in ms: a quarter of a frame, or as long as the event loop took
/// for its last turn, up to a frame. A page that draws what a worker builds would else draw most of the time.
const SLICE_MS: f64 = 4.0;
const MAX_SLICE_MS: f64 = 16.0;

/// How long the pump polls for another call before it sleeps, in ms.
///
/// A wake-up costs 30-70 us, so polling longer than a few of those gains nothing over sleeping.
const POLL_MS: f64 = 0.2;

/// How many rounds with work make a burst, and how long the pump then polls, in ms: a caller that shares the pump's core is
/// moved to another one only while both want it.
const BURST: u32 = 64;
const BURST_POLL_MS: f64 = 1.0;

/// How much longer, in ms, for each byte of what it sent or took last, which the peer reads before it calls again; and the most.
const POLL_MS_PER_BYTE: f64 = 30e-6;
const MAX_POLL_MS: f64 = 2.0;

/// Learns whether polling pays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    slice_began_ms: f64,
    slice_ms: f64,
    /// When the pump gave way though there was more to do.
    yielded_ms: Option<f64>,
    last_work_ms: f64,
    poll_ms: f64,
    /// Rounds with work since the pump last slept.
    rounds: u32,
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
            slice_ms: SLICE_MS,
            yielded_ms: None,
            last_work_ms: 0.0,
            poll_ms: POLL_MS,
            rounds: 0,
            slept: true,
            polls: Backoff::default(),
            alone: cores < 2,
        }
    }

    /// The pump begins to run.
    pub fn begin(&mut self, now_ms: f64) {
        let away_ms = self.yielded_ms.take().map_or(0.0, |yielded_ms| now_ms - yielded_ms);
        self.slice_ms = away_ms.clamp(SLICE_MS, MAX_SLICE_MS);
        self.slice_began_ms = now_ms;
    }

    /// Work was found, and messages of so many bytes went and came.
    pub fn worked(&mut self, now_ms: f64, bytes: u64) {
        self.last_work_ms = now_ms;
        self.rounds = self.rounds.saturating_add(1);
        let poll_ms = if self.rounds < BURST { POLL_MS } else { BURST_POLL_MS };
        self.poll_ms = (poll_ms + bytes as f64 * POLL_MS_PER_BYTE).min(MAX_POLL_MS);
        if !self.slept {
            self.polls = self.polls.after(true);
        }
        self.slept = false;
    }

    /// The slice lasts so long at least, from its beginning.
    pub fn hold(&mut self, ms: f64) {
        self.slice_ms = self.slice_ms.max(ms);
    }

    /// Whether it pays to poll for more.
    pub fn polls(&self) -> bool {
        !self.alone && self.polls.tries()
    }

    pub fn next(&mut self, now_ms: f64) -> Next {
        if now_ms - self.slice_began_ms >= self.slice_ms {
            self.yielded_ms = Some(now_ms);
            return Next::Yield;
        }
        if self.polls() && now_ms - self.last_work_ms < self.poll_ms {
            return Next::Poll;
        }
        if !self.slept {
            self.polls = self.polls.after(false);
        }
        self.slept = true;
        self.rounds = 0;
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
    fn polls_for_longer_in_a_burst_until_it_has_slept() {
        let mut budget = Budget::new(2);
        (0..BURST).for_each(|_| budget.worked(0.0, 0));
        assert_eq!(budget.next(BURST_POLL_MS - 0.1), Next::Poll);
        assert_eq!(budget.next(BURST_POLL_MS), Next::Sleep);
        budget.worked(0.0, 0);
        assert_eq!(budget.next(POLL_MS), Next::Sleep);
    }

    #[test]
    fn runs_as_long_as_the_event_loop_took_within_limits() {
        let slice_after = |away_ms: f64| {
            let mut budget = Budget::new(2);
            budget.begin(0.0);
            assert_eq!(budget.next(SLICE_MS), Next::Yield);
            budget.begin(SLICE_MS + away_ms);
            budget.slice_ms
        };
        assert_eq!([0.1, 7.0, 100.0].map(slice_after), [SLICE_MS, 7.0, MAX_SLICE_MS]);
        // It had nothing to do: nobody else took the time.
        let mut budget = Budget::new(2);
        assert_eq!(budget.next(1.0), Next::Sleep);
        budget.begin(50.0);
        assert_eq!(budget.slice_ms, SLICE_MS);
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
    fn a_slice_that_is_held_lasts_while_there_is_work() {
        let mut budget = Budget::new(2);
        budget.begin(0.0);
        budget.worked(9.9, 0);
        budget.hold(40.0);
        assert_eq!(budget.next(10.0), Next::Poll);
        budget.worked(39.9, 0);
        assert_eq!(budget.next(40.0), Next::Yield);
        budget.begin(41.0);
        budget.worked(41.0 + SLICE_MS, 0);
        assert_eq!(budget.next(41.0 + SLICE_MS), Next::Yield);
        budget.begin(50.0);
        budget.hold(40.0);
        assert_eq!(budget.next(60.0), Next::Sleep);
    }

    #[test]
    fn never_polls_on_one_core() {
        let mut budget = Budget::new(1);
        budget.begin(0.0);
        budget.worked(0.0, 0);
        assert_eq!(budget.next(0.0), Next::Sleep);
    }
}
