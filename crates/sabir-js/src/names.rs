//! Names of functions, which errors cite: each is kept once, for as long as the realm lives.

use sabir_core::service::Method;
use std::cell::RefCell;

/// What every call of this package is on the wire: its arguments, and what is called, are JavaScript's to decode.
pub const CALL: Method = Method::new("sabir.call", "value encoding 1", None);

thread_local! {
    static METHODS: RefCell<Vec<&'static Method>> = const { RefCell::new(Vec::new()) };
}

/// The number of a method of this name and timeout (negative: none).
pub fn intern(name: &str, timeout_ms: f64) -> u32 {
    let timeout_ms = (timeout_ms >= 0.0).then_some(timeout_ms as u32);
    METHODS.with_borrow_mut(|methods| {
        let known = methods.iter().position(|method| method.name == name && method.timeout_ms == timeout_ms);
        let index = known.unwrap_or_else(|| {
            // An endpoint's methods live as long as the program. Names are few: JavaScript keeps their numbers.
            let name = Box::leak(name.to_owned().into_boxed_str());
            let mut method = CALL;
            (method.name, method.timeout_ms) = (name, timeout_ms);
            methods.push(Box::leak(Box::new(method)));
            methods.len() - 1
        });
        index as u32
    })
}

/// The method of a number that [`intern`] gave.
pub fn method(number: u32) -> &'static Method {
    METHODS.with_borrow(|methods| methods.get(number as usize).copied()).unwrap_or(&CALL)
}
