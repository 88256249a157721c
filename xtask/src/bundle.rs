//! Scripts that are made and in the tree, for whoever builds `sabir` needs no Node.js: those of Rust programs, bundled, and the
//! table of the platform's operations.

use crate::exec::{command, root};
use crate::folders::{copy_folder, remove_folder};
use crate::npm;
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

const TABLE: &str = "crates/sabir-remote/js/pipeline/table.js";
const BUNDLE: &str = "crates/sabir-remote/bundle";

/// Bundles the scripts of Rust programs into `crates/sabir-remote/bundle`, and writes the table of pipelines. Commit the result.
#[derive(clap::Args)]
pub struct Bundle {}

impl Bundle {
    pub fn run(self) -> Result<()> {
        // The bundle needs the table.
        fs::write(root().join(TABLE), table()?)?;
        let bundle = bundle()?;
        remove_folder(&root().join(BUNDLE))?;
        fs::create_dir_all(root().join(BUNDLE))?;
        for (file, text) in &bundle {
            fs::write(root().join(BUNDLE).join(file), text)?;
        }
        eprintln!("wrote {TABLE} and, in {BUNDLE}: {}", bundle.into_keys().collect::<Vec<_>>().join(", "));
        Ok(())
    }
}

/// Checks that the scripts in the tree are as they are made.
pub fn check() -> Result<()> {
    ensure!(fs::read_to_string(root().join(TABLE))? == table()?, "{TABLE} is old: `cargo xtask bundle`");
    ensure!(scripts(&root().join(BUNDLE))? == bundle()?, "{BUNDLE} is old: `cargo xtask bundle`");
    Ok(())
}

/// The table of the platform's operations, from WebIDL.
fn table() -> Result<String> {
    npm::install_tools()?;
    let mut node = command("node");
    node.arg(root().join("crates/sabir-remote/webidl/table.mjs")).current_dir(root().join("target/npm"));
    let printed = node.stderr(Stdio::inherit()).output()?;
    ensure!(printed.status.success(), "webidl/table.mjs failed ({})", printed.status);
    Ok(String::from_utf8(printed.stdout)?)
}

/// The bundle of Rust programs: what each loads, and files on demand. `src/program/bindings.rs` names these, so that packages have them.
fn bundle() -> Result<BTreeMap<String, String>> {
    npm::install_tools()?;
    let [sources, whole, out] =
        ["program", "program-whole", "program-bundle"].map(|folder| root().join("target/npm").join(folder));
    for folder in [&sources, &out] {
        remove_folder(folder)?;
    }
    for krate in ["remote", "fallback", "realm"] {
        copy_folder(&root().join(format!("crates/sabir-{krate}/js")), &sources)?;
    }
    npm::put_together(&sources.join("program/program.js"), "[name].js", &whole, &[], &out)?;
    npm::compress(&out)?;
    let made = scripts(&out)?.into_iter();
    Ok(made
        .map(|(file, text)| (file, format!("// Written by `cargo xtask bundle` from `js/`.\n{text}\n")))
        .collect())
}

/// The texts of a folder's scripts, by their names.
fn scripts(folder: &Path) -> Result<BTreeMap<String, String>> {
    npm::scripts(folder)?
        .into_iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((name, fs::read_to_string(&file)?))
        })
        .collect()
}
