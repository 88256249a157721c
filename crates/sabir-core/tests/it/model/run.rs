//! One schedule: every realm is a coroutine of one thread, and each time that it looks, sends or sleeps another may go on.

use super::handlers::{Server, act, now};
use super::program::{Handler, Kind, Program, Random, RealmId};
use super::realm::{REALMS, Realm, here, turn_others};
use super::reference::{Reference, forbidden};
use super::scheduled::Scheduled;
use super::world::{State, WORLD, World, leave, now_ms, reference};
use generator::{Generator, Gn};
use sabir_core::layout::link_bytes;
use sabir_core::{CloseReason, Endpoint, Link, NativeWords, Platform};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

/// More steps than any program takes.
const MAX_STEPS: usize = 200_000;

/// How long a look at a ring takes, in ms, where nobody else can go on.
const LOOK_MS: f64 = 1.0 / 128.0;

/// Without a movement for so long, in ms, nothing moves any more: all limits and graces are shorter.
const REST_MS: f64 = 16_000.0;

/// In words of 8 bytes: 64 blocked calls need a tenth of it.
const STACK: usize = 1 << 18;

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
            REALMS.with(|realms| realms.borrow_mut().clear());
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
        for realm in REALMS.with(|realms| realms.borrow().clone()) {
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
        let realms: Vec<_> = (0..count).map(|id| Rc::new(Realm::new(id))).collect();
        realms.iter().for_each(|realm| realm.nesting.keep_turns());
        for (link, (a, b)) in [(0, 1), (0, 2), (1, 2)].into_iter().filter(|(_, b)| *b < count).enumerate() {
            let words = Scheduled { words: NativeWords::new(link_bytes(capacity)), link };
            let join = |from: RealmId, to: RealmId, link_end| {
                let platform = Platform {
                    now_ms,
                    schedule: || here().scheduled.set(true),
                    spins,
                    turn_others,
                    wake_by_message: Rc::new(|| forbidden("nobody sleeps by message".into())),
                    nesting: Rc::clone(&realms[from].nesting),
                };
                let end = Endpoint::new(link_end, platform);
                end.serve(Rc::new(Server(Rc::clone(&realms[from]))));
                realms[from].ends.borrow_mut().push((to, link, end));
            };
            join(a, b, Link::create(words.clone(), capacity).expect("room for the rings"));
            join(b, a, Link::attach(words).expect("a link that was just made"));
        }
        REALMS.with(|all| *all.borrow_mut() = realms);
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

fn live(realm: &Rc<Realm>, main: Rc<Handler>) {
    if main.kind == Kind::Now {
        now(act(Rc::clone(realm), None, main));
    } else {
        realm.spawn(act(Rc::clone(realm), None, main));
    }
    realm.serve();
}

/// A realm's part in a schedule.
fn perform(id: RealmId) {
    let realm = here();
    let main = MAINS.with(|mains| Rc::clone(&mains.borrow()[id]));
    let ended = catch_unwind(AssertUnwindSafe(|| live(&realm, main)));
    WORLD.with(|world| {
        if let Err(payload) = ended
            && !payload.is::<()>()
        {
            let _ = world.finding.borrow_mut().get_or_insert(text_of(&*payload));
        }
        world.leaving.set(true);
        let ends = realm.ends.take();
        let closed = catch_unwind(AssertUnwindSafe(|| {
            realm.drop_tasks();
            ends.iter().for_each(|(_, _, end)| end.close(&CloseReason::Closed));
        }));
        drop(closed);
        drop(ends);
        world.leaving.set(false);
        world.states.borrow_mut()[id] = State::Finished;
    });
}
