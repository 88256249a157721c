//! Patience: a caller's choice between spinning and sleeping.

/// Answers in a row, from a peer that was awake, from which on a burst is worth a spin that parts caller and peer.
///
/// After an idle time both often share a core. Asleep, a caller then gets its answer within two switches of that core, 8 us;
/// each spin is time that the peer lacks. A system needs some ms to move one of them, so only a long spin parts them, and it
/// costs as much as 300 sleeps: `cargo xtask bench bursts`.
const BURST: u32 = 128;

/// How many times as long as a usual spin that one is: 3 ms, as long as a system lets a thread run.
const PARTING: u32 = 30;

/// After each such spin in vain the next one is twice as many answers away, so many times.
const MAX_FAILURES: u32 = 6;

/// An answer that comes so soon after a spin in vain, in ms, was kept waiting by it: caller and peer share a core.
/// Browsers round their clocks to 5 to 20 us.
const SOON_MS: f64 = 0.05;

/// The most bytes of messages that make a spin longer, by a look each: it then lasts 2 ms.
///
/// To read a byte of a message and to write one of the answer takes the peer about as long as a look, 30 ns. Asleep, a caller
/// of `cargo xtask bench javascript`'s row "1000 small objects" had to be woken for every part of its answer.
const MAX_SPUN_BYTES: u64 = 1 << 16;

/// How many looks more a caller stays awake for each call that was answered within its spin, and the most: 10 ms.
///
/// A page that answers at once pauses for its frames. A caller that sleeps meanwhile often wakes on the page's core.
/// Some systems leave it there for 60 ms, and its calls take twenty times as long.
const EARNED_LOOKS: i32 = 32;
const MAX_EARNED: i32 = 300_000;

/// After a sleep, a caller must be answered 1000 times in a row within its spin before it may stay awake again.
/// Otherwise many workers of one page would keep all cores busy.
const DEBT: i32 = -1000 * EARNED_LOOKS;

/// Decides if a caller spins for its answer, and for how long.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience {
    /// Answers since the peer was last asleep.
    answers: u32,
    /// How many of them the next spin that parts waits for.
    parting_at: u32,
    /// Spins that were to part and did not, in this burst.
    failures: u32,
    /// Caller and peer have cores of their own, as far as is known.
    apart: bool,
    /// The last spin was in vain.
    vain: bool,
    /// The bytes of messages that had gone and come when the last call was answered.
    answered_at: u64,
    /// The peer had to be woken, and often wakes on this very core, where a spin would only keep it from running;
    /// or there was a spin for this answer already.
    is_spent: bool,
    /// How many looks may be made in place of a sleep.
    earned: i32,
}

impl Patience {
    /// How often to look before a sleep, where a usual spin has so many looks.
    pub fn looks(self, spins: u32) -> u32 {
        if self.is_spent || spins == 0 {
            1
        } else if self.apart {
            spins
        } else if self.answers >= self.parting_at.max(BURST) {
            PARTING * spins
        } else {
            1
        }
    }

    /// A call was answered when so many bytes had gone and come.
    pub fn answered(self, bytes: u64) -> Self {
        Patience { answered_at: bytes, answers: self.answers.saturating_add(1), ..self }
    }

    /// The next answer may have a spin of its own.
    pub fn renewed(self) -> Self {
        Patience { is_spent: false, ..self }
    }

    /// How many looks more pay when so many bytes have gone and come.
    pub fn looks_at(self, bytes: u64) -> u32 {
        (bytes - self.answered_at).min(MAX_SPUN_BYTES) as u32
    }

    /// The peer was asleep: a burst begins. `apart` stays as it was.
    pub fn woke_peer(self) -> Self {
        Patience { is_spent: true, earned: DEBT, answers: 0, parting_at: 0, failures: 0, ..self }
    }

    /// An answer came within so many looks, or did not.
    pub fn after_spin(self, looks: u32, came: bool) -> Self {
        if !came {
            return Patience { is_spent: true, vain: looks > 1, ..self };
        }
        let earned = (self.earned + EARNED_LOOKS).min(MAX_EARNED);
        let failures = if earned > 0 { 0 } else { self.failures };
        Patience { is_spent: false, vain: false, apart: self.apart || looks > 1, failures, earned, ..self }
    }

    /// Spins once more in place of a sleep, if that was earned.
    pub fn stay_awake(self, spins: u32) -> Option<Self> {
        let earned = self.earned - spins as i32;
        (spins > 0 && earned >= 0).then_some(Patience { is_spent: false, earned, ..self })
    }

    /// The caller slept for so long.
    pub fn after_sleep(self, slept_ms: f64) -> Self {
        let slept = Patience { earned: DEBT, vain: false, ..self };
        if !self.vain || slept_ms >= SOON_MS {
            return slept;
        }
        let failures = (self.failures + 1).min(MAX_FAILURES);
        Patience {
            apart: false,
            failures,
            parting_at: self.answers.saturating_add(BURST << failures),
            ..slept
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPINS: u32 = 3000;
    const LOOK_US: f64 = 0.03;

    /// Two cores, and a system that wakes the peer on the caller's.
    struct Machine {
        shared: bool,
        /// How long both must want the core until one of them is moved, in us.
        moves_after_us: f64,
        wanted_us: f64,
    }

    impl Machine {
        fn new(moves_after_us: f64) -> Self {
            Machine { shared: true, moves_after_us, wanted_us: 0.0 }
        }

        /// Spins for an answer: gives how long, and whether it came.
        fn spin(&mut self, looks: u32) -> (f64, bool) {
            let longest_us = f64::from(looks) * LOOK_US;
            if !self.shared {
                return (1.0_f64.min(longest_us), longest_us >= 1.0);
            }
            let left_us = self.moves_after_us - self.wanted_us;
            self.wanted_us += longest_us;
            self.shared = longest_us < left_us;
            if self.shared { (longest_us, false) } else { (left_us + 1.0, true) }
        }

        /// The time of a sleep until the answer has come.
        fn sleep_us(&self) -> f64 {
            if self.shared { 8.0 } else { 40.0 }
        }

        /// Makes so many calls of a peer that is asleep at first; gives the time of each, in us.
        fn burst(&mut self, patience: &mut Patience, calls: u32) -> f64 {
            *patience = patience.woke_peer();
            let mut us = 0.0;
            for _ in 0..calls {
                let looks = patience.looks(SPINS);
                let (spun_us, came) = self.spin(looks);
                us += spun_us;
                *patience = patience.after_spin(looks, came);
                if !came {
                    us += self.sleep_us();
                    *patience = patience.after_sleep(self.sleep_us() / 1000.0).renewed();
                }
                *patience = patience.answered(0);
            }
            us / f64::from(calls)
        }
    }

    #[test]
    fn a_short_burst_on_one_core_has_no_spin() {
        for calls in [1, 10, 100] {
            let mut machine = Machine::new(5_000.0);
            assert!(machine.burst(&mut Patience::default(), calls) < 9.0);
        }
    }

    #[test]
    fn a_long_burst_is_parted_and_then_stays_awake() {
        let (mut machine, mut patience) = (Machine::new(5_000.0), Patience::default());
        let each_us = machine.burst(&mut patience, 10_000);
        assert!(each_us < 2.5, "{each_us} us");
        assert!(!machine.shared);
        // The next one has what was learned.
        assert!(machine.burst(&mut patience, 1000) < 1.2);
    }

    #[test]
    fn spins_that_never_part_cost_no_more_than_the_sleeps() {
        for calls in [1000, 100_000] {
            let mut machine = Machine::new(f64::INFINITY);
            let each_us = machine.burst(&mut Patience::default(), calls);
            assert!(each_us < 17.0, "{each_us} us");
        }
    }

    #[test]
    fn two_that_come_to_share_a_core_sleep_again_after_one_spin() {
        let (mut machine, mut patience) = (Machine::new(5_000.0), Patience::default());
        machine.burst(&mut patience, 10_000);
        machine = Machine::new(f64::INFINITY);
        let each_us = machine.burst(&mut patience, 100);
        assert!(each_us < 10.0, "{each_us} us");
    }

    #[test]
    fn a_peer_that_is_busy_is_not_taken_for_one_without_a_core() {
        let mut machine = Machine::new(5_000.0);
        let mut patience = Patience::default();
        machine.burst(&mut patience, 10_000);
        let busy = patience.after_spin(SPINS, false).after_sleep(3.0).renewed();
        assert_eq!(busy.looks(SPINS), SPINS);
        let shared = patience.after_spin(SPINS, false).after_sleep(0.01).renewed();
        assert_eq!(shared.looks(SPINS), 1);
    }

    #[test]
    fn a_spin_is_longer_by_what_went_and_came_since_the_last_answer() {
        let patience = Patience { answered_at: 1000, ..Patience::default() };
        assert_eq!(patience.looks_at(1000), 0);
        assert_eq!(patience.looks_at(25_000), 24_000);
        assert_eq!(u64::from(patience.looks_at(u64::MAX)), MAX_SPUN_BYTES);
    }

    #[test]
    fn only_many_answers_in_a_row_keep_a_caller_awake_for_a_while() {
        let answered = |patience: Patience, calls| {
            (0..calls).fold(patience, |patience: Patience, _| patience.after_spin(SPINS, true))
        };
        let spins = |mut patience: Patience| {
            let awake = std::iter::from_fn(|| {
                patience = patience.stay_awake(SPINS)?;
                Some(patience)
            });
            awake.count() as i32
        };
        let slept = Patience::default().after_sleep(1.0);
        assert_eq!(spins(answered(slept, 1000)), 0);
        assert_eq!(spins(answered(slept, 2000)), 1000 * EARNED_LOOKS / SPINS as i32);
        assert_eq!(spins(answered(slept, 1_000_000)), MAX_EARNED / SPINS as i32);
        // Not where a spin keeps the peer from running.
        assert_eq!(spins(answered(slept, 1_000_000).woke_peer()), 0);
        assert!(answered(slept, 1_000_000).stay_awake(0).is_none());
    }

    #[test]
    fn one_answer_has_one_spin_at_most() {
        let apart = Patience { apart: true, ..Patience::default() };
        assert_eq!(apart.after_spin(SPINS, true).looks(SPINS), SPINS);
        assert_eq!(apart.after_spin(SPINS, false).looks(SPINS), 1);
        assert_eq!(apart.woke_peer().looks(SPINS), 1);
        assert_eq!(apart.looks(0), 1);
    }
}
