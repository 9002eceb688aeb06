//! A journal file as a dying disk, or somebody, may leave it. The first byte says whether its checksums are made right
//! before it is read: without that, nothing spoilt would get past them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use mm_core::{
    journal::{CameTo, Entry, Evidence, Journal as _},
    orders::Update,
};
use mm_model::{
    ClientId, Decimal, Exposure, Fill, Liquidity, Market, MarketId, MarketKind, Money, NewOrder, OrderKind,
    OrderReport, Price, Qty, ReportedStatus, Side, TimeInForce, Timestamp, TradeId, TradingState,
    VenueOrderId,
};
use mm_store::{
    Account,
    disk::{Disk as _, simulated::SimulatedDisk},
    journal::{Flusher, JournalConfig, Opening, Reader, files},
};

use crate::plausible;

/// What stands before a record's payload: checksum of all that follows, length of the payload, and what is summed too.
const FRONT: usize = 28;

/// Reads a file to its end, and starts on it.
pub(super) fn file(input: &[u8]) {
    let Some((first, bytes)) = input.split_first() else { return };
    let bytes = if first % 2 == 0 { bytes.to_vec() } else { summed(bytes) };
    if let Ok(mut reader) = Reader::new(Path::new("journal"), &bytes) {
        let (mut last, mut n_errors) = (None, 0);
        for record in reader.by_ref() {
            match record {
                Ok(record) => {
                    assert!(last < Some(record.number), "numbers grow: {record:?} after {last:?}");
                    last = Some(record.number);
                }
                Err(error) => {
                    n_errors += 1;
                    plausible::short(&error.to_string());
                }
            }
        }
        assert!(n_errors <= 1, "nothing is read after an error");
        reader.gaps().iter().for_each(|gap| plausible::short(&gap.to_string()));
    }
    let journal = Journal::new();
    journal.disk.tamper(&journal.last(), |contents| *contents = bytes).expect("it is there");
    match journal.opening(Timestamp::from_ms(99)).open() {
        Ok(opened) => drop(opened.report.to_string()),
        Err(error) => plausible::short(&error.to_string()),
    }
}

/// The same file with right checksums wherever a record could begin after the one before.
fn summed(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut at = WHOLE.1;
    let word = |out: &[u8], at: usize| out.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word));
    while let Some(len) = word(&out, at + 4).and_then(|len| usize::try_from(len).ok()) {
        let end = at + FRONT + len;
        let Some(summed) = out.get(at + 4..end).filter(|_| len > 0) else { break };
        let sum = crc32fast::hash(summed);
        out[at..at + 4].copy_from_slice(&sum.to_le_bytes());
        at = end;
    }
    out
}

/// A file with a record of every kind, and where its first record begins.
static WHOLE: LazyLock<(Vec<u8>, usize)> = LazyLock::new(|| {
    let journal = Journal::new();
    let mut bytes = journal.disk.read(&journal.last()).expect("it is there");
    let mut reader = Reader::new(Path::new("journal"), &bytes).expect("we wrote it");
    let first = reader.next().expect("it has records").expect("whole ones");
    let first = usize::try_from(first.offset).expect("a short file");
    let n_records = 1 + reader.count();
    assert!(n_records > 5, "{n_records}");
    // What was allocated ahead is not needed.
    bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    (bytes, first)
});

pub(super) fn some_files() -> Vec<Vec<u8>> {
    let (whole, _) = &*WHOLE;
    assert_eq!(&summed(whole), whole, "records are laid out as this target believes");
    let torn = &whole[..whole.len() - 5];
    let holed = [&whole[..whole.len() / 2], &[0; 64], &whole[whole.len() / 2 + 64..]].concat();
    [&whole[..], torn, &holed]
        .iter()
        .flat_map(|file| [0, 1].map(|first| [&[first], *file].concat()))
        .collect()
}

/// A journal on a disk of its own.
struct Journal {
    disk: SimulatedDisk,
    account: Account,
}

impl Journal {
    /// With an order that filled, one that is open, and one that was refused.
    fn new() -> Self {
        let account = Account { venue: "backpack".to_owned(), name: "alice".to_owned() };
        let it = Self { disk: SimulatedDisk::default(), account };
        let opened = it.opening(Timestamp::from_ms(1)).open().expect("an empty disk");
        let (market, order) = (market(), order());
        let update = |id: u64, update: Update<'_>, newly_filled, is_settled| {
            let came_to =
                CameTo { market: market.id, side: Side::Buy, newly_filled: Qty(newly_filled), is_settled };
            let entry = Entry::Updated { client_id: ClientId(id), update, came_to };
            opened.journal.write(Timestamp::from_ms(id), &entry).expect("room");
        };
        for id in 1..=3 {
            let made = Entry::Made { client_id: ClientId(id), order: &order, market: &market };
            opened.journal.write(Timestamp::from_ms(id), &made).expect("room");
        }
        update(1, Update::Sent, 0, false);
        update(1, Evidence::Report(Box::new(report(1))).as_update(), 0, false);
        update(1, Evidence::Fill(Box::new(fill(1))).as_update(), 10, true);
        update(2, Evidence::Report(Box::new(report(2))).as_update(), 0, false);
        it
    }

    fn folder() -> PathBuf {
        PathBuf::from("/journal/backpack-alice")
    }

    fn opening(&self, now: Timestamp) -> Opening<'_> {
        let config = JournalConfig { flusher: Flusher::Owner, ..JournalConfig::default() };
        Opening {
            disk: Arc::new(self.disk.clone()),
            folder: Self::folder(),
            account: &self.account,
            config,
            now,
        }
    }

    fn last(&self) -> PathBuf {
        files(&self.disk, &Self::folder()).expect("it is there").pop().expect("one was begun")
    }
}

fn market() -> Market {
    Market {
        id: MarketId(3),
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

const fn order() -> NewOrder {
    NewOrder {
        market: MarketId(3),
        side: Side::Buy,
        qty: Qty(10),
        kind: OrderKind::Limit { price: Price(15_000), time_in_force: TimeInForce::Gtc },
        exposure: Exposure::Any,
    }
}

fn report(id: u64) -> OrderReport {
    OrderReport {
        client_id: Some(ClientId(id)),
        venue_id: VenueOrderId::from_number(id),
        market: MarketId(3),
        side: Side::Buy,
        price: Some(Price(15_000)),
        qty: Qty(10),
        version: 0,
        filled: Qty(0),
        status: ReportedStatus::Open,
        at: Timestamp::from_ms(id),
    }
}

fn fill(id: u64) -> Fill {
    Fill {
        trade_id: TradeId::from_number(100 + id),
        client_id: Some(ClientId(id)),
        venue_id: VenueOrderId::from_number(id),
        market: MarketId(3),
        side: Side::Buy,
        price: Price(15_000),
        qty: Qty(10),
        fee: Money(-12_345),
        fee_asset: "USDC".into(),
        liquidity: Liquidity::Maker,
        at: Timestamp::from_ms(id),
    }
}
