//! Progress and cancel: a worker computes for seconds, says how far it is, and stops when it is told to.

use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// The page, as the worker calls it.
#[sabir::service]
pub trait Panel {
    /// Shows how far the work is, from 0 to 1. Nobody waits for it.
    #[sabir(one_way)]
    fn progress(&self, done: f64);
    /// Shows the outcome.
    fn finished(&self, primes: u32);
}

const LIMIT: u32 = 3_000_000;

fn is_prime(number: u32) -> bool {
    number > 1 && (2..).take_while(|divisor| divisor * divisor <= number).all(|divisor| number % divisor != 0)
}

#[sabir::worker]
fn count_primes(page: sabir::Page) -> Result<(), Box<dyn std::error::Error>> {
    let panel = PanelClient::new(page.clone());
    let mut primes = 0;
    for number in 0..LIMIT {
        primes += u32::from(is_prime(number));
        if number % 10_000 == 0 {
            // The Stop button has interrupted it: the error ends the program.
            page.check_interrupt()?;
            panel.progress(f64::from(number) / f64::from(LIMIT))?;
        }
    }
    panel.finished(primes)?;
    Ok(())
}

fn element(id: &str) -> web_sys::Element {
    let document = web_sys::window().and_then(|window| window.document()).expect_throw("this is a page");
    document.get_element_by_id(id).expect_throw("index.html has it")
}

fn show(text: &str) {
    element("status").set_text_content(Some(text));
}

#[derive(Default)]
struct View {
    reports: Cell<u32>,
}

impl Panel for View {
    fn progress(&self, done: f64) {
        self.reports.set(self.reports.get() + 1);
        show(&format!("{:.0} %", 100.0 * done));
    }

    fn finished(&self, primes: u32) {
        show(&format!("{primes} primes, after {} reports", self.reports.get()));
    }
}

/// The page's part.
#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let worker = count_primes::builder().serve(PanelServer::new(View::default())).spawn().await?;
    let stopped = worker.clone();
    let stop = Closure::<dyn FnMut()>::new(move || stopped.interrupt());
    element("stop")
        .add_event_listener_with_callback("click", stop.as_ref().unchecked_ref())
        .map_err(|_| JsError::new("no listener"))?;
    if let Err(reason) = worker.finished().await {
        show(&format!("stopped: {reason}"));
    }
    Ok(())
}
