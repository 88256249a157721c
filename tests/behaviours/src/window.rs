//! The page's objects, and functions by name, in workers of Rust: programs, and their outcome on the page.

#![expect(missing_docs, reason = "each behaviour's name says what it is")]

use crate::over::Over;
use crate::services::{Clerk, DeskClient, DeskServer, sleep};
use sabir::{
    AccessKind, CloseReason, Js, NameError, NameErrorKind, Page, StartError, TraceEvent, WindowError,
    WindowPolicy, Worker,
};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CustomEvent, Document, DomException, Element, Event, EventTarget, HtmlElement, HtmlInputElement,
    MessageChannel, MessagePort, MouseEvent, Window,
};

pub(crate) type Checked = Result<(), String>;

pub(crate) fn check<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Checked {
    if got == expected { Ok(()) } else { Err(format!("{what}: got {got:?}, expected {expected:?}")) }
}

pub(crate) fn text(error: impl Debug) -> String {
    format!("{error:?}")
}

fn kind<T>(result: Result<T, NameError>) -> Option<NameErrorKind> {
    result.err().map(|error| error.kind())
}

/// A struct of a program's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    name: String,
    age: Option<u32>,
    tags: BTreeMap<String, f64>,
}

fn person() -> Person {
    Person { name: "Ådne 🚀".to_owned(), age: Some(36), tags: BTreeMap::from([("a".to_owned(), 0.5)]) }
}

fn append_rows(document: &Document, id: &str, count: u32) -> Result<Element, JsValue> {
    let root = document.create_element("section")?;
    root.set_id(id);
    for index in 0..count {
        let row = document.create_element("p")?;
        row.set_text_content(Some(&format!("row {index}")));
        row.set_attribute("data-index", &index.to_string())?;
        root.append_child(&row)?;
    }
    document.body().expect_throw("a page has a body").append_child(&root)?;
    Ok(root)
}

/// Builds a list on the page, and reads it back.
#[sabir::worker]
pub fn builds(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let root = append_rows(&document, "built", 20).map_err(text)?;
    let last = root.last_element_child().ok_or("no last row")?;
    check("the last row", last.text_content(), Some("row 19".to_owned()))?;
    check("an attribute", last.get_attribute("data-index"), Some("19".to_owned()))?;
    check("one object is one value", root.last_element_child(), Some(last.clone()))?;
    check("an element", last.dyn_ref::<HtmlElement>().is_some(), true)?;
    check("no input", last.dyn_into::<HtmlInputElement>().is_ok(), false)?;
    check("window", page.window().map_err(text)?.dyn_ref::<Window>().is_some(), true)?;
    let error = document.create_element("no element").unwrap_err();
    let error = error.dyn_into::<DomException>().map_err(text)?;
    check("an exception", error.name(), "InvalidCharacterError".to_owned())?;
    let batched = page.batch(|| {
        for _ in 0..5 {
            root.set_attribute("class", "batched").expect_throw("a class");
        }
    });
    batched.map_err(text)?;
    check("a batch", root.class_name(), "batched".to_owned())
}

/// Finds all by the names that a page's code uses.
#[sabir::worker(globals)]
pub async fn finds_globals(_page: Page) -> Checked {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    append_rows(&document, "by-globals", 3).map_err(text)?;
    let storage = window.local_storage().map_err(text)?.ok_or("no storage")?;
    storage.set_item("sabir", "kept").map_err(text)?;
    check("storage", storage.get_item("sabir").map_err(text)?, Some("kept".to_owned()))?;
    let path = window.location().pathname().map_err(text)?;
    check("the page's place", path.ends_with(".js"), false)?;
    let query = window.match_media("(min-width: 1px)").map_err(text)?.ok_or("no query")?;
    check("a media query", query.matches(), true)?;

    let (resolve_with, frame) = (Rc::new(RefCell::new(None)), Rc::new(Cell::new(0.0)));
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        resolve_with.replace(Some(resolve));
    });
    let seen = Rc::clone(&frame);
    let on_frame = Closure::once(move |time: f64| {
        seen.set(time);
        let resolve: Option<js_sys::Function> = resolve_with.take();
        let _ = resolve.map(|resolve| resolve.call0(&JsValue::NULL));
    });
    window.request_animation_frame(on_frame.as_ref().unchecked_ref()).map_err(text)?;
    JsFuture::from(promise).await.map_err(text)?;
    check("a frame of the page's", frame.get() > 0.0, true)?;

    let heard = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&heard);
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let kinds = (event.dyn_ref::<CustomEvent>().is_some(), event.dyn_ref::<MouseEvent>().is_some());
        log.borrow_mut().push((event.type_(), kinds));
    });
    let target: &EventTarget = &window;
    target.add_event_listener_with_callback("sabir-test", listener.as_ref().unchecked_ref()).map_err(text)?;
    let event = CustomEvent::new("sabir-test").map_err(text)?;
    target.dispatch_event(&event).map_err(text)?;
    sleep(50).await;
    check("a custom event", heard.take(), vec![("sabir-test".to_owned(), (true, false))])
}

/// Hears clicks, and prevents their default.
#[sabir::worker]
pub async fn hears_clicks(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let button = document.create_element("button").map_err(text)?;
    button.set_id("heard");
    document.body().ok_or("no body")?.append_child(&button).map_err(text)?;
    let listener = Closure::<dyn FnMut(Event)>::new({
        let button = button.clone();
        move |event: Event| {
            let mouse = event.dyn_into::<MouseEvent>().expect_throw("a click is a mouse event");
            mouse.prevent_default();
            let count: u32 = button.text_content().and_then(|text| text.parse().ok()).unwrap_or_default();
            button.set_text_content(Some(&(count + 1).to_string()));
        }
    });
    button.add_event_listener_with_callback("click", listener.as_ref().unchecked_ref()).map_err(text)?;
    page.call::<_, ()>("listening", ()).map_err(text)?;
    let ended = Rc::new(Cell::new(false));
    let end = Rc::clone(&ended);
    page.export("end", move || end.set(true));
    while !ended.get() {
        sleep(5).await;
    }
    drop(listener);
    Ok(())
}

/// A listener that panics.
#[sabir::worker]
pub async fn panics_in_a_listener(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let listener = Closure::<dyn FnMut(Event)>::new(|_: Event| panic!("no luck with this click"));
    let body: EventTarget = document.body().ok_or("no body")?.into();
    body.add_event_listener_with_callback("sabir-click", listener.as_ref().unchecked_ref()).map_err(text)?;
    page.call::<_, ()>("listening", ()).map_err(text)?;
    listener.forget();
    std::future::pending().await
}

/// Calls functions of the page's by their names.
#[sabir::worker]
pub fn calls_by_name(page: Page) -> Checked {
    check("a text", page.call("ask", ("name?",)).map_err(text)?, "the answer to name?".to_owned())?;
    check("a struct", page.call("same", (person(),)).map_err(text)?, person())?;
    check("nothing", page.call("nothing", ()).map_err(text)?, ())?;
    check("two", page.call("add", (40, 2.5)).map_err(text)?, 42.5)?;
    check("async", page.call("later", (7,)).map_err(text)?, 7)?;

    let missing = page.call::<_, ()>("no_such", ()).unwrap_err();
    check("not exported", missing.kind(), NameErrorKind::NotExported)?;
    check("its name", missing.to_string().contains("`no_such`"), true)?;
    let wrong = page.call::<_, u32>("ask", ("name?",)).unwrap_err();
    check("another type", wrong.kind(), NameErrorKind::Result)?;
    let argument = page.call::<_, f64>("add", ("one", 2)).unwrap_err();
    check("a wrong argument", argument.to_string().contains("args[0]"), true)?;
    let thrown = page.call::<_, u32>("fails", (3,)).unwrap_err();
    check(
        "thrown",
        (thrown.kind(), thrown.to_string()),
        (NameErrorKind::Thrown, "`fails`: Error: 3 is odd".to_owned()),
    )?;
    check("no error", page.call("fails", (4,)).map_err(text)?, 4)?;
    let no_tuple = page.call::<_, f64>("add", 3);
    check("no tuple", kind(no_tuple), Some(NameErrorKind::Argument))?;
    let never = page.function("never").timeout(Duration::from_millis(100));
    check("a limit", kind(never.call::<_, ()>(())), Some(NameErrorKind::TimedOut))?;

    let blob = Blob::new().map_err(text)?;
    let blob: Js<Blob> = page.call("same_value", (Js(blob),)).map_err(text)?;
    check("a blob", blob.0.size(), 0.0)?;
    let ports = MessageChannel::new().map_err(text)?;
    let (kept, sent) = (ports.port1(), ports.port2());
    let posts = page.function("takes_port").transfer([sent.clone()]);
    posts.call::<_, ()>((Js(sent),)).map_err(text)?;
    kept.close();
    page.sleep(Duration::from_millis(5)).map_err(text)
}

/// Exports functions to the page.
#[sabir::worker]
pub async fn exports(page: Page) -> Checked {
    page.export("double", |value: i32| 2 * value);
    page.export("none", || ());
    page.try_export(
        "halve",
        |value: i32| {
            if value % 2 == 0 { Ok(value / 2) } else { Err(format!("{value} is odd")) }
        },
    );
    page.export_async("later", |delay_ms: u32| async move {
        sleep(delay_ms).await;
        delay_ms
    });
    let asking = page.clone();
    page.export("asks", move |text: String| -> String {
        asking.call("ask", (text,)).unwrap_or_else(|error| error.to_string())
    });
    check("a call that is awaited", page.call_async("add", (1, 2)).await.map_err(text)?, 3.0)
}

/// Is given no window.
#[sabir::worker]
pub fn has_no_window(page: Page) -> Checked {
    check("window", page.window().err(), Some(WindowError::NotAllowed))?;
    check("document", page.document().err(), Some(WindowError::NotAllowed))?;
    check("globals", page.install_globals().err(), Some(WindowError::NotAllowed))?;
    check("by name", page.call("ask", ("?",)).map_err(text)?, "the answer to ?".to_owned())
}

/// Wants globals that the page does not give.
#[sabir::worker(globals)]
pub fn wants_globals(_page: Page) {}

/// Is allowed some of the page.
#[sabir::worker]
pub fn is_limited(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let body = document.body().ok_or("no body")?;
    check("a class", body.dyn_ref::<HtmlElement>().is_some(), true)?;
    let window = page.window().map_err(text)?;
    let refused = js_sys::Reflect::get(&window, &"localStorage".into());
    check("what is not allowed", refused.is_err(), true)
}

/// Is asked about by the page.
#[sabir::worker]
pub fn is_asked_about(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    check("a call", document.create_element("p").is_ok(), true)?;
    check("another call", document.create_element("canvas").is_err(), true)?;
    let set = js_sys::Reflect::set(&document, &"title".into(), &"mine".into());
    let error = set.err().ok_or("it was set")?;
    let message = js_sys::Reflect::get(&error, &"message".into()).map_err(text)?;
    let message = message.as_string().unwrap_or_default();
    check("its error", message.contains("`title` is refused by the `hook`"), true).map_err(|_| message)
}

/// Calls in every way, for a trace.
#[sabir::worker]
pub fn is_traced(page: Page) -> Checked {
    page.export("double", |value: i32| 2 * value);
    page.document().map_err(text)?.set_title("traced");
    let answer: String = page.call("ask", ("a",)).map_err(text)?;
    check("by name", answer, "the answer to a".to_owned())?;
    let desk = DeskClient::new(page.clone());
    check("a service", desk.echo(1), Ok(1))?;
    check("a service, later", desk.after(5), Ok(5))
}

/// Waits for a promise of the page's.
#[sabir::worker]
pub async fn awaits_promises(page: Page) -> Checked {
    let window = page.window().map_err(text)?;
    let get = |name: &str| js_sys::Reflect::get(&window, &name.into()).map_err(text);
    let promise: js_sys::Promise = get("sabirPromise")?.unchecked_into();
    check("resolved", JsFuture::from(promise).await.map_err(text)?.as_f64(), Some(42.0))?;
    let promise: js_sys::Promise = get("sabirRejected")?.unchecked_into();
    let error = JsFuture::from(promise).await.unwrap_err();
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    check("rejected", message, Some("no".to_owned()))
}

fn builder(over: Over, program: &str) -> sabir::WorkerBuilder {
    over.apply(Worker::builder(program)).export("ask", |question: String| format!("the answer to {question}"))
}

pub(crate) fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a page has a document")
}

fn count(selector: &str) -> u32 {
    document().query_selector_all(selector).expect("a selector").length()
}

pub(crate) async fn run(builder: sabir::WorkerBuilder) {
    let worker = builder.spawn().await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
}

pub async fn a_worker_builds_the_page(over: Over) {
    run(builder(over, "builds").window(WindowPolicy::all())).await;
    assert_eq!(count("#built p"), 20);
    document().get_element_by_id("built").expect("it was built").remove();
}

pub async fn a_worker_finds_the_pages_globals(over: Over) {
    run(finds_globals_builder(over)).await;
    assert_eq!(count("#by-globals p"), 3);
    document().get_element_by_id("by-globals").expect("it was built").remove();
}

fn finds_globals_builder(over: Over) -> sabir::WorkerBuilder {
    over.apply(finds_globals::builder()).window(WindowPolicy::all())
}

pub async fn a_listener_in_a_worker_hears_the_page(over: Over) {
    let listening = Rc::new(Cell::new(false));
    let told = Rc::clone(&listening);
    let builder = builder(over, "hears_clicks").window(WindowPolicy::all());
    let worker = builder.export("listening", move || told.set(true)).spawn().await.unwrap();
    while !listening.get() {
        sleep(5).await;
    }
    let button: HtmlElement = document().get_element_by_id("heard").expect("it was built").unchecked_into();
    let mut prevented = 0;
    for clicks in 1..=10 {
        let before = Rc::new(Cell::new(false));
        let seen = Rc::clone(&before);
        let last = Closure::<dyn FnMut(Event)>::new(move |event: Event| seen.set(event.default_prevented()));
        let body: &EventTarget = &document().body().unwrap();
        body.add_event_listener_with_callback("click", last.as_ref().unchecked_ref()).unwrap();
        button.click();
        body.remove_event_listener_with_callback("click", last.as_ref().unchecked_ref()).unwrap();
        prevented += u32::from(before.get());
        for _ in 0..400 {
            if button.text_content() == Some(clicks.to_string()) {
                break;
            }
            sleep(5).await;
        }
        assert_eq!(button.text_content(), Some(clicks.to_string()));
    }
    // A busy machine may be late for some of them; without shared memory nobody can wait for the worker.
    let shared = worker.transport() == sabir::Transport::Atomics;
    assert_eq!(prevented > 0, shared, "{prevented} of 10 defaults were prevented");
    assert_eq!(worker.call::<_, ()>("end", ()).await.map_err(text), Ok(()));
    assert_eq!(worker.finished().await, Ok(()));
    button.remove();
}

pub async fn a_listener_that_panics_ends_its_worker(over: Over) {
    let listening = Rc::new(Cell::new(false));
    let told = Rc::clone(&listening);
    let builder = builder(over, "panics_in_a_listener").window(WindowPolicy::all());
    let worker = builder.export("listening", move || told.set(true)).spawn().await.unwrap();
    while !listening.get() {
        sleep(5).await;
    }
    let body = document().body().unwrap();
    body.dispatch_event(&Event::new("sabir-click").unwrap()).unwrap();
    let reason = worker.finished().await.unwrap_err();
    assert!(
        matches!(&reason, CloseReason::Panicked(what) if what.contains("no luck with this click")),
        "{reason}"
    );
    // What the worker listened to is listened to no more.
    body.dispatch_event(&Event::new("sabir-click").unwrap()).unwrap();
}

pub async fn functions_are_called_by_name(over: Over) {
    let ports = Rc::new(RefCell::new(Vec::new()));
    let taken = Rc::clone(&ports);
    let builder = builder(over, "calls_by_name")
        .export("same", |person: Person| person)
        .export("same_value", |value: Js<Blob>| value)
        .export("takes_port", move |port: Js<MessagePort>| taken.borrow_mut().push(port.0))
        .export("nothing", || ())
        .export("add", |one: f64, other: f64| one + other)
        .try_export(
            "fails",
            |value: u32| if value.is_multiple_of(2) { Ok(value) } else { Err(format!("{value} is odd")) },
        )
        .export_async("later", |value: u32| async move {
            sleep(5).await;
            value
        })
        .export_async("never", std::future::pending::<()>);
    run(builder).await;
    assert_eq!(ports.borrow().len(), 1);
}

pub async fn the_page_calls_functions_by_name(over: Over) {
    let builder = builder(over, "exports").export("add", |one: f64, other: f64| one + other);
    let worker = builder.spawn().await.unwrap();
    assert_eq!(worker.call("double", (21,)).await.map_err(text), Ok(42));
    assert_eq!(worker.call("none", ()).await.map_err(text), Ok(()));
    assert_eq!(worker.call("halve", (4,)).await.map_err(text), Ok(2));
    assert_eq!(worker.call("later", (5,)).await.map_err(text), Ok(5));
    assert_eq!(worker.call("asks", ("x",)).await.map_err(text), Ok("the answer to x".to_owned()));
    let error = worker.call::<_, i32>("halve", (3,)).await.unwrap_err();
    assert_eq!(error.to_string(), "`halve`: Error: 3 is odd");
    let error = worker.call::<_, i32>("no_such", ()).await.unwrap_err();
    assert_eq!(error.kind(), NameErrorKind::NotExported, "{error}");
    let later = worker.function("later").timeout(Duration::from_millis(50));
    assert_eq!(kind(later.call_async::<_, u32>((10_000,)).await), Some(NameErrorKind::TimedOut));
    let pending = worker.call::<_, u32>("later", (100_000,));
    worker.terminate();
    assert_eq!(kind(pending.await), Some(NameErrorKind::Closed));
    assert_eq!(kind(worker.call::<_, i32>("double", (21,)).await), Some(NameErrorKind::Closed));
}

pub async fn a_window_that_is_not_allowed_is_an_error(over: Over) {
    run(builder(over, "has_no_window")).await;
    let refused = match over.apply(wants_globals::builder()).spawn().await {
        Err(StartError::Program { reason, .. }) => reason,
        Ok(worker) => worker.finished().await.unwrap_err(),
        Err(error) => panic!("{error}"),
    };
    assert!(refused.to_string().contains(".window("), "{refused}");
}

pub async fn a_policy_limits_the_window(over: Over) {
    run(builder(over, "is_limited").window(WindowPolicy::all().allow(["document"]))).await;
}

pub async fn a_closure_of_the_page_decides_on_each_use(over: Over) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    let policy = WindowPolicy::all().asked(move |access| {
        log.borrow_mut().push((access.kind(), access.name()));
        let canvas = access.arguments().get(0).as_string().as_deref() == Some("canvas");
        access.kind() != AccessKind::Set && !canvas
    });
    run(builder(over, "is_asked_about").window(policy)).await;
    for used in
        [(AccessKind::Get, "document"), (AccessKind::Call, "createElement"), (AccessKind::Set, "title")]
    {
        let seen = seen.borrow();
        assert!(seen.iter().any(|(kind, name)| (*kind, name.as_str()) == used), "{used:?}: {seen:?}");
    }
}

/// Runs `is_traced`, and calls it.
pub async fn run_traced(over: Over, trace: impl Fn(&TraceEvent) + 'static) {
    let traced = builder(over, "is_traced").window(WindowPolicy::all()).trace(trace);
    let worker = traced.serve(DeskServer::new(Clerk::default())).spawn().await.unwrap();
    assert_eq!(worker.finished().await, Ok(()));
    assert_eq!(worker.call("double", (21,)).await.map_err(text), Ok(42));
    assert_eq!(worker.closed(), None);
}

pub async fn the_page_traces_the_calls_of_its_worker(over: Over) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    run_traced(over, move |event| log.borrow_mut().push(event.clone())).await;
    let seen = seen.take();
    for (name, from_worker) in
        [("title", true), ("ask", true), ("Desk.echo", true), ("Desk.after", true), ("double", false)]
    {
        let event = seen.iter().find(|event| event.name == name && event.from_worker == from_worker);
        let event = event.unwrap_or_else(|| panic!("{name} is missing: {seen:?}"));
        let age_ms = js_sys::Date::now() - event.start_ms;
        assert!((0.0..600_000.0).contains(&age_ms) && event.duration_ms >= 0.0, "{event:?}");
        assert!(event.bytes > 0.0 || !from_worker, "{event:?}");
    }
}

pub async fn a_trace_that_throws_stops_no_worker(over: Over) {
    run_traced(over, |_| wasm_bindgen::throw_str("a trace that throws")).await;
}

pub async fn a_worker_awaits_promises_of_the_page(over: Over) {
    js_sys::eval(
        "globalThis.sabirPromise = new Promise((resolve) => setTimeout(resolve, 20, 42));
         globalThis.sabirRejected = Promise.reject(new Error('no'));
         globalThis.sabirRejected.catch(() => {});",
    )
    .unwrap();
    run(builder(over, "awaits_promises").window(WindowPolicy::all())).await;
}
