//! The journal of an account: what must outlive the process, in files of our own.
//!
//! A folder for each account; in it files that are numbered, of which the last one alone matters for trading and the ones
//! before are kept for people. Every start and every file that grew too large begins a new one with all that is not settled
//! ([`file`]), so that nothing is ever appended to what another process may have left torn. [`frame`] lays a file out,
//! [`payload`] says what a record holds, [`ledger`] what the records come to, [`Reader`] reads a file in whatever state,
//! [`FileJournal`] writes. What an order is, the core knows: here its records are bytes.

mod bytes;
mod file;
mod frame;
mod ledger;
mod opening;
mod payload;
mod reader;
mod writer;

use std::{
    io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use crate::{Account, StateDir};

pub use bytes::DecodeError;
pub use frame::{Header, VERSION};
pub use opening::{EmbeddedError, OpenReport, Opened, Opening, fold};
pub use payload::Body;
pub use reader::{Gap, Reader, Record};
pub use writer::FileJournal;

/// When what was written is flushed, so that it survives a power cut as well as the death of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlushPolicy {
    /// Before each write returns.
    Each,
    /// Within this time of its write.
    Batch(Duration),
    /// When the system likes.
    Off,
}

impl FlushPolicy {
    /// What `batch` means when no time is given.
    pub const BATCH: Self = Self::Batch(Duration::from_millis(10));
}

impl FromStr for FlushPolicy {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "each" => Ok(Self::Each),
            "batch" => Ok(Self::BATCH),
            "off" => Ok(Self::Off),
            other => Err(format!("'{other}' is no policy of flushing: each, batch or off")),
        }
    }
}

/// Who flushes under [`FlushPolicy::Batch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flusher {
    /// A thread of the journal's own.
    Thread,
    /// Whoever owns the journal calls [`FileJournal::flush_due`]: for worlds whose time is virtual.
    Owner,
}

/// How a journal is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalConfig {
    /// When it is flushed.
    pub policy: FlushPolicy,
    /// By whom.
    pub flusher: Flusher,
    /// A file that is longer than this is followed by a new one.
    pub file_bytes_max: u64,
    /// Files that are kept, the one that is written included.
    pub files_max: usize,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self { policy: FlushPolicy::BATCH, flusher: Flusher::Thread, file_bytes_max: 64 << 20, files_max: 9 }
    }
}

/// Why a journal cannot be read or begun. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum JournalFileError {
    /// The file system refused.
    #[error("cannot {doing} {path}: {source}; no order is placed without a journal", path = path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another version wrote it.
    #[error("journal {path} is of format {found}, and this program reads {VERSION}: use the program that wrote it", path = path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// It lies in the folder of an account that is not its own.
    #[error("journal {path} is that of {found}: move it back where it belongs", path = path.display())]
    OtherAccount {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
    },
    /// It cannot be believed, and neither a crash nor a power cut explains it.
    #[error(
        "journal {path} is damaged at offset {offset}: {problem}. Neither a crash nor a power cut does that: look at the \
         disk, and restore the file from a copy; or see with `mm-bot journal verify` what can still be read, cancel all \
         orders of this account at the venue by hand, and move the file away", path = path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong.
        problem: String,
    },
}

impl JournalFileError {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    fn corrupt(path: &Path, offset: u64, problem: &str) -> Self {
        Self::Corrupt { path: path.to_owned(), offset, problem: problem.to_owned() }
    }

    fn foreign(path: &Path) -> Self {
        Self::corrupt(path, 0, "it does not begin like a journal")
    }
}

/// The folder of an account's journal.
#[must_use]
pub fn folder(dir: &StateDir, account: &Account) -> PathBuf {
    dir.path().join(account.file_name("journal"))
}

/// The files of a folder, oldest first. Nothing is locked: another process may be writing the last one.
///
/// # Errors
/// What the file system said.
pub fn files(disk: &dyn crate::disk::Disk, folder: &Path) -> Result<Vec<PathBuf>, JournalFileError> {
    let numbers = file::numbers(disk, folder).map_err(JournalFileError::io("list", folder))?;
    Ok(numbers.into_iter().map(|number| file::path_of(folder, number)).collect())
}

/// A whole file.
///
/// # Errors
/// What the file system said.
pub fn read(disk: &dyn crate::disk::Disk, path: &Path) -> Result<Vec<u8>, JournalFileError> {
    disk.read(path).map_err(JournalFileError::io("read", path))
}

#[cfg(test)]
mod tests;
