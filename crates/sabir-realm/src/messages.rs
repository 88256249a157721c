//! Types of the messages between a page and its worker; `js/messages.d.ts` says who sends each, when, and with what.
//!
//! It also has those that only JavaScript sends and receives.

use crate::js::object;
use wasm_bindgen::JsValue;

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

/// A call of the worker's, for the page's trace.
pub const TRACED: &str = "sabir:traced";
/// The worker wants a link to another one.
pub const CONNECT: &str = "sabir:connect";
/// The other worker has its end of that link, or why not.
pub const CONNECTED: &str = "sabir:connected";
/// The end of a link that another worker has made.
pub const LINKED: &str = "sabir:linked";
/// A link to another worker has ended.
pub const DISCONNECT: &str = "sabir:disconnect";
/// A message for the other worker of a link.
pub const RELAY: &str = "sabir:relay";
/// A message of the other worker of a link.
pub const RELAYED: &str = "sabir:relayed";

/// A new doorbell message.
pub fn ring() -> JsValue {
    object(&[("type", RING.into())])
}
