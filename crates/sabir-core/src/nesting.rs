//! The order rule: what a realm that is blocked in a call may serve meanwhile.
//!
//! A realm serves what it is asked first in, first out. On top of a blocked call it serves what *may descend* from that call:
//!
//! | claim | a call has it if | served |
//! |---|---|---|
//! | `Proven` | its parent is a blocked call | at once, to any depth |
//! | `Urgent` | its sender does nothing else until it is served | at once, to any depth |
//! | `Possible` | its sender had taken the blocked call | in order, on top of at most [`MAX_UNPROVEN`] others like it |
//! | none | its sender had not taken the blocked call | once that call has ended |
//!
//! A realm that [keeps its turns](Nesting::keep_turns) serves an event loop's calls on top only if their descent is proven.
//! Its code cannot be entered again: a listener that is at work, or a framework that draws.
//!
//! So a burst of calls, sent before any of them could have asked anything, is served in order.
//! Over another link than the blocked call's, a call that had arrived before that one was sent has no claim, nor has one
//! of the same *epoch*: its sender had taken nothing in between, and so nothing that descends from the blocked call.

use crate::frame::{BLOCKS, Header, OF_LOOP, URGENT};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// How deep blocked calls may nest.
pub const MAX_DEPTH: usize = 64;

/// How many handlers whose calls prove no descent may run on top of each other.
pub const MAX_UNPROVEN: usize = 32;

/// How long, in ms, two calls may seem to wait for each other without proof.
pub(crate) const SUSPECT_MS: f64 = 3000.0;

/// Names a blocked call of a realm; a later one has a larger serial. 0 is the event loop.
pub(crate) type Serial = u64;

/// The event loop, or the program's own code: what is not on top of a blocked call.
pub(crate) const BASE: Serial = 0;

/// Why a call may be served on top of a blocked call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Its parent is the blocked call.
    Proven,
    /// Its sender waits for it, and serves nothing else that could end the blocked call.
    Urgent,
    /// Its sender had taken the blocked call.
    Possible,
}

/// A call that this realm is blocked in.
#[derive(Clone, Debug)]
pub(crate) struct Blocked {
    pub serial: Serial,
    /// The link that it was made over; 0 for a sleep, from which nothing descends.
    pub link: usize,
    pub call: u32,
    /// Which of the link's blocking calls it is, modulo 2^16.
    number: u16,
    pub method: &'static str,
    /// Since when it is known to be answered while a later one is not, in ms; infinity if it is not.
    pub answered_ms: f64,
    /// Since when it is blocked, in ms.
    pub since_ms: f64,
}

impl Blocked {
    /// A call of a link.
    pub fn in_call(link: usize, call: u32, number: u16, method: &'static str, since_ms: f64) -> Self {
        Blocked { serial: BASE, link, call, number, method, answered_ms: f64::INFINITY, since_ms }
    }

    /// No call: `method` is its name in errors.
    fn in_pause(method: &'static str, since_ms: f64) -> Self {
        Blocked::in_call(0, 0, 0, method, since_ms)
    }
}

/// The blocked call that a call may descend from, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Descent {
    pub serial: Serial,
    pub claim: Claim,
}

/// The call that a handler serves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Serving {
    pub link: usize,
    /// Which blocking call of the link's peer it is, modulo 2^16.
    pub number: Option<u16>,
}

/// A call that is answered, and cannot return before the innermost one is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inverted {
    pub method: &'static str,
    /// The ms until the innermost one is given up.
    pub left_ms: f64,
}

/// A link of the realm, as the calls over its other links know it.
pub(crate) trait OtherLink {
    /// A call is about to be sent over another link: what has arrived here by now cannot descend from it.
    fn note_arrivals(&self);
    /// True if a handler has made calls over this link that are not sent yet.
    fn holds_calls(&self) -> bool;
    /// Sends them: the handler waits now.
    fn release_held(self: Rc<Self>);
    /// That call blocks, under this serial.
    fn keep_arrivals(&self, serial: Serial);
    /// Refuses what a blocked call waits for in vain; gives the ms until the next look is due, infinity if there is none.
    fn refuse_stuck(self: Rc<Self>, now_ms: f64) -> f64;
    /// True if a blocked call may wait for something here.
    fn has_suspects(&self) -> bool;
    /// Whether the answer to `call` has come.
    fn is_answered(&self, call: u32) -> bool;
    /// The link's identity.
    fn id(&self) -> usize;
}

/// How deep a realm was nested at some time.
#[derive(Clone, Copy, Debug)]
pub struct Depth {
    blocked: usize,
    handlers: usize,
    unproven: usize,
    serving: Serving,
    open: bool,
}

/// The blocked calls of one realm; its links share them.
#[derive(Default)]
pub struct Nesting {
    blocked: RefCell<Vec<Blocked>>,
    last: Cell<Serial>,
    /// Handlers that run, and those of them whose calls prove nothing.
    handlers: Cell<usize>,
    unproven: Cell<usize>,
    /// The innermost handler's: its calls over other links descend from none.
    serving: Cell<Serving>,
    /// The program has asked to serve whatever has arrived.
    open: Cell<bool>,
    /// Calls of a peer's event loop wait for this realm's own.
    keeps_turns: Cell<bool>,
    /// Code has run in this turn of the event loop.
    spent: Cell<bool>,
    /// How many messages were taken, over all links, modulo 2^16.
    epoch: Cell<u16>,
    /// Never borrowed while a link is asked: an exception of the platform there would leave it so.
    links: RefCell<Rc<Vec<Weak<dyn OtherLink>>>>,
}

impl std::fmt::Debug for Nesting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Nesting({} blocked, {} handlers)", self.depth(), self.handlers.get())
    }
}

impl Nesting {
    /// From now on calls of a peer's event loop, as for an event, wait until this realm is in its own, sleeps or polls.
    /// Calls that are proven to descend from a blocked call do not wait.
    ///
    /// Each has a turn of its own, as an event on a page has. Reactions of promises, which the code before it has left, run first.
    pub fn keep_turns(&self) {
        self.keeps_turns.set(true);
    }

    /// The event loop begins a turn: a task, not a reaction of a promise.
    pub fn begin_turn(&self) {
        self.spent.set(false);
    }

    /// Code has run in this turn.
    pub fn spend_turn(&self) {
        self.spent.set(true);
    }

    /// True if calls of a peer's event loop wait for the next turn.
    pub fn is_turn_over(&self) -> bool {
        self.spent.get() && self.keeps_turns.get()
    }

    /// True if nothing is blocked, and a call has its turn; `of_loop`: the call of a peer's event loop.
    #[inline(always)]
    pub(crate) fn is_free(&self, of_loop: bool) -> bool {
        self.is_idle() && !(of_loop && self.is_turn_over())
    }

    /// How many calls are blocked.
    pub(crate) fn depth(&self) -> usize {
        self.blocked.borrow().len()
    }

    /// How many messages were taken, over all links, modulo 2^16.
    #[inline(always)]
    pub(crate) fn epoch(&self) -> u16 {
        self.epoch.get()
    }

    /// A message was taken: what is sent from now on may come of it.
    #[inline(always)]
    pub(crate) fn take(&self) {
        self.epoch.set(self.epoch.get().wrapping_add(1));
    }

    /// True if nothing is blocked.
    #[inline(always)]
    pub(crate) fn is_idle(&self) -> bool {
        self.blocked.borrow().is_empty()
    }

    /// The innermost blocked call.
    pub(crate) fn top(&self) -> Serial {
        self.blocked.borrow().last().map_or(BASE, |blocked| blocked.serial)
    }

    /// The newest blocked call that is not newer than `serial`. Nothing descends from a pause.
    pub(crate) fn at_most(&self, serial: Serial) -> Serial {
        let blocked = self.blocked.borrow();
        let older = blocked.iter().rev().find(|blocked| blocked.serial <= serial && blocked.link != 0);
        older.map_or(BASE, |blocked| blocked.serial)
    }

    /// The name of a call that is blocked still.
    pub(crate) fn method(&self, serial: Serial) -> Option<&'static str> {
        let blocked = self.blocked.borrow();
        blocked.iter().rev().find(|blocked| blocked.serial == serial).map(|blocked| blocked.method)
    }

    /// All blocked calls, outermost first.
    pub(crate) fn blocked(&self) -> Vec<Blocked> {
        self.blocked.borrow().clone()
    }

    /// Which blocked call, not newer than `newest`, the call of `header`, which came over `link`, may descend from, and why.
    /// `came_after` tells whether it came after a call over another link was sent.
    pub(crate) fn claim(
        &self,
        link: usize,
        header: &Header,
        newest: Serial,
        came_after: impl Fn(Serial) -> bool,
    ) -> Option<Descent> {
        let waits = self.keeps_turns.get() && header.flags & OF_LOOP != 0;
        if header.flags & URGENT != 0 && !waits {
            return Some(Descent { serial: self.top(), claim: Claim::Urgent });
        }
        let blocked = self.blocked.borrow();
        blocked.iter().rev().filter(|blocked| blocked.serial <= newest).find_map(|blocked| {
            let claim = if blocked.link == link && header.parent() == Some(blocked.number) {
                Some(Claim::Proven)
            } else if waits {
                None
            } else if blocked.link != link {
                (blocked.link != 0 && came_after(blocked.serial)).then_some(Claim::Possible)
            } else if header.flags & BLOCKS != 0 {
                // Its sender waits for us as we do for it: neither call descends from the other.
                Some(Claim::Urgent)
            } else {
                let taken = header.taken.wrapping_sub(blocked.number) as i16 >= 0;
                taken.then_some(Claim::Possible)
            };
            claim.map(|claim| Descent { serial: blocked.serial, claim })
        })
    }

    /// Whether a call with this claim on the innermost blocked call is served now.
    pub(crate) fn admits(&self, claim: Claim) -> bool {
        claim != Claim::Possible || self.unproven.get() < MAX_UNPROVEN
    }

    /// True if a call is served now, whatever it descends from; `of_loop`: the call of a peer's event loop.
    pub(crate) fn is_open(&self, of_loop: bool) -> bool {
        self.open.get() || self.is_free(of_loop)
    }

    /// The number of the blocking call, of `link`, that the innermost handler serves.
    #[inline(always)]
    pub(crate) fn serving(&self, link: usize) -> Option<u16> {
        let serving = self.serving.get();
        serving.number.filter(|_| serving.link == link)
    }

    /// Runs a handler, which serves a call of a link.
    pub(crate) fn handle<R>(&self, serving: Serving, claim: Option<Claim>, handler: impl FnOnce() -> R) -> R {
        let (handlers, unproven) = (self.handlers.get(), self.unproven.get());
        self.handlers.set(handlers + 1);
        self.unproven.set(unproven + usize::from(claim == Some(Claim::Possible)));
        let (serving, open) = (self.serving.replace(serving), self.open.replace(false));
        let result = handler();
        self.spent.set(true);
        self.handlers.set(handlers);
        self.unproven.set(unproven);
        self.serving.set(serving);
        self.open.set(open);
        result
    }

    /// Runs `wait`, for which the realm is blocked.
    pub(crate) fn block<R>(&self, blocked: Blocked, wait: impl FnOnce() -> R) -> R {
        self.enter(blocked);
        let result = wait();
        self.leave();
        result
    }

    fn enter(&self, blocked: Blocked) {
        let (link, serial) = (blocked.link, self.last.get() + 1);
        self.last.set(serial);
        self.blocked.borrow_mut().push(Blocked { serial, ..blocked });
        if link != 0 && self.has_others() {
            self.for_others(link, &mut |other| other.keep_arrivals(serial));
        }
    }

    fn leave(&self) {
        self.blocked.borrow_mut().pop();
    }

    /// Runs `wait` for no call: in a handler it serves only what could be served anyhow.
    pub(crate) fn pause<R>(&self, method: &'static str, since_ms: f64, wait: impl FnOnce() -> R) -> R {
        if self.handlers.get() == 0 {
            return self.opened(wait);
        }
        self.block(Blocked::in_pause(method, since_ms), wait)
    }

    /// Runs `serve`, which serves whatever has arrived; not within another `serve`, or bursts would run backwards.
    pub(crate) fn open<R>(&self, since_ms: f64, serve: impl FnOnce() -> R) -> R {
        if self.handlers.get() == 0 {
            return self.opened(serve);
        }
        // Its handlers run with `open` taken back, and their own pauses are closed.
        let nested = self.blocked.borrow().iter().any(|blocked| blocked.method == POLL);
        self.block(Blocked::in_pause(POLL, since_ms), || if nested { serve() } else { self.opened(serve) })
    }

    /// Runs `serve`, in which events need no turns of their own.
    fn opened<R>(&self, serve: impl FnOnce() -> R) -> R {
        let open = self.open.replace(true);
        let result = serve();
        self.open.set(open);
        result
    }

    /// How long, in ms, the innermost blocked call may be so until it is suspected to be for ever.
    pub(crate) fn top_left_ms(&self, now_ms: f64) -> f64 {
        self.blocked.borrow().last().map_or(f64::INFINITY, |top| top.since_ms + SUSPECT_MS - now_ms)
    }

    /// True if a call may wait for something that this realm cannot do while it is blocked.
    pub(crate) fn has_suspects(&self) -> bool {
        !self.admits(Claim::Possible)
            || self.depth() > 1
            || self.list().iter().filter_map(Weak::upgrade).any(|link| link.has_suspects())
    }

    /// The outermost call that is answered, and cannot return before the innermost one is. Nothing proves that this one waits
    /// for it, but if it does, it does so for ever.
    pub(crate) fn inverted(&self, now_ms: f64) -> Option<Inverted> {
        let links = self.links();
        let mut blocked = self.blocked.borrow_mut();
        let (last, below) = blocked.split_last_mut()?;
        if last.link == 0 {
            // A pause ends by itself.
            return None;
        }
        let answered = below.iter_mut().find(|blocked| {
            let link = links.iter().find(|link| link.id() == blocked.link);
            link.is_some_and(|link| link.is_answered(blocked.call))
        })?;
        answered.answered_ms = answered.answered_ms.min(now_ms);
        Some(Inverted { method: answered.method, left_ms: answered.answered_ms + SUSPECT_MS - now_ms })
    }

    /// Sends what the handler that runs has made over any link without waiting: it waits now.
    pub(crate) fn release_held(&self) {
        self.links().into_iter().filter(|link| link.holds_calls()).for_each(OtherLink::release_held);
    }

    /// A blocking call is about to be sent over `link`.
    #[inline(always)]
    pub(crate) fn note_arrivals(&self, link: usize) {
        if self.has_others() {
            self.note_arrivals_of_others(link);
        }
    }

    #[cold]
    fn note_arrivals_of_others(&self, link: usize) {
        let mut holds = false;
        self.for_others(link, &mut |other| holds |= other.holds_calls());
        if holds {
            self.release_held();
        }
        self.for_others(link, &mut |other| other.note_arrivals());
    }

    /// A link of this realm.
    pub(crate) fn join(&self, link: Weak<dyn OtherLink>) {
        let mut links = self.list().to_vec();
        links.retain(|link| link.strong_count() > 0);
        links.push(link);
        self.links.replace(Rc::new(links));
    }

    /// The realm's links.
    pub(crate) fn links(&self) -> Vec<Rc<dyn OtherLink>> {
        self.list().iter().filter_map(Weak::upgrade).collect()
    }

    /// The realm's links, and those that are no more.
    fn list(&self) -> Rc<Vec<Weak<dyn OtherLink>>> {
        Rc::clone(&self.links.borrow())
    }

    /// True if the realm has, or had lately, more than one link.
    #[inline(always)]
    fn has_others(&self) -> bool {
        self.links.borrow().len() > 1
    }

    fn for_others(&self, link: usize, tell: &mut dyn FnMut(&dyn OtherLink)) {
        for other in self.list().iter().filter_map(Weak::upgrade) {
            if other.id() != link {
                tell(&*other);
            }
        }
    }

    /// How deep the realm is nested now.
    pub fn mark(&self) -> Depth {
        Depth {
            blocked: self.depth(),
            handlers: self.handlers.get(),
            unproven: self.unproven.get(),
            serving: self.serving.get(),
            open: self.open.get(),
        }
    }

    /// Forgets what was nested deeper: it was left by an exception of the platform, which runs no code of ours.
    pub fn restore(&self, depth: Depth) {
        if let Ok(mut blocked) = self.blocked.try_borrow_mut() {
            blocked.truncate(depth.blocked);
        }
        self.handlers.set(depth.handlers);
        self.unproven.set(depth.unproven);
        self.serving.set(depth.serving);
        self.open.set(depth.open);
    }
}

/// The name of `serve_arrived` in errors.
const POLL: &str = "poll";
