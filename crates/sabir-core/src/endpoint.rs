//! An endpoint: one realm's end of a link, from its opening to its end. None of this blocks.
//!
//! It is [turned](Endpoint::turn) by the event loop (`sabir-realm`), or by a blocked call ([`wait`](crate::wait)).

use crate::doorbell::{Parked, Woken};
use crate::error::{CallError, CloseReason};
use crate::frame::Checked;
use crate::link::{Control, Link};
use crate::nesting::{Nesting, OtherLink};
use crate::platform::Platform;
use crate::service::{Method, Service};
use crate::shared::{Counts, Shared};
use crate::state::State;
use crate::waiting::Waiting;
use crate::words::Words;
use std::cell::RefMut;
use std::rc::{Rc, Weak};
use std::task::Waker;

/// One realm's end of a link. Cloning gives another handle to the same end.
#[derive(Debug)]
pub struct Endpoint<W: Words>(pub(crate) Rc<Shared<W>>);

impl<W: Words> Clone for Endpoint<W> {
    fn clone(&self) -> Self {
        Endpoint(Rc::clone(&self.0))
    }
}

impl<W: Words> Endpoint<W> {
    /// Takes over this realm's end of a link.
    pub fn new(link: Link<W>, platform: Platform) -> Self {
        let shared = Rc::new(Shared::new(link, platform));
        let other: Weak<dyn OtherLink> = Rc::<Shared<W>>::downgrade(&shared);
        shared.nesting().join(other);
        Endpoint(shared)
    }

    /// Serves `service` from now on. Of two that know a method, the first added serves it.
    pub fn serve(&self, service: Rc<dyn Service>) {
        self.0.offer(service);
    }

    /// The control words of the link.
    pub fn control(&self) -> &Control<W> {
        &self.0.control
    }

    /// How many calls were made and served.
    pub fn counts(&self) -> Counts {
        self.0.counts()
    }

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
        self.0.dump()
    }

    /// Looks whether the peer, or another part of this realm, has closed the link; if so, ends all that waits for it.
    ///
    /// # Errors
    /// Why the link has ended. Frames that arrived before the end are for [`turn`](Endpoint::turn) to take first.
    pub fn check_open(&self) -> Result<(), CloseReason> {
        let Some(reason) = self.0.control.closed() else {
            return Ok(());
        };
        self.end(&reason);
        Err(reason)
    }

    /// Closes the link: both endpoints' calls in flight end with [`CallError::Closed`], async handlers are dropped.
    pub fn close(&self, reason: &CloseReason) {
        // Where the peer was first, its reason counts: a panic closes the link before it traps.
        let reason = &self.control().closed().unwrap_or_else(|| reason.clone());
        self.fail(reason);
        self.end(reason);
    }

    /// Closes the link and touches nothing else: for a panic hook, under which anything may be borrowed.
    pub fn fail(&self, reason: &CloseReason) {
        self.0.fail(reason);
    }

    /// Has the platform's message sent, whether or not the peer sleeps: for a carrier, which tells more than what wakes.
    pub fn message_peer(&self) {
        (self.0.platform.wake_by_message)();
    }

    /// Interrupts the peer: its innermost blocked call ends with [`CallError::Interrupted`], or its next one,
    /// or its next look between calls.
    pub fn interrupt_peer(&self) {
        if self.0.control.interrupt_peer() {
            (self.0.platform.wake_by_message)();
        }
    }

    /// Says that this endpoint goes to sleep until unparked. `None`: there is work, turn it again.
    ///
    /// `by_message`: only a message of the platform can wake this realm.
    pub fn park(&self, by_message: bool) -> Option<Parked> {
        let mut state = self.state();
        let how = if state.outbox.is_empty() { Parked::FOR_FRAMES } else { Parked::FOR_SPACE };
        let how = if by_message { how.by_message() } else { how };
        self.0.control.own.announce(how);
        // Broken positions count as work: the turn reports them.
        if state.has_work(self.id()).unwrap_or(true) || self.0.control.closed().is_some() {
            self.0.control.own.retract();
            return None;
        }
        Some(how)
    }

    /// True if a frame has arrived, or space for one that waits.
    pub fn has_work(&self) -> bool {
        self.state().has_work(self.id()).unwrap_or(true)
    }

    /// True if calls of the peer wait to be served.
    pub fn has_waiting(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    /// Ends all that waits for the link.
    pub(crate) fn end(&self, reason: &CloseReason) {
        let mut state = self.state();
        if state.ended.is_some() {
            return;
        }
        state.ended = Some(reason.clone());
        state.outbox.clear();
        state.waiting = Waiting::default();
        let wakers = state.calls.wakers();
        drop(state);
        // Wakers and drops are foreign code: outside of every borrow.
        wakers.into_iter().for_each(Waker::wake);
        let tasks = self.0.tasks.borrow_mut().take();
        drop(tasks);
        self.0.drop_services();
    }

    pub(crate) fn ended(&self) -> Option<CloseReason> {
        self.state().ended.clone()
    }

    /// The peer's blocking call that is being served right now: the parent of the calls made meanwhile.
    pub(crate) fn parent(&self) -> Option<u16> {
        self.nesting().serving(self.id())
    }

    /// When a call of `method` that starts now times out.
    pub(crate) fn deadline(&self, method: &Method) -> f64 {
        match method.timeout_ms {
            Some(limit_ms) => self.now_ms() + f64::from(limit_ms),
            None => f64::INFINITY,
        }
    }

    // Passed on from `Shared`.

    pub(crate) fn id(&self) -> usize {
        self.0.id()
    }

    /// The blocked calls of its realm.
    pub fn nesting(&self) -> &Nesting {
        self.0.nesting()
    }

    pub(crate) fn now_ms(&self) -> f64 {
        self.0.now_ms()
    }

    pub(crate) fn state(&self) -> RefMut<'_, State<W>> {
        self.0.state()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.0.count(change);
    }

    pub(crate) fn after_wake(&self, woken: Woken) {
        self.0.after_wake(woken);
    }

    pub(crate) fn closing_on_error<T>(&self, result: Checked<T>) -> Result<T, CloseReason> {
        self.0.closing_on_error(result)
    }
}

/// Wakes a caller, if one waits.
pub(crate) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// The error of a call whose link has ended.
pub(crate) fn closed(method: &Method, reason: CloseReason) -> CallError {
    CallError::Closed { method: method.name.to_owned(), reason }
}

/// The error of a call whose time is up.
pub(crate) fn timed_out(method: &Method) -> CallError {
    CallError::TimedOut { method: method.name.to_owned(), limit_ms: method.timeout_ms.unwrap_or_default() }
}
