//! A crate's wasm, and its glue.

use crate::exec::{command, root, run, step};
use crate::setup;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::Result;
use std::path::Path;

/// Builds a crate's wasm with a profile of Cargo.toml, and its glue: `NAME.js` and `NAME_bg.wasm` in `out`.
pub fn wasm(krate: &str, name: &str, profile: &str, out: &Path) -> Result<()> {
    let toolchain = WasmToolchain::ensure()?;
    let wasm_bindgen = setup::wasm_bindgen()?.join("wasm-bindgen");
    let mut cargo = toolchain.cargo("build");
    cargo.args([
        "--quiet",
        "--package",
        krate,
        "--profile",
        if profile == "debug" { "dev" } else { profile },
    ]);
    step(&format!("building {krate}"), "up to 1 minute the first time", &mut cargo)?;
    let built = root().join("target/wasm/wasm32-unknown-unknown").join(profile);
    let mut glue = command(wasm_bindgen);
    glue.args([
        "--target",
        "web",
        "--remove-name-section",
        "--remove-producers-section",
        "--out-name",
        name,
        "--out-dir",
    ]);
    run(glue.arg(out).arg(built.join(format!("{}.wasm", krate.replace('-', "_")))))
}
