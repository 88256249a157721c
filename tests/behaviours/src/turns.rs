//! Turns of a worker of Rust: listeners and frames of the page never run on top of code that is at work, as on a page.

#![expect(missing_docs, reason = "each behaviour's name says what it is")]

use crate::over::Over;
use crate::services::sleep;
use crate::window::{Checked, check, document, text};
use sabir::{Page, WindowPolicy};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget, HtmlElement, Window};

const CLICKS: u32 = 30;

/// Draws for a while, as a framework does. A second one at the same time panics.
fn draw(app: &RefCell<u32>, shown: &HtmlElement) {
    let mut count = app.borrow_mut();
    *count += 1;
    for step in 0..40 {
        shown.set_title(&step.to_string());
        shown.title();
    }
    shown.set_text_content(Some(&count.to_string()));
}

type OnFrame = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

fn request_frame(window: &Window, on_frame: &OnFrame) {
    let on_frame = on_frame.borrow();
    let on_frame = on_frame.as_ref().expect_throw("it was put there").as_ref().unchecked_ref();
    window.request_animation_frame(on_frame).expect_throw("a frame");
}

/// As a framework's own task: the page clicks meanwhile.
fn work(app: &RefCell<u32>, shown: &HtmlElement) {
    let _count = app.borrow_mut();
    (0..200).for_each(|_| drop(shown.title()));
}

/// Counts clicks and frames; draws what the page asks for, too.
#[sabir::worker]
pub async fn counts_clicks(page: Page) -> Checked {
    let window = page.window().map_err(text)?;
    let document = page.document().map_err(text)?;
    let button: HtmlElement = document.create_element("button").map_err(text)?.unchecked_into();
    button.set_id("counted");
    document.body().ok_or("no body")?.append_child(&button).map_err(text)?;
    let app = Rc::new(RefCell::new(0));
    let (drawn, shown) = (Rc::clone(&app), button.clone());
    let listener = Closure::<dyn FnMut(Event)>::new(move |_: Event| draw(&drawn, &shown));
    button.add_event_listener_with_callback("click", listener.as_ref().unchecked_ref()).map_err(text)?;
    let frames = Rc::new(Cell::new(0));
    let on_frame = OnFrame::default();
    let (own, counted, drawn) = (Rc::clone(&on_frame), Rc::clone(&frames), Rc::clone(&app));
    let next = window.clone();
    on_frame.replace(Some(Closure::new(move |_: f64| {
        drop(drawn.borrow_mut());
        counted.update(|count| count + 1);
        request_frame(&next, &own);
    })));
    request_frame(&window, &on_frame);
    // An event that the worker itself causes is heard before the call returns.
    button.click();
    check("its own click", *app.borrow(), 1)?;
    page.call::<_, ()>("listening", ()).map_err(text)?;
    while *app.borrow() <= CLICKS {
        work(&app, &button);
        sleep(1).await;
    }
    check("frames", frames.get() > 0, true)?;
    // `sleep` of the page's serves, as the event loop does.
    page.call::<_, ()>("click_soon", ()).map_err(text)?;
    for _ in 0..400 {
        page.sleep(std::time::Duration::from_millis(5)).map_err(text)?;
        if *app.borrow() > CLICKS + 1 {
            break;
        }
    }
    check("in a sleep", *app.borrow(), CLICKS + 2)?;
    drop(listener);
    Ok(())
}

pub async fn events_wait_for_a_worker_that_is_at_work(over: Over) {
    let listening = Rc::new(Cell::new(false));
    let told = Rc::clone(&listening);
    let button =
        || -> HtmlElement { document().get_element_by_id("counted").expect("it was built").unchecked_into() };
    let worker = over
        .apply(counts_clicks::builder())
        .window(WindowPolicy::all())
        .export("listening", move || told.set(true))
        .export("click_soon", move || {
            wasm_bindgen_futures::spawn_local(async move {
                sleep(20).await;
                button().click();
            });
        })
        .spawn()
        .await
        .unwrap();
    while !listening.get() {
        assert!(worker.closed().is_none(), "{:?}", worker.closed());
        sleep(5).await;
    }
    let thrown = Rc::new(Cell::new(0));
    let count = Rc::clone(&thrown);
    let errors = Closure::<dyn FnMut(Event)>::new(move |_: Event| count.update(|count| count + 1));
    let global: EventTarget = js_sys::global().unchecked_into();
    global.add_event_listener_with_callback("error", errors.as_ref().unchecked_ref()).unwrap();
    for click in 0..CLICKS {
        button().click();
        if click % 3 == 0 {
            sleep(3).await;
        }
    }
    assert_eq!(worker.finished().await, Ok(()));
    global.remove_event_listener_with_callback("error", errors.as_ref().unchecked_ref()).unwrap();
    assert_eq!(thrown.get(), 0, "no listener has thrown");
    button().remove();
}
