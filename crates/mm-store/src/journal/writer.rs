//! Writing: one entry, one write, nothing allocated; flushed by the policy; after the first failure nothing, ever.

use std::{
    fmt, io,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use mm_core::{
    journal::{CameTo, Entry, Journal, JournalError, PastMarket, PastOrder},
    orders::Update,
};
use mm_model::{Market, MarketId, NewOrder, Qty, Timestamp};

use super::{
    FlushPolicy, Flusher, Header, JournalConfig,
    file::{self, OpenFile},
    frame::{Front, put_record},
    ledger::Ledger,
    payload::{self, PastMarketRef},
};
use crate::{
    AccountLock,
    disk::{Disk, DiskFile},
};

/// The journal of an account, as the core writes it.
#[derive(Debug)]
pub struct FileJournal {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Where nobody else holds one.
    _lock: Option<AccountLock>,
}

/// What opening made.
pub(super) struct Begun {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    pub(super) header: Header,
    pub(super) file: OpenFile,
    pub(super) next: u64,
    pub(super) ledger: Ledger,
    pub(super) lock: Option<AccountLock>,
}

#[derive(Debug)]
struct Shared {
    config: JournalConfig,
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    /// Set once, at the first failure.
    failed: OnceLock<JournalError>,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug)]
struct State {
    header: Header,
    file: OpenFile,
    /// The number of the next record.
    next: u64,
    /// Records below are on the disk itself.
    flushed: u64,
    /// When the first record was written that is not.
    behind_since: Option<Timestamp>,
    ledger: Ledger,
    /// The journal's numbers of the process's markets.
    numbers: Vec<Option<MarketId>>,
    /// Memory for one write.
    buffer: Vec<u8>,
    /// A market's name is among what is being written.
    has_named: bool,
    is_closing: bool,
}

impl FileJournal {
    pub(super) fn start(begun: Begun, config: JournalConfig) -> io::Result<Arc<Self>> {
        let Begun { disk, folder, header, file, next, ledger, lock } = begun;
        let state = State {
            header,
            file,
            next,
            flushed: next,
            behind_since: None,
            ledger,
            numbers: Vec::new(),
            buffer: Vec::new(),
            has_named: false,
            is_closing: false,
        };
        let shared = Arc::new(Shared {
            config,
            disk,
            folder,
            failed: OnceLock::new(),
            state: Mutex::new(state),
            wake: Condvar::new(),
        });
        let thread = match (config.policy, config.flusher) {
            (FlushPolicy::Batch(within), Flusher::Thread) => {
                let shared = shared.clone();
                let thread = std::thread::Builder::new().name("journal".to_owned());
                Some(thread.spawn(move || shared.flush_until_closed(within))?)
            }
            _ => None,
        };
        Ok(Arc::new(Self { shared, thread, _lock: lock }))
    }

    /// Under [`Flusher::Owner`]: flushes what has waited long enough. The failure is remembered.
    pub fn flush_due(&self, now: Timestamp) {
        let FlushPolicy::Batch(within) = self.shared.config.policy else { return };
        let is_due = self.shared.lock().behind_since.is_some_and(|since| now.since(since) >= within);
        if is_due && self.shared.failed.get().is_none() {
            self.shared.flush();
        }
    }
}

impl Journal for FileJournal {
    fn write(&self, at: Timestamp, entry: &Entry<'_>) -> Result<(), JournalError> {
        self.health()?;
        self.shared.write(at, entry).map_err(|failure| self.shared.fail(&failure))
    }

    fn health(&self) -> Result<(), JournalError> {
        self.shared.failed.get().map_or(Ok(()), |error| Err(error.clone()))
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // It has nothing to panic over.
            let _ = thread.join();
        }
    }
}

/// Why nothing was written down.
#[derive(Debug)]
enum Failure {
    Write(io::Error),
    Flush(io::Error),
    NextFile(io::Error),
    /// Ours: the market of an order was never told.
    NoMarket(MarketId),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(error) => write!(f, "write: {error}"),
            Self::Flush(error) => write!(f, "flush: {error}"),
            Self::NextFile(error) => write!(f, "beginning the next file: {error}"),
            Self::NoMarket(id) => write!(f, "market number {} was never named", id.0),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // After a panic amid a write nothing more may be written: what stands in the buffer is not known.
        self.state.lock().unwrap_or_else(|poisoned: PoisonError<_>| {
            let _ = self.failed.set(JournalError("a panic while it was written".to_owned()));
            poisoned.into_inner()
        })
    }

    /// The first failure stands.
    fn fail(&self, failure: &Failure) -> JournalError {
        let folder = self.folder.display();
        self.failed.get_or_init(|| JournalError(format!("{folder}: {failure}"))).clone()
    }

    fn write(&self, at: Timestamp, entry: &Entry<'_>) -> Result<(), Failure> {
        let mut guard = self.lock();
        let state = &mut *guard;
        if !state.put(at, entry)? {
            return Ok(());
        }
        state.file.append(&state.buffer).map_err(Failure::Write)?;
        match self.config.policy {
            // Without a market's name no later record of it could be read: it is flushed at once, once.
            _ if std::mem::take(&mut state.has_named) => state.flush()?,
            FlushPolicy::Each => state.flush()?,
            FlushPolicy::Batch(_) => {
                if state.behind_since.is_none() {
                    state.behind_since = Some(at);
                    self.wake.notify_one();
                }
            }
            FlushPolicy::Off => {}
        }
        if state.file.end >= self.config.file_bytes_max {
            // This entry is written, whatever comes of it.
            if let Err(error) = self.next_file(state, at) {
                self.fail(&Failure::NextFile(error));
            }
        }
        Ok(())
    }

    /// A new file takes over; only then is the old one history.
    fn next_file(&self, state: &mut State, at: Timestamp) -> io::Result<()> {
        if self.config.policy != FlushPolicy::Off {
            state.file.handle.sync()?;
        }
        let header = Header {
            file: state.header.file + 1,
            first_record: state.next,
            created_at: at,
            ..state.header.clone()
        };
        let (file, next) = OpenFile::begin(&*self.disk, &self.folder, &header, &state.ledger)?;
        (state.header, state.file, state.next, state.flushed) = (header, file, next, next);
        state.behind_since = None;
        // One file too many does no harm, and the next one tries again.
        let _ = file::tidy(&*self.disk, &self.folder, self.config.files_max);
        Ok(())
    }

    fn flush(&self) {
        let (handle, file, until): (Arc<dyn DiskFile>, u64, u64) = {
            let mut state = self.lock();
            state.behind_since = None;
            (state.file.handle.clone(), state.file.number, state.next)
        };
        match handle.sync() {
            Ok(()) => {
                let mut state = self.lock();
                if state.file.number == file {
                    state.flushed = state.flushed.max(until);
                }
            }
            Err(error) => {
                self.fail(&Failure::Flush(error));
            }
        }
    }

    /// The flushing thread: sleeps until something was written, lets more come for `within`, flushes it all.
    fn flush_until_closed(&self, within: Duration) {
        loop {
            let state = self.lock();
            let state =
                wait(self.wake.wait_while(state, |state| state.behind_since.is_none() && !state.is_closing));
            let (state, _) = wait(self.wake.wait_timeout_while(state, within, |state| !state.is_closing));
            let (is_behind, is_closing) = (state.behind_since.is_some(), state.is_closing);
            drop(state);
            if is_behind && self.failed.get().is_none() {
                self.flush();
            }
            if is_closing || self.failed.get().is_some() {
                return;
            }
        }
    }
}

fn wait<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn flush(&mut self) -> Result<(), Failure> {
        self.file.handle.sync().map_err(Failure::Flush)?;
        (self.flushed, self.behind_since) = (self.next, None);
        Ok(())
    }

    /// Puts the entry's records into the buffer and takes them over into the ledger; false when there is nothing to write.
    fn put(&mut self, at: Timestamp, entry: &Entry<'_>) -> Result<bool, Failure> {
        self.buffer.clear();
        match *entry {
            Entry::Made { client_id, order, market } => {
                let number = self.number(at, market);
                let order = NewOrder { market: number, ..*order };
                let start = self.record(at, |out| payload::put_made(out, client_id, &order));
                self.ledger.made(client_id, number, (at, &self.buffer[start..]));
            }
            Entry::Revived { client_id, order } => {
                let number = self.known(order.market).ok_or(Failure::NoMarket(order.market))?;
                let order = NewOrder { market: number, ..*order };
                let start = self.record(at, |out| payload::put_revived(out, client_id, &order));
                self.ledger.made(client_id, number, (at, &self.buffer[start..]));
            }
            Entry::Updated { update: Update::Sent, .. } => {}
            Entry::Updated { client_id, update, came_to } => {
                let number = self.known(came_to.market).ok_or(Failure::NoMarket(came_to.market))?;
                let came_to = CameTo { market: number, ..came_to };
                let start = self.record(at, |out| payload::put_update(out, client_id, update, &came_to));
                self.ledger.updated(client_id, &came_to, (at, &self.buffer[start..]));
            }
            Entry::Resumed { order, market } => self.resume(at, order, market),
            Entry::Risk { state } => {
                self.record(at, |out| payload::put_risk(out, state));
                self.ledger.keep_risk(state);
            }
        }
        Ok(!self.buffer.is_empty())
    }

    /// An order of an earlier run, whose records stand as they are, unless the market's steps have changed since: then it is
    /// written down once more, in those of today.
    fn resume(&mut self, at: Timestamp, order: &PastOrder, market: &Market) {
        let number = self.number(at, market);
        let PastOrder { client_id, made_at, .. } = *order;
        if self.ledger.market_of(client_id) == Some(number) {
            return;
        }
        let restated = NewOrder { market: number, ..order.order };
        let start = self.record(made_at, |out| payload::put_revived(out, client_id, &restated));
        self.ledger.made(client_id, number, (made_at, &self.buffer[start..]));
        for (at, evidence) in &order.evidence {
            // What it added up to was counted when it was heard.
            let came_to =
                CameTo { market: number, side: restated.side, newly_filled: Qty::ZERO, is_settled: false };
            let update = evidence.as_update();
            let start = self.record(*at, |out| payload::put_update(out, client_id, update, &came_to));
            self.ledger.updated(client_id, &came_to, (*at, &self.buffer[start..]));
        }
    }

    /// Puts a record; where its payload begins.
    fn record(&mut self, at: Timestamp, payload: impl FnOnce(&mut Vec<u8>)) -> usize {
        let behind = u32::try_from(self.next - self.flushed).unwrap_or(u32::MAX);
        let start = self.buffer.len() + super::frame::FRONT;
        put_record(&mut self.buffer, Front { number: self.next, at, behind }, payload);
        self.next += 1;
        start
    }

    fn known(&self, market: MarketId) -> Option<MarketId> {
        self.numbers.get(market.0 as usize).copied().flatten()
    }

    fn remember(&mut self, market: MarketId, number: MarketId) {
        let place = market.0 as usize;
        if self.numbers.len() <= place {
            self.numbers.resize(place + 1, None);
        }
        self.numbers[place] = Some(number);
    }

    /// The journal's number of a market; one that is new is written down first.
    fn number(&mut self, at: Timestamp, market: &Market) -> MarketId {
        if let Some(number) = self.known(market.id) {
            return number;
        }
        let same = |known: &PastMarket| {
            *known.symbol == *market.symbol && (known.tick, known.lot) == (market.tick, market.lot)
        };
        let known = self.ledger.markets().find(|(_, known, _)| same(known)).map(|(number, ..)| number);
        let number = known.unwrap_or_else(|| {
            let number = self.ledger.add_market(PastMarket {
                symbol: market.symbol.clone(),
                tick: market.tick,
                lot: market.lot,
            });
            let told = PastMarketRef { symbol: &market.symbol, tick: market.tick, lot: market.lot };
            self.record(at, |out| payload::put_market(out, number, &told));
            self.has_named = true;
            number
        });
        self.remember(market.id, number);
        number
    }
}
