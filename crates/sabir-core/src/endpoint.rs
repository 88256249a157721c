//! An endpoint: one realm's end of a link, serving and calling, one turn at a time and without ever blocking.
//!
//! It is turned by the event loop (`sabir-realm`), or by a blocked call ([`wait`](crate::wait)).

use crate::codec::{self, Payload};
use crate::doorbell::{Parked, Rung};
use crate::dump::DUMP;
use crate::error::{CallError, CloseReason, Refusal};
use crate::fragment::{Message, Taken};
use crate::frame::{BLOCKS, DESCENDS, FrameError, Header, Kind, URGENT};
use crate::link::{Control, Link};
use crate::nesting::{Claim, Nesting, OtherLink, Serial};
use crate::outbox::MAX_QUEUED_BYTES;
use crate::patience::Patience;
use crate::platform::Platform;
use crate::service::{Answer, Arguments, Method, Pending, Service};
use crate::state::{Head, State};
use crate::tasks::{Served, Task, Tasks};
use crate::waiting::{Arrived, MAX_WAITING, Waiting};
use crate::words::Words;
use std::cell::{Cell, RefCell, RefMut};
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

/// Bytes that are copied in the time of one look at the ring, 30 ns: fewer than memory allows, for a copy is new memory, which
/// costs a page fault for every 4 KB, and its reader has that cost too.
const COPIED_PER_LOOK: u64 = 16;

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

/// One realm's end of a link. Cloning gives another handle to the same end.
#[derive(Debug)]
pub struct Endpoint<W: Words>(pub(crate) Rc<Shared<W>>);

impl<W: Words> Clone for Endpoint<W> {
    fn clone(&self) -> Self {
        Endpoint(Rc::clone(&self.0))
    }
}

/// A service, and its methods: to ask for them anew would be two calls of a function for each call of theirs.
type Offered = (Rc<dyn Service>, &'static [Method]);

pub(crate) struct Shared<W: Words> {
    pub platform: Platform,
    pub control: Control<W>,
    /// Never borrowed while foreign code runs: handlers call back into the endpoint.
    pub state: RefCell<State<W>>,
    services: RefCell<Vec<Offered>>,
    pub tasks: RefCell<Tasks>,
    counts: Cell<Counts>,
    pub patience: Cell<Patience>,
}

impl<W: Words> std::fmt::Debug for Shared<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{:?}", self.counts.get())
    }
}

/// How a message is sent.
pub(crate) type Post<W> = fn(&Endpoint<W>, Head, Payload) -> Result<(), CloseReason>;

impl<W: Words> OtherLink for Shared<W> {
    fn note_arrivals(&self) {
        self.state.borrow_mut().note_arrivals();
    }

    fn holds_calls(&self) -> bool {
        self.state.borrow().outbox.holds_calls()
    }

    fn release_held(self: Rc<Self>) {
        let endpoint = Endpoint(self);
        endpoint.release_held(endpoint.parent());
    }

    fn keep_arrivals(&self, serial: Serial) {
        self.state.borrow_mut().keep_arrivals(serial);
    }

    fn has_suspects(&self) -> bool {
        self.tasks.borrow().has_suspects()
    }

    fn refuse_stuck(self: Rc<Self>, now_ms: f64) -> f64 {
        Endpoint(self).refuse_stuck(now_ms)
    }

    fn is_answered(&self, call: u32) -> bool {
        self.state.borrow_mut().calls.is_answered(call)
    }

    fn id(&self) -> usize {
        std::ptr::from_ref(self) as *const () as usize
    }
}

impl<W: Words> Endpoint<W> {
    /// Takes over this realm's end of a link.
    pub fn new(link: Link<W>, platform: Platform) -> Self {
        let control = link.control();
        let shared = Rc::new(Shared {
            control,
            state: RefCell::new(State::new(link, Rc::clone(&platform.nesting))),
            services: RefCell::default(),
            tasks: RefCell::new(Tasks::new(platform.schedule)),
            counts: Cell::default(),
            patience: Cell::default(),
            platform,
        });
        let other: Weak<dyn OtherLink> = Rc::<Shared<W>>::downgrade(&shared);
        shared.platform.nesting.join(other);
        Endpoint(shared)
    }

    /// The link's identity among those of its realm.
    pub(crate) fn id(&self) -> usize {
        self.0.id()
    }

    pub(crate) fn nesting(&self) -> &Nesting {
        &self.0.platform.nesting
    }

    pub(crate) fn now_ms(&self) -> f64 {
        (self.0.platform.now_ms)()
    }

    /// The peer's blocking call that is being served right now: the parent of the calls made meanwhile.
    pub(crate) fn parent(&self) -> Option<u16> {
        self.nesting().serving(self.id())
    }

    /// Serves `service` from now on. Of two that know a method, the first added serves it.
    pub fn serve(&self, service: Rc<dyn Service>) {
        let methods = service.methods();
        self.0.services.borrow_mut().push((service, methods));
    }

    /// The control words of the link.
    pub fn control(&self) -> &Control<W> {
        &self.0.control
    }

    /// How many calls were made and served.
    pub fn counts(&self) -> Counts {
        self.0.counts.get()
    }

    /// Sends what waits, takes one frame, serves or files it, and polls async handlers that were woken.
    ///
    /// Does not block, but looks up to `looks` times for the frame. True: it got something done and is worth turning again.
    ///
    /// # Errors
    /// Why the link has ended, after all that had arrived before was taken.
    pub fn turn(&self, looks: u32) -> Result<bool, CloseReason> {
        self.try_turn(looks).inspect_err(|reason| self.end(reason))
    }

    fn try_turn(&self, looks: u32) -> Result<bool, CloseReason> {
        let mut state = self.0.state.borrow_mut();
        if state.ended.is_some() {
            return Err(state.reason());
        }
        let sending = !state.outbox.is_empty();
        let sent = sending && self.check(state.flush())?;
        if !state.waiting.is_empty()
            && let Some(arrived) = state.waiting.next(self.nesting(), self.id())
        {
            drop(state);
            return self.check(self.serve_waiting(arrived)).map(|()| true);
        }
        // With other work due, one look at the ring has to do.
        let busy = sending || self.0.tasks.borrow().has_ready();
        let looks = if busy { 1 } else { looks };
        if let Some((header, frame)) = self.check(state.take_small_call(looks))? {
            let (served, is_admitted) = self.admit(&mut state, &header);
            drop(state);
            let done = if is_admitted {
                self.serve_small(&header, served, &frame)
            } else {
                let body = frame.payload(header.len).to_vec();
                self.put_off(Message::of(&header, Payload { body, attachments: Vec::new() }), served)
            };
            self.state().frames.put_back(frame);
            return self.check(done).map(|()| true);
        }
        drop(state);
        self.turn_whole(sent)
    }

    /// Takes a call in. True: it is served now, or else it waits.
    #[inline(always)]
    fn admit(&self, state: &mut State<W>, header: &Header) -> (Served, bool) {
        let blocks = header.flags & BLOCKS != 0;
        state.taken = state.taken.wrapping_add(u16::from(blocks));
        let number = blocks.then_some(state.taken);
        let served = Served { call: header.call, number, descends: None };
        if self.nesting().is_idle() { (served, true) } else { self.admit_nested(state, header, served) }
    }

    #[cold]
    fn admit_nested(&self, state: &State<W>, header: &Header, mut served: Served) -> (Served, bool) {
        let nesting = self.nesting();
        served.descends =
            nesting.claim(self.id(), header, Serial::MAX, |serial| state.came_after(serial, header));
        let on_top = |(serial, claim)| serial == nesting.top() && nesting.admits(claim);
        (served, nesting.is_open() || served.descends.is_some_and(on_top))
    }

    /// The general way of a turn: whatever is not a small call; `sent`: frames were sent in this turn.
    #[inline(never)]
    fn turn_whole(&self, sent: bool) -> Result<bool, CloseReason> {
        let mut state = self.state();
        let State { inbox, link, .. } = &mut *state;
        let taken = self.check(inbox.take(&mut link.consumer))?;
        self.rung(state.take_rung());
        match &taken {
            Taken::Whole(message) => {
                state.note_taken(message.epoch);
                self.count(|counts| counts.bytes += message.payload.body.len() as u64);
            }
            Taken::Part => state.pass_arrivals(),
            Taken::Nothing => {}
        }
        match taken {
            Taken::Whole(Message { kind: Kind::Reply, call, payload, .. }) => {
                let waker = self.check(state.calls.finish(Kind::Reply, call, Ok(payload)))?;
                drop(state);
                wake(waker);
                Ok(true)
            }
            Taken::Whole(message) => {
                drop(state);
                self.check(self.receive(message)).map(|()| true)
            }
            Taken::Part => Ok(true),
            Taken::Nothing if sent => Ok(true),
            Taken::Nothing => {
                drop(state);
                Ok(self.poll_tasks())
            }
        }
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
        if self.0.control.close(reason) {
            (self.0.platform.wake_by_message)();
        }
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
        let mut state = self.0.state.borrow_mut();
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
        self.0.state.borrow_mut().has_work(self.id()).unwrap_or(true)
    }

    /// True if calls of the peer wait to be served.
    pub fn has_waiting(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    /// The earliest deadline of an async call, in ms on the platform's clock; infinity if there is none.
    pub fn next_deadline(&self) -> f64 {
        self.0.state.borrow_mut().calls.next_deadline()
    }

    /// Ends the async calls whose time is up with [`CallError::TimedOut`].
    pub fn expire(&self, now_ms: f64) {
        let expired = self.0.state.borrow_mut().calls.expire(now_ms);
        expired.iter().for_each(|(call, _)| self.tell_cancelled(*call));
        expired.into_iter().for_each(|(_, waker)| wake(waker));
    }

    /// Starts a call by `post`, which [`expire`](Endpoint::expire) ends at `deadline`; returns its id.
    /// `flags` say how its caller waits.
    pub(crate) fn begin(
        &self,
        method: &'static Method,
        arguments: Payload,
        deadline: f64,
        flags: u8,
        post: Post<W>,
    ) -> Result<u32, CallError> {
        let Some(call) = self.state().calls.begin(method.name, deadline) else {
            let limit = crate::calls::MAX_IN_FLIGHT;
            return Err(CallError::TooMany { method: method.name.to_owned(), limit });
        };
        if flags & BLOCKS != 0 {
            self.nesting().note_arrivals(self.id());
        }
        let head = Head { kind: Kind::Call, flags, call, parent: self.parent() };
        post(self, head, arguments).map_err(|reason| closed(method, reason))?;
        if flags & BLOCKS != 0 {
            let mut state = self.state();
            state.blocking = state.blocking.wrapping_add(1);
        }
        self.count(|counts| counts.made += 1);
        Ok(call)
    }

    /// Sends a call that has no reply, or queues it, by `post`.
    pub(crate) fn post_one_way(
        &self,
        method: &'static Method,
        arguments: Payload,
        flags: u8,
        post: Post<W>,
    ) -> Result<(), CallError> {
        // Nothing will wait for this call: an end that was not noticed yet would swallow it.
        self.check_open().map_err(|reason| closed(method, reason))?;
        let head = Head { kind: Kind::OneWay, flags, call: 0, parent: self.parent() };
        post(self, head, arguments).map_err(|reason| closed(method, reason))?;
        self.count(|counts| counts.made += 1);
        Ok(())
    }

    /// Sends a note of the link's own, which the peer takes at once. Does not block.
    ///
    /// # Errors
    /// [`CallError::Closed`].
    pub fn post_note(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        let posted = self.post_one_way(method, arguments, URGENT, Self::post_message);
        self.state().outbox.keep_last();
        posted
    }

    /// Sends a call once the handler that runs has returned.
    ///
    /// A handler that answers at once cannot have waited for it: the peer is to see the answer first.
    pub(crate) fn post_held(&self, head: Head, payload: Payload) -> Result<(), CloseReason> {
        if head.parent.is_none() {
            return self.post_message(head, payload);
        }
        let mut state = self.state();
        if state.ended.is_some() {
            return Err(state.reason());
        }
        let message = state.message(head, payload);
        state.outbox.hold(message);
        Ok(())
    }

    /// Sends a call at once, behind those that are held.
    pub(crate) fn post_released(&self, head: Head, payload: Payload) -> Result<(), CloseReason> {
        self.release_held(head.parent);
        self.post_message(head, payload)
    }

    /// Sends what the handler that runs has made without waiting: it waits now, or has returned.
    pub(crate) fn release_held(&self, parent: Option<u16>) {
        let mut state = self.state();
        if !state.outbox.holds_calls() {
            return;
        }
        let held = state.outbox.take_held();
        drop(state);
        for message in held {
            let Message { kind, flags, call, payload, .. } = message;
            let flags = flags & !DESCENDS;
            // A link that has ended has told whoever waits.
            let _ = self.post_message(Head { kind, flags, call, parent }, payload);
        }
        self.state().outbox.keep_last();
    }

    /// True if so much waits for the peer to read that calls are refused.
    pub fn is_congested(&self) -> bool {
        self.state().outbox.is_full()
    }

    pub(crate) fn check_queue(&self, method: &Method) -> Result<(), CallError> {
        if !self.is_congested() {
            return Ok(());
        }
        Err(CallError::Congested { method: method.name.to_owned(), limit: MAX_QUEUED_BYTES })
    }

    /// Gives a call up: an answer that still comes is dropped, and the callee is told if it is at it.
    pub(crate) fn cancel(&self, call: u32) {
        if self.0.state.borrow_mut().calls.abandon(call) {
            self.tell_cancelled(call);
        }
    }

    fn tell_cancelled(&self, call: u32) {
        let mut state = self.0.state.borrow_mut();
        if state.withdraw(call) {
            state.calls.retract(call);
            return;
        }
        drop(state);
        // A link that has ended cancels everything.
        let _ = self.post_message(Head::answer(Kind::Cancel, call), Payload::default());
    }

    /// True if messages wait for space.
    pub(crate) fn is_sending(&self) -> bool {
        !self.0.state.borrow().outbox.is_empty()
    }

    pub(crate) fn post_message(&self, head: Head, payload: Payload) -> Result<(), CloseReason> {
        let mut state = self.0.state.borrow_mut();
        if state.ended.is_some() {
            return Err(state.reason());
        }
        self.count(|counts| counts.bytes += payload.body.len() as u64);
        let posted = state.post(head, payload);
        let (queued, rung) = (!state.outbox.is_empty(), state.take_rung());
        drop(state);
        self.check(posted).inspect_err(|reason| self.end(reason))?;
        self.rung(rung);
        if queued {
            // The event loop must wait for space now, not only for frames.
            (self.0.platform.schedule)();
        }
        Ok(())
    }

    fn receive(&self, message: Message) -> Result<(), FrameError> {
        match message.kind {
            Kind::Call | Kind::OneWay => {
                let mut state = self.state();
                let (served, is_admitted) = self.admit(&mut state, &message.header(0));
                drop(state);
                if is_admitted { self.dispatch(message, served) } else { self.put_off(message, served) }
            }
            Kind::Refuse => self.refused(message.call, message.payload),
            Kind::Cancel => self.cancelled(message.call),
            // A reply was filed at once, and the assembler lets no fragment through.
            Kind::Reply | Kind::Fragment => Ok(()),
        }
    }

    /// Has a call wait that may not be served on top of what this realm is blocked in.
    #[cold]
    fn put_off(&self, message: Message, served: Served) -> Result<(), FrameError> {
        self.check_call(&message)?;
        let mut state = self.state();
        let before = state.came_before(&message.header(0));
        let pushed = state.waiting.push(message, served, before);
        drop(state);
        match pushed {
            Ok(()) => Ok(()),
            Err(Message { kind: Kind::OneWay, .. }) => Err(FrameError::Waiting { limit: MAX_WAITING }),
            Err(message) => {
                self.refuse(message.call, Refusal::TooMany { limit: MAX_WAITING as u32 });
                Ok(())
            }
        }
    }

    /// Serves a call that has waited.
    fn serve_waiting(&self, Arrived { message, mut served, .. }: Arrived) -> Result<(), FrameError> {
        served.descends = served.descends.filter(|(serial, _)| self.nesting().method(*serial).is_some());
        self.dispatch(message, served)
    }

    #[cold]
    fn refused(&self, call: u32, payload: Payload) -> Result<(), FrameError> {
        let kind = Kind::Refuse;
        let refusal: Refusal = codec::decode(&payload.body, payload.attachments)
            .map_err(|_| FrameError::Payload { kind, call, what: "it holds no refusal" })?;
        let finished = self.0.state.borrow_mut().calls.finish(kind, call, Err(refusal));
        finished.map(wake)
    }

    #[cold]
    fn cancelled(&self, call: u32) -> Result<(), FrameError> {
        let task = self.0.tasks.borrow_mut().cancel(call);
        let arrived = if task.is_none() { self.state().waiting.cancel(call) } else { None };
        if task.is_some() || arrived.is_some() {
            self.refuse(call, Refusal::Cancelled);
        }
        Ok(())
    }

    /// A call's id is its own.
    fn check_call(&self, message: &Message) -> Result<(), FrameError> {
        let Message { kind, call, .. } = *message;
        if (kind == Kind::Call) == (call == 0) {
            let what = "calls have an id, one-way calls have none";
            return Err(FrameError::Payload { kind, call, what });
        }
        if call != 0 && self.0.tasks.borrow().serves(call) {
            return Err(FrameError::Reused { call });
        }
        Ok(())
    }

    pub(crate) fn dispatch(&self, message: Message, served: Served) -> Result<(), FrameError> {
        self.check_call(&message)?;
        let Message { kind, call, payload, .. } = message;
        let Some((id, signature, arguments)) = Arguments::split(payload) else {
            return Err(FrameError::Payload { kind, call, what: "it is too short to name a method" });
        };
        self.count(|counts| counts.served += 1);
        let Some((service, index, method)) = self.find(id) else {
            if id == DUMP.id {
                self.answer(served, &DUMP, Answer::now(&self.dump()));
            } else {
                self.refuse(call, Refusal::UnknownMethod);
            }
            return Ok(());
        };
        if method.signature != signature {
            self.refuse(call, Refusal::SignatureMismatch);
            return Ok(());
        }
        let answer = self.handle(served, || service.serve(index, arguments));
        self.answer(served, method, answer);
        Ok(())
    }

    /// Runs a handler: calls that it makes are made for the call that it serves.
    pub(crate) fn handle<R>(&self, served: Served, handler: impl FnOnce() -> R) -> R {
        let claim = served.descends.map(|(_, claim)| claim);
        self.nesting().handle((self.id(), served.number), claim, handler)
    }

    /// Sends a handler's answer, or waits for it.
    pub(crate) fn answer(&self, served: Served, method: &Method, answer: Answer) {
        match answer {
            Answer::Now(Ok(payload)) => self.reply(Kind::Reply, served.call, payload),
            Answer::Now(Err(refusal)) => self.refuse(served.call, refusal),
            Answer::Later(handler) => return self.start_task(served, method.name, handler),
            Answer::LaterAs(name, handler) => return self.start_task(served, name, handler),
        }
        self.release_held(None);
    }

    fn start_task(&self, served: Served, name: &'static str, handler: Pending) {
        let (key, task) = self.0.tasks.borrow_mut().begin(served, name, handler);
        self.poll_task(key, task);
    }

    /// The service that knows a method, and the method.
    pub(crate) fn find(&self, id: u32) -> Option<(Rc<dyn Service>, usize, &'static Method)> {
        self.0.services.borrow().iter().find_map(|(service, methods)| {
            let index = methods.iter().position(|method| method.id == id)?;
            Some((Rc::clone(service), index, &methods[index]))
        })
    }

    pub(crate) fn reply(&self, kind: Kind, call: u32, payload: Payload) {
        if call != 0 {
            // A link that has ended has no caller left to answer.
            let _ = self.post_message(Head::answer(kind, call), payload);
            if self.is_sending() {
                self.send_while_read();
                self.state().outbox.keep_last();
            }
        }
    }

    /// Sends the rest of an answer while the caller reads it. Once the waits for space have taken as long as a copy, a copy is
    /// the better choice: the answer must not change after it was given, and this realm has other things to do.
    #[cold]
    fn send_while_read(&self) {
        let left = self.state().outbox.left_of_first();
        let looks = match self.0.platform.spins as usize {
            0 => 0,
            spins => spins.saturating_add((left / COPIED_PER_LOOK) as usize),
        };
        for _ in 0..looks {
            let mut state = self.state();
            let (sent, rung) = (state.flush(), state.take_rung());
            let done = state.outbox.is_empty();
            drop(state);
            self.rung(rung);
            if let Err(reason) = self.check(sent) {
                return self.end(&reason);
            }
            if done {
                return;
            }
        }
    }

    #[cold]
    pub(crate) fn refuse(&self, call: u32, refusal: Refusal) {
        // It holds strings only, which can always be encoded.
        let payload = codec::encode(Vec::new(), &refusal).unwrap_or_default();
        self.reply(Kind::Refuse, call, payload);
    }

    /// Polls the handlers that were woken; true if there were any.
    fn poll_tasks(&self) -> bool {
        let mut progress = false;
        // On top of a blocked call each is one more whose calls prove no descent from it.
        while self.nesting().is_open() || self.nesting().admits(Claim::Possible) {
            let Some((key, task)) = self.0.tasks.borrow_mut().next_ready() else {
                break;
            };
            self.poll_task(key, task);
            progress = true;
        }
        progress
    }

    #[inline(never)]
    fn poll_task(&self, key: usize, mut task: Task) {
        let served = task.served;
        let proven = served.descends.filter(|(serial, _)| *serial == self.nesting().top());
        let claim = if self.nesting().is_idle() {
            None
        } else {
            Some(proven.map_or(Claim::Possible, |(_, claim)| claim))
        };
        let poll = self.nesting().handle((self.id(), served.number), claim, || task.poll());
        match poll {
            Poll::Ready(outcome) => {
                let is_wanted = self.0.tasks.borrow_mut().finish(key, served.call);
                match outcome {
                    _ if !is_wanted => {}
                    Ok(payload) => self.reply(Kind::Reply, served.call, payload),
                    Err(refusal) => self.refuse(served.call, refusal),
                }
                self.release_held(None);
            }
            Poll::Pending => {
                // The link may have ended, or the call been given up, while the handler ran.
                let dropped = self.0.tasks.borrow_mut().put_back(key, task);
                drop(dropped);
                self.release_held(served.number);
            }
        }
    }

    /// Does what is left to do after the peer was woken.
    pub(crate) fn rung(&self, rung: Rung) {
        if rung != Rung::No {
            self.rang(rung);
        }
    }

    #[cold]
    fn rang(&self, rung: Rung) {
        self.0.patience.update(Patience::spent);
        if rung == Rung::MessageDue {
            (self.0.platform.wake_by_message)();
        }
    }

    /// Closes the link on a frame error; the caller ends the endpoint once it has no borrow of the state.
    pub(crate) fn check<T>(&self, result: Result<T, FrameError>) -> Result<T, CloseReason> {
        result.map_err(|error| self.corrupt(&error))
    }

    #[cold]
    fn corrupt(&self, error: &FrameError) -> CloseReason {
        let reason = CloseReason::Corrupt(error.to_string());
        self.fail(&reason);
        reason
    }

    pub(crate) fn end(&self, reason: &CloseReason) {
        let mut state = self.0.state.borrow_mut();
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
        drop(self.0.services.take());
    }

    /// When a call of `method` that starts now times out.
    pub(crate) fn deadline(&self, method: &Method) -> f64 {
        match method.timeout_ms {
            Some(limit_ms) => (self.0.platform.now_ms)() + f64::from(limit_ms),
            None => f64::INFINITY,
        }
    }

    pub(crate) fn ended(&self) -> Option<CloseReason> {
        self.0.state.borrow().ended.clone()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.0.counts.get();
        change(&mut counts);
        self.0.counts.set(counts);
    }

    pub(crate) fn state(&self) -> RefMut<'_, State<W>> {
        self.0.state.borrow_mut()
    }
}

fn wake(waker: Option<Waker>) {
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
