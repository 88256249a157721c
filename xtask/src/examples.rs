//! `cargo xtask examples`: the examples of the crate `sabir`, as pages in `target/pages/examples`.

use crate::exec::{root, step};
use crate::folders::{copy_folder, remove_folder};
use crate::wasm::glue;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// Builds the examples of the crate `sabir` into target/pages/examples.
#[derive(clap::Args)]
pub struct Examples {
    /// Those to build; all if none is named.
    names: Vec<String>,
}

impl Examples {
    pub fn run(self) -> Result<()> {
        let names = if self.names.is_empty() { names()? } else { self.names };
        eprintln!("built {}", build(&names)?.display());
        Ok(())
    }
}

fn folder() -> PathBuf {
    root().join("crates/sabir/examples")
}

/// The names of all examples.
pub fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder())? {
        let entry = entry?;
        if entry.path().join("index.html").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Builds examples; gives the folder with one folder for each.
pub fn build(names: &[String]) -> Result<PathBuf> {
    let (target, pages) = (root().join("target/examples"), root().join("target/pages/examples"));
    let mut cargo = WasmToolchain::ensure()?.cargo("build");
    cargo.current_dir(folder()).args(["--quiet", "--locked", "--release", "--target-dir"]).arg(&target);
    for name in names {
        cargo.args(["--package", &format!("example-{name}")]);
    }
    step("building the examples", "5 minutes the first time", &mut cargo)?;
    for name in names {
        let out = pages.join(name);
        remove_folder(&out)?;
        copy_folder(&folder().join(name), &out)?;
        let built = target.join("wasm32-unknown-unknown/release");
        glue(&format!("example-{name}"), name, &built, &out.join("pkg"))?;
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::folder;
    use crate::exec::root;
    use crate::setup::locked;
    use std::fs;

    /// One set of wasm-bindgen's tools makes the glue of all.
    #[test]
    fn the_examples_have_the_wasm_bindgen_of_the_workspace() {
        let versions = [root(), folder()].map(|folder| {
            let lock = fs::read_to_string(folder.join("Cargo.lock")).unwrap();
            locked(&lock, "wasm-bindgen").unwrap()
        });
        assert_eq!(versions[0], versions[1]);
    }
}
