//! The order rule, written a second time: told of every step, it finds those that the rule forbids.
//!
//! It knows nothing of frames: only which calls were made, begun, ended and answered, and what each realm's stack holds.

use super::program::{How, Kind, RealmId, name};
use sabir_core::CallError;

const MAX_DEPTH: usize = 64;
const MAX_UNPROVEN: usize = 32;
const PROVEN_MS: f64 = 500.0;
const SUSPECT_MS: f64 = 3000.0;

pub type CallId = usize;

/// What is on a realm's stack, outermost first.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Frame {
    Handler { call: CallId, unproven: bool },
    Blocked(CallId),
    Pause,
    Poll,
}

/// Why a call may be served on top of a blocked one. `Maybe`: its sender may have taken that one, and not begun with it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Claim {
    None,
    Maybe,
    Possible,
    Sure,
}

/// In a pause nothing need be served.
fn least(claim: Claim) -> Claim {
    if claim == Claim::None { claim } else { Claim::Maybe }
}

/// What an asynchronous handler waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Waits {
    For(CallId),
    Timer,
    Never,
}

/// Stamps count steps from 1; 0: not yet.
#[derive(Clone, Debug)]
pub struct Call {
    pub from: RealmId,
    pub to: RealmId,
    pub how: How,
    pub kind: Kind,
    by: Option<CallId>,
    limit_ms: Option<u32>,
    made_ms: f64,
    /// Between these it was sent: a call that a handler makes without waiting is sent when that returns or waits.
    unsent: u64,
    sent: u64,
    is_held: bool,
    /// Calls of one burst were made with nothing heard in between.
    burst: u64,
    begun: u64,
    ended: u64,
    ended_ms: f64,
    /// When its handler last ran, and what it waits for.
    ran_ms: f64,
    pub waits: Option<Waits>,
    proven: bool,
    is_over: bool,
}

#[derive(Debug, Default)]
pub struct Reference {
    pub calls: Vec<Call>,
    stacks: Vec<Vec<Frame>>,
    /// Calls that are sent and not begun, by caller and callee.
    pending: [[Vec<CallId>; 3]; 3],
    /// Calls that their handlers held, and that are sent by the realm's next step.
    leaving: [Vec<CallId>; 3],
    /// When each realm last went on with something.
    heard: [u64; 3],
    /// Realms that had no place for one more unproven call.
    full: [bool; 3],
    pub stamp: u64,
    pub now_ms: f64,
    /// The page may have taken calls that it has not begun.
    listens: bool,
    /// Rings are small: what is sent may arrive much later.
    pub crowded: bool,
    pub log: Option<Vec<String>>,
    pub nested: u64,
    pub deadlocks: u64,
    pub deepest: usize,
}

/// A step that the rule forbids.
pub fn forbidden(what: String) -> ! {
    std::panic::resume_unwind(Box::new(what))
}

impl Reference {
    pub fn new(realms: usize, crowded: bool) -> Reference {
        Reference { stacks: vec![Vec::new(); realms], crowded, ..Reference::default() }
    }

    /// A realm may have taken messages.
    pub fn hear(&mut self, realm: RealmId, what: impl FnOnce(&Self) -> String) {
        self.note(realm, what);
        self.heard[realm] = self.stamp;
    }

    fn note(&mut self, realm: RealmId, what: impl FnOnce(&Self) -> String) {
        self.stamp += 1;
        for id in std::mem::take(&mut self.leaving[realm]) {
            self.calls[id].sent = self.stamp;
        }
        if self.log.is_some() {
            let line = format!("{:>6.0} ms {:>6} {}", self.now_ms, name(realm), what(self));
            self.log.iter_mut().for_each(|log| log.push(line.clone()));
        }
    }

    fn title(&self, call: CallId) -> String {
        let Call { from, to, how, kind, .. } = self.calls[call];
        format!("call {call} ({} → {}, {how:?}, {kind:?})", name(from), name(to))
    }

    pub fn make(&mut self, mut call: Call) -> CallId {
        let id = self.calls.len();
        let (from, to) = (call.from, call.to);
        // Nobody waits for a post, or for as long as it takes.
        call.limit_ms = call.limit_ms.filter(|_| !matches!(call.how, How::Post | How::Event));
        let waits = matches!(call.how, How::Block | How::Listen | How::Event) || self.blocks_to_post(&call);
        self.listens |= call.how == How::Listen;
        let is_held = !waits && call.by.is_some_and(|by| self.is_parent(by, to));
        let held = self.leaving[from].len();
        let sends = call.how == How::Post;
        if waits && let Some(by) = call.by.filter(|by| !sends || self.calls[*by].from == to) {
            self.release(by);
        }
        let follows = self.leaving[from].len() > held;
        let leaving = std::mem::take(&mut self.leaving[from]);
        self.calls.push(call.clone());
        self.note(from, |this| format!("makes {}", this.title(id)));
        self.leaving[from] = leaving;
        self.leaving[from].extend(follows.then_some(id));
        (call.unsent, call.is_held, call.burst) = (self.stamp, is_held, self.heard[from]);
        call.sent = if is_held || follows { u64::MAX } else { self.stamp };
        call.made_ms = self.now_ms;
        self.calls[id] = call;
        self.pending[from][to].push(id);
        id
    }

    /// Synchronous code of a worker waits for space.
    fn blocks_to_post(&self, call: &Call) -> bool {
        let synchronous = call.by.is_none_or(|by| self.calls[by].kind == Kind::Now);
        call.how == How::Post && call.from != 0 && synchronous
    }

    /// True if calls to `realm` that the handler of `call` makes may name that as their parent.
    fn is_parent(&self, call: CallId, realm: RealmId) -> bool {
        self.calls[call].from == realm && matches!(self.calls[call].how, How::Block | How::Listen)
    }

    /// Sends what the handler of `by` has made without waiting.
    pub fn release(&mut self, by: CallId) {
        let (from, to) = (self.calls[by].to, self.calls[by].from);
        let held = self.pending[from][to].iter().filter(|id| self.calls[**id].by == Some(by));
        let held = held.copied().filter(|id| self.calls[*id].is_held).collect::<Vec<_>>();
        for id in &held {
            let call = &mut self.calls[*id];
            (call.unsent, call.is_held) = (self.stamp, false);
        }
        self.leaving[from].extend(held);
    }

    /// The claim of a call on `top`: the most that it can be worth, or, `surely`, the least.
    fn claim(&self, id: CallId, top: CallId, surely: bool) -> Claim {
        let (call, blocked) = (&self.calls[id], &self.calls[top]);
        let (sent, top_sent) = if surely { (call.unsent, blocked.sent) } else { (call.sent, blocked.unsent) };
        let is_after = |stamp: u64| stamp != 0 && stamp < sent;
        match call.how {
            How::Listen => Claim::Sure,
            How::Event if call.by == Some(top) => Claim::Sure,
            How::Event => Claim::None,
            // Its sender may not have heard of anything since what it sent before.
            _ if blocked.to != call.from && is_after(top_sent) && !surely => Claim::Possible,
            _ if blocked.to != call.from && (is_after(top_sent) || self.crowded) => Claim::Maybe,
            _ if blocked.to != call.from => Claim::None,
            How::Block if is_after(top_sent) => Claim::Sure,
            // They cross; one that waited for its turn already goes on doing so.
            How::Block => Claim::Maybe,
            _ if call.by == Some(top) => Claim::Sure,
            _ if is_after(blocked.begun) => Claim::Possible,
            _ if (call.from != 0 || self.listens) && is_after(top_sent) => Claim::Maybe,
            _ => Claim::None,
        }
    }

    /// The innermost call that a realm is blocked in.
    fn top(&self, realm: RealmId) -> Option<CallId> {
        self.stacks[realm].iter().rev().find_map(|frame| match frame {
            Frame::Blocked(call) => Some(*call),
            _ => None,
        })
    }

    /// True if a realm serves whatever arrives, in order.
    fn is_open(&self, realm: RealmId) -> bool {
        let mut waits =
            self.stacks[realm].iter().rev().filter(|frame| !matches!(frame, Frame::Handler { .. }));
        match waits.next() {
            None => true,
            Some(Frame::Poll) => waits.all(|frame| *frame != Frame::Poll),
            Some(_) => false,
        }
    }

    fn unproven(&self, realm: RealmId) -> usize {
        self.stacks[realm]
            .iter()
            .filter(|frame| matches!(frame, Frame::Handler { unproven: true, .. }))
            .count()
    }

    fn handlers(&self, realm: RealmId) -> usize {
        self.stacks[realm].iter().filter(|frame| matches!(frame, Frame::Handler { .. })).count()
    }

    /// A handler begins.
    pub fn begin(&mut self, id: CallId) {
        let (from, realm) = (self.calls[id].from, self.calls[id].to);
        self.hear(realm, |this| format!("begins {}", this.title(id)));
        if self.calls[id].begun != 0 {
            forbidden(format!("{} is executed twice", self.title(id)));
        }
        let (open, top) = (self.is_open(realm), self.top(realm));
        let waits = self.stacks[realm].iter().rev().find(|frame| !matches!(frame, Frame::Handler { .. }));
        let pauses = matches!(waits, Some(Frame::Pause | Frame::Poll));
        let claim_of = |id: CallId, surely| match top {
            _ if open => Claim::None,
            _ if self.calls[id].how == How::Listen => Claim::Sure,
            Some(top) if pauses => least(self.claim(id, top, surely)),
            Some(top) => self.claim(id, top, surely),
            None => Claim::None,
        };
        let claim = claim_of(id, false);
        if !open && claim == Claim::None {
            let top = top.map_or("a pause".into(), |top| self.title(top));
            forbidden(format!("{} is served on top of {top}, from which it cannot descend", self.title(id)));
        }
        let crosses = self.calls[id].how == How::Block && top.is_some_and(|top| self.calls[top].to == from);
        for other in self.pending[from][realm].iter().copied().take_while(|other| *other != id) {
            let others = claim_of(other, true);
            let one_burst = self.calls[id].how != How::Block
                && self.calls[other].how != How::Event
                && self.calls[id].burst == self.calls[other].burst
                && !self.calls[other].is_held;
            let overtakes = match claim {
                // None of them heard what the others did not.
                Claim::Possible | Claim::Maybe if one_burst => false,
                Claim::Sure => others != Claim::Sure,
                Claim::Possible | Claim::Maybe => others <= Claim::Maybe,
                Claim::None => false,
            };
            // Its caller made it on top of the other one.
            let is_nested =
                self.calls[id].how == How::Block && self.stacks[from].contains(&Frame::Blocked(other));
            let waited_ms = self.now_ms - self.calls[other].made_ms;
            // Its caller may have given it up, and not said so yet.
            let is_over = self.calls[other].is_over
                || self.is_inverted(other)
                || self.full[realm]
                || self.calls[other].limit_ms.is_some_and(|limit_ms| waited_ms >= f64::from(limit_ms));
            if !overtakes && !is_nested && !is_over {
                forbidden(format!("{} overtakes {}", self.title(id), self.title(other)));
            }
        }
        let unproven = matches!(claim, Claim::Possible | Claim::Maybe) && !crosses;
        if unproven && self.unproven(realm) >= MAX_UNPROVEN {
            forbidden(format!("{} is one unproven call too many", self.title(id)));
        }
        self.full[realm] |= self.handlers(realm) + 1 >= MAX_UNPROVEN;
        self.pending[from][realm].retain(|other| *other != id);
        self.nested += u64::from(top.is_some());
        let depth = self.stacks[realm].iter().filter(|frame| matches!(frame, Frame::Blocked(_))).count();
        self.deepest = self.deepest.max(depth);
        let parent = self.calls[id].by.is_some_and(|by| self.stacks[realm].contains(&Frame::Blocked(by)));
        let (stamp, now_ms) = (self.stamp, self.now_ms);
        let call = &mut self.calls[id];
        (call.begun, call.ran_ms, call.proven) = (stamp, now_ms, parent);
        self.stacks[realm].push(Frame::Handler { call: id, unproven });
    }

    /// An asynchronous handler goes on.
    pub fn resume(&mut self, id: CallId) {
        let realm = self.calls[id].to;
        self.hear(realm, |this| format!("goes on with {}", this.title(id)));
        self.full[realm] |= self.handlers(realm) + 1 >= MAX_UNPROVEN;
        self.stacks[realm].push(Frame::Handler { call: id, unproven: false });
    }

    /// A handler returns, answered or not.
    pub fn leave(&mut self, id: CallId, ended: bool) {
        let (realm, now_ms) = (self.calls[id].to, self.now_ms);
        self.hear(realm, |this| format!("{} {}", if ended { "ends" } else { "leaves" }, this.title(id)));
        self.release(id);
        self.stacks[realm].pop();
        let stamp = self.stamp;
        let call = &mut self.calls[id];
        call.ran_ms = now_ms;
        if ended {
            (call.ended, call.ended_ms) = (stamp, now_ms);
        }
    }

    /// A handler is dropped before its end.
    pub fn drop_handler(&mut self, id: CallId) {
        self.hear(self.calls[id].to, |this| format!("drops {}", this.title(id)));
        if self.calls[id].how == How::Post && self.calls[id].ended == 0 {
            forbidden(format!("the handler of {} is dropped: nobody waits for its answer", self.title(id)));
        }
        self.calls[id].ended = self.calls[id].ended.max(self.stamp);
    }

    pub fn block(&mut self, id: CallId) {
        let from = self.calls[id].from;
        self.stacks[from].push(Frame::Blocked(id));
    }

    pub fn unblock(&mut self, realm: RealmId) {
        self.hear(realm, |_| "goes on".into());
        self.stacks[realm].pop();
    }

    /// A sleep or a poll; true if it is in a handler.
    pub fn pause(&mut self, realm: RealmId, by: Option<CallId>, poll: bool) -> bool {
        self.hear(realm, |_| if poll { "polls".into() } else { "sleeps".into() });
        by.into_iter().for_each(|by| self.release(by));
        self.stop(realm, poll)
    }

    /// Serves what may be served in a handler that does not go on; true if it is one.
    pub fn stop(&mut self, realm: RealmId, poll: bool) -> bool {
        self.stamp += 1;
        self.heard[realm] = self.stamp;
        let nested = !self.stacks[realm].is_empty();
        if nested {
            self.stacks[realm].push(if poll { Frame::Poll } else { Frame::Pause });
        }
        nested
    }

    pub fn give_up(&mut self, id: CallId) {
        self.calls[id].is_over = true;
    }

    /// A caller has its answer.
    pub fn answer(&mut self, id: CallId, outcome: &Result<u32, CallError>) {
        let from = self.calls[id].from;
        self.hear(from, |this| match outcome {
            Ok(_) => format!("has the answer to {}", this.title(id)),
            Err(error) => format!("has no answer to {}: {error}", this.title(id)),
        });
        let call = &self.calls[id];
        let waited_ms = self.now_ms - call.made_ms;
        let grace_ms = if call.proven { PROVEN_MS } else { SUSPECT_MS };
        let is_right = !call.is_over
            && match outcome {
                Ok(value) => *value as usize == id && call.ended != 0,
                Err(CallError::TimedOut { .. }) => {
                    call.limit_ms.is_some_and(|limit_ms| waited_ms >= f64::from(limit_ms))
                }
                Err(CallError::Deadlock { .. }) => {
                    let is_refused = call.begun == 0 && self.full[call.to]
                        || call.begun != 0 && call.kind != Kind::Now && self.now_ms - call.ran_ms >= grace_ms;
                    is_refused || self.is_inverted(id)
                }
                Err(CallError::TooDeep { .. }) => {
                    call.begun == 0 && self.waits(from) > MAX_DEPTH && call.how == How::Block
                }
                Err(_) => false,
            };
        if !is_right {
            forbidden(format!("{} has a wrong answer: {outcome:?}", self.title(id)));
        }
        self.deadlocks += u64::from(matches!(outcome, Err(CallError::Deadlock { .. })));
        self.calls[id].is_over = true;
    }

    fn waits(&self, realm: RealmId) -> usize {
        self.stacks[realm].iter().filter(|frame| !matches!(frame, Frame::Handler { .. })).count()
    }

    /// True if a call that was answered long ago cannot return before this one is.
    fn is_inverted(&self, id: CallId) -> bool {
        let stack = &self.stacks[self.calls[id].from];
        stack.last() == Some(&Frame::Blocked(id))
            && stack.iter().any(|frame| match frame {
                Frame::Blocked(outer) if *outer != id => {
                    let outer = &self.calls[*outer];
                    outer.ended != 0 && self.now_ms - outer.ended_ms >= SUSPECT_MS
                }
                _ => false,
            })
    }

    /// Nothing moves any more. Whatever is not answered must wait for a handler that never answers.
    pub fn rest(&mut self) {
        (0..self.stacks.len()).for_each(|realm| self.note(realm, |_| "rests".into()));
        (0..self.calls.len()).for_each(|id| self.follow(id));
    }

    fn follow(&self, id: CallId) {
        let mut chain = vec![id];
        while let Some(next) = self.waits_for(chain[chain.len() - 1], chain.len() == 1) {
            let is_cycle = chain.contains(&next);
            chain.push(next);
            if is_cycle {
                let chain: Vec<_> = chain.into_iter().map(|id| self.title(id)).collect();
                forbidden(format!("a deadlock that is not reported: {}", chain.join(" waits for ")));
            }
        }
    }

    /// The call that this one waits for; `None` if it need not be answered yet. `first`: an answered one waits for nothing.
    fn waits_for(&self, id: CallId, first: bool) -> Option<CallId> {
        let call = &self.calls[id];
        let no_reason =
            || -> CallId { forbidden(format!("{} is never answered, for no reason", self.title(id))) };
        let behind = |realm| self.top(realm).filter(|top| *top != id).unwrap_or_else(no_reason);
        let wants_answer = !matches!(call.how, How::Post | How::Drop | How::Event);
        if call.is_over && (first || call.begun == 0) {
            return None;
        }
        let is_late = call.limit_ms.is_some_and(|limit_ms| self.now_ms - call.made_ms >= f64::from(limit_ms));
        if call.begun == 0 && is_late {
            return Some(behind(call.from));
        }
        if call.begun == 0 {
            let top = behind(call.to);
            if self.claim(id, top, true) >= Claim::Possible && self.handlers(call.to) < MAX_UNPROVEN {
                forbidden(format!(
                    "{} waits, though it may descend from {}",
                    self.title(id),
                    self.title(top)
                ));
            }
            return Some(top);
        }
        if call.ended != 0 {
            return (wants_answer && !call.is_over).then(|| behind(call.from));
        }
        let runs = |frame: &Frame| matches!(frame, Frame::Handler { call, .. } if *call == id);
        match call.waits {
            _ if self.stacks[call.to].iter().any(runs) => Some(behind(call.to)),
            Some(Waits::Never) => None,
            Some(Waits::For(other)) if !self.calls[other].is_over => Some(other),
            Some(Waits::For(_) | Waits::Timer) | None => Some(behind(call.to)),
        }
    }

    /// All is over: whatever never answered has been let go.
    pub fn finish(&self) {
        for (id, call) in self.calls.iter().enumerate() {
            let is_noted = matches!(call.how, How::Post | How::Event);
            let is_over = if is_noted { call.ended != 0 } else { call.is_over };
            if !is_over {
                forbidden(format!("{} is lost", self.title(id)));
            }
        }
    }
}

impl Call {
    pub fn new(
        (from, to): (RealmId, RealmId),
        how: How,
        kind: Kind,
        by: Option<CallId>,
        limit_ms: Option<u32>,
    ) -> Call {
        let [unsent, sent, burst, begun, ended] = [0; 5];
        let [made_ms, ended_ms, ran_ms] = [0.0; 3];
        let (waits, is_held, proven, is_over) = (None, false, false, false);
        Call {
            from,
            to,
            how,
            kind,
            by,
            limit_ms,
            made_ms,
            unsent,
            sent,
            is_held,
            burst,
            begun,
            ended,
            ended_ms,
            ran_ms,
            waits,
            proven,
            is_over,
        }
    }
}
