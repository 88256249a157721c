//! `cargo xtask demo`: the demo page, to look at or to be driven.

use crate::exec::{cargo, root, run};
use crate::serve::Serve;
use crate::{build, setup};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Builds the demo page and serves it; with --headless, drives it in a browser and prints what it computed as JSON.
#[derive(clap::Args)]
pub struct Demo {
    /// Drive the page on the bundled sample, print one line of JSON, and fail unless all of it worked.
    #[arg(long)]
    headless: bool,
    /// The browser to drive: chromium, firefox or webkit.
    #[arg(long, default_value = "chromium", requires = "headless", value_parser = ["chromium", "firefox", "webkit"])]
    engine: String,
    /// File for the screenshot; by default target/demo.png of the checkout.
    #[arg(long, requires = "headless")]
    screenshot: Option<PathBuf>,
    /// The text that the page is given, instead of the bundled sample.
    #[arg(long, requires = "headless")]
    input: Option<PathBuf>,
    /// The port to serve on; 0 takes any free one.
    #[arg(long, default_value_t = 8080, conflicts_with = "headless")]
    port: u16,
}

impl Demo {
    pub fn run(self) -> Result<()> {
        let input = self.input.map(|input| {
            input.canonicalize().with_context(|| format!("the input {} cannot be read", input.display()))
        });
        let input = input.transpose()?;
        let screenshot = match self.screenshot {
            Some(screenshot) => std::path::absolute(screenshot)?,
            None => root().join("target/demo.png"),
        };
        let page = build::page(&build::DEMO, false)?;
        if !self.headless {
            return Serve::new(page, self.port).run();
        }
        let drivers = setup::browsers()?;
        if self.engine == "webkit" {
            setup::webkit()?;
        }
        let mut drive = cargo();
        drive.args(["run", "--quiet", "--package", "sabir-pages", "--bin", "demo", "--"]);
        drive.arg(page).args(["--engine", &self.engine, "--screenshot"]).arg(screenshot);
        if let Some(input) = input {
            drive.arg("--input").arg(input);
        }
        run(drivers.tell(&mut drive))
    }
}
