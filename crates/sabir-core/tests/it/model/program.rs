//! Random programs: what each realm calls, and what the handlers of these calls do in turn.

use std::fmt::{self, Display, Formatter};
use std::rc::Rc;

/// A realm's number: 0 is the page, which never blocks; the others are workers.
pub type RealmId = usize;

/// How a caller waits for its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It blocks.
    Block,
    /// Not yet: `Join` awaits it, or nobody does.
    Start,
    /// It starts the call and gives it up at once.
    Drop,
    /// There is no answer.
    Post,
    /// The page holds its event loop for a while, as for a listener that may prevent a default.
    Listen,
    /// The page's event loop starts it, and nobody awaits it. Workers keep their turns.
    Event,
}

#[derive(Clone, Debug)]
pub enum Op {
    Call {
        how: How,
        times: usize,
        to: RealmId,
        limit_ms: Option<u32>,
        long: bool,
        handler: Rc<Handler>,
    },
    /// Awaits what was started.
    Join,
    /// A sleep in synchronous code, a timer in asynchronous code.
    Pause(u32),
    /// Serves what has arrived.
    Poll,
}

/// When a handler answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// When it returns: it is synchronous.
    Now,
    /// When its future is done.
    Later,
    /// Not before the end of the program.
    Never,
}

#[derive(Clone, Debug)]
pub struct Handler {
    pub kind: Kind,
    pub ops: Vec<Op>,
}

/// What every realm does first; a worker's is synchronous, the page's asynchronous.
#[derive(Clone, Debug)]
pub struct Program {
    pub mains: Vec<Rc<Handler>>,
}

/// Xorshift: the same program from the same seed, everywhere.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * limit as u64) >> 32) as usize
    }

    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

impl Program {
    pub fn random(random: &mut Random) -> Program {
        let realms = random.of(&[2, 2, 3]);
        let mut budget = random.of(&[6, 12, 25, 50, 120]);
        let mains = (0..realms)
            .map(|realm| {
                let kind = if realm == 0 { Kind::Later } else { Kind::Now };
                let mut ops = ops(random, realm, realms, kind, &mut budget, 1, 5);
                if realm == 1 && random.once_in(100) {
                    ops.push(chain(random, 1, realms, 150));
                }
                Rc::new(Handler { kind, ops })
            })
            .collect();
        Program { mains }
    }

    /// The same program, in which events come.
    pub fn with_events(&self, random: &mut Random) -> Program {
        let mains = self.mains.iter().enumerate();
        Program { mains: mains.map(|(realm, main)| Rc::new(with_events(main, realm, random))).collect() }
    }
}

/// The same handler; its page's event loop makes some of the calls that its code made.
fn with_events(handler: &Handler, realm: RealmId, random: &mut Random) -> Handler {
    let mut ops = handler.ops.clone();
    for op in &mut ops {
        let Op::Call { how, to, handler, .. } = op else { continue };
        if realm == 0 && matches!(how, How::Start | How::Listen) && random.once_in(2) {
            *how = How::Event;
        }
        *handler = Rc::new(with_events(handler, *to, random));
    }
    Handler { kind: handler.kind, ops }
}

fn ops(
    random: &mut Random,
    realm: RealmId,
    realms: usize,
    kind: Kind,
    budget: &mut usize,
    copies: usize,
    depth: usize,
) -> Vec<Op> {
    use How::{Block, Drop, Listen, Post, Start};
    let len = if depth == 0 { 0 } else { random.of(&[0, 1, 1, 2, 3, 4]) + usize::from(depth == 5) };
    let mut ops = Vec::new();
    for _ in 0..len {
        ops.push(match random.below(10) {
            0 if kind != Kind::Now => Op::Join,
            0 if realm > 0 => Op::Poll,
            1 | 2 if kind != Kind::Now => Op::Join,
            3 if realm > 0 || kind != Kind::Now => Op::Pause(random.of(&[0, 1, 7, 600, 4000])),
            _ => {
                let times = match random.below(40) {
                    0 => random.of(&[10, 34, 40, 70]),
                    1..6 => random.of(&[2, 3, 5]),
                    _ => 1,
                };
                if copies * times > *budget {
                    break;
                }
                *budget -= copies * times;
                let how = match realm {
                    0 => random.of(&[Start, Start, Start, Start, Start, Post, Post, Drop, Listen]),
                    _ => random.of(&[Block, Block, Block, Block, Block, Start, Start, Post, Drop]),
                };
                let to = (realm + 1 + random.below(realms - 1)) % realms;
                let limit_ms = random.of(&[None, None, None, None, None, Some(5), Some(900)]);
                let kind =
                    random.of(&[Kind::Now, Kind::Now, Kind::Now, Kind::Later, Kind::Later, Kind::Never]);
                let inner = self::ops(random, to, realms, kind, budget, copies * times, depth - 1);
                let long = random.once_in(12);
                Op::Call { how, times, to, limit_ms, long, handler: Rc::new(Handler { kind, ops: inner }) }
            }
        });
    }
    if kind == Kind::Later && random.once_in(2) {
        ops.push(Op::Join);
    }
    ops
}

/// Calls within calls: deeper than may be nested.
fn chain(random: &mut Random, realm: RealmId, realms: usize, depth: usize) -> Op {
    let to = (realm + 1 + random.below(realms - 1)) % realms;
    let how = if realm == 0 { How::Start } else { How::Block };
    let kind = if to == 0 { Kind::Later } else { Kind::Now };
    let mut ops = Vec::new();
    if depth > 0 {
        ops.push(chain(random, to, realms, depth - 1));
        ops.extend((to == 0).then_some(Op::Join));
    }
    Op::Call { how, times: 1, to, limit_ms: None, long: false, handler: Rc::new(Handler { kind, ops }) }
}

/// Simpler handlers: each has one thing less.
pub fn simpler(handler: &Handler, fixed: bool) -> Vec<Handler> {
    let with = |ops| Handler { kind: handler.kind, ops };
    let mut found = Vec::new();
    if !fixed && handler.kind == Kind::Never {
        found.push(Handler { kind: Kind::Later, ..handler.clone() });
    }
    let can_be_now = !handler.ops.iter().any(|op| matches!(op, Op::Join | Op::Pause(_)));
    if !fixed && handler.kind == Kind::Later && can_be_now {
        found.push(Handler { kind: Kind::Now, ..handler.clone() });
    }
    for (index, op) in handler.ops.iter().enumerate() {
        let replaced = |others: Vec<Op>| {
            let mut ops = handler.ops.clone();
            ops.splice(index..=index, others);
            with(ops)
        };
        found.push(replaced(Vec::new()));
        let Op::Call { how, times, to, limit_ms, long, handler: inner } = op else { continue };
        let call = |how, times, limit_ms, long, handler| {
            replaced(vec![Op::Call { how, times, to: *to, limit_ms, long, handler }])
        };
        if *times > 1 {
            let fewer = [1, times / 2, times - 1];
            found.extend(fewer.map(|times| call(*how, times, *limit_ms, *long, Rc::clone(inner))));
        }
        if limit_ms.is_some() || *long {
            found.push(call(*how, *times, None, false, Rc::clone(inner)));
        }
        if matches!(how, How::Drop | How::Listen | How::Post | How::Event) {
            found.push(call(How::Start, *times, *limit_ms, *long, Rc::clone(inner)));
        }
        let inner = simpler(inner, false);
        found.extend(inner.into_iter().map(|inner| call(*how, *times, *limit_ms, *long, Rc::new(inner))));
    }
    found
}

impl Program {
    pub fn simpler(&self) -> Vec<Program> {
        let with = |realm: RealmId, main| {
            let mut mains = self.mains.clone();
            mains[realm] = Rc::new(main);
            Program { mains }
        };
        let of =
            |realm: RealmId| simpler(&self.mains[realm], true).into_iter().map(move |main| with(realm, main));
        (0..self.mains.len()).flat_map(of).collect()
    }
}

pub fn name(realm: RealmId) -> &'static str {
    ["page", "worker", "other"][realm]
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (realm, main) in self.mains.iter().enumerate().filter(|(_, main)| !main.ops.is_empty()) {
            writeln!(f, "{}:", name(realm))?;
            write_ops(f, &main.ops, 1)?;
        }
        Ok(())
    }
}

fn write_ops(f: &mut Formatter<'_>, ops: &[Op], depth: usize) -> fmt::Result {
    for op in ops {
        write!(f, "{:1$}", "", 2 * depth)?;
        match op {
            Op::Join => writeln!(f, "await all")?,
            Op::Pause(ms) => writeln!(f, "pause {ms} ms")?,
            Op::Poll => writeln!(f, "poll")?,
            Op::Call { how, times, to, limit_ms, long, handler } => {
                let how = match how {
                    How::Block => "call",
                    How::Start => "start",
                    How::Drop => "start and give up",
                    How::Post => "post",
                    How::Listen => "listen",
                    How::Event => "event",
                };
                write!(f, "{how} {}", name(*to))?;
                if *times > 1 {
                    write!(f, " {times} times")?;
                }
                if let Some(limit_ms) = limit_ms {
                    write!(f, " for {limit_ms} ms")?;
                }
                write!(f, "{} {{", if *long { " with a long text" } else { "" })?;
                write!(f, "{}", ["", " async", " never answers"][handler.kind as usize])?;
                if handler.ops.is_empty() {
                    writeln!(f, " }}")?;
                } else {
                    writeln!(f)?;
                    write_ops(f, &handler.ops, depth + 1)?;
                    writeln!(f, "{:1$}}}", "", 2 * depth)?;
                }
            }
        }
    }
    Ok(())
}
