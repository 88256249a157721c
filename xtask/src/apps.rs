//! A workspace of apps: a folder with a `Cargo.toml`, and a folder for each app with its `index.html`.

use crate::exec::{root, step};
use crate::folders::{copy_folder, remove_folder};
use crate::wasm::glue;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// A workspace of apps.
pub struct Apps {
    /// The folder of the pages in target/pages.
    pub name: &'static str,
    /// The package of an app has the name PREFIX-APP.
    pub prefix: &'static str,
    pub folder: &'static str,
    /// Files that the pages share, in the workspace's folder.
    pub shared: &'static [&'static str],
}

/// The examples of the crate `sabir`.
pub const EXAMPLES: Apps =
    Apps { name: "examples", prefix: "example", folder: "crates/sabir/examples", shared: &[] };

/// The apps of frameworks that the benchmark measures.
pub const FRAMEWORKS: Apps =
    Apps { name: "frameworks", prefix: "framework", folder: "bench/frameworks", shared: &["measure.mjs"] };

impl Apps {
    /// The names of all apps.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder())? {
            let entry = entry?;
            if entry.path().join("index.html").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Builds apps; gives the folder with one folder for each.
    pub fn build(&self, names: &[String]) -> Result<PathBuf> {
        let pages = root().join("target/pages").join(self.name);
        let built = self.compile(names)?;
        for name in names {
            let out = pages.join(name);
            remove_folder(&out)?;
            copy_folder(&self.folder().join(name), &out)?;
            glue(&self.package(name), name, &built, &out.join("pkg"))?;
        }
        for file in self.shared {
            fs::copy(self.folder().join(file), pages.join(file))?;
        }
        Ok(pages)
    }

    /// Compiles apps; gives the folder of their wasm.
    fn compile(&self, names: &[String]) -> Result<PathBuf> {
        let target = self.target();
        let mut cargo = WasmToolchain::ensure()?.cargo("build");
        cargo
            .current_dir(self.folder())
            .args(["--quiet", "--locked", "--release", "--target-dir"])
            .arg(&target);
        for name in names {
            cargo.args(["--package", &self.package(name)]);
        }
        step(&format!("building {}", self.name), "5 minutes the first time", &mut cargo)?;
        Ok(target.join("wasm32-unknown-unknown/release"))
    }

    /// The folder of the workspace.
    pub fn folder(&self) -> PathBuf {
        root().join(self.folder)
    }

    /// The folder of what cargo builds.
    pub fn target(&self) -> PathBuf {
        root().join("target").join(self.name)
    }

    fn package(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, FRAMEWORKS};
    use crate::exec::root;
    use crate::setup::locked;
    use std::fs;

    /// One set of wasm-bindgen's tools makes the glue of all.
    #[test]
    fn the_apps_have_the_wasm_bindgen_of_the_workspace() {
        let versions = [root(), EXAMPLES.folder(), FRAMEWORKS.folder()].map(|folder| {
            let lock = fs::read_to_string(folder.join("Cargo.lock")).unwrap();
            locked(&lock, "wasm-bindgen").unwrap()
        });
        assert_eq!([&versions[0]; 3], [&versions[0], &versions[1], &versions[2]]);
    }
}
