//! The compiler for wasm32: rustup's where it can be had, else Debian's with a standard library built from its source.

use crate::debian;
use crate::exec::{command, output_of, run, step, succeeds_within, tools_dir, which};
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's names of the parts; its rust-lld links to `lld-22`.
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LIB: &str = "/usr/lib/rustlib";

/// rustup's download server answers within this, or is out of reach.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// A cargo that builds for wasm32.
pub enum WasmToolchain {
    Rustup,
    /// Debian's cargo, and a wrapper around its rustc that finds the standard library for wasm32.
    Debian {
        rustc: PathBuf,
    },
}

impl WasmToolchain {
    /// Finds the toolchain, or installs it: rustup's way first.
    ///
    /// # Errors
    /// If neither way works; the error says what to install.
    pub fn ensure() -> Result<WasmToolchain> {
        let rustup = which(&["rustup"]);
        if let Some(rustup) = &rustup {
            let installed = output_of(command(rustup).args(["target", "list", "--installed"]));
            if installed.is_some_and(|targets| targets.lines().any(|target| target == TARGET)) {
                return Ok(WasmToolchain::Rustup);
            }
        }
        if let Some(toolchain) = Self::debian_built()? {
            return Ok(toolchain);
        }
        if let Some(rustup) = &rustup {
            eprintln!(
                "==> rustup target add {TARGET}: the standard library for wasm (seconds, if its server answers)"
            );
            if succeeds_within(RUSTUP_LIMIT, command(rustup).args(["target", "add", TARGET])) {
                return Ok(WasmToolchain::Rustup);
            }
            eprintln!("    rustup cannot download it here; trying Debian's packages");
        }
        debian::install("a Rust compiler for wasm whose standard library can be built here", DEBIAN_PACKAGES)
            .with_context(|| format!("no Rust for {TARGET}, and rustup cannot download it"))?;
        Self::build_debian_std()?;
        Self::debian_built()?.context("the standard library was built, but not where it was looked for")
    }

    /// A cargo command for wasm32.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = match self {
            WasmToolchain::Rustup => crate::exec::cargo(),
            WasmToolchain::Debian { .. } => command(DEBIAN_CARGO),
        };
        self.name_compiler(&mut cargo).args([subcommand, "--target", TARGET]);
        cargo
    }

    /// Has a program that runs cargo find this one, and the programs in `folders`.
    ///
    /// # Errors
    /// If a folder's name cannot stand in PATH.
    pub fn tell(&self, program: &mut Command, folders: impl IntoIterator<Item = PathBuf>) -> Result<()> {
        let cargo = match self {
            WasmToolchain::Rustup => None,
            WasmToolchain::Debian { .. } => Path::new(DEBIAN_CARGO).parent().map(Path::to_owned),
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = folders.into_iter().chain(cargo).chain(std::env::split_paths(&path));
        program.env("PATH", std::env::join_paths(folders)?);
        self.name_compiler(program);
        Ok(())
    }

    fn name_compiler<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match self {
            WasmToolchain::Rustup => command,
            WasmToolchain::Debian { rustc } => command.env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN"),
        }
    }

    /// The built toolchain of the Debian compiler that is installed, if both are there.
    fn debian_built() -> Result<Option<WasmToolchain>> {
        let Some(folder) = debian_folder() else {
            return Ok(None);
        };
        let rustc = folder.join("bin/rustc");
        Ok(rustc.is_file().then_some(WasmToolchain::Debian { rustc }))
    }

    /// Builds std once, into a sysroot of its own beside Debian's.
    fn build_debian_std() -> Result<()> {
        let folder = debian_folder().context("Debian's rustc does not tell its version")?;
        let build = folder.join("build");
        fs::create_dir_all(build.join("src"))?;
        fs::write(build.join("src/lib.rs"), "#![no_std]\n")?;
        fs::write(
            build.join("Cargo.toml"),
            "[package]\nname = \"nothing\"\nedition = \"2024\"\n[workspace]\n[profile.release]\npanic = \"abort\"\n",
        )?;
        // Bitcode, so that packages can be optimised together with std (`lto`).
        // `test`, because `cargo test` links every test program to it.
        // RUSTC_BOOTSTRAP: the compiler is a stable one, and build-std is not.
        let mut cargo = command(DEBIAN_CARGO);
        cargo.args(["build", "--quiet", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,test"]);
        cargo.current_dir(&build).env_remove("RUSTUP_TOOLCHAIN");
        cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-C embed-bitcode=yes");
        step("building Rust's standard library for wasm, once", "about 1 minute", &mut cargo)?;

        let libraries = folder.join("lib/rustlib").join(TARGET).join("lib");
        fs::create_dir_all(&libraries)?;
        for entry in fs::read_dir(build.join("target").join(TARGET).join("release/deps"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".rlib") && !name.starts_with("libnothing") {
                fs::copy(&path, libraries.join(name))?;
            }
        }
        fs::remove_dir_all(&build)?;
        for entry in fs::read_dir(DEBIAN_LIB)? {
            let host = entry?;
            let link = folder.join("lib/rustlib").join(host.file_name());
            if !link.exists() {
                std::os::unix::fs::symlink(host.path(), link)?;
            }
        }
        // Last: where it stands, the toolchain is whole.
        write_wrapper(&folder)
    }
}

fn write_wrapper(folder: &Path) -> Result<()> {
    let wrapper = folder.join("bin/rustc");
    fs::create_dir_all(folder.join("bin"))?;
    fs::write(&wrapper, format!("#!/bin/sh\nexec {DEBIAN_RUSTC} --sysroot '{}' \"$@\"\n", folder.display()))?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
    run(command(&wrapper).arg("--version")).context("the new toolchain does not run")
}

/// The folder of the toolchain for the installed Debian compiler; `None` without that compiler.
fn debian_folder() -> Option<PathBuf> {
    let version = output_of(command(DEBIAN_RUSTC).arg("--version"))?;
    let number = version.split_whitespace().nth(1)?.to_owned();
    let has_source = Path::new(DEBIAN_LIB).join("src/rust/library/std").is_dir();
    has_source.then(|| tools_dir().join(format!("wasm-toolchain-{number}")))
}
