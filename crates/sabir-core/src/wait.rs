//! The blocking half of an endpoint: a call that waits, and serves meanwhile.
//!
//! A blocked realm has no event loop, so this loop is all that runs:
//! it takes what arrives, serves calls of the peer, and watches interrupt, deadline and the end of the link.

use crate::calls::Progress;
use crate::codec::Payload;
use crate::endpoint::{Endpoint, closed, timed_out};
use crate::error::{CallError, CloseReason, Interrupted};
use crate::exchange::Exchange;
use crate::frame::BLOCKS;
use crate::nesting::MAX_DEPTH;
use crate::patience::Patience;
use crate::platform::Others;
use crate::service::{BlockingCaller, Method};
use crate::words::Words;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long, in ms, a realm with several links sleeps on one of them before it looks at the others.
///
/// A word to sleep on for each realm, in place of one for each link, would need none; it would be another layout.
const OTHERS_MS: f64 = 1.0;

/// The name of a sleep in errors.
const SLEEP: Method = Method::new("sleep", "", None);

/// Calls answered within the spin never look at the interrupt word; every so many calls look in any case.
const CALLS_PER_LOOK: u64 = 32;

impl<W: Words> BlockingCaller for Endpoint<W> {
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        self.look_before(method)?;
        let deadline = self.deadline(method);
        let call = self.begin(method, arguments, f64::INFINITY, BLOCKS, Self::post_released)?;
        self.block_on(call, method, deadline)
    }

    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        match self.exchange(method, arguments)? {
            Exchange::Answered(value) => Ok(value),
            Exchange::Sent(call) => {
                method.decode_result(self.block_on(call, method, self.deadline(method))?)
            }
            Exchange::NotSent => {
                method.decode_result(self.call(method, method.encode_arguments(arguments)?)?)
            }
        }
    }

    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        // However deep: if it waits, then as a sleep does.
        self.look_at_interrupt(method)?;
        self.post_one_way(method, arguments, 0, Self::post_released)?;
        // Each turn sends from the queue, in order. Without this wait the queue could grow without end.
        if !self.is_sending() {
            return Ok(());
        }
        self.nesting().release_held();
        // A handler that waits for space is blocked: what has arrived waits for it.
        self.nesting().pause(method.name, self.now_ms(), || {
            while self.is_sending() {
                self.turn_or_sleep(method, f64::INFINITY)?;
            }
            Ok(())
        })
    }
}

impl<W: Words> Endpoint<W> {
    /// Calls `method` with arguments that are encoded already and blocks, as [`BlockingCaller::call`];
    /// gives what `small` makes of the answer's bytes, or `large` of one that a small frame does not hold.
    ///
    /// `write` copies the arguments, and gives how many bytes they are; `None` if there is no space for them, or there are
    /// attachments: then `whole` gives them all.
    ///
    /// # Errors
    /// Any [`CallError`].
    pub fn call_encoded<T>(
        &self,
        method: &'static Method,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
        whole: impl FnOnce() -> Payload,
        small: impl FnOnce(&[u8]) -> T,
        large: impl FnOnce(Payload) -> T,
    ) -> Result<T, CallError> {
        match self.exchange_small(method, write, small)? {
            Exchange::Answered(value) => Ok(value),
            Exchange::Sent(call) => self.block_on(call, method, self.deadline(method)).map(large),
            Exchange::NotSent => self.call(method, whole()).map(large),
        }
    }

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
        let now = || (self.0.platform.now_ms)();
        let deadline = now() + ms;
        while now() < deadline {
            match self.turn_or_sleep(&SLEEP, deadline) {
                Err(CallError::TimedOut { .. }) => break,
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Errors before a call is made: an interrupt, and nesting that is too deep.
    pub(crate) fn look_before(&self, method: &'static Method) -> Result<(), CallError> {
        self.look_at_interrupt(method)?;
        self.check_depth(method)
    }

    fn look_at_interrupt(&self, method: &'static Method) -> Result<(), CallError> {
        if self.counts().made.is_multiple_of(CALLS_PER_LOOK) {
            self.check_interrupt().map_err(|Interrupted| interrupted(method))?;
        }
        Ok(())
    }

    fn block_on(&self, call: u32, method: &'static Method, deadline: f64) -> Result<Payload, CallError> {
        let number = self.state().blocking;
        let outcome = self.nesting().block(self.id(), call, number, method.name, self.now_ms(), || {
            self.wait_for(call, method, deadline)
        });
        let bytes = self.counts().bytes;
        self.0.patience.update(|patience| patience.answered(bytes));
        outcome
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
        if self.turn(looks).map_err(|reason| closed(method, reason))? || prepared {
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
            Others::Idle => OTHERS_MS,
            Others::None => f64::INFINITY,
        };
        let has_suspects = self.nesting().has_suspects();
        if deadline.is_infinite() && !has_suspects {
            if let Some(awake) = self.0.patience.get().awake(self.0.platform.spins) {
                self.0.patience.set(awake);
                return Ok(());
            }
            return self.sleep(longest_ms);
        }
        let now = (self.0.platform.now_ms)();
        if now >= deadline {
            return Err(timed_out(method));
        }
        let mut stuck_in = f64::INFINITY;
        if has_suspects {
            for link in self.nesting().links() {
                stuck_in = stuck_in.min(link.refuse_stuck(now));
            }
            if let Some((caller, left_ms)) = self.nesting().inverted(now) {
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
        if patience.pays() { self.0.platform.spins.max(1) } else { 1 }
    }

    fn sleep(&self, timeout_ms: f64) -> Result<(), CallError> {
        let Some(how) = self.park(false) else {
            return Ok(());
        };
        self.0.patience.update(Patience::sleeps);
        if !self.control().interrupted() {
            self.control().own.sleep(how, timeout_ms);
        }
        self.control().own.retract();
        // The event loop may wait for the word that this has changed, and that nobody notifies where time was up.
        (self.0.platform.schedule)();
        Ok(())
    }

    fn check_depth(&self, method: &Method) -> Result<(), CallError> {
        if self.nesting().depth() < MAX_DEPTH { Ok(()) } else { Err(self.too_deep(method)) }
    }

    #[cold]
    fn too_deep(&self, method: &Method) -> CallError {
        let blocked = self.nesting().blocked();
        let mut chain: Vec<&str> = blocked.iter().map(|blocked| blocked.method).collect();
        chain.push(method.name);
        CallError::TooDeep { limit: MAX_DEPTH, chain: chain.join(" > ") }
    }
}

#[cold]
fn interrupted(method: &Method) -> CallError {
    CallError::Interrupted { method: method.name.to_owned() }
}
