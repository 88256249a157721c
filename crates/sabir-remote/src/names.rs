//! Names of functions, which errors cite: each is kept for as long as the realm lives.

use sabir_core::service::Method;
use std::cell::RefCell;

/// The one method that this package calls. JavaScript decodes the function's name and the arguments.
pub const CALL: Method = Method::new("sabir.call", "value encoding 1", None);

thread_local! {
    static METHODS: RefCell<Vec<&'static Method>> = const { RefCell::new(Vec::new()) };
}

/// A number for a method of this name and timeout (negative: none). `of_loop`: an event loop calls it, not code.
///
/// An endpoint's methods live as long as the program: names.js asks once for each.
pub fn intern(name: &str, timeout_ms: f64, of_loop: bool) -> u32 {
    let mut method = CALL;
    method.name = Box::leak(name.to_owned().into_boxed_str());
    method.timeout_ms = (timeout_ms >= 0.0).then_some(timeout_ms as u32);
    method.of_loop = of_loop;
    METHODS.with_borrow_mut(|methods| {
        methods.push(Box::leak(Box::new(method)));
        methods.len() as u32 - 1
    })
}

/// The method of a number that [`intern`] gave.
pub fn method(number: u32) -> &'static Method {
    METHODS.with_borrow(|methods| methods.get(number as usize).copied()).unwrap_or(&CALL)
}
