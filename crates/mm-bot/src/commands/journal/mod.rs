//! `mm-bot journal`: what the journals say, for people and programs. It only reads, and takes no lock: a bot may be writing.

mod row;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use mm_core::{OrderTracker, journal::Past, orders::Update};
use mm_model::Timestamp;
use mm_store::{
    StateDir,
    disk::RealDisk,
    journal::{self, Body, Gap, Header, JournalFileError, Reader, Record},
};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    cli::{ExportFormat, Global, JournalCommand, JournalFilter},
    exit::{Exit, Fatal},
    output::{
        complain, say,
        style::{BAD, BOLD, DIM, GOOD, WARN, paint},
    },
};
use row::{COLUMNS, Markets, Row};

/// Runs `journal`.
///
/// # Errors
/// When there is no journal, or it cannot be read.
pub(super) fn run(global: &Global, command: &JournalCommand) -> Result<Exit, Fatal> {
    let files = |paths: &[PathBuf]| files(global, paths).map_err(Fatal::usage);
    match command {
        JournalCommand::Show { filter, open: true } => show_open(global, &files(&filter.paths)?, filter),
        JournalCommand::Show { filter, open: false } => {
            let shown = if global.json { Shown::Json } else { Shown::Text };
            show(&files(&filter.paths)?, filter, shown)
        }
        JournalCommand::Export { filter, format } => {
            let shown = match format {
                ExportFormat::Jsonl => Shown::Json,
                ExportFormat::Csv => Shown::Csv,
            };
            show(&files(&filter.paths)?, filter, shown)
        }
        JournalCommand::Verify { paths } => Ok(verify(global, &files(paths)?)),
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Text,
    Json,
    Csv,
}

/// Journal files by folder, oldest first: those that are named, those of folders that are named, or all of the state
/// directory.
fn files(global: &Global, paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = paths.to_vec();
    if paths.is_empty() {
        let dir = match &global.state_dir {
            Some(path) => StateDir::open(path)?,
            None => StateDir::open_default()?,
        };
        folders = fs::read_dir(dir.path())?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        folders.retain(|path| path.is_dir() && path.extension().is_some_and(|end| end == "journal"));
        folders.sort();
        if folders.is_empty() {
            let dir = dir.path().display();
            anyhow::bail!(
                "no account has a journal in {dir}; those of simulated worlds lie in {dir}/runs: name one"
            );
        }
    }
    let mut files = Vec::new();
    for path in folders {
        if path.is_dir() {
            files.extend(journal::files(&RealDisk, &path)?);
        } else {
            files.push(path);
        }
    }
    anyhow::ensure!(!files.is_empty(), "there is no journal file: name a folder that holds some");
    Ok(files)
}

/// What a file holds, as far as it can be read.
struct Contents {
    header: Header,
    records: Vec<Record>,
    gaps: Vec<Gap>,
    error: Option<JournalFileError>,
}

fn contents(path: &Path) -> Result<Contents, JournalFileError> {
    let bytes = journal::read(&RealDisk, path)?;
    let mut reader = Reader::new(path, &bytes)?;
    let header = reader.header().clone();
    let (mut records, mut error) = (Vec::new(), None);
    for record in reader.by_ref() {
        match record {
            Ok(record) => records.push(record),
            Err(why) => error = Some(why),
        }
    }
    Ok(Contents { header, records, gaps: reader.gaps().to_vec(), error })
}

fn show(files: &[PathBuf], filter: &JournalFilter, shown: Shown) -> Result<Exit, Fatal> {
    let since = since(filter)?;
    if shown == Shown::Csv {
        say(&COLUMNS.join(","));
    }
    let mut exit = Exit::Ok;
    let mut folder = None;
    for path in files {
        let Contents { header, records, gaps, error } = contents(path).map_err(Fatal::usage)?;
        // What a file takes over from the one before was shown there, unless that one is gone.
        let is_continued = folder.replace(path.parent()) == Some(path.parent());
        let n_taken_over = records.iter().position(|record| matches!(record.body, Body::TakenOver { .. }));
        if shown == Shown::Text {
            say(&paint(DIM, title(path, &header)));
        }
        let mut markets = Markets::default();
        for (n, record) in records.iter().enumerate() {
            let Some(row) = markets.row(&header, record) else { continue };
            let is_old = is_continued && n_taken_over.is_some_and(|end| n < end);
            if is_old || record.at < since || !is_wanted(&row, filter) {
                continue;
            }
            say(&match shown {
                Shown::Text => line(&row),
                Shown::Json => object(&row).to_string(),
                Shown::Csv => csv(&row),
            });
        }
        for problem in gaps.iter().map(Gap::to_string).chain(error.iter().map(ToString::to_string)) {
            complain(&format!("{} {}: {problem}", paint(WARN, "note:"), path.display()));
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

fn is_wanted(row: &Row, filter: &JournalFilter) -> bool {
    filter.order.is_none_or(|id| row.cell("order").is_some_and(|order| *order == id.to_string()))
}

fn since(filter: &JournalFilter) -> Result<Timestamp, Fatal> {
    let Some(text) = &filter.since else { return Ok(Timestamp::ZERO) };
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .with_context(|| format!("--since {text}: write it as 2026-11-23T12:00:00Z"))
        .map_err(Fatal::usage)?;
    Ok(Timestamp(u64::try_from(time.unix_timestamp_nanos()).unwrap_or(0)))
}

fn title(path: &Path, header: &Header) -> String {
    let at = row::rfc3339(header.created_at);
    format!("{} · run {} of {} · begun {at}", path.display(), header.run, header.account)
}

/// One event for a person.
fn line(row: &Row) -> String {
    let cell = |column| row.cell(column).unwrap_or_default();
    let mut out = format!("{}  {:<20} {:<15}", cell("at"), cell("order"), cell("event"));
    for (before, column, after) in [
        (" ", "side", ""),
        (" ", "qty", ""),
        (" ", "market", ""),
        (" at ", "price", ""),
        (" ", "kind", ""),
        (", ", "filled", " filled"),
        (", venue's order ", "venue_order", ""),
        (", trade ", "trade", ""),
        (", fee ", "fee", ""),
        (", ", "liquidity", ""),
        (": ", "text", ""),
    ] {
        if let Some(value) = row.cell(column) {
            let _ = write!(out, "{before}{value}{after}");
        }
    }
    if row.cell("settled") == Some("yes") {
        out.push_str(" · settled");
    }
    out
}

fn object(row: &Row) -> serde_json::Value {
    let cells = COLUMNS.iter().filter_map(|column| Some(((*column).to_owned(), row.cell(column)?.into())));
    serde_json::Value::Object(cells.collect())
}

/// RFC 4180: quoted where it must be. A cell that a spreadsheet would take for a formula is a venue's text: it is led by a
/// quotation mark of its own.
fn csv(row: &Row) -> String {
    let cell = |column: &&str| {
        let mut text = row.cell(column).unwrap_or_default().to_owned();
        if *column == "text" && text.starts_with(['=', '+', '-', '@', '\t']) {
            text.insert(0, '\'');
        }
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    COLUMNS.iter().map(cell).collect::<Vec<_>>().join(",")
}

/// The orders that the last file of each folder leaves unsettled.
fn show_open(global: &Global, files: &[PathBuf], filter: &JournalFilter) -> Result<Exit, Fatal> {
    let last: BTreeMap<_, _> = files.iter().map(|path| (path.parent(), path)).collect();
    let since = since(filter)?;
    for path in last.into_values() {
        let bytes = journal::read(&RealDisk, path).map_err(Fatal::usage)?;
        let (header, past) = journal::fold(path, &bytes).map_err(Fatal::usage)?;
        if !global.json {
            say(&paint(DIM, title(path, &header)));
        }
        for (mut row, made_at) in open_rows(&past) {
            row.put("venue", &header.account.venue);
            row.put("account", &header.account.name);
            if made_at >= since && is_wanted(&row, filter) {
                say(&if global.json { object(&row).to_string() } else { line(&row) });
            }
        }
        for (market, filled) in past.filled.iter().filter(|_| !global.json && filter.order.is_none()) {
            let lots = mm_model::Decimal::new(i128::from(filled.0) * market.lot.mantissa, market.lot.scale);
            say(&format!(
                "{} {} filled in {} since the journal began",
                paint(BOLD, "sum:"),
                lots,
                market.symbol
            ));
        }
    }
    Ok(Exit::Ok)
}

/// Each order that is not settled, with the state that its evidence comes to.
fn open_rows(past: &Past) -> impl Iterator<Item = (Row, Timestamp)> {
    past.orders.iter().map(|order| {
        let mut tracker = OrderTracker::new(order.client_id, order.order, order.made_at);
        tracker.apply(order.made_at, Update::Sent);
        for (at, evidence) in &order.evidence {
            tracker.apply(*at, evidence.as_update());
        }
        let record = tracker.record();
        let mut row = Row::default();
        row.put("at", row::rfc3339(order.made_at));
        row.put("event", if record.is_unknown() { "UNKNOWN" } else { record.state().as_str() });
        row.put("order", order.client_id);
        row.put("market", &order.market.symbol);
        row.asked(Some(&order.market), &order.order);
        row.put_filled(&order.market, record.filled());
        if let Some(id) = record.venue_id() {
            row.put("venue_order", id);
        }
        (row, order.made_at)
    })
}

/// Checks every record of every file, and that they come to something.
fn verify(global: &Global, files: &[PathBuf]) -> Exit {
    let mut exit = Exit::Ok;
    for path in files {
        let checked = checked(path);
        let is_whole = checked.as_ref().is_ok_and(|(_, gaps)| gaps.is_empty());
        if !is_whole {
            exit = Exit::Failed;
        }
        if global.json {
            say(&verdict(path, &checked).to_string());
            continue;
        }
        let shown = path.display();
        match checked {
            Ok((n_records, gaps)) if gaps.is_empty() => {
                say(&format!("{} {shown}: {n_records} records", paint(GOOD, "whole:")));
            }
            Ok((n_records, gaps)) => {
                for gap in gaps {
                    say(&format!("{} {shown}: {n_records} records; {gap}", paint(WARN, "cut:")));
                }
            }
            Err(error) => say(&format!("{} {error}", paint(BAD, "bad:"))),
        }
    }
    exit
}

/// How many records a file has, and what is missing. A tail that a bot is just writing is whole a moment later.
fn checked(path: &Path) -> Result<(usize, Vec<Gap>), JournalFileError> {
    let mut found = contents(path)?;
    if found.gaps.last().is_some_and(|gap| gap.n_records.is_none()) {
        found = contents(path)?;
    }
    let Contents { records, gaps, error, .. } = found;
    match error {
        Some(error) => Err(error),
        None => journal::read(&RealDisk, path)
            .and_then(|bytes| journal::fold(path, &bytes).map(|_| (records.len(), gaps))),
    }
}

fn verdict(path: &Path, checked: &Result<(usize, Vec<Gap>), JournalFileError>) -> serde_json::Value {
    match checked {
        Ok((n_records, gaps)) => {
            let gap = |gap: &Gap| json!({ "offset": gap.offset, "bytes": gap.n_bytes, "first_record": gap.first_record, "records": gap.n_records });
            let gaps: Vec<_> = gaps.iter().map(gap).collect();
            json!({ "file": path.display().to_string(), "records": n_records, "gaps": gaps })
        }
        Err(error) => json!({ "file": path.display().to_string(), "error": error.to_string() }),
    }
}

#[cfg(test)]
mod tests;
