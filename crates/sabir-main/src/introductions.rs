//! The page's part in links between its workers: it hands over their ends, and relays the platform's messages.

use crate::WorkerBuilder;
use crate::js;
use crate::worker::{Inner, NAMED, Named};
use sabir_core::CloseReason;
use sabir_realm::{field, messages, text};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A link between two workers.
#[derive(Clone)]
struct Linked {
    id: String,
    /// The worker that has asked for it.
    from: Weak<Inner>,
    other: Weak<Inner>,
    /// The other worker has its end.
    taken: bool,
}

thread_local! {
    static LINKED: RefCell<Vec<Linked>> = const { RefCell::new(Vec::new()) };
}

impl WorkerBuilder {
    /// Gives the worker a name, by which other workers of the page link themselves to it: `page.connect("calculator")`.
    ///
    /// Of several workers with one name, the oldest that has not ended is linked.
    ///
    /// ```no_run
    /// # use sabir_main as sabir;
    /// let builder = sabir::Worker::builder("calculates").name("calculator");
    /// ```
    pub fn name(mut self, name: &str) -> Self {
        self.offer.name = Some((name.to_owned(), make_known));
        self
    }
}

/// Makes a worker known by its name.
fn make_known(worker: &Rc<Inner>, name: &str, take_ms: f64) {
    NAMED.with_borrow_mut(|named| {
        named.retain(|named| named.worker.strong_count() > 0);
        named.push(Named { name: name.to_owned(), worker: Rc::downgrade(worker), take_ms, introduce });
    });
}

fn introduce(from: &Rc<Inner>, kind: &str, message: &JsValue) {
    let id = text(message, "id").unwrap_or_default();
    match kind {
        messages::CONNECT => connect(from, id, message.clone()),
        messages::CONNECTED => confirm(&id, field(message, "error")),
        messages::RELAY => relay(from, &id, message),
        messages::DISCONNECT => drop(take(&id)),
        _ => {}
    }
}

/// Hands a worker's end of a new link to the worker that it names, once that one's program has begun.
fn connect(from: &Rc<Inner>, id: String, request: JsValue) {
    let from = Rc::downgrade(from);
    spawn_local(async move {
        match link(&from, &id, &request).await {
            Ok(Named { name, take_ms, .. }) => {
                spawn_local(limit(id.clone(), name, take_ms));
                watch(&id).await;
            }
            Err(why) => answer(&from, &id, why.into()),
        }
    });
}

/// Links two workers, and gives the other one; or says why not.
async fn link(from: &Weak<Inner>, id: &str, request: &JsValue) -> Result<Named, String> {
    let name = text(request, "name").unwrap_or_default();
    let found = named(&name)
        .ok_or_else(|| format!("there is no worker of this name; start it with `.name(\"{name}\")` first"))?;
    let other = &found.worker;
    if other.ptr_eq(from) {
        return Err("it is this worker itself".to_owned());
    }
    poll_fn(|context| begun(other, context)).await.map_err(|reason| format!("it has ended: {reason}"))?;
    let linked = Linked { id: id.to_owned(), from: from.clone(), other: other.clone(), taken: false };
    LINKED.with_borrow_mut(|all| all.push(linked));
    if let Some(other) = other.upgrade() {
        other.post(&[
            ("type", messages::LINKED.into()),
            ("id", id.into()),
            ("name", name_of(from).into()),
            ("memory", field(request, "memory")),
            ("byMessage", field(request, "byMessage")),
        ]);
    }
    Ok(found)
}

/// Refuses a link that the worker `name` does not take in time.
async fn limit(id: String, name: String, take_ms: f64) {
    js::sleep(take_ms).await;
    if find(&id).is_some_and(|linked| !linked.taken) {
        let why = format!(
            "`{name}` has not taken its end within {take_ms} ms (`start_timeout`): it is blocked, or computes"
        );
        confirm(&id, why.into());
    }
}

/// Ready when the worker's program has begun; an error if it has ended.
fn begun(worker: &Weak<Inner>, context: &Context) -> Poll<Result<(), CloseReason>> {
    let Some(worker) = worker.upgrade() else { return Poll::Ready(Err(CloseReason::Terminated)) };
    if let Some(reason) = worker.closed() {
        return Poll::Ready(Err(reason));
    }
    if worker.has_begun() {
        return Poll::Ready(Ok(()));
    }
    worker.watch(context.waker());
    Poll::Pending
}

/// Tells both workers of a link, also while they are blocked, when one of them has ended.
async fn watch(id: &str) {
    poll_fn(|context| {
        let Some(Linked { from, other, .. }) = find(id) else { return Poll::Ready(()) };
        let ends = [from.upgrade(), other.upgrade()];
        if ends.iter().any(|end| end.as_ref().is_none_or(|end| end.closed().is_some())) {
            return Poll::Ready(());
        }
        ends.iter().flatten().for_each(|end| end.watch(context.waker()));
        Poll::Pending
    })
    .await;
    unlink(id);
}

/// Tells the worker that has asked for a link that the other one has its end, or why not.
fn confirm(id: &str, error: JsValue) {
    let linked = if error.is_undefined() { mark_taken(id) } else { take(id) };
    if let Some(Linked { from, .. }) = linked {
        answer(&from, id, error);
    }
}

fn answer(from: &Weak<Inner>, id: &str, error: JsValue) {
    if let Some(from) = from.upgrade() {
        from.post(&[("type", messages::CONNECTED.into()), ("id", id.into()), ("error", error)]);
    }
}

/// Sends a message to the other worker of a link. A link is ended if that fails: whoever waits for the message is to know.
fn relay(from: &Rc<Inner>, id: &str, relayed: &JsValue) {
    let Some(linked) = find(id) else { return };
    let ends = [linked.from.upgrade(), linked.other.upgrade()];
    let Some(other) = ends.into_iter().flatten().find(|end| !Rc::ptr_eq(end, from)) else { return };
    let message =
        [("type", messages::RELAYED.into()), ("id", id.into()), ("message", field(relayed, "message"))];
    if other.post_with_transfer(&message, &field(relayed, "transfer")).is_err() {
        unlink(id);
    }
}

/// Ends a link, and tells its workers that it has lost an end.
fn unlink(id: &str) {
    let Some(Linked { from, other, .. }) = take(id) else { return };
    for end in [from, other].iter().filter_map(Weak::upgrade).filter(|end| end.closed().is_none()) {
        end.remote.unlink(id);
    }
}

fn find(id: &str) -> Option<Linked> {
    LINKED.with_borrow(|all| all.iter().find(|linked| linked.id == id).cloned())
}

fn mark_taken(id: &str) -> Option<Linked> {
    LINKED.with_borrow_mut(|all| {
        let linked = all.iter_mut().find(|linked| linked.id == id)?;
        linked.taken = true;
        Some(linked.clone())
    })
}

/// Forgets a link.
fn take(id: &str) -> Option<Linked> {
    let linked = LINKED.with_borrow_mut(|all| all.extract_if(.., |linked| linked.id == id).next())?;
    // Its watch ends.
    [&linked.from, &linked.other].into_iter().filter_map(Weak::upgrade).for_each(|end| end.wake());
    Some(linked)
}

/// The worker of a name.
fn named(name: &str) -> Option<Named> {
    let lives = |worker: &Weak<Inner>| worker.upgrade().is_some_and(|worker| worker.closed().is_none());
    NAMED.with_borrow(|all| all.iter().find(|named| named.name == name && lives(&named.worker)).cloned())
}

fn name_of(worker: &Weak<Inner>) -> Option<String> {
    NAMED.with_borrow(|all| {
        all.iter().find(|named| named.worker.ptr_eq(worker)).map(|named| named.name.clone())
    })
}
