//! A file of hundreds of MB: the page gives the worker the file, not its bytes; the worker reads it piece by piece.

use sabir::Js;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Document, FileReaderSync, HtmlInputElement};

const PIECE_BYTES: f64 = 4_194_304.0;

/// The sum of a file's bytes.
fn sum(file: &Blob, report: impl Fn(f64)) -> Result<f64, JsValue> {
    let reader = FileReaderSync::new()?;
    let (size, mut sum, mut read) = (file.size(), 0.0, 0.0);
    while read < size {
        let piece = file.slice_with_f64_and_f64(read, (read + PIECE_BYTES).min(size))?;
        let bytes = js_sys::Uint8Array::new(&reader.read_as_array_buffer(&piece)?.into()).to_vec();
        sum += bytes.iter().map(|byte| f64::from(*byte)).sum::<f64>();
        read += bytes.len() as f64;
        report(read / size);
    }
    Ok(sum)
}

#[sabir::worker]
async fn reads_files(page: sabir::Page) {
    let asking = page.clone();
    page.try_export("sum", move |file: Js<Blob>| {
        let report = |done: f64| {
            // Who watches is of no concern to the sum.
            let _ = asking.call::<_, ()>("progress", (done,));
        };
        sum(&file.0, report).map_err(|error| format!("{error:?}"))
    });
    std::future::pending().await
}

fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect_throw("this is a page")
}

fn show(text: &str) {
    document().get_element_by_id("status").expect_throw("index.html has it").set_text_content(Some(text));
}

/// The page's part.
#[wasm_bindgen(start)]
async fn main() -> Result<(), JsError> {
    let worker = reads_files::builder()
        .export("progress", |done: f64| show(&format!("{:.0} %", 100.0 * done)))
        .spawn()
        .await?;
    let input = document().get_element_by_id("file").expect_throw("index.html has it");
    let input: HtmlInputElement = input.dyn_into().map_err(|_| JsError::new("`file` is no input"))?;
    let chosen = input.clone();
    let on_change = Closure::<dyn FnMut()>::new(move || {
        let Some(file) = chosen.files().and_then(|files| files.get(0)) else { return };
        let worker = worker.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let sum = worker.call::<_, f64>("sum", (Js::<Blob>(file.into()),)).await;
            show(&sum.map_or_else(|error| error.to_string(), |sum| format!("sum of the bytes: {sum}")));
        });
    });
    input.set_onchange(Some(on_change.into_js_value().unchecked_ref()));
    show("choose a file");
    Ok(())
}
