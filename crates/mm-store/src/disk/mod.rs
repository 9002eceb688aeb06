//! What a journal needs of a disk, and nothing more: so that its life can be rehearsed on one that fails on demand.

mod real;
pub mod simulated;

use std::{fmt, io, path::Path};

pub use real::RealDisk;

/// A disk. Every name is a full path; every error is the system's own.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Makes a folder with its parents, for the owner alone; one that is there stays.
    ///
    /// # Errors
    /// What the system said.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Makes a file for the owner alone; what was there before is gone.
    ///
    /// # Errors
    /// What the system said.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// The whole file.
    ///
    /// # Errors
    /// What the system said; [`io::ErrorKind::NotFound`] when there is none.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Names of the files in a folder, sorted.
    ///
    /// # Errors
    /// What the system said; [`io::ErrorKind::NotFound`] when there is no such folder.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Gives a file another name in the same folder. It survives a power cut once the folder is synced.
    ///
    /// # Errors
    /// What the system said.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system said.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names of a folder survive a power cut.
    ///
    /// # Errors
    /// What the system said.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// A file that is written at places.
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Writes all of `bytes` at `offset`. It then survives the death of the process, but not a power cut.
    ///
    /// # Errors
    /// What the system said; how much was written is then unknown.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Lengthens the file by zeros from its end, `from`, up to `to`: what is written there later changes nothing but bytes.
    ///
    /// # Errors
    /// What the system said; how much room was made is then unknown.
    fn make_room(&self, from: u64, to: u64) -> io::Result<()>;

    /// Makes what was written survive a power cut.
    ///
    /// # Errors
    /// What the system said; what was written since the last success may then be lost, whatever a later call says.
    fn sync(&self) -> io::Result<()>;
}
