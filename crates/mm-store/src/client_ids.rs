//! Client ids that are never given twice: not after a restart, not after kill -9, not by two processes.
//!
//! Ids are taken in blocks. A block is written down as used, synced to disk, before its first id is given; what a
//! process does not use of its block is lost. There is no wrapping: at the end of the venue's range the counter says
//! so and gives nothing more, since a reused id could find an old order.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use mm_core::IdSource;
use mm_model::{ClientId, Timestamp};

use crate::{Account, StateDir, StoreError, durable};

/// Ids reserved by one synced write. A write takes milliseconds; one order in this many waits for it.
const BLOCK: u64 = 1024;
/// 2020-01-01T00:00:00Z in seconds since the Unix epoch.
const BASE_S: u64 = 1_577_836_800;

/// The ids a venue takes, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// Least.
    pub min: u64,
    /// Greatest.
    pub max: u64,
}

/// Ids of a block that were not given yet, both ends included.
#[derive(Clone, Copy, Debug)]
struct Block {
    next: u64,
    last: u64,
}

/// Gives client ids that were never used before on this account.
#[derive(Debug)]
pub struct ClientIdCounter {
    path: PathBuf,
    guard_path: PathBuf,
    account: String,
    range: IdRange,
    fresh: u64,
    block: Mutex<Option<Block>>,
}

impl ClientIdCounter {
    /// Opens the account's counter and reserves its first block.
    ///
    /// `now` matters only when the account has no record yet, be it new or removed: ids then begin at
    /// `min + seconds since 2020`, which lies above all that was given before as long as the account averaged less
    /// than one order a second, and leaves 95 % of even a 32-bit range.
    ///
    /// # Errors
    /// When the record cannot be believed or written, or no id is left.
    pub fn open(
        dir: &StateDir,
        account: &Account,
        range: IdRange,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        if range.min > range.max {
            return Err(StoreError::EmptyRange { min: range.min, max: range.max });
        }
        let seconds = (now.ms() / 1000).saturating_sub(BASE_S);
        let half = range.min + (range.max - range.min) / 2;
        let fresh = range.min.checked_add(seconds).filter(|start| *start <= half).unwrap_or(range.min);
        let counter = Self {
            path: dir.path().join(account.file_name("ids")),
            guard_path: dir.path().join(account.file_name("ids-guard")),
            account: account.to_string(),
            range,
            fresh,
            block: Mutex::new(None),
        };
        let first = counter.reserve()?;
        *counter.block.lock().unwrap_or_else(PoisonError::into_inner) = Some(first);
        Ok(counter)
    }

    /// The next id.
    ///
    /// # Errors
    /// When a new block is due and cannot be had: no id is given then.
    pub fn take(&self) -> Result<ClientId, StoreError> {
        // A panic cannot leave a torn block behind: it is replaced whole.
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        let Block { next, last } = match *block {
            Some(block) => block,
            None => self.reserve()?,
        };
        *block = (next < last).then(|| Block { next: next + 1, last });
        Ok(ClientId(next))
    }

    /// Writes the next block down as used. The guard keeps a second process from reading in between.
    fn reserve(&self) -> Result<Block, StoreError> {
        let guard = durable::private()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.guard_path)
            .map_err(StoreError::io("open", &self.guard_path))?;
        guard.lock().map_err(StoreError::io("lock", &self.guard_path))?;
        let next = match self.used_up_to()? {
            Some(used) => used.checked_add(1).map(|next| next.max(self.range.min)),
            None => Some(self.fresh),
        };
        let Some(next) = next.filter(|next| *next <= self.range.max) else {
            return Err(StoreError::Exhausted { max: self.range.max, path: self.path.clone() });
        };
        let last = next.saturating_add(BLOCK - 1).min(self.range.max);
        durable::replace(&self.path, &self.record(last)).map_err(StoreError::io("write", &self.path))?;
        Ok(Block { next, last })
    }

    fn used_up_to(&self) -> Result<Option<u64>, StoreError> {
        let corrupt =
            |problem: &str| StoreError::Corrupt { path: self.path.clone(), problem: problem.to_owned() };
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(corrupt("it is not text"));
            }
            Err(error) => return Err(StoreError::io("read", &self.path)(error)),
        };
        let number = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once(' '))
            .and_then(|(number, _)| number.parse().ok())
            .ok_or_else(|| corrupt("it is not a record of ids"))?;
        if self.record(number) != text {
            return Err(corrupt("its check sum is wrong, or it is another account's"));
        }
        Ok(Some(number))
    }

    /// The whole file: the number, and a sum over account and number that a cut or changed digit does not survive.
    fn record(&self, used_up_to: u64) -> String {
        let sum = fnv1a(self.account.as_bytes(), fnv1a(&used_up_to.to_le_bytes(), FNV_BASIS));
        format!("{PREFIX}{used_up_to} (check {sum:016x})\n")
    }
}

const PREFIX: &str = "mm-bot client ids, version 1: used up to ";

impl IdSource for ClientIdCounter {
    fn next(&self) -> Result<ClientId, String> {
        self.take().map_err(|error| error.to_string())
    }
}

/// FNV-1a, 64 bits: offset basis and prime as published at isthe.com/chongo/tech/comp/fnv.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv1a(bytes: &[u8], start: u64) -> u64 {
    bytes.iter().fold(start, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests;
