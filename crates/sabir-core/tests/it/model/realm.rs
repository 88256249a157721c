//! A realm: its ends of links, its event loop, and the calls that it makes.

use super::program::{How, Op, RealmId};
use super::reference::{Call, CallId, forbidden};
use super::scheduled::Scheduled;
use super::world::{State, WORLD, is_aborting, now_ms, point, reference, switch};
use crate::harness::of_loop;
use sabir_core::service::{AsyncCaller, BlockingCaller, Method};
use sabir_core::{Endpoint, Others, Words};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

pub static METHODS: &[Method] = &[
    Method::new("f", "(u32,String)->u32", None),
    Method::new("f within 5 ms", "(u32,String)->u32", Some(5)),
    Method::new("f within 900 ms", "(u32,String)->u32", Some(900)),
    of_loop(Method::new("event", "(u32,String)->u32", None)),
];

pub type End = Endpoint<Scheduled>;
pub type Started = Vec<InFlight>;

thread_local! {
    /// The realms of the schedule.
    pub static REALMS: RefCell<Vec<Rc<Realm>>> = RefCell::default();
}

pub fn here() -> Rc<Realm> {
    let current = WORLD.with(|world| world.current.get());
    REALMS.with(|realms| Rc::clone(&realms.borrow()[current]))
}

/// A call that was started. Its drop gives it up.
pub struct InFlight {
    pub id: CallId,
    future: <End as AsyncCaller>::Call,
    answered: bool,
}

impl InFlight {
    fn new(id: CallId, future: <End as AsyncCaller>::Call) -> InFlight {
        InFlight { id, future, answered: false }
    }

    /// Looks for the answer; true if it has come.
    pub fn poll(&mut self, context: &mut Context<'_>) -> bool {
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

fn is_awake(end: &End) -> bool {
    end.control().words().load_acquire(end.control().parked_index()) == 0
}

/// A future that the event loop polls.
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

pub struct Realm {
    pub id: RealmId,
    pub nesting: Rc<sabir_core::Nesting>,
    /// By peer.
    pub ends: RefCell<Vec<(RealmId, usize, End)>>,
    tasks: RefCell<Vec<Background>>,
    pub timers: RefCell<Vec<(f64, Waker)>>,
    pub scheduled: Cell<bool>,
    /// Nobody awaits them.
    events: RefCell<Vec<<End as AsyncCaller>::Call>>,
}

pub fn turn_others() -> Others {
    let ends = here().ends.borrow().clone();
    if ends.len() < 2 {
        return Others::None;
    }
    let mut worked = false;
    ends.iter().for_each(|(_, _, end)| worked |= end.turn(1).unwrap_or(false));
    if worked { Others::Worked } else { Others::Idle }
}

impl Realm {
    pub fn new(id: RealmId) -> Realm {
        let (ends, tasks, timers) = (RefCell::default(), RefCell::default(), RefCell::default());
        Realm {
            id,
            nesting: Rc::default(),
            ends,
            tasks,
            timers,
            scheduled: Cell::new(false),
            events: RefCell::default(),
        }
    }

    pub fn drop_tasks(&self) {
        self.tasks.take();
    }

    pub fn end(&self, to: RealmId) -> End {
        let ends = self.ends.borrow();
        let (_, _, end) = ends.iter().find(|(peer, ..)| *peer == to).expect("every two realms have a link");
        end.clone()
    }

    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
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
    pub fn serve(&self) {
        let ends = self.ends.borrow().clone();
        while !WORLD.with(|world| world.over.get()) {
            self.scheduled.set(false);
            let mut worked = false;
            for (_, _, end) in &ends {
                self.nesting.begin_turn();
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
            // An end may have been woken while the next one was put to sleep.
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

    pub fn call(&self, by: Option<CallId>, op: &Op, synchronous: bool, started: &mut Started) {
        let Op::Call { how, to, limit_ms, long, handler, .. } = op else { return };
        let call = Call::new((self.id, *to), *how, handler.kind, by, *limit_ms);
        let id = reference(|reference| reference.make(call));
        WORLD.with(|world| world.handlers.borrow_mut().push(Rc::clone(handler)));
        let crowded = reference(|reference| reference.crowded);
        let arguments = (id as u32, "x".repeat(if *long && crowded { 700 } else { 0 }));
        let is_theirs = |method: &&Method| match how {
            How::Event => method.of_loop,
            _ => method.timeout_ms == *limit_ms,
        };
        let method = METHODS.iter().find(is_theirs).expect("a limit that a method has");
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
            How::Event => self.events.borrow_mut().push(end.start_at_once(method, encoded())),
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
