//! What outlives the process: client ids, and the journals on a disk.

use std::{collections::BTreeMap, sync::Arc};

use mm_core::{
    Backing,
    journal::{Entry, Journal, JournalError, NoJournal},
    risk::Gate,
};
use mm_model::Timestamp;
use mm_sim::config::VenueKind;

use crate::{connect::CountedIds, event_log::EventLog, mortal::Mortal};

/// What outlives the process.
#[derive(Debug)]
pub(crate) struct Memory {
    venues: BTreeMap<VenueKind, Arc<CountedIds>>,
}

impl Memory {
    pub(crate) fn new(kinds: impl IntoIterator<Item = VenueKind>) -> Self {
        Self { venues: kinds.into_iter().map(|kind| (kind, Arc::new(CountedIds::new(kind)))).collect() }
    }

    /// What a connector stands on in a new life.
    pub(crate) fn backing(&self, kind: VenueKind, gate: &Gate, (log, life): (&EventLog, &Mortal)) -> Backing {
        let journal = Arc::new(Notary {
            inner: Arc::new(NoJournal),
            venue: kind.as_str(),
            log: log.clone(),
            life: life.clone(),
        });
        Backing { journal, gate: gate.clone(), ..Backing::from(self.venues[&kind].clone()) }
    }

    /// The process is gone.
    pub(crate) fn lose(&self, ids_lost: u64) {
        self.venues.values().for_each(|ids| ids.skip(ids_lost));
    }
}

/// A journal that the event log hears too, and that a dead bot writes nothing to.
#[derive(Debug)]
struct Notary {
    inner: Arc<dyn Journal>,
    venue: &'static str,
    log: EventLog,
    life: Mortal,
}

impl Journal for Notary {
    fn write(&self, at: Timestamp, entry: &Entry<'_>) -> Result<(), JournalError> {
        if !self.life.does() {
            return Ok(()); // Nobody is left to be told.
        }
        match entry {
            Entry::Made { client_id, order, market } => {
                self.log.say(format_args!("{} made {client_id} {market} {order:?}", self.venue));
            }
            Entry::Updated { client_id, update, .. } => {
                self.log.say(format_args!("{} order {client_id} {update:?}", self.venue));
            }
            other => self.log.say(format_args!("{} journal {other:?}", self.venue)),
        }
        self.inner.write(at, entry)
    }

    fn health(&self) -> Result<(), JournalError> {
        self.inner.health()
    }
}
