//! The wasm of the npm package: [`sabir_remote`], and an allocator.
//!
//! This crate is not for programs. The package's entries are in `js/`.
#![forbid(unsafe_code)]

pub use sabir_remote::Channel;

// The standard library's is three times as large, and slower: 2 KB of the package.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
