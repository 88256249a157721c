//! Pipelines in workers of Rust: operations that nobody waits for do as those that wait, over every transport.

#![expect(missing_docs, reason = "each behaviour's name says what it is")]

use crate::over::Over;
use crate::window::{Checked, check, document, run, text};
use sabir::{Page, StartError, WindowPolicy};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    Document, DomException, Element, Event, EventTarget, HtmlElement, HtmlInputElement, HtmlTemplateElement,
    Node,
};

const ROWS: u32 = 60;

/// Ordinary code of web-sys's: builds a table from a template.
fn build(document: &Document) -> Result<Element, JsValue> {
    let template: HtmlTemplateElement = document.create_element("template")?.unchecked_into();
    template.set_inner_html("<tr><td class='name'></td><td></td></tr>");
    let table = document.create_element("tbody")?;
    for index in 0..ROWS {
        let row = template.content().clone_node_with_deep(true)?;
        let row: Element =
            row.unchecked_ref::<web_sys::DocumentFragment>().first_element_child().unwrap_throw();
        let name = row.first_element_child().unwrap_throw();
        name.set_text_content(Some(&format!("row {index}")));
        name.class_list().add_1("filled")?;
        let link = document.create_element_ns(name.namespace_uri().as_deref(), "a")?;
        link.set_attribute("href", "#")?;
        link.append_child(&document.create_text_node("open"))?;
        row.last_element_child().unwrap_throw().append_child(&link)?;
        row.unchecked_ref::<HtmlElement>().style().set_property("color", "red")?;
        table.append_child(&row)?;
    }
    table.append_child(&table.first_element_child().unwrap_throw().clone_node_with_deep(true)?)?;
    table.remove_child(&table.first_element_child().unwrap_throw())?;
    Ok(table)
}

/// Builds a table on the page.
#[sabir::worker(pipeline)]
pub fn builds_without_waiting(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let table = build(&document).map_err(text)?;
    table.set_id("pipelined");
    document.body().ok_or("no body")?.append_child(&table).map_err(text)?;
    check("rows", table.child_element_count(), ROWS)?;
    let batched = page.batch(|| {
        for round in 0..5 {
            table.set_attribute("title", &round.to_string()).expect_throw("a title");
        }
    });
    batched.map_err(text)?;
    check("a batch", table.get_attribute("title"), Some("4".to_owned()))?;
    for round in 0..50 {
        table.set_class_name(&format!("round-{round}"));
        check("an answer comes after all", table.class_name(), format!("round-{round}"))?;
    }
    let kind = (table.is_instance_of::<HtmlElement>(), table.is_instance_of::<HtmlInputElement>());
    check("instances", kind, (true, false))
}

/// Finds the page by its globals, and builds a table.
#[sabir::worker(globals, pipeline)]
pub async fn finds_globals_without_waiting(_page: Page) -> Checked {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
    let table = build(&document).map_err(text)?;
    let heard = Rc::new(Cell::new(0));
    let log = Rc::clone(&heard);
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        log.set(log.get() + u32::from(target.is_some_and(|target| target.node_type() == Node::ELEMENT_NODE)));
    });
    let target: &EventTarget = &table;
    target.add_event_listener_with_callback("click", listener.as_ref().unchecked_ref()).map_err(text)?;
    table.unchecked_ref::<HtmlElement>().click();
    for _ in 0..200 {
        if heard.get() > 0 {
            break;
        }
        crate::services::sleep(5).await;
    }
    check("heard", heard.get(), 1)
}

/// Makes a mistake for which nobody waits.
#[sabir::worker(pipeline(stacks))]
pub fn fails_without_waiting(page: Page) -> Checked {
    let document = page.document().map_err(text)?;
    let shared: bool = page.call("shares_memory", ()).map_err(text)?;
    let make = || document.create_element("div").map_err(text);
    let (outer, inner, other) = (make()?, make()?, make()?);
    outer.append_child(&inner).map_err(text)?;
    let at_once = inner.append_child(&outer).err();
    check("the mistake itself is waited for only without shared memory", at_once.is_some(), !shared)?;
    let error = match at_once {
        Some(error) => error,
        None => outer.query_selector("div").err().ok_or("no error")?,
    };
    let error = error.dyn_into::<DomException>().map_err(text)?;
    check("the error", error.name(), "HierarchyRequestError".to_owned())?;
    let stack = js_sys::Reflect::get(&error, &"stack".into()).map_err(text)?.as_string().unwrap_or_default();
    check("its stack names the operation", stack.contains("`appendChild`"), shared)?;
    check("it comes once", outer.query_selector("div").map_err(text)?, Some(inner))?;
    other.set_id("after");
    check("others go on", other.id(), "after".to_owned())
}

/// Wants a pipeline to objects that the page does not give.
#[sabir::worker(pipeline)]
pub fn wants_a_pipeline(_page: Page) {}

pub async fn a_worker_builds_without_waiting(over: Over) {
    run(over.apply(builds_without_waiting::builder()).window(WindowPolicy::all())).await;
    let built = document().get_element_by_id("pipelined").expect("it was built");
    let expected = build(&document()).expect("the same code");
    assert_eq!(built.inner_html(), expected.inner_html());
    built.remove();
    run(over.apply(finds_globals_without_waiting::builder()).window(WindowPolicy::all())).await;
}

pub async fn an_operation_that_nobody_waits_for_fails_later(over: Over) {
    let builder = over.apply(fails_without_waiting::builder()).window(WindowPolicy::all());
    run(builder.export("shares_memory", move || over.shares_memory())).await;
}

pub async fn a_pipeline_that_is_not_allowed_is_an_error(over: Over) {
    let refused = match over.apply(wants_a_pipeline::builder()).spawn().await {
        Err(StartError::Program { reason, .. }) => reason,
        Ok(worker) => worker.finished().await.unwrap_err(),
        Err(error) => panic!("{error}"),
    };
    assert!(refused.to_string().contains(".window("), "{refused}");
}
