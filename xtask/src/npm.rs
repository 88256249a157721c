//! The npm package: the wasm of `sabir-js` inside its JavaScript, in `target/npm/sabir`.

use crate::build::{copy_folder, remove_folder, wasm};
use crate::exec::{command, root, run, step, which};
use anyhow::{Result, ensure};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The module from which the wasm imports what the glue has.
const OWN_IMPORTS: &str = "./core_bg.js";

/// Each byte of the wasm is XORed with it: the commonest is 0, which text has to escape.
const MASK: u8 = b'v';

/// The lines of wasm-bindgen's glue that fetch the wasm by a URL beside it: nobody calls them, and bundlers stumble over them.
const FETCHES: &str = "new URL('core_bg.wasm', import.meta.url)";

/// Builds the package; gives its folder.
pub fn package(dev: bool) -> Result<PathBuf> {
    let (out, js) = (root().join("target/npm/sabir"), root().join("crates/sabir-js/js"));
    let made = root().join("target/npm/wasm");
    wasm("sabir-js", "core", if dev { "debug" } else { "npm" }, &made)?;
    remove_folder(&out)?;
    copy_folder(&js, &out)?;
    copy_folder(&root().join("crates/sabir-fallback/js"), &out)?;
    // One file is both the page's script and the service worker that it registers.
    let [coi, sw] = ["coi.js", "sw.js"].map(|script| fs::read_to_string(out.join(script)));
    fs::write(out.join("coi.js"), format!("{}\n{}", coi?, sw?))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(licence), out.join(licence))?;
    }
    let mut glue = Glue(fs::read_to_string(made.join("core.js"))?);
    glue.replace(FETCHES, "undefined")?;
    install(&root().join("tests/npm/bundle/package.json"), &root().join("target/npm"))?;
    let wasm = made.join("core_bg.wasm");
    if !dev {
        glue.rename(&shrink(&wasm)?)?;
    }
    copy_folder(&made.join("snippets"), &out.join("snippets"))?;
    fs::write(out.join("core.js"), glue.0)?;
    fs::write(out.join("wasm.js"), in_javascript(&fs::read(wasm)?))?;
    bundle(&out)?;
    Ok(out)
}

/// Optimises the wasm, and gives what it imports and exports short names: wasm-bindgen's have a hash each, which nothing
/// compresses. Returns what wasm-opt says of them.
fn shrink(wasm: &Path) -> Result<String> {
    let mut wasm_opt = command(bin("wasm-opt"));
    wasm_opt.args(["-O3", "--strip-target-features", "--minify-imports-and-exports-and-modules"]);
    let output = wasm_opt.arg(wasm).arg("-o").arg(wasm).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "wasm-opt, which came from npm, failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// wasm-bindgen's JavaScript around the wasm.
struct Glue(String);

impl Glue {
    fn replace(&mut self, from: &str, to: &str) -> Result<()> {
        ensure!(self.0.contains(from), "wasm-bindgen's glue has changed: it no longer has `{from}`");
        self.0 = self.0.replace(from, to);
        Ok(())
    }

    /// Follows [`shrink`], which has moved all imports into one module, `a`.
    fn rename(&mut self, names: &str) -> Result<()> {
        let mut exports = Vec::new();
        let mut others = String::new();
        for line in names.lines() {
            match line.split('"').collect::<Vec<_>>()[..] {
                [_, OWN_IMPORTS, _, name, _, short, _] => self.replace(name, short)?,
                [_, module, _, name, _, short, _] => {
                    self.replace(&format!("\"{module}\": import1,"), "")?;
                    others += &format!("{short}: import1.{name}, ");
                }
                [_, name, _, short, _] => exports.push((name, short)),
                _ => {}
            }
        }
        self.replace(&format!("\"{OWN_IMPORTS}\": import0,"), &format!("a: {{ ...import0, {others}}},"))?;
        // No name is the beginning of one that comes later.
        exports.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, short) in exports {
            self.0 = self.0.replace(&format!("wasm.{name}"), &format!("wasm.{short}"));
        }
        Ok(())
    }
}

/// Puts each entry in a file of its own, as `dist/ENTRY.js`: a worker then starts with one request in place of a dozen.
/// What a page may never need is in a file beside it.
fn bundle(package: &Path) -> Result<()> {
    let (dist, js) = (package.join("dist"), |entry: &str| package.join(format!("{entry}.js")));
    let workers = [js("worker"), js("window/worker")];
    run(esbuild(&workers, &dist).arg("--charset=utf8"))?;
    // One by one: what two have in common would become a third file.
    for (entry, out) in [("main", dist.clone()), ("window/main", dist.join("window"))] {
        let mut esbuild = esbuild(&[js(entry)], &out);
        run(esbuild.args(["--charset=utf8", "--splitting", "--chunk-names=[name]-[hash]"]))?;
    }
    Ok(())
}

/// A program that came from npm.
fn bin(name: &str) -> PathBuf {
    root().join("target/npm/node_modules/.bin").join(name)
}

/// Bundles each entry into a file of its own in `out`.
fn esbuild(entries: &[PathBuf], out: &Path) -> Command {
    let mut esbuild = command(bin("esbuild"));
    esbuild.args(entries).args(["--bundle", "--format=esm", "--minify", "--log-level=warning"]);
    esbuild.arg(format!("--outdir={}", out.display()));
    esbuild
}

/// What the package's page tests are served: the pages, the package, its peer, and what bundlers make of it.
pub fn site() -> Result<PathBuf> {
    let (package, npm, tests) = (package(false)?, root().join("target/npm"), root().join("tests/npm"));
    let (site, work) = (npm.join("site"), npm.join("work"));
    remove_folder(&site)?;
    remove_folder(&work)?;
    for folder in ["compat", "features", "pages"] {
        copy_folder(&tests.join(folder), &site.join(folder))?;
    }
    copy_folder(&package, &site.join("sabir"))?;
    // A service worker serves what is below it.
    for script in ["coi.js", "sw.js"] {
        fs::copy(package.join(script), site.join(script))?;
    }
    copy_folder(&npm.join("node_modules/coincident"), &site.join("node_modules/coincident"))?;
    copy_folder(&tests, &work)?;
    let linked = npm.join("node_modules/sabir");
    if !linked.exists() {
        symlink(&package, linked)?;
    }
    let entries = [work.join("bundle/main.js"), work.join("bundle/worker.js")];
    let bundled = |name: &str| site.join("bundled").join(name);
    run(&mut esbuild(&entries, &bundled("esbuild")))?;
    let mut rollup = command(bin("rollup"));
    rollup.args(&entries).args(["--plugin", "node-resolve", "--format", "es", "--silent", "--dir"]);
    run(rollup.arg(bundled("rollup")))?;
    run(command(bin("vite")).arg("build").arg(work.join("bundle")).args(["--logLevel", "warn"]))?;
    for name in ["esbuild", "rollup"] {
        fs::copy(tests.join("bundle/index.html"), bundled(name).join("index.html"))?;
    }
    Ok(site)
}

/// Prints what each entry weighs on the wire: its one file, JavaScript and wasm, after brotli; and what a page loads beside
/// it where memory is not shared.
pub fn print_sizes(package: &Path) -> Result<()> {
    const SCRIPT: &str = "const [fs, zlib] = [require('fs'), require('zlib')];
        const dist = `${process.argv[1]}/dist`;
        const size = (file) => zlib.brotliCompressSync(fs.readFileSync(`${dist}/${file}`)).length;
        const print = (name, bytes, limit) =>
            console.log(`size of ${name}`.padEnd(24), `${(bytes / 1024).toFixed(1)} KB after brotli${limit}`);
        for (const entry of ['main', 'worker', 'window/main', 'window/worker'])
            print(entry, size(`${entry}.js`), ', of 60 KB');
        const beside = fs.readdirSync(dist).filter((file) => /-\\w{8}\\.js$/.test(file));
        print('the transports', beside.map(size).reduce((sum, bytes) => sum + bytes, 0), ', beside `main`');";
    run(command("node").args(["-e", SCRIPT]).arg(package))
}

/// Checks the types of the package, of its declarations, and the format of every script of the tree.
pub fn check() -> Result<Command> {
    let (package, npm, tests) = (package(false)?, root().join("target/npm"), root().join("tests/npm"));
    let checked = npm.join("checked");
    remove_folder(&checked)?;
    // Without the declarations: TypeScript would look at them in place of the code.
    copy_folder(&package, &checked.join("package"))?;
    fs::remove_dir_all(checked.join("package/dist"))?;
    for declarations in ["main.d.ts", "worker.d.ts", "window/main.d.ts", "window/worker.d.ts"] {
        fs::remove_file(checked.join("package").join(declarations))?;
    }
    for file in ["tsconfig.json", "types.ts"] {
        fs::copy(tests.join(file), checked.join(file))?;
    }
    run(command(bin("tsc")).arg("--project").arg(&checked))?;
    let mut prettier = command(bin("prettier"));
    prettier.args(["--config", "tests/npm/prettier.json", "--log-level", "warn", "--check"]);
    prettier.args(["bench/**/*.mjs", "crates/**/*.{js,mjs,d.ts}", "tests/**/*.{js,mjs,ts,json}"]);
    Ok(prettier)
}

/// Installs what a package.json names from npm into `folder`, unless that was done.
pub fn install(wanted: &Path, folder: &Path) -> Result<()> {
    ensure!(which(&["npm"]).is_some(), "the peers come from npm: install Node.js (https://nodejs.org)");
    let (wanted, installed) = (fs::read_to_string(wanted)?, folder.join("package.json"));
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let mut npm = command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]).arg(folder).current_dir(folder);
    fs::write(&installed, &wanted)?;
    let done = step("fetching packages from npm", "seconds", &mut npm);
    if done.is_err() {
        // What is half there must not pass for done.
        fs::remove_file(installed)?;
    }
    done
}

/// A module that compiles the wasm, which it holds: so no bundler, host or policy has a second file to lose.
///
/// Each byte is a character of its code: compressed, that is a tenth smaller than base64 of compressed bytes.
fn in_javascript(wasm: &[u8]) -> String {
    let text: String = wasm.iter().map(|byte| escaped(byte ^ MASK)).collect();
    format!(
        "// Written by `cargo xtask build`.\n\
         const text = '{text}';\n\
         export const compile = async () => WebAssembly.compile(Uint8Array.from(text, (unit) => unit.charCodeAt(0) ^ {MASK}));\n"
    )
}

/// A byte as a character of a JavaScript string; what is no ASCII text at all would be changed by editors and checkouts.
fn escaped(byte: u8) -> String {
    match byte {
        0 => "\\x00".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\'' => "\\'".to_owned(),
        b'\\' => "\\\\".to_owned(),
        _ => char::from(byte).to_string(),
    }
}
