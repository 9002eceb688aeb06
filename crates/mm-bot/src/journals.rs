//! The journals of a run, one for each account: opened under the account's lock, and watched while they are written.
//!
//! Where accounts outlive the process (at the venues themselves, and in a world that another process serves) a run starts
//! from what the last one wrote down. An embedded world ends with the process: its journal begins anew each time and is for
//! people to read.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use mm_core::{
    Clock,
    journal::{Journal as _, Past},
};
use mm_store::{
    Account, StateDir,
    journal::{FileJournal, FlushPolicy, JournalConfig, OpenReport, Opened},
};

/// How often the journals are asked whether they can still be written: a flush fails on a thread of its own.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// A journal, and what was found in it.
pub(crate) struct Kept {
    pub(crate) journal: Arc<FileJournal>,
    pub(crate) past: Past,
    /// `None` where the world is as new as the journal.
    pub(crate) report: Option<OpenReport>,
}

/// Opens the journal of an account. It must be locked.
///
/// # Errors
/// When it cannot be believed, or cannot be written: no journal, no order.
pub(crate) fn open(
    (state, account): (&StateDir, &Account),
    policy: FlushPolicy,
    is_lasting: bool,
    clock: &Clock,
) -> anyhow::Result<Kept> {
    let config = JournalConfig { policy, ..JournalConfig::default() };
    if !is_lasting {
        let journal = FileJournal::embedded(state, account, config, clock.now())?;
        return Ok(Kept { journal, past: Past::default(), report: None });
    }
    let Opened { journal, past, report } = FileJournal::open(state, account, config, clock.now())?;
    // Not the account's name: at Backpack it is the API key.
    tracing::info!(venue = %account.venue, "journal: {report}");
    Ok(Kept { journal, past, report: Some(report) })
}

/// The policy that these words ask for, the connector's before the whole program's.
///
/// # Errors
/// A word that is none.
pub(crate) fn policy(own: Option<&str>, general: Option<&str>) -> anyhow::Result<FlushPolicy> {
    let word = own.or(general);
    word.map_or(Ok(FlushPolicy::BATCH), str::parse).map_err(anyhow::Error::msg).context("journal_sync")
}

/// The journals that are being written, by connector.
#[derive(Debug, Default)]
pub(crate) struct Journals(Mutex<Vec<(String, Arc<FileJournal>)>>);

impl Journals {
    pub(crate) fn add(&self, connector: &str, journal: Arc<FileJournal>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((connector.to_owned(), journal));
    }

    /// The first that cannot be written any more, and why.
    pub(crate) fn failure(&self) -> Option<String> {
        let journals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |(name, journal): &(String, Arc<FileJournal>)| {
            journal.health().err().map(|why| format!("{name}: {why}"))
        };
        journals.iter().find_map(failed)
    }

    /// Waits until one cannot be written any more. Cancel-safe.
    pub(crate) async fn failed(&self, clock: &Clock) {
        while self.failure().is_none() {
            clock.sleep(ASK_EVERY).await;
        }
    }
}

/// What is wrong with a journal that was read, one line for each gap and for each order of which too little is left.
pub(crate) fn gaps(report: &OpenReport) -> Vec<String> {
    let file = report.read.as_deref().unwrap_or_else(|| Path::new("")).display().to_string();
    let gaps = report.gaps.iter().map(ToString::to_string);
    let unmade = report.unmade.iter().map(|id| {
        format!("of order {id} only its id is left, what was asked for was lost before it was flushed: look for it at the venue")
    });
    gaps.chain(unmade)
        .map(|what| format!("{file}: {what}; compare the venue's open orders with ours"))
        .collect()
}

#[cfg(test)]
mod tests {
    use mm_model::ClientId;

    use super::*;

    #[test]
    fn whatever_is_missing_is_told() {
        let path = Path::new("/state/backpack--alice.journal/0000000003.mmj").to_owned();
        let whole = OpenReport { read: Some(path), ..OpenReport::default() };
        assert_eq!(gaps(&whole), Vec::<String>::new());
        let lines = gaps(&OpenReport { unmade: vec![ClientId(7), ClientId(9)], ..whole });
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].contains("0000000003.mmj: of order 9 only its id is left"), "{lines:?}");
    }

    #[test]
    fn the_connectors_own_policy_stands_before_the_programs() {
        let cases = [
            (None, None, Some(FlushPolicy::BATCH)),
            (None, Some("each"), Some(FlushPolicy::Each)),
            (Some("off"), Some("each"), Some(FlushPolicy::Off)),
            (Some("batch"), None, Some(FlushPolicy::BATCH)),
            (Some("sometimes"), None, None),
        ];
        for (own, general, expected) in cases {
            assert_eq!(policy(own, general).ok(), expected, "{own:?} {general:?}");
        }
    }
}
