//! Timing, alternation and the table.

use std::{fmt::Write as _, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Rounds of each side in a comparison.
const ROUNDS: usize = 9;
/// Spread (max − min over median) above which a row is noisy.
const NOISY: f64 = 0.30;

/// How long one round took and how many operations it did.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Operations done.
    pub ops: u64,
    /// Nanoseconds used.
    pub ns: u64,
}

/// Runs `work` and takes the thread's CPU time.
pub fn by_cpu(ops: u64, work: impl FnOnce()) -> Round {
    let start = cpu_ns();
    work();
    Round { ops, ns: cpu_ns() - start }
}

/// CPU time that this thread has used, in nanoseconds.
#[must_use]
pub fn cpu_ns() -> u64 {
    ns(ClockId::ThreadCPUTime)
}

/// Monotonic time, in nanoseconds.
#[must_use]
pub fn wall_ns() -> u64 {
    ns(ClockId::Monotonic)
}

fn ns(clock: ClockId) -> u64 {
    let at = clock_gettime(clock);
    u64::try_from(at.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(at.tv_nsec).unwrap_or(0)
}

/// Median, least and greatest of a row, in nanoseconds for each operation.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    /// Median.
    pub median: f64,
    /// Least.
    pub min: f64,
    /// Greatest.
    pub max: f64,
}

impl Stat {
    /// Of these values.
    ///
    /// # Panics
    /// When there are none.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "a statistic needs values");
        values.sort_by(f64::total_cmp);
        Self { median: values[values.len() / 2], min: values[0], max: values[values.len() - 1] }
    }

    /// Greatest minus least, over the median.
    #[must_use]
    pub fn spread(&self) -> f64 {
        if self.median > 0.0 { (self.max - self.min) / self.median } else { 0.0 }
    }
}

/// Runs both sides alternately, one warm-up round each, and returns their statistics.
pub fn alternate(mut a: impl FnMut() -> Round, mut b: impl FnMut() -> Round) -> (Stat, Stat) {
    let per_op = |round: Round| round.ns as f64 / round.ops.max(1) as f64;
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    for n in 0..=ROUNDS {
        let (x, y) = (per_op(a()), per_op(b()));
        if n > 0 {
            of_a.push(x);
            of_b.push(y);
        }
    }
    (Stat::of(of_a), Stat::of(of_b))
}

/// Runs one side, one warm-up round.
pub fn repeat(mut a: impl FnMut() -> Round) -> Stat {
    let values = (0..=ROUNDS).map(|_| a()).skip(1).map(|r| r.ns as f64 / r.ops.max(1) as f64).collect();
    Stat::of(values)
}

/// Runs several sides in turn, one warm-up round each; every side gives `K` figures a round.
pub fn in_turn<const N: usize, const K: usize>(
    rounds: usize,
    mut sides: [&mut dyn FnMut() -> [f64; K]; N],
) -> [[Stat; K]; N] {
    let mut values: [[Vec<f64>; K]; N] = std::array::from_fn(|_| std::array::from_fn(|_| Vec::new()));
    for n in 0..=rounds {
        for (side, values) in sides.iter_mut().zip(&mut values) {
            let figures = side();
            if n > 0 {
                values.iter_mut().zip(figures).for_each(|(values, figure)| values.push(figure));
            }
        }
    }
    values.map(|side| side.map(Stat::of))
}

/// What a row is held against.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// Ours over the reference, at most.
    RatioAtMost(f64),
    /// The figure itself, at most, in its unit.
    AtMost(f64),
    /// The figure itself, at least, in its unit.
    AtLeast(f64),
    /// The reference's time over ours, at least: "that many times faster".
    FasterBy(f64),
    /// None: the figure explains others.
    Shown,
}

/// One line of the result.
#[derive(Clone, Debug)]
pub struct Row {
    /// Number in the list of goals.
    pub number: &'static str,
    /// What was measured.
    pub what: String,
    /// Unit of the figures: `ns`, `us`, `bytes`.
    pub unit: &'static str,
    /// Ours.
    pub ours: Stat,
    /// The reference and its name; a constant has no spread.
    pub reference: Option<(String, Stat)>,
    /// The goal.
    pub goal: Goal,
}

impl Row {
    fn verdict(&self) -> (String, &'static str) {
        let ratio = self.reference.as_ref().map(|(_, stat)| self.ours.median / stat.median);
        let (shown, met) = match (self.goal, ratio) {
            (Goal::RatioAtMost(limit), Some(r)) => (format!("{r:.2}x, goal <= {limit}x"), r <= limit),
            (Goal::FasterBy(times), Some(r)) => {
                (format!("{:.1}x faster, goal >= {times}x", 1.0 / r), 1.0 / r >= times)
            }
            (Goal::AtMost(limit), _) => (format!("goal <= {limit} {}", self.unit), self.ours.median <= limit),
            (Goal::AtLeast(limit), _) => {
                (format!("goal >= {limit} {}", self.unit), self.ours.median >= limit)
            }
            (Goal::Shown, None) => return (String::new(), ""),
            (Goal::Shown, Some(r)) => return (format!("{r:.2}x"), ""),
            (_, None) => ("no reference".to_owned(), false),
        };
        let noisy = self.ours.spread() > NOISY
            || self.reference.as_ref().is_some_and(|(_, stat)| stat.spread() > NOISY);
        (
            shown,
            if !met {
                "MISSED"
            } else if noisy {
                "noisy"
            } else {
                "met"
            },
        )
    }
}

/// What a group of rows came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The rows.
    pub rows: Vec<Row>,
    /// What a reader must know beside them; above all what was left out, and why.
    pub notes: Vec<String>,
}

impl From<Vec<Row>> for Report {
    fn from(rows: Vec<Row>) -> Self {
        Self { rows, notes: Vec::new() }
    }
}

impl Report {
    /// Nothing was measured.
    #[must_use]
    pub fn skipped(why: impl Into<String>) -> Self {
        Self { rows: Vec::new(), notes: vec![format!("skipped: {}", why.into())] }
    }
}

/// Prints a report as a Markdown table.
#[must_use]
pub fn table(report: &Report) -> String {
    let mut out = String::from("| row | what | ours | reference | result | |\n|---|---|---|---|---|---|\n");
    if report.rows.is_empty() {
        out.clear();
    }
    for row in &report.rows {
        let (shown, verdict) = row.verdict();
        let reference = row
            .reference
            .as_ref()
            .map_or_else(|| "-".to_owned(), |(name, stat)| format!("{name}: {}", figure(*stat, row.unit)));
        writeln!(
            out,
            "| {} | {} | {} | {reference} | {shown} | {verdict} |",
            row.number,
            row.what,
            figure(row.ours, row.unit)
        )
        .expect("writing to a string cannot fail");
    }
    for note in &report.notes {
        writeln!(out, "\n{note}").expect("writing to a string cannot fail");
    }
    out
}

fn figure(stat: Stat, unit: &str) -> String {
    let places = if stat.median < 10_000.0 { 1 } else { 0 };
    if (stat.max - stat.min).abs() < f64::EPSILON {
        return format!("{:.places$} {unit}", stat.median);
    }
    format!("{:.places$} {unit} ({:.places$} to {:.places$})", stat.median, stat.min, stat.max)
}

/// A figure that was measured elsewhere and is only quoted.
#[must_use]
pub const fn quoted(value: f64) -> Stat {
    Stat { median: value, min: value, max: value }
}

/// Percentiles of latencies, in microseconds.
#[derive(Debug)]
pub struct Latencies(hdrhistogram::Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        Self(hdrhistogram::Histogram::new_with_max(60_000_000_000, 3).expect("constant bounds are valid"))
    }
}

impl Latencies {
    /// Adds one.
    pub fn record(&mut self, ns: u64) {
        self.0.saturating_record(ns);
    }

    /// The value at a percentile, in microseconds.
    #[must_use]
    pub fn us(&self, percentile: f64) -> f64 {
        Duration::from_nanos(self.0.value_at_percentile(percentile)).as_secs_f64() * 1e6
    }
}
