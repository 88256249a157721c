//! Values of Rust as JavaScript's, and back.

use crate::program::error::{NameError, NameErrorKind};
use js_sys::Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
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
#[serde(bound = "")]
pub struct Js<T: JsCast>(#[serde(with = "serde_wasm_bindgen::preserve")] pub T);

/// The arguments of a call: the elements of a tuple.
pub fn arguments<A: Serialize>(function: &str, arguments: &A) -> Result<Array, NameError> {
    let value = encode(arguments).map_err(|what| NameError::new(function, NameErrorKind::Argument, what))?;
    if value.is_undefined() {
        return Ok(Array::new());
    }
    value.dyn_into().map_err(|_| {
        let what = "the arguments are no tuple: write `(value,)` for a single one".to_owned();
        NameError::new(function, NameErrorKind::Argument, what)
    })
}

/// A value of Rust's for JavaScript: structs and maps are plain objects.
pub fn encode<T: Serialize>(value: &T) -> Result<JsValue, String> {
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|error| error.to_string())
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
