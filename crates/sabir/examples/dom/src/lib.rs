//! A list of tasks, built by a worker with `web-sys`: the code that one writes for a page.

use sabir::WindowPolicy;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, EventTarget, HtmlInputElement, KeyboardEvent};

fn listen<E: JsCast + 'static>(
    target: &EventTarget,
    kind: &str,
    mut hear: impl FnMut(E) + 'static,
) -> Result<(), JsValue> {
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| hear(event.unchecked_into()));
    target.add_event_listener_with_callback(kind, listener.into_js_value().unchecked_ref())
}

fn add_task(document: &Document, list: &Element, text: &str) -> Result<(), JsValue> {
    let item = document.create_element("li")?;
    item.set_text_content(Some(text));
    let removed = item.clone();
    listen(&item, "click", move |_: JsValue| removed.remove())?;
    list.append_child(&item)?;
    Ok(())
}

fn build(document: &Document) -> Result<(), JsValue> {
    let body = document.body().ok_or("no body")?;
    let (input, list) = (document.create_element("input")?, document.create_element("ul")?);
    let input: HtmlInputElement = input.dyn_into()?;
    input.set_placeholder("a task, and Enter");
    let (tasks, entered, tasks_document) = (list.clone(), input.clone(), document.clone());
    listen(&input, "keydown", move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            add_task(&tasks_document, &tasks, &entered.value()).unwrap_throw();
            entered.set_value("");
        }
    })?;
    // The page runs on meanwhile: who sees the input may type.
    body.append_child(&input)?;
    body.append_child(&list)?;
    Ok(())
}

#[sabir::worker]
async fn tasks(page: sabir::Page) -> Result<(), String> {
    let document = page.document().map_err(|error| error.to_string())?;
    build(&document).map_err(|error| format!("{error:?}"))?;
    std::future::pending().await
}

/// The page's part. The worker does not run it.
#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    std::mem::forget(tasks::builder().window(WindowPolicy::all()).spawn().await?);
    Ok(())
}
