//! A template for Vite: a worker asks its page how wide it is, and writes into its document.

use wasm_bindgen::prelude::*;

/// The page, as the worker calls it.
#[sabir::service]
pub trait Screen {
    /// The width of the window, in pixels.
    fn width(&self) -> f64;
}

#[sabir::worker]
fn measures(page: sabir::Page) -> Result<(), Box<dyn std::error::Error>> {
    let width = ScreenClient::new(page.clone()).width()?;
    let body = page.document()?.body().ok_or("the page has no body")?;
    body.set_text_content(Some(&format!("A worker has asked: the page is {width} pixels wide.")));
    Ok(())
}

fn window() -> web_sys::Window {
    web_sys::window().expect_throw("this is a page")
}

struct Page;

impl Screen for Page {
    fn width(&self) -> f64 {
        window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default()
    }
}

/// The page's part. The worker does not run it.
#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let builder = measures::builder().window(sabir::WindowPolicy::all());
    let worker = builder.serve(ScreenServer::new(Page)).spawn().await?;
    worker.finished().await?;
    let document = window().document().expect_throw("a window has one");
    document.set_title(&format!("A worker over {}", worker.transport()));
    Ok(())
}
