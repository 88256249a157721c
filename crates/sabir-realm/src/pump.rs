//! The pump: turns the realm's endpoints from its event loop, in time slices, and sleeps when there is nothing to do.
//!
//! ```text
//!             doorbell, schedule, timer
//!                        │
//!   asleep ──────────────▼────────── running ── slice over ──▶ yielded ── its own task ──▶ running
//!      ▲                              │   ▲
//!      ╰── nothing for poll_ms, parked╯   ╰── worked, or polled for less
//! ```

use crate::budget::{Budget, Next};
use crate::doorbell::{Doorbell, Waiter};
use crate::frames::Frames;
use crate::rounds::{Round, Share};
use crate::{JsEndpoint, js, panic};
use js_sys::Function;
use sabir_core::{CloseReason, Others};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// Reading the clock costs as much as several looks at a ring: it is read once in so many rounds.
const ROUNDS_PER_CLOCK: u32 = 8;

/// How often the rings are looked at in a round: one visit to JavaScript then pays for many looks.
const LOOKS_PER_ROUND: u32 = 64;

/// How often, in ms, a slice looks whether the person has clicked or typed: it then ends.
const INPUT_LOOK_MS: f64 = 1.0;

/// From how many calls in a slice on its caller is to stay awake until the next one.
const CALLS_TO_STAY: u64 = 16;

/// The longest that a timer may last, in ms: a longer one overflows, and fires at once. What is due later has another set.
const LONGEST_TIMER_MS: f64 = i32::MAX as f64;

/// The first and the longest time, in ms, that a worker of WebKit sleeps in its event loop.
///
/// Its thread sometimes sleeps through the end of a `waitAsync`, until another event comes: of workers that call each other
/// in a ring, one stood still in every fifth run. So it looks again, after as long as it has slept already.
const FIRST_LOOK_MS: f64 = 10.0;
const LONGEST_LOOK_MS: f64 = 1000.0;

/// Called once, when a link has ended.
type OnClose = Box<dyn FnOnce()>;

/// An endpoint that the pump turns.
struct Bound {
    endpoint: JsEndpoint,
    doorbell: Doorbell,
    waiter: Waiter,
    share: Cell<Share>,
    /// Calls that were served before this slice.
    before: Cell<u64>,
    on_close: Cell<Option<OnClose>>,
}

impl Bound {
    fn has_ended(&self) -> bool {
        self.endpoint.control().is_closed()
    }

    fn served_in_slice(&self) -> u64 {
        self.endpoint.counts().served - self.before.get()
    }
}

type Links = Rc<Vec<Rc<Bound>>>;

/// A timer of the platform.
#[derive(Clone, Copy)]
struct Timer {
    id: f64,
    /// The deadline that it is set for, in ms.
    due_ms: f64,
}

/// All of one realm's pumping.
struct Pump {
    /// Those who look at each hold the list as it was: it is replaced, never changed.
    links: RefCell<Links>,
    budget: Cell<Budget>,
    round: Cell<Round>,
    /// The pump is on the stack.
    running: Cell<bool>,
    /// A task or microtask of the pump's own is queued.
    queued: Cell<bool>,
    /// Something changed that the pump has not looked at.
    scheduled: Cell<bool>,
    /// An answer to this realm is due.
    expecting: Cell<bool>,
    /// When the slice began, and how long it lasts at least while there is work, in ms.
    slice_began_ms: Cell<f64>,
    held_ms: Cell<f64>,
    /// Work that did not fit in a slice.
    going_on: RefCell<Vec<Function>>,
    /// An answer has come, and what awaits it cannot run before the slice is over.
    giving_way: Cell<bool>,
    /// Code is on the stack whose faults are its own.
    looking_on: Cell<bool>,
    timer: Cell<Option<Timer>>,
    /// The link whose peer stays awake until the next slice.
    awaited: RefCell<Option<Rc<Bound>>>,
    oversleeps: bool,
    /// How long the pump has slept last while nothing was to be done, in ms.
    slept_ms: Cell<f64>,
    frames: Frames,
    /// In a task, and after other code of one.
    run: Closure<dyn FnMut()>,
    run_soon: Closure<dyn FnMut()>,
    on_timer: Closure<dyn FnMut()>,
    yield_port: MessagePort,
}

thread_local! {
    static PUMP: Pump = Pump::new();
}

/// Turns `endpoint` from now on, until its link ends; `on_close` is then called.
pub fn bind(endpoint: &JsEndpoint, doorbell: Doorbell, on_close: impl FnOnce() + 'static) {
    panic::install(panicked);
    PUMP.with(|pump| {
        let bound = Rc::new_cyclic(|bound: &std::rc::Weak<Bound>| {
            let bound = bound.clone();
            let waiter = Waiter::new(move |_| {
                if let Some(bound) = bound.upgrade() {
                    bound.waiter.disarm();
                }
                run();
            });
            let on_close = Cell::new(Some(Box::new(on_close) as OnClose));
            Bound {
                endpoint: endpoint.clone(),
                doorbell,
                waiter,
                share: Cell::default(),
                before: Cell::new(0),
                on_close,
            }
        });
        pump.change_links(|links| links.push(bound));
    });
    schedule();
}

/// Has the pump look at every endpoint soon. Does not turn any itself.
pub fn schedule() {
    PUMP.with(|pump| {
        pump.scheduled.set(true);
        if !pump.running.get()
            && !pump.queued.replace(true)
            && js::queue_microtask(pump.run_soon.as_ref().unchecked_ref()).is_err()
        {
            pump.post_run();
        }
    });
}

/// Turns every link of this realm once, for a call that is blocked on one of several.
pub(crate) fn turn_others() -> Others {
    PUMP.with(|pump| {
        let links = pump.links();
        if links.len() < 2 {
            Others::None
        } else if links.iter().any(|bound| bound.endpoint.check_interrupt().is_err()) {
            Others::Interrupted
        } else if pump.turn_each(&links, 1) {
            Others::Worked
        } else {
            Others::Idle
        }
    })
}

/// Has the pump poll for the answer to a call that this realm has sent, as it does after a call that it served.
pub fn expect() {
    PUMP.with(|pump| pump.expecting.set(true));
    schedule();
}

/// Has this slice of the pump last so long at least, in ms, while there is work: a page draws nothing half done. Gives its end.
pub fn hold(ms: f64) -> f64 {
    PUMP.with(|pump| {
        pump.held_ms.update(|held_ms| held_ms.max(ms));
        pump.slice_began_ms.get() + pump.held_ms.get()
    })
}

/// Has the pump call `work`, which did not fit in this slice, in its next one.
pub fn go_on(work: Function) {
    PUMP.with(|pump| pump.going_on.borrow_mut().push(work));
    schedule();
}

/// Has the pump end its slice, so that what awaits an answer runs.
pub fn give_way() {
    PUMP.with(|pump| pump.giving_way.set(true));
}

/// Turns every link until nothing is left to do, or for a round; true if nothing is left. The pump is to run afterwards.
pub fn turn() -> bool {
    PUMP.with(|pump| {
        // The run in progress looks at the links again.
        if pump.running.get() {
            return false;
        }
        let mut is_idle = false;
        pump.contain(|| {
            let links = pump.links();
            is_idle = (0..ROUNDS_PER_CLOCK).any(|_| !pump.turn_each(&links, 1));
        });
        is_idle
    })
}

/// Runs the pump now, as a doorbell message's listener does.
pub fn run() {
    PUMP.with(Pump::run);
}

/// Has the panic hook run though the program has set one of its own: called before the program's first call.
pub fn keep_hook() {
    panic::keep(panicked);
}

/// Runs code that only looks on: whatever it throws is reported, and a panic in it ends no link.
pub fn look_on(mut code: impl FnMut()) {
    PUMP.with(|pump| {
        let outer = pump.looking_on.replace(true);
        let thrown = js::contained(&mut code);
        pump.looking_on.set(outer);
        if let Err(error) = thrown {
            js::report(&error);
        }
    });
}

/// Closes every link of the realm, from the panic hook: what is borrowed stays so.
fn panicked(reason: &CloseReason) {
    PUMP.with(|pump| {
        if pump.looking_on.get() {
            return;
        }
        pump.running.set(false);
        if let Ok(links) = pump.links.try_borrow() {
            for bound in links.iter() {
                bound.endpoint.fail(reason);
                // Whether or not it was due: a carrier may have held back what was.
                bound.endpoint.message_peer();
            }
        }
    });
}

/// Ends every link of the realm: an exception has crossed this realm's wasm, and what its frames held is lost.
/// If it was a panic, its own words were first.
pub fn fall(what: &str) {
    let reason = CloseReason::Panicked(what.to_owned());
    panicked(&reason);
    PUMP.with(|pump| {
        let links = pump.links.try_borrow().map(|links| links.clone()).unwrap_or_default();
        for bound in links.iter() {
            // A borrow that the exception has left behind stops its own link only.
            let _ = js::contained(&mut || bound.endpoint.close(&reason));
            pump.unbind(bound);
        }
    });
    crate::forget_nesting();
}

/// Closes every link of the realm.
pub fn close_all(reason: &CloseReason) {
    let links = PUMP.with(Pump::links);
    for bound in links.iter() {
        bound.endpoint.close(reason);
    }
    schedule();
}

/// The bytes of the messages that have gone and come.
fn moved(links: &[Rc<Bound>]) -> u64 {
    links.iter().map(|bound| bound.endpoint.counts().bytes).sum()
}

impl Pump {
    fn new() -> Self {
        let run = Closure::<dyn FnMut()>::new(|| {
            PUMP.with(|pump| {
                pump.queued.set(false);
                pump.run();
            });
        });
        let run_soon = Closure::<dyn FnMut()>::new(|| {
            PUMP.with(|pump| {
                pump.queued.set(false);
                crate::nesting().spend_turn();
                pump.run_on();
            });
        });
        let on_timer = Closure::<dyn FnMut()>::new(|| {
            PUMP.with(|pump| {
                pump.timer.set(None);
                pump.run();
            });
        });
        let on_frame = || {
            PUMP.with(|pump| {
                if pump.frames.came() {
                    pump.post_run();
                }
            });
        };
        let on_patience_lost = || {
            PUMP.with(|pump| {
                pump.frames.gave_up();
                pump.post_run();
            });
        };
        let channel = MessageChannel::new().ok().expect_throw("every realm has MessageChannel (HTML, 9.4)");
        channel.port1().set_onmessage(Some(run.as_ref().unchecked_ref()));
        Pump {
            links: RefCell::default(),
            budget: Cell::new(Budget::new(js::cores())),
            round: Cell::new(Round::new()),
            running: Cell::new(false),
            queued: Cell::new(false),
            scheduled: Cell::new(false),
            expecting: Cell::new(false),
            slice_began_ms: Cell::new(0.0),
            held_ms: Cell::new(0.0),
            going_on: RefCell::default(),
            giving_way: Cell::new(false),
            looking_on: Cell::new(false),
            timer: Cell::new(None),
            awaited: RefCell::default(),
            oversleeps: js::oversleeps(),
            slept_ms: Cell::new(0.0),
            frames: Frames::new(on_frame, on_patience_lost),
            run,
            run_soon,
            on_timer,
            yield_port: channel.port2(),
        }
    }

    /// Runs in a task of its own.
    fn run(&self) {
        if !self.running.get() {
            crate::nesting().begin_turn();
        }
        self.run_on();
    }

    fn run_on(&self) {
        // A handler may run the event loop's callbacks on top of the pump (a modal dialog does): those are served by it.
        if self.running.get() {
            return self.scheduled.set(true);
        }
        self.contain(|| {
            let mut budget = self.budget.get();
            let now = js::now();
            self.come_back();
            budget.begin(now);
            let next = self.run_slice(&mut budget, now);
            self.budget.set(budget);
            if next == Next::Yield {
                self.go_away();
            }
            match next {
                Next::Sleep => self.set_timer(),
                // Not `queued`: a call that is made next has the pump run in a microtask, before this task.
                _ if self.giving_way.take() => self.post_run(),
                _ if self.queued.replace(true) || self.frames.wait(js::now()) => {}
                _ => self.post_run(),
            }
        });
    }

    /// Runs a part of the pump, and is whole afterwards, whatever a handler throws through it.
    ///
    /// Handlers of JavaScript throw nothing: theirs are caught where they are called. For one of Rust that calls what throws,
    /// a border around each call would cost more than the call; so what it throws is a panic of its realm.
    fn contain(&self, mut part: impl FnMut()) {
        keep_hook();
        self.running.set(true);
        let depth = crate::nesting().mark();
        let thrown = js::contained(&mut part);
        self.running.set(false);
        if let Err(error) = thrown {
            crate::nesting().restore(depth);
            self.queued.set(false);
            fall(&js::text_of(&error));
            js::report(&error);
        }
    }

    /// True if events wait for the next turn of the event loop.
    fn has_events(&self, links: &[Rc<Bound>]) -> bool {
        crate::nesting().is_turn_over() && links.iter().any(|bound| bound.endpoint.has_waiting())
    }

    /// The event loop has its turn: a link that was alone in this slice, and kept calling, has its peer stay awake.
    fn go_away(&self) {
        let links = self.links();
        let mut busy = links.iter().filter(|bound| bound.served_in_slice() > 0);
        if let (Some(bound), None) = (busy.next(), busy.next())
            && bound.doorbell != Doorbell::Carrier
            && bound.served_in_slice() >= CALLS_TO_STAY
        {
            bound.endpoint.control().set_away(true);
            self.awaited.replace(Some(Rc::clone(bound)));
        }
    }

    fn come_back(&self) {
        if let Some(bound) = self.awaited.take() {
            bound.endpoint.control().set_away(false);
        }
        self.links().iter().for_each(|bound| bound.before.set(bound.endpoint.counts().served));
    }

    /// Has the pump run again in a task of its own.
    fn post_run(&self) {
        let posted = self.yield_port.post_message(&JsValue::UNDEFINED);
        // Slower, but whoever has replaced the one may have left the other.
        if posted.is_err() && js::set_timeout(self.run.as_ref().unchecked_ref(), 0.0).is_err() {
            self.queued.set(false);
        }
    }

    /// Works, and polls for more, until there is nothing left (and all endpoints are parked) or the slice is over.
    fn run_slice(&self, budget: &mut Budget, began_ms: f64) -> Next {
        let (mut looked_ms, mut now) = (began_ms, began_ms);
        self.slice_began_ms.set(began_ms);
        self.held_ms.set(0.0);
        for work in self.going_on.take() {
            if let Err(error) = work.call0(&JsValue::UNDEFINED) {
                js::report(&error);
            }
        }
        loop {
            self.scheduled.set(false);
            let links = self.links_in_turn(now);
            let shared = links.iter().any(|bound| bound.doorbell != Doorbell::Carrier);
            let before = moved(&links);
            let mut worked = false;
            for _ in 0..ROUNDS_PER_CLOCK {
                let polls = shared && budget.polls();
                let looks = if polls { LOOKS_PER_ROUND / links.len().max(1) as u32 } else { 1 };
                let turned = self.turn_each(&links, looks);
                worked |= turned;
                if self.giving_way.get() || !(turned || polls) {
                    break;
                }
            }
            now = js::now();
            if worked || self.expecting.take() {
                budget.worked(now, moved(&links) - before);
                self.slept_ms.set(0.0);
            }
            if self.giving_way.get() {
                return Next::Yield;
            }
            if now - looked_ms >= INPUT_LOOK_MS {
                looked_ms = now;
                if js::is_input_pending() {
                    return Next::Yield;
                }
            }
            budget.hold(self.held_ms.get());
            match budget.next(now) {
                Next::Poll if shared || worked => continue,
                Next::Poll => {}
                Next::Yield => return Next::Yield,
                Next::Sleep => {}
            }
            if !self.going_on.borrow().is_empty() || self.has_events(&links) {
                return Next::Yield;
            }
            self.expire(now);
            if self.park_each() && !self.scheduled.get() {
                return Next::Sleep;
            }
        }
    }

    fn links(&self) -> Links {
        Rc::clone(&self.links.borrow())
    }

    fn change_links(&self, change: impl FnOnce(&mut Vec<Rc<Bound>>)) {
        let mut links = self.links().to_vec();
        change(&mut links);
        self.links.replace(Rc::new(links));
    }

    /// The links to turn: all but those that wait for the others.
    fn links_in_turn(&self, now_ms: f64) -> Vec<Rc<Bound>> {
        let mut links = self.links().to_vec();
        let mut round = self.round.get();
        // A carrier's calls are served at once: its trips are long.
        let shared = links.iter().filter(|bound| bound.doorbell != Doorbell::Carrier);
        round.look(shared.map(|bound| (&bound.share, bound.endpoint.counts().served)), now_ms);
        self.round.set(round);
        // A link that is left alone waits for nobody; what came before the end of one is served now.
        links.retain(|bound| !bound.share.get().is_done() || bound.has_ended());
        links
    }

    /// Turns every endpoint once: one frame each, so that none starves.
    fn turn_each(&self, links: &[Rc<Bound>], looks: u32) -> bool {
        let mut worked = false;
        for bound in links {
            match bound.endpoint.turn(looks) {
                Ok(turned) => worked |= turned,
                Err(_) => self.unbind(bound),
            }
        }
        worked
    }

    /// Puts every endpoint to sleep; false if one of them has work.
    fn park_each(&self) -> bool {
        let mut asleep = true;
        for bound in self.links().iter() {
            if bound.has_ended() {
                // Frames that arrived before the end are taken first.
                if bound.endpoint.has_work() {
                    asleep = false;
                } else {
                    let _ = bound.endpoint.check_open();
                    self.unbind(bound);
                }
                continue;
            }
            if bound.share.get().is_done() {
                continue;
            }
            asleep &= match (bound.doorbell, bound.endpoint.park(bound.doorbell != Doorbell::WaitAsync)) {
                (_, None) => false,
                (Doorbell::Message, Some(_)) => true,
                (Doorbell::Carrier, Some(_)) => {
                    bound.endpoint.message_peer();
                    true
                }
                (Doorbell::WaitAsync, Some(how)) => bound.waiter.arm(&bound.endpoint, how),
            };
        }
        asleep
    }

    fn unbind(&self, bound: &Rc<Bound>) {
        self.change_links(|links| links.retain(|other| !Rc::ptr_eq(other, bound)));
        let mut on_close = bound.on_close.take();
        // It is foreign code, which must not keep the other links from theirs.
        if let Err(error) = js::contained(&mut || on_close.take().into_iter().for_each(|on_close| on_close()))
        {
            js::report(&error);
        }
    }

    fn expire(&self, now_ms: f64) {
        for bound in self.links().iter() {
            if bound.endpoint.next_deadline() <= now_ms {
                bound.endpoint.expire(now_ms);
            }
        }
    }

    /// When the pump is to look again though nothing has woken it.
    fn looks_again_ms(&self) -> f64 {
        if !self.oversleeps {
            return f64::INFINITY;
        }
        self.slept_ms.set((2.0 * self.slept_ms.get()).clamp(FIRST_LOOK_MS, LONGEST_LOOK_MS));
        js::now() + self.slept_ms.get()
    }

    /// Has the pump run when the next async call's time is up.
    fn set_timer(&self) {
        let links = self.links();
        let deadlines = links.iter().map(|bound| bound.endpoint.next_deadline());
        let next = deadlines.fold(self.round.get().ends_ms(), f64::min);
        let next = if links.is_empty() { next } else { next.min(self.looks_again_ms()) };
        match self.timer.get() {
            Some(Timer { due_ms, .. }) if due_ms == next => return,
            Some(Timer { id, .. }) => drop(js::clear_timeout(id)),
            None => {}
        }
        let timer = next.is_finite().then(|| {
            // Rounded up: a timer that fires before its deadline would only be set again.
            let delay_ms = (next - js::now()).ceil().clamp(0.0, LONGEST_TIMER_MS);
            js::set_timeout(self.on_timer.as_ref().unchecked_ref(), delay_ms).ok()
        });
        self.timer.set(timer.flatten().map(|id| Timer { id, due_ms: next }));
    }
}
