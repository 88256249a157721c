//! The npm package: the wasm of `sabir-js` inside its JavaScript, in `target/npm/sabir`.

use crate::embed::embed;
use crate::exec::{bin, command, root, run, step, which};
use crate::folders::{copy_folder, remove_folder};
use crate::wasm::wasm;
use anyhow::{Result, bail, ensure};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Builds the package, unless this run has; gives its folder. A run builds one kind, `dev` or not.
pub fn package(dev: bool) -> Result<PathBuf> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    if let Some(built) = BUILT.get() {
        return Ok(built.clone());
    }
    let (out, js) = (root().join("target/npm/sabir"), root().join("crates/sabir-js/js"));
    let made = root().join("target/npm/wasm");
    wasm("sabir-js", "core", profile(dev), &made)?;
    remove_folder(&out)?;
    copy_folder(&js, &out)?;
    for krate in ["remote", "fallback", "realm"] {
        copy_folder(&root().join(format!("crates/sabir-{krate}/js")), &out)?;
    }
    copy_folder(&root().join("crates/sabir-js/types"), &out)?;
    // One file is both the page's script and the service worker that it registers.
    let [coi, sw] = ["coi.js", "sw.js"].map(|script| fs::read_to_string(out.join(script)));
    fs::write(out.join("coi.js"), format!("{}\n{}", coi?, sw?))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(licence), out.join(licence))?;
    }
    install_tools()?;
    copy_folder(&made.join("snippets"), &out.join("snippets"))?;
    embed(&made, "core", &out, dev)?;
    bundle(&out)?;
    link(&out)?;
    Ok(BUILT.get_or_init(|| out).clone())
}

/// Has tests import a package by its name. A copied checkout still has the link to the other one's package.
pub fn link(package: &Path) -> Result<()> {
    let name = package.file_name().unwrap_or_default();
    let linked = root().join("target/npm/node_modules").join(name);
    if fs::read_link(&linked).ok().as_deref() != Some(package) {
        let _ = fs::remove_file(&linked);
        symlink(package, linked)?;
    }
    Ok(())
}

/// Installs the bundlers and checkers.
pub fn install_tools() -> Result<()> {
    install(&root().join("tests/npm/bundle/package.json"), &root().join("target/npm"))
}

fn profile(dev: bool) -> &'static str {
    if dev { "debug" } else { "npm" }
}

/// The modules that users import.
pub const ENTRIES: [&str; 4] = ["main", "worker", "window/main", "window/worker"];

/// Puts each entry in a file of its own, as `dist/ENTRY.js`: a worker then starts with one request in place of a dozen.
/// Files beside it have what few programs need. Rollup leaves in the entry what they share with it; esbuild would make that
/// one more file that every program loads.
fn bundle(package: &Path) -> Result<()> {
    let (dist, npm) = (package.join("dist"), root().join("target/npm"));
    // One by one: what two have in common would become a third file.
    for entry in ENTRIES {
        let (whole, out) = (npm.join("whole").join(entry), dist.join(entry));
        let script = package.join(entry).with_extension("js");
        put_together(&script, "[name]-[hash].js", &whole, &MAPPED, out.parent().unwrap_or(&dist))?;
    }
    compress(&dist)
}

/// Puts a script and what it imports in one file of `out`, and each file on demand in one of its own, named as `on_demand` says.
/// `options` are esbuild's; `whole` is a folder for rollup's files.
pub fn put_together(
    script: &Path,
    on_demand: &str,
    whole: &Path,
    options: &[&str],
    out: &Path,
) -> Result<()> {
    remove_folder(whole)?;
    let mut rollup = command(bin("rollup"));
    rollup.arg(script).args(ROLLED).arg(format!("--chunkFileNames={on_demand}")).arg("--dir").arg(whole);
    run(&mut rollup)?;
    let mut esbuild = command(bin("esbuild"));
    esbuild.args(scripts(whole)?);
    // Otherwise esbuild names the members that files share anew in each of them.
    let names = whole.join("names.json");
    fs::write(&names, "{}")?;
    esbuild.arg(format!("--mangle-cache={}", names.display()));
    esbuild.args(MINIFIED).arg(OTHERS_APART).args(options).args(MANGLED);
    run(esbuild.arg(format!("--outdir={}", out.display())))
}

/// The scripts of a folder.
pub fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut scripts = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
    scripts.retain(|file| file.extension().is_some_and(|extension| extension == "js"));
    Ok(scripts)
}

/// Has terser compress every script of a folder: esbuild, which puts them together, leaves it 4 % after brotli. Functions that
/// are called once stay functions: calls took up to 6 % longer where they were put into their callers.
pub fn compress(folder: &Path) -> Result<()> {
    const SCRIPT: &str = "const [fs, { minify }] = [require('fs'), require('terser')];
        const compress = async (script) => {
            const map = `${script}.map`;
            const sourceMap = fs.existsSync(map)
                && { content: fs.readFileSync(map, 'utf8'), url: require('path').basename(map) };
            const options = { module: true, ecma: 2022, compress: { passes: 2, reduce_funcs: false }, sourceMap };
            const made = await minify(fs.readFileSync(script, 'utf8'), options);
            fs.writeFileSync(script, made.code);
            if (sourceMap) fs.writeFileSync(map, made.map);
        };
        const names = fs.readdirSync(process.argv[1], { recursive: true });
        const scripts = names.filter((name) => name.endsWith('.js')).map((name) => `${process.argv[1]}/${name}`);
        scripts.reduce((before, script) => before.then(() => compress(script)), Promise.resolve());";
    run(command("node").args(["-e", SCRIPT]).arg(folder).current_dir(root().join("target/npm")))?;
    scripts(folder)?.iter().try_for_each(|script| ensure_narrow(script))
}

/// Engines keep a script in two bytes a character, the wasm in it too, if one of them is beyond U+00FF.
fn ensure_narrow(script: &Path) -> Result<()> {
    let text = fs::read_to_string(script)?;
    match text.chars().find(|&character| character > '\u{ff}') {
        Some(wide) => bail!("{} has `{wide}`: use a character up to U+00FF", script.display()),
        None => Ok(()),
    }
}

/// Private members (`_name`) get short names: 0.3 KB of a worker's entry. Names as short as `_a` belong
/// to the wasm.
const MANGLED: [&str; 1] = ["--mangle-props=^_[a-z]{2}"];

/// A file on demand imports what it shares with its entry from that, beside what the entry exports by itself.
const ROLLED: [&str; 7] = [
    "--format=es",
    "--silent",
    "--sourcemap",
    "--preserveEntrySignatures=allow-extension",
    "--entryFileNames=[name].js",
    "--hashCharacters=base36",
    "--plugin=node-resolve",
];

/// Each of the files that rollup has put together is a bundle of its own to esbuild, which then declares the module's names by
/// `var`: engines need not check these for use before their declaration. In Firefox that is 4 to 7 % of a call's time, in
/// Chromium up to 9 %.
const OTHERS_APART: &str = "--external:./*.js";

/// Source maps name the package's scripts, which lie beside its bundles.
const MAPPED: [&str; 3] = ["--charset=utf8", "--sourcemap", "--sources-content=false"];

pub const MINIFIED: [&str; 4] = ["--bundle", "--format=esm", "--minify", "--log-level=warning"];

/// Bundles each entry into a file of its own in `out`.
pub fn esbuild(entries: &[PathBuf], out: &Path) -> Command {
    let mut esbuild = command(bin("esbuild"));
    esbuild.args(entries).args(MINIFIED);
    esbuild.arg(format!("--outdir={}", out.display()));
    esbuild
}

/// Prints what each entry weighs on the wire: its one file, JavaScript and wasm, after brotli; and what a page loads beside
/// it on demand, most of it where memory is not shared.
pub fn print_sizes(package: &Path) -> Result<()> {
    const SCRIPT: &str = "const [fs, zlib] = [require('fs'), require('zlib')];
        const dist = `${process.argv[1]}/dist`;
        const size = (file) => zlib.brotliCompressSync(fs.readFileSync(`${dist}/${file}`)).length;
        const print = (name, bytes, limit) =>
            console.log(`size of ${name}`.padEnd(24), `${(bytes / 1024).toFixed(1)} KB after brotli${limit}`);
        for (const entry of process.argv.slice(2))
            print(entry, size(`${entry}.js`), ', of 60 KB');
        const beside = fs.readdirSync(dist).filter((file) => /-\\w{8}\\.js$/.test(file));
        print('what is on demand', beside.map(size).reduce((sum, bytes) => sum + bytes, 0), ', beside `main`');";
    run(command("node").args(["-e", SCRIPT]).arg(package).args(ENTRIES))
}

/// Checks the types of every script, the declarations of the wasm against wasm-bindgen's, and the format of every script.
pub fn check() -> Result<Command> {
    let package = package(false)?;
    for project in [".", "tests/contract"] {
        run(command(bin("tsc")).args(["--project", project]))?;
    }
    resolve(&package)?;
    check_users_program()?;
    let mut prettier = command(bin("prettier"));
    prettier.args(["--config", "tests/npm/prettier.json", "--log-level", "warn", "--check", "tsconfig.json"]);
    prettier.args([
        "{bench,crates,tests}/**/*.{js,mjs,ts}",
        "tests/**/*.json",
        "!crates/sabir-remote/bundle/**",
    ]);
    Ok(prettier)
}

/// Bundles each script of the package by itself: an import that does not resolve in it is an error.
fn resolve(package: &Path) -> Result<()> {
    let mut esbuild = esbuild(&[], &root().join("target/npm/resolved"));
    esbuild.arg("--platform=node").current_dir(package);
    run(esbuild.args([
        "*.js",
        "*.mjs",
        "window/*.js",
        "opening/*.js",
        "end/*.js",
        "values/*.js",
        "program/*.js",
        "globals/*.js",
    ]))
}

/// Checks a program that imports the package by its name, beside the folder in which npm would have installed it.
fn check_users_program() -> Result<()> {
    let (user, tests) = (root().join("target/npm/user"), root().join("tests/npm/user"));
    remove_folder(&user)?;
    copy_folder(&tests, &user)?;
    run(command(bin("tsc")).arg("--project").arg(user))
}

/// Checks that bundlers, Node.js and TypeScript resolve each entry of a package as npm would pack it.
pub fn inspect(package: &Path) -> Result<Command> {
    run(command(bin("publint")).arg(package).arg("--strict"))?;
    let mut attw = command(bin("attw"));
    attw.arg("--pack").arg(package).args(["--profile", "esm-only", "--quiet"]);
    Ok(attw)
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
