//! Runs a target over its seeds and over spoilt ones, and stops at the first broken promise.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use rustix::time::{ClockId, clock_gettime};

use crate::{
    Target, hostile,
    mutate::{Chance, mutated},
};

/// What an input may cost. Generous: what is looked for grows with the square of the length, or not with it at all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Processor time of one input.
    pub time_ns: u64,
    /// Processor time for each byte of it.
    pub time_ns_per_byte: u64,
    /// The most memory of its own that one input may take at a time.
    pub bytes: u64,
    /// The same for each byte of it. A list of small values takes some thirty times the length of its text in a list that
    /// doubles as it grows.
    pub bytes_per_byte: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time_ns: 1_000_000_000, time_ns_per_byte: 5_000, bytes: 8 << 20, bytes_per_byte: 96 }
    }
}

/// What an input did cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Processor time of this thread.
    pub time_ns: u64,
    /// The most memory at a time beyond what there was before.
    pub bytes: u64,
}

/// A run of one target.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// Decides what is spoilt, and how.
    pub seed: u64,
    /// How many spoilt inputs are tried, after the seeds themselves.
    pub n_cases: usize,
    /// What an input may cost.
    pub limits: Limits,
    /// Runs something and says how many bytes it took at most. Whoever counts allocations replaces the allocator, so it is
    /// the test program's to say.
    pub measure: fn(&mut dyn FnMut()) -> u64,
}

/// A broken promise.
pub struct Failure {
    /// Of which target.
    pub target: &'static str,
    /// Decided what was spoilt.
    pub seed: u64,
    /// Which input, counted from 0: the seeds first, then the spoilt ones.
    pub case: usize,
    /// The input.
    pub input: Vec<u8>,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// As much of an input as anybody reads.
        const SHOWN: usize = 2_000;
        let Self { target, seed, case, input, what } = self;
        let more = if input.len() > SHOWN { "…" } else { "" };
        let shown = input[..input.len().min(SHOWN)].escape_ascii();
        write!(
            f,
            "target {target}, seed {seed}, case {case}: {what}\ninput of {} bytes: {shown}{more}",
            input.len()
        )
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Campaign {
    /// Feeds a target with its seeds, with what is hostile to everything, and with both spoilt. The dearest input's cost
    /// comes back, and how many there were.
    ///
    /// # Errors
    /// The first promise that is broken.
    pub fn run(&self, target: &Target) -> Result<(usize, Cost), Box<Failure>> {
        // What is made once for all inputs (a world, a client) is no input's doing.
        (target.run)(b"");
        let own = (target.seeds)();
        // The long ones are tried as they are; what is spoilt is of a length that anybody sends.
        let mut begin = own.clone();
        begin.extend(hostile::inputs());
        // An address of the first byte stands before the hostile ones where a target reads one.
        begin.extend(hostile::inputs().into_iter().flat_map(|input| {
            let prefixes = own.iter().filter_map(|seed| seed.first()).take(1).copied();
            prefixes.map(|first| [&[first], &input[..]].concat()).collect::<Vec<_>>()
        }));
        let mut dearest = Cost::default();
        let mut chance = Chance::new(self.seed);
        let n = begin.len() + self.n_cases;
        for case in 0..n {
            let input = match begin.get_mut(case) {
                Some(input) => std::mem::take(input),
                None => mutated(&mut chance, &own),
            };
            let cost = self.try_one(target, &input).map_err(|what| {
                Box::new(Failure { target: target.name, seed: self.seed, case, input, what })
            })?;
            dearest.time_ns = dearest.time_ns.max(cost.time_ns);
            dearest.bytes = dearest.bytes.max(cost.bytes);
        }
        Ok((n, dearest))
    }

    fn try_one(&self, target: &Target, input: &[u8]) -> Result<Cost, String> {
        let mut result = Ok(());
        let mut time_ns = 0;
        let bytes = (self.measure)(&mut || {
            let before = cpu_ns();
            result = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
            time_ns = cpu_ns() - before;
        });
        result.map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("panicked: {}", text.unwrap_or("without a text"))
        })?;
        let len = input.len() as u64;
        let time_max = self.limits.time_ns + len * self.limits.time_ns_per_byte;
        let bytes_max = self.limits.bytes + len * self.limits.bytes_per_byte;
        if time_ns > time_max {
            return Err(format!("took {time_ns} ns, more than {time_max}"));
        }
        if bytes > bytes_max {
            return Err(format!("took {bytes} bytes of memory, more than {bytes_max}"));
        }
        Ok(Cost { time_ns, bytes })
    }
}

/// Processor time of this thread: what others do on this machine does not count.
fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}
