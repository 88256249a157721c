//! `cargo xtask test`: every suite, and one line that sums them up.

use crate::apps::EXAMPLES;
use crate::examples;
use crate::exec::{cargo, command, root, run};
use crate::folders::{copy_folder, remove_folder};
use crate::setup;
use crate::sw::Sw;
use crate::templates;
use crate::wasm_toolchain::WasmToolchain;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, mem};

/// Runs the test suites (unless some are named all but `long`), and ends with `N passed, N failed`.
#[derive(clap::Args)]
pub struct Test {
    /// The suites to run.
    suites: Vec<String>,
    /// List the suites.
    #[arg(long)]
    list: bool,
    /// Arguments of the named suites' runners. A part of a name selects tests: `test pages -- order::`.
    #[arg(last = true, requires = "suites")]
    given: Vec<String>,
}

/// A suite: its name, what it is, and the command that runs it.
type Suite = (&'static str, &'static str, fn() -> Result<Command>);

const SUITES: &[Suite] = &[
    ("fmt", "formatting", fmt),
    ("clippy", "lints, as errors", clippy),
    ("javascript", "types and formatting of every script", javascript),
    ("package", "the npm packages as npm packs them: entries, types, fields", packages),
    ("crates", "each crate as cargo packages it, built from the packages of the others", crates),
    ("doc", "documentation builds without warnings", doc),
    ("native", "unit, property, macro and tidy tests, and examples in docs", native),
    ("python", "what travels of numpy, in CPython", python),
    ("loom", "the protocol under the model checker", loom),
    ("wasm-chromium", "tests in Chromium, on the page and in workers", || {
        wasm("CHROMEDRIVER", &setup::browsers()?.chromedriver)
    }),
    ("wasm-firefox", "tests in Firefox, on the page and in workers", || {
        wasm("GECKODRIVER", &setup::browsers()?.geckodriver)
    }),
    // The runner knows no WebKitWebDriver; it asks Safari's for a session without wishes, which suits this one.
    ("wasm-webkit", "tests in WebKit, on the page and in workers", || {
        wasm("SAFARIDRIVER", &setup::webkit()?)
    }),
    ("pages", "whole pages and the demo, driven in every browser", pages),
    ("pyscript", "PyScript on Sabir, over each transport, beside PyScript on coincident", pyscript),
    (
        "examples",
        "the examples of the crate, four frameworks and the templates of Vite and Trunk among them",
        examples_and_templates,
    ),
    (
        LONG,
        "bursts of 10,000, faults 50 times, every browser with every transport; runs only when it is named",
        long,
    ),
];

/// From where on a test's time is printed: a run has an hour.
const SLOW: Duration = Duration::from_secs(20);

/// How many lines about a suite's failures are printed again at the end, where a long log is read first.
const REPEATED_LINES: usize = 80;

/// The suite that takes too long for every run.
const LONG: &str = "long";

/// The outcome of tests.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Test {
    pub fn run(self) -> Result<()> {
        if self.list {
            for (name, what, _) in SUITES {
                println!("{name:14} {what}");
            }
            return Ok(());
        }
        if let Some(unknown) = self.suites.iter().find(|name| SUITES.iter().all(|suite| suite.0 != **name)) {
            bail!("there is no suite `{unknown}`; `cargo xtask test --list` lists them");
        }
        let (mut results, mut failed) = (Vec::new(), Vec::new());
        for (name, what, command) in SUITES {
            let wanted = if self.suites.is_empty() {
                *name != LONG
            } else {
                self.suites.iter().any(|wanted| wanted == name)
            };
            if !wanted {
                continue;
            }
            eprintln!("\n==> {name}: {what}");
            let start = Instant::now();
            let mut failures = Failures::default();
            let counts = command()
                .and_then(|mut command| run_suite(command.args(&self.given), &mut failures))
                .unwrap_or_else(|error| {
                    eprintln!("error: {error:#}");
                    failures.lines.push(format!("error: {error:#}"));
                    Counts { failed: 1, ..Counts::default() }
                });
            if !failures.lines.is_empty() {
                failed.push((name, failures.lines));
            }
            results.push((name, counts, start.elapsed()));
        }
        for (name, lines) in &failed {
            println!("\nfailures of {name}:\n{}", lines.join("\n"));
        }
        report(&results);
        Ok(())
    }
}

/// Prints the table and the sum, and ends the process where a test failed or none ran.
fn report(results: &[(&&str, Counts, Duration)]) {
    println!("\n{:14} {:>7} {:>7} {:>7} {:>6}", "suite", "passed", "failed", "skipped", "s");
    let mut sum = Counts::default();
    for (name, counts, took) in results {
        let Counts { passed, failed, skipped } = *counts;
        println!("{name:14} {passed:>7} {failed:>7} {skipped:>7} {:>6.0}", took.as_secs_f64());
        sum = Counts {
            passed: sum.passed + passed,
            failed: sum.failed + failed,
            skipped: sum.skipped + skipped,
        };
    }
    let skipped = if sum.skipped > 0 { format!(", {} skipped", sum.skipped) } else { String::new() };
    println!("\n{} passed, {} failed{skipped}", sum.passed, sum.failed);
    if sum.failed > 0 || sum.passed == 0 {
        // No error message: the sum is the last line.
        std::process::exit(1);
    }
}

/// The lines of a suite that say why its tests failed.
#[derive(Default)]
struct Failures {
    lines: Vec<String>,
    is_open: bool,
}

impl Failures {
    /// Takes a line from the first `failures:` of a run until its end, without the frames of stacks.
    fn take(&mut self, line: &str) {
        let is_heading = line.trim() == "failures:";
        if is_heading || line.trim().starts_with("test result: ") {
            // The second heading stands above a list of names.
            self.is_open = is_heading && !self.is_open;
            return;
        }
        let text = line.trim_start();
        let is_frame = text.starts_with("at ")
            || text.split_once(": ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        if self.is_open && !text.is_empty() && !is_frame && self.lines.len() < REPEATED_LINES {
            self.lines.push(line.to_owned());
        }
    }
}

/// Runs a suite, shows what it prints, and counts by its `test result:` lines; a suite without any is one test.
fn run_suite(command: &mut Command, failures: &mut Failures) -> Result<Counts> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start the suite")?;
    let stdout = child.stdout.take().context("the suite's output is piped")?;
    let (mut counts, mut counted) = (Counts::default(), false);
    let mut since = Instant::now();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        failures.take(&line);
        if line.starts_with("running ") {
            // Before this it was compiled.
            since = Instant::now();
        }
        if line.starts_with("test ") && line.contains(" ... ") {
            let took = mem::replace(&mut since, Instant::now()).elapsed();
            if took >= SLOW {
                println!("    that took {:.0} s", took.as_secs_f64());
            }
        }
        if let Some(result) = line.trim().strip_prefix("test result: ") {
            counted = true;
            counts.passed += number_before(result, " passed");
            counts.failed += number_before(result, " failed");
            counts.skipped += number_before(result, " ignored");
        }
        // The wasm runner prints this instead of a result.
        counted |= line == "no tests to run!";
    }
    let succeeded = child.wait()?.success();
    match (succeeded, counted) {
        (true, false) => counts.passed = 1,
        (false, _) if counts.failed == 0 => counts.failed = 1,
        _ => {}
    }
    Ok(counts)
}

/// The number that stands before `word`, or 0.
fn number_before(text: &str, word: &str) -> u32 {
    let number = text.find(word).and_then(|at| text[..at].rsplit(|c: char| !c.is_ascii_digit()).next());
    number.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn fmt() -> Result<Command> {
    let mut fmt = cargo();
    fmt.args(["fmt", "--all", "--check"]);
    Ok(fmt)
}

fn clippy() -> Result<Command> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    Ok(clippy)
}

fn javascript() -> Result<Command> {
    // Their declarations are checked against the checked-in ones.
    crate::build::glue(&root().join("target/npm/glue"))?;
    let scripts = crate::npm::check()?;
    crate::bundle::check()?;
    Ok(scripts)
}

/// The crates that programs are built from.
pub const PUBLISHED: [&str; 8] = [
    "sabir-core",
    "sabir-realm",
    "sabir-fallback",
    "sabir-remote",
    "sabir-worker",
    "sabir-main",
    "sabir-macros",
    "sabir",
];

fn crates() -> Result<Command> {
    forget_packages()?;
    let mut package = cargo();
    package.args(["package", "--quiet", "--allow-dirty", "--target-dir", "target/packaged"]);
    package.args(PUBLISHED.iter().flat_map(|name| ["--package", name]));
    Ok(package)
}

/// Removes what cargo keeps of the last run's packages: their version stays while their sources change.
fn forget_packages() -> Result<()> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let registries = home.context("no home folder")?.join("registry/src");
    for registry in fs::read_dir(&registries).into_iter().flatten() {
        let registry = registry?;
        // Those without a host are folders.
        if registry.file_name().to_string_lossy().starts_with('-') {
            for krate in PUBLISHED {
                remove_folder(&registry.path().join(format!("{krate}-{}", env!("CARGO_PKG_VERSION"))))?;
            }
        }
    }
    remove_folder(&root().join("target/packaged"))
}

fn doc() -> Result<Command> {
    let mut doc = cargo();
    doc.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    Ok(doc)
}

fn native() -> Result<Command> {
    let mut test = cargo();
    test.args(["test", "--quiet", "--workspace", "--exclude", "sabir-pages", "--no-fail-fast"]);
    Ok(test)
}

fn python() -> Result<Command> {
    let mut test = command(setup::python_with_numpy()?);
    test.arg(root().join("tests/python/arrays.py"));
    Ok(test)
}

fn loom() -> Result<Command> {
    let mut test = cargo();
    test.args(["test", "--quiet", "--package", "sabir-core", "--release", "--lib", "models"]);
    test.args(["--target-dir", "target/loom"]).env("RUSTFLAGS", "--cfg sabir_loom");
    Ok(test)
}

/// `variable` tells the runner the driver's path.
fn wasm(variable: &str, driver: &Path) -> Result<Command> {
    let (toolchain, runner) =
        (WasmToolchain::ensure()?, setup::wasm_bindgen()?.join("wasm-bindgen-test-runner"));
    let mut test = toolchain.cargo("test");
    test.args(["--target-dir", "target/wasm", "--package", "sabir-behaviours", "--no-fail-fast"]);
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", root().join("tests/behaviours/webdriver.json"));
    test.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    // The runner takes the first driver that it is told of: it must hear of no other.
    for other in ["CHROMEDRIVER", "GECKODRIVER", "SAFARIDRIVER"] {
        test.env_remove(other);
    }
    test.env(variable, driver);
    Ok(test)
}

fn pages() -> Result<Command> {
    let mut pages = whole_pages()?;
    pages.args(["--skip", "long::", "--skip", "examples::", "--skip", "templates::"]);
    pages.args(["--skip", "pyscript::"]);
    Ok(pages)
}

fn packages() -> Result<Command> {
    run(&mut crate::npm::inspect(&crate::npm::package(false)?)?)?;
    let mut attw = crate::npm::inspect(&crate::pyscript::package(false)?)?;
    attw.args(["--exclude-entrypoints", "core.css"]);
    Ok(attw)
}

fn pyscript() -> Result<Command> {
    let drivers = setup::browsers()?;
    let mut test = page_tests();
    drivers.tell(&mut test).env("SABIR_NPM_SITE", crate::site::build()?);
    test.arg("pyscript::");
    Ok(test)
}

fn examples_and_templates() -> Result<Command> {
    let pages = examples::build(&EXAMPLES.names()?)?;
    templates::merge(&pages)?;
    let drivers = setup::browsers()?;
    let mut test = page_tests();
    drivers.tell(&mut test).env("SABIR_EXAMPLES", pages).env("SABIR_XTASK", env::current_exe()?);
    test.args(["examples::", "templates::"]);
    Ok(test)
}

fn long() -> Result<Command> {
    let mut long = whole_pages()?;
    // They are marked as ignored, so that a filter selects among them.
    long.arg("--ignored");
    Ok(long)
}

/// The tests that drive whole pages, and what they are served.
fn whole_pages() -> Result<Command> {
    let drivers = setup::browsers()?;
    let page = crate::build::page(&crate::build::DEMO, false)?;
    let mut test = page_tests();
    drivers.tell(&mut test).env("WEBKITDRIVER", setup::webkit()?);
    let (behaviours, site) = (behaviours()?, crate::site::build()?);
    // Pages of JavaScript's have workers of Rust's.
    copy_folder(&behaviours.join("pkg"), &site.join("rust"))?;
    test.env("SABIR_DEMO_PAGE", page).env("SABIR_NPM_SITE", site);
    test.env("SABIR_BEHAVIOURS_PAGE", behaviours);
    Ok(test)
}

/// Runs tests of whole pages.
fn page_tests() -> Command {
    let mut test = cargo();
    // One browser at a time: a worker, its page and what presses on them want the cores for themselves.
    test.args([
        "test",
        "--package",
        "sabir-pages",
        "--no-fail-fast",
        "--",
        "--test-threads=1",
        "--show-output",
    ]);
    // A backtrace of an async test is a hundred lines of its runtime, and says nothing.
    test.env("RUST_BACKTRACE", "0");
    test
}

/// Builds the page of the behaviours, with a service worker and the packages that do not start.
fn behaviours() -> Result<PathBuf> {
    let page = crate::build::page(&crate::build::BEHAVIOURS, true)?;
    copy_folder(&root().join("tests/behaviours/assets"), &page.join("assets"))?;
    Sw { file: page.join("sw.js") }.run()?;
    Ok(page)
}
