//! Packages of Debian.

use crate::exec::{command, output_of, run, step, which};
use anyhow::{Result, bail};

/// Installs packages.
///
/// # Errors
/// If this is no Debian, or we may not; the error gives the command to run.
pub fn install(what_for: &str, packages: &[&str]) -> Result<()> {
    if which(&["apt-get"]).is_none() {
        bail!("{what_for}: install {}; there is no apt-get here that could", packages.join(", "));
    }
    let is_root = output_of(command("id").arg("-u")).as_deref() == Some("0");
    let may_sudo = || output_of(command("sudo").args(["-n", "true"])).is_some();
    let apt = |arguments: &[&str]| {
        let mut apt = if is_root { command("apt-get") } else { command("sudo") };
        if !is_root {
            apt.args(["-n", "apt-get"]);
        }
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    if !is_root && !may_sudo() {
        bail!("{what_for}: run `sudo apt-get install --no-install-recommends {}`", packages.join(" "));
    }
    run(&mut apt(&["update", "-qq"]))?;
    let mut install = apt(&["install", "-y", "-qq", "--no-install-recommends"]);
    // apt is wordy even when quiet; errors stay visible.
    install.args(packages).stdout(std::process::Stdio::null());
    step(&format!("installing {}: {what_for}", packages.join(", ")), "about 1 minute", &mut install)
}
