//! What `list` prints: strategies and venues with their keys, types and defaults, from the same tables that check a
//! configuration.

use std::fmt::Write as _;

use mm_strategy::{
    STRATEGIES,
    params::{Param, Preset},
};
use serde_json::{Value, json};

use super::style::{BOLD, DIM, paint};
use crate::{
    config::{PREFIX, risk, tables, watchdog},
    registry::VENUES,
};

/// As text.
pub(crate) fn listing_text() -> String {
    let mut out = String::new();
    heading(&mut out, "STRATEGIES", "section strategy");
    for row in STRATEGIES {
        entry(&mut out, row.name, row.about);
        table(&mut out, "of its own section", row.params);
        table(
            &mut out,
            "of each block under its connectors (beside connectors: default of all blocks)",
            row.connector_params,
        );
    }
    heading(&mut out, "CONNECTORS", "section connectors, a block for each, named for its venue");
    table(&mut out, "of every connector", tables::CONNECTOR);
    for row in VENUES {
        entry(&mut out, row.name, row.about);
        table(&mut out, "of this venue", row.params);
    }
    heading(
        &mut out,
        "LIMITS",
        "section risk; for one connector below connectors: NAME:, for one market of it below markets: SYMBOL:",
    );
    table(&mut out, "of the process", risk::PROCESS);
    table(&mut out, "of every connector", risk::CONNECTOR);
    table(&mut out, "of every market", risk::MARKET);
    heading(&mut out, "PROGRAM", "");
    table(&mut out, "section general", tables::GENERAL);
    table(&mut out, "section simulator", tables::SIMULATOR);
    table(&mut out, "section control", crate::control::TABLE);
    table(&mut out, "section watchdog", watchdog::TABLE);
    table(&mut out, "of each block under its connectors", watchdog::CONNECTOR_TABLE);
    let _ = write!(
        out,
        "\nEvery key can be set from the environment: {PREFIX}SECTION__KEY=value, such as {PREFIX}GENERAL__DEBUG=true\n\
         or {PREFIX}STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SYMBOL=ETH_USDC_PERP."
    );
    out
}

fn heading(out: &mut String, name: &str, about: &str) {
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{} {}", paint(BOLD, name), paint(DIM, about));
}

fn entry(out: &mut String, name: &str, about: &str) {
    let _ = writeln!(out, "\n  {}  {about}", paint(BOLD, name));
}

fn table(out: &mut String, of: &str, params: &[Param]) {
    let _ = writeln!(out, "    {}", paint(DIM, format_args!("keys {of}")));
    let width = params.iter().map(|param| names(param).len()).max().unwrap_or(0);
    for param in params {
        let _ = writeln!(out, "    {:<width$}  {}", names(param), param.about);
        let _ = writeln!(
            out,
            "    {:<width$}  {}",
            "",
            paint(DIM, format_args!("{} · {}", param.kind, default(param)))
        );
    }
}

fn names(param: &Param) -> String {
    let mut names = vec![param.name];
    names.extend(param.aliases);
    names.join(" | ")
}

fn default(param: &Param) -> String {
    match param.default {
        Preset::Required => "must be given".into(),
        Preset::Unset => "may be left out".into(),
        Preset::Is(text) => format!("default {text}"),
    }
}

/// As JSON.
pub(crate) fn listing_json() -> Value {
    json!({
        "strategies": STRATEGIES.iter().map(|row| json!({
            "name": row.name,
            "about": row.about,
            "params": params(row.params),
            "connector_params": params(row.connector_params),
        })).collect::<Vec<_>>(),
        "connectors": VENUES.iter().map(|row| json!({
            "name": row.name,
            "about": row.about,
            "params": params(tables::CONNECTOR).into_iter().chain(params(row.params)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "general": params(tables::GENERAL),
        "simulator": params(tables::SIMULATOR),
        "risk": {
            "process": params(risk::PROCESS),
            "connector": params(risk::CONNECTOR),
            "market": params(risk::MARKET),
        },
        "control": params(crate::control::TABLE),
        "watchdog": params(watchdog::TABLE),
        "environment_prefix": PREFIX,
    })
}

fn params(table: &[Param]) -> Vec<Value> {
    table
        .iter()
        .map(|param| {
            json!({
                "name": param.name,
                "aliases": param.aliases,
                "type": param.kind.to_string(),
                "required": param.default == Preset::Required,
                "default": match param.default {
                    Preset::Is(text) => Some(text),
                    Preset::Required | Preset::Unset => None,
                },
                "about": param.about,
            })
        })
        .collect()
}
