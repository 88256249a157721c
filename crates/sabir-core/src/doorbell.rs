//! The doorbell: how an endpoint goes to sleep and is woken, without a lost wake-up and without a needless one.
//!
//! ```text
//! sleeper                              producer
//! 1 announce: parked = how it sleeps   1 publish: the ring's tail (or head, state, interrupt)
//! 2 fence                              2 fence
//! 3 look again at everything           3 look at parked; if it sleeps for this: parked = AWAKE, notify
//! 4 wait while parked is unchanged
//! 5 parked = AWAKE
//! ```
//!
//! This is Dekker's store-buffer handshake: of the two looks at 3, at least one sees the other's store at 1.
//! In ECMAScript every `Atomics` operation is sequentially consistent and the fence costs nothing;
//! so the hot path, where nobody sleeps, pays one load.
//! The alternative, both sides swapping the parked word, needs no fence but costs an exchange for every frame.

use crate::words::Words;

/// How an endpoint sleeps: the value of its parked word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parked(i32);

impl Parked {
    /// Not asleep.
    pub const AWAKE: Parked = Parked(0);
    /// Asleep until a frame arrives.
    pub const FOR_FRAMES: Parked = Parked(1);
    /// Asleep until a frame arrives or space is given back.
    pub const FOR_SPACE: Parked = Parked(1 | 2);

    const SPACE_BIT: i32 = 2;
    const MESSAGE_BIT: i32 = 4;

    /// The same sleep, of an endpoint that only a message of the platform can wake.
    pub const fn by_message(self) -> Parked {
        Parked(self.0 | Self::MESSAGE_BIT)
    }

    /// The value of the word.
    pub const fn word(self) -> i32 {
        self.0
    }
}

/// How an endpoint was woken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[must_use = "an endpoint that sleeps by message must be sent one"]
pub(crate) enum Woken {
    /// It was awake, or somebody else woke it.
    #[default]
    No,
    /// It was notified.
    Notified,
    /// It can be woken by a message of the platform only, which the caller must send.
    MessageDue,
}

/// An event that a sleeper may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A frame, an interrupt, or the end of the link.
    Arrival,
    /// Bytes of the sleeper's outgoing ring were given back.
    Space,
}

/// One endpoint's parked word.
#[derive(Clone, Debug)]
pub(crate) struct Doorbell<W> {
    words: W,
    index: usize,
}

impl<W: Words> Doorbell<W> {
    pub fn new(words: W, index: usize) -> Self {
        Doorbell { words, index }
    }

    /// Step 1 and 2 of going to sleep; the caller looks again and then sleeps, or retracts.
    pub fn announce(&self, how: Parked) {
        // A swap, as everywhere on this word: a store between the load and the swap of `wake` has no place in loom's order.
        self.words.swap(self.index, how.0);
        // Ordering: pairs with [D1] `unpark`: either it sees the swap, or we see what it published.
        self.words.fence();
    }

    /// Blocks until unparked, or for `timeout_ms` at most; may return for no reason.
    pub fn sleep(&self, how: Parked, timeout_ms: f64) {
        self.words.wait(self.index, how.0, timeout_ms);
    }

    /// The endpoint is awake.
    pub fn retract(&self) {
        self.words.swap(self.index, Parked::AWAKE.0);
    }

    /// How the endpoint sleeps, for who wants to read it.
    pub fn parked(&self) -> Parked {
        Parked(self.words.load_acquire(self.index))
    }

    /// The word itself, to be watched while something is published.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Wakes the endpoint if it sleeps and wants to know of `event`, which was published before.
    pub fn unpark(&self, event: Event) -> Woken {
        self.words.fence();
        // Ordering: pairs with [D1] `announce`: either we see its store, or the sleeper sees what we published.
        self.unpark_seen(self.words.load_acquire(self.index), event)
    }

    /// As `unpark`, for who has looked at the word already, after it published.
    pub fn unpark_seen(&self, parked: i32, event: Event) -> Woken {
        if parked == Parked::AWAKE.0 { Woken::No } else { self.wake(parked, event) }
    }

    #[cold]
    fn wake(&self, parked: i32, event: Event) -> Woken {
        // A swap, not a store: of two who wake it, one sends the message.
        if event == Event::Space && parked & Parked::SPACE_BIT == 0
            || self.words.swap(self.index, Parked::AWAKE.0) == Parked::AWAKE.0
        {
            return Woken::No;
        }
        self.words.notify(self.index);
        if parked & Parked::MESSAGE_BIT != 0 { Woken::MessageDue } else { Woken::Notified }
    }
}
