//! The npm package `sabir-pyscript`: PyScript's own sources, bundled with Sabir, in `target/npm/sabir-pyscript`.

use crate::exec::{command, root, run, step};
use crate::folders::{copy_folder, remove_folder};
use crate::npm;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// Builds the package; gives its folder.
pub fn package(dev: bool) -> Result<PathBuf> {
    let sabir = npm::package(dev)?;
    let (own, npm) = (root().join("crates/sabir-pyscript"), root().join("target/npm"));
    let (sources, out) = (sources(), npm.join("sabir-pyscript"));
    install_sources(&own.join("sources"), &sources)?;
    remove_folder(&out)?;
    copy_folder(&own.join("package"), &out)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(licence), out.join(licence))?;
    }
    let mut build = command("node");
    build.arg(own.join("build.mjs")).args([&sources, &sabir, &npm.join("node_modules"), &out]);
    run(&mut build)?;
    npm::link(&out)?;
    Ok(out)
}

/// PyScript as npm has it, once the package has been built.
pub fn original() -> PathBuf {
    sources().join("node_modules/@pyscript/core")
}

/// The folder of PyScript's sources.
fn sources() -> PathBuf {
    root().join("target/pyscript")
}

/// Installs PyScript's sources by the lock file, unless that was done.
fn install_sources(locked: &Path, sources: &Path) -> Result<()> {
    const LOCK: &str = "package-lock.json";
    if fs::read(sources.join("installed")).ok() == Some(fs::read(locked.join(LOCK))?) {
        return Ok(());
    }
    remove_folder(sources)?;
    copy_folder(locked, sources)?;
    let mut npm = command("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(sources);
    step("fetching PyScript's sources from npm", "seconds", &mut npm)?;
    fs::copy(sources.join(LOCK), sources.join("installed"))?;
    Ok(())
}
