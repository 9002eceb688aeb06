//! The commands.

mod journal;
mod keys;
mod operate;

use std::{fmt::Write as _, sync::Arc};

use anyhow::Context as _;
use mm_sim::Simulator;
use serde_json::json;

use crate::{
    cli::{Cli, Command, Global, Run, SmokeTest, Venue},
    config::{self, Config, ConfigError, Source, suggestion},
    exit::{Exit, Fatal},
    launch::Launch,
    logs::Logs,
    output::{
        Screen, Stream, limits_text, listing_json, listing_text, report_text, say,
        style::{BOLD, DIM, GOOD, WARN, paint},
    },
    signals::Interrupt,
    simulate::simulate,
    simulator::served,
    watchdog,
};

/// The smoke test of a newcomer without a configuration.
const BUILT_IN: &str = include_str!("../../../conf/smoke_test.yaml");

/// Runs the command.
///
/// # Errors
/// What kept it from starting, with the exit code.
pub(crate) fn run(cli: &Cli) -> Result<Exit, Fatal> {
    match &cli.command {
        Command::Run(args) => run_strategy(&cli.global, args),
        Command::List => Ok(list(&cli.global)),
        Command::Check { file } => check(&cli.global, file),
        Command::SmokeTest(args) => smoke_test(&cli.global, args),
        Command::Venue(args) => venue(&cli.global, args),
        Command::Kill(args) => operate::kill(&cli.global, args),
        Command::Resume(args) => operate::resume(&cli.global, args),
        Command::Status { config } => operate::status(&cli.global, config.as_deref()),
        Command::Reduce(args) => operate::reduce(&cli.global, args),
        Command::CancelAll { config } => operate::cancel_all(&cli.global, config.as_deref()),
        Command::Watchdog(args) => watchdog::run(&cli.global, args, &load(&read(&args.config)?, None)?),
        Command::Journal(command) => journal::run(&cli.global, command),
        Command::Keys(args) => keys::keys(&cli.global, args),
        Command::Simulate(args) => simulate(&cli.global, args),
    }
}

fn run_strategy(global: &Global, args: &Run) -> Result<Exit, Fatal> {
    let config = load(&read(&args.config)?, args.strategy.as_deref())?;
    launch(global, &config, args.live, "info")
}

fn smoke_test(global: &Global, args: &SmokeTest) -> Result<Exit, Fatal> {
    let source = match &args.config {
        Some(path) => read(path)?,
        None => Source { file: "built-in configuration".into(), text: BUILT_IN.into() },
    };
    let mut config = load(&source, Some("smoke_test"))?;
    keep_only(&mut config, &args.venues)?;
    if let Some(seed) = args.seed.and_then(|seed| i64::try_from(seed).ok()) {
        config.simulator.set("seed", mm_strategy::params::Value::Integer(seed));
    }
    launch(global, &config, args.live, "warn")
}

/// Leaves only the connectors that were asked for.
fn keep_only(config: &mut Config, wanted: &[String]) -> Result<(), Fatal> {
    for name in wanted {
        if !config.connectors.contains_key(name) {
            let valid = config.connectors.keys().map(String::as_str);
            let error = anyhow::anyhow!(
                "--venues {name}: no such connector in {}; {}",
                config.file,
                suggestion(name, valid)
            );
            return Err(Fatal::usage(error));
        }
    }
    if !wanted.is_empty() {
        config.connectors.retain(|name, _| wanted.contains(name));
        config.settings.connectors.retain(|name, _| wanted.contains(name));
    }
    Ok(())
}

fn launch(global: &Global, config: &Config, live: bool, console: &'static str) -> Result<Exit, Fatal> {
    let stream = if global.json { Stream::Err } else { Stream::Out };
    let screen =
        Arc::new(Screen::start(stream).context("no thread to print from").map_err(Fatal::not_started)?);
    let ended = Launch { global, live, console, screen: screen.clone() }.run(config);
    // All lines are out before the result is.
    drop(screen);
    let ended = ended?;
    match &ended.report {
        Some(report) if global.json => {
            say(&serde_json::to_string_pretty(report).context("the report").map_err(Fatal::usage)?);
        }
        Some(report) => say(&report_text(report)),
        None if global.json => say(&json!({ "passed": ended.exit == Exit::Ok }).to_string()),
        None => {}
    }
    Ok(ended.exit)
}

fn list(global: &Global) -> Exit {
    if global.json {
        say(&format!("{:#}", listing_json()));
    } else {
        say(&listing_text());
    }
    Exit::Ok
}

fn check(global: &Global, file: &std::path::Path) -> Result<Exit, Fatal> {
    let source = read(file)?;
    let loaded = config::load(&source, None, std::env::vars());
    if global.json {
        let (value, exit) = match &loaded {
            Ok(config) => {
                (json!({ "valid": true, "notes": config.notes, "overrides": config.overrides }), Exit::Ok)
            }
            Err(error) => (json!({ "valid": false, "problems": problems(error) }), Exit::Usage),
        };
        say(&format!("{value:#}"));
        return Ok(exit);
    }
    let config = loaded.map_err(wrong)?;
    check_key_files(&config)?;
    say(&summary(&config));
    Ok(Exit::Ok)
}

fn problems(error: &ConfigError) -> Vec<serde_json::Value> {
    let line = |place: &config::Place| match place {
        config::Place::Text { line, column } => json!({ "line": line, "column": column }),
        config::Place::Variable(name) => json!({ "variable": name }),
        config::Place::Nowhere => json!(null),
    };
    error
        .problems
        .iter()
        .map(|p| json!({ "at": line(&p.place), "key": p.path, "problem": p.what, "remedy": p.remedy }))
        .collect()
}

/// A live configuration is only valid with key files that can be used.
fn check_key_files(config: &Config) -> Result<(), Fatal> {
    for connector in config.connectors.values().filter(|connector| connector.is_live()) {
        if let Some(path) = connector.common.text("keys_file") {
            connector.venue.keys.read(std::path::Path::new(path)).map_err(Fatal::usage)?;
        }
    }
    Ok(())
}

fn summary(config: &Config) -> String {
    let mut out = format!("{} {}", paint(GOOD, "valid:"), config.file);
    let _ = write!(out, "\n  strategy   {}", paint(BOLD, config.strategy.name));
    for (name, connector) in &config.connectors {
        let mode = if connector.is_live() { "live, needs --live" } else { "simulated" };
        let _ = write!(out, "\n  connector  {} on {}, {mode}", paint(BOLD, name), connector.venue.name);
    }
    out.push_str(&limits_text(&config.limits));
    for variable in &config.overrides {
        let _ = write!(out, "\n  from the environment: {variable}");
    }
    for note in &config.notes {
        let _ = write!(out, "\n  {} {note}", paint(WARN, "note:"));
    }
    out
}

/// Serves the simulated venues until a signal comes.
fn venue(global: &Global, args: &Venue) -> Result<Exit, Fatal> {
    let _log = Logs::of_command(global, "info").start().map_err(Fatal::usage)?;
    let mut interrupt =
        Interrupt::listen().context("cannot listen to signals").map_err(Fatal::not_started)?;
    let config = served(args).map_err(Fatal::usage)?;
    let simulator = Simulator::start(config).map_err(|error| Fatal::simulator(error.into()))?;
    let endpoints = simulator.endpoints();
    if global.json {
        say(&serde_json::to_string_pretty(endpoints).context("the endpoints").map_err(Fatal::not_started)?);
    } else {
        say(&serving(endpoints, args));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .context("no runtime")
        .map_err(Fatal::not_started)?;
    runtime.block_on(interrupt.wait());
    simulator.stop();
    Ok(Exit::Ok)
}

fn serving(endpoints: &mm_sim::Endpoints, args: &Venue) -> String {
    let mut out = format!("{} seed {}", paint(BOLD, "simulated venues"), args.seed);
    for standing in endpoints.venues.standing() {
        let (name, hosts, accounts) =
            (standing.name, standing.hosts.join("  "), standing.accounts.join(", "));
        let _ = write!(out, "\n  {name:<8}  {hosts}  accounts {accounts}");
    }
    let _ = write!(out, "\n  control   {}", endpoints.control.url);
    match &args.endpoints_file {
        Some(path) => _ = write!(out, "\n  keys and token are in {}", path.display()),
        None => {
            let hint = paint(DIM, "name an --endpoints-file to have keys and token written down");
            _ = write!(out, "\n  {hint}");
        }
    }
    let _ = write!(out, "\n{}", paint(DIM, "Ctrl-C ends it"));
    out
}

fn read(path: &std::path::Path) -> Result<Source, Fatal> {
    Source::file(path).with_context(|| format!("cannot read {}", path.display())).map_err(Fatal::usage)
}

fn load(source: &Source, strategy: Option<&str>) -> Result<Config, Fatal> {
    config::load(source, strategy, std::env::vars()).map_err(wrong)
}

fn wrong(error: ConfigError) -> Fatal {
    let n = error.problems.len();
    let s = if n == 1 { "" } else { "s" };
    Fatal::usage(anyhow::anyhow!("{n} problem{s} in {}\n\n{error}", error.file))
}
