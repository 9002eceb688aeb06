//! Files: the state directory, client ids that are never given twice, the lock of an account, its journal, and key files that
//! only their owner can read. It knows neither venues nor the network; what a secret means is the reader's business.

mod account;
mod client_ids;
pub mod disk;
mod durable;
mod heartbeat;
pub mod journal;
mod latch;
mod resumed;
mod sealed;
mod secret;
mod state_dir;

pub use account::{Account, AccountLock};
pub use client_ids::{ClientIdCounter, IdRange};
pub use heartbeat::Heartbeat;
pub use latch::{KillLatch, Tripped};
pub use resumed::Resumed;
pub use sealed::{PASSPHRASE_MIN, SealError, is_sealed, seal, unseal};
pub use secret::{SecretError, read_secret_file};
pub use state_dir::StateDir;

use std::{io, path::PathBuf};

/// Why state cannot be kept. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The platform names no place for state.
    #[error("no home directory to keep state in: name one with --state-dir")]
    NoHome,
    /// The file system refused.
    #[error("cannot {doing} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else could change what we rely on.
    #[error("state directory {path} {problem}; {fix}", path = path.display())]
    UnsafeDir {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// What to do.
        fix: String,
    },
    /// Another process trades on this account.
    #[error("{account} is in use by {holder}: stop it first, two bots on one account would trade against each other (lock: {path})", path = path.display())]
    Locked {
        /// Whose account.
        account: String,
        /// Who has it.
        holder: String,
        /// The lock file.
        path: PathBuf,
    },
    /// The record of used client ids cannot be believed.
    #[error(
        "the record of used client ids in {path} cannot be read ({problem}): restore it from a copy, or, when no order of \
         this account is live at the venue, remove it: ids then begin again by the clock, above those used before", path = path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// No id is left.
    #[error("every client id up to {max} has been used ({path}): move to another account of the venue", path = path.display())]
    Exhausted {
        /// The venue's greatest id.
        max: u64,
        /// The file.
        path: PathBuf,
    },
    /// A range that holds nothing.
    #[error("client ids from {min} to {max}: the range is empty")]
    EmptyRange {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
