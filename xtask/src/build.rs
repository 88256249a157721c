//! `cargo xtask build`: the wasm packages and their pages, into `target/pages`.

use crate::exec::{command, root, run, step};
use crate::npm;
use crate::setup;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::{Context, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A crate that becomes a page: its wasm, its glue, and the files of its `page` folder.
pub struct Package {
    krate: &'static str,
    folder: &'static str,
    name: &'static str,
}

/// The demo.
pub const DEMO: Package = Package { krate: "sabir-demo", folder: "crates/sabir-demo", name: "demo" };
/// What a page and its workers do together, without shared memory.
pub const BEHAVIOURS: Package =
    Package { krate: "sabir-browser-tests", folder: "tests/browser", name: "behaviours" };
/// What the benchmark measures.
pub const BENCH: Package = Package { krate: "sabir-bench-page", folder: "bench/wasm", name: "bench" };

/// Builds the wasm packages and their pages into target/pages/NAME.
#[derive(clap::Args)]
pub struct Build {
    /// Without optimisation: quick to build, slow to run.
    #[arg(long)]
    dev: bool,
}

impl Build {
    pub fn run(self) -> Result<()> {
        for package in [&DEMO, &BENCH] {
            eprintln!("built {}", page(package, self.dev)?.display());
        }
        eprintln!("built {}", npm::package(self.dev)?.display());
        Ok(())
    }
}

/// Builds one page; gives its folder.
pub fn page(package: &Package, dev: bool) -> Result<PathBuf> {
    let out = root().join("target/pages").join(package.name);
    remove_folder(&out)?;
    copy_folder(&root().join(package.folder).join("page"), &out)?;
    wasm(package.krate, package.name, if dev { "debug" } else { "release" }, &out.join("pkg"))?;
    Ok(out)
}

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

/// Removes a folder, if it is there.
pub fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a folder and all below it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
