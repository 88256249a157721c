//! `cargo xtask sw`: the service worker's file, for a site.

use crate::exec::root;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Writes the service worker's file into a site's folder; through it calls block where memory cannot be shared.
#[derive(clap::Args)]
pub struct Sw {
    /// The file, such as site/sw.js: workers that use it are below its folder.
    pub file: PathBuf,
}

impl Sw {
    pub fn run(self) -> Result<()> {
        let file = self.file.display();
        fs::copy(root().join("crates/sabir-fallback/js/sw.js"), &self.file)
            .with_context(|| format!("cannot write {file}; is its folder there?"))?;
        eprintln!("wrote {file}");
        Ok(())
    }
}
