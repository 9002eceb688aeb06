//! The journal: what an entry costs under each policy of flushing, on the disk that holds the temporary folder.

use std::{path::PathBuf, sync::Arc};

use mm_core::{
    journal::{CameTo, Entry, Journal as _},
    orders::Update,
};
use mm_model::{
    ClientId, Decimal, Market, MarketId, MarketKind, Qty, ReportedStatus, Side, Timestamp, TradingState,
};
use mm_store::{
    Account,
    disk::RealDisk,
    journal::{FileJournal, FlushPolicy, JournalConfig, Opening},
};

use super::Size;
use crate::{
    harness::{Goal, Latencies, Report, Round, Row, Stat, quoted, repeat, wall_ns},
    lives::wanted,
    rig::report,
};

/// Measured on this kind of machine with a program of a few lines: a write of 200 bytes into room that was filled before, and
/// its flush.
const BARE_FLUSH_NS: f64 = 72_000.0;

/// Rows of the journal. Each entry is a `write` of about 70 bytes; the figures are of the wall clock, since a disk is no CPU.
pub fn rows(size: Size) -> Report {
    let row = |what: &str, ours, reference, goal| Row {
        number: "journal",
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference,
        goal,
    };
    let (each, p99_us) = flushed(size);
    let bare = Some(("a bare write and flush, quoted".to_owned(), quoted(BARE_FLUSH_NS)));
    Report {
        rows: vec![
            row("journal entry, policy off", written(size, FlushPolicy::Off), None, Goal::Shown),
            row("journal entry, policy batch (10 ms)", written(size, FlushPolicy::BATCH), None, Goal::Shown),
            row("journal entry, policy each", each, bare, Goal::Shown),
        ],
        notes: vec![format!("journal entry, policy each: p99 {p99_us:.0} us")],
    }
}

/// A journal in a folder that goes with it.
struct Bench {
    journal: Arc<FileJournal>,
    folder: PathBuf,
    market: Market,
    n_made: u64,
}

impl Bench {
    fn open(policy: FlushPolicy) -> Self {
        let name = format!("mm-bench-journal-{}-{}", std::process::id(), wall_ns());
        let folder = std::env::temp_dir().join(name);
        let account = Account { venue: "backpack".to_owned(), name: "bench".to_owned() };
        let opening = Opening {
            disk: Arc::new(RealDisk),
            folder: folder.clone(),
            account: &account,
            config: JournalConfig { policy, ..JournalConfig::default() },
            now: Timestamp(1),
        };
        let journal = opening.open().expect("a temporary folder can be written").journal;
        Self { journal, folder, market: market(), n_made: 0 }
    }

    /// The life of an order in two entries: made, and over.
    fn life(&mut self) {
        self.n_made += 1;
        let client_id = ClientId(self.n_made);
        let order = wanted(self.market.id);
        let made = Entry::Made { client_id, order: &order, market: &self.market };
        self.journal.write(Timestamp(self.n_made), &made).expect("written");
        let told = report(client_id, Qty::ZERO, ReportedStatus::Cancelled { reason: None });
        let came_to =
            CameTo { market: MarketId(0), side: Side::Buy, newly_filled: Qty::ZERO, is_settled: true };
        let entry = Entry::Updated { client_id, update: Update::Report(&told), came_to };
        self.journal.write(Timestamp(self.n_made), &entry).expect("written");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // It lies in the folder of temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn market() -> Market {
    Market {
        id: MarketId(0),
        symbol: "SOL_USDC_PERP".into(),
        base: "SOL".into(),
        quote: "USDC".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick: Decimal::new(1, 2),
        lot: Decimal::new(1, 2),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    }
}

fn written(size: Size, policy: FlushPolicy) -> Stat {
    let lives = size.ops(10_000);
    let mut bench = Bench::open(policy);
    repeat(|| {
        let start = wall_ns();
        (0..lives).for_each(|_| bench.life());
        Round { ops: 2 * lives, ns: wall_ns() - start }
    })
}

/// The same with a flush each; and the slowest hundredth, of two entries, in microseconds.
fn flushed(size: Size) -> (Stat, f64) {
    let lives = size.ops(1_000);
    let mut bench = Bench::open(FlushPolicy::Each);
    let mut latencies = Latencies::default();
    let stat = repeat(|| {
        let start = wall_ns();
        for _ in 0..lives {
            let from = wall_ns();
            bench.life();
            latencies.record((wall_ns() - from) / 2);
        }
        Round { ops: 2 * lives, ns: wall_ns() - start }
    });
    (stat, latencies.us(99.0))
}
