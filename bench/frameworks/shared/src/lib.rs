//! Shared by the apps: the rows of js-framework-benchmark, and the element that an app is rendered into.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::rc::Rc;
use wasm_bindgen::JsCast;

pub const ROWS: usize = 1000;

const ADJECTIVES: [&str; 25] = [
    "pretty",
    "large",
    "big",
    "small",
    "tall",
    "short",
    "long",
    "handsome",
    "plain",
    "quaint",
    "clean",
    "elegant",
    "easy",
    "angry",
    "crazy",
    "helpful",
    "mushy",
    "odd",
    "unsightly",
    "adorable",
    "important",
    "inexpensive",
    "cheap",
    "expensive",
    "fancy",
];
const COLOURS: [&str; 11] =
    ["red", "yellow", "blue", "green", "pink", "brown", "purple", "brown", "white", "black", "orange"];
const NOUNS: [&str; 13] = [
    "table", "chair", "house", "bbq", "desk", "car", "pony", "cookie", "sandwich", "burger", "pizza",
    "mouse", "keyboard",
];

/// A row as it is made.
#[derive(Clone, PartialEq)]
pub struct Row {
    pub id: u32,
    pub label: Rc<str>,
}

/// Makes rows with ids from 1 and labels that only look random: every run has the same.
#[derive(Clone, Default)]
pub struct Maker {
    made: u32,
}

impl Maker {
    pub fn rows(&mut self, count: usize) -> Vec<Row> {
        (0..count).map(|_| self.row()).collect()
    }

    fn row(&mut self) -> Row {
        self.made += 1;
        let number = (self.made.wrapping_mul(2_654_435_761) >> 8) as usize;
        let adjective = ADJECTIVES[number % ADJECTIVES.len()];
        let colour = COLOURS[number / 25 % COLOURS.len()];
        let noun = NOUNS[number / 275 % NOUNS.len()];
        Row { id: self.made, label: format!("{adjective} {colour} {noun}").into() }
    }
}

/// The label of a row that is updated.
pub fn updated(label: &str) -> String {
    format!("{label} !!!")
}

/// Computes, and does nothing else, for a time in ms.
pub fn compute_for(ms: f64) {
    let end = js_sys::Date::now() + ms;
    while js_sys::Date::now() < end {
        black_box((0..1_000_000u64).fold(0, |sum, number| black_box(sum) ^ number));
    }
}

/// The element that an app is rendered into.
pub fn root() -> web_sys::HtmlElement {
    let document = web_sys::window().and_then(|window| window.document());
    let main = document.and_then(|document| document.get_element_by_id("main"));
    main.expect("the page has an element `main`").unchecked_into()
}
