//! `cargo xtask build`: the wasm packages and their pages, into `target/pages`.

use crate::exec::root;
use crate::folders::{copy_folder, remove_folder};
use crate::pyscript;
use crate::wasm::wasm;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// A crate that becomes a page: its wasm, its glue, and the files of its `page` folder.
pub struct Package {
    krate: &'static str,
    folder: &'static str,
    name: &'static str,
}

/// The demo.
pub const DEMO: Package = Package { krate: "sabir-demo", folder: "crates/sabir-demo", name: "demo" };
/// Behaviours of a page and its workers, without shared memory.
pub const BEHAVIOURS: Package =
    Package { krate: "sabir-behaviours", folder: "tests/behaviours", name: "behaviours" };
/// The page of the benchmark.
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
        let pyscript = pyscript::package(self.dev)?;
        eprintln!("built {}", pyscript.with_file_name("sabir").display());
        eprintln!("built {}", pyscript.display());
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

/// Builds the glue of every page into `out`, without optimisation.
pub fn glue(out: &Path) -> Result<()> {
    for Package { krate, name, .. } in [&DEMO, &BEHAVIOURS, &BENCH] {
        wasm(krate, name, "debug", out)?;
    }
    Ok(())
}
