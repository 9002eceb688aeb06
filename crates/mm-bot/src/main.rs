//! The program: command line, configuration, registry of venues, logging, what is shown. What it runs is in the other
//! crates; this one alone knows configuration files, the environment and exit codes.

mod cli;
mod commands;
mod config;
mod connect;
mod control;
mod exit;
mod holdings;
#[cfg(test)]
mod hostile;
mod journals;
mod keys;
mod launch;
mod logs;
mod output;
mod passphrase;
mod registry;
mod signals;
mod simulate;
mod simulator;
mod watchdog;

use std::process::ExitCode;

use clap::Parser;

use crate::output::{complain, style};

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    if cli.global.no_color {
        anstream::ColorChoice::Never.write_global();
    }
    match commands::run(&cli) {
        Ok(exit) => exit.into(),
        Err(fatal) => {
            complain(&format!("{} {}", style::paint(style::BAD, "error:"), fatal.told()));
            fatal.exit.into()
        }
    }
}
