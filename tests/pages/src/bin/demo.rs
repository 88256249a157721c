//! Drives the demo page: what `cargo xtask demo --headless` runs.
#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Parser;
use sabir_pages::{Engine, drive_demo};
use std::path::PathBuf;

#[derive(Parser)]
struct Flags {
    /// The built page's folder.
    page: PathBuf,
    #[arg(long)]
    engine: Engine,
    #[arg(long)]
    screenshot: PathBuf,
    #[arg(long)]
    input: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let report =
        drive_demo(flags.engine, &flags.page, flags.input.as_deref(), Some(&flags.screenshot)).await?;
    println!("{}", report.to_json());
    Ok(())
}
