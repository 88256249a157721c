//! Links between workers of Rust: programs, and their outcome on the page.

#![expect(missing_docs, reason = "each behaviour's name says what it is")]

use crate::over::Over;
use crate::services::sleep;
use crate::window::{Checked, check, text};
use sabir::{
    CallError, CloseReason, ConnectError, Js, NameError, NameErrorKind, Page, Peer, Transport, Worker,
    WorkerBuilder,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// Served by one worker to another.
#[sabir::service]
pub trait Sums {
    /// Adds two values.
    fn add(&self, one: i32, other: i32) -> i32;
    /// Never answers.
    async fn never(&self);
}

struct Adder;

impl Sums for Adder {
    fn add(&self, one: i32, other: i32) -> i32 {
        one + other
    }
    async fn never(&self) {
        std::future::pending().await
    }
}

/// Accepts links, and works for whoever makes one.
#[sabir::worker]
pub fn calculates(page: Page) {
    console_error_panic_hook::set_once();
    let (last, its_page) = (Rc::new(RefCell::new(None::<Peer>)), page.clone());
    let latest = Rc::clone(&last);
    page.accept(move |peer| {
        let (caller, asked) = (peer.clone(), its_page.clone());
        peer.export("double", |value: i32| 2 * value);
        peer.export("caller", move || caller.name().map(str::to_owned));
        let caller = peer.clone();
        peer.try_export("ask_back", move |value: i32| caller.call::<_, i32>("plus_one", (value,)));
        peer.try_export("ask_page", move || asked.call::<_, String>("page", ()));
        peer.export_async("later", |value: i32| async move {
            sleep(20).await;
            value
        });
        peer.try_export("echo_by_port", |port: Js<MessagePort>| {
            port.0.post_message(&"hello".into()).map_err(text)
        });
        let asked = its_page.clone();
        peer.export_async("until_served", move || {
            let page = asked.clone();
            async move {
                while page.call_async("was_served", ()).await.is_ok_and(|served: bool| !served) {
                    sleep(10).await;
                }
            }
        });
        let asked = its_page.clone();
        peer.export_async("connect_back", move |value: i32| {
            let page = asked.clone();
            async move { page.connect("caller").await.ok()?.call::<_, i32>("plus_one", (value,)).ok() }
        });
        peer.export_async("never", std::future::pending::<()>);
        peer.serve(SumsServer::new(Adder));
        latest.replace(Some(peer));
    });
    page.export("close_link", move || {
        last.take().is_some_and(|peer| {
            peer.close();
            true
        })
    });
}

/// Accepts no links.
#[sabir::worker]
pub fn keeps_to_itself(_page: Page) {}

/// Is blocked.
#[sabir::worker]
pub fn is_busy(page: Page) {
    page.accept(|_| ());
    let _ = page.sleep(Duration::from_secs(60));
}

/// Calls another worker in every way.
#[sabir::worker]
pub async fn calls_a_worker(page: Page) -> Checked {
    console_error_panic_hook::set_once();
    let blocked = Rc::new(Cell::new(false));
    let is_blocked = Rc::clone(&blocked);
    page.export("is_blocked", move || is_blocked.get());
    let connected = page.connect("calculator").await;
    if !page.call::<_, bool>("shares", ()).map_err(text)? {
        return check("no memory", matches!(connected, Err(ConnectError::NotShared(_))), true);
    }
    let peer = connected.map_err(text)?;
    peer.export("plus_one", |value: i32| value + 1);
    check("by name", peer.call("double", (21,)).map_err(text), Ok(42))?;
    check("whose link it is", peer.call("caller", ()).map_err(text), Ok(Some("caller".to_owned())))?;
    check("its name", peer.name(), Some("calculator"))?;
    check("asked back", peer.call("ask_back", (1,)).map_err(text), Ok(2))?;
    check("linked back while it blocks", peer.call("connect_back", (5,)).map_err(text), Ok(Some(6)))?;
    check("both ask the page", peer.call("ask_page", ()).map_err(text), Ok("page".to_owned()))?;
    check("the page itself", page.call("page", ()).map_err(text), Ok("page".to_owned()))?;
    check("an async function", peer.call("later", (3,)).map_err(text), Ok(3))?;
    check("awaited", peer.call_async("double", (4,)).await.map_err(text), Ok(8))?;
    check("a service", SumsClient::new(peer.clone()).add(1, 2), Ok(3))?;
    check("a service, awaited", SumsAsyncClient::new(peer.clone()).add(3, 4).await, Ok(7))?;
    let missing = peer.call::<_, ()>("missing", ()).map_err(|error| error.kind());
    check("no such function", missing, Err(NameErrorKind::NotExported))?;
    let bytes: Vec<i32> = (0..100_000).collect();
    let limit = peer.function("never").timeout(Duration::from_millis(50)).call::<_, ()>(());
    check("a time limit", limit.map_err(|error| error.kind()), Err(NameErrorKind::TimedOut))?;
    check("much is no export", peer.call::<_, i32>("double", (bytes,)).is_err(), true)?;
    let channel = MessageChannel::new().map_err(text)?;
    let (port, heard) = (channel.port2(), Rc::new(RefCell::new(None)));
    let log = Rc::clone(&heard);
    let hear = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        log.replace(event.data().as_string());
    });
    channel.port1().set_onmessage(Some(hear.as_ref().unchecked_ref()));
    let sent = peer.function("echo_by_port").transfer([port.clone()]).call_async::<_, ()>((Js(port),));
    check("a port", sent.await.map_err(text), Ok(()))?;
    for _ in 0..500 {
        if heard.borrow().is_some() {
            break;
        }
        sleep(10).await;
    }
    check("by the port", heard.take(), Some("hello".to_owned()))?;
    // The page calls this worker while it is blocked on the other one.
    blocked.set(true);
    check("served", peer.call("until_served", ()).map_err(text), Ok(()))
}

/// Cannot be linked.
#[sabir::worker]
pub async fn is_refused(page: Page) -> Checked {
    let why = |refused: Result<Peer, ConnectError>| match refused {
        Err(ConnectError::Refused { why, .. }) => why,
        other => format!("{other:?}"),
    };
    let unknown = why(page.connect("nobody").await);
    check("nobody", unknown.contains(".name(\"nobody\")"), true).map_err(|_| unknown)?;
    let itself = why(page.connect("refused").await);
    check("itself", itself.contains("this worker itself"), true).map_err(|_| itself)?;
    let silent = why(page.connect("silent").await);
    // On a busy machine it may have ended already.
    let says = silent.contains("was terminated") || silent.contains("no worker");
    check("one that never starts", says, true).map_err(|_| silent)?;
    let busy = why(page.connect("busy").await);
    check("one that is blocked", busy.contains("not taken its end within 3000 ms"), true)
        .map_err(|_| busy)?;
    let alone = why(page.connect("alone").await);
    check("one that accepts none", alone.contains("page.accept"), true).map_err(|_| alone)
}

/// Loses its links.
#[sabir::worker]
pub async fn loses_links(page: Page) -> Checked {
    let kind = |result: Result<i32, NameError>| result.map_err(|error| error.kind());
    let closed = Err(NameErrorKind::Closed);
    for round in 0..3 {
        let peer = page.connect("other").await.map_err(text)?;
        check("linked", peer.call("double", (round,)).map_err(text), Ok(2 * round))?;
        let waiting = peer.call_async::<_, i32>("never", ());
        peer.close();
        peer.close();
        check("closed here", kind(peer.call("double", (1,))), closed)?;
        check("the reason", peer.closed(), Some(CloseReason::Closed))?;
        check("what waited", kind(waiting.await), closed)?;
    }
    let peer = page.connect("other").await.map_err(text)?;
    check("linked", peer.call("double", (1,)).map_err(text), Ok(2))?;
    check("the other closes", page.call("have_it_closed", ()).map_err(text), Ok(true))?;
    check("closed there", kind(peer.call("double", (1,))), closed)?;
    let peer = page.connect("other").await.map_err(text)?;
    page.call_async::<_, ()>("end_other_soon", ()).await.map_err(text)?;
    let never = SumsClient::new(peer.clone()).never();
    let ended = matches!(&never, Err(CallError::Closed { reason: CloseReason::Failed(why), .. }) if why.contains("its realm ended"));
    check("the other has ended", ended, true).map_err(|_| text(never))?;
    check("the page goes on", page.call("have_it_closed", ()).map_err(text), Ok(false))?;
    let gone = page.connect("other").await;
    check("it is gone", matches!(gone, Err(ConnectError::Refused { .. })), true)
}

fn shares(over: Over) -> bool {
    matches!(over.0, None | Some(Transport::Atomics))
}

fn named(over: Over, program: &str, name: &str) -> WorkerBuilder {
    over.apply(Worker::builder(program)).name(name).export("page", || "page".to_owned())
}

/// Starts a worker in the background.
fn start(builder: WorkerBuilder) -> Rc<RefCell<Option<Worker>>> {
    let started = Rc::new(RefCell::new(None));
    let worker = Rc::clone(&started);
    wasm_bindgen_futures::spawn_local(async move {
        worker.replace(builder.spawn().await.ok());
    });
    started
}

pub async fn workers_call_each_other(over: Over) {
    let served = Rc::new(Cell::new(false));
    let was_served = Rc::clone(&served);
    // A worker that has not started yet is waited for.
    let calculator = named(over, "calculates", "calculator");
    let calculator = start(calculator.export("was_served", move || was_served.get()));
    let calling = named(over, "calls_a_worker", "caller").export("shares", move || shares(over));
    let worker = calling.spawn().await.unwrap();
    // A call that arrives before the worker blocks does not descend from what blocks it: it waits, and another one is made.
    let is_blocked = || worker.function("is_blocked").timeout(Duration::from_millis(200));
    while shares(over) {
        match is_blocked().call_async::<_, bool>(()).await {
            Ok(true) => break,
            Err(error) if error.kind() != NameErrorKind::TimedOut => panic!("{error}"),
            _ => sleep(5).await,
        }
    }
    served.set(true);
    assert_eq!(worker.finished().await, Ok(()));
    drop(calculator);
}

pub async fn a_link_that_cannot_be_made_is_an_error(over: Over) {
    if !shares(over) {
        return;
    }
    let _alone = named(over, "keeps_to_itself", "alone").spawn().await.unwrap();
    let busy = named(over, "is_busy", "busy").start_timeout(Duration::from_secs(3)).spawn().await.unwrap();
    let silent = named(over, "values", "silent").package("/assets/silent.js");
    let silent = start(silent.start_timeout(Duration::from_millis(500)));
    let refused = named(over, "is_refused", "refused").spawn().await.unwrap();
    assert_eq!(refused.finished().await, Ok(()));
    busy.terminate();
    drop(silent);
}

pub async fn a_link_ends_from_either_end_and_with_its_worker(over: Over) {
    if !shares(over) {
        return;
    }
    let other = named(over, "calculates", "other").spawn().await.unwrap();
    let (closing, ending) = (other.clone(), other);
    let worker = named(over, "loses_links", "loser")
        .export_async("have_it_closed", move || {
            let other = closing.clone();
            async move { other.call::<_, bool>("close_link", ()).await.unwrap_or_default() }
        })
        .export("end_other_soon", move || {
            let other = ending.clone();
            wasm_bindgen_futures::spawn_local(async move {
                sleep(50).await;
                other.terminate();
            });
        });
    let worker = worker.spawn().await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
}
