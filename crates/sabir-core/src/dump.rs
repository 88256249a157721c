//! The state of a link in words: for a person who wants to know who waits for whom.

use crate::call_future::CallFuture;
use crate::doorbell::Parked;
use crate::endpoint::Endpoint;
use crate::service::Method;
use crate::words::Words;
use std::fmt::{Result, Write};

/// The call that asks the peer for its dump; every endpoint serves it.
pub(crate) static DUMP: Method = Method::new("sabir.dump", "()->String", Some(DUMP_MS));

/// How long the peer has for its dump, in ms: one that computes has no time for it.
const DUMP_MS: u32 = 500;

/// The most entries of one kind that are shown.
const SHOWN: usize = 8;

impl<W: Words> Endpoint<W> {
    /// This end of the link in words, a line each: how it sleeps, what it is blocked in, and what waits for what since when.
    ///
    /// Does not block. The text is for people: its form may change.
    ///
    /// ```
    /// # use sabir_core::{Endpoint, Link, NativeWords, Others, Platform, layout::link_bytes};
    /// # use std::rc::Rc;
    /// # let (now_ms, schedule, turn_others) = (|| 0.0, || {}, || Others::None);
    /// # let platform = Platform { now_ms, schedule, spins: 0, turn_others, wake_by_message: Rc::new(|| {}), nesting: Rc::default() };
    /// # let link = Link::create(NativeWords::new(link_bytes(4096)), 4096)?;
    /// let endpoint = Endpoint::new(link, platform);
    /// assert!(endpoint.dump().starts_with("open; "));
    /// # Ok::<(), sabir_core::LinkError>(())
    /// ```
    pub fn dump(&self) -> String {
        let mut text = String::new();
        // A String takes whatever is written.
        let _ = self.write_dump(&mut text);
        text
    }

    /// Asks the peer for its [`dump`](Endpoint::dump), which it gives at once if it is blocked or in its event loop.
    ///
    /// The call fails with [`CallError::TimedOut`](crate::CallError::TimedOut) after 0.5 s if the peer computes.
    pub fn start_dump(&self) -> CallFuture<W> {
        let arguments = DUMP.encode_arguments(&()).unwrap_or_default();
        let (call, ()) = self.start_urgent(&DUMP, arguments, |_| ());
        // The event loop must learn of its deadline.
        (self.0.platform.schedule)();
        call
    }

    /// Decodes what [`start_dump`](Endpoint::start_dump) gave.
    pub fn peers_dump(outcome: std::result::Result<crate::codec::Payload, crate::CallError>) -> String {
        match outcome.and_then(|payload| DUMP.decode_result(payload)) {
            Ok(text) => text,
            Err(error) => format!("no dump: {error}\n"),
        }
    }

    fn write_dump(&self, text: &mut String) -> Result {
        let control = self.control();
        match control.closed() {
            None => write!(text, "open; ")?,
            Some(reason) => write!(text, "closed: {reason}; ")?,
        }
        let counts = self.counts();
        writeln!(text, "{} calls made, {} served", counts.made, counts.served)?;
        writeln!(
            text,
            "this end is {}, the other {}",
            sleep(control.own.parked()),
            sleep(control.peer.parked())
        )?;
        if control.interrupted() {
            writeln!(text, "an interrupt has not been taken yet")?;
        }
        let Ok(mut state) = self.0.state.try_borrow_mut() else {
            return writeln!(text, "in the middle of a message");
        };
        let (unread, unsent) = state.traffic();
        writeln!(text, "{unread} bytes have come that are not read, {unsent} wait to be sent")?;
        let pending = state.calls.pending();
        for method in pending.iter().take(SHOWN) {
            writeln!(text, "`{method}` has no answer yet")?;
        }
        more(text, pending.len())?;
        self.write_blocked(text)?;
        for (serial, waiting) in state.waiting.counts().filter(|(_, waiting)| *waiting > 0) {
            match self.nesting().method(serial) {
                Some(method) => writeln!(text, "{waiting} calls wait, on top of `{method}`")?,
                None => writeln!(text, "{waiting} calls wait for the event loop")?,
            }
        }
        let Ok(tasks) = self.0.tasks.try_borrow() else { return Ok(()) };
        for task in tasks.iter().take(SHOWN) {
            writeln!(text, "async `{}` has not answered call {}", task.method, task.served.call)?;
        }
        more(text, tasks.len())
    }

    fn write_blocked(&self, text: &mut String) -> Result {
        let now = self.now_ms();
        for blocked in self.nesting().blocked() {
            let other = if blocked.link == self.id() { "" } else { " over another link" };
            // Not as a number with a point: its printing is 20 KB of wasm.
            let since = (now - blocked.since_ms) as u64;
            writeln!(text, "blocked in `{}`{other} for {since} ms", blocked.method)?;
        }
        Ok(())
    }
}

/// Says how many are not shown.
fn more(text: &mut String, len: usize) -> Result {
    if len > SHOWN { writeln!(text, "… and {} more", len - SHOWN) } else { Ok(()) }
}

fn sleep(parked: Parked) -> &'static str {
    if parked == Parked::AWAKE { "awake" } else { "asleep" }
}
