//! What handlers do: synchronous ones at once, others as tasks of their realm.

use super::program::{Handler, Kind, Op};
use super::realm::{METHODS, Realm, Started};
use super::reference::{CallId, Waits, forbidden};
use super::world::{WORLD, is_aborting, now_ms, reference};
use sabir_core::Refusal;
use sabir_core::codec;
use sabir_core::service::{Answer, Arguments, Method, Service, SmallAnswer, encode_result};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Runs synchronous code.
pub fn now(future: impl Future<Output = ()>) {
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
pub async fn act(realm: Rc<Realm>, by: Option<CallId>, handler: Rc<Handler>) {
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
pub struct Server(pub Rc<Realm>);

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
