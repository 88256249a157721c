//! The program: plain blocking code, as for a terminal.

use crate::concordance::{Concordance, context};
use crate::terminal::{PickedFile, TerminalClient};
use js_sys::Date;
use sabir::{CallError, Interrupted, Page, ServiceError};
use wasm_bindgen::prelude::*;

/// Bytes read between two calls of `progress`.
const STEP: usize = 4096;

/// How often the page is shown the latencies, in ms.
const LATENCIES_EVERY_MS: f64 = 100.0;

/// How long `ping` calls, in ms.
const PING_MS: f64 = 1000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// The concordance, in the worker.
#[sabir::worker]
pub fn concordance(page: Page) -> Result<(), CallError> {
    console_error_panic_hook::set_once();
    let mut session =
        Session { terminal: TerminalClient::new(page.clone()), page, latencies: Latencies::default() };
    session
        .print(&format!("A concordance, computed in a worker. It is {}.", Date::new_0().to_date_string()))?;
    loop {
        match session.run() {
            Ok(()) => return session.print("Goodbye."),
            Err(CallError::Interrupted { method }) => session.print(&format!("^C in {method}"))?,
            Err(error) => return Err(error),
        }
    }
}

struct Session {
    page: Page,
    terminal: TerminalClient<Page>,
    latencies: Latencies,
}

impl Session {
    fn run(&mut self) -> Result<(), CallError> {
        self.print("Pick a text file, or take the sample.")?;
        let PickedFile { name, bytes: text } = match self.terminal.pick_file() {
            Ok(file) => file,
            Err(ServiceError::Service(error)) => {
                return self.print(&error.to_string()).and_then(|()| self.run());
            }
            Err(ServiceError::Call(error)) => return Err(error),
        };
        self.print(&format!("{name}: {} bytes", text.len()))?;
        let words = loop {
            match self.index(&text)? {
                Some(words) => break words,
                None => {
                    let again = self.terminal.ask("Interrupted. Start again? [y/n]".to_owned())?;
                    if again.trim() == "n" {
                        return Ok(());
                    }
                }
            }
        };
        let (often, times) = words.most_frequent(6).unwrap_or_default();
        self.print(&format!(
            "{} words, {} different; “{often}” {times} times",
            words.words(),
            words.distinct()
        ))?;
        self.answer(&text, &words)
    }

    /// Reads the text; `None` if the person interrupts it.
    fn index(&mut self, text: &[u8]) -> Result<Option<Concordance>, CallError> {
        let mut words = Concordance::default();
        while words.read_on(text, STEP) {
            let done = words.read() as f64 / text.len() as f64;
            let called = self.timed(|terminal| terminal.progress(done));
            match (called, self.page.check_interrupt()) {
                (Ok(()), Ok(())) => {}
                (Err(CallError::Interrupted { .. }), _) | (_, Err(Interrupted)) => {
                    self.print(&format!("^C at {:.0} %", done * 100.0))?;
                    return Ok(None);
                }
                (Err(error), _) => return Err(error),
            }
        }
        self.terminal.progress(1.0)?;
        Ok(Some(words))
    }

    /// Answers the person's questions until there are no more.
    fn answer(&mut self, text: &[u8], words: &Concordance) -> Result<(), CallError> {
        loop {
            let asked = self.terminal.ask("A word, `ping`, or `quit`:".to_owned());
            let question = match asked {
                Err(CallError::Interrupted { .. }) => {
                    self.print("^C at the prompt")?;
                    continue;
                }
                asked => asked?,
            };
            match question.trim() {
                "quit" => return Ok(()),
                "ping" => self.ping()?,
                word => {
                    let places = words.places(word);
                    self.print(&format!("“{word}” {} times", places.len()))?;
                    for place in places.iter().take(5) {
                        self.print(&format!("{place:>9}  {}", context(text, *place as usize, 30)))?;
                    }
                }
            }
        }
    }

    /// Measures hot calls.
    fn ping(&mut self) -> Result<(), CallError> {
        let (start, mut calls) = (now(), 0);
        while now() - start < PING_MS {
            for _ in 0..100 {
                let back = self.terminal.echo(calls)?;
                assert_eq!(back, calls, "an echo returns what it is given");
                calls += 1;
            }
            self.timed(|terminal| terminal.echo(0))?;
        }
        let per_second = f64::from(calls) / (now() - start) * 1000.0;
        self.print(&format!("{calls} calls answered, {per_second:.0} a second"))
    }

    fn print(&self, line: &str) -> Result<(), CallError> {
        self.terminal.print(line.to_owned())
    }

    /// Makes a call, takes its time, and shows the page now and then how long calls take.
    fn timed<T>(
        &mut self,
        call: impl FnOnce(&TerminalClient<Page>) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let start = now();
        let result = call(&self.terminal)?;
        let end = now();
        self.latencies.add(end - start);
        if end - self.latencies.shown_ms > LATENCIES_EVERY_MS {
            self.latencies.shown_ms = end;
            self.terminal.latencies(self.latencies.counts.to_vec())?;
        }
        Ok(result)
    }
}

/// Counts by powers of two of microseconds.
#[derive(Default)]
struct Latencies {
    counts: [u32; 16],
    shown_ms: f64,
}

impl Latencies {
    fn add(&mut self, ms: f64) {
        let us = (ms * 1000.0) as u32;
        let bucket = (u32::BITS - us.leading_zeros()) as usize;
        self.counts[bucket.min(self.counts.len() - 1)] += 1;
    }
}
