//! `cargo xtask examples`: the examples of the crate `sabir`, as pages in `target/pages/examples`.

use crate::apps::EXAMPLES;
use crate::templates;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

/// Builds the examples of the crate `sabir` into target/pages/examples.
#[derive(clap::Args)]
pub struct Examples {
    /// Those to build; all if none is named.
    names: Vec<String>,
    /// Serve this template by its own tool, Vite or Trunk.
    #[arg(long, value_name = "NAME", conflicts_with = "names")]
    develop: Option<String>,
    /// The tool's port.
    #[arg(long, default_value_t = 8080, requires = "develop")]
    port: u16,
}

impl Examples {
    pub fn run(self) -> Result<()> {
        if let Some(name) = self.develop {
            let page = EXAMPLES.build(std::slice::from_ref(&name))?.join(&name);
            // It replaces this process, so a signal to us ends the server.
            return Err(templates::server(&name, &page, self.port)?.exec())
                .context("cannot start the server");
        }
        let names = if self.names.is_empty() { EXAMPLES.names()? } else { self.names };
        eprintln!("built {}", build(&names)?.display());
        Ok(())
    }
}

/// Builds examples; gives the folder with one folder for each.
pub fn build(names: &[String]) -> Result<PathBuf> {
    let pages = EXAMPLES.build(names)?;
    for name in names {
        templates::build(name, &pages.join(name))?;
    }
    Ok(pages)
}
