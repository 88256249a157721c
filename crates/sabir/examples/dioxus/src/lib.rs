//! Dioxus in a worker: the page only starts it.

mod app;

use wasm_bindgen::prelude::*;

/// Renders the app, and lives on for its events.
#[sabir::worker(globals)]
async fn ui(_page: sabir::Page) {
    dioxus::launch(app::App);
    std::future::pending().await
}

/// Starts the worker: called by index.html.
#[wasm_bindgen]
pub async fn start() -> Result<(), JsError> {
    let worker = ui::builder().window(sabir::WindowPolicy::all()).spawn().await?;
    std::mem::forget(worker);
    Ok(())
}
