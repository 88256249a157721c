//! `cargo xtask bench`: builds what is measured, fetches the peers, runs the benchmark.

use crate::exec::{cargo, command, root, run, step, which};
use crate::{build, npm, setup};
use anyhow::{Result, ensure};
use std::fs;

/// Measures Sabir against its peers and the platform's limits, in both browsers.
#[derive(clap::Args)]
pub struct Bench {
    /// Passed on to the benchmark; `--help` after `--` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Bench {
    pub fn run(self) -> Result<()> {
        let page = build::page(&build::BENCH, false)?;
        let drivers = setup::browsers()?;
        peers()?;
        build::copy_folder(&peers_folder().join("node_modules"), &page.join("node_modules"))?;
        build::copy_folder(&npm::package(false)?, &page.join("sabir"))?;
        let mut bench = cargo();
        bench.args(["run", "--quiet", "--release", "--package", "sabir-bench", "--"]).args(&self.arguments);
        run(drivers.tell(&mut bench).env("SABIR_BENCH_PAGE", page))
    }
}

fn peers_folder() -> std::path::PathBuf {
    root().join("target/peers")
}

/// Fetches the peers of bench/peers.json from npm: they are never part of the repository.
fn peers() -> Result<()> {
    ensure!(which(&["npm"]).is_some(), "the peers come from npm: install Node.js (https://nodejs.org)");
    let (wanted, folder) = (fs::read_to_string(root().join("bench/peers.json"))?, peers_folder());
    let installed = folder.join("package.json");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), &wanted)?;
    let mut npm = command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]).current_dir(&folder);
    step("fetching the peers from npm", "seconds", &mut npm)
}
