//! A disk in memory that fails when it is told to, and forgets in a power cut what was not flushed: the same each time for
//! the same seed. It keeps to what a careful program may count on, and to nothing more: what was written and not flushed may
//! survive whole, in part, or not at all, each write for itself; so may names in the order in which they were given.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Disk, DiskFile};

/// The disk. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

/// How everything ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The process dies: what it had written stays.
    Kill,
    /// The machine does: what was not flushed stays as the seed decides.
    PowerCut {
        /// Decides.
        seed: u64,
    },
}

/// What goes wrong from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Files may grow by this many bytes more, all together; `None`: without end.
    pub room: Option<u64>,
    /// Whether writing fails.
    pub fails_writes: bool,
    /// Whether flushing fails: what it was to flush is lost in a power cut, whatever is flushed later.
    pub fails_syncs: bool,
    /// The process dies in the middle of this operation, counted as [`SimulatedDisk::n_operations`] does.
    pub dies_at: Option<Death>,
}

/// See [`Faults::dies_at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// The operation, the first being 0.
    pub operation: u64,
    /// If it is a write: how many bytes of it are still written.
    pub n_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    /// As the system shows them.
    names: BTreeMap<PathBuf, usize>,
    /// As they are on the disk itself.
    flushed_names: BTreeMap<PathBuf, usize>,
    /// What leads from these to those.
    renamings: Vec<Renaming>,
    files: Vec<Contents>,
    faults: Faults,
    n_operations: u64,
    /// Handles of before a crash are dead.
    life: u64,
    is_dead: bool,
}

#[derive(Clone, Debug)]
enum Renaming {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

#[derive(Debug, Default)]
struct Contents {
    flushed: Vec<u8>,
    /// Longer than what was flushed by zeros.
    len: u64,
    pending: Vec<Pending>,
}

#[derive(Debug)]
struct Pending {
    offset: u64,
    bytes: Vec<u8>,
    /// Its flush failed.
    is_doomed: bool,
}

impl SimulatedDisk {
    /// What goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// Operations so far that change something: creations, writes, flushes, names.
    #[must_use]
    pub fn n_operations(&self) -> u64 {
        self.lock().n_operations
    }

    /// Ends the process or the machine, and with it all faults and all that is open. What is left can be read.
    pub fn crash(&self, crash: Crash) {
        let mut state = self.lock();
        state.life += 1;
        state.is_dead = false;
        state.faults = Faults::default();
        if let Crash::PowerCut { seed } = crash {
            state.forget(&mut Draw(seed));
        }
    }

    /// Changes a file behind everybody's back, on the disk itself.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn tamper(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut state = self.lock();
        let file = state.file(path)?;
        let mut bytes = state.files[file].shown();
        change(&mut bytes);
        state.files[file] = Contents { len: bytes.len() as u64, flushed: bytes, pending: Vec::new() };
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every step leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Begins an operation; how many of `n_bytes` it may write before the process dies.
    fn begin(&mut self, n_bytes: usize) -> io::Result<usize> {
        if self.is_dead {
            return Err(io::Error::other("the process is dead"));
        }
        let operation = self.n_operations;
        self.n_operations += 1;
        match self.faults.dies_at {
            Some(death) if death.operation == operation => {
                self.is_dead = true;
                Ok(death.n_bytes.min(n_bytes))
            }
            _ => Ok(n_bytes),
        }
    }

    fn alive(&self) -> io::Result<()> {
        if self.is_dead { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Lets a file grow to `len`, or as far as there is room; whether there was.
    fn grow(&mut self, file: usize, len: u64) -> bool {
        let more = len.saturating_sub(self.files[file].len);
        let granted = self.faults.room.map_or(more, |room| room.min(more));
        self.faults.room = self.faults.room.map(|room| room - granted);
        self.files[file].len += granted;
        granted == more
    }

    fn write(&mut self, file: usize, bytes: &[u8], offset: u64) -> io::Result<()> {
        let n_bytes = self.begin(bytes.len())?;
        if self.faults.fails_writes {
            return Err(io::Error::other("input/output error"));
        }
        let bytes = &bytes[..n_bytes];
        let has_room = self.grow(file, offset + bytes.len() as u64);
        let kept = usize::try_from(self.files[file].len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let bytes = bytes[..kept.min(bytes.len())].to_vec();
        self.files[file].pending.push(Pending { offset, bytes, is_doomed: false });
        self.alive()?;
        if has_room { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn sync(&mut self, file: usize) -> io::Result<()> {
        self.begin(0)?;
        self.alive()?;
        let contents = &mut self.files[file];
        if self.faults.fails_syncs {
            contents.pending.iter_mut().for_each(|write| write.is_doomed = true);
            return Err(io::Error::other("input/output error"));
        }
        let pending = std::mem::take(&mut contents.pending);
        for write in pending {
            if write.is_doomed {
                contents.pending.push(write);
            } else {
                put(&mut contents.flushed, &write.bytes, write.offset);
            }
        }
        Ok(())
    }

    fn name(&mut self, renaming: Renaming) {
        apply(&mut self.names, &renaming);
        self.renamings.push(renaming);
    }

    /// The power goes.
    fn forget(&mut self, draw: &mut Draw) {
        let kept = draw.below(self.renamings.len() as u64 + 1);
        let renamings = std::mem::take(&mut self.renamings);
        for renaming in renamings.iter().take(usize::try_from(kept).unwrap_or(usize::MAX)) {
            apply(&mut self.flushed_names, renaming);
        }
        self.names = self.flushed_names.clone();
        for contents in &mut self.files {
            for write in std::mem::take(&mut contents.pending) {
                let len = write.bytes.len();
                let n_kept = match draw.below(3) {
                    _ if write.is_doomed => 0,
                    0 => 0,
                    1 => usize::try_from(draw.below(len as u64 + 1)).unwrap_or(len),
                    _ => len,
                };
                put(&mut contents.flushed, &write.bytes[..n_kept], write.offset);
            }
        }
    }
}

impl Contents {
    /// As the system shows it.
    fn shown(&self) -> Vec<u8> {
        let mut bytes = self.flushed.clone();
        self.pending.iter().for_each(|write| put(&mut bytes, &write.bytes, write.offset));
        bytes.resize(usize::try_from(self.len).unwrap_or(usize::MAX).max(bytes.len()), 0);
        bytes
    }
}

fn put(into: &mut Vec<u8>, bytes: &[u8], offset: u64) {
    let start = usize::try_from(offset).expect("files in memory are small");
    let end = start + bytes.len();
    if into.len() < end {
        into.resize(end, 0);
    }
    into[start..end].copy_from_slice(bytes);
}

fn apply(names: &mut BTreeMap<PathBuf, usize>, renaming: &Renaming) {
    match renaming {
        Renaming::Create(path, file) => {
            names.insert(path.clone(), *file);
        }
        Renaming::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Renaming::Remove(path) => {
            names.remove(path);
        }
    }
}

impl Disk for SimulatedDisk {
    fn create_dir(&self, _: &Path) -> io::Result<()> {
        self.lock().alive()
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.lock();
        state.begin(0)?;
        state.alive()?;
        let file = state.files.len();
        state.files.push(Contents::default());
        state.name(Renaming::Create(path.to_owned(), file));
        Ok(Box::new(SimulatedFile { disk: self.clone(), file, life: state.life }))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.lock();
        state.alive()?;
        let file = state.file(path)?;
        Ok(state.files[file].shown())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.lock();
        state.alive()?;
        let here = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(here.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.begin(0)?;
        state.alive()?;
        state.file(from)?;
        state.name(Renaming::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.begin(0)?;
        state.alive()?;
        state.file(path)?;
        state.name(Renaming::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.begin(0)?;
        state.alive()?;
        if state.faults.fails_syncs {
            return Err(io::Error::other("input/output error"));
        }
        state.renamings.clear();
        state.flushed_names = state.names.clone();
        Ok(())
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    file: usize,
    life: u64,
}

impl SimulatedFile {
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.lock();
        if state.life != self.life {
            return Err(io::Error::other("the process is dead"));
        }
        Ok(state)
    }
}

impl DiskFile for SimulatedFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.state()?.write(self.file, bytes, offset)
    }

    fn make_room(&self, from: u64, to: u64) -> io::Result<()> {
        let mut state = self.state()?;
        state.begin(0)?;
        state.alive()?;
        if state.faults.fails_writes {
            return Err(io::Error::other("input/output error"));
        }
        debug_assert!(from <= to && state.files[self.file].len <= from, "room is made at the end");
        if state.grow(self.file, to) { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn sync(&self) -> io::Result<()> {
        self.state()?.sync(self.file)
    }
}

/// Numbers from a seed: Steele, Lea and Flood's SplitMix64 ("Fast splittable pseudorandom number generators", 2014).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // Hardly uneven: n is small.
        (z ^ (z >> 31)) % n.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> PathBuf {
        PathBuf::from("/d/file")
    }

    /// Without the zeros at its end.
    fn text(bytes: &[u8]) -> &[u8] {
        bytes.split(|byte| *byte == 0).next().expect("one piece at least")
    }

    fn begun(disk: &SimulatedDisk) -> Box<dyn DiskFile> {
        let file = disk.create(&path()).expect("created");
        file.write_at(b"first ", 0).expect("written");
        file.sync().expect("flushed");
        disk.sync_dir(Path::new("/d")).expect("flushed");
        file
    }

    #[test]
    fn what_was_flushed_survives_and_the_rest_as_the_seed_says() {
        let mut ends = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let mut same = Vec::new();
            for _ in 0..2 {
                let disk = SimulatedDisk::default();
                let file = begun(&disk);
                file.write_at(b"second", 6).expect("written");
                disk.crash(Crash::PowerCut { seed });
                same.push(disk.read(&path()).expect("its name was flushed"));
                file.write_at(b"x", 0).expect_err("that process is dead");
            }
            assert_eq!(same[0], same[1]);
            assert!(b"first second".starts_with(text(&same[0])), "{same:?}");
            ends.insert(same.remove(0));
        }
        assert!(ends.len() > 4, "{ends:?}");
    }

    #[test]
    fn a_kill_loses_nothing_that_was_written() {
        let disk = SimulatedDisk::default();
        let file = begun(&disk);
        disk.set_faults(Faults {
            dies_at: Some(Death { operation: disk.n_operations(), n_bytes: 3 }),
            ..Faults::default()
        });
        file.write_at(b"second", 6).expect_err("dead in the middle");
        disk.list(Path::new("/d")).expect_err("dead");
        disk.crash(Crash::Kill);
        assert_eq!(disk.read(&path()).expect("there"), b"first sec");
    }

    #[test]
    fn a_full_disk_takes_what_fits_and_a_failed_flush_loses_what_it_was_to_flush() {
        let disk = SimulatedDisk::default();
        let file = begun(&disk);
        disk.set_faults(Faults { room: Some(2), ..Faults::default() });
        let error = file.write_at(b"second", 6).expect_err("full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(disk.read(&path()).expect("there"), b"first se");
        disk.set_faults(Faults { fails_syncs: true, ..Faults::default() });
        file.sync().expect_err("fails");
        disk.set_faults(Faults::default());
        file.sync().expect("says so");
        disk.crash(Crash::PowerCut { seed: 2 });
        assert_eq!(text(&disk.read(&path()).expect("there")), b"first ");
    }

    #[test]
    fn a_name_that_was_not_flushed_may_be_gone() {
        let survives = |seed| {
            let disk = SimulatedDisk::default();
            begun(&disk);
            disk.rename(&path(), Path::new("/d/other")).expect("renamed");
            disk.crash(Crash::PowerCut { seed });
            disk.list(Path::new("/d")).expect("listed")
        };
        let outcomes: std::collections::BTreeSet<_> = (0..20).map(survives).collect();
        assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [["file"], ["other"]]);
    }
}
