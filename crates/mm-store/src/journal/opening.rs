//! Opening: the last file is read, a new one takes over what matters of it, and the past is handed to the core.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use mm_core::journal::Past;
use mm_model::{ClientId, Timestamp};

use super::{
    Body, FileJournal, Gap, Header, JournalConfig, JournalFileError, Reader,
    file::{self, OpenFile},
    folder,
    ledger::Ledger,
    writer::Begun,
};
use crate::{
    Account, AccountLock, StateDir, StoreError,
    disk::{Disk, RealDisk},
};

/// Worlds at a time whose journals are kept for people alone.
const EMBEDDED_MAX: u32 = 64;

/// What it takes to open a journal.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// The folder of this account's journal alone.
    pub folder: PathBuf,
    /// Whose.
    pub account: &'a Account,
    /// How it is kept.
    pub config: JournalConfig,
    /// The time by our clock.
    pub now: Timestamp,
}

/// A journal that is open.
#[derive(Debug)]
pub struct Opened {
    /// To write.
    pub journal: Arc<FileJournal>,
    /// What earlier runs left.
    pub past: Past,
    /// What was found.
    pub report: OpenReport,
}

/// What was found on opening: for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// The file that was read, if there was one.
    pub read: Option<PathBuf>,
    /// Its records, those that are missing included.
    pub n_records: u64,
    /// What was missing in it: alarming, since something may be live at the venue of which we know nothing.
    pub gaps: Vec<Gap>,
    /// The number of this run.
    pub run: u64,
    /// Orders that are not settled.
    pub n_orders: usize,
    /// Orders of which we know no more than that they were ours: their making was lost before it was flushed.
    pub unmade: Vec<ClientId>,
}

impl fmt::Display for OpenReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, n_records, gaps, run, n_orders, unmade } = self;
        let Some(read) = read else { return write!(f, "run {run}, a new journal") };
        write!(f, "run {run}, {n_orders} unsettled orders in {n_records} records of {}", read.display())?;
        gaps.iter().try_for_each(|gap| write!(f, "; {gap}"))?;
        unmade
            .iter()
            .try_for_each(|id| write!(f, "; of order {id} only its id is left: look for it at the venue"))
    }
}

impl FileJournal {
    /// Opens the journal of an account in the state directory. The account must be locked
    /// ([`AccountLock`]): two processes that write one journal would lose both.
    ///
    /// # Errors
    /// When it cannot be believed, or cannot be written.
    pub fn open(
        dir: &StateDir,
        account: &Account,
        config: JournalConfig,
        now: Timestamp,
    ) -> Result<Opened, JournalFileError> {
        let folder = folder(dir, account);
        Opening { disk: Arc::new(RealDisk), folder, account, config, now }.open()
    }

    /// Begins a journal without a past, for a world that dies with this process: its orders are gone with it, but a person
    /// may want to read what happened. It lies in `runs/N/` of the state directory, where `N` is the first that no other
    /// process uses now.
    ///
    /// # Errors
    /// When it cannot be written, or very many such worlds run at a time.
    pub fn embedded(
        dir: &StateDir,
        account: &Account,
        config: JournalConfig,
        now: Timestamp,
    ) -> Result<Arc<Self>, EmbeddedError> {
        let mut taken = None;
        for n in 0..EMBEDDED_MAX {
            let place = StateDir::open(&dir.path().join("runs").join(n.to_string()))?;
            let lock = match AccountLock::take(&place, account) {
                Ok(lock) => lock,
                Err(locked @ StoreError::Locked { .. }) => {
                    taken = Some(locked);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let folder = folder(&place, account);
            let opening = Opening { disk: Arc::new(RealDisk), folder, account, config, now };
            return Ok(opening.begin_anew(lock)?);
        }
        Err(taken.expect("the loop runs at least once, and goes on only after a refusal").into())
    }
}

/// Why the journal of an embedded world cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// There is no place for it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written there.
    #[error(transparent)]
    Journal(#[from] JournalFileError),
}

/// What the last file of a folder left.
struct Left {
    header: Header,
    next: u64,
    ledger: Ledger,
}

impl Opening<'_> {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be believed, or cannot be written.
    pub fn open(self) -> Result<Opened, JournalFileError> {
        let mut report = OpenReport::default();
        let left = self.left(&mut report)?;
        let (past, unmade) = match &left {
            None => (Past::default(), Vec::new()),
            Some(left) => left.ledger.past().map_err(|error| {
                JournalFileError::corrupt(
                    &file::path_of(&self.folder, left.header.file),
                    0,
                    &error.to_string(),
                )
            })?,
        };
        report.n_orders = past.orders.len();
        report.unmade = unmade;
        let header = self.header(left.as_ref().map(|left| (&left.header, left.next)));
        report.run = header.run;
        let ledger = left.map(|left| left.ledger).unwrap_or_default();
        let journal = self.begin(header, ledger, None)?;
        Ok(Opened { journal, past, report })
    }

    /// Begins after whatever is there, and takes nothing over.
    fn begin_anew(self, lock: AccountLock) -> Result<Arc<FileJournal>, JournalFileError> {
        let last = self.last_number()?;
        let mut header = self.header(None);
        header.file = last.map_or(1, |number| number + 1);
        self.begin(header, Ledger::default(), Some(lock))
    }

    fn header(&self, last: Option<(&Header, u64)>) -> Header {
        let (run, file, first_record) =
            last.map_or((1, 1, 0), |(header, next)| (header.run + 1, header.file + 1, next));
        Header { account: self.account.clone(), run, file, first_record, created_at: self.now }
    }

    fn begin(
        self,
        header: Header,
        ledger: Ledger,
        lock: Option<AccountLock>,
    ) -> Result<Arc<FileJournal>, JournalFileError> {
        let io = JournalFileError::io;
        let disk = &*self.disk;
        disk.create_dir(&self.folder).map_err(io("create", &self.folder))?;
        if let Some(parent) = self.folder.parent() {
            disk.sync_dir(parent).map_err(io("sync", parent))?;
        }
        let path = file::path_of(&self.folder, header.file);
        let (file, next) =
            OpenFile::begin(disk, &self.folder, &header, &ledger).map_err(io("begin", &path))?;
        file::tidy(disk, &self.folder, self.config.files_max).map_err(io("tidy", &self.folder))?;
        let begun = Begun { disk: self.disk, folder: self.folder, header, file, next, ledger, lock };
        FileJournal::start(begun, self.config).map_err(io("start a thread to flush", &path))
    }

    fn last_number(&self) -> Result<Option<u64>, JournalFileError> {
        match file::numbers(&*self.disk, &self.folder) {
            Ok(numbers) => Ok(numbers.last().copied()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(JournalFileError::io("list", &self.folder)(error)),
        }
    }

    fn left(&self, report: &mut OpenReport) -> Result<Option<Left>, JournalFileError> {
        let Some(number) = self.last_number()? else { return Ok(None) };
        let path = file::path_of(&self.folder, number);
        let bytes = super::read(&*self.disk, &path)?;
        let mut reader = Reader::new(&path, &bytes)?;
        if reader.header().account != *self.account {
            let found = reader.header().account.to_string();
            return Err(JournalFileError::OtherAccount { path, found });
        }
        let ledger = add_up(&path, &mut reader)?;
        report.n_records = reader.next_number() - reader.header().first_record;
        report.gaps = reader.gaps().to_vec();
        let left = Left { header: reader.header().clone(), next: reader.next_number(), ledger };
        report.read = Some(path);
        Ok(Some(left))
    }
}

/// What a run would begin from that found this file last, without beginning one.
///
/// # Errors
/// When it cannot be believed.
pub fn fold(path: &Path, bytes: &[u8]) -> Result<(Header, Past), JournalFileError> {
    let mut reader = Reader::new(path, bytes)?;
    let ledger = add_up(path, &mut reader)?;
    let (past, _) = ledger.past().map_err(|error| JournalFileError::corrupt(path, 0, &error.to_string()))?;
    Ok((reader.header().clone(), past))
}

/// What the records of a file come to.
fn add_up(path: &Path, reader: &mut Reader<'_>) -> Result<Ledger, JournalFileError> {
    let mut ledger = Ledger::default();
    let mut is_whole = false;
    while let Some(raw) = reader.raw()? {
        let record = reader.decoded(&raw)?;
        ledger.note(record.at, &record.body, raw.payload).map_err(|error| {
            let what = format!("record {} does not follow: {error}", record.number);
            JournalFileError::corrupt(path, record.offset, &what)
        })?;
        is_whole |= matches!(record.body, Body::TakenOver { .. });
    }
    if !is_whole {
        // A file has its name only once all that it takes over was flushed.
        let what = "what it took over from the file before it is not whole";
        return Err(JournalFileError::corrupt(path, 0, what));
    }
    Ok(ledger)
}
