//! `cargo xtask setup`: installs the missing tools of the other commands.

use crate::debian;
use crate::exec::{cargo, command, output_of, root, step, tools_dir, which};
use crate::wasm_toolchain::WasmToolchain;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Installs the missing tools: the wasm target, wasm-bindgen's tools, Trunk, browsers and their drivers, numpy.
///
/// Every other command does this by itself for what it needs. Tools are kept in $SABIR_TOOLS, or in the user's cache
/// folder; browsers come from the system's packages.
#[derive(clap::Args)]
pub struct Setup {}

impl Setup {
    pub fn run(self) -> Result<()> {
        WasmToolchain::ensure()?;
        wasm_bindgen()?;
        trunk()?;
        browsers()?;
        webkit()?;
        python_with_numpy()?;
        eprintln!("all is set up; the tools are in {}", tools_dir().display());
        Ok(())
    }
}

/// The folder of `wasm-bindgen` and `wasm-bindgen-test-runner`, of the very version of the crate.
pub fn wasm_bindgen() -> Result<PathBuf> {
    let version = wasm_bindgen_version()?;
    // Without --locked: its lock file names a version that the registry no longer serves.
    cargo_install(
        "wasm-bindgen-cli",
        &version,
        &[],
        "JS glue for wasm, and the test runner",
        "2 to 5 minutes",
    )
}

/// The folder of `trunk`, which builds one of the examples.
pub fn trunk() -> Result<PathBuf> {
    // Neither optimised, nor with the downloads that it makes for its users: that would take three times as long.
    cargo_install(
        "trunk",
        "0.21.14",
        &["--locked", "--debug", "--no-default-features"],
        "builds a template",
        "3 minutes",
    )
}

/// The browsers' drivers: chromedriver, geckodriver.
pub struct Drivers {
    pub chromedriver: PathBuf,
    pub geckodriver: PathBuf,
}

impl Drivers {
    /// Tells a command where the drivers are, as wasm-bindgen's test runner and `tests/pages` want to know it.
    pub fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("CHROMEDRIVER", &self.chromedriver).env("GECKODRIVER", &self.geckodriver)
    }
}

/// Finds or installs Chromium and Firefox with their drivers.
pub fn browsers() -> Result<Drivers> {
    let mut missing = Vec::new();
    if which(&["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"]).is_none() {
        missing.push("chromium");
    }
    if which(&["chromedriver"]).is_none() {
        missing.push("chromium-driver");
    }
    if which(&["firefox", "firefox-esr"]).is_none() {
        missing.push("firefox-esr");
    }
    if !missing.is_empty() {
        debian::install("the browsers that the tests drive", &missing)?;
    }
    let chromedriver =
        which(&["chromedriver"]).context("chromedriver is not on PATH though it is installed")?;
    let geckodriver = match which(&["geckodriver"]) {
        Some(geckodriver) => geckodriver,
        None => cargo_install("geckodriver", "0.37.1", &["--locked"], "drives Firefox", "2 minutes")?
            .join("geckodriver"),
    };
    Ok(Drivers { chromedriver, geckodriver })
}

/// Finds or installs WebKit; gives the driver, which brings the screen that its browser needs.
pub fn webkit() -> Result<PathBuf> {
    let needed = [("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb"), ("setpriv", "util-linux")];
    let missing = needed.into_iter().filter(|(program, _)| which(&[program]).is_none());
    let missing: Vec<_> = missing.map(|(_, package)| package).collect();
    if !missing.is_empty() {
        debian::install("WebKit, and a screen for it that nobody sees", &missing)?;
    }
    Ok(root().join("tests/pages/webkit-driver"))
}

/// Finds or installs a CPython that has numpy.
pub fn python_with_numpy() -> Result<PathBuf> {
    let has_numpy = |python: &PathBuf| output_of(command(python).args(["-c", "import numpy"])).is_some();
    // Debian's packages are for its own, which need not be the first on PATH.
    let debians = PathBuf::from("/usr/bin/python3");
    if let Some(python) = which(&["python3"]).into_iter().chain([debians.clone()]).find(has_numpy) {
        return Ok(python);
    }
    debian::install("what travels of numpy is tested with it", &["python3-numpy"])?;
    Ok(debians)
}

/// Installs a program of crates.io into a folder of its own, named by its version; gives its `bin`.
fn cargo_install(
    name: &str,
    version: &str,
    options: &[&str],
    what_for: &str,
    usually: &str,
) -> Result<PathBuf> {
    let folder = tools_dir().join(format!("{name}-{version}"));
    let done = folder.join("installed");
    if !done.is_file() {
        let mut install = cargo();
        install.args(["install", "--quiet", name, "--version", version, "--force", "--root"]).arg(&folder);
        install.args(options).env("CARGO_TARGET_DIR", folder.join("build"));
        step(&format!("installing {name} {version}: {what_for}"), usually, &mut install)?;
        fs::remove_dir_all(folder.join("build")).ok();
        fs::write(done, version)?;
    }
    Ok(folder.join("bin"))
}

/// The version of the crate in the lock file.
fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    locked(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")
}

/// The version of a package in the text of a lock file.
pub fn locked(lock: &str, package: &str) -> Option<String> {
    let entry =
        lock.split("[[package]]").find(|entry| entry.contains(&format!("\nname = \"{package}\"\n")))?;
    let line = entry.lines().find_map(|line| line.strip_prefix("version = \""))?;
    line.strip_suffix('"').map(str::to_owned)
}
