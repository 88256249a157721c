//! The templates among the examples: Vite and Trunk build and serve them.

use crate::apps::EXAMPLES;
use crate::exec::{bin, bins, command, run};
use crate::npm;
use crate::setup;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

const VITE: &str = "vite-template";
const TRUNK: &str = "trunk-template";

/// Has a template built by its tool into the folder `dist` of `page`, where its package is; nothing for other examples.
pub fn build(name: &str, page: &Path) -> Result<()> {
    match name {
        VITE => run(vite(page)?.args(["build", "--logLevel", "warn"])),
        TRUNK => run(trunk("build", page)?.arg("--quiet")),
        _ => Ok(()),
    }
}

/// Merges the package of Vite's template with a page's script, as a bundler does without the template's settings.
pub fn merge(pages: &Path) -> Result<()> {
    const HTML: &str = "<!doctype html><script type=\"module\">
        addEventListener('error', ({ message }) => (document.title += message));
        addEventListener('unhandledrejection', ({ reason }) => (document.title += reason.message));
        import(`./merged.js${location.search}`);
        </script>";
    const SCRIPT: &str = "import init from './vite-template.js';
        if (import.meta.url.endsWith('?document')) document.title = 'merged';
        await init();";
    let package = pages.join(VITE).join("pkg");
    let page = package.join("page.js");
    fs::write(package.join("merged.html"), HTML)?;
    fs::write(&page, SCRIPT)?;
    let mut esbuild = command(bin("esbuild"));
    esbuild.arg(page).args(npm::MINIFIED).args(["--target=esnext", "--log-level=error"]);
    run(esbuild.arg(format!("--outfile={}", package.join("merged.js").display())))
}

/// The development server of a template.
///
/// # Errors
/// If the example is none.
pub fn server(name: &str, page: &Path, port: u16) -> Result<Command> {
    let port = port.to_string();
    let mut server = match name {
        VITE => {
            let mut vite = vite(page)?;
            vite.arg("--strictPort");
            vite
        }
        TRUNK => trunk("serve", page)?,
        _ => bail!("`{name}` is no template; `cargo xtask serve target/pages/examples` serves all examples"),
    };
    server.args(["--port", &port]);
    Ok(server)
}

fn vite(page: &Path) -> Result<Command> {
    npm::install_tools()?;
    let mut vite = command(bin("vite"));
    vite.current_dir(page);
    Ok(vite)
}

/// A command of Trunk, which compiles the template and finds its tools on PATH.
fn trunk(subcommand: &str, page: &Path) -> Result<Command> {
    npm::install_tools()?;
    let bindgen = setup::wasm_bindgen()?;
    let mut trunk = command(setup::trunk()?.join("trunk"));
    trunk.current_dir(EXAMPLES.folder().join(TRUNK)).env("CARGO_TARGET_DIR", EXAMPLES.target());
    WasmToolchain::ensure()?.tell(&mut trunk, [bindgen, bins()])?;
    // It would download what it does not find.
    trunk.args([subcommand, "--release", "--offline", "--dist"]).arg(page.join("dist"));
    Ok(trunk)
}
