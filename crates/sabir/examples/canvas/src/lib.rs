//! Two canvases: one that the page gives away, which the worker draws into by itself, and one of the page's, which it draws into
//! by calls.

use sabir::{Js, WindowPolicy};
use wasm_bindgen::prelude::*;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

const SIZE: u32 = 128;

fn failed(error: JsValue) -> String {
    format!("{error:?}")
}

/// Draws into a canvas of its own: no call leaves the worker.
fn draw_own(canvas: &OffscreenCanvas) -> Result<(), String> {
    let context = canvas.get_context("2d").map_err(failed)?.ok_or("no context")?;
    let context: OffscreenCanvasRenderingContext2d = context.unchecked_into();
    for ring in (0..8).rev() {
        context.set_fill_style_str(if ring % 2 == 0 { "navy" } else { "gold" });
        let edge = f64::from(ring * 16);
        context.fill_rect(64.0 - edge / 2.0, 64.0 - edge / 2.0, edge, edge);
    }
    Ok(())
}

#[sabir::worker]
async fn draws(page: sabir::Page) -> Result<(), String> {
    page.try_export("draw", |canvas: Js<OffscreenCanvas>| draw_own(&canvas.0));

    let document = page.document().map_err(|error| error.to_string())?;
    let canvas = document.get_element_by_id("pages").ok_or("no canvas")?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().map_err(|_| "`pages` is no canvas")?;
    let context = canvas.get_context("2d").map_err(|_| "no context")?.ok_or("no context")?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let drawn = page.batch(|| {
        context.set_fill_style_str("teal");
        for column in 0..8 {
            context.fill_rect(f64::from(16 * column), f64::from(8 * column), 12.0, 60.0);
        }
    });
    drawn.map_err(failed)?;
    std::future::pending().await
}

/// The page's part.
#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let worker = draws::builder().window(WindowPolicy::all()).spawn().await?;
    let document = web_sys::window().and_then(|window| window.document()).expect_throw("this is a page");
    let given =
        document.get_element_by_id("given").and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok());
    let given = given.expect_throw("index.html has it");
    given.set_width(SIZE);
    let offscreen =
        given.transfer_control_to_offscreen().map_err(|_| JsError::new("it was given away before"))?;
    worker.function("draw").transfer([offscreen.clone()]).call_async::<_, ()>((Js(offscreen),)).await?;
    document.set_title("drawn");
    std::mem::forget(worker);
    Ok(())
}
