//! A seed that was run, as a line of the file by which a long campaign goes on where it was stopped.

use std::{collections::BTreeMap, fmt, path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use mm_lab::{Totals, Verdict};

/// The first line of the file.
pub(super) fn header(parameters: &str) -> String {
    format!("mm-bot simulate {parameters}")
}

/// A seed that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finished {
    pub(super) seed: u64,
    pub(super) commit: String,
    pub(super) digest: String,
    pub(super) n_violations: usize,
    pub(super) totals: Totals,
}

impl Finished {
    pub(super) fn of(verdict: &Verdict, commit: &str) -> Self {
        Self {
            seed: verdict.seed,
            commit: commit.to_owned(),
            digest: verdict.digest.to_string(),
            n_violations: verdict.violations.len(),
            totals: verdict.totals.clone(),
        }
    }

    /// Those in a file; none when there is no such file yet. A last line that was cut off is run again.
    ///
    /// # Errors
    /// When it cannot be read, or is about other runs than these.
    pub(super) fn read(path: &Path, parameters: &str) -> Result<Vec<Self>> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let mut lines = text.lines();
        let Some(first) = lines.next() else { return Ok(Vec::new()) };
        ensure!(
            first == header(parameters),
            "{} is about other runs ({first}): name another file, or say the same",
            path.display()
        );
        Ok(lines.filter_map(Self::parse).collect())
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut word = || words.next();
        let (seed, commit, digest) = (word()?.parse().ok()?, word()?.to_owned(), word()?.to_owned());
        let mut number = || word()?.parse::<u64>().ok();
        let (n_violations, took_ns, lives) = (number()?, number()?, number()?);
        let (kills, orders, fills) = (number()?, number()?, number()?);
        let mut strikes = BTreeMap::new();
        let mut is_whole = false;
        for word in words {
            let Some((kind, n)) = word.split_once('=') else {
                is_whole = word == END;
                break;
            };
            strikes.insert(kind.to_owned(), n.parse().ok()?);
        }
        let took = Duration::from_nanos(took_ns);
        let totals = Totals { took, lives, kills, orders, fills, strikes };
        let n_violations = usize::try_from(n_violations).ok()?;
        is_whole.then_some(Self { seed, commit, digest, n_violations, totals })
    }
}

/// The last word of a line that was written whole.
const END: &str = "end";

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { took, lives, kills, orders, fills, strikes } = &self.totals;
        write!(f, "{} {} {} {} ", self.seed, self.commit, self.digest, self.n_violations)?;
        write!(f, "{} {lives} {kills} {orders} {fills}", took.as_nanos())?;
        for (kind, n) in strikes {
            write!(f, " {kind}={n}")?;
        }
        write!(f, " {END}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_a_cut_one_is_not() {
        let strikes = [("kill".to_owned(), 3), ("reply_lost".to_owned(), 12)].into();
        let took = Duration::from_secs(90);
        let totals = Totals { took, lives: 2, kills: 1, orders: 40, fills: 17, strikes };
        let finished = Finished {
            seed: 7,
            commit: "abc+".to_owned(),
            digest: "00ff".to_owned(),
            n_violations: 0,
            totals,
        };
        let line = finished.to_string();
        assert_eq!(Finished::parse(&line), Some(finished));
        for cut in 0..line.len() {
            assert_eq!(Finished::parse(&line[..cut]), None, "{}", &line[..cut]);
        }
    }
}
