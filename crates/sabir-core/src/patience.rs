//! Patience: a caller's choice between spinning and sleeping.

use crate::backoff::Backoff;

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
    spins: Backoff,
    /// The bytes of messages that had gone and come when the last call was answered.
    answered_at: u64,
    /// The peer had to be woken, and often wakes on this very core, where a spin would only keep it from running;
    /// or there was a spin for this answer already.
    is_spent: bool,
    /// How many looks may be made in place of a sleep.
    earned: i32,
}

impl Patience {
    pub fn should_spin(self) -> bool {
        !self.is_spent && self.spins.tries()
    }

    /// A call was answered when so many bytes had gone and come.
    pub fn answered(self, bytes: u64) -> Self {
        Patience { answered_at: bytes, ..self }
    }

    /// The next answer may have a spin of its own.
    pub fn renewed(self) -> Self {
        Patience { is_spent: false, ..self }
    }

    /// How many looks more pay when so many bytes have gone and come.
    pub fn looks_at(self, bytes: u64) -> u32 {
        (bytes - self.answered_at).min(MAX_SPUN_BYTES) as u32
    }

    pub fn woke_peer(self) -> Self {
        Patience { is_spent: true, earned: DEBT, ..self }
    }

    /// An answer came within the spin, or did not.
    pub fn after_spin(self, came: bool) -> Self {
        let earned = if came { (self.earned + EARNED_LOOKS).min(MAX_EARNED) } else { self.earned };
        Patience { spins: self.spins.after(came), is_spent: !came, earned, ..self }
    }

    /// Spins once more in place of a sleep, if that was earned.
    pub fn stay_awake(self, spins: u32) -> Option<Self> {
        let earned = self.earned - spins as i32;
        (spins > 0 && earned >= 0).then_some(Patience { is_spent: false, earned, ..self })
    }

    pub fn after_sleep(self) -> Self {
        Patience { earned: DEBT, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spin_is_longer_by_what_went_and_came_since_the_last_answer() {
        let patience = Patience { answered_at: 1000, ..Patience::default() };
        assert_eq!(patience.looks_at(1000), 0);
        assert_eq!(patience.looks_at(25_000), 24_000);
        assert_eq!(u64::from(patience.looks_at(u64::MAX)), MAX_SPUN_BYTES);
    }

    #[test]
    fn only_many_answers_in_a_row_keep_a_caller_awake_for_a_while() {
        const SPINS: u32 = 3000;
        let answered = |patience: Patience, calls| {
            (0..calls).fold(patience, |patience: Patience, _| patience.after_spin(true))
        };
        let spins = |mut patience: Patience| {
            let awake = std::iter::from_fn(|| {
                patience = patience.stay_awake(SPINS)?;
                Some(patience)
            });
            awake.count() as i32
        };
        let slept = Patience::default().after_sleep();
        assert_eq!(spins(answered(slept, 1000)), 0);
        assert_eq!(spins(answered(slept, 2000)), 1000 * EARNED_LOOKS / SPINS as i32);
        assert_eq!(spins(answered(slept, 1_000_000)), MAX_EARNED / SPINS as i32);
        // Not where a spin keeps the peer from running.
        assert_eq!(spins(answered(slept, 1_000_000).woke_peer()), 0);
        assert!(answered(slept, 1_000_000).stay_awake(0).is_none());
    }

    #[test]
    fn one_answer_has_one_spin_at_most() {
        let patience = Patience::default();
        assert!(patience.should_spin() && patience.after_spin(true).should_spin());
        assert!(!patience.after_spin(false).should_spin());
        assert!(!patience.woke_peer().should_spin());
    }
}
