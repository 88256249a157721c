//! Calls of the peer: when one may be served, by which handler, and how that answers.

use crate::codec::Payload;
use crate::dump::{self, DUMP};
use crate::endpoint::Endpoint;
use crate::fragment::Message;
use crate::frame::{BLOCKS, Checked, FrameError, Header, Kind, OF_LOOP};
use crate::nesting::{Claim, Descent, Serial, Serving};
use crate::refusal::Refusal;
use crate::service::{Answer, Arguments, Method, Pending, SmallAnswer};
use crate::shared::Found;
use crate::state::State;
use crate::tasks::{Served, Task};
use crate::waiting::{Arrived, MAX_WAITING};
use crate::words::Words;
use std::task::Poll;

/// The decision on a call of the peer: it is served now, or it waits.
#[derive(Debug)]
pub(crate) enum Admission {
    Now(Served),
    Later(Served),
}

/// The payload of a call.
#[derive(Debug)]
pub(crate) enum Request<'frame> {
    /// It stands in a small frame.
    Small(&'frame [u8]),
    Whole(Payload),
}

impl Request<'_> {
    #[inline(always)]
    fn body(&self) -> &[u8] {
        match self {
            Request::Small(body) => body,
            Request::Whole(payload) => &payload.body,
        }
    }
}

impl<W: Words> Endpoint<W> {
    /// Takes a call in.
    #[inline(always)]
    pub(crate) fn admit(&self, state: &mut State<W>, header: &Header) -> Admission {
        let blocks = header.flags & BLOCKS != 0;
        state.taken = state.taken.wrapping_add(u16::from(blocks));
        let number = blocks.then_some(state.taken);
        let served = Served { call: header.call, number, descends: None };
        if self.nesting().is_free(header.flags & OF_LOOP != 0) {
            Admission::Now(served)
        } else {
            self.admit_nested(state, header, served)
        }
    }

    #[cold]
    fn admit_nested(&self, state: &State<W>, header: &Header, mut served: Served) -> Admission {
        let nesting = self.nesting();
        let came_after = |serial| state.arrivals.came_after(serial, header);
        served.descends = nesting.claim(self.id(), header, Serial::MAX, came_after);
        let is_on_top = |descent: Descent| descent.serial == nesting.top() && nesting.admits(descent.claim);
        if nesting.is_open(header.flags & OF_LOOP != 0) || served.descends.is_some_and(is_on_top) {
            Admission::Now(served)
        } else {
            Admission::Later(served)
        }
    }

    /// Has a call wait that may not be served on top of what this realm is blocked in.
    #[cold]
    pub(crate) fn put_off(&self, message: Message, served: Served) -> Checked<()> {
        self.check_call(message.kind, message.call)?;
        let mut state = self.state();
        let before = state.arrivals.came_before(&message.header(0));
        let pushed = state.waiting.push(message, served, before);
        drop(state);
        match pushed {
            Ok(()) => Ok(()),
            Err(Message { kind: Kind::OneWay, .. }) => Err(FrameError::Waiting { limit: MAX_WAITING }.into()),
            Err(message) => {
                self.refuse(message.call, Refusal::TooMany { limit: MAX_WAITING as u32 });
                Ok(())
            }
        }
    }

    /// Serves a call that has waited.
    pub(crate) fn serve_waiting(&self, arrived: Arrived) -> Checked<()> {
        let Arrived { message, mut served, .. } = arrived;
        served.descends = served.descends.filter(|descent| self.nesting().method(descent.serial).is_some());
        self.dispatch(message.kind, Request::Whole(message.payload), served)
    }

    /// A call's id is its own.
    fn check_call(&self, kind: Kind, call: u32) -> Checked<()> {
        if (kind == Kind::Call) == (call == 0) {
            let what = "calls have an id, one-way calls have none";
            return Err(FrameError::Payload { kind, call, what }.into());
        }
        if call != 0 && self.0.tasks.borrow().serves(call) {
            return Err(FrameError::Reused { call }.into());
        }
        Ok(())
    }

    /// Finds a call's handler, and runs it.
    pub(crate) fn dispatch(&self, kind: Kind, request: Request<'_>, served: Served) -> Checked<()> {
        let call = served.call;
        self.check_call(kind, call)?;
        let Some(hashes) = Arguments::hashes(request.body()) else {
            return Err(FrameError::Payload { kind, call, what: "it is too short to name a method" }.into());
        };
        self.count(|counts| counts.served += 1);
        let Some(found) = self.0.find(hashes.id) else {
            if hashes.id == DUMP.id {
                let dump = Payload::of(dump::encode(&self.0.dump()));
                self.answer(served, &DUMP, Answer::Now(Ok(dump)));
            } else {
                self.refuse(call, Refusal::UnknownMethod);
            }
            return Ok(());
        };
        if found.method.signature != hashes.signature {
            self.refuse(call, Refusal::SignatureMismatch);
            return Ok(());
        }
        let answer = match request {
            Request::Small(body) => self.serve_small(&found, body, served),
            Request::Whole(payload) => Some(self.serve_whole(&found, payload, served)),
        };
        if let Some(answer) = answer {
            self.answer(served, found.method, answer);
        }
        Ok(())
    }

    /// Serves a call whose arguments stand in a small frame; gives the answer, unless another small frame took it.
    fn serve_small(&self, found: &Found, body: &[u8], served: Served) -> Option<Answer> {
        let mut reply = self.state().frames.take();
        let answer = self.handle(served, || {
            found.service.serve_small(found.index, &body[Arguments::HASHES..], reply.payload_mut())
        });
        let answer = match answer {
            SmallAnswer::Written(len) => {
                self.reply_small(served.call, &mut reply, len as u32);
                self.release_held(None);
                None
            }
            SmallAnswer::Other(answer) => Some(answer),
            SmallAnswer::Declined => Some(self.serve_whole(found, Payload::of(body.to_vec()), served)),
        };
        self.state().frames.put_back(reply);
        answer
    }

    fn serve_whole(&self, found: &Found, payload: Payload, served: Served) -> Answer {
        self.handle(served, || found.service.serve(found.index, Arguments::of(payload)))
    }

    /// Runs a handler: calls that it makes are made for the call that it serves.
    fn handle<R>(&self, served: Served, handler: impl FnOnce() -> R) -> R {
        let claim = served.descends.map(|descent| descent.claim);
        self.nesting().handle(self.serving(served), claim, handler)
    }

    fn serving(&self, served: Served) -> Serving {
        Serving { link: self.id(), number: served.number }
    }

    /// Sends a handler's answer, or waits for it.
    fn answer(&self, served: Served, method: &Method, answer: Answer) {
        match answer {
            Answer::Now(Ok(payload)) => self.reply(Kind::Reply, served.call, payload),
            Answer::Now(Err(refusal)) => self.refuse(served.call, refusal),
            Answer::Later(handler) => return self.start_task(served, method.name, handler),
            Answer::LaterAs(name, handler) => return self.start_task(served, name, handler),
        }
        self.release_held(None);
    }

    #[cold]
    pub(crate) fn refuse(&self, call: u32, refusal: Refusal) {
        self.reply(Kind::Refuse, call, Payload::of(refusal.encode()));
    }

    fn start_task(&self, served: Served, name: &'static str, handler: Pending) {
        let task = self.0.tasks.borrow_mut().begin(served, name, handler);
        self.poll_task(task);
    }

    /// Polls the async handlers that were woken, as far as they may go on now; true if there were any. Does not block.
    pub fn poll_tasks(&self) -> bool {
        let mut progress = false;
        // One that wakes itself, as to let others go on, is polled again in the next turn.
        let ready = self.0.tasks.borrow_mut().count_ready();
        for _ in 0..ready {
            // On top of a blocked call each is one more whose calls prove no descent from it.
            if !self.nesting().is_open(false) && !self.nesting().admits(Claim::Possible) {
                break;
            }
            let Some(task) = self.0.tasks.borrow_mut().next_ready() else {
                break;
            };
            self.poll_task(task);
            progress = true;
        }
        progress
    }

    #[inline(never)]
    fn poll_task(&self, mut task: Task) {
        let served = task.served;
        let proven = served.descends.filter(|descent| descent.serial == self.nesting().top());
        let claim = if self.nesting().is_idle() {
            None
        } else {
            Some(proven.map_or(Claim::Possible, |descent| descent.claim))
        };
        let poll = self.nesting().handle(self.serving(served), claim, || task.poll());
        match poll {
            Poll::Ready(outcome) => {
                let is_wanted = self.0.tasks.borrow_mut().finish(&task);
                match outcome {
                    _ if !is_wanted => {}
                    Ok(payload) => self.reply(Kind::Reply, served.call, payload),
                    Err(refusal) => self.refuse(served.call, refusal),
                }
                self.release_held(None);
            }
            Poll::Pending => {
                // The link may have ended, or the call been given up, while the handler ran.
                let dropped = self.0.tasks.borrow_mut().put_back(task);
                drop(dropped);
                self.release_held(served.number);
            }
        }
    }
}
