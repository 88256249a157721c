//! Errors of links and calls as JavaScript's: the class by name, and the message.

use crate::host::Host;
#[cfg(feature = "package")]
use sabir_core::LinkError;
use sabir_core::{CallError, CloseReason, Control, JsWords};
use wasm_bindgen::JsValue;

/// A [`LinkError`] for JavaScript.
#[cfg(feature = "package")]
pub fn link_error(host: &Host, error: &LinkError) -> JsValue {
    host.make_error("LinkError", &error.to_string())
}

/// Tells JavaScript why a link has ended.
pub fn tell_closed(host: &Host, control: &Control<JsWords>) {
    let reason = control.closed().unwrap_or(CloseReason::Unknown);
    host.closed(&host.make_error("Closed", &format!("the link is closed: {reason}")));
}

/// A [`CallError`] for JavaScript.
pub fn error_of(host: &Host, error: &CallError) -> JsValue {
    let class = match error {
        CallError::TimedOut { .. } => "TimedOut",
        CallError::Closed { .. } => "Closed",
        CallError::Interrupted { .. } => "Interrupted",
        CallError::Deadlock { .. } => "Deadlock",
        CallError::TooDeep { .. } => "TooDeep",
        CallError::Cancelled { .. } => "Cancelled",
        CallError::TooMany { .. } | CallError::Congested { .. } => "TooMany",
        _ => "SabirError",
    };
    host.make_error(class, &error.to_string())
}
