//! Errors of calls by name.

use js_sys::Error;
use sabir_realm::text;
use wasm_bindgen::prelude::*;

/// Why a call by name has no result.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{function}`: {message}")]
pub struct NameError {
    function: String,
    kind: NameErrorKind,
    message: String,
    thrown: JsValue,
}

/// The kind of a [`NameError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameErrorKind {
    /// The other realm exports no function of this name.
    NotExported,
    /// An argument cannot travel.
    Argument,
    /// The result is of another type than the caller's, or cannot travel.
    Result,
    /// The call's time limit has passed.
    TimedOut,
    /// The link has ended.
    Closed,
    /// The other realm has interrupted this one.
    Interrupted,
    /// Two realms wait for each other.
    Deadlock,
    /// Too many calls, or bytes of calls, wait for the other realm.
    TooMany,
    /// The function has thrown, or its promise was rejected.
    Thrown,
}

/// The classes of js/errors.js that are kinds of their own.
const CLASSES: &[(&str, NameErrorKind)] = &[
    ("NotExported", NameErrorKind::NotExported),
    ("TimedOut", NameErrorKind::TimedOut),
    ("Closed", NameErrorKind::Closed),
    ("Interrupted", NameErrorKind::Interrupted),
    ("Deadlock", NameErrorKind::Deadlock),
    ("TooDeep", NameErrorKind::TooMany),
    ("TooMany", NameErrorKind::TooMany),
];

impl NameError {
    pub(crate) fn new(function: &str, kind: NameErrorKind, message: String) -> NameError {
        NameError { function: function.to_owned(), kind, message, thrown: JsValue::UNDEFINED }
    }

    /// An exception of JavaScript's.
    pub(crate) fn of(function: &str, thrown: JsValue) -> NameError {
        let class = text(&thrown, "name").unwrap_or_default();
        let message = text(&thrown, "message").unwrap_or_else(|| sabir_realm::text_of(&thrown));
        let kind = match class.as_str() {
            "Unserialisable" if message.starts_with("cannot send args") => NameErrorKind::Argument,
            "Unserialisable" => NameErrorKind::Result,
            class => CLASSES
                .iter()
                .find(|(name, _)| *name == class)
                .map_or(NameErrorKind::Thrown, |(_, kind)| *kind),
        };
        let prefixed = kind == NameErrorKind::Thrown && thrown.is_instance_of::<Error>();
        let message = if prefixed { format!("{class}: {message}") } else { message };
        NameError { function: function.to_owned(), kind, message, thrown }
    }

    /// The name of the function.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The kind of error.
    pub fn kind(&self) -> NameErrorKind {
        self.kind
    }

    /// The value that was thrown; undefined if the error is of this realm's making.
    pub fn thrown(&self) -> &JsValue {
        &self.thrown
    }
}
