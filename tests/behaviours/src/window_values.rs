//! What strangers give functions by name, and ask of the page's objects: programs, and their outcome on the page.

#![expect(missing_docs, reason = "each behaviour's name says what it is")]

use crate::over::{Over, builder};
use crate::services::{Clerk, DeskClient, Hand, HandAsyncClient, HandServer, sleep};
use crate::window::{Checked, check, document, run, text};
use sabir::{Bytes, Js, NameErrorKind, Page, WindowPolicy, Worker};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kinds {
    Unit,
    New(u8),
    Pair(u8, String),
    Named { one: Option<u8>, other: Vec<u8> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Unit,
    Named { one: u64 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Number(i64),
    List(Vec<f64>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Borrowing {
    text: Cow<'static, str>,
    letter: char,
    unit: (),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Serialize)]
struct Wide(u8, u8);

/// What is not as it should be.
#[derive(Default)]
struct Log(RefCell<Vec<String>>);

impl Log {
    fn add(&self, checked: Checked) {
        self.0.borrow_mut().extend(checked.err());
    }
    fn end(self) -> Checked {
        let all = self.0.take();
        if all.is_empty() { Ok(()) } else { Err(all.join("\n")) }
    }
    /// A value comes back as it is, or is refused with an error.
    fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(
        &self,
        page: &Page,
        value: T,
        refused: bool,
    ) {
        let back = page.call::<_, T>("same", (&value,));
        match back {
            Ok(back) => self.add(check("same", (back, false), (value, refused))),
            Err(error) if refused => self.add(check("kind", error.kind(), NameErrorKind::Argument)),
            Err(error) => self.add(Err(format!("{value:?}: {error}"))),
        }
    }
}

/// Gives a function all kinds of values.
#[sabir::worker]
pub fn gives_values(page: Page) -> Checked {
    let log = Log::default();
    for value in [0, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, u64::MAX] {
        log.same(&page, value, false);
    }
    for value in [-(1i64 << 53), i64::MIN, i64::MAX, -1] {
        log.same(&page, value, false);
    }
    for value in [i128::MIN, 5] {
        log.same(&page, value, false);
    }
    for value in [f32::INFINITY, f32::NEG_INFINITY, 0.1, f32::MIN_POSITIVE] {
        log.same(&page, value, false);
    }
    log.add(check("nan", page.call::<_, f32>("same", (f32::NAN,)).map(f32::is_nan).map_err(text), Ok(true)));
    log.add(check(
        "-0",
        page.call::<_, f64>("same", (-0.0,)).map(f64::is_sign_negative).map_err(text),
        Ok(true),
    ));
    log.same(&page, None::<()>, false);
    log.same(&page, Some(()), true);
    log.same(&page, Some(None::<u8>), true);
    log.same(&page, None::<Option<u8>>, false);
    log.same(&page, vec![Some(Unit)], true);
    log.same(&page, vec![None, Some(3)], false);
    for value in
        [Kinds::Unit, Kinds::New(1), Kinds::Pair(2, "x".into()), Kinds::Named { one: None, other: vec![1] }]
    {
        log.same(&page, value, false);
    }
    log.same(&page, vec![Tagged::Unit, Tagged::Named { one: 1 << 60 }], false);
    log.same(
        &page,
        vec![
            Untagged::Text("1".into()),
            Untagged::Number(1),
            Untagged::Number(i64::MAX),
            Untagged::List(vec![0.5]),
        ],
        false,
    );
    log.same(&page, HashMap::from([(1u32, "one".to_owned())]), false);
    log.same(&page, BTreeMap::from([((1u8, true), 2)]), false);
    log.same(&page, BTreeMap::from([(Some('a'), 2)]), false);
    log.same(&page, BTreeMap::from([(u64::MAX, 2)]), false);
    log.same(
        &page,
        BTreeMap::from([("__proto__".to_owned(), vec![1]), ("constructor".to_owned(), vec![2])]),
        false,
    );
    log.same(&page, Borrowing { text: Cow::Borrowed("a\0b"), letter: '🚀', unit: () }, false);
    log.same(&page, Unit, false);
    log.same(&page, vec![0u8; 100_000], false);
    let bytes: Vec<u8> = page.call("bytes", (ByteList(vec![1, 2, 255]),)).map_err(text)?;
    log.add(check("bytes", bytes, vec![1, 2, 255]));
    let eight = page.call::<_, u32>("eight", (1, 2, 3, 4, 5, 6, 7, 8));
    log.add(check("eight", eight.map_err(text), Ok(36)));
    let seven = page.call::<_, u32>("eight", (1, 2, 3, 4, 5, 6, 7)).map_err(text);
    log.add(check("seven", seven.as_ref().is_err_and(|e| e.contains("args[7]")), true));
    let nine = page.call::<_, u32>("eight", (1, 2, 3, 4, 5, 6, 7, 8, 9)).map_err(text);
    log.add(check("nine", nine, Ok(36)));
    log.add(check(
        "list as arguments",
        page.call::<_, u32>("eight", vec![1; 8]).map_err(|e| e.kind()),
        Err(NameErrorKind::Argument),
    ));
    let wide = page.call::<_, u32>("eight", Wide(1, 2)).map_err(|error| error.kind());
    log.add(check("a struct as arguments", wide, Err(NameErrorKind::Argument)));
    log.add(check("an array as arguments", page.call::<_, u32>("eight", [1; 8]).map_err(text), Ok(8)));
    for name in ["then", "__proto__", "constructor", "", "toString", "a b\0c"] {
        let missing = page.call::<_, u32>(name, (1,)).map_err(|error| error.kind());
        log.add(check(name, missing, Err(NameErrorKind::NotExported)));
        let answer = page.call::<_, u32>(&format!("{name}!"), (1,)).map_err(text);
        log.add(check(name, answer, Ok(2)));
    }
    let limit = page.function("same").timeout(std::time::Duration::MAX);
    log.add(check("no limit", limit.call::<_, u8>((1,)).map_err(text), Ok(1)));
    let wrong = page.call::<_, Js<HtmlElement>>("same", (1,)).map_err(|e| e.kind());
    log.add(check("a wrong class", wrong.map(drop), Err(NameErrorKind::Result)));
    let many = vec![Some(Js(JsValue::from(1))), Some(Js(JsValue::UNDEFINED))];
    let many = page.call::<_, Vec<Js<JsValue>>>("same", (many,)).map_err(|e| e.kind());
    log.add(check("nested", many.map(|many| many[0].0.as_f64()), Err(NameErrorKind::Argument)));
    log.end()
}

struct ByteList(Vec<u8>);
impl Serialize for ByteList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

pub async fn values_by_name_are_the_same_or_refused(over: Over) {
    let mut builder = over
        .apply(Worker::builder("gives_values"))
        .export("same", |value: Js<JsValue>| value)
        .export("bytes", |value: Vec<u8>| value)
        .export("eight", |a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32| {
            a + b + c + d + e + f + g + h
        });
    for name in ["then", "__proto__", "constructor", "", "toString", "a b\0c"] {
        builder = builder.export_async(&format!("{name}!"), |value: u32| async move { value + 1 });
    }
    run(builder).await;
}

async fn until(what: &str, done: impl Fn() -> bool) -> Checked {
    for _ in 0..400 {
        if done() {
            return Ok(());
        }
        sleep(5).await;
    }
    Err(format!("in vain: {what}"))
}

fn get(target: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(target, &key.into()).unwrap_or(JsValue::NULL)
}

/// What a program of strangers' has.
struct Used {
    page: Page,
    window: Window,
    document: Document,
    root: HtmlElement,
    row: HtmlElement,
    log: Log,
}

/// Uses the page's objects as code on a page does.
#[sabir::worker]
pub async fn uses_the_dom(page: Page) -> Checked {
    check("no window here", web_sys::window().is_some(), false)?;
    let window = page.window().map_err(text)?;
    check("no window here yet", web_sys::window().is_some(), false)?;
    let document = page.document().map_err(text)?;
    let body = document.body().ok_or("no body")?;
    let root = document.create_element("section").map_err(text)?.dyn_into::<HtmlElement>().map_err(text)?;
    root.set_id("used");
    root.set_inner_html("<form><input name='a' value='1'><input name='a' value='2'><input name=b type=checkbox></form><p class='x y'></p><p></p>");
    body.append_child(&root).map_err(text)?;
    let row =
        root.query_selector(".x").map_err(text)?.ok_or("no row")?.dyn_into::<HtmlElement>().map_err(text)?;
    let used = Used { page, window, document, root, row, log: Log::default() };
    asks_for_classes(&used)?;
    walks_lists(&used)?;
    reads_forms(&used)?;
    keeps_history(&used)?;
    sets_handlers(&used).await?;
    listens(&used).await?;
    sets_timers(&used).await?;
    observes(&used).await?;
    replaces_methods(&used)?;
    batches(&used)?;
    gives_back(&used)?;
    sorts(&used)?;
    stores(&used)?;
    calls_in_a_listener(&used).await?;
    used.root.remove();
    used.log.end()
}

fn asks_for_classes(used: &Used) -> Checked {
    let Used { root, log, .. } = used;
    let value: JsValue = root.clone().into();
    log.add(check("no canvas", value.dyn_ref::<HtmlCanvasElement>().is_some(), false));
    log.add(check("a class that is nowhere", value.dyn_ref::<NoSuchClass>().is_some(), false));
    log.add(check("null", JsValue::NULL.dyn_ref::<HtmlElement>().is_some(), false));
    log.add(check("number", JsValue::from(1).dyn_ref::<Node>().is_some(), false));
    let own: JsValue = Event::new("x").map_err(text)?.into();
    log.add(check(
        "own event",
        (own.is_instance_of::<Event>(), own.is_instance_of::<MouseEvent>(), own.is_instance_of::<Node>()),
        (true, false, false),
    ));
    let own: JsValue = Blob::new().map_err(text)?.into();
    log.add(check("own blob", (own.is_instance_of::<Blob>(), own.is_instance_of::<File>()), (true, false)));
    let own: JsValue = MessageEvent::new("x").map_err(text)?.into();
    log.add(check(
        "own message",
        (
            own.is_instance_of::<MessageEvent>(),
            own.is_instance_of::<Event>(),
            own.is_instance_of::<CustomEvent>(),
        ),
        (true, true, false),
    ));
    let own: JsValue = js_sys::global().into();
    log.add(check(
        "own scope",
        (
            own.is_instance_of::<EventTarget>(),
            own.is_instance_of::<DedicatedWorkerGlobalScope>(),
            own.is_instance_of::<Window>(),
        ),
        (true, true, false),
    ));
    Ok(())
}

fn walks_lists(used: &Used) -> Checked {
    let Used { document, root, row, log, .. } = used;
    let list = document.query_selector_all("#used input").map_err(text)?;
    log.add(check("array from", js_sys::Array::from(&list).length(), 3));
    let iterated = js_sys::try_iter(&list).map_err(text)?.map(|iter| {
        iter.filter(|item| item.as_ref().is_ok_and(|item| item.is_instance_of::<HtmlInputElement>())).count()
    });
    log.add(check("try_iter", iterated, Some(3)));
    let children = root.children();
    let names: Vec<String> =
        (0..children.length()).filter_map(|at| children.item(at)).map(|child| child.tag_name()).collect();
    log.add(check("children", names, vec!["FORM".to_owned(), "P".into(), "P".into()]));
    log.add(check("values", js_sys::Array::from(&children).length(), 3));
    let closest = list
        .item(0)
        .and_then(|node| node.dyn_into::<Element>().ok())
        .and_then(|input| input.closest("section").ok().flatten());
    log.add(check("closest", closest.as_ref().map(|it| it.id()), Some("used".to_owned())));
    let tokens = row.class_list();
    tokens.add_2("z", "w").map_err(text)?;
    log.add(check("toggle", tokens.toggle("x").map_err(text), Ok(false)));
    log.add(check(
        "tokens",
        (tokens.value(), tokens.contains("z"), tokens.length()),
        ("y z w".to_owned(), true, 3),
    ));
    row.style().set_property("width", "123px").map_err(text)?;
    log.add(check("style", row.style().get_property_value("width").map_err(text), Ok("123px".to_owned())));
    log.add(check("rect", row.get_bounding_client_rect().width(), 123.0));
    let url = Url::new_with_base("x?y=1", "https://a.b/c/").map_err(text)?;
    log.add(check("url", url.href(), "https://a.b/c/x?y=1".to_owned()));
    Ok(())
}

fn reads_forms(used: &Used) -> Checked {
    let Used { root, log, .. } = used;
    let form: HtmlFormElement = root.children().item(0).ok_or("no form")?.dyn_into().map_err(text)?;
    match FormData::new_with_form(&form) {
        Ok(data) => log.add(check(
            "form data",
            (data.get("a").as_string(), data.get_all("a").length(), data.has("b")),
            (Some("1".to_owned()), 2, false),
        )),
        Err(error) => log.add(Err(format!("form data: {error:?}"))),
    }
    Ok(())
}

fn keeps_history(used: &Used) -> Checked {
    let Used { window, log, .. } = used;
    let history = window.history().map_err(text)?;
    let state = js_sys::Object::new();
    js_sys::Reflect::set(&state, &"n".into(), &7.into()).map_err(text)?;
    history.push_state_with_url(&state, "", Some("#used")).map_err(text)?;
    log.add(check("state", get(&history.state().map_err(text)?, "n").as_f64(), Some(7.0)));
    history.replace_state_with_url(&JsValue::NULL, "", Some("#")).map_err(text)?;
    Ok(())
}

async fn sets_handlers(used: &Used) -> Checked {
    let Used { window, document, row, log, .. } = used;
    let clicked = Rc::new(Cell::new(0));
    let count = Rc::clone(&clicked);
    let handler = Closure::<dyn FnMut(Event)>::new(move |_: Event| count.set(count.get() + 1));
    document.set_onclick(Some(handler.as_ref().unchecked_ref()));
    row.click();
    log.add(until("onclick", || clicked.get() == 1).await);
    document.set_onclick(None);
    row.click();
    sleep(30).await;
    log.add(check("no onclick", clicked.get(), 1));
    window.set_onresize(Some(handler.as_ref().unchecked_ref()));
    log.add(check(
        "an event of the worker's",
        window.dispatch_event(&Event::new("resize").map_err(text)?).is_err(),
        true,
    ));
    let event = document.create_event("Event").map_err(text)?;
    event.init_event("resize");
    window.dispatch_event(&event).map_err(text)?;
    log.add(until("onresize", || clicked.get() == 2).await);
    window.set_onresize(None);
    Ok(())
}

async fn listens(used: &Used) -> Checked {
    let Used { row, log, .. } = used;
    let clicked = Rc::new(Cell::new(0));
    let count = Rc::clone(&clicked);
    let handler = Closure::<dyn FnMut(Event)>::new(move |_: Event| count.set(count.get() + 1));
    let listener: &js_sys::Function = handler.as_ref().unchecked_ref();
    row.add_event_listener_with_callback("click", listener).map_err(text)?;
    row.add_event_listener_with_callback("click", listener).map_err(text)?;
    row.click();
    log.add(until("a click", || clicked.get() == 1).await);
    sleep(20).await;
    row.remove_event_listener_with_callback("click", listener).map_err(text)?;
    row.click();
    sleep(30).await;
    log.add(check("removed", clicked.get(), 1));
    row.add_event_listener_with_callback_and_bool("click", listener, true).map_err(text)?;
    row.remove_event_listener_with_callback_and_bool("click", listener, true).map_err(text)?;
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    row.add_event_listener_with_callback_and_add_event_listener_options("click", listener, &options)
        .map_err(text)?;
    row.click();
    row.click();
    sleep(50).await;
    log.add(check("once", clicked.get(), 2));
    let aborting = AbortController::new().map_err(text)?;
    let options = AddEventListenerOptions::new();
    options.set_signal(&aborting.signal());
    clicked.set(0);
    match row.add_event_listener_with_callback_and_add_event_listener_options("click", listener, &options) {
        Ok(()) => {
            aborting.abort();
            sleep(20).await;
            row.click();
            sleep(30).await;
            log.add(check("aborted", clicked.get(), 0));
        }
        Err(error) => log.add(Err(format!("a signal: {error:?}"))),
    }
    Ok(())
}

async fn sets_timers(used: &Used) -> Checked {
    let Used { window, log, .. } = used;
    let once = Rc::new(Cell::new(0));
    let count = Rc::clone(&once);
    let timer = Closure::once(move || count.set(count.get() + 1));
    window
        .set_timeout_with_callback_and_timeout_and_arguments_0(timer.as_ref().unchecked_ref(), 5)
        .map_err(text)?;
    log.add(until("a timer of the page's", || once.get() == 1).await);
    let count = Rc::clone(&once);
    let every = Closure::<dyn FnMut()>::new(move || count.set(count.get() + 1));
    let id = window
        .set_interval_with_callback_and_timeout_and_arguments_0(every.as_ref().unchecked_ref(), 2)
        .map_err(text)?;
    log.add(until("an interval", || once.get() > 4).await);
    window.clear_interval_with_handle(id);
    sleep(30).await;
    let seen = once.get();
    sleep(30).await;
    log.add(check("cleared", once.get(), seen));
    Ok(())
}

async fn observes(used: &Used) -> Checked {
    let Used { row, log, .. } = used;
    let seen = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&seen);
    let noting = Closure::<dyn FnMut(js_sys::Array)>::new(move |records: js_sys::Array| {
        noted.borrow_mut().push(records.length())
    });
    let noting: &js_sys::Function = noting.as_ref().unchecked_ref();
    let observer = MutationObserver::new(noting).map_err(text)?;
    let init = MutationObserverInit::new();
    init.set_attributes(true);
    observer.observe_with_options(row, &init).map_err(text)?;
    row.set_attribute("a", "b").map_err(text)?;
    log.add(until("a mutation", || seen.borrow().len() == 1).await);
    observer.disconnect();
    let observer = ResizeObserver::new(noting).map_err(text)?;
    observer.observe(row);
    log.add(until("a size", || seen.borrow().len() == 2).await);
    observer.unobserve(row);
    let observer = IntersectionObserver::new(noting).map_err(text)?;
    observer.observe(row);
    log.add(until("a crossing", || seen.borrow().len() == 3).await);
    observer.disconnect();
    Ok(())
}

fn replaces_methods(used: &Used) -> Checked {
    let Used { window, document, log, .. } = used;
    let (one, other) = (
        document.create_element("p").map_err(text)?.unchecked_into::<HtmlElement>(),
        document.create_element("p").map_err(text)?.unchecked_into::<HtmlElement>(),
    );
    one.focus().map_err(text)?;
    let focused = Rc::new(Cell::new(0));
    let count = Rc::clone(&focused);
    let focus = Closure::<dyn FnMut()>::new(move || count.set(count.get() + 1));
    js_sys::Reflect::set(&other, &"focus".into(), focus.as_ref()).map_err(text)?;
    other.focus().map_err(text)?;
    log.add(check("a method that was set", focused.get(), 1));
    if let Ok(odd) = get(window, "sabirOdd").dyn_into::<HtmlElement>() {
        odd.focus().map_err(text)?;
        log.add(check("a method of the page's", odd.title(), "focused".to_owned()));
    } else {
        log.add(Err("no odd element".into()));
    }
    Ok(())
}

fn batches(used: &Used) -> Checked {
    let Used { page, document, row, log, .. } = used;
    row.set_attribute("lang", "is").map_err(text)?;
    let batched = page
        .batch(|| {
            let made = document.create_element("i");
            let made = made.ok().filter(|made| made.is_truthy());
            row.set_attribute("title", "batched").unwrap_or_default();
            let appended = made
                .as_ref()
                .and_then(|made| row.append_child(made).ok())
                .map(|it| it.loose_eq(made.as_ref().unwrap_or(row)));
            let asked: Option<Option<u8>> = page.call("same", (3,)).ok();
            (made.is_some(), appended, row.get_attribute("lang"), row.class_list().contains("z"), asked)
        })
        .map_err(text)?;
    log.add(check(
        "results in a batch",
        batched,
        (true, Some(true), Some("is".to_owned()), true, Some(Some(3))),
    ));
    log.add(check("a batch", (row.title(), row.child_element_count()), ("batched".to_owned(), 1)));
    Ok(())
}

/// Objects that a loop which never awaits has met.
fn gives_back(used: &Used) -> Checked {
    let Used { page, document, log, .. } = used;
    let made = |title: &str| -> Result<HtmlElement, String> {
        let made = document.create_element("i").map_err(text)?.dyn_into::<HtmlElement>().map_err(text)?;
        made.set_title(title);
        Ok(made)
    };
    let [_, before] = page.handles();
    for index in 0..200 {
        page.scope(|_| made(&index.to_string()).map(|made| made.title()))?;
    }
    let [_, after] = page.handles();
    log.add(check("objects of scopes", after.saturating_sub(before) < 4, true));
    let kept = page.scope(|scope| made("kept").map(|made| scope.keep(made)))?;
    log.add(check("an object that was kept", kept.title(), "kept".to_owned()));
    let lost = page.scope(|_| made("lost"))?;
    let used = js_sys::Reflect::get(&lost, &"title".into()).map_err(text);
    log.add(check(
        "an object that was given back",
        used.is_err_and(|error| error.contains("BadHandle")),
        true,
    ));
    Ok(())
}

/// A function of the worker's that the page's own code calls, and needs the result of.
fn sorts(used: &Used) -> Checked {
    let Used { window, log, .. } = used;
    let list = get(window, "sabirUnsorted").unchecked_into::<js_sys::Array>();
    let descending = Closure::<dyn FnMut(f64, f64) -> f64>::new(|a: f64, b: f64| b - a);
    let sort = get(&list, "sort").unchecked_into::<js_sys::Function>();
    let sorted = sort.call1(&list, descending.as_ref());
    if get(window, "sabirShared").is_truthy() {
        log.add(check("sorted", list.join(",").as_string(), Some("10,3,2,1".to_owned())));
        sorted.map_err(text)?;
    } else {
        let named = sorted.err().map(text).unwrap_or_default();
        log.add(check("not sorted", named.contains("NotNow") && named.contains("`sort`"), true));
    }
    Ok(())
}

fn stores(used: &Used) -> Checked {
    let Used { window, log, .. } = used;
    let storage = window.local_storage().map_err(text)?.ok_or("no storage")?;
    storage.set_item("getItem", "x").map_err(text)?;
    log.add(check("storage", storage.get_item("getItem").map_err(text), Ok(Some("x".to_owned()))));
    storage.remove_item("getItem").map_err(text)?;
    Ok(())
}

async fn calls_in_a_listener(used: &Used) -> Checked {
    let Used { page, row, log, .. } = used;
    let asked = Rc::new(Cell::new(0));
    let (answer, asking) = (Rc::clone(&asked), page.clone());
    let asks =
        Closure::<dyn FnMut(Event)>::new(move |_: Event| answer.set(asking.call("same", (9,)).unwrap_or(1)));
    row.add_event_listener_with_callback("click", asks.as_ref().unchecked_ref()).map_err(text)?;
    row.click();
    log.add(until("a call in a listener", || asked.get() == 9).await);
    Ok(())
}

pub async fn ordinary_code_works_on_the_pages_objects(over: Over) {
    js_sys::eval("globalThis.sabirOdd = document.createElement('p'); sabirOdd.focus = function () { this.title = 'focused' }").unwrap();
    js_sys::eval("globalThis.sabirUnsorted = [2, 10, 1, 3]").unwrap();
    let shared = over.shares_memory().into();
    js_sys::Reflect::set(&js_sys::global(), &"sabirShared".into(), &shared).unwrap();
    let builder = over.apply(Worker::builder("uses_the_dom")).window(WindowPolicy::all());
    run(builder.export("same", |value: Js<JsValue>| value)).await;
    assert!(document().get_element_by_id("used").is_none());
}

/// Finds what code for pages needs by its names.
#[sabir::worker(globals)]
pub async fn uses_globals(_page: Page) -> Checked {
    let log = Log::default();
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    let response = JsFuture::from(window.fetch_with_str("data:text/plain,hello")).await.map_err(text)?;
    log.add(check("own fetch", response.is_instance_of::<Response>(), true));
    log.add(check(
        "own fetch",
        js_sys::Function::from(get(&window, "fetch")).name().as_string(),
        Some("fetch".to_owned()),
    ));
    let frames = Rc::new(Cell::new(0));
    let next = Rc::new(RefCell::new(None::<Closure<dyn FnMut(f64)>>));
    let (count, again, of) = (Rc::clone(&frames), Rc::clone(&next), window.clone());
    *next.borrow_mut() = Some(Closure::new(move |_: f64| {
        count.set(count.get() + 1);
        if count.get() < 50 {
            let next = again.borrow();
            let next = next.as_ref().expect("it is set").as_ref().unchecked_ref();
            of.request_animation_frame(next).expect("a frame");
        }
    }));
    window
        .request_animation_frame(next.borrow().as_ref().ok_or("?")?.as_ref().unchecked_ref())
        .map_err(text)?;
    log.add(until("50 frames", || frames.get() == 50).await);
    let form: HtmlFormElement = document.create_element("form").map_err(text)?.dyn_into().map_err(text)?;
    form.set_inner_html("<input name=a value=1>");
    match FormData::new_with_form(&form) {
        Ok(data) => log.add(check("form data", data.get("a").as_string(), Some("1".to_owned()))),
        Err(error) => log.add(Err(format!("form data: {error:?}"))),
    }
    let heard = Rc::new(Cell::new(0));
    let count = Rc::clone(&heard);
    let handler = Closure::<dyn FnMut(Event)>::new(move |_: Event| count.set(count.get() + 1));
    window.set_onresize(Some(handler.as_ref().unchecked_ref()));
    window.dispatch_event(&Event::new("resize").map_err(text)?).map_err(text)?;
    log.add(until("onresize", || heard.get() == 1).await);
    window.set_onresize(None);
    let key = KeyboardEvent::new("keydown").map_err(text)?;
    document.set_onkeydown(Some(handler.as_ref().unchecked_ref()));
    document.dispatch_event(&key).map_err(text)?;
    log.add(until("a key", || heard.get() == 2).await);
    document.set_onkeydown(None);
    let timer = Closure::once(|| ());
    let id = window.set_timeout_with_callback(timer.as_ref().unchecked_ref()).map_err(text)?;
    window.clear_timeout_with_handle(id);
    log.end()
}

pub async fn ordinary_code_works_with_globals(over: Over) {
    let build = || over.apply(uses_globals::builder()).window(WindowPolicy::all());
    let two = (build().spawn().await.unwrap(), build().spawn().await.unwrap());
    assert_eq!(two.0.finished().await, Ok(()));
    assert_eq!(two.1.finished().await, Ok(()));
}

/// A listener that throws an exception of JavaScript's.
#[sabir::worker]
pub async fn throws_in_a_listener(page: Page) -> Checked {
    let body: EventTarget = page.document().map_err(text)?.body().ok_or("no body")?.into();
    let listener =
        Closure::<dyn FnMut(Event)>::new(|_: Event| wasm_bindgen::throw_str("thrown by a listener"));
    body.add_event_listener_with_callback("sabir-throw", listener.as_ref().unchecked_ref()).map_err(text)?;
    page.export("alive", || 7);
    page.call::<_, ()>("listening", ()).map_err(text)?;
    listener.forget();
    std::future::pending().await
}

pub async fn a_listener_that_throws_leaves_its_worker_at_work(over: Over) {
    let listening = Rc::new(Cell::new(false));
    let told = Rc::clone(&listening);
    let builder = over.apply(Worker::builder("throws_in_a_listener")).window(WindowPolicy::all());
    let worker = builder.export("listening", move || told.set(true)).spawn().await.unwrap();
    until("it listens", || listening.get()).await.unwrap();
    let init = EventInit::new();
    init.set_cancelable(true);
    let event = Event::new_with_event_init_dict("sabir-throw", &init).unwrap();
    document().body().unwrap().dispatch_event(&event).unwrap();
    // As on a page: the exception is reported, and all else goes on.
    sleep(50).await;
    assert_eq!(worker.call::<_, u8>("alive", ()).await.map_err(text), Ok(7));
    assert_eq!(worker.closed(), None);
}

const ROWS_DROPPED: u32 = 2_000;

/// Makes and drops many objects and listeners.
#[sabir::worker]
pub async fn drops_values(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let body = document.body().ok_or("no body")?;
    let started = Rc::new(Cell::new(false));
    let start = Rc::clone(&started);
    page.export("start", move || start.set(true));
    let dropped = Rc::new(Cell::new(false));
    let all = Rc::clone(&dropped);
    page.export("dropped", move || all.get());
    until("a start", || started.get()).await?;
    for round in 0..ROWS_DROPPED / 10 {
        for _ in 0..10 {
            let row = document.create_element("p").map_err(text)?;
            let closure = Closure::<dyn FnMut(Event)>::new(|_: Event| ());
            row.add_event_listener_with_callback("click", closure.as_ref().unchecked_ref()).map_err(text)?;
            body.append_child(&row).map_err(text)?;
            row.remove_event_listener_with_callback("click", closure.as_ref().unchecked_ref())
                .map_err(text)?;
            row.remove();
        }
        if round % 10 == 0 {
            let litter: Vec<js_sys::Uint8Array> =
                (0..8).map(|_| js_sys::Uint8Array::new_with_length(1 << 20)).collect();
            drop(litter);
            sleep(5).await;
        }
    }
    dropped.set(true);
    loop {
        let litter: Vec<_> = (0..4).map(|_| js_sys::Uint8Array::new_with_length(1 << 20)).collect();
        drop(litter);
        sleep(20).await;
    }
}

pub async fn a_worker_gives_back_what_it_drops(over: Over) {
    let builder = over.apply(Worker::builder("drops_values")).window(WindowPolicy::all());
    let worker = builder.spawn().await.unwrap();
    worker.call::<_, ()>("start", ()).await.unwrap();
    while !worker.call::<_, bool>("dropped", ()).await.unwrap() {
        sleep(20).await;
    }
    let mut handles = worker.handles();
    assert!(handles.iter().any(|count| *count > 100), "nothing was held: {handles:?}");
    // WebKit's collector leaves the last few hundred objects to a full collection, which is seconds away.
    let few = ROWS_DROPPED / 5;
    for _ in 0..1_500 {
        // Both realms give back what their collectors have found.
        let _litter: Vec<_> = (0..4).map(|_| js_sys::Uint8Array::new_with_length(1 << 20)).collect();
        sleep(20).await;
        handles = worker.handles();
        if handles.iter().all(|count| *count < few) {
            break;
        }
    }
    worker.terminate();
    assert!(handles.iter().all(|count| *count < few), "{handles:?}");
}

#[wasm_bindgen]
extern "C" {
    /// A class that no browser has.
    type NoSuchClass;
}

/// Calls and is called, by name and by services, and reaches the page's objects in between.
#[sabir::worker]
pub async fn is_called_while_it_waits(page: Page) -> Checked {
    let log = Log::default();
    page.serve(HandServer::new(TitleHand(page.clone())));
    let asking = page.clone();
    page.try_export("title", move |prefix: String| -> Result<String, String> {
        Ok(prefix + &asking.document().map_err(text)?.title())
    });
    let early = page.call::<_, Js<HtmlElement>>("element", ()).map_err(text);
    log.add(check("an element before a window", early.map(|it| it.0.id()), Ok("given".to_owned())));
    let document = page.document().map_err(text)?;
    document.set_title("sabir");
    sleep(100).await;
    let title = page.call::<_, String>("asks_title", ()).map_err(text);
    log.add(check("a window in a nested call", title, Ok("a sabir".to_owned())));
    let desk = DeskClient::new(page.clone());
    log.add(check(
        "a window in a service that is nested in a call",
        page.call::<_, i32>("asks_hand", (4,)).map_err(text),
        Ok(9),
    ));
    let element = document.create_element("b").map_err(text)?;
    element.set_id("mine");
    log.add(check(
        "an element",
        page.call::<_, String>("id_of", (Js(element.clone()),)).map_err(text),
        Ok("mine".to_owned()),
    ));
    let made = Js(element.clone());
    page.export("element", move || made.clone());
    let back = page.call::<_, bool>("takes_back", (Js(element.clone()),)).map_err(text);
    log.add(check("an element that was given back", back, Ok(true)));
    // A service within a listener, and within a batch.
    let heard = Rc::new(Cell::new(0));
    let (told, asking) = (Rc::clone(&heard), desk.clone());
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let same = event.current_target() == event.target();
        told.set(asking.echo(if same { 5 } else { 1 }).unwrap_or(-1));
    });
    element.add_event_listener_with_callback("click", listener.as_ref().unchecked_ref()).map_err(text)?;
    element.unchecked_ref::<HtmlElement>().click();
    log.add(until("a service in a listener", || heard.get() == 5).await);
    let batched = page.batch(|| {
        element.set_id("one");
        let echoed = desk.echo(3);
        element.set_id("two");
        echoed
    });
    log.add(check(
        "a service in a batch",
        (batched.map_err(text)?.map_err(text), element.id()),
        (Ok(3), "two".to_owned()),
    ));
    let failed = page.batch(|| {
        let _ = element.set_attribute("no name", "x");
        element.set_id("three");
    });
    log.add(check("a batch that fails", (failed.is_err(), element.id()), (true, "two".to_owned())));
    // A closure that is dropped is called in vain.
    drop(listener);
    element.unchecked_ref::<HtmlElement>().click();
    sleep(30).await;
    log.add(check("afterwards", desk.echo(6).map_err(text), Ok(6)));
    // Functions, promises.
    let called = Rc::new(Cell::new(0));
    let count = Rc::clone(&called);
    let callback = Closure::<dyn FnMut(u32)>::new(move |by: u32| count.set(count.get() + by));
    page.call::<_, ()>("calls", (Js(callback.as_ref().clone()),)).map_err(text)?;
    log.add(until("a callback", || called.get() == 3).await);
    log.add(check("a promise", page.call::<_, u32>("promise", ()).map_err(text), Ok(42)));
    let rejected = page.call::<_, u32>("rejects", ()).map_err(|error| (error.kind(), error.to_string()));
    log.add(check(
        "a rejection",
        rejected,
        Err((NameErrorKind::Thrown, "`rejects`: RangeError: never".to_owned())),
    ));
    let refused = page.call::<_, ()>("nothing_in_some", ()).map_err(|error| error.kind());
    log.add(check("a result that would change", refused, Err(NameErrorKind::Thrown)));
    let view = document.default_view().ok_or("no view")?;
    log.add(check("one window", view == page.window().map_err(text)?, true));
    let request = desk.bytes(Bytes::from(vec![1])).map_err(text).map(|it| it.len());
    log.add(check("bytes", request, Ok(1)));
    log.end()
}

struct TitleHand(Page);

impl Hand for TitleHand {
    fn double(&self, value: i32) -> i32 {
        value + i32::try_from(self.0.document().expect("a document").title().len()).expect("a short title")
    }
    async fn later(&self, _: u32) -> i32 {
        0
    }
    fn explode(&self, _: String) {}
    fn throws(&self, _: String) {}
    fn ask_back(&self, _: i32) -> i32 {
        0
    }
    fn ask_aside(&self, _: i32) {}
    fn log(&self) -> Vec<i32> {
        Vec::new()
    }
    fn pass_gate(&self) -> Result<(), String> {
        Ok(())
    }
}

pub async fn calls_by_name_services_and_windows_nest(over: Over) {
    let given = document().create_element("p").unwrap();
    given.set_id("given");
    let worker = Rc::new(RefCell::new(None::<Worker>));
    let of = |worker: &Rc<RefCell<Option<Worker>>>| {
        let worker = Rc::clone(worker);
        move || worker.borrow().clone().expect("it has started")
    };
    let (one, two, three) = (of(&worker), of(&worker), of(&worker));
    let (one, two, three) = (Rc::new(one), Rc::new(two), Rc::new(three));
    let clerk = Clerk::default();
    let builder = builder(over, "is_called_while_it_waits", &clerk)
        .window(WindowPolicy::all())
        .export("element", move || Js(given.clone()))
        .export_async("asks_title", move || {
            let one = Rc::clone(&one);
            async move {
                one().call::<_, String>("title", ("a ",)).await.unwrap_or_else(|error| error.to_string())
            }
        })
        .export_async("asks_hand", move |value: i32| {
            let worker = two();
            async move { HandAsyncClient::new(worker).double(value).await.unwrap_or(-1) }
        })
        .export("id_of", |element: Js<Element>| element.0.id())
        .export_async("takes_back", move |element: Js<Element>| {
            let worker = three();
            async move { worker.call::<_, Js<Element>>("element", ()).await.is_ok_and(|it| it.0 == element.0) }
        })
        .export("calls", |callback: Js<js_sys::Function>| {
            callback.0.call1(&JsValue::NULL, &1.into()).unwrap();
            callback.0.call1(&JsValue::NULL, &2.into()).unwrap();
        })
        .export("promise", || Js(js_sys::eval("Promise.resolve(42)").unwrap()))
        .export("rejects", || Js(js_sys::eval("Promise.reject(new RangeError('never'))").unwrap()))
        .export("nothing_in_some", || Some(()));
    let spawned = builder.spawn().await.unwrap();
    worker.replace(Some(spawned.clone()));
    assert_eq!(spawned.finished().await, Ok(()));
    worker.take();
}
