//! The attributes of `<script type="py|mpy" …>`.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use thiserror::Error;

/// The Python that runs a tag's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpreter {
    /// CPython: `type="py"`.
    Pyodide,
    /// `type="mpy"`.
    MicroPython,
}

/// A tag's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The Python that it is for.
    pub interpreter: Interpreter,
    /// True if its code runs in a worker.
    pub is_worker: bool,
    /// The worker's name for other code.
    pub name: Option<String>,
    /// URL of the code, if it is not in the tag.
    pub src: Option<String>,
    /// The configuration: JSON, or the URL of a JSON or TOML file.
    pub config: Option<String>,
    /// The service worker that lets calls block without shared memory.
    pub service_worker: Option<String>,
    /// True if the code may `await` outside of functions.
    pub is_async: bool,
    /// Id of the element that `display` writes to.
    pub target: Option<String>,
    /// Id of the element that standard output and errors are written to, besides the console.
    pub output: Option<String>,
}

/// A faulty attribute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TagError {
    /// Its value is none of those it can have.
    #[error("`{attribute}=\"{value}\"` of a Python tag is invalid: {expected}")]
    Value {
        /// Its name.
        attribute: &'static str,
        /// Its value.
        value: String,
        /// The values that it can have.
        expected: &'static str,
    },
    /// It is for workers only.
    #[error("`{0}` is an attribute of workers: add `worker` to the tag, or remove it")]
    WithoutWorker(&'static str),
    /// The code is given twice.
    #[error("the code of a Python tag is given by `src` and by `worker`: give one")]
    TwoSources,
}

impl Tag {
    /// As JavaScript reads it.
    pub fn to_json(&self) -> Value {
        json!({
            "interpreter": match self.interpreter {
                Interpreter::Pyodide => "pyodide",
                Interpreter::MicroPython => "micropython",
            },
            "worker": self.is_worker,
            "name": self.name,
            "src": self.src,
            "config": self.config,
            "serviceWorker": self.service_worker,
            "async": self.is_async,
            "target": self.target,
            "output": self.output,
        })
    }
}

/// Reads the attributes of a tag. Those it does not know are the page's own.
///
/// ```
/// let attributes = [("type", "mpy"), ("worker", ""), ("name", "sums")].into();
/// assert_eq!(sabir_py::parse_tag(&attributes)?.name.as_deref(), Some("sums"));
/// # Ok::<(), sabir_py::TagError>(())
/// ```
///
/// # Errors
/// If a value is unknown.
pub fn parse_tag(attributes: &BTreeMap<&str, &str>) -> Result<Tag, TagError> {
    let get = |name: &str| attributes.get(name).map(|value| value.trim());
    let interpreter = match get("type") {
        Some("py") => Interpreter::Pyodide,
        Some("mpy") => Interpreter::MicroPython,
        other => return Err(meaningless("type", other, "`py` is Pyodide, `mpy` MicroPython")),
    };
    let worker = get("worker");
    // An older form: the worker's code instead of the flag.
    let worker_src = worker.filter(|value| !matches!(*value, "" | "true" | "worker"));
    if worker == Some("false") {
        return Err(meaningless("worker", worker, "it is a flag; leave it out to run on the page"));
    }
    let src = not_empty("src", get("src"), "it is the URL of the code")?;
    if src.is_some() && worker_src.is_some() {
        return Err(TagError::TwoSources);
    }
    let tag = Tag {
        interpreter,
        is_worker: worker.is_some(),
        name: not_empty("name", get("name"), "it is what others find the worker by")?,
        src: src.or(worker_src.map(str::to_owned)),
        config: not_empty("config", get("config"), "it is JSON, or the URL of a JSON or TOML file")?,
        service_worker: not_empty(
            "service-worker",
            get("service-worker"),
            "it is the URL of Sabir's service worker",
        )?,
        is_async: match get("async") {
            None | Some("" | "true" | "async") => true,
            Some("false") => false,
            other => return Err(meaningless("async", other, "it is `true`, as when left out, or `false`")),
        },
        target: not_empty("target", get("target"), "it is the id of an element")?,
        output: not_empty("output", get("output"), "it is the id of an element")?,
    };
    match &tag {
        Tag { is_worker: false, name: Some(_), .. } => Err(TagError::WithoutWorker("name")),
        Tag { is_worker: false, service_worker: Some(_), .. } => {
            Err(TagError::WithoutWorker("service-worker"))
        }
        _ => Ok(tag),
    }
}

fn not_empty(
    attribute: &'static str,
    value: Option<&str>,
    expected: &'static str,
) -> Result<Option<String>, TagError> {
    match value {
        Some("") => Err(meaningless(attribute, value, expected)),
        _ => Ok(value.map(str::to_owned)),
    }
}

fn meaningless(attribute: &'static str, value: Option<&str>, expected: &'static str) -> TagError {
    TagError::Value { attribute, value: value.unwrap_or_default().to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(attributes: &[(&'static str, &'static str)]) -> Result<Tag, TagError> {
        parse_tag(&attributes.iter().copied().collect())
    }

    #[test]
    fn flags_and_values_are_read() {
        let read = tag(&[("type", "py"), ("worker", ""), ("name", "a"), ("async", "false")]).unwrap();
        assert_eq!((read.interpreter, read.is_worker, read.is_async), (Interpreter::Pyodide, true, false));
        let older = tag(&[("type", "mpy"), ("worker", "./code.py")]).unwrap();
        assert_eq!((older.is_worker, older.src.as_deref()), (true, Some("./code.py")));
    }

    #[test]
    fn what_means_nothing_is_named() {
        for (attributes, named) in [
            (&[("type", "pyodide")][..], "type=\"pyodide\""),
            (&[("type", "py"), ("async", "maybe")], "async=\"maybe\""),
            (&[("type", "py"), ("worker", "false")], "worker=\"false\""),
            (&[("type", "py"), ("worker", ""), ("name", " ")], "name=\"\""),
            (&[("type", "py"), ("name", "a")], "add `worker`"),
            (&[("type", "py"), ("worker", "a.py"), ("src", "b.py")], "give one"),
        ] {
            let error = tag(attributes).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
