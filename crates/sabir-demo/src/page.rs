//! The page: serves the terminal, and never blocks.

use crate::terminal::{FileError, PickedFile, Terminal, TerminalServer};
use js_sys::{ArrayBuffer, Function, Promise, Uint8Array};
use sabir::{Bytes, Worker};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent, Response};

/// Runs the page: starts the worker, and shows what becomes of it.
#[wasm_bindgen]
pub fn run() {
    console_error_panic_hook::set_once();
    let screen = Screen::new();
    spawn_local(async move {
        let started = Worker::builder("concordance").serve(TerminalServer::new(screen.clone())).spawn().await;
        let worker = match started {
            Ok(worker) => worker,
            Err(error) => return screen.show_line(&error.to_string()),
        };
        let interrupted = worker.clone();
        screen.on("stop", "click", move |_| interrupted.interrupt());
        screen.animate(worker.clone());
        match worker.finished().await {
            Ok(()) => screen.show_line("— the program has ended; reload to run it again —"),
            Err(reason) => screen.show_line(&format!("— the program was lost: {reason} —")),
        }
        screen
            .element("terminal")
            .set_attribute("data-ended", "")
            .expect_throw("an element takes attributes");
    });
}

/// Called with the time of a frame, in ms.
type OnFrame = Closure<dyn FnMut(f64)>;

/// The page's elements, by id.
#[derive(Clone)]
struct Screen {
    document: Document,
    /// Resolves the question that is being asked.
    answer: Rc<RefCell<Option<Function>>>,
}

impl Screen {
    fn new() -> Self {
        let document = web_sys::window().and_then(|window| window.document()).expect_throw("this is a page");
        let screen = Screen { document, answer: Rc::default() };
        let this = screen.clone();
        screen.on("line", "keydown", move |event| {
            if event.unchecked_ref::<KeyboardEvent>().key() == "Enter" {
                let line: HtmlInputElement = this.element("line").unchecked_into();
                this.resolve(&line.value().into());
                line.set_value("");
            }
        });
        let this = screen.clone();
        screen.on("file", "change", move |_| {
            let input: HtmlInputElement = this.element("file").unchecked_into();
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                this.resolve(&file);
            }
        });
        let this = screen.clone();
        screen.on("sample", "click", move |_| this.resolve(&JsValue::NULL));
        screen
    }

    fn element(&self, id: &str) -> Element {
        self.document.get_element_by_id(id).expect_throw("index.html has the element")
    }

    fn on(&self, id: &str, event: &str, listener: impl FnMut(Event) + 'static) {
        let listener = Closure::<dyn FnMut(Event)>::new(listener).into_js_value();
        let added = self.element(id).add_event_listener_with_callback(event, listener.unchecked_ref());
        added.expect_throw("an element takes listeners");
    }

    fn show_line(&self, line: &str) {
        let output = self.element("output");
        let row = self.document.create_element("div").expect_throw("div is an element");
        row.set_text_content(Some(line));
        output.append_child(&row).expect_throw("a new element can be appended");
        self.element("terminal").set_scroll_top(i32::MAX);
    }

    fn resolve(&self, value: &JsValue) {
        if let Some(resolve) = self.answer.take() {
            // A promise's resolve function returns undefined.
            let _ = resolve.call1(&JsValue::UNDEFINED, value);
        }
    }

    /// Shows the row `id` until the person has answered, or nobody waits any more.
    async fn answered(&self, id: &str) -> JsValue {
        let promise = Promise::new(&mut |resolve, _| {
            self.answer.replace(Some(resolve));
        });
        let _row = Row::show(self.element(id).unchecked_into());
        JsFuture::from(promise).await.unwrap_or_default()
    }

    /// Turns the indicator and shows the counts, frame by frame; keeps the longest gap between frames, in ms.
    fn animate(&self, worker: Worker) {
        let (screen, last) = (self.clone(), Cell::new((0.0, 0)));
        let frame: Rc<RefCell<Option<OnFrame>>> = Rc::default();
        let again = Rc::clone(&frame);
        let (longest, shown) = (Cell::new(0.0), Cell::new((0.0, 0_u64)));
        *frame.borrow_mut() = Some(Closure::new(move |now_ms: f64| {
            let (last_ms, frames) = last.replace((now_ms, last.get().1 + 1));
            // The first frames come while the page and its wasm are still being compiled.
            if frames > 30 {
                longest.set(f64::max(longest.get(), now_ms - last_ms));
            }
            let indicator: HtmlElement = screen.element("indicator").unchecked_into();
            let turn = format!("rotate({:.0}deg)", now_ms * 0.36 % 360.0);
            indicator.style().set_property("transform", &turn).expect_throw("transform is a property");
            let (shown_ms, shown_calls) = shown.get();
            if now_ms - shown_ms > 200.0 {
                let calls = worker.counts().served;
                let rate = (calls - shown_calls) as f64 / (now_ms - shown_ms) * 1000.0;
                shown.set((now_ms, calls));
                screen.element("calls").set_text_content(Some(&format!("{calls} calls, {rate:.0} a second")));
                screen
                    .element("frames")
                    .set_text_content(Some(&format!("longest frame {:.0} ms", longest.get())));
            }
            if let Some(frame) = &*again.borrow() {
                request_animation_frame(frame);
            }
        }));
        if let Some(frame) = &*frame.borrow() {
            request_animation_frame(frame);
        }
    }
}

fn request_animation_frame(frame: &Closure<dyn FnMut(f64)>) {
    let window = web_sys::window().expect_throw("this is a page");
    window.request_animation_frame(frame.as_ref().unchecked_ref()).expect_throw("a page has frames");
}

/// A row that is shown for as long as someone waits for it: an interrupted program does not.
struct Row(HtmlElement);

impl Row {
    fn show(row: HtmlElement) -> Self {
        row.remove_attribute("hidden").expect_throw("an element has attributes");
        if let Ok(Some(input)) = row.query_selector("input[type=text]") {
            let _ = input.unchecked_into::<HtmlElement>().focus();
        }
        Row(row)
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        let _ = self.0.set_attribute("hidden", "");
    }
}

impl Terminal for Screen {
    fn print(&self, line: String) {
        self.show_line(&line);
    }

    async fn ask(&self, prompt: String) -> String {
        self.element("prompt").set_text_content(Some(&prompt));
        let line = self.answered("question").await.as_string().unwrap_or_default();
        self.show_line(&format!("{prompt} {line}"));
        line
    }

    async fn pick_file(&self) -> Result<PickedFile, FileError> {
        let picked = self.answered("picker").await;
        let name = match picked.dyn_ref::<web_sys::File>() {
            Some(file) => file.name(),
            None => "sample.txt".to_owned(),
        };
        let bytes = read(picked)
            .await
            .map_err(|error| FileError { name: name.clone(), what: format!("{error:?}") })?;
        Ok(PickedFile { name, bytes })
    }

    fn progress(&self, done: f64) {
        let bar: HtmlElement = self.element("bar").unchecked_into();
        bar.style()
            .set_property("width", &format!("{:.1}%", done * 100.0))
            .expect_throw("width is a property");
    }

    fn echo(&self, value: i32) -> i32 {
        value
    }

    fn latencies(&self, counts: Vec<u32>) {
        let chart = self.element("latencies");
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        let bars = chart.children();
        for (index, count) in counts.iter().enumerate() {
            if let Some(bar) = bars.item(index as u32) {
                let height = f64::from(*count) / f64::from(most) * 100.0;
                let style = bar.unchecked_into::<HtmlElement>().style();
                style
                    .set_property("--height", &format!("{height:.1}%"))
                    .expect_throw("it takes custom properties");
            }
        }
    }
}

/// The bytes of a picked file, or of the sample.
async fn read(picked: JsValue) -> Result<Bytes, JsValue> {
    let buffer = match picked.dyn_into::<web_sys::File>() {
        Ok(file) => JsFuture::from(file.array_buffer()).await?,
        Err(_) => {
            let window = web_sys::window().ok_or("there is no window")?;
            let response: Response = JsFuture::from(window.fetch_with_str("sample.txt")).await?.dyn_into()?;
            JsFuture::from(response.array_buffer()?).await?
        }
    };
    Ok(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec().into())
}
