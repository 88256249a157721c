//! `cargo xtask examples`: the examples of the crate `sabir`, as pages in `target/pages/examples`.

use crate::apps::EXAMPLES;
use anyhow::Result;

/// Builds the examples of the crate `sabir` into target/pages/examples.
#[derive(clap::Args)]
pub struct Examples {
    /// Those to build; all if none is named.
    names: Vec<String>,
}

impl Examples {
    pub fn run(self) -> Result<()> {
        let names = if self.names.is_empty() { EXAMPLES.names()? } else { self.names };
        eprintln!("built {}", EXAMPLES.build(&names)?.display());
        Ok(())
    }
}
