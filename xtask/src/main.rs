//! Sabir's commands. Each is a file; what a command needs is installed by `setup` before it runs.
#![forbid(unsafe_code)]

mod apps;
mod bench;
mod build;
mod bundle;
mod debian;
mod demo;
mod embed;
mod examples;
mod exec;
mod folders;
mod npm;
mod pyscript;
mod serve;
mod setup;
mod site;
mod sw;
mod templates;
mod test;
#[cfg(test)]
mod tidy;
mod wasm;
mod wasm_toolchain;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, shows, tests and measures Sabir. The tools of a command are set up first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Setup(setup::Setup),
    Build(build::Build),
    Bundle(bundle::Bundle),
    Demo(demo::Demo),
    Examples(examples::Examples),
    Serve(serve::Serve),
    Sw(sw::Sw),
    Test(test::Test),
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let result = match Flags::parse().command {
        Command::Setup(command) => command.run(),
        Command::Build(command) => command.run(),
        Command::Bundle(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Examples(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Sw(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Bench(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
