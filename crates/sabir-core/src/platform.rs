//! The realm as its endpoints see it: clock, event loop, a message that wakes.

use crate::nesting::Nesting;
use std::rc::Rc;

/// The functions of its realm that an endpoint needs.
#[derive(Clone)]
pub struct Platform {
    /// A monotonic clock, in ms.
    pub now_ms: fn() -> f64,
    /// Asks the realm to turn its endpoints soon; called from handlers and wakers, must not turn them itself.
    pub schedule: fn(),
    /// How often a blocked caller looks at the ring before it sleeps; 0 where there is one core only.
    pub spins: u32,
    /// Turns the realm's other links: a call that is blocked on one keeps nobody waiting on another.
    pub turn_others: fn() -> Others,
    /// Sends the peer a message of the platform, which wakes it where notify cannot.
    pub wake_by_message: Rc<dyn Fn()>,
    /// The realm's blocked calls: all its links share one.
    pub nesting: Rc<Nesting>,
}

/// The outcome of turning a realm's other links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// There are none.
    None,
    /// Nothing was to be done.
    Idle,
    /// Something was.
    Worked,
    /// An interrupt came over one of them.
    Interrupted,
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Platform {{ spins: {} }}", self.spins)
    }
}
