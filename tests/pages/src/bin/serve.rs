//! Serves a folder: what `cargo xtask serve` and `cargo xtask demo` run.
#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Parser;
use sabir_pages::Server;
use std::path::PathBuf;

#[derive(Parser)]
struct Flags {
    folder: PathBuf,
    #[arg(long)]
    no_isolation: bool,
    #[arg(long)]
    port: u16,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let server = Server::start(&flags.folder, !flags.no_isolation, flags.port).await?;
    println!("serving {} at {} (ctrl-c ends it)", flags.folder.display(), server.url("/"));
    server.forever().await;
    Ok(())
}
