//! The waits of an endpoint that blocks, and serves meanwhile.
//!
//! A blocked realm has no event loop, so this loop is all that runs:
//! it takes what arrives, serves calls of the peer, and watches interrupt, deadline and the end of the link.

use crate::calls::Progress;
use crate::codec::Payload;
use crate::endpoint::{Endpoint, closed, timed_out};
use crate::error::{CallError, CloseReason, Interrupted};
use crate::nesting::{Blocked, Inverted};
use crate::platform::Others;
use crate::service::Method;
use crate::words::Words;

/// How long, in ms, a realm with several links sleeps on one of them before it looks at the others.
///
/// A word to sleep on for each realm, in place of one for each link, would need none; it would be another layout.
const OTHERS_MS: f64 = 1.0;

/// How long, in ms, a caller stays awake while the peer's event loop has its turn: as long as a frame, and one that was late.
///
/// Asleep, it often wakes on the peer's core, where each call takes two switches: `cargo xtask bench frameworks`.
const AWAY_MS: f64 = 20.0;

/// The name of a sleep in errors.
const SLEEP: Method = Method::new("sleep", "", None);

impl<W: Words> Endpoint<W> {
    /// Takes an interrupt, if there is one. Does not block; for computations between calls.
    ///
    /// # Errors
    /// [`Interrupted`], once for each interrupt.
    pub fn check_interrupt(&self) -> Result<(), Interrupted> {
        if self.control().take_interrupt() { Err(Interrupted) } else { Ok(()) }
    }

    /// Blocks for `ms`, and serves what the peer asks meanwhile; in a handler only what may descend from a blocked call.
    ///
    /// # Errors
    /// [`CallError::Interrupted`] and [`CallError::Closed`], at once.
    pub fn sleep_for(&self, ms: f64) -> Result<(), CallError> {
        self.nesting().release_held();
        self.nesting().pause(SLEEP.name, self.now_ms(), || self.sleep_until(ms))
    }

    /// Serves whatever has arrived, in order, and gives true if anything had. Does not block.
    ///
    /// In a handler it serves calls on top of that handler, but not within another `serve_arrived`.
    ///
    /// # Errors
    /// Why the link has ended.
    pub fn serve_arrived(&self) -> Result<bool, CloseReason> {
        self.nesting().release_held();
        self.nesting().open(self.now_ms(), || {
            let mut served = false;
            while self.turn(1)? {
                served = true;
            }
            Ok(served)
        })
    }

    fn sleep_until(&self, ms: f64) -> Result<(), CallError> {
        self.check_interrupt().map_err(|Interrupted| interrupted(&SLEEP))?;
        let deadline = self.now_ms() + ms;
        while self.now_ms() < deadline {
            match self.turn_or_sleep(&SLEEP, deadline) {
                Err(CallError::TimedOut { .. }) => break,
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Blocks until `call`, which was sent, is answered.
    pub(crate) fn block_on(
        &self,
        call: u32,
        method: &'static Method,
        deadline: f64,
    ) -> Result<Payload, CallError> {
        let number = self.state().blocking;
        let blocked = Blocked::in_call(self.id(), call, number, method.name, self.now_ms());
        let outcome = self.nesting().block(blocked, || self.wait_for(call, method, deadline));
        let bytes = self.counts().bytes;
        self.0.patience.update(|patience| patience.answered(bytes));
        outcome
    }

    /// Blocks until all that was sent has left.
    #[cold]
    pub(crate) fn wait_until_sent(&self, method: &'static Method) -> Result<(), CallError> {
        self.nesting().release_held();
        // A handler that waits for space is blocked: what has arrived waits for it.
        self.nesting().pause(method.name, self.now_ms(), || {
            while self.is_sending() {
                self.turn_or_sleep(method, f64::INFINITY)?;
            }
            Ok(())
        })
    }

    fn wait_for(&self, call: u32, method: &'static Method, deadline: f64) -> Result<Payload, CallError> {
        loop {
            if let Err(error) = self.turn_or_sleep(method, deadline) {
                self.cancel(call);
                return Err(error);
            }
            let progress = self.state().calls.poll(call, None);
            match progress {
                Progress::Done(outcome) => {
                    return outcome.map_err(|refusal| refusal.into_error(method.name));
                }
                Progress::TimedOut => return Err(timed_out(method)),
                Progress::InFlight => {}
            }
        }
    }

    /// Gets something done; or spins, looks at everything that can end the wait, and sleeps.
    fn turn_or_sleep(&self, method: &'static Method, deadline: f64) -> Result<(), CallError> {
        // Not while an answer comes.
        let prepared = self.state().inbox.is_idle() && self.control().words().prepare();
        let looks = match if prepared { 1 } else { self.looks() } {
            1 => 1,
            looks => looks + self.0.patience.get().looks_at(self.counts().bytes),
        };
        let turned = self.turn(looks).map_err(|reason| closed(method, reason))?;
        if looks > 1 {
            self.0.patience.update(|patience| patience.after_spin(looks, turned));
        }
        if turned || prepared {
            return Ok(());
        }
        // The turn did not stand at the ring if something is to be sent: space is looked for as long.
        if self.is_sending() && (1..looks).any(|_| self.has_work()) {
            return Ok(());
        }
        // A frame that came before the end counts: it is taken first.
        match self.control().closed() {
            Some(_) if self.has_work() => return Ok(()),
            Some(_) => self.check_open().map_err(|reason| closed(method, reason))?,
            None => {}
        }
        self.check_interrupt().map_err(|Interrupted| interrupted(method))?;
        let longest_ms = match (self.0.platform.turn_others)() {
            Others::Worked => return Ok(()),
            Others::Interrupted => return Err(interrupted(method)),
            Others::Idle => OTHERS_MS,
            Others::None => f64::INFINITY,
        };
        let has_suspects = self.nesting().has_suspects();
        if deadline.is_infinite() && !has_suspects {
            if let Some(awake) = self.0.patience.get().stay_awake(self.0.platform.spins) {
                self.0.patience.set(awake);
                return Ok(());
            }
            return self.sleep(longest_ms);
        }
        let now = self.now_ms();
        if now >= deadline {
            return Err(timed_out(method));
        }
        let mut stuck_in = f64::INFINITY;
        if has_suspects {
            for link in self.nesting().links() {
                stuck_in = stuck_in.min(link.refuse_stuck(now));
            }
            if let Some(Inverted { method: caller, left_ms }) = self.nesting().inverted(now) {
                if left_ms <= 0.0 {
                    let (caller, callee) = (caller.to_owned(), method.name.to_owned());
                    return Err(CallError::Deadlock { caller, callee });
                }
                stuck_in = stuck_in.min(left_ms);
            }
        }
        self.sleep(stuck_in.min(deadline - now).min(longest_ms))
    }

    /// How often the ring is to be looked at before this realm sleeps.
    pub(crate) fn looks(&self) -> u32 {
        let patience = self.0.patience.get();
        self.0.patience.set(patience.renewed());
        patience.looks(self.0.platform.spins)
    }

    /// Spins while the peer, which serves this realm alone, gives its event loop a turn; true if there is reason to look again.
    fn stays_for_peer(&self) -> bool {
        let (control, spins) = (self.control(), self.0.platform.spins);
        if spins == 0 || !control.peer_is_away() {
            return false;
        }
        let ends_ms = self.now_ms() + AWAY_MS;
        loop {
            let is_away = control.peer_is_away();
            if (0..spins).any(|_| self.has_work()) {
                self.0.patience.update(|patience| patience.after_spin(spins, true));
                return true;
            }
            if !is_away || control.interrupted() || control.is_closed() {
                return true;
            }
            if self.now_ms() >= ends_ms {
                return false;
            }
        }
    }

    fn sleep(&self, timeout_ms: f64) -> Result<(), CallError> {
        if timeout_ms.is_infinite() && self.stays_for_peer() {
            return Ok(());
        }
        let Some(how) = self.park(false) else {
            return Ok(());
        };
        let began_ms = self.now_ms();
        if !self.control().interrupted() {
            self.control().own.sleep(how, timeout_ms);
        }
        let slept_ms = self.now_ms() - began_ms;
        self.0.patience.update(|patience| patience.after_sleep(slept_ms));
        self.control().own.retract();
        // The event loop may wait for the word that this has changed, and that nobody notifies where time was up.
        (self.0.platform.schedule)();
        Ok(())
    }
}

/// The error of a call that the peer has interrupted.
#[cold]
pub(crate) fn interrupted(method: &Method) -> CallError {
    CallError::Interrupted { method: method.name.to_owned() }
}
