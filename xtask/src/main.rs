//! `cargo xtask`: the chores of this repository, in Rust instead of shell. `test` runs everything that proves
//! something, `tidy` and `fixtures` check what no compiler sees. It builds nothing that ships.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a person at a terminal")]

mod fixtures;
mod kill9;
mod mutants;
mod suites;
mod tidy;

use std::ffi::OsString;
use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask test [SUITE...]                    run every test, or only these suites: workspace, simulation,
                                               rust, backpack, lighter, lighter-0.1
cargo xtask tidy                               check the house rules
cargo xtask fixtures                           check that every wire type has a witness from outside
cargo xtask kill9 [--rounds N] [--seed S]      kill the real process at random moments, 500 times
cargo xtask mutants [--seeds A..B] [NAME...]   make one mistake at a time in a copy: the simulation must see each";

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test", only @ ..] => suites::run(root, only),
        ["tidy"] => tidy::run(root),
        ["fixtures"] => fixtures::run(root),
        ["kill9", words @ ..] => kill9::run(root, words),
        ["mutants", words @ ..] => mutants::run(root, words),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The cargo that runs us.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Prints `problems`, one a line, or that there are none.
fn report(name: &str, n_seen: usize, what: &str, problems: &[impl Display]) -> Result<()> {
    for problem in problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{name}: {} broken", problems.len());
    }
    println!("{name}: {n_seen} {what}, nothing broken");
    Ok(())
}
