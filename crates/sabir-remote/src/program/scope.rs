//! Scopes, for programs that do not return to their event loop.

use crate::program::bindings::JsScope;
use wasm_bindgen::prelude::*;

/// A scope that is open: what is borrowed of the other end meanwhile is given back when it closes.
#[derive(Debug)]
pub struct Scope(JsScope);

impl Scope {
    pub(crate) fn new(scope: JsScope) -> Scope {
        Scope(scope)
    }

    /// Has an object outlive the scope. An outer scope then gives it back, or else the collector.
    pub fn keep<T: AsRef<JsValue>>(&self, object: T) -> T {
        self.0.keep(object.as_ref());
        object
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.0.close();
    }
}
