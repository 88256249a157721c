//! The state of a link in words: for a person who wants to know who waits for whom.

use crate::doorbell::Parked;
use crate::plain::{put_text, take_text};
use crate::service::Method;
use crate::shared::Shared;
use crate::state::Traffic;
use crate::words::Words;
use std::fmt::{Result, Write};

/// The call that asks the peer for its dump; every endpoint serves it.
pub(crate) static DUMP: Method = Method::new("sabir.dump", "()->String", Some(DUMP_MS));

/// How long the peer has for its dump, in ms: one that computes has no time for it.
const DUMP_MS: u32 = 500;

/// The most entries of one kind that are shown.
const SHOWN: usize = 8;

/// The body of the peer's dump.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(text.len() + 5);
    put_text(&mut body, text);
    body
}

pub(crate) fn decode(mut body: &[u8]) -> Option<String> {
    take_text(&mut body)
}

impl<W: Words> Shared<W> {
    /// [`Endpoint::dump`](crate::Endpoint::dump).
    pub fn dump(&self) -> String {
        let mut text = String::new();
        // A String takes whatever is written.
        let _ = self.write_dump(&mut text);
        text
    }

    fn write_dump(&self, text: &mut String) -> Result {
        let control = &self.control;
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
        let Ok(mut state) = self.state.try_borrow_mut() else {
            return writeln!(text, "in the middle of a message");
        };
        let Traffic { unread, unsent } = state.traffic();
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
        let Ok(tasks) = self.tasks.try_borrow() else { return Ok(()) };
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
