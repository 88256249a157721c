//! Elements of the page, made by a worker of Rust's with `web-sys`.

use crate::{now, thrown};
use sabir::{Page, WindowPolicy, Worker};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Makes elements with a text, and appends them, for some ms; how many a second.
fn make(page: &Page, for_ms: f64) -> Result<f64, JsValue> {
    let document = page.document().map_err(thrown)?;
    let holder = document.get_element_by_id("holder").ok_or_else(|| thrown("there is no holder"))?;
    let (start, mut made) = (now(), 0);
    while now() - start < for_ms {
        for _ in 0..20 {
            let element = document.create_element("p")?;
            element.set_text_content(Some(&format!("text {made}")));
            holder.append_child(&element)?;
            made += 1;
        }
    }
    Ok(f64::from(made) / (now() - start) * 1000.0)
}

/// The worker.
#[sabir::worker]
pub async fn elements_maker(page: Page) {
    let own = page.clone();
    page.try_export("make", move |for_ms: f64| make(&own, for_ms).map_err(|error| format!("{error:?}")));
    std::future::pending().await
}

/// Elements a second.
#[wasm_bindgen]
pub async fn elements(for_ms: f64) -> Result<f64, JsValue> {
    let known = WORKER.with_borrow(Clone::clone);
    let worker = match known {
        Some(worker) => worker,
        None => {
            let builder = elements_maker::builder().window(WindowPolicy::all());
            let worker = builder.spawn().await.map_err(thrown)?;
            WORKER.set(Some(worker.clone()));
            worker
        }
    };
    worker.call("make", (for_ms,)).await.map_err(thrown)
}
