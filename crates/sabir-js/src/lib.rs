//! The wasm of the npm package: an endpoint that carries values which JavaScript has encoded.
//!
//! This crate is not for programs. What its users see is in `js/`; docs/architecture.md says which half does what, and why.
#![forbid(unsafe_code)]

mod buffers;

mod channel;

mod host;

mod names;

pub use channel::Channel;

// The standard library's is three times as large, and slower: 2 KB of the package.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
