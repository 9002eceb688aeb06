//! The event log of a run: one line for each message on the wire, each change of an order, each fault that strikes, each kill
//! and each finding, in the order in which they happen. Same seed, same bytes.
//!
//! The lines are always hashed, and kept only when somebody wants to read them.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex, MutexGuard},
};

use mm_core::Clock;

/// Where a run's events are written. Clones share it.
#[derive(Clone)]
pub struct EventLog(Arc<Inner>);

struct Inner {
    clock: Clock,
    lines: Mutex<Lines>,
}

struct Lines {
    digest: Digest,
    n_lines: u64,
    line: String,
    /// All of it, when it is to be read.
    kept: Option<String>,
}

/// The hash of everything that was logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(u64);

impl Digest {
    /// FNV's offset basis, as published at isthe.com/chongo/tech/comp/fnv: any start would do.
    const START: Self = Self(0xcbf2_9ce4_8422_2325);

    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = Self::START;
        digest.take(bytes);
        digest
    }

    /// FNV-1a's step over words of eight bytes, with a turn so that high bits reach low ones. It tells runs apart; it keeps
    /// no secret and resists nobody.
    fn take(&mut self, bytes: &[u8]) {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        for word in words.chain([bytes.len() as u64]) {
            self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        }
        self.0 ^= self.0 >> 29;
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl EventLog {
    /// An empty log of a world with this clock.
    #[must_use]
    pub fn new(clock: Clock, keeps_lines: bool) -> Self {
        let kept = keeps_lines.then(String::new);
        let lines = Lines { digest: Digest::START, n_lines: 0, line: String::new(), kept };
        Self(Arc::new(Inner { clock, lines: Mutex::new(lines) }))
    }

    /// Writes one line.
    pub fn say(&self, what: fmt::Arguments<'_>) {
        self.write(what, None);
    }

    /// Writes one line about a message: the line bears its length and its hash, and where lines are kept its text too.
    pub fn message(&self, what: fmt::Arguments<'_>, text: &[u8]) {
        self.write(what, Some(text));
    }

    fn write(&self, what: fmt::Arguments<'_>, text: Option<&[u8]>) {
        let at = self.0.clock.now();
        let mut guard = self.lines();
        let Lines { digest, n_lines, line, kept } = &mut *guard;
        line.clear();
        // Writing to a String cannot fail.
        let _ = write!(line, "{} {what}", at.0);
        if let Some(text) = text {
            let _ = write!(line, " {} {}", text.len(), Digest::of(text));
        }
        digest.take(line.as_bytes());
        *n_lines += 1;
        if let Some(kept) = kept {
            kept.push_str(line);
            if let Some(text) = text {
                kept.push(' ');
                kept.extend(
                    String::from_utf8_lossy(text).chars().map(|c| if c.is_control() { ' ' } else { c }),
                );
            }
            kept.push('\n');
        }
    }

    /// The hash of all lines so far, without the texts that they bear the hashes of.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.lines().digest
    }

    /// How many lines there are.
    #[must_use]
    pub fn n_lines(&self) -> u64 {
        self.lines().n_lines
    }

    /// All lines, where they are kept.
    #[must_use]
    pub fn take_text(&self) -> Option<String> {
        self.lines().kept.take()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lines.lock().expect("nothing in here panics")
    }
}

impl fmt::Debug for EventLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventLog({})", self.digest())
    }
}

#[cfg(test)]
mod tests {
    use mm_core::VirtualRuntime;
    use mm_model::Timestamp;

    use super::*;

    #[test]
    fn every_byte_counts() {
        let all: std::collections::BTreeSet<String> =
            [&b""[..], b"a", b"a\0", b"b", b"abcdefgh", b"abcdefghi", b"hgfedcba", b"abcdefg\xe8"]
                .map(|bytes| Digest::of(bytes).to_string())
                .into();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn a_line_bears_time_length_and_hash_and_kept_or_not_they_hash_the_same() {
        let clock = VirtualRuntime::new(Timestamp(7)).clock();
        let logs = [true, false].map(|keeps| EventLog::new(clock.clone(), keeps));
        for log in &logs {
            log.say(format_args!("hello"));
            log.message(format_args!("venue <"), b"{\n}");
        }
        assert_eq!(logs[0].digest(), logs[1].digest());
        let hash = Digest::of(b"{\n}");
        assert_eq!(logs[0].take_text(), Some(format!("7 hello\n7 venue < 3 {hash} {{ }}\n")));
        assert_eq!((logs[1].take_text(), logs[1].n_lines()), (None, 2));
    }
}
