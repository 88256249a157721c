//! The scripts of Rust programs as one file, which is in the tree: whoever builds `sabir` needs no Node.js.

use crate::exec::{bin, command, root, run};
use crate::folders::{copy_folder, remove_folder};
use crate::npm;
use anyhow::{Result, ensure};
use std::fs;
use std::path::PathBuf;

/// Bundles the scripts of Rust programs into `crates/sabir-remote/bundle`. Commit the result.
#[derive(clap::Args)]
pub struct Bundle {}

impl Bundle {
    pub fn run(self) -> Result<()> {
        fs::write(kept(), made()?)?;
        eprintln!("wrote {}", kept().display());
        Ok(())
    }
}

/// Checks that the bundle in the tree is that of the scripts.
pub fn check() -> Result<()> {
    ensure!(fs::read_to_string(kept())? == made()?, "{} is old: `cargo xtask bundle`", kept().display());
    Ok(())
}

fn kept() -> PathBuf {
    root().join("crates/sabir-remote/bundle/program.js")
}

/// The bundle, as esbuild makes it.
fn made() -> Result<String> {
    npm::install_tools()?;
    let [scripts, out] = ["program", "program-bundle"].map(|folder| root().join("target/npm").join(folder));
    for folder in [&scripts, &out] {
        remove_folder(folder)?;
    }
    for krate in ["remote", "fallback", "realm"] {
        copy_folder(&root().join(format!("crates/sabir-{krate}/js")), &scripts)?;
    }
    let mut esbuild = command(bin("esbuild"));
    esbuild.arg(scripts.join("program/program.js")).args(npm::MINIFIED).args(npm::MANGLED);
    run(esbuild.arg(format!("--outdir={}", out.display())))?;
    npm::compress(&out)?;
    let bundled = fs::read_to_string(out.join("program.js"))?;
    Ok(format!("// Written by `cargo xtask bundle` from `js/`.\n{bundled}\n"))
}
