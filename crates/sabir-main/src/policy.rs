//! Which objects of the page a worker may reach.

use js_sys::{Array, Function};
use sabir_realm::object;
use wasm_bindgen::prelude::*;

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
    /// Takes an operation, and gives false to refuse it.
    hook: Option<Function>,
}

/// How a worker uses an object of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    /// It reads a property.
    Get,
    /// It sets a property.
    Set,
    /// It calls a function.
    Call,
}

/// One use of an object of the page, which [`WindowPolicy::asked`] decides on.
#[derive(Clone, Debug)]
pub struct WindowAccess(AccessOfScript);

#[wasm_bindgen]
extern "C" {
    /// The argument of `hook` in policy.js.
    #[derive(Clone, Debug)]
    type AccessOfScript;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &AccessOfScript) -> String;
    #[wasm_bindgen(method, getter)]
    fn target(this: &AccessOfScript) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn key(this: &AccessOfScript) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn args(this: &AccessOfScript) -> Option<Array>;

    type NamedFunction;
    /// <https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Function/name>
    #[wasm_bindgen(method, getter)]
    fn name(this: &NamedFunction) -> JsValue;
}

impl WindowAccess {
    /// How the object is used.
    pub fn kind(&self) -> AccessKind {
        match self.0.kind().as_str() {
            "get" => AccessKind::Get,
            "set" => AccessKind::Set,
            _ => AccessKind::Call,
        }
    }

    /// The object whose property is read or set, or the function that is called.
    pub fn target(&self) -> JsValue {
        self.0.target()
    }

    /// The name of the property, or of the function; empty if that is a symbol, or the function has none.
    pub fn name(&self) -> String {
        let name = match self.kind() {
            AccessKind::Call => self.target().unchecked_ref::<NamedFunction>().name(),
            AccessKind::Get | AccessKind::Set => self.0.key(),
        };
        name.as_string().unwrap_or_default()
    }

    /// The arguments of a call, or the value that is set.
    pub fn arguments(&self) -> Array {
        self.0.args().unwrap_or_default()
    }
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

    /// Has `allows` decide on each read, write and call that the paths allow: false refuses it. The last closure counts.
    ///
    /// It runs on the page, in the midst of the worker's operation: it must not wait. A panic in it is one of the page.
    ///
    /// ```no_run
    /// use sabir_main::{AccessKind, WindowPolicy};
    /// let policy = WindowPolicy::all().asked(|access| access.kind() != AccessKind::Call || access.name() != "alert");
    /// ```
    pub fn asked(mut self, allows: impl Fn(&WindowAccess) -> bool + 'static) -> WindowPolicy {
        let hook = move |access| allows(&WindowAccess(access));
        self.hook =
            Some(Closure::<dyn Fn(AccessOfScript) -> bool>::new(hook).into_js_value().unchecked_into());
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
            ("hook", self.hook.clone().map_or(JsValue::UNDEFINED, JsValue::from)),
        ])
    }
}
