//! One file as it is written: begun whole under a passing name, with all that the one before it knew that still matters;
//! then appended to, in room that was filled with zeros before, so that flushing a record changes no more than its bytes.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use mm_model::Timestamp;

use super::{
    frame::{self, Front, Header},
    ledger::Ledger,
    payload::{self, PastMarketRef},
};
use crate::disk::{Disk, DiskFile};

/// Room is made this many bytes at a time: about ten thousand records.
const ROOM_STEP: u64 = 1 << 20;

const EXTENSION: &str = ".journal";
const UNFINISHED: &str = ".new";

/// The file that is written.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) handle: Arc<dyn DiskFile>,
    pub(super) number: u64,
    /// Where the next record goes.
    pub(super) end: u64,
    /// Zeros end here.
    room: u64,
}

impl OpenFile {
    /// Begins the file: when this returns it is there whole, also after a power cut; when it fails or the process dies, it is
    /// not there at all, or whole. Returns it with the number of its next record.
    pub(super) fn begin(
        disk: &dyn Disk,
        dir: &Path,
        header: &Header,
        ledger: &Ledger,
    ) -> io::Result<(Self, u64)> {
        let mut bytes = header.encode();
        let next = take_over(&mut bytes, header, ledger);
        let unfinished = dir.join(format!("{:010}{UNFINISHED}", header.file));
        let handle: Arc<dyn DiskFile> = disk.create(&unfinished)?.into();
        handle.write_at(&bytes, 0)?;
        let end = bytes.len() as u64;
        let mut file = Self { handle, number: header.file, end, room: end };
        file.make_room(ROOM_STEP / 2)?;
        file.handle.sync()?;
        disk.rename(&unfinished, &path_of(dir, header.file))?;
        disk.sync_dir(dir)?;
        Ok((file, next))
    }

    /// Appends records, in one write.
    pub(super) fn append(&mut self, records: &[u8]) -> io::Result<()> {
        let len = records.len() as u64;
        if self.room < self.end + len {
            self.make_room(len)?;
        }
        self.handle.write_at(records, self.end)?;
        self.end += len;
        Ok(())
    }

    /// Zeros for `len` bytes and more, up to a whole step.
    fn make_room(&mut self, len: u64) -> io::Result<()> {
        let until = (self.end + len).next_multiple_of(ROOM_STEP);
        self.handle.make_room(self.room, until)?;
        self.room = until;
        Ok(())
    }
}

/// Markets, orders, sums, what the risk gate keeps, and their count. Returns the number after the last.
fn take_over(bytes: &mut Vec<u8>, header: &Header, ledger: &Ledger) -> u64 {
    let mut next = header.first_record;
    let mut put = |at: Timestamp, payload: &mut dyn FnMut(&mut Vec<u8>)| {
        // Nothing stands before it that could be behind: the file is synced whole.
        frame::put_record(bytes, Front { number: next, at, behind: 0 }, payload);
        next += 1;
    };
    let now = header.created_at;
    for (number, market, _) in ledger.markets() {
        put(now, &mut |out| payload::put_market(out, number, &PastMarketRef::from(market)));
    }
    for (at, record) in ledger.kept() {
        put(at, &mut |out| out.extend_from_slice(record));
    }
    // After the orders, whose fills they hold already: a total replaces what was added up before it.
    for (number, _, filled) in ledger.markets() {
        put(now, &mut |out| payload::put_total(out, number, filled));
    }
    if let Some(state) = ledger.risk() {
        put(now, &mut |out| payload::put_risk(out, state));
    }
    let n_records = next - header.first_record;
    frame::put_record(bytes, Front { number: next, at: now, behind: 0 }, |out| {
        payload::put_taken_over(out, n_records);
    });
    next + 1
}

pub(super) fn path_of(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:010}{EXTENSION}"))
}

/// Numbers of the journal files in a folder, oldest first.
pub(super) fn numbers(disk: &dyn Disk, dir: &Path) -> io::Result<Vec<u64>> {
    let names = disk.list(dir)?;
    let mut numbers: Vec<u64> =
        names.iter().filter_map(|name| name.strip_suffix(EXTENSION)?.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes what was begun and not finished, and files older than the last `keep`.
pub(super) fn tidy(disk: &dyn Disk, dir: &Path, keep: usize) -> io::Result<()> {
    for name in disk.list(dir)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
        disk.remove(&dir.join(name))?;
    }
    let numbers = numbers(disk, dir)?;
    for number in &numbers[..numbers.len().saturating_sub(keep)] {
        disk.remove(&path_of(dir, *number))?;
    }
    Ok(())
}
