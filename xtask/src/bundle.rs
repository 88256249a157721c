//! Scripts that are made and in the tree, for whoever builds `sabir` needs no Node.js: those of Rust programs as one file, and
//! the table of the platform's operations.

use crate::exec::{bin, command, root, run};
use crate::folders::{copy_folder, remove_folder};
use crate::npm;
use anyhow::{Result, ensure};
use std::fs;
use std::process::Stdio;

/// Bundles the scripts of Rust programs into `crates/sabir-remote/bundle`, and writes the table of pipelines. Commit the result.
#[derive(clap::Args)]
pub struct Bundle {}

impl Bundle {
    pub fn run(self) -> Result<()> {
        // The bundle needs the table.
        for (file, make) in MADE {
            let file = root().join(file);
            fs::write(&file, make()?)?;
            eprintln!("wrote {}", file.display());
        }
        Ok(())
    }
}

/// Checks that the scripts in the tree are as they are made.
pub fn check() -> Result<()> {
    for (file, make) in MADE {
        ensure!(fs::read_to_string(root().join(file))? == make()?, "{file} is old: `cargo xtask bundle`");
    }
    Ok(())
}

type Make = fn() -> Result<String>;

/// Each script that is made, and by which function.
const MADE: [(&str, Make); 2] =
    [("crates/sabir-remote/js/pipeline/table.js", table), ("crates/sabir-remote/bundle/program.js", bundle)];

/// The table of the platform's operations, from WebIDL.
fn table() -> Result<String> {
    npm::install_tools()?;
    let mut node = command("node");
    node.arg(root().join("crates/sabir-remote/webidl/table.mjs")).current_dir(root().join("target/npm"));
    let printed = node.stderr(Stdio::inherit()).output()?;
    ensure!(printed.status.success(), "webidl/table.mjs failed ({})", printed.status);
    Ok(String::from_utf8(printed.stdout)?)
}

/// The bundle, as esbuild makes it.
fn bundle() -> Result<String> {
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
