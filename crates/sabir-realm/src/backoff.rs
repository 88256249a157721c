//! Polls that came to nothing make the next ones rarer.

/// After so many tries in vain only every so many-th is made: page and worker share a core, as they do where the others are
/// busy, and each that tries keeps the other from running.
const VAIN_TRIES: u32 = 8;
const VAIN_PERIOD: u32 = 64;

/// Learns whether tries pay.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    /// How many times in a row a try was in vain, or would have been: it was not made.
    vain: u32,
}

impl Backoff {
    /// Whether a try is to be made.
    pub const fn tries(self) -> bool {
        self.vain < VAIN_TRIES || self.vain.is_multiple_of(VAIN_PERIOD)
    }

    /// The state after a try; `came`: the event came within it.
    #[must_use]
    pub const fn after(self, came: bool) -> Self {
        Backoff { vain: if came { 0 } else { self.vain.wrapping_add(1) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_rarely_while_it_is_in_vain_and_always_once_it_is_not() {
        let mut backoff = Backoff::default();
        let tries: Vec<u32> = (0..2 * VAIN_PERIOD)
            .filter(|_| {
                let tries = backoff.tries();
                backoff = backoff.after(false);
                tries
            })
            .collect();
        assert_eq!(tries, [0, 1, 2, 3, 4, 5, 6, 7, 64]);
        assert!(!backoff.after(false).tries());
        assert!(backoff.after(true).tries());
    }
}
