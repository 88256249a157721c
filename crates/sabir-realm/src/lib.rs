//! The browser's part in turning a realm's endpoints without blocking: a clock, a doorbell, a pump.
//!
//! This crate is not for programs: they use `sabir`.
//! The page serves with it, and so does a worker between its blocking calls.
#![forbid(unsafe_code)]

pub mod messages;

pub mod pump;

mod backoff;

mod budget;

mod doorbell;

mod frames;

mod panic;

mod rounds;

mod memory;

mod js;

pub use doorbell::Doorbell;
pub use js::{field, now, object, random_uuid, text, text_of};
pub use memory::{no_shared_memory, shared_memory};
pub use pump::{bind, expect, fall, give_way, keep_hook, look_on, schedule};

use sabir_core::{CloseReason, Endpoint, JsWords, Link, Nesting, Platform};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// One realm's end of a link in a SharedArrayBuffer.
pub type JsEndpoint = Endpoint<JsWords>;

/// How often a blocked caller looks at the ring before it sleeps: about 0.1 ms, twice a hot round trip's worst case.
const SPINS: u32 = 3000;

thread_local! {
    static NESTING: RefCell<Rc<Nesting>> = RefCell::default();
}

/// The calls that this realm is blocked in.
fn nesting() -> Rc<Nesting> {
    NESTING.with_borrow(Rc::clone)
}

/// Leaves what this realm is blocked in to the links that it has, all of which have ended: the next begin anew.
fn forget_nesting() {
    NESTING.set(Rc::default());
}

/// From now on events of a peer wait until this realm is in its event loop, sleeps or polls.
pub fn keep_turns() {
    nesting().keep_turns();
}

/// This realm, as an endpoint needs it. `wake_by_message` sends the other realm a doorbell message.
pub fn platform(wake_by_message: Rc<dyn Fn()>) -> Platform {
    let spins = if js::cores() > 1 { SPINS } else { 0 };
    Platform {
        now_ms: js::now,
        schedule: pump::schedule,
        spins,
        turn_others: pump::turn_others,
        wake_by_message,
        nesting: nesting(),
    }
}

/// This realm's end of a link in shared memory. `ring` sends the other realm a doorbell message.
pub fn endpoint(link: Link<JsWords>, ring: impl Fn() -> Result<(), JsValue> + 'static) -> JsEndpoint {
    let control = link.control();
    let wake = move || {
        if let Err(error) = ring() {
            // The other realm sleeps on: whoever waits for it is to know.
            let _ = control.close(&CloseReason::Failed(text_of(&error)));
        }
    };
    Endpoint::new(link, platform(Rc::new(wake)))
}
