//! What outlives the process: client ids, and the journals on a simulated disk.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use mm_core::{
    Backing,
    journal::{Entry, Journal, JournalError},
    risk::Gate,
};
use mm_model::Timestamp;
use mm_sim::config::VenueKind;
use mm_store::{
    Account,
    disk::simulated::{Crash, Death, Faults, SimulatedDisk},
    journal::{FileJournal, FlushPolicy, Flusher, JournalConfig, Opening},
};

use crate::{
    connect::{ACCOUNT, CountedIds},
    event_log::EventLog,
    judge::Judge,
    mortal::Mortal,
    plan::Fate,
};

/// So small that runs of minutes turn files over.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// What outlives the process.
#[derive(Debug)]
pub(crate) struct Memory {
    venues: BTreeMap<VenueKind, Arc<CountedIds>>,
    disk: SimulatedDisk,
    policy: FlushPolicy,
}

/// What a life stands in when it opens its files.
pub(crate) struct Birth<'a> {
    pub(crate) fate: Fate,
    pub(crate) life: &'a Mortal,
    pub(crate) gate: &'a Gate,
    pub(crate) log: &'a EventLog,
    pub(crate) judge: &'a Judge,
    /// The bot's clock.
    pub(crate) now: Timestamp,
}

impl Memory {
    pub(crate) fn new(kinds: impl IntoIterator<Item = VenueKind>, policy: FlushPolicy) -> Self {
        let venues = kinds.into_iter().map(|kind| (kind, Arc::new(CountedIds::new(kind)))).collect();
        Self { venues, disk: SimulatedDisk::default(), policy }
    }

    /// The disk.
    pub(crate) const fn disk(&self) -> &SimulatedDisk {
        &self.disk
    }

    /// What a connector stands on in a new life.
    ///
    /// # Errors
    /// Why its journal cannot be opened.
    pub(crate) fn backing(&self, kind: VenueKind, birth: &Birth<'_>) -> Result<Backing, String> {
        let account = Account { venue: kind.to_string(), name: ACCOUNT.to_owned() };
        let folder = PathBuf::from(format!("/state/{kind}"));
        let config = JournalConfig {
            policy: self.policy,
            flusher: Flusher::Owner,
            file_bytes_max: FILE_BYTES_MAX,
            files_max: 3,
        };
        let disk = Arc::new(self.disk.clone());
        let opening = Opening { disk, folder, account: &account, config, now: birth.now };
        let opened = opening.open().map_err(|error| error.to_string())?;
        birth.log.say(format_args!("{kind} journal {}", opened.report));
        for order in &opened.past.orders {
            birth.log.say(format_args!("{kind} past {} {:?}", order.client_id, order.order));
        }
        let journal = Arc::new(Notary {
            inner: opened.journal,
            disk: self.disk.clone(),
            torn_at: birth.fate.torn_at,
            venue: kind.as_str(),
            log: birth.log.clone(),
            judge: birth.judge.clone(),
            life: birth.life.clone(),
        });
        Ok(Backing { journal, past: opened.past, gate: birth.gate.clone(), ids: self.venues[&kind].clone() })
    }

    /// The process is gone, and perhaps the machine with it.
    pub(crate) fn lose(&self, fate: &Fate) {
        self.venues.values().for_each(|ids| ids.skip(fate.ids_lost));
        let crash = match fate.power_cut {
            // What was sent before its record was flushed may be forgotten: whoever wants it otherwise flushes each.
            Some(seed) if self.policy == FlushPolicy::Each => Crash::PowerCut { seed },
            _ => Crash::Kill,
        };
        self.disk.crash(crash);
    }
}

/// A journal that the event log hears too. Of the record in whose writing its process dies, some bytes are written.
#[derive(Debug)]
struct Notary {
    inner: Arc<FileJournal>,
    disk: SimulatedDisk,
    torn_at: usize,
    venue: &'static str,
    log: EventLog,
    judge: Judge,
    life: Mortal,
}

impl Journal for Notary {
    fn write(&self, at: Timestamp, entry: &Entry<'_>) -> Result<(), JournalError> {
        if self.life.is_dead() {
            return Ok(()); // Nobody is left to be told.
        }
        self.inner.flush_due(at);
        if !self.life.does() {
            let death = Death { operation: self.disk.n_operations(), n_bytes: self.torn_at };
            self.disk.set_faults(Faults { dies_at: Some(death), ..Faults::default() });
            // It fails, and the process that would hear of it is dead.
            let _ = self.inner.write(at, entry);
            self.log.say(format_args!("{} died writing {entry:?}", self.venue));
            return Ok(());
        }
        self.judge.stir();
        match entry {
            Entry::Made { client_id, order, market } => {
                self.log.say(format_args!("{} made {client_id} {market} {order:?}", self.venue));
            }
            Entry::Updated { client_id, update, .. } => {
                self.log.say(format_args!("{} order {client_id} {update:?}", self.venue));
            }
            other => self.log.say(format_args!("{} journal {other:?}", self.venue)),
        }
        let written = self.inner.write(at, entry);
        if let Err(why) = &written {
            self.log.say(format_args!("{} {why}", self.venue));
        }
        written
    }

    fn health(&self) -> Result<(), JournalError> {
        self.inner.health()
    }
}
