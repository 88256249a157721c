//! Running other programs: with a word on what for, how long it takes, and an error that names them.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The checkout's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the checkout").to_owned()
}

/// A command that runs in the checkout's root, without the variables of the cargo that runs us.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for variable in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MANIFEST_DIR"] {
        command.env_remove(variable);
    }
    // An error says what to do; where it arose is of use to nobody who asked for the backtraces of panics.
    command.env("RUST_LIB_BACKTRACE", "0");
    command
}

/// A program that came from npm, by `npm::install`.
pub fn bin(name: &str) -> PathBuf {
    bins().join(name)
}

/// The folder of these programs.
pub fn bins() -> PathBuf {
    root().join("target/npm/node_modules/.bin")
}

/// The folder of tools, for all checkouts.
pub fn tools_dir() -> PathBuf {
    if let Some(folder) = std::env::var_os("SABIR_TOOLS") {
        return folder.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map_or_else(std::env::temp_dir, PathBuf::from);
    cache.unwrap_or_else(|| home().join(".cache")).join("sabir")
}

/// The cargo that runs us: rustup's where there is rustup.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command to its end.
///
/// # Errors
/// If it cannot be started or fails; the error names it.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a long step: says what and why before, and how long it took after.
///
/// # Errors
/// As [`run`].
pub fn step(what: &str, usually: &str, command: &mut Command) -> Result<()> {
    eprintln!("==> {what} ({usually})");
    let start = Instant::now();
    run(command)?;
    eprintln!("    done in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// A command's output, trimmed; `None` if it cannot be started or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let succeeded = output.status.success();
    succeeded.then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command for at most `limit`; true if it succeeded within it.
pub fn succeeds_within(limit: Duration, command: &mut Command) -> bool {
    let Ok(mut child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        return false;
    };
    let start = Instant::now();
    while start.elapsed() < limit {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(50)),
            Err(_) => break,
        }
    }
    // It hangs on a network that does not answer: it must not outlive us.
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// The first of `programs` that is on PATH or at the path it names.
pub fn which(programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    programs.iter().find_map(|program| {
        folders.iter().map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
    })
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
