//! Links where memory cannot be shared, because the page has no COOP/COEP headers: over an OPFS file, a service worker,
//! or the platform's messages.
//!
//! This crate is not for programs: they use `sabir`, or the npm package.
//!
//! The protocol is that of shared memory, unchanged: each realm has a link of its own, whose other endpoint is a
//! [mirror](sabir_core::mirror). A [`Tunnel`] has the mirror's packets carried by a [`Carrier`]: JavaScript, in `js/`, since
//! the platform's storage and service workers are promises and scripts of their own. docs/transports.md compares them.
#![forbid(unsafe_code)]

/// The service worker's script, for a file of the site.
///
/// ```
/// std::fs::write(std::env::temp_dir().join("sw.js"), sabir_fallback::SERVICE_WORKER)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub const SERVICE_WORKER: &str = include_str!("../js/sw.js");

mod carrier;

mod tunnel;

#[cfg(feature = "transports")]
mod transports;

pub use carrier::Carrier;
#[cfg(feature = "transports")]
pub use transports::{
    PageTransport, PassedOver, Taken, Transport, Transports, exchanger, transports, why_not_loaded,
    why_not_shared,
};
pub use tunnel::{HoldGuard, Tunnel, packet_bytes};
