//! Recorded tapes: read, checked, and played into a market as an outside world of levels and trades.
//!
//! A tape is a gzip text, one line for each frame of Binance's public feed with the recorder's clock in front, the
//! REST snapshot of the book among them. The exchange's event time is the clock: the recorder's own is off. The
//! chain of the book's changes must be whole; a tape with a hole is refused rather than played wrong.

mod line;
mod outside;
mod player;

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use mm_model::{BookDelta, BookFeed, BookSnapshot, FeedStep, Timestamp};

pub use self::line::{LineError, Record, TAPE_SCALE, TapeTicker, TapeTrade};
pub(crate) use self::player::Player;

/// The longest line of a tape (fault 72): a snapshot of 5,000 levels takes 300 KiB. A few bytes of gzip can be gigabytes.
const LINE_LEN_MAX: u64 = 4 << 20;

/// Why a tape could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file could not be opened or unpacked.
    #[error("cannot read it: {0}")]
    Io(#[from] std::io::Error),
    /// A line is not what it should be.
    #[error("line {line}: {error}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// Why.
        error: LineError,
    },
    /// A change of the book is missing.
    #[error("a change of the book is missing before the one that ends at {seq}")]
    Gap {
        /// Its last id.
        seq: u64,
    },
    /// There is no book to begin with.
    #[error("no snapshot that the changes of the book continue")]
    NoBook,
}

/// Something that moves the market of a tape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The book changes.
    Delta(BookDelta),
    /// A trade.
    Trade(TapeTrade),
}

impl Step {
    /// When, by the exchange's clock.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Delta(delta) => delta.at,
            Self::Trade(trade) => trade.at,
        }
    }
}

/// A whole tape in memory, in units of the tape.
#[derive(Clone, Debug)]
pub struct Tape {
    /// The book that it begins with.
    pub snapshot: BookSnapshot,
    /// What follows, by time; of two at the same time the trade first, since it explains the change.
    pub steps: Vec<Step>,
}

/// Reads all records of a gz file, in its order.
///
/// # Errors
/// [`TapeError::Io`], [`TapeError::Line`].
pub fn read_records(path: &Path) -> Result<Vec<Record>, TapeError> {
    let mut reader =
        BufReader::with_capacity(1 << 16, MultiGzDecoder::new(BufReader::new(File::open(path)?)));
    let mut records = Vec::new();
    let mut line = String::new();
    for n in 1.. {
        line.clear();
        if reader.by_ref().take(LINE_LEN_MAX + 1).read_line(&mut line)? == 0 {
            break;
        }
        if LINE_LEN_MAX < line.len() as u64 {
            return Err(TapeError::Line { line: n, error: LineError::TooLong });
        }
        let text = line.trim_end();
        if !text.is_empty() {
            records.push(Record::parse(text).map_err(|error| TapeError::Line { line: n, error })?);
        }
    }
    Ok(records)
}

impl Tape {
    /// Reads a gz file and checks its chain.
    ///
    /// # Errors
    /// [`TapeError`].
    pub fn open(path: &Path) -> Result<Self, TapeError> {
        Self::from_records(read_records(path)?)
    }

    /// A tape of these records, its chain checked by the same feed that live books are kept with.
    ///
    /// # Errors
    /// [`TapeError::NoBook`], [`TapeError::Gap`].
    pub fn from_records(records: Vec<Record>) -> Result<Self, TapeError> {
        let mut feed = BookFeed::default();
        let mut begins: Option<BookSnapshot> = None;
        let mut steps = Vec::new();
        for record in records {
            match record {
                Record::Ticker(_) => {}
                Record::Trade(trade) => steps.push(Step::Trade(trade)),
                Record::Snapshot(snapshot) => {
                    if begins.is_none() && feed.snapshot(snapshot.at, &snapshot) == FeedStep::Applied {
                        begins = Some(snapshot);
                    }
                }
                Record::Delta(delta) => {
                    let step = feed.delta(delta.at, &delta);
                    if begins.is_some() && step == FeedStep::NeedSnapshot {
                        return Err(TapeError::Gap { seq: delta.seq });
                    }
                    steps.push(Step::Delta(delta));
                }
            }
        }
        let snapshot = begins.ok_or(TapeError::NoBook)?;
        // What came before the snapshot is in it.
        let first = steps
            .iter()
            .position(|step| matches!(step, Step::Delta(delta) if delta.seq > snapshot.seq))
            .ok_or(TapeError::NoBook)?;
        steps.drain(..first);
        steps.sort_by_key(|step| (step.at(), matches!(step, Step::Delta(_))));
        Ok(Self { snapshot, steps })
    }
}

#[cfg(test)]
mod tests;
