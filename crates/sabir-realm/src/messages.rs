//! Types of the messages between a page and its worker; `js/messages.d.ts` says who sends each, when, and with what.
//!
//! It also has those that only JavaScript sends and receives.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// How the worker takes its end of the link.
pub const START: &str = "sabir:start";
/// The next transport.
pub const OFFER: &str = "sabir:offer";
/// The worker cannot take its half of a transport.
pub const DECLINED: &str = "sabir:declined";
/// The worker has its end of the link.
pub const JOINED: &str = "sabir:joined";
/// The worker cannot go on.
pub const FAILED: &str = "sabir:failed";
/// The program has returned.
pub const RETURNED: &str = "sabir:returned";
/// The worker closes itself.
pub const CLOSING: &str = "sabir:closing";
/// A doorbell.
pub const RING: &str = "sabir:ring";
/// Values that only the platform can clone.
pub const CARGO: &str = "sabir:cargo";
/// A packet of a link without shared memory.
pub const PACKET: &str = "sabir:packet";

/// A new doorbell message.
pub fn ring() -> JsValue {
    let message = Object::new();
    Reflect::set(&message, &"type".into(), &RING.into()).expect_throw("a new object takes any property");
    message.into()
}
