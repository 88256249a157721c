//! `cargo xtask serve`: a folder over HTTP, with or without the headers.

use crate::exec::cargo;
use anyhow::{Context, Result, ensure};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

/// Serves a folder on this machine, with the headers that allow shared memory (COOP, COEP, CORP).
#[derive(clap::Args)]
pub struct Serve {
    /// The folder.
    folder: PathBuf,
    /// Leave the headers out, as most hosts do.
    #[arg(long)]
    no_isolation: bool,
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

impl Serve {
    /// Serves `folder`, isolated.
    pub fn new(folder: PathBuf, port: u16) -> Self {
        Serve { folder, no_isolation: false, port }
    }

    pub fn run(self) -> Result<()> {
        ensure!(self.folder.is_dir(), "{} is not a folder", self.folder.display());
        let mut serve = cargo();
        serve.args(["run", "--quiet", "--package", "sabir-pages", "--bin", "serve", "--"]);
        serve.arg(self.folder.canonicalize()?).args(["--port", &self.port.to_string()]);
        if self.no_isolation {
            serve.arg("--no-isolation");
        }
        // It replaces this process, so a signal to us ends the server.
        Err(serve.exec()).context("cannot start cargo")
    }
}
