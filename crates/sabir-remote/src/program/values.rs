//! Values of Rust as JavaScript's, and back.

use crate::program::encode::{self, Encoder};
use crate::program::error::{NameError, NameErrorKind};
use js_sys::Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// A value of JavaScript's among arguments or as a result: an `OffscreenCanvas`, a `File`, an element of the page.
///
/// ```no_run
/// # use sabir_remote::{Js, RemoteFunction, Blocks, NameError};
/// # fn show(paint: RemoteFunction<Blocks>, file: js_sys::Object) -> Result<(), NameError> {
/// let _: Js<wasm_bindgen::JsValue> = paint.call((Js(file), 21))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", rename = "sabir::Js")]
pub struct Js<T: JsCast>(#[serde(with = "serde_wasm_bindgen::preserve")] pub T);

/// The arguments of a call: the elements of a tuple.
pub fn arguments<A: Serialize>(function: &str, arguments: &A) -> Result<Array, NameError> {
    let refused = |what: String| NameError::new(function, NameErrorKind::Argument, what);
    let list = encode::arguments(arguments).map_err(|error| refused(error.to_string()))?;
    list.ok_or_else(|| refused("the arguments are no tuple: write `(value,)` for a single one".to_owned()))
}

/// A value of Rust's for JavaScript: structs, and maps whose keys are texts, are plain objects.
pub fn encode<T: Serialize>(value: &T) -> Result<JsValue, String> {
    value.serialize(Encoder::default()).map_err(|error| error.to_string())
}

/// A value of JavaScript's as one of Rust's.
pub fn decode<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// The result of the call of a function.
pub fn result<T: DeserializeOwned>(function: &str, value: JsValue) -> Result<T, NameError> {
    decode(value).map_err(|what| {
        let what = format!("its result is no `{}`: {what}", std::any::type_name::<T>());
        NameError::new(function, NameErrorKind::Result, what)
    })
}
