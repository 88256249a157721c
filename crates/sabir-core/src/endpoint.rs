//! An endpoint: one realm's end of a link, serving and calling, one turn at a time and without ever blocking.
//!
//! Who turns it decides how it waits: the event loop (`sabir-realm`), or a blocked call ([`wait`](crate::wait)).

use crate::calls::{CallTable, Progress};
use crate::codec::{self, Payload};
use crate::doorbell::{Parked, Rung};
use crate::error::{CallError, CloseReason, Refusal};
use crate::fragment::{Assembler, Message, Outgoing, Taken};
use crate::frame::{FrameError, HEADER_BYTES, Header, Kind, align};
use crate::link::{Control, Link};
use crate::outbox::{MAX_QUEUED_BYTES, Outbox};
use crate::service::{Answer, Arguments, AsyncCaller, Method, Pending, Service};
use crate::small::{SmallFrame, SpareFrames};
use crate::tasks::Task;
use crate::wait::Patience;
use crate::words::Words;
use std::cell::{Cell, RefCell, RefMut};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Bytes that are copied in the time of one look at the ring, 30 ns: fewer than memory allows, for a copy is new memory, which
/// costs a page fault for every 4 KB, and its reader has that cost too.
const COPIED_PER_LOOK: u64 = 16;

/// What an endpoint needs of its realm.
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
}

/// What came of turning a realm's other links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// There are none.
    None,
    /// Nothing was to be done.
    Idle,
    /// Something was.
    Worked,
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Platform {{ spins: {} }}", self.spins)
    }
}

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
type Served = (Rc<dyn Service>, &'static [Method]);

pub(crate) struct Shared<W: Words> {
    pub platform: Platform,
    pub control: Control<W>,
    /// Never borrowed while foreign code runs: handlers call back into the endpoint.
    pub state: RefCell<State<W>>,
    services: RefCell<Vec<Served>>,
    pub tasks: RefCell<Vec<Task>>,
    /// The peer's call that is being served right now, or 0: the parent of the calls made meanwhile.
    pub serving: Cell<u32>,
    counts: Cell<Counts>,
    pub patience: Cell<Patience>,
}

impl<W: Words> std::fmt::Debug for Shared<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{:?}", self.counts.get())
    }
}

pub(crate) struct State<W: Words> {
    pub link: Link<W>,
    pub frames: SpareFrames,
    outbox: Outbox,
    pub inbox: Assembler<W>,
    pub calls: CallTable,
    /// Our blocked calls, outermost first.
    pub blocked: Vec<(u32, &'static str)>,
    /// Why the link has ended, once this endpoint has noticed.
    ended: Option<CloseReason>,
}

impl<W: Words> State<W> {
    /// Sends a message, or queues what there is no space for behind those that wait.
    fn post(&mut self, (kind, call, parent): (Kind, u32, u32), payload: Payload) -> Result<(), FrameError> {
        let mut frame = self.frames.take();
        let posted = payload.attachments.is_empty()
            && frame.fill(&payload.body)
            && self.post_small(&mut frame, (kind, call, parent), payload.body.len() as u32);
        self.frames.put_back(frame);
        if posted {
            return Ok(());
        }
        self.post_in_parts(Message { kind, flags: 0, taken: 0, call, parent, payload })
    }

    /// Sends the message whose payload of `len` bytes stands in `frame`, if nothing waits before it and there is space.
    #[inline(always)]
    pub fn post_small(
        &mut self,
        frame: &mut SmallFrame,
        (kind, call, parent): (Kind, u32, u32),
        len: u32,
    ) -> bool {
        let wanted = HEADER_BYTES + align(len as usize);
        // What is wrong with the position is found again by the general way.
        let sends = self.ended.is_none()
            && self.outbox.is_empty()
            && self.link.producer.free(wanted).is_ok_and(|free| free >= wanted);
        if sends {
            let header = Header { kind, flags: 0, taken: 0, call, len, parent };
            self.link.producer.send(frame.finish(&header));
        }
        sends
    }

    #[cold]
    fn post_in_parts(&mut self, message: Message) -> Result<(), FrameError> {
        let mut outgoing = Outgoing::new(message);
        if !self.outbox.is_empty() || !outgoing.advance(&mut self.link.producer)? {
            self.outbox.push(outgoing);
        }
        Ok(())
    }

    /// What it took to wake the peer since this was last asked.
    pub fn take_rung(&mut self) -> Rung {
        self.link.producer.take_rung().max(self.link.consumer.take_rung())
    }

    /// Sends what waits and fits; true if frames were sent.
    fn flush(&mut self) -> Result<bool, FrameError> {
        self.outbox.flush(&mut self.link.producer)
    }

    /// Why the link has ended.
    #[cold]
    fn reason(&self) -> CloseReason {
        self.ended.clone().unwrap_or(CloseReason::Unknown)
    }

    /// True if a turn would get something done.
    fn has_work(&mut self) -> Result<bool, FrameError> {
        if self.link.consumer.available(1)? > 0 {
            return Ok(true);
        }
        let producer = &mut self.link.producer;
        match self.outbox.wanted(producer.capacity()) {
            Some(wanted) => Ok(producer.free(wanted)? >= wanted),
            None => Ok(false),
        }
    }
}

impl<W: Words> Endpoint<W> {
    /// Takes over this realm's end of a link.
    pub fn new(link: Link<W>, platform: Platform) -> Self {
        let control = link.control();
        let state = State {
            link,
            frames: SpareFrames::default(),
            outbox: Outbox::default(),
            inbox: Assembler::default(),
            calls: CallTable::default(),
            blocked: Vec::new(),
            ended: None,
        };
        Endpoint(Rc::new(Shared {
            platform,
            control,
            state: RefCell::new(state),
            services: RefCell::default(),
            tasks: RefCell::default(),
            serving: Cell::new(0),
            counts: Cell::default(),
            patience: Cell::default(),
        }))
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
        // Whoever has something else to do must not stand at the ring.
        let busy = sending || self.0.tasks.borrow().iter().any(Task::is_ready);
        let looks = if busy { 1 } else { looks };
        if let Some((header, frame)) = self.check(state.take_small_call(looks))? {
            drop(state);
            let served = self.serve_small(&header, &frame);
            self.state().frames.put_back(frame);
            return self.check(served).map(|()| true);
        }
        drop(state);
        self.turn_whole(sent)
    }

    /// The general way of a turn: whatever is not a small call; `sent`: frames were sent in this turn.
    #[inline(never)]
    fn turn_whole(&self, sent: bool) -> Result<bool, CloseReason> {
        let mut state = self.state();
        let State { inbox, link, .. } = &mut *state;
        let taken = self.check(inbox.take(&mut link.consumer))?;
        self.rung(state.take_rung());
        if let Taken::Whole(message) = &taken {
            self.count(|counts| counts.bytes += message.payload.body.len() as u64);
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
        if state.has_work().unwrap_or(true) || self.0.control.closed().is_some() {
            self.0.control.own.retract();
            return None;
        }
        Some(how)
    }

    /// True if a frame has arrived, or space for one that waits.
    pub fn has_work(&self) -> bool {
        self.0.state.borrow_mut().has_work().unwrap_or(true)
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

    /// Starts a call that [`expire`](Endpoint::expire) ends at `deadline`; returns its id.
    pub(crate) fn begin(
        &self,
        method: &'static Method,
        arguments: Payload,
        deadline: f64,
    ) -> Result<u32, CallError> {
        let Some(call) = self.state().calls.begin(deadline) else {
            let limit = crate::calls::MAX_IN_FLIGHT;
            return Err(CallError::TooMany { method: method.name.to_owned(), limit });
        };
        let parent = self.0.serving.get();
        self.post_message((Kind::Call, call, parent), arguments).map_err(|reason| closed(method, reason))?;
        self.count(|counts| counts.made += 1);
        Ok(call)
    }

    /// Sends a call that has no reply, or queues it.
    pub(crate) fn post_one_way(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        // Nothing will wait for this call: an end that was not noticed yet would swallow it.
        self.check_open().map_err(|reason| closed(method, reason))?;
        let parent = self.0.serving.get();
        self.post_message((Kind::OneWay, 0, parent), arguments).map_err(|reason| closed(method, reason))?;
        self.count(|counts| counts.made += 1);
        Ok(())
    }

    /// Sends a call that has no reply, or queues it, however many wait: for the link's own notes, which its calls bound.
    ///
    /// # Errors
    /// [`CallError::Closed`].
    pub fn post_note(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        let posted = self.post_one_way(method, arguments);
        self.state().outbox.keep_last();
        posted
    }

    /// True if so much waits for the peer to read that calls are refused.
    pub fn is_congested(&self) -> bool {
        self.state().outbox.is_full()
    }

    fn check_queue(&self, method: &Method) -> Result<(), CallError> {
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
        if state.outbox.withdraw(call) {
            state.calls.retract(call);
            return;
        }
        drop(state);
        // A link that has ended cancels everything.
        let _ = self.post_message((Kind::Cancel, call, 0), Payload::default());
    }

    /// True if messages wait for space.
    pub(crate) fn is_sending(&self) -> bool {
        !self.0.state.borrow().outbox.is_empty()
    }

    fn post_message(&self, head: (Kind, u32, u32), payload: Payload) -> Result<(), CloseReason> {
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
        let Message { kind, call, parent, payload, .. } = message;
        match kind {
            Kind::Call | Kind::OneWay => self.dispatch(kind, call, parent, payload),
            Kind::Refuse => self.refused(call, payload),
            Kind::Cancel => self.cancelled(call),
            // A reply was filed at once, and the assembler lets no fragment through.
            Kind::Reply | Kind::Fragment => Ok(()),
        }
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
        let mut tasks = self.0.tasks.borrow_mut();
        let Some(index) = tasks.iter().position(|task| task.call == call) else {
            return Ok(());
        };
        let task = tasks.swap_remove(index);
        drop(tasks);
        drop(task);
        self.refuse(call, Refusal::Cancelled);
        Ok(())
    }

    pub(crate) fn dispatch(
        &self,
        kind: Kind,
        call: u32,
        parent: u32,
        payload: Payload,
    ) -> Result<(), FrameError> {
        if (kind == Kind::Call) == (call == 0) {
            let what = "calls have an id, one-way calls have none";
            return Err(FrameError::Payload { kind, call, what });
        }
        if call != 0 && self.0.tasks.borrow().iter().any(|task| task.call == call) {
            return Err(FrameError::Reused { call });
        }
        let Some((id, signature, arguments)) = Arguments::split(payload) else {
            return Err(FrameError::Payload { kind, call, what: "it is too short to name a method" });
        };
        self.count(|counts| counts.served += 1);
        let Some((service, index, method)) = self.find(id) else {
            self.refuse(call, Refusal::UnknownMethod);
            return Ok(());
        };
        if method.signature != signature {
            self.refuse(call, Refusal::SignatureMismatch);
            return Ok(());
        }
        let outer = self.0.serving.replace(call);
        let answer = service.serve(index, arguments);
        self.0.serving.set(outer);
        self.answer(call, parent, method, answer);
        Ok(())
    }

    /// Sends a handler's answer, or waits for it.
    pub(crate) fn answer(&self, call: u32, parent: u32, method: &Method, answer: Answer) {
        match answer {
            Answer::Now(Ok(payload)) => self.reply(Kind::Reply, call, payload),
            Answer::Now(Err(refusal)) => self.refuse(call, refusal),
            Answer::Later(handler) => self.start_task(call, method.name, parent, handler),
            Answer::LaterAs(name, handler) => self.start_task(call, name, parent, handler),
        }
    }

    fn start_task(&self, call: u32, name: &'static str, parent: u32, handler: Pending) {
        self.poll_task(Task::new(call, name, parent, handler, self.0.platform.schedule));
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
            let _ = self.post_message((kind, call, 0), payload);
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
    fn refuse(&self, call: u32, refusal: Refusal) {
        // It holds strings only, which can always be encoded.
        let payload = codec::encode(Vec::new(), &refusal).unwrap_or_default();
        self.reply(Kind::Refuse, call, payload);
    }

    /// Polls the handlers that were woken; true if there were any.
    fn poll_tasks(&self) -> bool {
        let mut progress = false;
        loop {
            let mut tasks = self.0.tasks.borrow_mut();
            let Some(index) = tasks.iter().position(Task::is_ready) else {
                return progress;
            };
            let task = tasks.swap_remove(index);
            drop(tasks);
            self.poll_task(task);
            progress = true;
        }
    }

    #[inline(never)]
    fn poll_task(&self, mut task: Task) {
        let outer = self.0.serving.replace(task.call);
        let poll = task.poll();
        self.0.serving.set(outer);
        match poll {
            Poll::Ready(Ok(payload)) => self.reply(Kind::Reply, task.call, payload),
            Poll::Ready(Err(refusal)) => self.refuse(task.call, refusal),
            // The link may have ended while the handler ran.
            Poll::Pending if self.0.state.borrow().ended.is_none() => self.0.tasks.borrow_mut().push(task),
            Poll::Pending => {}
        }
    }

    /// Refuses, as a deadlock, the async handlers that have been pending for `grace_ms`
    /// while the call they were made for is one of our blocked ones: nothing here will run them.
    ///
    /// Returns the ms until the next such look is due; infinity if no handler is concerned.
    pub(crate) fn refuse_stuck(&self, now_ms: f64, grace_ms: f64) -> f64 {
        let blocked = &self.0.state.borrow().blocked.clone();
        let caller_of = |task: &Task| blocked.iter().find(|(call, _)| *call == task.parent);
        let mut tasks = self.0.tasks.borrow_mut();
        let mut due = f64::INFINITY;
        let mut stuck = Vec::new();
        for index in (0..tasks.len()).rev() {
            let task = &mut tasks[index];
            let Some((_, caller)) = caller_of(task).filter(|_| task.parent != 0 && !task.is_ready()) else {
                continue;
            };
            task.since_ms = task.since_ms.min(now_ms);
            let left = task.since_ms + grace_ms - now_ms;
            if left > 0.0 {
                due = due.min(left);
            } else {
                stuck.push((tasks.swap_remove(index), caller.to_string()));
            }
        }
        drop(tasks);
        for (task, caller) in stuck {
            self.refuse(task.call, Refusal::Deadlock { caller, callee: task.method.to_owned() });
        }
        due
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
        let wakers = state.calls.wakers();
        drop(state);
        // Wakers and drops are foreign code: outside of every borrow.
        wakers.into_iter().for_each(Waker::wake);
        drop(self.0.tasks.take());
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

/// A call in flight, awaited.
#[derive(Debug)]
#[must_use = "dropping the future cancels the call"]
pub struct CallFuture<W: Words> {
    endpoint: Endpoint<W>,
    method: &'static Method,
    /// `Err` until it is polled, if the call could not be sent; `Ok(0)` once it is done.
    call: Result<u32, CallError>,
}

impl<W: Words> AsyncCaller for Endpoint<W> {
    type Call = CallFuture<W>;

    fn start(&self, method: &'static Method, arguments: Payload) -> CallFuture<W> {
        let call =
            self.check_queue(method).and_then(|()| self.begin(method, arguments, self.deadline(method)));
        self.state().outbox.keep_last();
        // The event loop must learn of its deadline.
        if method.timeout_ms.is_some() {
            (self.0.platform.schedule)();
        }
        CallFuture { endpoint: self.clone(), method, call }
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.check_queue(method)?;
        self.post_note(method, arguments)
    }
}

impl<W: Words> Future for CallFuture<W> {
    type Output = Result<Payload, CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let call = match &self.call {
            Ok(call) => *call,
            Err(error) => return Poll::Ready(Err(error.clone())),
        };
        let progress = self.endpoint.state().calls.poll(call, Some(context.waker()));
        let outcome = match progress {
            Progress::Done(outcome) => outcome.map_err(|refusal| refusal.into_error(self.method.name)),
            Progress::TimedOut => Err(timed_out(self.method)),
            Progress::InFlight => match self.endpoint.ended() {
                Some(reason) => Err(closed(self.method, reason)),
                None => return Poll::Pending,
            },
        };
        self.call = Ok(0);
        Poll::Ready(outcome)
    }
}

impl<W: Words> Drop for CallFuture<W> {
    fn drop(&mut self) {
        if let Ok(call) = self.call
            && call != 0
        {
            self.endpoint.cancel(call);
        }
    }
}
