//! All that an endpoint owns.

use crate::doorbell::Woken;
use crate::error::CloseReason;
use crate::frame::{Checked, FrameError};
use crate::link::{Control, Link};
use crate::nesting::Nesting;
use crate::patience::Patience;
use crate::platform::Platform;
use crate::service::{Method, Service};
use crate::state::State;
use crate::tasks::Tasks;
use crate::words::Words;
use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;

/// How much an endpoint has done since it was opened. One-way calls are calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls sent.
    pub made: u64,
    /// Calls taken.
    pub served: u64,
    /// Bytes of the messages that went and came, without those of small ones and of attachments.
    pub bytes: u64,
}

pub(crate) struct Shared<W: Words> {
    pub platform: Platform,
    pub control: Control<W>,
    /// Never borrowed while foreign code runs: handlers call back into the endpoint.
    pub state: RefCell<State<W>>,
    pub tasks: RefCell<Tasks>,
    pub patience: Cell<Patience>,
    services: RefCell<Vec<Offered>>,
    counts: Cell<Counts>,
}

/// A service, and its methods: to ask for them anew would be two calls of a function for each call of theirs.
struct Offered {
    service: Rc<dyn Service>,
    methods: &'static [Method],
}

/// A method that a service offers.
pub(crate) struct Found {
    pub service: Rc<dyn Service>,
    /// Its number among the service's methods.
    pub index: usize,
    pub method: &'static Method,
}

impl<W: Words> std::fmt::Debug for Shared<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{:?}", self.counts())
    }
}

impl<W: Words> Shared<W> {
    pub fn new(link: Link<W>, platform: Platform) -> Self {
        let Link { control, producer, consumer } = link;
        Shared {
            control,
            state: RefCell::new(State::new(producer, consumer, Rc::clone(&platform.nesting))),
            tasks: RefCell::new(Tasks::new(platform.schedule)),
            patience: Cell::default(),
            services: RefCell::default(),
            counts: Cell::default(),
            platform,
        }
    }

    /// The link's identity among those of its realm.
    pub fn id(&self) -> usize {
        std::ptr::from_ref(self) as *const () as usize
    }

    pub fn nesting(&self) -> &Nesting {
        &self.platform.nesting
    }

    pub fn now_ms(&self) -> f64 {
        (self.platform.now_ms)()
    }

    pub fn state(&self) -> RefMut<'_, State<W>> {
        self.state.borrow_mut()
    }

    pub fn counts(&self) -> Counts {
        self.counts.get()
    }

    pub fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        change(&mut counts);
        self.counts.set(counts);
    }

    /// Offers a service.
    pub fn offer(&self, service: Rc<dyn Service>) {
        let methods = service.methods();
        self.services.borrow_mut().push(Offered { service, methods });
    }

    /// The method of an id, of the first service that has it.
    pub fn find(&self, id: u32) -> Option<Found> {
        self.services.borrow().iter().find_map(|Offered { service, methods }| {
            let index = methods.iter().position(|method| method.id == id)?;
            Some(Found { service: Rc::clone(service), index, method: &methods[index] })
        })
    }

    /// Forgets the services. Their drop is foreign code.
    pub fn drop_services(&self) {
        drop(self.services.take());
    }

    /// Does what is left to do after the peer was woken.
    pub fn after_wake(&self, woken: Woken) {
        if woken != Woken::No {
            self.peer_was_woken(woken);
        }
    }

    #[cold]
    fn peer_was_woken(&self, woken: Woken) {
        self.patience.update(Patience::woke_peer);
        if woken == Woken::MessageDue {
            (self.platform.wake_by_message)();
        }
    }

    /// Closes the link and touches nothing else.
    pub fn fail(&self, reason: &CloseReason) {
        if self.control.close(reason) {
            (self.platform.wake_by_message)();
        }
    }

    /// Closes the link on a frame error; the caller ends the endpoint once it has no borrow of the state.
    pub fn closing_on_error<T>(&self, result: Checked<T>) -> Result<T, CloseReason> {
        result.map_err(|error| self.corrupt(&error))
    }

    #[cold]
    fn corrupt(&self, error: &FrameError) -> CloseReason {
        let reason = CloseReason::Corrupt(error.to_string());
        self.fail(&reason);
        reason
    }
}
