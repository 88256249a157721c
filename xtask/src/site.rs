//! The site of the page tests: `target/npm/site`.

use crate::exec::{bin, command, root, run};
use crate::folders::{copy_folder, remove_folder};
use crate::{npm, pyscript};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// What the package's page tests are served: the pages, the package, its peer, and what bundlers make of it.
pub fn build() -> Result<PathBuf> {
    let (package, target, tests) =
        (npm::package(false)?, root().join("target/npm"), root().join("tests/npm"));
    let (site, work) = (target.join("site"), target.join("work"));
    remove_folder(&site)?;
    remove_folder(&work)?;
    for folder in ["compat", "features", "order", "pages", "pyscript", "reports", "types"] {
        copy_folder(&tests.join(folder), &site.join(folder))?;
    }
    fs::copy(tests.join("suite.mjs"), site.join("suite.mjs"))?;
    copy_folder(&package, &site.join("sabir"))?;
    copy_folder(&pyscript::package(false)?, &site.join("sabir-pyscript"))?;
    copy_folder(&pyscript::original(), &site.join("node_modules/@pyscript/core"))?;
    fs::copy(target.join("node_modules/mini-coi/mini-coi.js"), site.join("mini-coi.js"))?;
    // A service worker serves what is below it.
    for script in ["coi.js", "sw.js"] {
        fs::copy(package.join(script), site.join(script))?;
    }
    for module in ["coincident", "reflected-ffi", "pyodide", "@micropython/micropython-webassembly-pyscript"]
    {
        let module = Path::new("node_modules").join(module);
        copy_folder(&target.join(&module), &site.join(&module))?;
    }
    publish(&site)?;
    copy_folder(&tests, &work)?;
    let entries = [work.join("bundle/main.js"), work.join("bundle/worker.js")];
    let bundled = |name: &str| site.join("bundled").join(name);
    run(&mut npm::esbuild(&entries, &bundled("esbuild")))?;
    let mut rollup = command(bin("rollup"));
    rollup.args(&entries).args(["--plugin", "node-resolve", "--format", "es", "--silent", "--dir"]);
    run(rollup.arg(bundled("rollup")))?;
    for project in ["bundle", "pyscript/vite"] {
        run(command(bin("vite")).arg("build").arg(work.join(project)).args(["--logLevel", "error"]))?;
    }
    let libraries = ["page.js", "worker.js"].map(|script| work.join("libraries").join(script));
    let mut esbuild = npm::esbuild(&libraries, &site.join("libraries"));
    run(esbuild.args(["--external:/sabir/*", "--define:process.env.NODE_ENV=\"production\""]))?;
    fs::copy(tests.join("libraries/index.html"), site.join("libraries/index.html"))?;
    for name in ["esbuild", "rollup"] {
        fs::copy(tests.join("bundle/index.html"), bundled(name).join("index.html"))?;
    }
    Ok(site)
}

/// The pages of features with the scripts that users load, in place of those that these are made of: a site of its own.
fn publish(site: &Path) -> Result<()> {
    let published = site.join("published");
    // Not the package's modules: a test that loads one of them would not test the bundles.
    for folder in ["features", "sabir/dist"] {
        copy_folder(&site.join(folder), &published.join(folder))?;
    }
    fs::copy(site.join("suite.mjs"), published.join("suite.mjs"))?;
    fs::create_dir_all(published.join("sabir/window"))?;
    for entry in npm::ENTRIES {
        let script = Path::new(entry).with_extension("js");
        let depth = "../".repeat(script.components().count() - 1);
        let bundle = format!("'./{depth}dist/{}'", script.display());
        let text = format!("export * from {bundle};\nexport {{ default }} from {bundle};\n");
        fs::write(published.join("sabir").join(script), text)?;
    }
    Ok(())
}
