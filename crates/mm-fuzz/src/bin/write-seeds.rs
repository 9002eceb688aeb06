//! Writes the seeds of a target as files for libFuzzer: `write-seeds TARGET FOLDER`. Without words it lists the targets.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a person at a terminal")]

use std::{env, fs, path::Path, process::ExitCode};

use mm_fuzz::{TARGETS, Target, target};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match words.as_slice() {
        [] => {
            TARGETS.iter().for_each(|target| println!("{}", target.name));
            Ok(0)
        }
        [name, folder] => match target(name) {
            Some(target) => write(target, Path::new(folder)).map_err(|error| format!("{folder}: {error}")),
            None => Err(format!("no target '{name}': without words, this program lists them")),
        },
        _ => Err("usage: write-seeds TARGET FOLDER".to_owned()),
    };
    match done {
        Ok(_) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn write(target: &Target, folder: &Path) -> std::io::Result<usize> {
    fs::create_dir_all(folder)?;
    let seeds = (target.seeds)();
    for (n, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{n:04}")), seed)?;
    }
    Ok(seeds.len())
}
