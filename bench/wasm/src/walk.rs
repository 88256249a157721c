//! The npm package's cost with an encoding in Rust: several crossings for every property.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// Visits every property of `value`, recursively, and reads the numbers and texts; gives a sum over them.
#[wasm_bindgen]
pub fn walk(value: &JsValue) -> f64 {
    if let Some(number) = value.as_f64() {
        return number;
    }
    if let Some(text) = value.as_string() {
        return text.bytes().map(f64::from).sum();
    }
    let Some(object) = value.dyn_ref::<Object>() else {
        return 1.0;
    };
    let keys = Object::keys(object);
    keys.iter().map(|key| walk(&Reflect::get(value, &key).unwrap_or_default())).sum()
}
