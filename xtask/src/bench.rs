//! `cargo xtask bench`: builds the contenders, fetches the peers, runs the benchmark.

use crate::apps::FRAMEWORKS;
use crate::exec::{cargo, root, run};
use crate::folders::copy_folder;
use crate::{build, npm, pyscript, setup};
use anyhow::Result;

/// Measures Sabir against its peers and the platform's limits, in the browsers.
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
        let peers = root().join("target/peers");
        npm::install(&root().join("bench/peers.json"), &peers)?;
        copy_folder(&peers.join("node_modules"), &page.join("node_modules"))?;
        let package = npm::package(false)?;
        copy_folder(&package, &page.join("sabir"))?;
        copy_folder(&pyscript::package(false)?, &page.join("sabir-pyscript"))?;
        let frameworks = FRAMEWORKS.build(&FRAMEWORKS.names()?)?;
        let mut bench = cargo();
        bench.args(["run", "--quiet", "--release", "--package", "sabir-bench", "--"]).args(&self.arguments);
        drivers.tell(&mut bench).env("WEBKITDRIVER", setup::webkit()?);
        run(bench.env("SABIR_BENCH_PAGE", page).env("SABIR_BENCH_FRAMEWORKS", frameworks))?;
        npm::print_sizes(&package)
    }
}
