//! The npm package: the wasm of `sabir-js` inside its JavaScript, in `target/npm/sabir`.

use crate::build::{copy_folder, wasm};
use crate::exec::root;
use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::path::PathBuf;

/// The lines of wasm-bindgen's glue that fetch the wasm by a URL beside it: nobody calls them, and bundlers stumble over them.
const FETCHES: &str = "new URL('core_bg.wasm', import.meta.url)";

/// Builds the package; gives its folder.
pub fn package(dev: bool) -> Result<PathBuf> {
    let (out, js) = (root().join("target/npm/sabir"), root().join("crates/sabir-js/js"));
    let made = root().join("target/npm/wasm");
    wasm("sabir-js", "core", if dev { "debug" } else { "npm" }, &made)?;
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    copy_folder(&js, &out)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(licence), out.join(licence))?;
    }
    let glue = fs::read_to_string(made.join("core.js"))?;
    ensure!(glue.contains(FETCHES), "wasm-bindgen's glue has changed: it no longer has `{FETCHES}`");
    copy_folder(&made.join("snippets"), &out.join("snippets"))?;
    fs::write(out.join("core.js"), glue.replace(FETCHES, "undefined"))?;
    let bytes = fs::read(made.join("core_bg.wasm")).context("wasm-bindgen wrote no wasm")?;
    fs::write(out.join("wasm.js"), in_javascript(&bytes))?;
    Ok(out)
}

/// A module that compiles the wasm, which it holds: so no bundler, host or policy has a second file to lose.
fn in_javascript(wasm: &[u8]) -> String {
    format!(
        "// Written by `cargo xtask build`.\n\
         const text = '{}';\n\
         export const compile = async () =>\n  \
         WebAssembly.compile(Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0)));\n",
        STANDARD.encode(wasm)
    )
}
