//! One schedule: every realm is a coroutine of one thread, and each time that it looks, sends or sleeps another may go on.
//!
//! Time is virtual: it goes on when nobody can.

use super::program::{Handler, How, Kind, Op, Program, Random, RealmId};
use super::reference::{Call, CallId, Reference, Waits, forbidden};
use generator::{Generator, Gn};
use sabir_core::codec::{self, Bulk};
use sabir_core::layout::link_bytes;
use sabir_core::service::{
    Answer, Arguments, AsyncCaller, BlockingCaller, Method, Service, SmallAnswer, encode_result,
};
use sabir_core::{CloseReason, Endpoint, Link, NativeWords, Others, Platform, Refusal, Words};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

static METHODS: &[Method] = &[
    Method::new("f", "(u32,String)->u32", None),
    Method::new("f within 5 ms", "(u32,String)->u32", Some(5)),
    Method::new("f within 900 ms", "(u32,String)->u32", Some(900)),
];

/// More steps than any program takes.
const MAX_STEPS: usize = 200_000;

/// How long a look at a ring takes, in ms, where nobody else can go on.
const LOOK_MS: f64 = 1.0 / 128.0;

/// Without a movement for so long, in ms, nothing moves any more: all limits and graces are shorter.
const REST_MS: f64 = 16_000.0;

/// In words of 8 bytes: 64 blocked calls need a tenth of it.
const STACK: usize = 1 << 18;

type End = Endpoint<Scheduled>;
type Started = Vec<InFlight>;

/// A call that was started. Its drop gives it up.
struct InFlight {
    id: CallId,
    future: <End as AsyncCaller>::Call,
    answered: bool,
}

impl InFlight {
    fn new(id: CallId, future: <End as AsyncCaller>::Call) -> InFlight {
        InFlight { id, future, answered: false }
    }

    /// Looks for the answer; true if it has come.
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        if let Poll::Ready(outcome) = Pin::new(&mut self.future).poll(context) {
            self.answered = true;
            let outcome = outcome.and_then(|payload| METHODS[0].decode_result(payload));
            reference(|reference| reference.answer(self.id, &outcome));
        }
        self.answered
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if !self.answered && !is_aborting() {
            reference(|reference| reference.give_up(self.id));
        }
    }
}

fn is_aborting() -> bool {
    std::thread::panicking() || WORLD.with(|world| world.aborting.get() || world.leaving.get())
}

/// How a realm stands.
enum State {
    Ready,
    /// It sleeps on words, each named by its link and index.
    Asleep {
        on: Vec<(usize, usize)>,
        until_ms: f64,
    },
    Finished,
}

#[derive(Default)]
struct World {
    now_ms: Cell<f64>,
    current: Cell<RealmId>,
    states: RefCell<Vec<State>>,
    realms: RefCell<Vec<Rc<Realm>>>,
    random: RefCell<Option<Random>>,
    /// Once in so many points another realm goes on.
    patience: Cell<usize>,
    sent: Cell<u64>,
    handlers: RefCell<Vec<Rc<Handler>>>,
    reference: RefCell<Reference>,
    finding: RefCell<Option<String>>,
    /// Handlers that never answer are let go; realms end; realms end at once, wherever they are.
    released: Cell<bool>,
    over: Cell<bool>,
    aborting: Cell<bool>,
    /// The current realm is on its way out: it does not switch any more.
    leaving: Cell<bool>,
    never: RefCell<Vec<Waker>>,
}

thread_local! {
    static WORLD: World = World::default();
}

fn reference<R>(step: impl FnOnce(&mut Reference) -> R) -> R {
    WORLD.with(|world| step(&mut world.reference.borrow_mut()))
}

fn now_ms() -> f64 {
    WORLD.with(|world| world.now_ms.get())
}

fn here() -> Rc<Realm> {
    WORLD.with(|world| Rc::clone(&world.realms.borrow()[world.current.get()]))
}

/// Leaves the coroutine.
///
/// The scopes that the crate recommends cannot be had here, below the protocol.
#[allow(deprecated)]
fn leave() {
    generator::yield_with(());
}

/// Has other realms go on until this one's turn.
fn switch(state: State) {
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
fn point() {
    let switches = WORLD.with(|world| {
        world.random.borrow_mut().as_mut().is_some_and(|random| random.once_in(world.patience.get()))
    });
    if switches {
        switch(State::Ready);
    }
}

/// A link's memory.
#[derive(Clone, Debug)]
struct Scheduled {
    words: NativeWords,
    link: usize,
}

impl Words for Scheduled {
    type Gathered = Vec<u8>;

    fn len_bytes(&self) -> usize {
        self.words.len_bytes()
    }

    fn load_acquire(&self, index: usize) -> i32 {
        self.words.load_acquire(index)
    }

    fn store_release(&self, index: usize, value: i32) {
        self.words.store_release(index, value);
    }

    fn swap(&self, index: usize, value: i32) -> i32 {
        self.words.swap(index, value)
    }

    fn compare_exchange(&self, index: usize, current: i32, new: i32) -> i32 {
        self.words.compare_exchange(index, current, new)
    }

    fn fence(&self) {}

    fn publish(&self, at: usize, bytes: &[u8], index: usize, value: i32, watched: usize) -> i32 {
        self.words.write_bytes(at, bytes);
        self.words.store_release(index, value);
        WORLD.with(|world| world.sent.set(world.sent.get() + 1));
        point();
        self.words.load_acquire(watched)
    }

    fn receive(&self, index: usize, value: i32, looks: u32, at: usize, into: &mut [u8]) -> i32 {
        point();
        self.words.receive(index, value, looks.min(1), at, into)
    }

    fn wait(&self, index: usize, expected: i32, timeout_ms: f64) {
        if self.words.load_acquire(index) == expected {
            switch(State::Asleep { on: vec![(self.link, index)], until_ms: now_ms() + timeout_ms });
        }
    }

    fn notify(&self, index: usize) {
        WORLD.with(|world| {
            for state in world.states.borrow_mut().iter_mut() {
                if matches!(state, State::Asleep { on, .. } if on.contains(&(self.link, index))) {
                    *state = State::Ready;
                }
            }
        });
    }

    fn write_bytes(&self, at: usize, from: &[u8]) {
        self.words.write_bytes(at, from);
    }

    fn read_bytes(&self, at: usize, into: &mut [u8]) {
        self.words.read_bytes(at, into);
    }

    fn write_bulk(&self, at: usize, bulk: &dyn Bulk, from: usize, len: usize) {
        self.words.write_bulk(at, bulk, from, len);
    }

    fn gather(&self) -> Vec<u8> {
        Vec::new()
    }
}

fn is_awake(end: &End) -> bool {
    end.control().words().load_acquire(end.control().parked_index()) == 0
}

/// What the event loop polls.
struct Background {
    future: Pin<Box<dyn Future<Output = ()>>>,
    flag: Arc<Flag>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Realm {
    id: RealmId,
    /// By peer.
    ends: RefCell<Vec<(RealmId, usize, End)>>,
    tasks: RefCell<Vec<Background>>,
    timers: RefCell<Vec<(f64, Waker)>>,
    scheduled: Cell<bool>,
}

fn turn_others() -> Others {
    let ends = here().ends.borrow().clone();
    if ends.len() < 2 {
        return Others::None;
    }
    let mut worked = false;
    ends.iter().for_each(|(_, _, end)| worked |= end.turn(1).unwrap_or(false));
    if worked { Others::Worked } else { Others::Idle }
}

impl Realm {
    fn end(&self, to: RealmId) -> End {
        let ends = self.ends.borrow();
        let (_, _, end) = ends.iter().find(|(peer, ..)| *peer == to).expect("every two realms have a link");
        end.clone()
    }

    fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        self.tasks.borrow_mut().push(Background { future: Box::pin(future), flag });
    }

    /// Polls what was woken; true if anything was.
    fn poll_tasks(&self) -> bool {
        let woken = |task: &Background| task.flag.0.load(Ordering::Relaxed);
        let mut worked = false;
        loop {
            let mut tasks = self.tasks.borrow_mut();
            let Some(index) = tasks.iter().position(woken) else { return worked };
            let mut task = tasks.remove(index);
            drop(tasks);
            worked = true;
            task.flag.0.store(false, Ordering::Relaxed);
            reference(|reference| reference.hear(self.id, |_| "goes on".into()));
            let waker = Waker::from(Arc::clone(&task.flag));
            if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.tasks.borrow_mut().push(task);
            }
        }
    }

    /// The event loop.
    fn serve(&self) {
        let ends = self.ends.borrow().clone();
        while !WORLD.with(|world| world.over.get()) {
            self.scheduled.set(false);
            let mut worked = false;
            for (_, _, end) in &ends {
                worked |= end.turn(1).unwrap_or_else(|reason| forbidden(format!("the link ended: {reason}")));
                end.expire(now_ms());
            }
            worked |= self.poll_tasks();
            let due =
                self.timers.borrow_mut().extract_if(.., |(due, _)| *due <= now_ms()).collect::<Vec<_>>();
            worked |= !due.is_empty();
            due.into_iter().for_each(|(_, waker)| waker.wake());
            if worked || self.scheduled.get() {
                continue;
            }
            let parked = ends.iter().all(|(_, _, end)| end.park(false).is_some());
            // Who was woken while the next was put to sleep is awake.
            if parked && ends.iter().all(|(_, _, end)| !is_awake(end)) {
                let on = ends.iter().map(|(_, link, end)| (*link, end.control().parked_index())).collect();
                let deadlines = ends.iter().map(|(_, _, end)| end.next_deadline());
                let due = self
                    .timers
                    .borrow()
                    .iter()
                    .map(|(due, _)| *due)
                    .chain(deadlines)
                    .fold(f64::INFINITY, f64::min);
                switch(State::Asleep { on, until_ms: due });
            }
            for (_, _, end) in &ends {
                end.control().words().swap(end.control().parked_index(), 0);
            }
        }
    }

    fn live(self: &Rc<Self>, main: Rc<Handler>) {
        if main.kind == Kind::Now {
            now(act(Rc::clone(self), None, main));
        } else {
            self.spawn(act(Rc::clone(self), None, main));
        }
        self.serve();
    }

    fn call(&self, by: Option<CallId>, op: &Op, synchronous: bool, started: &mut Started) {
        let Op::Call { how, to, limit_ms, long, handler, .. } = op else { return };
        let call = Call::new((self.id, *to), *how, handler.kind, by, *limit_ms);
        let id = reference(|reference| reference.make(call));
        WORLD.with(|world| world.handlers.borrow_mut().push(Rc::clone(handler)));
        let crowded = reference(|reference| reference.crowded);
        let arguments = (id as u32, "x".repeat(if *long && crowded { 700 } else { 0 }));
        let method =
            METHODS.iter().find(|method| method.timeout_ms == *limit_ms).expect("a limit that a method has");
        let encoded = || method.encode_arguments(&arguments).expect("numbers and texts can be encoded");
        let end = self.end(*to);
        match how {
            How::Block => {
                reference(|reference| reference.block(id));
                let outcome = end.call_value(method, &arguments);
                reference(|reference| {
                    reference.answer(id, &outcome);
                    reference.unblock(self.id);
                });
            }
            How::Start => started.push(InFlight::new(id, end.start(method, encoded()))),
            How::Drop => {
                let call = InFlight::new(id, end.start(method, encoded()));
                point();
                drop(call);
            }
            How::Post if self.id > 0 && synchronous => {
                let paused = reference(|reference| reference.stop(self.id, false));
                end.send(method, encoded())
                    .unwrap_or_else(|error| forbidden(format!("a post fails: {error}")));
                reference(|reference| paused.then(|| reference.unblock(self.id)));
            }
            How::Post => {
                end.post(method, encoded())
                    .unwrap_or_else(|error| forbidden(format!("a post fails: {error}")));
            }
            How::Listen => {
                reference(|reference| reference.block(id));
                let (future, outcome) = end.start_urgent(method, encoded(), |future| {
                    (0..20).find_map(|_| {
                        let context = &mut Context::from_waker(Waker::noop());
                        if let Poll::Ready(outcome) = Pin::new(&mut *future).poll(context) {
                            return Some(outcome);
                        }
                        let _ = end.turn(1);
                        switch(State::Ready);
                        None
                    })
                });
                match outcome {
                    Some(outcome) => {
                        let outcome = outcome.and_then(|payload| method.decode_result(payload));
                        reference(|reference| reference.answer(id, &outcome));
                    }
                    None => started.push(InFlight::new(id, future)),
                }
                reference(|reference| reference.unblock(self.id));
            }
        }
    }
}

/// Runs synchronous code.
fn now(future: impl Future<Output = ()>) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_ready(), "synchronous code awaits nothing");
}

fn set_waits(by: Option<CallId>, waits: Waits) {
    if let Some(by) = by {
        reference(|reference| reference.calls[by].waits = Some(waits));
    }
}

/// Awaits all of them.
async fn settle(by: Option<CallId>, mut started: Started) {
    poll_fn(|context| {
        started.retain_mut(|call| !call.poll(context));
        let Some(first) = started.first() else { return Poll::Ready(()) };
        set_waits(by, Waits::For(first.id));
        Poll::Pending
    })
    .await;
}

/// What a handler does.
async fn act(realm: Rc<Realm>, by: Option<CallId>, handler: Rc<Handler>) {
    let synchronous = handler.kind == Kind::Now;
    let mut started = Vec::new();
    for op in &handler.ops {
        match op {
            Op::Call { times, .. } => (0..*times).for_each(|_| realm.call(by, op, synchronous, &mut started)),
            Op::Join => settle(by, std::mem::take(&mut started)).await,
            Op::Pause(ms) if synchronous => {
                let paused = reference(|reference| reference.pause(realm.id, by, false));
                let end = realm.ends.borrow()[0].2.clone();
                end.sleep_for(f64::from(*ms))
                    .unwrap_or_else(|error| forbidden(format!("a sleep fails: {error}")));
                reference(|reference| paused.then(|| reference.unblock(realm.id)));
            }
            Op::Pause(ms) => {
                set_waits(by, Waits::Timer);
                let due = now_ms() + f64::from(*ms);
                let mut is_set = false;
                poll_fn(|context| {
                    if std::mem::replace(&mut is_set, true) {
                        return Poll::Ready(());
                    }
                    realm.timers.borrow_mut().push((due, context.waker().clone()));
                    Poll::Pending
                })
                .await;
            }
            Op::Poll => {
                let paused = reference(|reference| reference.pause(realm.id, by, true));
                let end = realm.ends.borrow()[0].2.clone();
                end.serve_arrived().unwrap_or_else(|error| forbidden(format!("a poll fails: {error}")));
                reference(|reference| paused.then(|| reference.unblock(realm.id)));
            }
        }
    }
    if !started.is_empty() {
        realm.spawn(settle(None, started));
    }
    if handler.kind == Kind::Never {
        set_waits(by, Waits::Never);
        poll_fn(|context| {
            WORLD.with(|world| {
                if world.released.get() {
                    return Poll::Ready(());
                }
                world.never.borrow_mut().push(context.waker().clone());
                Poll::Pending
            })
        })
        .await;
    }
}

/// A handler that answers later.
struct Activation {
    id: CallId,
    begun: bool,
    done: bool,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

impl Future for Activation {
    type Output = Result<codec::Payload, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let id = self.id;
        let begun = std::mem::replace(&mut self.begun, true);
        reference(|reference| if begun { reference.resume(id) } else { reference.begin(id) });
        let polled = self.future.as_mut().poll(context);
        self.done = polled.is_ready();
        reference(|reference| reference.leave(id, polled.is_ready()));
        polled.map(|()| encode_result(&(id as u32)))
    }
}

impl Drop for Activation {
    fn drop(&mut self) {
        if !self.done && !is_aborting() {
            reference(|reference| reference.drop_handler(self.id));
        }
    }
}

/// What a realm serves.
struct Server(Rc<Realm>);

fn handler_of(id: u32) -> Rc<Handler> {
    WORLD.with(|world| Rc::clone(&world.handlers.borrow()[id as usize]))
}

impl Server {
    fn run(&self, id: u32) -> u32 {
        let call = id as usize;
        reference(|reference| reference.begin(call));
        now(act(Rc::clone(&self.0), Some(call), handler_of(id)));
        reference(|reference| reference.leave(call, true));
        id
    }
}

impl Service for Server {
    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    fn serve(&self, _index: usize, arguments: Arguments) -> Answer {
        let (id, _) = match arguments.decode::<(u32, String)>() {
            Ok(arguments) => arguments,
            Err(refusal) => return Answer::Now(Err(refusal)),
        };
        let handler = handler_of(id);
        if handler.kind == Kind::Now {
            return Answer::now(&self.run(id));
        }
        let future = Box::pin(act(Rc::clone(&self.0), Some(id as usize), handler));
        Answer::Later(Box::pin(Activation { id: id as usize, begun: false, done: false, future }))
    }

    fn serve_small(&self, _index: usize, arguments: &[u8], into: &mut [u8]) -> SmallAnswer {
        match codec::decode::<(u32, String)>(arguments, Vec::new()) {
            Ok((id, _)) if handler_of(id).kind == Kind::Now => {
                SmallAnswer::by(arguments, into, |(id, _): (u32, String)| self.run(id))
            }
            _ => SmallAnswer::Declined,
        }
    }
}

/// What schedules came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    pub schedules: u64,
    pub calls: u64,
    pub nested: u64,
    pub deadlocks: u64,
    pub deepest: usize,
}

impl Sums {
    pub fn add(&mut self, more: Sums) {
        self.schedules += more.schedules;
        self.calls += more.calls;
        self.nested += more.nested;
        self.deadlocks += more.deadlocks;
        self.deepest = self.deepest.max(more.deepest);
    }
}

/// The coroutines of a thread: they live from schedule to schedule.
pub struct Stage(Vec<Generator<'static, (), ()>>);

impl Stage {
    pub fn new() -> Stage {
        let coroutine = |realm| {
            Gn::new_opt(STACK, move || {
                loop {
                    perform(realm);
                    leave();
                }
            })
        };
        Stage((0..3).map(coroutine).collect())
    }

    /// Runs a program by one schedule; a finding, or what it came to, and what happened if that is to be noted.
    pub fn run(&mut self, program: &Program, seed: u64, noted: bool) -> Result<Sums, (String, Vec<String>)> {
        let realms = program.mains.len();
        set_up(program, seed, noted);
        let ran = catch_unwind(AssertUnwindSafe(|| self.schedule(realms)));
        WORLD.with(|world| {
            if let Err(payload) = ran {
                let _ = world.finding.borrow_mut().get_or_insert(text_of(&*payload));
            }
            // Whoever is in the middle of something leaves it.
            world.aborting.set(true);
            while let Some(realm) = self.unfinished() {
                world.current.set(realm);
                self.0[realm].resume();
            }
            world.realms.borrow_mut().clear();
            let mut reference = world.reference.borrow_mut();
            match world.finding.take() {
                Some(finding) => Err((finding, reference.log.take().unwrap_or_default())),
                None => Ok(Sums {
                    schedules: 1,
                    calls: reference.calls.len() as u64,
                    nested: reference.nested,
                    deadlocks: reference.deadlocks,
                    deepest: reference.deepest,
                }),
            }
        })
    }

    fn unfinished(&self) -> Option<RealmId> {
        WORLD.with(|world| world.states.borrow().iter().position(|state| !matches!(state, State::Finished)))
    }

    fn schedule(&mut self, realms: usize) {
        WORLD.with(|world| {
            let (mut step_ms, mut moved) = (1.0, 0);
            for _ in 0..MAX_STEPS {
                let ready = |realm: &RealmId| match &world.states.borrow()[*realm] {
                    State::Ready => true,
                    State::Asleep { until_ms, .. } => *until_ms <= world.now_ms.get(),
                    State::Finished => false,
                };
                let ready: Vec<RealmId> = (0..realms).filter(ready).collect();
                if ready.is_empty() {
                    let moves = world.sent.get() + reference(|reference| reference.stamp);
                    step_ms = if std::mem::replace(&mut moved, moves) == moves { 2.0 * step_ms } else { 1.0 };
                    if advance(world, step_ms) {
                        continue;
                    }
                    if self.unfinished().is_none() {
                        return;
                    }
                    rest(world);
                    continue;
                }
                if ready.len() == 1 {
                    // Whoever spins passes time, too.
                    world.now_ms.set(world.now_ms.get() + LOOK_MS);
                    reference(|reference| reference.now_ms = now_ms());
                }
                let next = world.random.borrow_mut().as_mut().map_or(0, |random| random.below(ready.len()));
                world.current.set(ready[next]);
                world.states.borrow_mut()[ready[next]] = State::Ready;
                self.0[ready[next]].resume();
                if world.finding.borrow().is_some() {
                    return;
                }
            }
            forbidden("the realms never come to rest".into());
        });
    }
}

/// Goes on to when somebody wants to be woken; false if that does not help any more.
fn advance(world: &World, step_ms: f64) -> bool {
    let until = |state: &State| match state {
        State::Asleep { until_ms, .. } => *until_ms,
        _ => f64::INFINITY,
    };
    let due = world.states.borrow().iter().map(until).fold(f64::INFINITY, f64::min);
    if due.is_infinite() || step_ms > REST_MS {
        return false;
    }
    // Whoever looks at other links each millisecond is not to be waited for 3000 times.
    world.now_ms.set(due.max(world.now_ms.get() + step_ms));
    reference(|reference| reference.now_ms = now_ms());
    true
}

/// Nothing moves any more: looks whether that is right, and ends the next thing.
fn rest(world: &World) {
    if !world.released.replace(true) {
        reference(|reference| reference.rest());
        world.never.take().into_iter().for_each(Waker::wake);
    } else {
        reference(|reference| reference.finish());
        for realm in world.realms.borrow().iter() {
            for (_, _, end) in realm.ends.borrow().iter() {
                let dump = end.dump();
                if dump.lines().count() > 3 || end.has_waiting() || end.next_deadline().is_finite() {
                    forbidden(format!("something is left:\n{dump}"));
                }
            }
        }
        world.over.set(true);
    }
    for state in world.states.borrow_mut().iter_mut() {
        if matches!(state, State::Asleep { .. }) {
            *state = State::Ready;
        }
    }
}

fn set_up(program: &Program, seed: u64, noted: bool) {
    let count = program.mains.len();
    let mut random = Random::new(seed);
    random.below(1);
    let crowded = random.once_in(4);
    let capacity = if crowded { 512 } else { 1 << 14 };
    let spins = if random.once_in(2) { 3 } else { 0 };
    WORLD.with(|world| {
        world.now_ms.set(0.0);
        world.patience.set([1, 3, 10, 100][random.below(4)]);
        world.sent.set(0);
        for flag in [&world.released, &world.over, &world.aborting, &world.leaving] {
            flag.set(false);
        }
        world.never.borrow_mut().clear();
        world.handlers.borrow_mut().clear();
        let mut reference = Reference::new(count, crowded);
        reference.log = noted.then(Vec::new);
        world.reference.replace(reference);
        *world.states.borrow_mut() = (0..count).map(|_| State::Ready).collect();
        world.random.replace(Some(random));
        let realms: Vec<_> = (0..count)
            .map(|id| {
                let (ends, tasks) = (RefCell::default(), RefCell::default());
                Rc::new(Realm { id, ends, tasks, timers: RefCell::default(), scheduled: Cell::new(false) })
            })
            .collect();
        let nestings: Vec<Rc<sabir_core::Nesting>> = (0..count).map(|_| Rc::default()).collect();
        for (link, (a, b)) in [(0, 1), (0, 2), (1, 2)].into_iter().filter(|(_, b)| *b < count).enumerate() {
            let words = Scheduled { words: NativeWords::new(link_bytes(capacity)), link };
            let join = |from: RealmId, to: RealmId, link_end| {
                let platform = Platform {
                    now_ms,
                    schedule: || here().scheduled.set(true),
                    spins,
                    turn_others,
                    wake_by_message: Rc::new(|| forbidden("nobody sleeps by message".into())),
                    nesting: Rc::clone(&nestings[from]),
                };
                let end = Endpoint::new(link_end, platform);
                end.serve(Rc::new(Server(Rc::clone(&realms[from]))));
                realms[from].ends.borrow_mut().push((to, link, end));
            };
            join(a, b, Link::create(words.clone(), capacity).expect("room for the rings"));
            join(b, a, Link::attach(words).expect("a link that was just made"));
        }
        *world.realms.borrow_mut() = realms;
        MAINS.with(|mains| *mains.borrow_mut() = program.mains.clone());
    });
}

thread_local! {
    static MAINS: RefCell<Vec<Rc<Handler>>> = RefCell::default();
}

fn text_of(payload: &dyn std::any::Any) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| format!("a panic: {text}"))).unwrap_or_default()
}

/// A realm's part in a schedule.
fn perform(id: RealmId) {
    let realm = here();
    let main = MAINS.with(|mains| Rc::clone(&mains.borrow()[id]));
    let ended = catch_unwind(AssertUnwindSafe(|| realm.live(main)));
    WORLD.with(|world| {
        if let Err(payload) = ended
            && !payload.is::<()>()
        {
            let _ = world.finding.borrow_mut().get_or_insert(text_of(&*payload));
        }
        world.leaving.set(true);
        let ends = realm.ends.take();
        let closed = catch_unwind(AssertUnwindSafe(|| {
            realm.tasks.take();
            ends.iter().for_each(|(_, _, end)| end.close(&CloseReason::Closed));
        }));
        drop(closed);
        drop(ends);
        world.leaving.set(false);
        world.states.borrow_mut()[id] = State::Finished;
    });
}
