//! A page's Python tags and configurations, checked before an interpreter is fetched for them.
//!
//! The rest of the runtime is where its languages are: `js` starts interpreters and joins their realms,
//! `python` is the `pyscript` package.
#![forbid(unsafe_code)]

mod config;
mod tag;

pub use config::{ConfigError, Format, parse_config};
pub use tag::{Interpreter, Tag, TagError, parse_tag};

use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

/// [`parse_config`], as JSON; `is_toml` gives the format, `source` the text's origin.
///
/// # Errors
/// If the text is malformed or a value is invalid; the message names the position.
#[wasm_bindgen(js_name = parseConfig)]
pub fn config_as_json(text: &str, is_toml: bool, source: &str) -> Result<String, JsError> {
    let format = if is_toml { Format::Toml } else { Format::Json };
    Ok(Value::Object(parse_config(text, format, source)?).to_string())
}

/// [`parse_tag`], as JSON, of the tag's attributes as a JSON object.
///
/// # Errors
/// If an attribute has an unknown value; the message names both.
#[wasm_bindgen(js_name = parseTag)]
pub fn tag_as_json(attributes: &str) -> Result<String, JsError> {
    let attributes: Map<String, Value> = serde_json::from_str(attributes)?;
    let attributes =
        attributes.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    Ok(parse_tag(&attributes)?.to_json().to_string())
}
