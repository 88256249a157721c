//! A crate's wasm, and its glue.

use crate::exec::{command, root, run, step};
use crate::setup;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::Result;
use std::path::Path;

/// Builds a crate's wasm with a profile of Cargo.toml, and its glue: `NAME.js` and `NAME_bg.wasm` in `out`.
pub fn wasm(krate: &str, name: &str, profile: &str, out: &Path) -> Result<()> {
    let mut cargo = WasmToolchain::ensure()?.cargo("build");
    cargo.args(["--package", krate, "--profile", if profile == "debug" { "dev" } else { profile }]);
    cargo.args(["--target-dir", "target/wasm"]);
    step(&format!("building {krate}"), "up to 1 minute the first time", cargo.arg("--quiet"))?;
    glue(krate, name, &root().join("target/wasm/wasm32-unknown-unknown").join(profile), out)
}

/// Builds the glue of a crate whose wasm is in the folder `built`.
pub fn glue(krate: &str, name: &str, built: &Path, out: &Path) -> Result<()> {
    let mut glue = command(setup::wasm_bindgen()?.join("wasm-bindgen"));
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
