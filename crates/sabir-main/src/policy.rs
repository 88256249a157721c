//! Which objects of the page a worker may reach.

use js_sys::Array;
use sabir_realm::object;
use wasm_bindgen::JsValue;

/// The objects of the page that a worker may reach through `window`.
///
/// A policy narrows accidents and is no boundary against a hostile worker: any allowed function or object leads to everything.
///
/// ```
/// use sabir_main::WindowPolicy;
/// let policy = WindowPolicy::all().allow(["document.body", "localStorage"]).deny(["document.cookie"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowPolicy {
    allow: Vec<String>,
    deny: Vec<String>,
    read_only: bool,
}

impl WindowPolicy {
    /// Allows everything.
    pub fn all() -> WindowPolicy {
        WindowPolicy::default()
    }

    /// Allows these paths from `window`, and what is below them, and nothing else.
    pub fn allow<T: Into<String>>(mut self, paths: impl IntoIterator<Item = T>) -> WindowPolicy {
        self.allow.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Denies these paths from `window`, however their values are come by.
    pub fn deny<T: Into<String>>(mut self, paths: impl IntoIterator<Item = T>) -> WindowPolicy {
        self.deny.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Has nothing be set, defined or deleted.
    pub fn read_only(mut self) -> WindowPolicy {
        self.read_only = true;
        self
    }

    /// As `PolicyOptions` of policy.js; undefined where all is allowed, which saves each operation a check.
    pub(crate) fn options(&self) -> JsValue {
        if *self == WindowPolicy::all() {
            return JsValue::UNDEFINED;
        }
        let list = |paths: &[String]| {
            let list: Array = paths.iter().map(|path| JsValue::from(path.as_str())).collect();
            if paths.is_empty() { JsValue::UNDEFINED } else { list.into() }
        };
        object(&[
            ("allow", list(&self.allow)),
            ("deny", list(&self.deny)),
            ("readOnly", self.read_only.into()),
        ])
    }
}
