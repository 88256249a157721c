//! The app of Leptos, on the page or in a worker: its code is the same.
#![forbid(unsafe_code)]

mod app;

use wasm_bindgen::prelude::*;

/// Renders the app where this runs.
#[wasm_bindgen]
pub fn render() {
    leptos::mount::mount_to(frameworks_shared::root(), app::App).forget();
}

/// Renders the app, and lives on for its events.
#[sabir::worker(globals)]
async fn ui(_page: sabir::Page) {
    render();
    std::future::pending().await
}

/// The same, without waiting for what is known beforehand.
#[sabir::worker(globals, pipeline)]
async fn pipelined_ui(_page: sabir::Page) {
    render();
    std::future::pending().await
}

/// The app in a worker, which ends with this value.
#[wasm_bindgen]
pub struct InWorker(sabir::Worker);

#[wasm_bindgen]
impl InWorker {
    pub async fn start(pipelined: bool) -> Result<InWorker, JsError> {
        let builder = if pipelined { pipelined_ui::builder() } else { ui::builder() };
        let worker = builder.window(sabir::WindowPolicy::all()).spawn().await?;
        Ok(InWorker(worker))
    }

    /// How many calls of the worker the page has served.
    pub fn trips(&self) -> f64 {
        self.0.counts().served as f64
    }
}
