//! Waits that cannot end: who is suspected of one, and when it is refused.

use crate::endpoint::Endpoint;
use crate::nesting::{Claim, Descent, SUSPECT_MS};
use crate::refusal::Refusal;
use crate::tasks::Suspicion;
use crate::words::Words;

/// How long, in ms, an async handler may be pending in a realm that is blocked in a call which may wait for it.
///
/// It is not refused at once: another call, served while blocked, may wake it. Without proof that the call waits for it, it has
/// 3 s: after that time coincident warns of a deadlock.
const fn grace_ms(claim: Claim) -> f64 {
    if matches!(claim, Claim::Proven) { 500.0 } else { SUSPECT_MS }
}

impl<W: Words> Endpoint<W> {
    /// Refuses, as a deadlock, what a blocked call of this realm may wait for and nothing here will run: async handlers that
    /// are pending, and what is nested too deep. Gives the ms until the next look is due.
    pub(crate) fn refuse_stuck(&self, now_ms: f64) -> f64 {
        let nesting = self.nesting();
        let (mut due, mut refused) = (f64::INFINITY, Vec::new());
        let stuck = self.0.tasks.borrow_mut().take_stuck(|task| {
            // Nobody waits for a one-way call.
            let Some(Descent { serial, claim }) = task.served.descends.filter(|_| task.served.call != 0)
            else {
                return Suspicion::Harmless;
            };
            // Once the call has ended that it was served on top of, it holds up the one below.
            let claim = if nesting.method(serial).is_some() { claim } else { Claim::Possible };
            if nesting.method(nesting.at_most(serial)).is_none() {
                return Suspicion::Harmless;
            }
            if task.is_ready() {
                return Suspicion::Suspect;
            }
            task.since_ms = task.since_ms.min(now_ms);
            let left_ms = task.since_ms + grace_ms(claim) - now_ms;
            if left_ms <= 0.0 {
                return Suspicion::Stuck;
            }
            due = due.min(left_ms);
            Suspicion::Suspect
        });
        for task in &stuck {
            let descends = task.served.descends;
            let caller = descends.and_then(|descent| nesting.method(nesting.at_most(descent.serial)));
            let caller = caller.unwrap_or_default();
            refused.push(Stuck { call: task.served.call, caller, callee: task.method });
        }
        // A handler's captures are foreign code, and so is their drop.
        drop(stuck);
        if !nesting.admits(Claim::Possible) {
            match nesting.top_left_ms(now_ms) {
                left_ms if left_ms > 0.0 => due = due.min(left_ms),
                _ => {
                    let arrived = self.state().waiting.take_stuck(nesting, self.id());
                    let caller = nesting.method(nesting.top()).unwrap_or_default();
                    let callee = "a call nested too deep";
                    refused.extend(arrived.map(|arrived| Stuck {
                        call: arrived.message.call,
                        caller,
                        callee,
                    }));
                }
            }
        }
        for Stuck { call, caller, callee } in refused {
            let (caller, callee) = (caller.to_owned(), callee.to_owned());
            self.refuse(call, Refusal::Deadlock { caller, callee });
        }
        due
    }
}

/// A call whose caller, and the blocked call that it was made for, wait for each other.
struct Stuck {
    call: u32,
    caller: &'static str,
    callee: &'static str,
}
