//! The world of a schedule, which its realms share: the clock, the turns, and the outcomes.
//!
//! Time is virtual: it goes on when nobody can.

use super::program::{Handler, Random, RealmId};
use super::reference::Reference;
use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
use std::rc::Rc;
use std::task::Waker;

/// How a realm stands.
pub enum State {
    Ready,
    /// It sleeps on words, each named by its link and index.
    Asleep {
        on: Vec<(usize, usize)>,
        until_ms: f64,
    },
    Finished,
}

#[derive(Default)]
pub struct World {
    pub now_ms: Cell<f64>,
    pub current: Cell<RealmId>,
    pub states: RefCell<Vec<State>>,
    pub random: RefCell<Option<Random>>,
    /// Once in so many points another realm goes on.
    pub patience: Cell<usize>,
    pub sent: Cell<u64>,
    pub handlers: RefCell<Vec<Rc<Handler>>>,
    pub reference: RefCell<Reference>,
    pub finding: RefCell<Option<String>>,
    /// Handlers that never answer are let go; realms end; realms end at once, wherever they are.
    pub released: Cell<bool>,
    pub over: Cell<bool>,
    pub aborting: Cell<bool>,
    /// The current realm is on its way out: it does not switch any more.
    pub leaving: Cell<bool>,
    pub never: RefCell<Vec<Waker>>,
}

thread_local! {
    pub static WORLD: World = World::default();
}

pub fn is_aborting() -> bool {
    std::thread::panicking() || WORLD.with(|world| world.aborting.get() || world.leaving.get())
}

pub fn reference<R>(step: impl FnOnce(&mut Reference) -> R) -> R {
    WORLD.with(|world| step(&mut world.reference.borrow_mut()))
}

pub fn now_ms() -> f64 {
    WORLD.with(|world| world.now_ms.get())
}

/// Leaves the coroutine.
///
/// The scopes that the crate recommends cannot be had here, below the protocol.
#[allow(deprecated)]
pub fn leave() {
    generator::yield_with(());
}

/// Has other realms go on until this one's turn.
pub fn switch(state: State) {
    WORLD.with(|world| {
        if world.leaving.get() || !generator::is_generator() {
            return;
        }
        world.states.borrow_mut()[world.current.get()] = state;
        leave();
        if world.aborting.get() {
            world.leaving.set(true);
            resume_unwind(Box::new(()));
        }
    });
}

/// A point at which another realm may go on.
pub fn point() {
    let switches = WORLD.with(|world| {
        world.random.borrow_mut().as_mut().is_some_and(|random| random.once_in(world.patience.get()))
    });
    if switches {
        switch(State::Ready);
    }
}
