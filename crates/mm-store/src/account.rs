//! One account, one bot.

use std::{
    fmt::Write as _,
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
};

use crate::{StateDir, StoreError, durable};

/// An account at a venue, as the state directory names its files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// The venue, for instance `backpack`.
    pub venue: String,
    /// What tells the account from others on that venue: an account number, or the public half of its key. Never a
    /// secret.
    pub name: String,
}

impl Account {
    /// A file name for this account alone: two accounts never share one.
    pub(crate) fn file_name(&self, extension: &str) -> String {
        format!("{}--{}.{extension}", escaped(&self.venue), escaped(&self.name))
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "account {} on {}", self.name.escape_debug(), self.venue.escape_debug())
    }
}

/// Lower-case letters and digits stay; anything else becomes `=xx` for each byte. (Capitals too: some file systems
/// take `A` and `a` for one name, and public keys differ by case.)
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() {
            out.push(char::from(byte));
        } else {
            write!(out, "={byte:02x}").expect("a String takes all");
        }
    }
    out
}

/// The right to trade on an account, held until dropped or until the process dies, however it dies.
#[derive(Debug)]
pub struct AccountLock {
    _file: File,
}

impl AccountLock {
    /// Takes the account.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it (fault 63).
    pub fn take(dir: &StateDir, account: &Account) -> Result<Self, StoreError> {
        let path = dir.path().join(account.file_name("lock"));
        let mut file = durable::private()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(StoreError::io("open the lock", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { account: account.to_string(), holder: holder(file), path });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", path)(source)),
        }
        // The number is for the person who meets the lock; the lock itself is the system's.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(StoreError::io("write the lock", &path))?;
        Ok(Self { _file: file })
    }
}

fn holder(file: File) -> String {
    let mut text = String::new();
    match file.take(32).read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn account(name: &str) -> Account {
        Account { venue: "backpack".to_owned(), name: name.to_owned() }
    }

    #[test]
    fn one_process_at_a_time() {
        let root = tempfile::tempdir().expect("a directory");
        let dir = StateDir::open(root.path()).expect("ours");
        let held = AccountLock::take(&dir, &account("main")).expect("free");
        let other = AccountLock::take(&dir, &account("second")).expect("another account is free");
        let error = AccountLock::take(&dir, &account("main")).expect_err("taken").to_string();
        let holder = format!("account main on backpack is in use by process {}", std::process::id());
        assert!(error.starts_with(&holder), "{error}");
        drop((held, other));
        AccountLock::take(&dir, &account("main")).expect("free again");
    }

    #[test]
    fn no_two_accounts_share_a_file() {
        let names = ["a", "A", "=41", "a/b", "../a", "a--b", "", "é", "a b", "a.lock", "=", "a=41"];
        let files: BTreeSet<String> =
            names.iter().map(|name| account(name).file_name("ids").to_lowercase()).collect();
        assert_eq!(files.len(), names.len());
        for file in files {
            assert!(file.chars().all(|c| c.is_ascii_alphanumeric() || "=-.".contains(c)), "{file}");
        }
    }
}
